"""Reads on which side of a moment a stretch of time lies: before it, after it, or on both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.anchors import TRIAL_MOMENTS, anchors_at
from trialwright.protocol.eligibility.grammar.stretches import Stretch
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.tree import Anchor, Side

BEFORE = frozenset(["before", "preceding"])
AFTER = frozenset(["after", "following", "post"])
_EITHER_SIDE = ({"before", "after"}, {"pre", "post"})
_TO = frozenset({"to", "until", "till", "through", "-", "and", "or", "and/or"})
_REACHING = frozenset({"to", "until", "till", "through", "-"})
_AGAIN = frozenset({"within", "up", "for", "at", "least", "the", "first", ","})
_FARTHEST = 12  # tokens from what lies before a moment to what lies after it


class Both(NamedTuple):
    """A time before and a time after a moment. `last`: the token after all of it; `anchors`: the moment, None where
    none is named; `alike`: both times are of one length and counted from one moment."""

    last: int
    anchors: tuple[Anchor, ...] | None
    alike: bool


def direction(words: list[str], at: int) -> tuple[int, Side | None]:
    """Whether words at a token say before or after a moment, and the token where the moment begins."""
    count = len(words)
    if at < count and words[at] in {"'", "s"}:
        at += 1
    if at + 1 < count and words[at] in {"immediately", "directly", "just", "period", "time"}:
        at += 1
    if at >= count:
        return at, None
    word = words[at]
    if word == "prior" and at + 1 < count and words[at + 1] in {"to", "the"}:
        return at + 2, Side.BEFORE
    if word == "previous" and at + 1 < count and words[at + 1] == "to":
        return at + 2, Side.BEFORE
    if word == "leading" and words[at + 1 : at + 3] == ["up", "to"]:
        return at + 3, Side.BEFORE
    both = at + 2 < count and {word, words[at + 2]} in _EITHER_SIDE and words[at + 1] in {"/", "or", "and"}
    if both:
        return at + 3, Side.AROUND
    if word in BEFORE:
        return at + 1, Side.BEFORE
    if word in {"pre", "post"} and words[at + 1 : at + 2] == ["-"] and words[at + 2 : at + 3]:
        if words[at + 2].endswith("ly"):
            return at, None
        return at + 2, Side.BEFORE if word == "pre" else Side.AFTER
    if word in AFTER:
        return at + 1, Side.AFTER
    if word == "prior" and at + 1 < count and words[at + 1] in TRIAL_MOMENTS:
        return at + 1, Side.BEFORE
    return at, None


def on_both_sides(text: str, tokens: Tokens, stretches: Sequence[Stretch]) -> dict[int, Both | None]:
    """For stretches of time of which one lies before a moment and the next after it (`from 2 weeks before to 2 weeks
    after X`), by their first tokens: what the first says together with the second, None for the second."""
    words = tokens.word
    out: dict[int, Both | None] = {}
    for one, two in pairwise(stretches):
        if one.first in out:
            continue
        at, side = direction(words, one.last)
        if side is None or side is Side.AROUND or two.first - at > _FARTHEST:
            continue
        other, opposite = direction(words, two.last)
        if opposite is None or opposite is Side.AROUND or opposite is side:
            continue
        own: tuple[Anchor, ...] | None = None
        if words[at] not in _TO:
            own, at = anchors_at(text, tokens, at)  # `from 2 weeks before surgery to ...`
        between = words[at : two.first]
        if not between or between[0] not in (_TO if own is None else _REACHING) or not _AGAIN.issuperset(between[1:]):
            continue
        alike = (one.low, one.high, one.unit) == (two.low, two.high, two.unit)
        alike = alike and one.op in {None, "<="} and two.op in {None, "<="}
        anchors, end = anchors_at(text, tokens, other)
        out[one.first] = Both(end if anchors else other, anchors, alike and own in {None, anchors})
        out[two.first] = None
    return out
