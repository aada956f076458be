"""Who is known to the sites, what each agreed to and withdrew, and what was found of their eligibility."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from trialwright.conduct.events.subjects import (
    Consented,
    ConsentVersionApproved,
    ConsentWithdrawn,
    EligibilityAssessed,
    EligibilityConfirmed,
    IdentityErased,
    PreConsentItemsListed,
    SubjectRegistered,
)
from trialwright.conduct.moments import instant
from trialwright.conduct.people.signatures import digest_of
from trialwright.conduct.people.state import EVERYWHERE

if TYPE_CHECKING:
    from trialwright.conduct.act import Act


@dataclass(frozen=True, slots=True)
class Given:
    """Consent that was given. `at`: when, RFC 3339 with an offset."""

    version: str
    signatory: str
    taken_by: str
    at: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Consent that was withdrawn, and what the person chose. `day`: trial day on which it was recorded."""

    follow_up: bool
    records: bool
    samples: str
    at: str
    day: int


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found of the criteria. Fields as in `EligibilityAssessed`; `over`: its SHA-256 (hex); `confirmed`: the
    entry with which an investigator signed it, None where none has."""

    sequence: int
    criteria: str
    answers: Mapping[str, str]
    evidence: Mapping[str, str]
    judged: tuple[str, ...]
    over: str
    confirmed: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One person under the trial's identifier.

    `consents`: by version of the form, in the order in which they were given. `withdrawn`: None while consent stands.
    `identity`: who it is, empty where that was never given, was erased, or the key is not at hand.
    """

    subject: str
    site: str
    since: int
    consents: tuple[Given, ...] = ()
    withdrawn: Withdrawal | None = None
    assessment: Assessment | None = None
    erased: bool = False
    identity: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class FormVersion:
    """A version of the consent form. Fields as in `ConsentVersionApproved`."""

    version: str
    site: str
    effective: date
    sha256: str
    again: bool


class Subjects:
    """The people who are known. `known`: by the trial's identifier. `versions`: of the consent form, in the order in
    which they were approved. `erased`: whose identity was erased. `before_consent`: what may be done before consent."""

    EVENTS = (
        SubjectRegistered,
        IdentityErased,
        ConsentVersionApproved,
        PreConsentItemsListed,
        Consented,
        ConsentWithdrawn,
        EligibilityAssessed,
        EligibilityConfirmed,
    )

    def __init__(self) -> None:
        self.known: dict[str, Subject] = {}
        self.versions: list[FormVersion] = []
        self.erased: set[str] = set()
        self.before_consent: tuple[str, ...] = ()

    def apply(self, act: Act) -> None:
        """Take the next event."""
        match act.event:
            case SubjectRegistered(subject, site):
                identity = act.secrets.get(f"identity:{subject}", {})
                self.known[subject] = Subject(subject, site, act.sequence, identity=identity)
            case IdentityErased(subject):
                self.erased.add(subject)
                self.known[subject] = replace(self.known[subject], erased=True, identity={})
            case ConsentVersionApproved(version, site, effective, sha256, again):
                self.versions.append(FormVersion(version, site, date.fromisoformat(effective), sha256, again))
            case PreConsentItemsListed(items):
                self.before_consent = tuple(items)
            case Consented():
                self._consent(act, act.event)
            case ConsentWithdrawn(subject, follow_up, records, samples):
                withdrawn = Withdrawal(follow_up, records, samples, act.occurred or "", act.day)
                self.known[subject] = replace(self.known[subject], withdrawn=withdrawn)
            case EligibilityAssessed(subject, criteria, answers, evidence, judged):
                found = Assessment(act.sequence, criteria, answers, evidence, tuple(judged), digest_of(act.event))
                self.known[subject] = replace(self.known[subject], assessment=found)
            case EligibilityConfirmed(subject):
                held = self.known[subject]
                if held.assessment is not None:
                    signed = replace(held.assessment, confirmed=act.sequence)
                    self.known[subject] = replace(held, assessment=signed)

    def _consent(self, act: Act, event: Consented) -> None:
        held = self.known[event.subject]
        given = Given(event.version, event.signatory, event.taken_by, act.occurred or "", act.sequence)
        anew = held.withdrawn is not None and instant(given.at) > instant(held.withdrawn.at)
        others = tuple(each for each in held.consents if anew or each.version != event.version)
        withdrawn = None if anew else held.withdrawn
        self.known[event.subject] = replace(held, consents=(*others, given), withdrawn=withdrawn)

    def in_force(self, site: str, on: date) -> FormVersion | None:
        """The version of the consent form in force at a site on a date: the last effective by then, of those that
        became effective on one date the one approved last; None where there is none."""
        here = [each for each in self.versions if each.site in (site, EVERYWHERE) and each.effective <= on]
        return max(reversed(here), key=lambda each: each.effective, default=None)
