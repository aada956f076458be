"""What the entries on safety leave open: questions that a person must answer, derived and never stored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.dataset.columns import DEATH

if TYPE_CHECKING:
    from trialwright.conduct.standing import Standing
    from trialwright.dataset.facts import Fact

UNAWARE = "it is serious, and the time at which the site became aware is not entered: no report has a date"
UNDATED = "it is of grade 5, and no date of death is entered"
NO_END = "it was fatal, and the participant's death is not entered as the end of the study"
NO_GRADE = "it has no grade"


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a row of AE."""

    subject: str
    number: int
    text: str


def questions(standing: Standing) -> tuple[Question, ...]:
    """Every open question on adverse events, by participant and row.

    Events that were entered as plain rows can lack what an event that was reported whole cannot.
    """
    found = []
    for (domain, subject, number), fact in sorted(standing.data.rows.items()):
        if domain == "AE" and not fact.retracted:
            found += [Question(subject, number, text) for text in _open(standing, fact)]
    return tuple(found)


def _open(standing: Standing, fact: Fact) -> Iterator[str]:
    details = standing.safety.details.get((fact.subject, fact.number))
    if fact.values.get("AESER") == "Y" and (details is None or not details.aware):
        yield UNAWARE
    grade, fatal = fact.values.get("AETOXGR"), fact.values.get("AEOUT") == "FATAL"
    if grade is None:
        yield NO_GRADE
    if grade == 5 and (details is None or not details.died):
        yield UNDATED
    ends = {row.values.get("DSDECOD") for row in standing.data.rows_of("DS", fact.subject)}
    if (fatal or grade == 5) and DEATH not in ends:
        yield NO_END
