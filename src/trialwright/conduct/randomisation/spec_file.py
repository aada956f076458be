"""A specification as a YAML text that people read, write and sign."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from trialwright.conduct.randomisation.methods import (
    Blocks,
    Factor,
    Measure,
    Method,
    Minimisation,
    Override,
    Simple,
)
from trialwright.conduct.randomisation.spec import FORMAT, Specification
from trialwright.core.errors import InputError

_KEYS = {"format", "trial", "arms", "ratio", "open_label", "factors", "method"}
_METHODS = {
    "simple": {"kind"},
    "blocks": {"kind", "sizes"},
    "minimisation": {"kind", "measure", "probability", "weights", "overall"},
}


def read_spec(text: str) -> Specification:
    """The specification that a YAML text declares. Every key must be there: nothing is filled in.

    Raises InputError RAND-016 if it is not one, UsageError (RAND-001 to RAND-007) if it is refused.
    """
    from trialwright.protocol.files.tree import read_tree

    try:
        found = read_tree(text).value
    except InputError as fault:
        raise _refused(fault.message) from fault
    found = _mapping("the file", found, _KEYS, {"override"})
    if found["format"] != FORMAT:
        raise _refused(f"format is {found['format']!r}; {FORMAT!r} is needed")
    factors = tuple(_factor(each) for each in _listed("factors", found["factors"]))
    signed = found.get("override")
    return Specification(
        _text("trial", found["trial"]),
        tuple(_text("arms", each) for each in _listed("arms", found["arms"])),
        tuple(_whole("ratio", each) for each in _listed("ratio", found["ratio"])),
        _truth("open_label", found["open_label"]),
        factors,
        _method(found["method"], factors),
        None if signed is None else _override(signed),
    )


def write_spec(spec: Specification) -> str:
    """The YAML text of a specification; `read_spec` gives the same specification back."""
    import json

    def quoted(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    lines = [f"format: {FORMAT}", f"trial: {quoted(spec.trial)}", f"arms: {quoted(list(spec.arms))}"]
    lines += [f"ratio: {quoted(list(spec.ratio))}", f"open_label: {quoted(spec.open_label)}"]
    lines += ["factors:" if spec.factors else "factors: []"]
    for factor in spec.factors:
        lines += [f"- name: {quoted(factor.name)}", f"  levels: {quoted(list(factor.levels))}"]
    lines.append("method:")
    match spec.method:
        case Simple():
            lines.append("  kind: simple")
        case Blocks(sizes=sizes):
            lines += ["  kind: blocks", f"  sizes: {quoted(list(sizes))}"]
        case Minimisation() as method:
            lines += ["  kind: minimisation", f"  measure: {method.measure.value}"]
            lines += [f"  probability: {quoted(str(method.probability))}"]
            weights = {factor.name: weight for factor, weight in zip(spec.factors, method.weights, strict=True)}
            lines += [f"  weights: {quoted(weights)}", f"  overall: {method.overall}"]
    if spec.override is not None:
        lines += ["override:", f"  reason: {quoted(spec.override.reason)}", f"  by: {quoted(spec.override.by)}"]
        lines.append(f"  on: {quoted(spec.override.on)}")
    return "\n".join(lines) + "\n"


def _refused(found: str) -> InputError:
    return InputError(
        "RAND-016",
        f"this is not the specification of a randomisation: {found}",
        expected="format, trial, arms, ratio, open_label, factors and method, each stated; override only where signed",
        mend="write what is missing; ratio, factors and block sizes are decided by people and have no default",
    )


def _mapping(where: str, value: Any, needed: set[str], allowed: set[str] | None = None) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refused(f"{where} is not a mapping of names to values")
    missing, strange = sorted(needed - value.keys()), sorted(value.keys() - needed - (allowed or set()))
    if missing or strange:
        said = [f"{where} does not say {name}" for name in missing] + [f"{where} says {name}" for name in strange]
        raise _refused("; ".join(said))
    return value


def _listed(where: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _refused(f"{where} is not a list" + (" (an empty one is written [])" if value is None else ""))
    return value


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _refused(f"{where}: {value!r} is not text; put it in quotes")
    return value


def _whole(where: str, value: Any) -> int:
    if type(value) is not int:
        raise _refused(f"{where}: {value!r} is not a whole number")
    return value


def _truth(where: str, value: Any) -> bool:
    if type(value) is not bool:
        raise _refused(f"{where}: {value!r} is neither true nor false")
    return value


def _factor(value: Any) -> Factor:
    found = _mapping("a factor", value, {"name", "levels"})
    name = _text("name of a factor", found["name"])
    return Factor(
        name, tuple(_text(f"levels of {name}", each) for each in _listed(f"levels of {name}", found["levels"]))
    )


def _method(value: Any, factors: tuple[Factor, ...]) -> Method:
    kind = value.get("kind") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in _METHODS:
        raise _refused(f"the kind of the method is {kind!r}; it is one of {', '.join(_METHODS)}")
    found = _mapping("method", value, _METHODS[kind])
    if kind == "simple":
        return Simple()
    if kind == "blocks":
        return Blocks(tuple(_whole("sizes", each) for each in _listed("sizes", found["sizes"])))
    if found["measure"] not in {each.value for each in Measure}:
        raise _refused(f"measure: {found['measure']!r} is not one of {', '.join(each.value for each in Measure)}")
    weights = _mapping("weights", found["weights"], {factor.name for factor in factors})
    return Minimisation(
        Measure(found["measure"]),
        _fraction(found["probability"]),
        tuple(_whole(f"weight of {factor.name}", weights[factor.name]) for factor in factors),
        _whole("overall", found["overall"]),
    )


def _fraction(value: Any) -> Fraction:
    try:
        if isinstance(value, bool) or len(str(value)) > 20:
            raise ValueError(value)
        return Fraction(str(value))  # a plain 0.8 has been read as a float, whose shortest text is what was written
    except (ValueError, ZeroDivisionError) as fault:
        raise _refused(f"probability: {value!r} is not a fraction such as 4/5") from fault


def _override(value: Any) -> Override:
    found = _mapping("override", value, {"reason", "by", "on"})
    return Override(*(_text(f"{name} of the override", found[name]) for name in ("reason", "by", "on")))
