"""The style sheet that every page carries within itself."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def style() -> str:
    """The text of `style.css`, which lies beside this module."""
    return files(__package__).joinpath("style.css").read_text(encoding="utf-8")
