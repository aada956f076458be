"""A patient's verdict: not eligible, eligible, or undecided, with the criteria it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.items import Section
from trialwright.screen.person import Person
from trialwright.screen.plain.answering import answer
from trialwright.screen.plain.kleene import Answer

ELIGIBLE, NOT_ELIGIBLE, UNDECIDED = "eligible", "not eligible", "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comes out for one patient. `answers`: what each criterion's words come to, by its id; `failed`: ids of
    criteria that exclude, `open`: of those that do not admit yet."""

    patient: str
    verdict: str
    answers: Mapping[str, Answer]
    failed: tuple[str, ...]
    open: tuple[str, ...]


def favourable(section: Section) -> bool | None:
    """The answer that lets a patient in; None where nobody knows, because the text does not say which list it is."""
    return {Section.INCLUSION: True, Section.EXCLUSION: False}.get(section)


def verdict(criteria: Sequence[Compiled], person: Person, complete: Set[str] = frozenset()) -> Verdict:
    """The verdict on a patient: not eligible if an inclusion is False or an exclusion True; eligible if every inclusion
    is True and every exclusion False; else undecided.

    A criterion of a section that nobody knows stays open whatever it answers, and so does a missing one. Where there
    are no criteria at all nobody is eligible.
    """
    answers = {each.id: answer(each, person, complete) for each in criteria}
    failed, unsettled = [], []
    for each in criteria:
        wanted, found = favourable(each.criterion.section), answers[each.id]
        if wanted is None or found is None:
            unsettled.append(each.id)
        elif found is not wanted:
            failed.append(each.id)
    name = NOT_ELIGIBLE if failed else UNDECIDED if unsettled or not criteria else ELIGIBLE
    return Verdict(person.id, name, answers, tuple(failed), tuple(unsettled))
