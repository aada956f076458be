"""The command about a live trial: the decision now, who is awaited, and which next results lead to which decision."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.design_answers import made, rates_of, whole_numbers
from trialwright.cli.output import answer, answer_json

if TYPE_CHECKING:
    from trialwright.design.exact import ExactResult
    from trialwright.design.examine import Examination
    from trialwright.design.live import Live
    from trialwright.design.rule import CountingRule

app = typer.Typer()
_STANDING = {"IN_WINDOW": "in the DLT window", "NOT_ASSESSED": "not assessed for a DLT", "NOT_DOSED": "not dosed yet"}

Name = Annotated[
    str | None,
    typer.Argument(
        metavar="[DESIGN]", help='A design: boin, "3+3: stop at two", a whole name; without: that of --protocol.'
    ),
]


@app.command()
def examine(
    name: Name = None,
    treated: Annotated[str | None, typer.Option("--n", help="Participants per level whose outcome is known.")] = None,
    dlts: Annotated[str | None, typer.Option(help="Of them with a DLT, per level: 0,1,0.")] = None,
    level: Annotated[int | None, typer.Option(help="The current level (1 = lowest).")] = None,
    pending: Annotated[int, typer.Option(help="Participants at the current level whose outcome is awaited.")] = 0,
    protocol: Annotated[str | None, typer.Option(help="The trial's protocol file (or record), with --data.")] = None,
    data: Annotated[Path | None, typer.Option(help="The trial's dataset folder, or the file of its ledger.")] = None,
    day: Annotated[int | None, typer.Option(help="Trial day, 0 = the opening; without: the last one known.")] = None,
    target: Annotated[float | None, typer.Option(help="The DLT rate that is sought, such as 0.3.")] = None,
    cohorts: Annotated[int | None, typer.Option(help="Cohorts in all: the maximum is this many times --size.")] = None,
    size: Annotated[int, typer.Option(help="Participants in a cohort.")] = 3,
    most: Annotated[int | None, typer.Option(help="The maximum sample size, in place of --cohorts.")] = None,
    truth: Annotated[str | None, typer.Option(help="True DLT rates: how the trial can end from here.")] = None,
    registered: Annotated[
        int | None, typer.Option(help="A registered enrolment: show the chance of needing more.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV: what each next result leads to.")] = False,
) -> None:
    """A live trial, from counts or from its data: the decision now, what each next result leads to, how it can end."""
    shown = target, registered, as_json, as_csv
    if protocol is not None or data is not None:
        _from_data(name, protocol, data, day, (treated, dlts, level, pending or None), truth, *shown)
        return
    from trialwright.design.examine import examine as look
    from trialwright.design.rule import Counts

    if name is None or treated is None or dlts is None or level is None:
        raise _unsaid()
    n, y = whole_numbers(treated, "--n"), whole_numbers(dlts, "--dlts")
    rule = made(name, len(n), size, target, cohorts, most)
    alone = sum(y) == 0 and max(n, default=0) == 1
    memory = rule.first().memory if alone else None  # titration has not ended
    seen = look(rule, Counts(level, n, y, memory), pending)
    _show(rule, seen, pending, None, truth, *shown)


def _from_data(
    name: str | None,
    protocol: str | None,
    data: Path | None,
    day: int | None,
    counted: tuple[object, ...],
    truth: str | None,
    target: float | None,
    registered: int | None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """Examine a trial whose data are given."""
    from trialwright.appraise.live import opened
    from trialwright.design import build
    from trialwright.design.live import live

    if protocol is None or data is None or any(item is not None for item in counted):
        raise _unsaid()
    trial = opened(protocol, data, day)
    found = live(build(trial.protocol, name), trial.state)
    if found.rule is None or found.examination is None:
        if as_json:
            answer_json(_live_json(found, trial.cautions) | {"nexts": [], "from_here": None})
        else:
            answer(_nexts_csv(None, None) if as_csv else "\n".join([*_live_text(found, trial.cautions), _last()]))
        return
    if as_csv or as_json:
        head = _live_json(found, trial.cautions)
        _show(found.rule, found.examination, len(found.awaited), head, truth, target, registered, as_json, as_csv)
        return
    lines = tuple(_live_text(found, trial.cautions))
    _show(found.rule, found.examination, len(found.awaited), None, truth, target, registered, False, False, lines)


def _show(
    rule: CountingRule,
    seen: Examination,
    pending: int,
    head: dict[str, Any] | None,
    truth: str | None,
    target: float | None,
    registered: int | None,
    as_json: bool,
    as_csv: bool,
    before: tuple[str, ...] = (),
) -> None:
    """Print an examination; `head`, `before`: what JSON and the text say before it."""
    from trialwright.cli import design_text as text

    rates = None if truth is None else rates_of(truth, rule.levels)
    if as_csv:
        answer(_nexts_csv(seen, rates))
        return
    result = None if rates is None else _from_here(rule, seen, rates)
    if as_json:
        chances = seen.chances(rates) if rates is not None else [None] * len(seen.nexts)
        answer_json(
            (head or {})
            | {
                "rule": rule.name,
                "n": list(seen.counts.n),
                "dlts": list(seen.counts.y),
                "level": seen.counts.dose,
                "pending": pending,
                "now": text.action_json(seen.over or seen.cohort),  # type: ignore[arg-type]
                "nexts": [
                    {"treated": item.treated, "dlts": item.dlts, "probability": chance, **text.action_json(item.action)}
                    for item, chance in zip(seen.nexts, chances, strict=True)
                ],
                "from_here": None if result is None else text.result_json(result, target, registered),
            }
        )
        return
    lines = [*before, *list(text.examined_text(seen, rates))[bool(before) :]]
    if result is not None:
        lines += ["", "From here:", *text.result_text(result, target, registered)]
    answer("\n".join([*lines, text.LAST]))


def _from_here(rule: CountingRule, seen: Examination, rates: tuple[float, ...]) -> ExactResult:
    from trialwright.design import exact

    nobody = sum(seen.counts.n) == 0 and not seen.under_way
    start = None if nobody else seen.counts
    return exact.compile(rule, start=start, opening=None if nobody else seen.cohort).evaluate(rates)


def _nexts_csv(seen: Examination | None, rates: tuple[float, ...] | None) -> str:
    """One line for each result of the cohort."""
    from trialwright.cli.design_text import action_json

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = ("action", "level", "size", "selected", "reason")
    writer.writerow(["treated", "dlts", "probability", *columns])
    chances = seen.chances(rates) if seen is not None and rates is not None else ()
    for place, item in enumerate(seen.nexts if seen is not None else ()):
        action = action_json(item.action)
        chance = chances[place] if chances else ""
        writer.writerow([item.treated, item.dlts, chance, *(action.get(column, "") for column in columns)])
    return out.getvalue()


def _live_text(found: Live, cautions: tuple[str, ...]) -> Iterator[str]:
    """The trial today."""
    yield f"Trial day {found.day}; {found.design}"
    yield from (f"Beware: {caution}" for caution in cautions)
    yield f"Decision now: {_decision_text(found)}"
    if not found.awaited:
        yield "Awaited: nobody"
    else:
        yield f"Awaited: {len(found.awaited)}"
        for person in found.awaited:
            over = "" if person.free_on is None else f", its window is over on trial day {person.free_on}"
            where = f"level {person.level}" if person.level else "level not recorded"
            yield f"  {person.subject}, {where}: {_STANDING[person.standing.name]}{over}"
    if found.examination is None:
        counts = "; ".join(f"level {j}: {y} of {n}" for j, (n, y) in enumerate(found.counted, 1) if n)
        yield f"DLTs so far: {counts or 'no outcome is known'}"
        yield f"No table of next results: {found.why_not}"
    yield from (f"Note: {note}" for note in found.notes)


def _decision_text(found: Live) -> str:
    from trialwright.protocol.decisions import Enrol, Stop, Wait

    match found.decision:
        case Enrol(slots=slots, dose_level=level, reason=reason):
            where = "" if level is None else f" at level {level}"
            return f"enrol up to {slots}{where} ({reason})"
        case Wait(until=until, reason=reason):
            return f"wait{'' if until is None else f', at the longest until trial day {until}'} ({reason})"
        case Stop(selected=selected, reason=reason):
            chosen = {None: "", 0: ", no level selected"}.get(selected, f", level {selected} selected")
            return f"stop{chosen} ({reason})"


def _live_json(found: Live, cautions: tuple[str, ...]) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "day": found.day,
        "design": found.design,
        "cautions": list(cautions),
        "notes": list(found.notes),
        "decision": {"decision": type(found.decision).__name__.lower(), **asdict(found.decision)},
        "awaited": [
            {
                "subject": person.subject,
                "level": person.level or None,
                "standing": person.standing.name.lower(),
                "window_over_on": person.free_on,
            }
            for person in found.awaited
        ],
        "known": [{"level": j, "participants": n, "dlts": y} for j, (n, y) in enumerate(found.counted, 1)],
        "why_no_nexts": found.why_not or None,
    }


def _last() -> str:
    from trialwright.cli.design_text import LAST

    return LAST


def _unsaid() -> Exception:
    from trialwright.core.errors import UsageError

    return UsageError(
        "DES-129",
        "it is not said which trial to examine, or it is said twice",
        expected="a design with --n, --dlts and --level, or --protocol with --data (and a design to try another one)",
        mend="give the counts, or the protocol and the data of the trial",
    )
