"""What became of each participant of a trial, read from its facts: the latest version of every row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from trialwright.dataset.columns import COMPLETED, DEATH, ENROLLED, LOST, REPLACED, SCREEN_FAILURE, WITHDRAWAL
from trialwright.dataset.facts import Fact

ENDS = (DEATH, WITHDRAWAL, LOST, COMPLETED)
FINDINGS = ("LB", "VS", "FT", "RS")


@dataclass(frozen=True, slots=True)
class Participant:
    """One candidate's course. `entered`: trial day of enrolment, None for a screen failure, whose `failed` says why.

    `doses`: administrations given. `missed`: administrations planned and not given. `dlt`: None where not assessed
    or not evaluable. `end`: a DSDECOD term, None while on study.
    """

    subject: str
    entered: int | None
    failed: str
    arm: str | None
    level: int
    cohort: int
    doses: int
    missed: int
    assessed: bool
    evaluable: bool
    dlt: bool | None
    replaced: bool
    end: str | None


def latest(facts: Iterable[Fact]) -> list[Fact]:
    """The latest version of every row, rows entered in error left out, in the order of the first versions."""
    rows: dict[tuple[str, str, int], Fact] = {}
    for fact in facts:
        held = rows.get(fact.key)
        if held is None or fact.version >= held.version:
            rows[fact.key] = fact
    return [fact for fact in rows.values() if not fact.retracted]


def participants(rows: Iterable[Fact]) -> tuple[Participant, ...]:
    """Everybody who was screened: those who entered in order of entry, then the screen failures."""
    by_subject: dict[str, dict[str, list[Fact]]] = {}
    for fact in rows:
        by_subject.setdefault(fact.subject, {}).setdefault(fact.domain, []).append(fact)
    found = [
        _participant(subject, tables) for subject, tables in by_subject.items() if "DS" in tables or "DM" in tables
    ]
    return tuple(sorted(found, key=lambda p: (p.entered is None, p.entered or 0, p.subject)))


def _participant(subject: str, tables: Mapping[str, list[Fact]]) -> Participant:
    terms = {str(f.values.get("DSDECOD")): f.day for f in tables.get("DS", ())}
    person = tables["DM"][0].values if tables.get("DM") else {}
    exposure = [f.values.get("OCCUR") for f in tables.get("EX", ())]
    assessments = sorted(tables.get("XD", ()), key=lambda f: (f.day, f.number))
    evaluable = bool(assessments) and assessments[-1].values.get("XDEVAL") == "Y"
    toxic = any(f.values.get("XDDLT") == "Y" for f in assessments)
    broken = [str(f.values.get("IETEST") or f.values.get("IETESTCD")) for f in tables.get("IE", ())]
    return Participant(
        subject=subject,
        entered=terms.get(ENROLLED),
        failed=(broken[0] if broken else "not eligible") if SCREEN_FAILURE in terms else "",
        arm=_text(person.get("ARMCD")),
        level=_whole(person.get("DOSELVL")),
        cohort=_whole(person.get("COHORT")),
        doses=exposure.count("Y"),
        missed=exposure.count("N"),
        assessed=bool(assessments),
        evaluable=evaluable,
        dlt=True if toxic else (False if evaluable else None),
        replaced=REPLACED in terms,
        end=next((term for term in ENDS if term in terms), None),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def ends(group: Iterable[Participant]) -> list[str]:
    """How the participants of a group left the study, in lines with counts."""
    tally = Counter(person.end for person in group)
    words = {
        COMPLETED: "completed",
        DEATH: "died",
        WITHDRAWAL: "withdrew",
        LOST: "lost to follow-up",
        None: "on study",
    }
    return [f"{words[term]}: {tally[term]}" for term in (COMPLETED, DEATH, WITHDRAWAL, LOST, None) if tally[term]]


def series(rows: Iterable[Fact], code: str) -> dict[str, list[tuple[int, float]]]:
    """The values of one test by participant: (planned relative day, value), in order of the day."""
    found: dict[str, dict[int, float]] = {}
    for fact in rows:
        if fact.domain not in FINDINGS or fact.values.get("TESTCD") != code:
            continue
        day, value = fact.values.get("VISITDY"), fact.values.get("STRESN")
        if isinstance(day, int) and isinstance(value, int | float):
            found.setdefault(fact.subject, {})[day] = float(value)
    return {subject: sorted(values.items()) for subject, values in found.items()}
