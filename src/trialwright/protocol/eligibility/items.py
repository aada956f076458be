"""Eligibility as a list of items, each with its text and its place; what is computable is marked so."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Section(StrEnum):
    """Whether meeting the criterion admits or excludes."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"
    UNKNOWN = "unknown"


class ItemKind(StrEnum):
    """What can be done with an item: TEXT is left to a person's judgement; MISSING is a gap in the numbering."""

    TEXT = "text"
    MISSING = "missing"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One item of the criteria text.

    `number`: as written (`2`, `a`), None for bullets. `text`: as in the record, with markdown escapes undone.
    `start`, `end`: character offsets in the record's `eligibilityCriteria`; equal for a missing item. `supplied_by`,
    `supplied_from`: a named person and a source, where a lost item was filled in by hand. `form`: what is computed, in
    the editable form (docs/reference/criteria.md); it counts, not the text, where a person has corrected it. None: what
    the text itself states.
    """

    section: Section
    kind: ItemKind
    number: str | None
    text: str
    start: int
    end: int
    supplied_by: str | None = None
    supplied_from: str | None = None
    form: str | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may enter. Ages are in years, inclusive; `maximum_age_years` includes the whole of that year of life.

    None means no limit is stated, or it was lost: `known_fields` names the structured fields (`minimumAge`,
    `maximumAge`,
    `sex`, `healthyVolunteers`) that the record states.
    """

    criteria: tuple[Criterion, ...] = ()
    minimum_age_years: float | None = None
    maximum_age_years: float | None = None
    sex: str | None = None
    healthy_volunteers: bool | None = None
    known_fields: tuple[str, ...] = ()
