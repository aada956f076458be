"""Makes phrases of the comparisons in a line: ages, measures with their bounds, and levels of graded scales."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.ages import age_bounds, of_others, of_persons, plausible_age, states_age
from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.anew import again, joined
from trialwright.protocol.eligibility.grammar.averaged import DERIVING, derived_of
from trialwright.protocol.eligibility.grammar.bare import bare_amounts
from trialwright.protocol.eligibility.grammar.bounds import FOLDS
from trialwright.protocol.eligibility.grammar.denied import DENYING, denies, turned
from trialwright.protocol.eligibility.grammar.frequencies import OFTEN, frequencies
from trialwright.protocol.eligibility.grammar.numbers import amounts_of
from trialwright.protocol.eligibility.grammar.past_ages import OF_THE_PAST, of_a_past_age
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.references import HINTS
from trialwright.protocol.eligibility.grammar.scales import KINDS, levels_phrases
from trialwright.protocol.eligibility.grammar.titles import adjective_before, other_of_pair, whole_name
from trialwright.protocol.eligibility.grammar.tnm import tnm_phrases
from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import TIME
from trialwright.protocol.eligibility.grammar.variables import (
    Variable,
    after_change,
    before,
    behind,
    fits,
    known_by_amount,
    name_end,
    noun_phrase,
    unit_of_measure,
)
from trialwright.protocol.eligibility.grammar.worded import (
    GROUPS,
    counts_things,
    dimension_end,
    in_calendar,
    in_figures,
    instrument_end,
    whole_scale,
    worded,
)
from trialwright.protocol.eligibility.tree import Compare, Concept, Interval, Reference

_PRESSURES = {"blood-pressure", "systolic-blood-pressure", "diastolic-blood-pressure"}
_SCORED = frozenset({"score", "scores", "scale", "index", "level", "levels", "rating", "of", "from"})
_LENGTHS = frozenset({"um", "mm", "cm", "m", "km", "mi"})  # "longer than" and "within" are of places too
_CERTAIN = frozenset({"certainty", "certain", "effective", "effectiveness", "efficacy"})
_PRESSED = frozenset({"pa", "ta", "bp", "pressure", "tension"})  # names a pair of numbers makes clear: "TA > 160/95"
SHORTEST_SCALE, LONGEST_SCALE = 5, 300  # points: "4/10", "20/90", but not "1/3"
_LIST = word_set(
    """
    and or , / and/or & ( ) both either serum plasma blood total the
    """
)
_INTAKE = word_set(
    "drinking drink drinks consume consuming alcohol smoking smoker smoke smokes smoked smokers consumption intake"
)
# "3 mm greater than the control": a difference, and no bound of the quantity itself
_RELATIVE = frozenset({"greater", "higher", "larger", "lower", "smaller", "above", "below", "longer", "shorter"})
# these are volumes and flows: in per cent they are of the predicted value
_OF_PREDICTED = frozenset({"fev1", "fvc", "pef", "tlc"})
_SAYING = HINTS | frozenset(OFTEN) | {"percentile", "centile"}  # these words compare without a number
_COUNT_UNITS = {"drink": "alcohol-intake", "cigarette": "cigarettes-per-day", "pack-year": "pack-years"}


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
    last: _Stated | None = None
    floor = 0
    amounts = amounts_of(tokens)
    if not DENYING.isdisjoint(tokens.said):
        amounts = [turned(tokens, amount) for amount in amounts]
    for amount in amounts:
        if starts and amount.first < ends[max(0, bisect_left(starts, amount.last) - 1)] and starts[0] < amount.last:
            floor, last = amount.last, None
            continue
        stated = _state(tokens, mentions, firsts, amount, last, floor)
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


class _Stated:
    """An amount with its variable. `shared`: the variable was named with an amount before; `several`: other variables
    have the amount too."""

    __slots__ = ("age", "amount", "several", "shared", "variable")

    def __init__(self, amount: Amount, variable: Variable, age: bool = False, shared: bool = False) -> None:
        self.amount = amount
        self.variable = variable
        self.age = age
        self.shared = shared
        self.several = False


def _beside(tokens: Tokens, last: _Stated | None, amount: Amount) -> bool:
    """Whether an amount that is no comparison stands so close that the variable before it is still meant."""
    return (
        last is not None
        and amount.first - last.amount.last <= 4
        and ";" not in tokens.word[last.amount.last : amount.first]
    )


def _state(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, last: _Stated | None, floor: int
) -> _Stated | None:
    """The amount with what it is an amount of; None where it is none of ours or nothing names its variable."""
    if (amount.low is None and amount.high is None) or in_calendar(amount):
        return None
    if tokens.word[amount.last : amount.last + 1] and tokens.word[amount.last] in _RELATIVE and amount.unit not in TIME:
        return None
    if amount.unit is None and amount.reference is Reference.ABSOLUTE and _folded(tokens, amount):
        return None
    if amount.unit == "%" and not _CERTAIN.isdisjoint(tokens.word[amount.last : amount.last + 2]):
        return None  # of a method of contraception
    if amount.inner is not None:
        return _inner(tokens, mentions, firsts, amount)
    upto = bisect_left(firsts, amount.first)
    timed = amount.unit in TIME
    if amount.unit == "day" and tokens.word[amount.last - 1] == "d":
        lens = before(tokens, mentions, upto, amount.first, floor, "dpt")
        if lens is not None and lens.id is not None and unit_of_measure(lens.id) == "dpt":
            return _Stated(amount._replace(unit="dpt"), lens)
    named = before(tokens, mentions, upto, amount.first, floor, amount.unit)
    if named is not None and named.id == "age":
        if (amount.unit is None or timed) and plausible_age(amount):
            return _Stated(amount, named, age=True)
        named = None
    if amount.hint == "after":
        return _right_of(tokens, mentions, firsts, amount)
    if named is not None and named.id is not None and timed and unit_of_measure(named.id) in TIME:
        planned = amount.hint == "within" and named.id == "gestational-age"
        return None if planned else _Stated(amount, named)
    if (amount.unit is None and amount.reference is Reference.ABSOLUTE) or timed:
        follows = behind(tokens, mentions, bisect_left(firsts, amount.last), amount.last, amount.unit)
        if follows is not None and follows.id == "age" and plausible_age(amount):
            return _Stated(amount, follows, age=True)
        if follows is not None and timed and follows.id is not None and unit_of_measure(follows.id) in TIME:
            return _Stated(amount, follows)
        if timed or amount.old:
            if upto and mentions[upto - 1].last == amount.first and mentions[upto - 1].sort in {"procedure", "drug"}:
                return None
            return _aged(tokens, amount, last)
        if named is None and not upto and of_persons(tokens, amount) and plausible_age(amount):
            return _Stated(amount, Variable("age", amount.first, amount.first + 1), age=True)
        alone = amount.first == 0 and amount.last == len(tokens) and not amount.sign and amount.low is not None
        alone = alone and tokens.value[0] is not None and tokens.word[-1] in {"over", "above", "up", "+"}
        if (alone or amount.hint == "age" or states_age(tokens, amount)) and plausible_age(amount):
            return _Stated(amount, Variable("age", amount.first, amount.first + 1), age=True)
    if amount.hint in {"time", "within"} and named is None and amount.unit not in _LENGTHS:
        return None
    return _measured(tokens, mentions, firsts, amount, named, last, floor)


def _folded(tokens: Tokens, amount: Amount) -> bool:
    """Whether a number says how many times of something that is no limit of normal (`> 2 x baseline`)."""
    behind = tokens.word[amount.last : amount.last + 2]
    return (
        behind[:1] in (["x"], ["times"], ["fold"]) or behind == ["-", "fold"] or tokens.word[amount.last - 1] in FOLDS
    )


def _aged(tokens: Tokens, amount: Amount, last: _Stated | None) -> _Stated | None:
    if not plausible_age(amount) or of_others(tokens, amount):
        return None
    if states_age(tokens, amount):
        return _Stated(amount, Variable("age", amount.first, amount.last), age=True)
    if last is not None and last.age and joined(tokens, last.amount, amount) and amount.unit == "year":
        return _Stated(amount, last.variable, age=True, shared=True)
    return None


def _inner(tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount) -> _Stated | None:
    """`18 < age < 65`: the variable stands between the bounds."""
    assert amount.inner is not None
    first, end = amount.inner
    for place in range(bisect_left(firsts, first), bisect_left(firsts, end)):
        mention = mentions[place]
        if mention.sort == "measure" and fits(mention.id, amount.unit):
            age = mention.id == "age" and plausible_age(amount)
            if mention.id != "age" or age:
                return _Stated(amount, Variable(mention.id, mention.first, mention.last), age=age)
    named = noun_phrase(tokens, end, first) if amount.hint != "extreme" else None
    return _Stated(amount, named) if named is not None else None


def _right_of(tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount) -> _Stated | None:
    """`50 kg ≤ body weight`: the variable stands behind."""
    found = behind(tokens, mentions, bisect_left(firsts, amount.last), amount.last, amount.unit)
    if found is None or (found.id == "age" and not plausible_age(amount)):
        return None
    return _Stated(amount, found, age=found.id == "age")


def _measured(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, named: Variable | None,
    last: _Stated | None, floor: int,
) -> _Stated | None:  # fmt: skip
    """An amount that is neither age nor time: of the measure before it, the measure of the amount before, the measure
    behind it, or the noun phrase before it."""
    if amount.pair is not None and named is None and amount.first > floor:
        short = tokens.word[amount.first - 1]
        if amount.pair < (amount.low or amount.high or Decimal(0)):
            if short in _PRESSED:
                named = Variable("blood-pressure", amount.first - 1, amount.first)
            elif amount.unit == "mmHg":
                named = Variable("blood-pressure", amount.first, amount.last)
    if amount.pair is not None and not _paired(amount, named):
        return None
    if whole_scale(tokens, amount):
        return None
    if named is not None and named.id is None and tokens.word[named.last - 1] in GROUPS:
        return None
    if (
        named is not None
        and named.id is None
        and not amount.sign
        and amount.unit is None
        and not in_figures(tokens, amount)
    ):
        return None
    numbered = named is not None and named.id is None and amount.ranged and amount.unit is None
    if named is not None and numbered and _SCORED.isdisjoint(tokens.word[named.first : amount.first]):
        return None  # the figures belong to the name: "bipolar disorder 1-2"
    counts = amount.unit is None and amount.reference is Reference.ABSOLUTE and counts_things(tokens, amount)
    if named is not None and not (named.id is None and counts):
        return _Stated(amount, whole_name(tokens, amount, named, floor))
    if last is not None and joined(tokens, last.amount, amount) and not counts:
        variable = last.variable
        between = tokens.word[last.amount.last : amount.first]
        if last.age and amount.unit is None and plausible_age(amount) and "and" not in between:
            return _Stated(amount, variable, age=True, shared=True)
        alike = amount.unit is None or last.amount.unit in {None, amount.unit}
        alike = alike or amount.reference is Reference.PREDICTED
        if not last.age and alike and (variable.id is None or fits(variable.id, amount.unit)):
            return _Stated(amount, variable, shared=True)
    if (
        last is not None
        and not (last.age or last.several or counts)
        and again(tokens, mentions, firsts, last.amount, amount)
    ):
        return _Stated(amount, last.variable, shared=True)
    if amount.hint == "either" and tokens.word[max(0, amount.first - 1)] not in {"score", "scores", "of"}:
        return None
    follows = behind(tokens, mentions, bisect_left(firsts, amount.last), amount.last, amount.unit)
    if follows is not None and after_change(tokens, amount.first):
        return _Stated(amount, Variable(None, follows.first, follows.last)) if amount.unit is not None else None
    scored = follows is not None and follows.id is not None and unit_of_measure(follows.id) in {None, ""}
    if follows is not None and follows.id != "age" and (amount.sign or scored or amount.unit is not None):
        return _Stated(amount, follows)
    counted = _COUNT_UNITS.get((amount.unit or "").split("/")[0])
    if counted is not None:
        first = amount.first - 1 if amount.first > floor and tokens.word[amount.first - 1] in _INTAKE else amount.first
        return _Stated(amount, Variable(counted, first, amount.first if first < amount.first else amount.last))
    found = None if counts else worded(tokens, mentions, firsts, amount, floor)
    if found is None:
        return None
    place = bisect_left(firsts, found.first)
    if place < len(mentions) and (mentions[place].first, mentions[place].last) == (found.first, found.last):
        mention = mentions[place]
        if mention.sort == "measure" and mention.id != "age" and fits(mention.id, amount.unit):
            found = Variable(mention.id, found.first, found.last)
    elif found.id is None:
        found = found._replace(id=known_by_amount(tokens, found.first, found.last, amount.unit))
    return _Stated(amount, whole_name(tokens, amount, found, floor))


def _paired(amount: Amount, named: Variable | None) -> bool:
    if named is not None and named.id in _PRESSURES:
        return True
    if named is not None and named.id == "bcva-letters":
        return False
    value, whole = amount.low or amount.high or Decimal(0), amount.pair or Decimal(0)
    return SHORTEST_SCALE <= whole <= LONGEST_SCALE and value <= whole == int(whole)


def _phrases(
    text: str, tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], stated: _Stated, floor: int
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


def _node(stated: _Stated, concept: Concept, interval: Interval, span: tuple[int, int]) -> Compare:
    if stated.amount.unit == "%" and concept.id in _OF_PREDICTED:
        return Compare(concept, interval, None, Reference.PREDICTED, span=span)
    unit = age_bounds(stated.amount)[2] if stated.age else stated.amount.unit
    return Compare(concept, interval, unit, stated.amount.reference, span=span)


def _concepts(
    text: str, stated: _Stated, subject: tuple[int, int]
) -> list[tuple[Concept, Decimal | None, Decimal | None]]:
    """The measure, or the two of a pair, with the bounds of each."""
    amount = stated.amount
    words = text[subject[0] : subject[1]]
    if stated.age:
        low, high, _ = age_bounds(amount)
        return [(Concept("age", words), low, high)]
    if amount.pair is not None and stated.variable.id in _PRESSURES:
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
    text: str, tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], stated: _Stated, floor: int
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
