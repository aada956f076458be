"""The computable form in the protocol file: written beside the text, read back, refused with its line where wrong."""

from dataclasses import replace
from pathlib import Path

import pytest

from trialwright import protocol as room
from trialwright import record as records
from trialwright.core.errors import InputError
from trialwright.protocol import Protocol
from trialwright.protocol.eligibility.compiling import compile_item
from trialwright.protocol.eligibility.forms.checking import check_form, drafted_form
from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import Missing, Sex
from trialwright.protocol.files import dump, load, update

LONG = (
    '"walking distance" >= 300 m\nand (\n  condition "shortness of breath at rest or on the least effort" current\n'
    '  or condition "pain in the chest" current\n)'
)


@pytest.fixture(scope="module")
def drafted(examples: Path) -> Protocol:
    return room.draft(records.read(examples / "NCT04971980.unlabelled-page.txt"))


def with_form(protocol: Protocol, form: str | None) -> Protocol:
    """The protocol with this form at its third item."""
    items = list(protocol.eligibility.criteria)
    items[2] = replace(items[2], form=form)
    return replace(protocol, eligibility=replace(protocol.eligibility, criteria=tuple(items)))


@pytest.mark.parametrize(
    "form", ['"six words" >= 5', LONG, None, 'judge "a: b # c"', "sex female", 'judge "\\u{202e}"']
)
def test_a_form_comes_back_from_the_file_as_it_was(drafted: Protocol, form: str | None) -> None:
    changed = with_form(drafted, form)
    assert load(dump(changed)) == changed
    assert load(update(dump(drafted), changed)) == changed


def test_a_long_form_stands_in_the_file_line_by_line(drafted: Protocol) -> None:
    text = dump(with_form(drafted, LONG))
    for line in LONG.splitlines():
        assert f"    {line}\n" in text


def test_a_wrong_form_is_refused_with_its_line_and_what_was_expected(drafted: Protocol) -> None:
    text = dump(with_form(drafted, "sex female")).replace("form: sex female", "form: sex women")
    line = text[: text.index("form: sex women")].count("\n") + 1
    with pytest.raises(InputError, match=rf"line {line}, eligibility.criteria\[2\].form: line 1, column 5") as caught:
        load(text)
    assert "expected `male` or `female`" in caught.value.message


def test_a_name_that_the_lexicon_does_not_have_is_refused(drafted: Protocol) -> None:
    text = dump(with_form(drafted, "sex female")).replace("form: sex female", "form: creatininnne <= 1.5 mg/dL")
    with pytest.raises(InputError, match="'creatininnne' is no name of the lexicon"):
        load(text)


def test_a_form_is_drafted_where_something_can_be_computed_and_reads_back() -> None:
    assert drafted_form(read('sex female and judge "fit"')) == 'sex female and judge "fit"'
    assert drafted_form(read('judge "fit"')) is None
    assert drafted_form(read("missing 1")) is None
    assert drafted_form(read("no-such-thing > 1")) is None  # it could not be loaded again
    with pytest.raises(InputError, match="FORM-004"):
        check_form("no-such-thing > 1")


def test_the_form_of_a_lost_item_that_a_person_supplied_counts() -> None:
    lost = Criterion(Section.EXCLUSION, ItemKind.MISSING, "3", "", 0, 0, "A. Reader", "the sponsor's letter")
    assert compile_item(lost, 3).expression == Missing("3")
    supplied = compile_item(replace(lost, form="sex female"), 3)
    assert (supplied.expression, supplied.problems) == (Sex("FEMALE"), ())
    unread = compile_item(replace(lost, form="sex women"), 3)
    assert unread.expression == Missing("3")
    assert [problem.code for problem in unread.problems] == ["FORM-001"]
