"""What people are shown of the commands: help of fields, lists in files, decisions, cells cut short."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from trialwright.cli.conduct_fields import details_of, said_of
from trialwright.cli.conduct_give import _decided, _lines, _read_in, built
from trialwright.cli.conduct_names import NAMES
from trialwright.cli.conduct_read import _short
from trialwright.cli.conduct_rehearse import _until
from trialwright.conduct.events import Decided
from trialwright.conduct.safety.adverse import CRITERIA
from trialwright.conduct.safety.asks import ChangeAdverseEvent, ReportAdverseEvent
from trialwright.core.errors import UsageError
from trialwright.protocol.decisions import Enrol, Stop, Wait


@dataclasses.dataclass(frozen=True)
class Asked:
    """Ask for something, of which much is said.

    Something about all of it. `first`, `second`: two words with `ticks`; `third`: a day. See above.
    """

    first: str
    second: str
    third: int


def test_each_field_has_what_is_said_of_it_and_the_rest_stands_above():
    both = "two words with ticks."
    assert said_of(Asked) == {"first": both, "second": both, "third": "a day. See above."}
    assert details_of(Asked) == "Something about all of it. "


def test_a_field_that_is_explained_elsewhere_has_that_text_and_lists_are_written_out():
    said = said_of(ReportAdverseEvent)
    assert "date of death" in said["died"]
    assert all(word in said["criteria"] for word in CRITERIA)
    assert said_of(ChangeAdverseEvent)["died"] == said["died"]


@pytest.mark.parametrize("name", NAMES)
def test_no_help_points_into_the_program(name):
    kind, _ = NAMES[name]
    said = " ".join(said_of(kind).values())
    assert "`" not in said
    assert " = None" not in said
    assert not any(word in said for word in ("CRITERIA", "KINDS", "MEANINGS"))


def test_a_list_of_names_and_values_may_stand_in_a_file(tmp_path):
    file = tmp_path / "answers.txt"
    file.write_text("a=admits\n\nb=unknown\n", encoding="utf-8")
    assert _lines(_read_in([f"@{file}", "c=excludes"])) == ["a=admits", "b=unknown", "c=excludes"]
    assert _lines("a=admits\nb=unknown") == ["a=admits", "b=unknown"]


@pytest.mark.parametrize(
    ("decision", "said"),
    [
        (Enrol((), (), 3, ""), "enrol: 3 places"),
        (Wait(31, ""), "wait until day 31"),
        (Wait(None, ""), "wait"),
        (Stop("", None, completed=True), "stop"),
    ],
)
def test_a_decision_is_told_as_everybody_may_know_it(decision, said):
    assert _decided(Decided(decision, 4)) == {"decision": said}
    assert _decided(object()) == {}


@pytest.mark.parametrize(("most", "kept"), [(0, 0), (1, 2), (2, 4), (None, 5)])
def test_a_rehearsal_stops_when_so_many_have_an_arm(most, kept):
    names = ["enrol", "randomise", "dose", "allocate", "dose"]
    assert len(list(_until(most, ({"command": name} for name in names)))) == kept


def test_a_cell_that_was_cut_short_shows_it():
    assert _short("x" * 40) == "x" * 40
    assert _short("x" * 41) == "x" * 37 + "..."


class _Begun:
    """As much of a desk as dates of fields are read against."""

    class standing:  # noqa: N801
        class course:  # noqa: N801
            start = date(2026, 1, 1)


@pytest.mark.parametrize(("written", "day"), [("2026-01-05", 4), ("4", 4), ("-1", -1)])
def test_days_of_an_adverse_event_may_be_written_as_dates(written, day):
    given = {"subject": "S-1", "number": "1", "term": "rash", "grade": "2", "related": "yes", "outcome": "UNKNOWN"}
    event = built(ReportAdverseEvent, {**given, "onset": written, "end": written}, _Begun)
    assert (event.onset, event.end) == (day, day)


@pytest.mark.parametrize(
    ("field", "written", "said"), [("grade", "two", "no whole number"), ("related", "maybe", "yes")]
)
def test_what_fits_no_field_is_said_in_words(field, written, said):
    given = {"subject": "S-1", "number": "1", "term": "rash", "onset": "4", "grade": "2", "outcome": "UNKNOWN"}
    with pytest.raises(UsageError, match=said):
        built(ReportAdverseEvent, {**given, field: written}, _Begun)
