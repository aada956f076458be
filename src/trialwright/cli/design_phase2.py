"""Commands about one arm with no record at all: Simon's two-stage designs, and monitoring for toxicity or deaths."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.output import answer, answer_json

if TYPE_CHECKING:
    from trialwright.design.phase2.monitoring import Bound
    from trialwright.design.phase2.monitoring_rule import Monitored, MonitoringRule
    from trialwright.design.phase2.simon import TwoStage

app = typer.Typer()

LAST = "Research software: not medical advice."
METHOD = "exact, by forward dynamic programming over merged states"
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Rates = Annotated[str | None, typer.Option("--rate", help="True rates for more exact characteristics: .1,.2,.3")]


@app.command()
def simon(
    p0: Annotated[float, typer.Option("--p0", help="The response rate that is of no interest.")],
    p1: Annotated[float, typer.Option("--p1", help="The response rate that is.")],
    alpha: Annotated[float, typer.Option(help="The largest chance of calling p0 promising.")] = 0.05,
    beta: Annotated[float, typer.Option(help="The largest chance of giving up p1 (1 - power).")] = 0.2,
    kind: Annotated[
        str | None, typer.Option(help="minimax or optimal; without, all admissible designs, these two among them.")
    ] = None,
    most: Annotated[int, typer.Option(help="Look at designs with at most so many participants.")] = 500,
    rate: Rates = None,
    as_json: AsJson = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV, a line for each design.")] = False,
) -> None:
    """Simon's two-stage designs (Simon 1989; admissible: Jung 2004) for the responses of one arm, by exact search."""
    from trialwright.design.phase2 import simon as designs

    found = designs.pick(designs.search(p0, p1, alpha, beta, most=most), kind or "admissible")
    rates = [] if rate is None else _rates(rate)
    if as_json:
        listed = [{**each.as_dict(), "at_rates": _two_stage_rows(each, rates)} for each in found]
        answer_json({"p0": p0, "p1": p1, "alpha": alpha, "beta": beta, "designs": listed, "method": METHOD})
    elif as_csv:
        answer(csv_lines([each.as_dict() for each in found]))
    else:
        answer("\n".join([*_simon_text(found, p0, p1, alpha, beta, rates), LAST]))


@app.command()
def monitor(
    most: Annotated[int, typer.Option(help="Participants in the arm if it is not stopped.")],
    limit: Annotated[float, typer.Option(help="The event rate at which the arm is acceptable and no more.")],
    bound: Annotated[str, typer.Option(help="bayesian, or constant (Pocock-type: a constant probability).")] = (
        "bayesian"
    ),
    cutoff: Annotated[
        float | None, typer.Option(help="bayesian: stop when P(rate > limit) exceeds this; usual 0.95.")
    ] = None,
    prior: Annotated[str | None, typer.Option(help="bayesian: the Beta prior; usual 1,1 (uniform).")] = None,
    level: Annotated[
        float | None, typer.Option(help="constant: stop when the tail probability at the limit is this or less.")
    ] = None,
    false_stop: Annotated[
        float | None, typer.Option(help="Choose the cutoff or level: the largest chance of a false stop.")
    ] = None,
    at: Annotated[float | None, typer.Option(help="The true rate at which a stop is false; usual the limit.")] = None,
    first: Annotated[int, typer.Option(help="Look for the first time at so many known outcomes.")] = 1,
    every: Annotated[int, typer.Option(help="Look again after each so many more.")] = 1,
    rate: Rates = None,
    as_json: AsJson = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Answer in CSV: the characteristics, or without --rate the bounds.")
    ] = False,
) -> None:
    """Bounds on toxicities or deaths in one arm, looked at one by one or in groups, with exact characteristics."""
    from trialwright.design.phase2 import monitoring

    made = _bound(bound, limit, cutoff, prior, level, false_stop, at)
    if false_stop is not None:
        made = monitoring.calibrated(made, most, false_stop, rate=at, first=first, step=every)
    rule = monitoring.rule(made, most, first=first, step=every)
    rates = _rates(rate) if rate is not None else _usual(limit, at)
    result = rule.characteristics(rates)
    if as_json:
        answer_json(
            {
                "bound": rule.name,
                "most": most,
                "looks": list(rule.looks),
                "stop_at_events": list(rule.limits),
                "characteristics": result.rows(),
                "method": METHOD,
            }
        )
    elif as_csv:
        bounds = [{"known_outcomes": n, "stop_at_events": k} for n, k in zip(rule.looks, rule.limits, strict=True)]
        answer(csv_lines(bounds if rate is None else result.rows()))
    else:
        answer("\n".join([*_monitor_text(rule, result), LAST]))


def _bound(
    bound: str,
    limit: float,
    cutoff: float | None,
    prior: str | None,
    level: float | None,
    false_stop: float | None,
    at: float | None,
) -> Bound:
    """The bound of this name from the options that belong to it."""
    from trialwright.core.errors import UsageError
    from trialwright.design.phase2.monitoring import Bayesian, ConstantProbability

    foreign: dict[str, dict[str, object]] = {
        "bayesian": {"--level": level},
        "constant": {"--cutoff": cutoff, "--prior": prior},
    }
    if bound not in foreign:
        raise UsageError("DES-313", f"--bound {bound}", expected="bayesian or constant", mend="choose one of the two")
    wrong = [option for option, value in foreign[bound].items() if value is not None]
    chosen = {"--cutoff": cutoff, "--level": level}
    if false_stop is not None:
        wrong += [option for option, value in chosen.items() if value is not None and option not in wrong]
    elif at is not None:
        wrong.append("--at")
    if wrong:
        raise UsageError(
            "DES-313",
            f"{' and '.join(wrong)} with a {bound} bound" + (" and --false-stop" if false_stop is not None else ""),
            expected="--cutoff and --prior with a bayesian bound, --level with a constant one; --false-stop in place "
            "of the cutoff or level, and --at only with it",
            mend=f"leave out {' and '.join(wrong)}",
        )
    if bound == "constant":
        return ConstantProbability(limit, 0.05 if level is None else level)
    shapes = (1.0, 1.0) if prior is None else numbers(prior, "--prior")
    if len(shapes) != 2:
        raise UsageError("DES-314", f"--prior {prior}", expected="two numbers above 0, such as 1,1")
    return Bayesian(limit, 0.95 if cutoff is None else cutoff, (shapes[0], shapes[1]))


def _usual(limit: float, at: float | None) -> list[float]:
    """Half, once, one and a half times and twice the limit, and the rate of a false stop."""
    return sorted(
        {round(share * limit, 10) for share in (0.5, 1, 1.5, 2) if share * limit < 1} | ({at} if at else set())
    )


def _simon_text(
    found: Sequence[TwoStage], p0: float, p1: float, alpha: float, beta: float, rates: list[float]
) -> Iterator[str]:
    yield f"Two-stage designs, p0 = {p0:g} against p1 = {p1:g}, alpha at most {alpha:g}, beta at most {beta:g}:"
    rows = [["  kind", "r1/n1", "r/n", "EN(p0)", "PET(p0)", "alpha", "power", "weight of n"]]
    for each in found:
        rule = each.rule
        rows.append(
            [
                f"  {each.kind}",
                f"{rule.r1}/{rule.n1}",
                f"{rule.r}/{rule.n}",
                f"{each.expected_n:.2f}",
                f"{each.pet:.4f}",
                f"{each.alpha:.4f}",
                f"{each.power:.4f}",
                f"{each.weights[0]:.3f} to {each.weights[1]:.3f}",
            ]
        )
    yield from columns(rows)
    yield "r1 or fewer of n1 respond: stop. More than r of n respond: promising. All figures are exact."
    for each in found if rates else ():
        rule = each.rule
        yield f"{rule.r1}/{rule.n1} {rule.r}/{rule.n} at true response rates:"
        rows = [["  rate", "stops early", "participants", "promising"]]
        for row in _two_stage_rows(each, rates):
            chances = [row["prob_stopped_early"], row["expected_n"], row["prob_promising"]]
            rows.append([f"  {row['rate']:g}", *(f"{chance:.4f}" for chance in chances)])
        yield from columns(rows)


def _two_stage_rows(design: TwoStage, rates: list[float]) -> list[dict[str, float]]:
    """One row for each true rate: stopped after the first stage, expected participants, called promising."""
    if not rates:
        return []
    from trialwright.design import exact

    found = exact.compile(design.rule).evaluate_many([[rate] for rate in rates])
    early = found.prob_n_at_most(design.rule.n1)
    return [
        {
            "rate": rate,
            "prob_stopped_early": float(early[place]),
            "expected_n": float(found.expected_n[place]),
            "prob_promising": float(found.selection[place, 1]),
            "mass_error": float(found.mass_error[place]),
        }
        for place, rate in enumerate(rates)
    ]


def _monitor_text(rule: MonitoringRule, result: Monitored) -> Iterator[str]:
    yield f"Stop the arm of {rule.most} when {rule.name}:"
    yield from columns([("  known outcomes", "stop at events"), *_spans(rule)])
    yield "Exact, at these true event rates:"
    rows = [["  rate", "bound reached", "before the end", "participants", "events"]]
    for row in result.rows():
        chances = (row["prob_crossed"], row["prob_stopped_early"])
        means = (row["expected_n"], row["expected_events"])
        rows.append([f"  {row['rate']:g}", *(f"{v:.4f}" for v in chances), *(f"{v:.3f}" for v in means)])
    yield from columns(rows)
    yield "These hold where each outcome that is looked at is known before more participants enter."
    yield f"Probabilities add up to 1 within {max(1e-12, float(result.mass_error.max())):.0e}."


def _spans(rule: MonitoringRule) -> list[tuple[str, str]]:
    """Neighbouring looks with one limit together: (known outcomes, events)."""
    spans: list[tuple[list[int], int | None]] = []
    for n, limit in zip(rule.looks, rule.limits, strict=True):
        if spans and spans[-1][1] == limit:
            spans[-1][0].append(n)
        else:
            spans.append(([n], limit))
    return [(f"  {_looks(looks)}", "-" if limit is None else str(limit)) for looks, limit in spans]


def _looks(looks: list[int]) -> str:
    """Looks in few characters: 4-9 where each number is one, else 3, 6, 9."""
    if len(looks) > 1 and looks[-1] - looks[0] == len(looks) - 1:
        return f"{looks[0]}-{looks[-1]}"
    return ", ".join(str(n) for n in looks)


def _rates(text: str) -> list[float]:
    from trialwright.core.errors import UsageError

    rates = numbers(text, "--rate")
    if not all(0 <= rate <= 1 for rate in rates):
        raise UsageError(
            "DES-314", f"--rate {text}", expected="proportions from 0 to 1: .1,.2,.3", mend="write 5 % as .05"
        )
    return list(rates)


def numbers(text: str, option: str) -> tuple[float, ...]:
    """Numbers written as .1,.2,.3. Raises UsageError DES-314."""
    from math import isfinite

    from trialwright.core.errors import UsageError

    try:
        found = tuple(float(part) for part in text.split(","))
    except ValueError:
        found = ()
    if not found or not all(isfinite(number) for number in found):
        raise UsageError("DES-314", f"{option} {text}", expected="numbers set apart by commas: .1,.2,.3")
    return found


def csv_lines(rows: Sequence[dict[str, Any]]) -> str:
    """Rows with the same keys as CSV with a head."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns in line: the first to the left, the others to the right."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        others = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join([f"{row[0]:{widths[0]}}", *others]).rstrip()
