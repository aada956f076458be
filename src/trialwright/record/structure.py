"""From plain v2 JSON values to a `Study`, keeping whatever does not fit.

A value of the wrong type or under an unknown key never stops the reading: it is set aside with its path,
a Problem names it, and the rest is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.core.source import JsonPath
from trialwright.record.model import Json, Study
from trialwright.record.plain_values import check_depth
from trialwright.record.provenance import Coverage, Line, Provenance
from trialwright.record.reading import Reading
from trialwright.record.record import leaves
from trialwright.record.terms import FIELD_TERMS, Terms

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_ROUNDS = 8


@cache
def study_type() -> TypeAdapter[Study]:
    """The pydantic adapter that reads and writes a `Study` under its v2 names."""
    from pydantic import TypeAdapter

    return TypeAdapter(Study)


def study_of(document: Mapping[str, Json]) -> Reading:
    """The study in one v2 JSON object, with what did not fit set aside in `unmapped`.

    Raises InputError (READ-006) if that is nested too deeply.
    """
    from pydantic import ValidationError

    unmapped: dict[str, Json] = {}
    problems: list[Problem] = []
    work: Any = document
    study: Study | None = None
    for _ in range(_ROUNDS):
        try:
            study = study_type().validate_python(work)
            break
        except ValidationError as faults:
            errors = faults.errors(include_url=False, include_context=False)
            if work is document:
                check_depth(document)
                work = _copied(document)
            for error in sorted(errors, key=lambda e: _reversed_order(e["loc"])):
                _set_aside(work, error["loc"], error["type"], unmapped, problems)
    if study is None:  # a value broken in more ways than the rounds allow: keep everything, read nothing
        unmapped[""], work = document, {}
        study = Study()
    mapped = _count_and_check(work, _trie(), "", problems)
    left = [
        (f"{path}{'.' if path and sub and sub[0] != '[' else ''}{sub}", value)
        for path, held in unmapped.items()
        for sub, value in leaves(held)
    ]
    lines = tuple(Line(0, f"{path}: {str(value)[:200]}", None) for path, value in left)
    coverage = Coverage(mapped, mapped + len(left), lines)
    return Reading(study, Provenance(), coverage, tuple(problems), unmapped)


def _reversed_order(loc: tuple[int | str, ...]) -> tuple[Any, ...]:
    """A key that sorts later list items first, so that taking one out does not move the others."""
    return tuple((-step, "") if isinstance(step, int) else (0, step) for step in loc)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _copied(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(item) for item in value]
    return value


def _path(loc: tuple[int | str, ...]) -> str:
    text = ""
    for step in loc:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else step)
    return text


def _set_aside(
    work: Any, loc: tuple[int | str, ...], fault: str, unmapped: dict[str, Json], problems: list[Problem]
) -> None:
    """Move the value at `loc` out of the document and say so."""
    holder = work
    for step in loc[:-1]:
        try:
            holder = holder[step]
        except (KeyError, IndexError, TypeError):
            return
    last = loc[-1] if loc else None
    try:
        value = holder.pop(last)
    except (KeyError, IndexError, TypeError, AttributeError):
        return
    path = _path(loc)
    unmapped[path] = value
    quote = Evidence.of(str(value)[:400], JsonPath(path))
    if fault in ("unexpected_keyword_argument", "extra_forbidden"):
        problems.append(
            Problem(
                "READ-010",
                Severity.INFO,
                f"{path} is not a field of the ClinicalTrials.gov v2 data model; it is kept as it came",
                path,
                (quote,),
                expected="a field of the data model",
                mend="nothing to do, unless the name is misspelt",
            )
        )
    else:
        problems.append(
            Problem(
                "READ-011",
                Severity.WARNING,
                f"{path} holds a value of the wrong type; it is kept as it came and not used",
                path,
                (quote,),
                expected=fault.replace("_", " "),
                mend="correct the value in the source",
            )
        )


@cache
def _trie() -> Mapping[str, Any]:
    """The enumerated fields as nested names: each leaf is the terms that its field takes."""
    root: dict[str, Any] = {}
    for path, terms in FIELD_TERMS.items():
        *above, last = path.split(".")
        node = root
        for name in above:
            node = node.setdefault(name, {})
        node[last] = _Leaf(terms)
    return root


@dataclass(frozen=True, slots=True)
class _Leaf:
    terms: Terms


_NONE: Mapping[str, Any] = {}


def _count_and_check(value: Any, node: Any, path: str, problems: list[Problem]) -> int:
    """How many leaf values there are; enumerated ones that hold a term nobody has listed become Problems."""
    if node is _NONE:
        return _count(value)
    if isinstance(value, dict):
        below = node if isinstance(node, dict) else _NONE
        total = 0
        for key, item in value.items():
            if (listed := below.get(key)) is None:
                total += _count(item)
            else:
                total += _count_and_check(item, listed, f"{path}.{key}" if path else key, problems)
        return total
    if isinstance(value, list | tuple):
        return sum(_count_and_check(item, node, f"{path}[{i}]", problems) for i, item in enumerate(value))
    if value is None:
        return 0
    if isinstance(node, _Leaf) and isinstance(value, str) and value not in node.terms:
        problems.append(
            Problem(
                "READ-012",
                Severity.WARNING,
                f"{value!r} is not a known term for {path}; it is kept, and nothing is concluded from it",
                path,
                (Evidence.of(value, JsonPath(path)),),
                expected=", ".join(node.terms),
                mend="check the spelling in the source; a new term of the registry needs a new version",
            )
        )
    return 1


def _count(value: Any) -> int:
    """How many leaf values there are, where none of them is an enumerated one."""
    if isinstance(value, str):
        return 1
    if isinstance(value, dict):
        return sum(map(_count, value.values()))
    if isinstance(value, list | tuple):
        return sum(map(_count, value))
    return int(value is not None)


def plain(study: Study) -> dict[str, Json]:
    """The study as v2 JSON: plain values under their v2 names, in the order of the model, empty ones left out."""
    value = study_type().dump_python(study, by_alias=True, exclude_defaults=True, mode="json")
    assert isinstance(value, dict)
    return value
