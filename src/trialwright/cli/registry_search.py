"""The command that searches a registry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.output import answer, answer_json, say
from trialwright.cli.registry_store import AS_JSON, DEFAULT, STORE, line, opened

if TYPE_CHECKING:
    from datetime import date

    from trialwright.registry.filters import Filters
    from trialwright.registry.search import Found, Hit
    from trialwright.registry.snippets import Piece

Several = list[str] | None
_CSV = ("nct_id", "score", "title", "status", "study_type", "phases", "enrolment", "conditions", "sponsor", "countries")


Sought = Annotated[
    str, typer.Argument(help='Words that must all be there; "a phrase", -without, this OR that, title:word, begin*.')
]
Phase = Annotated[Several, typer.Option(help="PHASE1, ...; may be repeated, as the other filters on terms.")]
Status = Annotated[Several, typer.Option(help="RECRUITING, COMPLETED, ...")]
StudyType = Annotated[Several, typer.Option(help="INTERVENTIONAL, OBSERVATIONAL, EXPANDED_ACCESS.")]
Condition = Annotated[Several, typer.Option(help="A part of the name of a condition.")]
Country = Annotated[Several, typer.Option(help="A country with a site, as France.")]
InterventionType = Annotated[Several, typer.Option(help="DRUG, BIOLOGICAL, DEVICE, ...")]
Sponsor = Annotated[Several, typer.Option(help="A part of the name of the lead sponsor.")]
SponsorClass = Annotated[Several, typer.Option(help="INDUSTRY, NIH, OTHER, ...")]
Allocation = Annotated[Several, typer.Option(help="RANDOMIZED, NON_RANDOMIZED, NA.")]
Model = Annotated[Several, typer.Option(help="PARALLEL, SINGLE_GROUP, CROSSOVER, ...")]
Purpose = Annotated[Several, typer.Option(help="TREATMENT, PREVENTION, ...")]
Masking = Annotated[Several, typer.Option(help="NONE, SINGLE, DOUBLE, TRIPLE, QUADRUPLE.")]
Sex = Annotated[Several, typer.Option(help="FEMALE or MALE: open to these; ALL: open to both.")]
Age = Annotated[float | None, typer.Option(help="Years: open to a person of this age.")]
AgeGroup = Annotated[Several, typer.Option(help="CHILD, ADULT, OLDER_ADULT.")]
Healthy = Annotated[bool | None, typer.Option("--healthy/--no-healthy", help="Healthy volunteers or not.")]
Results = Annotated[bool | None, typer.Option("--results/--no-results", help="Results posted or not.")]
StartAfter = Annotated[str | None, typer.Option(help="Started on this day (yyyy-mm-dd) or later.")]
StartBefore = Annotated[str | None, typer.Option(help="Started on this day or earlier.")]
UpdatedAfter = Annotated[str | None, typer.Option(help="Last updated on this day or later.")]
EnrolmentAtLeast = Annotated[int | None, typer.Option(help="Participants, planned or actual.")]
EnrolmentAtMost = Annotated[int | None, typer.Option(help="Participants, planned or actual.")]
DosePerKg = Annotated[
    str | None, typer.Option(help="From the drafted protocol: any, '1e6 cells', '1e6..5e6 cells', '..10 mg'.")
]
Administrations = Annotated[str | None, typer.Option(help="How many of one treatment: 3, or 2..4.")]
Route = Annotated[Several, typer.Option(help="INTRAVENOUS, ORAL, ...")]
HasDltRule = Annotated[
    bool | None, typer.Option("--has-dlt-rule/--no-dlt-rule", help="A dose-limiting toxicity is defined or not.")
]
Design = Annotated[str | None, typer.Option(help="Part of the kind of design or of its rule: escalation, 3+3.")]
Ratio = Annotated[str | None, typer.Option(help="The allocation ratio in the order of the arms: 2:1.")]
PrimaryWithin = Annotated[float | None, typer.Option(help="Days until the primary outcome is measured.")]
Lint = Annotated[Several, typer.Option(help="A lint rule that finds something, as DS-002.")]
Executable = Annotated[
    bool | None, typer.Option("--executable/--not-executable", help="A design can be built from it or not.")
]
Facets = Annotated[bool, typer.Option("--facets", help="Count the records by their fields.")]
Limit = Annotated[int, typer.Option(min=0, help="Records shown.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Answer as a table in CSV.")]


def search(
    context: typer.Context,
    words: Sought = "",
    phase: Phase = None,
    status: Status = None,
    study_type: StudyType = None,
    condition: Condition = None,
    country: Country = None,
    intervention_type: InterventionType = None,
    sponsor: Sponsor = None,
    sponsor_class: SponsorClass = None,
    allocation: Allocation = None,
    model: Model = None,
    purpose: Purpose = None,
    masking: Masking = None,
    sex: Sex = None,
    age: Age = None,
    age_group: AgeGroup = None,
    healthy: Healthy = None,
    results: Results = None,
    start_after: StartAfter = None,
    start_before: StartBefore = None,
    updated_after: UpdatedAfter = None,
    enrolment_at_least: EnrolmentAtLeast = None,
    enrolment_at_most: EnrolmentAtMost = None,
    dose_per_kg: DosePerKg = None,
    administrations: Administrations = None,
    route: Route = None,
    has_dlt_rule: HasDltRule = None,
    design: Design = None,
    ratio: Ratio = None,
    primary_within: PrimaryWithin = None,
    lint: Lint = None,
    executable: Executable = None,
    facets: Facets = False,
    limit: Limit = 10,
    store: Annotated[Path, STORE] = DEFAULT,
    as_json: Annotated[bool, AS_JSON] = False,
    as_csv: AsCsv = False,
) -> None:
    """Search by words and filters, best first. Filters on the drafted protocol need `registry compile` first."""
    from trialwright.registry.search import Search

    filters = _filters(context.params)
    with opened(store) as registry:
        found = Search(registry)(words, filters, most=limit, facets=facets)
    if as_json:
        answer_json(_json(found))
    elif as_csv:
        _answer_csv(found)
    else:
        _answer_text(found)


def _filters(given: dict[str, Any]) -> Filters:
    """The filters among the options: lists become tuples, days are read. Raises UsageError (REG-010)."""
    from dataclasses import fields

    from trialwright.registry.filters import Filters

    asked: dict[str, Any] = {}
    for each in fields(Filters):
        value = given[each.name]
        if each.name in ("start_after", "start_before", "updated_after"):
            asked[each.name] = _day(value)
        elif each.default == ():
            asked[each.name] = tuple(value or ())
        else:
            asked[each.name] = value
    return Filters(**asked)


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
