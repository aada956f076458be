"""Commands that choose what a model-based design starts from: the skeleton of a CRM, the prior of a CRM or a BLRM."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli import design_models as options
from trialwright.cli.design_answers import numbers_of, rates_of
from trialwright.cli.output import answer, answer_json

if TYPE_CHECKING:
    from trialwright.design.model_based.calibrate import Calibration

app = typer.Typer(
    help="What a model-based design starts from: the skeleton of a CRM, the prior of a CRM or a BLRM.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)

LAST = "Research software: not medical advice."
Rows = list[list[str]]
AsCsv = Annotated[bool, typer.Option("--csv", help="Answer in CSV.")]


@app.command()
def crm(
    target: options.Target,
    doses: options.Doses,
    half_width: Annotated[
        str | None, typer.Option(help="Half-widths to try: .03,.05,.08; usual 0.02 to 0.10, up to half the target.")
    ] = None,
    sd: Annotated[
        str | None, typer.Option(help="Standard deviations of the prior to try: .5,1.16; usual 1.1576.")
    ] = None,
    guess: Annotated[int | None, typer.Option(help="The level guessed to be the MTD; usual the middle one.")] = None,
    model: Annotated[str, typer.Option(help="empiric or logistic.")] = "empiric",
    cohorts: options.Cohorts = None,
    size: options.Size = 3,
    most: options.Most = None,
    truth: options.Truths = None,
    odds_ratio: Annotated[
        float, typer.Option(help="Without --truth: the odds ratio of the scenarios between neighbouring levels.")
    ] = 2.0,
    as_json: options.AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """Skeletons by half-width; with a sample size, the exact chance of selecting the right level with each."""
    from trialwright.core.errors import UsageError
    from trialwright.design.model_based import calibrate
    from trialwright.design.model_based.conduct import Plan
    from trialwright.design.model_based.crm_posterior import PRIOR_SD
    from trialwright.design.model_based.skeleton import indifference

    usual = tuple(width for width in calibrate.HALFWIDTHS if width <= min(0.1, target / 2, (1 - target) / 2))
    widths = (usual or (0.05,)) if half_width is None else numbers_of(half_width, "--half-width")
    sds = (PRIOR_SD,) if sd is None else numbers_of(sd, "--sd")
    level = (doses + 1) // 2 if guess is None else guess
    skeletons = {width: indifference(target, width, level, doses, model=model) for width in widths}  # each must fit
    planned = most if most is not None else None if cohorts is None else cohorts * size
    if planned is None:
        if truth or sd is not None:
            raise UsageError(
                "DES-211",
                f"{'--truth' if truth else '--sd'} without a sample size",
                expected="--most or --cohorts: the chance of a right selection depends on it",
                mend="add --cohorts 10, or leave the option out to see the skeletons alone",
            )
        _show_skeletons(target, level, skeletons, as_json, as_csv)
        return
    own = [rates_of(each, doses) for each in truth] if truth else None
    truths = calibrate.scenarios(target, doses, odds_ratio).tolist() if own is None else own
    found = calibrate.halfwidths(
        target,
        Plan(doses, size, planned),
        candidates=widths,
        sds=sds,
        truths=truths,
        level=guess,
        model=model,
    )
    _show_calibrations(target, truths, found, as_json, as_csv)


@app.command()
def blrm(
    low: options.Low,
    high: options.High,
    amounts: options.Amounts,
    reference: options.Reference,
    rate: options.Rate = None,
    prior_mean: options.PriorMean = None,
    prior_sd: options.PriorSd = None,
    correlation: options.Correlation = None,
    as_json: options.AsJson = False,
    as_csv: AsCsv = False,
) -> None:
    """What the prior of a BLRM says of each dose: quantiles of its DLT rate, and the chance of an overdose."""
    import numpy as np

    from trialwright.design.model_based import names
    from trialwright.design.model_based.blrm import Blrm
    from trialwright.design.model_based.implied import SHARES, quantiles

    doses = numbers_of(amounts, "--amounts")
    prior = options.prior_options(rate, prior_mean, prior_sd, correlation)
    said = {"low": low, "high": high, "doses": doses, "reference": reference, "most": 3, **prior}
    rule = names.make("BLRM", len(doses), 3, said)
    assert isinstance(rule, Blrm)
    nobody = np.zeros((1, len(doses)), dtype=np.int16)
    chances = rule.categories(nobody, nobody)
    limits = quantiles(rule.model)
    words = ", ".join(rule.model.prior.words)
    head = ["dose", *(f"{share:.1%}" for share in SHARES), f"below {low:g}", f"{low:g} to {high:g}", f"above {high:g}"]
    values = [
        [*limits[j].tolist(), *(float(each[0, j]) for each in (chances.under, chances.target, chances.over))]
        for j in range(len(doses))
    ]
    if as_json:
        keys = ("under", "target", "over")
        each = [
            {
                "dose": dose,
                "quantiles": dict(zip(map(str, SHARES), row[: len(SHARES)], strict=True)),
                **dict(zip(keys, row[len(SHARES) :], strict=True)),
            }
            for dose, row in zip(doses, values, strict=True)
        ]
        answer_json({"prior": words, "reference": reference, "low": low, "high": high, "doses": each})
        return
    if as_csv:
        answer(_csv([head, *([f"{dose:g}", *map(repr, row)] for dose, row in zip(doses, values, strict=True))]))
        return
    rows = [head, *([f"{dose:g}", *(f"{v:.3f}" for v in row)] for dose, row in zip(doses, values, strict=True))]
    lines = [f"BLRM, {words}, reference {reference:g}: the DLT rate of each dose before anybody is treated"]
    lines += ["quantiles of the rate, and the probability that it is below, in and above the target interval:"]
    barred = [f"{dose:g}" for dose, over in zip(doses, chances.over[0].tolist(), strict=True) if over >= rule.bound]
    last = "No dose is barred" if not barred else f"Barred are {', '.join(barred)}"
    lines += [*_table(rows), f"{last} at first: overdose control asks for less than {rule.bound:g} above {high:g}."]
    answer("\n".join([*lines, LAST]))


def _show_skeletons(
    target: float, level: int, skeletons: dict[float, tuple[float, ...]], as_json: bool, as_csv: bool
) -> None:
    """The skeletons alone."""
    if as_json:
        found = [{"half_width": width, "skeleton": list(rates)} for width, rates in skeletons.items()]
        answer_json({"target": target, "guess": level, "skeletons": found})
        return
    many = len(next(iter(skeletons.values())))
    head = ["half-width", *(f"dose {j}" for j in range(1, many + 1))]
    if as_csv:
        answer(_csv([head, *([repr(width), *map(repr, rates)] for width, rates in skeletons.items())]))
        return
    rows = [head, *([f"{width:g}", *(f"{rate:.4f}" for rate in rates)] for width, rates in skeletons.items())]
    lines = [f"Skeletons for the target {target:g}, level {level} guessed to be the MTD", *_table(rows)]
    lines.append("Add --cohorts (or --most) to see how often each selects the right level.")
    answer("\n".join([*lines, LAST]))


def _show_calibrations(
    target: float, truths: Sequence[Sequence[float]], found: Sequence[Calibration], as_json: bool, as_csv: bool
) -> None:
    """The chances of a right selection, the best design first."""
    from trialwright.design.model_based.calibrate import right

    levels = [right(target, truth) for truth in truths]
    if as_json:
        answer_json(
            {
                "target": target,
                "scenarios": [
                    {"truth": list(truth), "right": list(these)} for truth, these in zip(truths, levels, strict=True)
                ],
                "designs": [_calibration_json(one) for one in found],
            }
        )
        return
    head = ["half-width", "prior sd", "average", *(f"scenario {k}" for k in range(1, len(truths) + 1))]
    if as_csv:
        rows = [
            [repr(one.halfwidth), repr(one.rule.model.sd), repr(one.average), *map(repr, one.correct)] for one in found
        ]
        answer(_csv([head, *rows]))
        return
    rows = [
        [f"{one.halfwidth:g}", f"{one.rule.model.sd:.4g}", f"{one.average:.4f}", *(f"{c:.4f}" for c in one.correct)]
        for one in found
    ]
    lines = ["Exact chance of selecting the level whose true DLT rate is nearest to the target, the best first:"]
    for number, (truth, these) in enumerate(zip(truths, levels, strict=True), start=1):
        rates = ", ".join(f"{rate:.3g}" for rate in truth)
        lines.append(f"  scenario {number}: {rates}; right: level {' or '.join(map(str, these))}")
    lines += [*_table([head, *rows]), f"Best at these scenarios: {found[0].rule.name}"]
    lines.append("  skeleton " + ", ".join(f"{rate:.4f}" for rate in found[0].rule.model.skeleton))
    answer("\n".join([*lines, LAST]))


def _calibration_json(one: Calibration) -> dict[str, Any]:
    return {
        "half_width": one.halfwidth,
        "prior_sd": one.rule.model.sd,
        "average": one.average,
        "correct": list(one.correct),
        "skeleton": list(one.rule.model.skeleton),
        "rule": one.rule.name,
    }


def _csv(rows: Rows) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _table(rows: Rows) -> list[str]:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  " + "  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
