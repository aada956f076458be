"""Makes parsed values plain: only what JSON has, and only characters and numbers that a file can hold."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from trialwright.core.errors import InputError
from trialwright.core.problem import Problem, Severity

DEEPEST = 60


def plain_values(document: Any) -> tuple[Any, tuple[Problem, ...]]:
    """The document with nothing in it but text, finite numbers, truth values, None, lists and mappings by text.

    Halves of characters and NUL become U+FFFD, and a Problem says so; any other value becomes its printed form. The
    document must not be nested deeper than `check_depth` allows.
    """
    changed: list[str] = []
    made = _plain(document, changed)
    if not changed:
        return made, ()
    problem = Problem(
        "READ-014",
        Severity.WARNING,
        f"the file holds {len(changed)} texts with NUL or with halves of characters; each was replaced by U+FFFD",
        expected="text without control characters",
        mend="save the file again from its source",
    )
    return made, (problem,)


def _plain(value: Any, changed: list[str]) -> Any:
    match value:
        case None | bool() | int():
            return value
        case str():
            return _text(value, changed)
        case float():
            return value if math.isfinite(value) else str(value)
        case dict():
            return {_text(str(key), changed): _plain(item, changed) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, changed) for item in value]
    return repr(value)


def _text(text: str, changed: list[str]) -> str:
    made = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\x00", "\ufffd")
    if made != text:
        changed.append(made)
    return made


def check_depth(document: Any) -> None:
    """Raises InputError (READ-006) if values are nested too deeply to be a registry record."""
    level = [document]
    for _ in range(DEEPEST):
        level = [item for value in level for item in _below(value)]
        if not level:
            return
    raise InputError(
        "READ-006",
        "the record is nested too deeply",
        expected=f"at most {DEEPEST} levels",
        mend="check where the file came from",
    )


def _below(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list | tuple | set | frozenset):
        yield from value
