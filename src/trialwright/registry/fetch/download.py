"""Downloads every record that a query finds into a folder, one file each; a download that was stopped goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trialwright.core.errors import InputError, StageError, UsageError
from trialwright.core.files import write_whole
from trialwright.registry.fetch.api import Api, Query

STATE = ".download.json"


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What became of a download. `written`: records new or newer than the file that was there; `same`: unchanged;
    `unnamed`: studies without a number, which cannot be filed; `total`: as the registry counts, None = not said."""

    written: int
    same: int
    unnamed: int
    total: int | None


def download(
    api: Api, query: Query, folder: Path, *, most: int | None = None, progress: Callable[[str], None] = lambda _: None
) -> Downloaded:
    """Download what a query finds into `folder`, as `NCT….json`.

    After each page the folder remembers how far it is, so the same call goes on after a stop; when it is through, the
    next call begins anew and writes what has changed. `most`: stop after so many records.

    Raises UsageError READ-606 if another query's download was not finished in the folder, InputError and StageError as
    the API does.
    """
    state = _state(folder, query)
    written, same, unnamed, total = state["written"], state["same"], state["unnamed"], None
    token: str | None = state["token"]
    while True:
        try:
            page = api.page(query, token)
        except InputError:
            if token is None:
                raise
            progress("the registry has forgotten how far the download was; it begins anew")
            token, written, same, unnamed = None, 0, 0, 0
            continue
        total = page.total if page.total is not None else total
        for study in page.studies:
            if most is not None and written + same >= most:
                (folder / STATE).unlink(missing_ok=True)
                return Downloaded(written, same, unnamed, total)
            match _file(folder, study):
                case None:
                    unnamed += 1
                case True:
                    written += 1
                case False:
                    same += 1
        progress(f"downloading: {written + same}{f' of {total}' if total is not None else ''} records")
        if page.token is None:
            (folder / STATE).unlink(missing_ok=True)
            return Downloaded(written, same, unnamed, total)
        if page.token == token:
            raise StageError(
                "READ-604",
                "the registry names the same page as the next one, so that the download would never end",
                expected="another page, or the end",
                mend="try again later; the download goes on where it stopped",
            )
        token = page.token
        kept = {"query": asdict(query), "token": token, "written": written, "same": same, "unnamed": unnamed}
        write_whole(folder / STATE, json.dumps(kept))


def _state(folder: Path, query: Query) -> dict[str, Any]:
    """How far an earlier call came, or the beginning."""
    fresh: dict[str, Any] = {"token": None, "written": 0, "same": 0, "unnamed": 0}
    try:
        kept = json.loads((folder / STATE).read_text(encoding="utf-8"))
        asked, token = kept["query"], kept["token"]
        counts = {name: int(kept[name]) for name in ("written", "same", "unnamed")}
    except (OSError, ValueError, KeyError, TypeError):
        return fresh
    if asked != json.loads(json.dumps(asdict(query))):
        raise UsageError(
            "READ-606",
            f"the folder {folder} holds a download of another query that was not finished",
            expected="the same query, or another folder",
            mend=f"finish it, or remove {STATE} in the folder to give it up",
        )
    return {"token": token if isinstance(token, str) else None, **counts}


def _file(folder: Path, study: Any) -> bool | None:
    """Write a study's file; False if the same is there already, None if it has no number."""
    section = study.get("protocolSection")
    module = section.get("identificationModule") if isinstance(section, dict) else None
    number = module.get("nctId") if isinstance(module, dict) else None
    if not isinstance(number, str) or not (number.startswith("NCT") and number[3:].isdigit() and number.isascii()):
        return None
    path = folder / f"{number}.json"
    data = json.dumps(study, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    if path.is_file() and path.read_bytes() == data:
        return False
    write_whole(path, data)
    return True
