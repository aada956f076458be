"""A folder of records, each through every room, with an index of what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from trialwright.appraise.output import MARKER, whole_folder, write_json
from trialwright.appraise.run import Appraisal, Options, appraise, write
from trialwright.appraise.sources import Progress, open_input, quiet
from trialwright.core.errors import TrialwrightError


@dataclass(frozen=True, slots=True)
class Done:
    """One file of the folder: its appraisal and the name of its folder, or why there is none."""

    file: str
    folder: str | None
    appraisal: Appraisal | None
    reason: str = ""


def run_folder(
    sources: Sequence[Path], folder: Path, options: Options, *, command: str = "", progress: Progress = quiet
) -> tuple[Done, ...]:
    """Take each file the whole way, into a folder of its own, and write `index.html` over them.

    A file that cannot be read is listed with the reason and does not stop the others.
    """
    from trialwright import __version__, report

    done: list[Done] = []
    with whole_folder(folder, force=options.force) as building:
        for position, source in enumerate(sources, start=1):
            said = f"[{position}/{len(sources)}] {source.name}: "
            try:
                opened = open_input(str(source), progress=lambda text, said=said: progress(said + text))  # type: ignore[misc]
                name = _free_name(building, opened.protocol.record.nct_id or source.stem)
                appraisal = appraise(
                    opened,
                    replace(options, force=False),
                    progress=lambda text, said=said: progress(said + text),  # type: ignore[misc]
                )
                (building / name).mkdir()
                write(appraisal, building / name, command=f"trialwright run {source}")
                done.append(Done(source.name, name, appraisal))
            except TrialwrightError as fault:
                done.append(Done(source.name, None, None, str(fault)))
        page = report.index.render([_row(item) for item in done], version=__version__)
        (building / "index.html").write_text(page, encoding="utf-8")
        write_json(building / "index.json", [_summary(item) for item in done])
        write_json(building / MARKER, {"trialwright": __version__, "command": command, "records": len(done)})
    return tuple(done)


def _free_name(folder: Path, wanted: str) -> str:
    """The wanted name made safe for a file system, with a number behind it where it is taken."""
    safe = "".join(ch if ch.isalnum() or ch in "-_" else "-" for ch in wanted) or "record"
    name, number = safe, 1
    while (folder / name).exists():
        number += 1
        name = f"{safe}-{number}"
    return name
