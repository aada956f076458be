"""Reads the full studies of the legacy API: nested as v2 is, under other names, and every value a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from trialwright.core.errors import InputError
from trialwright.core.problem import Evidence, Severity
from trialwright.core.source import JsonPath
from trialwright.record.model import Json
from trialwright.record.provenance import Coverage, Line, Provenance
from trialwright.record.readers.gathered import Gathered
from trialwright.record.readers.legacy_json.flat import not_held, parsed
from trialwright.record.readers.legacy_json.pieces import KEPT, PIECES
from trialwright.record.readers.legacy_json.putting import put_piece
from trialwright.record.reading import Piece, Reading

_START = re.compile(
    r'\s*\{\s*(?:"FullStudiesResponse"|"FullStudy"|"ProtocolSection"|"Study"\s*:\s*\{\s*"ProtocolSection"'
    r'|"Rank"\s*:\s*\d+\s*,\s*"Study")'
)
_RESULTS = "ResultsSection"
DEEPEST = 60


def recognises(text: str) -> bool:
    """Whether the text is a full study of the legacy API, or a response that holds several."""
    return _START.match(text[:2000]) is not None


def read(text: str) -> Reading:
    """The study in a text. Raises InputError: READ-003 if it is no JSON, READ-004 if it holds no study, READ-005 if it
    holds several."""
    found = _studies(text)
    if len(found) > 1:
        raise InputError(
            "READ-005",
            f"the document holds {len(found)} studies",
            expected="one study",
            mend="commands that take several records read such a file whole; this one takes one record",
        )
    return _reading(_study(found[0]))


def read_each(text: str) -> Iterator[Piece]:
    """Every study in a text. Raises InputError as `read` does where there is none at all."""
    found = _studies(text)
    for number, entry in enumerate(found, start=1):
        label = f"study {number}" if len(found) > 1 else ""
        try:
            study = _study(entry)
            yield Piece(label, json.dumps(study, ensure_ascii=False), _reading(study))
        except InputError as fault:
            yield Piece(label, "", None, fault)


def _studies(text: str) -> list[Json]:
    document = parsed(text)
    match document:
        case {"FullStudiesResponse": {"FullStudies": list(entries)}} if entries:
            return list(entries)
        case {"FullStudy": entry}:
            return [entry]
    return [document]


def _study(entry: Any) -> Mapping[str, Json]:
    match entry:
        case {"Study": {"ProtocolSection": dict()} as study} | ({"ProtocolSection": dict()} as study):
            return dict(study)
    raise InputError(
        "READ-004",
        "this is JSON of the legacy API, but it holds no study",
        expected="a Study with a ProtocolSection",
        mend="download the record itself",
    )


def _reading(study: Mapping[str, Json]) -> Reading:
    gathered = Gathered()
    strangers: list[Line] = []
    total = 0
    for way, name, indexes, value in _leaves(study):
        total += 1
        piece = PIECES.get(name)
        if piece is not None and isinstance(value, str) and piece[0].count("[]") == len(indexes):
            if value.strip():
                put_piece(gathered, _numbered(piece[0], indexes), piece[1], value, JsonPath(way))
        elif name in KEPT or way.startswith(_RESULTS):
            gathered.unmapped[way] = value
        else:
            gathered.unmapped[way] = value
            strangers.append(Line(0, f"{way}: {str(value)[:200]}", None))
    gathered.put("hasResults", _RESULTS in study, (), "by the section's presence")
    if _RESULTS in study:
        gathered.lost("resultsSection", "results of full studies are kept as they came, not in the shape of v2")
    not_held(gathered)
    if strangers:
        gathered.say(
            "READ-302",
            Severity.WARNING,
            f"{len(strangers)} of {total} values stand under names that the legacy API does not have, or are no texts; "
            "they are kept but not used",
            None,
            tuple(Evidence.of(line.text) for line in strangers[:5]),
            expected="the field names of the legacy API",
            mend="nothing to do, unless a name is misspelt",
        )
    coverage = Coverage(total - len(strangers), total, tuple(strangers))
    return Reading(
        gathered.study(), Provenance(gathered.entries), coverage, tuple(gathered.problems), gathered.unmapped
    )


def _leaves(study: Mapping[str, Json]) -> Iterator[tuple[str, str, tuple[int, ...], Json]]:
    """Every value with its way in the source, its name, and its place in each list that it lies in."""
    stack: list[tuple[str, str, tuple[int, ...], Json, int]] = [("", "", (), study, 0)]
    while stack:
        way, name, indexes, value, depth = stack.pop()
        if depth > DEEPEST:
            raise InputError(
                "READ-006",
                "the JSON is nested too deeply to be a registry record",
                expected="an object of at most a few dozen levels",
                mend="check where the file came from",
            )
        if isinstance(value, dict):
            below = [(f"{way}.{key}" if way else key, key, indexes, item, depth + 1) for key, item in value.items()]
            stack.extend(reversed(below))
        elif isinstance(value, list):
            items = [(f"{way}[{n}]", name, (*indexes, n), item, depth + 1) for n, item in enumerate(value)]
            stack.extend(reversed(items))
        elif value is not None:
            yield way, name, indexes, value


def _numbered(path: str, indexes: tuple[int, ...]) -> str:
    for index in indexes:
        path = path.replace("[]", f"[{index}]", 1)
    return path
