"""Who may enter a trial: `run` judges patients by what can be computed, and asks a person for the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.screen.verdicts import Verdicts, run

__all__ = ["Verdicts", "run"]


def __getattr__(name: str) -> object:
    """The public names, each imported on its first use."""
    if name in __all__:
        from trialwright.screen import verdicts

        return getattr(verdicts, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
