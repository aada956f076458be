"""What would happen: scenarios, one simulated trial, many of them, and a design's operating characteristics.

>>> from trialwright import simulate
>>> simulate.truth.given_truth([0.05, 0.10, 0.20], levels=3).rates
(0.05, 0.1, 0.2)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialwright.simulate import scenarios, truth
    from trialwright.simulate.operating import Characteristics, characteristics
    from trialwright.simulate.runs import Runs, many
    from trialwright.simulate.scenario import Scenario
    from trialwright.simulate.trial import DecisionPoint, SimulatedTrial, run

_HOME = {
    "Scenario": "scenario",
    "run": "trial",
    "SimulatedTrial": "trial",
    "DecisionPoint": "trial",
    "characteristics": "operating",
    "Characteristics": "operating",
    "many": "runs",
    "Runs": "runs",
}
_ROOMS = ("scenarios", "truth")

__all__ = [
    "Characteristics",
    "DecisionPoint",
    "Runs",
    "Scenario",
    "SimulatedTrial",
    "characteristics",
    "many",
    "run",
    "scenarios",
    "truth",
]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(f"trialwright.simulate.{_HOME[name]}"), name)
    if name in _ROOMS:
        return import_module(f"trialwright.simulate.{name}")
    raise AttributeError(f"module 'trialwright.simulate' has no attribute {name!r}")
