"""The checks of assessing dose-limiting toxicity: one person may raise a concern, and none lowers one alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.events.data import DltAssessed
from trialwright.conduct.events.safety import DltGrounds, DltReviewed
from trialwright.conduct.rule import Made
from trialwright.conduct.safety.windows import Window, meeting, window_of
from trialwright.conduct.treating.refusals import refused, telling, wrong

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.safety.asks import AdjudicateDlt, CorrectDlt, RetractDlt

_RAISED = "raised by a second review"


def assess(command: ask.AssessDlt, asked: Ask) -> Iterator[Made]:
    """An assessment; one that clears a participant before the window is over needs a reason.

    A second row stands beside the first: any toxicity counts, so it can raise a concern and lower none.
    """
    _require_independent(asked, command.subject)
    if command.dlt is False and command.evaluable is not False:
        _require_over(asked, command.subject)
    yield from as_data(command, asked)


def adjudicate(command: AdjudicateDlt, asked: Ask) -> Iterator[Made]:
    """An assessment with the adverse events that it rests on: each must have begun within the window."""
    subject = command.subject
    _require_independent(asked, subject)
    window = window_of(asked.standing, asked.protocol, subject)
    if command.dlt and not command.events:
        raise wrong(
            "COND-125",
            f"a dose-limiting toxicity of {subject} without an event",
            "the numbers of the adverse events that it rests on",
            "enter the events first, and name them",
        )
    for number in command.events:
        _require_within(asked, subject, number, window)
    if not command.dlt and command.evaluable:
        _require_over(asked, subject)
    if not command.dlt and (candidates := meeting(asked.standing, asked.protocol, subject)):
        said = ", ".join(str(number) for number in candidates)
        telling(command.why, f"the adverse events {said} are as the protocol defines a dose-limiting toxicity")
    values = {"XDREASN": command.why} if command.why else {}
    plain = ask.AssessDlt(subject, command.day, command.dlt, command.evaluable, command.number, values)
    yield from as_data(plain, asked)
    if window is not None:
        yield Made(DltGrounds(subject, command.number, command.events, window.first, window.last))


def _require_independent(asked: Ask, subject: str) -> None:
    """Where that was settled, whoever assesses has entered none of the events that the assessment looks at."""
    window, standing = window_of(asked.standing, asked.protocol, subject), asked.standing
    if not standing.treating.rules.independent or window is None:
        return
    for event in standing.data.rows_of("AE", subject):
        own = standing.safety.entered.get((subject, event.number)) == asked.actor
        if own and window.first <= event.day <= window.last:
            raise refused(
                "COND-128",
                f"{asked.actor} entered the adverse event {event.number} of {subject}, and cannot assess it",
                "an assessor who entered none of the events in the window, as the sponsor has settled",
                "let another person assess the participant",
            )


def _require_within(asked: Ask, subject: str, number: int, window: Window | None) -> None:
    event = asked.standing.data.standing(("AE", subject, number))
    if event is None or window is None or not window.first <= event.day <= window.last:
        found = "is not entered" if event is None else f"began on trial day {event.day}"
        span = "a window, which begins with the first dose" if window is None else str(window)
        raise refused(
            "COND-126",
            f"the adverse event {number} of {subject} {found}",
            f"an event within {span}",
            "name events that began within the window",
        )


def _require_over(asked: Ask, subject: str) -> None:
    """The window has reached its last day, or the participant has left the study, or a reason is given."""
    window = window_of(asked.standing, asked.protocol, subject)
    if asked.standing.data.enrolments.get(subject) is None:
        return  # the check of the row says so
    over = window is not None and (asked.day >= window.last or window.left)
    if over or asked.reason:
        if not over:
            telling(asked.reason, "it says why a participant is cleared before the window is over")
        return
    raise refused(
        "COND-127",
        f"{subject} cannot be cleared on trial day {asked.day}",
        "a first dose that is recorded" if window is None else f"the window to be over: {window}",
        "assess on its last day or later; a toxicity is entered at once",
    )


def review(command: DltReviewed, asked: Ask) -> Iterator[Made]:
    """A second person's opinion. One that sees a toxicity where none stands is entered as an assessment at once."""
    subject, standing = command.subject, asked.standing
    rows = _standing_rows(asked, subject)
    if not rows or all(standing.safety.assessed.get((subject, number), ("", 0))[0] == asked.actor for number in rows):
        raise refused(
            "COND-128",
            f"{asked.actor} cannot review the assessment of {subject}",
            "an assessment that somebody else has signed",
            "let another person review it",
        )
    if command.dlt and not any(_says_dlt(asked, subject, number) for number in rows):
        values = {"XDREASN": _RAISED}
        raised = ask.AssessDlt(subject, asked.day, True, None, standing.data.next_number("XD", subject), values)
        for made in as_data(raised, asked):
            assert isinstance(made.event, DltAssessed)
            yield made
    yield Made(command, asked.reason)


def correct(command: CorrectDlt, asked: Ask) -> Iterator[Made]:
    """An assessment replaced. Taking back a toxicity, and clearing before the window is over, are checked."""
    lowers = command.dlt is not True and _says_dlt(asked, command.subject, command.number)
    if lowers:
        _require_quorum(asked, command.subject, command.number)
    elif command.dlt is False and command.evaluable is True:
        window = window_of(asked.standing, asked.protocol, command.subject)
        if window is not None and asked.day < window.last and not window.left:
            telling(command.reason, "it says why a participant is cleared before the window is over")
    flags = {True: "Y", False: "N"}
    answers = {"XDDLT": command.dlt, "XDEVAL": command.evaluable}
    values = {**command.values, **{name: flags[each] for name, each in answers.items() if each is not None}}
    row = ask.Correct("XD", command.subject, command.number, command.day, values, command.reason)
    yield from as_data(row, asked)


def retract(command: RetractDlt, asked: Ask) -> Iterator[Made]:
    """An assessment withdrawn; taking back a toxicity is checked."""
    if _says_dlt(asked, command.subject, command.number):
        _require_quorum(asked, command.subject, command.number)
    yield from as_data(ask.Retract("XD", command.subject, command.number, command.reason), asked)


def _require_quorum(asked: Ask, subject: str, number: int) -> None:
    """Enough people hold that there was no toxicity, whoever corrects among them, and more than hold the contrary.

    An opinion counts if it was signed since the row's latest version; of one person the last counts.
    """
    safety = asked.standing.safety
    since = safety.assessed.get((subject, number), ("", 0))[1]
    held = {each.person: each.dlt for each in safety.opinions.get(subject, []) if each.since > since}
    held[asked.actor] = False
    against = sum(not dlt for dlt in held.values())
    quorum = asked.standing.treating.rules.quorum
    if against < quorum or against <= len(held) - against:
        raise refused(
            "COND-129",
            f"{against} of {len(held)} who said so since the assessment hold that {subject} had no such toxicity",
            f"{quorum} people or more, and more than hold the contrary",
            "ask another person to review the assessment; nobody lowers a concern alone",
        )


def _says_dlt(asked: Ask, subject: str, number: int) -> bool:
    row = asked.standing.data.standing(("XD", subject, number))
    return row is not None and row.values.get("XDDLT") == "Y"


def _standing_rows(asked: Ask, subject: str) -> tuple[int, ...]:
    return tuple(fact.number for fact in asked.standing.data.rows_of("XD", subject))
