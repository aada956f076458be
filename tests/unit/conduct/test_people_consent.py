"""Consent: to the version in force, before any procedure, anew to a new version, and what a withdrawal leaves."""

import pytest

from people_at_desk import WHY, Trial
from trialwright.conduct import commands as ask
from trialwright.conduct.events import Recorded
from trialwright.conduct.events.subjects import (
    Consented,
    ConsentVersionApproved,
    ConsentWithdrawn,
    PreConsentItemsListed,
)
from trialwright.conduct.subjects.asks import ConfirmEligibility, RegisterSubject
from trialwright.core.errors import StageError, UsageError
from trialwright.dataset.columns import COMPLETED, WITHDRAWAL

PULSE = {"TESTCD": "PULSE", "STRESN": 70.0, "STRESU": "beats/min"}


@pytest.fixture
def trial(tmp_path):
    made = Trial(tmp_path)
    made.clock.set(2026, 1, 3, 18)
    made.opened()
    made.clock.set(2026, 1, 5, 18)
    return made


@pytest.fixture
def enrolled(trial):
    trial.admit("P-1")
    trial.enrol("P-1")
    return trial


def refuses(code, act, *args, **how):
    with pytest.raises((StageError, UsageError)) as refused:
        act(*args, **how)
    assert refused.value.code == code, refused.value
    return str(refused.value)


def vital(day, number=1, subject="P-1"):
    return ask.Record("VS", subject, number, day, PULSE)


def deviations(trial, subject="P-1"):
    rows = trial.desk.standing.data.rows.items()
    return [fact.values["DVTERM"] for key, fact in rows if key[:2] == ("DV", subject)]


# before entering


@pytest.mark.requirement("R19")
def test_nobody_enters_without_consent(trial):
    trial.do("cora", RegisterSubject("P-1"))
    trial.answer("P-1")
    trial.do("ivy", ConfirmEligibility("P-1"))
    refuses("COND-071", trial.enrol, "P-1")
    trial.consent("P-1")
    trial.enrol("P-1")


@pytest.mark.requirement("R19")
def test_consent_says_version_time_signatory_and_who_took_it(trial):
    trial.do("cora", RegisterSubject("P-1"))
    trial.consent("P-1", at="2026-01-05T08:30:00-06:00", by="ivy")
    (given,) = trial.desk.standing.subjects.known["P-1"].consents
    assert (given.version, given.at) == ("1", "2026-01-05T08:30:00-06:00")
    assert (given.signatory, given.taken_by) == ("participant", "ivy")


@pytest.mark.requirement("R19")
@pytest.mark.parametrize(
    "event",
    [
        Consented("P-1", "2", "participant", "cora"),
        Consented("P-1", "1", "a friend", "cora"),
        Consented("P-1", "1", "participant", "nobody"),
        Consented("P-1", "1", "participant", "cal"),  # no duty to take consent
        Consented("P-1", "1", "participant", "ivo"),  # of another site
    ],
)
def test_consent_that_cannot_be_is_refused(trial, event):
    trial.do("cora", RegisterSubject("P-1"))
    refuses("COND-070", trial.do, "cora", event)


@pytest.mark.requirement("R19")
def test_consent_is_to_the_version_that_was_in_force_on_its_date(trial):
    trial.do("ada", ConsentVersionApproved("2", "MX-01", "2026-01-05"))
    trial.do("cora", RegisterSubject("P-1"))
    refuses("COND-070", trial.consent, "P-1", version="1")
    refuses("COND-070", trial.consent, "P-1", version="2", at="2026-01-04T09:00:00-06:00")
    trial.consent("P-1", version="1", at="2026-01-04T23:59:59-06:00")
    trial.consent("P-1", version="2")


@pytest.mark.requirement("R19")
def test_of_two_versions_of_one_date_the_one_approved_last_is_in_force(trial):
    trial.do("ada", ConsentVersionApproved("2", "*", "2026-01-05"), ConsentVersionApproved("2a", "*", "2026-01-05"))
    trial.do("cora", RegisterSubject("P-1"))
    refuses("COND-070", trial.consent, "P-1", version="2")
    trial.consent("P-1", version="2a")


@pytest.mark.requirement("R19")
def test_nobody_enters_on_a_version_that_was_retired_in_between(trial):
    trial.admit("P-1")
    trial.do("ada", ConsentVersionApproved("2", "*", "2026-01-06", again=False))
    trial.clock.set(2026, 1, 6, 18)
    assert "retired" in refuses("COND-071", trial.enrol, "P-1", day=5)
    trial.consent("P-1", version="2", at="2026-01-06T09:00:00-06:00")
    trial.enrol("P-1", day=5)


@pytest.mark.requirement("R19")
def test_a_version_that_comes_into_force_later_does_not_count_yet(trial):
    trial.do("ada", ConsentVersionApproved("2", "*", "2026-01-06"))
    trial.admit("P-1")
    trial.enrol("P-1")


@pytest.mark.requirement("R19")
def test_nobody_enters_before_the_time_of_the_consent_that_was_entered(trial):
    trial.do("cora", RegisterSubject("P-1"))
    trial.answer("P-1")
    trial.do("ivy", ConfirmEligibility("P-1"))
    trial.consent("P-1", at="2026-01-05T12:01:30-06:00")  # the clock of the ward is a little fast
    assert "has not come" in refuses("COND-071", trial.enrol, "P-1")
    trial.clock.set(2026, 1, 5, 18, 2)
    refuses("COND-071", trial.enrol, "P-1", at="2026-01-05T12:01:00-06:00")
    trial.enrol("P-1", at="2026-01-05T12:02:00-06:00")


@pytest.mark.requirement("R02")
def test_the_time_of_consent_is_corrected_with_a_reason(trial):
    trial.do("cora", RegisterSubject("P-1"))
    trial.consent("P-1")
    size = trial.size
    for reason in ("", " ", ".", "a typo"):
        refuses("COND-008", trial.consent, "P-1", at="2026-01-04T09:00:00-06:00", reason=reason)
    assert trial.size == size
    trial.consent("P-1", at="2026-01-04T09:00:00-06:00", reason=WHY)
    assert [each.at for each in trial.desk.standing.subjects.known["P-1"].consents] == ["2026-01-04T09:00:00-06:00"]
    assert list(trial.ledger.entries())[-1].reason == WHY


# procedures


@pytest.mark.requirement("R20")
@pytest.mark.requirement("R09")
def test_a_procedure_before_consent_is_stopped_and_leaves_a_deviation(enrolled):
    size = enrolled.size
    refuses("COND-072", enrolled.do, "cora", vital(3))
    refuses("COND-072", enrolled.do, "cora", vital(4), at="2026-01-05T08:59:59-06:00")
    assert [type(event) for event in enrolled.events(size)] == [Recorded, Recorded]
    assert ("VS", "P-1", 1) not in enrolled.desk.standing.data.rows
    assert len(deviations(enrolled)) == 2
    assert "day 3 before consent" in deviations(enrolled)[0]
    refuses("COND-072", enrolled.do, "cora", vital(3))
    assert len(deviations(enrolled)) == 2  # the same attempt again is the same deviation
    enrolled.do("cora", vital(4), at="2026-01-05T09:00:00-06:00")
    enrolled.do("cora", vital(4, 2))


@pytest.mark.requirement("R20")
def test_of_commands_given_together_none_is_done_where_one_is_stopped(enrolled):
    size = enrolled.size
    refuses("COND-072", enrolled.do, "cora", vital(4), vital(3, 2))
    assert [event.domain for event in enrolled.events(size)] == ["DV"]
    assert enrolled.another().standing.data.rows.keys() == enrolled.desk.standing.data.rows.keys()
    assert enrolled.desk.standing.head == enrolled.ledger.head


@pytest.mark.requirement("R20")
def test_what_lies_before_consent_once_its_time_is_corrected_shows_as_deviations(enrolled):
    enrolled.clock.set(2026, 1, 7, 18)
    enrolled.do("cora", vital(4), vital(6, 2), ask.Record("AE", "P-1", 1, 4, {"AETERM": "Fever"}))
    enrolled.do("cora", vital(4, 3), ask.Retract("VS", "P-1", 3, WHY))
    enrolled.consent("P-1", at="2026-01-06T09:00:00-06:00", reason=WHY)
    told = deviations(enrolled)
    assert len(told) == 2
    assert "row 1 of DS on trial day 4 before consent" in told[0]
    assert "row 1 of VS on trial day 4 before consent" in told[1]


@pytest.mark.requirement("R20")
def test_what_is_no_procedure_or_is_listed_may_lie_before_consent(enrolled):
    enrolled.do("cora", ask.Record("MH", "P-1", 1, 0, {"MHTERM": "Asthma"}))
    enrolled.do("cora", ask.Record("CM", "P-1", 1, 0, {"CMTRT": "Salbutamol"}))
    refuses("COND-072", enrolled.do, "cora", vital(3))
    refuses("COND-008", enrolled.do, "ada", PreConsentItemsListed(("VS:PULSE",)))
    refuses("COND-070", enrolled.do, "ada", PreConsentItemsListed(("ZZ",)), reason=WHY)
    enrolled.do("ada", PreConsentItemsListed(("VS:PULSE",)), reason=WHY)
    enrolled.do("cora", vital(3))
    refuses("COND-072", enrolled.do, "cora", ask.Record("VS", "P-1", 2, 3, {**PULSE, "TESTCD": "TEMP"}))


@pytest.mark.requirement("R20")
def test_somebody_who_never_agreed_has_no_procedures(trial):
    trial.do("cora", RegisterSubject("P-1"))
    refuses("COND-072", trial.do, "cora", vital(4))
    refuses("COND-069", trial.do, "cora", vital(4, subject="P-2"))


@pytest.mark.requirement("R19")
def test_a_new_version_is_agreed_to_before_the_next_procedure(enrolled):
    enrolled.do("ada", ConsentVersionApproved("2", "*", "2026-01-06"))
    enrolled.do("cora", vital(4))
    enrolled.clock.set(2026, 1, 7, 18)
    assert "version 2" in refuses("COND-071", enrolled.do, "cora", vital(6, 2))
    enrolled.do("cora", ask.Record("AE", "P-1", 1, 6, {"AETERM": "Fever"}))  # safety is never held back
    enrolled.consent("P-1", version="2", at="2026-01-07T10:00:00-06:00")
    enrolled.do("cora", vital(6, 2), at="2026-01-07T11:00:00-06:00")
    assert deviations(enrolled) == []
    enrolled.do("cora", vital(5, 3))  # it was done, on the day before: entered, as the deviation that it is
    assert ["version 2" in each for each in deviations(enrolled)] == [True]


@pytest.mark.requirement("R19")
def test_of_two_consents_of_one_minute_the_one_entered_last_counts(trial):
    trial.do("cora", RegisterSubject("P-1"))
    trial.answer("P-1")
    trial.do("ivy", ConfirmEligibility("P-1"))
    trial.consent("P-1", version="1", at="2026-01-05T10:00:00-06:00")
    trial.do("ada", ConsentVersionApproved("2", "*", "2026-01-05"))
    refuses("COND-071", trial.enrol, "P-1")
    trial.consent("P-1", version="2", at="2026-01-05T10:00:00-06:00")
    trial.enrol("P-1")


@pytest.mark.requirement("R19")
def test_a_new_version_that_asks_nobody_again_stops_nothing(enrolled):
    enrolled.do("ada", ConsentVersionApproved("2", "*", "2026-01-06", again=False))
    enrolled.clock.set(2026, 1, 7, 18)
    enrolled.do("cora", vital(6))
    enrolled.do("ada", ConsentVersionApproved("3", "MX-02", "2026-01-07"))
    enrolled.do("cora", vital(6, 2))
    enrolled.do("ada", ConsentVersionApproved("3", "MX-01", "2026-01-07"))
    refuses("COND-071", enrolled.do, "cora", vital(6, 3))


# withdrawal


def withdraw(trial, *, follow_up=False, records=False, samples="destroy", at="2026-01-05T11:00:00-06:00", **how):
    return trial.do("cora", ConsentWithdrawn("P-1", follow_up, records, samples), at=at, **how)


@pytest.mark.requirement("R21")
def test_a_withdrawal_keeps_the_data_and_the_choices_and_ends_the_part_of_an_enrolled_person(enrolled):
    enrolled.do("cora", vital(4))
    withdraw(enrolled)
    person = enrolled.desk.standing.subjects.known["P-1"]
    assert (person.withdrawn.follow_up, person.withdrawn.records, person.withdrawn.samples) == (False, False, "destroy")
    assert ("VS", "P-1", 1) in enrolled.desk.standing.data.rows
    rows = enrolled.desk.standing.data.rows.items()
    assert [f.values["DSDECOD"] for k, f in rows if k[0] == "DS"] == ["ENROLLED", WITHDRAWAL]
    assert enrolled.desk.standing.data.state().off_study.tolist() == [4]


@pytest.mark.requirement("R21")
def test_after_a_withdrawal_only_safety_and_what_was_before_is_entered(enrolled):
    enrolled.do("cora", vital(4))
    withdraw(enrolled)
    enrolled.clock.set(2026, 1, 8, 18)
    size = enrolled.size
    refuses("COND-073", enrolled.do, "cora", vital(5, 2))
    refuses("COND-073", enrolled.do, "cora", ask.Record("CM", "P-1", 1, 5, {"CMTRT": "Salbutamol"}))
    refuses("COND-073", enrolled.do, "ivy", ask.Allocate("P-1", 4, "arm-1"))
    refuses("COND-071", withdraw, enrolled, at="2026-01-08T11:00:00-06:00")
    assert enrolled.size == size
    enrolled.do("cora", vital(4, 2))  # of the day of the withdrawal, entered late
    enrolled.do("cora", ask.Record("AE", "P-1", 1, 6, {"AETERM": "Fever"}))
    enrolled.do("cora", ask.Correct("VS", "P-1", 1, 4, {**PULSE, "STRESN": 71.0}, WHY))
    enrolled.do("cora", ask.Record("DS", "P-1", 3, 7, {"DSDECOD": "DEATH"}))


@pytest.mark.requirement("R21")
@pytest.mark.parametrize(("follow_up", "records"), [(True, False), (False, True), (True, True)])
def test_what_somebody_agrees_to_after_a_withdrawal_is_entered(enrolled, follow_up, records):
    withdraw(enrolled, follow_up=follow_up, records=records)
    enrolled.clock.set(2026, 1, 8, 18)
    drug = ask.Record("CM", "P-1", 1, 5, {"CMTRT": "Salbutamol"})
    enrolled.do("cora", drug)
    if follow_up:
        enrolled.do("cora", vital(5))
    else:
        refuses("COND-073", enrolled.do, "cora", vital(5))
    assert bool(enrolled.desk.standing.data.state().off_study[0] == -1) is follow_up


@pytest.mark.requirement("R21")
def test_nobody_enters_after_a_withdrawal_until_they_agree_anew(trial):
    trial.admit("P-1")
    withdraw(trial)
    assert trial.events()[-1] == ConsentWithdrawn("P-1", False, False, "destroy")  # nobody enrolled, nothing to leave
    refuses("COND-073", trial.enrol, "P-1")
    refuses("COND-073", trial.consent, "P-1", at="2026-01-05T10:00:00-06:00", reason=WHY)
    trial.consent("P-1", at="2026-01-05T11:30:00-06:00")
    trial.enrol("P-1")
    assert len(trial.desk.standing.subjects.known["P-1"].consents) == 2


@pytest.mark.parametrize("how", [{"samples": "sell"}, {"at": "2026-01-05T08:00:00-06:00"}])
def test_a_withdrawal_that_cannot_be_is_refused(enrolled, how):
    refuses("COND-070", withdraw, enrolled, **how)


@pytest.mark.parametrize(
    "event",
    [
        ConsentVersionApproved("1", "*", "2026-01-05"),
        ConsentVersionApproved(" ", "*", "2026-01-05"),
        ConsentVersionApproved("2", "*", "tomorrow"),
        ConsentVersionApproved("2", "*", "2026-01-05", "abc"),
    ],
)
def test_a_version_of_the_form_that_cannot_be_is_refused(trial, event):
    refuses("COND-070", trial.do, "ada", event)


@pytest.mark.requirement("R21")
def test_who_has_completed_the_trial_is_not_counted_as_withdrawn_from_it(enrolled):
    enrolled.do("cora", ask.Record("DS", "P-1", 3, 4, {"DSDECOD": COMPLETED}))
    withdraw(enrolled)
    assert enrolled.events()[-1] == ConsentWithdrawn("P-1", False, False, "destroy")
    ends = [fact.values["DSDECOD"] for fact in enrolled.desk.standing.data.rows_of("DS", "P-1")]
    assert COMPLETED in ends
    assert WITHDRAWAL not in ends
