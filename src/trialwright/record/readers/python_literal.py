"""Reads API v2 JSON that was printed as a Python literal, with or without a `Raw JSON` line before it."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import replace

from trialwright.core.errors import InputError
from trialwright.record.plain_values import DEEPEST, plain_values
from trialwright.record.readers.v2_json import the_study_in
from trialwright.record.reading import Reading
from trialwright.record.structure import study_of

LONGEST = 20_000_000
_HEAD = re.compile(r"\A\s*(?:Raw JSON\s*)?(?=[{\[])")


def recognises(text: str) -> bool:
    """Whether the text is a Python dictionary or list of them, perhaps under the line `Raw JSON`."""
    head = _HEAD.match(text)
    return head is not None and (text[head.end() :].lstrip("[{ \n")[:1] == "'" or "Raw JSON" in head.group())


def read(text: str) -> Reading:
    """The study in a printed Python literal.

    The text is parsed as a literal and never evaluated; its length and its depth are bounded. Raises InputError
    (READ-003, READ-004, READ-005, READ-006) as the JSON reader does.
    """
    head = _HEAD.match(text)
    body = text[head.end() :].strip() if head else text
    if len(body) > LONGEST:
        raise InputError(
            "READ-006",
            f"the printed record is {len(body):,} characters long",
            expected=f"at most {LONGEST:,} characters",
            mend="give the record as JSON",
        )
    if _depth(body) > DEEPEST:
        raise InputError(
            "READ-006",
            "the printed record is nested too deeply",
            expected=f"at most {DEEPEST} levels",
            mend="check where the file came from",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)  # an odd escape in a record is not our syntax
            document = ast.literal_eval(body)
    except (ValueError, SyntaxError, MemoryError, RecursionError) as fault:
        where = f" at line {fault.lineno}" if isinstance(fault, SyntaxError) and fault.lineno else ""
        raise InputError(
            "READ-003",
            f"this looks like a record printed as a Python literal but cannot be parsed{where}",
            expected="one complete dictionary with a protocolSection, holding only literal values",
            mend="the text may be cut off: copy it again, whole",
        ) from fault
    study, problems = plain_values(the_study_in(document))
    reading = study_of(study)
    return replace(reading, problems=(*problems, *reading.problems))


def _depth(text: str) -> int:
    """The deepest nesting of brackets outside quoted text."""
    depth = deepest = 0
    for mark in re.finditer(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[\[{(]|[\]})]", text, re.DOTALL):
        sign = mark.group()
        if sign in "[{(":
            depth += 1
            deepest = max(deepest, depth)
        elif sign in "]})":
            depth -= 1
    return deepest
