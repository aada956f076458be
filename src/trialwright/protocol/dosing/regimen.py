"""How often, on which days, by which route and in which volume a treatment is given, from a text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from trialwright.core.quantity import Amount
from trialwright.protocol.draft_text import COUNT, ORDINALS, number

DAYS_LIMIT = 120

ROUTES: tuple[tuple[str, str], ...] = (
    ("INTRA-ARTERIAL", r"intra-?\s?arterial(?:ly)?"),
    ("INTRA-ARTICULAR", r"intra-?\s?articular(?:ly)?"),
    ("INTRACORONARY", r"intra-?\s?coronar(?:y|ily)"),
    ("INTRAMYOCARDIAL", r"intra-?\s?myocardial(?:ly)?|transendocardial(?:ly)?"),
    ("INTRATHECAL", r"intra-?\s?thecal(?:ly)?"),
    ("EPIDURAL", r"(?:trans\w*\s)?epidural(?:ly)?"),
    ("INTRAVITREAL", r"intra-?\s?vitreal(?:ly)?"),
    ("INTRAMUSCULAR", r"intra-?\s?muscular(?:ly)?|\bi\.m\.|(?-i:\bIM\b)(?=[\s,.;)]*(?:\(|inj|gluteal|dose|$|\)))"),
    ("SUBCUTANEOUS", r"sub-?\s?cutaneous(?:ly)?|\bs\.c\.|(?-i:\bSC\b)"),
    ("INTRADERMAL", r"intra-?\s?dermal(?:ly)?"),
    ("INTRAPERITONEAL", r"intra-?\s?peritoneal(?:ly)?"),
    ("INTRADISCAL", r"intra-?\s?dis[ck]al(?:ly)?|into an intervertebral disc"),
    ("INTRATUMOR", r"intra-?\s?tumou?r(?:al(?:ly)?)?"),
    ("INTRALESIONAL", r"intra-?\s?lesional(?:ly)?"),
    ("INTRATRACHEAL", r"intra-?\s?tracheal(?:ly)?|endotracheal instillation"),
    ("INTRACAVERNOUS", r"intra-?\s?cavernous(?:ly)?"),
    ("INTRAVESICAL", r"intra-?\s?vesical(?:ly)?"),
    ("INTRANASAL", r"intra-?\s?nasal(?:ly)?|nasal spray"),
    ("RESPIRATORY (INHALATION)", r"inhal(?:ation|ed)|nebuli[sz](?:ed|ation)|aerosol(?:i[sz]ed)?"),
    ("SUBLINGUAL", r"sub-?lingual(?:ly)?"),
    ("BUCCAL", r"\bbuccal(?:ly)?"),
    ("TRANSDERMAL", r"transdermal(?:ly)?"),
    ("TOPICAL", r"topical(?:ly)?"),
    ("RECTAL", r"\brectal(?:ly)?|enema"),
    ("VAGINAL", r"\bvaginal(?:ly)?|intravaginal(?:ly)?"),
    ("OPHTHALMIC", r"eye drops|ophthalmic (?:solution|ointment)"),
    (
        "INTRAVENOUS",
        (
            r"intra-?\s?venous(?:ly)?|\bi\.\s?v\.?(?=\W)|\bendovenous(?:ly)?|peripheral vein"
            r"|in(?:to|) an? (?:\w+ )?vein\b"
            r"|(?<!-)(?<!III )(?-i:\bIV\b)(?!\s*(?:trial|study|disease|cancer|and V\b))|(?-i:\bIv\b)"
        ),
    ),
    (
        "ORAL",
        (
            r"\boral(?:ly)?\b(?! (?:prednis|cortico|steroid|gluco|contracept|cavity|mucos))|\bp\.\s?o\.|by mouth"
            r"|per os|\b(?-i:PO)\b"
        ),
    ),
)
_ROUTE = re.compile("|".join(f"(?P<r{index}>{pattern})" for index, (_, pattern) in enumerate(ROUTES)), re.IGNORECASE)
_STAGE = re.compile(
    r"(?:stages?|class|grades?|phases?|types?|groups?|arms?|cohorts?|factor|levels?|II?I?|and|or|-|,)\s*$",
    re.IGNORECASE,
)

_ADJECTIVE = (
    r"(?!(?:mg|ml|days?|weeks?|months?|years?|hours?|cycles?|patients?|and|of|or|to|the|a|in|after|cells?|levels?|kg"
    r"|groups?|arms?|cohorts?)\b)[A-Za-z.'/-]+\s+"
)
_GIVEN = (
    r"(?:infusions?|injections?|administrations?|transfusions?|instillations?|implantations?|transplantations?"
    r"|inoculations?|vaccinations?)"
)
_SINGLE = re.compile(
    r"\b(?:one|single|1)[- ](?:time|shot)\b|\bsingle(?:[- ](?!arm|group|blind|cent|mask|site|institution|agent"
    r"|level|vial|bolus dose of)[\w.]+){0,3}?[- ]?(?:doses?|"
    + _GIVEN
    + r")\b(?![- ](?:levels?|use|vials?|syringes?|pens?|containers?))|\b(?:one|1) (?:[a-z]+ )?"
    + _GIVEN
    + r"\b|\bonly once\b|\bonce(?: only)?\s*[.,;)]|\bonce intraoperatively|\bonce$",
    re.IGNORECASE,
)
_MANY = (
    r"(?:doses|does|infusions|injections|administrations|transfusions|instillations|implantations|transplantations"
    r"|inoculations|vaccinations)"
)
_NUMBERED = re.compile(
    rf"\b(?P<n>{COUNT})\s+(?:{_ADJECTIVE}){{0,3}}?{_MANY}\b"
    r"(?!\s*(?:levels?|groups?|cohorts?|escal|per (?:day|week)|a (?:day|week)|daily|/))",
    re.IGNORECASE,
)
_TWICE = re.compile(
    r"\btwice\b(?!\s*(?:a|per|each|every|daily|weekly|the|as|upper))|\bthrice\b(?! daily)", re.IGNORECASE
)
_TIMES_WORD = re.compile(
    rf"\b(?P<n>{COUNT})\s+times\b(?!\s*(?:/|a\b|per\b|each|every|daily|weekly|the\b|as\b|higher|lower|more|upper"
    rf"|normal|greater|in\b(?! total)))"
    r"|\btotal of (?P<m>\d{1,2}) times",
    re.IGNORECASE,
)

_DAY_LIST = re.compile(
    r"\b(?:(?:on|at|in)\s+)?(?P<unit>days?|weeks?|D)\s?(?P<list>-?\d{1,3}(?:\s*\([^)]{0,12}\))?(?:\s*(?:,\s*and|,"
    r"|and|&|/|\+|to|-|–|through|then|or)\s*(?:(?:on|at)\s+)?(?:days?|weeks?|D)?\s?[+-]?\d{1,3}(?![\d.]*\s*(?:mg"
    r"|ml|g|µg|cells|IU|%|weeks?|days?|months?|hours?|x10|times)\b))*)",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    rf"\b(?P<list>(?:{'|'.join(ORDINALS)})(?:\s*(?:,|and|, and)\s*(?:{'|'.join(ORDINALS)}))*)\s+(?P<unit>day"
    rf"|week)s?\b(?!\s+of)",
    re.IGNORECASE,
)
_FOLLOW = re.compile(
    r"(?:follow|assess|evaluat|measur|visit|outcome|until|prior|before|through|within|blood|sampl|observ|up to"
    r"|end of|monitor|test|scan|check|response|after day|by)\W*(?:\w+\W+){0,4}$",
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
_INTERVAL = re.compile(
    rf"\b(?:every\s+(?P<a>{COUNT})?\s*(?P<au>days?|weeks?|months?)|(?P<b>{COUNT})[- ](?P<bu>day|week|month)s?(?: "
    rf"|-)(?:apart|intervals?)"
    rf"|intervals? (?:of|is|was)\s+(?P<c>{COUNT})\s*(?P<cu>days?|weeks?|months?)|once\s+(?:a|per|each|every)"
    rf"\s+(?P<du>week|month)|(?<!twice )(?<!times )(?<!bi)(?P<eu>weekly|monthly))",
    re.IGNORECASE,
)
_FOR_WEEKS = re.compile(rf"\bfor\s+(?P<n>{COUNT})\s+(?:consecutive\s+)?(?P<u>weeks?|months?)", re.IGNORECASE)
_VOLUME = re.compile(
    r"\b(?:suspended|diluted|dissolved|resuspended|delivered|given|infused)?\s*(?:in|into|with|volume (?:of|is"
    r"|was)?|total of|of)\s+(?:a\s+)?(?:total\s+)?(?:final\s+)?(?:volume\s+)?(?:of\s+)?(?:approximately\s+)?"
    r"(?P<v>\d{1,4}(?:\.\d{1,3})?)\s*-?\s*(?:ml|mL|ML|cc|milliliters?|millilitres?)\b(?!\s*/|\s+per)",
)
_FREQUENCY: tuple[tuple[str, str], ...] = (
    ("BID", r"\bbid\b|\bb\.i\.d\.?|twice (?:a day|daily|per day)|two times (?:a|per) day"),
    ("TID", r"\btid\b|\bt\.i\.d\.?|(?:three|3) times (?:a day|daily|per day)|thrice daily"),
    ("QID", r"\bqid\b|\bq\.i\.d\.?|(?:four|4) times (?:a day|daily|per day)"),
    ("QD", r"\bqd\b|\bq\.d\.?|once (?:a day|daily|per day)|\bdaily\b|(?:per|/)\s?day|every day"),
    ("Q2W", r"\bq2w\b|every (?:2|two)[- ]weeks?|fortnightly|every other week|biweekly"),
    ("Q3W", r"\bq3w\b|every (?:3|three)[- ]weeks?|(?:each|every) 21[- ]day cycle|q d 21"),
    ("Q4W", r"\bq4w\b|every (?:4|four)[- ]weeks?|(?:each|every) 28[- ]day cycle"),
    ("QW", r"\bqw\b|once (?:a week|weekly|per week)|\bweekly\b|every week"),
    ("QM", r"\bmonthly\b|once (?:a|per) month|every month"),
)
_FREQUENCIES = tuple((term, re.compile(pattern, re.IGNORECASE)) for term, pattern in _FREQUENCY)
_LENGTH = {"day": 1, "week": 7, "month": 30}


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a text names: as numbered there, as relative days (0 = first dose), and how they were read."""

    stated: tuple[int, ...]
    relative: tuple[int, ...]
    quote: str
    note: str = ""


def routes(text: str) -> tuple[str, ...]:
    """The CDISC terms of every route that the text names, in order, each once.

    >>> routes("one-time therapy via IV infusion"), routes("stage IV disease")
    (('INTRAVENOUS',), ())
    """
    found: list[str] = []
    for match in _ROUTE.finditer(text):
        term = ROUTES[int(str(match.lastgroup)[1:])][0]
        if match.group() == "IV" and _STAGE.search(text[max(0, match.start() - 12) : match.start()]):
            continue
        if term not in found:
            found.append(term)
    return tuple(found)


def administrations(text: str) -> tuple[int, str] | None:
    """How many administrations the text states, with the words that say so, or None.

    >>> administrations("3 does of cells at Day 0"), administrations("a single infusion of cells")
    ((3, '3 does'), (1, 'single infusion'))
    """
    if (many := _NUMBERED.search(text)) is not None:
        count = number(many["n"])
        if count is not None and 0 < count <= DAYS_LIMIT:
            return count, many.group()
    if (times := _TIMES_WORD.search(text)) is not None:
        count = number(times["n"] or times["m"])
        if count is not None and 0 < count <= DAYS_LIMIT:
            return count, times.group()
    if (twice := _TWICE.search(text)) is not None:
        return (2 if twice.group().lower() == "twice" else 3), twice.group()
    if (single := _SINGLE.search(text)) is not None:
        return 1, single.group().strip(" .,;)")
    return None


def frequency(text: str) -> str | None:
    """The CDISC term of the frequency that the text names (`QD`, `Q3W`), or None where none or several are named."""
    found = [term for term, pattern in _FREQUENCIES if pattern.search(text)]
    if len(found) > 1 and "QD" in found:
        found.remove("QD")
    return found[0] if len(found) == 1 else None


def volume(text: str) -> tuple[Amount, str] | None:
    """The volume of one administration, with the words that say so, or None.

    >>> str(volume("each dose suspended in 100 ml albumin solution")[0])
    '100 mL'
    """
    found = _VOLUME.search(text)
    if found and re.search(
        r"vial|withdrawable|syringe|blood", text[max(0, found.start() - 40) : found.end() + 20], re.IGNORECASE
    ):
        return None
    return (Amount(Decimal(found["v"]), "mL"), found.group().strip()) if found else None


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
    """Days that follow from a count and a stated interval ("3 infusions every 2 weeks")."""
    found = _INTERVAL.search(text)
    if found is None or re.search(r"\bup to\b|\buntil\b|progression|\bcycles?\b", text, re.IGNORECASE):
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
