"""What was observed, arranged by participant: who entered, the days that matter, and every reading in relative days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from trialwright.core.studytime import relative_day
from trialwright.dataset.columns import (
    CONSENT,
    DEATH,
    ENROLLED,
    LOST,
    MISSING_REASONS,
    SCREEN_FAILURE,
    WITHDRAWAL,
)

if TYPE_CHECKING:
    import polars as pl

FINDINGS = ("LB", "VS", "FT", "RS")
SPELLS = ("CM", "PR")
LARGEST = 1e15  # beyond it a result is taken for a slip of entry, and sums of squares would lose their digits


class HasTables(Protocol):
    """Anything that gives the current rows of a table by its domain, as `TrialData` does."""

    def table(self, domain: str) -> pl.DataFrame:
        """The rows of one domain, latest versions only."""
        ...


@dataclass(frozen=True, slots=True)
class Participant:
    """One enrolled participant. `enrolled`, `first_dose`: trial days. `died`, `left` (withdrawn or lost), `completed`:
    relative days, None where it did not happen. `dose_level`: 1 = lowest, 0 = none. `dlt`, `evaluable`: as the signed
    assessment says, None = not assessed."""

    id: str
    arm: str | None
    dose_level: int
    enrolled: int
    first_dose: int | None
    died: int | None = None
    left: int | None = None
    completed: int | None = None
    age: float | None = None
    sex: str | None = None
    dlt: bool | None = None
    evaluable: bool | None = None

    @property
    def anchor(self) -> int:
        """The trial day from which relative days count: the first dose, or enrolment for somebody never dosed."""
        return self.enrolled if self.first_dose is None else self.first_dose


@dataclass(frozen=True, slots=True)
class Reading:
    """One measurement on a relative day: a number, a text, or why there is none (`missing`)."""

    day: int
    value: float | None
    text: str | None = None
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """A treatment or procedure from one relative day to another, inclusive; `end` None = still going on."""

    subject: str
    names: tuple[str, ...]
    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class AdverseEvent:
    """One adverse event. `day`: relative day of onset; `grade`: CTCAE 1 to 5; None = not recorded."""

    subject: str
    day: int
    term: str
    system: str
    grade: int | None
    serious: bool | None
    related: bool | None


@dataclass(frozen=True, slots=True)
class Observed:
    """All that an analysis reads. `cut`: the last trial day on which anything became known, None without any data.
    `readings` are keyed by participant and test code, in order of day. `without_enrolment`: nobody has an enrolment
    row, so everybody in DM who is no screen failure counts as enrolled."""

    participants: tuple[Participant, ...] = ()
    screened: int = 0
    screen_failures: int = 0
    readings: Mapping[tuple[str, str], tuple[Reading, ...]] = field(default_factory=dict)
    spells: tuple[Spell, ...] = ()
    adverse: tuple[AdverseEvent, ...] = ()
    cut: int | None = None
    without_enrolment: bool = False


def observe(data: HasTables) -> Observed:
    """Everything that the tables hold, by participant. Rows of people who were never enrolled count in the numbers
    screened only. A table that is empty, or lacks a column, gives nothing and no error."""
    tables = {name: list(_rows(data, name)) for name in ("DM", "DS", "EX", "XD", "AE", *FINDINGS, *SPELLS)}
    known = [row["KNOWN"] for rows in tables.values() for row in rows if row.get("KNOWN") is not None]
    status = _status(tables["DS"])
    failures = {subject for subject, terms in status.items() if SCREEN_FAILURE in terms}
    seen = {row["USUBJID"] for row in tables["DM"]} | {
        subject for subject, terms in status.items() if terms.keys() & {CONSENT, ENROLLED, SCREEN_FAILURE}
    }
    people = _participants(tables, status, failures)
    anchors = {person.id: person.anchor for person in people}
    return Observed(
        participants=people,
        screened=len(seen),
        screen_failures=len(failures - anchors.keys()),
        readings=_readings([row for name in FINDINGS for row in tables[name]], anchors),
        spells=tuple(_spells([(name, row) for name in SPELLS for row in tables[name]], anchors)),
        adverse=tuple(_adverse(tables["AE"], anchors)),
        cut=max(known, default=None),
        without_enrolment=bool(people) and not any(ENROLLED in terms for terms in status.values()),
    )


def _rows(data: HasTables, domain: str) -> Iterator[dict[str, Any]]:
    """The latest version of each row, in order of day, participant and number."""
    latest: dict[tuple[str, int], dict[str, Any]] = {}
    for place, row in enumerate(data.table(domain).iter_rows(named=True)):
        if row.get("USUBJID") is None or row.get("DAY") is None:
            continue
        key = (row["USUBJID"], row.get("SEQ") or -1 - place)
        if key not in latest or (row.get("VERSION") or 1) >= (latest[key].get("VERSION") or 1):
            latest[key] = row
    yield from sorted(latest.values(), key=lambda row: (row["DAY"], row["USUBJID"], row.get("SEQ") or 0))


def _status(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """For each participant, the first trial day of each disposition."""
    status: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.get("DSDECOD"):
            status[row["USUBJID"]].setdefault(row["DSDECOD"], row["DAY"])
    return dict(status)


def _participants(
    tables: Mapping[str, list[dict[str, Any]]], status: Mapping[str, Mapping[str, int]], failures: set[str]
) -> tuple[Participant, ...]:
    first_dose: dict[str, int] = {}
    for row in tables["EX"]:
        if row.get("OCCUR") == "Y":
            first_dose.setdefault(row["USUBJID"], row["DAY"])
    assessed: dict[str, tuple[bool | None, bool | None]] = {}
    for row in tables["XD"]:
        before = assessed.get(row["USUBJID"], (None, None))
        dlt, evaluable = _flag(row.get("XDDLT")), _flag(row.get("XDEVAL"))
        assessed[row["USUBJID"]] = (
            True if before[0] or dlt else (before[0] if dlt is None else dlt),
            before[1] if evaluable is None else evaluable,
        )
    demographics = {row["USUBJID"]: row for row in tables["DM"]}
    entered = {subject: terms[ENROLLED] for subject, terms in status.items() if ENROLLED in terms}
    if not entered:
        entered = {subject: row["DAY"] for subject, row in demographics.items() if subject not in failures}
    people = []
    for subject, day in sorted(entered.items(), key=lambda item: (item[1], item[0])):
        row, terms, dosed = demographics.get(subject, {}), status.get(subject, {}), first_dose.get(subject)
        anchor = day if dosed is None else dosed
        gone = [terms[term] for term in (WITHDRAWAL, LOST) if term in terms]
        dlt, evaluable = assessed.get(subject, (None, None))
        people.append(
            Participant(
                subject,
                row.get("ARMCD"),
                int(row.get("DOSELVL") or 0),
                day,
                dosed,
                died=relative_day(terms[DEATH], anchor) if DEATH in terms else None,
                left=relative_day(min(gone), anchor) if gone else None,
                completed=relative_day(terms["COMPLETED"], anchor) if "COMPLETED" in terms else None,
                age=row.get("AGE"),
                sex=row.get("SEX"),
                dlt=dlt,
                evaluable=evaluable,
            )
        )
    return tuple(people)


def _readings(rows: list[dict[str, Any]], anchors: Mapping[str, int]) -> dict[tuple[str, str], tuple[Reading, ...]]:
    found: dict[tuple[str, str], list[Reading]] = defaultdict(list)
    for row in rows:
        subject, code = row["USUBJID"], row.get("TESTCD")
        if subject not in anchors or not code:
            continue
        day = relative_day(row["DAY"], anchors[subject])
        value, text, missing = row.get("STRESN"), row.get("STRESC"), None
        if row.get("STAT") == "NOT DONE" or (value is None and not text):
            reason = row.get("REASND")
            value, text, missing = None, None, reason if reason in MISSING_REASONS else "not_done"
        elif value is None:
            value = _number(text)
        elif not abs(value) <= LARGEST:
            value, text, missing = None, None, "not a number"
        found[subject, code].append(Reading(day, value, text, missing))
    return {key: tuple(sorted(values, key=lambda reading: reading.day)) for key, values in found.items()}


def _spells(rows: list[tuple[str, dict[str, Any]]], anchors: Mapping[str, int]) -> Iterator[Spell]:
    for name, row in rows:
        anchor = anchors.get(row["USUBJID"])
        if anchor is not None:
            end = row.get("ENDAY")
            names = tuple(str(row[f"{name}{part}"]).upper() for part in ("CAT", "TRT") if row.get(f"{name}{part}"))
            last = None if end is None else relative_day(end, anchor)
            yield Spell(row["USUBJID"], names, relative_day(row["DAY"], anchor), last)


def _adverse(rows: list[dict[str, Any]], anchors: Mapping[str, int]) -> Iterator[AdverseEvent]:
    for row in rows:
        if row["USUBJID"] in anchors:
            yield AdverseEvent(
                row["USUBJID"],
                relative_day(row["DAY"], anchors[row["USUBJID"]]),
                row.get("AETERM") or "",
                row.get("AEBODSYS") or "",
                row.get("AETOXGR"),
                _flag(row.get("AESER")),
                _flag(row.get("AEREL")),
            )


def _flag(value: object) -> bool | None:
    return {"Y": True, "N": False}.get(str(value)) if value is not None else None


def _number(text: str | None) -> float | None:
    """A finite number from a character result; Y and N are 1 and 0; None where it is a word (a category's label)."""
    if text is None or text.strip().upper() in ("Y", "N"):
        return None if text is None else float(text.strip().upper() == "Y")
    try:
        value = float(text)
    except ValueError:
        return None
    return value if abs(value) <= LARGEST else None
