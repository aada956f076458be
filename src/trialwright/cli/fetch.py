"""The command that fetches records from the ClinicalTrials.gov API."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.output import Steps, answer, answer_json

BASE = "TRIALWRIGHT_API"


def fetch(
    numbers: Annotated[list[str] | None, typer.Argument(metavar="[NCT...]", help="Registry numbers.")] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder for the records.")] = Path("records"),
    query: Annotated[str, typer.Option(help="The registry's search expression, instead of numbers.")] = "",
    condition: Annotated[str, typer.Option(help="Search in conditions.")] = "",
    intervention: Annotated[str, typer.Option(help="Search in interventions.")] = "",
    status: Annotated[
        list[str] | None, typer.Option(help="Only records of this status, as RECRUITING; may be repeated.")
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Stop after so many records.")] = None,
    base: Annotated[str | None, typer.Option(help="Another address of the API.", envvar=BASE)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Fetch records from ClinicalTrials.gov into a folder, one file each; a stopped download goes on."""
    from trialwright.core.errors import UsageError
    from trialwright.core.files import write_whole
    from trialwright.registry import fetch as room

    asked = room.Query(query, condition, intervention, tuple(each.upper() for each in status or ()))
    if bool(numbers) == bool(asked.parameters()):
        raise UsageError(
            "READ-607",
            "both numbers and a query were given" if numbers else "neither numbers nor a query was given",
            expected="registry numbers, or a query with --query, --condition, --intervention or --status",
        )
    steps = Steps(quiet=as_json)
    with room.Api(base=base or room.API) as api:
        if numbers:
            for number in numbers:
                steps(f"fetching {number}")
                text = api.study(number)
                write_whole(output / f"{number.strip().upper()}.json", text)
            steps.close()
            found = room.Downloaded(len(numbers), 0, 0, len(numbers))
        else:
            found = room.download(api, asked, output, most=most, progress=steps)
            steps.close()
    if as_json:
        answer_json(
            {
                "folder": os.fspath(output),
                "written": found.written,
                "same": found.same,
                "unnamed": found.unnamed,
                "total": found.total,
            }
        )
    else:
        left = f", {found.unnamed} without a number left out" if found.unnamed else ""
        answer(f"{found.written} records written to {output}, {found.same} unchanged{left}.")
