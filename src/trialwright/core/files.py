"""Files that are written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from trialwright.core.errors import StageError


def umask() -> int:
    """The permissions that this process takes from what it creates; temporary names begin without any."""
    held = os.umask(0)
    os.umask(held)
    return held


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file through a temporary name and a rename, so that no half-written file is ever seen.

    Raises StageError (OUT-001) if the folder cannot be written to.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            Path(name).chmod(0o666 & ~umask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise StageError(
            "OUT-001",
            f"{path} cannot be written: {fault.strerror or fault}",
            expected="a folder that this user may write to, with room on the disk",
            mend="choose another folder with -o, or change its permissions",
        ) from fault
