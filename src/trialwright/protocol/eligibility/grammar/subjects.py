"""Finds what a time window or a duration belongs to: the nearest thing that governs it, shared through a list."""

from __future__ import annotations

from copy import copy

from trialwright.protocol.eligibility.grammar import elapsed
from trialwright.protocol.eligibility.grammar.elapsed import ENDED
from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.giving import give, give_phrase
from trialwright.protocol.eligibility.grammar.members import (
    IDLE,
    JOINS,
    LINKS,
    PREDICATES,
    Line,
    before_examples,
    facts_in,
    goes_on,
    is_empty,
    members,
    outside_brackets,
    phrase_in,
)
from trialwright.protocol.eligibility.grammar.moments import from_to, since, time_since, to_its_moment
from trialwright.protocol.eligibility.grammar.naming import (
    RECURRING,
    able_to,
    is_purpose,
    named,
    with_its_adjectives,
    with_its_deed,
    with_what_recurs,
)
from trialwright.protocol.eligibility.grammar.windows import Timed

_CHRONIC = frozenset({"pregnancy", "breastfeeding", "childbearing-potential", "singleton-pregnancy", "smoking"})
_LENIENT = frozenset({"treatment", "medication", "lines-of-therapy", "experimental-treatment", "systemic-therapy"})
_LONG = frozenset(
    {"chronic", "prolonged", "term", "persistent", "longstanding", "extended", "sustained", "continuous", "regular"}
)
# which cause it has, where none is named, is left to a person
_OTHER_CAUSES = frozenset({"caused", "due", "by", "to", "from", "other", "reasons", "causes", "reason", "cause", "any"})
# what stands before these is told with other words behind them, which have their own time
_DEFINING = frozenset({"requiring", "ie", "i"})
_TRIALS = frozenset({"clinical-trial-participation"})
_AHEAD = ("expect", "anticipat", "likely")
_MODAL = frozenset({"may", "can", "could", "would"})
_SURVIVAL = frozenset({"survival", "survive", "expectancy", "prognosis", "lifespan", "mortality"})
_STOPPED = frozenset(
    {"stop", "stopped", "stopping", "discontinue", "discontinued", "off", "withhold", "withheld", "cease", "ceased"}
)
_EXCEPT = frozenset({"except", "excluding"})
_NO_THINGS = _SURVIVAL | frozenset(
    {
        "age",
        "aged",
        "old",
        "year",
        "time",
        "interval",
        "between",
        "follow",
        "followup",
        "from",
        "gestation",
        "period",
        "visit",
    }
    | {
        "birth",
        "until",
        "every",
        "than",
        "sleep",
        "walk",
        "qtc",
        "fasting",
        "weeks",
        "test",
        "limits",
        "limit",
        "travel",
        "women",
    }
)
_CONTRASTING = frozenset({"but", ",", "although", "though", "(", "yet", "however"})
_NEW = frozenset({"acute", "recent", "new", "fresh"})
_INTO = (["into"], ["to"], ["in"], ["on"], ["of"], ["for"])
_MOST_SHARED = 12  # members of a list that one window is shared by
_FAR = 14  # tokens between a thing and its window


def attach(line: Line, window: Timed) -> None:
    """Gives a window or a duration to what it belongs to; where that cannot be told, to nothing."""
    if window.bare and (from_to(line, window) or time_since(line, window)):
        return
    if window.since:
        since(line, window)
        return
    if window.first and line.tokens.word[window.first - 1] == "not" and _but_not(line, window):
        return
    if window.bare and _of_an_adjective(line, window) and _to_the_right(line, window, 3):
        return
    if _of_what_follows(line, window) and _to_the_right(line, window, 4):
        return
    if window.bare and _SURVIVAL & set(line.tokens.word[max(0, window.first - 12) : window.first]):
        return
    if window.opens:
        if not _to_the_right(line, window, 4) and not window.bare:
            _to_the_left(line, window)
        return
    if _to_the_left(line, window) or window.bare:
        return
    if not _to_the_right(line, window, _FAR):
        to_its_moment(line, window)


def _but_not(line: Line, window: Timed) -> bool:
    """`stroke, but not within 3 months`: the thing named last, once more and in that time. A person reads what `stroke
    not within 3 months` says, and what is meant of a list."""
    words, at = line.tokens.word, window.first - 2
    while at >= 0 and words[at] in _CONTRASTING:
        at -= 1
    fact = next((one for one in reversed(line.facts) if one.last == at + 1 and not one.dropped), None)
    if fact is None:
        return False
    if at == window.first - 2:
        fact.dropped = True
    elif window.when is not None and not fact.stated and words[max(0, fact.first - 1)] not in JOINS:
        again = copy(fact)
        again.first, again.last, again.when = window.first, window.last, window.when
        line.facts.append(again)
    return True


def _of_what_follows(line: Line, window: Timed) -> bool:
    """`history (within 4 months) of infection`: a window in brackets before what it belongs to."""
    words = line.tokens.word
    return (
        window.when is not None
        and words[window.last : window.last + 2] == [")", "of"]
        and "(" in words[: window.first][-3:]
    )


def _of_an_adjective(line: Line, window: Timed) -> bool:
    """`chronic (> 7 days) treatment`: a length of time in brackets that explains the word before it."""
    words = line.tokens.word
    first, last = window.first, window.last
    if not (first > 1 and last < len(words) and words[first - 1] == "(" and words[last] == ")"):
        return False
    return words[first - 2] in (_LONG if window.lasting is not None else _NEW)


def _to_the_left(line: Line, window: Timed) -> bool:
    tokens = line.tokens
    words = tokens.word
    colon = window.lasting is not None and window.first > 2 and words[window.first - 1] == ":"
    colon = colon and "duration" in words[max(0, window.first - 8) : window.first]
    low, _ = line.clause(window.first - 2 * colon)
    if low > 0 and words[low - 1] in _EXCEPT and words[window.first] == "within" and "(" not in words[low - 2 : low]:
        return False  # a window after an exception may be that of the rule
    for begin, end in line.windows:
        if end <= window.first and begin >= low:
            low = max(low, end)
    clause = low = max(low, window.first - 60)
    high = before_examples(line, low, window.first)
    items = members(line, low, high)
    if len(items) > 1 and words[items[-1][0] - 1] == "," and words[window.last : window.last + 1] == [","]:
        own = facts_in(line, *items[-1])
        if goes_on(line, window.last) and own and all(fact.sort == "condition" for fact in own):
            del items[:-1]  # a list that goes on behind the time of one of its members
    while items and is_empty(words, *items[-1]) and not facts_in(line, *items[-1]):
        items.pop()
    if not items:
        return _to_a_fact_with_time(line, window, low)
    begin, end = items.pop()
    if (
        items
        and not facts_in(line, begin, end)
        and phrase_in(line, begin, end) is None
        and _is_linked(line, *items[-1])
    ):
        begin = items.pop()[0]
    if window.lasting is not None and (deed := able_to(line, clause, window.first)) is not None:
        line.cover(deed, window.first, window.last)
        return give(line, deed, window)
    phrase = phrase_in(line, begin, end)
    inside = facts_in(line, begin, end)
    if window.when is not None and inside and any(word.startswith(_AHEAD) for word in words[inside[-1].end : end]):
        inside[-1].dropped = True  # what is expected to happen in a time is not what has happened
        return True
    if phrase is not None and (not inside or inside[-1].begin < line.phrases[phrase].first):
        return give_phrase(line, phrase, window)
    fact = _governing(line, inside, begin, end, window)
    if fact is None:
        if window.bare and _NO_THINGS & set(words[low : window.first]):
            return False
        fact = named(line, begin, end)
        if fact is None:
            return _before_bracket(line, window, low)
        line.facts.append(fact)
    whole = window.when is not None and not fact.allergy and with_its_deed(line, fact, clause)
    if not give(line, fact, window):
        return False
    if not line.cover(fact, window.first, window.last) and set(words[fact.last : window.first]) <= ENDED | IDLE:
        fact.last = max(fact.last, window.last)
    if whole:
        return True
    elapsed.before(line, fact, window.first, window.last, clause)
    if not any(
        word in PREDICATES or word in {"with", "without", "whose", "history"} for word in words[begin : fact.begin]
    ):
        _share(line, fact, items, window)
    return True


def _is_linked(line: Line, begin: int, end: int) -> bool:
    """Whether a member of a list names a thing and what it is done to, so that the next one is done to as well
    (`injections into the hip or`)."""
    inside = facts_in(line, begin, end)
    words = line.tokens.word
    return (
        len(inside) == 1
        and inside[0].sort in {"procedure", "drug"}
        and words[inside[0].end : inside[0].end + 1] in _INTO
    )


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
            return give(line, fact, window)
    return False


def _governing(line: Line, inside: list[Fact], begin: int, end: int, window: Timed) -> Fact | None:
    """The fact of a member of a list that a window belongs to: the one that others in it depend on; with the words that
    narrow it the lexicon has no name for it, and it keeps its words."""
    words = line.tokens.word
    others = [at for at, other in enumerate(inside) if at and words[other.begin - 2 : other.begin] == ["other", "than"]]
    inside = inside[: others[0]] if others else inside
    if len(inside) > 0 and words[inside[-1].begin - 1 : inside[-1].end] == ["the", "treated"]:
        inside = inside[:-1]
    if not inside:
        return None
    fact = inside[-1]
    for earlier in reversed(inside[:-1]):
        between = words[earlier.end : fact.begin]
        if earlier.id in _LENIENT and between and between[0] in {"with", "by"}:
            continue
        if (
            len(between) == 1
            and between[0] in JOINS
            and earlier.sort == "condition"
            and is_purpose(line, inside, earlier)
        ):
            continue
        if earlier.sort == "test" or not between or between[0] not in LINKS | {"of"}:
            break
        if between[0] == "of" and earlier.sort not in {"procedure", "event"}:
            break
        trial = earlier.id in _TRIALS
        if between[0] in {"with", "in", "on", "at", "other"} and earlier.sort != "procedure" and not trial:
            break
        fact = earlier
    if len(outside_brackets(words, fact.end, end)) > _FAR:
        return None
    if fact.begin - 2 >= begin and words[fact.begin - 1] == "of" and words[fact.begin - 2] in RECURRING:
        with_what_recurs(fact, inside)
    if fact.id in _LENIENT:
        with_its_adjectives(line, fact, begin)
    rest = outside_brackets(words, max(fact.end, fact.last), end)
    heavy = [at for at in rest if words[at] not in IDLE and words[at] not in ENDED and words[at][0].isalnum()]
    stopped = next((at for at in range(max(begin, fact.begin - 4), fact.begin) if words[at] in _STOPPED), None)
    if stopped is not None and window.lasting is not None:
        fact.begin, fact.first, fact.id, fact.sort = stopped, min(fact.first, stopped), None, "event"
    if heavy and not all(words[at] in _OTHER_CAUSES for at in heavy):
        if len(heavy) > 6 or any(words[at] in _MODAL for at in rest):
            return None
        stop = heavy[-1] + 1
        for other in line.facts:
            if other is not fact and fact.begin < other.begin < stop:
                other.dropped = True
                stop = max(stop, other.end)
        fact.end = fact.last = stop
        fact.id = None
    return fact


def _share(line: Line, fact: Fact, items: list[tuple[int, int]], window: Timed) -> None:
    """Gives the window to the other members of the list that its thing closes."""
    words = line.tokens.word
    after = fact.begin
    shared = unknown = 0
    closing = False  # at the words of treatment that open the list
    while items and shared < _MOST_SHARED:
        begin, end = items.pop()
        joint = words[end : min(after, end + 3)]
        if is_empty(words, begin, end) and end - begin < 2:
            continue
        after = begin
        if phrase_in(line, begin, end) is not None:
            return
        inside = facts_in(line, begin, end)
        if len(inside) == 2 and inside[0].id in _LENIENT and words[inside[0].end : inside[1].begin] == ["with"]:
            inside, closing = inside[1:], True
        if not inside:
            unknown += 1
            if unknown > 1 or end - begin > 5:
                return
            continue
        other = inside[-1]
        alike = other.sort == fact.sort or ("or" in joint or ("and" not in joint and fact.id is not None))
        if not alike or other.id in _CHRONIC or other.stated or other.course != fact.course:
            return
        if len(inside) > 1 or any(words[at] not in IDLE for at in range(other.end, end)):
            return
        deed = window.when is not None and with_its_deed(line, other, begin)
        if not give(line, other, window):
            return
        other.elapsed = fact.elapsed and not deed
        shared += 1
        if closing or deed:
            return
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
        with_its_adjectives(line, first, window.last)
    before = first.begin
    for fact in right[:_MOST_SHARED]:
        if given and not (set(words[before : fact.begin]) <= JOINS | IDLE):
            break
        if given and not (set(words[before : fact.begin]) & JOINS):
            break
        if give(line, fact, window):
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
    fact = named(line, window.last, end)
    if fact is None:
        return False
    line.facts.append(fact)
    line.cover(fact, window.first, window.last)
    return give(line, fact, window)
