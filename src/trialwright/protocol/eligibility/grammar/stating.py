"""Finds what each amount of a line is an amount of: an age, a measure, words of the text; or of nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.ages import of_others, of_persons, plausible_age, states_age
from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.anew import again, joined
from trialwright.protocol.eligibility.grammar.bounds import FOLDS
from trialwright.protocol.eligibility.grammar.changes import after_change
from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.titles import whole_name
from trialwright.protocol.eligibility.grammar.tokens import Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import TIME
from trialwright.protocol.eligibility.grammar.variables import (
    Variable,
    before,
    behind,
    fits,
    known_by_amount,
    noun_phrase,
    unit_of_measure,
)
from trialwright.protocol.eligibility.grammar.worded import (
    GROUPS,
    counts_things,
    in_calendar,
    in_figures,
    whole_scale,
    worded,
)
from trialwright.protocol.eligibility.tree import Reference

PRESSURES = {"blood-pressure", "systolic-blood-pressure", "diastolic-blood-pressure"}
_SCORED = frozenset({"score", "scores", "scale", "index", "level", "levels", "rating", "of", "from"})
_LENGTHS = frozenset({"um", "mm", "cm", "m", "km", "mi"})  # "longer than" and "within" are of places too
_CERTAIN = frozenset({"certainty", "certain", "effective", "effectiveness", "efficacy"})
_PRESSED = frozenset({"pa", "ta", "bp", "pressure", "tension"})  # names a pair of numbers makes clear: "TA > 160/95"
SHORTEST_SCALE, LONGEST_SCALE = 5, 300  # points: "4/10", "20/90", but not "1/3"
_INTAKE = word_set(
    "drinking drink drinks consume consuming alcohol smoking smoker smoke smokes smoked smokers consumption intake"
)
# "3 mm greater than the control": a difference, and no bound of the quantity itself
_RELATIVE = frozenset({"greater", "higher", "larger", "lower", "smaller", "above", "below", "longer", "shorter"})
_COUNT_UNITS = {"drink": "alcohol-intake", "cigarette": "cigarettes-per-day", "pack-year": "pack-years"}


class Stated:
    """An amount with its variable. `shared`: the variable was named with an amount before; `several`: other variables
    have the amount too."""

    __slots__ = ("age", "amount", "several", "shared", "variable")

    def __init__(self, amount: Amount, variable: Variable, age: bool = False, shared: bool = False) -> None:
        self.amount = amount
        self.variable = variable
        self.age = age
        self.shared = shared
        self.several = False


def state(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, last: Stated | None, floor: int
) -> Stated | None:
    """The amount with what it is an amount of; None where it is none of ours or nothing names its variable."""
    if (amount.low is None and amount.high is None) or in_calendar(amount):
        return None
    if tokens.word[amount.last : amount.last + 1] and tokens.word[amount.last] in _RELATIVE and amount.unit not in TIME:
        return None
    if amount.unit is None and amount.reference is Reference.ABSOLUTE and _folded(tokens, amount):
        return None
    if amount.unit == "half-life":
        return None  # a time that depends on the drug
    if amount.unit == "%" and not _CERTAIN.isdisjoint(tokens.word[amount.last : amount.last + 2]):
        return None  # of a method of contraception
    if amount.inner is not None:
        return _inner(tokens, mentions, firsts, amount)
    upto = bisect_left(firsts, amount.first)
    timed = amount.unit in TIME
    if amount.unit == "day" and tokens.word[amount.last - 1] == "d":
        lens = before(tokens, mentions, upto, amount.first, floor, "dpt")
        if lens is not None and lens.id is not None and unit_of_measure(lens.id) == "dpt":
            return Stated(amount._replace(unit="dpt"), lens)
    named = before(tokens, mentions, upto, amount.first, floor, amount.unit)
    if named is not None and named.id == "age":
        if (amount.unit is None or timed) and plausible_age(amount):
            return Stated(amount, named, age=True)
        named = None
    if amount.hint == "after":
        return _right_of(tokens, mentions, firsts, amount)
    if named is not None and named.id is not None and timed and unit_of_measure(named.id) in TIME:
        planned = amount.hint == "within" and named.id == "gestational-age"
        return None if planned else Stated(amount, named)
    if (amount.unit is None and amount.reference is Reference.ABSOLUTE) or timed:
        follows = behind(tokens, mentions, bisect_left(firsts, amount.last), amount.last, amount.unit)
        if follows is not None and follows.id == "age" and plausible_age(amount):
            return Stated(amount, follows, age=True)
        if follows is not None and timed and follows.id is not None and unit_of_measure(follows.id) in TIME:
            return Stated(amount, follows)
        if timed or amount.old:
            if upto and mentions[upto - 1].last == amount.first and mentions[upto - 1].sort in {"procedure", "drug"}:
                return None
            return _aged(tokens, amount, last) or _of_a_time_before(tokens, amount, last)
        if named is None and not upto and of_persons(tokens, amount) and plausible_age(amount):
            return Stated(amount, Variable("age", amount.first, amount.first + 1), age=True)
        alone = amount.first == 0 and amount.last == len(tokens) and not amount.sign and amount.low is not None
        alone = alone and tokens.value[0] is not None and tokens.word[-1] in {"over", "above", "up", "+"}
        if (alone or amount.hint == "age" or states_age(tokens, amount)) and plausible_age(amount):
            return Stated(amount, Variable("age", amount.first, amount.first + 1), age=True)
    if amount.hint in {"time", "within"} and named is None and amount.unit not in _LENGTHS:
        return None
    return _measured(tokens, mentions, firsts, amount, named, last, floor)


def _folded(tokens: Tokens, amount: Amount) -> bool:
    """Whether a number says how many times of something that is no limit of normal (`> 2 x baseline`)."""
    behind = tokens.word[amount.last : amount.last + 2]
    return (
        behind[:1] in (["x"], ["times"], ["fold"]) or behind == ["-", "fold"] or tokens.word[amount.last - 1] in FOLDS
    )


def _of_a_time_before(tokens: Tokens, amount: Amount, last: Stated | None) -> Stated | None:
    """A second bound of a quantity that is a length of time (`gestation < 24 weeks or > 34 weeks`)."""
    if last is None or last.age or last.variable.id is None or unit_of_measure(last.variable.id) not in TIME:
        return None
    return Stated(amount, last.variable, shared=True) if joined(tokens, last.amount, amount) else None


def _aged(tokens: Tokens, amount: Amount, last: Stated | None) -> Stated | None:
    if not plausible_age(amount) or of_others(tokens, amount):
        return None
    if states_age(tokens, amount):
        return Stated(amount, Variable("age", amount.first, amount.last), age=True)
    if last is not None and last.age and joined(tokens, last.amount, amount) and amount.unit == "year":
        return Stated(amount, last.variable, age=True, shared=True)
    return None


def _inner(tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount) -> Stated | None:
    """`18 < age < 65`: the variable stands between the bounds."""
    assert amount.inner is not None
    first, end = amount.inner
    for place in range(bisect_left(firsts, first), bisect_left(firsts, end)):
        mention = mentions[place]
        if mention.sort == "measure" and fits(mention.id, amount.unit):
            age = mention.id == "age" and plausible_age(amount)
            if mention.id != "age" or age:
                return Stated(amount, Variable(mention.id, mention.first, mention.last), age=age)
    named = noun_phrase(tokens, end, first) if amount.hint != "extreme" else None
    return Stated(amount, named) if named is not None else None


def _right_of(tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount) -> Stated | None:
    """`50 kg ≤ body weight`: the variable stands behind."""
    found = behind(tokens, mentions, bisect_left(firsts, amount.last), amount.last, amount.unit)
    if found is None or (found.id == "age" and not plausible_age(amount)):
        return None
    return Stated(amount, found, age=found.id == "age")


def _measured(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, named: Variable | None,
    last: Stated | None, floor: int,
) -> Stated | None:  # fmt: skip
    """An amount that is neither age nor time: of the measure before it, or of what is named elsewhere."""
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
        return Stated(amount, whole_name(tokens, amount, named, floor))
    shared = _of_the_amount_before(tokens, mentions, firsts, amount, last, counts)
    return shared if shared is not None else _of_words_further_off(tokens, mentions, firsts, amount, floor, counts)


def _of_the_amount_before(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, last: Stated | None, counts: bool
) -> Stated | None:
    """An amount of the variable that the amount before it was of; `counts`: it may be a number of things."""
    if last is not None and joined(tokens, last.amount, amount) and not counts:
        variable = last.variable
        between = tokens.word[last.amount.last : amount.first]
        if last.age and amount.unit is None and plausible_age(amount) and "and" not in between:
            return Stated(amount, variable, age=True, shared=True)
        alike = amount.unit is None or last.amount.unit in {None, amount.unit}
        alike = alike or amount.reference is Reference.PREDICTED
        if not last.age and alike and (variable.id is None or fits(variable.id, amount.unit)):
            return Stated(amount, variable, shared=True)
    if (
        last is not None
        and not (last.age or last.several or counts)
        and again(tokens, mentions, firsts, last.amount, amount)
    ):
        return Stated(amount, last.variable, shared=True)
    return None


def _of_words_further_off(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, floor: int, counts: bool
) -> Stated | None:
    """An amount of the measure behind it, of what its unit counts, or of the noun phrase before it."""
    if amount.hint == "either" and tokens.word[max(0, amount.first - 1)] not in {"score", "scores", "of"}:
        return None
    follows = behind(tokens, mentions, bisect_left(firsts, amount.last), amount.last, amount.unit)
    if follows is not None and after_change(tokens, amount.first):
        return Stated(amount, Variable(None, follows.first, follows.last)) if amount.unit is not None else None
    scored = follows is not None and follows.id is not None and unit_of_measure(follows.id) in {None, ""}
    if follows is not None and follows.id != "age" and (amount.sign or scored or amount.unit is not None):
        return Stated(amount, follows)
    counted = _COUNT_UNITS.get((amount.unit or "").split("/")[0])
    if counted is not None:
        first = amount.first - 1 if amount.first > floor and tokens.word[amount.first - 1] in _INTAKE else amount.first
        return Stated(amount, Variable(counted, first, amount.first if first < amount.first else amount.last))
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
    return Stated(amount, whole_name(tokens, amount, found, floor))


def _paired(amount: Amount, named: Variable | None) -> bool:
    if named is not None and named.id in PRESSURES:
        return True
    if named is not None and named.id == "bcva-letters":
        return False
    value, whole = amount.low or amount.high or Decimal(0), amount.pair or Decimal(0)
    return SHORTEST_SCALE <= whole <= LONGEST_SCALE and value <= whole == int(whole)
