"""The command `screen`: patients judged by the criteria of a protocol, or the table that the criteria ask for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli.output import Steps, answer, answer_json, check_free, say

if TYPE_CHECKING:
    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.screen.patients import Options
    from trialwright.screen.verdicts import Verdicts

INPUT = typer.Argument(metavar="PROTOCOL|RECORD", help="A protocol file, a registry record, or - for standard input.")
LARGE = 1_000_000


def screen(
    source: Annotated[str, INPUT],
    patients: Annotated[
        Path | None,
        typer.Option(help="CSV, Excel or Parquet with a row per patient; FHIR R4 Bundle, NDJSON or a folder of it."),
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Sheet of the workbook; without it the first.")] = None,
    mapping: Annotated[Path | None, typer.Option(help="What the columns mean (YAML or CSV).")] = None,
    labs: Annotated[Path | None, typer.Option(help="Long table: id, test, value, unit, date, low, high.")] = None,
    facts: Annotated[
        Path | None, typer.Option(help="Long table: id, concept, present, start, end, ongoing, dose, unit, per, route.")
    ] = None,
    as_of: Annotated[str | None, typer.Option(help="Screening date (2026-03-01) of those who have none.")] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="Write the verdicts (CSV; Parquet by its name), or the template."),
    ] = None,
    explain: Annotated[Path | None, typer.Option(help="Write the reasons of every verdict to this JSON file.")] = None,
    patient: Annotated[
        str | None, typer.Option(help="Tell all about this patient, by identifier, in place of the list.")
    ] = None,
    attrition: Annotated[Path | None, typer.Option(help="Write the attrition to this CSV file.")] = None,
    figure: Annotated[Path | None, typer.Option(help="Draw the attrition to this SVG file.")] = None,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write the verdicts as Parquet.")] = False,
    template: Annotated[
        bool, typer.Option("--template", help="Write the empty table that the criteria ask for, and screen nobody.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Judge patients by the criteria: eligible, not eligible, or undecided with what a person must answer."""
    from trialwright.appraise.sources import open_input
    from trialwright.core.files import write_whole
    from trialwright.screen.criteria import asked
    from trialwright.screen.figure import attrition_svg
    from trialwright.screen.patients import Options

    written = [path for path in (output, attrition, figure, explain) if path is not None]
    _check_written(written, [path for path in (patients, mapping, labs, facts, Path(source)) if path is not None])
    for path in written:
        check_free(path, force=force)
    _check_options(patients, output, figure, template=template, parquet=parquet)
    criteria = asked(open_input(source).protocol.eligibility)
    if template or patients is None:
        _template(criteria, output, force=force, as_json=as_json)
        return
    steps = Steps(quiet=as_json)
    verdicts = _judged(criteria, patients, Options(sheet, mapping, labs, facts, _day(as_of)), steps)
    if output is not None:
        _write(verdicts, output, parquet=parquet)
    if attrition is not None:
        write_whole(attrition, verdicts.attrition_csv())
    if figure is not None:
        write_whole(figure, attrition_svg(verdicts))
    if explain is not None:
        write_whole(explain, _reasons(verdicts, steps))
    steps.close()
    for path in written:
        say(f"Wrote {path}")
    if patient is not None:
        _tell(verdicts, patient, as_json=as_json)
    elif as_json:
        answer_json(verdicts.to_json())
    else:
        answer(verdicts.to_text())


def _check_options(
    patients: Path | None, output: Path | None, figure: Path | None, *, template: bool, parquet: bool
) -> None:
    """Raises UsageError (SCR-045) if options are given that do not go together, or one is lacking."""
    from trialwright.core.errors import UsageError

    if patients is None and not template:
        raise UsageError(
            "SCR-045",
            "neither --patients nor --template was given",
            expected="a file of patients, or --template for the table that the criteria ask for",
            mend="add --patients FILE",
        )
    if patients is not None and template:
        raise UsageError(
            "SCR-045",
            "--patients and --template were given together",
            expected="one of them: --template writes an empty table and screens nobody",
            mend="leave one out",
        )
    if parquet and output is None:
        raise UsageError(
            "SCR-045", "--parquet was given, and no file to write", expected="-o FILE with it", mend="add -o FILE"
        )
    if figure is not None and figure.suffix.lower() != ".svg":
        raise UsageError(
            "SCR-045",
            f"--figure {figure} does not end in .svg",
            expected="the name of an SVG file: no other kind is drawn",
            mend=f"name it {figure.with_suffix('.svg')}",
        )


def _check_written(written: Sequence[Path], inputs: Sequence[Path]) -> None:
    """Raises UsageError (SCR-045) if two things would be written to one file, or one over an input, even by --force."""
    from trialwright.core.errors import UsageError

    whole = [path.absolute() for path in written]
    for place, path in enumerate(whole):
        if path in whole[:place] or any(path == given.absolute() for given in inputs):
            other = "two of the results" if path in whole[:place] else "an input of this command"
            raise UsageError(
                "SCR-045",
                f"{written[place]} is the name of {other}",
                expected="a file of its own for each result",
                mend="give another name",
            )


def _judged(criteria: tuple[Compiled, ...], patients: Path, options: Options, steps: Steps) -> Verdicts:
    """The verdicts on the patients of a file; the steps are shown where it is a large one."""
    from trialwright.screen.criteria import with_volunteers
    from trialwright.screen.patients import read
    from trialwright.screen.verdicts import judged

    large = patients.is_file() and patients.stat().st_size > LARGE
    if large:
        steps(f"reading {patients.name}")
    cohort = with_volunteers(read(patients, criteria, options))
    if large:
        steps(f"judging {len(cohort):,} patients by {len(criteria)} criteria")
    return judged(criteria, cohort)


def _day(text: str | None) -> date | None:
    from trialwright.core.errors import UsageError

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(
            "SCR-045", f"--as-of {text!r} is no date", expected="a date as 2026-03-01", mend="write year-month-day"
        ) from None


def _template(criteria: Sequence[Compiled], output: Path | None, *, force: bool, as_json: bool) -> None:
    """Write the empty table and, beside it, what each column is to hold; or print both."""
    from trialwright.core.files import write_whole
    from trialwright.screen.patients.template import explained, header
    from trialwright.screen.patients.template import template as columns_of

    columns = columns_of(criteria)
    if output is not None:
        beside = output.with_name(f"{output.stem}.columns.csv")
        check_free(beside, force=force)
        write_whole(output, header(columns))
        write_whole(beside, explained(columns))
        say(f"Wrote {output}, and what its columns are to hold in {beside}")
    elif as_json:
        answer_json(json.loads(json.dumps([{name: getattr(c, name) for name in c.__slots__} for c in columns])))
    else:
        answer(explained(columns))


def _write(verdicts: Verdicts, output: Path, *, parquet: bool) -> None:
    from trialwright.core.files import write_whole

    if parquet or output.suffix.lower() in (".parquet", ".pq"):
        import io

        held = io.BytesIO()
        verdicts.frame().write_parquet(held)
        write_whole(output, held.getvalue())
    else:
        write_whole(output, verdicts.to_csv())


def _tell(verdicts: Verdicts, patient: str, *, as_json: bool) -> None:
    """Print why one patient's verdict is what it is; of an identifier that stands twice, of both rows."""
    from trialwright.core.errors import UsageError
    from trialwright.screen.gathering import people_of
    from trialwright.screen.plain import explanation

    complete = verdicts.cohort.complete
    found = [explanation(verdicts.criteria, one, complete) for one in people_of(verdicts.cohort) if one.id == patient]
    if not found:
        raise UsageError(
            "SCR-045",
            f"no patient is called {patient!r}",
            expected="an identifier as it stands in the file",
            mend="leave --patient out to see them all",
        )
    if as_json:
        answer_json([each.to_json() for each in found])
    else:
        answer("\n\n".join(each.to_text(admitting=False) for each in found))


def _reasons(verdicts: Verdicts, steps: Steps) -> str:
    """The reasons for each patient, as JSON."""
    from trialwright.screen.plain import explanations

    found = []
    for place, each in enumerate(explanations(verdicts.criteria, verdicts.cohort), 1):
        found.append(each.to_json())
        if place % 500 == 0:
            steps(f"explaining: {place:,} of {len(verdicts.cohort):,} patients")
    return json.dumps(found, ensure_ascii=False, indent=1, default=str) + "\n"
