"""Finds the doses that a text states: each with its readings, and the words it was read from."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre, Dose
from trialwright.protocol.dosing import DoseReading
from trialwright.protocol.dosing.number import Doubt, Number, Value, read_number
from trialwright.protocol.dosing.unit import Unit, read_unit

FEWEST_CELLS = 1000
"""Fewer cells than this are no dose: the number belongs to a name ("BV2 cells") or has lost what followed it."""
MENTION_LIMIT = 40
"""Doses read from one text at most."""

_START = re.compile(
    r"(?<![\w.,^/+-])(?:\d|\.\d)|(?<=[A-Za-z(:：=~≈#-])(?<![\d.][A-Za-z])(?<!\w-)(?=\d)"
    r"|\b(?:one|two|three|five|ten|twenty|fifty|hundred)\s+(?:hundred\s+)?(?=million|billion|thousand)",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<=[A-Za-z]\d),(?=\d)")
"""A comma after "Cohort3" that sets apart, not one within a number."""
_COUNTED = re.compile(
    r"\b(?:days?|d|weeks?|months?|cycles?|phase|levels?|visits?|arms?|groups?|cohorts?|grades?|class|type|stage"
    r"|part|study"
    r"|version|v|age[ds]?|hours?)\s*[:#]?\s*[-+]?(?P<chain>(?:\d+(?:\.\d+)?\s*(?:,|;|and|or|&|-|–|to|/|\+)*\s*[-+]?)*)$",
    re.IGNORECASE,
)
_LARGE = re.compile(
    r"\d{1,4}(?:[.,]\d{1,3})?\s*(?:(?:[x×X*✕·]|\bx\b)\s*10|(?:million|billion)\b|[eE]\d)|\d{1,3}(?:,\d{3}){2,}",
    re.IGNORECASE,
)
"""A count of cells, which no number of a level, a day or a cohort is."""
_LIMIT = re.compile(
    r"(?:\bmax(?:imum|imal|\.)?(?: (?:total )?(?:cell )?dose)?(?: (?:of|is))?|not (?:to )?exceed(?:ing)?"
    r"|no more than|up to a max\w*(?: of)?"
    r"|capped (?:at|to)|cap of|at least|minimum(?: of)?|more than|less than|[<>≤≥]|equivalent (?:to|of)"
    r"|\btotal up to|density of"
    r"|vials? (?:of|contain\w*)|contain(?:s|ing)(?! a dose)|seeded at|passage|generated from"
    r"|derived from(?: approximately)?|approximately \d+ x)\s*:?\s*$",
    re.IGNORECASE,
)
_DOSES_CONTAIN = re.compile(r"\bdoses? (?:will )?contain(?:s|ing)?\s*$", re.IGNORECASE)
_TOTAL = re.compile(
    r"\b(?:total|cumulative) (?:cell )?(?:dose|amount|number)?(?: of)?(?: [A-Z][\w®™]+)?\s*$|\bin total\s*$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:-|–|—|~|〜|～|\bto\b|-\s*to\s*-)\s*(?=\d|\.\d)")
_LIST = re.compile(
    r"\s*(?:\((?:cohort|level|group|arm)[^()]{0,15}\)\s*)?(?:,\s*(?:and|or)|,|/|#|;|\bor\b|\band\b"
    r"|\bthen\b)\s*(?=\d|\.\d)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A dose stated in a text, from `start` up to `end`, with its readings, the likely one first.

    `several`: how many doses share these words ("10, 20 and 40 mg" gives three mentions).
    """

    start: int
    end: int
    quote: str
    readings: tuple[DoseReading, ...]
    doubts: frozenset[Doubt] = frozenset()
    volume: Amount | None = None
    several: int = 1

    @property
    def dose(self) -> Dose:
        """The likely reading."""
        return self.readings[0].dose

    @property
    def unit(self) -> str:
        """What is counted: `cells`, `mg`."""
        return self.dose.unit


def amount(value: Decimal, unit: Unit) -> Dose:
    """The dose of that many units: flat, per kilogram or per square metre."""
    if unit.per == "kg":
        return AmountPerKg(value, unit.name)
    if unit.per == "m2":
        return AmountPerSquareMetre(value, unit.name)
    return Amount(value, unit.name)


def _numbers(text: str, start: int) -> tuple[list[Number], bool] | None:
    """The number at `start`, or the list or the range of numbers that begins there, and whether it is a range."""
    first = read_number(text, start)
    if first is None:
        return None
    numbers = [first]
    if (dash := _RANGE.match(text, first.end)) and (second := read_number(text, dash.end())) is not None:
        return [first, second], True
    while len(numbers) < 12 and (comma := _LIST.match(text, numbers[-1].end)):
        following = read_number(text, comma.end())
        if following is None:
            break
        numbers.append(following)
    return numbers, False


def _bounds(low: Number, high: Number) -> Number:
    """A range as one number: the lower end, then the upper; a multiple written once belongs to both ends."""
    lower, upper = low.readings[0].value, high.readings[0].value
    if high.large and not low.large and lower < 1000 and lower != 0:
        lower = lower.scaleb(high.power)
    readings = (Value(lower, "lower end of the stated range"), Value(upper, "upper end of the stated range"))
    return Number(high.end, readings, low.doubts | high.doubts | {Doubt.RANGE}, large=low.large or high.large)


def _alike(numbers: list[Number]) -> list[Number]:
    """The numbers of a list: a multiple written once, after the last, belongs to all ("1, 2 and 4 million cells")."""
    last = numbers[-1]
    if not last.power or any(each.large or each.readings[0].value >= 1000 for each in numbers[:-1]):
        return numbers
    values = [each.readings[0].value.scaleb(last.power) for each in numbers[:-1]]
    scaled = [
        replace(each, readings=(Value(value, "with the multiple of the last of its list"),), large=True)
        for each, value in zip(numbers, values, strict=False)
    ]
    return [*scaled, last]


def _mention(text: str, start: int, number: Number, unit: Unit, several: int) -> Mention:
    doubts = set(number.doubts)
    if _TOTAL.search(text[max(0, start - 50) : start]):
        doubts.add(Doubt.TOTAL)
    seen: dict[Dose, str] = {}
    for reading in number.readings:
        seen.setdefault(amount(reading.value, unit), reading.why)
    readings = tuple(DoseReading(dose, why, likely=index == 0) for index, (dose, why) in enumerate(seen.items()))
    volume = Amount(unit.volume, "mL") if unit.volume else None
    return Mention(start, unit.end, text[start : unit.end].strip(), readings, frozenset(doubts), volume, several)


def _shared(numbers: list[Number], text: str, cells: bool) -> tuple[list[Number], Unit] | None:
    """The numbers that share the unit standing after the last of them that has one."""
    for count in range(len(numbers), 0, -1):
        large = any(each.large for each in numbers[:count])
        unit = read_unit(text, numbers[count - 1].end, large=large, cells=cells)
        if unit is not None:
            return numbers[:count], unit
        if count > 1 and not numbers[count - 1].large:
            continue
    return None


def read_doses(text: str, *, cells: bool = False) -> tuple[Mention, ...]:
    """Every dose that a cleaned text states, in order; limits, concentrations and thresholds are left out.

    >>> [str(found.dose) for found in read_doses("0.5x10^6 cells/kg, 1.0x10^6 cells/kg")]
    ['500,000 cells/kg', '1,000,000 cells/kg']
    """
    found: list[Mention] = []
    text = _GLUED.sub(", ", text)
    position = 0
    while len(found) < MENTION_LIMIT and (start := _START.search(text, position)) is not None:
        at = start.start()
        position = max(start.end(), at + 1)
        before = text[max(0, at - 70) : at]
        if (counted := _COUNTED.search(before)) and not _fresh(text, at, counted["chain"], cells):
            continue
        step = _read_at(text, at, before, cells)
        if step is None:
            continue
        mentions, position = step
        found += mentions
    return tuple(found)


def _fresh(text: str, at: int, chain: str, cells: bool) -> bool:
    """Whether a number after "cohort 1, " or "level " is a dose of its own: its own unit behind it, and a comma before
    it or a form that only counts of cells have."""
    if not _LARGE.match(text, at) and not chain.rstrip().endswith((",", ";")):
        return False
    found = read_number(text, at)
    return found is not None and read_unit(text, found.end, large=found.large, cells=cells) is not None


def _read_at(text: str, at: int, before: str, cells: bool) -> tuple[list[Mention], int] | None:
    group = _numbers(text, at)
    if group is None:
        return None
    numbers, ranged = group
    if ranged:
        low, high = numbers
        numbers = [_bounds(low, high)] if high.readings[0].value * 10**15 > low.readings[0].value else [low]
    shared = _shared(numbers, text, cells)
    if shared is None:
        return None
    used, unit = _alike(shared[0]), shared[1]
    limited = _LIMIT.search(before) and not _DOSES_CONTAIN.search(before)
    if unit.concentration or limited:
        return [], max(unit.end, at + 1)
    if unit.name == "mL" and unit.per is None and not re.search(r"\bdose\s*(?:of|:|=)?\s*$", before, re.IGNORECASE):
        return [], max(unit.end, at + 1)
    if any(each.readings[0].value == 0 for each in used):
        return None
    if unit.name == "cells" and all(each.readings[0].value < FEWEST_CELLS for each in used):  # "BV2 cells"
        return [], max(unit.end, at + 1)
    return [_mention(text, at, each, unit, len(used)) for each in used], unit.end


def distinct(mentions: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The mentions with each dose once, where it is first stated."""
    seen: set[Dose] = set()
    kept = []
    for each in mentions:
        if each.dose not in seen:
            seen.add(each.dose)
            kept.append(each)
    return tuple(kept)
