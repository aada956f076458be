"""How somebody becomes known to a site, and how who they are is erased while all else stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from trialwright.conduct.checks import telling
from trialwright.conduct.events.subjects import IdentityErased, SubjectRegistered
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.roles import Duty, Role
from trialwright.conduct.people.staff_rules import identifier, unknown_site
from trialwright.conduct.rule import Ask, Made
from trialwright.conduct.subjects.asks import RegisterSubject
from trialwright.conduct.subjects.guard import ENDED
from trialwright.conduct.subjects.readiness import need_subject
from trialwright.core.errors import StageError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.people.credentials import Session
    from trialwright.conduct.standing import Standing


def register(command: RegisterSubject, asked: Ask) -> Iterable[Made]:
    """Somebody is known to the site from now on; nobody is known twice."""
    subject, known = identifier(command.subject, "participant"), asked.standing.subjects.known
    if asked.site not in asked.standing.sites.known:
        raise unknown_site(asked.site, asked)
    if subject.casefold() in {each.casefold() for each in known}:
        raise _refused(
            "COND-069",
            f"somebody is known as {subject!r} already",
            "an identifier that nobody has had",
            "take the next one; identifiers are never used again",
        )
    identity = {name.strip(): " ".join(value.split()) for name, value in command.identity.items()}
    if not all(identity) or not all(identity.values()):
        raise UsageError(
            "COND-069",
            f"who {subject!r} is has a part without a name or a value",
            expected="what each part is, and its value",
            mend="leave out what is not known",
        )
    twin = [each.subject for each in known.values() if identity and dict(each.identity) == identity]
    if twin and known[twin[0]].site == asked.site:
        raise _refused(
            "COND-069",
            f"the same person is known as {twin[0]!r}",
            "a person who is registered once",
            "go on with the identifier that the person has",
        )
    yield Made(
        SubjectRegistered(subject, asked.site),
        asked.reason,
        {f"identity:{subject}": identity} if identity else {},
    )


def erase(event: IdentityErased, asked: Ask) -> Iterable[Made]:
    """The identity is erased: of somebody who takes no part any more; allocations, doses and the way from a product to
    its recipient stay."""
    person = need_subject(asked, event.subject)
    if person.erased:
        raise _refused("COND-077", f"who {event.subject} is was erased already", "a key to destroy", "nothing is left")
    if _takes_part(asked, event.subject) and person.withdrawn is None:
        raise _refused(
            "COND-077",
            f"{event.subject} takes part in the trial",
            "somebody who has withdrawn or whose part is over: a participant without an identity cannot be treated",
            "record the withdrawal of consent first",
        )
    yield Made(event, telling(asked.reason))


def identity_of(standing: Standing, session: Session, role: Role, site: str, subject: str) -> Mapping[str, Any]:
    """Who a participant is, for those who take consent or screen at the site, and for nobody else.

    Raises StageError: COND-047 for anybody else, COND-069 for somebody who is not known there, COND-077 if it was
    erased.
    """
    person = standing.subjects.known.get(subject)
    if person is None or person.site != site:
        raise _refused("COND-069", f"nobody is known as {subject!r} at {site!r}", "a person of the site", "check both")
    people = standing.people
    if not any(people.may(session.person, role, site, duty) for duty in (Duty.TAKE_CONSENT, Duty.SCREEN)):
        raise _refused(
            "COND-047",
            f"{session.person} as {role.value} may not see who {subject!r} is",
            "somebody who takes consent or screens at the site",
            "the identifier is enough for everybody else",
        )
    if person.erased:
        raise _refused("COND-077", f"who {subject!r} is was erased", "an identity that is kept", "there is no way back")
    return person.identity


def _takes_part(asked: Ask, subject: str) -> bool:
    data = asked.standing.data
    if subject not in data.enrolments or asked.standing.course.phase in (Phase.LOCKED, Phase.UNMASKED):
        return False
    return not any(
        key[:2] == ("DS", subject) and not fact.retracted and fact.values.get("DSDECOD") in ENDED
        for key, fact in data.rows.items()
    )


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
