"""Reads the flat study fields of the legacy API: each field a list of texts, whose nesting is lost.

Lists of one group (the labels, types and descriptions of arms) belong together item by item only where they are of the
same length; where one is shorter, nobody can say which items lack a value, and the field is ambiguous.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from trialwright.core.errors import InputError
from trialwright.core.problem import Evidence, Severity
from trialwright.core.source import JsonPath
from trialwright.record.model import Json
from trialwright.record.provenance import Coverage, Line, Provenance
from trialwright.record.readers.gathered import Gathered
from trialwright.record.readers.legacy_json.links import linked
from trialwright.record.readers.legacy_json.pieces import KEPT, PIECES, RESULTS
from trialwright.record.readers.legacy_json.putting import put_piece
from trialwright.record.reading import Piece, Reading

_START = re.compile(
    r'\s*\{\s*(?:"Rank"\s*:\s*\d+\s*,\s*)?"(?:StudyFieldsResponse"\s*:\s*\{|[A-Z][A-Za-z0-9]+"\s*:\s*\[)'
)
UNALIGNED = "the lists of this group differ in length: which item a value belongs to is lost"
LINKS = ("ArmGroupInterventionName", "InterventionArmGroupLabel")
SOLVED = "the nesting is lost; the only table that gives both lists of links"
NOT_ASKED = "the answer holds no field of this module; it may not have been asked for"
NOT_HELD_NOTE = "the legacy API does not hold it"
NOT_HELD = (
    "statusModule.resultsWaived",
    "derivedSection.miscInfoModule.submissionTracking",
    "annotationSection",
)
NOT_HELD_BESIDE: Mapping[str, tuple[str, ...]] = {
    "contactsLocationsModule.locations": ("geoPoint", "countryCode"),
    "documentSection.largeDocumentModule.largeDocs": ("size",),
}
NESTED = "the nesting of this list is lost: which item of the outer list a value belongs to is not known"


def recognises(text: str) -> bool:
    """Whether the text is flat study fields of the legacy API, of one study or of several."""
    return _START.match(text[:2000]) is not None and '"protocolSection"' not in text[:2000]


def read(text: str) -> Reading:
    """The study in a text of flat fields. Raises InputError: READ-003 if it is no JSON, READ-004 if it holds no study,
    READ-005 if it holds several."""
    found = _studies(text)
    if len(found) > 1:
        raise InputError(
            "READ-005",
            f"the document holds {len(found)} studies",
            expected="one study",
            mend="commands that take several records read such a file whole; this one takes one record",
        )
    return _reading(found[0])


def read_each(text: str) -> Iterator[Piece]:
    """Every study in a text of flat fields. Raises InputError as `read` does where there is none at all."""
    found = _studies(text)
    for number, fields in enumerate(found, start=1):
        label = f"study {number}" if len(found) > 1 else ""
        try:
            yield Piece(label, json.dumps(fields, ensure_ascii=False), _reading(fields))
        except InputError as fault:
            yield Piece(label, "", None, fault)


def parsed(text: str) -> Any:
    """The JSON of a text. Raises InputError: READ-003 if it is none, READ-006 if it is nested too deeply."""
    try:
        return json.loads(text)
    except RecursionError as fault:
        raise InputError(
            "READ-006",
            "the JSON is nested too deeply to be a registry record",
            expected="an object of at most a few dozen levels",
            mend="check where the file came from",
        ) from fault
    except ValueError as fault:
        raise InputError(
            "READ-003",
            f"this looks like JSON but cannot be parsed: {fault}",
            expected="one complete JSON object",
            mend="the file may be cut off: fetch or save it again",
        ) from fault


def _studies(text: str) -> list[Mapping[str, Json]]:
    document = parsed(text)
    match document:
        case {"StudyFieldsResponse": {"StudyFields": list(studies)}} if studies:
            return [_object(each) for each in studies]
        case {"NCTId": _} | {"BriefTitle": _}:
            return [_object(document)]
    raise InputError(
        "READ-004",
        "this is JSON of the legacy API, but it holds no study",
        expected="study fields with an NCTId or a BriefTitle",
        mend="download the record itself",
    )


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {"": value}


def _reading(fields: Mapping[str, Json]) -> Reading:
    gathered = Gathered()
    texts: dict[str, list[str]] = {}
    strangers: list[Line] = []
    total = 0
    results: dict[str, Json] = {}
    for name, value in fields.items():
        items = value if isinstance(value, list) else [value]
        total += len(items)
        if name in PIECES and all(isinstance(item, str) for item in items):
            texts[name] = [item for item in items if item.strip()]
        elif name in KEPT:
            gathered.unmapped[name] = value
        elif name.startswith(RESULTS):
            results[name] = value
        else:
            gathered.unmapped[name] = value
            strangers += [Line(0, f"{name}: {str(item)[:200]}", None) for item in items]
    solved = _links(gathered, texts)
    for name, found in texts.items():
        if name not in solved:
            _put(gathered, name, found, texts)
    _has_results(gathered, texts, results)
    if results:
        _results(gathered, results)
    _absences(gathered, texts)
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


def _put(gathered: Gathered, name: str, found: Sequence[str], texts: Mapping[str, Sequence[str]]) -> None:
    """Put the list of one piece, where its items can be told to belong."""
    if not found:
        return
    path, form = PIECES[name]
    levels = path.count("[]")
    if levels == 0:
        if len(found) == 1:
            put_piece(gathered, path, form, found[0], JsonPath(f"{name}[0]"))
        else:
            _ambiguous(gathered, path, name, found, "the field holds several values where the record has one")
        return
    if levels == 1 and path.endswith("[]"):
        for index, text in enumerate(found):
            put_piece(gathered, path.replace("[]", f"[{index}]"), form, text, JsonPath(f"{name}[{index}]"))
        return
    outer = path.partition("[]")[0]
    count = _group_size(outer, texts)
    if levels == 1 and len(found) == count:
        for index, text in enumerate(found):
            put_piece(gathered, path.replace("[]", f"[{index}]"), form, text, JsonPath(f"{name}[{index}]"))
    elif levels == 2 and count == 1:
        inner = path.replace("[]", "[0]", 1)
        for index, text in enumerate(found):
            put_piece(gathered, inner.replace("[]", f"[{index}]"), form, text, JsonPath(f"{name}[{index}]"))
    else:
        field = path.rpartition("[].")[2] if levels == 1 else path.split("[].", 1)[1].rstrip("[]")
        _ambiguous(gathered, outer, name, found, UNALIGNED if levels == 1 else NESTED, field, count)


def _links(gathered: Gathered, texts: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Put the links of arms and interventions where they can be solved; the names of the pieces that this settles."""
    names, kinds = texts.get("InterventionName", ()), texts.get("InterventionType", ())
    arms = texts.get("ArmGroupLabel", ())
    if not arms or not names or len(names) != len(kinds):
        return ()
    shown = [f"{kind}: {name}" for kind, name in zip(kinds, names, strict=True)]
    table = linked(arms, shown, texts.get(LINKS[0], ()), texts.get(LINKS[1], ()))
    if table is None:
        return ()
    for arm, run in enumerate(table):
        for number, intervention in enumerate(sorted(run)):
            path = f"armsInterventionsModule.armGroups[{arm}].interventionNames[{number}]"
            gathered.put(path, shown[intervention], JsonPath(LINKS[0]), SOLVED)
    for intervention in range(len(names)):
        having = [arm for arm, run in enumerate(table) if intervention in run]
        for number, arm in enumerate(having):
            path = f"armsInterventionsModule.interventions[{intervention}].armGroupLabels[{number}]"
            gathered.put(path, arms[arm], JsonPath(LINKS[1]), SOLVED)
    return LINKS


def _group_size(outer: str, texts: Mapping[str, Sequence[str]]) -> int:
    """How many items a group has: the longest of its own lists."""
    return max(
        (len(found) for name, found in texts.items() if PIECES[name][0].startswith(f"{outer}[].")
         and PIECES[name][0].count("[]") == 1),
        default=0,
    )  # fmt: skip


def _ambiguous(
    gathered: Gathered, path: str, name: str, found: Sequence[str], why: str, field: str = "", count: int = 0
) -> None:
    """Keep every value as a reading of the field - of each item, for a group - and say why none is put."""
    where = JsonPath(name)
    for target in [f"{path}[{index}].{field}" for index in range(count)] if field else [path]:
        gathered.undecided(target, tuple(found), where, why)
    gathered.unmapped[name] = list(found)
    gathered.say(
        "READ-303",
        Severity.INFO if path.startswith("derivedSection") else Severity.WARNING,
        f"{name} has {len(found)} values for {count or 1}: {why}",
        f"{path}[].{field}" if field else path,
        tuple(Evidence.of(text, where) for text in found[:3]),
        expected="as many values as the group has items",
        mend="read the record from API v2 JSON or XML, which keep the nesting",
    )


def _results(gathered: Gathered, results: Mapping[str, Json]) -> None:
    gathered.unmapped.update(results)
    gathered.lost("resultsSection", "flat lists lose the nesting of results")
    gathered.say(
        "READ-304",
        Severity.INFO,
        f"{len(results)} fields of posted results are kept as flat lists: their nesting is lost, nothing is computed",
        "resultsSection",
        expected="results with groups, classes and categories",
        mend="read the record from API v2 JSON, which keeps the nesting",
    )


def _has_results(gathered: Gathered, texts: Mapping[str, Sequence[str]], results: Mapping[str, Json]) -> None:
    """Whether results are posted: known where their dates were asked for, or where they are there."""
    dates = [name for name in texts if name.startswith("ResultsFirst")]
    if results or any(texts[name] for name in dates):
        gathered.put("hasResults", True, JsonPath((*dates, *results)[0]), "results, or the day of their submission")
    elif dates:
        gathered.put("hasResults", False, JsonPath(dates[0]), "the field was asked for and is empty")
    else:
        gathered.lost(("hasResults", "resultsSection"), NOT_ASKED)


def not_held(gathered: Gathered) -> None:
    """Say what the legacy API does not have at all."""
    gathered.lost(NOT_HELD, NOT_HELD_NOTE)
    for path, names in NOT_HELD_BESIDE.items():
        for index in range(len(gathered.value(path) or ())):
            gathered.lost((f"{path}[{index}].{name}" for name in names), NOT_HELD_NOTE)


def _not_asked(gathered: Gathered, path: str) -> None:
    """Say that a field is lost, in each item where it lies in a list."""
    outer, _, inner = path.partition("[]")
    items = gathered.value(outer) if inner else None
    if isinstance(items, list) and items:
        within = inner.partition("[]")[0]
        gathered.lost((f"{outer}[{index}]{within}" for index in range(len(items))), NOT_ASKED)
    else:
        gathered.lost(outer, NOT_ASKED)


def _absences(gathered: Gathered, texts: Mapping[str, Sequence[str]]) -> None:
    """The answer holds only the fields that were asked for; with any piece of a module there, the module was asked."""
    if any(not found for found in texts.values()):  # empty lists are kept: what is not there was not asked for
        for name, (path, _) in PIECES.items():
            if name not in texts:
                _not_asked(gathered, path)
        return
    modules = {path.rpartition(".")[0].split(".")[0] for path, _ in (PIECES[name] for name in texts)}
    for name, (path, _) in PIECES.items():
        module = path.split(".")[0]
        if module not in modules and name not in texts:
            gathered.lost(module if not module.endswith("Section") else ".".join(path.split(".")[:2]), NOT_ASKED)
