"""A participant randomised: everything that must be so first, then the next slot, in the one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.allocating.refusals import refused
from trialwright.conduct.allocating.sealing import arms_of, randomiser
from trialwright.conduct.checks import telling
from trialwright.conduct.events.allocation import LevelCorrected, Randomised, RandomisedInError
from trialwright.conduct.rule import Ask, Made
from trialwright.conduct.subjects.readiness import need_ready, need_subject
from trialwright.protocol.kinds import Parallel, SelectThenCompare

if TYPE_CHECKING:
    from trialwright.conduct.allocating.state import Sealed
    from trialwright.protocol.protocol import Protocol


def randomise(command: Randomise, asked: Ask) -> Iterable[Made]:
    """The allocation of the next slot to an enrolled participant who may still be treated.

    Nothing that can refuse it comes after the arm is drawn, and none of it depends on the arm.
    """
    state, subject = asked.standing.allocation, command.subject
    sealed = state.sealed
    if sealed is None:
        raise refused(
            "COND-080",
            "no randomisation has been sealed",
            "the specification sealed and signed, its commitment published",
            "seal the randomisation before the first participant",
        )
    if sealed.event.number in state.opened:
        raise refused(
            "COND-080",
            f"the randomisation number {sealed.event.number} has been opened: everybody can read its list",
            "a randomisation that is still closed",
            "seal another before anybody else is randomised",
        )
    need_subject(asked, subject)
    _require_enrolled(subject, asked)
    need_ready(asked, subject, asked.day)
    enrolment = asked.standing.data.enrolments[subject]
    drawing = randomiser(sealed, asked)
    _require_open(arms_of(sealed) or frozenset(), enrolment.offered, asked.protocol)
    _require_own_site(subject, command.levels, sealed, asked)
    drawn = drawing.next(subject, command.levels)
    yield Made(
        Randomised(
            subject,
            asked.day,
            sealed.event.number,
            drawn.sequence,
            drawn.slot,
            drawn.levels,
            drawn.arm,
            enrolment.dose_level,
        ),
        asked.reason,
    )


def in_error(event: RandomisedInError, asked: Ask) -> Iterable[Made]:
    """The note that a participant should not have been randomised; slot and arm stay used."""
    need_subject(asked, event.subject)
    _require_randomised(event.subject, asked)
    if event.subject in asked.standing.allocation.in_error:
        raise refused(
            "COND-086",
            f"it is noted already that {event.subject} was randomised in error",
            "one note",
            "read the note that stands",
        )
    yield Made(event, telling(asked.reason))


def level_corrected(event: LevelCorrected, asked: Ask) -> Iterable[Made]:
    """The true level of a factor beside the one used; the allocation stays, and so do those after it."""
    need_subject(asked, event.subject)
    _require_randomised(event.subject, asked)
    state = asked.standing.allocation
    held = state.randomised[event.subject]
    factors = state.sealings[held.sealing - 1].factors
    if event.level not in factors.get(event.factor, ()):
        raise refused(
            "COND-087",
            f"{event.factor} = {event.level!r} is no declared level",
            "; ".join(f"{name}: {', '.join(levels)}" for name, levels in factors.items()) or "no factor was declared",
            "give the level as the sealed randomisation names it",
        )
    if state.true_levels(event.subject)[event.factor] == event.level:
        raise refused(
            "COND-087",
            f"{event.factor} = {event.level!r} is what is known of {event.subject} already",
            "another level",
            "check which factor was wrong",
        )
    yield Made(event, telling(asked.reason))


def _require_enrolled(subject: str, asked: Ask) -> None:
    data = asked.standing.data
    enrolment = data.enrolments.get(subject)
    if enrolment is None or data.standing(("DS", subject, enrolment.number)) is None:
        raise refused(
            "COND-083",
            f"{subject} is not enrolled",
            "an enrolled participant, with consent in force and the eligibility signed",
            "enrol the participant first; no slot has been used",
        )
    row = data.standing(("DM", subject, 1))
    if subject in asked.standing.allocation.randomised or (row is not None and row.values.get("ARMCD") is not None):
        raise refused(
            "COND-083",
            f"{subject} has an allocation already",
            "a participant who was not randomised before",
            "read the allocation that stands; it cannot be drawn again",
        )


def _require_randomised(subject: str, asked: Ask) -> None:
    if subject not in asked.standing.allocation.randomised:
        raise refused(
            "COND-085",
            f"{subject} was not randomised",
            "a participant with an allocation from a sealed randomisation",
            "check the identifier",
        )


def _require_open(arms: frozenset[str], offered: tuple[str, ...], protocol: Protocol) -> None:
    """The design has let the participant in for these arms; one who was let in against it (`offered` empty) too."""
    open_ = arms & set(offered)
    if offered and (not open_ or (arms - open_ and not only_full(protocol))):
        raise refused(
            "COND-084",
            "the design has closed an arm that the sealed randomisation can draw, or let the participant in for others",
            "a randomisation among the arms that were open at enrolment",
            "seal another, with the arms that the design has open; an arm that the design assigns is not drawn",
        )


def _require_own_site(subject: str, levels: Mapping[str, str], sealed: Sealed, asked: Ask) -> None:
    """Where a factor is the site, its level is the participant's own: the commonest wrong stratum."""
    site, sites = asked.standing.subjects.known[subject].site, asked.standing.sites.known
    for factor, declared in sealed.factors.items():
        if set(declared) <= set(sites) and levels.get(factor, site) in set(declared) - {site}:
            raise refused(
                "COND-096",
                f"{subject} belongs to the site {site!r}, and {factor} is said to be {levels[factor]!r}",
                "the participant's own site",
                "give the site at which the participant is; no slot has been used",
            )


def only_full(protocol: Protocol) -> bool:
    """Whether an arm that the design no longer offers is merely full.

    Then the list goes on: the trial's size is what the design guards, and a list that skipped the fuller arm would give
    away who got what.
    """
    kind = protocol.design.comparison if isinstance(protocol.design, SelectThenCompare) else protocol.design
    return isinstance(kind, Parallel) and kind.rule is None
