"""What an arm is for: from its coded type, or from its words where the type was lost."""

from __future__ import annotations

import re

from trialwright.core.gates import gated
from trialwright.protocol.arms import ArmRole

CODED = {
    "EXPERIMENTAL": ArmRole.EXPERIMENTAL,
    "ACTIVE_COMPARATOR": ArmRole.ACTIVE_CONTROL,
    "PLACEBO_COMPARATOR": ArmRole.PLACEBO_CONTROL,
    "SHAM_COMPARATOR": ArmRole.SHAM_CONTROL,
    "NO_INTERVENTION": ArmRole.NO_TREATMENT_CONTROL,
}
_PLACEBO = gated(r"\bplacebo\b", re.IGNORECASE)
_SHAM = gated(r"\bsham\b", re.IGNORECASE)
_NOTHING = gated(
    r"\bno (?:intervention|treatment|therapy)\b|untreated|observation only|wait(?:ing)?[- ]?list|watchful waiting"
    r"|wait and see",
    re.IGNORECASE,
)
_STANDARD = gated(
    r"\b(?:standard|usual|conventional|routine|best supportive|supportive)[- ](?:of[- ])?(?:care|therapy|treatment"
    r"|management|medical)"
    r"|treatment[- ]as[- ]usual|\bSOC\b|\bTAU\b",
    re.IGNORECASE,
)
_CONTROL = gated(r"\bcontrols?\b|\bcomparator\b|\bstandard arm\b", re.IGNORECASE)
_CONTROLLED = gated(r"placebo[- ]control|controlled|compared (?:with|to) placebo|matching", re.IGNORECASE)
_PART = re.compile(r"^\W*(?:phase|part|stage|study)\s*(?P<n>\d|I{1,3}V?|IV|[A-E])(?:[ab](?![a-z])|\b)", re.IGNORECASE)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "A": 1, "B": 2, "C": 3, "D": 4, "E": 5}
_LEVEL = gated(
    r"\bdose[- ]level\s*[:#]?\s*-?\d|\b(?:low(?:est)?|mid(?:dle)?|medium|intermediate|high(?:est)?)(?:er)?[- ]dose"
    r"|\bDL\s*-?\d\b"
    r"|\bdose[- ](?:group|cohort)\s*-?\w\b|\bcohort\s*\d",
    re.IGNORECASE,
)


def names_level(text: str) -> bool:
    """Whether a label names a step of a dose escalation ("low-dose", "dose level 2", "cohort 3")."""
    return _LEVEL.search(text) is not None


def part_of(label: str) -> int | None:
    """The part of a trial in several parts that a label names first, counted from 1, or None.

    >>> part_of("Phase 2a Control Group"), part_of("Part B: biopsies"), part_of("Placebo")
    (2, 2, None)
    """
    found = _PART.match(label)
    if found is None:
        return None
    name = found["n"].upper()
    part = int(name) if name.isdecimal() else _ROMAN.get(name)
    return part or None


def role_from_words(label: str, description: str, given: tuple[str, ...], *, alone: bool) -> ArmRole:
    """The role that an arm's words speak for; UNKNOWN where they do not say.

    `given`: names of the interventions linked to it; `alone`: it is the trial's only arm.
    """
    names = " ; ".join(given)
    described = _CONTROLLED.sub(" ", description)
    for pattern, role in ((_SHAM, ArmRole.SHAM_CONTROL), (_PLACEBO, ArmRole.PLACEBO_CONTROL)):
        if pattern.search(_CONTROLLED.sub(" ", label)) or (given and all(pattern.search(name) for name in given)):
            return role
    controlled = _CONTROL.search(label) is not None
    if controlled and _PLACEBO.search(f"{names} {described}"):
        return ArmRole.PLACEBO_CONTROL
    if controlled and _SHAM.search(f"{names} {described}"):
        return ArmRole.SHAM_CONTROL
    if _NOTHING.search(label) or (not given and (controlled or _NOTHING.search(description))):
        return ArmRole.NO_TREATMENT_CONTROL
    if controlled or (_STANDARD.search(label) and not re.search(r"\+|\bplus\b|\band\b|\bwith\b", label)):
        return (
            ArmRole.ACTIVE_CONTROL
            if given and not all(_STANDARD.search(n) for n in given)
            else ArmRole.NO_TREATMENT_CONTROL
        )
    if alone or given or names_level(label):
        return ArmRole.EXPERIMENTAL
    return ArmRole.UNKNOWN
