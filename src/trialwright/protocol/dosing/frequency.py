"""How often a treatment is given where a text names a rhythm and no number, in CDISC terms."""

from __future__ import annotations

import re
from functools import lru_cache

from trialwright.core.gates import gated
from trialwright.protocol.draft_text import COUNT, KEPT

_A_DAY = r"(?:a day|daily|per day|each day|every day|/ ?day)"
_A_WEEK = r"(?:a week|weekly|per week|each week|every week|/ ?week)"
_FREQUENCY: tuple[tuple[str, str], ...] = (
    ("BID", rf"\bbid\b|\bb\.i\.d\.?|twice {_A_DAY}|(?:two|2) times {_A_DAY}|every 12 h|\bq12h\b"),
    ("TID", rf"\btid\b|\bt\.i\.d\.?|(?:three|3) times {_A_DAY}|thrice {_A_DAY}|every 8 h|\bq8h\b"),
    ("QID", rf"\bqid\b|\bq\.i\.d\.?|(?:four|4) times {_A_DAY}|every 6 h|\bq6h\b"),
    ("5 TIMES PER DAY", rf"(?:five|5) times {_A_DAY}"),
    ("6 TIMES PER DAY", rf"(?:six|6) times {_A_DAY}|every 4 h"),
    ("QOD", r"\bqod\b|every (?:other|second|2) days?|alternate days?"),
    ("QD", r"\bqd\b|\bq\.d\.?|once (?:a day|daily|per day)|\bdaily\b|(?:per|/)\s?day|every day"),
    ("2 TIMES PER WEEK", rf"(?:twice|two times|2 times|2x) ?{_A_WEEK}"),
    ("3 TIMES PER WEEK", rf"(?:thrice|three times|3 times|3x) ?{_A_WEEK}|\btiw\b"),
    ("4 TIMES PER WEEK", rf"(?:four times|4 times|4x) ?{_A_WEEK}"),
    ("5 TIMES PER WEEK", rf"(?:five times|5 times|5x) ?{_A_WEEK}"),
    ("Q2W", r"\bq2w\b|every (?:2|two)[- ]weeks?|fortnightly|every (?:other|second) week"),
    ("Q3W", r"\bq3w\b|every (?:3|three)[- ]weeks?|(?:each|every) 21[- ]day cycle|q d 21"),
    ("Q4W", r"\bq4w\b|every (?:4|four)[- ]weeks?|(?:each|every) 28[- ]day cycle"),
    ("Q6W", r"\bq6w\b|every (?:6|six)[- ]weeks?"),
    ("Q8W", r"\bq8w\b|every (?:8|eight)[- ]weeks?"),
    ("Q12W", r"\bq12w\b|every (?:12|twelve)[- ]weeks?"),
    (
        "QW",
        (
            r"\bqw\b|once (?:a week|weekly|per week)"
            r"|(?<!bi-)(?<!tri-)(?<!semi-)(?<!twice-)(?<!twice )(?<!times )\bweekly\b"
            r"|every week"
        ),
    ),
    ("QM", r"(?<!bi-)\bmonthly\b|once (?:a|per) month|every month"),
)
_OTHER_TIMES = gated(rf"\b(?:{COUNT}|several|multiple) times {_A_DAY}", re.IGNORECASE)
_FREQUENCIES = tuple((term, gated(pattern, re.IGNORECASE)) for term, pattern in _FREQUENCY)


@lru_cache(maxsize=KEPT)
def frequency(text: str) -> str | None:
    """The CDISC term of the frequency that the text names (`QD`, `Q3W`), or None where none or several are named."""
    found = [term for term, pattern in _FREQUENCIES if pattern.search(text)]
    if len(found) > 1 and "QD" in found:
        found.remove("QD")
    if found == ["QD"] and _OTHER_TIMES.search(text):
        return None
    return found[0] if len(found) == 1 else None
