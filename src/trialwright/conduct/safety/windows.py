"""The window of dose-limiting toxicity of a participant, and the adverse events in it that meet the definition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.conduct.treating.participant import first_dose
from trialwright.dataset.columns import COMPLETED, DEATH, LOST, WITHDRAWAL
from trialwright.protocol.kinds import Escalation, SelectThenCompare

if TYPE_CHECKING:
    from trialwright.conduct.standing import Standing
    from trialwright.protocol.protocol import Protocol

_ENDS = frozenset({COMPLETED, DEATH, LOST, WITHDRAWAL})


@dataclass(frozen=True, slots=True)
class Window:
    """`first`, `last`: trial days, both ends inclusive: an onset on the last day counts. `left`: the participant has
    left the study."""

    first: int
    last: int
    left: bool

    def __str__(self) -> str:
        return f"the window of trial days {self.first} to {self.last}, both ends inclusive"


def days_of(protocol: Protocol) -> int | None:
    """The length of the window: days after the first dose that still count, None where the protocol states none."""
    match protocol.design:
        case Escalation(dlt_window=days) | SelectThenCompare(escalation=Escalation(dlt_window=days)):
            found = days
        case _:
            found = None
    return found if found is not None or protocol.dlt is None else protocol.dlt.window


def window_of(standing: Standing, protocol: Protocol, subject: str) -> Window | None:
    """A participant's window; None where nothing was given yet, or the protocol states no window."""
    first, days = first_dose(standing, subject), days_of(protocol)
    if first is None or days is None:
        return None
    left = any(fact.values.get("DSDECOD") in _ENDS for fact in standing.data.rows_of("DS", subject))
    return Window(first, first + days, left)


def meeting(standing: Standing, protocol: Protocol, subject: str) -> tuple[int, ...]:
    """The rows of AE that meet the protocol's definition by grade, relatedness and onset; for the assessor to look at.

    Where the definition asks for relatedness and an event is not judged, it is among them, as one whose kind
    (haematological or not) is not known is at the lower of the two grades. They decide nothing: an assessment does.
    Empty where the protocol states no grades or no window.
    """
    window, definition = window_of(standing, protocol, subject), protocol.dlt
    if window is None or definition is None:
        return ()
    grades = definition.non_haematological_grade, definition.haematological_grade
    found = []
    for fact in standing.data.rows_of("AE", subject):
        if not window.first <= fact.day <= window.last:
            continue
        blood = fact.values.get("AEHEMAT")
        asked_for = [g for g, apt in zip(grades, (blood != "Y", blood != "N"), strict=True) if apt and g is not None]
        worst = fact.values.get("AETOXGR")
        related = definition.must_be_related is False or fact.values.get("AEREL") != "N"
        if related and isinstance(worst, int) and asked_for and worst >= min(asked_for):
            found.append(fact.number)
    return tuple(found)


def stale(standing: Standing, protocol: Protocol, subject: str) -> tuple[int, ...]:
    """The rows of AE that meet the definition and were entered or changed after somebody last held that there was no
    toxicity: an assessment to be looked at again. Empty while nobody has assessed, or a toxicity stands."""
    rows, safety = standing.data.rows_of("XD", subject), standing.safety
    if not rows or any(fact.values.get("XDDLT") == "Y" for fact in rows):
        return ()
    looked = [safety.assessed[subject, fact.number][1] for fact in rows if (subject, fact.number) in safety.assessed]
    looked += [each.since for each in safety.opinions.get(subject, [])]
    since = max(looked, default=0)
    return tuple(n for n in meeting(standing, protocol, subject) if safety.changed.get((subject, n), 0) > since)
