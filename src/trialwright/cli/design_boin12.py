"""The command about BOIN12 with no record at all: its table of scores, and its characteristics by Monte Carlo."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.design_phase2 import LAST, columns, csv_lines, numbers
from trialwright.cli.output import Steps, answer, answer_json

if TYPE_CHECKING:
    from trialwright.design.phase2.boin12 import Boin12
    from trialwright.design.phase2.boin12_simulation import Simulated
    from trialwright.design.phase2.boin12_table import Score

app = typer.Typer()


@app.command()
def boin12(
    doses: Annotated[int, typer.Option(help="Dose levels.")],
    toxicity: Annotated[float, typer.Option(help="The highest acceptable toxicity rate, such as 0.35.")],
    efficacy: Annotated[float, typer.Option(help="The lowest acceptable efficacy rate, such as 0.25.")],
    neither: Annotated[float, typer.Option(help="Utility of neither toxicity nor efficacy, 0 to 100.")] = 40,
    both: Annotated[float, typer.Option(help="Utility of both, 0 to 100.")] = 60,
    cohorts: Annotated[int, typer.Option(help="Cohorts in all.")] = 12,
    size: Annotated[int, typer.Option(help="Participants in a cohort.")] = 3,
    enough: Annotated[int, typer.Option(help="Stop once so many are treated at a level; 0: never.")] = 12,
    explore_from: Annotated[
        int, typer.Option(help="Go up to a level not tried yet from so many on, if the toxicity allows; 0: never.")
    ] = 9,
    true_toxicity: Annotated[str | None, typer.Option(help="True toxicity rates, one per dose: .05,.1,.2")] = None,
    true_efficacy: Annotated[str | None, typer.Option(help="True efficacy rates, one per dose: .2,.3,.5")] = None,
    odds_ratio: Annotated[float, typer.Option(help="How both are tied in one participant; 1: independent.")] = 1.0,
    trials: Annotated[int, typer.Option(help="Trials to simulate.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The seed of the simulation.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Answer in CSV: the characteristics, or without true rates the scores.")
    ] = False,
) -> None:
    """BOIN12 (Lin 2020): doses by the utility of efficacy and toxicity; by Monte Carlo, with standard errors."""
    from trialwright.design.phase2.boin12 import Boin12

    design = Boin12(
        levels=doses,
        toxicity=toxicity,
        efficacy=efficacy,
        neither=neither,
        both=both,
        cohort=size,
        most=cohorts * size,
        enough=enough or None,
        explore_from=explore_from or None,
    )
    lines = _scores(design)
    result = _simulated(design, true_toxicity, true_efficacy, odds_ratio, trials, seed)
    if as_json:
        listed = None if lines is None else [_line(each) for each in lines]
        found = None if result is None else result.as_dict()
        answer_json({"rule": design.name, "benchmark": design.benchmark, "scores": listed, "simulated": found})
    elif as_csv:
        answer(csv_lines(_rows(result) if result is not None else [_line(each) for each in _table(design)]))
    else:
        text = list(_scores_text(design, lines)) if result is None else list(_simulated_text(result))
        answer("\n".join([*text, LAST]))


def _scores(design: Boin12) -> tuple[Score, ...] | None:
    """The table of scores, where there can be one."""
    return _table(design) if abs(design.neither + design.both - 100) < 1e-9 else None


def _table(design: Boin12) -> tuple[Score, ...]:
    """The table of scores, for as many participants at a level as there can be."""
    from trialwright.design.phase2.boin12_table import scores

    most = min(design.enough or design.most, design.most)
    return scores(design, range(0, most + 1, design.cohort))


def _simulated(
    design: Boin12,
    true_toxicity: str | None,
    true_efficacy: str | None,
    odds_ratio: float,
    trials: int,
    seed: int,
) -> Simulated | None:
    if true_toxicity is None and true_efficacy is None:
        return None
    from trialwright.core.errors import UsageError
    from trialwright.design.phase2.boin12_simulation import simulate

    if true_toxicity is None or true_efficacy is None:
        raise UsageError(
            "DES-323",
            "true rates of one outcome only",
            expected="both --true-toxicity and --true-efficacy, one rate for each dose",
            mend="give both, or neither of them for the table of scores",
        )
    toxicity, efficacy = numbers(true_toxicity, "--true-toxicity"), numbers(true_efficacy, "--true-efficacy")
    steps = Steps()
    try:
        return simulate(
            design,
            toxicity,
            efficacy,
            seed=seed,
            trials=trials,
            odds_ratio=odds_ratio,
            tell=steps if trials > 50_000 else None,
        )
    finally:
        steps.close()


def _line(score: Score) -> dict[str, Any]:
    return {"n": score.n, "toxicity": score.toxicity, "efficacy": score.efficacy, "score": score.score}


def _rows(result: Simulated) -> list[dict[str, Any]]:
    """One row for each level; level 0 stands for none selected."""
    rows: list[dict[str, Any]] = []
    for level in range(len(result.selection)):
        at = level - 1
        tried = level > 0
        rows.append(
            {
                "level": level,
                "true_toxicity": result.toxicity[at] if tried else "",
                "true_efficacy": result.efficacy[at] if tried else "",
                "utility": float(result.utility[at]) if tried else "",
                "selected": float(result.selection[level]),
                "selected_error": float(result.selection_error[level]),
                "participants": float(result.n_by_level[at]) if tried else "",
                "participants_error": float(result.n_error[at]) if tried else "",
            }
        )
    return rows


def _scores_text(design: Boin12, lines: tuple[Score, ...] | None) -> Iterator[str]:
    yield f"{design.name}; {design.levels} dose levels"
    if lines is None:
        yield "There is no table of scores: the utilities of neither and both do not add up to 100."
        return
    yield "Scores, the higher the better (E: eliminated), by toxicities (rows) and responses (columns):"
    for n in sorted({line.n for line in lines}):
        found = {(line.toxicity, line.efficacy): line.score for line in lines if line.n == n}
        yield f"{n} participants"
        shown = [["  ", *(str(e) for e in range(n + 1))]]
        for t in range(n + 1):
            cells = (found[t, e] for e in range(n + 1))
            shown.append([f"  {t}", *("E" if cell is None else f"{cell:g}" for cell in cells)])
        yield from columns(shown)


def _simulated_text(result: Simulated) -> Iterator[str]:
    yield f"{result.design}"
    yield f"By Monte Carlo, {result.trials:,} trials with seed {result.seed}; (standard error):"
    head = ["", "none", *(f"dose {level}" for level in range(1, len(result.toxicity) + 1))]
    yield from columns(
        [
            head,
            ["  true toxicity", "", *(f"{rate:g}" for rate in result.toxicity)],
            ["  true efficacy", "", *(f"{rate:g}" for rate in result.efficacy)],
            ["  true utility", "", *(f"{value:.1f}" for value in result.utility)],
            ["  selected", *_with_error(result.selection, result.selection_error, 4)],
            ["  participants", "", *_with_error(result.n_by_level, result.n_error, 2)],
            ["  toxicities", "", *_with_error(result.toxicity_by_level, result.toxicity_error, 2)],
            ["  responses", "", *_with_error(result.efficacy_by_level, result.efficacy_error, 2)],
        ]
    )
    yield f"  Participants in all: {result.expected_n:.2f} ({result.expected_n_error:.2f})"
    yield "  How it ends: " + "; ".join(f"{why} {share:.4f}" for why, share in result.endings.items())


def _with_error(values: Any, errors: Any, digits: int) -> list[str]:
    return [f"{v:.{digits}f} ({e:.{digits}f})" for v, e in zip(values.tolist(), errors.tolist(), strict=True)]
