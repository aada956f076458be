"""`trialwright conduct`: what stands, as each role may see it."""

from __future__ import annotations

import csv
import dataclasses
import io
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli import conduct_call as ask
from trialwright.cli.conduct_board import board
from trialwright.cli.conduct_rehearse import rehearse
from trialwright.cli.output import answer, answer_json, say
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from trialwright.conduct.masking.views import View

AsCsv = Annotated[bool, typer.Option("--csv", help="Answer in CSV.")]
Subject = Annotated[str, typer.Argument(metavar="SUBJECT", help="The participant.")]


def read(app: typer.Typer) -> typer.Typer:
    """The group with the commands that show what stands added to it."""
    for name, look, about in _LISTS:
        app.command(name)(_listing(look, about))
    for name, look_at, about in _OF_ONE:
        app.command(name)(_listing_of_one(look_at, about))
    app.command("criteria")(criteria)
    app.command("access")(access)
    app.command("show")(show)
    app.command("history")(history)
    app.command("audit")(audit)
    app.command("identity")(identity)
    app.command("examine")(examine)
    app.command("unblind")(unblind)
    app.command("board")(board)
    app.command("rehearse")(rehearse)
    return app


_LISTS: tuple[tuple[str, Callable[[View], list[dict[str, Any]]], str], ...] = (
    ("participants", lambda view: view.participants(), "List the participants whom you may see."),
    ("decisions", lambda view: view.decisions(), "List the decisions in order."),
    ("unblindings", lambda view: view.unblindings(), "Show the register of unblindings, without arms."),
    (
        "deviations",
        lambda view: view.deviations(),
        "List every deviation, as entered or as it follows from dates and doses.",
    ),
    (
        "assessments",
        lambda view: view.assessments(),
        "List where the assessment of dose-limiting toxicity stands, and which to look at again.",
    ),
    (
        "reports-due",
        lambda view: view.reports_due(),
        "List by when reports on serious adverse events are due, and which were sent.",
    ),
    ("notices", lambda view: view.notices(), "List what waits for you to know of it."),
    ("randomisation", lambda view: view.randomisation(), "Show how the trial randomises, as far as you may see it."),
)


_OF_ONE: tuple[tuple[str, Callable[[View, str], list[dict[str, Any]]], str], ...] = (
    ("doses", lambda view, subject: view.doses(subject), "List a participant's doses: worked out, prepared, given."),
    (
        "visits",
        lambda view, subject: view.visits(subject),
        "List a participant's planned visits: in the window, early, late, missed, still to come.",
    ),
)


def _listing(look: Callable[[View], list[dict[str, Any]]], about: str) -> Callable[..., None]:
    def command(
        trial: ask.Trial,
        as_: ask.As,
        role: ask.InRole,
        site: ask.At,
        as_json: ask.AsJson = False,
        as_csv: AsCsv = False,
        today: ask.Today = None,
    ) -> None:
        shown(look(_view(trial, as_, role, site, today)), as_json=as_json, as_csv=as_csv)

    command.__doc__ = about
    return command


def _listing_of_one(look: Callable[[View, str], list[dict[str, Any]]], about: str) -> Callable[..., None]:
    def command(
        trial: ask.Trial,
        subject: Subject,
        as_: ask.As,
        role: ask.InRole,
        site: ask.At,
        as_json: ask.AsJson = False,
        as_csv: AsCsv = False,
        today: ask.Today = None,
    ) -> None:
        shown(look(_view(trial, as_, role, site, today), subject), as_json=as_json, as_csv=as_csv)

    command.__doc__ = about
    return command


def criteria(
    trial: ask.Trial,
    as_: ask.As,
    role: ask.InRole,
    site: ask.At,
    subject: Annotated[str, typer.Argument(metavar="[SUBJECT]", help="Whose answers to show.")] = "",
    as_json: ask.AsJson = False,
    as_csv: AsCsv = False,
    today: ask.Today = None,
) -> None:
    """List the eligibility criteria by the identifiers that `answer-criteria` takes, with a person's answers so far."""
    shown(_view(trial, as_, role, site, today).criteria(subject), as_json=as_json, as_csv=as_csv)


def access(
    trial: ask.Trial,
    as_: ask.As,
    role: ask.InRole,
    site: ask.At,
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE|TIME", help="At the end of this date, or at a time with offset.")
    ] = "",
    as_json: ask.AsJson = False,
    as_csv: AsCsv = False,
    today: ask.Today = None,
) -> None:
    """List who has which role at which site, now or as of a date."""
    shown(_view(trial, as_, role, site, today).access(as_of), as_json=as_json, as_csv=as_csv)


def show(
    trial: ask.Trial, subject: Subject, as_: ask.As, role: ask.InRole, site: ask.At, today: ask.Today = None
) -> None:
    """Show one participant with the latest version of every row, as JSON."""
    answer_json(_view(trial, as_, role, site, today).participant(subject))


def history(
    trial: ask.Trial,
    domain: Annotated[str, typer.Argument(metavar="DOMAIN", help="The table: AE, EX, LB, ...")],
    subject: Subject,
    as_: ask.As,
    role: ask.InRole,
    site: ask.At,
    number: Annotated[int, typer.Option("--number", help="The number of the row.")] = 1,
    as_json: ask.AsJson = False,
    as_csv: AsCsv = False,
    today: ask.Today = None,
) -> None:
    """Show every version of one row: who entered it, when and why, and what changed."""
    shown(_view(trial, as_, role, site, today).history(domain, subject, number), as_json=as_json, as_csv=as_csv)


def audit(
    trial: ask.Trial,
    as_: ask.As,
    role: ask.InRole,
    site: ask.At,
    subject: Annotated[str, typer.Option("--subject", help="Only about this participant.")] = "",
    event: Annotated[str, typer.Option("--event", help="Only events of this type.")] = "",
    actor: Annotated[str, typer.Option("--actor", help="Only by this person.")] = "",
    as_json: ask.AsJson = False,
    as_csv: AsCsv = False,
    today: ask.Today = None,
) -> None:
    """Show the audit trail: every entry that you may see, or some of them."""
    found = _view(trial, as_, role, site, today).audit(subject=subject, event=event, actor=actor)
    shown(found, as_json=as_json, as_csv=as_csv)


def identity(
    trial: ask.Trial, subject: Subject, as_: ask.As, role: ask.InRole, site: ask.At, today: ask.Today = None
) -> None:
    """Show who a participant is, as JSON; for those who take consent or screen at the site."""
    from trialwright.conduct.subjects.identity import identity_of

    desk = ask.desk_of(trial, today)
    session, _ = ask.session_of(desk, as_)
    answer_json(dict(identity_of(desk.standing, session, ask.role_of(role), site, subject)))


def examine(
    trial: ask.Trial,
    as_: ask.As,
    role: ask.InRole,
    site: ask.At = "*",
    as_json: ask.AsJson = False,
    today: ask.Today = None,
) -> None:
    """Show what the next results would lead to, before a decision is signed; for those who may see arms."""
    from trialwright.conduct.safety.deciding import examine as examined

    desk = ask.desk_of(trial, today)
    view = _view(trial, as_, role, site, today)
    if not view.sees_arms:
        raise StageError(
            "COND-178",
            f"a {role} is masked in this trial, and results by dose level tell arms",
            expected="somebody who may see arms, such as the medical monitor or the board",
            mend="ask one of them",
        )
    design, standing = desk.plan().design, desk.standing
    found = examined(design, standing.data.state(ask.day_now(desk)), standing.data.size)
    if found is None:
        answer(f"{design.name} escalates no dose: `decide` says what it decides today.")
    elif as_json:
        answer_json(dataclasses.asdict(found))
    else:
        pairs = [f"level {level}: {pair}" for level, pair in enumerate(found.counted, 1)]
        answer("Assessed/with a toxicity: " + "; ".join(pairs))
        answer("Awaited: " + (", ".join(found.awaited) or "nobody"))
        if found.table:
            answer("What the next results lead to, by how many have a toxicity of how many:")
        if text := "\n".join(found.table) or found.why_not:
            answer(text)
    if again := [row["subject"] for row in view.assessments() if row["changed_since"]]:
        say("Adverse events changed after the assessment of: " + ", ".join(again) + "; see `assessments`")


def unblind(
    trial: ask.Trial,
    subject: Subject,
    as_: ask.As,
    role: ask.InRole,
    site: ask.At,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why it must be known now.")],
    as_json: ask.AsJson = False,
    today: ask.Today = None,
) -> None:
    """Unblind one participant in an emergency: first it stands who asked and why, then you are shown the arm."""
    from trialwright.conduct.masking.emergency import unblind as unblinded

    desk = ask.desk_of(trial, today)
    session, passphrase = ask.session_of(desk, as_)
    found = unblinded(desk, ask.call_of(session, passphrase, {"role": role, "site": site, "reason": reason}), subject)
    if as_json:
        answer_json({"entry": found.entry, "subject": subject, "arm": found.arm, "dose_level": found.dose_level})
        return
    level = "" if found.dose_level is None else f", dose level {found.dose_level}"
    answer(f"{subject}: {found.arm}{level}. It stands as entry {found.entry}, and is to be assessed.")


def _view(trial: Any, person: str, role: str, site: str, today: str | None) -> View:
    from trialwright.conduct.masking.views import View

    desk = ask.desk_of(trial, today)
    session, _ = ask.session_of(desk, person)
    return View(desk, session, ask.role_of(role), site)


def shown(rows: list[dict[str, Any]], *, as_json: bool, as_csv: bool = False) -> None:
    """Print rows as a table in text, as CSV or as JSON."""
    if as_json:
        answer_json(rows)
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_cell(row.get(name)) for name in names] for row in rows]
    if as_csv:
        buffer = io.StringIO()
        csv.writer(buffer, lineterminator="\n").writerows([names, *cells])
        answer(buffer.getvalue().rstrip("\n"))
        return
    if not rows:
        answer("None.")
        return
    widths = [min(40, max(len(line[place]) for line in [names, *cells])) for place in range(len(names))]
    for line in [names, *cells]:
        answer("  ".join(f"{_short(cell):<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())


def _short(cell: str) -> str:
    """As much of a cell as a line has room for; three dots say that there is more, which --json shows."""
    return cell if len(cell) <= 40 else f"{cell[:37]}..."


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return "; ".join(f"{name} {_cell(held)}" for name, held in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_cell(each) for each in value)
    return str(value)
