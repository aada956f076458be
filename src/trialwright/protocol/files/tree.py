"""Reads the text of a protocol file into plain values, each with its line, and refuses hostile YAML."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from trialwright.core.errors import InputError

SIZE_LIMIT = 8_000_000
"""Characters of a protocol file at most; a real one has some hundred thousand."""
DEPTH_LIMIT = 40
VALUE_LIMIT = 300_000

Path = tuple[str | int, ...]
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    ".inf": float("inf"),
    "-.inf": float("-inf"),
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}


@dataclass(frozen=True, slots=True)
class Tree:
    """The plain values of a file, and the line (counted from 1) on which each begins, by its path."""

    value: Any
    lines: dict[Path, int]

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest one around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


@dataclass(slots=True)
class _Open:
    """A mapping or a list that is being read."""

    value: Any
    path: Path
    key: str | None = None
    keys: set[str] = field(default_factory=set)


def scalar(text: str, *, plain: bool) -> Any:
    """The value of a YAML scalar: quoted text is text; plain text may be a number, a truth value or nothing.

    >>> scalar("3", plain=True), scalar("3", plain=False), scalar("no", plain=True)
    (3, '3', 'no')
    """
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text) and len(text) < 20:
        return int(text)
    if _FLOAT.match(text) and len(text) < 40:
        return float(text)
    return text


def read_tree(text: str) -> Tree:
    """The values of a YAML text. Raises InputError (DRAFT-001 to DRAFT-006) with the line of the fault."""
    if len(text) > SIZE_LIMIT:
        raise InputError(
            "DRAFT-001",
            f"the protocol file has {len(text):,} characters",
            expected=f"at most {SIZE_LIMIT:,}",
            mend="give a protocol file that `trialwright draft` wrote",
        )
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _build(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise InputError(
            "DRAFT-002",
            f"{where}{fault.problem or 'this is not YAML'}",
            expected="a YAML document",
            mend="mend the line; indent with blanks, and put texts with a colon in quotes",
        ) from fault
    except (YAMLError, ValueError, RecursionError) as fault:
        said = str(fault).splitlines()[0] if str(fault) else "this is not YAML"
        raise InputError("DRAFT-002", said, expected="a YAML document", mend="give a protocol file in UTF-8") from fault


def _refuse(code: str, line: int, found: str, expected: str) -> InputError:
    return InputError(
        code, f"line {line}: {found}", expected=expected, mend="write the values out, as `trialwright draft` does"
    )


def _build(events: Any) -> Tree:
    lines: dict[Path, int] = {}
    stack: list[_Open] = []
    root: list[Any] = []
    for event in events:
        name = type(event).__name__
        line = event.start_mark.line + 1
        if name == "AliasEvent":
            raise _refuse("DRAFT-003", line, "an alias (*name) stands for a value elsewhere", "no aliases")
        if name in ("MappingEndEvent", "SequenceEndEvent"):
            stack.pop()
        if name not in ("ScalarEvent", "MappingStartEvent", "SequenceStartEvent"):
            continue
        if event.anchor is not None:
            raise _refuse("DRAFT-003", line, f"an anchor (&{event.anchor}) names a value", "no anchors")
        if name == "ScalarEvent":
            value: Any = scalar(event.value, plain=event.style is None and _untagged(event, line))
        else:
            _untagged(event, line)
            value = {} if name == "MappingStartEvent" else []
        if stack and isinstance(stack[-1].value, dict) and stack[-1].key is None:
            _key(stack[-1], event, value, line)
            continue
        path = _place(stack, root, value)
        lines[path] = line
        if len(lines) > VALUE_LIMIT or len(stack) > DEPTH_LIMIT:
            raise _refuse(
                "DRAFT-004",
                line,
                "too many values, or values within values too deep",
                f"at most {VALUE_LIMIT:,} values, {DEPTH_LIMIT} deep",
            )
        if name != "ScalarEvent":
            stack.append(_Open(value, path))
    if len(root) != 1 or not isinstance(root[0], dict):
        raise InputError(
            "DRAFT-005",
            "the protocol file is not a list of named values",
            expected="a YAML mapping",
            mend="give a protocol file that `trialwright draft` wrote",
        )
    return Tree(root[0], lines)


def _untagged(event: Any, line: int) -> bool:
    tag = getattr(event, "tag", None)
    if tag is not None and str(tag) not in ("None", "!"):
        raise _refuse("DRAFT-003", line, f"a tag ({tag}) asks for a type", "no tags")
    return True


def _key(top: _Open, event: Any, value: Any, line: int) -> None:
    if type(event).__name__ != "ScalarEvent":
        raise _refuse("DRAFT-006", line, "a list or mapping stands where a name is meant", "a name and a colon")
    if event.value in top.keys:
        raise _refuse("DRAFT-006", line, f"the name {event.value!r} stands twice", "each name once")
    top.keys.add(event.value)
    top.key = event.value


def _place(stack: list[_Open], root: list[Any], value: Any) -> Path:
    if not stack:
        root.append(value)
        return ()
    top = stack[-1]
    if isinstance(top.value, dict):
        name = str(top.key)
        top.value[name] = value
        top.key = None
        return (*top.path, name)
    top.value.append(value)
    return (*top.path, len(top.value) - 1)
