"""One patient with the records that criteria are answered from: the plain form of a row of a `Cohort`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class MeasureRecord:
    """One value of a measure, level of a scale or result of a test.

    `value`: a number in `unit` (None = no unit stated); `low`, `high`: limits of the laboratory's normal range in the
    same unit; `date`: when it was taken, None = not known; `text`: a level or a result that is no number (`III`,
    `positive`); `of`: the key of what is graded (the event of a CTCAE grade), where the data say; `wide`: it comes from
    a table with one cell per patient.
    """

    value: float | None = None
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    date: date | None = None
    text: str | None = None
    of: str | None = None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class FactRecord:
    """One record of a condition, procedure, drug, allergy, finding or event.

    `present`: True = has or had it, False = never had it, None = the record does not say; `start`, `end`: its first and
    last day; `ongoing`: whether it goes on; `count`: how many the record stands for, None = one; `dose` in `unit` for
    each `per` (`day`, `week`, `dose`) by `route` (`ORAL`, `INTRAVENOUS`...), for drugs; `wide`: it is the flag of a
    table with one cell per patient (a wide flag has `present`, `start`, `end` and `count` alone).
    """

    present: bool | None = True
    start: date | None = None
    end: date | None = None
    ongoing: bool | None = None
    count: int | None = None
    dose: float | None = None
    unit: str | None = None
    per: str | None = None
    route: str | None = None
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """A patient; None = not known.

    `age`: years; `age_whole`: in completed years, so the patient is up to a year older than it says. `sex`: `MALE` or
    `FEMALE`. `healthy`: a volunteer without the condition. `consent`: whether it is given, `consent_by`: `participant`
    or `representative`. The dates are the anchors of time windows. `measures`, `facts`: records by key (the lexicon's
    id, or `Concept.key`; for an allergy `allergy:` and the key of its cause). `answers`: a person's answers to
    judgements, by the criterion's id (`inclusion-4`, or `inclusion-4.1`, `inclusion-4.2` where it asks several).
    """

    id: str
    age: float | None = None
    age_whole: bool = False
    sex: str | None = None
    healthy: bool | None = None
    consent: bool | None = None
    consent_by: str | None = None
    screening: date | None = None
    baseline: date | None = None
    randomisation: date | None = None
    enrolment: date | None = None
    first_dose: date | None = None
    consent_date: date | None = None
    measures: Mapping[str, tuple[MeasureRecord, ...]] = field(default_factory=dict)
    facts: Mapping[str, tuple[FactRecord, ...]] = field(default_factory=dict)
    answers: Mapping[str, bool | None] = field(default_factory=dict)
