"""Gathers what a reader finds: values by v2 path, with where each came from, what is lost, and the problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import Any

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.core.source import Location
from trialwright.record.model import Json, Study
from trialwright.record.provenance import Entry, Presence
from trialwright.record.record import steps
from trialwright.record.structure import study_type
from trialwright.record.terms import Terms, code_of

PROTOCOL = "protocolSection."
Where = Location | None | tuple[Location, ...]


class Gathered:
    """A study being put together. Paths are v2 paths; those that name no section lie in `protocolSection`."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.problems: list[Problem] = []
        self.unmapped: dict[str, Json] = {}
        self._document: dict[str, Any] = {}

    def put(self, path: str, value: Json, where: Where = (), note: str = "", readings: tuple[str, ...] = ()) -> None:
        """Set the value of a field; with readings, it is ambiguous."""
        path = full(path)
        self._set(path, value)
        presence = Presence.AMBIGUOUS if readings else Presence.PRESENT
        self.entries[path] = Entry(presence, _places(where), readings, note)

    def undecided(self, path: str, readings: Iterable[str], where: Where, note: str, value: Json = None) -> None:
        """Say that a field has several readings; the field stays empty unless a value is given."""
        path = full(path)
        if value is not None:
            self._set(path, value)
        self.entries[path] = Entry(Presence.AMBIGUOUS, _places(where), tuple(readings), note)

    def absent(self, path: str, where: Where, note: str) -> None:
        """Say that the source states that a field has no value."""
        self.entries[full(path)] = Entry(Presence.ABSENT, _places(where), (), note)

    def lost(self, paths: str | Iterable[str], note: str) -> None:
        """Say that this rendering drops fields; nothing is said of those that have an entry already."""
        for path in (paths,) if isinstance(paths, str) else paths:
            self.entries.setdefault(full(path), Entry(Presence.LOST, (), (), note))

    def has(self, path: str) -> bool:
        """Whether anything has been said of the field at this very path."""
        return full(path) in self.entries

    def value(self, path: str) -> Json:
        """The value that was put at a path, or None."""
        node: Any = self._document
        for step in _way(full(path)):
            try:
                node = node[step]
            except (KeyError, IndexError, TypeError):
                return None
        return node

    def term(self, path: str, text: str, terms: Terms, where: Where = (), *, code: str = "READ-106") -> None:
        """Set an enumerated field from a label or a code; a term that nobody has listed is kept and reported."""
        found = code_of(text, terms)
        self.put(path, found or text, where)
        if found is None:
            self.say(
                code,
                Severity.WARNING,
                f"{text!r} is not a known term for this field; it is kept, and nothing is concluded from it",
                path,
                (Evidence.of(text, *_places(where)[:1]),),
                expected=", ".join(terms),
                mend="check the spelling in the source",
            )

    def say(
        self,
        code: str,
        severity: Severity,
        message: str,
        path: str | None = None,
        evidence: tuple[Evidence, ...] = (),
        expected: str = "",
        mend: str = "",
    ) -> None:
        """Report a problem."""
        self.problems.append(Problem(code, severity, message, full(path) if path else None, evidence, expected, mend))

    def study(self) -> Study:
        """The study, list items that nothing was said of empty."""
        return study_type().validate_python(_without_gaps(self._document))

    def _set(self, path: str, value: Json) -> None:
        node: Any = self._document
        way = _way(path)
        for step, following in pairwise(way):
            fresh: Any = [] if isinstance(following, int) else {}
            if isinstance(step, int):
                while len(node) <= step:
                    node.append(None)
                node[step] = fresh if node[step] is None else node[step]
                node = node[step]
            else:
                node = node.setdefault(step, fresh)
        last = way[-1]
        if isinstance(last, int):
            while len(node) <= last:
                node.append(None)
        node[last] = value


@lru_cache(maxsize=8192)
def _way(path: str) -> tuple[str | int, ...]:
    return tuple(steps(path))


def full(path: str) -> str:
    """A path with its section."""
    head = path.split(".", 1)[0]
    return path if head.endswith("Section") or head == "hasResults" else PROTOCOL + path


def _places(where: Where) -> tuple[Location, ...]:
    return where if isinstance(where, tuple) else () if where is None else (where,)


def _without_gaps(value: Any) -> Any:
    """The document with list items that nothing was said of as empty objects."""
    if isinstance(value, Mapping):
        return {key: _without_gaps(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [{} if item is None else _without_gaps(item) for item in value]
    return value


def registry_of(gathered: Gathered, study_type: str, where: Where) -> None:
    """Whether the study is a patient registry, from a study type such as `Observational [Patient Registry]`."""
    path = "designModule.patientRegistry"
    if "registry" in study_type.casefold():
        gathered.put(path, True, where, "said in the study type")
    elif study_type.casefold().startswith("observational"):
        note = "the study type says nothing of a registry"
        gathered.undecided(path, ("False", "not stated"), where, note, False)
