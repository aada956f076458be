"""What the time frame parser promises for any text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.protocol.timeframe import FrameKind, TimeFrame
from trialwright.protocol.timeframe.parser import parse_time_frame

PIECES = st.sampled_from(
    [
        "day ",
        "weeks ",
        "Months",
        " 1",
        "28",
        "-6",
        " and ",
        ", ",
        "-",
        " to ",
        "until ",
        "baseline ",
        "(",
        ")",
        "±",
        "every ",
        "death ",
        "after ",
        "surgery ",
        "cycle ",
        "up to ",
        "average of ",
        "~",
        "9" * 40,
        "½",
        "٣",
        "day1",
        "J0+1h30",
        "\x00",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join))


@given(TEXTS, st.one_of(st.just(""), st.just("Time to death"), st.text(max_size=40)))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_time_frame_that_keeps_the_text(raw, measure):
    frame = parse_time_frame(raw, measure=measure)
    assert isinstance(frame, TimeFrame)
    assert frame.raw == raw
    assert frame.kind is not FrameKind.UNPARSEABLE or frame.note
    assert list(frame.days) == sorted(set(frame.days))
    assert all(abs(day) < 1e6 for day in frame.days)
    if frame.start is not None and frame.end is not None:
        assert frame.start <= frame.end


@pytest.mark.parametrize(
    "raw",
    [
        "1," * 700,
        "day " * 370,
        "from " * 290,
        "(" * 1500,
        "until death " * 120,
        "up to " * 240,
        " 1 and" * 240,
        "x" * 10**6,
    ],
)
@pytest.mark.usefixtures("ends")
def test_long_and_hostile_texts_are_answered(raw):
    assert parse_time_frame(raw).raw == raw


@pytest.mark.parametrize(
    "raw", ["", "   ", "374", "April 2020 to March 2021", "To be decided", "At birth", "25.01.2021-17.10.2021"]
)
def test_what_is_no_time_after_a_start_is_unparseable_with_a_reason(raw):
    frame = parse_time_frame(raw)
    assert frame.kind is FrameKind.UNPARSEABLE
    assert len(frame.note) > 10


def test_an_average_is_never_a_cap():
    assert parse_time_frame("through study completion, an average of 3 years").cap is None
    assert parse_time_frame("through study completion, assessed up to 3 years").cap == 1096.0
    assert parse_time_frame("an average of 1 year").end is None


def test_a_number_glued_to_a_name_is_no_time():
    frame = parse_time_frame("From randomization until positive T790M status or death, on average 2 years")
    assert (frame.kind, frame.days, frame.end_event) == (FrameKind.EVENT_INTERVAL, (), "death")


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        ("Day14 and Day 21", (14.0, 21.0)),
        ("day 1 and 2 weeks", (1.0, 14.0)),
        ("Week 2, Week 6, Month 3", (14.0, 42.0, 91.0)),
        ("1st, 3rd and 6th month", (30.0, 91.0, 183.0)),
        ("Day 0 to Day 28 and Day 90", (0.0, 28.0, 90.0)),
        ("every 3 months for 1 year", (91.0, 183.0, 274.0, 365.0)),
        ("Days -1, 0, 1 and 28", (-1.0, 0.0, 1.0, 28.0)),
        ("3rd month after surgery", (91.0,)),
        ("at H0+1h30", (0.0625,)),
        ("C1D1, C2D8 (each cycle is 21 days)", (1.0, 29.0)),
        ("at the end of cycles 1 and 2 (each cycle is 28 days)", (28.0, 56.0)),
        ("4, 8, 12 hours, 2 weeks, 3 and 6 months", (1 / 6, 1 / 3, 0.5, 14.0, 91.0, 183.0)),
    ],
)
def test_lists_of_days(raw, days):
    assert parse_time_frame(raw).days == pytest.approx(days, abs=1e-5)


def test_tolerance_with_a_unit_that_is_shared():
    frame = parse_time_frame("Within 24 (± 4) hours post injection")
    assert (frame.end, frame.tolerance) == (1.0, pytest.approx(4 / 24, abs=1e-5))
    assert parse_time_frame("day 3±1, day 7±1").tolerance == 1.0


def test_the_earlier_of_a_day_and_an_event_is_capped_by_the_day():
    frame = parse_time_frame("28 days or until hospital discharge, whichever comes first")
    assert (frame.kind, frame.end_event, frame.cap) == (FrameKind.EVENT_INTERVAL, "hospital_discharge", 28.0)


def test_an_end_before_day_0_does_not_start_at_day_0():
    frame = parse_time_frame("Screening to Day -1")
    assert (frame.start, frame.end) == (None, -1.0)
