"""A registered clinical trial, made executable.

Nouns stand here (`trialwright.Record`, `trialwright.Protocol`, ...), verbs in their rooms:

    record   = trialwright.record.read("NCT04288102.json")
    protocol = trialwright.protocol.draft(record)
    result   = trialwright.simulate.run(protocol, scenario, seed=1)
    results  = trialwright.analyse.run(protocol, result.data)

Everything is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__version__ = "0.1.0.dev0"

_NOUNS = {
    "Record": "trialwright.record.record",
    "Protocol": "trialwright.protocol.protocol",
    "Assumption": "trialwright.protocol.assumptions",
    "TrialData": "trialwright.dataset.trialdata",
    "Fact": "trialwright.dataset.facts",
    "Problem": "trialwright.core.problem",
    "Severity": "trialwright.core.problem",
    "Estimate": "trialwright.analyse.rows",
    "TrialwrightError": "trialwright.core.errors",
}
_ROOMS = (
    "core",
    "record",
    "dataset",
    "protocol",
    "analyse",
    "design",
    "screen",
    "lint",
    "simulate",
    "conduct",
    "report",
    "registry",
    "appraise",
)

__all__ = ["__version__", *_NOUNS, *_ROOMS]


def __getattr__(name: str) -> Any:
    if name in _NOUNS:
        return getattr(import_module(_NOUNS[name]), name)
    if name in _ROOMS:
        return import_module(f"trialwright.{name}")
    raise AttributeError(f"module 'trialwright' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
