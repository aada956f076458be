"""How consent is taken and withdrawn, and which versions of its form may be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trialwright.conduct.checks import telling
from trialwright.conduct.events import Recorded
from trialwright.conduct.events.subjects import (
    Consented,
    ConsentVersionApproved,
    ConsentWithdrawn,
    PreConsentItemsListed,
)
from trialwright.conduct.moments import date_at, date_of, instant, written_date
from trialwright.conduct.people.roles import DUTIES, Duty
from trialwright.conduct.people.staff_rules import need_reach, unknown_site
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.conduct.rule import Ask, Made
from trialwright.conduct.subjects.consent import SAMPLES, SIGNATORIES, trial_zone
from trialwright.conduct.subjects.guard import CATEGORY, ENDED, is_procedure
from trialwright.conduct.subjects.readiness import need_subject
from trialwright.conduct.subjects.state import Subject
from trialwright.core.errors import StageError, UsageError
from trialwright.dataset.columns import COLUMNS, WITHDRAWAL


def approve_version(event: ConsentVersionApproved, asked: Ask) -> Iterable[Made]:
    """A version of the form may be used at a site, or at every site, from a date on."""
    if event.site != EVERYWHERE and event.site not in asked.standing.sites.known:
        raise unknown_site(event.site, asked)
    need_reach(asked, event.site)
    used = [(each.version, each.site) for each in asked.standing.subjects.versions]
    digest = len(event.sha256) == 64 and set(event.sha256) <= set("0123456789abcdef")
    _need_none(
        f"version {event.version!r} of the consent form",
        "" if event.version.strip() and event.version.isprintable() else "it has no name",
        f"{event.effective!r} is no date" if written_date(event.effective) is None else "",
        "it was approved already" if (event.version, event.site) in used else "",
        "" if digest or not event.sha256 else "what is given as its SHA-256 is none",
    )
    yield Made(event, asked.reason)


def list_items(event: PreConsentItemsListed, asked: Ask) -> Iterable[Made]:
    """What the protocol lets be done before consent; the list replaces the one before it."""
    need_reach(asked, EVERYWHERE)
    unknown = [each for each in event.items if each.partition(":")[0] not in COLUMNS]
    _need_none("list of what is done before consent", *(f"{each!r} is no kind of row" for each in unknown))
    yield Made(event, telling(asked.reason))


def consent(event: Consented, asked: Ask) -> Iterable[Made]:
    """Consent was given, to the version that was in force at the site on that date."""
    person, at = need_subject(asked, event.subject), asked.occurred or asked.now
    on = date_at(at, trial_zone(asked))
    version = asked.standing.subjects.in_force(person.site, on)
    if version is None or version.version != event.version:
        found = "none" if version is None else f"version {version.version}"
        raise StageError(
            "COND-070",
            f"{event.subject} cannot have agreed to version {event.version} on {on.isoformat()}: in force was {found}",
            expected="the version that was in force at the site on that date",
            mend="check version and date; record the approval of a version before it is used",
        )
    _need_none(
        f"consent of {event.subject}",
        "" if event.signatory in SIGNATORIES else f"{event.signatory!r} cannot sign it",
        "" if _takes_consent(event.taken_by, person.site, asked) else f"{event.taken_by!r} may not take consent there",
    )
    if person.withdrawn is not None and not instant(at) > instant(person.withdrawn.at):
        raise StageError(
            "COND-073",
            f"{event.subject} withdrew consent at {person.withdrawn.at}",
            expected="consent that was given after",
            mend="what was agreed to before the withdrawal stands as it was recorded",
        )
    again = person.withdrawn is None and any(each.version == event.version for each in person.consents)
    yield Made(event, telling(asked.reason) if again else asked.reason)
    if again:
        yield from _now_before(event, at, person, asked)


def _now_before(event: Consented, at: str, person: Subject, asked: Ask) -> Iterator[Made]:
    """The deviations that show once the time of consent is corrected: what stands and lies before it."""
    zone, start = trial_zone(asked), asked.standing.course.start
    others = [each.at for each in person.consents if each.version != event.version]
    first = min(date_at(each, zone) for each in (at, *others))
    rows = asked.standing.data.rows.items()
    numbers = [number for (domain, subject, number), _ in rows if (domain, subject) == ("DV", person.subject)]
    for (domain, subject, number), fact in sorted(rows):
        listed = asked.standing.subjects.before_consent
        if subject != person.subject or fact.retracted or not is_procedure(domain, fact.values, listed):
            continue
        if date_of(start, fact.day) < first:
            numbers.append(max(numbers, default=0) + 1)
            term = f"row {number} of {domain} on trial day {fact.day} before consent, whose time was corrected"
            values = {"DVCAT": CATEGORY, "DVTERM": term}
            yield Made(Recorded("DV", person.subject, numbers[-1], fact.day, values), "recorded by the system")


def withdraw(event: ConsentWithdrawn, asked: Ask) -> Iterable[Made]:
    """Consent was withdrawn, with what the person chose; whoever is enrolled and will not be seen further leaves the
    trial with it."""
    person, at = need_subject(asked, event.subject), asked.occurred or asked.now
    if not person.consents or person.withdrawn is not None:
        raise StageError(
            "COND-071",
            f"{event.subject} has no consent that could be withdrawn",
            expected="consent that stands",
            mend="check the identifier",
        )
    last = max(person.consents, key=lambda each: (instant(each.at), each.sequence))
    _need_none(
        f"withdrawal of {event.subject}",
        "" if event.samples in SAMPLES else f"samples: {event.samples!r} is neither of {', '.join(SAMPLES)}",
        f"it lies before the consent of {last.at}" if instant(at) < instant(last.at) else "",
    )
    yield Made(event, asked.reason)
    row = None if event.follow_up else _leaving(person, at, asked)
    if row is not None:
        yield Made(row, asked.reason)


def _leaving(person: Subject, at: str, asked: Ask) -> Recorded | None:
    """The row that says that a participant has left; None where nobody was enrolled, or the end of their part stands
    already: who has completed the trial is not counted as withdrawn from it."""
    data, start = asked.standing.data, asked.standing.course.start
    rows = {key: fact for key, fact in data.rows.items() if key[:2] == ("DS", person.subject)}
    left = any(fact.values.get("DSDECOD") in ENDED and not fact.retracted for fact in rows.values())
    if person.subject not in data.enrolments or left or start is None:
        return None
    number = max(number for _, _, number in rows) + 1
    day = min((date_at(at, trial_zone(asked)) - start).days, asked.day)
    return Recorded("DS", person.subject, number, day, {"DSDECOD": WITHDRAWAL})


def _takes_consent(person: str, site: str, asked: Ask) -> bool:
    """Whether somebody has, or had, a role in which consent is taken at a site."""
    held = asked.standing.people.held.get(person, ())
    return any(Duty.TAKE_CONSENT in DUTIES[role] and where in (site, EVERYWHERE) for role, where in held)


def _need_none(what: str, *said: str) -> None:
    if wrong := [each for each in said if each]:
        raise UsageError(
            "COND-070",
            f"the {what} cannot be recorded: " + "; ".join(wrong),
            expected=f"a name; dates as YYYY-MM-DD; signed by one of {', '.join(SIGNATORIES)}; taken by somebody with "
            "the duty to take consent at the site",
            mend="correct what is named",
        )
