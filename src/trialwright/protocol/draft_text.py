"""The prose of a record as drafting reads it: escapes undone, cut into sentences, each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from trialwright.core.problem import Evidence
from trialwright.core.source import Location
from trialwright.record.record import Record

WORDS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "fifteen": 15,
    "sixteen": 16,
    "eighteen": 18,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "eighty": 80,
    "ninety": 90,
    "hundred": 100,
}
ORDINALS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "1st": 1,
    "2nd": 2,
    "3rd": 3,
    "4th": 4,
    "5th": 5,
    "6th": 6,
    "7th": 7,
    "8th": 8,
    "9th": 9,
}
COUNT = rf"(?:\d{{1,4}}|{'|'.join(WORDS)})"
PEOPLE = r"(?:patients?|participants?|subjects?|volunteers?|individuals?|persons?|people|men|women|children|adults)"
TEXT_LIMIT = 40_000
"""Characters of one field that are searched; a field longer than this is no field of a registry."""
KEPT = 256
"""Texts whose cleaned form and sentences are kept: those of the record that is being drafted, and a few more."""

_ESCAPE = re.compile(r"\\+([\\`*_{}\[\]()#+\-.!<>~^|&@/])")
_SPACE = re.compile(r"[ \t\u00a0\u2000-\u200b\u202f\u3000]{2,}|[\t\u00a0\u2000-\u200b\u202f\u3000]")
_BREAK = re.compile(r"\n+|(?<=[.!?。])\s+(?=[A-Z0-9(*\"'])|(?<=[;；])\s*")
_ABBREVIATION = re.compile(r"(?:\b(?:i\.e|e\.g|vs|approx|i\.v|p\.o|s\.c|cf|dr|prof)|(?:^|\s)\d{1,2})\.$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Passage:
    """One field's text, cleaned: its v2 path, the text and its place in the source."""

    path: str
    text: str
    where: Location | None = None

    def evidence(self, quote: str) -> Evidence:
        """A quotation from this passage."""
        return Evidence.of(quote, self.where)


def clean(text: str | None) -> str:
    r"""The text with markdown escapes undone and runs of blanks made one; line ends are kept.

    >>> clean(r"4.0\*10E7 cells,  \>2")
    '4.0*10E7 cells, >2'
    """
    return _cleaned(text) if text else ""


@lru_cache(maxsize=KEPT)
def _cleaned(text: str) -> str:
    text = text[:TEXT_LIMIT]
    if "\\" in text:
        text = _ESCAPE.sub(r"\1", text)
    return _SPACE.sub(" ", text).strip()


@lru_cache(maxsize=KEPT)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a cleaned text; a line end or a semicolon ends one too.

    >>> sentences("Given i.v. once. 30 patients follow.")
    ('Given i.v. once.', '30 patients follow.')
    """
    parts: list[str] = []
    start = 0
    for match in _BREAK.finditer(text):
        piece = text[start : match.start()]
        if "\n" not in match.group() and _ABBREVIATION.search(piece):
            continue
        if piece.strip():
            parts.append(piece.strip())
        start = match.end()
    if text[start:].strip():
        parts.append(text[start:].strip())
    return tuple(parts)


def number(text: str) -> int | None:
    """The whole number that a numeral or an English number word names, or None."""
    word = text.strip().lower().replace(",", "")
    return int(word) if word.isdecimal() and len(word) <= 6 else WORDS.get(word)


def passage(record: Record, path: str, text: str | None) -> Passage:
    """The passage for one field of a record."""
    return Passage(path, clean(text), record.where(path))


NARRATIVE = (
    "protocolSection.designModule.designInfo.interventionModelDescription",
    "protocolSection.descriptionModule.detailedDescription",
    "protocolSection.descriptionModule.briefSummary",
    "protocolSection.designModule.designInfo.maskingInfo.maskingDescription",
    "protocolSection.identificationModule.officialTitle",
    "protocolSection.identificationModule.briefTitle",
)


def narrative(record: Record) -> tuple[Passage, ...]:
    """The record's prose about the trial as a whole, what says most of its design first; empty fields left out."""
    return _prose_of(record)[0]


def _prose_of(record: Record) -> tuple[tuple[Passage, ...], tuple[Passage, ...]]:
    """The narrative and the texts of arms, kept for the record that was asked for last."""
    kept = _last[0] if _last else None
    if kept is None or kept[0] is not record:
        found = (passage(record, path, record.value(path)) for path in NARRATIVE)
        kept = record, tuple(each for each in found if each.text), _of_arms(record)
        _last[:] = [kept]
    return kept[1], kept[2]


_last: list[tuple[Record, tuple[Passage, ...], tuple[Passage, ...]]] = []


def arm_texts(record: Record) -> tuple[Passage, ...]:
    """The labels and descriptions of arms and interventions; empty ones left out."""
    return _prose_of(record)[1]


def _of_arms(record: Record) -> tuple[Passage, ...]:
    module = record.study.protocol_section.arms_interventions_module
    root = "protocolSection.armsInterventionsModule"
    found: list[Passage] = []
    for index, arm in enumerate(module.arm_groups):
        found += [
            passage(record, f"{root}.armGroups[{index}].{name}", text)
            for name, text in (("label", arm.label), ("description", arm.description))
        ]
    for index, given in enumerate(module.interventions):
        found += [
            passage(record, f"{root}.interventions[{index}].{name}", text)
            for name, text in (("name", given.name), ("description", given.description))
        ]
    return tuple(each for each in found if each.text)


def statements(passages: Iterable[Passage]) -> Iterator[tuple[Passage, str]]:
    """Every sentence of the passages, with the passage it stands in."""
    for each in passages:
        for sentence in sentences(each.text):
            yield each, sentence
