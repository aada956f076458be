"""Splitting criteria texts: items, nested lists, gaps, headings, ages."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.protocol.eligibility.items import ItemKind, Section
from trialwright.protocol.eligibility.split import draft_eligibility, split_criteria
from trialwright.record.model import EligibilityModule, ProtocolSection, Study
from trialwright.record.provenance import Coverage, Entry, Presence, Provenance
from trialwright.record.record import Origin, Record, Rendering

PATH = "protocolSection.eligibilityModule"


def record_of(lost: tuple[str, ...] = (), **fields) -> Record:
    study = Study(protocol_section=ProtocolSection(eligibility_module=EligibilityModule(**fields)))
    entries = {f"{PATH}.{name}": Entry(Presence.LOST) for name in lost}
    return Record(study, Provenance(entries), Origin("test", Rendering.V2_JSON, "0" * 64), Coverage(0, 0))


def shown(text: str) -> list[tuple[str, str, str | None, str]]:
    return [(c.section.value[:3], c.kind.value, c.number, c.text) for c in split_criteria(text)]


def test_bullets_numbers_and_headings():
    text = "Inclusion Criteria:\n\n* Adults\n* Consent\n\nExclusion Criteria:\n\n1. Pregnancy\n2) Shock\n"
    assert shown(text) == [
        ("inc", "note", None, "Inclusion Criteria:"),
        ("inc", "text", None, "Adults"),
        ("inc", "text", None, "Consent"),
        ("exc", "note", None, "Exclusion Criteria:"),
        ("exc", "text", "1", "Pregnancy"),
        ("exc", "text", "2", "Shock"),
    ]


def test_a_list_that_starts_at_two_lacks_item_one_and_a_gap_inside_is_explicit():
    items = split_criteria("Inclusion Criteria\n2. Intubated\n3. Consent\n6. Adults")
    assert [(c.kind, c.number) for c in items[1:]] == [
        (ItemKind.MISSING, "1"),
        (ItemKind.TEXT, "2"),
        (ItemKind.TEXT, "3"),
        (ItemKind.MISSING, "4"),
        (ItemKind.MISSING, "5"),
        (ItemKind.TEXT, "6"),
    ]
    missing = items[1]
    assert missing.start == missing.end == items[2].start


def test_one_count_through_both_lists_has_no_gap():
    items = split_criteria("Inclusion Criteria:\n1. A\n2. B\nExclusion Criteria:\n3. C\n4. D")
    assert all(c.kind is not ItemKind.MISSING for c in items)


def test_nested_lists_and_definition_lines_stay_with_their_item():
    nested = "Inclusion Criteria:\n\n1. Liver function:\n\n   1. Bilirubin\n   2. ALT\n2. Consent"
    assert [(c.number, c.text.split()[0]) for c in split_criteria(nested)[1:]] == [("1", "Liver"), ("2", "Consent")]
    definition = "Inclusion Criteria:\n- ARDS by definition.\nMild: ratio below 300\n- Adults"
    assert [c.text for c in split_criteria(definition)[1:]] == ["ARDS by definition.\nMild: ratio below 300", "Adults"]
    flat = "Exclusion Criteria\n1. Any of:\n1. asthma\n2. COPD\n3. fibrosis\n2. Shock"
    assert [c.number for c in split_criteria(flat)[1:]] == ["1", "2"]


def test_an_introduction_with_the_whole_list_inside_it_is_a_note():
    text = "Exclusion Criteria:\n\n* Patients will be excluded if they meet any criteria:\n\n  1. Shock\n  2. Pregnancy"
    assert [(c.kind.value, c.number) for c in split_criteria(text)] == [
        ("note", None),
        ("note", None),
        ("text", "1"),
        ("text", "2"),
    ]


def test_several_numbers_in_one_line_are_several_items():
    text = "Inclusion Criteria: 1. Adults with ARDS; 2. Consent signed; 3. Weight of 1.5 times normal."
    assert [(c.number, c.text) for c in split_criteria(text)[1:]] == [
        ("1", "Adults with ARDS;"),
        ("2", "Consent signed;"),
        ("3", "Weight of 1.5 times normal."),
    ]


def test_escapes_are_undone_in_the_text_and_spans_refer_to_the_raw_text():
    raw = "Inclusion Criteria\n1. DAS28\\>3.2 \\[screening\\]"
    item = split_criteria(raw)[1]
    assert item.text == "DAS28>3.2 [screening]"
    assert raw[item.start : item.end] == "1. DAS28\\>3.2 \\[screening\\]"


def test_criteria_under_no_heading_are_of_unknown_section():
    eligibility, problems = draft_eligibility(record_of(eligibility_criteria="* Adults\n* Consent"))
    assert {c.section for c in eligibility.criteria} == {Section.UNKNOWN}
    assert [p.code for p in problems] == ["DRAFT-305"]


@pytest.mark.parametrize(
    ("stated", "years"),
    [("18 Years", 18.0), ("6 Months", 0.5), ("4 Weeks", 0.076660), ("1 Day", 0.002738), ("N/A", None), (None, None)],
)
def test_ages_in_years(stated, years):
    eligibility, _ = draft_eligibility(record_of(eligibility_criteria="* a", minimum_age=stated))
    assert eligibility.minimum_age_years == (None if years is None else pytest.approx(years, abs=1e-6))


def test_fields_that_are_lost_or_wrong_are_said():
    record = record_of(
        ("sex",), eligibility_criteria="Inclusion Criteria: a", minimum_age="old", maximum_age="65 Years"
    )
    eligibility, problems = draft_eligibility(record)
    assert eligibility.known_fields == ("minimumAge", "maximumAge")
    assert {p.code for p in problems} == {"DRAFT-303", "DRAFT-306"}
    crossed = draft_eligibility(record_of(eligibility_criteria="* a", minimum_age="70 Years", maximum_age="65 Years"))
    assert "DRAFT-304" in {p.code for p in crossed[1]}
    assert "DRAFT-302" in {p.code for p in draft_eligibility(record_of())[1]}


PIECES = st.sampled_from(
    [
        "Inclusion Criteria:",
        "Exclusion Criteria",
        "\n",
        "\n\n",
        "* ",
        "- ",
        "1. ",
        "2. ",
        "3) ",
        "(4) ",
        "a. ",
        "  ",
        "\t",
        "text",
        "any of:",
        "1.5 mg; ",
        "\\>",
        " ",
        "\r\n",
        "\x0b",
        "excluded if:",
        "ü",
        "Note: ",
        "Inclusion criteria: 1. x 2. y 3. z",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=40).map("".join)))
@settings(max_examples=300, deadline=None)
def test_spans_tile_the_text_and_nothing_is_lost(raw):
    place = 0
    for item in split_criteria(raw):
        if item.kind is ItemKind.MISSING:
            assert item.start == item.end
            continue
        assert place <= item.start < item.end
        assert not raw[place : item.start].strip()
        assert item.text in {item.text.strip()}
        place = item.end
    assert not raw[place:].strip()


@pytest.mark.corpus
def test_spans_tile_every_real_criteria_text(corpus):
    from trialwright.record import read

    paths = sorted((corpus / "records").iterdir()) + sorted((corpus / "corpus" / "v2_json").glob("*.json"))
    for path in paths:
        record = read(path)
        raw = record.study.protocol_section.eligibility_module.eligibility_criteria or ""
        held = "".join(raw[c.start : c.end] for c in draft_eligibility(record)[0].criteria)
        assert "".join(held.split()) == "".join(raw.split()), path.name


def test_numbers_whose_point_is_escaped_are_numbers():
    text = "Exclusion Criteria:\n\n1. Old injury.\n2\\. Earlier graft. 3\\. Known allergy to the product."
    found = [(item.number, item.text) for item in split_criteria(text)[1:]]
    assert found == [("1", "Old injury."), ("2", "Earlier graft."), ("3", "Known allergy to the product.")]


def test_numbers_aligned_by_their_last_digit_are_one_list():
    lines = [f"{number:>12}. demand\n\n" for number in range(1, 12)]
    nested = f"{1:>17}. part\n\n"
    found = split_criteria("        Inclusion Criteria:\n\n" + "".join([*lines[:3], nested, *lines[3:]]))
    assert [item.number for item in found[1:]] == [str(number) for number in range(1, 12)]
    assert "part" in found[3].text
    left = "Inclusion Criteria:\n" + "".join(f"{number}. demand\n" for number in range(1, 12))
    assert len(split_criteria(left)) == 12


def test_a_page_without_line_ends_has_its_headings_numbers_and_bullets_found():
    text = "Inclusion Criteria: 1. Adults 2. Consent given. 3. Able to walk Key Exclusion Criteria: • Fever • Cough"
    assert shown(text) == [
        ("inc", "note", None, "Inclusion Criteria:"),
        ("inc", "text", "1", "Adults"),
        ("inc", "text", "2", "Consent given."),
        ("inc", "text", "3", "Able to walk"),
        ("exc", "note", None, "Key Exclusion Criteria:"),
        ("exc", "text", None, "Fever"),
        ("exc", "text", None, "Cough"),
    ]


def test_a_word_on_criteria_within_a_sentence_opens_no_section():
    fever = "* Fever for more than a week and of no known origin, see Exclusion Criteria: number 3\n"
    text = f"Inclusion Criteria:\n\n{fever}* Cough that is\n  excluded from being of the heart:\n"
    assert [item.section.value[:3] for item in split_criteria(text)] == ["inc"] * 3
    first = "          1. An outbreak is no\n             exclusion criterion.\n\n"
    broken = f"        Inclusion Criteria:\n\n{first}          2. Fever\n"
    assert [item.number for item in split_criteria(broken)] == [None, "1", "2"]


def test_two_numbers_in_one_line_are_two_items_where_the_count_goes_on_after_them():
    text = "Inclusion Criteria:\n\n1. Adults 2. Consent given\n3. Able to walk"
    assert [item.number for item in split_criteria(text)[1:]] == ["1", "2", "3"]
    units = "Inclusion Criteria:\n\n1. Class 2. disease\n2. Able to walk"
    assert [item.number for item in split_criteria(units)[1:]] == ["1", "2"]


def test_a_hyphen_inside_a_line_is_a_bullet_only_in_a_list_of_capitals():
    text = "Inclusion Criteria: - Adults - Able to walk - Consent given"
    assert [item.text for item in split_criteria(text)[1:]] == ["Adults", "Able to walk", "Consent given"]
    text = "Inclusion Criteria:\n\n- Fever - measured twice - of unknown origin"
    assert len(split_criteria(text)) == 2


def test_bullets_without_a_blank_are_bullets_and_a_part_has_a_list_of_its_own():
    text = "Inclusion Criteria:\n\n-Adults\n-Able to walk\n-5 degrees or colder at home\n"
    assert [item.text for item in split_criteria(text)[1:3]] == ["Adults", "Able to walk\n-5 degrees or colder at home"]
    text = "Inclusion Criteria:\n\n  * Adults\n  * Fever\n\nSecond cohort:\n\n* Cough\n"
    assert [item.text for item in split_criteria(text)[1:]] == ["Adults", "Fever", "Second cohort:", "Cough"]
