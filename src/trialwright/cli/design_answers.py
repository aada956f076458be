"""What the design commands share: designs from options, and answers as text, JSON, CSV and figures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from trialwright.design.exact import ExactResult
    from trialwright.design.rule import CountingRule


def made(name: str, doses: int, size: int, target: float | None, cohorts: int | None, most: int | None) -> CountingRule:
    """The design of this name; what the name does not say comes from the options, where the design has use for it."""
    from trialwright.design import rules

    wanted: dict[str, Any] = {}
    if rules.takes_options(name):
        said = name.lower()
        wanted = given(
            target=target if "target" not in said else None,
            cohorts=cohorts if "at most" not in said else None,
            most=most if "at most" not in said else None,
        )
    sized = None if "cohorts of" in name.lower() or not rules.takes_options(name) else size
    return rules.make(name, doses, sized, **wanted)


def show(
    name: str,
    doses: int,
    size: int,
    options: dict[str, Any],
    truth: list[str] | None,
    target: float | None,
    registered: int | None,
    as_json: bool,
    as_csv: bool,
    figure: Path | None,
) -> None:
    """One design: its table and, where truths are given, its exact characteristics."""
    from trialwright.cli import design_text as text
    from trialwright.design import rules
    from trialwright.design.interval.grid import grid

    rule = rules.make(name, doses, size, **options)
    results = _evaluated(rule, truth)
    if figure is not None:
        write_figure(rule, results, figure)
    if as_json:
        answer_json(
            {**text.rule_json(rule), "scenarios": [text.result_json(result, target, registered) for result in results]}
        )
    elif as_csv:
        found = grid(rule)
        answer(text.results_csv(results) if results or found is None else found.csv())
    else:
        lines = list(text.decisions_text(rule))
        for result in results:
            lines += ["", *text.result_text(result, target, registered)]
        answer("\n".join([*lines, text.LAST]))


def show_side_by_side(
    designs: list[CountingRule],
    truth: list[str] | None,
    target: float | None,
    registered: int | None,
    as_json: bool,
    as_csv: bool,
    figure: Path | None,
) -> None:
    """Several designs at the same truths."""
    from trialwright.cli import design_text as text

    by_rule = [_evaluated(rule, truth) for rule in designs]
    if figure is not None:
        from trialwright.design import figure as figures

        figures.write(figures.compared([list(results) for results in by_rule]), figure)
        say(f"Wrote {figure}")
    if as_json:
        answer_json(
            [
                {**text.rule_json(rule), "scenarios": [text.result_json(one, target, registered) for one in results]}
                for rule, results in zip(designs, by_rule, strict=True)
            ]
        )
    elif as_csv:
        answer(text.results_csv([result for results in by_rule for result in results]))
    else:
        lines: list[str] = []
        for results in zip(*by_rule, strict=True):
            lines += [*text.compared_text(results, target, registered), ""]
        answer("\n".join([*lines, text.LAST]))


def _evaluated(rule: CountingRule, truth: list[str] | None) -> list[ExactResult]:
    if not truth:
        return []
    from trialwright.design import exact

    rates = [rates_of(each, rule.levels) for each in truth]
    graph = exact.compile(rule)
    return [graph.evaluate(each) for each in rates]


def write_figure(rule: CountingRule, results: list[ExactResult], path: Path) -> None:
    """Draw a design's table and its characteristics."""
    from trialwright.design import figure as figures
    from trialwright.design.interval.grid import grid

    figures.write(figures.figure(grid(rule), results), path)
    say(f"Wrote {path}")


def interval_options(
    target: float,
    cohorts: int | None,
    most: int | None,
    enough: int | None,
    start: int | None,
    titration: bool,
    extra_safety: float | None,
    cutoff: float | None,
) -> dict[str, Any]:
    """What an interval design is told beside its name; see `trialwright.design.interval.names.Options`."""
    return given(
        target=target,
        cohorts=cohorts if most is None else None,
        most=most,
        enough=enough,
        start=start,
        titration=titration or None,
        extra_safety=extra_safety,
        cutoff=cutoff,
    )


def given(**options: Any) -> dict[str, Any]:
    """The options that were given."""
    return {key: value for key, value in options.items() if value is not None}


def rates_of(text: str, levels: int, option: str = "--truth") -> tuple[float, ...]:
    """True DLT rates written as .05,.15,.3."""
    from trialwright.core.errors import UsageError

    try:
        rates = tuple(float(part) for part in text.split(","))
    except ValueError:
        rates = ()
    if len(rates) != levels or not all(0 <= rate <= 1 for rate in rates):
        raise UsageError(
            "DES-123",
            f"{option} {text!r}",
            expected=f"{levels} numbers from 0 to 1, one for each dose, set apart by commas: .05,.15,.3",
            mend="write 5 % as .05, and no space after a comma",
        )
    return rates


def whole_numbers(text: str, option: str) -> tuple[int, ...]:
    """Whole numbers written as 3,6,0."""
    from trialwright.core.errors import UsageError

    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise UsageError(
            "DES-123",
            f"{option} {text!r}",
            expected="one whole number for each level, lowest first, set apart by commas: 3,6,0",
        )
    return tuple(int(part) for part in parts)


def numbers_of(text: str, option: str) -> tuple[float, ...]:
    """Numbers written as 10,20,40."""
    from math import isfinite

    from trialwright.core.errors import UsageError

    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        numbers = ()
    if not numbers or not all(isfinite(number) for number in numbers):
        raise UsageError(
            "DES-123",
            f"{option} {text!r}",
            expected="numbers set apart by commas: 10,20,40",
            mend="write no unit and no space after a comma",
        )
    return numbers
