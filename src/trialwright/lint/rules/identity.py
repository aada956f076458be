"""Rules about identity: numbers and product names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.problem import Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import prose

_NCT = re.compile(r"NCT\d{8}")
_CODE = re.compile(r"(?<![A-Za-z0-9-])(?=[A-Za-z]*[A-Z]{2})[A-Za-z]{2,6}-[A-Z]?\d{2,6}(?![A-Za-z0-9]|-\d)")


@rule(
    "ID-001",
    Severity.ERROR,
    "the registry number is missing or malformed",
    why="Without its number a record cannot be matched with its publications or its other versions.",
    fix=Fixability.RENDERING,
)
def number(subject: Subject) -> Iterator[Answer]:
    path = "protocolSection.identificationModule.nctId"
    value = subject.record.nct_id
    if value is None:
        yield Found("The source shows no NCT number.", path)
    elif not _NCT.fullmatch(value):
        yield Found(f"{value!r} is no NCT number (NCT and eight digits).", path, (subject.quote(path),))


@rule(
    "ID-002",
    Severity.WARNING,
    "product codes that differ by one or two characters",
    why="Two codes that differ by a letter may be one product misspelt, or two. Nothing may be pooled on a guess.",
    fix=Fixability.SPONSOR,
)
def near_codes(subject: Subject) -> Iterator[Answer]:
    codes: dict[str, str] = {}
    for path, text in prose(subject):
        if path.endswith("eligibilityCriteria"):
            continue
        for match in _CODE.finditer(text):
            codes.setdefault(match.group(), path)
    names = sorted(codes)
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            if 0 < _distance(one.upper(), other.upper()) <= 1:
                yield Found(
                    f"The codes {one} and {other} differ by one character.",
                    codes[one],
                    (subject.quote(codes[one], one), subject.quote(codes[other], other)),
                )


@rule(
    "ID-004",
    Severity.INFO,
    "other registry numbers in the text",
    why="A related trial may hold the dose-finding data or the phase that this record leaves out.",
    fix=Fixability.RECORD,
)
def others(subject: Subject) -> Iterator[Answer]:
    own = subject.record.nct_id
    seen = set()
    for path, text in prose(subject):
        for match in _NCT.finditer(text):
            if match.group() != own and match.group() not in seen:
                seen.add(match.group())
                yield Found(f"The text names {match.group()}.", path, (subject.quote(path, match.group()),))


def _distance(one: str, other: str) -> int:
    """The edit distance of two short texts (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


RULES = (number, near_codes, others)
