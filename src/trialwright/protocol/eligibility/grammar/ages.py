"""Tells amounts that state a patient's age from spans of time, and gives them in years or their own unit."""

from __future__ import annotations

from decimal import Decimal

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.tokens import PUNCTUATION, Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import TIME

OLDEST = Decimal(120)
PER_YEAR = {"year": Decimal(1), "month": Decimal(12), "week": Decimal(52), "day": Decimal(365), "hour": Decimal(8766)}

_PERSONS = word_set(
    """
    patients patient adults adult male males female females men women man woman subjects subject participants
    participant children child individuals people persons person volunteers volunteer boys girls infants
    outpatients inpatients adolescents caregivers parents students residents who are is be being parturients
    donors veterans nurses sex gender smokers youth elderly athletes recipients genders sexes pregnant
    population minors candidates employees
    """
)
_OF_EITHER = (["either"], ["any"], ["both"], ["all"], ["age"])
_STARTERS = frozenset({":", "(", ")", ".", "-", "*", "•", ";", ","})
_ENDS = word_set(
    """
    and or who with at on undergoing admitted inclusive scheduled diagnosed but of ( ) . , ; / both male female
    males females men women if
    """
)
_NOT_PERSONAL = word_set(
    """
    since after before prior ago following from post history duration for within during survival expectancy
    follow
    """
)


_RELATED = word_set(
    """
    relative relatives family familial sibling siblings father brother sister death deaths menarche menopause
    """
)
_THINGS = word_set(
    """
    injury injuries fracture fractures wound wounds ulcer ulcers scar scars graft grafts rupture ruptures tear tears
    lesion lesions transplant transplants implant implants stent stents burn burns specimen sample samples
    """
)


def of_others(tokens: Tokens, amount: Amount) -> bool:
    """Whether an age is that of a relative, of an event in a family, or of a wound or an implant."""
    words = tokens.word
    last = amount.last
    if not _RELATED.isdisjoint(words[last : last + 5]) or not _RELATED.isdisjoint(
        words[amount.first - 3 : amount.first]
    ):
        return True
    around = (*words[max(0, amount.first - 2) : amount.first], *words[last : last + 2])
    return amount.unit in {"day", "week", "month"} and not _THINGS.isdisjoint(around)


def plausible_age(amount: Amount) -> bool:
    """Whether somebody can be that old, and the unit is one of age."""
    unit = amount.unit or "year"
    if unit not in PER_YEAR or amount.pair is not None:
        return False
    bounds = [bound for bound in (amount.low, amount.high) if bound is not None]
    # nobody asks for 4.18 years: that is the number of an item and an age
    return all(0 <= bound <= OLDEST * PER_YEAR[unit] and 4 * bound == int(4 * bound) for bound in bounds)


def states_age(tokens: Tokens, amount: Amount) -> bool:
    """Whether an amount in units of time is an age by its own words or its place: `18 years or older`, `adults > 65
    years`, a line that begins with `over 18 years`."""
    if amount.old:
        return True
    if amount.unit is not None and amount.unit not in TIME:
        return False
    if amount.unit is None:
        return (amount.sign or amount.ranged) and _bracketed(tokens, amount)
    if amount.hint == "age":
        return True
    if amount.unit != "year" or amount.hint in {"time", "within"}:
        return False
    words = tokens.word
    behind = words[amount.last] if amount.last < len(words) else "."
    if behind not in _ENDS or (behind == "of" and words[amount.last + 1 : amount.last + 2] not in _OF_EITHER):
        return False  # "at least 8 years of schooling"
    if any(word in _NOT_PERSONAL for word in words[max(0, amount.first - 4) : amount.last + 3]):
        return False
    first = amount.first
    while first > 0 and words[first - 1] in {
        "of",
        "the",
        "a",
        "an",
        "(",
        "aged",
        "either",
        "healthy",
        ":",
        "any",
        "both",
    }:
        first -= 1
    if first == 0:
        return True
    before = words[first - 1]
    if before in _PERSONS or (before == "," and first >= 2 and words[first - 2] in _PERSONS and behind in {",", "."}):
        return True
    return all(tokens.kind[index] == PUNCTUATION or words[index].isdigit() for index in range(first)) and first <= 3


def of_persons(tokens: Tokens, amount: Amount) -> bool:
    """Whether a number without unit is an age by the word for persons right before it: `adults over 65`."""
    first, words = amount.first, tokens.word
    if amount.unit is not None or first == 0 or words[first] not in {"over", "under", "above", "below"}:
        return False
    behind = words[amount.last] if amount.last < len(words) else "."
    return words[first - 1] in _PERSONS - {"is", "be", "being", "are", "who", "sex", "gender"} and behind in _ENDS


def _bracketed(tokens: Tokens, amount: Amount) -> bool:
    """Whether an amount stands alone in brackets behind a word for persons: `adults (≥ 21)`."""
    first, words = amount.first, tokens.word
    if first < 2 or words[first - 1] != "(" or words[amount.last : amount.last + 1] != [")"]:
        return False
    if amount.ranged and (amount.low or 0) < 3:
        return False
    return words[first - 2] in {"adults", "adult", "children", "adolescents", "child", "elderly"}


def age_bounds(amount: Amount) -> tuple[Decimal | None, Decimal | None, str]:
    """The bounds of an age and their unit; years where the two bounds have different units (`6 months to 5 years`)."""
    unit = amount.unit or "year"
    if amount.low_unit is None or amount.low_unit not in PER_YEAR or unit not in PER_YEAR:
        return amount.low, amount.high, unit
    low = amount.low / PER_YEAR[amount.low_unit] if amount.low is not None else None
    high = amount.high / PER_YEAR[unit] if amount.high is not None else None
    return low, high, "year"
