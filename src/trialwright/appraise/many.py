"""A folder of records, each through every room, with an index of what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.appraise.output import MARKER, whole_folder, write_json
from trialwright.appraise.run import Appraisal, Options, appraise, severities, summary_of, write
from trialwright.appraise.sources import Progress, open_each, quiet
from trialwright.core.errors import TrialwrightError
from trialwright.core.problem import Severity

if TYPE_CHECKING:
    from trialwright.protocol.protocol import Protocol
    from trialwright.report.index import IndexRow


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
    """Take each record the whole way, into a folder of its own, and write `index.html` over them.

    A file may hold several records. What cannot be read is listed with the reason and does not stop the others.
    """
    from trialwright import __version__, report

    done: list[Done] = []
    with whole_folder(folder, force=options.force) as building:
        for position, source in enumerate(sources, start=1):
            steps = partial(_prefixed, progress, f"[{position}/{len(sources)}] {source.name}: ")
            for called, opened in open_each(str(source), progress=steps):
                try:
                    if isinstance(opened, TrialwrightError):
                        raise opened
                    name = _free_name(building, opened.protocol.record.nct_id or source.stem)
                    appraisal = appraise(opened, _fitting(options, opened.protocol), progress=steps)
                    (building / name).mkdir()
                    write(appraisal, building / name, command=f"trialwright run {source}")
                    done.append(Done(called, name, appraisal))
                except TrialwrightError as fault:
                    done.append(Done(called, None, None, str(fault)))
        page = report.index.render([_index_row(item) for item in done], version=__version__)
        (building / "index.html").write_text(page, encoding="utf-8")
        write_json(building / "index.json", [summary(item) for item in done])
        write_json(building / MARKER, {"trialwright": __version__, "command": command, "records": len(done)})
    return tuple(done)


def _fitting(options: Options, protocol: Protocol) -> Options:
    """The options without DLT rates for a design that escalates no dose: a folder may hold several kinds."""
    from trialwright.simulate.scenarios import levels_of

    return options if levels_of(protocol) else replace(options, truth=None)


def _prefixed(progress: Progress, said: str, text: str) -> None:
    progress(said + text)


def summary(done: Done, folder: Path = Path()) -> dict[str, Any]:
    """What became of one file, as plain values; `folder`: the one that holds the folders of all records."""
    if done.appraisal is None:
        return {"file": done.file, "report": None, "reason": done.reason}
    return {"file": done.file, **summary_of(done.appraisal, str(folder / (done.folder or "")))}


def _index_row(done: Done) -> IndexRow:
    from trialwright.report.index import IndexRow
    from trialwright.report.wording import design

    appraisal = done.appraisal
    if appraisal is None:
        return IndexRow(done.file, reason=done.reason)
    counts = severities(appraisal)
    record = appraisal.record
    return IndexRow(
        file=done.file,
        report=f"{done.folder}/report.html",
        nct_id=appraisal.protocol.record.nct_id,
        title=appraisal.protocol.record.title,
        design=design(appraisal.protocol.design),
        rendering=appraisal.protocol.record.rendering,
        coverage=record.coverage.proportion if record is not None else None,
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        notes=counts[Severity.INFO],
        to_confirm=sum(assumption.must_confirm for assumption in appraisal.protocol.assumptions),
        unfinished=tuple(stage.stage for stage in appraisal.unfinished),
    )


def _free_name(folder: Path, wanted: str) -> str:
    """The wanted name made safe for a file system, with a number behind it where it is taken."""
    safe = "".join(ch if ch.isalnum() or ch in "-_" else "-" for ch in wanted) or "record"
    name, number = safe, 1
    while (folder / name).exists():
        number += 1
        name = f"{safe}-{number}"
    return name
