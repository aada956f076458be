"""Two versions of a record: what changed, and which changes matter."""

import json

import pytest
from lint_cases import ALLOCATION, ARMS, CRITERIA, MASKING, PRIMARY, SOUND, study

from trialwright import record
from trialwright.core.errors import UsageError
from trialwright.core.problem import Severity
from trialwright.lint.versions import changes

OTHER = {"measure": "Six minute walk distance", "timeFrame": "Day 28"}
FIRST, SECOND = SOUND["protocolSection"]["outcomesModule"]["primaryOutcomes"]


def compared(*edits, before=()):
    """The changes between the sound study and one with edits."""
    old, new = (record.read(json.dumps(study(*each)).encode()) for each in (before, edits))
    return changes(old, new)


def test_one_version_against_itself_has_no_change():
    assert compared() == ()


@pytest.mark.parametrize(
    ("edits", "severity", "said"),
    [
        ([(PRIMARY, [FIRST])], Severity.ERROR, "A primary outcome was dropped."),
        ([(PRIMARY, [FIRST, SECOND, OTHER])], Severity.ERROR, "A primary outcome was added."),
        (
            [(PRIMARY, [FIRST]), ("outcomesModule.secondaryOutcomes", [SECOND])],
            Severity.ERROR,
            "A primary outcome became secondary.",
        ),
        (
            [(PRIMARY, [{**FIRST, "timeFrame": "Day 90"}, SECOND])],
            Severity.WARNING,
            "The time frame of a primary outcome changed.",
        ),
        (
            [(PRIMARY, [{**FIRST, "measure": "Serious adverse events"}, SECOND])],
            Severity.WARNING,
            "A primary outcome was reworded; it may be another.",
        ),
        ([("designModule.enrollmentInfo.count", 30)], Severity.WARNING, "25% fewer participants were planned"),
        ([("designModule.enrollmentInfo.count", 38)], Severity.INFO, "The number planned changed."),
        ([("statusModule.completionDateStruct.date", "2027-06")], Severity.WARNING, "put off by 365 days"),
        ([("statusModule.completionDateStruct.date", "2026-08")], Severity.INFO, "put off by 62 days"),
        ([(ALLOCATION, "NON_RANDOMIZED")], Severity.ERROR, "in another way"),
        ([(f"{MASKING}.masking", "NONE")], Severity.WARNING, "Who knows the arm"),
        ([(f"{ARMS}.1.label", "Standard care")], Severity.WARNING, "An arm was dropped or renamed."),
        ([(f"{ARMS}.1.type", "ACTIVE_COMPARATOR")], Severity.WARNING, "has another role"),
        (
            [(CRITERIA, SOUND["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] + "\n2. Shock")],
            Severity.WARNING,
            "An exclusion criterion was added or reworded.",
        ),
        ([("eligibilityModule.minimumAge", "12 Years")], Severity.WARNING, "Other people may enter."),
    ],
)
def test_a_change_that_matters_says_how_much_and_why(edits, severity, said):
    found = [change for change in compared(*edits) if said in change.reason]
    assert [change.severity for change in found] == [severity]
    assert found[0].old != found[0].new


@pytest.mark.parametrize(
    "edits",
    [
        [("descriptionModule.briefSummary", "Other words.")],
        [("statusModule.completionDateStruct.date", "2026-06-30")],
        [(PRIMARY, [SECOND, FIRST])],
        [(PRIMARY, [{**FIRST, "measure": "ADVERSE  events"}, SECOND])],
    ],
)
def test_other_changes_are_shown_and_do_not_matter(edits):
    found = compared(*edits)
    assert found
    assert all(change.severity is None for change in found)


def test_a_switch_after_the_primary_completion_is_said_to_be_one():
    late = [(PRIMARY, [FIRST, OTHER]), ("statusModule.lastUpdatePostDateStruct.date", "2026-03-01")]
    assert any("after the primary completion" in change.reason for change in compared(*late))
    assert not any("after the primary completion" in change.reason for change in compared(*late[:1]))


def test_two_trials_are_refused():
    with pytest.raises(UsageError, match="two trials"):
        compared(("identificationModule.nctId", "NCT07654321"))


def test_what_a_rendering_lost_is_no_change(examples):
    page = record.read(examples / "NCT04452097.unlabelled-page.txt")
    whole = study(("identificationModule.nctId", "NCT04452097"))
    found = changes(record.read(json.dumps(whole).encode()), page)
    assert not any("primary outcome" in change.reason for change in found)
    assert not any(page.presence(change.path).value == "lost" for change in found)
