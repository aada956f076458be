"""Puts a window or a duration on a fact or a comparison, where it may stand there."""

from __future__ import annotations

from dataclasses import replace

from trialwright.protocol.eligibility.grammar.facts import Fact, is_general
from trialwright.protocol.eligibility.grammar.members import (
    IDLE,
    Line,
)
from trialwright.protocol.eligibility.grammar.windows import Timed
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Compare, Interval, Ordinal, Side, Window

_PLANS = (
    "plan",
    "intend",
    "intent",
    "expect",
    "schedul",
    "wish",
    "desir",
    "anticipat",
    "consider",
    "want",
    "try",
    "will",
)


# what may stand between a plan and what is planned
_TO_DO = frozenset({"to", "become", "be", "undergo", "have", "receive", "start", "get", "take", "on", "for", "a", "an"})
_BEHIND = frozenset({"last", "past", "previous", "preceding", "prior", "ago", "before", "previously", "earlier"})
_FORESEEN = ("schedul", "planned", "expected", "anticipat", "foreseen")
_NEEDING = frozenset({"require", "need", "undergo", "receive", "start", "have"})
_SCHEDULED = ("plan", "intend", "intent", "schedul")
_PLANNED = ("planned", "planning", "scheduled", "intended")
_MOMENTARY = frozenset({"procedure", "event"})
# conditions that are over at once: a length of time alone says how long ago they were
_LASTING = ("hospitalization", "mechanical-ventilation", "intubation", "dialysis")
_AT_ONCE = ("seizure", "stroke", "transient-ischemic-attack", "myocardial-infarction", "fracture", "pulmonary-embolism")


def give(line: Line, fact: Fact, window: Timed) -> bool:
    """Puts a window or a duration on a fact; False where it may not stand there."""
    if fact.allergy:
        return False
    if window.when is None and window.lasting is None:
        fact.dropped = True
        return True
    if window.bare and isinstance(window.when, Window) and window.when.unit == "year" and fact.sort not in _MOMENTARY:
        return False  # `less than 2 years old` may be an age
    if fact.result is not None and window.lasting is not None:
        fact.begin, fact.end, fact.result, fact.id, fact.sort = fact.first, fact.last, None, None, "event"
    if window.lasting is not None and window.bare and _is_of_a_moment(line, fact, window.lasting.interval):
        window = window._replace(
            lasting=None,
            when=Window(window.lasting.interval, window.lasting.unit, Side.BEFORE, (Anchor(AnchorKind.UNSTATED),)),
        )
    if window.when is not None:
        if fact.when is not None:
            return False
        foreseen = _is_only_foreseen(line, fact, window)
        if isinstance(window.when, Window) and (foreseen or _lies_ahead(line, fact, window, window.when)):
            if window.when.anchors != (Anchor(AnchorKind.UNSTATED),) or foreseen:
                fact.dropped = True  # `planned within 30 days of X`: a person reads on which side of it
                return True
            window = window._replace(when=replace(window.when, side=Side.AFTER), future=True)
        fact.when = window.when
        after = isinstance(window.when, Window) and window.when.side is Side.AFTER
        if after and (window.future or _is_planned(line, fact)):
            _plan(line, fact)
        return True
    if fact.lasting is not None or fact.sort == "test":
        return False
    fact.lasting = window.lasting
    return True


def _lies_ahead(line: Line, fact: Fact, window: Timed, when: Window) -> bool:
    """Whether something is planned in a window (`plans to move within 6 months`) that no word says to lie behind."""
    words = line.tokens.word
    if when.side is not Side.BEFORE or when.interval.low is not None:
        return False
    if not _BEHIND.isdisjoint(words[window.first : window.last]):
        return False
    at = fact.begin - 1
    while at > 0 and fact.begin - at < 5 and words[at] in _TO_DO:
        at -= 1
    if words[fact.begin].startswith(_SCHEDULED):
        return True
    return at >= 0 and words[at].startswith(_PLANS) and (at < fact.begin - 1 or words[at] in _PLANNED)


def _is_only_foreseen(line: Line, fact: Fact, window: Timed) -> bool:
    """Whether a thing is told to be likely, or to be expected, in a window that no word says to lie behind."""
    words, when = line.tokens.word, window.when
    if not isinstance(when, Window) or when.side is not Side.BEFORE or when.interval.low is not None:
        return False
    if not _BEHIND.isdisjoint(words[window.first : window.last]):
        return False
    if any(word.startswith(_FORESEEN) for word in words[fact.end - 1 : window.first]):
        return True
    ahead = words[max(line.clause(fact.begin)[0], fact.begin - 5) : fact.begin]
    return "likely" in ahead or ("will" in ahead and not _NEEDING.isdisjoint(ahead))


def _is_of_a_moment(line: Line, fact: Fact, interval: Interval) -> bool:
    """Whether a length of time alone says how long ago a thing was: after `recent`, and of what takes no time itself
    where it is a maximum (`surgery < 3 months`)."""
    if "recent" in line.tokens.word[max(0, fact.begin - 3) : fact.begin]:
        return True
    if interval.low is not None or fact.id is None or any(is_a(fact.id, other) for other in _LASTING):
        return False
    return fact.sort in _MOMENTARY or any(is_a(fact.id, other) for other in _AT_ONCE)


def _is_planned(line: Line, fact: Fact) -> bool:
    """Whether a plan is spoken of before a thing, with nothing of its own in between."""
    words = line.tokens.word
    low = max(line.clause(fact.begin)[0], fact.begin - 8)
    at = next((place for place in range(fact.begin - 1, low - 1, -1) if words[place].startswith(_PLANNED)), None)
    return at is not None and all(
        other.dropped or is_general(other) or not at < other.begin < fact.begin for other in line.facts
    )


def _plan(line: Line, fact: Fact) -> None:
    """What is planned is not what is there: the fact keeps its words, with the word of intention."""
    words = line.tokens.word
    low = max(line.clause(fact.begin)[0], fact.begin - 8)
    at = next((place for place in range(low, fact.begin) if words[place].startswith(_PLANS)), fact.begin)
    between = [other for other in line.facts if other is not fact and at < other.last and other.first < fact.begin]
    if all(is_general(other) and not other.stated for other in between):
        for other in between:
            other.dropped = True  # `planned treatment with X`
    else:
        at = fact.begin
    fact.begin = at
    fact.first = min(fact.first, at)
    fact.id = None
    fact.sort = "event"


def give_phrase(line: Line, index: int, window: Timed) -> bool:
    """Puts a window or a duration on a comparison or a level; True, for the time is used up either way."""
    phrase = line.phrases[index]
    node = phrase.node
    if isinstance(node, Compare | Ordinal) and window.when is not None and node.when is None:
        node = replace(node, when=window.when)
    elif isinstance(node, Compare) and window.lasting is not None and node.lasting is None and not window.bare:
        node = replace(node, lasting=window.lasting)
    else:
        return True
    words = line.tokens.word
    gap = words[phrase.last : window.first]
    if all(word in IDLE for word in gap):
        end = line.tokens.end[window.last - 1]
        phrase = phrase._replace(last=window.last, end=end)
    line.phrases[index] = phrase._replace(node=node)
    return True
