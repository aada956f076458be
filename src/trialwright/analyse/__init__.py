"""From data and estimands to estimates: `run` analyses every outcome that the protocol names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.analyse.results import SECTIONS, Results, run
    from trialwright.analyse.rows import Estimate

__all__ = ["SECTIONS", "Estimate", "Results", "run"]


def __getattr__(name: str) -> object:
    """The public names, each imported on its first use."""
    match name:
        case "Estimate":
            from trialwright.analyse.rows import Estimate

            return Estimate
        case "run" | "Results" | "SECTIONS":
            from trialwright.analyse import results

            return getattr(results, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
