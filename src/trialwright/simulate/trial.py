"""One simulated trial: a loop that knows no design, advances a clock and obeys the design's decisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from trialwright.core.errors import StageError
from trialwright.core.problem import Problem, Severity
from trialwright.dataset.state import DECIDING, TrialState, bears_on_decisions
from trialwright.protocol.arms.administrations import Administration
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait
from trialwright.protocol.kinds import Unsupported
from trialwright.simulate import casebook
from trialwright.simulate.allocate import AllocationList
from trialwright.simulate.book import Book
from trialwright.simulate.life import live
from trialwright.simulate.patients import arrival_days, candidate
from trialwright.simulate.plan import Plan, administrations, make

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.dataset.facts import Fact
    from trialwright.dataset.trialdata import TrialData
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.scenario import Scenario

LAST_DAY = 36525
MOST_PARTICIPANTS = 2_000


@dataclass(frozen=True, slots=True)
class DecisionPoint:
    """A question put to the design. `day`: trial day. `facts_before`: how many of the trial's facts were known; the
    design saw the state of exactly these."""

    day: int
    decision: Decision
    facts_before: int


@dataclass(frozen=True, slots=True)
class SimulatedTrial:
    """One trial from opening to the last follow-up.

    `facts`: in the order in which they became known. `decisions`: every question put to the design, with its answer.
    `closed`: trial day on which enrolment ended. `problems`: what the protocol lacked, or why the trial did not end.
    """

    protocol: Protocol
    scenario: Scenario
    seed: int
    design: str
    facts: tuple[Fact, ...]
    decisions: tuple[DecisionPoint, ...]
    closed: int | None
    problems: tuple[Problem, ...]
    _tables: list[TrialData] = field(default_factory=list, repr=False, compare=False)

    @property
    def data(self) -> TrialData:
        """The facts as tables."""
        from trialwright.dataset.trialdata import TrialData

        if not self._tables:
            self._tables.append(TrialData.from_facts(self.facts))
        return self._tables[0]

    @property
    def stop(self) -> Stop | None:
        """The decision that ended enrolment, None if the trial was cut off."""
        last = self.decisions[-1].decision if self.decisions else None
        return last if isinstance(last, Stop) else None


def run(
    protocol: Protocol,
    scenario: Scenario,
    *,
    seed: int,
    design: Design | None = None,
    deciding_only: bool = False,
    allocate: Callable[[str, Enrol], str] | None = None,
) -> SimulatedTrial:
    """One trial of this protocol under this scenario; the same for the same seed (0 or more), on any machine.

    `design`: what decides; None = the design that the protocol declares. It is asked at every arrival of a candidate,
    when something that bears on decisions becomes known, and on the day that a `Wait` names. `deciding_only`: leave
    out visits, measurements and adverse events; the decisions are the same. `allocate`: gives the arm of the next
    participant, in order of entry, one of those that the decision opens; None = drawn from permuted blocks.

    Raises StageError (SIM-020) if the declared design cannot be run; the message says why.
    """
    chosen = design if design is not None else _declared(protocol)
    loop = _Loop(protocol, scenario, seed, chosen, make(protocol, scenario), deciding_only, allocate)
    loop.enrol()
    loop.follow_up()
    return SimulatedTrial(
        protocol=protocol,
        scenario=scenario,
        seed=seed,
        design=chosen.name,
        facts=tuple(loop.book.facts),
        decisions=tuple(loop.decisions),
        closed=loop.closed,
        problems=_once((*loop.plan.problems, *loop.problems)),
    )


def _declared(protocol: Protocol) -> Design:
    if isinstance(protocol.design, Unsupported):
        raise StageError(
            "SIM-020",
            f"a trial of this kind ({protocol.design.name}) cannot be simulated: {protocol.design.missing}",
            expected="dose escalation, a single arm, parallel groups, or dose selection followed by parallel groups",
            mend="declare a design of one of these kinds in the protocol file, if it is one",
        )
    from trialwright.design import build

    return build(protocol)


class _Loop:
    """The clock, the book and the state of one running trial."""

    def __init__(
        self,
        protocol: Protocol,
        scenario: Scenario,
        seed: int,
        design: Design,
        plan: Plan,
        deciding_only: bool,
        allocate: Callable[[str, Enrol], str] | None,
    ) -> None:
        self.deciding_only = deciding_only
        self.protocol = protocol
        self.scenario = scenario
        self.seed = seed
        self.plan = plan
        self.book = Book(scenario, seed)
        self.decisions: list[DecisionPoint] = []
        self.problems: list[Problem] = []
        self.closed: int | None = None
        self._decide: Callable[[TrialState], Decision] = design.decide
        self._state = TrialState(0)
        drawn = AllocationList(protocol, scenario.name, seed)
        self._allocate = allocate or (lambda _, decision: drawn.draw(decision))
        self._doses = _remembered(partial(_doses_of, protocol, self.problems))
        self._screened = 0
        self._enrolled = 0

    def enrol(self) -> None:
        """Ask, wait and enrol until the design stops the trial."""
        arrivals = arrival_days(self.scenario, self.seed)
        arrival = next(arrivals)
        decision = self._ask(0)
        while not isinstance(decision, Stop):
            day = self._next_day(arrival, decision)
            if day is None or day > LAST_DAY or self._enrolled >= MOST_PARTICIPANTS:
                self._cut_off(decision, day)
                return
            due = self._due(decision)
            if self._advance(day) or (due is not None and day >= due):
                decision = self._ask(day)
            if arrival <= day:
                arrival = next(arrivals)
                if isinstance(decision, Enrol):
                    decision = self._offer(day)
        self.closed = self._state.day

    def _offer(self, day: int) -> Decision:
        """Ask for the candidate who has come, screen them if the trial is open, and ask again."""
        decision = self._ask(day)
        if isinstance(decision, Enrol):
            self._screen(decision, day)
            decision = self._ask(day)
        return decision

    def follow_up(self) -> None:
        """Let everything that is still to come become known."""
        while (day := self.book.next_day()) is not None:
            self.book.learn(day)

    def _next_day(self, arrival: int, decision: Decision) -> int | None:
        """The next trial day on which anything can happen; None if nothing ever will."""
        known = self.book.next_day()
        days = [known] if known is not None else []
        match decision:
            case Enrol():
                days.append(arrival)
                due = self._due(decision)
                if due is not None:
                    days.append(due)
            case Wait(until=until):
                if until is not None and until > self._state.day:
                    days.append(until)
                if days:
                    days.append(arrival)
            case Stop():
                pass
        return max(min(days), self._state.day) if days else None

    def _due(self, decision: Decision) -> int | None:
        """The day on which the answer may change by the passing of time: that of a `Wait`, or while the trial is open
        the next on which a DLT window is over, for the trial may then be over too."""
        if isinstance(decision, Wait):
            return decision.until
        if self.plan.window is None:
            return None
        over = self._state.first_dose + self.plan.window + 1
        ahead = over[(self._state.first_dose >= 0) & (over > self._state.day)]
        return int(ahead.min()) if len(ahead) else None

    def _advance(self, day: int) -> bool:
        """Let `day` be today; whether anything that bears on decisions became known."""
        self._state.advance(day)
        return self._learn(day)

    def _learn(self, day: int) -> bool:
        bears = False
        for fact in self.book.learn(day):
            if fact.domain in DECIDING:
                self._state.apply(fact)
                bears = bears or bears_on_decisions(fact)
        return bears

    def _ask(self, day: int) -> Decision:
        decision = self._decide(self._state)
        self.decisions.append(DecisionPoint(day, decision, len(self.book.facts)))
        return decision

    def _screen(self, decision: Enrol, day: int) -> None:
        """Screen the candidate who came; enrol, allocate and write their course unless screening failed."""
        self._screened += 1
        number = self._screened
        subject = f"{self.protocol.record.nct_id or 'TRIAL'}-{number:05d}"
        person = candidate(self.protocol.eligibility, self.scenario, self.seed, number)
        casebook.write_screening(self.book, subject, person, day)
        if person.fails is None:
            self._enrolled += 1
            arm = self.protocol.arm(self._allocate(subject, decision))
            doses = self._doses(arm.id, decision.dose_level)
            life = live(
                subject,
                number,
                arm,
                decision.dose_level,
                person.weight,
                day,
                self.plan,
                self.scenario,
                self.seed,
                given_anything=bool(doses),
            )
            casebook.write_enrolment(self.book, life, person, decision.cohort)
            casebook.write_decisive(self.book, self.plan, doses, life, self.scenario, self.seed)
            if not self.deciding_only:
                casebook.write_course(self.book, self.protocol, self.plan, life, self.scenario, self.seed)
        self._learn(day)

    def _cut_off(self, decision: Decision, day: int | None) -> None:
        if self._enrolled >= MOST_PARTICIPANTS:
            why = f"more than {MOST_PARTICIPANTS:,} participants are not simulated one by one"
        elif day is None:
            why = "nothing was left to happen"
        else:
            why = f"more than {LAST_DAY:,} days are not simulated"
        self.problems.append(
            Problem(
                "SIM-021",
                Severity.WARNING,
                f"the simulated trial was cut off on trial day {self._state.day} with {self._enrolled} enrolled: "
                f"{why}; the design's last answer was: {decision.reason}",
                field="design",
                expected=f"a design that ends within {LAST_DAY:,} days and {MOST_PARTICIPANTS:,} participants",
                mend="check the size, the dose levels and the DLT window in the protocol file, and the accrual",
            )
        )


def _doses_of(
    protocol: Protocol, problems: list[Problem], arm_id: str, dose_level: int | None
) -> tuple[Administration, ...]:
    return administrations(protocol, protocol.arm(arm_id), dose_level, problems)


def _remembered(
    find: Callable[[str, int | None], tuple[Administration, ...]],
) -> Callable[[str, int | None], tuple[Administration, ...]]:
    """The function with its answers kept: each arm and dose level is worked out, and complained of, once."""
    known: dict[tuple[str, int | None], tuple[Administration, ...]] = {}

    def answer(arm_id: str, dose_level: int | None) -> tuple[Administration, ...]:
        if (arm_id, dose_level) not in known:
            known[arm_id, dose_level] = find(arm_id, dose_level)
        return known[arm_id, dose_level]

    return answer


def _once(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(problems))
