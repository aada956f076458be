"""Finds what a time window or a duration belongs to: the nearest thing that governs it, shared through a list."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.tokens import WORD, Tokens
from trialwright.protocol.eligibility.grammar.windows import Timed
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Compare, Ordinal, Side, Window

_ENDS = frozenset({";", ".", ":", "•", "but", "unless", "except", "excluding", "although", "however", "?", "whereas"})
_JOINS = frozenset({",", "or", "and", "/", "&", "±"})
_LINKS = frozenset(
    {
        "for", "to", "with", "due", "because", "in", "on", "at", "by", "using", "involving", "from", "affecting",
        "requiring", "secondary", "against", "under", "containing", "into", "other",
    }
)  # fmt: skip
_IDLE = frozenset(
    {
        "of", "the", "a", "an", "(", ")", "received", "receiving", "taken", "taking", "using", "use", "used", "that",
        "which", "occurring", "occurred", "has", "have", "had", "been", "was", "were", "is", "are", "any", "performed",
        "done", "at", "dose", "doses", "dosage", "daily", "total", ",", "history", "diagnosis", "on", ":", "who", "be",
        "administered", "administration", "given", "treatment", "therapy", "events", "event", "episode", "episodes",
        "undergone", "underwent", "undergoing", "developed", "experienced", "experiencing", "diagnosed", "confirmed",
        "subjects", "patients", "subject", "patient", "started", "initiated", "exposure", "intake", "persistent",
        "present", "prior", "previously", "previous", "recent", "recently", "either", "also", "must", "should",
        "lasting", "least", "stable", "continuous", "continuously", "requiring", "documented", "known", "as", "well",
        "persisting", "up", "approximately", "more", "less", "longer", "greater", "only", "both", "within", "not", "no", "without", "never", "prescribed",
        "regularly", "regular", "chronic", "and", "consumption", "participated", "participation", "their",
    }
)  # fmt: skip
_PREDICATES = frozenset(
    {
        "received", "receiving", "had", "has", "have", "underwent", "undergone", "treated", "participated", "taken",
        "took", "used", "using", "taking", "hospitalized", "who", "donated", "participating", "undergoing", "suffered",
        "experienced", "diagnosed", "started", "initiated", "having", "been", "being", "is", "are", "planned", "planning", "plan", "plans",
    }
)  # fmt: skip
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
    "tr",
    "will",
)
_MOST_SHARED = 12  # members of a list that one window is shared by
_LONGEST_NAME = 9  # tokens of a name that the lexicon does not have
_FAR = 14  # tokens between a thing and its window


class Line:
    """A line on its way: its tokens, the facts and phrases found, and the tokens its windows take."""

    __slots__ = ("_bounds", "begin", "facts", "phrases", "text", "tokens", "windows")

    def __init__(self, text: str, tokens: Tokens, facts: list[Fact], phrases: list[Phrase]) -> None:
        self.text = text
        self.tokens = tokens
        self.facts = facts
        self.phrases = phrases
        self.windows: list[tuple[int, int]] = []
        self.begin = _after_label(tokens)
        self._bounds = [at for at, word in enumerate(tokens.word) if word in _ENDS and _ends_clause(text, tokens, at)]

    def clause(self, at: int) -> tuple[int, int]:
        """The tokens of the clause around a token, the end excluded."""
        place = bisect_right(self._bounds, at)
        low = max(self._bounds[place - 1] + 1 if place else 0, self.begin)
        high = self._bounds[place] if place < len(self._bounds) else len(self.tokens)
        return low, high

    def cover(self, fact: Fact, first: int, last: int) -> bool:
        """Takes tokens into the words of a fact where nothing of weight lies between, and says whether it did."""
        words = self.tokens.word
        gap = words[fact.last : first] if first >= fact.last else words[last : fact.first]
        if first < fact.last and last > fact.first:
            gap = []
        if not all(word in _IDLE for word in gap):
            return False
        low, high = min(first, fact.first), max(last, fact.last)
        for other in self.facts:
            if other is not fact and not other.dropped and other.first < high and low < other.last:
                return False
        if high < len(words) and words[high] == ")" and "(" in words[low:high]:
            high += 1
        fact.first, fact.last = low, high
        return True


def _after_label(tokens: Tokens) -> int:
    """The first token after the label of a list item (`3.`, `b)`, `-`)."""
    words = tokens.word
    at = 0
    while at < len(words) and words[at] in {"-", "*", "•", "(", "·"}:
        at += 1
    if at + 1 < len(words) and len(words[at]) <= 2 and words[at + 1] in {".", ")"}:
        at += 2
    return at if at < len(words) else 0


def _ends_clause(text: str, tokens: Tokens, at: int) -> bool:
    """Whether a sign ends a clause; the points of `e.g.` do not."""
    if tokens.word[at] != "." or at + 1 == len(tokens):
        return True
    return (
        tokens.start[at + 1] > tokens.end[at]
        and len(tokens.word[at - 1]) > 1
        and not text[tokens.start[at + 1]].islower()
    )


def attach(line: Line, window: Timed) -> None:
    """Gives a window or a duration to what it belongs to; where that cannot be told, to nothing."""
    if window.opens:
        if not _to_the_right(line, window, 4) and not window.bare:
            _to_the_left(line, window)
        return
    if _to_the_left(line, window) or window.bare:
        return
    if not _to_the_right(line, window, _FAR):
        _to_its_moment(line, window)


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
    high = _before_examples(line, low, window.first)
    items = _items(line, low, high)
    while items and _is_empty(words, *items[-1]) and not _facts_in(line, *items[-1]):
        items.pop()
    if not items:
        return _to_a_fact_with_time(line, window, low)
    begin, end = items.pop()
    phrase = _phrase_in(line, begin, end)
    inside = _facts_in(line, begin, end)
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
    if not any(word in _PREDICATES or word in {"with", "without", "whose"} for word in words[begin : fact.begin]):
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


def _before_examples(line: Line, low: int, high: int) -> int:
    """The end of what examples between brackets or at the end of a list illustrate (`drugs, e.g. aspirin, in the last
    week`): the window belongs to that."""
    words = line.tokens.word
    for at in range(high - 1, low, -1):
        word = words[at]
        if word in {")", "("}:
            return high
        following = words[at + 1 : at + 4]
        if (
            word == "eg"
            or (word == "e" and following[:2] == [".", "g"])
            or (word == "such" and following[:1] == ["as"])
        ):
            head = at - 1 if words[at - 1] == "," else at
            return head if head > low and not _is_empty(words, low, head) else high
    return high


def _items(line: Line, low: int, high: int) -> list[tuple[int, int]]:
    """The members of the list that ends before a token, outside of brackets; an open bracket hides what precedes it
    unless it holds nothing."""
    words = line.tokens.word
    inner = {at for f in line.facts if not f.dropped and f.first >= low for at in range(f.first + 1, f.last)}
    inner |= {at for p in line.phrases if p.first >= low for at in range(p.first + 1, p.last)}
    out: list[tuple[int, int]] = []
    end, at, depth = high, high - 1, 0
    while at >= low:
        word = words[at]
        if word == ")":
            depth += 1
        elif word == "(":
            if depth == 0:
                if at + 1 < end:
                    break
                end = at
            else:
                depth -= 1
        elif depth == 0 and word in _JOINS and at not in inner and not _joins_prepositions(words, at, low):
            out.append((at + 1, end))
            end = at
        at -= 1
    else:
        out.append((low, end))
        return out[::-1]
    out.append((at + 1, end))
    return out[::-1]


def _joins_prepositions(words: Sequence[str], at: int, low: int) -> bool:
    return words[at] == "/" or (at > low and words[at - 1] in _LINKS and words[at] != ",")


def _is_empty(words: Sequence[str], begin: int, end: int) -> bool:
    rest = [w for w in words[begin:end] if w not in _IDLE and w not in _JOINS and w[0].isalnum()]
    return not rest or (len(rest) == 1 and rest[0].endswith("ed") and rest[0] not in {"need", "transplanted"})


def _facts_in(line: Line, begin: int, end: int) -> list[Fact]:
    found = [f for f in line.facts if begin <= f.begin and f.end <= end and not f.dropped]
    if len(found) > 1 or "(" in line.tokens.word[begin:end]:
        outside = set(_outside_brackets(line.tokens.word, begin, end))
        return [f for f in found if f.begin in outside] or found
    return found


def _phrase_in(line: Line, begin: int, end: int) -> int | None:
    found = None
    for index, phrase in enumerate(line.phrases):
        if begin < phrase.last <= end or begin <= phrase.first < end:
            found = index
    return found


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
        if earlier.sort == "test" or not between or between[0] not in _LINKS | {"of"}:
            break
        if between[0] == "of" and earlier.sort not in {"procedure", "event"}:
            break
        if between[0] in {"with", "in", "on", "at", "other"} and earlier.sort != "procedure":
            break
        fact = earlier
    if end - fact.end > _FAR:
        return None
    if fact.id in _LENIENT:
        _with_its_adjectives(line, fact, begin)
    rest = _outside_brackets(words, max(fact.end, fact.last), end)
    heavy = [at for at in rest if words[at] not in _IDLE and words[at][0].isalnum()]
    if heavy:
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
    while at > low and (words[at - 1] not in _IDLE | _PREDICATES | _LINKS | _JOINS or words[at - 1] in {"-"}):
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


def _outside_brackets(words: Sequence[str], begin: int, end: int) -> list[int]:
    out, depth = [], 0
    for at in range(begin, end):
        if words[at] == "(":
            depth += 1
        elif words[at] == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            out.append(at)
    return out


def _named(line: Line, begin: int, end: int) -> Fact | None:
    """A thing that the lexicon does not have, by its words in the text."""
    words, kinds = line.tokens.word, line.tokens.kind
    while begin < end and (words[begin] in _IDLE or words[begin] in _PREDICATES or not words[begin][0].isalnum()):
        begin += 1
    while end > begin and (words[end - 1] in _IDLE or not words[end - 1][0].isalnum()):
        end -= 1
    if begin + 1 < end and len(words[begin]) <= 2 and words[begin + 1] in {".", ")"}:
        begin += 2
    verb = next((at for at in range(begin + 1, end) if words[at] in _VERBS), end)
    if {"if", "when", "because", "whether"} & set(words[begin:end]):
        return None
    end = verb
    while end > begin and (words[end - 1] in _IDLE or not words[end - 1][0].isalnum()):
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
    if window.lasting is not None and window.bare and "recent" in line.tokens.word[max(0, fact.begin - 3) : fact.begin]:
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
    if all(word in _IDLE for word in gap):
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
        after = begin
        if _is_empty(words, begin, end) and end - begin < 2:
            continue
        if _phrase_in(line, begin, end) is not None:
            return
        inside = _facts_in(line, begin, end)
        if not inside:
            unknown += 1
            if unknown > 1 or end - begin > 5:
                return
            continue
        other = inside[-1]
        alike = other.sort == fact.sort or ("and" not in joint and (fact.id is not None or "or" in joint))
        if not alike or other.id in _CHRONIC or other.stated or other.course != fact.course:
            return
        if len(inside) > 1 or any(words[at] not in _IDLE for at in range(other.end, end)):
            return
        if not _give(line, other, window):
            return
        shared += 1
        if any(word in _PREDICATES for word in words[begin : other.begin]):
            return


def _to_a_fact_with_time(line: Line, window: Timed, low: int) -> bool:
    """A second window right after the first belongs to the same thing (`for at least 3 months, in the last year`)."""
    for fact in line.facts:
        if fact.stated and not fact.dropped and fact.last <= window.first and fact.last >= low - 1:
            if window.when is not None and fact.when is None and fact.lasting is not None:
                if all(word in _IDLE for word in line.tokens.word[fact.last : window.first]):
                    fact.when = window.when
                    line.cover(fact, window.first, window.last)
                    return True
            if window.lasting is not None and fact.lasting is None and fact.when is not None and not window.bare:
                if all(word in _IDLE for word in line.tokens.word[fact.last : window.first]):
                    fact.lasting = window.lasting
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
    before = first.begin
    for fact in right[:_MOST_SHARED]:
        if given and not (set(words[before : fact.begin]) <= _JOINS | _IDLE):
            break
        if given and not (set(words[before : fact.begin]) & _JOINS):
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
        and words[end] not in _JOINS
        and words[end] not in {"(", "in", "for", "with"}
    ):
        end += 1
    fact = _named(line, window.last, end)
    if fact is None:
        return False
    line.facts.append(fact)
    line.cover(fact, window.first, window.last)
    return _give(line, fact, window)
