"""The cohorts of a dose escalation beside what other designs would have said before each of them.

The same patients, another design. It can only be asked what it would have done next, given the patients as they were
treated: of patients never treated at the level that it wanted, nothing is known and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import TrialwrightError
from trialwright.dataset.columns import BACKFILL
from trialwright.protocol.kinds import Escalation, SelectThenCompare
from trialwright.simulate import escalating
from trialwright.simulate.windows import DEFAULT_WINDOW

if TYPE_CHECKING:
    from trialwright.dataset.facts import Fact
    from trialwright.dataset.state import TrialState
    from trialwright.design.counting import Participant
    from trialwright.design.rule import Action, CountingRule
    from trialwright.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class TreatedCohort:
    """Participants who entered one after the other at one level (1 = lowest) and count, and the DLTs among them."""

    level: int
    treated: int
    dlts: int


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule would have said. `answers`: before each cohort and, as the last, after all of them; it ends early
    with the answer that ends the rule's trial. `refused`: why it could not be asked; then there are no answers.
    """

    rule: str
    answers: tuple[Action, ...]
    refused: str = ""

    def parted(self, cohorts: Sequence[TreatedCohort]) -> int | None:
        """The place of the first cohort that the rule would have treated elsewhere or not at all; None: of none."""
        for place, (answer, cohort) in enumerate(zip(self.answers, cohorts, strict=False)):
            if getattr(answer, "dose", None) != cohort.level:
                return place
        return None


@dataclass(frozen=True, slots=True)
class Retraced:
    """A trial's cohorts and what each rule would have said. `most`: the most participants that the rules were given;
    `registered`: that is the registered number, else the number treated here. `not_counted`: participants whose DLT
    outcome is not known, at a level that is none of the trial's included; the rules are not told of them, nor of those
    who entered by backfill, `backfilled` of them, who belong to no cohort."""

    cohorts: tuple[TreatedCohort, ...]
    said: tuple[Said, ...]
    most: int
    registered: bool
    not_counted: int
    backfilled: int = 0


def retraced(protocol: Protocol, facts: Iterable[Fact], rules: Sequence[CountingRule] | None = None) -> Retraced | None:
    """What `rules` would have said in the trial with these facts; None where nobody's outcome is known or the design
    has no dose escalation.

    `rules`: None = BOIN and the CRM of `escalating.other_rules`, with the registered number of participants or, where
    that is not known or smaller than a cohort, with as many as were treated. In a trial of two parts only the first
    counts. A design by time decides while participants are followed; here each cohort's outcomes are known first.
    """
    from trialwright.dataset.state import state_of

    match protocol.design:
        case Escalation() as escalation:
            later: tuple[str, ...] = ()
        case SelectThenCompare(escalation=escalation, comparison=comparison):
            later = comparison.arms
        case _:
            return None
    known = tuple(facts)
    state = state_of(known, max((fact.known for fact in known), default=0))
    cohorts, not_counted = _cohorts(state, escalation, protocol, later)
    if not cohorts:
        return None
    treated = sum(cohort.treated for cohort in cohorts)
    most = escalation.target_n or protocol.enrolment.count or 0
    registered = most >= escalation.cohort_size
    most = most if registered else max(treated, escalation.cohort_size)
    if rules is None:
        rules = escalating.other_rules(escalation, most)
    said = tuple(_said(rule, cohorts) for rule in rules)
    return Retraced(cohorts, said, most, registered, not_counted, int((state.cohort == BACKFILL).sum()))


def _cohorts(
    state: TrialState, escalation: Escalation, protocol: Protocol, later: Sequence[str]
) -> tuple[tuple[TreatedCohort, ...], int]:
    """The cohorts in order of entry, and how many participants the rules are not told of."""
    from trialwright.design.counting import Standing, participants

    window = escalation.dlt_window
    if window is None and protocol.dlt is not None:
        window = protocol.dlt.window
    marks = state.cohort.tolist()
    places = [i for i, arm in enumerate(state.arm) if arm not in later and marks[i] != BACKFILL]
    line = participants(state, places, escalation.arms, DEFAULT_WINDOW if window is None else window)
    numbers = dict(zip(state.subjects, state.cohort.tolist(), strict=True))
    groups: list[tuple[int, list[Participant]]] = []
    for person in line:
        if person.level == 0 or person.pending:
            continue
        number = numbers[person.subject]
        last_number, last = groups[-1] if groups else (0, [])
        same = bool(last) and last[0].level == person.level and last_number == number
        if same and (number or len(last) < escalation.cohort_size):
            last.append(person)
        else:
            groups.append((number, [person]))
    cohorts = tuple(
        TreatedCohort(group[0].level, len(group), sum(person.standing is Standing.DLT for person in group))
        for _, group in groups
    )
    return cohorts, sum(person.level == 0 or person.pending for person in line)


def _said(rule: CountingRule, cohorts: Sequence[TreatedCohort]) -> Said:
    from trialwright.design.examine import retrace

    try:
        steps, last = retrace(rule, [(c.level, c.treated, c.dlts) for c in cohorts], to_the_end=False)
    except TrialwrightError as fault:
        return Said(rule.name, (), fault.message)
    return Said(rule.name, (*(step.wanted for step in steps), last))


__all__ = ["Retraced", "Said", "TreatedCohort", "retraced"]
