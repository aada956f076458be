"""The checks of entering, adding to, correcting and withdrawing rows, of visits, and of endorsing a casebook."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.events.data import Recorded
from trialwright.conduct.events.treatment import CasebookEndorsed, VisitAsked
from trialwright.conduct.rule import Made
from trialwright.conduct.treating.participant import first_dose
from trialwright.conduct.treating.refusals import refused, wrong
from trialwright.conduct.treating.visits import asked_of, schedule_of
from trialwright.dataset.columns import ENROLLED

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.treating.asks import EndorseCasebook, RecordVisit

GRADES = range(1, 6)


def enter(command: ask.Record | ask.Supplement, asked: Ask) -> Iterator[Made]:
    """A row entered for the first time, or more of it."""
    _not_toxicity(command.domain)
    _graded(command.domain, command.values.get("AETOXGR"))
    _not_let_in(command, asked)
    yield from as_data(command, asked)
    if isinstance(command, ask.Record) and command.domain == "SV" and command.values.get("OCCUR") != "N":
        for encounter in schedule_of(asked.standing, asked.protocol):
            if encounter.day == command.values.get("VISITDY"):
                asks_for = asked_of(encounter.activities)
                yield Made(VisitAsked(command.subject, command.number, encounter.number, asks_for))


def correct(command: ask.Correct | ask.Retract, asked: Ask) -> Iterator[Made]:
    """A row replaced or withdrawn, for a reason; what stood before stays on the ledger."""
    _not_toxicity(command.domain)
    _not_let_in(command, asked)
    _not_out_of_sight(command, asked)
    if isinstance(command, ask.Correct):
        _graded(command.domain, command.values.get("AETOXGR"))
    yield from as_data(command, asked)


def _not_toxicity(domain: str) -> None:
    """An assessment is signed, and what it says is not taken back by whoever enters data."""
    if domain == "XD":
        raise refused(
            "COND-117",
            "an assessment of dose-limiting toxicity is not entered or changed as other rows are",
            "a command that is signed: AssessDlt, AdjudicateDlt, CorrectDlt or RetractDlt",
            "use that command",
        )


def _not_let_in(command: ask.Record | ask.Supplement | ask.Correct | ask.Retract, asked: Ask) -> None:
    """A row becomes an enrolment by the enrolment alone, which asks for consent, eligibility and a place."""
    if isinstance(command, ask.Retract) or command.domain != "DS" or command.values.get("DSDECOD") != ENROLLED:
        return
    row = asked.standing.data.standing(("DS", command.subject, command.number))
    if row is None or row.values.get("DSDECOD") != ENROLLED:
        raise refused(
            "COND-009",
            "a row of DS does not become an enrolment in this way",
            "the command Enrol",
            "use Enrol; one that was withdrawn is entered anew under another number",
        )


def _not_out_of_sight(command: ask.Correct | ask.Retract, asked: Ask) -> None:
    """Withdrawing an enrolment would take a toxicity out of what decisions see, and nobody lowers a concern alone; of
    somebody who was randomised or given a dose it would make a place that another takes beside them."""
    data = asked.standing.data
    row = data.standing((command.domain, command.subject, command.number))
    was = row is not None and command.domain == "DS" and row.values.get("DSDECOD") == ENROLLED
    stays = isinstance(command, ask.Correct) and command.values.get("DSDECOD") == ENROLLED
    counts = command.subject in asked.standing.allocation.randomised
    counts |= first_dose(asked.standing, command.subject) is not None
    if was and not stays and counts:
        raise refused(
            "COND-129",
            f"the enrolment of {command.subject} cannot be withdrawn: an arm was drawn, or a dose given",
            "an enrolment that led to nothing",
            "note that it was in error, and record how the participant's part ended; whoever was treated counts",
        )
    toxic = any(fact.values.get("XDDLT") == "Y" for fact in data.rows_of("XD", command.subject))
    if was and not stays and toxic:
        raise refused(
            "COND-129",
            f"the enrolment of {command.subject} cannot be withdrawn while a dose-limiting toxicity stands",
            "no toxicity that stands",
            "take the toxicity back first, which needs others who hold the same; a replacement is a row of its own",
        )


def _graded(domain: str, grade: object) -> None:
    if domain == "AE" and grade is not None and grade not in GRADES:
        raise wrong(
            "COND-120",
            f"an adverse event of grade {grade}",
            "a grade from 1 (mild) to 5 (death), CTCAE version 5",
            "grade the event anew",
        )


def visit(command: RecordVisit, asked: Ask) -> Iterator[Made]:
    """A visit of the schedule, and what it asks for by the version of the protocol in force where it is held."""
    encounters = schedule_of(asked.standing, asked.protocol)
    found = next((each for each in encounters if each.number == command.visit), None)
    if found is None:
        raise wrong(
            "COND-118",
            f"there is no visit {command.visit} in the schedule",
            "; ".join(f"{each.number} {each.name}" for each in encounters) or "a protocol with a schedule",
            "give the number of the visit; one that was not planned is entered as a row of SV",
        )
    if command.subject not in asked.standing.data.enrolments and found.day >= 0:
        raise refused(
            "COND-004",
            f"{command.subject} was never enrolled",
            "an enrolled participant, or a visit before the first dose",
            "check the identifier",
        )
    values: dict[str, str | int] = {
        "VISITNUM": found.number,
        "VISIT": found.name,
        "VISITDY": found.day,
        "OCCUR": "Y" if command.held else "N",
    }
    row = ask.Record("SV", command.subject, command.number, command.day, values)
    for made in as_data(row, asked):
        assert isinstance(made.event, Recorded)
        yield made
    asks_for = asked_of(found.activities) if command.held else ()
    yield Made(VisitAsked(command.subject, command.number, found.number, asks_for))


def endorse(command: EndorseCasebook, asked: Ask) -> Iterator[Made]:
    """An investigator endorses what stands of a participant at a milestone; entries after it are not endorsed."""
    if command.subject not in asked.standing.data.enrolments or not command.milestone.strip():
        raise refused(
            "COND-119",
            f"the casebook of {command.subject!r} cannot be endorsed at {command.milestone!r}",
            "an enrolled participant and a milestone in words",
            "name both",
        )
    yield Made(CasebookEndorsed(command.subject, command.milestone, asked.standing.data.size), asked.reason)
