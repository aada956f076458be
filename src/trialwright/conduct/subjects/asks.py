"""Commands about the people who may take part that are more than the event they become."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class RegisterSubject:
    """Make somebody known to a site under an identifier of the trial. `identity`: who it is, by what each value is
    (`name`, `born`, `hospital number`...); it is sealed under a key of that person's own."""

    subject: str
    identity: Mapping[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class AnswerCriteria:
    """Answer criteria for a person. `answers`: by the criterion's id, `admits`, `excludes` or `unknown`; `evidence`: by
    the criterion's id, what the answer rests on. What is left out stays as it was answered before."""

    subject: str
    answers: Mapping[str, str]
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ScreenData:
    """Answer by a person's data what the criteria can compute from them.

    `patient`: one row as `trialwright screen` reads it, without an identifier; `source`: where the data stand. What the
    data do not answer stays as a person answered it.
    """

    subject: str
    patient: Mapping[str, object] = field(repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmEligibility:
    """Sign, as an investigator, that every criterion admits a person, judgement included."""

    subject: str
