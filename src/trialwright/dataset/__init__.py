"""What happened in a trial, simulated or live: facts, tables, and the state that designs decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.dataset.facts import Fact
    from trialwright.dataset.state import TrialState, state_of
    from trialwright.dataset.trialdata import TrialData

__all__ = ["Fact", "TrialData", "TrialState", "state_of"]


def __getattr__(name: str) -> object:
    """The public names, each imported on its first use (tables and arrays are slow to import)."""
    match name:
        case "Fact":
            from trialwright.dataset.facts import Fact

            return Fact
        case "TrialState" | "state_of":
            from trialwright.dataset import state

            return getattr(state, name)
        case "TrialData":
            from trialwright.dataset.trialdata import TrialData

            return TrialData
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
