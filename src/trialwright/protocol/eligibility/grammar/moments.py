"""Dates what happened so long before a moment (`at least 6 months since`, `from arrival to randomisation`)."""

from __future__ import annotations

from dataclasses import replace

from trialwright.protocol.eligibility.grammar.anchors import anchors_at
from trialwright.protocol.eligibility.grammar.elapsed import of_after, of_since
from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.giving import give
from trialwright.protocol.eligibility.grammar.members import (
    JOINS,
    Line,
    facts_in,
    is_empty,
)
from trialwright.protocol.eligibility.grammar.naming import (
    named,
)
from trialwright.protocol.eligibility.grammar.windows import Timed
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Side, Window

_ENDS_OF_SINCE = frozenset(
    {
        "before",
        "until",
        "at",
        "with",
        "who",
        "that",
        "which",
        "(",
        ")",
        "if",
        "as",
        "must",
        "should",
        "by",
        "is",
    }
)

_LENGTHS = frozenset({"time", "interval", "period", "duration", "elapsed"})
# what stands before a thing and says that the latest one is meant
_LATEST = frozenset(
    {"the", "most", "recent", "last", "final", "any", "prior", "previous", "dose", "doses", "of", "end"}
)
_LATEST |= frozenset({"completion", "completing", "their", "all", "discontinuation", "stopping", "a", "an", "other"})


def from_to(line: Line, window: Timed) -> bool:
    """`From ROSC to randomisation > 240 min`: the first happened so long before the second, a moment of the trial."""
    words = line.tokens.word
    low = max(line.clause(window.first)[0], window.first - 14)
    begin = next((at for at in range(window.first - 1, low - 1, -1) if words[at] in {"from", "between"}), None)
    if begin is None or window.lasting is None:
        return False
    for at in range(begin + 2, window.first - 1):
        if words[at] != ("to" if words[begin] == "from" else "and"):
            continue
        anchors, end = anchors_at(line.text, line.tokens, at + 1)
        if anchors is None or anchors[0].kind is AnchorKind.OTHER or not is_empty(words, end, window.first):
            continue
        inside = facts_in(line, begin + 1, at)
        fact = inside[0] if len(inside) == 1 else None if inside else named(line, begin + 1, at)
        if fact is None:
            return False
        if not inside:
            line.facts.append(fact)
        fact.when = Window(window.lasting.interval, window.lasting.unit, Side.BEFORE, anchors)
        fact.first, fact.last = begin, window.last
        return True
    return False


def time_since(line: Line, window: Timed) -> bool:
    """`Time since injury > 1 year`: the thing behind `since` happened so long ago."""
    words = line.tokens.word
    low = max(line.clause(window.first)[0], window.first - 10)
    at = next((at for at in range(window.first - 2, low, -1) if words[at] in {"since", "post", "after"}), None)
    if at is None or window.lasting is None or not _LENGTHS.intersection(words[max(low, at - 2) : at]):
        return False
    begin = at + 2 if words[at + 1] == "-" else at + 1
    inside = facts_in(line, begin, window.first)
    if len(inside) > 1 or (inside and not _LATEST.issuperset(words[begin : inside[0].begin])):
        return False
    fact = inside[0] if inside else named(line, begin, window.first)
    if fact is None:
        return False
    if not inside:
        line.facts.append(fact)
    fact.when = Window(window.lasting.interval, window.lasting.unit, Side.BEFORE, (Anchor(AnchorKind.UNSTATED),))
    fact.first, fact.last = min(at - 1, fact.first), window.last
    return True


def since(line: Line, window: Timed) -> None:
    """What follows `at least 6 months since` happened so long ago, and so did the other members of its list."""
    words = line.tokens.word
    high = line.clause(window.last)[1]
    end = window.last
    while end < high and not (words[end] in _ENDS_OF_SINCE or words[end : end + 2] == ["prior", "to"]):
        end += 1
    begin, given = window.last, 0
    for at in range(window.last, end + 1):
        if at < end and words[at] not in JOINS:
            continue
        inside = facts_in(line, begin, at)
        fact: Fact | None
        if (
            inside
            and (is_empty(words, begin, inside[0].begin) or _LATEST.issuperset(words[begin : inside[0].begin]))
            and is_empty(words, inside[-1].end, at)
            and len(inside) == 1
        ):
            fact = inside[0]
        elif given:
            return
        else:
            for other in inside:
                other.dropped = True
            fact = named(line, begin, at)
            if fact is None:
                for other in inside:
                    other.dropped = False
                return
            line.facts.append(fact)
        if not give(line, fact, window):
            return
        fact.elapsed = of_since(line, fact, begin, at)
        if (
            not given
            and not line.cover(fact, window.first, window.last)
            and _LATEST.issuperset(words[begin : fact.first])
        ):
            fact.first = window.first
        given += 1
        begin = at + 1


def to_its_moment(line: Line, window: Timed) -> None:
    """A window after a moment of the patient's own, with nothing else to belong to, says when that moment was."""
    when = window.when
    if (
        not isinstance(when, Window)
        or when.side is not Side.AFTER
        or len(when.anchors) != 1
        or not when.anchors[0].text
    ):
        return
    words = when.anchors[0].text
    begin = next(
        (at for at in range(window.last - 1, -1, -1) if line.text.startswith(words, line.tokens.start[at])), None
    )
    if begin is None or begin < window.first:
        return
    fact = Fact(window.first, window.last, begin, window.last, "event", None)
    fact.when = replace(when, side=Side.BEFORE, anchors=(Anchor(AnchorKind.UNSTATED),))
    for other in line.facts:
        if begin <= other.begin < window.last:
            other.dropped = True
            if other.begin == begin and other.end == window.last:
                fact.id, fact.sort = other.id, other.sort
    fact.elapsed = of_after(line, fact, window.first, begin)
    line.facts.append(fact)
