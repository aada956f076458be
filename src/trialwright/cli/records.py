"""Commands about what the registry says: read, draft, compare."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.output import Steps, answer, answer_json, check_free, say

RECORD = typer.Argument(metavar="RECORD", help="A file that holds a registry record, or - for standard input.")
AS_JSON = typer.Option("--json", help="Answer in JSON.")


def read(
    record: Annotated[str, RECORD],
    provenance: Annotated[bool, typer.Option("--provenance", help="Show where each value came from.")] = False,
    problems: Annotated[bool, typer.Option("--problems", help="Show what was found while reading.")] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Print every record of a folder, an archive or a file, a line of JSON each.")
    ] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Print a record as ClinicalTrials.gov v2 JSON."""
    from trialwright import record as room
    from trialwright.appraise.sources import open_record
    from trialwright.record.write import problem_json, record_json

    if every:
        _read_all(record, provenance=provenance, problems=problems)
        return
    found = open_record(record)
    if provenance and problems:
        answer_json({**record_json(found), "problems": [problem_json(p) for p in found.problems]})
    elif provenance:
        answer_json(record_json(found))
    elif problems and as_json:
        answer_json([problem_json(problem) for problem in found.problems])
    elif problems:
        for problem in found.problems:
            answer(_problem_text(problem))
        lines = found.coverage
        answer(f"{lines.mapped} of {lines.total} values or lines were mapped ({lines.proportion:.1%}).")
        for line in lines.unmapped:
            answer(f"  line {line.number}: {line.text}" if line.number else f"  {line.text}")
    else:
        answer_json(room.write(found))
    if not problems and found.problems:
        say(f"{len(found.problems)} problems were found while reading; --problems shows them.")


def _read_all(source: str, *, provenance: bool, problems: bool) -> None:
    """Each record on a line; what cannot be read is said, and the rest is printed."""
    import json
    import sys

    from trialwright.record.collection import read_each
    from trialwright.record.write import problem_json, record_json, write

    left_out = 0
    for member in read_each(sys.stdin.buffer if source == "-" else Path(source)):
        if member.record is None:
            left_out += 1
            say(f"{member.name} was left out: {member.error}")
            continue
        shown: dict[str, object] = record_json(member.record) if provenance else write(member.record)
        if problems:
            found = [problem_json(problem) for problem in member.record.problems]
            shown = {**shown, "problems": found} if provenance else {"name": member.name, "problems": found}
        answer(json.dumps(shown, ensure_ascii=False))
    if left_out:
        raise typer.Exit(1)


def draft(
    record: Annotated[str, RECORD],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Write the protocol to this YAML file; printed otherwise.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Draft a computable protocol, with every assumption listed."""
    from trialwright import protocol
    from trialwright.appraise.sources import open_record
    from trialwright.core.files import write_whole
    from trialwright.protocol.files.encode import encode

    if output is not None:
        check_free(output, force=force)
    drafted = protocol.draft(open_record(record))
    text = protocol.files.dump(drafted)
    if output is not None:
        write_whole(output, text)
        say(f"Wrote {output}")
    if as_json:
        answer_json(encode(drafted))
    elif output is None:
        answer(text)
    must = sum(assumption.must_confirm for assumption in drafted.assumptions)
    say(f"{len(drafted.assumptions)} assumptions, {must} of which a person must confirm.")


def compare(
    records: Annotated[list[str], typer.Argument(metavar="RECORD...", help="Files, or one folder of them.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")] = Path("comparison"),
    weight: Annotated[float, typer.Option(help="Body weight in kg at which doses are made comparable.")] = 70.0,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier comparison.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Write the evidence table of several records, as HTML, CSV and JSON."""
    from decimal import Decimal

    from trialwright import appraise
    from trialwright.appraise.sources import files_in, is_folder

    sources = files_in(Path(records[0])) if len(records) == 1 and is_folder(records[0]) else records
    steps = Steps(quiet=as_json)
    table = appraise.compare(
        [str(source) for source in sources], output, weight_kg=Decimal(str(weight)), force=force, progress=steps
    )
    steps.close()
    for name, reason in table.unreadable:
        say(f"{name} was left out: {reason}")
    if as_json:
        answer_json(table.rows_json())
    else:
        answer(f"{len(table.rows)} records. Open {output / 'comparison.html'}")
    if table.unreadable:
        raise typer.Exit(1)


def _problem_text(problem: object) -> str:
    from trialwright.core.problem import Problem

    assert isinstance(problem, Problem)
    lines = [f"{problem.severity.value} {problem.code}: {problem.message}"]
    lines += [f'    {item.where or "somewhere"}: "{item.quote}"' for item in problem.evidence]
    if problem.mend:
        lines.append(f"    to mend it: {problem.mend}")
    return "\n".join(lines)
