"""The command that searches a registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.output import answer, answer_json, say
from trialwright.cli.registry_store import AS_JSON, DEFAULT, STORE, line, opened

if TYPE_CHECKING:
    from datetime import date

    from trialwright.registry.search import Found, Hit
    from trialwright.registry.snippets import Piece

Several = list[str] | None
_CSV = ("nct_id", "score", "title", "status", "study_type", "phases", "enrolment", "conditions", "sponsor", "countries")


def search(
    words: Annotated[
        str,
        typer.Argument(help='Words that must all be there; "a phrase", -without, this OR that, title:word, begin*.'),
    ] = "",
    phase: Annotated[Several, typer.Option(help="PHASE1, ...; may be repeated, as the other filters on terms.")] = None,
    status: Annotated[Several, typer.Option(help="RECRUITING, COMPLETED, ...")] = None,
    study_type: Annotated[Several, typer.Option(help="INTERVENTIONAL, OBSERVATIONAL, EXPANDED_ACCESS.")] = None,
    condition: Annotated[Several, typer.Option(help="A part of the name of a condition.")] = None,
    country: Annotated[Several, typer.Option(help="A country with a site, as France.")] = None,
    intervention_type: Annotated[Several, typer.Option(help="DRUG, BIOLOGICAL, DEVICE, ...")] = None,
    sponsor: Annotated[Several, typer.Option(help="A part of the name of the lead sponsor.")] = None,
    sponsor_class: Annotated[Several, typer.Option(help="INDUSTRY, NIH, OTHER, ...")] = None,
    allocation: Annotated[Several, typer.Option(help="RANDOMIZED, NON_RANDOMIZED, NA.")] = None,
    model: Annotated[Several, typer.Option(help="PARALLEL, SINGLE_GROUP, CROSSOVER, ...")] = None,
    purpose: Annotated[Several, typer.Option(help="TREATMENT, PREVENTION, ...")] = None,
    masking: Annotated[Several, typer.Option(help="NONE, SINGLE, DOUBLE, TRIPLE, QUADRUPLE.")] = None,
    sex: Annotated[Several, typer.Option(help="FEMALE or MALE: open to these; ALL: open to both.")] = None,
    age: Annotated[float | None, typer.Option(help="Years: open to a person of this age.")] = None,
    age_group: Annotated[Several, typer.Option(help="CHILD, ADULT, OLDER_ADULT.")] = None,
    healthy: Annotated[bool | None, typer.Option("--healthy/--no-healthy", help="Healthy volunteers or not.")] = None,
    results: Annotated[bool | None, typer.Option("--results/--no-results", help="Results posted or not.")] = None,
    start_after: Annotated[str | None, typer.Option(help="Started on this day (yyyy-mm-dd) or later.")] = None,
    start_before: Annotated[str | None, typer.Option(help="Started on this day or earlier.")] = None,
    updated_after: Annotated[str | None, typer.Option(help="Last updated on this day or later.")] = None,
    enrolment_at_least: Annotated[int | None, typer.Option(help="Participants, planned or actual.")] = None,
    enrolment_at_most: Annotated[int | None, typer.Option(help="Participants, planned or actual.")] = None,
    dose_per_kg: Annotated[
        str | None, typer.Option(help="From the drafted protocol: any, '1e6 cells', '1e6..5e6 cells', '..10 mg'.")
    ] = None,
    administrations: Annotated[str | None, typer.Option(help="How many of one treatment: 3, or 2..4.")] = None,
    route: Annotated[Several, typer.Option(help="INTRAVENOUS, ORAL, ...")] = None,
    has_dlt_rule: Annotated[
        bool | None, typer.Option("--has-dlt-rule/--no-dlt-rule", help="A dose-limiting toxicity is defined or not.")
    ] = None,
    design: Annotated[
        str | None, typer.Option(help="Part of the kind of design or of its rule: escalation, 3+3.")
    ] = None,
    ratio: Annotated[str | None, typer.Option(help="The allocation ratio in the order of the arms: 2:1.")] = None,
    primary_within: Annotated[float | None, typer.Option(help="Days until the primary outcome is measured.")] = None,
    lint: Annotated[Several, typer.Option(help="A lint rule that finds something, as DS-002.")] = None,
    executable: Annotated[
        bool | None, typer.Option("--executable/--not-executable", help="A design can be built from it or not.")
    ] = None,
    facets: Annotated[bool, typer.Option("--facets", help="Count the records by their fields.")] = False,
    limit: Annotated[int, typer.Option(min=0, help="Records shown.")] = 10,
    store: Annotated[Path, STORE] = DEFAULT,
    as_json: Annotated[bool, AS_JSON] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer as a table in CSV.")] = False,
) -> None:
    """Search by words and filters, best first. Filters on the drafted protocol need `registry compile` first."""
    from trialwright.registry.filters import Filters
    from trialwright.registry.search import Search

    several = {
        "phase": phase, "status": status, "study_type": study_type, "condition": condition, "country": country,
        "intervention_type": intervention_type, "sponsor": sponsor, "sponsor_class": sponsor_class,
        "allocation": allocation, "model": model, "purpose": purpose, "masking": masking, "sex": sex,
        "age_group": age_group, "route": route, "lint": lint,
    }  # fmt: skip
    filters = Filters(
        **{name: tuple(values or ()) for name, values in several.items()},  # type: ignore[arg-type]
        age=age,
        healthy=healthy,
        results=results,
        start_after=_day(start_after),
        start_before=_day(start_before),
        updated_after=_day(updated_after),
        enrolment_at_least=enrolment_at_least,
        enrolment_at_most=enrolment_at_most,
        dose_per_kg=dose_per_kg,
        administrations=administrations,
        has_dlt_rule=has_dlt_rule,
        design=design,
        ratio=ratio,
        primary_within=primary_within,
        executable=executable,
    )
    with opened(store) as registry:
        found = Search(registry)(words, filters, most=limit, facets=facets)
    if as_json:
        answer_json(_json(found))
    elif as_csv:
        _answer_csv(found)
    else:
        _answer_text(found)


def _day(text: str | None) -> date | None:
    from datetime import date

    from trialwright.core.errors import UsageError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise UsageError("REG-010", f"{text!r} is no date", expected="yyyy-mm-dd") from fault


def _json(found: Found) -> dict[str, Any]:
    return {
        "total": found.total,
        "some_words": found.some_words,
        "notes": list(found.notes),
        "hits": [
            {
                **hit.row,
                "score": hit.score,
                "snippet": None
                if hit.snippet is None
                else {"field": hit.snippet.field, "pieces": _list(hit.snippet.pieces)},
                "marked_title": _list(hit.title),
            }
            for hit in found.hits
        ],
        "facets": {
            name: [{"value": value, "trials": trials} for value, trials in counts.items()]
            for name, counts in found.facets.items()
        },
    }


def _list(pieces: tuple[Piece, ...]) -> list[dict[str, Any]]:
    return [{"text": piece.text, "marked": piece.marked} for piece in pieces]


def _answer_csv(found: Found) -> None:
    import csv
    import io

    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(_CSV)
    for hit in found.hits:
        row = {**hit.row, "score": "" if hit.score is None else f"{hit.score:.4f}"}
        writer.writerow([_cell(row[name]) for name in _CSV])
    answer(table.getvalue())


def _cell(value: Any) -> str:
    text = "|".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@") else text


def _answer_text(found: Found) -> None:

    if found.some_words:
        answer("No record has all the words; these have some.")
    for hit in found.hits:
        _answer_hit(hit)
    answer(
        f"{found.total:,} records" + (f", the first {len(found.hits)} shown" if found.total > len(found.hits) else "")
    )
    for name, counts in found.facets.items():
        answer(name.replace("_", " "))
        for value, trials in counts.items():
            answer(f"  {trials:8,}  {'not stated' if value is None else value}")
    for note in found.notes:
        say(note)


def _answer_hit(hit: Hit) -> None:
    answer(line(hit.row))
    if hit.snippet is not None:
        shown = "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in hit.snippet.pieces)
        answer(f"    {hit.snippet.field}: {shown}")
