"""A stateful model of the whole live trial: commands in any order, by anybody, sensible or not; what must always hold.

Two desks of one ledger take turns. The checks read the entries by themselves, apart from what the desk makes of them.
`TRIALWRIGHT_TRIALS` says how many times as many trials as in the short form (`make soak`).
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from masked_trial import PASSPHRASE, Trial, desk_of, spec_of, ticking
from people_at_desk import CRITERIA
from treated_trial import START, masked, open_label
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.events import Allocated, Dosed, Enrolled, Recorded
from trialwright.conduct.events.allocation import Randomised
from trialwright.conduct.events.people import RoleGranted, RoleRevoked, SignInFailed
from trialwright.conduct.events.safety import DltReviewed
from trialwright.conduct.events.subjects import (
    Consented,
    ConsentVersionApproved,
    ConsentWithdrawn,
    EligibilityAssessed,
    EligibilityConfirmed,
)
from trialwright.conduct.events.treatment import DoseHeld, DosePrepared, HoldLifted
from trialwright.conduct.events.trial import EnrolmentClosed, EnrolmentPaused, EnrolmentResumed, Unlocked
from trialwright.conduct.ledger import MemoryLedger, verify
from trialwright.conduct.milestones.asks import Lock, Unmask
from trialwright.conduct.people.roles import Role
from trialwright.conduct.randomisation import Blocks
from trialwright.conduct.safety.asks import CorrectDlt, Override, ReportAdverseEvent, RetractDlt
from trialwright.conduct.subjects.asks import AnswerCriteria, ConfirmEligibility, RegisterSubject
from trialwright.conduct.subjects.eligibility import criteria_of
from trialwright.conduct.treating.asks import Administer, OmitDose, PlanDose
from trialwright.core.errors import TrialwrightError
from trialwright.dataset.columns import ENROLLED

TIMES = int(os.environ.get("TRIALWRIGHT_TRIALS", "1"))
PLACES = 4
SUBJECTS = st.sampled_from([f"P{number}" for number in range(6)])
PEOPLE = st.sampled_from(["ivy", "ivy", "ivy", "cora", "cal", "ola", "pip", "max", "ada", "sam", "dan", "ivo"])
FLAG = st.sampled_from([True, False, None])
WHY = "because the model asks for it"
LATE = 50
"""After so many commands the trial may be locked: before, that would only end it."""
REACHED: set[str] = set()
"""The events and the codes of refusals that the model has come to: a tame model would let every fault live."""
SEALED = ("ARMCD", "EXTRT", "EXDOSE", "EXPDOSE", "EXVOL", "EXDOSU", "DOSELVL")


MUST_REACH = {
    *("Administered", "Allocated", "ConsentWithdrawn", "Corrected", "Decided", "DltAssessed", "Dosed", "Enrolled"),
    *("Locked", "Randomised", "COND-045", "COND-071", "COND-072", "COND-073"),
}


def plain(found):
    """Whatever a standing is made of, as plain values that can be compared; what is only kept to save time left out."""
    match found:
        case None | bool() | int() | float() | str() | bytes() | date() | Enum():
            return found
        case dict():
            return {repr(plain(key)): plain(value) for key, value in found.items()}
        case list() | tuple():
            return [plain(each) for each in found]
        case set() | frozenset():
            return sorted(repr(plain(each)) for each in found)
    names = [name for kind in type(found).__mro__ for name in getattr(kind, "__slots__", ())]
    names += list(getattr(found, "__dict__", {}))
    values = {name: getattr(found, name) for name in names if hasattr(found, name)}
    left_out = ("_parts", "_waiting", "_randomisers", "_randomiser", "__weakref__")
    return {"": type(found).__name__, **{name: plain(each) for name, each in values.items() if name not in left_out}}


class WholeTrial(RuleBasedStateMachine):
    """Commands at two desks."""

    @initialize(is_masked=st.booleans())
    def begin(self, is_masked):
        self.folder = Path(tempfile.mkdtemp(prefix="trialwright-"))
        self.masked, self.number = is_masked, 0
        if is_masked:
            made = masked()
            made = dataclasses.replace(made, design=dataclasses.replace(made.design, size=PLACES))
        else:
            made = open_label()
        made = dataclasses.replace(made, eligibility=CRITERIA)
        clock = ticking()
        self.trial = Trial(self.folder, ledger=MemoryLedger(clock), clock=clock, made=made)
        if is_masked:
            self.trial.seal(spec_of(factors=(), method=Blocks((4, 6))))
        other = desk_of(self.trial.ledger, self.folder / "keys", made, clock)
        self.desks, self.ledger = [self.trial.desk, other], self.trial.ledger
        self.on = 4
        self.criteria = [each.id for each in criteria_of(made.eligibility)]
        self.checked = 0
        for subject in ("P0", "P1"):
            self.all_at_once(subject, early=False)
            self.treat(subject, 1, "ivy", "100")

    def teardown(self):
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder)

    def give(self, person, *commands, reason=WHY, at=None, key="", words=PASSPHRASE, site=""):
        """Give commands at one of the desks; whether they were carried out. What a refusal leaves is looked at."""
        self.number += 1
        desk = self.desks[self.number % 2]
        desk.today = START + timedelta(self.on)
        call = dataclasses.replace(
            self.trial.call(person, reason=reason, key=key, passphrase=words, site=site), occurred=at
        )
        before = self.ledger.head.size
        try:
            entries = desk.do(call, *commands)
        except TrialwrightError as fault:
            code = fault.code
        else:
            code = ""
        if code:
            left = [entry.event for entry in self.ledger.entries(before + 1)]
            kinds = {"COND-072": Recorded, "COND-045": SignInFailed}
            assert len(left) <= (code in kinds), code
            assert all(isinstance(each, kinds[code]) for each in left)
            assert all(each.domain == "DV" for each in left if isinstance(each, Recorded))
            assert code != "COND-045" or left
            assert code != "COND-072" or self.deviates(commands[0].subject)
            REACHED.add(code)
            return False
        REACHED.update(type(entry.event).__name__ for entry in entries)
        assert entries[-1].sequence == self.ledger.head.size
        if key:
            other = self.desks[(self.number + 1) % 2]
            other.today = desk.today
            assert other.do(call, *commands) == entries
            assert self.ledger.head.size == entries[-1].sequence
        return True

    def deviates(self, subject):
        """Whether a procedure before consent is recorded for this person."""
        rows = self.desks[self.number % 2].standing.data.rows_of("DV", subject)
        return any("before consent" in str(each.values["DVTERM"]) for each in rows)

    def time(self, day, hour=9):
        return f"{START + timedelta(day)}T{hour:02}:00:00+00:00"

    # Days, and people

    @rule(days=st.integers(1, 15))
    def days_pass(self, days):
        self.on += days

    @rule(days=st.integers(1, 3))
    def a_clock_runs_behind(self, days):
        """Whoever goes back before the last entry is refused."""
        self.on -= days
        if self.on < self.desks[0].standing.day:
            assert not self.give("ivy", RegisterSubject("too early"))
        self.on += days

    @rule(grant=st.booleans())
    def cora_may_or_may_not(self, grant):
        kind = RoleGranted if grant else RoleRevoked
        self.give("ada", kind("cora", Role.COORDINATOR.value, "01"))

    @rule(subject=SUBJECTS)
    def somebody_signs_with_another_passphrase(self, subject):
        assert not self.give("ivy", ConfirmEligibility(subject), words="not the one")

    # Getting in

    @rule(subject=SUBJECTS, person=PEOPLE)
    def register(self, subject, person):
        self.give(person, RegisterSubject(subject), key=f"r-{self.number}")

    @rule(subject=SUBJECTS, ago=st.integers(0, 5), version=st.sampled_from(["1", "1", "2"]), person=PEOPLE)
    def consent(self, subject, ago, version, person):
        self.give(person, Consented(subject, version, "participant", "ivy"), at=self.time(self.on - ago))

    @rule(again=st.booleans())
    def a_new_form(self, again):
        on = (START + timedelta(self.on)).isoformat()
        self.give("ada", ConsentVersionApproved("2", "*", on, again=again))

    @rule(subject=SUBJECTS, words=st.sampled_from(["admits", "admits", "admits", "excludes", "unknown"]), person=PEOPLE)
    def answer(self, subject, words, person):
        answers = dict.fromkeys(self.criteria, "admits") | {self.criteria[-1]: words}
        self.give(person, AnswerCriteria(subject, answers, dict.fromkeys(answers, "seen in the notes")))

    @rule(subject=SUBJECTS, person=PEOPLE)
    def judge(self, subject, person):
        self.give(person, ConfirmEligibility(subject))

    @rule(subject=SUBJECTS, early=st.booleans())
    def all_at_once(self, subject, early):
        """What it takes to let somebody in, by those who may; sometimes with a first try on the day before consent."""
        self.register(subject, "ivy")
        self.consent(subject, 0, "1", "ivy")
        self.answer(subject, "admits", "ivy")
        self.judge(subject, "ivy")
        if early:
            self.enrol(subject, "ivy", 1)
        self.enrol(subject, "ivy", 0)
        self.into_an_arm(subject, "ivy", 1)

    @rule(subject=SUBJECTS, person=PEOPLE, ago=st.integers(0, 2))
    def enrol(self, subject, person, ago):
        self.give(person, ask.Enrol(subject, self.on - ago), key=f"e-{self.number}")

    @rule(subject=SUBJECTS, person=PEOPLE, level=st.integers(1, 3))
    def into_an_arm(self, subject, person, level):
        if self.masked:
            self.give(person, Randomise(subject, {}), key=f"a-{self.number}")
        else:
            self.give(person, ask.Allocate(subject, self.on, "arm-1", level, 1))

    @rule(subject=SUBJECTS, follow_up=st.booleans(), records=st.booleans())
    def withdraw(self, subject, follow_up, records):
        self.give("ivy", ConsentWithdrawn(subject, follow_up, records, "keep"), at=self.time(self.on, 10))
        self.on += 1
        self.dose(subject, 3, True, 0, "ivy")
        self.into_an_arm(subject, "ivy", 1)

    # Treatment and data

    @rule(subject=SUBJECTS, kg=st.sampled_from([45.5, 61.0, 80.25]), number=st.integers(1, 3), ago=st.integers(0, 4))
    def weigh(self, subject, kg, number, ago):
        values = {"TESTCD": "WEIGHT", "TEST": "Weight", "STRESN": kg, "STRESU": "kg"}
        self.give("ivy", ask.Record("VS", subject, number, self.on - ago, values))

    @rule(subject=SUBJECTS, number=st.integers(1, 2), person=PEOPLE, share=st.sampled_from(["100", "60", "0"]))
    def treat(self, subject, number, person, share):
        self.weigh(subject, 61.0, number, 0)
        self.give("pip" if self.masked else "ivy", PlanDose(subject, number))
        plan = self.desks[0].standing.treating.planned.get((subject, number))
        if self.masked and plan is not None:
            self.give("pip", DosePrepared(subject, number, plan.treatment, plan.amount, plan.unit))
        times = self.time(self.on, 8), self.time(self.on, 9)
        self.give(person, Administer(subject, number, *times, share=share, why="stopped early", deviation=WHY))

    @rule(subject=SUBJECTS, number=st.integers(1, 3), given=st.booleans(), ago=st.integers(0, 3), person=PEOPLE)
    def dose(self, subject, number, given, ago, person):
        self.give(person, ask.Dose(subject, number, self.on - ago, given))

    @rule(subject=SUBJECTS, number=st.integers(1, 2), omit=st.sampled_from(["omit", "hold", "lift"]))
    def no_dose(self, subject, number, omit):
        kinds = {
            "omit": OmitDose(subject, number, self.on, WHY),
            "hold": DoseHeld(subject),
            "lift": HoldLifted(subject),
        }
        self.give("ivy", kinds[omit])

    @rule(subject=SUBJECTS, number=st.integers(1, 2), ago=st.integers(0, 9), value=st.integers(1, 9), person=PEOPLE)
    def measure(self, subject, number, ago, value, person):
        values = {"TESTCD": "CRP", "STRESN": value / 4, "STRESU": "mg/L"}
        self.give(person, ask.Record("LB", subject, number, self.on - ago, values), at=self.time(self.on - ago))

    @rule(subject=SUBJECTS, number=st.integers(1, 2), domain=st.sampled_from(["LB", "EX", "DS", "VS", "AE", "DM"]))
    def withdraw_a_row(self, subject, number, domain):
        self.give("ivy", ask.Retract(domain, subject, number, WHY))

    @rule(subject=SUBJECTS, number=st.integers(1, 2), value=st.integers(1, 9))
    def correct(self, subject, number, value):
        self.measure(subject, number, 0, value, "ivy")
        values = {"TESTCD": "CRP", "STRESN": value / 3, "STRESU": "mg/L"}
        self.give("ivy", ask.Correct("LB", subject, number, self.on, values, WHY))

    # Safety and decisions

    @rule(subject=SUBJECTS, number=st.integers(1, 2), ago=st.integers(0, 5), grade=st.integers(1, 4), related=FLAG)
    def event(self, subject, number, ago, grade, related):
        outcome = "NOT RECOVERED/NOT RESOLVED"
        self.give("ivy", ReportAdverseEvent(subject, number, "Fever", self.on - ago, grade, related, outcome))

    @rule(subject=SUBJECTS, dlt=FLAG, evaluable=FLAG, person=PEOPLE)
    def assess(self, subject, dlt, evaluable, person):
        self.give(person, ask.AssessDlt(subject, self.on, dlt, evaluable))

    @rule(subject=SUBJECTS, dlt=FLAG, evaluable=FLAG, again=st.booleans())
    def reassess(self, subject, dlt, evaluable, again):
        self.assess(subject, True, True, "ivy")
        if again:
            self.give("max", DltReviewed(subject, bool(dlt)))
        self.give("ivy", CorrectDlt(subject, 1, self.on, dlt, evaluable, WHY))

    @rule(subject=SUBJECTS)
    def take_an_assessment_back(self, subject):
        self.give("ivy", RetractDlt(subject, 1, WHY))

    @rule(person=PEOPLE)
    def decide(self, person):
        self.give(person, ask.Decide(), key=f"d-{self.number}")

    @rule(answer=st.sampled_from(["enrol", "enrol", "wait", "stop", "follow"]), level=st.integers(1, 3))
    def override(self, answer, level):
        """In the masked trial never for more places, so that these can be counted."""
        if answer != "enrol":
            self.give("max", Override(answer, WHY))
        elif not self.masked:
            self.give("max", Override(answer, WHY, ("arm-1",), level, 2))

    # The course

    @rule(kind=st.sampled_from([EnrolmentPaused, EnrolmentResumed, EnrolmentResumed, EnrolmentResumed, Unlocked]))
    def course(self, kind):
        self.give("ada", kind())

    @precondition(lambda self: self.number > LATE)
    @rule()
    def lock(self):
        self.give("ada", EnrolmentClosed())
        self.give("dan", Lock())

    @precondition(lambda self: self.number > LATE)
    @rule(person=st.sampled_from(["ada", "ada", "dan"]))
    def unmask(self, person):
        self.lock()
        self.give(person, Unmask())

    # What always holds

    @invariant()
    def all_that_must_hold(self):
        """Looked at whenever something was appended."""
        if not hasattr(self, "ledger") or self.checked == self.ledger.head.size:
            return
        self.checked = self.ledger.head.size
        self.the_ledger_is_sound()
        self.folding_anew_gives_the_same()
        self.without_keys_there_is_no_arm()
        self.nobody_is_in_beyond_the_last_place()
        self.nobody_is_treated_without_consent_and_eligibility()

    def the_ledger_is_sound(self):
        entries = tuple(self.ledger.entries())
        assert [entry.sequence for entry in entries] == list(range(1, len(entries) + 1))
        assert verify(self.ledger).sound

    def folding_anew_gives_the_same(self):
        new = desk_of(self.ledger, self.folder / "keys", self.trial.protocol, self.trial.clock)
        for part, theirs in vars(new.standing).items():
            if part not in ("_parts", "_waiting"):
                for desk in self.desks:
                    assert plain(getattr(desk.standing, part)) == plain(theirs), part

    def without_keys_there_is_no_arm(self):
        blind = self.desks[0].blind()
        for fact in blind.data.facts:
            assert not any(fact.values.get(name) for name in SEALED), fact
        assert not any(each.arm for each in blind.allocation.randomised.values())
        for each in (*blind.treating.planned.values(), *blind.treating.prepared.values()):
            assert not each.treatment
            assert not each.amount

    def nobody_is_in_beyond_the_last_place(self):
        rows = self.desks[0].standing.data.rows.values()
        enrolled = {each.subject for each in rows if each.values.get("DSDECOD") == ENROLLED and not each.retracted}
        assert len(enrolled) <= PLACES or not self.masked

    def nobody_is_treated_without_consent_and_eligibility(self):
        """Read off the entries alone: at each entry, what had been said before it."""
        agreed, left, eligible, answers, inside = {}, {}, set(), {}, set()
        for entry in self.ledger.entries():
            found = entry.event
            on = None if entry.occurred is None else datetime.fromisoformat(entry.occurred).date()
            match found:
                case Consented(subject):
                    agreed.setdefault(subject, []).append(on)
                    left.pop(subject, None)
                case ConsentWithdrawn(subject):
                    left[subject] = on
                case EligibilityAssessed(subject):
                    answers[subject] = dict(found.answers)
                case EligibilityConfirmed(subject):
                    assert set(answers[subject].values()) == {"admits"}
                    eligible.add(subject)
                case Enrolled(subject) | Randomised(subject) | Allocated(subject):
                    assert subject in eligible
                    assert set(answers[subject].values()) == {"admits"}
                    assert self._agreed(found.day, agreed.get(subject), left.get(subject))
                    inside.add(subject)
                case Dosed(subject) if found.given:
                    assert subject in inside
                    assert self._agreed(found.day, agreed.get(subject), left.get(subject))

    def _agreed(self, day, given, left):
        on = START + timedelta(day)
        return bool(given) and min(given) <= on and (left is None or on <= left)


@pytest.mark.requirement("R01")
def test_the_whole_trial_in_any_order():
    """R01 and all that stands in the invariants, after every one of many commands in any order."""
    how = settings(
        max_examples=25 * TIMES,
        stateful_step_count=60,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        derandomize=TIMES == 1,
    )
    run_state_machine_as_test(WholeTrial, settings=how)
    assert REACHED >= MUST_REACH, sorted(MUST_REACH - REACHED)
