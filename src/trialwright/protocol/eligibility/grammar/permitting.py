"""Tells sentences that permit something from those that demand or exclude it."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.markers import (
    BUT,
    COLON,
    EXCEPT,
    LEAF,
    NEG,
    OPEN,
    PERMITTING,
    SEMI,
    SKIP,
    STOP,
    UNLESS,
)
from trialwright.protocol.eligibility.grammar.reading import Reading, bears_number

_ALONE = frozenset((EXCEPT, UNLESS, BUT, OPEN, STOP, SEMI, COLON))


def permits(line: Reading, lo: int, hi: int) -> bool:
    """Whether a sentence says that something is allowed, or that somebody is eligible all the same."""
    code = line.row.code
    while hi < len(code) and code[hi] == SKIP:
        hi += 1
    words = line.row.word[lo:hi]
    if NEG in code[lo:hi]:
        refused = words[code.index(NEG, lo, hi) - lo :]
        return "exclusion" in refused[:5] or "exclusionary" in refused[:3]
    if not PERMITTING.isdisjoint(words):
        return True
    return ("may" in words or "can" in words or "will" in words or "are" in words) and (
        "eligible" in words or "included" in words or "enrolled" in words or "enroll" in words
    )


def only_permits(line: Reading, words: frozenset[str]) -> bool:
    """Whether a whole line, of these words, says that something is allowed or excludes nobody: it then neither demands
    nor excludes it, but may name a condition, which a person reads."""
    if "exclusion" not in words and PERMITTING.isdisjoint(words):
        return False
    code = line.row.code[slice(*line.trimmed(0, len(line.row.code)))]
    if "exclusion" in words:
        row = line.row
        place = next((at for at, what in enumerate(row.code) if what == NEG), len(row.code))
        return "exclusion" in row.word[place : place + 5] and _ALONE.isdisjoint(code)
    if NEG in code or not _ALONE.isdisjoint(code):
        return False
    return not any(_bears_numbers(line.row.data[at]) for at, what in enumerate(line.row.code) if what == LEAF)


def _bears_numbers(leaves_there: object) -> bool:
    return isinstance(leaves_there, list) and any(bears_number(leaf) for leaf in leaves_there)
