"""The texts of a record that people wrote, with their v2 paths."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.lint.subject import Subject

ROOT = "protocolSection"
BRIEF_TITLE = f"{ROOT}.identificationModule.briefTitle"
OFFICIAL_TITLE = f"{ROOT}.identificationModule.officialTitle"
SUMMARY = f"{ROOT}.descriptionModule.briefSummary"
DESCRIPTION = f"{ROOT}.descriptionModule.detailedDescription"
CRITERIA = f"{ROOT}.eligibilityModule.eligibilityCriteria"
ARMS = f"{ROOT}.armsInterventionsModule.armGroups"
INTERVENTIONS = f"{ROOT}.armsInterventionsModule.interventions"
OUTCOMES = f"{ROOT}.outcomesModule"
PRIMARY = f"{OUTCOMES}.primaryOutcomes"
CONDITIONS = f"{ROOT}.conditionsModule.conditions"
KEYWORDS = f"{ROOT}.conditionsModule.keywords"
PHASES = f"{ROOT}.designModule.phases"
COUNT = f"{ROOT}.designModule.enrollmentInfo.count"


def prose(subject: Subject) -> Iterator[tuple[str, str]]:
    """Every free text of a record: titles, summaries, arms, interventions, outcomes, criteria."""
    section = subject.section
    names = section.identification_module
    yield from _texts(
        (BRIEF_TITLE, names.brief_title),
        (OFFICIAL_TITLE, names.official_title),
        (SUMMARY, section.description_module.brief_summary),
        (DESCRIPTION, section.description_module.detailed_description),
        (CRITERIA, section.eligibility_module.eligibility_criteria),
    )
    yield from treatments(subject)
    for path, measure, description in outcomes(subject):
        yield from _texts((f"{path}.measure", measure), (f"{path}.description", description))


def treatments(subject: Subject) -> Iterator[tuple[str, str]]:
    """The texts of arms and interventions."""
    arms = subject.section.arms_interventions_module
    for index, arm in enumerate(arms.arm_groups):
        at = f"{ARMS}[{index}]"
        yield from _texts((f"{at}.label", arm.label), (f"{at}.description", arm.description))
    for index, item in enumerate(arms.interventions):
        at = f"{INTERVENTIONS}[{index}]"
        yield from _texts((f"{at}.name", item.name), (f"{at}.description", item.description))


def narrative(subject: Subject) -> Iterator[tuple[str, str]]:
    """The summary and the description."""
    texts = subject.section.description_module
    yield from _texts((SUMMARY, texts.brief_summary), (DESCRIPTION, texts.detailed_description))


def titles(subject: Subject) -> Iterator[tuple[str, str]]:
    """The two titles."""
    names = subject.section.identification_module
    yield from _texts((BRIEF_TITLE, names.brief_title), (OFFICIAL_TITLE, names.official_title))


def _texts(*pairs: tuple[str, str | None]) -> Iterator[tuple[str, str]]:
    for path, text in pairs:
        if text:
            yield path, text


def outcomes(subject: Subject) -> Iterator[tuple[str, str | None, str | None]]:
    """Every outcome: its v2 path, measure and description."""
    for path, measure, description, _ in timed_outcomes(subject):
        yield path, measure, description


def timed_outcomes(subject: Subject) -> Iterator[tuple[str, str | None, str | None, str | None]]:
    """Every outcome: its v2 path, measure, description and time frame."""
    module = subject.section.outcomes_module
    for name, items in (
        ("primaryOutcomes", module.primary_outcomes),
        ("secondaryOutcomes", module.secondary_outcomes),
        ("otherOutcomes", module.other_outcomes),
    ):
        for index, item in enumerate(items):
            yield f"{OUTCOMES}.{name}[{index}]", item.measure, item.description, item.time_frame


def sentences(text: str) -> Iterator[str]:
    """The sentences of a text, roughly: split after a full stop, a semicolon or a line break."""
    for piece in re.split(r"(?<=[.;!?])\s+|\n+", text):
        if piece.strip():
            yield piece.strip()


def around(text: str, match: re.Match[str], reach: int = 60) -> str:
    """The words found with a little of what stands beside them on their line."""
    start, end = max(0, match.start() - reach), min(len(text), match.end() + reach)
    left = text[start : match.start()].rpartition("\n")[2]
    right = text[match.end() : end].partition("\n")[0]
    if start and " " in left and "\n" not in text[start : match.start()]:
        left = left.partition(" ")[2]
    return f"{left}{match.group()}{right}".strip()


def folded(text: str | None) -> str:
    """A name or item in the form in which two are compared: small letters, words and numbers only.

    >>> folded("The  U.C.-MSCs (1%)")
    'the u c mscs 1%'
    """
    return " ".join(re.findall(r"[^\W_]+%?", (text or "").lower()))
