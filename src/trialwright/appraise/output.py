"""The folder that a run writes: made whole beside its place, then moved there."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from trialwright.core.errors import StageError, UsageError

MARKER = "run.json"


@contextmanager
def whole_folder(target: Path, *, force: bool) -> Iterator[Path]:
    """A folder to write into, which becomes `target` only if nothing raised.

    An empty or missing `target` is taken as it is. One that holds an earlier run is replaced only with `force`;
    one that holds anything else is never touched. Raises UsageError (RUN-001, RUN-002) or StageError (OUT-001).
    """
    _check(target, force=force)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as fault:
        raise _unwritable(target, fault) from fault
    try:
        building.chmod(0o755)
        yield building
        if target.exists():
            old = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
            target.rename(old / target.name)
            building.rename(target)
            shutil.rmtree(old)
        else:
            building.rename(target)
    except OSError as fault:
        raise _unwritable(target, fault) from fault
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _check(target: Path, *, force: bool) -> None:
    if target.exists() and not target.is_dir():
        raise UsageError(
            "RUN-001",
            f"{target} is a file",
            expected="a folder, or a name that is not taken",
            mend="give another name with -o",
        )
    try:
        held = list(target.iterdir()) if target.exists() else []
    except OSError as fault:
        raise _unwritable(target, fault) from fault
    if held and not (target / MARKER).exists():
        raise UsageError(
            "RUN-001",
            f"{target} holds files that are not of a run; nothing in it was touched",
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


def _unwritable(target: Path, fault: OSError) -> StageError:
    return StageError(
        "OUT-001",
        f"{target} cannot be written: {fault.strerror or fault}",
        expected="a folder that this user may write to, with room on the disk",
        mend="choose another folder with -o, or change its permissions",
    )


def write_json(path: Path, value: Any) -> None:
    """Write a value as indented JSON with its keys in their order."""
    path.write_text(as_json(value) + "\n", encoding="utf-8")


def as_json(value: Any) -> str:
    """A value as indented JSON; decimals as text, so that no dose is rounded."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False)
