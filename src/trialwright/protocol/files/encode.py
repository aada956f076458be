"""A protocol as plain values in the order in which a person reads a protocol file."""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre, Dose
from trialwright.core.source import JsonPath, Span
from trialwright.protocol.arms import Arm
from trialwright.protocol.dosing import Dosing
from trialwright.protocol.files.decode import read_dose
from trialwright.protocol.kinds import DltDefinition, Escalation
from trialwright.protocol.protocol import Enrolment, Protocol

FORMAT = "trialwright protocol, version 1"
ORDER = (
    "record",
    "assumptions",
    "supplied",
    "enrolment",
    "design",
    "truth",
    "dose_levels",
    "dlt",
    "masking",
    "arms",
    "eligibility",
    "outcomes",
    "proposed_outcomes",
    "schedule",
    "problems",
)
SHOWN: dict[type, tuple[str, ...]] = {
    Arm: ("size",),
    Dosing: ("administrations", "days", "route", "volume"),
    Escalation: ("cohort_size", "dlt_window", "target_n"),
    Enrolment: ("count", "type"),
    DltDefinition: ("window",),
}
"""Fields that are written even where they are not stated, because a person may want to supply them."""
_LARGEST = 40


def encode(protocol: Protocol) -> dict[str, Any]:
    """The protocol as plain values; what equals its default and nobody would supply is left out."""
    whole: dict[str, Any] = {"format": FORMAT}
    values = _dataclass(protocol)
    whole.update((name, values[name]) for name in ORDER if name in values)
    return whole


def write_dose(dose: Dose) -> str | dict[str, str]:
    """The dose as a person writes it, or as its parts where that text would be read as another dose.

    >>> from decimal import Decimal
    >>> write_dose(AmountPerKg(Decimal("1E+6"), "cells"))
    '1,000,000 cells/kg'
    """
    if dose.value == 0 or -_LARGEST < dose.value.adjusted() < _LARGEST:
        text = str(dose)
        try:
            if read_dose(text) == dose and "\n" not in text:
                return text
        except ValueError:
            pass
    per = {Amount: "patient", AmountPerKg: "kg", AmountPerSquareMetre: "m2"}[type(dose)]
    return {"value": str(dose.value), "unit": dose.unit, "per": per}


def _dataclass(value: Any) -> dict[str, Any]:
    shown = SHOWN.get(type(value), ())
    found: dict[str, Any] = {}
    for field in fields(value):
        item = getattr(value, field.name)
        default = field.default if field.default is not MISSING else MISSING
        if (
            default is not MISSING
            and field.name not in (*shown, "kind")
            and item == default
            and type(item) is type(default)
        ):
            continue
        found[field.name] = plain(item)
    if isinstance(value, Escalation) and value.levels == len(value.arms) > len(set(value.arms)) == 1:
        found = {
            ("arm" if name == "arms" else name): (value.arms[0] if name == "arms" else item)
            for name, item in found.items()
        }
    return {"kind": found["kind"], **found} if "kind" in found else found


def plain(value: Any) -> Any:
    """A value of a protocol as text, number, truth value, list or mapping."""
    match value:
        case Amount() | AmountPerKg() | AmountPerSquareMetre():
            return write_dose(value)
        case Span():
            return f"line {value.line}:{value.column} to {value.end_line}:{value.end_column}"
        case JsonPath():
            return f"$.{value.path}"
        case Enum():
            return value.value
        case Decimal():
            return str(value)
        case tuple():
            return [plain(item) for item in value]
        case _ if is_dataclass(value):
            return _dataclass(value)
        case _:
            return value
