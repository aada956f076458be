"""The form of a criterion is drafted from its text; once a person has changed it, the form counts and not the text."""

from dataclasses import replace
from pathlib import Path

from trialwright import protocol as room
from trialwright import record as records
from trialwright.protocol.eligibility.compiling import compile_all, compile_item, compile_text
from trialwright.protocol.eligibility.forms.checking import drafted_form
from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.eligibility.tree import Judgement, Missing, leaves
from trialwright.protocol.files import dump, load

TEXT = "Age 18 years or older"


def item(text: str = TEXT, form: str | None = None) -> Criterion:
    return Criterion(Section.INCLUSION, ItemKind.TEXT, "1", text, 0, len(text), form=form)


def test_a_drafted_form_says_what_the_text_says_and_keeps_where_it_was_read() -> None:
    compiled = compile_text(TEXT, Section.INCLUSION)
    form = drafted_form(compiled.expression)
    assert form is not None
    again = compile_item(item(form=form), 1)
    assert again.expression == compiled.expression
    assert next(leaves(again.expression)).span is not None


def test_a_form_that_a_person_changed_counts_and_not_the_text() -> None:
    assert compile_item(item(form="age >= 21 years"), 1).expression == read("age >= 21 years")


def test_a_form_that_cannot_be_read_leaves_the_criterion_to_a_person() -> None:
    compiled = compile_item(item(form="age >= "), 1)
    assert compiled.expression == Judgement(TEXT)
    assert [problem.code for problem in compiled.problems] == ["FORM-001"]


def test_every_form_of_a_draft_reads_back_and_is_what_its_text_states(examples: Path) -> None:
    drafted = room.draft(records.read(examples / "NCT04971980.unlabelled-page.txt"))
    assert any(each.form is not None for each in drafted.eligibility.criteria)
    bare = tuple(replace(each, form=None) for each in drafted.eligibility.criteria)
    of_texts = [each.expression for each in compile_all(replace(drafted.eligibility, criteria=bare))]
    assert [each.expression for each in compile_all(load(dump(drafted)).eligibility)] == of_texts


def test_what_a_person_supplies_for_a_lost_item_is_compiled_in_its_place() -> None:
    lost = Criterion(Section.INCLUSION, ItemKind.MISSING, "1", "", 0, 0)
    kept = Criterion(Section.INCLUSION, ItemKind.TEXT, "2", "Consent is given", 0, 20)
    before = compile_all(Eligibility((lost, kept)))
    assert (before[0].id, type(before[0].expression)) == ("inclusion-1", Missing)
    supplied = replace(lost, kind=ItemKind.TEXT, text=TEXT, supplied_by="a named person", supplied_from="the protocol")
    after = compile_all(Eligibility((supplied, kept)))
    assert [each.id for each in after] == [each.id for each in before]
    assert after[0].expression == compile_text(TEXT, Section.INCLUSION).expression
    assert after[1] == before[1]
