"""A line with its facts and clauses, and the members of the lists in it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.tokens import Tokens

_ENDS = frozenset({";", ".", ":", "•", "but", "unless", "except", "excluding", "although", "however", "?", "whereas"})


JOINS = frozenset({",", "or", "and", "/", "&", "±"})


LINKS = frozenset(
    {
        "for", "to", "with", "due", "because", "in", "on", "at", "by", "using", "involving", "from", "affecting",
        "requiring", "secondary", "against", "under", "containing", "into", "other",
    }
)  # fmt: skip


IDLE = frozenset(
    {
        "of", "the", "a", "an", "(", ")", "undertaken", "obtained", "conducted", "placed", "received", "receiving",
        "taken",
        "taking", "using", "use", "used",
        "that", "which", "occurring", "occurred", "has", "have", "had", "been", "was", "were", "is", "are", "any",
        "performed", "done", "at", "dose", "doses", "dosage", "daily", "total", ",", "history", "diagnosis", "on",
        ":", "who", "be", "administered", "administration", "given", "treatment", "therapy", "events", "event",
        "episode", "episodes", "undergone", "underwent", "undergoing", "developed", "experienced", "experiencing",
        "participant", "participants", "individuals", "individual",
        "diagnosed", "confirmed", "subjects", "patients", "subject", "patient", "started", "initiated", "exposure",
        "intake", "persistent", "present", "prior", "previously", "previous", "recent", "recently", "either",
        "also", "must", "should", "lasting", "least", "stable", "continuous", "continuously", "requiring",
        "documented", "known", "as", "well", "persisting", "up", "approximately", "more", "less", "longer",
        "greater", "only", "both", "within", "not", "no", "without", "never", "prescribed", "regularly", "regular",
        "chronic", "and", "consumption", "participated", "participation", "their", "now", "currently", "presently",
    }
)  # fmt: skip


PREDICATES = frozenset(
    {
        "received", "receiving", "had", "has", "have", "underwent", "undergone", "treated", "participated", "taken",
        "took", "used", "using", "taking", "hospitalized", "who", "donated", "participating", "undergoing",
        "suffered", "experienced", "diagnosed", "started", "initiated", "having", "been", "being", "is", "are",
        "planned", "planning", "plan", "plans",
    }
)  # fmt: skip


# what tells in brackets that the thing before them happened
_HAPPENING = frozenset({"occurring", "occurred", "occurs", "diagnosed", "documented", "performed", "done", "obtained"})
_HAPPENING |= frozenset(
    {"received", "taken", "given", "administered", "started", "initiated", "completed", "conducted"}
)
_HAPPENING |= frozenset({"confirmed", "developed", "developing", "experienced", "which", "that", "has", "have"})
_HAPPENING |= frozenset({"was", "had", "were", "is", "are", "been", "either", "any", "or", "and", "first"})
_LINKING = frozenset({"for", ",", ";", "(", ")", "than"})
_TREATMENTS = frozenset({"treatment", "medication", "systemic-therapy", "experimental-treatment", "hospitalization"})


class Line:
    """A line on its way: its tokens, the facts and phrases found, and the tokens its windows take."""

    __slots__ = ("_bounds", "_brackets", "begin", "facts", "phrases", "text", "tokens", "windows")

    def __init__(self, text: str, tokens: Tokens, facts: list[Fact], phrases: list[Phrase]) -> None:
        self.text = text
        self.tokens = tokens
        self.facts = facts
        self.phrases = phrases
        self.windows: list[tuple[int, int]] = []
        self.begin = _after_label(tokens)
        self._bounds: list[int] | None = None
        self._brackets: list[tuple[int, int]] = []

    def clause(self, at: int) -> tuple[int, int]:
        """The tokens of the clause around a token, the end excluded."""
        bounds = self._bounds if self._bounds is not None else self._bounded()
        place = bisect_right(bounds, at)
        above = place
        if self._brackets:
            while place and self._is_aside(bounds[place - 1], at):
                place -= 1
            while above < len(bounds) and self._is_aside(bounds[above], at):
                above += 1
        low = max(bounds[place - 1] + 1 if place else 0, self.begin)
        high = bounds[above] if above < len(bounds) else len(self.tokens)
        return low, high

    def _bounded(self) -> list[int]:
        """The signs that end a clause; looked for where the first clause is asked for."""
        text, tokens = self.text, self.tokens
        words = tokens.word
        found = [at for at, word in enumerate(words) if word in _ENDS and _ends_clause(text, tokens, at)]
        self._bounds = found
        self._brackets = _outer_brackets(words) if found and "(" in words else []
        return found

    def _is_aside(self, bound: int, at: int) -> bool:
        """Whether a clause ends at a token within brackets that another token does not stand in."""
        place = bisect_right(self._brackets, (bound, bound)) - 1
        if place < 0:
            return False
        first, last = self._brackets[place]
        return first < bound < last and not first < at < last

    def cover(self, fact: Fact, first: int, last: int) -> bool:
        """Takes tokens into the words of a fact where nothing of weight lies between, and says whether it did."""
        words = self.tokens.word
        gap = words[fact.last : first] if first >= fact.last else words[last : fact.first]
        if first < fact.last and last > fact.first:
            gap = []
        if not all(word in IDLE for word in gap):
            return False
        low, high = min(first, fact.first), max(last, fact.last)
        for other in self.facts:
            if other is not fact and not other.dropped and other.first < high and low < other.last:
                return False
        if high < len(words) and words[high] == ")" and "(" in words[low:high]:
            high += 1
        fact.first, fact.last = low, high
        return True


def _outer_brackets(words: Sequence[str]) -> list[tuple[int, int]]:
    """The places of the outermost brackets that are closed."""
    found: list[tuple[int, int]] = []
    opened: list[int] = []
    for at, word in enumerate(words):
        if word == "(":
            opened.append(at)
        elif word == ")" and opened:
            first = opened.pop()
            while found and found[-1][0] > first:
                found.pop()
            found.append((first, at))
    return found


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


def before_examples(line: Line, low: int, high: int) -> int:
    """The end of what examples between brackets or at the end of a list illustrate (`drugs, e.g. aspirin, in the last
    week`): the window belongs to that."""
    words = line.tokens.word
    depth = 0
    for at in range(high - 1, low, -1):
        word = words[at]
        if word == ")":
            depth += 1
        elif word == "(":
            depth -= 1
        if depth < 0:
            return high
        if depth > 0 or word == "(":
            continue
        if word in PREDICATES or word == "any":
            return high
        following = words[at + 1 : at + 4]
        if (
            word == "eg"
            or (word == "e" and following[:2] == [".", "g"])
            or (word == "such" and following[:1] == ["as"])
            or word == "including"
        ):
            if words[at - 1] == "(" or goes_on(line, high):
                return high
            head = at - 1 if words[at - 1] == "," else at
            return head if head > low and not is_empty(words, low, head) else high
    return high


def goes_on(line: Line, first: int) -> bool:
    """Whether the list goes on behind the time that begins at a token, which is then that of one member."""
    words = line.tokens.word
    at = next(
        (at for at in range(first, min(first + 12, len(words))) if words[at] in {",", "or", "and", ";", "."}), None
    )
    if at is None or words[at] in {";", "."}:
        return False
    return any(not fact.dropped and 0 < fact.begin - at < 4 for fact in line.facts)


def members(line: Line, low: int, high: int) -> list[tuple[int, int]]:
    """The members of the list that ends before a token, outside of brackets; an open bracket hides what precedes it
    unless it holds nothing but that it happened."""
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
                if not _HAPPENING.issuperset(words[at + 1 : end]):
                    break
                end = at
            else:
                depth -= 1
        elif (
            depth == 0
            and word in JOINS
            and at not in inner
            and not _joins_prepositions(words, at, low)
            and not _within_a_purpose(line, at, low)
        ):
            out.append((at + 1, end))
            end = at
        at -= 1
    else:
        out.append((low, end))
        return out[::-1]
    out.append((at + 1, end))
    return out[::-1]


def _joins_prepositions(words: Sequence[str], at: int, low: int) -> bool:
    return words[at] == "/" or (at > low and words[at - 1] in LINKS and words[at] != ",")


def _within_a_purpose(line: Line, at: int, low: int) -> bool:
    """Whether a sign joins two conditions that one treatment is for (`treatment for asthma or rhinitis`)."""
    words = line.tokens.word
    if words[at] not in {"or", "and", "/"}:
        return False
    left = [f for f in line.facts if low <= f.begin and f.end <= at and not f.dropped]
    right = next((f for f in line.facts if f.begin > at and not f.dropped), None)
    if right is None or right.begin - at > 3:
        return False
    link = next((here for here in range(at - 1, max(low, at - 7), -1) if words[here] in _LINKING), low)
    if link > low + 1 and words[link - 1 : link + 1] == ["other", "than"]:
        return True
    if words[link] != "for" or link == low or right.sort != "condition":
        return False
    inside = [f for f in left if f.begin > link]
    if any(f.sort != "condition" for f in inside) or (not inside and at - link > 3):
        return False
    governing = next((f for f in reversed(left) if f.end <= link), None)
    if governing is None or link - governing.end > 4:
        return False
    return governing.sort in {"drug", "procedure"} or governing.id in _TREATMENTS


def is_empty(words: Sequence[str], begin: int, end: int) -> bool:
    """Whether the tokens there name nothing: idle words, or one participle."""
    rest = [w for w in words[begin:end] if w not in IDLE and w not in JOINS and w[0].isalnum()]
    return not rest or (len(rest) == 1 and rest[0].endswith("ed") and rest[0] not in {"need", "transplanted"})


def facts_in(line: Line, begin: int, end: int) -> list[Fact]:
    """The facts that lie within the tokens there, those in brackets left out where there is another."""
    found = [f for f in line.facts if begin <= f.begin and f.end <= end and not f.dropped]
    if len(found) > 1 or "(" in line.tokens.word[begin:end]:
        outside = set(outside_brackets(line.tokens.word, begin, end))
        return [f for f in found if f.begin in outside] or found
    return found


def phrase_in(line: Line, begin: int, end: int) -> int | None:
    """The place of the last phrase that reaches into the tokens there."""
    found = None
    for index, phrase in enumerate(line.phrases):
        if begin < phrase.last <= end or begin <= phrase.first < end:
            found = index
    return found


def outside_brackets(words: Sequence[str], begin: int, end: int) -> list[int]:
    """The tokens there that stand in no brackets."""
    out, depth = [], 0
    for at in range(begin, end):
        if words[at] == "(":
            depth += 1
        elif words[at] == ")":
            depth = max(0, depth - 1)
        elif depth == 0:
            out.append(at)
    return out
