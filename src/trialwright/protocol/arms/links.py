"""Which interventions an arm receives: by the arm's list of names and by the interventions' lists of arms."""

from __future__ import annotations

import re

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.record.model import ArmsInterventionsModule, Intervention
from trialwright.record.record import Record

ROOT = "protocolSection.armsInterventionsModule"
_TYPES = {
    "drug": "DRUG",
    "biological": "BIOLOGICAL",
    "device": "DEVICE",
    "procedure": "PROCEDURE",
    "radiation": "RADIATION",
    "behavioral": "BEHAVIORAL",
    "genetic": "GENETIC",
    "dietary supplement": "DIETARY_SUPPLEMENT",
    "other": "OTHER",
    "combination product": "COMBINATION_PRODUCT",
    "diagnostic test": "DIAGNOSTIC_TEST",
}


def same(text: str | None) -> str:
    """A name in the form in which names are compared: no case, no escapes, single blanks."""
    return " ".join(re.sub(r"\\", "", text or "").lower().split())


def split_name(text: str) -> tuple[str | None, str]:
    """The type and the name of an arm's entry.

    >>> split_name("Biological: UC-MSCs"), split_name("UC-MSCs")
    (('BIOLOGICAL', 'UC-MSCs'), (None, 'UC-MSCs'))
    """
    head, colon, rest = text.partition(":")
    kind = _TYPES.get(head.strip().lower())
    return (kind, rest.strip()) if colon and kind else (None, text.strip())


def _named(entry: str, interventions: tuple[Intervention, ...], label: str) -> list[int]:
    kind, name = split_name(entry)
    found = [i for i, each in enumerate(interventions) if same(each.name) in (same(name), same(entry))]
    typed = [i for i in found if kind is None or interventions[i].type in (None, kind)]
    found = typed or found
    if len(found) > 1:  # interventions of one name: the one that lists this arm
        listed = [i for i in found if same(label) in {same(arm) for arm in interventions[i].arm_group_labels}]
        found = listed or found
    return found


def links(record: Record) -> tuple[tuple[tuple[int, ...], ...], tuple[Problem, ...]]:
    """For each arm the indexes of its interventions, and the links that lead nowhere."""
    module = record.study.protocol_section.arms_interventions_module
    problems: list[Problem] = []
    found: list[tuple[int, ...]] = []
    for index, arm in enumerate(module.arm_groups):
        chosen: list[int] = []
        for position, entry in enumerate(arm.intervention_names):
            matches = _named(entry, module.interventions, arm.label or "")
            if not matches and module.interventions:
                problems.append(
                    _dangling(record, f"{ROOT}.armGroups[{index}].interventionNames[{position}]", entry, "intervention")
                )
            chosen += [match for match in matches if match not in chosen]
        for number, each in enumerate(module.interventions):
            if number not in chosen and same(arm.label) in {same(label) for label in each.arm_group_labels}:
                named = any(same(each.name) == same(module.interventions[i].name) for i in chosen)
                if not named or not arm.intervention_names:
                    chosen.append(number)
        found.append(tuple(chosen))
    labels = {same(arm.label) for arm in module.arm_groups}
    for number, each in enumerate(module.interventions):
        for position, label in enumerate(each.arm_group_labels):
            if module.arm_groups and same(label) not in labels:
                problems.append(
                    _dangling(record, f"{ROOT}.interventions[{number}].armGroupLabels[{position}]", label, "arm")
                )
    return _only_arm(module, tuple(found)), tuple(problems)


def _only_arm(module: ArmsInterventionsModule, found: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    """With one arm and no link at all, the arm receives every intervention: there is nobody else to receive it."""
    if len(found) == 1 and not found[0]:
        return (tuple(range(len(module.interventions))),)
    return found


def _dangling(record: Record, path: str, text: str, what: str) -> Problem:
    return Problem(
        "DRAFT-106",
        Severity.WARNING,
        f"{text!r} names an {what} that the record does not have",
        path,
        (Evidence.of(text, record.where(path)),),
        expected=f"the name of an {what} as it stands in the record",
        mend="correct the link in the protocol file",
    )
