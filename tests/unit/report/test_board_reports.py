"""Reports for a monitoring board: the open one tells no arm and no small count, the closed one counts by arm."""

import re

import pytest

from made_up_protocols import flat, protocol_of
from trialwright.dataset.columns import ENROLLED
from trialwright.dataset.facts import Fact
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.kinds import Parallel
from trialwright.report.board import Origin, closed_report, open_report

ORIGIN = Origin(40, "ab" * 32, 30, "open to enrolment", rehearsal=False)
ARMS = ("cells", "placebo")
PROTOCOL = protocol_of(
    tuple(
        Arm(name, name, role, (flat(name, "1"),), "")
        for name, role in zip(ARMS, (ArmRole.EXPERIMENTAL, ArmRole.PLACEBO_CONTROL), strict=True)
    ),
    Parallel(ARMS, (1, 1), 12, True),
    size=12,
)


def facts(*, arms):
    """Nine participants, five in the first arm; S-1 and S-6 have a serious event, S-1 of grade 4."""
    found = []
    for number in range(1, 10):
        subject = f"S-{number}"
        site = {"SITEID": "01" if number <= 7 else "02"}
        arm = {"ARMCD": ARMS[number > 5]} if arms else {}
        found += [
            Fact("DS", subject, 1, 1, 1, values={"DSDECOD": ENROLLED}),
            Fact("DM", subject, 1, 1, 1, values={**site, **arm}),
            Fact("EX", subject, 1, 1, 1, values={"OCCUR": "Y"}),
        ]
        found += [Fact("AE", subject, 1, 3, 3, values={"AETERM": "Fever", "AETOXGR": 1, "AESER": "N"})] * (number < 4)
    found.append(Fact("AE", "S-1", 2, 5, 5, values={"AETERM": "Sepsis", "AETOXGR": 4, "AESER": "Y"}))
    found.append(Fact("AE", "S-6", 2, 5, 5, values={"AETERM": "Stroke", "AETOXGR": 3, "AESER": "Y"}))
    return found


def cells(text, heading):
    """The cells of the row with this heading, markup taken out."""
    row = re.search(rf"<tr><th[^>]*>{re.escape(heading)}</th>(.*?)</tr>", text)
    return [re.sub("<[^>]+>", "", cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", row[1])]


@pytest.mark.requirement("R50")
def test_an_open_report_has_no_column_and_no_word_of_an_arm():
    text = open_report(PROTOCOL, facts(arms=False), ORIGIN)
    body = text[text.index("<main") :]
    assert "placebo" not in body
    assert "Group A" not in body
    assert cells(text, "Serious event") == ["2"]
    assert cells(text, "Worst grade 4") == ["1"]


@pytest.mark.requirement("R50")
def test_an_open_report_hides_small_sites():
    text = open_report(PROTOCOL, facts(arms=False), ORIGIN)
    assert cells(text, "01") == ["7"]
    assert cells(text, "02") == ["fewer than 5"]


@pytest.mark.requirement("R50")
def test_an_open_report_is_never_made_of_data_with_arms():
    with pytest.raises(ValueError, match="without arms"):
        open_report(PROTOCOL, facts(arms=True), ORIGIN)


@pytest.mark.requirement("R50")
def test_a_closed_report_counts_by_arm():
    text = closed_report(PROTOCOL, facts(arms=True), ORIGIN, arms=("placebo", "cells"))
    assert "Group A (N\u00a0=\u00a04)" in text
    assert "Group B (N\u00a0=\u00a05)" in text
    assert cells(text, "Any event") == ["1", "3"]
    assert cells(text, "Worst grade 4") == ["0", "1"]
    assert cells(text, "Stroke") == ["1", "0"]
    assert "placebo" not in text[text.index("<main") :]


def test_a_closed_report_names_the_arms_if_that_is_asked_for():
    text = closed_report(PROTOCOL, facts(arms=True), ORIGIN, named=True)
    assert "cells (N\u00a0=\u00a05)" in text
    assert "placebo (N\u00a0=\u00a04)" in text


@pytest.mark.parametrize("report", [open_report, closed_report])
def test_a_report_says_which_entries_it_is_made_of(report):
    text = report(PROTOCOL, facts(arms=False), ORIGIN)
    assert ORIGIN.root in text
    assert "<dd>40</dd>" in text


def test_the_report_of_a_rehearsal_says_that_nothing_in_it_is_true():
    assert "A rehearsal" not in open_report(PROTOCOL, facts(arms=False), ORIGIN)
    rehearsed = Origin(40, "ab" * 32, 30, "open to enrolment", rehearsal=True)
    assert "nothing in this report is true" in open_report(PROTOCOL, facts(arms=False), rehearsed)
