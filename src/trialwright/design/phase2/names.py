"""The designs of one arm, monitored arms and BOIN12 by name, as a protocol declares them.

    two stages: 1/10, 5/29, response within 56 days
    Simon: optimal, p0 0.1, p1 0.3, alpha 0.05, power 0.8, response within 56 days
    monitored for deaths in arm-1 within 28 days: limit 0.3, cutoff 0.95, of 29, first 3, every 3
    two stages: 1/10, 5/29, response within 56 days; monitored for toxicity within 28 days: limit 0.3, of 29
    BOIN12: toxicity 0.35, efficacy 0.25, at most 36, enough at 12, response within 28 days

The parts of a rule stand between commas, rules between semicolons.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import UsageError
from trialwright.design import backfill
from trialwright.design import staggered as stagger
from trialwright.design.phase2.monitored import Event
from trialwright.design.phase2.responses import Leavers
from trialwright.design.phase2.two_stage import TwoStageRule
from trialwright.design.phase2.two_stage_design import EARLY, TwoStageDesign

if TYPE_CHECKING:
    from trialwright.design.phase2.boin12 import Boin12
    from trialwright.design.phase2.monitoring_rule import MonitoringRule

EXAMPLES = (
    "two stages: 1/10, 5/29, response within 56 days",
    "Simon: optimal, p0 0.1, p1 0.3, alpha 0.05, power 0.8, response within 56 days",
    "monitored for deaths in arm-1 within 28 days: limit 0.3, cutoff 0.95, of 29, first 3, every 3",
    "BOIN12: toxicity 0.35, efficacy 0.25, at most 36, response within 28 days",
)
_KNOWN = re.compile(r"\s*(?:two[- ]stages?|simon|monitored)\b", re.IGNORECASE)
_BOIN12 = re.compile(r"\s*boin-?12\s*(?:$|:)", re.IGNORECASE)
_MONITORED = re.compile(
    r"monitored for (?P<event>toxicity|toxicities|deaths?)(?: in (?P<arm>\S+))?(?: within (?P<window>\d+) days?)?$",
    re.IGNORECASE,
)
_NUMBER = r"(\d+(?:\.\d+)?|\.\d+)"
_Parts = Sequence[tuple[str, tuple[str, ...], Callable[[str], Any]]]
_RESPONSES: _Parts = (
    (r"response within (\d+) days?", ("window",), int),
    (re.escape(EARLY), (), str),
    (re.escape(Leavers.NO_RESPONSE.value), (), str),
)
_TWO_STAGES: _Parts = (
    (r"(\d+)\s*/\s*(\d+)", ("stage",), int),
    *_RESPONSES,
)
_SIMON: _Parts = (
    *((rf"{word} {_NUMBER}", (word,), float) for word in ("p0", "p1", "alpha", "beta", "power", "weight")),
    (r"(optimal|minimax|admissible)", ("kind",), str),
    *_RESPONSES,
)
_BOUND: _Parts = (
    *((rf"{word} {_NUMBER}", (word,), float) for word in ("limit", "cutoff", "level", "false stop", "at")),
    (rf"prior {_NUMBER} and {_NUMBER}", ("a", "b"), float),
    *((rf"{word} (\d+)", (word,), int) for word in ("of", "first", "every")),
)
_BOIN: _Parts = (
    (rf"toxicity {_NUMBER}", ("toxicity",), float),
    (rf"efficacy {_NUMBER}", ("efficacy",), float),
    (rf"utilities 100/{_NUMBER}/{_NUMBER}/0", ("neither", "both"), float),
    (rf"eliminate above {_NUMBER} \(toxic\) and {_NUMBER} \(futile\)", ("toxic_cutoff", "futile_cutoff"), float),
    (r"cohorts of (\d+)", ("cohort",), int),
    (r"at most (\d+)(?: participants)?", ("most",), int),
    (r"enough at (\d+)", ("enough",), int),
    (r"start at level (\d+)", ("start",), int),
    (r"settle from (\d+)", ("settle_from",), int),
    (r"explore from (\d+)", ("explore_from",), int),
    (r"no exploration", ("explore_from",), lambda _: None),
    (r"response within (\d+) days?", ("window",), int),
    (re.escape(Leavers.NO_RESPONSE.value), (), str),
)


@dataclass(frozen=True, slots=True)
class Monitor:
    """What a name says of a monitored arm. `arm`, `window`, `most`: None where it does not say; the others as in
    `monitoring`."""

    event: Event
    arm: str | None
    window: int | None
    most: int | None
    said: dict[str, float]

    def rule(self, most: int) -> MonitoringRule:
        """The bound for an arm of so many participants. Raises UsageError: DES-310 to DES-312, DES-330."""
        from trialwright.design.phase2 import monitoring

        said = self.said
        if "limit" not in said or ("level" in said and {"cutoff", "a"} & set(said)):
            raise _not_read(f"a bound that says {', '.join(said) or 'nothing'}", EXAMPLES[2])
        bound: monitoring.Bound
        if "level" in said:
            bound = monitoring.ConstantProbability(said["limit"], said["level"])
        else:
            bound = monitoring.Bayesian(
                said["limit"], said.get("cutoff", 0.95), (said.get("a", 1.0), said.get("b", 1.0))
            )
        looks = {"first": int(said.get("first", 1)), "step": int(said.get("every", 1))}
        if "false stop" in said:
            bound = monitoring.calibrated(bound, most, said["false stop"], rate=said.get("at"), **looks)
        return monitoring.rule(bound, most, **looks)


def is_one_arm(name: str) -> bool:
    """Whether this is the name of a two-stage design or of a monitored arm.

    >>> is_one_arm("Simon: optimal, p0 0.1"), is_one_arm("BOIN: target 0.3")
    (True, False)
    """
    return _KNOWN.match(name) is not None


def is_boin12(name: str) -> bool:
    """Whether this is the name of a BOIN12.

    >>> is_boin12("BOIN12: toxicity 0.35"), is_boin12("BOIN: target 0.3")
    (True, False)
    """
    return _BOIN12.match(name) is not None


def two_stages(name: str, arm: str) -> TwoStageDesign | None:
    """The two-stage design of this name for the arm, None where the name says only what is monitored.

    Raises UsageError: DES-301, DES-304, DES-330, DES-331.

    >>> two_stages("Simon: optimal, p0 0.1, p1 0.3, alpha 0.05, power 0.8, response within 56 days", "arm-1").name
    'two stages: 1/10, 5/29, response within 56 days'
    """
    found = [rule for rule in _rules(name) if not rule.lower().startswith("monitored")]
    if len(found) > 1:
        raise _not_read(f"{len(found)} rules that are no monitoring, in {name!r}", EXAMPLES[0])
    if not found:
        return None
    head, _, parts = found[0].partition(":")
    simon = head.lower().startswith("simon")
    said, words, stages = _read(parts, _SIMON if simon else _TWO_STAGES, found[0])
    if "window" not in said:
        raise _not_read(f"{found[0]!r} without the days within which a response counts", EXAMPLES[0])
    rule = _simon(said, found[0]) if simon else _given(stages, found[0])
    leavers = Leavers.NO_RESPONSE if Leavers.NO_RESPONSE.value in words else Leavers.AWAITED
    return TwoStageDesign(rule, arm, int(said["window"]), EARLY in words, leavers)


def monitors(name: str) -> tuple[Monitor, ...]:
    """What this name says of monitored arms. Raises UsageError DES-330 if a part is not understood."""
    found = []
    for rule in _rules(name):
        if not rule.lower().startswith("monitored"):
            continue
        head, _, parts = rule.partition(":")
        match = _MONITORED.match(head.strip())
        if match is None:
            raise _not_read(f"{head.strip()!r} in the name {name!r}", EXAMPLES[2])
        event = Event.DEATH if match["event"].lower().startswith("death") else Event.TOXICITY
        said, _, _ = _read(parts, _BOUND, rule)
        most = said.pop("of", None)
        window = None if match["window"] is None else int(match["window"])
        found.append(Monitor(event, match["arm"], window, most, said))
    return tuple(found)


def boin12(name: str, levels: int, cohort_size: int | None = None) -> tuple[Boin12, int | None, Leavers]:
    """The BOIN12 of this name, the days within which a response counts (None: not said) and what becomes of leavers.

    `cohort_size` wins over the name's. Raises UsageError: DES-320, DES-330.

    >>> rule, window, _ = boin12("BOIN12: toxicity 0.3, at most 24, response within 28 days", 3)
    >>> rule.most, rule.toxicity, window
    (24, 0.3, 28)
    """
    from trialwright.design.phase2.boin12 import Boin12

    said, words, _ = _read(name.partition(":")[2], _BOIN, name)
    window = said.pop("window", None)
    said.setdefault("enough", None)  # as `Boin12.name` writes it
    if cohort_size is not None:
        said["cohort"] = cohort_size
    leavers = Leavers.NO_RESPONSE if Leavers.NO_RESPONSE.value in words else Leavers.AWAITED
    return Boin12(levels, **said), window, leavers


def response_window(name: str, dlt_window: int | None = None) -> int | None:
    """The days within which a response counts under any rule of this name; None where it looks at no response.

    A backfill that asks for a response names no days: there they are `dlt_window`.

    >>> response_window("BOIN12: at most 9, response within 56 days, first 2 at a level 7 days apart")
    56
    >>> response_window("BOIN: target 0.3, at most 30, backfill up to 12 at a level where a response was seen", 28)
    28
    """
    if staggered := stagger.parted(name):
        name = staggered[0]
    if filled := backfill.parted(name):
        return dlt_window if filled[3] else None
    if is_boin12(name):
        return boin12(name, 1)[1]
    found = two_stages(name, "") if is_one_arm(name) else None
    return None if found is None else found.window


def hypotheses(name: str) -> tuple[float, float] | None:
    """The response rates p0 and p1 that this name says, None where it says none.

    >>> hypotheses(EXAMPLES[1])
    (0.1, 0.3)
    """
    found = [re.search(rf"\bp{which} {_NUMBER}", name, re.IGNORECASE) for which in (0, 1)]
    return None if found[0] is None or found[1] is None else (float(found[0][1]), float(found[1][1]))


def _rules(name: str) -> list[str]:
    return [rule for rule in (" ".join(each.split()) for each in name.split(";")) if rule]


def _read(text: str, parts: _Parts, name: str) -> tuple[dict[str, Any], set[str], list[tuple[int, int]]]:
    """What the parts of a name say: numbers by key, words, and the numbers of stages."""
    said: dict[str, Any] = {}
    words: set[str] = set()
    stages: list[tuple[int, int]] = []
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        for pattern, keys, kind in parts:
            match = re.fullmatch(pattern, part, re.IGNORECASE)
            if match is None:
                continue
            values = [kind(group) for group in match.groups() or (part,)]
            if keys == ("stage",):
                stages.append((values[0], values[1]))
            elif keys:
                said |= dict(zip(keys, values, strict=True))
            else:
                words.add(part.lower())
            break
        else:
            raise _not_read(f"{part!r} in the name {name!r}", "; or ".join(EXAMPLES))
    return said, words, stages


def _given(stages: list[tuple[int, int]], name: str) -> TwoStageRule:
    if len(stages) != 2:
        raise _not_read(f"{len(stages)} stages in the name {name!r}", EXAMPLES[0])
    (r1, n1), (r, n) = stages
    return TwoStageRule(r1, n1, r, n)


def _simon(said: dict[str, Any], name: str) -> TwoStageRule:
    """The design that the search finds. Of admissible ones the weight of n tells which."""
    from trialwright.design.phase2 import simon

    if "power" in said:
        said["beta"] = round(1 - said["power"], 12)
    missing = [key for key in ("p0", "p1", "alpha", "beta", "kind") if key not in said]
    if said.get("kind") == "admissible" and "weight" not in said:
        missing.append("weight")
    if missing:
        raise _not_read(f"{name!r} without {', '.join(missing)}", EXAMPLES[1])
    designs = simon.search(said["p0"], said["p1"], said["alpha"], said["beta"])
    found = simon.pick(designs, str(said["kind"]).lower())
    if "weight" in said:
        found = tuple(each for each in found if each.weights[0] <= said["weight"] <= each.weights[1])
    if not found:
        raise _not_read(f"{name!r}: no such design has this weight of n", "a weight from 0 to 1")
    return found[0].rule


def _not_read(found: str, expected: str) -> UsageError:
    return UsageError("DES-330", found, expected=expected, mend="copy an example and change the numbers")


__all__ = [
    "EXAMPLES",
    "Monitor",
    "boin12",
    "hypotheses",
    "is_boin12",
    "is_one_arm",
    "monitors",
    "response_window",
    "two_stages",
]
