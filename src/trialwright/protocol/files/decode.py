"""Plain values of a protocol file as a protocol; every fault is found, each with its path and line."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from trialwright.core.errors import InputError
from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre, Dose
from trialwright.core.source import JsonPath, Location, Span
from trialwright.protocol.files.tree import Path, Tree

FAULTS_SHOWN = 20
_DOSE = re.compile(r"(?P<value>[-+]?[\d,]*\.?\d+(?:[eE][-+]?\d{1,3})?) (?P<unit>\S(?:.*\S)?)\Z", re.DOTALL)
_SPAN = re.compile(r"line (-?\d+):(-?\d+) to (-?\d+):(-?\d+)\Z")
_PER: dict[str, type[Amount] | type[AmountPerKg] | type[AmountPerSquareMetre]] = {
    "kg": AmountPerKg,
    "m2": AmountPerSquareMetre,
    "patient": Amount,
}


class _FaultError(ValueError):
    """A value that is not what its place asks for."""


def read_dose(text: str) -> Dose:
    """The dose that a text names. Raises ValueError where it names none.

    >>> read_dose("1,000,000 cells/kg")
    AmountPerKg(value=Decimal('1000000'), unit='cells')
    """
    found = _DOSE.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a dose")
    value = Decimal(found["value"].replace(",", ""))
    unit = found["unit"]
    for ending, kind in (("/kg", AmountPerKg), ("/m2", AmountPerSquareMetre)):
        if unit.endswith(ending) and unit != ending:
            return kind(value, unit.removesuffix(ending))
    return Amount(value, unit)


def _dose(value: Any) -> Dose:
    expected = 'a dose, as in "1,000,000 cells/kg", or value, unit and per (kg, m2 or patient)'
    if isinstance(value, str):
        try:
            return read_dose(value)
        except ValueError as fault:
            raise _FaultError(f"found {value!r}; expected {expected}") from fault
    if isinstance(value, dict) and set(value) == {"value", "unit", "per"} and value["per"] in _PER:
        try:
            return _PER[value["per"]](Decimal(str(value["value"]).replace(",", "")), str(value["unit"]))
        except (InvalidOperation, ValueError) as fault:
            raise _FaultError(f"found {value!r}; expected {expected}") from fault
    raise _FaultError(f"found {value!r}; expected {expected}")


def _location(value: Any) -> Location:
    if isinstance(value, str):
        if (found := _SPAN.match(value)) is not None:
            return Span(*(int(group) for group in found.groups()))
        if value.startswith("$."):
            return JsonPath(value[2:])
    raise _FaultError(f'found {value!r}; expected a place, as in "line 3:1 to 3:20" or "$.protocolSection"')


def _form(value: Any) -> Any:
    """The computable form of a criterion as it stands, once it has been read."""
    if not isinstance(value, str):
        return value
    from trialwright.protocol.eligibility.forms.checking import check_form

    try:
        check_form(value)
    except InputError as fault:
        raise _FaultError(f"{fault.message}; expected {fault.expected}; {fault.mend}") from fault
    return value


def _prepared(value: Any, path: Path, faults: list[tuple[Path, str]]) -> Any:
    """The values with doses and places made of their texts, which stand under fixed names."""
    if isinstance(value, list):
        return [_prepared(item, (*path, index), faults) for index, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made: dict[str, Any] = {}
    for name, item in value.items():
        here = (*path, name)
        reader = _reader(path, name)
        try:
            made[name] = reader(item) if reader and item is not None else _prepared(item, here, faults)
        except _FaultError as fault:
            faults.append((here, str(fault)))
            made[name] = None
    return made


def _reader(path: Path, name: str) -> Any:
    if name == "where" and path and "evidence" in path:
        return _location
    if name == "form" and path[:2] == ("eligibility", "criteria"):
        return _form
    if name == "volume" and path and path[-1] == "dosing":
        return _dose
    if name == "dose" and (path[:1] == ("dose_levels",) or "readings" in path):
        return _dose
    return None


def decode(tree: Tree) -> Any:
    """The protocol that the values of a file describe. Raises InputError DRAFT-010 with every fault and its line."""
    from pydantic import ValidationError

    from trialwright.protocol.files_schema import adapter, design_adapter

    faults: list[tuple[Path, str]] = []
    values = _prepared({key: item for key, item in tree.value.items() if key != "format"}, (), faults)
    design = values.get("design")
    if "design" in values:
        values["design"] = _design(design, design_adapter, faults)
    known = tuple(path for path, _ in faults)
    try:
        made = adapter().validate_python(values)
    except ValidationError as error:
        for path, message in _messages(error):
            if not any(path[: len(other)] == other or other[: len(path)] == path for other in known):
                faults.append((path, message))
        raise _refused(tree, faults) from error
    if faults:
        raise _refused(tree, faults)
    return made


def _messages(error: Any) -> list[tuple[Path, str]]:
    """Each of pydantic's findings as a path and a sentence."""
    found = error.errors(include_url=False, include_context=False)
    return [(tuple(each["loc"]), f"{_found(each)}{each['msg'][0].lower()}{each['msg'][1:]}") for each in found]


def _design(design: Any, adapters: Any, faults: list[tuple[Path, str]]) -> Any:
    from pydantic import ValidationError

    kind = design.get("kind") if isinstance(design, dict) else None
    known = adapters()
    if kind not in known:
        faults.append(
            (("design", "kind"), f"found {kind!r}; expected one of {', '.join(repr(name) for name in known)}")
        )
        return None
    try:
        return known[kind].validate_python(_one_arm(design))
    except ValidationError as error:
        faults.extend((("design", *path), message) for path, message in _messages(error))
        return None


def _one_arm(design: dict[str, Any]) -> dict[str, Any]:
    """An escalation within one arm names it once, under `arm`; each level gets it."""
    made = {
        name: _one_arm(item) if name in ("escalation", "comparison") and isinstance(item, dict) else item
        for name, item in design.items()
    }
    levels = made.get("levels")
    if "arm" in made and "arms" not in made and isinstance(levels, int) and 0 < levels <= 1000:
        made["arms"] = [made.pop("arm")] * levels
    return made


def _found(each: Any) -> str:
    value = each.get("input")
    if each["type"] in ("missing", "unexpected_keyword_argument", "extra_forbidden"):
        return ""
    return f"found {str(value)[:60]!r}; " if not isinstance(value, dict | list) else ""


def _refused(tree: Tree, faults: list[tuple[Path, str]]) -> InputError:
    rows = [
        f"line {tree.line(path)}, {written(path)}: {message}"
        for path, message in sorted(faults, key=lambda f: tree.line(f[0]))
    ]
    more = f"\n... and {len(rows) - FAULTS_SHOWN} more" if len(rows) > FAULTS_SHOWN else ""
    return InputError(
        "DRAFT-010",
        "the protocol file does not describe a protocol:\n" + "\n".join(rows[:FAULTS_SHOWN]) + more,
        expected="the fields that `trialwright draft` writes",
        mend="correct these lines; a fresh draft shows how each is written",
    )


def written(path: Path) -> str:
    """A path as it is written in messages.

    >>> written(("arms", 0, "label"))
    'arms[0].label'
    """
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return text.removeprefix(".") or "the file"
