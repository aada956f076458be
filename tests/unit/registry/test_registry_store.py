"""The store of many records: what goes in comes out, twice is once, and a file of something else is left alone."""

import json

import duckdb
import pytest

from trialwright.core.errors import InputError
from trialwright.record.read import read
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


def test_the_same_source_is_kept_once_and_another_rendering_of_a_trial_beside_it(store):
    with Registry(store) as registry:
        assert registry.add(minimal(nctId="NCT00000001"))
        assert not registry.add(minimal(nctId="NCT00000001"))
        assert registry.add(minimal(nctId="NCT00000001", briefTitle="another rendering"))
        assert len(registry.rows()) == 2


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
