"""What a search narrows records down by, besides words: the registry's own fields, and the drafted protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from trialwright.core.errors import UsageError
from trialwright.record import terms

_NUMBER = r"\d+(?:\.\d+)?(?:e\+?\d+)?"
_RANGE = re.compile(rf"\s*(?P<low>{_NUMBER})?\s*(?P<dots>\.\.)?\s*(?P<high>{_NUMBER})?\s*(?P<unit>.*?)\s*")
Clause = tuple[str, list[Any]]

ENUMERATED: dict[str, tuple[str, terms.Terms]] = {
    "phase": ("phases", terms.PHASE),
    "status": ("status", terms.STATUS),
    "study_type": ("study_type", terms.STUDY_TYPE),
    "intervention_type": ("intervention_types", terms.INTERVENTION_TYPE),
    "allocation": ("allocation", terms.ALLOCATION),
    "model": ("intervention_model", terms.INTERVENTION_MODEL),
    "purpose": ("primary_purpose", terms.PRIMARY_PURPOSE),
    "masking": ("masking", terms.MASKING),
    "sex": ("sex", terms.SEX),
    "age_group": ("age_groups", terms.STANDARD_AGE),
    "sponsor_class": ("sponsor_class", terms.AGENCY_CLASS),
}
"""Filters on enumerated fields: the column of each and its terms."""
_LISTS = {"phases", "intervention_types", "age_groups"}
DERIVED = (
    "design",
    "ratio",
    "route",
    "dose_per_kg",
    "administrations",
    "has_dlt_rule",
    "primary_within",
    "lint",
    "executable",
)
"""Filters that `registry compile` answers."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What every record of the answer must be; a filter that is empty or None asks nothing.

    Of several values of one filter one must hold. `condition`, `sponsor`: a part of the text. `sex`: who is wanted;
    records open to all count. `age`: years of a person who could enter. `dose_per_kg`: `any`, `1e6 cells`, `1e6..5e6
    cells`, `..10 mg`. `administrations`: `3` or `2..4`. `design`: a part of the kind of design or of the name of its
    escalation rule. `ratio`: `2:1`. `primary_within`: days until the last measurement of a primary outcome.
    """

    phase: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    study_type: tuple[str, ...] = ()
    intervention_type: tuple[str, ...] = ()
    allocation: tuple[str, ...] = ()
    model: tuple[str, ...] = ()
    purpose: tuple[str, ...] = ()
    masking: tuple[str, ...] = ()
    sex: tuple[str, ...] = ()
    age_group: tuple[str, ...] = ()
    sponsor_class: tuple[str, ...] = ()
    condition: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    sponsor: tuple[str, ...] = ()
    age: float | None = None
    healthy: bool | None = None
    results: bool | None = None
    start_after: date | None = None
    start_before: date | None = None
    updated_after: date | None = None
    enrolment_at_least: int | None = None
    enrolment_at_most: int | None = None
    design: str | None = None
    ratio: str | None = None
    route: tuple[str, ...] = ()
    dose_per_kg: str | None = None
    administrations: str | None = None
    has_dlt_rule: bool | None = None
    primary_within: float | None = None
    lint: tuple[str, ...] = ()
    executable: bool | None = None

    def given(self) -> set[str]:
        """The names of the filters that ask something."""
        return {each.name for each in fields(self) if getattr(self, each.name) not in ((), None)}

    def derived(self) -> bool:
        """Whether a filter asks something of the drafted protocol."""
        return bool(self.given() & set(DERIVED))

    def where(self) -> Clause:
        """The condition in SQL on the columns of `trials` and `compiled`, with its values.

        Raises UsageError (REG-010) for a term that there is not, or a range that is none.
        """
        clauses = list(self._clauses())
        return " AND ".join(f"({text})" for text, _ in clauses) or "true", [x for _, values in clauses for x in values]

    def _clauses(self) -> Iterator[Clause]:
        for name, (column, known) in ENUMERATED.items():
            if asked := getattr(self, name):
                yield _enumerated(name, column, known, asked)
        if self.condition:
            yield _contains("concat_ws(chr(10), array_to_string(conditions, chr(10)))", self.condition)
        if self.country:
            values = [each.strip().lower() for each in self.country]
            split = "string_split(lower(array_to_string(countries, chr(10))), chr(10))"
            yield f"list_has_any({split}, ?::VARCHAR[])", [values]
        if self.sponsor:
            yield _contains("sponsor", self.sponsor)
        for column, wanted in (("healthy_volunteers", self.healthy), ("has_results", self.results)):
            if wanted is not None:
                yield f"coalesce({column}, false) = ?", [wanted]
        if self.age is not None:
            years = "coalesce(min_age_years, 0) <= ? AND coalesce(max_age_years + 1, 1000) > ?"
            yield years, [self.age, self.age]
        yield from self._compared()
        yield from self._of_protocol()

    def _compared(self) -> Iterator[Clause]:
        for text, value in (
            ("start_date >= ?", self.start_after),
            ("start_date <= ?", self.start_before),
            ("updated >= ?", self.updated_after),
            ("enrolment >= ?", self.enrolment_at_least),
            ("enrolment <= ?", self.enrolment_at_most),
            ("primary_days <= ?", self.primary_within),
            ("has_dlt_rule = ?", self.has_dlt_rule),
            ("executable = ?", self.executable),
        ):
            if value is not None:
                yield text, [value]

    def _of_protocol(self) -> Iterator[Clause]:
        if self.design:
            yield "contains(lower(concat_ws(' ', design, escalation)), ?)", [self.design.strip().lower()]
        if self.ratio:
            yield "ratio = ?", [_ratio(self.ratio)]
        for column, asked in (("routes", self.route), ("rules_fired", self.lint)):
            if asked:
                yield f"list_has_any({column}, ?::VARCHAR[])", [[each.strip().upper() for each in asked]]
        if self.dose_per_kg:
            yield _dose(self.dose_per_kg)
        if self.administrations:
            low, high, _ = _range("--administrations", self.administrations)
            yield "len(list_filter(administrations, lambda x: x BETWEEN ? AND ?)) > 0", [low, high]


def _enumerated(name: str, column: str, known: terms.Terms, asked: tuple[str, ...]) -> Clause:
    values = []
    for each in asked:
        value = each.strip().upper().replace(" ", "_").replace("-", "_")
        if value not in known:
            raise UsageError(
                "REG-010",
                f"{each!r} is no value of --{name.replace('_', '-')}",
                expected=", ".join(known),
                mend="give one of these; the option may be repeated",
            )
        values.append(value)
    if name == "sex" and "ALL" not in values:
        values.append("ALL")
    if column in _LISTS:
        return f"list_has_any({column}, ?::VARCHAR[])", [values]
    return f"list_contains(?::VARCHAR[], {column})", [values]


def _contains(column: str, asked: tuple[str, ...]) -> Clause:
    return " OR ".join([f"contains(lower({column}), ?)"] * len(asked)), [each.strip().lower() for each in asked]


def _dose(text: str) -> Clause:
    if text.strip().lower() == "any":
        return "len(dose_per_kg) > 0", []
    low, high, unit = _range("--dose-per-kg", text)
    near = 1e-9
    in_range = "x[1] BETWEEN ? AND ?" + (" AND lower(x[2]) = ?" if unit else "")
    pairs = "list_zip(dose_per_kg, dose_per_kg_unit)"
    values: list[Any] = [low * (1 - near), high * (1 + near)]
    return f"len(list_filter({pairs}, lambda x: {in_range})) > 0", values + ([unit.lower()] if unit else [])


def _range(option: str, text: str) -> tuple[float, float, str]:
    """The lowest and the highest number of a text like `2`, `2..4`, `..4 mg`, and the unit."""
    found = _RANGE.fullmatch(text.lower())
    try:
        if found is None or not (found["low"] or found["high"]):
            raise ValueError
        low = float(found["low"] or 0)
        high = float(found["high"]) if found["high"] else (float("inf") if found["dots"] else low)
        if found["dots"] is None and found["high"]:
            raise ValueError
    except ValueError as fault:
        raise UsageError(
            "REG-010", f"{text!r} is no value of {option}", expected="a number, or two as in 2..4"
        ) from fault
    return low, high, found["unit"].removesuffix("/kg")


def _ratio(text: str) -> str:
    parts = re.split(r"\s*[:/]\s*", text.strip())
    if len(parts) < 2 or not all(part.isdigit() and int(part) for part in parts):
        raise UsageError("REG-010", f"{text!r} is no value of --ratio", expected="whole numbers, as in 2:1")
    return ":".join(str(int(part)) for part in parts)
