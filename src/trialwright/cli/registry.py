"""Commands about many records: load, list, show, stats, export, compile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli import registry_search, registry_store
from trialwright.cli.output import Steps, answer, answer_json, check_free, say

if TYPE_CHECKING:
    from trialwright.registry import Registry

app = typer.Typer(help="Keep and search many records in one file on this machine.", no_args_is_help=True)
app.command("search")(registry_search.search)
STORE = registry_store.STORE
AS_JSON = registry_store.AS_JSON
DEFAULT = registry_store.DEFAULT
opened = registry_store.opened


@app.command()
def load(
    sources: Annotated[
        list[Path],
        typer.Argument(metavar="SOURCE...", help="Folders of records, archives, or files that hold one or many."),
    ],
    store: Annotated[Path, STORE] = DEFAULT,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that read; one for each core.")] = None,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Load every record of the sources; one that cannot be read is listed and does not stop the others."""
    from trialwright.core.errors import UsageError
    from trialwright.registry import Registry

    for source in sources:
        if not source.exists():
            raise UsageError("REG-004", f"there is no {source}", expected="a folder, a file or an archive of records")
    steps = Steps(quiet=as_json, under_way="loading")
    with Registry(store) as registry:
        loaded = registry.load(sources, workers=workers, progress=steps)
    steps.close()
    for name, reason in loaded.left_out:
        say(f"{name} was left out: {reason}")
    if as_json:
        found = {"added": loaded.added, "updated": loaded.updated, "known": loaded.known}
        answer_json({**found, "left_out": dict(loaded.left_out)})
    else:
        answer(
            f"{loaded.added} trials added, {loaded.updated} new versions of known trials, "
            f"{loaded.known} known already, {len(loaded.left_out)} left out."
        )
    if loaded.left_out:
        raise typer.Exit(1)


@app.command("list")
def list_records(store: Annotated[Path, STORE] = DEFAULT, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """List the trials of a registry."""
    with opened(store) as registry:
        rows = registry.rows()
    if as_json:
        answer_json(rows)
        return
    for row in rows:
        answer(registry_store.line(row))
    answer(f"{len(rows)} trials")


@app.command()
def show(
    numbers: Annotated[list[str], typer.Argument(metavar="NCT...", help="Registry numbers.")],
    version: Annotated[int | None, typer.Option(min=1, help="This version, 1 for the oldest, not the current.")] = None,
    versions: Annotated[bool, typer.Option("--versions", help="List the versions of each trial.")] = False,
    store: Annotated[Path, STORE] = DEFAULT,
    as_json: Annotated[bool, typer.Option("--json", help="The whole record as v2 JSON; several as a list.")] = False,
) -> None:
    """Show trials of the registry by their numbers; --json prints whole records."""
    import json

    from trialwright.core.errors import InputError

    shown: list[Any] = []
    with opened(store) as registry:
        for given in numbers:
            number = given.strip().upper()
            held = registry.versions(number)
            body = registry.study(number, version)
            if body is None:
                raise InputError(
                    "REG-012",
                    f"there is no {number} in {store}" if not held else f"{number} has no version {version}",
                    expected="a number that `registry list` shows" if not held else f"1 to {len(held)}",
                    mend="load its record, or fetch it with `trialwright fetch`",
                )
            study = json.loads(body)
            shown.append([_version(each) for each in held] if versions else study)
            if not as_json:
                answer("\n".join(_versions(number, held) if versions else _glance(registry, study, held, version)))
    if as_json:
        answer_json(shown[0] if len(shown) == 1 else shown)


def _version(held: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in held.items() if name != "id"}


def _versions(number: str, held: list[dict[str, Any]]) -> list[str]:
    return [number] + [
        f"  version {each['version']}{', current' if each['current'] else ''}: last update "
        f"{each['updated'] or 'not stated'}, {each['rendering']}, from {each['source']}"
        for each in held
    ]


def _glance(registry: Registry, study: dict[str, Any], held: list[dict[str, Any]], version: int | None) -> list[str]:
    """The main facts of one version, a line each."""
    from trialwright.registry.facts import facts_of

    chosen = next(each for each in held if (each["current"] if version is None else each["version"] == version))
    number = study["protocolSection"]["identificationModule"]["nctId"]
    lines = [f"{number}  version {chosen['version']} of {len(held)}, last update {chosen['updated'] or 'not stated'}"]
    for name, value in facts_of(study).items():
        if value not in (None, []):
            text = ", ".join(value) if isinstance(value, list) else str(value)
            lines.append(f"  {name.replace('_', ' ')}: {text}")
    derived = registry.query("SELECT * EXCLUDE (id, program) FROM compiled WHERE id = ?", [chosen["id"]])
    for name, value in derived[0].items() if derived else ():
        if value not in (None, []):
            text = ", ".join(str(each) for each in value) if isinstance(value, list) else str(value)
            lines.append(f"  {name.replace('_', ' ')}: {text}")
    lines.append(f"  {chosen['rendering']}, from {chosen['source']}; {chosen['problems']} problems found while reading")
    return lines


@app.command()
def stats(store: Annotated[Path, STORE] = DEFAULT, as_json: Annotated[bool, AS_JSON] = False) -> None:
    """Count the trials by each enumerated field, and the commonest conditions, countries and sponsors."""
    from trialwright.registry.stats import stats as counted

    with opened(store) as registry:
        found = counted(registry)
    if as_json:
        answer_json(found)
        return
    answer(
        f"{found['trials']} trials in {found['versions']} versions, {found['with_results']} with results; last updates "
        f"{found['oldest_update']} to {found['newest_update']}; {found['left_out']} sources left out; "
        f"{found['compiled']} compiled."
    )
    for name, counts in {**found["counts"], **found["commonest"]}.items():
        answer(f"{name.replace('_', ' ')}")
        for value, trials in counts.items():
            answer(f"  {trials:8,}  {'not stated' if value is None else value}")


@app.command()
def export(
    output: Annotated[Path, typer.Option("-o", "--output", help="A file that ends in .parquet, .csv or .jsonl.")],
    store: Annotated[Path, STORE] = DEFAULT,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
) -> None:
    """Write the trials as one table: Parquet, CSV or JSON Lines by the ending of the file's name."""
    from trialwright.registry.export import export as written

    check_free(output, force=force)
    with opened(store) as registry:
        count = written(registry, output)
    answer(f"{count} trials written to {output}.")


@app.command("compile")
def compile_records(
    store: Annotated[Path, STORE] = DEFAULT,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that draft; one for each core.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Compile also what is compiled already.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Draft and lint every record, keep doses, routes, designs and times for search, and count what can be run."""
    from trialwright.registry.compiling import compile_all

    steps = Steps(quiet=as_json, under_way="compiling")
    with opened(store, writable=True) as registry:
        found = compile_all(registry, workers=workers, again=again, progress=steps)
    steps.close()
    if as_json:
        kinds = [{"design": kind, "trials": count, "executable": able} for kind, count, able in found.kinds]
        reasons = [{"code": code, "reason": reason, "trials": count} for code, reason, count in found.reasons]
        answer_json({"compiled_now": found.done, "trials": found.total, "executable": found.executable,
                     "designs": kinds, "reasons": reasons})  # fmt: skip
        return
    answer(f"{found.executable:,} of {found.total:,} trials can be run ({found.done:,} compiled now).")
    for kind, count, able in found.kinds:
        answer(f"  {able:8,} of {count:8,}  {kind}")
    if found.reasons:
        answer("why the others cannot:")
    for code, reason, count in found.reasons:
        answer(f"  {count:8,}  {code}: {reason}")
