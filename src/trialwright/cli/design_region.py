"""Commands about a design under more than one truth: a surface, an average over a prior, the worst of a region."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli.design_answers import made, numbers_of, rates_of
from trialwright.cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from trialwright.core.errors import UsageError
    from trialwright.design.exact import Graph
    from trialwright.design.region import Average

app = typer.Typer()

Name = Annotated[str, typer.Argument(metavar="DESIGN", help='A design: boin, "3+3: stop at two", a whole name.')]
Target = Annotated[float, typer.Option(help="The DLT rate that is sought, such as 0.3.")]
MaybeTarget = Annotated[float | None, typer.Option(help="The DLT rate that is sought, such as 0.3.")]
Doses = Annotated[int, typer.Option(help="Dose levels.")]
Cohorts = Annotated[int | None, typer.Option(help="Cohorts in all; the maximum sample size is this many times --size.")]
Size = Annotated[int, typer.Option(help="Participants in a cohort.")]
Most = Annotated[int | None, typer.Option(help="The maximum sample size, in place of --cohorts.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Answer in CSV.")]


@app.command()
def worst(
    name: Annotated[str, typer.Argument(metavar="DESIGN", help='A design: boin, "3+3: stop at two", a whole name.')],
    doses: Doses,
    low: Annotated[str, typer.Option(help="The lowest true DLT rates that are thought possible: .02,.05,.1")],
    high: Annotated[str, typer.Option(help="The highest true DLT rates that are thought possible: .1,.3,.5")],
    target: Target,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    as_json: AsJson = False,
) -> None:
    """The worst characteristics found where the true rates lie in a region and do not fall with the dose."""
    from trialwright.cli.design_text import LAST
    from trialwright.design import exact, region

    rule = made(name, doses, size, target, cohorts, most)
    graph = exact.compile(rule)
    limits = rates_of(low, doses), rates_of(high, doses)
    found = {what: region.worst(graph, *limits, ask) for what, ask in region.questions(target).items()}
    if as_json:
        answer_json(
            {"rule": rule.name}
            | {what: {"value": item.value, "truth": list(item.truth)} for what, item in found.items()}
        )
        return
    lines = [f"{rule.name}: the largest found between {low} and {high}, rates that do not fall"]
    for what, item in found.items():
        lines.append(f"  {what}: {item.value:.4f} at {', '.join(f'{rate:.4g}' for rate in item.truth)}")
    lines.append("  A search: each can be as large; that none can be larger is not proved.")
    answer("\n".join([*lines, LAST]))


@app.command()
def surface(
    name: Name,
    truth: Annotated[str, typer.Option(help="True DLT rates of the levels that are not varied: .05,.15,.3")],
    vary: Annotated[
        list[str], typer.Option(help="LEVEL=RATES: 3=.2,.3,.4 or 3=.1:.5:9 (nine from .1 to .5); may be given again.")
    ],
    target: MaybeTarget = None,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Annotated[
        Path | None, typer.Option(help="Write a figure of one or two varied levels to this .svg, .pdf or .png file.")
    ] = None,
) -> None:
    """How the exact characteristics change as the true rate of one level, or of several, is varied."""
    from trialwright.cli.design_text import LAST, columns
    from trialwright.design import exact, region

    base = numbers_of(truth, "--truth")
    doses = len(base)
    base = rates_of(truth, doses)
    varied: dict[int, tuple[float, ...]] = {}
    for each in vary:
        level, rates = _varied(each)
        varied[level] = rates
    truths = region.grid(base, varied)
    rule = made(name, doses, size, target, cohorts, most)
    found = exact.compile(rule).evaluate_many(truths)
    if figure is not None:
        from trialwright.design.figure import write
        from trialwright.design.surface_figure import surface as drawn

        write(drawn(rule.name, found, tuple(sorted(varied))), figure)
        say(f"Wrote {figure}")
    levels = range(1, doses + 1)
    head = [*(f"rate_{j}" for j in levels), "none", *(f"selected_{j}" for j in levels), "participants", "dlts"]
    parts = [found.truth, found.selection, found.expected_n[:, None], found.dlts_by_level.sum(axis=1)[:, None]]
    if target is not None:
        above = (found.selection[:, 1:] * (found.truth > target)).sum(axis=1)
        head.append("selected_above_target")
        parts.append(above[:, None])
    rows = [[value for part in parts for value in part[i].tolist()] for i in range(len(found))]
    if as_json:
        scenarios = [dict(zip(head, row, strict=True)) for row in rows]
        answer_json({"rule": rule.name, "mass_error": float(found.mass_error.max()), "scenarios": scenarios})
    elif as_csv:
        answer(_csv([["design", *head], *([rule.name, *row] for row in rows)]))
    else:
        words = [*(f"rate {j}" for j in sorted(varied)), "none", *(f"dose {j}" for j in levels), "mean N", "DLTs"]
        words += [f">{target:g}"] if target is not None else []
        shown = [[f"{row[j - 1]:.4g}" for j in sorted(varied)] + [f"{v:.4f}" for v in row[doses:]] for row in rows]
        lines = [f"{rule.name}; true DLT rates {truth}, but for those that are varied"]
        lines += [f"  {line}" for line in columns([words, *shown])]
        lines.append("  none, dose 1 ...: the exact chance that it is selected; rates are kept also where they fall")
        if target is not None:
            lines.append(f"  >{target:g}: the chance that a level with a higher rate is selected")
        answer("\n".join([*lines, LAST]))


@app.command()
def average(
    name: Name,
    doses: Doses,
    prior: Annotated[
        str,
        typer.Option(
            help="Beta priors of the true DLT rates, a/b per level: 1/9,2/8,3/7; or a CSV file, see the docs."
        ),
    ],
    target: MaybeTarget = None,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """The exact characteristics averaged over a prior of the true DLT rates.

    A CSV file has the columns a,b with a line for each level (Beta priors), or weight,rate_1,rate_2,... with a line for
    each scenario.
    """
    from trialwright.cli.design_text import LAST, columns
    from trialwright.design import exact

    rule = made(name, doses, size, target, cohorts, most)
    found, words = _averaged(exact.compile(rule), prior)
    rate = found.rate_at_selected
    known = rate if rate == rate else None
    if as_json:
        answer_json(
            {
                "rule": found.rule,
                "prior": words,
                "selection": found.selection.tolist(),
                "participants": found.n_by_level.tolist(),
                "dlts": found.dlts_by_level.tolist(),
                "expected_n": float(found.n_by_level.sum()),
                "expected_dlts": float(found.dlts_by_level.sum()),
                "prob_n": {str(n): float(p) for n, p in enumerate(found.total_n) if p > 0},
                "prob_completed": found.prob_completed,
                "expected_rate_at_selected": known,
                "mass_error": found.mass_error,
            }
        )
        return
    per_level = list(zip(found.selection[1:], found.n_by_level, found.dlts_by_level, strict=True))
    if as_csv:
        lines = [[rule.name, j, *map(float, row)] for j, row in enumerate(per_level, start=1)]
        head = ["design", "level", "selected", "participants", "dlts"]
        answer(_csv([head, [rule.name, 0, float(found.selection[0]), "", ""], *lines]))
        return
    table = [["", "none", *(f"dose {j}" for j in range(1, doses + 1)), "in all"]]
    table.append(["selected", *(f"{value:.4f}" for value in found.selection), ""])
    for what, values in (("participants", found.n_by_level), ("DLTs", found.dlts_by_level)):
        table.append([what, "", *(f"{value:.3f}" for value in values), f"{values.sum():.3f}"])
    text = [f"{found.rule}", f"Averaged over {words}:", *(f"  {line}" for line in columns(table))]
    if known is not None:
        text.append(f"  Expected true DLT rate of the selected level: {known:.4f}")
    text.append(f"  Not stopped for toxicity: {found.prob_completed:.4f}")
    text.append(f"  Probabilities add up to 1 within {max(1e-12, found.mass_error):.0e}.")
    answer("\n".join([*text, LAST]))


def _varied(text: str) -> tuple[int, tuple[float, ...]]:
    """A level and its rates, written as 3=.1,.2 or 3=.1:.5:9."""
    level, _, rates = text.partition("=")
    first, *rest = rates.split(":")
    try:
        if len(rest) == 2:
            low, high, points = float(first), float(rest[0]), int(rest[1])
            values = tuple(round(low + (high - low) * k / max(1, points - 1), 12) for k in range(points))
        else:
            values = tuple(float(part) for part in rates.split(","))
        if values and all(0 <= value <= 1 for value in values):
            return int(level), values
    except (ValueError, OverflowError):
        pass
    raise _misread("--vary", text, "a level, = and rates from 0 to 1: 3=.2,.3,.4, or from, to and how many: 3=.1:.5:9")


def _averaged(graph: Graph, prior: str) -> tuple[Average, str]:
    """The average over a prior as it was given, and the prior in words."""
    from trialwright.design import region

    if "/" in prior and not Path(prior).is_file():
        pairs = [part.split("/") for part in prior.split(",")]
        try:
            a, b = ([float(pair[place]) for pair in pairs] for place in (0, 1))
        except (ValueError, IndexError):
            raise _misread("--prior", prior, "a/b for each level: 1/9,2/8,3/7; or the name of a CSV file") from None
        return region.average(graph, a, b), _betas(a, b)
    columns, rows = _read(prior)
    if columns == ["a", "b"]:
        a, b = ([row[place] for row in rows] for place in (0, 1))
        return region.average(graph, a, b), _betas(a, b)
    if columns == ["weight", *(f"rate_{level}" for level in range(1, graph.levels + 1))]:
        weights, truths = [row[0] for row in rows], [row[1:] for row in rows]
        return region.weighted(graph, truths, weights), f"{len(rows)} scenarios with weights"
    raise _misread(
        "--prior", prior, f"a CSV file with the columns a,b or weight,rate_1 to rate_{graph.levels}, numbers beneath"
    )


def _betas(a: Sequence[float], b: Sequence[float]) -> str:
    return "independent Beta priors " + ", ".join(f"{x:g}/{y:g}" for x, y in zip(a, b, strict=True))


def _read(prior: str) -> tuple[list[str], list[list[float]]]:
    """The heading and the numbers of a CSV file."""
    try:
        lines = list(csv.reader(io.StringIO(Path(prior).read_text(encoding="utf-8-sig"))))
        head, *rows = [[cell.strip() for cell in line] for line in lines if line]
        if not rows or any(len(row) != len(head) for row in rows):
            raise ValueError
        return head, [[float(cell) for cell in row] for row in rows]
    except (OSError, ValueError):
        raise _misread("--prior", prior, "a/b for each level: 1/9,2/8,3/7; or a CSV file of numbers") from None


def _misread(option: str, text: str, expected: str) -> UsageError:
    from trialwright.core.errors import UsageError

    return UsageError("DES-123", f"{option} {text!r}", expected=expected)


def _csv(rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
