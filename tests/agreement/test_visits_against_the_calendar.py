"""The timing of visits against dates counted apart, over month ends, leap days and changes of the clocks."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treated_trial import open_label
from trialwright.conduct.act import Act
from trialwright.conduct.events.data import Allocated, Dosed, Enrolled, Opened, Recorded
from trialwright.conduct.moments import date_at
from trialwright.conduct.standing import Standing
from trialwright.conduct.treating.giving import minutes_between
from trialwright.conduct.treating.visits import Timing, visits
from trialwright.protocol.schedule import Encounter

ZONES = ("America/Mexico_City", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia", "UTC")
DATES = st.dates(date(2023, 12, 1), date(2028, 4, 1))


def trial(first, held, planned, window, subject="S1"):
    """A participant whose first dose was on trial day `first`; the planned visit was held on `held`, if at all."""
    made = dataclasses.replace(
        open_label(), schedule=(Encounter(1, "Planned", planned, planned - window[0], planned + window[1]),)
    )
    standing = Standing()
    events = [
        Opened("0" * 64, "a design", ("arm-1",)),
        Enrolled(subject, first, ("arm-1",), 1),
        Allocated(subject, first, "arm-1", 1),
        Dosed(subject, 1, first, True),
    ]
    if held is not None:
        events.append(Recorded("SV", subject, 1, held, {"VISITNUM": 1, "VISITDY": planned, "OCCUR": "Y"}))
    last = max(first, first if held is None else held)
    for number, event in enumerate(events, start=1):
        standing.apply(Act(event, number, last if number == len(events) else first, "ivy"))
    return standing, made


@pytest.mark.requirement("R43")
@given(
    start=DATES,
    first=DATES,
    planned=st.integers(1, 400),
    window=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    off=st.integers(-40, 40),
)
def test_a_visit_is_early_or_late_as_its_date_is(start, first, planned, window, off):
    """R43: by calendar dates: the planned date is so many days after the date of the first dose."""
    first_day = (first - start).days
    held_on = first + timedelta(days=planned + off)
    held = (held_on - start).days
    if first_day < 0 or held < first_day:
        return
    standing, made = trial(first_day, held, planned, window)
    (visit,) = visits(standing, made, "S1", held)
    opens, closes = (first + timedelta(days=planned + shift) for shift in (-window[0], window[1]))
    expected = Timing.EARLY if held_on < opens else Timing.LATE if held_on > closes else Timing.IN_WINDOW
    assert visit.timing is expected
    assert start + timedelta(days=visit.due) == first + timedelta(days=planned)


@pytest.mark.requirement("R43")
@given(first=st.integers(0, 400), planned=st.integers(1, 60), window=st.tuples(st.integers(0, 9), st.integers(0, 9)))
def test_as_days_pass_a_visit_is_ahead_then_open_then_missed(first, planned, window):
    """R43: in that order, and open on exactly the days of its window."""
    standing, made = trial(first, None, planned, window)
    days = range(first, first + planned + window[1] + 3)
    found = [visits(standing, made, "S1", day)[0].timing for day in days]
    opened = [day for day, timing in zip(days, found, strict=True) if timing is Timing.OPEN]
    earliest = max(first, first + planned - window[0])
    assert opened == list(range(earliest, first + planned + window[1] + 1))
    order = [Timing.AHEAD, Timing.OPEN, Timing.MISSED]
    assert [order.index(timing) for timing in found] == sorted(order.index(timing) for timing in found)


@pytest.mark.requirement("R43")
@given(
    zone=st.sampled_from(ZONES),
    on=DATES,
    minute=st.integers(0, 24 * 60 - 1),
    fold=st.integers(0, 1),
    took=st.integers(0, 48 * 60),
)
def test_the_day_of_a_dose_is_that_of_the_wall_clock_and_minutes_are_real_ones(zone, on, minute, fold, took):
    """R43, R36: an hour that comes twice, or not at all, changes neither the date nor how long an infusion took."""
    wall = datetime(on.year, on.month, on.day, minute // 60, minute % 60, fold=fold, tzinfo=ZoneInfo(zone))
    begun = datetime.fromtimestamp(wall.timestamp(), ZoneInfo(zone))  # an hour that never was is the one after it
    ended = datetime.fromtimestamp(wall.timestamp() + took * 60, ZoneInfo(zone))
    assert date_at(begun.isoformat(), zone) == begun.date()
    assert minutes_between(begun.isoformat(), ended.isoformat()) == took
