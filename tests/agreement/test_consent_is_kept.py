"""Whatever is approved, agreed to, withdrawn and entered, in whatever order: the desk lets pass what plain lists do."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from people_at_desk import START, WHY, Trial
from trialwright.conduct import commands as ask
from trialwright.conduct.events.subjects import Consented, ConsentVersionApproved, ConsentWithdrawn
from trialwright.conduct.subjects.asks import RegisterSubject
from trialwright.core.errors import StageError, UsageError

DAYS = st.integers(0, 6)
STEPS = st.one_of(
    st.tuples(st.just("pass"), st.integers(1, 2)),
    st.tuples(st.just("approve"), DAYS, st.booleans()),
    st.tuples(st.just("consent"), st.integers(0, 3), DAYS),
    st.tuples(st.just("withdraw"), DAYS, st.booleans()),
    st.tuples(st.just("measure"), DAYS),
    st.tuples(st.just("event"), DAYS),
)


class Lists:
    """What should be, kept in lists of whole days: versions as (name, day, again), consents as (version, day)."""

    def __init__(self):
        self.today, self.versions, self.consents, self.withdrawn = 4, [("1", -31, True)], [], None

    def in_force(self, day):
        return [v for v in sorted(self.versions, key=lambda v: v[1]) if v[1] <= day]

    def may_consent(self, version, day):
        here = self.in_force(day)
        after = self.withdrawn is None or day > self.withdrawn[0]
        return day <= self.today and bool(here) and here[-1][0] == version and after

    def may_withdraw(self, day):
        return self.withdrawn is None and bool(self.consents) and max(d for _, d in self.consents) <= day <= self.today

    def may_measure(self, day):
        if day > self.today or not any(given <= day for _, given in self.consents):
            return False
        if self.withdrawn is not None and day > self.withdrawn[0] and not self.withdrawn[1]:
            return False
        latest = max(self.consents, key=lambda each: each[1])[0]
        names = [name for name, _, _ in self.in_force(self.today)]
        newer = self.in_force(self.today)[names.index(latest) + 1 :]
        return not any(again for _, _, again in newer)


def at(day, hour):
    return f"{START + timedelta(days=day)}T{hour:02d}:00:00-06:00"


def passes(act, *args, **how):
    try:
        act(*args, **how)
    except (StageError, UsageError):
        return False
    return True


def step(trial, lists, number, what):
    match what:
        case "pass", days:
            lists.today += days
            on = START + timedelta(days=lists.today)
            trial.clock.set(on.year, on.month, on.day, 23)
        case "approve", day, again:
            name = str(len(lists.versions) + 1)
            trial.do("ada", ConsentVersionApproved(name, "MX-01", str(START + timedelta(days=day)), again=again))
            lists.versions.append((name, day, again))
        case "consent", version, day:
            name = str(version + 1)
            may = lists.may_consent(name, day)
            event = Consented("P-1", name, "participant", "cora")
            assert passes(trial.do, "cora", event, at=at(day, 8), reason=WHY) is may
            if may:
                anew = lists.withdrawn is not None
                lists.consents = [each for each in lists.consents if anew or each[0] != name] + [(name, day)]
                lists.withdrawn = None
        case "withdraw", day, follow_up:
            may = lists.may_withdraw(day)
            event = ConsentWithdrawn("P-1", follow_up, False, "keep")
            assert passes(trial.do, "cora", event, at=at(day, 16)) is may
            lists.withdrawn = (day, follow_up) if may else lists.withdrawn
        case "measure", day:
            row = ask.Record("VS", "P-1", number, day, {"TESTCD": "PULSE"})
            assert passes(trial.do, "cora", row) is lists.may_measure(day)
        case "event", day:
            row = ask.Record("AE", "P-1", number, day, {"AETERM": "Fever"})
            assert passes(trial.do, "cora", row) is (day <= lists.today)


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=14))
def test_the_desk_lets_pass_what_the_lists_do(steps):
    with tempfile.TemporaryDirectory() as folder:
        trial, lists = Trial(Path(folder)), Lists()
        trial.clock.set(2026, 1, 5, 23)
        trial.opened()
        trial.do("cora", RegisterSubject("P-1"))
        for number, what in enumerate(steps, start=1):
            step(trial, lists, number, what)
        rows = trial.another().standing.data.rows
        assert rows == trial.desk.standing.data.rows
