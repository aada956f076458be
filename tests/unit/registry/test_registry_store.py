"""The store of many records: what goes in comes out, twice is once, and a file of something else is left alone."""

import json
from dataclasses import replace

import duckdb
import pytest

from trialwright.core.errors import InputError
from trialwright.record.read import read
from trialwright.record.write import write
from trialwright.registry import Registry

TWO = ["NCT04456361.classic-page.txt", "NCT04971980.unlabelled-page.txt"]


@pytest.fixture
def store(tmp_path):
    """The name of a registry that is not there yet."""
    return tmp_path / "registry.duckdb"


def minimal(**identification):
    """The smallest record there is."""
    return read(json.dumps({"protocolSection": {"identificationModule": identification}}).encode(), name="r.json")


def test_records_come_out_as_they_were_read(examples, store):
    with Registry(store) as registry:
        loaded = registry.load(examples / name for name in TWO)
    assert (loaded.added, loaded.known, loaded.left_out) == (2, 0, ())
    with Registry(store) as registry:
        rows = registry.rows()
    assert [row["nct_id"] for row in rows] == ["NCT04456361", "NCT04971980"]
    for row, name in zip(rows, TWO, strict=True):
        record = read(examples / name)
        section = record.study.protocol_section
        assert row["title"] == record.title
        assert row["status"] == section.status_module.overall_status
        assert row["phases"] == list(section.design_module.phases)
        assert row["enrolment"] == section.design_module.enrollment_info.count == 9
        assert row["source"] == name


def dated(title, updated, **more):
    """A record of one trial as it was on some day."""
    status = {"lastUpdatePostDateStruct": {"date": updated}} if updated else {}
    section = {"identificationModule": {"nctId": "NCT00000001", "briefTitle": title}, "statusModule": status}
    return read(json.dumps({"protocolSection": section, **more}).encode(), name=f"{title}.json")


def test_the_same_study_is_kept_once(store):
    with Registry(store) as registry:
        assert registry.add(dated("one", "2020-01-01"))
        assert not registry.add(dated("one", "2020-01-01"))
        for day, new in (("2026-01-01", True), ("2026-01-02", False)):
            daily = {"derivedSection": {"miscInfoModule": {"versionHolder": day, "removedCountries": ["Chad"]}}}
            assert registry.add(dated("one", "2020-01-01", **daily)) == new
        assert registry.add(dated("one, corrected", "2020-01-01"))
        assert len(registry.versions("NCT00000001")) == 3


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_version_updated_last_is_current_in_whatever_order_they_come(store, order):
    three = [dated("first", "2019"), dated("second", "2020-05"), dated("third", "2020-05-02")]
    with Registry(store) as registry:
        for place in order:
            assert registry.add(three[place])
        assert [row["title"] for row in registry.rows()] == ["third"]
        held = registry.versions("NCT00000001")
        titles = [json.loads(registry.study("NCT00000001", each["version"]))["protocolSection"] for each in held]
        assert [t["identificationModule"]["briefTitle"] for t in titles] == ["first", "second", "third"]
        assert [each["current"] for each in held] == [False, False, True]
        assert json.loads(registry.study("NCT00000001"))["protocolSection"] == titles[2]
        assert registry.study("NCT00000001", 4) is None


def test_a_rendering_that_shows_less_does_not_take_the_place_of_one_that_shows_more(examples, store):
    page = read(examples / TWO[0])
    whole = read(json.dumps(write(page)).encode(), name="whole.json")
    names = replace(whole.study.protocol_section.identification_module, acronym="MORE")
    section = replace(whole.study.protocol_section, identification_module=names)
    with Registry(store) as registry:
        registry.add(replace(whole, study=replace(whole.study, protocol_section=section)))
        registry.add(page)
        assert [row["source"] for row in registry.rows()] == ["whole.json"]


def test_versions_of_one_batch_and_of_two_give_the_same_current_one(tmp_path):
    lines = [json.dumps(write(dated(title, day))) for title, day in (("b", "2021"), ("c", "2022"), ("a", "2020"))]
    file = tmp_path / "three.jsonl"
    file.write_text("\n".join(lines))
    with Registry(tmp_path / "one.duckdb") as registry:
        loaded = registry.load([file])
        assert (loaded.added, loaded.updated) == (1, 2)
        assert [row["title"] for row in registry.rows()] == ["c"]


def test_a_study_without_a_number_is_a_trial_of_its_own(store):
    with Registry(store) as registry:
        registry.add(minimal(briefTitle="one"))
        registry.add(minimal(briefTitle="two"))
        assert not registry.add(minimal(briefTitle="two"))
        assert len(registry.rows()) == 2


def test_what_a_page_lost_is_kept_beside_the_study(examples, store):
    with Registry(store) as registry:
        registry.load([examples / TWO[1]])
        (number,) = registry.ids("SELECT id FROM trials")
        again = registry.record(int(number))
    assert again.provenance == read(examples / TWO[1]).provenance


def test_records_with_little_in_them_and_hostile_texts_are_stored(store):
    hostile = "'); DROP TABLE records; -- \"\u202e"
    with Registry(store) as registry:
        registry.add(minimal(nctId=None, briefTitle=hostile))
        registry.add(minimal(nctId="NCT00000002"))
        rows = registry.rows()
    assert [row["nct_id"] for row in rows] == ["NCT00000002", None]
    assert rows[1]["title"] == hostile
    assert rows[0]["phases"] == []
    assert rows[0]["enrolment"] is None


@pytest.mark.parametrize("count", [10**30, -(10**30)])
def test_a_number_that_no_column_holds_is_unknown(store, count):
    document = {"protocolSection": {"designModule": {"enrollmentInfo": {"count": count}}}}
    with Registry(store) as registry:
        registry.add(read(json.dumps(document).encode(), name="r.json"))
        assert registry.rows()[0]["enrolment"] is None


def test_what_cannot_be_read_is_left_out_with_its_reason_and_stops_nothing(examples, store, tmp_path):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    with Registry(store) as registry:
        loaded = registry.load([broken, examples / TWO[0]])
    assert loaded.added == 1
    assert [name for name, _ in loaded.left_out] == ["broken.json"]
    assert "cannot be parsed" in loaded.left_out[0][1]


def test_a_file_that_is_no_registry_is_refused_and_left_alone(tmp_path):
    other = tmp_path / "notes.txt"
    other.write_text("mine")
    with pytest.raises(InputError) as refused:
        Registry(other)
    assert refused.value.code == "REG-001"
    assert other.read_text() == "mine"
    with pytest.raises(InputError):
        Registry(tmp_path / "not" / "there.duckdb")


def test_a_database_of_something_else_is_refused_and_left_alone(store):
    with duckdb.connect(str(store)) as connection:
        connection.execute("CREATE TABLE mine (x INTEGER)")
    with pytest.raises(InputError) as refused:
        Registry(store)
    assert refused.value.code == "REG-001"
    assert "a database of something else" in refused.value.message
    with duckdb.connect(str(store)) as connection:
        assert connection.execute("SHOW TABLES").fetchall() == [("mine",)]


def test_a_registry_of_another_layout_is_refused(store):
    with Registry(store):
        pass
    with duckdb.connect(str(store)) as connection:
        connection.execute("UPDATE layout SET version = 99")
    with pytest.raises(InputError) as refused:
        Registry(store)
    assert refused.value.code == "REG-002"
    with duckdb.connect(str(store)) as connection:  # the refusal closed the file
        assert connection.execute("SELECT version FROM layout").fetchone() == (99,)
