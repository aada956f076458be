"""Data written to a folder reads back equal, and what is not a data set is refused with its reason."""

from __future__ import annotations

import json

import polars as pl
import pytest

from trialwright.core.errors import InputError, StageError, UsageError
from trialwright.dataset import files
from trialwright.dataset.facts import Fact
from trialwright.dataset.trialdata import TrialData

DATA = TrialData.from_facts(
    (
        Fact("DM", "S-1", 1, 0, 0, values={"AGE": 40, "SEX": "F", "SITEID": ""}),
        Fact("DM", "S-1", 1, 0, 1, 2, values={"AGE": 41, "ARMCD": "arm-1"}),
        Fact("AE", "S-2", 1, 3, 4, values={"AETERM": 'Fever, "high"\n\tand é', "AETOXGR": 2, "ENDAY": 9}),
        Fact("AE", "S-2", 2, 4, 4, values={"AETERM": "NA"}),
        Fact("AE", "S-2", 2, 4, 8, 2, retracted=True),
        Fact("LB", "S-1", 1, 5, 7, values={"TESTCD": "CRP", "STRESN": 1 / 3}),
        Fact("LB", "S-1", 2, 5, 7, values={"TESTCD": "CRP", "STRESN": 1e-300}),
        Fact("EX", "S-1", 1, 5, 7, values={"EXDOSE": "40000000.0", "OCCUR": "Y"}),
    )
)


def test_what_is_written_reads_back_equal(tmp_path):
    written = files.write(DATA, tmp_path / "dataset")
    assert all(path.is_file() for path in written)
    assert files.read(tmp_path / "dataset").equals(DATA)
    assert [path.name for path in tmp_path.iterdir()] == ["dataset"]  # no temporary folder is left


def test_the_csv_files_alone_hold_the_same(tmp_path):
    files.write(DATA, tmp_path / "dataset")
    for path in (tmp_path / "dataset").rglob("*.parquet"):
        path.unlink()
    (tmp_path / "dataset" / "manifest.json").unlink()
    assert files.read(tmp_path / "dataset").equals(DATA)


def test_the_main_files_hold_only_rows_that_stand(tmp_path):
    files.write(DATA, tmp_path / "d")
    assert pl.read_csv(tmp_path / "d" / "dm.csv").height == 1
    assert pl.read_csv(tmp_path / "d" / "ae.csv")["SEQ"].to_list() == [1]
    assert pl.read_csv(tmp_path / "d" / "superseded" / "ae.csv").height == 2


def test_a_view_stays_a_view(tmp_path):
    files.write(DATA.as_of(4), tmp_path / "d")
    read = files.read(tmp_path / "d")
    assert read.equals(DATA.as_of(4))
    with pytest.raises(UsageError, match="DATA-009"):
        read.as_of(3)


def test_no_data_at_all_reads_back_too(tmp_path):
    empty = TrialData.from_facts([])
    files.write(empty, tmp_path / "d")
    assert files.read(tmp_path / "d").equals(empty)


def test_a_folder_that_is_not_empty_is_only_replaced_on_request(tmp_path):
    files.write(DATA, tmp_path / "d")
    with pytest.raises(UsageError, match="DATA-011"):
        files.write(DATA.as_of(4), tmp_path / "d")
    assert files.read(tmp_path / "d").equals(DATA)
    files.write(DATA.as_of(4), tmp_path / "d", replace=True)
    assert files.read(tmp_path / "d").equals(DATA.as_of(4))
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="DATA-011"):
        files.write(DATA, tmp_path / "e", replace=True)
    (tmp_path / "f").mkdir()
    files.write(DATA, tmp_path / "f")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StageError, match="OUT-001"):
        files.write(DATA, tmp_path / "file" / "d")


def test_nothing_is_left_behind_when_writing_fails(tmp_path, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "_digest", fail)
    with pytest.raises(StageError, match="No space left"):
        files.write(DATA, tmp_path / "d")
    assert list(tmp_path.iterdir()) == []


def damaged(tmp_path, name, change):
    files.write(DATA, tmp_path / "d")
    path = tmp_path / "d" / name
    path.write_bytes(change(path.read_bytes()))
    return tmp_path / "d"


@pytest.mark.parametrize("name", ["ae.csv", "ae.parquet", "superseded/dm.csv"])
def test_a_changed_file_is_refused(tmp_path, name):
    folder = damaged(tmp_path, name, lambda data: data[:-3] + b"9" + data[-2:])
    with pytest.raises(InputError, match="DATA-013"):
        files.read(folder)


def test_a_missing_file_is_refused(tmp_path):
    files.write(DATA, tmp_path / "d")
    (tmp_path / "d" / "ae.csv").unlink()
    with pytest.raises(InputError, match="DATA-013"):
        files.read(tmp_path / "d")


@pytest.mark.parametrize("text", [b"", b"[]", b"{}", b"\xff", b'{"format": "trialwright dataset"}', b"[" * 100_000])
def test_a_manifest_that_is_none_is_refused(tmp_path, text):
    with pytest.raises(InputError, match="DATA-014"):
        files.read(damaged(tmp_path, "manifest.json", lambda _: text))


def test_a_manifest_cannot_point_outside_its_folder(tmp_path):
    (tmp_path / "x.parquet").write_bytes(b"")
    files.write(DATA, tmp_path / "d")
    path = tmp_path / "d" / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["tables"]["AE"]["sha256"] = {"../x.parquet": files._digest(tmp_path / "x.parquet")}
    path.write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="DATA-013"):
        files.read(tmp_path / "d")


HEADER = "DOMAIN,USUBJID,SEQ,VERSION,DAY,KNOWN,AETERM,AETOXGR\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("DATA-014", ""),
        ("DATA-002", "\x00\x01"),
        ("DATA-014", HEADER + "AE,S-1,1,1,3,3,R\udcffash,\n"),
        ("DATA-014", "USUBJID,DAY\nS-1,3\n"),
        ("DATA-014", HEADER + "AE,S-1,1,,3,3,Rash,\n"),
        ("DATA-014", HEADER + "LB,S-1,1,1,3,3,Rash,\n"),
        ("DATA-002", HEADER.replace("AETERM", "TERM") + "AE,S-1,1,1,3,3,Rash,\n"),
        ("DATA-003", HEADER + "AE,S-1,1,1,3,3,Rash,two\n"),
        ("DATA-003", HEADER + "AE,S-1,1,1,3.5,3.5,Rash,2\n"),
        ("DATA-006", HEADER + "AE,S-1,1,1,3,3,Rash,2\nAE,S-1,1,1,3,3,Rash,3\n"),
        ("DATA-010", HEADER + "AE,S-1,1,1,3,2,Rash,2\n"),
    ],
)
def test_a_csv_file_that_does_not_fit_is_refused(tmp_path, code, text):
    (tmp_path / "ae.csv").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(InputError, match=code):
        files.read(tmp_path)


def test_a_csv_file_in_another_column_order_is_read_by_name(tmp_path):
    (tmp_path / "ae.csv").write_text("AETERM,USUBJID,DOMAIN,SEQ,KNOWN,VERSION,DAY\nRash,S-1,AE,1,4,1,3\n")
    expected = TrialData.from_facts([Fact("AE", "S-1", 1, 3, 4, values={"AETERM": "Rash"})])
    assert files.read(tmp_path).equals(expected)


def test_what_is_no_data_set_is_refused(tmp_path):
    for where in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match="DATA-012"):
            files.read(where)
    (tmp_path / "zz.csv").write_text(HEADER)
    with pytest.raises(InputError, match="DATA-001"):
        files.read(tmp_path)
