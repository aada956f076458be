"""Finds what an amount is of where the lexicon does not say, and tells counts, doses, years and scales from amounts."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.changes import CHANGES
from trialwright.protocol.eligibility.grammar.comparators import STARTS
from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.titles import all_general, described, titled
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, WORD, Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import TIME
from trialwright.protocol.eligibility.grammar.variables import Variable, name_from, noun_phrase
from trialwright.protocol.eligibility.tree import Reference

_SCORED = frozenset({"score", "scores", "scoring", "scored"})
_BEFORE_AMOUNTS = frozenset({"of", "is", "was", "at", "be", "must", "should"})
_DIMENSIONS = frozenset(
    {"diameter", "deep", "depth", "length", "long", "wide", "width", "thick", "thickness", "size", "height"}
)
_IN_DIMENSION = frozenset({"in", "of", "maximum", "maximal", "longest", "largest", "greatest", "its", "the"})
_OF_SCALES = frozenset({"the", "a", "an", "-", "to", "point", "points", "(", "item", "cm", "mm"})
_SCALE_NOUNS = frozenset({"scale", "score", "index", "questionnaire", "rating"})
GROUPS = word_set(
    "illiterate illiterates illiteracy school schools college university educated uneducated graduates above below up"
)
_NO_QUANTITIES = GROUPS | word_set(
    "age aged ages virus viruses subtype serotype genotype antigen antibody ios android os gene exon"
)
# in these units things are measured, and not only given: "blood loss > 500 mL", but "dose > 1 g"
_BULK = frozenset({"mL", "L", "g", "kg", "mmol", "mEq"})
_TAKEN = word_set("dose doses dosage infusion injection tablet tablets bolus supplement daily treatment therapy")
_OF_A_VOLUME = frozenset({"mL", "L", "mL/day", "L/day"})
_PER_VOLUME = ("/dL", "/L", "/mL", "/uL", "/g", "/mmol")
_DOSES = frozenset({"mg", "g", "ug", "ng", "mL", "IU", "U", "kg", "mcg", "mEq", "mmol", "mgA", "kIU"})
# what may stand behind a comparison that is complete; a noun there is what is counted ("> 2 relapses")
_CLOSERS = word_set(
    """
    and or but in on at by for from with without within during prior before after if when who that which as to
    according despite measured assessed using documented confirmed the is are were was than points score
    obtained not men women males females male female and/or per will must should inclusive unless except then
    i e this since while through upon under over between into via post it they be has have performed determined
    due because calculated based both also only requiring defined each any all these those its their our
    whether where until upon plus minus versus vs currently regardless taken
    """
)


def worded(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, floor: int
) -> Variable | None:
    """An amount of something that is not in the lexicon: of the noun phrase before it or, where that is a mere `score`
    or nothing, of the words behind it."""
    unit = amount.unit or ""
    top = unit.split("/")[0]
    of = tokens.word[amount.last : amount.last + 1] == ["of"]
    if top not in TIME and (found := described(tokens, mentions, firsts, amount)) is not None:
        return found
    if amount.hint == "either" and _SCORED.isdisjoint(tokens.word[max(floor, amount.first - 3) : amount.first]):
        return None
    plus = amount.hint == "plus" and (_SCORED | _SCALE_NOUNS).isdisjoint(
        tokens.word[max(floor, amount.first - 3) : amount.first]
    )
    if plus or top in TIME or _dosed(mentions, firsts, amount, floor):
        return None
    if top in _DOSES and not any(below in unit for below in _PER_VOLUME) and not (of and unit in _OF_A_VOLUME):
        named = noun_phrase(tokens, amount.first, floor) if top in _BULK else None
        if named is None or not _TAKEN.isdisjoint(tokens.word[named.first : named.last]):
            return None
    if not amount.sign and amount.unit is None and not in_figures(tokens, amount):
        return None
    if tokens.word[amount.last - 1] in {"c", "f"} and unit in {"degC", "degF"}:
        return None
    found = noun_phrase(tokens, amount.first, floor)
    generic = found is not None and all_general(tokens, found)
    if amount.unit in {None, "point"} and amount.reference is Reference.ABSOLUTE:
        if found is None or generic:
            scored = generic or not _SCORED.isdisjoint(tokens.word[max(floor, amount.first - 3) : amount.first])
            named = _scored_on(tokens, mentions, firsts, amount, scored)
            if named is None and scored:
                first = found.first if found is not None else amount.first
                named = titled(tokens, mentions, firsts, _general_from(tokens, first, floor), floor, amount.unit)
            found = named or found
    elif found is not None and generic:
        found = titled(tokens, mentions, firsts, found.first, floor, amount.unit) or found
    elif found is None:
        found = name_from(tokens, amount.last + 1 if of else amount.last)
        if found is not None and tokens.word[found.first] in CHANGES:
            return None
    if found is None:
        return None
    if tokens.word[found.last - 1] in _NO_QUANTITIES and tokens.word[max(0, found.last - 3) : found.last - 1] != [
        "for",
        "-",
    ]:
        return None
    return found


def _general_from(tokens: Tokens, first: int, floor: int) -> int:
    """The token of the `score` that stands before an amount, over the words between."""
    while first > floor and tokens.word[first - 1] in _BEFORE_AMOUNTS:
        first -= 1
    return first


def _scored_on(
    tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], amount: Amount, scored: bool
) -> Variable | None:
    """The scale named behind its score: `a total score ≥ 40 on the SANDE`."""
    index, words = amount.last, tokens.word
    while index < len(words) and words[index] in {"points", "point"}:
        index += 1
    if index >= len(words) or words[index] not in {"on", "in", "from", "of", "at", "by", "for"}:
        return None
    index += 1
    while index < len(words) and (words[index] in _OF_SCALES or tokens.value[index] is not None):
        index += 1
    place = bisect_left(firsts, index)
    if place < len(mentions) and mentions[place].first == index:
        mention = mentions[place]
        if mention.sort == "measure" or scored:
            return Variable(mention.id if mention.sort == "measure" else None, mention.first, mention.last)
    found = name_from(tokens, index)
    if found is None or scored:
        return found
    return found if amount.sign and not _SCALE_NOUNS.isdisjoint(words[found.first : found.last]) else None


def dimension_end(tokens: Tokens, last: int, unit: str | None) -> int:
    """The token after the dimension that a length was taken in (`≥ 2 cm in diameter`, `3 mm deep`)."""
    if unit not in {"mm", "cm", "m", "um"}:
        return last
    words, index = tokens.word, last
    while index < len(words) and index - last < 3 and words[index] in _IN_DIMENSION:
        index += 1
    return index + 1 if index < len(words) and words[index] in _DIMENSIONS else last


def instrument_end(tokens: Tokens, mentions: Sequence[Mention], firsts: list[int], last: int, unit: str | None) -> int:
    """The token after the scale that a value was read on (`pain ≥ 4 on a 0-10 numeric rating scale`), given the token
    after the value; the same token where none follows."""
    words = tokens.word
    if unit not in {None, "point", "mm", "cm"} or words[last : last + 1] not in (["on"], ["by"], ["in"], ["using"]):
        return last
    index = last + 1
    while index < len(words) and index - last < 8 and (words[index] in _OF_SCALES or tokens.value[index] is not None):
        index += 1
    place = bisect_left(firsts, index)
    if place >= len(mentions) or mentions[place].first != index or mentions[place].sort not in {"measure", "scale"}:
        return last
    end = mentions[place].last
    while end < len(words) and words[end] in _SCALE_NOUNS:
        end += 1
    behind = words[end] if end < len(words) else "."
    closed = behind in _CLOSERS or behind in {".", ",", ";", ")", "("}
    return end if closed and behind not in {"of", "is", "was", "for", "than"} else last


def counts_things(tokens: Tokens, amount: Amount) -> bool:
    """Whether what stands behind an amount without unit is the thing it counts."""
    if amount.last >= len(tokens) or tokens.kind[amount.last] != WORD:
        return False
    word = tokens.word[amount.last]
    if word in {"prior", "previous", "or", "and"}:
        return word not in {"or", "and"} and tokens.word[amount.last + 1 : amount.last + 2] != ["to"]
    return word not in _CLOSERS and not word.endswith(("ed", "ly", "ing"))


def _dosed(mentions: Sequence[Mention], firsts: list[int], amount: Amount, floor: int) -> bool:
    """Whether the amount is the dose of a drug that is named before it."""
    unit = (amount.unit or "").split("/")[0]
    if unit not in _DOSES:
        return False
    upto = bisect_left(firsts, amount.first)
    return any(m.sort == "drug" and m.first >= floor for m in mentions[max(0, upto - 2) : upto + 1]) and not (
        amount.unit or ""
    ).endswith(("/dL", "/L", "/mL"))


def in_figures(tokens: Tokens, amount: Amount) -> bool:
    """Whether an amount is written in figures, not in words."""
    return any(tokens.kind[index] == NUMBER for index in range(amount.first, amount.last))


def whole_scale(tokens: Tokens, amount: Amount) -> bool:
    """Whether a range is the length of a scale and no demand: `on a 0-10 scale`, `a scale of 0 (minimum) to 4`."""
    if amount.unit not in {None, "point"} or amount.low not in {Decimal(0), Decimal(1)} or amount.high is None:
        return False
    words = tokens.word
    near = words[max(0, amount.first - 2) : amount.first + 1]
    if not {"scale", "ranging", "ranges", "possible"}.isdisjoint(near):
        return True
    opened = words[max(0, amount.first - 1) : amount.first] == ["("]
    if opened and words[amount.first] in {"range", "ranges", "ranging", "scale", "from"}:
        # "(range 0-63) > 20": the demand is the comparison behind it
        return not STARTS.isdisjoint(words[amount.last : amount.last + 5])
    behind = words[amount.last : amount.last + 3]
    if amount.ranged and not {"scale", "likert", "scales"}.isdisjoint(behind):
        return True
    return amount.ranged and amount.low == 0 and amount.high in {Decimal(10), Decimal(100)}


def in_calendar(amount: Amount) -> bool:
    """Whether the bounds are years of the calendar."""
    bounds = [bound for bound in (amount.low, amount.high) if bound is not None]
    return (
        amount.unit is None
        and amount.reference is Reference.ABSOLUTE
        and all(1900 <= bound <= 2100 for bound in bounds)
    )
