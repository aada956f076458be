"""Makes phrases of the comparisons in a line: ages, measures with their bounds, and levels of graded scales."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.ages import age_bounds
from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.averaged import DERIVING, derived_of
from trialwright.protocol.eligibility.grammar.bare import bare_amounts
from trialwright.protocol.eligibility.grammar.denied import DENYING, denies, turned
from trialwright.protocol.eligibility.grammar.frequencies import OFTEN, frequencies
from trialwright.protocol.eligibility.grammar.numbers import amounts_of
from trialwright.protocol.eligibility.grammar.past_ages import OF_THE_PAST, of_a_past_age
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.references import HINTS
from trialwright.protocol.eligibility.grammar.scales import KINDS, levels_phrases
from trialwright.protocol.eligibility.grammar.stating import PRESSURES, Stated, state
from trialwright.protocol.eligibility.grammar.titles import adjective_before, other_of_pair
from trialwright.protocol.eligibility.grammar.tnm import tnm_phrases
from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.grammar.variables import (
    Variable,
    fits,
    name_end,
    noun_phrase,
    unit_of_measure,
)
from trialwright.protocol.eligibility.grammar.worded import (
    dimension_end,
    instrument_end,
    whole_scale,
)
from trialwright.protocol.eligibility.tree import Compare, Concept, Interval, Reference

_LIST = word_set(
    """
    and or , / and/or & ( ) both either serum plasma blood total the
    """
)
# these are volumes and flows: in per cent they are of the predicted value
_OF_PREDICTED = frozenset({"fev1", "fvc", "pef", "tlc"})
_SAYING = HINTS | frozenset(OFTEN) | {"percentile", "centile"}  # these words compare without a number


def comparisons(text: str, tokens: Tokens, mentions: Sequence[Mention]) -> list[Phrase]:
    """The comparisons of a line as phrases, in order; doses, counts and times are left to others. Never raises.

    One quantity with two bounds joined by `and` is one leaf with one interval; alternatives are two leaves. Where two
    quantities share a comparison, each has a phrase: the one away from it covers its name only. `160/100` of a blood
    pressure gives two phrases over the same words, systolic and diastolic. A number without comparison gives none.
    """
    scaled = not KINDS.keys().isdisjoint(tokens.said) or "scale" in [mention.sort for mention in mentions]
    if not scaled and not tokens.numbers and _SAYING.isdisjoint(tokens.said):
        return tnm_phrases(text, tokens)
    out = levels_phrases(text, tokens, mentions) if scaled else []
    staged = [*tnm_phrases(text, tokens), *frequencies(text, tokens, mentions), *bare_amounts(text, tokens, mentions)]
    if staged:
        out = _apart(sorted((*out, *staged), key=lambda phrase: (phrase.first, phrase.last)))
    starts, ends = [phrase.first for phrase in out], [phrase.last for phrase in out]
    firsts = [mention.first for mention in mentions]
    last: Stated | None = None
    floor = 0
    amounts = amounts_of(tokens)
    if not DENYING.isdisjoint(tokens.said):
        amounts = [turned(tokens, amount) for amount in amounts]
    for amount in amounts:
        if starts and amount.first < ends[max(0, bisect_left(starts, amount.last) - 1)] and starts[0] < amount.last:
            floor, last = amount.last, None
            continue
        stated = state(tokens, mentions, firsts, amount, last, floor)
        if stated is not None:
            found = _phrases(text, tokens, mentions, firsts, stated, floor)
            stated.several = len(found) > 1
            out.extend(found)
        last = stated if stated is not None else last if _beside(tokens, last, amount) else None
        if stated is not None or not whole_scale(tokens, amount):
            floor = amount.last
    if len(out) < 2:
        return out
    out.sort(key=lambda phrase: (phrase.first, phrase.last))
    return _apart(out)


def _beside(tokens: Tokens, last: Stated | None, amount: Amount) -> bool:
    """Whether an amount that is no comparison stands so close that the variable before it is still meant."""
    return (
        last is not None
        and amount.first - last.amount.last <= 4
        and ";" not in tokens.word[last.amount.last : amount.first]
    )


def _phrases(
    text: str, tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], stated: Stated, floor: int
) -> list[Phrase]:
    amount = stated.amount
    if stated.age and not OF_THE_PAST.isdisjoint(tokens.said) and of_a_past_age(tokens, amount, stated.variable, floor):
        return []
    if not (stated.shared or DERIVING.isdisjoint(tokens.said)):
        derived = derived_of(tokens, amount, stated.variable, floor)
        if derived is None or (derived is not stated.variable and (stated.age or amount.pair is not None)):
            return []
        stated.variable = derived
    variable = stated.variable
    first, last = amount.first, amount.last
    if not stated.shared and variable.first < variable.last:
        first, last = min(first, variable.first), max(last, variable.last)
    if last > amount.last and tokens.word[first - 1 : first] == ["("] and tokens.word[amount.last] == ")":
        first = adjective_before(tokens, first)
    subject = (tokens.start[variable.first], tokens.end[max(variable.first, variable.last - 1)])
    if first == variable.first and not stated.shared and variable.first < amount.first:
        first = _from_full_name(tokens, mentions, firsts, variable, floor)
    if not stated.age and last == amount.last:
        last = instrument_end(tokens, mentions, firsts, last, amount.unit)
    last = dimension_end(tokens, last, amount.unit)
    if last == amount.last and variable.id is None and amount.unit == "%" and tokens.word[last : last + 1] == ["of"]:
        last = name_end(tokens, last + 1)
    if variable.last < amount.first and denies(tokens, variable.last, amount.first):
        return []
    span = (tokens.start[first], tokens.end[last - 1])
    out: list[Phrase] = []
    for concept, low, high in _concepts(text, stated, subject):
        interval = _interval(amount, low, high)
        if interval is None:
            return []
        node = _node(stated, concept, interval, span)
        out.append(Phrase(span[0], span[1], first, last, node, subject, denied=amount.denied))
    if stated.shared or amount.pair is not None or stated.age:
        return out
    sharing = _sharing(text, tokens, mentions, firsts, stated, floor)
    if amount.denied:
        sharing = [phrase._replace(denied=True) for phrase in sharing]
    return sharing + out


def _from_full_name(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], variable: Variable, floor: int
) -> int:
    """The token where the name begins: an abbreviation in brackets stands behind the name in full."""
    place = bisect_left(firsts, variable.first) - 1
    words, first = tokens.word, variable.first
    if first - 1 <= floor or words[first - 1] != "(":
        return first
    if place >= 0:
        mention = mentions[place]
        near = mention.first >= floor and first - mention.last <= 2
        if near and mention.id == variable.id:
            return mention.first
    if words[variable.last : variable.last + 1] != [")"]:
        return first
    found = noun_phrase(tokens, first - 1, floor)
    return found.first if found is not None and found.last == first - 1 else first


def _node(stated: Stated, concept: Concept, interval: Interval, span: tuple[int, int]) -> Compare:
    if stated.amount.unit == "%" and concept.id in _OF_PREDICTED:
        return Compare(concept, interval, None, Reference.PREDICTED, span=span)
    unit = age_bounds(stated.amount)[2] if stated.age else stated.amount.unit
    return Compare(concept, interval, unit, stated.amount.reference, span=span)


def _concepts(
    text: str, stated: Stated, subject: tuple[int, int]
) -> list[tuple[Concept, Decimal | None, Decimal | None]]:
    """The measure, or the two of a pair, with the bounds of each."""
    amount = stated.amount
    words = text[subject[0] : subject[1]]
    if stated.age:
        low, high, _ = age_bounds(amount)
        return [(Concept("age", words), low, high)]
    if amount.pair is not None and stated.variable.id in PRESSURES:
        second = (amount.pair if amount.low is not None else None, amount.pair if amount.high is not None else None)
        return [
            (Concept("systolic-blood-pressure", words), amount.low, amount.high),
            (Concept("diastolic-blood-pressure", words), *second),
        ]
    return [(Concept(stated.variable.id, words), amount.low, amount.high)]


def _interval(amount: Amount, low: Decimal | None, high: Decimal | None) -> Interval | None:
    try:
        return Interval(low, high, amount.low_inclusive, amount.high_inclusive)
    except ValueError:
        return None


def _sharing(
    text: str, tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], stated: Stated, floor: int
) -> list[Phrase]:
    """Phrases for the measures listed before the one next to the comparison: `AST and ALT ≤ 3 x ULN`."""
    out: list[Phrase] = []
    ahead, known = stated.variable.first, {stated.variable.id}
    place = bisect_left(firsts, stated.variable.first) - 1
    pair = other_of_pair(tokens, mentions, firsts, stated.amount, stated.variable, floor)
    if pair is not None and pair.id not in (known - {None}):
        interval = _interval(stated.amount, stated.amount.low, stated.amount.high)
        span = (tokens.start[pair.first], tokens.end[pair.last - 1])
        if interval is not None:
            node = _node(stated, Concept(pair.id, text[span[0] : span[1]]), interval, span)
            out.append(Phrase(*span, pair.first, pair.last, node, span))
            known.add(pair.id)
    if stated.variable.id is None:
        return out
    amount_of_nothing = stated.amount.unit is None and stated.amount.reference is Reference.ABSOLUTE
    while place >= 0 and mentions[place].first >= floor:
        mention = mentions[place]
        gap = tokens.word[mention.last : ahead]
        if mention.sort != "measure" or len(gap) > 5 or not all(word in _LIST for word in gap):
            break
        joined = any(word in {"and", "or", ",", "/", "and/or", "&"} for word in gap)
        if amount_of_nothing and unit_of_measure(mention.id) not in {None, unit_of_measure(stated.variable.id)}:
            break  # "PT/INR > 1.5": only one of the two has no unit
        if mention.id not in known and joined and fits(mention.id, stated.amount.unit) and mention.id != "age":
            span = (mention.start, mention.end)
            interval = _interval(stated.amount, stated.amount.low, stated.amount.high)
            if interval is not None:
                node = _node(stated, Concept(mention.id, text[mention.start : mention.end]), interval, span)
                out.append(Phrase(mention.start, mention.end, mention.first, mention.last, node, span))
        elif mention.id not in known:
            break
        known.add(mention.id)
        ahead = mention.first
        place -= 1
    return out[::-1]


def _apart(phrases: list[Phrase]) -> list[Phrase]:
    """The phrases without those that overlap an earlier one, unless both cover the same words."""
    out: list[Phrase] = []
    for phrase in phrases:
        if out and phrase.first < out[-1].last and (phrase.first, phrase.last) != (out[-1].first, out[-1].last):
            continue
        out.append(phrase)
    return out
