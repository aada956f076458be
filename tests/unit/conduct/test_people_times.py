"""Times: what occurred and when it was recorded, through zones, jumping clocks, daylight saving and leap days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_at_desk import Trial, passphrase
from trialwright.conduct import commands as ask
from trialwright.conduct.events.sites import SiteAdded
from trialwright.conduct.ledger.clock import is_recorded
from trialwright.conduct.moments import check_occurred, date_at, end_of, instant, written_date
from trialwright.core.errors import StageError, UsageError


def refuses(code, act, *args, **how):
    with pytest.raises((StageError, UsageError)) as refused:
        act(*args, **how)
    assert refused.value.code == code, refused.value
    return str(refused.value)


SITE = SiteAdded("MX-01", "Hospital One")


@pytest.mark.requirement("R08")
@pytest.mark.parametrize(
    "occurred",
    [
        "2026-01-05T10:00:00",
        "2026-01-05",
        "2026-01-05 10:00:00-06:00",
        "2026-01-05T10:00-06:00",
        "2026-01-05T10:00:00-0600",
        "2026-01-05T10:00:00-00:00",
        "2026-01-05T24:00:00-06:00",
        "2026-01-05T10:00:60-06:00",
        "2025-02-29T10:00:00-06:00",
        "yesterday",
        "",
    ],
)
def test_a_time_without_its_offset_or_that_does_not_exist_is_refused(tmp_path, occurred):
    trial = Trial(tmp_path)
    size = trial.size
    refuses("COND-066", trial.do, "ada", SITE, at=occurred)
    assert trial.size == size


@pytest.mark.requirement("R09")
@pytest.mark.parametrize(
    ("ahead", "offset", "may"),
    [(119, 0, True), (120, 0, True), (121, 0, False), (120, -6, True), (121, 14, False), (-3600 * 24 * 400, 0, True)],
)
def test_what_is_reported_lies_at_most_two_minutes_ahead(tmp_path, ahead, offset, may):
    trial = Trial(tmp_path)
    trial.clock = lambda: "2026-01-05T18:00:00.000000Z"
    trial.desk = trial.another()
    at = datetime(2026, 1, 5, 18, tzinfo=UTC) + timedelta(seconds=ahead)
    at = at.astimezone(ZoneInfo("UTC")) + timedelta(hours=offset)
    text = f"{at:%Y-%m-%dT%H:%M:%S}{'+' if offset >= 0 else '-'}{abs(offset):02d}:00"
    if may:
        trial.do("ada", SITE, at=text)
        assert list(trial.ledger.entries())[-1].occurred == text
    else:
        refuses("COND-067", trial.do, "ada", SITE, at=text)


@pytest.mark.requirement("R09")
@pytest.mark.parametrize(
    ("now", "occurred", "may"),
    [
        # New York puts its clocks back on 2026-11-01 at 06:00 UTC: 01:30 comes twice, an hour apart
        ("2026-11-01T05:31:00.000000Z", "2026-11-01T01:30:00-04:00", True),
        ("2026-11-01T05:31:00.000000Z", "2026-11-01T01:30:00-05:00", False),
        ("2026-11-01T06:31:00.000000Z", "2026-11-01T01:30:00-05:00", True),
        # and forward on 2026-03-08 at 07:00 UTC: 02:30 does not come, but a time with an offset is one moment
        ("2026-03-08T07:31:00.000000Z", "2026-03-08T02:30:00-05:00", True),
        ("2026-03-08T06:31:00.000000Z", "2026-03-08T02:30:00-04:00", True),
        ("2026-03-08T06:27:00.000000Z", "2026-03-08T02:30:00-04:00", False),
    ],
)
def test_the_hour_that_comes_twice_and_the_one_that_does_not_come(now, occurred, may):
    if may:
        check_occurred(occurred, now)
    else:
        refuses("COND-067", check_occurred, occurred, now)


@pytest.mark.parametrize(
    ("zone", "now", "day"),
    [
        ("America/Mexico_City", (2026, 1, 6, 5, 59), 4),
        ("America/Mexico_City", (2026, 1, 6, 6, 0), 5),
        ("Pacific/Kiritimati", (2026, 1, 5, 10, 0), 5),
        ("America/New_York", (2026, 3, 8, 4, 59), 65),  # the day of 23 hours
        ("America/New_York", (2026, 3, 9, 3, 59), 66),
        ("America/New_York", (2026, 3, 9, 4, 0), 67),
        ("America/New_York", (2026, 11, 1, 4, 0), 304),  # the day of 25 hours
        ("America/New_York", (2026, 11, 2, 4, 59), 304),
        ("America/New_York", (2026, 11, 2, 5, 0), 305),
        ("UTC", (2028, 2, 29, 0, 0), 789),
        ("UTC", (2028, 3, 1, 0, 0), 790),
    ],
)
def test_the_trial_day_is_the_date_in_the_zone_of_the_trial(tmp_path, zone, now, day):
    trial = Trial(tmp_path, zone=zone)
    trial.clock.set(*now)
    (entry,) = trial.do("ada", SITE)
    assert entry.day == day


def test_a_clock_behind_the_ledger_is_refused_and_nothing_is_lost(tmp_path):
    trial = Trial(tmp_path).staffed()
    trial.clock.set(2026, 1, 4, 18)
    size = trial.size
    said = refuses("COND-068", trial.do, "ada", SiteAdded("MX-03", "Hospital Three"))
    assert "day 3" in said
    assert "day 4" in said
    assert trial.size == size
    trial.desk.sign_in("ada", passphrase("ada"))  # an emergency does not wait for the clock to be set right
    refuses("COND-044", trial.another().sign_in, "ada", "a wrong passphrase")
    assert [entry.day for entry in trial.desk.ledger.entries()][-2:] == [4, 4]
    trial.clock.set(2026, 1, 5, 7)  # put back within the day: the order of the entries is that of the ledger
    trial.desk.sign_in("ada", passphrase("ada"))
    trial.do("ada", SiteAdded("MX-03", "Hospital Three"))


def test_a_clock_before_the_start_of_the_trial_is_refused(tmp_path):
    trial = Trial(tmp_path)
    trial.clock.set(2025, 12, 31, 18)
    refuses("COND-068", trial.do, "ada", SITE)


def test_in_a_rehearsal_with_a_date_now_is_the_end_of_that_date(tmp_path):
    trial = Trial(tmp_path)
    trial.desk = trial.another(today=date(2028, 2, 29))
    (entry,) = trial.do("ada", SITE)
    assert entry.day == 789
    assert entry.occurred == "2028-03-01T05:59:59.999999Z"
    assert entry.recorded.startswith("2026-01-05")  # the server's time all the same
    trial.do("ada", SiteAdded("MX-02", "Two"), at="2028-02-29T23:59:00-06:00")
    refuses("COND-067", trial.do, "ada", SiteAdded("MX-03", "Three"), at="2028-03-01T00:02:00-06:00")
    trial.desk = trial.another(today=date(2028, 2, 28))
    refuses("COND-068", trial.do, "ada", SiteAdded("MX-03", "Three"))
    trial.desk = trial.another(today=date(2028, 3, 1))
    assert trial.do("ada", SiteAdded("MX-03", "Three"))[0].day == 790


def test_a_live_trial_has_no_date_of_its_own(tmp_path):
    trial = Trial(tmp_path, mode="live")
    trial.do("ada", SITE)
    trial.desk = trial.another(today=date(2026, 1, 5))
    refuses("COND-068", trial.do, "ada", SiteAdded("MX-02", "Two"))
    refuses("COND-068", trial.desk.sign_in, "ada", passphrase("ada"))


@pytest.mark.requirement("R09")
def test_the_day_of_a_row_is_that_of_its_time_in_the_zone_of_trial_or_site_or_as_written(tmp_path):
    trial = Trial(tmp_path).opened()
    trial.admit("P-1")
    trial.enrol("P-1")
    fever = {"AETERM": "Fever"}
    refuses("COND-078", trial.do, "cora", ask.Record("AE", "P-1", 1, 3, fever), at="2026-01-05T10:00:00-06:00")
    trial.do("cora", ask.Record("AE", "P-1", 1, 4, fever), at="2026-01-05T10:00:00-06:00")
    trial.do("cora", ask.Record("AE", "P-1", 2, 3, fever), at="2026-01-05T05:30:00Z")  # 23:30 the day before
    trial.do("cora", ask.Record("AE", "P-1", 3, 3, fever))


@pytest.mark.parametrize("zone", ["America/Havana", "Atlantic/Azores", "Pacific/Apia", "Africa/Cairo", "Asia/Beirut"])
def test_the_end_of_a_date_is_the_last_moment_of_it(zone):
    for on in (date(2026, 3, 29), date(2026, 11, 1), date(2026, 10, 24), date(2026, 4, 23), date(2028, 2, 29)):
        last = end_of(on, zone)
        assert is_recorded(last)
        assert date_at(last, zone) == on
        after = instant(last) + timedelta(microseconds=1)
        assert after.astimezone(ZoneInfo(zone)).date() == on + timedelta(days=1)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)), st.sampled_from(["Europe/Lisbon", "Asia/Kolkata"]))  # noqa: DTZ001
def test_a_moment_lies_within_the_date_that_it_is_of(moment, zone):
    text = f"{moment:%Y-%m-%dT%H:%M:%S.%f}Z"
    on = date_at(text, zone)
    assert instant(end_of(on - timedelta(days=1), zone)) < instant(text) <= instant(end_of(on, zone))


@pytest.mark.parametrize("text", ["2026-02-29", "2026-2-9", "20260209", "2026-02", "", "2026-W05-1", "2026-01-05 "])
def test_a_written_date_is_whole_and_exists(text):
    assert written_date("2028-02-29") == date(2028, 2, 29)
    assert written_date(text) is None
