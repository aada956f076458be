"""Whether somebody may enter: site, consent, eligibility and signature, each as it stands on the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.conduct.moments import date_of, instant
from trialwright.conduct.subjects.consent import trial_zone, why_not
from trialwright.conduct.subjects.eligibility import left_open
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.subjects.state import Subject


def need_subject(asked: Ask, subject: str) -> Subject:
    """The person. Raises StageError (COND-069) if no such is known, or at another site than the command is given."""
    found = asked.standing.subjects.known.get(subject)
    if found is None:
        raise _refused(
            "COND-069", f"nobody is known as {subject!r}", "somebody who was registered", "register the person first"
        )
    if asked.site not in (found.site, "*"):
        raise _refused(
            "COND-069",
            f"{subject!r} is not of the site {asked.site!r}",
            "a participant of the site at which the command is given",
            "check the identifier; act at the participant's site",
        )
    return found


def need_ready(asked: Ask, subject: str, day: int) -> None:
    """Whether a person may enter, or be randomised, on a trial day.

    Raises StageError: COND-069 if nobody is known by that name at the site, COND-062 if the site may not enrol on the
    day, COND-071 if consent is lacking, COND-073 if it was withdrawn, COND-075 if a criterion does not admit, COND-076
    if no investigator has signed.
    """
    person = need_subject(asked, subject)
    on = date_of(asked.standing.course.start, day)
    _need_site(asked, person, day)
    if person.withdrawn is not None:
        raise _refused(
            "COND-073", f"{subject} has withdrawn consent", "consent that stands", "nobody enters without it"
        )
    need_consent(asked, person, day)
    left = tuple(left_open(asked.protocol.eligibility, person.assessment))
    if left:
        raise _refused(
            "COND-075",
            f"{subject} cannot enter on {on.isoformat()}: " + "; ".join(left),
            "every criterion answered, and each admits",
            "answer what is unknown; whoever is excluded cannot enter",
        )
    if person.assessment is None or person.assessment.confirmed is None:
        raise _refused(
            "COND-076",
            f"no investigator has signed that {subject} is eligible as the answers now stand",
            "the signature of an investigator, given after the last answer",
            "have an investigator confirm the eligibility",
        )


def need_consent(asked: Ask, person: Subject, day: int) -> None:
    """Consent covers the day, and stands now: to the version in force, given at a time that has come.

    Raises StageError (COND-071).
    """
    zone, now = trial_zone(asked), instant(asked.now)
    then = instant(asked.occurred) if asked.occurred is not None else None
    why = why_not(asked, person, date_of(asked.standing.course.start, day), then)
    last = max(person.consents, key=lambda each: (instant(each.at), each.sequence), default=None)
    if why is None and last is not None:
        version = asked.standing.subjects.in_force(person.site, date_of(asked.standing.course.start, asked.day))
        if version is not None and version.version != last.version:
            why = f"version {last.version} of the consent form is retired, and {version.version} is in force"
        elif instant(last.at) > now:
            why = f"consent is said to have been given at {last.at}, which has not come ({zone})"
    if why is not None:
        raise _refused(
            "COND-071",
            f"{person.subject} cannot enter: {why}",
            "consent to the version of the form in force, given before",
            "take consent first; correct its time if it was recorded wrongly",
        )


def _need_site(asked: Ask, person: Subject, day: int) -> None:
    site = asked.standing.sites.known[person.site]
    why = list(site.why_not(date_of(asked.standing.course.start, day), day))
    why += [] if site.closed is None or why else ["it is closed"]
    if why:
        raise _refused(
            "COND-062",
            f"{person.site} may not enrol on day {day}: " + "; ".join(why),
            "an active site, with every approval that it needs",
            "record the approvals, then activate the site",
        )


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
