"""The designs by time: the light loop against the generic one, and each design against one that it must equal."""

import math
from dataclasses import dataclass, replace
from itertools import chain, count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_up_protocols import escalation, horizon, outcome
from trialwright import simulate
from trialwright.core.streams import stream
from trialwright.dataset.columns import ENROLLED
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.design import exact, rules
from trialwright.design.counting import CountingDesign
from trialwright.design.timed import names as by_time
from trialwright.protocol.decisions import Enrol, Stop
from trialwright.protocol.outcomes import OutcomeType
from trialwright.simulate import scenarios, timed
from trialwright.simulate.scenario import ByGroup

WINDOW, HORIZON = 28, 60
LEVELS = ("arm-1",) * 3
PLAIN_CRM = "TITE-CRM: target 0.3, half-width 0.05 at level 2, at most 15"
PACED = (
    "TITE-CRM: target 0.25, logistic, half-width 0.05 at level 2, cohorts of 2, at most 17, start at level 2, "
    "stop above 0.8, of the levels tried, stagger 7 days, up after 10 days"
)
DESIGNS = (
    "rolling six",
    "rolling six, start at level 2, three enough at the highest level",
    PLAIN_CRM,
    f"{PLAIN_CRM}, enough at 6",
    PACED,
    "TITE-BOIN: target 0.3, at most 18",
    "TITE-BOIN: target 0.2, cohorts of 2, at most 17, enough at 6, start at level 2, extra safety 0.05",
)
TRUTHS = ((0.10, 0.25, 0.45), (0.02, 0.05, 0.10), (0.35, 0.5, 0.7))


def undisturbed(protocol, truth, drop_out):
    """Nothing is late, corrected or missed; what remains is what the light loop holds too."""
    scenario = scenarios.for_protocol(protocol)[0]
    conduct = replace(
        scenario.conduct, drop_out=drop_out, missed_dose=0, corrected=0, screen_failure=0, delay=0, late=0, accrual=0.2
    )
    return replace(scenario, dlt=truth, death=ByGroup(0, 0), conduct=conduct)


def the_same_candidates(scenario, seed, places):
    """The lives that the generic loop gives its participants, in the form of the light one.

    None where somebody leaves on the last day of the window: the generic loop then has the assessment at once, the
    light one a day later."""
    u = np.array([stream(seed, scenario.name, "life", number).random(8) for number in range(1, places + 1)])[None]
    leaves = 1 + (u[:, :, 5] * HORIZON).astype(np.int64)
    leaving = u[:, :, 4] < scenario.conduct.drop_out
    if (leaving & (leaves == WINDOW)).any():
        return None
    gone = leaving & (leaves < WINDOW)
    gaps = stream(seed, "gaps").exponential(size=(1, 3 * places))
    return timed.Candidates(
        gap=gaps,
        tolerance=u[:, :, 1],
        when=u[:, :, 2],
        leaves=np.where(gone, leaves, timed._FAR),
        start=(u[:, :, 6] * 2).astype(np.int64),
    )


@dataclass
class Watched:
    """The light loop's arrivals: the day on which the trial was open for each, and the day on which it came."""

    opened: list
    came: list


def light(design, truth, accrual, who, monkeypatch):
    seen = Watched([], [])
    usual = timed._Loop._await_arrival

    def watched(loop, rows):
        seen.opened.append(int(loop.today[0]))
        usual(loop, rows)
        seen.came.append(int(loop.today[0]))

    monkeypatch.setattr(timed._Loop, "_await_arrival", watched)
    done = timed.conduct(design, truth, timed.Course(accrual), who)
    monkeypatch.undo()
    assert not done.cut.any()
    return done, seen


@pytest.mark.parametrize("name", DESIGNS)
def test_the_light_loop_takes_the_decisions_of_the_generic_loop(name, monkeypatch):
    """The same candidates on the same days: the same people enter at the same levels on the same days, and the trial
    ends on the same day with the same dose. And it was open from the same day on, so `Wait.until` is not late."""
    design = by_time.make(name, LEVELS, WINDOW)
    protocol = replace(escalation(), outcomes=(outcome(1, OutcomeType.MORTALITY, horizon(HORIZON)),))
    endings = set()
    for seed in range(48):
        truth = TRUTHS[seed % 3]
        scenario = undisturbed(protocol, truth, drop_out=(0.0, 0.5)[seed % 2])
        accrual = (0.05, 0.2, 1.0, 4.0)[seed // 2 % 4]
        who = the_same_candidates(scenario, seed, 60)
        if who is None:
            continue
        done, seen = light(design, truth, accrual, who, monkeypatch)
        days = chain(seen.came, count(10**6))
        monkeypatch.setattr("trialwright.simulate.trial.arrival_days", lambda *_, days=days: days)
        trial = simulate.run(protocol, scenario, seed=seed, design=design, deciding_only=True)
        monkeypatch.undo()
        entered = [fact for fact in trial.facts if fact.domain == "DM"]
        size = int(done.enrolled[0])
        assert [fact.day for fact in entered] == done.day[0, :size].tolist()
        assert [fact.values["DOSELVL"] for fact in entered] == done.level[0, :size].tolist()
        assert trial.stop is not None
        assert trial.closed == done.closed[0]
        assert trial.stop.selected == done.selected[0]
        assert trial.stop.completed == done.completed[0]
        open_days = {point.day for point in trial.decisions if isinstance(point.decision, Enrol)}
        for opened, before in zip(seen.opened, [-1, *seen.came], strict=False):
            assert opened in open_days
            assert not any(before < day < opened for day in open_days)
        endings.add((trial.stop.selected, trial.stop.completed))
    assert len(endings) >= 3


def known_trial(levels, outcomes):
    """The state of a trial in which every outcome is known."""
    facts = []
    for i, (level, dlt) in enumerate(zip(levels, outcomes, strict=True)):
        subject, day = f"P-{i:03d}", 100 * i
        flags = {"XDDLT": "Y" if dlt else "N", "XDEVAL": "Y"}
        facts += [
            Fact("DS", subject, 1, day=day, known=day, values={"DSDECOD": ENROLLED}),
            Fact("DM", subject, 1, day=day, known=day, values={"ARMCD": "arm-1", "DOSELVL": level}),
            Fact("EX", subject, 1, day=day, known=day, values={"OCCUR": "Y"}),
            Fact("XD", subject, 1, day=day + WINDOW, known=day + WINDOW, values=flags),
        ]
    return state_of(facts, 100 * len(levels))


BASE = (
    "BOIN: target 0.3, cohorts of 3, at most 18",
    "BOIN: target 0.2, cohorts of 2, at most 17, enough at 6, start at level 2, extra safety 0.05",
    "BOIN: target 0.25, cohorts of 1, at most 12",
)


def counting_rule(name):
    if name.startswith("BOIN"):
        return rules.make(name, 3)
    from trialwright.design.model_based import names as model_names

    return model_names.make(name, 3)


BOLD = (
    "CRM: target 0.2, logistic, half-width 0.05 at level 2, cohorts of 2, at most 14, enough at 6, start at level 2, "
    "levels may be skipped, up also after a DLT, of the levels tried"
)


@pytest.mark.parametrize(
    "name",
    [
        *BASE,
        "CRM: target 0.3, half-width 0.05 at level 2, cohorts of 1, at most 12",
        "CRM: target 0.3, half-width 0.05 at level 2, cohorts of 3, at most 17, stop above 0.8",
        BOLD,
    ],
)
@settings(max_examples=40, deadline=None)
@given(outcomes=st.lists(st.sampled_from([False, False, True]), min_size=20, max_size=20))
def test_with_everyone_known_a_design_by_time_is_its_counting_design(name, outcomes):
    """TITE-BOIN is BOIN and TITE-CRM is the CRM, decision by decision through a whole trial."""
    counting = CountingDesign(counting_rule(name), LEVELS, WINDOW)
    design = by_time.make(f"TITE-{name}", LEVELS, WINDOW)
    levels = []
    for _ in range(20):
        state = known_trial(levels, outcomes[: len(levels)])
        theirs, ours = counting.decide(state), design.decide(state)
        match theirs:
            case Enrol(slots=slots, dose_level=level):
                assert isinstance(ours, Enrol)
                assert (ours.slots, ours.dose_level) == (slots, level), (theirs.reason, ours.reason)
                levels.append(level)
            case Stop():
                assert isinstance(ours, Stop)
                assert (ours.selected, ours.completed) == (theirs.selected, theirs.completed), (theirs, ours)
                return
            case _:
                pytest.fail(f"everything is known: {theirs}")
    pytest.fail("no end")


SLOW = timed.Course(0.01, fixed=True)  # the next candidate comes when everyone before is known
FIVE = (0.05, 0.15, 0.30, 0.45, 0.60)
TRIALS = 20_000


@pytest.mark.parametrize(
    "name", ["BOIN: target 0.3, at most 30", "CRM: target 0.3, half-width 0.05 at level 3, cohorts of 3, at most 30"]
)
def test_with_slow_accrual_the_light_loop_agrees_with_the_exact_engine(name):
    rule = rules.make(name, 5) if name.startswith("BOIN") else counting_rule_of_five(name)
    truth = exact.compile(rule).evaluate(FIVE)
    found = timed.characteristics(
        by_time.make(f"TITE-{name}", ("arm-1",) * 5, WINDOW, 3), FIVE, SLOW, seed=5, trials=TRIALS
    )
    pairs = [
        *zip(found.selection, truth.selection, strict=True),
        *zip(found.expected_n, truth.expected_n_by_level, strict=True),
    ]
    score = [deviation(estimate.value, value, estimate.se) for estimate, value in pairs]
    assert max(map(abs, score)) < 4.5, score


def deviation(seen, expected, *errors):
    """In standard errors of the difference; what never happened in these trials has an error all the same."""
    return (seen - expected) / max(math.hypot(*errors), 1e-5)


def counting_rule_of_five(name):
    from trialwright.design.model_based import names as model_names

    return model_names.make(name, 5)


def plain_rolling_six(truth, tolerances):
    """The rolling six where every outcome is known before the next participant comes; written from the paper's text."""
    n, y = [0] * len(truth), [0] * len(truth)
    level, used = 0, 0
    while True:
        n[level] += 1
        y[level] += tolerances[used] < truth[level]
        used += 1
        while True:
            if y[level] >= 2:
                if level == 0:
                    return 0, n, y
                level -= 1
                if n[level] >= 6:
                    return level + 1, n, y
                break
            above_is_shut = level + 1 == len(truth) or y[level + 1] >= 2
            if (n[level] >= 6 or (n[level] >= 3 and y[level] == 0)) and not above_is_shut:
                level += 1
                break
            if n[level] >= 6:
                return level + 1, n, y
            break


@pytest.mark.parametrize("truth", [FIVE, (0.1, 0.25, 0.45), (0.5,)])
def test_the_rolling_six_with_instant_follow_up_agrees_with_plain_code(truth):
    design = by_time.make("rolling six", ("arm-1",) * len(truth), 0)
    who = timed.draw(SLOW, 0, 8, range(2000), 6 * len(truth))
    done = timed.conduct(design, truth, SLOW, who)
    for i in range(2000):
        selected, n, y = plain_rolling_six(truth, who.tolerance[i])
        assert (selected, n, y) == (done.selected[i], done.n[i].tolist(), done.y[i].tolist())


class PlainTrial:
    """One trial by the rolling six with a window of follow-up, written from the paper's text: who comes on a day while
    the trial is open enters, the others are turned away. It knows nothing of the program's designs or loops."""

    def __init__(self, truth, accrual, random):
        self.truth, self.accrual, self.random = truth, accrual, random
        self.people = []  # level, day of entry, day of a DLT or none
        self.level, self.closed = 0, len(truth)

    def seen(self, level, today):
        mine = [person for person in self.people if person[0] == level]
        dlts = sum(dlt is not None and dlt <= today for _, _, dlt in mine)
        free = sum(today > day + WINDOW and (dlt is None or dlt > today) for _, day, dlt in mine)
        return len(mine), dlts, len(mine) - dlts - free

    def says(self, today):
        """ "enter", "wait", or the number of the level that is selected, 0 for none."""
        while self.level >= 0:
            n, dlts, pending = self.seen(self.level, today)
            if dlts >= 2:
                self.closed, self.level = self.level, self.level - 1
                continue
            tolerated = dlts + pending <= 1 if n == 6 else n >= 3 and dlts + pending == 0
            if tolerated and self.level + 1 < self.closed:
                self.level += 1
                continue
            if n < 6:
                return "enter"
            return self.level + 1 if tolerated else "wait"
        return 0

    def run(self):
        """The level selected, the participants, the day of the end."""
        today, arrival = 0, self.random.exponential(1 / self.accrual)
        while True:
            answer = self.says(today)
            if not isinstance(answer, str):
                return answer, len(self.people), today
            known = [day + WINDOW + 1 for _, day, _ in self.people] + [
                dlt for *_, dlt in self.people if dlt is not None
            ]
            today = min([int(arrival), *(day for day in known if day > today)])
            while int(arrival) == today:
                if self.says(today) == "enter":
                    sick = self.random.random() < self.truth[self.level]
                    dlt = today + int(self.random.random() * (WINDOW + 1)) if sick else None
                    self.people.append((self.level, today, dlt))
                arrival += self.random.exponential(1 / self.accrual)


def gaps(truth, accrual, found):
    """How far the batch is from plain trials, in standard errors: shares selected, participants, days."""
    random = np.random.default_rng(17)
    plain = np.array([PlainTrial(truth, accrual, random).run() for _ in range(PLAIN)])
    kinds = [(share, plain[:, 0] == level) for level, share in enumerate(found.selection)]
    kinds += [(found.total_n, plain[:, 1]), (found.days, plain[:, 2])]
    return [deviation(e.value, x.mean(), e.se, max(x.std() / math.sqrt(PLAIN), 1e-3)) for e, x in kinds]


PLAIN = 3_000


@pytest.mark.parametrize("truth", [FIVE, (0.1, 0.25, 0.45)])
@pytest.mark.parametrize("accrual", [0.03, 0.1, 0.8])
def test_the_rolling_six_with_follow_up_agrees_with_plain_trials(truth, accrual):
    design = by_time.make("rolling six", ("arm-1",) * len(truth), WINDOW)
    found = timed.characteristics(design, truth, timed.Course(accrual), seed=9, trials=TRIALS)
    score = gaps(truth, accrual, found)
    assert max(map(abs, score)) < 4.5, score


def test_the_comparison_with_plain_trials_notices_a_wrong_accrual_and_wrong_rates():
    design = by_time.make("rolling six", ("arm-1",) * 3, WINDOW)
    truth = (0.1, 0.25, 0.45)
    found = timed.characteristics(design, truth, timed.Course(0.1), seed=9, trials=TRIALS)
    assert max(map(abs, gaps(truth, 0.11, found))) > 4.5
    assert max(map(abs, gaps((0.15, 0.3, 0.5), 0.1, found))) > 4.5


def test_the_result_depends_neither_on_workers_nor_on_the_number_of_trials():
    design = by_time.make("rolling six", LEVELS, WINDOW)
    course = timed.Course(0.2, late=0.7, not_evaluable=0.4)
    alone = timed.characteristics(design, TRUTHS[0], course, seed=3, trials=2500)
    shared = timed.characteristics(design, TRUTHS[0], course, seed=3, trials=2500, workers=2)
    fewer = timed.characteristics(design, TRUTHS[0], course, seed=3, trials=1100)
    for name in ("selected", "n", "y", "enrolled", "closed", "completed"):
        assert np.array_equal(getattr(alone, name), getattr(shared, name))
        assert np.array_equal(getattr(alone, name)[:1100], getattr(fewer, name))
    assert (alone.enrolled > alone.n.sum(axis=1)).any(), "nobody had to be replaced"
