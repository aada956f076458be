"""Numbers as registries spell them, exact, with every reading where the spelling is ambiguous."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from trialwright.protocol.draft_text import WORDS


class Doubt(StrEnum):
    """Why a number as written can be read in more than one way."""

    LOST_EXPONENT = "lost exponent"
    LOST_SUPERSCRIPT = "lost superscript"
    TEN_E = "10E notation"
    RANGE = "range"
    TOTAL = "total over all administrations"
    TIMES = "several units at a time"


@dataclass(frozen=True, slots=True)
class Value:
    """One reading of a number, and why it is read so."""

    value: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class Number:
    """A number read from a text: where it ends, its readings, the likely one first, and what is doubtful.

    `large`: written as a power of ten or with "million", as counts of cells are. `power`: that power of ten.
    """

    end: int
    readings: tuple[Value, ...]
    doubts: frozenset[Doubt] = frozenset()
    large: bool = False
    power: int = 0


_PLAIN = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d])|\d{1,3}(?: 000)+(?!\d)|0,\d+|\d{1,15}(?:\.\d{1,12})?|\.\d{1,12})"
_TIMES = r"(?:x|X|×|✕|╳|х|·|∙|⋅|•|\*)"
_MANTISSA = rf"(?:(?P<m>\d{{1,6}}(?:[.,]\d{{1,6}})?|\.\d{{1,6}})\s*(?P<sep>{_TIMES})\s*)"
_SUPERSCRIPT = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_EXACT = re.compile(
    rf"(?:{_MANTISSA}|(?P<bare>\d{{1,4}}(?:\.\d{{1,6}})?)\s+)?10\s*"
    r"(?:(?:\^|\*\*|\bto the(?: power(?: of)?)?|\bpower)\s*[({]?\s*(?P<e>\d{1,2})(?:st|nd|rd|th)?\s*[)}]?"
    r"|(?P<sup>[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}))"
)
_BRACKET = re.compile(rf"{_MANTISSA}10\s*\(\s*(?P<e>\d{{1,2}})\s*\)")
_TEN_E = re.compile(rf"{_MANTISSA}10\s*\^?\s*[eE]\s*\+?\s*(?P<e>\d{{1,2}})(?!\d)")
_LOST = re.compile(rf"{_MANTISSA}10(?P<gap>\s+)?(?P<e>[3-9]|1[0-5])(?![\d.,]\d|\d)")
_E = re.compile(r"(?P<m>\d{1,6}(?:\.\d{1,6})?)[eE]\s?\+?(?P<e>\d{1,2})(?!\w)")
_MULTIPLE = re.compile(
    rf"(?P<m>\d{{1,2}},\d(?=\s*-?\s*[mb]illion)|{_PLAIN}|(?:{'|'.join(WORDS)})\b(?:\s+hundred\b)?)\s*-?\s*(?P<w>million|billion|thousand|mil\b"
    rf"|M\b(?=(?:\s*(?:,|/|-|–|or|and|to)+\s*\d{{1,4}}(?:\.\d+)?\s*M\b)*\s*[A-Za-z+-]*\s*(?:cells|MSC)))",
    re.IGNORECASE,
)
_PRODUCT = re.compile(
    rf"(?P<m>\d{{1,4}}(?:\.\d{{1,6}})?)\s*{_TIMES}\s*(?P<n>1,?000,?000|1,?000|10,?000|100,?000)(?!\d)"
)
_SIMPLE = re.compile(_PLAIN)
LARGE = 100_000
"""A plain number from here on is written as counts of cells are."""
_POWER = {"thousand": 3, "million": 6, "mil": 6, "m": 6, "billion": 9}


def decimal(text: str) -> Decimal:
    """The exact decimal that a plain numeral names; commas and blanks that set thousands apart are dropped.

    >>> decimal("10 000"), decimal("0,5"), decimal("1,500.5")
    (Decimal('10000'), Decimal('0.5'), Decimal('1500.5'))
    """
    if re.fullmatch(r"\d{1,2},\d{1,2}|0,\d+", text):
        return Decimal(text.replace(",", "."))
    return Decimal(text.replace(",", "").replace(" ", ""))


def _scaled(mantissa: Decimal, exponent: int) -> Decimal:
    return mantissa.scaleb(exponent)


def _power(match: re.Match[str], exponent: str) -> tuple[Decimal, int]:
    groups = match.groupdict()
    text = groups.get("m") or groups.get("bare") or "1"
    return decimal(text), int(exponent)


def read_number(text: str, start: int) -> Number | None:
    """The number that stands at `start`, or None. Readings are exact decimals; the likely one comes first.

    >>> [str(reading.value) for reading in read_number("4.0*10E7 cells", 0).readings]
    ['4.0E+7', '4.0E+8']
    >>> [str(reading.value) for reading in read_number("1 X 10 8 cells", 0).readings]
    ['1E+8', '108']
    """
    if (found := _EXACT.match(text, start)) is not None:
        mantissa, power = _power(found, found["e"] or found["sup"].translate(_SUPERSCRIPT))
        return Number(found.end(), (Value(_scaled(mantissa, power), "as written"),), large=True, power=power)
    if (found := _BRACKET.match(text, start)) is not None:
        mantissa, power = _power(found, found["e"])
        return Number(found.end(), (Value(_scaled(mantissa, power), "the exponent stands in brackets"),), large=True)
    if (found := _TEN_E.match(text, start)) is not None:
        return _ten_e(found)
    if (found := _LOST.match(text, start)) is not None:
        return _lost(found)
    for pattern in (_E, _MULTIPLE, _PRODUCT):
        if (found := pattern.match(text, start)) is not None:
            value, mantissa = _worded(found), decimal(_digits(found["m"]))
            power = (value / mantissa).adjusted() if mantissa else 0
            return Number(found.end(), (Value(value, "as written"),), large=True, power=power)
    if (found := _SIMPLE.match(text, start)) is not None:
        value = decimal(found.group())
        return Number(found.end(), (Value(value, "as written"),), large=value >= LARGE)
    return None


def _ten_e(found: re.Match[str]) -> Number:
    mantissa, power = _power(found, found["e"])
    m = found["m"]
    readings = (
        Value(_scaled(mantissa, power), f"10E{power} meant as 10^{power}: {m} x 10^{power}"),
        Value(_scaled(mantissa, power + 1), f"10E{power} read as computers do, 10 x 10^{power}: {m} x 10 x 10^{power}"),
    )
    return Number(found.end(), readings, frozenset({Doubt.TEN_E}), large=True, power=power)


def _lost(found: re.Match[str]) -> Number:
    mantissa, power = _power(found, found["e"])
    doubt = Doubt.LOST_EXPONENT if found["gap"] else Doubt.LOST_SUPERSCRIPT
    literal = Decimal(f"10{found['e']}")
    readings = (
        Value(_scaled(mantissa, power), f"the exponent's raised position was lost: {found['m']} x 10^{power}"),
        Value(mantissa * literal, f"digit for digit: {found['m']} x {literal}"),
    )
    return Number(found.end(), readings, frozenset({doubt}), large=True, power=power)


def _digits(text: str) -> str:
    """The numeral of a number word, or the numeral itself."""
    words = text.lower().split()
    return str(WORDS[words[0]] * (100 if len(words) > 1 else 1)) if words[0] in WORDS else text


def _worded(found: re.Match[str]) -> Decimal:
    groups = found.groupdict()
    if (power := groups.get("e")) is not None:
        return _scaled(decimal(found["m"]), int(power))
    if (factor := groups.get("n")) is not None:
        return decimal(found["m"]) * decimal(factor)
    value = decimal(_digits(found["m"]))
    return _scaled(value, _POWER[found["w"].lower()])
