"""Whether somebody's consent covers what is to be done: given by then, to the version in force, not withdrawn."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from trialwright.conduct.moments import date_at, instant

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.subjects.state import Given, Subject, Subjects

SIGNATORIES = ("participant", "representative")
SAMPLES = ("keep", "destroy")


def trial_zone(asked: Ask) -> str:
    """The time zone in which the days of the trial are counted."""
    begun = asked.standing.course.begun
    return "UTC" if begun is None else begun.zone


def given_by(subject: Subject, on: date, at: datetime | None, zone: str) -> Given | None:
    """The last consent that a person had given by a moment, or by the end of a date where no moment is known."""

    def then(each: Given) -> bool:
        return instant(each.at) <= at if at is not None else date_at(each.at, zone) <= on

    return max(filter(then, subject.consents), key=lambda each: (instant(each.at), each.sequence), default=None)


def to_agree(subjects: Subjects, subject: Subject, given: Given, on: date) -> str | None:
    """The version of the form that somebody must agree to first on a date, None if what they agreed to covers it."""
    here = [each for each in subjects.versions if each.site in (subject.site, "*") and each.effective <= on]
    here.sort(key=lambda each: each.effective)
    agreed = [place for place, each in enumerate(here) if each.version == given.version]
    newer = here[agreed[-1] + 1 :] if agreed else here
    return newer[-1].version if any(each.again for each in newer) else None


def why_not(asked: Ask, subject: Subject, on: date, at: datetime | None = None) -> str | None:
    """Why consent does not cover what happens on a date (at a moment, where known), in words; None if it does."""
    zone, subjects = trial_zone(asked), asked.standing.subjects
    given = given_by(subject, on, at, zone)
    if given is None:
        return "no consent had been given"
    version = to_agree(subjects, subject, given, on)
    if version is not None:
        return f"version {version} of the consent form was in force and had not been agreed to"
    return None
