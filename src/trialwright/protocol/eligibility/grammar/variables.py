"""Finds what an amount is an amount of: a measure of the lexicon close by, or else the noun phrase before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.changes import changed_until
from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, OPERATOR, PUNCTUATION, WORD, Tokens, word_set
from trialwright.protocol.eligibility.grammar.units import canonical_unit, unit_table
from trialwright.protocol.eligibility.lexicon.loading import entry, rows_of, spelling_key

REACH = 12  # tokens between a measure and its amount
LONGEST_NAME = 6  # words of a variable that is not in the lexicon

_BREAKS = word_set(
    "; who which that but without except unless if when whose undergoing receiving despite including because"
)
_JOINS = frozenset({"and", "or", "/", "and/or", ",", "&"})
_THIN = word_set(
    """
    of is are was were be must should has have with a an the level levels value values score scores count counts
    ( ) : , - at having total screening defined as measured to ' s = by been greater result reading readings
    concentration concentrations baseline visit that scale index on i e . ie range ranges being shows showing
    remains scoring scored in for during measurement measurements rate questionnaire test rating equal either
    both not no will may can between from if any activity maximum minimum estimated considered found confirmed reported
    mean average median
    """
)
_NOT_NAMES = word_set(
    """
    week month day year hour minute of is are was were be been being must should has have had with a an the at
    having as to by that who which whose and or for in on from than not no if when will may can any all their
    his her its this these those show shows showing demonstrate demonstrated defined measured between patients
    patient subjects subject participants either least including within during but without whom more less per e
    i g eg ie using after before prior where would could also only because due into out over under there it they
    we you do does did both each then so such via lasting taking received receiving people persons individuals
    adults adult women men children males females male female exhibiting consume consuming drinking presenting
    present report reports require requires requiring need take takes use uses used years months weeks days
    hours minutes times time approximately about usually often every obtained high low elevated increased
    decreased date following last past previous meet meets criteria demonstrating assessed confirmed documented
    according based note notes showed shown revealed revealing reveals indicated indicates found estimated considered
    has re inclusive extends each diagnosed
    requires includes scoring scored did does been presence absence evidence evidenced known suspected
    s
    """
)
_TRIMMED = word_set(
    """
    level levels value values score scores known current documented reported
    """
)
# a change of a measure is another quantity than the measure: "hemoglobin drop > 2 g/dL", "loss of 10 % of FVC"
_LIKE_MEASURES = frozenset({"condition", "test", "event"})
_LAB_UNITS = ("/L", "/dL", "/mL", "/uL", "mmHg", "cmH2O", "kPa", "%")


_BEFORE_NAMES = frozenset({"of", "in", "the", "'", "for", "-", "as", "total", "cumulative", "their"})


class Variable(NamedTuple):
    """What an amount is of. `id`: the measure of the lexicon, None for words only; `first`, `last`: its tokens."""

    id: str | None
    first: int
    last: int


@cache
def _also() -> Mapping[str, str]:
    """Spellings that name a measure only where an amount stands with them (`proteinuria`)."""
    path = resources.files("trialwright.protocol.eligibility.lexicon") / "measures.csv"
    found: dict[str, str] = {}
    for row in rows_of(path.read_text("utf-8"), "measures.csv"):
        for spelling in row["also"].split("|"):
            if spelling:
                found[spelling_key(spelling).casefold()] = row["id"]
    return found


@cache
def _units_of(measure: str) -> tuple[frozenset[str], str | None]:
    """The sorts of unit that a measure is given in, and its only unit where that is one of time."""
    found = entry(measure)
    if found is None:
        return frozenset(), None
    units = [found.fields.get("unit", ""), *found.fields.get("other_units", "").split("|")]
    return frozenset(sort_of(unit) for unit in units if unit), found.fields.get("unit")


@cache
def sort_of(unit: str) -> str:
    """What sort of thing a unit measures, numerator and denominators, so that `mg/dL` and `g/L` are alike."""
    table = unit_table()
    top, *below = unit.split("/")
    parts = []
    for part in (top, *below):
        row = table.get(part) or table.get(canonical_unit(part) or "")
        sort = row.sort if row is not None else "count" if part.startswith(("10^", "1")) else part
        parts.append("mass" if sort in {"substance", "activity"} else sort)
    if parts == ["count", "volume"] or (top.startswith("10^") and below):
        return "count/volume"
    return "/".join(parts)


def unit_of_measure(measure: str) -> str | None:
    """The canonical unit of a measure of the lexicon, None where it has none or is not known."""
    return _units_of(measure)[1]


def fits(measure: str, unit: str | None) -> bool:
    """Whether a measure can be given in a unit; yes where one of the two is not known."""
    sorts, _ = _units_of(measure)
    if unit is None or unit in {"point", "percentile", "SD", "letter"}:
        return True
    if not sorts:
        found = entry(measure)
        return found is None or unit in {"%", "mm", "cm"} or sort_of(unit) == "count"
    sort = sort_of(unit)
    return sort in sorts or (sort == "mass" and "mass/volume" in sorts and unit not in {"mg", "g", "kg"})


def before(
    tokens: Tokens, mentions: Sequence[Mention], upto: int, first: int, floor: int, unit: str | None
) -> Variable | None:
    """The variable named before the token `first`, not before the token `floor`; `upto`: how many mentions begin
    before it; `unit`: of the amount, which the measure must fit."""
    words = tokens.word
    place = upto - 1
    while place >= 0 and mentions[place].last > floor:
        mention = mentions[place]
        gap = words[mention.last : first]
        if len(gap) > REACH or not _BREAKS.isdisjoint(gap):
            return None
        thin = _THIN.issuperset(gap)
        if mention.sort in {"measure", "scale"}:
            if words[max(0, mention.first - 3) : mention.first] == ["-", "for", "-"]:
                return noun_phrase(tokens, mention.last, floor) if thin else None  # "weight-for-age" is no age
            if mention.id == "age" and not fits("age", unit):
                return None
            if _is_half_a_name(tokens, mention.last):
                return noun_phrase(tokens, first, floor) if thin else None
            changed = changed_until(words, mention.last, first)
            if changed is not None:
                return Variable(None, mention.first, changed)
            if mention.id == "fio2" and unit in {"mmHg", "kPa"}:
                return _ratio_of_oxygen(tokens, mentions, place)
            if not fits(mention.id, unit) or (mention.sort == "scale" and unit is not None):
                return Variable(None, mention.first, mention.last) if thin and len(gap) <= 3 else None
            compound = mention.last if thin else _compound_end(tokens, mentions, place, first)
            if compound > mention.last:
                return Variable(None, mention.first, compound)
            if thin or _bridged(tokens, mentions, place, mention.last, first):
                return Variable(mention.id, mention.first, mention.last)
            return None
        if _in_brackets_of_a_measure(tokens, mentions, place, gap):
            place -= 1
            continue
        if thin and len(gap) <= 4 and mention.sort in _LIKE_MEASURES:
            scored = _score_for(tokens, mentions, place) if gap and gap[0] in {"score", "scores"} else None
            return scored if scored is not None else _like_measure(tokens, mention, unit)
        if thin and mention.sort == "procedure" and unit is not None:
            level = _like_measure(tokens, mention, unit)  # `CPAP >= 5 cmH2O`
            if level.id is not None:
                return level
        if thin and mention.sort == "drug" and unit is not None and unit.endswith(_LAB_UNITS):
            measure = f"serum-{mention.id}"
            return Variable(measure if entry(measure) is not None else None, mention.first, mention.last)
        if mention.sort == "drug" and thin:
            return None
        if gap[:1] == ["("] and gap[-1] == "," and unit is not None and mention.sort in _LIKE_MEASURES:
            return _like_measure(tokens, mention, unit)
        place -= 1
    return None


def _is_half_a_name(tokens: Tokens, last: int) -> bool:
    """Whether a hyphen ties the word before a token to another one, so that both are one name (`HCT-CI`)."""
    if tokens.word[last : last + 1] != ["-"] or last + 1 >= len(tokens) or tokens.kind[last + 1] != WORD:
        return False
    tied = tokens.end[last - 1] == tokens.start[last] and tokens.end[last] == tokens.start[last + 1]
    return tied and tokens.word[last + 1] not in _THIN and tokens.value[last + 1] is None


def _ratio_of_oxygen(tokens: Tokens, mentions: Sequence[Mention], place: int) -> Variable | None:
    """PaO2/FiO2 where its second name stands next to a pressure: `PaO2/FiO2 (P/F) ≤ 300 mmHg` in words."""
    for above in range(place - 1, max(-1, place - 4), -1):
        if mentions[above].id == "pao2" and "/" in tokens.word[mentions[above].last : mentions[place].first]:
            return Variable("pao2-fio2", mentions[above].first, mentions[place].last)
    return None


def _in_brackets_of_a_measure(tokens: Tokens, mentions: Sequence[Mention], place: int, gap: Sequence[str]) -> bool:
    """Whether a thing is named in brackets that belong to a measure: the formula of `eGFR (CKD-EPI) ≥ 45`."""
    if ")" not in gap or "(" in gap:
        return False
    for at in range(place - 1, max(-1, place - 4), -1):
        above = mentions[at]
        if above.sort == "measure":
            return tokens.word[above.last : above.last + 1] == ["("]
    return False


def _score_for(tokens: Tokens, mentions: Sequence[Mention], place: int) -> Variable | None:
    """The questionnaire of `PHQ-9 for depression score`, where the condition is named last."""
    above = mentions[place - 1] if place else None
    if above is None or above.sort != "measure":
        return None
    gap = tokens.word[above.last : mentions[place].first]
    return Variable(above.id, above.first, above.last) if gap in ([")", "for"], ["for"], ["of"], ["-"]) else None


def _like_measure(tokens: Tokens, mention: Mention, unit: str | None) -> Variable:
    spelled = spelling_key(" ".join(tokens.word[mention.first : mention.last])).casefold()
    measure = _also().get(spelled)
    if measure is not None and fits(measure, unit) and (unit is not None or measure == "blood-pressure"):
        return Variable(measure, mention.first, mention.last)
    first = mention.first
    # the words of the name reach further than the mention: "dorsal angulation", "systemic corticosteroid score"
    return Variable(None, first, _name_end(tokens, mention.last))


def known_by_amount(tokens: Tokens, first: int, last: int, unit: str | None) -> str | None:
    """The measure that words name only where an amount in a unit of it stands with them (`RR ≥ 30/min`)."""
    if unit is None:
        return None
    measure = _also().get(spelling_key(" ".join(tokens.word[first:last])).casefold())
    return measure if measure is not None and fits(measure, unit) else None


_ENDS_OF_NAMES = word_set("score scale index size length diameter depth count")


def _name_end(tokens: Tokens, last: int) -> int:
    while last < len(tokens) and tokens.word[last] in _ENDS_OF_NAMES:
        last += 1
    return last


def _compound_end(tokens: Tokens, mentions: Sequence[Mention], place: int, first: int) -> int:
    """The token after a longer name that begins with a measure (`hemoglobin electrophoresis`, `BMI percentile`), which
    is another quantity; the token after the measure where no noun follows it."""
    words, last = tokens.word, mentions[place].last
    end = last
    while end < first and tokens.kind[end] == WORD and tokens.value[end] is None and not _no_noun(words[end]):
        end += 1
    return end


def _no_noun(word: str) -> bool:
    return (
        len(word) < 4 or word in _THIN or word in _NOT_NAMES or word in _AT or word in _LINKS
        or word.endswith(("ed", "ing", "ly"))
    )  # fmt: skip


_LINKS = word_set(
    """
    about above across among below beyond despite since through toward until upon versus without throughout units
    status screening enrollment enrolment baseline admission study entry week weeks day days month months
    serum plasma blood adult adults male males female females children men women lower upper normal
    equals exceeds exceed remains ranges persistently limit limits cutoff threshold greater more less than
    cells result results calculation calculated formula method assay criterion category class grade points point
    performance status functional
    """
)
_AT = frozenset({"at", "on", "before", "after", "during", "within", "measured", "obtained", "performed", "assessed"})


def _bridged(tokens: Tokens, mentions: Sequence[Mention], place: int, last: int, first: int) -> bool:
    """Whether the words between a measure and its amount leave no doubt: no other thing and no joining word."""
    words = tokens.word
    depth = 0
    timed = words[last] in _AT and words[first - 1] in {"of", "be", "is", "was", ":"}
    for index in range(last, first):
        word = words[index]
        if word == "(":
            depth += 1
        elif word == ")":
            depth -= 1
        elif depth <= 0 and ((word in _JOINS and not timed) or tokens.kind[index] in {NUMBER, OPERATOR}):
            return False
    following = mentions[place + 1] if place + 1 < len(mentions) else None
    return following is None or following.first >= first or depth == 0


def behind(tokens: Tokens, mentions: Sequence[Mention], upto: int, last: int, unit: str | None) -> Variable | None:
    """The measure named right behind an amount: `≥ 2 g/dL hemoglobin`, `> 37 weeks of gestation`."""
    words = tokens.word
    index = last
    while index < len(words) and index - last < 3 and words[index] in _BEFORE_NAMES:
        index += 1
    for place in range(max(0, upto - 1), min(len(mentions), upto + 4)):
        mention = mentions[place]
        if mention.id == "education-years" and mention.first == last - 1 and unit == "year":
            return Variable(mention.id, mention.first, mention.last)  # "8 years of education"
        if mention.first >= index:
            if mention.id == "age" and index > last and words[index - 1] == "for":
                return None
            if mention.first == index and mention.sort in _LIKE_MEASURES and unit is not None:
                like = _like_measure(tokens, mention, unit)
                return like if like.id is not None else None
            described = mention.first == index + 1 and unit is not None and is_name(tokens, index)
            if (mention.first == index or described) and mention.sort == "measure" and fits(mention.id, unit):
                return Variable(mention.id, mention.first, mention.last)
            return None
    return None


def noun_phrase(tokens: Tokens, first: int, floor: int) -> Variable | None:
    """The words that name the variable right before the token `first`, back to `floor` at most; None where the words
    there name nothing."""
    words, kinds = tokens.word, tokens.kind
    index = first
    while (
        index > floor
        and words[index - 1] in _THIN
        and words[index - 1] not in {"score", "scores", "index", "rate", "scale"}
    ):
        index -= 1
        if words[index] == ")":
            opened = opening(words, index, floor)
            if opened is None:
                return None
            inside = index - opened - 1
            index = opened if inside > 0 else index
    last = index
    while index > floor and last - index < LONGEST_NAME and is_name(tokens, index - 1):
        index -= 1
    while index < last and (words[index] in _TRIMMED or kinds[index] != WORD):
        index += 1
    if index >= last or all(kinds[at] != WORD for at in range(index, last)):
        return _thin_noun(words, first, floor)
    if last - index == 1 and (len(words[index]) < 2 or _is_verb(words[index])):
        return None
    return Variable(None, _from_head(words, index, floor), last)


def _thin_noun(words: Sequence[str], first: int, floor: int) -> Variable | None:
    """A general noun that is all that names the variable: `a test > 30`, `activity of at least 600`."""
    for at in range(first - 1, max(floor, first - 4) - 1, -1):
        if words[at] in _GENERAL_NOUNS:
            return Variable(None, at, at + 1)
        if words[at] not in _THIN or words[at] in {"(", ")", ",", "-"}:
            return None
    return None


def _is_verb(word: str) -> bool:
    """Whether a word alone tells what is done and names nothing (`donated > 500 mL`)."""
    return len(word) > 4 and word.endswith(("ed", "ing")) and word not in _NOUNS_LIKE_VERBS


def _from_head(words: Sequence[str], index: int, floor: int) -> int:
    """Where a name begins whose first noun says what is measured of the rest (`size of the largest lesion`)."""
    at = index - 1
    while at > floor and words[at] in {"the", "a", "an", "any", "their", "each"}:
        at -= 1
    if (
        at <= floor
        or words[at] not in {"of", "in", "at", "on", "around", "from", "between", "for"}
        or words[at - 1] not in _HEADS
    ):
        return index
    first = at - 1
    while first > floor and index - first < LONGEST_NAME and words[first - 1] in _HEAD_ADJECTIVES:
        first -= 1
    return first


def name_from(tokens: Tokens, first: int) -> Variable | None:
    """The words of a name that begins at a token."""
    last = first
    while last < len(tokens) and last - first < LONGEST_NAME and is_name(tokens, last):
        last += 1
    return Variable(None, first, last) if last > first else None


def name_end(tokens: Tokens, first: int) -> int:
    """The token after a name and the articles before it; the token before where none begins there."""
    index = first
    while index < len(tokens) and tokens.word[index] in {"the", "their", "his", "all", "total"}:
        index += 1
    found = name_from(tokens, index)
    return found.last if found is not None else first - 1


_GENERAL_NOUNS = frozenset({"test", "questionnaire", "activity", "rating", "concentration", "levels", "level", "count"})
_NOUNS_LIKE_VERBS = word_set(
    "smoking fasting bleeding hearing breathing walking swelling vomiting drinking sleeping crowding opening standing "
    "weighing speed staging timing sitting reading"
)
_HEADS = word_set(
    """
    size diameter length width depth thickness height level levels volume area degree rate percentage proportion
    severity distance angle concentration concentrations count ratio index loss intensity frequency extent amount
    score scores stenosis involvement expression number
    """
)
_HEAD_ADJECTIVES = word_set(
    "maximum maximal largest longest mean average total serum plasma blood minimum minimal greatest overall"
)


def opening(words: list[str], index: int, floor: int) -> int | None:
    """The opening bracket of the bracket that closes at `index`."""
    for at in range(index - 1, max(floor, index - 14) - 1, -1):
        if words[at] == "(":
            return at
    return None


_HYPHENED = frozenset({"for", "to", "of"})  # within a name: "weight-for-height", "waist-to-hip"


def is_name(tokens: Tokens, index: int) -> bool:
    """Whether a token can be part of a name."""
    word = tokens.word[index]
    if tokens.kind[index] == PUNCTUATION:
        glued = index + 1 < len(tokens) and tokens.end[index] == tokens.start[index + 1]
        return word in {"-", "/", "'"} and glued and index > 0 and tokens.end[index - 1] == tokens.start[index]
    if tokens.kind[index] == NUMBER:
        return index > 0 and (tokens.word[index - 1] == "-" or tokens.end[index - 1] == tokens.start[index])
    if word in _HYPHENED and 0 < index < len(tokens) - 1:
        return tokens.word[index - 1] == tokens.word[index + 1] == "-" and tokens.end[index] == tokens.start[index + 1]
    return tokens.kind[index] == WORD and word not in _NOT_NAMES and tokens.value[index] is None
