"""The texts of a record that people wrote, with their v2 paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.lint.subject import Subject


def prose(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every free text of a record: titles, summaries, arms, interventions, outcomes, criteria."""
    section = subject.section
    names = section.identification_module
    root = "protocolSection"
    for path, text in (
        (f"{root}.identificationModule.briefTitle", names.brief_title),
        (f"{root}.identificationModule.officialTitle", names.official_title),
        (f"{root}.descriptionModule.briefSummary", section.description_module.brief_summary),
        (f"{root}.descriptionModule.detailedDescription", section.description_module.detailed_description),
        (f"{root}.eligibilityModule.eligibilityCriteria", section.eligibility_module.eligibility_criteria),
    ):
        if text:
            yield path, text
    arms = section.arms_interventions_module
    for index, arm in enumerate(arms.arm_groups):
        at = f"{root}.armsInterventionsModule.armGroups[{index}]"
        yield from _texts((f"{at}.label", arm.label), (f"{at}.description", arm.description))
    for index, item in enumerate(arms.interventions):
        at = f"{root}.armsInterventionsModule.interventions[{index}]"
        yield from _texts((f"{at}.name", item.name), (f"{at}.description", item.description))
    for path, measure, description in outcomes(subject):
        yield from _texts((f"{path}.measure", measure), (f"{path}.description", description))


def _texts(*pairs: tuple[str, str | None]) -> Iterator[tuple[str, str]]:
    for path, text in pairs:
        if text:
            yield path, text


def outcomes(subject: Subject) -> Iterator[tuple[str, str | None, str | None]]:
    """Every outcome: its v2 path, measure and description."""
    module = subject.section.outcomes_module
    for name, items in (
        ("primaryOutcomes", module.primary_outcomes),
        ("secondaryOutcomes", module.secondary_outcomes),
        ("otherOutcomes", module.other_outcomes),
    ):
        for index, item in enumerate(items):
            yield f"protocolSection.outcomesModule.{name}[{index}]", item.measure, item.description


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, roughly: split after a full stop, a semicolon or a line break."""
    for piece in re.split(r"(?<=[.;!?])\s+|\n+", text):
        if piece.strip():
            yield piece.strip()
