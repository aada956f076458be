"""How many times, on which days and in which volume a treatment is given, from a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from trialwright.core.gates import gated
from trialwright.core.quantity import Amount
from trialwright.protocol.draft_text import COUNT, ORDINALS, number

DAYS_LIMIT = 120

_ADJECTIVE = (
    r"(?!(?:mg|ml|days?|weeks?|months?|years?|hours?|cycles?|patients?|and|of|or|to|the|a|in|after|cells?|levels?|kg"
    r"|groups?|arms?|cohorts?|million|billion|thousand|additional|optional|further|extra|more|repeat|booster|previous|prior"
    r"|patients?|participants?|subjects?)\b)[A-Za-z.'/-]+\s+"
)
_GIVEN = (
    r"(?:infusions?|injections?|administrations?|transfusions?|instillations?|implantations?|transplantations?"
    r"|inoculations?|vaccinations?)"
)
_SINGLE = gated(
    r"\b(?:one|single|1)[- ](?:time|shot)\b|\bsingle(?:[- ](?!arm|group|blind|cent|mask|site|institution|agent"
    r"|level|vial|bolus dose of)[\w.]+){0,3}?[- ]?(?:doses?|"
    + _GIVEN
    + r")\b(?![- ](?:levels?|use|vials?|syringes?|pens?|containers?))|\b(?:one|1) (?:[a-z]+ )?"
    + _GIVEN
    + r"\b|\bonly once\b|\bonce(?: only)?\s*[.,;)]|\bonce intraoperatively|\bonce[- ]off\b|\bonce$",
    re.IGNORECASE,
)
_MANY = (
    r"(?:doses|does|infusions|injections|administrations|transfusions|instillations|implantations|transplantations"
    r"|inoculations|vaccinations)"
)
_NUMBERED = gated(
    rf"(?<![-.,])\b(?P<n>{COUNT})(?:\s?\(\d{{1,2}}\))?\s+(?:{_ADJECTIVE}){{0,3}}?(?:(?:stem "
    rf"|stromal )?cell )?(?:{_MANY}"
    rf"|(?<!one )(?<!\b1 ){_GIVEN}(?![- ](?:related|sites?|reaction|rate|pump|set|bag|volume|time|visit|cent"
    rf"|clinic|day)))\b"
    r"(?!\s*(?:levels?|groups?|cohorts?|escal|per (?:day|week)|a (?:day|week)|daily|/))",
    re.IGNORECASE,
)
_TWICE = gated(r"\btwice\b(?!\s*(?:a|per|each|every|daily|weekly|the|as|upper))|\bthrice\b(?! daily)", re.IGNORECASE)
_TIMES_WORD = gated(
    rf"\b(?P<n>{COUNT})\s+times\b(?!\s*(?:/|a\b|per\b|each|every|daily|weekly|the\b|as\b|higher|lower|more|upper"
    rf"|normal|greater|in\b(?! total)))"
    r"|\btotal of (?P<m>\d{1,2}) times",
    re.IGNORECASE,
)

_LIMITED = re.compile(
    r"\b(?:up to(?: a (?:total|maximum) of)?|at most|maximum(?: of)?|max\.?|no more than|at least|minimum(?: of)?"
    r"|optional"
    r"|additional|further|another|extra|previous|prior|first|last|next|remaining|initial|subsequent|following|missed"
    r"|every|each|after|before|between|within|or|to|days?|weeks?|months?|visits?|grades?|phase|cycles?|levels?|arms?"
    r"|groups?|cohorts?|[≤≥<>-])\s*$",
    re.IGNORECASE,
)
"""What stands before a number that does not say how many administrations there are."""
_ONE_SITTING = gated(r"\b(?:single|one|same) (?:\w+ )?(?:procedure|session|operation|surgery)\b", re.IGNORECASE)
_RHYTHM = gated(
    rf"\bevery (?:{COUNT}|other|day|week|month|visit|cycle)|\b(?:dai|week|month)ly\b|\b(?:per|a|each) (?:day|week"
    rf"|month)\b"
    r"|\btwice\b|/day|\bcycles?\b",
    re.IGNORECASE,
)
_DAY_LIST = re.compile(
    r"\b(?:(?:on|at|in)\s+)?(?P<unit>days?|weeks?|D)\s?(?P<list>-?\d{1,3}(?:\s*\([^)]{0,12}\))?(?:\s*(?:,\s*and|,"
    r"|and|&|/|\+|to|-|–|through|then|or)\s*(?:(?:on|at)\s+)?(?:days?|weeks?|D)?\s?[+-]?\d{1,3}(?!(?:[.,]?\d)*\s*(?:mg"
    r"|ml|g|µg|cells|IU|%|weeks?|days?|months?|hours?|x10|times|[mb]illion)\b|(?:[.,]?\d)*\s*[x×*]\s*10))*)",
    re.IGNORECASE,
)
_ORDINAL = gated(
    rf"\b(?P<list>(?:{'|'.join(ORDINALS)})(?:\s*(?:,|and|, and)\s*(?:{'|'.join(ORDINALS)}))*)\s+(?P<unit>day"
    rf"|week)s?\b(?!\s+of)",
    re.IGNORECASE,
)
_FOLLOW = re.compile(
    r"(?:follow|assess|evaluat|measur|visit|outcome|until|prior|before|through|within|blood|sampl|observ|up to"
    r"|end of|monitor|test|scan|check|response|after day|by)\W*(?:\w+\W+){0,4}$",
    re.IGNORECASE,
)
_ASSESSED = gated(
    r"\bimag(?:e|ing)|\bMRI\b|\bCT\b|x-?ray|ultraso|analys|monitor|evaluat|assess|follow(?:ed)?[- ]up|sampl"
    r"|measur|biops|scor(?:e|ing)|questionnaire|examin|\btest|observ|collect|\bdrawn\b|\bscan|surveill|outcome|dressing",
    re.IGNORECASE,
)
_GIVING = gated(
    r"receiv|administ|infus|inject|\bgiven\b|\bdos(?:e|ed|es|ing)\b|transfus|treated|treatment|transplant|deliver|instill"
    r"|implant|inocul|vaccinat|\btake|placebo",
    re.IGNORECASE,
)
_CYCLE = re.compile(
    r"\s*(?:of|,|\(|in|q)\s*(?:each|every|a|the)?\s*(?:\d+[- ]?(?:day|week)s?\s*)?(?:treatment\s+)?(?:cycle|course"
    r"|\d+[- ]day)|\s*q\s?d?\s?\d",
    re.IGNORECASE,
)
REPEATED = re.compile(
    r"\bevery (?:\d+|two|three|four|six)[- ]weeks?|\bcycles?\b|progression|\bq\s?\d{1,2}\s?[dw]\b", re.IGNORECASE
)
_INTERVAL = gated(
    rf"\b(?:every\s+(?P<a>{COUNT})?\s*(?P<au>days?|weeks?|months?)|(?P<b>{COUNT})[- ](?P<bu>day|week|month)s?(?: "
    rf"|-)(?:apart|intervals?)"
    rf"|intervals? (?:of|is|was)\s+(?P<c>{COUNT})\s*(?P<cu>days?|weeks?|months?)|once\s+(?:a|per|each|every)"
    rf"\s+(?P<du>week|month)|(?<!twice )(?<!times )(?<!bi)(?P<eu>weekly|monthly))",
    re.IGNORECASE,
)
_DAILY = gated(
    rf"\bonce (?:daily|a day|per day|every day),? (?:for|on"
    rf"|over) (?P<n>{COUNT})(?: \(\d{{1,2}}\))? (?:consecutive |successive )?days"
    rf"|\b(?:for|on|over) (?P<m>{COUNT})(?: \(\d{{1,2}}\))? (?:consecutive |successive )?days,? once (?:daily"
    rf"|a day|per day)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"(?:no (?:less|fewer) than|at least|minimum(?: of)?|about|approximately|around|no more than|\bor|[≥~])\s*$",
    re.IGNORECASE,
)
_FOR_WEEKS = gated(rf"\bfor\s+(?P<n>{COUNT})\s+(?:consecutive\s+)?(?P<u>weeks?|months?)", re.IGNORECASE)
_VOLUME = gated(
    r"\b(?:(?:suspended|diluted|dissolved|reconstituted|mixed|delivered|given|infused) (?:in|into|with|to)|in|into"
    r"|with a(?= \w* ?volume)|volume (?:of|is|was)?|total of"
    r"|of)\s+(?:a\s+)?(?:total\s+)?(?:final\s+)?(?:volume\s+)?(?:of\s+)?(?:approximately\s+)?"
    r"(?P<v>\d{1,4}(?:\.\d{1,3})?)\s*-?\s*(?:mls?|mLs?|ML|cc|milliliters?|millilitres?)\b(?!\s*/|\s+per"
    r"|\s+(?:of\s+)?(?:\w+\s+)?(?:DMSO|dimethyl|blood|bone marrow|aspirate|fat|lipoaspirate))",
)
_LENGTH = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a text names: as numbered there, as relative days (0 = first dose), and how they were read."""

    stated: tuple[int, ...]
    relative: tuple[int, ...]
    quote: str
    note: str = ""


def administrations(text: str) -> tuple[int, str] | None:
    """How many administrations the text states, with the words that say so, or None; the first of several.

    >>> administrations("3 does of cells at Day 0"), administrations("a single infusion of cells")
    ((3, '3 does'), (1, 'single infusion'))
    """
    found = counts(text)
    return found[0] if found else None


def counts(text: str) -> tuple[tuple[int, str], ...]:
    """Every number of administrations that a sentence states, with the words that say so; limits are left out.

    >>> counts("given on days 1-5 (5 doses) and then twice a week (6 doses)")
    ((5, '5 doses'), (6, '6 doses'))
    """
    found: list[tuple[int, str]] = []
    for many in _NUMBERED.finditer(text):
        count = number(many["n"])
        if count is None or not 0 < count <= DAYS_LIMIT or _LIMITED.search(text[: many.start()]):
            continue
        if "njection" in many.group() and _ONE_SITTING.search(text):  # sites of one sitting
            return ((1, many.group()),)
        found.append((count, many.group()))
    if found:
        return tuple(found)
    for times in _TIMES_WORD.finditer(text):
        count = number(times["n"] or times["m"])
        weekly = re.search(
            r"\b(?:once|one time) (?:a|per|every|each) (?:day|week|month),?\s*$", text[: times.start()], re.IGNORECASE
        )
        if count is not None and 0 < count <= DAYS_LIMIT and (weekly or not _LIMITED.search(text[: times.start()])):
            return ((count, times.group()),)
    if (twice := _TWICE.search(text)) is not None and not _LIMITED.search(text[: twice.start()]):
        return ((2 if twice.group().lower() == "twice" else 3, twice.group()),)
    if (single := _SINGLE.search(text)) is not None and not _RHYTHM.search(text):
        return ((1, single.group().strip(" .,;)")),)
    return ()


def volume(text: str) -> tuple[Amount, str] | None:
    """The volume of one administration, with the words that say so, or None.

    >>> str(volume("each dose suspended in 100 ml albumin solution")[0])
    '100 mL'
    """
    found = _VOLUME.search(text)
    if found and re.search(
        r"vial|withdrawable|syringe|blood|aspirat|marrow",
        text[max(0, found.start() - 40) : found.end() + 20],
        re.IGNORECASE,
    ):
        return None
    return (Amount(Decimal(found["v"]), "mL"), found.group().strip()) if found else None


def _is_assessed(before: str) -> bool:
    """Whether the words before a list of days speak of what is examined then, and not of what is given.

    >>> _is_assessed("Infused once. Imaging was done after repair, at "), _is_assessed("after evaluation, infused on ")
    (True, False)
    """
    assessed = [found.start() for found in _ASSESSED.finditer(before)]
    given = [found.start() for found in _GIVING.finditer(before)]
    return bool(assessed) and (not given or given[-1] < assessed[-1])


def _listed(text: str) -> list[int] | None:
    """The numbers of "0, 3 and 6" or of "1 to 5", or None where they do not rise."""
    tokens = re.findall(
        r"\bto\b|through|(?<=\d)\s*[-–]\s*(?=\d)|-?\d+", re.sub(r"\([^)]*\)", " ", text.replace("+", " "))
    )
    days: list[int] = []
    span = False
    for token in tokens:
        if not re.fullmatch(r"-?\d+", token):
            span = True
            continue
        day = int(token)
        if span and days and day > days[-1]:
            days += list(range(days[-1] + 1, min(day, days[-1] + DAYS_LIMIT) + 1))
        else:
            days.append(day)
        span = False
    rising = all(a < b for a, b in pairwise(days))
    return days if days and rising and len(days) <= DAYS_LIMIT else None


def _relative(stated: list[int], quote: str, unit: int) -> Days:
    first = stated[0]
    relative = tuple((day - first) * unit for day in stated)
    note = "" if first == 0 else f"numbered from {first} in the text; the first dose is relative day 0"
    return Days(tuple(stated), relative, quote, note)


def days(text: str, expected: int | None = None) -> Days | None:
    """The days of administration that a text names, or None. `expected`: how many there must be, where known.

    >>> days("given at Day 0, Day 3, Day 6").relative
    (0, 3, 6)
    >>> days("at the first and fourth day after assignment").relative
    (0, 3)
    """
    for match in _DAY_LIST.finditer(text):
        unit = 7 if match["unit"].lower().startswith("week") else 1
        if match["unit"] == "d" or _FOLLOW.search(text[max(0, match.start() - 45) : match.start()]):
            continue
        if _is_assessed(text[: match.start()]):
            continue
        if _CYCLE.match(text, match.end()) or REPEATED.search(text):
            continue
        stated = _listed(re.sub(r"(?i)days?|weeks?|\bd(?=\d)|\bon\b|\bat\b", " ", match["list"]))
        if stated is None or stated[0] < 0 or (expected is not None and len(stated) != expected):
            continue
        if len(stated) == 1 and expected != 1:
            continue
        return _relative(stated, match.group(), unit)
    for match in _ORDINAL.finditer(text):
        stated = [ORDINALS[word.lower()] for word in re.findall("|".join(ORDINALS), match["list"], re.IGNORECASE)]
        rising = all(a < b for a, b in pairwise(stated))
        if rising and len(stated) > 1 and (expected is None or len(stated) == expected):
            return _relative(stated, match.group(), 7 if match["unit"].lower() == "week" else 1)
    return _spaced(text, expected)


def _spaced(text: str, expected: int | None) -> Days | None:
    """Days that follow from a count and a stated interval ("3 infusions every 2 weeks", "daily for 3 days")."""
    if (
        (daily := _DAILY.search(text)) is not None
        and not REPEATED.search(text)
        and not _is_assessed(text[: daily.start()])
    ):
        length = number(daily["n"] or daily["m"]) or 0
        if 1 < length <= DAYS_LIMIT and expected in (None, length):
            return Days((), tuple(range(length)), daily.group(), "")
    found = _INTERVAL.search(text)
    if found is None or re.search(r"\bup to\b|\buntil\b|progression|\bcycles?\b", text, re.IGNORECASE):
        return None
    before = text[: found.start()]
    if _is_assessed(before) or _ABOUT.search(before):
        return None
    groups = found.groupdict()
    unit = next(groups[key] for key in ("au", "bu", "cu", "du", "eu") if groups.get(key))
    word = unit.lower().rstrip("s").removesuffix("ly")
    every = (number(groups.get("a") or groups.get("b") or groups.get("c") or "1") or 1) * _LENGTH[word]
    count = expected
    if count is None and (weeks := _FOR_WEEKS.search(text)) is not None:
        total = (number(weeks["n"]) or 0) * _LENGTH[weeks["u"].lower().rstrip("s")]
        count = total // every if every else None
    if count is None or not 1 < count <= DAYS_LIMIT:
        return None
    note = "a month counted as 30 days" if word == "month" else ""
    return Days((), tuple(every * step for step in range(count)), found.group(), note)
