"""Levels of an ordered scale: which places each spelling can stand for, and which an `Ordinal` asks for.

A level can have finer ones: somebody in stage III is in IIIA, IIIB or IIIC, so whether it is IIIB or above is unknown,
and an upper bound of III includes IIIC.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING

from trialwright.protocol.eligibility.lexicon.loading import entry

if TYPE_CHECKING:
    import polars as pl

    from trialwright.protocol.eligibility.tree import Ordinal

ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
FINER = re.compile(r"(?:[A-HJ-UWYZa-z]\d?|(?<=[A-Za-z])\d)")

Places = tuple[int, int]
"""The first and the last place that a level can stand for."""


@cache
def places(scale: str) -> Mapping[str, Places]:
    """The places of each level of a scale, by its spelling in lower case; empty where the scale is not known.

    A level in Roman numerals may be given in Arabic ones and the other way round, unless the scale has both.

    >>> places("ckd-stage")["3"], places("ckd-stage")["3a"], places("nyha")["3"]
    ((2, 4), (3, 3), (2, 2))
    """
    found = entry(scale)
    listed = [level.strip() for level in (found.fields.get("levels") or "").split("|")] if found else []
    out = {}
    for place, level in enumerate(listed):
        last = max((at for at, other in enumerate(listed) if _is_finer(other, level)), default=place)
        out[level.lower()] = (place, last)
    for number, roman in enumerate(ROMAN, 1):
        for one, other in ((str(number), roman.lower()), (roman.lower(), str(number))):
            if one in out:
                out.setdefault(other, out[one])
    return out


def asked_places(leaf: Ordinal) -> Places | None:
    """The first and the last place that the leaf asks for; None where one of its levels is unknown to the scale."""
    known = places(leaf.scale.key)
    first, last = 0, len(known)
    if leaf.low is not None:
        low = known.get(leaf.low.strip().lower())
        if low is None:
            return None
        first = low[0] if leaf.low_inclusive else low[1] + 1
    if leaf.high is not None:
        high = known.get(leaf.high.strip().lower())
        if high is None:
            return None
        last = high[1] if leaf.high_inclusive else high[0] - 1
    return first, last


def levels_between(leaf: Ordinal, level: pl.Expr) -> pl.Expr:
    """Whether levels, as text, lie between those of the leaf; null where that is unknown."""
    import polars as pl

    asked = asked_places(leaf)
    answers = {}
    if asked is not None:
        for spelling, (first, last) in places(leaf.scale.key).items():
            if asked[0] <= first and last <= asked[1]:
                answers[spelling] = True
            elif last < asked[0] or first > asked[1]:
                answers[spelling] = False
    if not answers:
        return pl.lit(None, dtype=pl.Boolean)
    spelled = level.str.strip_chars().str.to_lowercase()
    return spelled.replace_strict(answers, default=None, return_dtype=pl.Boolean)


def _is_finer(level: str, than: str) -> bool:
    """Whether a level is a part of another: IIIA of III, IA1 of IA and of I, 3b of 3."""
    if level == than or not level.startswith(than):
        return False
    return FINER.fullmatch(level, len(than)) is not None
