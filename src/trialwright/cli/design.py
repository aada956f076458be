"""Commands about designs with no record at all: decision tables, exact characteristics, comparisons, live states."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli import (
    design_boin12,
    design_calibrate,
    design_examine,
    design_models,
    design_phase2,
    design_region,
    design_timed,
)
from trialwright.cli.design_answers import (
    given,
    interval_options,
    made,
    rates_of,
    show,
    show_side_by_side,
    write_figure,
)
from trialwright.cli.output import answer, answer_json

app = typer.Typer(
    help="Decision tables and exact characteristics of dose-finding designs, with no record at all.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Target = Annotated[float, typer.Option(help="The DLT rate that is sought, such as 0.3.")]
MaybeTarget = Annotated[float | None, typer.Option(help="The DLT rate that is sought, such as 0.3.")]
Doses = Annotated[int, typer.Option(help="Dose levels.")]
Cohorts = Annotated[int | None, typer.Option(help="Cohorts in all; the maximum sample size is this many times --size.")]
Size = Annotated[int, typer.Option(help="Participants in a cohort.")]
Most = Annotated[int | None, typer.Option(help="The maximum sample size, in place of --cohorts.")]
Truths = Annotated[
    list[str] | None, typer.Option("--truth", help="True DLT rates, one per dose: .05,.15,.3 (may be given again).")
]
Enough = Annotated[int | None, typer.Option(help="Stop once so many are at a level and the decision is to stay.")]
Start = Annotated[int | None, typer.Option(help="The first level (1 = lowest).")]
Titration = Annotated[bool, typer.Option("--titration", help="Accelerated titration: single participants at first.")]
Safety = Annotated[float | None, typer.Option("--extra-safety", help="Offset of the extra stop at the lowest level.")]
Cutoff = Annotated[float | None, typer.Option(help="Eliminate a level when P(rate > target) exceeds this; usual 0.95.")]
Low = Annotated[float | None, typer.Option(help="Lower end of the interval around the target; usual target - 0.05.")]
High = Annotated[float | None, typer.Option(help="Upper end of the interval around the target; usual target + 0.05.")]
Registered = Annotated[int | None, typer.Option(help="A registered enrolment: show the chance of needing more.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Answer in CSV: the characteristics, or without --truth the table.")]
Figure = Annotated[Path | None, typer.Option(help="Write a figure to this .svg, .pdf or .png file.")]


@app.command()
def boin(
    target: Target,
    doses: Doses,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    truth: Truths = None,
    safe: Annotated[float | None, typer.Option(help="The highest rate that is too low; usual 0.6 x target.")] = None,
    toxic: Annotated[float | None, typer.Option(help="The lowest rate that is too high; usual 1.4 x target.")] = None,
    enough: Enough = None,
    start: Start = None,
    titration: Titration = False,
    extra_safety: Safety = None,
    cutoff: Cutoff = None,
    registered: Registered = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """BOIN (Liu & Yuan 2015): limits for the observed DLT rate that minimise wrong decisions."""
    options = interval_options(target, cohorts, most, enough, start, titration, extra_safety, cutoff)
    options |= given(safe=safe, toxic=toxic)
    show("BOIN", doses, size, options, truth, target, registered, as_json, as_csv, figure)


def _interval_command(family: str, command: str, words: str) -> None:
    """Add the command of a design around an interval; they differ in name and words only."""

    def run(
        target: Target,
        doses: Doses,
        cohorts: Cohorts = None,
        size: Size = 3,
        most: Most = None,
        truth: Truths = None,
        low: Low = None,
        high: High = None,
        enough: Enough = None,
        start: Start = None,
        titration: Titration = False,
        extra_safety: Safety = None,
        cutoff: Cutoff = None,
        registered: Registered = None,
        as_json: AsJson = False,
        as_csv: AsCsv = False,
        figure: Figure = None,
    ) -> None:
        options = interval_options(target, cohorts, most, enough, start, titration, extra_safety, cutoff)
        options |= given(low=low, high=high)
        show(family, doses, size, options, truth, target, registered, as_json, as_csv, figure)

    app.command(command, help=words)(run)


_interval_command("keyboard", "keyboard", "Keyboard, which is mTPI-2 (Yan 2017, Guo 2017): the strongest key decides.")
_interval_command("mTPI", "mtpi", "mTPI (Ji 2010): the interval with the highest unit probability mass decides.")
_interval_command("i3+3", "i3+3", "i3+3 (Liu 2020): the observed rate, and the rate with one DLT fewer, decide.")


@app.command("table")
def table_command(
    file: Annotated[Path, typer.Argument(metavar="TABLE", help="A decision table as CSV: n,up,down,out; or a grid.")],
    target: Target,
    doses: Doses,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    truth: Truths = None,
    enough: Enough = None,
    start: Start = None,
    titration: Titration = False,
    extra_safety: Safety = None,
    registered: Registered = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """Any decision table given as CSV; the MTD is selected by isotonic regression."""
    from trialwright.design.interval import table

    options = interval_options(target, cohorts, most, enough, start, titration, extra_safety, None)
    options["table"] = table.read(file, target)
    show("table", doses, size, options, truth, target, registered, as_json, as_csv, figure)


@app.command("3+3")
def three_plus_three(
    doses: Doses,
    variant: Annotated[
        str | None, typer.Option(help='What the words mean: "stop at two", "with de-escalation", ...; without: all.')
    ] = None,
    size: Size = 3,
    truth: Truths = None,
    target: MaybeTarget = None,
    registered: Registered = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """3+3: one named variant, or all of them side by side, for the words alone do not say which is meant."""
    from trialwright.design import rules

    if variant is not None:
        name = variant if ":" in variant else f"{size}+{size}: {variant}"
        show(name, doses, size, {}, truth, target, registered, as_json, as_csv, figure)
        return
    names = [name for name in rules.names(size) if "stopped" not in name and "literal" not in name]
    designs = [rules.make(name, doses, size) for name in names]
    if truth is None and not as_json:
        if figure is not None:
            write_figure(designs[0], [], figure)
        from trialwright.cli.design_text import LAST, decisions_text

        differ = "The variants differ in what follows a level that is too toxic, and in what the highest needs:"
        answer("\n".join([*decisions_text(designs[0]), "", differ, *(f"  {name}" for name in names), LAST]))
        return
    show_side_by_side(designs, truth, target, registered, as_json, as_csv, figure)


@app.command()
def compare(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="DESIGN...", help='Designs: boin, keyboard, mtpi, i3+3, "3+3: stop at two", whole names.'
        ),
    ],
    doses: Doses,
    truth: Annotated[list[str], typer.Option("--truth", help="True DLT rates, one per dose (may be given again).")],
    target: MaybeTarget = None,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    registered: Registered = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """Designs side by side, each at the same true DLT rates."""
    designs = [made(name, doses, size, target, cohorts, most) for name in names]
    show_side_by_side(designs, truth, target, registered, as_json, as_csv, figure)


@app.command()
def duration(
    name: Annotated[str, typer.Argument(metavar="DESIGN", help='A design: boin, "3+3: stop at two", a whole name.')],
    doses: Doses,
    truth: Annotated[str, typer.Option(help="True DLT rates, one per dose: .05,.15,.3")],
    window: Annotated[float, typer.Option(help="Days from the last entry of a cohort to the decision.")],
    per_month: Annotated[float, typer.Option(help="Participants who come in a month (30.4 days), on average.")],
    target: MaybeTarget = None,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    as_json: AsJson = False,
) -> None:
    """How long a trial in whole cohorts takes, exactly, where participants come at random at a constant rate."""
    from trialwright.cli.design_text import LAST
    from trialwright.design.duration import duration as how_long

    rule = made(name, doses, size, target, cohorts, most)
    found = how_long(rule, rates_of(truth, doses), window=window, per_day=per_month / 30.4)
    days = {share: found.quantile(share) for share in (0.1, 0.5, 0.9)}
    if as_json:
        answer_json(
            {
                "rule": found.rule,
                "expected_days": found.mean,
                "expected_cohorts": found.expected_cohorts,
                "days_within_which": days,
            }
        )
        return
    lines = [found.rule, f"  days from the opening to the last decision: {found.mean:.0f} on average"]
    lines.append(f"  cohorts: {found.expected_cohorts:.2f} on average")
    lines += [f"  {share:.0%} of trials end within {limit:.0f} days" for share, limit in days.items()]
    answer("\n".join([*lines, LAST]))


app.add_typer(design_region.app)
app.add_typer(design_examine.app)
app.add_typer(design_models.app)
app.add_typer(design_phase2.app)
app.add_typer(design_timed.app)
app.add_typer(design_boin12.app)
app.add_typer(design_calibrate.app, name="calibrate")
