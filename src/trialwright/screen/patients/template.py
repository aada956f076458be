"""The table that a protocol's criteria ask for: its columns, and what each is to hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.protocol.eligibility.needs import Need, NeedKind, needs
from trialwright.protocol.eligibility.tree import Consent, Judgement, leaves
from trialwright.screen.patients.names import OWN

if TYPE_CHECKING:
    from trialwright.protocol.eligibility.compiled import Compiled

ANCHORS = {f"{name.replace('_', ' ').removesuffix(' date')} date": name for name in OWN if name not in ("id", "birth")}
FIRST = (
    ("USUBJID", "id", "identifier of the patient", "each patient once"),
    ("AGE", "age", "age at screening", "completed years; or a column BIRTH DATE in its place"),
    ("SEX", "sex", "sex", "M or F"),
    ("SCREENING DATE", "screening", "day that everything is judged on", "a date as 2020-12-31"),
)
COMPANIONS = ("low", "high", "date", "end", "count", "dose", "route")
FORMULAS = {
    "bmi": "body-weight (kg) and body-height (cm)",
    "pao2-fio2": "pao2 (mmHg) and fio2",
    "cockcroft-gault": "creatinine, body-weight, age and sex",
    "ckd-epi-2021": "creatinine, age and sex",
}


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """One column. `name`: its header; `key`: what a mapping calls it; `kind`: number, level, flag, date or answer;
    `label`: what it is; `expected`: what its cells are to hold; `criteria`: ids of the criteria that ask for it."""

    name: str
    key: str
    kind: str
    unit: str | None
    label: str
    expected: str
    criteria: tuple[str, ...]


def template(criteria: Sequence[Compiled]) -> tuple[TemplateColumn, ...]:
    """The columns that answer these criteria, each once, after identifier, age, sex and screening date.

    A criterion that the record has lost has none: a person must supply it in the protocol file first.
    """
    found: dict[str, TemplateColumn] = {}
    for name, key, label, expected in FIRST:
        found[name] = TemplateColumn(name, key, "", None, label, expected, ())
    both = _asked_twice(criteria)
    for each in criteria:
        for column in _columns(each, both):
            old = found.get(column.name)
            if old is None:
                found[column.name] = column
            elif each.id not in old.criteria:
                found[column.name] = replace(old, criteria=(*old.criteria, each.id))
    by_key: dict[tuple[str, str], TemplateColumn] = {}
    for column in found.values():
        old = by_key.get((column.key, column.kind))
        if old is None or column.unit == "% predicted" or old.unit == "% predicted":
            by_key[(column.key, column.kind if old is None else column.name)] = column
        else:
            asked = tuple(dict.fromkeys([*old.criteria, *column.criteria]))
            by_key[(column.key, column.kind)] = replace(old, criteria=asked)
    return tuple(by_key.values())


def header(columns: Sequence[TemplateColumn]) -> str:
    """The empty table as CSV: one line of names."""
    return _csv([[column.name for column in columns]])


def explained(columns: Sequence[TemplateColumn]) -> str:
    """What each column is to hold, as CSV; the same file serves as a mapping."""
    rows = [["column", "key", "unit", "kind", "complete", "label", "expected", "criteria"]]
    for each in columns:
        own = each.key in OWN
        kind = "" if own or each.kind in ("date", "answer") or " " in each.key else each.kind
        asked = "; ".join(each.criteria)
        rows.append([each.name, each.key, each.unit or "", kind, "", each.label, each.expected, asked])
    return _csv(rows)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _asked_twice(criteria: Sequence[Compiled]) -> frozenset[str]:
    """Keys that are asked for as a flag and as a value: their columns are told apart by their names."""
    kinds: dict[str, set[bool]] = {}
    for each in criteria:
        for need in needs(each.expression):
            if need.kind in (NeedKind.FLAG, NeedKind.NUMBER, NeedKind.LEVEL):
                kinds.setdefault(need.key, set()).add(need.kind is NeedKind.FLAG)
    return frozenset(key for key, found in kinds.items() if len(found) == 2)


def _columns(each: Compiled, both: frozenset[str]) -> Iterator[TemplateColumn]:
    if each.id == "healthy":
        expected = "Y or N; Y: a volunteer without the condition"
        yield TemplateColumn("HEALTHY", "healthy", "answer", None, "healthy volunteer", expected, (each.id,))
        return
    judged = [leaf for leaf in leaves(each.expression) if isinstance(leaf, Judgement)]
    for need in needs(each.expression):
        column = _column(need, each.id, both)
        if column is not None:
            yield column
    if any(isinstance(leaf, Consent) and leaf.by is not None for leaf in leaves(each.expression)):
        expected = "participant or representative"
        yield TemplateColumn("CONSENT BY", "consent by", "answer", None, "who consents", expected, (each.id,))
    for place, leaf in enumerate(judged, 1):
        name = each.id if len(judged) == 1 else f"{each.id}.{place}"
        hint = f" (look at: {', '.join(leaf.prompts)})" if leaf.prompts else ""
        expected = "Y if this is true of the patient, N if not"
        yield TemplateColumn(name, name, "answer", None, f"{leaf.text}{hint}", expected, (each.id,))


def _column(need: Need, criterion: str, both: frozenset[str]) -> TemplateColumn | None:
    key, asked = need.key, (criterion,)
    match need.kind:
        case NeedKind.ANSWER:
            if key != "consent":
                return None
            return TemplateColumn("CONSENT", "consent", "answer", None, need.label, "Y or N", asked)
        case NeedKind.DATE:
            name = key.upper() if key in ANCHORS else key
            own = ANCHORS.get(key, key).replace("_", " ")
            return TemplateColumn(name, own if key not in ANCHORS else key, "date", None, need.label, _DATE, asked)
        case NeedKind.FLAG:
            name = f"{key} present" if key in both else key
            return TemplateColumn(name, name, "flag", None, need.label, "Y or N", asked)
        case NeedKind.LEVEL:
            if key == "sex":
                return TemplateColumn("SEX", "sex", "", None, "sex", "M or F", asked)
            return TemplateColumn(key, key, "level", None, need.label, _levels(key), asked)
    if key == "age":
        return TemplateColumn("AGE", "age", "", None, "age at screening", FIRST[1][3], asked)
    if key.endswith(" baseline"):
        return None
    return _number(need, asked, both)


_DATE = "a date as 2020-12-31"


def _number(need: Need, asked: tuple[str, ...], both: frozenset[str]) -> TemplateColumn:
    stem, _, last = need.key.rpartition(" ")
    companion = last in COMPANIONS and bool(stem)
    found = entry(stem if companion and last in ("low", "high") else need.key)
    unit = need.unit.replace(" per ", "/") if need.unit else None
    if unit is None and found is not None and last != "count":
        unit = found.fields.get("default_unit") or found.fields.get("unit")
    name = f"{need.key} value" if need.key in both else need.key
    expected = f"a number in {unit}" if unit else "a number"
    formula = FORMULAS.get(found.fields.get("formula", "")) if found is not None else None
    if formula:
        expected += f"; or columns {formula}, and it is computed"
    header_ = f"{name} ({unit})" if unit and not any(sign in unit for sign in "()[]") else name
    return TemplateColumn(header_, name, "number", unit, need.label, expected, asked)


def _levels(key: str) -> str:
    found = entry(key)
    if found is not None and found.sort == "scale":
        return " or ".join(found.fields.get("levels", "").split("|")[:15])
    return "positive, negative, normal or abnormal"
