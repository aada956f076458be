"""Pages for people: the report of one record, the evidence table of several, the index of a folder."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

__all__ = ["contents", "html", "index", "tables"]


def __getattr__(name: str) -> ModuleType:
    """The room's modules, each imported on its first use."""
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
