"""Finds what a time window or a duration belongs to: the nearest thing that governs it, shared through a list."""

from __future__ import annotations

from dataclasses import replace

from trialwright.protocol.eligibility.grammar.anchors import anchors_at
from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.members import (
    IDLE,
    JOINS,
    LINKS,
    PREDICATES,
    Line,
    before_examples,
    facts_in,
    is_empty,
    members,
    outside_brackets,
    phrase_in,
)
from trialwright.protocol.eligibility.grammar.tokens import WORD
from trialwright.protocol.eligibility.grammar.windows import Timed
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Compare, Interval, Ordinal, Side, Window

_NO_NAMES = frozenset({"those", "who", "which", "they", "it", "this", "these", "until", "from", "during"})
_VERBS = frozenset({"should", "must", "will", "shall", "can", "may", "is", "are", "was", "were", "be", "has", "have"})
_CHRONIC = frozenset({"pregnancy", "breastfeeding", "childbearing-potential", "singleton-pregnancy", "smoking"})
_LENIENT = frozenset({"treatment", "medication", "lines-of-therapy", "experimental-treatment", "systemic-therapy"})
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
# which cause it has, where none is named, is left to a person
_OTHER_CAUSES = frozenset({"caused", "due", "by", "to", "from", "other", "reasons", "causes", "reason", "cause", "any"})
# what stands before these is told with other words behind them, which have their own time
_DEFINING = frozenset({"requiring", "ie", "i"})
_MOST_SHARED = 12  # members of a list that one window is shared by
_LONGEST_NAME = 9  # tokens of a name that the lexicon does not have
_FAR = 14  # tokens between a thing and its window


def attach(line: Line, window: Timed) -> None:
    """Gives a window or a duration to what it belongs to; where that cannot be told, to nothing."""
    if window.bare and _from_to(line, window):
        return
    if window.opens:
        if not _to_the_right(line, window, 4) and not window.bare:
            _to_the_left(line, window)
        return
    if _to_the_left(line, window) or window.bare:
        return
    if not _to_the_right(line, window, _FAR):
        _to_its_moment(line, window)


def _from_to(line: Line, window: Timed) -> bool:
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
        fact = inside[0] if len(inside) == 1 else None if inside else _named(line, begin + 1, at)
        if fact is None:
            return False
        if not inside:
            line.facts.append(fact)
        fact.when = Window(window.lasting.interval, window.lasting.unit, Side.BEFORE, anchors)
        fact.first, fact.last = begin, window.last
        return True
    return False


def _to_its_moment(line: Line, window: Timed) -> None:
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
    line.facts.append(fact)


def _to_the_left(line: Line, window: Timed) -> bool:
    tokens = line.tokens
    words = tokens.word
    low, _ = line.clause(window.first)
    for begin, end in line.windows:
        if end <= window.first and begin >= low:
            low = max(low, end)
    low = max(low, window.first - 60)
    high = before_examples(line, low, window.first)
    items = members(line, low, high)
    while items and is_empty(words, *items[-1]) and not facts_in(line, *items[-1]):
        items.pop()
    if not items:
        return _to_a_fact_with_time(line, window, low)
    begin, end = items.pop()
    phrase = phrase_in(line, begin, end)
    inside = facts_in(line, begin, end)
    if phrase is not None and (not inside or inside[-1].begin < line.phrases[phrase].first):
        return _give_phrase(line, phrase, window)
    fact = _governing(line, inside, begin, end, window)
    if fact is None:
        if window.bare:
            return False
        fact = _named(line, begin, end)
        if fact is None:
            return _before_bracket(line, window, low)
        line.facts.append(fact)
    if not _give(line, fact, window):
        return False
    line.cover(fact, window.first, window.last)
    if not any(
        word in PREDICATES or word in {"with", "without", "whose", "history"} for word in words[begin : fact.begin]
    ):
        _share(line, fact, items, window)
    return True


def _before_bracket(line: Line, window: Timed, low: int) -> bool:
    """A window in brackets that hold no thing of their own belongs to the thing right before them."""
    words = line.tokens.word
    at = window.first - 1
    while at > low and words[at] not in {"(", ")"}:
        at -= 1
    if words[at] != "(":
        return False
    for fact in line.facts:
        if fact.end == at and not fact.dropped:
            return _give(line, fact, window)
    return False


def _governing(line: Line, inside: list[Fact], begin: int, end: int, window: Timed) -> Fact | None:
    """The fact of a member of a list that a window belongs to: the one that others in it depend on; with the words that
    narrow it the lexicon has no name for it, and it keeps its words."""
    if not inside:
        return None
    words = line.tokens.word
    fact = inside[-1]
    for earlier in reversed(inside[:-1]):
        between = words[earlier.end : fact.begin]
        if earlier.id in _LENIENT and between and between[0] in {"of", "with", "for", "by"}:
            continue
        if earlier.sort == "test" or not between or between[0] not in LINKS | {"of"}:
            break
        if between[0] == "of" and earlier.sort not in {"procedure", "event"}:
            break
        if between[0] in {"with", "in", "on", "at", "other"} and earlier.sort != "procedure":
            break
        fact = earlier
    if len(outside_brackets(words, fact.end, end)) > _FAR:
        return None
    if fact.id in _LENIENT:
        _with_its_adjectives(line, fact, begin)
    rest = outside_brackets(words, max(fact.end, fact.last), end)
    heavy = [at for at in rest if words[at] not in IDLE and words[at][0].isalnum()]
    if heavy and not all(words[at] in _OTHER_CAUSES for at in heavy):
        if len(heavy) > 6:
            return None
        stop = heavy[-1] + 1
        for other in inside:
            if other is not fact and fact.begin < other.begin < stop:
                other.dropped = True
                stop = max(stop, other.end)
        fact.end = fact.last = stop
        fact.id = None
    return fact


def _with_its_adjectives(line: Line, fact: Fact, low: int) -> None:
    """Takes in the words that say which treatment is meant; with them the lexicon has no name for it."""
    words = line.tokens.word
    at = fact.begin
    while at > low and (words[at - 1] not in IDLE | PREDICATES | LINKS | JOINS or words[at - 1] in {"-"}):
        at -= 1
    while at < fact.begin and not words[at][0].isalnum():
        at += 1
    if at == fact.begin or fact.begin - at > 6 or any(p.first < fact.begin and at < p.last for p in line.phrases):
        return
    for other in line.facts:
        if other is not fact and at <= other.begin < fact.begin:
            other.dropped = True
    fact.begin = at
    fact.first = min(at, fact.first)
    fact.id = None


def _named(line: Line, begin: int, end: int) -> Fact | None:
    """A thing that the lexicon does not have, by its words in the text."""
    words, kinds = line.tokens.word, line.tokens.kind
    while begin < end and (
        words[begin] in IDLE
        or words[begin] in PREDICATES
        or not words[begin][0].isalnum()
        or (kinds[begin] == WORD and line.tokens.value[begin] is not None)
    ):
        begin += 1
    while end > begin and (words[end - 1] in IDLE or not words[end - 1][0].isalnum()):
        end -= 1
    if begin + 1 < end and len(words[begin]) <= 2 and words[begin + 1] in {".", ")"}:
        begin += 2
    if "(" in words[begin + 1 : end] and ")" not in words[begin:end]:
        end = words.index("(", begin + 1, end)
    if begin < end and words[begin] in _NO_NAMES:
        return None
    verb = next((at for at in range(begin + 1, end) if words[at] in _VERBS), end)
    if {"if", "when", "because", "whether"} & set(words[begin:end]):
        return None
    end = verb
    while end > begin and (words[end - 1] in IDLE or not words[end - 1][0].isalnum()):
        end -= 1
    if end <= begin or kinds[begin] != WORD or line.tokens.value[begin] is not None:
        return None
    begin = max(begin, end - _LONGEST_NAME)
    for phrase in line.phrases:
        if phrase.first < end and begin < phrase.last:
            return None
    for fact in line.facts:
        if fact.first < end and begin < fact.last:
            return None
    return Fact(begin, end, begin, end, "event", None)


def _give(line: Line, fact: Fact, window: Timed) -> bool:
    if fact.allergy or (fact.result is not None and window.lasting is not None):
        return False
    if window.lasting is not None and window.bare and _is_of_a_moment(line, fact, window.lasting.interval):
        window = window._replace(
            lasting=None,
            when=Window(window.lasting.interval, window.lasting.unit, Side.BEFORE, (Anchor(AnchorKind.UNSTATED),)),
        )
    if window.when is not None:
        if fact.when is not None:
            return False
        fact.when = window.when
        if isinstance(window.when, Window) and window.when.side is Side.AFTER and window.future:
            _plan(line, fact)
        return True
    if fact.lasting is not None or fact.sort == "test":
        return False
    fact.lasting = window.lasting
    return True


def _is_of_a_moment(line: Line, fact: Fact, interval: Interval) -> bool:
    """Whether a length of time alone says how long ago a thing was: after `recent`, and of what takes no time itself
    where it is a maximum (`surgery < 3 months`)."""
    if "recent" in line.tokens.word[max(0, fact.begin - 3) : fact.begin]:
        return True
    return interval.low is None and fact.id is not None and fact.sort in {"procedure", "event"}


def _plan(line: Line, fact: Fact) -> None:
    """What is planned is not what is there: the fact keeps its words, with the word of intention."""
    words = line.tokens.word
    low = max(line.clause(fact.begin)[0], fact.begin - 8)
    at = next((place for place in range(low, fact.begin) if words[place].startswith(_PLANS)), fact.begin)
    if any(other is not fact and at < other.last and other.first < fact.begin for other in line.facts):
        at = fact.begin
    fact.begin = at
    fact.first = min(fact.first, at)
    fact.id = None
    fact.sort = "event"


def _give_phrase(line: Line, index: int, window: Timed) -> bool:
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


def _share(line: Line, fact: Fact, items: list[tuple[int, int]], window: Timed) -> None:
    """Gives the window to the other members of the list that its thing closes."""
    words = line.tokens.word
    after = fact.begin
    shared = unknown = 0
    while items and shared < _MOST_SHARED:
        begin, end = items.pop()
        joint = words[end : min(after, end + 3)]
        if is_empty(words, begin, end) and end - begin < 2:
            continue
        after = begin
        if phrase_in(line, begin, end) is not None:
            return
        inside = facts_in(line, begin, end)
        if not inside:
            unknown += 1
            if unknown > 1 or end - begin > 5:
                return
            continue
        other = inside[-1]
        alike = other.sort == fact.sort or (
            "or" in joint or ("and" not in joint and fact.id is not None)
        )
        if not alike or other.id in _CHRONIC or other.stated or other.course != fact.course:
            return
        if len(inside) > 1 or any(words[at] not in IDLE for at in range(other.end, end)):
            return
        if not _give(line, other, window):
            return
        shared += 1
        if any(word in PREDICATES or word in _DEFINING for word in words[begin : other.begin]):
            return


def _to_a_fact_with_time(line: Line, window: Timed, low: int) -> bool:
    """A second window right after the first belongs to the same thing (`for at least 3 months, in the last year`)."""
    words = line.tokens.word
    for fact in line.facts:
        if not fact.stated or fact.dropped or not low - 1 <= fact.last <= window.first:
            continue
        if not all(word in IDLE for word in words[fact.last : window.first]):
            continue
        if window.when is not None and fact.when is None and fact.lasting is not None:
            fact.when = window.when
        elif window.lasting is not None and fact.lasting is None and fact.when is not None and not window.bare:
            fact.lasting = window.lasting
        else:
            continue
        line.cover(fact, window.first, window.last)
        return True
    return False


def _to_the_right(line: Line, window: Timed, far: int) -> bool:
    """The things that a window stands before: the next one, and the members of its list."""
    words = line.tokens.word
    high = line.clause(window.last)[1]
    if window.last < len(words) and words[window.last] == ":":
        high = line.clause(window.last + 1)[1]
    for begin, _ in line.windows:
        if begin >= window.last:
            high = min(high, begin)
    right = [f for f in line.facts if window.last <= f.begin < high and not f.dropped]
    if not right or right[0].begin - window.last > far:
        return _words_to_the_right(line, window, high) if window.opens else False
    given = False
    first = right[0]
    if first.id in _LENIENT:
        _with_its_adjectives(line, first, window.last)
    before = first.begin
    for fact in right[:_MOST_SHARED]:
        if given and not (set(words[before : fact.begin]) <= JOINS | IDLE):
            break
        if given and not (set(words[before : fact.begin]) & JOINS):
            break
        if _give(line, fact, window):
            if not given:
                line.cover(fact, window.first, window.last)
            given = True
        before = fact.end
        if window.opens:
            break
    return given


def _words_to_the_right(line: Line, window: Timed, high: int) -> bool:
    words = line.tokens.word
    end = window.last
    while (
        end < high
        and end - window.last < 5
        and words[end] not in JOINS
        and words[end] not in {"(", "in", "for", "with"}
    ):
        end += 1
    fact = _named(line, window.last, end)
    if fact is None:
        return False
    line.facts.append(fact)
    line.cover(fact, window.first, window.last)
    return _give(line, fact, window)
