"""A trial as it stands on one day, under the design that decides: who is awaited, the decision now, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.backfill import BackfillDesign
from trialwright.design.counting import CountingDesign, Participant, Standing, participants
from trialwright.design.examine import Examination, answers
from trialwright.design.rule import Action, CountingRule, Treat
from trialwright.design.select_then_compare import SelectThenCompareDesign

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState
    from trialwright.design.counting import Open
    from trialwright.protocol.decisions import Decision
    from trialwright.protocol.design import Design


@dataclass(frozen=True, slots=True)
class Live:
    """A trial on trial day `day`. `decision`: of the whole design. `awaited`: participants of the dose escalation whose
    outcome is not known yet, in order of entry. `rule`: the counting rule, None where the design decides by time.
    `examination`: what the next results lead to; None where they cannot be listed, and `why_not` says why. `notes`:
    what the examination leaves out."""

    day: int
    design: str
    decision: Decision
    awaited: tuple[Participant, ...]
    counted: tuple[tuple[int, int], ...]
    rule: CountingRule | None = None
    examination: Examination | None = None
    why_not: str = ""
    notes: tuple[str, ...] = ()


def live(design: Design, state: TrialState) -> Live:
    """The trial of this state under this design, which must escalate doses.

    `Live.counted`: participants whose outcome is known, and DLTs among them, per level. The examination is that of the
    counting rule; what surrounds the rule (a pause between participants, a second part) shows in `decision`.

    Raises UsageError DES-128 (the design has no dose escalation).
    """
    inner, notes = _within(design)
    places = _places(inner, state)
    selection = inner.selection if isinstance(inner, SelectThenCompareDesign) else inner
    arms, window = getattr(selection, "arms", None), getattr(selection, "dlt_window", None)
    if arms is None or window is None:
        raise UsageError(
            "DES-128",
            f"the design {design.name!r} has no dose escalation to examine",
            expected="a design that escalates doses",
            mend="`trialwright design monitor` and `simon` print the bounds of one arm",
        )
    line = participants(state, places, arms, window)
    awaited = tuple(person for person in line if person.pending)
    base = Live(state.day, design.name, design.decide(state), awaited, _counted(line, len(arms)), notes=notes)
    if not isinstance(selection, CountingDesign | BackfillDesign):
        why = "this design decides by more than the DLTs of a cohort, so the next results alone do not say what follows"
        return _with(base, why_not=why)
    base = _with(base, rule=selection.rule if isinstance(selection, CountingDesign) else selection.inner.rule)
    if strangers := [person.subject for person in line if person.level == 0]:
        return _with(base, why_not=f"the dose level of {', '.join(strangers)} is not recorded")
    if isinstance(selection, BackfillDesign):
        found, rule = selection.open(state)
    else:
        found, rule = selection.open(state, places), selection.rule
    action = _still_open(found)
    if action is None:
        why = (
            "those awaited were not all asked for by the rule or are at several levels; it is asked when all are known"
        )
        return _with(base, why_not=why)
    return _with(base, examination=answers(rule, found.counts, action, bool(found.members)))


def _within(design: Design) -> tuple[Design, tuple[str, ...]]:
    """The design beneath its wrappers, and a note for each of these."""
    notes = []
    while (inner := getattr(design, "inner", None)) is not None and not isinstance(design, BackfillDesign):
        notes.append(f"what follows is that of {inner.name!r}; {design.name!r} may let participants enter later")
        design = inner
    if isinstance(design, BackfillDesign):
        notes.append(
            "what follows is that of the cohorts; outcomes of the backfill known today are counted with them, and what "
            "becomes known before the next cohort opens can change it"
        )
    return design, tuple(notes)


def _places(design: Design, state: TrialState) -> Sequence[int]:
    everyone = range(len(state.subjects))
    if isinstance(design, SelectThenCompareDesign):
        return [i for i in everyone if state.arm[i] not in design.comparison.arms]
    return everyone


def _counted(line: Sequence[Participant], levels: int) -> tuple[tuple[int, int], ...]:
    known = [person for person in line if person.level and not person.pending]
    return tuple(
        (sum(p.level == level for p in known), sum(p.level == level and p.standing is Standing.DLT for p in known))
        for level in range(1, levels + 1)
    )


def _still_open(found: Open) -> Action | None:
    """What is still to come of the cohort under way; None where its results are not those of one cohort."""
    action, members = found.action, found.members
    pending = [person for person in members if person.pending]
    if not members:
        return action
    if not found.planned:
        level = members[-1].level
        if not pending or any(person.level != level for person in pending):
            return None
        return Treat(level, len(pending), f"{len(pending)} at level {level}", memory=found.counts.memory)
    assert isinstance(action, Treat)
    places = action.size - len(members)
    dlts = sum(person.standing is Standing.DLT for person in members)
    stop_at = None if action.stop_at is None else action.stop_at - dlts
    reason = f"{len(pending)} at level {action.dose}"
    if places:
        reason += f", and {places} more of the cohort {'has' if places == 1 else 'have'} not entered yet"
    return Treat(action.dose, len(pending) + places, reason, stop_at, action.memory)


def _with(base: Live, **changes: object) -> Live:
    from dataclasses import replace

    return replace(base, **changes)  # type: ignore[arg-type]


__all__ = ["Live", "live"]
