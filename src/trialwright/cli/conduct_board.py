"""`trialwright conduct board`: the open and the closed report for a data and safety monitoring board."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trialwright.cli import conduct_call as ask
from trialwright.cli.output import answer, check_free
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Desk


def board(
    trial: ask.Trial,
    output: Annotated[Path, typer.Option("-o", "--output", help="The HTML file to write.")],
    as_: ask.As,
    role: ask.InRole,
    site: ask.At = "*",
    closed: Annotated[
        bool, typer.Option("--closed/--open", help="By arm, for the board alone; or all together.")
    ] = False,
    named: Annotated[
        bool, typer.Option("--named", help="Closed: arms under their names, not as Group A, B, ...")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    today: ask.Today = None,
) -> None:
    """Write the report for a monitoring board; a closed one is for those who may see arms, and is itself an entry."""
    from trialwright.conduct.exports.asking import exported
    from trialwright.report.board import Origin, closed_report, open_report

    check_free(output, force=force)
    desk = ask.desk_of(trial, today)
    session, passphrase = ask.session_of(desk, as_)
    call = ask.call_of(session, passphrase, {"role": role, "site": site})
    if closed and role_may_not_read_closed(role):
        raise StageError(
            "COND-177",
            f"a {role} does not read closed reports",
            expected="the monitoring board, or its statistician",
            mend="write the open report",
        )
    made = exported(desk, call, masked=not closed)
    standing = desk.standing if closed else desk.blind()
    protocol = desk.plan().protocol
    about = standing.day, standing.course.phase.value, standing.course.rehearsal
    origin = Origin(made.manifest["size"], made.manifest["root"], *about)
    facts = standing.data.facts
    if closed:
        arms = lettered(desk, [arm.id for arm in protocol.arms])
        text = closed_report(protocol, facts, origin, named=named, arms=arms)
    else:
        text = open_report(protocol, facts, origin)
    output.write_text(text, encoding="utf-8")
    answer(f"{output}: {'closed' if closed else 'open'} report on {origin.size} entries")


def lettered(desk: Desk, arms: list[str]) -> list[str]:
    """The arms in the order of their letters: the same in every report of a trial; only its keys tell which."""
    from trialwright.core.streams import stream

    found = list(arms)
    stream(int.from_bytes(desk.keys.make("letters")[:6], "big"), "letters of the arms").shuffle(found)
    return found


def role_may_not_read_closed(role: str) -> bool:
    """Whether this role has no business with a closed report."""
    return ask.role_of(role).value not in ("dsmb", "statistician")
