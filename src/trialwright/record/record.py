"""The `Record`: a study, where its values came from, and what was found while reading it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any

from trialwright.core.problem import Problem
from trialwright.core.source import JsonPath, Location, Span
from trialwright.record.model import Json, Study, camel
from trialwright.record.provenance import Coverage, Entry, Presence, Provenance


class Rendering(StrEnum):
    """The form in which a record was found."""

    V2_JSON = "ClinicalTrials.gov API v2 JSON"
    PYTHON_LITERAL = "API v2 JSON printed as a Python literal"
    LEGACY_XML = "legacy public XML of ClinicalTrials.gov"
    LEGACY_FLAT_JSON = "flat study fields of the legacy API"
    LEGACY_FULL_JSON = "full studies of the legacy API"
    CSV_EXPORT = "table of search results, legacy or current"
    SAVED_HTML = "saved HTML of a page"
    CLASSIC_PAGE = "classic ClinicalTrials.gov page text"
    LABELLED_PAGE = "third-party page text with labels"
    UNLABELLED_PAGE = "third-party page text without labels"


@dataclass(frozen=True, slots=True)
class Origin:
    """The source of a record: its name as the user gave it, its rendering, the SHA-256 of its bytes (hex)."""

    name: str
    rendering: Rendering
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """One registry record as it was read.

    `unmapped` holds every value of the source that has no place in the model, by its path in the
    source, so that nothing is dropped.
    """

    study: Study
    provenance: Provenance
    origin: Origin
    coverage: Coverage
    problems: tuple[Problem, ...] = ()
    unmapped: Mapping[str, Json] = field(default_factory=dict)

    @property
    def nct_id(self) -> str | None:
        """The NCT number, `NCT` and eight digits, or None where the source shows none."""
        return self.study.protocol_section.identification_module.nct_id

    @property
    def title(self) -> str:
        """The brief title, else the official title, else a name made of the source's name."""
        names = self.study.protocol_section.identification_module
        return names.brief_title or names.official_title or f"untitled record in {self.origin.name}"

    def value(self, path: str) -> Any:
        """The value at a v2 path, or None (an empty tuple for a list) where there is none.

        Raises KeyError if the path names no field of the model.
        """
        return value_at(self.study, path)

    def presence(self, path: str) -> Presence:
        """Whether the field at a v2 path is present, absent, lost by the rendering, or ambiguous."""
        return self.entry(path).presence

    def entry(self, path: str) -> Entry:
        """What is known of the field at a v2 path; never None."""
        found = self.provenance.entries.get(path)
        if found is not None:
            return found
        value = self.value(path)
        if _is_empty(value):
            above = self.provenance.entry(path)
            if above is not None and above.presence in (Presence.LOST, Presence.AMBIGUOUS):
                return above
            return Entry(Presence.ABSENT)
        above = self.provenance.entry(path)
        if above is not None and above.presence is Presence.AMBIGUOUS:
            return above
        return Entry(Presence.PRESENT, above.where if above else (JsonPath(path),))

    def where(self, path: str) -> Location | None:
        """The first place in the source that the field at a v2 path came from, or None."""
        places = self.entry(path).where
        return places[0] if places else None

    def place_of(self, path: str, words: str) -> Location | None:
        """Where some words of the text at a v2 path stand: their own columns if they are found on one line of the
        source, else the line that holds them, else the field's first place."""
        places = self.entry(path).where
        value = self.value(path)
        lines = [line for line in value.split("\n") if line.strip()] if isinstance(value, str) else []
        if len(lines) != len(places):
            return places[0] if places else None
        wanted = words.rstrip("…").split("\n")[0].strip()
        for line, place in zip(lines, places, strict=True):
            at = line.find(wanted)
            if wanted and at >= 0:
                return _within(place, line, at, len(wanted))
        return places[0] if places else None


def _within(place: Location, line: str, at: int, length: int) -> Location:
    """The columns of words that begin at `at` in a line of the value, where the source's line reads the same."""
    if not isinstance(place, Span) or place.line != place.end_line:
        return place
    indent = len(line) - len(line.lstrip())
    if place.end_column - place.column == len(line.strip()):
        start = place.column + at - indent
        return Span(place.line, start, place.line, min(start + length, place.end_column))
    return place


def _is_empty(value: Any) -> bool:
    """Whether a value holds nothing: None, an empty text or list, or a module all of whose fields hold nothing."""
    if value is None or value == () or value == "":
        return True
    if is_dataclass(value) and not isinstance(value, type):
        return all(_is_empty(getattr(value, f.name)) for f in fields(value))
    return False


_INDEXES = re.compile(r"(?:\[[0-9]{1,9}\])+\Z")
"""Places in lists stand at the end of a name; other brackets belong to the name, which a record may have made up."""
_INDEX = re.compile(r"\[([0-9]+)\]")


def steps(path: str) -> Iterator[str | int]:
    """The steps of a v2 path.

    >>> list(steps("armGroups[0].label"))
    ['armGroups', 0, 'label']
    >>> list(steps("made up [by a record]"))
    ['made up [by a record]']
    """
    for name in path.split("."):
        indexes = _INDEXES.search(name)
        head = name if indexes is None else name[: indexes.start()]
        if head:
            yield head
        for index in _INDEX.findall(name, len(head)):
            yield int(index)


def value_at(study: Study, path: str) -> Any:
    """The value at a v2 path of a study; see `Record.value`."""
    value: Any = study
    for step in _kept_steps(path):
        if value is None:
            return None
        if isinstance(step, int):
            value = value[step] if step < len(value) else None
        elif (attributes := _attributes(value.__class__)) is None:
            value = value.get(step)
        elif (attribute := attributes.get(step)) is not None:
            value = getattr(value, attribute)
        else:
            raise KeyError(f"{path}: {type(value).__name__} has no field {step!r}")
    return value


@lru_cache(maxsize=4096)
def _kept_steps(path: str) -> tuple[str | int, ...]:
    return tuple(steps(path))


@cache
def _attributes(cls: Any) -> Mapping[str, str] | None:
    """The attributes of a part of the model by their v2 names; None of a mapping, whose keys are its names."""
    return None if issubclass(cls, Mapping) else {name: attribute for attribute, name in _names(cls)}


@cache
def _names(cls: Any) -> tuple[tuple[str, str], ...]:
    """The attributes of a part of the model with their v2 names."""
    return tuple((f.name, camel(f.name)) for f in fields(cls))


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a study that is there, with its v2 path, in the order of the model."""
    if is_dataclass(value) and not isinstance(value, type):
        for attribute, name in _names(value.__class__):
            yield from leaves(getattr(value, attribute), f"{path}.{name}" if path else name)
    elif isinstance(value, tuple | list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}.{key}" if path else str(key))
    elif value is not None:
        yield path, value
