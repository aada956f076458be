"""Reads units of measurement in a text and gives each its one canonical spelling; converting is done elsewhere."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.tokens import NUMBER, Tokens, tokens_of
from trialwright.protocol.eligibility.lexicon.loading import rows_of

TIME = frozenset({"second", "minute", "hour", "day", "week", "month", "year"})
_IN_COMPOUNDS = {"second": "s", "minute": "min", "hour": "h"}
# what is counted says nothing about the size: cells/uL is the same as /uL
_COUNTED = frozenset({"cell", "platelet", "leukocyte", "beat", "breath"})
# these alone are things and no units: "1500 platelets" is a number of them
_THINGS = frozenset({"platelet", "leukocyte"})
_EACH = {"daily": "day", "weekly": "week", "monthly": "month"}
_MANY = {"million": "10^6", "millions": "10^6", "mio": "10^6", "thousand": "10^3", "billion": "10^9"}
_POWERS = frozenset({"x", "*", "·"})
# these are units only right behind their number: "38C", but not "3 in"
_ONLY_GLUED = frozenset({"c", "f", "in", "k", "x", "w", "lt", "py", "hs", "pack", "packs", "mi", "y", "cal", "word"})
MOST_PARTS = 5


class UnitRow(NamedTuple):
    """A unit of the table. `name`: canonical spelling; `pint`: how pint is to read it, empty where it knows nothing
    alike; `sort`: `mass`, `volume`, `pressure`, `activity`, `count`..."""

    name: str
    pint: str
    sort: str


@cache
def unit_table() -> dict[str, UnitRow]:
    """The units of the table by canonical spelling. Compound units (`mg/dL`) are made of them with `/`."""
    return {row["id"]: UnitRow(row["id"], row["pint"], row["sort"]) for row in _rows()}


def canonical_unit(text: str) -> str | None:
    """The one spelling of a unit, None where it is not known.

    >>> canonical_unit("mm Hg"), canonical_unit("ml/min/1.73 m²"), canonical_unit("x 10^9/L"), canonical_unit("/mm3")
    ('mmHg', 'mL/min/1.73m2', '10^9/L', '1/uL')
    """
    tokens = tokens_of(text.strip()[:80])
    found = unit_at(tokens, 0, whole=True)
    return found[0] if found is not None and found[1] == len(tokens) else None


def unit_at(tokens: Tokens, index: int, whole: bool = False) -> tuple[str, int] | None:
    """The unit that begins at a token, and the token after it; None where none does. `whole`: the unit stands alone,
    not behind a number."""
    words = tokens.word
    first = index
    if index >= len(words):
        return None
    here = words[index]
    power: str | None = None
    if here in _POWERS or tokens.kind[index] == NUMBER:
        power, index = _power_at(tokens, index)
    elif here in _MANY:
        power, index = _MANY[here], index + 1
    elif not whole and here not in _first_words():
        return None
    if whole and words[index : index + 2] == ["1", "/"]:
        index += 1
    numerator: str | None = None
    if index < len(words) and (words[index] not in {"/", "per"} or words[index + 1 : index + 2] == ["cent"]):
        thousands = words[index] == "k" and words[index + 1 : index + 2] == ["/"]
        atom = _atom(tokens, index)
        short = words[index] in _ONLY_GLUED and (atom is None or atom[1] == index + 1)
        if short and power is None and not whole and not (thousands or _glued(tokens, index)):
            return None
        if atom is not None:
            numerator, index = atom
            second = _atom(tokens, index) if numerator == "log10" else None
            if second is not None:
                numerator, index = f"log10 {second[0]}", second[1]
        elif words[index] == "k" and words[index + 1 : index + 2] == ["/"]:
            power, index = "10^3", index + 1
    below, index = _denominators(tokens, index, numerator is not None or power is not None)
    if numerator is None and power is None and not below:
        return None
    if index == first or (numerator in _THINGS and power is None and not below and not whole):
        return None
    return _compose(power, numerator, below), index


def _glued(tokens: Tokens, index: int) -> bool:
    return index > 0 and tokens.end[index - 1] == tokens.start[index]


def _compose(power: str | None, numerator: str | None, below: list[str]) -> str:
    if numerator in _COUNTED and (below or power is not None):
        numerator = None
    if below:
        numerator = _IN_COMPOUNDS.get(numerator, numerator) if numerator is not None else None
    top = numerator if power is None else power if numerator is None else f"{power} {numerator}"
    parts = [top if top is not None else "1", *(_IN_COMPOUNDS.get(part, part) for part in below)]
    return "/".join(parts)


def _power_at(tokens: Tokens, index: int) -> tuple[str | None, int]:
    """A power of ten before a unit, as in `x 10^9/L`; also where the raised digit was lost (`x109/L`)."""
    words, kinds = tokens.word, tokens.kind
    place = index
    if place < len(words) and words[place] in _POWERS:
        place += 1
    if place >= len(words) or kinds[place] != NUMBER:
        return None, index
    word = words[place]
    if (
        place > index
        and word == "10"
        and words[place + 1 : place + 2] == ["("]
        and words[place + 3 : place + 4] == [")"]
    ):
        raised = words[place + 2]  # "x 10(9)/L"
        return (f"10^{raised}", place + 4) if raised in {"3", "6", "9", "12"} else (None, index)
    if word.startswith("10^"):
        return word, place + 1
    behind = words[place + 1 : place + 3]
    if place > index and word in {"103", "106", "109", "1012"} and behind[:1] in (["/"], ["cells"], ["per"]):
        return f"10^{word[2:]}", place + 1
    if (
        place > index
        and word == "10"
        and behind[:1] in (["3"], ["6"], ["9"], ["12"])
        and behind[1:] in (["/"], ["per"])
    ):
        return f"10^{behind[0]}", place + 2
    return None, index


def _denominators(tokens: Tokens, index: int, has_top: bool) -> tuple[list[str], int]:
    """The units after `/` and `per`, in order."""
    words = tokens.word
    below: list[str] = []
    while index < len(words) and len(below) < MOST_PARTS:
        word = words[index]
        if has_top and word in _EACH:
            below.append(_EACH[word])
            index += 1
            continue
        if (
            word in {"a", "each", "every"}
            and has_top
            and words[index + 1 : index + 2] in (["day"], ["week"], ["month"])
        ):
            below.append(words[index + 1])
            index += 2
            continue
        if word not in {"/", "per"} and not (below and word in {"*", "·"}):
            break
        place = index + 1
        if words[place : place + 1] == ["24"] and words[place + 1 : place + 2] in (["h"], ["hours"], ["hour"], ["hr"]):
            below.append("day")
            index = place + 2
            continue
        atom = _atom(tokens, place)
        if atom is None:
            break
        below.append(atom[0])
        index = atom[1]
    return below, index


def _atom(tokens: Tokens, index: int) -> tuple[str, int] | None:
    """The longest unit of the table that begins at a token."""
    words = tokens.word
    if index >= len(words):
        return None
    for parts, name in _by_first_word().get(words[index], ()):
        if len(parts) == 1 or tuple(words[index : index + len(parts)]) == parts:
            return name, index + len(parts)
    return None


@cache
def _by_first_word() -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for row in _rows():
        for spelling in (row["id"], *row["synonyms"].split("|")):
            if spelling:
                parts = tuple(tokens_of(spelling).word)
                entries = found.setdefault(parts[0], [])
                if all(parts != known for known, _ in entries):
                    entries.append((parts, row["id"]))
    return {first: tuple(sorted(entries, key=lambda e: -len(e[0]))) for first, entries in found.items()}


@cache
def _first_words() -> frozenset[str]:
    """What a unit can begin with."""
    return frozenset(_by_first_word()) | _EACH.keys() | {"/", "per", "k", "a", "each", "every", "1"}


@cache
def _rows() -> tuple[dict[str, str], ...]:
    path = resources.files("trialwright.protocol.eligibility.lexicon") / "units.csv"
    return tuple(rows_of(path.read_text("utf-8"), "units.csv"))
