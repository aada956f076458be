"""What the fields of a command are, as the docstring of its type says it: the help of its options."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
import typing
from collections.abc import Mapping
from typing import Any

_NAMED = re.compile(r"((?:`\w+`, )*`\w+`): ")
_ELSEWHERE = re.compile(r"(?:as in|Fields as in) `(?:events\.)?(\w+)`")
_LISTED = re.compile(r"(?:a word|words) of (?:\w+\.)*(CRITERIA|KINDS|MEANINGS)")
_LISTS = {
    "CRITERIA": "trialwright.conduct.safety.adverse",
    "KINDS": "trialwright.conduct.people.sites",
    "MEANINGS": "trialwright.conduct.people.signatures",
}


def said_of(kind: type[Any]) -> Mapping[str, str]:
    """What the docstring says of each field, by its name; of a field that is itself made of fields, those too.

    A sentence about fields begins with their names in backquotes and a colon: ``"`day`: trial day."``.
    """
    found: dict[str, str] = {}
    for hint in typing.get_type_hints(kind).values():
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            found |= said_of(hint)
    parts = _NAMED.split(" ".join((inspect.getdoc(kind) or "").split()))
    for names, text in zip(parts[1::2], parts[2::2], strict=True):
        for name in re.findall(r"\w+", names):
            found[name] = _elsewhere(text, name).strip().rstrip(".;,").replace("`", "").replace("None = ", "unknown = ")
    return {name: f"{_LISTED.sub(_words, text).rstrip('.')}." for name, text in found.items() if text}


def details_of(kind: type[Any]) -> str:
    """What the docstring says beyond its first paragraph and of no field, for the help of the whole command."""
    _, _, rest = (inspect.getdoc(kind) or "").partition("\n\n")
    return _NAMED.split(" ".join(rest.split()))[0].replace("`", "")


def _elsewhere(text: str, name: str) -> str:
    """The text itself, or what the type that it points to says of the field."""
    from trialwright.conduct.events import SCHEMAS

    pointed = _ELSEWHERE.match(text)
    kinds = [each for each in SCHEMAS if pointed is not None and each.__name__ == pointed[1]]
    return said_of(kinds[0]).get(name, text) if kinds else text


def _words(found: re.Match[str]) -> str:
    """The words of a list in place of its name in the program."""
    return ", ".join(getattr(importlib.import_module(_LISTS[found[1]]), found[1]))
