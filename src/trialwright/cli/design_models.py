"""Commands about model-based designs with no record at all: CRM and BLRM."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from trialwright.cli.design_answers import given, numbers_of, rates_of, show

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
Low = Annotated[float, typer.Option(help="Lower end of the target interval of DLT rates, such as 0.16.")]
High = Annotated[float, typer.Option(help="Upper end of the target interval: above it is an overdose, such as 0.33.")]
Amounts = Annotated[str, typer.Option(help="The doses themselves, in one unit, rising: 10,20,40.")]
Reference = Annotated[float, typer.Option(help="The reference dose, in the same unit; often the expected MTD.")]
Rate = Annotated[
    float | None, typer.Option(help="A weak prior around this DLT rate at the reference; usual: the interval's middle.")
]
PriorMean = Annotated[str | None, typer.Option(help="Prior means of log alpha and log beta: -1,0.2")]
PriorSd = Annotated[str | None, typer.Option(help="Their standard deviations: 2,1")]
Correlation = Annotated[float | None, typer.Option(help="Their correlation.")]


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


def prior_options(rate: float | None, mean: str | None, sd: str | None, correlation: float | None) -> dict[str, Any]:
    """The prior of a two-parameter model as its rule takes it."""
    return given(
        rate=rate,
        prior_mean=None if mean is None else numbers_of(mean, "--prior-mean"),
        prior_sd=None if sd is None else numbers_of(sd, "--prior-sd"),
        correlation=correlation,
    )


@app.command()
def blrm(
    low: Low,
    high: High,
    amounts: Amounts,
    reference: Reference,
    cohorts: Cohorts = None,
    size: Size = 3,
    most: Most = None,
    truth: Truths = None,
    rate: Rate = None,
    prior_mean: PriorMean = None,
    prior_sd: PriorSd = None,
    correlation: Correlation = None,
    bound: Annotated[float | None, typer.Option(help="P(rate > --high) must be below it; usual 0.25.")] = None,
    highest: Annotated[
        bool, typer.Option("--highest", help="The highest eligible level in place of the likeliest.")
    ] = False,
    max_increase: Annotated[
        float | None, typer.Option(help="Greatest ratio of the next dose to the current one; 2 is at most doubling.")
    ] = None,
    start: Start = None,
    enough: Enough = None,
    registered: Registered = None,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """BLRM with overdose control (Neuenschwander 2008): a two-parameter logistic curve of the dose."""
    doses = numbers_of(amounts, "--amounts")
    options = given(
        low=low,
        high=high,
        doses=doses,
        reference=reference,
        cohorts=cohorts if most is None else None,
        most=most,
        **prior_options(rate, prior_mean, prior_sd, correlation),
        bound=bound,
        choose="highest" if highest else None,
        max_increase=max_increase,
        start=start,
        enough=enough,
    )
    show("BLRM", len(doses), size, options, truth, None, registered, as_json, as_csv, figure)
