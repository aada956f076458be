"""Reads ClinicalTrials.gov API v2 JSON: one study object, or a page or list that holds exactly one."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from trialwright.core.errors import InputError
from trialwright.record.plain_values import check_depth, plain_values
from trialwright.record.readers.legacy_json import flat, full
from trialwright.record.reading import Piece, Reading
from trialwright.record.structure import study_of

SECTIONS = ("protocolSection", "derivedSection", "resultsSection", "hasResults", "documentSection", "annotationSection")


_NO_CHARACTER = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")  # NUL, or perhaps half a character


def recognises(text: str) -> bool:
    """Whether the text is a JSON object or list, but for the legacy API's; whether a study is in it `read` says."""
    head = text.lstrip()[:4]
    if head[:1] not in ("{", "[") or head.startswith(("{'", "[{'")):
        return False
    return not (flat.recognises(text) or full.recognises(text))


def read(text: str) -> Reading:
    """The study in a JSON text.

    Raises InputError: READ-003 if the text is no JSON, READ-004 if it holds no study, READ-005 if it holds
    several.
    """
    return _reading(the_study_in(_parsed(text)), text)


def read_each(text: str) -> Iterator[Piece]:
    """Every study in a JSON text that holds a page or a list of them, or the one that it holds.

    Raises InputError: READ-003 if the text is no JSON, READ-004 if it holds no study at all.
    """
    document = _parsed(text)
    match document:
        case {"studies": list(studies)} | list(studies) if len(studies) > 1:
            for number, study in enumerate(studies, start=1):
                label = f"study {number}"
                try:
                    part = json.dumps(study, ensure_ascii=False)
                    yield Piece(label, part, _reading(the_study_in(study), part))
                except InputError as fault:
                    yield Piece(label, "", None, fault)
        case _:
            yield Piece("", text, _reading(the_study_in(document), text))


def _parsed(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=str, parse_float=_number)
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
            expected="one complete JSON object with a protocolSection",
            mend="the file may be cut off: fetch or save it again",
        ) from fault


def _reading(study: dict[str, Any], text: str) -> Reading:
    if _NO_CHARACTER.search(text):
        check_depth(study)
        study, problems = plain_values(study)
        reading = study_of(study)
        return replace(reading, problems=(*problems, *reading.problems))
    return study_of(study)


def _number(text: str) -> float | str:
    """A number as JSON writes it; one that no float can hold stays text."""
    value = float(text)
    return value if math.isfinite(value) else text


def the_study_in(document: Any) -> dict[str, Any]:
    """The one study object in a parsed document. Raises InputError as `read` does."""
    match document:
        case {"study": {"protocolSection": {}} as study}:  # a record.json of this program
            return _checked(study)
        case {"studies": [study]} | [study]:
            return the_study_in(study)
        case {"studies": list(studies)} | list(studies) if len(studies) != 1:
            raise InputError(
                "READ-005" if studies else "READ-004",
                f"the document holds {len(studies)} studies",
                expected="one study",
                mend="give a folder of records, one study to a file",
            )
        case {"protocolSection": {}}:
            return _checked(document)
    raise InputError(
        "READ-004",
        "this is JSON, but it holds no registry record",
        expected="an object with a protocolSection, as the ClinicalTrials.gov API v2 gives it",
        mend="download the record itself: the page of a study offers it as JSON",
    )


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    """The document, if anything in its protocol section is a module of a study."""
    section = document["protocolSection"]
    if not isinstance(section, dict) or not any(key.endswith("Module") for key in section):
        raise InputError(
            "READ-004",
            "the protocolSection of this document is empty or no object",
            expected="at least an identificationModule",
            mend="download the whole record",
        )
    return document
