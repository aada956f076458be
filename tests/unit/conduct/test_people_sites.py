"""Sites and their approvals: nobody enters before they stand, nor once they have lapsed."""

import pytest

from people_at_desk import WHY, Trial, protocol
from trialwright.conduct import commands as ask
from trialwright.conduct.events.sites import (
    ApprovalRecorded,
    ApprovalWithdrawn,
    SiteActivated,
    SiteAdded,
    SiteClosed,
)
from trialwright.conduct.events.subjects import ConsentVersionApproved
from trialwright.conduct.events.trial import AmendmentInForce, OpenedToEnrolment
from trialwright.conduct.milestones.asks import Amend
from trialwright.conduct.rule import Plan
from trialwright.core.errors import StageError, UsageError
from trialwright.design import build
from trialwright.protocol.kinds import SingleArm


@pytest.fixture
def trial(tmp_path):
    return Trial(tmp_path)


def refuses(code, act, *args, **how):
    with pytest.raises((StageError, UsageError)) as refused:
        act(*args, **how)
    assert refused.value.code == code, refused.value
    return str(refused.value)


@pytest.mark.requirement("R18")
def test_a_site_is_not_activated_before_each_approval_that_it_needs(trial):
    trial.staffed()
    assert "ethics, authority" in refuses("COND-062", trial.do, "ada", SiteActivated("MX-01"))
    trial.do("ada", ApprovalRecorded("MX-01", "ethics", "E/1", "2025-12-01"))
    assert "authority" in refuses("COND-062", trial.do, "ada", SiteActivated("MX-01"))
    trial.do("ada", ApprovalRecorded("MX-01", "authority", "A/1", "2025-12-01"))
    trial.do("ada", SiteActivated("MX-01"))
    refuses("COND-062", trial.do, "ada", SiteActivated("MX-01"))


@pytest.mark.requirement("R18")
def test_nobody_enters_at_a_site_that_is_not_active_whatever_else_stands(trial):
    trial.staffed()
    trial.do("ada", ConsentVersionApproved("1", "*", "2025-12-01"), OpenedToEnrolment())
    trial.admit("P-1")
    size = trial.size
    said = refuses("COND-062", trial.enrol, "P-1")
    assert "not been activated" in said
    assert "'ethics'" in said
    trial.approve()
    refuses("COND-062", trial.enrol, "P-1")
    assert trial.size == size + 2  # the approvals alone
    trial.do("ada", SiteActivated("MX-01"))
    trial.enrol("P-1")


@pytest.mark.requirement("R18")
def test_nobody_enters_before_the_trial_is_open_to_enrolment(trial):
    trial.staffed()
    trial.approve()
    trial.do("ada", SiteActivated("MX-01"), ConsentVersionApproved("1", "*", "2025-12-01"))
    trial.admit("P-1")
    with pytest.raises(StageError, match="COND-048") as fault:
        trial.enrol("P-1")
    assert fault.value.expected == "a trial that is open to enrolment"  # and not "another phase"


@pytest.mark.requirement("R18")
@pytest.mark.parametrize(("expires", "may"), [("2026-01-04", False), ("2026-01-05", True), ("2028-02-29", True)])
def test_an_approval_holds_up_to_and_with_its_last_date(trial, expires, may):
    trial.clock.set(2026, 1, 2, 18)
    trial.staffed()
    trial.approve(expires=expires)
    trial.do("ada", SiteActivated("MX-01"), ConsentVersionApproved("1", "*", "2025-12-01"), OpenedToEnrolment())
    trial.clock.set(2026, 1, 5, 18)
    trial.admit("P-1")
    if may:
        trial.enrol("P-1")
    else:
        refuses("COND-062", trial.enrol, "P-1")
        trial.do("ada", ApprovalRecorded("MX-01", "ethics", "ethics/8", "2026-01-04"))
        assert "'authority'" in refuses("COND-062", trial.enrol, "P-1")
        trial.do("ada", ApprovalRecorded("MX-01", "authority", "authority/8", "2026-01-04"))
        trial.enrol("P-1")


def test_an_approval_that_was_withdrawn_ends_enrolment_from_that_date(trial):
    trial.opened()
    trial.admit("P-1", "P-2")
    trial.enrol("P-1")
    refuses("COND-008", trial.do, "ada", ApprovalWithdrawn("MX-01", "ethics", "ethics/7", "2026-01-05"))
    refuses("COND-060", trial.do, "ada", ApprovalWithdrawn("MX-01", "ethics", "E/0", "2026-01-05"), reason=WHY)
    trial.do("ada", ApprovalWithdrawn("MX-01", "ethics", "ethics/7", "2026-01-05"), reason=WHY)
    assert "'ethics'" in refuses("COND-062", trial.enrol, "P-2")


def test_a_closed_site_enrols_nobody_and_follows_those_who_are_in(trial):
    trial.clock.set(2026, 1, 3, 18)
    trial.opened()
    trial.clock.set(2026, 1, 5, 18)
    trial.admit("P-1", "P-2")
    trial.enrol("P-1")
    trial.do("ada", SiteClosed("MX-01"), reason=WHY)
    assert "closed" in refuses("COND-062", trial.enrol, "P-2")
    assert "closed" in refuses("COND-062", trial.enrol, "P-2", day=3)  # entered late, it is still an enrolment of today
    trial.do("cora", ask.Record("AE", "P-1", 1, 4, {"AETERM": "Fever"}))
    trial.do("ada", SiteActivated("MX-01"))
    trial.enrol("P-2")


@pytest.mark.requirement("R56")
def test_a_version_of_the_protocol_comes_into_force_at_a_site_once_its_committee_has_approved_it(trial):
    trial.opened()
    later, second = protocol(design=SingleArm("arm-1", 20)), "e" * 64
    trial.desk.plans[second] = Plan(later, build(later))
    trial.do("ada", Amend(second, "amendment 1"), reason=WHY)
    refuses("COND-060", trial.do, "ada", AmendmentInForce("MX-09", second))
    refuses("COND-132", trial.do, "ada", AmendmentInForce("MX-01", second))  # approved is the trial, not this version
    trial.do("ada", ApprovalRecorded("MX-01", "ethics", "ethics/8", "2026-01-05", None, second))
    refuses("COND-132", trial.do, "ada", AmendmentInForce("MX-02", second))
    trial.do("ada", AmendmentInForce("MX-01", second))
    assert trial.desk.standing.course.version("MX-01") == second


@pytest.mark.parametrize(
    "event",
    [
        SiteAdded("MX-01", "Hospital"),
        SiteAdded("mx-01", "Hospital"),
        SiteAdded("MX-03", " "),
        SiteAdded("MX-03", "Hospital", ("authority",)),
        SiteAdded("MX-03", "Hospital", ("ethics", "the mayor")),
        SiteAdded("MX-03", "Hospital", zone="Mars/Olympus"),
        ApprovalRecorded("MX-09", "ethics", "E/1", "2025-12-01"),
        ApprovalRecorded("MX-01", "mayor", "E/1", "2025-12-01"),
        ApprovalRecorded("MX-01", "ethics", " ", "2025-12-01"),
        ApprovalRecorded("MX-01", "ethics", "E/1", "2023-02-29"),
        ApprovalRecorded("MX-01", "ethics", "E/1", "2026-01-06"),
        ApprovalRecorded("MX-01", "ethics", "E/1", "2025-12-01", "2025-11-30"),
        ApprovalRecorded("MX-01", "ethics", "E/1", "2025-12-01", None, "f" * 64),
        SiteActivated("MX-09"),
    ],
)
def test_what_cannot_be_is_not_recorded_of_a_site(trial, event):
    trial.staffed()
    size = trial.size
    refuses("COND-060", trial.do, "ada", event)
    assert trial.size == size


def test_only_the_sponsor_records_sites(trial):
    trial.staffed()
    refuses("COND-047", trial.do, "ivy", SiteAdded("MX-03", "Hospital Three"))
    refuses("COND-063", trial.do, "ada", SiteAdded("a site", "Hospital"))
