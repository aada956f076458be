"""The flow diagram of a trial from what became of its participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from trialwright.protocol.arms import Arm
from trialwright.protocol.decisions import Stop
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare
from trialwright.protocol.protocol import Protocol
from trialwright.report import numbers
from trialwright.report.course import Participant, ends
from trialwright.report.figures.flow import Branch, Flow

DOSE_FINDING = ("Treatment", "DLT assessed", "Follow-up")
ARMS = ("Allocation", "Follow-up", "Analysis")
PLAIN = ("Treatment", "Follow-up", "Analysis")


def flow_of(protocol: Protocol, people: Sequence[Participant], stop: Stop | None) -> Flow:
    """CONSORT for arms side by side, its dose-finding form for an escalation, the plain form for one arm."""
    entered = [person for person in people if person.entered is not None]
    excluded = Counter(person.failed or "not enrolled" for person in people if person.entered is None)
    arms = {arm.id: arm for arm in protocol.arms}
    branches: list[Branch] = []
    word, stages = "enrolled", PLAIN
    match protocol.design:
        case Escalation():
            branches, stages = _levels(protocol, entered), DOSE_FINDING
        case SelectThenCompare(comparison=comparison):
            first = [p for p in entered if p.arm not in comparison.arms]
            branches = [*_levels(protocol, first), *_later(arms, comparison, entered)]
            stages = ("Treatment", "DLTs; analysis", "Follow-up")
        case Parallel(arms=ids, randomised=randomised):
            word, stages = ("randomised", ARMS) if randomised else ("enrolled", PLAIN)
            branches = [_arm(arms[name], entered) for name in ids if name in arms]
        case _:
            branches = [_arm(arm, entered) for arm in protocol.arms]
    return Flow(
        assessed=len(people),
        excluded=dict(excluded),
        entered=len(entered),
        word=word,
        stages=stages,
        branches=tuple(branches),
        ending=_ending(protocol, stop),
    )


def _ending(protocol: Protocol, stop: Stop | None) -> tuple[str, ...]:
    if stop is None or not isinstance(protocol.design, Escalation | SelectThenCompare):
        return ()
    if stop.selected is None:
        return (stop.reason,)
    doses = {level.number: numbers.dose(level.dose) for level in protocol.dose_levels}
    if stop.selected == 0:
        return ("No dose level selected", stop.reason)
    return (f"Selected: level {stop.selected}, {doses.get(stop.selected, 'dose not stated')}", stop.reason)


def _levels(protocol: Protocol, entered: Sequence[Participant]) -> list[Branch]:
    found = []
    for level in protocol.dose_levels:
        group = [person for person in entered if person.level == level.number]
        found.append(
            Branch(
                f"Level {level.number}: {numbers.dose(level.dose)}", (_treated(group), _assessed(group), _ended(group))
            )
        )
    return found


def _later(arms: dict[str, Arm], comparison: Parallel, entered: Sequence[Participant]) -> list[Branch]:
    found = []
    for name in comparison.arms:
        if name not in arms:
            continue
        group = [person for person in entered if person.arm == name]
        found.append(
            Branch(
                f"Part 2: {arms[name].label}",
                (_treated(group), (f"analysed: {len(group)}",), _ended(group)),
            )
        )
    return found


def _arm(arm: Arm, entered: Sequence[Participant]) -> Branch:
    group = [person for person in entered if person.arm == arm.id]
    dosed = sum(person.doses > 0 for person in group)
    analysed = [f"all allocated: {len(group)}"]
    if _has_doses(group):
        analysed.append(f"received a dose: {dosed}")
    return Branch(arm.label, (_treated(group), _ended(group), tuple(analysed)))


def _has_doses(group: Sequence[Participant]) -> bool:
    """Whether any dose was planned for these participants; a control without a study treatment has none."""
    return any(person.doses or person.missed for person in group)


def _treated(group: Sequence[Participant]) -> tuple[str, ...]:
    if group and not _has_doses(group):
        return (f"allocated: {len(group)}", "no dose planned")
    dosed = [person for person in group if person.doses]
    lines = [f"allocated: {len(group)}", f"received a dose: {len(dosed)}"]
    if len(dosed) < len(group):
        lines.append(f"received none: {len(group) - len(dosed)}")
    if short := sum(person.missed > 0 for person in dosed):
        lines.append(f"missed a later dose: {short}")
    return tuple(lines)


def _assessed(group: Sequence[Participant]) -> tuple[str, ...]:
    lines = [f"evaluable: {sum(p.evaluable for p in group)}", f"with a DLT: {sum(p.dlt is True for p in group)}"]
    if silent := sum(not person.evaluable for person in group):
        lines.append(f"not evaluable: {silent}")
    return tuple(lines)


def _ended(group: Sequence[Participant]) -> tuple[str, ...]:
    return tuple(ends(group)) or ("nobody",)
