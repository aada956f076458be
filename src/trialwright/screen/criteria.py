"""The criteria that a protocol asks of a patient: what its fields demand, the items of its text, and what was lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.eligibility.tree import Judgement, Missing, leaves

if TYPE_CHECKING:
    from trialwright.screen.cohort import Cohort

HEALTHY = "healthy"
FIELDS = {
    "minimum-age": ("minimumAge", "The record states no minimum age, or it was lost; is there one?"),
    "maximum-age": ("maximumAge", "The record states no maximum age, or it was lost; is there one?"),
    "sex": ("sex", "The record states no sex, or it was lost; is there one?"),
    HEALTHY: ("healthyVolunteers", "The record states no rule on healthy volunteers, or it was lost; is there one?"),
}


def asked(eligibility: Eligibility) -> tuple[Compiled, ...]:
    """Every criterion: first what the structured fields demand (`minimum-age`, `maximum-age`, `sex`, `healthy`; nothing
    where a field is known to demand nothing), then the items of the text in order, gaps included."""
    from trialwright.protocol.eligibility.compiling import compile_all

    compiled = {each.id: each for each in compile_all(eligibility)}
    first = []
    for identifier, (field, lost) in FIELDS.items():
        if identifier in compiled:
            first.append(compiled.pop(identifier))
        elif identifier == HEALTHY and eligibility.healthy_volunteers is not None:
            if not eligibility.healthy_volunteers:
                first.append(_field(HEALTHY, "Not a healthy volunteer"))
        elif field not in eligibility.known_fields:
            first.append(_lost(identifier, lost))
    if not eligibility.criteria or not (first or compiled):
        first.append(_lost("criteria", "The record holds no text of criteria; a person must supply it"))
    return (*first, *compiled.values())


def with_volunteers(cohort: Cohort) -> Cohort:
    """The cohort in which `healthy` of the people answers the criterion about healthy volunteers."""
    import polars as pl

    if HEALTHY in cohort.answers.columns:
        return cohort
    answer = cohort.people.select((~pl.col("healthy")).alias(HEALTHY))
    answers = pl.concat([cohort.answers, answer], how="horizontal") if cohort.answers.width else answer
    return replace(cohort, answers=answers)


def question(criterion: Compiled) -> str | None:
    """What a person is asked about a criterion that data cannot answer whole; None where they can."""
    item = criterion.criterion
    found = list(leaves(criterion.expression))
    if any(isinstance(leaf, Missing) for leaf in found):
        if item.kind is not ItemKind.MISSING or item.text:
            return item.text
        number = item.number or criterion.id.rpartition("-")[2]
        return f"Item {number} of the {item.section.value} criteria is missing from the record; what is it?"
    judged = [leaf for leaf in found if isinstance(leaf, Judgement)]
    if not judged or criterion.id == HEALTHY:
        return None
    prompts = "".join(f" – {prompt}" for prompt in dict.fromkeys(prompt for leaf in judged for prompt in leaf.prompts))
    heading = {Section.INCLUSION: "Met?", Section.EXCLUSION: "Absent?"}.get(item.section, "Does it admit?")
    return f"{heading} {f'({item.number}) ' if item.number else ''}{item.text}{prompts}"


def _field(identifier: str, text: str) -> Compiled:
    return Compiled(identifier, Criterion(Section.INCLUSION, ItemKind.TEXT, None, text, 0, 0), Judgement(text))


def _lost(identifier: str, text: str) -> Compiled:
    return Compiled(identifier, Criterion(Section.INCLUSION, ItemKind.MISSING, None, text, 0, 0), Missing())
