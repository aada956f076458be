"""The folder that a run writes: made whole beside its place, then put there."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from trialwright.core.errors import StageError, UsageError

MARKER = "run.json"
_UNFINISHED = ".trialwright-unfinished-"


@contextmanager
def whole_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write into, whose files become those of `target` only if nothing raised.

    What is written must hold a `run.json` (MARKER); the list of its files is added to that. An empty or missing
    `target` is taken as it is. One that holds an earlier run is replaced only with `force`, and then only the files
    that the earlier run wrote: others in it are never touched. Raises UsageError (RUN-001, RUN-002) or StageError
    (OUT-001).
    """
    made: list[Path] = []
    building: Path | None = None
    try:
        place = target.resolve()
        held = _check(target, force=force)
        # within a folder that is there already, because that may be a file system of its own
        above = place if place.is_dir() else place.parent
        made = _make(above)
        building = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=above))
        building.chmod(0o755)
        yield building
        _list_files(building)
        if place.is_dir():
            _replace(building, place, target, held)
        else:
            building.rename(place)
    except OSError as fault:
        raise _unwritable(target, fault) from fault
    finally:
        if building is not None:
            shutil.rmtree(building, ignore_errors=True)
        for folder in reversed(made):
            with suppress(OSError):  # one that is not empty stays
                folder.rmdir()


def _check(target: Path, *, force: bool) -> tuple[frozenset[str], frozenset[str]]:
    """The files in the target that an earlier run wrote, and the others."""
    if target.exists() and not target.is_dir():
        raise UsageError(
            "RUN-001",
            f"{target} is a file",
            expected="a folder, or a name that is not taken",
            mend="give another name with -o",
        )
    held = frozenset(_files(target)) if target.exists() else frozenset()
    if held and MARKER not in held:
        shown = ", ".join(sorted(held)[:3])
        raise UsageError(
            "RUN-001",
            f"{target} holds files that are not of a run ({shown}); nothing in it was touched",
            expected="an empty folder, or a name that is not taken",
            mend="give another name with -o",
        )
    if held and not force:
        raise UsageError(
            "RUN-002",
            f"{target} holds another run",
            expected="an empty folder, or a name that is not taken",
            mend="give another name with -o, or --force to replace that run",
        )
    ours = held & _listed(target / MARKER) if held else held
    return ours, held - ours


def _files(folder: Path) -> Iterator[str]:
    """The names of all files beneath a folder, without what a killed run left there."""
    for path in folder.rglob("*"):
        name = path.relative_to(folder)
        if (path.is_symlink() or not path.is_dir()) and not name.parts[0].startswith(_UNFINISHED):
            yield name.as_posix()


def _listed(marker: Path) -> frozenset[str]:
    """The files that an earlier run says it wrote; the marker itself is one of them."""
    try:
        said = json.loads(marker.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        said = None
    names = said.get("files") if isinstance(said, dict) else None
    return frozenset({MARKER, *(name for name in names if isinstance(name, str))} if isinstance(names, list) else ())


def _list_files(building: Path) -> None:
    marker = building / MARKER
    said = json.loads(marker.read_text(encoding="utf-8"))
    write_json(marker, {**said, "files": sorted(path.relative_to(building).as_posix() for path in _made(building))})


def _made(building: Path) -> Iterator[Path]:
    return (path for path in building.rglob("*") if path.is_file())


def _make(folder: Path) -> list[Path]:
    """Makes a folder and those above it; returns the ones that were not there, outermost first."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()][::-1]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _replace(building: Path, place: Path, target: Path, held: tuple[frozenset[str], frozenset[str]]) -> None:
    """Puts the files of `building` in the place of an earlier run's; all of them, or none."""
    ours, others = held
    new = sorted(path.relative_to(building).as_posix() for path in _made(building))
    if taken := sorted(others.intersection(new)):
        raise UsageError(
            "RUN-001",
            f"{target} holds {taken[0]}, which no run wrote there; nothing in it was touched",
            expected="a folder in which every name that the run writes is free",
            mend="give another name with -o, or move that file elsewhere",
        )
    aside = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=place))
    done: list[tuple[Path, Path]] = []
    # the marker leaves first and comes last, so that a folder with a marker is always a whole run
    moves = [(place / name, aside / name) for name in sorted(ours, key=lambda name: name != MARKER)]
    moves += [(building / name, place / name) for name in sorted(new, key=lambda name: name == MARKER)]
    try:
        for old, name in moves:
            name.parent.mkdir(parents=True, exist_ok=True)
            old.rename(name)
            done.append((old, name))
    except BaseException:
        for old, name in reversed(done):
            old.parent.mkdir(parents=True, exist_ok=True)
            name.rename(old)
        raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)
        for folder in sorted({(place / name).parent for name in (*ours, *new)} - {place}, reverse=True):
            with suppress(OSError):
                folder.rmdir()


def _unwritable(target: Path, fault: OSError) -> StageError:
    shown = str(target)
    file_in_the_way = isinstance(fault, FileExistsError | NotADirectoryError)
    reason = "a file stands where a folder is needed" if file_in_the_way else fault.strerror or fault
    return StageError(
        "OUT-001",
        f"{shown if len(shown) < 200 else shown[:199] + '…'} cannot be written: {reason}",
        expected="a folder that this user may write to, with room on the disk",
        mend="choose another folder with -o, or change its permissions",
    )


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON with its keys in their order."""
    path.write_text(as_json(value) + "\n", encoding="utf-8")


def as_json(value: Any) -> str:
    """A value as indented JSON; decimals as text, so that no dose is rounded."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False)
