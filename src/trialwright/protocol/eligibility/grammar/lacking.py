"""Reads how long something has not been there (`no fever for at least 2 days`) as nothing of it since so long."""

from __future__ import annotations

import re
from dataclasses import replace

from trialwright.protocol.eligibility.grammar.anchors import anchors_at
from trialwright.protocol.eligibility.grammar.facts import Fact, node_of
from trialwright.protocol.eligibility.grammar.markers import VAGUE
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.reading import Reading, negation
from trialwright.protocol.eligibility.grammar.tokens import Tokens, tokens_of
from trialwright.protocol.eligibility.tree import (
    Anchor,
    AnchorKind,
    Exposure,
    Expression,
    Interval,
    Lasting,
    Not,
    Or,
    Present,
    Side,
    Window,
    leaves,
)

# `for at least 4 weeks before enrolment` at the end of what a leaf was read from
_SO_LONG = re.compile(
    r"\b(?:for|since)\s+(?:the\s+)?(?P<more>more than|longer than|greater than|over|exceeding|>(?!\s*/?=))?"
    r"[^,;:]{0,24}?(?:\d|[a-z]+)[^,;:]{0,12}?\b(?:second|minute|hour|hr|h|day|week|wk|month|mo|year|yr)s?\b\)?"
    r"(?P<rest>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_BEFORE = re.compile(
    r"\s*(?:immediately |directly )?(?:prior to|before|preceding|prior|at (?:the )?(?=screening))\b\s*", re.IGNORECASE
)
# what tells that a treatment or a state is meant that went on for so long
_GOING_ON = re.compile(
    r"\b(?:chronic\w*|continu\w+|consecutive\w*|prolonged|persist\w+|last(?:ing|ed|s)|duration|history|prior(?!\s+to)"
    r"|previous\w*|long|longer|ever|regular\w*|daily|stable)\b",
    re.IGNORECASE,
)
_LACKING = frozenset(("without", "free", "absence", "absent", "lack", "lacking", "off"))
_LACKED = re.compile(
    r"(?:off|free (?:of|from)|(?P<no>not off))\s+(?P<after>.+)|(?P<before>.+?)[- ]free|(?P<cold>afebrile)",
    re.IGNORECASE,
)


def opposite(line: Reading, place: int, stop: int, covered: Expression) -> Expression | None:
    """The opposite of what the negation at `place` covers up to before `stop`; a duration in it then says since when
    nothing of it must have been there. A question where that cannot be told from what must not have gone on so
    long."""
    span = line.span(place, stop)
    for leaf in leaves(covered):
        if isinstance(leaf, Present | Exposure) and leaf.lasting is not None and leaf.when is None:
            break
    else:
        return negation(covered, span)
    parts = covered.parts if isinstance(covered, Or) else (covered,)
    word, lead = line.row.word[place], line.row.text[slice(*span)]
    if not _may_be_since(lead):
        return negation(covered, span)
    found: list[Expression] = []
    for part in parts:
        plain = isinstance(part, Present | Exposure) and part.when is None and part.lasting is not None
        near = _since(part, word, lead) if plain else None  # type: ignore[arg-type]  # as `plain` says
        if near is None:
            return line.question(place, stop)
        found.append(near)
    return Not(Or(tuple(found)) if len(found) > 1 else found[0], span)


def _may_be_since(lead: str) -> bool:
    """Whether a duration is given with `for`; one that stands before what lasts (`> 3 days of fever`) is its own."""
    return _SO_LONG.search(lead) is not None and re.search(r"\b(?:lasting|lasted|persisting)\b", lead) is None


def _since(leaf: Present | Exposure, word: str, lead: str) -> Present | Exposure | None:
    """What must not have been there, with the window; None where it is not certain that this is meant."""
    lasting = leaf.lasting
    assert lasting is not None
    said = _SO_LONG.search(lead)
    if said is None or lasting.interval.high is not None or lasting.interval.low is None:
        return None
    if _GOING_ON.search(lead[: said.start()]) or (said["more"] and word not in _LACKING):
        return None
    anchors = _anchors(said["rest"])
    if anchors is None:
        return None
    return replace(leaf, lasting=None, when=_nearer(lasting, anchors))


def _nearer(lasting: Lasting, anchors: tuple[Anchor, ...]) -> Window:
    low = lasting.interval.low
    bound = Interval(high=low, high_inclusive=not lasting.interval.low_inclusive)
    return Window(bound, lasting.unit, Side.BEFORE, anchors)


def _anchors(rest: str) -> tuple[Anchor, ...] | None:
    """The moments that the words behind a duration count from; None where these say something else."""
    rest = rest.strip(" .)")
    if not rest:
        return (Anchor(AnchorKind.UNSTATED),)
    before = _BEFORE.match(rest)
    if before is None:
        return None
    tokens = tokens_of(rest)
    at = next((place for place, start in enumerate(tokens.start) if start >= before.end()), len(tokens))
    return anchors_at(rest, tokens, at)[0] or (Anchor(AnchorKind.UNSTATED),)


def lacked(leaf: Present, text: str) -> Expression | None:
    """What `off steroids for 4 weeks` states, told from what the patient has not had since; None for another thing."""
    said = _LACKED.fullmatch(leaf.concept.text)
    lasting = leaf.lasting
    if said is None or lasting is None or (lasting.interval.low is None) == (lasting.interval.high is None):
        return None
    named = said["after"] or said["before"] or "fever"
    tokens = tokens_of(named)
    mentions = mentions_of(named, tokens)
    if len(mentions) != 1 or mentions[0].id in VAGUE or not _is_all(tokens, mentions[0].first, mentions[0].last):
        return None
    begin, end, sort, name = mentions[0].first, mentions[0].last, mentions[0].sort, mentions[0].id
    if sort not in ("drug", "condition", "procedure", "event"):
        return None
    place = _SO_LONG.search(text)
    anchors = _anchors(place["rest"]) if place is not None else (Anchor(AnchorKind.UNSTATED),)
    if anchors is None:
        return None
    thing = node_of(named, tokens, Fact(begin, end, begin, end, sort, name))
    assert isinstance(thing, Present | Exposure)
    if lasting.interval.low is not None:
        return Not(replace(thing, when=_nearer(lasting, anchors), span=leaf.span), leaf.span)
    return replace(thing, when=Window(lasting.interval, lasting.unit, Side.BEFORE, anchors), span=leaf.span)


def _is_all(tokens: Tokens, first: int, last: int) -> bool:
    return last == len(tokens) and all(word in ("the", "all", "any") for word in tokens.word[:first])
