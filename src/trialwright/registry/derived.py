"""The facts that follow from a drafted protocol: doses, routes, design, ratio, times, the lint rules that fire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import gcd
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import TrialwrightError
from trialwright.core.quantity import AmountPerKg

if TYPE_CHECKING:
    from trialwright.protocol.dosing import Dosing
    from trialwright.protocol.outcomes import Outcome
    from trialwright.protocol.protocol import Protocol
    from trialwright.record.record import Record


def derived(record: Record) -> dict[str, Any]:
    """The facts of a record by the columns of `layout.COMPILED`, without `id`.

    A record is executable if the design that its protocol declares can be built from what it states and what is
    assumed; else the code and the reason say why not.
    """
    from trialwright import __version__, design, lint, protocol
    from trialwright.lint.finding import Status

    drafted = protocol.draft(record)
    code: str | None = None
    reason: str | None = None
    try:
        design.build(drafted)
    except TrialwrightError as fault:
        code, reason = fault.code, fault.message
    doses = sorted({(float(dose.value), dose.unit) for dose in _doses(drafted) if isinstance(dose, AmountPerKg)})
    dosings = list(_dosings(drafted))
    found = (each for each in lint.run(record, drafted) if each.status is Status.FOUND)
    return {
        "program": __version__,
        "design": kind_of(drafted),
        "executable": code is None,
        "reason_code": code,
        "reason": reason,
        "escalation": _escalation(drafted),
        "has_dlt_rule": drafted.dlt is not None,
        "ratio": _ratio(drafted),
        "dose_per_kg": [value for value, _ in doses],
        "dose_per_kg_unit": [unit for _, unit in doses],
        "administrations": sorted({each.administrations for each in dosings if each.administrations is not None}),
        "routes": sorted({each.route for each in dosings if each.route is not None}),
        "primary_days": primary_days(drafted.outcomes),
        "rules_fired": sorted({each.rule for each in found}),
        "to_confirm": sum(each.must_confirm for each in drafted.assumptions),
    }


def kind_of(protocol: Protocol) -> str:
    """The kind of the design, or what a design that cannot be run is called."""
    from trialwright.protocol.kinds import Unsupported

    design = protocol.design
    return design.name if isinstance(design, Unsupported) else design.kind


def primary_days(outcomes: Iterable[Outcome]) -> float | None:
    """The last day after its anchor on which a primary outcome is measured; None where that of any is not known."""
    last: list[float] = []
    for outcome in outcomes:
        if outcome.level.value != "primary":
            continue
        frame = outcome.time_frame
        days = [*frame.days, *(day for day in (frame.end, frame.cap) if day is not None)]
        if not days:
            return None
        last.append(max(days))
    return max(last, default=None)


def _dosings(protocol: Protocol) -> Iterator[Dosing]:
    """How each treatment of the arms that are no controls is given; of all arms, where every one is a control."""
    arms = [arm for arm in protocol.arms if not arm.role.is_control] or protocol.arms
    yield from (treatment.dosing for arm in arms for treatment in arm.treatments)


def _doses(protocol: Protocol) -> Iterator[object]:
    yield from (each.dose for each in _dosings(protocol) if each.dose is not None)
    yield from (level.dose for level in protocol.dose_levels if level.dose is not None)


def _escalation(protocol: Protocol) -> str | None:
    """The rule by which doses are escalated; None where none are."""
    from trialwright.protocol.kinds import Escalation, SelectThenCompare

    match protocol.design:
        case Escalation(rule=rule) | SelectThenCompare(escalation=Escalation(rule=rule)):
            return rule
    return None


def _ratio(protocol: Protocol) -> str | None:
    """The allocation ratio in smallest whole numbers, as 2:1, in the order of the arms; None where it is not known."""
    from trialwright.protocol.kinds import Parallel, SelectThenCompare

    match protocol.design:
        case Parallel(ratio=ratio) | SelectThenCompare(comparison=Parallel(ratio=ratio)):
            if ratio is not None and len(ratio) > 1:
                whole = gcd(*ratio) or 1
                return ":".join(str(each // whole) for each in ratio)
    return None
