"""Operating characteristics as plain values for JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.simulate.operating import Characteristics
    from trialwright.simulate.scenario import Scenario


def as_json(found: Characteristics) -> dict[str, object]:
    """The characteristics as one JSON object: `trial`, `design`, `truth`, `readings`, `assumptions`, `problems`, and
    the parts that this kind of design has."""
    first = found.truths[0] if found.truths else None
    result: dict[str, object] = {
        "trial": found.trial,
        "design": found.design,
        "truth": None if first is None else list(first.rates),
        "readings": [] if first is None else [item.to_json() for item in found.under(first)],
    }
    if len(found.truths) > 1:
        result["truths"] = [
            {
                "name": truth.name,
                "statement": truth.statement,
                "truth": list(truth.rates),
                "readings": [item.to_json() for item in found.under(truth)],
            }
            for truth in found.truths
        ]
    if found.estimated:
        result["estimated"] = [item.to_json() for item in found.estimated]
    if first is not None and found.others:
        result["other_designs"] = [item.to_json() for item in found.others if item.truth == first]
    if found.binomial is not None:
        result["single_arm"] = {
            "n": found.binomial.n,
            "statements": [asdict(item) for item in found.binomial.statements],
            "detection": [asdict(item) for item in found.binomial.detection],
            "method": "Clopper-Pearson, doi 10.1093/biomet/26.4.404",
        }
    if found.one_arm:
        result["one_arm"] = [asdict(item) for item in found.one_arm]
    if found.splits:
        result["sizes"] = [
            {"ratio": list(split.ratio), "sizes": list(split.sizes), "basis": split.basis} for split in found.splits
        ]
    if found.powers:
        result["power"] = [item.to_json() for item in found.powers]
    if found.overall:
        result["overall_success"] = [
            {
                "rule": item.rule,
                "truth": list(item.truth.rates),
                "scenario": item.scenario,
                "sizes": list(item.sizes),
                "power_at_every_level": item.power,
                "success": item.success,
                "success_se": item.se,
            }
            for item in found.overall
        ]
    result["scenarios"] = [_scenario(item) for item in found.scenarios]
    result["assumptions"] = [asdict(item) for item in found.assumptions]
    result["problems"] = [
        {
            "code": item.code,
            "severity": item.severity.value,
            "message": item.message,
            "field": item.field,
            "expected": item.expected,
            "mend": item.mend,
        }
        for item in found.problems
    ]
    return result


def _scenario(scenario: Scenario) -> dict[str, object]:
    return {
        "name": scenario.name,
        "assumes": scenario.assumes.value,
        "statement": scenario.statement,
        "sources": [asdict(source) for source in scenario.sources],
    }
