"""States the facts of a line: what is present, taken or found, with the window, duration, dose and count it has."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy

from trialwright.protocol.eligibility.grammar.counts import Count, countable, counts_of, heads, is_plural
from trialwright.protocol.eligibility.grammar.doses import COUNTED, amounts_of, rate
from trialwright.protocol.eligibility.grammar.facts import Fact, facts_of, is_general, node_of
from trialwright.protocol.eligibility.grammar.indications import to_the_drugs
from trialwright.protocol.eligibility.grammar.members import Line
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.results import RESULTS, allergies, results
from trialwright.protocol.eligibility.grammar.subjects import attach
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.grammar.windows import Timed, windows_of
from trialwright.protocol.eligibility.lexicon.loading import entry, is_a
from trialwright.protocol.eligibility.tree import Compare, Concept, Dates, Reference, Side

_SOBER = frozenset({"alcohol", "drugs", "opioids", "opioid", "smoking", "tobacco", "nicotine", "cocaine", "substance"})
_PROMISED = ("contracept", "abstain", "abstinen", "sperm", "condom")
_EQUIVALENT = frozenset({"or", "an", "its", "equivalent", "equivalents", "daily", "dose"})
_TO_A_DOSE = frozenset(
    {
        "at",
        "a",
        "dose",
        "doses",
        "of",
        "(",
        "equivalent",
        "to",
        "the",
        "daily",
        "total",
        "with",
        "in",
        "that",
        "which",
        "is",
        "are",
    }
)
MOST_TOKENS = 1200  # of a line; what lies beyond states nothing here, and so stays a question
_FAR = 8  # tokens between a dose and its drug


def timed(text: str, tokens: Tokens, mentions: Sequence[Mention], phrases: Sequence[Phrase]) -> list[Phrase]:
    """The phrases given, with `when` and `lasting` put where the line states them, and one phrase for each fact of the
    line that data could answer. Never raises; the work is bounded: a line
    is read as far as `MOST_TOKENS` tokens."""
    bare = [phrase for phrase in phrases if type(phrase.node) is Compare and phrase.node.unit is None]
    if bare:
        phrases = [phrase for phrase in phrases if not _is_of_years(phrase)]
        phrases = _without_counts(tokens, mentions, phrases)
    if len(tokens) > MOST_TOKENS:
        beyond = [phrase for phrase in phrases if phrase.last > MOST_TOKENS]
        within = [phrase for phrase in phrases if phrase.last <= MOST_TOKENS]
        near = [mention for mention in mentions if mention.last <= MOST_TOKENS]
        return [*timed(text, first_of(tokens, MOST_TOKENS), near, within), *beyond]
    facts = facts_of(text, tokens, mentions, phrases)
    if not facts and not tokens.numbers and not phrases:
        return list(phrases)
    line = Line(text, tokens, facts, list(phrases))
    if "to" in tokens.said or "against" in tokens.said:
        allergies(line)
    if not RESULTS.isdisjoint(tokens.said):
        results(line)
    windows = [window for window in windows_of(text, tokens) if not _taken(line, window.first, window.last)]
    line.windows = [(window.first, window.last) for window in windows]
    if tokens.numbers:
        _doses(line)
        _counts(line)
    if windows:
        _place(line, windows)
    return _stated(line)


def _is_of_years(phrase: Phrase) -> bool:
    """Whether a comparison takes calendar years for the values of something (`between 2008 and 2017`)."""
    node = phrase.node
    if not isinstance(node, Compare) or node.unit is not None or node.reference is not Reference.ABSOLUTE:
        return False
    bounds = [bound for bound in (node.interval.low, node.interval.high) if bound is not None]
    known = entry(node.measure.id) if node.measure.id is not None else None
    years = all(1950 <= bound <= 2099 and bound == int(bound) for bound in bounds)
    return years and (known is None or known.sort != "measure")


def _without_counts(tokens: Tokens, mentions: Sequence[Mention], phrases: list[Phrase]) -> list[Phrase]:
    """The phrases without comparisons of what is no measure with a number of things that follow it (`treated with at
    least 2 lines of therapy`)."""
    things = [mention for mention in mentions if mention.sort not in {"measure", "scale"}]
    out = []
    counts = counts_of(tokens)
    for phrase in phrases:
        node = phrase.node
        known = entry(node.measure.id) if isinstance(node, Compare) and node.measure.id is not None else None
        if isinstance(node, Compare) and node.unit is None and not (known is not None and known.sort == "measure"):
            at = [count for count in counts if phrase.first < count.last <= phrase.last]
            if any(count.thing <= thing.first <= count.thing + 3 for count in at for thing in things):
                continue
        out.append(phrase)
    return out


def first_of(tokens: Tokens, count: int) -> Tokens:
    """The first tokens alone."""
    return Tokens(
        tokens.kind[:count], tokens.word[:count], tokens.start[:count], tokens.end[:count], tokens.value[:count]
    )


def _place(line: Line, windows: list[Timed]) -> None:
    for fact in line.facts:
        if any(first <= fact.begin < last for first, last in line.windows):
            fact.dropped = True
    for window in windows:
        if not _is_of_contraception(line, window):
            attach(line, window)
    to_the_drugs(line)


def _taken(line: Line, first: int, last: int) -> bool:
    """Whether a phrase of the earlier steps has used these tokens."""
    return any(phrase.first < last and first < phrase.last for phrase in line.phrases)


def _is_of_contraception(line: Line, window: Timed) -> bool:
    """Whether a time says how long contraception must go on: that asks for a promise, not for a fact."""
    if isinstance(window.when, Dates) or (window.when is not None and window.when.side is Side.BEFORE):
        return False
    low, high = line.clause(window.first)
    words = line.tokens.word[low:high]
    return any(word.startswith(_PROMISED) for word in words) and _SOBER.isdisjoint(words)


def _doses(line: Line) -> None:
    tokens = line.tokens
    words = tokens.word
    for amount in amounts_of(tokens):
        if _taken(line, amount.first, amount.last):
            continue
        counted = COUNTED.get(amount.unit)
        fact = _of_dose(line, amount.first, amount.last, counted)
        if fact is None:
            if counted is None or not amount.compared or amount.unit in {"Gy", "MME"}:
                continue
            fact = Fact(amount.first, amount.last, amount.last - 1, amount.last, "event", counted)
            fact.begin = next(at for at in range(amount.first, amount.last) if words[at] in _words_of(amount.unit))
            fact.end = fact.begin + 1
            line.facts.append(fact)
        if not amount.compared and amount.per is None:
            continue
        if fact.dose is not None and fact.dose != amount.interval:
            fact = copy(fact)
            fact.first, fact.last = amount.first, amount.last
            fact.dose = fact.unit = fact.per = None
            line.facts.append(fact)
        if fact.dose is not None or (amount.unit.startswith(("g", "kg")) and fact.sort != "drug"):
            continue
        fact.dose, fact.unit, fact.per = amount.interval, amount.unit, amount.per
        line.cover(fact, amount.first, amount.last)
        if fact.per is None and fact.begin >= amount.last:
            _, per, last = rate(words, "", fact.last)
            fact.per = per or None
            line.cover(fact, fact.last, last)
        if _for_a_class(line, fact, amount.first, amount.last):
            continue
        if not _of_class(line, fact, amount.last):
            _equivalent(line, fact, amount.equivalent)


def _words_of(unit: str) -> frozenset[str]:
    return frozenset({unit.lower(), unit.lower() + "s", "beverages"})


def _of_dose(line: Line, first: int, last: int, counted: str | None) -> Fact | None:
    """The drug whose dose stands at these tokens: the nearest one in the clause, `of X` before all others."""
    best: Fact | None = None
    distance = _FAR + 1
    low, high = line.clause(first)
    words = line.tokens.word
    for fact in line.facts:
        if fact.dropped or not low <= fact.begin < high or (fact.sort != "drug" and fact.id != counted):
            continue
        if fact.begin >= last:
            far = fact.begin - last
            if far == 1 and words[last] == "of":
                far = 0
            elif far > 0 and not set(words[last : fact.begin]) <= {
                "of",
                "daily",
                "oral",
                "or",
                "equivalent",
                "dose",
                "the",
            }:
                continue
        else:
            if fact.dose is not None and set(words[fact.last : first]) <= {"or", "and", ",", "iv", "orally", "oral"}:
                return fact
            far = max(0, first - fact.end)
            if far == 1 and words[first - 1] == "(":
                far = 0
            if any(words[at] in {",", "or", "and"} for at in range(fact.end, first)) and far > 2:
                continue
        if far < distance:
            best, distance = fact, far
    return best


def _for_a_class(line: Line, fact: Fact, first: int, last: int) -> bool:
    """Whether a dose is told of one drug and meant of the class named before it (`steroids > 10 mg of prednisone`,
    `steroids equivalent to prednisone > 10 mg`)."""
    words = line.tokens.word
    for other in line.facts:
        if other is fact or other.dropped or other.sort != "drug" or other.id is None or fact.id is None:
            continue
        between = words[other.last : min(first, fact.first)]
        if other.last > first or len(between) > 7 or not set(between) <= _TO_A_DOSE:
            continue
        if fact.first < first and "equivalent" not in between:
            continue
        if other.id == fact.id or not is_a(fact.id, other.id) or other.dose is not None:
            continue
        stop = max(_past_equivalent(words, fact.last), last)
        named = line.text[line.tokens.start[fact.begin] : line.tokens.end[fact.end - 1]]
        other.dose, other.unit, other.per = fact.dose, fact.unit, fact.per
        other.equivalent_to = Concept(fact.id, named)
        fact.dropped = True
        line.cover(other, first, stop)
        return True
    return False


def _past_equivalent(words: list[str], at: int) -> int:
    """The token after `or equivalent`, `daily or an equivalent dose`, where that stands at a token."""
    stop = at
    while stop < len(words) and stop - at < 5 and words[stop] in _EQUIVALENT:
        stop += 1
    return stop if {"equivalent", "equivalents"} & set(words[at:stop]) else at


def _of_class(line: Line, fact: Fact, last: int) -> bool:
    """Whether a dose of a class of drugs is told in another one (`corticosteroids (> 10 mg/day prednisone)`)."""
    words = line.tokens.word
    for other in line.facts:
        if other is fact or other.dropped or other.sort != "drug" or other.id is None or fact.id is None:
            continue
        between = words[last : other.begin]
        if other.begin < last or len(between) > 2 or not set(between) <= {"of", "oral", "daily", "or"}:
            continue
        if not is_a(other.id, fact.id) or other.id == fact.id:
            return False
        fact.equivalent_to = Concept(
            other.id, line.text[line.tokens.start[other.begin] : line.tokens.end[other.end - 1]]
        )
        other.dropped = True
        stop = _past_equivalent(words, other.last)
        if fact.per is None:
            _, per, stop = rate(words, "", stop)
            fact.per = per or None
        line.cover(fact, other.first, stop)
        return True
    return False


def _equivalent(line: Line, fact: Fact, marked: bool) -> None:
    """A dose in equivalents of one steroid speaks of every systemic one; `corticosteroids (prednisone > 10 mg)` of the
    class that the line names."""
    if fact.id is None:
        return
    words = line.tokens.word
    named = "equivalent" in words[fact.begin : fact.end] or words[fact.last : fact.last + 1] in (
        ["equivalent"],
        ["equivalents"],
    )
    after = words[fact.last : fact.last + 3]
    if (
        after[:2] == ["or", "equivalent"]
        or after[:2] == ["or", "equivalents"]
        or (len(after) > 2 and after[0] == "or" and after[2] == "equivalent")
    ):
        marked = True
    if not (marked or named):
        return
    text = line.text[line.tokens.start[fact.begin] : line.tokens.end[fact.end - 1]]
    if not is_a(fact.id, "systemic-corticosteroid") or fact.id == "systemic-corticosteroid":
        return
    fact.equivalent_to = Concept(fact.id, text)
    fact.id = "systemic-corticosteroid"
    fact.last = max(fact.last, _past_equivalent(words, fact.last))


def _counts(line: Line) -> None:
    for count in counts_of(line.tokens):
        if (
            line.tokens.word[count.first] == "within"
            or _taken(line, count.first, count.last)
            or _in_window(line, count.first, count.last)
        ):
            continue
        fact = next(
            (
                f
                for f in line.facts
                if not f.dropped and count.last <= f.begin <= count.thing_end and f.begin - count.thing < 4
            ),
            None,
        )
        if fact is not None and not heads(line.tokens.word, count, fact.begin, fact.end):
            fact = None
        if fact is not None and fact.id == "lines-of-therapy":
            _with_what_follows(line, fact)
        ranged = count.interval.high is not None
        many = fact is not None and any(map(is_plural, line.tokens.word[count.last : fact.end]))
        if count.bare and not (many or (fact is None and ranged)):
            continue
        if fact is None and countable(line.tokens.word, count) and not _in_brackets(line.tokens.word, count.first):
            fact = _thing(line, count)
        if fact is None:
            continue
        if fact.dose is None and fact.times is None and fact.result is None and not fact.allergy:
            fact.times = count.interval
            line.cover(fact, count.first, count.last)


def _in_brackets(words: list[str], at: int) -> bool:
    """Whether a token stands in brackets, where a count of what has no name explains something else."""
    return words[:at].count("(") > words[:at].count(")")


def _thing(line: Line, count: Count) -> Fact | None:
    """A counted thing that the lexicon does not have, by its words."""
    first, last = count.thing, count.thing_end
    words = line.tokens.word
    inside = [fact for fact in line.facts if not fact.dropped and fact.first < last and first < fact.last]
    if any(fact.begin < first or fact.end > last for fact in inside):
        return None
    if _in_window(line, first, last) or any(p.first < first < p.last for p in line.phrases):
        return None
    low, high = line.clause(first)
    if any(word.startswith(_PROMISED) for word in line.tokens.word[low:high]):
        return None
    for other in inside:
        other.dropped = True  # `obesity-related complication` is no obesity
    whole = next((fact for fact in line.facts if fact.begin == last + 1 and not fact.dropped), None)
    if whole is not None and words[last] == "of":
        whole.dropped, last = True, whole.end  # `line of chemotherapy`
    # where a size is told of the things, its phrase has their name already
    fact = Fact(first, last, first, last, "event", None)
    if _taken(line, first, last):
        fact.first, fact.last = count.first, count.last
    line.facts.append(fact)
    return fact


def _with_what_follows(line: Line, fact: Fact) -> None:
    """Takes in what lines of therapy are of (`lines of chemotherapy`): they are others then than lines of any."""
    if line.tokens.word[fact.end : fact.end + 1] != ["of"]:
        return
    for other in line.facts:
        if other.begin in {fact.end + 1, fact.end + 2} and not other.dropped and other.sort != "condition":
            other.dropped, fact.id, fact.end = True, None, other.end
            fact.last = max(fact.last, other.last)
            return


def _in_window(line: Line, first: int, last: int) -> bool:
    return any(begin < last and first < end for begin, end in line.windows)


def _stated(line: Line) -> list[Phrase]:
    tokens = line.tokens
    out = list(line.phrases)
    for fact in line.facts:
        if fact.dropped or (is_general(fact) and not fact.stated):
            continue
        if fact.sort == "test" and fact.result is None and not fact.stated:
            continue
        subject = (tokens.start[fact.begin], tokens.end[fact.end - 1])
        start, end = tokens.start[fact.first], tokens.end[fact.last - 1]
        out.append(Phrase(start, end, fact.first, fact.last, node_of(line.text, tokens, fact), subject, fact.elapsed))
    if len(out) > 1:
        out.sort(key=lambda phrase: (phrase.start, -phrase.end))
    return out
