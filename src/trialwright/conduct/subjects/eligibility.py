"""The criteria of a protocol as they are answered for one person: the list, the answers, and what is left open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING

from trialwright.conduct.canonical import canonical
from trialwright.core.errors import StageError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.subjects.state import Assessment
    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.protocol.eligibility.items import Eligibility

ADMITS, EXCLUDES, UNKNOWN = "admits", "excludes", "unknown"
ANSWERS = (ADMITS, EXCLUDES, UNKNOWN)
_COMPUTED = {"admits": ADMITS, "excludes": EXCLUDES, "open": UNKNOWN}


@lru_cache(maxsize=8)
def criteria_of(eligibility: Eligibility) -> tuple[Compiled, ...]:
    """Everything that is asked of a person, in order."""
    from trialwright.screen.criteria import asked

    return asked(eligibility)


@lru_cache(maxsize=8)
def digest_of_criteria(eligibility: Eligibility) -> str:
    """SHA-256 (hex) of what a protocol asks: the items in their words and computable form, and the fields.

    It is of the protocol alone, so answers outlive a version of this program that reads the words in another way.
    """
    items = [[each.section.value, each.kind.value, each.number, each.text, each.form] for each in eligibility.criteria]
    limits = (eligibility.minimum_age_years, eligibility.maximum_age_years, eligibility.sex)
    fields = [*limits, eligibility.healthy_volunteers, *sorted(eligibility.known_fields)]
    text = canonical({"criteria": items, "fields": [None if each is None else str(each) for each in fields]})
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@lru_cache(maxsize=8)
def lost(eligibility: Eligibility) -> frozenset[str]:
    """The criteria whose text was lost, by id: nobody can answer them, so nobody is eligible."""
    from trialwright.protocol.eligibility.items import ItemKind
    from trialwright.protocol.eligibility.tree import Missing, leaves
    from trialwright.screen.criteria import FIELDS

    return frozenset(
        each.id
        for each in criteria_of(eligibility)
        if each.id not in FIELDS
        and each.criterion.kind is ItemKind.MISSING
        and any(isinstance(leaf, Missing) for leaf in leaves(each.expression))
    )


def left_open(eligibility: Eligibility, assessment: Assessment | None) -> Iterator[str]:
    """What keeps a person out, criterion by criterion, in words; nothing where every one admits.

    An assessment answers the whole list (`assessing`), so nothing is compiled here.
    """
    if assessment is None or not assessment.answers:
        yield "no criterion was answered"
    elif assessment.criteria != digest_of_criteria(eligibility):
        yield "the criteria have changed since they were answered"
    else:
        for criterion, answer in sorted(assessment.answers.items()):
            if answer != ADMITS:
                yield f"{criterion} {'excludes' if answer == EXCLUDES else 'is unknown'}"


def check_answers(eligibility: Eligibility, answers: Mapping[str, str], evidence: Mapping[str, str]) -> None:
    """Raises UsageError (COND-074) if something is answered that is not asked, in other words than these, or without
    evidence; StageError (COND-074) if the text of a criterion was lost."""
    known = {each.id for each in criteria_of(eligibility)}
    said = [
        *(f"there is no criterion {each!r}" for each in {**answers, **evidence} if each not in known),
        *(f"{each}: {answer!r} is no answer" for each, answer in answers.items() if answer not in ANSWERS),
        *(
            f"{each}: it is not said what the answer rests on"
            for each, answer in answers.items()
            if answer != UNKNOWN and not evidence.get(each, "").strip()
        ),
    ]
    if said:
        raise UsageError(
            "COND-074",
            "the criteria cannot be answered so: " + "; ".join(said),
            expected=f"by the criterion's id one of {', '.join(ANSWERS)} (an exclusion that applies {EXCLUDES}), and "
            "the evidence for it",
            mend="look the criteria up with their ids, and say what each answer rests on",
        )
    gone = sorted(each for each, answer in answers.items() if each in lost(eligibility) and answer != UNKNOWN)
    if gone:
        raise StageError(
            "COND-074",
            f"the text of {', '.join(gone)} was lost, and nobody can answer it",
            expected="a list of criteria without a gap",
            mend="have a named person supply the text in the protocol, and amend the trial",
        )


def computed(
    eligibility: Eligibility, subject: str, patient: Mapping[str, object], source: str
) -> tuple[dict[str, str], dict[str, str]]:
    """The answers that a person's data give, and the evidence for each: the rule, what is known, where it stands."""
    from trialwright.screen.criteria import with_volunteers
    from trialwright.screen.patients import read
    from trialwright.screen.plain import explanations

    criteria = criteria_of(eligibility)
    row = {"USUBJID": subject, **{name: value for name, value in patient.items() if name != "USUBJID"}}
    (found,) = explanations(criteria, with_volunteers(read([row], criteria)))
    answers, evidence = {}, {}
    for reason in found.criteria:
        answers[reason.id] = _COMPUTED[reason.effect]
        known = "; ".join(str(each) for leaf in reason.leaves for each in leaf.found)
        evidence[reason.id] = f"computed: {reason.rule}; known: {known or 'nothing'}; source: {source}"
    return answers, evidence
