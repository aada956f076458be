"""Commands about model-based designs with no record at all: CRM and BLRM."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.design_answers import given, rates_of, show

app = typer.Typer()

Target = Annotated[float, typer.Option(help="The DLT rate that is sought, such as 0.3.")]
Doses = Annotated[int, typer.Option(help="Dose levels.")]
Cohorts = Annotated[int | None, typer.Option(help="Cohorts in all; the maximum sample size is this many times --size.")]
Size = Annotated[int, typer.Option(help="Participants in a cohort.")]
Most = Annotated[int | None, typer.Option(help="The maximum sample size, in place of --cohorts.")]
Truths = Annotated[
    list[str] | None, typer.Option("--truth", help="True DLT rates, one per dose: .05,.15,.3 (may be given again).")
]
Start = Annotated[int | None, typer.Option(help="The first level (1 = lowest).")]
Enough = Annotated[int | None, typer.Option(help="Stop once so many are at a level and the decision is to stay.")]
Registered = Annotated[int | None, typer.Option(help="A registered enrolment: show the chance of needing more.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Answer in CSV: the characteristics at each --truth.")]
Figure = Annotated[Path | None, typer.Option(help="Write a figure to this .svg, .pdf or .png file; needs --truth.")]


@app.command()
def crm(
    target: Target,
    doses: Doses,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    truth: Truths = None,
    model: Annotated[str | None, typer.Option(help="empiric (where not given) or logistic.")] = None,
    skeleton: Annotated[str | None, typer.Option(help="Prior guesses of the DLT rates, rising: .05,.15,.3")] = None,
    half_width: Annotated[
        float | None, typer.Option(help="Half-width of the indifference interval; usual 0.05.")
    ] = None,
    guess: Annotated[int | None, typer.Option(help="The level guessed to be the MTD; usual the middle one.")] = None,
    sd: Annotated[float | None, typer.Option(help="Standard deviation of the prior.")] = None,
    start: Start = None,
    enough: Enough = None,
    stop_above: Annotated[
        float | None, typer.Option(help="Stop when P(rate of level 1 > target) is above this; without: no such stop.")
    ] = None,
    registered: Registered = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """CRM (O'Quigley, Pepe & Fisher 1990) with one parameter: a curve fitted to all participants decides."""
    options = given(
        target=target,
        cohorts=cohorts if most is None else None,
        most=most,
        model=model,
        skeleton=None if skeleton is None else rates_of(skeleton, doses, "--skeleton"),
        halfwidth=half_width,
        level=guess,
        sd=sd,
        start=start,
        enough=enough,
        stop_above=stop_above,
    )
    show("CRM", doses, size, options, truth, target, registered, as_json, as_csv, figure)
