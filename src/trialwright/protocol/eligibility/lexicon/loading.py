"""Reads the lexicon of criteria: the entries of all its CSV files, checked once, and what is narrower than what."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType

# in this order a spelling that stands in two files belongs to the first
SORTS = {
    "scales.csv": "scale",
    "measures.csv": "measure",
    "tests.csv": "test",
    "conditions.csv": "condition",
    "procedures.csv": "procedure",
    "drugs.csv": "drug",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the lexicon. `sort`: `measure`, `scale`, `test`, `condition`, `procedure` or `drug`; `spellings`:
    its name and synonyms as in the file; `broader`: ids of what it is a kind of; `fields`: the file's other columns,
    empty cells left out."""

    id: str
    name: str
    sort: str
    spellings: tuple[str, ...]
    broader: tuple[str, ...]
    fields: Mapping[str, str]


class Lexicon:
    """Entries by id, spellings with the entry each belongs to, and for each id all that is broader."""

    __slots__ = ("_broader", "entries", "spellings")

    def __init__(self, entries: Mapping[str, Entry], spellings: Sequence[tuple[str, Entry]]) -> None:
        self.entries = entries
        self.spellings = tuple(spellings)
        self._broader = _closure(entries)

    def is_a(self, narrower: str, broader: str) -> bool:
        """Whether one id is the other, or a kind of it."""
        return narrower == broader or broader in self._broader.get(narrower, frozenset())

    def broader_than(self, identifier: str) -> frozenset[str]:
        """All ids that this one is a kind of, itself left out; empty where it is not known."""
        return self._broader.get(identifier, frozenset())


def rows_of(text: str, file: str) -> list[dict[str, str]]:
    """The rows of one file of the lexicon, blanks stripped. Raises ValueError naming the line where the number of
    cells is wrong or `id` or `name` is empty."""
    reader = csv.DictReader(text.splitlines(), strict=True)
    names = reader.fieldnames or []
    if "id" not in names or "name" not in names:
        raise ValueError(f"{file}: the columns id and name are needed, found {', '.join(names)}")
    rows = []
    for row in reader:
        if None in row or None in row.values():
            raise ValueError(f"{file}, line {reader.line_num}: {len(names)} cells are expected")
        clean = {key: value.strip() for key, value in row.items()}
        if not clean["id"] or not clean["name"]:
            raise ValueError(f"{file}, line {reader.line_num}: id or name is empty")
        rows.append(clean)
    return rows


def lexicon_of(files: Mapping[str, str]) -> Lexicon:
    """The lexicon stated by files, name to content. Raises ValueError for an id that stands twice, a spelling that
    stands twice in one file, a broader id that does not exist, and a thing that is a kind of itself."""
    entries: dict[str, Entry] = {}
    owners: dict[str, tuple[str, Entry]] = {}
    spellings: list[tuple[str, Entry]] = []
    for file, text in files.items():
        for row in rows_of(text, file):
            entry = _entry(row, SORTS[file])
            if entry.id in entries:
                raise ValueError(f"{file}: the id {entry.id} stands twice")
            entries[entry.id] = entry
            for spelling in entry.spellings:
                key = spelling_key(spelling)
                other = owners.get(key)
                if other is None:
                    owners[key] = (file, entry)
                    spellings.append((spelling, entry))
                elif other[0] == file and other[1] is not entry:
                    raise ValueError(f"{file}: {spelling!r} is a spelling of {other[1].id} and of {entry.id}")
    for entry in entries.values():
        for identifier in entry.broader:
            if identifier not in entries:
                raise ValueError(f"{entry.id}: the broader id {identifier} does not exist")
    return Lexicon(MappingProxyType(entries), spellings)


def spelling_key(spelling: str) -> str:
    """What two spellings share that count as the same: hyphens are blanks; case matters in short capitals (`ALL`)."""
    words = " ".join(spelling.replace("-", " ").split())
    return words if case_matters(words) else words.casefold()


def case_matters(spelling: str) -> bool:
    """Whether a spelling is an abbreviation that must be met as it is written: capitals of up to three letters, and
    those that are words otherwise."""
    letters = spelling.replace("-", "").replace("/", "")
    if not letters.isalpha() or not letters[:-1].isupper():
        return False
    return len(letters) <= 3 or letters in _WORDS_TOO


_WORDS_TOO = frozenset({"AIDS", "SARS", "MERS", "CARE", "LADA", "MODY", "HELP", "FAST", "STOP", "CUPS", "PADS", "SCAR"})


@cache
def lexicon() -> Lexicon:
    """The lexicon that comes with the program, read once; files that are not there are left out."""
    folder = resources.files("trialwright.protocol.eligibility.lexicon")
    found = {name: folder / name for name in SORTS}
    return lexicon_of({name: path.read_text("utf-8") for name, path in found.items() if path.is_file()})


def entry(identifier: str) -> Entry | None:
    """The entry with this id, None where there is none."""
    return lexicon().entries.get(identifier)


def is_a(narrower: str, broader: str) -> bool:
    """Whether one id of the lexicon is the other, or a kind of it (`basal-cell-carcinoma` is a `cancer`)."""
    return lexicon().is_a(narrower, broader)


def _entry(row: Mapping[str, str], sort: str) -> Entry:
    synonyms = [word.strip() for word in row.get("synonyms", "").split("|")]
    spellings = tuple(dict.fromkeys([row["name"], *(word for word in synonyms if word)]))
    broader = tuple(word.strip() for word in row.get("broader", "").split("|") if word.strip())
    known = {"id", "name", "synonyms", "broader"}
    fields = {key: value for key, value in row.items() if key not in known and value}
    return Entry(row["id"], row["name"], sort, spellings, broader, MappingProxyType(fields))


def _closure(entries: Mapping[str, Entry]) -> dict[str, frozenset[str]]:
    """For each id everything broader. Raises ValueError where the way leads back to where it began."""
    out: dict[str, frozenset[str]] = {}
    for first in entries:
        stack = [first]
        while stack:
            top = stack[-1]
            waiting = [b for b in entries[top].broader if b not in out and b in entries]
            if not waiting:
                stack.pop()
                above = set(entries[top].broader)
                for identifier in entries[top].broader:
                    above |= out.get(identifier, frozenset())
                out[top] = frozenset(above)
            elif waiting[0] in stack:
                raise ValueError(f"{waiting[0]} is a kind of itself")
            else:
                stack.append(waiting[0])
    return out
