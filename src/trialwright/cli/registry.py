"""Commands about many records: load, list."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.output import answer, answer_json, say

app = typer.Typer(help="Keep many records in one file on this machine.", no_args_is_help=True)
STORE = typer.Option("--store", help="The file of the registry.")


@app.command()
def load(
    folder: Annotated[
        Path,
        typer.Argument(metavar="FOLDER|FILE", help="A folder of records, or a file or an archive that holds some."),
    ],
    store: Annotated[Path, STORE] = Path("registry.duckdb"),
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Load every record of a folder or a file; one that cannot be read is listed and does not stop the others."""
    from trialwright.appraise.sources import files_in
    from trialwright.core.errors import UsageError
    from trialwright.registry import Registry

    if not folder.exists():
        raise UsageError("REG-004", f"there is no {folder}", expected="a folder, a file or an archive of records")
    with Registry(store) as registry:
        loaded = registry.load(files_in(folder) if folder.is_dir() else [folder])
    for name, reason in loaded.left_out:
        say(f"{name} was left out: {reason}")
    if as_json:
        answer_json({"added": loaded.added, "known": loaded.known, "left_out": dict(loaded.left_out)})
    else:
        answer(f"{loaded.added} records added, {loaded.known} known already, {len(loaded.left_out)} left out.")
    if loaded.left_out:
        raise typer.Exit(1)


@app.command("list")
def list_records(
    store: Annotated[Path, STORE] = Path("registry.duckdb"),
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """List the records of a registry."""
    from trialwright.core.errors import InputError
    from trialwright.registry import Registry

    if not store.is_file():
        raise InputError(
            "REG-005",
            f"there is no registry {store}",
            expected="a file that `trialwright registry load` made",
            mend="load a folder of records first, or name the file with --store",
        )
    with Registry(store) as registry:
        rows = registry.rows()
    if as_json:
        answer_json(rows)
        return
    for row in rows:
        phases = "/".join(row["phases"]) or "-"
        answer(f"{row['nct_id'] or '-':12} {row['status'] or '-':22} {phases:14} {row['title'][:70]}")
    answer(f"{len(rows)} records")
