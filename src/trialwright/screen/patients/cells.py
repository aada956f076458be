"""What one cell says: a number with or without a unit, yes or no, a sex, a result; None where it cannot be told."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from trialwright.screen.units import spelling


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split("|"))


UNKNOWN = _words(
    "nd|n.d.|n/d|na|n/a|n.a.|nk|unk|unknown|not known|not done|not available|not applicable|missing|null"
    "|none recorded|none given|pending|not recorded|not tested|not assessed|?|-|--|---|.|#n/a|#na|nan"
    "|nil recorded|u|uk|no data|tbd|not measured|undifferentiated"
)
YES = _words("y|yes|true|t|1|x|positive|pos|present|ja|oui|si|sí|sim|是|有|+|ongoing|current")
NO = _words("n|no|false|f|0|negative|neg|absent|nein|non|não|否|无|無|never|denied|denies|none")
MALE = _words("m|male|man|boy|männlich|homme|masculin|hombre|masculino|男|男性|uomo|maschio")
FEMALE = _words("f|female|woman|girl|w|weiblich|femme|féminin|mujer|femenino|女|女性|donna|femmina")
RESULTS: Mapping[str, str] = {
    **dict.fromkeys(["positive", "pos", "+", "detected", "reactive", "seropositive"], "positive"),
    **dict.fromkeys(
        ["negative", "neg", "not detected", "non-reactive", "nonreactive", "seronegative", "undetected"], "negative"
    ),
    **dict.fromkeys(["normal", "nad", "within normal limits", "wnl"], "normal"),
    **dict.fromkeys(["abnormal", "abn", "pathological"], "abnormal"),
}
LONGEST = 200
_NUMBER = re.compile(
    r"([<>≤≥~≈]=?|=)?\s*([+\-−]?[0-9][0-9.,’' \u00a0\u202f]*(?:[eE][+\-]?[0-9]{1,2})?)\s*(.*)", re.DOTALL
)
_COMMA_GROUP = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
_POINT_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}")
_COMMA_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_POINT_GROUPS = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+|[+-]?[1-9]\d{0,2}(\.\d{3}){2,}")
_SPACED = re.compile(r"[+-]?[1-9]\d{0,2}([ \u00a0\u202f’']\d{3})+([.,]\d+)?")
_PLAIN = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?(e[+-]?\d{1,2})?", re.IGNORECASE)


class Says(StrEnum):
    """What sort of thing a cell holds. CENSORED: a bound instead of a value (`<5`); DOUBTFUL: digits that can be read
    in two ways; ABSENT: words that say it is not known."""

    NUMBER = "number"
    CENSORED = "censored"
    DOUBTFUL = "doubtful"
    TEXT = "text"
    ABSENT = "absent"
    BLANK = "blank"


class Comma(StrEnum):
    """What a comma is in the numbers of a column: set by the column as a whole, or by a mapping."""

    DECIMAL = "decimal"
    GROUPS = "groups"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a measure. `value` of a DOUBTFUL or CENSORED one is only that a number stands there."""

    says: Says
    value: float | None = None
    unit: str | None = None
    text: str | None = None


def measured(text: str, comma: Comma = Comma.OPEN) -> Cell:
    """What a cell says of a measure.

    >>> measured("12,5"), measured("<5 mg/L").says.value, measured("1.2 mg/dL").unit
    (Cell(says=<Says.NUMBER: 'number'>, value=12.5, unit=None, text=None), 'censored', 'mg/dL')
    """
    bare = " ".join(text.split())[:LONGEST]
    if not bare:
        return Cell(Says.BLANK)
    if bare.lower() in UNKNOWN:
        return Cell(Says.ABSENT, text=bare)
    found = _NUMBER.fullmatch(bare)
    if not found:
        return Cell(Says.TEXT, text=_result(bare))
    sign, digits, unit = found[1] or "", found[2].strip(" \u00a0\u202f").replace("−", "-"), found[3].strip()
    if unit and unit[0] in "+-/–:" and unit[1:2].isdigit():
        return Cell(Says.TEXT, text=bare)
    if digits.endswith((".", ",")):
        digits = digits[:-1]
    value = _number(digits, comma)
    if value is None:
        rough = _number(re.sub(r"[^0-9+-]", "", digits), Comma.OPEN)
        if rough is None:
            return Cell(Says.TEXT, text=bare)
        return Cell(Says.DOUBTFUL, rough, unit or None, bare)
    if sign and sign != "=":
        return Cell(Says.CENSORED, value, unit or None, bare)
    if unit and not _is_unit(unit):
        return Cell(Says.TEXT, text=_result(bare))
    return Cell(Says.NUMBER, value, spelling(unit) if unit else None)


def comma_of(texts: list[str]) -> Comma:
    """What the comma is in the numbers of a column: what its unmistakable cells say, OPEN where they say nothing or
    contradict each other."""
    decimal = groups = False
    for text in texts:
        found = _NUMBER.fullmatch(text.strip()[:LONGEST])
        if not found:
            continue
        digits = found[2].strip()
        if _COMMA_GROUPS.fullmatch(digits) and ("." in digits or digits.count(",") > 1):
            groups = True
        elif (digits.count(",") == 1 and not _COMMA_GROUP.fullmatch(digits)) or _POINT_GROUPS.fullmatch(digits):
            decimal = True
    if decimal == groups:
        return Comma.OPEN
    return Comma.DECIMAL if decimal else Comma.GROUPS


def doubtful_points(comma: Comma) -> bool:
    """Whether `1.234` can be read in two ways, because the column writes its decimals with a comma."""
    return comma is Comma.DECIMAL


def flag(text: str) -> tuple[Says, bool | None]:
    """Whether a cell says yes or no; TEXT where it says neither."""
    bare = " ".join(text.split()).lower()
    if not bare:
        return Says.BLANK, None
    if bare in YES:
        return Says.NUMBER, True
    if bare in NO:
        return Says.NUMBER, False
    return (Says.ABSENT, None) if bare in UNKNOWN else (Says.TEXT, None)


def sex(text: str) -> tuple[Says, str | None]:
    """The sex that a cell names; codes such as 1 and 2 are not guessed at."""
    bare = " ".join(text.split()).lower()
    if not bare:
        return Says.BLANK, None
    if bare in MALE:
        return Says.NUMBER, "MALE"
    if bare in FEMALE:
        return Says.NUMBER, "FEMALE"
    return (Says.ABSENT, None) if bare in UNKNOWN else (Says.TEXT, None)


def _result(text: str) -> str:
    return RESULTS.get(text.lower(), text)


def _number(digits: str, comma: Comma) -> float | None:
    """The number, None where its signs can be read in two ways."""
    if _PLAIN.fullmatch(digits):
        if comma is Comma.DECIMAL and _POINT_GROUP.fullmatch(digits):
            return None
        return _finite(digits)
    if _SPACED.fullmatch(digits):
        return _finite(re.sub(r"[ \u00a0\u202f’']", "", digits).replace(",", "."))
    if _COMMA_GROUP.fullmatch(digits):
        if comma is Comma.OPEN:
            return None
        return _finite(digits.replace(",", "." if comma is Comma.DECIMAL else ""))
    if _COMMA_GROUPS.fullmatch(digits):
        return None if comma is Comma.DECIMAL else _finite(digits.replace(",", ""))
    if _POINT_GROUPS.fullmatch(digits):
        return None if comma is Comma.GROUPS else _finite(digits.replace(".", "").replace(",", "."))
    if digits.count(",") == 1 and "." not in digits and _PLAIN.fullmatch(digits.replace(",", ".")):
        return None if comma is Comma.GROUPS else _finite(digits.replace(",", "."))
    return None


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


@cache
def _is_unit(text: str) -> bool:
    """Whether what follows a number can be a unit: short, and no sentence."""
    return len(text) <= 30 and len(text.split()) <= 4 and not text[0].isdigit()
