"""Searching a registry: what is found, in which order, what filters let through, and that no text is an error."""

import json
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialwright.core.errors import UsageError
from trialwright.record.read import read
from trialwright.registry import Registry
from trialwright.registry.filters import Filters
from trialwright.registry.search import Search
from trialwright.registry.text_index import index_path

PEOPLE = {"sex": "ALL", "minimumAge": "18 Years", "maximumAge": "65 Years", "stdAges": ["ADULT", "OLDER_ADULT"]}


def study(number, title, **parts):
    """A made-up study; `parts`: modules by their names without `Module`."""
    section = {"identificationModule": {"nctId": f"NCT{number:08}", "briefTitle": title}}
    return {"protocolSection": section | {f"{name}Module": value for name, value in parts.items()}}


STUDIES = [
    study(
        1,
        "ZQX-101 in fever",
        design={"studyType": "INTERVENTIONAL", "phases": ["PHASE1"], "enrollmentInfo": {"count": 12}},
        status={"overallStatus": "RECRUITING", "startDateStruct": {"date": "2020-03"}},
        conditions={"conditions": ["Fever of the marsh"]},
        eligibility=PEOPLE,
        armsInterventions={"interventions": [{"type": "DRUG", "name": "ZQX-101"}]},
        contactsLocations={"locations": [{"country": "France"}, {"country": "Chad"}]},
    ),
    study(
        2,
        "ZQX-101B in fever",
        design={"studyType": "INTERVENTIONAL", "phases": ["PHASE1", "PHASE2"], "enrollmentInfo": {"count": 40}},
        status={"overallStatus": "COMPLETED", "startDateStruct": {"date": "2018-01-15"}},
        eligibility={"sex": "FEMALE", "minimumAge": "6 Months", "maximumAge": "5 Years"},
        armsInterventions={"interventions": [{"type": "BIOLOGICAL", "name": "ZQX 101B", "otherNames": ["zqx101b"]}]},
        contactsLocations={"locations": [{"country": "Chad"}]},
    ),
    study(
        3,
        "Cells for marsh fever",
        description={"briefSummary": "A single infusion. It follows the dose of ZQX-102 given before."},
        design={"studyType": "OBSERVATIONAL"},
        eligibility={"sex": "MALE"},
    ),
    study(
        4,
        "A registry of lungs",
        description={"briefSummary": "The word marsh, and fever, stand here only once, far below the title."},
    ),
    study(5, "Syndrome de Sjögren", conditions={"keywords": ["sécheresse"]}),
]


@pytest.fixture(scope="module")
def registry(tmp_path_factory):
    """A registry of the made-up studies."""
    with Registry(tmp_path_factory.mktemp("registry") / "registry.duckdb") as held:
        for each in STUDIES:
            held.add(read(json.dumps(each).encode(), name="made-up.json"))
        yield held


@pytest.fixture(scope="module")
def search(registry):
    """Its search."""
    return Search(registry)


def numbers(found):
    """The last digit of each record found, in their order."""
    return [int(hit.row["nct_id"][-1]) for hit in found.hits]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ZQX-101", {1}),
        ("zqx101", {1}),
        ("ZQX-101B", {2}),
        ("ZQX101B", {2}),
        ("zqx-102", {3}),
        ("zqx-10*", {1, 2, 3}),
        ("ZQX-103", set()),
        ("marsh fever", {1, 3, 4}),
        ('"marsh fever"', {3}),
        ("marsh -cells", {1, 4}),
        ("sjogren", {5}),
        ("SJÖGREN", {5}),
        ("secheresse", {5}),
        ("lung", {4}),
        ("title:marsh", {3}),
        ("conditions:marsh", {1}),
        ("cells OR lungs", {3, 4}),
        ("-fever", {5}),
        ("NCT00000004", {4}),
    ],
)
def test_what_is_found(search, text, expected):
    found = search(text)
    assert set(numbers(found)) == expected
    assert found.total == len(expected)
    assert not found.some_words


def test_words_of_the_title_weigh_more_than_those_of_the_summary(search):
    order = numbers(search("marsh"))
    assert order.index(3) < order.index(4)
    assert order.index(1) < order.index(4)


def test_where_no_record_has_all_the_words_those_with_some_are_shown(search):
    found = search("lungs zebra")
    assert (numbers(found), found.some_words) == ([4], True)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"phase": ("PHASE1",)}, {1, 2}),
        ({"phase": ("phase2",)}, {2}),
        ({"phase": ("PHASE2", "PHASE3")}, {2}),
        ({"status": ("RECRUITING",)}, {1}),
        ({"study_type": ("observational",)}, {3}),
        ({"intervention_type": ("DRUG", "BIOLOGICAL")}, {1, 2}),
        ({"sex": ("FEMALE",)}, {1, 2}),
        ({"sex": ("MALE",)}, {1, 3}),
        ({"sex": ("ALL",)}, {1}),
        ({"condition": ("MARSH",)}, {1}),
        ({"country": ("chad",)}, {1, 2}),
        ({"country": ("france",)}, {1}),
        ({"country": ("fran",)}, set()),
        ({"age": 4}, {2, 3, 4, 5}),
        ({"age": 0.4}, {3, 4, 5}),
        ({"age": 65.9}, {1, 3, 4, 5}),
        ({"age": 66}, {3, 4, 5}),
        ({"start_after": date(2020, 3, 1)}, {1}),
        ({"start_after": date(2018, 1, 16)}, {1}),
        ({"start_before": date(2018, 1, 15)}, {2}),
        ({"enrolment_at_least": 12}, {1, 2}),
        ({"enrolment_at_least": 13}, {2}),
        ({"enrolment_at_most": 12}, {1}),
        ({"age_group": ("adult",)}, {1}),
        ({"phase": ("PHASE1",), "country": ("Chad",), "enrolment_at_most": 20}, {1}),
    ],
)
def test_filters(search, asked, expected):
    assert set(numbers(search("", Filters(**asked)))) == expected
    named = search("fever OR lungs OR sjogren", Filters(**asked))
    assert set(numbers(named)) == expected
    assert named.total == len(expected)


@pytest.mark.parametrize(
    "asked",
    [
        {"phase": ("PHASE9",)},
        {"status": ("nope",)},
        {"dose_per_kg": "much"},
        {"dose_per_kg": "x..1"},
        {"administrations": "two"},
        {"ratio": "2"},
        {"ratio": "0:1"},
    ],
)
def test_a_filter_that_cannot_be_is_refused(search, asked):
    with pytest.raises(UsageError) as refused:
        Filters(**asked).where()
    assert refused.value.code == "REG-010"


def test_a_filter_on_the_protocol_asks_for_compiled_records(search):
    with pytest.raises(UsageError) as refused:
        search("", Filters(has_dlt_rule=True))
    assert refused.value.code == "REG-011"


def test_facets_count_all_that_is_found_not_only_what_is_shown(search):
    found = search("fever", most=1, facets=True)
    assert len(found.hits) == 1
    assert found.total == 4
    assert found.facets["phases"] == {"PHASE1": 2, "PHASE2": 1, None: 2}
    assert found.facets["status"] == {"COMPLETED": 1, "RECRUITING": 1, None: 2}
    assert found.facets["countries"]["Chad"] == 2


def test_snippets_mark_the_words_and_leave_the_text_as_it_is(search):
    (hit,) = search("zqx-102 infusions").hits
    assert hit.snippet.field == "summary"
    assert [piece.text for piece in hit.snippet.pieces if piece.marked] == ["infusion", "ZQX-102"]
    whole = "".join(piece.text for piece in hit.snippet.pieces)
    assert whole == STUDIES[2]["protocolSection"]["descriptionModule"]["briefSummary"]
    (hit,) = search("sjogren").hits
    assert [piece.text for piece in hit.title if piece.marked] == ["Sjögren"]


def test_a_version_that_is_no_longer_current_is_not_found(tmp_path):
    with Registry(tmp_path / "registry.duckdb") as registry:
        for day, title in (("2021-01-01", "about frogs"), ("2022-01-01", "about newts"), ("2020-01-01", "about toads")):
            status = {"lastUpdatePostDateStruct": {"date": day}}
            registry.add(read(json.dumps(study(1, title, status=status)).encode(), name="x"))
        search = Search(registry)
        assert search("newts").total == 1
        assert search("frogs").total == search("toads").total == 0
        assert search("about", facets=True).total == 1
        assert search("").total == 1


def test_where_very_many_records_match_those_about_it_come_first(tmp_path, monkeypatch):
    monkeypatch.setattr("trialwright.registry.search.MANY", 20)
    with Registry(tmp_path / "registry.duckdb") as registry:
        for number in range(1, 61):
            title = "fever" if number % 4 == 0 else "other"
            text = {"briefSummary": "fever " * 5, "detailedDescription": f"word{number}"}
            registry.add(read(json.dumps(study(number, title, description=text)).encode(), name="x"))
        found = Search(registry)("fever", most=5)
    assert found.total == 60
    assert all(hit.row["title"] == "fever" for hit in found.hits)
    assert "15" in found.notes[0]


PIECES = ['"', "(", ")", "*", "AND", "NOT", "OR", "NEAR", ":", "title:", "-", "{", "}", "^", "+", "a", "zqx-101"]
STRANGE = ["\x00", "\ud800", "ﬁ", "١٢", "ß", "İ"]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES + STRANGE), max_size=12).map(" ".join))
def test_no_text_is_an_error(search, text):
    found = search(text, facets=True)
    assert found.total >= len(found.hits)


@pytest.mark.parametrize("text", ["a" * 1_000_000, '"' * 50_000, "(" * 50_000, "x OR " * 50_000, "-" * 50_000])
def test_a_huge_text_is_no_error(search, text):
    assert search(text).total >= 0


def test_what_is_shown_is_the_same_after_the_index_is_made_again(tmp_path):
    store = tmp_path / "registry.duckdb"
    source = tmp_path / "many.jsonl"
    source.write_text("\n".join(json.dumps(each) for each in [*STUDIES, {"protocolSection": {"statusModule": {}}}]))
    with Registry(store) as registry:
        registry.load([source])
        first = Search(registry)("", most=20), Search(registry)("marsh fever", most=20)
    assert first[0].total == 6
    index_path(store).unlink()
    with Registry(store, writable=False) as registry:
        assert (Search(registry)("", most=20), Search(registry)("marsh fever", most=20)) == first
