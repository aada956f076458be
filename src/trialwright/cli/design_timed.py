"""Commands about designs that decide by time: rolling six, TITE-CRM and TITE-BOIN, by Monte Carlo."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.design_answers import given, rates_of
from trialwright.cli.output import Steps, answer, answer_json, say

if TYPE_CHECKING:
    from trialwright.design.timed.names import Timed
    from trialwright.design.timed.table import Line
    from trialwright.simulate.runs import MonteCarlo
    from trialwright.simulate.timed_result import TimedResult

app = typer.Typer()

LAST = "Research software: not medical advice."

Window = Annotated[int, typer.Option(help="The DLT window: days after the first dose, the last one included.")]
Truths = Annotated[
    list[str] | None, typer.Option("--truth", help="True DLT rates, one per dose: .05,.15,.3 (may be given again).")
]
NeededTruths = Annotated[
    list[str], typer.Option("--truth", help="True DLT rates, one per dose: .05,.15,.3 (may be given again).")
]
Accrual = Annotated[float, typer.Option(help="Candidates a day: one in ten days is 0.1.")]
Fixed = Annotated[bool, typer.Option("--fixed", help="Candidates at equal intervals in place of a Poisson process.")]
Late = Annotated[
    float | None, typer.Option(help="Share of DLTs in the second half of the window; without: all days alike.")
]
NotEvaluable = Annotated[float, typer.Option(help="Probability of leaving within the window; the place opens again.")]
Trials = Annotated[int, typer.Option(help="Simulated trials.")]
Seed = Annotated[int, typer.Option(help="Seed, 0 or more; the same seed brings every design the same people.", min=0)]
Workers = Annotated[int, typer.Option(help="Processes; the answer does not depend on it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
AsCsv = Annotated[bool, typer.Option("--csv", help="Answer in CSV.")]
Figure = Annotated[Path | None, typer.Option(help="Write a figure to this .svg, .pdf or .png file.")]
Target = Annotated[float, typer.Option(help="The DLT rate that is sought, such as 0.3.")]
Start = Annotated[int | None, typer.Option(help="The first level (1 = lowest).")]
Enough = Annotated[int | None, typer.Option(help="Stop once so many are at a level and the decision is to stay.")]


@app.command("rolling-six")
def rolling_six(
    window: Window = 28,
    truth: Truths = None,
    accrual: Accrual = 0.1,
    start: Start = None,
    three_enough: Annotated[
        bool, typer.Option("--three-enough", help="Three without a DLT are enough at the highest level.")
    ] = False,
    fixed: Fixed = False,
    late: Late = None,
    not_evaluable: NotEvaluable = 0.0,
    trials: Trials = 10_000,
    seed: Seed = 1,
    workers: Workers = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """Rolling six (Skolnik 2008): two to six at a level at a time. Without --truth: its decision table."""
    from trialwright.design.timed.table import rolling_six_lines

    options = given(start=start, six_at_mtd=False if three_enough else None)
    course = {"accrual": accrual, "fixed": fixed, "late": late, "not_evaluable": not_evaluable}
    run = {"trials": trials, "seed": seed, "workers": workers}
    if truth:
        _show("rolling six", options, None, window, truth, course, run, as_json, as_csv, figure)
    else:
        _show_table("rolling six", rolling_six_lines(), as_json, as_csv, figure)


@app.command("tite-crm")
def tite_crm(
    target: Target,
    truth: NeededTruths,
    most: Annotated[int, typer.Option(help="The maximum sample size.")],
    window: Window = 28,
    accrual: Accrual = 0.1,
    size: Annotated[int, typer.Option(help="Participants in a cohort.")] = 1,
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
    stagger: Annotated[
        int | None, typer.Option(help="Days without entry after the first at a level not tried before.")
    ] = None,
    before_up: Annotated[
        int | None, typer.Option(help="Days that each of the last cohort is followed before anybody goes up.")
    ] = None,
    fixed: Fixed = False,
    late: Late = None,
    not_evaluable: NotEvaluable = 0.0,
    trials: Trials = 10_000,
    seed: Seed = 1,
    workers: Workers = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """TITE-CRM (Cheung & Chappell 2000): the CRM with those still followed counted in part."""
    doses = truth[0].count(",") + 1
    options = given(
        target=target,
        most=most,
        model=model,
        skeleton=None if skeleton is None else rates_of(skeleton, doses, "--skeleton"),
        halfwidth=half_width,
        level=guess,
        sd=sd,
        start=start,
        enough=enough,
        stop_above=stop_above,
        stagger=stagger,
        before_up=before_up,
    )
    course = {"accrual": accrual, "fixed": fixed, "late": late, "not_evaluable": not_evaluable}
    run = {"trials": trials, "seed": seed, "workers": workers}
    _show("TITE-CRM", options, size, window, truth, course, run, as_json, as_csv, figure)


@app.command("tite-boin")
def tite_boin(
    target: Target,
    most: Annotated[int, typer.Option(help="The maximum sample size.")],
    truth: Truths = None,
    window: Window = 28,
    accrual: Accrual = 0.1,
    size: Annotated[int, typer.Option(help="Participants in a cohort.")] = 3,
    safe: Annotated[float | None, typer.Option(help="The highest rate that is too low; usual 0.6 x target.")] = None,
    toxic: Annotated[float | None, typer.Option(help="The lowest rate that is too high; usual 1.4 x target.")] = None,
    start: Start = None,
    enough: Enough = None,
    cutoff: Annotated[
        float | None, typer.Option(help="Eliminate a level when P(rate > target) exceeds this; usual 0.95.")
    ] = None,
    extra_safety: Annotated[float | None, typer.Option(help="Offset of the extra stop at the lowest level.")] = None,
    fixed: Fixed = False,
    late: Late = None,
    not_evaluable: NotEvaluable = 0.0,
    trials: Trials = 10_000,
    seed: Seed = 1,
    workers: Workers = 1,
    as_json: AsJson = False,
    as_csv: AsCsv = False,
    figure: Figure = None,
) -> None:
    """TITE-BOIN (Yuan 2018): BOIN with the follow-up of those pending. Without --truth: its decision table."""
    options = given(
        target=target,
        most=most,
        safe=safe,
        toxic=toxic,
        start=start,
        enough=enough,
        cutoff=cutoff,
        extra_safety=extra_safety,
    )
    course = {"accrual": accrual, "fixed": fixed, "late": late, "not_evaluable": not_evaluable}
    run = {"trials": trials, "seed": seed, "workers": workers}
    if truth:
        _show("TITE-BOIN", options, size, window, truth, course, run, as_json, as_csv, figure)
        return
    from trialwright.design.timed import names as by_time
    from trialwright.design.timed.table import tite_boin_lines
    from trialwright.design.timed.tite_boin import TiteBoin

    design = by_time.make("TITE-BOIN", ("",) * max(start or 1, 1), window, size, **options)
    assert isinstance(design, TiteBoin)
    _show_table(design.name, tite_boin_lines(design), as_json, as_csv, figure)


def _show(
    name: str,
    options: dict[str, Any],
    size: int | None,
    window: int,
    truth: list[str],
    course: dict[str, Any],
    run: dict[str, int],
    as_json: bool,
    as_csv: bool,
    figure: Path | None,
) -> None:
    """Run the trials at each truth and print what came out."""
    from trialwright.design.timed import names as by_time
    from trialwright.simulate.timed import Course, characteristics

    doses = truth[0].count(",") + 1
    rates = [rates_of(each, doses) for each in truth]
    design: Timed = by_time.make(name, ("",) * doses, window, size, **options)
    results = []
    steps = Steps(under_way="simulating")
    for number, each in enumerate(rates):

        def progress(done: int, number: int = number) -> None:
            steps(f"simulating: {number * run['trials'] + done:,} of {len(rates) * run['trials']:,} trials")

        results.append(characteristics(design, each, Course(**course), progress=progress, **run))
    steps.close()
    if figure is not None:
        from trialwright.design.figure import write
        from trialwright.simulate import timed_figure

        write(timed_figure.figure(results), figure)
        say(f"Wrote {figure}")
    if as_json:
        answer_json({"design": design.name, "window": window, "scenarios": [_json(one) for one in results]})
    elif as_csv:
        answer(_csv(results))
    else:
        answer("\n".join([*(line for one in results for line in _text(one)), LAST]))


def _text(result: TimedResult) -> Iterator[str]:
    """One truth as text: each figure with its standard error."""
    levels = len(result.truth)
    course = result.course
    yield f"{result.design}; DLT window {result.dlt_window} days"
    how = "at equal intervals" if course.fixed else "Poisson"
    late = "" if course.late is None else f", {course.late:.0%} of DLTs in the second half of the window"
    left = "" if not course.not_evaluable else f", {course.not_evaluable:.0%} not evaluable"
    yield f"{result.trials:,} trials, seed {result.seed}, {course.accrual:g} candidates a day ({how}){late}{left}"
    yield "Monte Carlo, each figure with its standard error (+-):"
    rows = [["", "none", *(f"dose {j}" for j in range(1, levels + 1)), "in all"]]
    rows.append(["  true DLT rate", "", *(f"{rate:g}" for rate in result.truth), ""])
    for what, values, whole, places in (
        ("selected", result.selection, None, 4),
        ("participants", (None, *result.expected_n), result.total_n, 3),
        ("DLTs", (None, *result.expected_dlts), result.total_dlts, 3),
    ):
        rows.append([f"  {what}", *(_number(v, places) for v in values), _number(whole, places)])
        rows.append(["    +-", *(_error(v, places) for v in values), _error(whole, places)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        rest = (f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join([f"{row[0]:{widths[0]}}", *rest]).rstrip()
    yield f"  Days until the end: {result.days.value:.1f} +- {result.days.se:.1f}"
    yield f"  Stopped for toxicity: {result.stopped.value:.4f} +- {result.stopped.se:.4f}"
    yield ""


def _number(estimate: MonteCarlo | None, places: int) -> str:
    return "" if estimate is None else f"{estimate.value:.{places}f}"


def _error(estimate: MonteCarlo | None, places: int) -> str:
    return "" if estimate is None else f"{estimate.se:.{places}f}"


def _json(result: TimedResult) -> dict[str, Any]:
    def plain(estimate: MonteCarlo) -> dict[str, float | None]:
        return {"value": estimate.value, "se": estimate.se if estimate.se < float("inf") else None}

    return {
        "method": "Monte Carlo",
        "truth": list(result.truth),
        "trials": result.trials,
        "seed": result.seed,
        "course": asdict(result.course),
        "selection": [plain(each) for each in result.selection],
        "participants": [plain(each) for each in result.expected_n],
        "dlts": [plain(each) for each in result.expected_dlts],
        **{name: plain(each) for name, each in result.whole.items()},
    }


def _csv(results: list[TimedResult]) -> str:
    """One line for each level (0 = none) of each truth; the figures of the whole trial stand on each of its lines."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for number, result in enumerate(results, start=1):
        frame = result.frame()
        if number == 1:
            columns = [column for name in result.whole for column in (name, f"{name}_se")]
            writer.writerow(["design", "scenario", *frame.columns[1:], *columns, "trials", "seed"])
        ends = [value for each in result.whole.values() for value in (each.value, each.se)]
        known = ["" if value == float("inf") else value for value in ends]
        for row in frame.rows():
            cells = ["" if value is None else value for value in row[1:]]
            writer.writerow([result.design, number, *cells, *known, result.trials, result.seed])
    return out.getvalue()


def _show_table(name: str, lines: tuple[Line, ...], as_json: bool, as_csv: bool, figure: Path | None) -> None:
    """A decision table by participants, DLTs and pending participants at the current level."""
    rows = [["participants", "DLTs", "pending", "decision"]]
    for line in lines:
        pending = str(line.fewest) if line.fewest == line.most else f"{line.fewest} to {line.most}"
        rows.append([str(line.enrolled), str(line.dlts), pending, _words(line)])
    if figure is not None:
        from trialwright.design.figure import write
        from trialwright.simulate import timed_figure

        write(timed_figure.decisions(name, rows), figure)
        say(f"Wrote {figure}")
    if as_json:
        answer_json({"design": name, "decisions": [asdict(line) for line in lines]})
        return
    if as_csv:
        out = io.StringIO()
        csv.writer(out, lineterminator="\n").writerows(rows)
        answer(out.getvalue())
        return
    text = [f"{name}: decisions from the participants, DLTs and pending participants at the current level"]
    text += [f"{row[0]:>12}  {row[1]:>4}  {row[2]:>8}  {row[3]}" for row in rows]
    if any(line.decision == "by follow-up" for line in lines):
        text.append("T: the follow-up of those pending, added up, in DLT windows")
    answer("\n".join([*text, LAST]))


def _words(line: Line) -> str:
    if line.decision != "by follow-up":
        return line.decision
    parts = [] if line.up is None else [f"go up if T >= {line.up:.2f}"]
    parts += [] if line.down is None else [f"go down if T <= {line.down:.2f}"]
    return ", ".join([*parts, "otherwise stay"])
