"""Section 5 of the report: each criterion with what is computed, what it needs, and a mark for a person's judgement."""

from dataclasses import replace
from types import SimpleNamespace

from made_up_protocols import parallel
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.report.sections.eligibility import eligibility

TEXTS = ("Hemoglobin at least 9 g/dL", "Agreeable as far as the investigator can tell", "Adults")


def section(*items: Criterion) -> str:
    protocol = replace(parallel(), eligibility=Eligibility(items))
    return str(eligibility(SimpleNamespace(protocol=protocol)))


def item(text: str, form: str | None = None, kind: ItemKind = ItemKind.TEXT) -> Criterion:
    return Criterion(Section.INCLUSION, kind, "1", text, 0, len(text), form=form)


def test_what_data_can_answer_is_said_in_words_with_its_needs() -> None:
    page = section(item(TEXTS[0]))
    assert "✓ computable:" in page
    assert "hemoglobin at least 9 g/dL" in page
    assert "needs hemoglobin (g/dL)" in page
    assert "1 criterion in free text: 1 that data can answer, 0 that data can answer in part, 0 left" in page


def test_what_a_person_judges_is_marked() -> None:
    page = section(item(TEXTS[1]))
    assert "☞ a person judges" in page
    assert "needs" not in page.split("a person judges")[1]
    page = section(item("Adults", 'age >= 18 years and judge "of good will"'))
    assert "☞ data and a person:" in page
    assert "judged by a person: “of good will”" in page


def test_a_gap_is_shown_and_nothing_is_computed_of_it() -> None:
    page = section(item("", kind=ItemKind.MISSING), item(TEXTS[0]), item("https://example.org", kind=ItemKind.NOTE))
    assert "the numbering has a gap here" in page
    assert page.count('class="computed"') == 1


def test_a_form_is_escaped() -> None:
    page = section(item("Adults", '"<b>bold</b>" > 3'))
    assert "<b>" not in page
