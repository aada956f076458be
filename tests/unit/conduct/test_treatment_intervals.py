"""Holds, windows and intervals before a dose, times of an infusion, and visits whose timing is derived."""

from __future__ import annotations

import pytest

from treated_trial import Treated, at, masked, open_label
from trialwright.conduct import commands as ask
from trialwright.conduct.events.treatment import DoseHeld, HoldLifted, TreatmentRules
from trialwright.conduct.treating.asks import Administer, EndorseCasebook, RecordVisit
from trialwright.conduct.treating.deviations import deviations
from trialwright.conduct.treating.visits import Timing, origin, visits
from trialwright.core.errors import TrialwrightError
from trialwright.dataset.columns import COMPLETED, DEATH

WHY = "the ward had no other slot"


@pytest.fixture
def trial(tmp_path):
    made = Treated(tmp_path, made=open_label())
    made.enter("S1", "S2")
    for subject in ("S1", "S2"):
        made.plan(subject)
        made.plan(subject, 2)
    return made


def refused(trial, code, person, *commands, **how):
    size = trial.ledger.head.size
    with pytest.raises(TrialwrightError) as fault:
        trial.do(person, *commands, **how)
    assert fault.value.code == code, str(fault.value)
    assert trial.ledger.head.size == size
    return str(fault.value)


def given(subject, number, day, start="10:00:00", stop="10:30:00", **how):
    return Administer(subject, number, at(day, start), at(day, stop), **how)


@pytest.mark.requirement("R48")
def test_the_next_participant_is_not_dosed_a_minute_too_early(trial):
    """R48: 24 hours between first doses at a level; one minute early is refused, on time is not."""
    trial.do("ada", TreatmentRules(stagger=1440))
    trial.do("ivy", given("S1", 1, 4))
    trial.on(5)
    assert "1439 minutes" in refused(trial, "COND-112", "ivy", given("S2", 1, 5, "09:59:00"))
    trial.do("ivy", given("S2", 1, 5, "10:00:00"))
    assert not trial.rows("DV", "S2")


@pytest.mark.requirement("R48")
def test_hours_are_counted_across_a_change_of_the_clocks_and_across_zones(trial):
    """R48: 24 hours later by the sun, not by the clock on the wall; offsets tell."""
    trial.do("ada", TreatmentRules(stagger=1440))
    trial.on(4).do("ivy", Administer("S1", 1, at(4, "10:00:00", "+02:00"), at(4, "10:30:00", "+02:00")))
    trial.on(5)
    refused(trial, "COND-112", "ivy", Administer("S2", 1, at(5, "09:30:00", "+02:00"), at(5, "10:30:00", "+02:00")))
    trial.do("ivy", Administer("S2", 1, at(5, "09:00:00", "+01:00"), at(5, "10:30:00", "+01:00")))


@pytest.mark.requirement("R48")
def test_the_interval_is_between_participants_of_one_level_and_before_first_doses_only(trial):
    """R48: another level does not wait; the second dose of a participant waits for nobody else."""
    trial.do("ada", TreatmentRules(stagger=2880, dose_margin=9))
    trial.enter("S3", level=2)
    trial.plan("S3")
    trial.do("ivy", given("S1", 1, 4))
    trial.do("ivy", given("S3", 1, 4, "10:01:00"))
    trial.on(6).do("ivy", given("S2", 1, 6))
    trial.do("ivy", given("S1", 2, 6, "10:05:00"))


@pytest.mark.requirement("R48")
def test_a_dose_that_was_given_too_early_all_the_same_is_a_deviation_with_its_reason(trial):
    """R48: it is never lost and never silent."""
    trial.do("ada", TreatmentRules(stagger=1440))
    trial.do("ivy", given("S1", 1, 4))
    refused(trial, "COND-008", "ivy", given("S2", 1, 4, "11:00:00", "11:30:00", deviation="late"))
    trial.do("ivy", given("S2", 1, 4, "11:00:00", "11:30:00", deviation=WHY))
    (row,) = trial.rows("DV", "S2").values()
    assert row["DVCAT"] == "DOSE INTERVAL"
    assert "60 minutes" in row["DVTERM"]
    assert WHY in row["DVTERM"]


def test_a_dose_by_day_keeps_the_interval_in_days(trial):
    trial.do("ada", TreatmentRules(stagger=2880))
    trial.do("ivy", ask.Dose("S1", 1, 4, True))
    refused(trial.on(5), "COND-112", "ivy", ask.Dose("S2", 1, 5, True))
    trial.on(6).do("ivy", ask.Dose("S2", 1, 6, True))


@pytest.mark.parametrize(("day", "allowed"), [(5, False), (6, True), (8, True), (9, False)])
def test_a_later_administration_has_a_window(trial, day, allowed):
    """Planned for day 3, from day 2 to 4 by its visit; the first dose was on trial day 4."""
    trial.do("ivy", given("S1", 1, 4))
    trial.on(day)
    if allowed:
        trial.do("ivy", given("S1", 2, day))
    else:
        assert "outside the window" in refused(trial, "COND-112", "ivy", given("S1", 2, day))
        trial.do("ivy", given("S1", 2, day, deviation=WHY))
        assert any(each.category == "DOSE" for each in deviations(trial.desk.standing, trial.protocol, day))


def test_the_margin_that_was_settled_takes_the_place_of_the_window(trial):
    trial.do("ada", TreatmentRules(dose_margin=0, least_gap=4320))
    trial.do("ivy", given("S1", 1, 4))
    assert "4320" in refused(trial.on(7), "COND-112", "ivy", given("S1", 2, 7, "09:59:00"))
    trial.do("ivy", given("S1", 2, 7, "10:00:00"))


def test_a_hold_holds_until_it_is_lifted(trial):
    refused(trial, "COND-008", "ivy", DoseHeld("S1"), reason="ill")
    trial.do("ivy", DoseHeld("S1"), reason="fever of unknown origin")
    assert "fever of unknown origin" in refused(trial, "COND-112", "ivy", given("S1", 1, 4))
    refused(trial, "COND-112", "ivy", ask.Dose("S1", 1, 4, True))
    trial.do("max", HoldLifted("S1"), reason="no fever for two days")
    refused(trial, "COND-116", "max", HoldLifted("S1"), reason="no fever for two days")
    trial.do("ivy", given("S1", 1, 4))


def test_an_event_of_the_grade_that_holds_holds_until_it_has_ended(trial):
    trial.do("ada", TreatmentRules(hold_grade=3, dose_margin=9))
    trial.do("ivy", given("S1", 1, 4))
    trial.do("ivy", ask.Record("AE", "S1", 1, 4, {"AETERM": "RASH", "AETOXGR": 2}))
    trial.do("ivy", ask.Record("AE", "S1", 2, 4, {"AETERM": "HYPOXIA", "AETOXGR": 3}))
    trial.on(6)
    assert "grade 3" in refused(trial, "COND-112", "ivy", given("S1", 2, 6))
    trial.do("ivy", ask.Supplement("AE", "S1", 2, {"ENDAY": 6, "AEOUT": "RECOVERED/RESOLVED"}))
    trial.do("ivy", given("S1", 2, 6))


def test_a_standing_toxicity_holds_where_holding_was_settled(trial):
    trial.do("ada", TreatmentRules(hold_grade=4, dose_margin=9))
    trial.do("ivy", given("S1", 1, 4))
    trial.do("ivy", ask.AssessDlt("S1", 4, True, True))
    assert "dose-limiting" in refused(trial.on(6), "COND-112", "ivy", given("S1", 2, 6))


@pytest.mark.parametrize(("stop", "over"), [("11:30:00", False), ("11:30:01", True)])
@pytest.mark.requirement("R36")
def test_an_infusion_that_ends_too_long_after_thaw_is_a_deviation_and_not_silent(trial, stop, over):
    """R36: 90 minutes after thaw; the infusion is recorded, and so is that it took too long."""
    trial.do("ada", TreatmentRules(infusion=90))
    trial.do("ivy", Administer("S1", 1, at(4, "10:20:00"), at(4, stop), thawed=at(4)))
    found = [row["DVCAT"] for row in trial.rows("DV", "S1").values()]
    assert found == (["INFUSION TIME"] if over else [])
    derived = [each.category for each in deviations(trial.desk.standing, trial.protocol, 4) if not each.entered]
    assert ("INFUSION TIME" in derived) is over


@pytest.mark.parametrize(
    "times",
    [
        {"started": at(4), "stopped": at(4)},
        {"started": at(4), "stopped": at(4, "09:59:59")},
        {"started": at(4), "stopped": at(4, "10:30:00"), "thawed": at(4, "10:00:01")},
        {"started": at(4, "10:00:00", "+02:00"), "stopped": at(4, "09:30:00", "+03:00")},
    ],
)
@pytest.mark.requirement("R36")
def test_times_that_run_backwards_are_refused(trial, times):
    """R36."""
    refused(trial, "COND-115", "ivy", Administer("S1", 1, **times))


@pytest.mark.requirement("R36")
def test_times_say_their_offset_and_have_come(trial):
    """R36, R08."""
    refused(trial, "COND-066", "ivy", Administer("S1", 1, "2026-01-05T10:00:00", at(4, "10:30:00")))
    refused(trial, "COND-067", "ivy", given("S1", 1, 5))
    refused(trial, "COND-115", "ivy", Administer("S1", 1, "", at(4, "10:30:00")))
    refused(trial, "COND-115", "ivy", Administer("S1", 1, at(4), ""))


def timing(trial, subject, day, number):
    found = {each.number: each for each in visits(trial.desk.standing, trial.protocol, subject, day)}
    return found[number].timing


@pytest.mark.parametrize(
    ("held", "expected"),
    [(29, Timing.EARLY), (30, Timing.IN_WINDOW), (34, Timing.IN_WINDOW), (35, Timing.LATE)],
)
@pytest.mark.requirement("R43")
def test_early_and_late_are_derived_from_the_day_and_the_window(trial, held, expected):
    """R43: day 28, from day 26 to 30 after the first dose, which was on trial day 4."""
    trial.do("ivy", given("S1", 1, 4))
    trial.on(held).do("cora", RecordVisit("S1", 1, 4, held))
    assert timing(trial, "S1", held, 4) is expected
    told = [each.text for each in deviations(trial.desk.standing, trial.protocol, held) if each.subject == "S1"]
    assert any(text.startswith("visit 4") for text in told) is (expected is not Timing.IN_WINDOW)


@pytest.mark.requirement("R43")
def test_a_visit_is_ahead_open_and_missed_as_time_passes(trial):
    """R43: without a dose nothing is due; one that was not held is missed from the day after its window."""
    assert timing(trial, "S1", 4, 4) is Timing.UNPLACED
    trial.do("ivy", given("S1", 1, 4))
    assert [timing(trial, "S1", day, 4) for day in (29, 30, 34, 35)] == [
        Timing.AHEAD,
        Timing.OPEN,
        Timing.OPEN,
        Timing.MISSED,
    ]
    trial.on(33).do("cora", RecordVisit("S1", 1, 4, 33, held=False))
    assert timing(trial, "S1", 33, 4) is Timing.MISSED


@pytest.mark.requirement("R43")
def test_a_first_dose_that_is_corrected_moves_every_window(trial):
    """R43: derived means derived anew."""
    trial.do("ivy", given("S1", 1, 4))
    trial.on(34).do("cora", RecordVisit("S1", 1, 4, 34))
    row = {name: value for name, value in trial.rows("EX", "S1")[1].items() if name != "DAY"}
    trial.do("ivy", ask.Correct("EX", "S1", 1, 3, row, "the day was mistaken"))
    assert origin(trial.desk.standing, trial.protocol, "S1") == 3
    assert timing(trial, "S1", 34, 4) is Timing.LATE


@pytest.mark.requirement("R43")
def test_the_timing_of_a_visit_has_no_column_to_type_it_into(trial):
    """R43: never typed."""
    trial.do("ivy", given("S1", 1, 4))
    row = ask.Record("SV", "S1", 1, 4, {"VISITNUM": 2, "VISITDY": 0, "OCCUR": "Y", "SVLATE": "N"})
    refused(trial, "DATA-002", "cora", row)
    refused(trial, "COND-118", "cora", RecordVisit("S1", 1, 9, 4))


@pytest.mark.requirement("R42")
def test_follow_up_goes_on_after_the_end_of_the_study(trial):
    """R42: yearly visits beyond the schedule, for who has completed; not for who has died."""
    trial.do("ada", TreatmentRules(follow_up=(365, 1826), follow_up_margin=30))
    trial.do("ivy", given("S1", 1, 4), given("S2", 1, 4, "11:00:00", "11:30:00"))
    trial.on(90).do("ivy", ask.Record("DS", "S1", 2, 90, {"DSDECOD": COMPLETED}))
    trial.do("ivy", ask.Record("DS", "S2", 2, 90, {"DSDECOD": DEATH}))
    last = {each: visits(trial.desk.standing, trial.protocol, each, 400)[-2:] for each in ("S1", "S2")}
    found = [(visit.number, visit.due, visit.timing) for visit in last["S1"]]
    assert found == [(6, 369, Timing.MISSED), (7, 1830, Timing.AHEAD)]
    assert {visit.timing for visit in last["S2"]} == {Timing.OVER}
    trial.on(380).do("cora", RecordVisit("S1", 1, 6, 380))
    assert visits(trial.desk.standing, trial.protocol, "S1", 400)[5].timing is Timing.IN_WINDOW


@pytest.mark.requirement("R57")
def test_what_is_asked_for_later_is_not_missing_from_a_visit_before(trial):
    """R57: a parameter that an amendment adds is asked of visits from then on, and of none that was held."""
    import dataclasses

    trial.do("ivy", given("S1", 1, 4), given("S2", 1, 4, "11:00:00", "11:30:00"))
    trial.on(32).do("cora", RecordVisit("S1", 1, 4, 32))
    schedule = tuple(
        dataclasses.replace(each, activities=(*each.activities, "IL6")) if each.number == 4 else each
        for each in trial.protocol.schedule
    )
    amended = dataclasses.replace(trial.protocol, schedule=schedule)
    assert visits(trial.desk.standing, amended, "S1", 32)[3].missing == ("CRP",)
    trial.do("ivy", ask.Record("LB", "S1", 1, 32, {"TESTCD": "CRP", "STRESN": 4.0, "VISITDY": 28}))
    assert visits(trial.desk.standing, amended, "S1", 32)[3].missing == ()
    plans = trial.desk.plans
    held = next(iter(plans))
    trial.desk.plans = {held: dataclasses.replace(plans[held], protocol=amended)}
    trial.do("cora", RecordVisit("S2", 1, 4, 32))
    assert visits(trial.desk.standing, amended, "S2", 32)[3].missing == ("CRP", "IL6")


@pytest.mark.requirement("R16")
def test_a_casebook_is_endorsed_up_to_what_stood_then(trial):
    """R16: signed by the investigator; what is entered later is not covered."""
    refused(trial, "COND-119", "ivy", EndorseCasebook("S1", " "))
    refused(trial, "COND-047", "cora", EndorseCasebook("S1", "end of treatment"))
    size = trial.ledger.head.size
    trial.do("ivy", EndorseCasebook("S1", "end of treatment"))
    (endorsed,) = trial.desk.standing.treating.endorsed["S1"]
    assert endorsed.upto == size
    assert trial.desk.standing.people.signatures


def test_in_a_masked_trial_the_interval_is_between_all_participants(tmp_path):
    """Else a refusal would tell who is in the same arm."""
    trial = Treated(tmp_path, made=masked())
    trial.seal()
    names = [f"MK-{number}" for number in range(4)]
    trial.randomise(*names)
    assert len({trial.arm(each) for each in names}) == 2
    trial.do("ada", TreatmentRules(stagger=1440))
    trial.do("ivy", ask.Dose(names[0], 1, 4, True))
    said = {refused(trial, "COND-112", "ivy", ask.Dose(each, 1, 4, True)).replace(each, "S") for each in names[1:]}
    assert len(said) == 1
