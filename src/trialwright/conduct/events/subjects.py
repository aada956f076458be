"""Events about the people who may take part: who they are, what they agreed to, whether they are eligible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SubjectRegistered:
    """Somebody is known to a site under an identifier of the trial. Who it is stands in an envelope beside the entry,
    under a key of that person's own."""

    subject: str
    site: str


@dataclass(frozen=True, slots=True)
class IdentityErased:
    """The key to who a person is was destroyed, for the reason on the entry; all else about them stays."""

    subject: str


@dataclass(frozen=True, slots=True)
class ConsentVersionApproved:
    """A version of the information for participants and the form of consent may be used.

    `site`: where; `*` is every site. `effective`: the date (ISO 8601) from which it is the one in force there.
    `sha256`: of its file, empty where it is kept on paper. `again`: whether those who agreed to an earlier version must
    agree to this one before their next procedure.
    """

    version: str
    site: str
    effective: str
    sha256: str = ""
    again: bool = True


@dataclass(frozen=True, slots=True)
class PreConsentItemsListed:
    """What the protocol lets be done before consent: domains (`VS`), or one test of a domain (`LB:HGB`)."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Consented:
    """A person has agreed to take part; when, stands on the entry.

    `version`: of the form. `signatory`: `participant` or `representative`. `taken_by`: the person of the staff who took
    it. The same version once more corrects what was entered, for the reason on the entry.
    """

    subject: str
    version: str
    signatory: str
    taken_by: str


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn:
    """A person has withdrawn consent; what was collected by then is kept.

    `follow_up`: whether they agree to be seen further, without treatment. `records`: whether their medical records may
    be read further. `samples`: `keep` or `destroy`.
    """

    subject: str
    follow_up: bool
    records: bool
    samples: str


@dataclass(frozen=True, slots=True)
class EligibilityAssessed:
    """Each criterion of the protocol was answered for a person.

    `criteria`: SHA-256 (hex) of the list of criteria that was asked (`subjects.eligibility.digest_of_criteria`).
    `answers`: by the criterion's id, `admits`, `excludes` or `unknown`; an exclusion that applies `excludes`.
    `evidence`: by the criterion's id, what the answer rests on. `judged`: the criteria that a person answered.
    """

    subject: str
    criteria: str
    answers: Mapping[str, str]
    evidence: Mapping[str, str]
    judged: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EligibilityConfirmed:
    """An investigator has signed that a person is eligible. `assessment`: the sequence number of the assessment that
    was signed; `over`: its SHA-256 (hex), as in `Signed`."""

    subject: str
    assessment: int
    over: str


SubjectEvent = (
    SubjectRegistered
    | IdentityErased
    | ConsentVersionApproved
    | PreConsentItemsListed
    | Consented
    | ConsentWithdrawn
    | EligibilityAssessed
    | EligibilityConfirmed
)
SCHEMAS: Mapping[type[SubjectEvent], int] = {
    SubjectRegistered: 1,
    IdentityErased: 1,
    ConsentVersionApproved: 1,
    PreConsentItemsListed: 1,
    Consented: 1,
    ConsentWithdrawn: 1,
    EligibilityAssessed: 1,
    EligibilityConfirmed: 1,
}
