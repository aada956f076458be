"""A folder is written whole or not at all, and what a run did not write is never touched."""

import json
from pathlib import Path

import pytest

from trialwright.appraise import output
from trialwright.appraise.output import MARKER, whole_folder, write_json
from trialwright.core.errors import StageError, UsageError


def write(target: Path, *, force: bool = False, **files: str) -> None:
    """One run that writes the files given by name."""
    with whole_folder(target, force=force) as building:
        for name, text in files.items():
            path = building / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        write_json(building / MARKER, {"run": 1})


def held(folder: Path) -> dict[str, str]:
    """Every file beneath a folder with what it holds, the marker aside."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MARKER
    }


def test_a_new_folder_holds_what_was_written_and_a_list_of_it(tmp_path):
    write(tmp_path / "out", a="1", sub__b="2")
    assert held(tmp_path / "out") == {"a": "1", "sub/b": "2"}
    said = json.loads((tmp_path / "out" / MARKER).read_text())
    assert said == {"run": 1, "files": ["a", MARKER, "sub/b"]}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize("name", ["out", "above/out"])
def test_nothing_is_left_when_the_work_fails(tmp_path, name):
    def fail() -> None:
        with whole_folder(tmp_path / name, force=False) as building:
            (building / "half").write_text("x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_was_there_empty_stays_the_same_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    write(Path(), a="1")
    assert tmp_path.stat().st_ino == before  # somebody may stand in it, or it may be a file system of its own
    assert held(tmp_path) == {"a": "1"}


def test_another_run_is_replaced_only_by_force(tmp_path):
    write(tmp_path, a="1", sub__b="2")
    with pytest.raises(UsageError) as refused:
        write(tmp_path, a="3")
    assert refused.value.code == "RUN-002"
    assert held(tmp_path) == {"a": "1", "sub/b": "2"}
    write(tmp_path, force=True, a="3", c="4")
    assert held(tmp_path) == {"a": "3", "c": "4"}
    assert not (tmp_path / "sub").exists()


def test_files_that_no_run_wrote_are_never_touched(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    for force in (False, True):
        with pytest.raises(UsageError) as refused:
            write(tmp_path, force=force, a="1")
        assert refused.value.code == "RUN-001"
        assert "mine.txt" in refused.value.message
    assert held(tmp_path) == {"mine.txt": "mine"}


def test_notes_beside_a_run_outlive_its_replacement(tmp_path):
    write(tmp_path, a="1", sub__b="2")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "sub" / "notes.txt").write_text("mine too")
    write(tmp_path, force=True, a="3")
    assert held(tmp_path) == {"a": "3", "notes.txt": "mine", "sub/notes.txt": "mine too"}


def test_a_name_that_somebody_else_took_is_not_overwritten(tmp_path):
    write(tmp_path, a="1")
    (tmp_path / "b").write_text("mine")
    with pytest.raises(UsageError) as refused:
        write(tmp_path, force=True, a="2", b="2")
    assert refused.value.code == "RUN-001"
    assert held(tmp_path) == {"a": "1", "b": "mine"}


@pytest.mark.parametrize("said", ["", "[]", '{"files": "../outside"}', '{"files": ["../outside", 3]}', "[" * 5000])
def test_a_marker_that_was_tampered_with_costs_no_file(tmp_path, said):
    (tmp_path / "outside").write_text("mine")
    place = tmp_path / "out"
    write(place, a="1")
    (place / MARKER).write_text(said)
    with pytest.raises(UsageError):
        write(place, force=True, a="2")
    assert held(place) == {"a": "1"}
    assert (tmp_path / "outside").read_text() == "mine"


def test_a_failure_while_replacing_brings_the_earlier_run_back(tmp_path, monkeypatch):
    write(tmp_path, a="1", b="1", sub__c="1")
    before = (tmp_path / MARKER).read_text()
    moved = []
    rename = Path.rename

    def broken(self: Path, target: Path) -> Path:
        moved.append(self)
        if len(moved) == 6:
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", broken)
    with pytest.raises(StageError) as failed:
        write(tmp_path, force=True, a="2", b="2", d="2")
    assert failed.value.code == "OUT-001"
    assert len(moved) > 6
    assert held(tmp_path) == {"a": "1", "b": "1", "sub/c": "1"}
    assert (tmp_path / MARKER).read_text() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b", MARKER, "sub"]


def test_what_a_killed_run_left_does_not_stop_the_next(tmp_path):
    left = tmp_path / f"{output._UNFINISHED}x"
    left.mkdir()
    (left / "half").write_text("x")
    write(tmp_path, a="1")
    assert (tmp_path / "a").read_text() == "1"


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError) as refused:
        write(tmp_path / "file")
    assert refused.value.code == "RUN-001"
    for beneath in ("file/out", "file/deep/out"):
        with pytest.raises(StageError) as failed:
            write(tmp_path / beneath, a="1")
        assert failed.value.code == "OUT-001"
        assert "a file stands where a folder is needed" in failed.value.message
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_reached_by_a_link_is_written_where_it_is(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write(tmp_path / "link", a="1")
    assert (tmp_path / "link").is_symlink()
    assert held(tmp_path / "real") == {"a": "1"}
