"""Lays a line out as a row of elements: phrases that state something, words that steer the logic, and other words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from trialwright.protocol.eligibility.grammar.graded import GENERIC
from trialwright.protocol.eligibility.grammar.lacking import lacked
from trialwright.protocol.eligibility.grammar.markers import (
    ABBREVIATED,
    AND,
    ASKED,
    BUT,
    CLOSE,
    CODES,
    COLON,
    COMMA,
    CONSENT,
    ENUM,
    FERTILE,
    KIN,
    LEAF,
    LINK,
    LONG,
    MODAL,
    NEG,
    OPEN,
    OR,
    OTHER,
    QUANT,
    SEMI,
    SEX,
    SEXES,
    SKIP,
    SLASH,
    STOP,
    VAGUE,
    WORD,
)
from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.placing import places_of
from trialwright.protocol.eligibility.grammar.quantity import NUMBERS, before_of
from trialwright.protocol.eligibility.grammar.row import Row
from trialwright.protocol.eligibility.grammar.spent import quiet_times, spread_times
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, Tokens
from trialwright.protocol.eligibility.grammar.turning import DENYING, denies_what_stands_before, turn
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import (
    Exposure,
    Expression,
    Implies,
    Kind,
    Leaf,
    Or,
    Ordinal,
    Present,
    Side,
    Window,
)

_FACTS = frozenset((LEAF, SEX, CONSENT, FERTILE))
_IS_FACT = bytes(what in _FACTS for what in range(256))
# what is done in the trial to come is no fact of the patient's past
_TO_COME = re.compile(
    r"contracepti|birth control|abstinen|condom|barrier method|participation in the"
    r"|duration of (?:the )?(?:study|trial|treatment|participation)"
)
_AT_MOST = re.compile(r"(?:no|not) (?:more|longer) than|at most|up to|(?:a )?maximum(?: of)?\b|max\b", re.IGNORECASE)
_WHEN = frozenset(("current", "currently", "recent", "recently", "past", "active", "ongoing", "concurrent"))
_ALONE = frozenset((*SEXES, *(word for word, what in CODES.items() if what in (OPEN, CLOSE))))
_SPECIAL = frozenset((*LONG, *_ALONE, "."))
# what stands before the `of` of `two of the following`
_COUNTS = frozenset((*NUMBERS, *map(str, range(21)), ")", "]", "more", "greater", "out"))
_AFTER_NOT = [
    [word] for word in ("at", "on", "in", "under", "able", "willing", "receiving", "using", "taking", "having")
]
_JOINING = (AND, OR, SLASH, COMMA)
_OPENING = (OPEN, SEMI, STOP, COLON)
# what the scales of one disease grade
_GRADED = {
    "nyha": ("heart-disease",),
    "gold": ("chronic-obstructive-pulmonary-disease",),
    "child-pugh": ("liver-disease", "cirrhosis", "hepatocellular-carcinoma"),
    "hoehn-yahr": ("parkinsons-disease",),
    "ckd-stage": ("kidney-disease", "renal-failure"),
}


def row_of(text: str, tokens: Tokens, phrases: Sequence[Phrase], required: bool = True) -> Row:
    """The elements of a line. Brackets without a partner count as nothing; the work is proportional to the length.
    `required`: the line stands among the inclusion criteria."""
    row = Row(text)
    row.required = required
    placed = places_of(tokens, phrases) if phrases else {}
    brackets = _Brackets([], [], 0)
    words = tokens.word
    code_of = CODES.get
    codes = [code_of(word, WORD) for word in words]
    index = 0
    for at in _stops(words, placed):
        if at < index:
            continue
        if at > index:
            _copy(row, tokens, codes, index, at)
        found = placed.get(at)
        if found is not None and len(found[1]) == 1 and _is_vague(found[1][0]):
            _hand_back(row, found[1][0])
            del placed[at]
            found = None
        if found is not None:
            _put_leaves(row, tokens, at, found, brackets)
            index = found[0]
        else:
            index = at + _put_marker(row, tokens, at, codes[at], placed, brackets)
    _copy(row, tokens, codes, index, len(codes))
    _finish(row, brackets.opened, brackets.pairs)
    for phrase in phrases:
        if getattr(phrase.node, "when", None) or getattr(phrase.node, "lasting", None):
            spread_times(row)
            quiet_times(row)
            break
    return row


def _stops(words: list[str], placed: dict[int, tuple[int, list[Leaf]]]) -> list[int]:
    """The places that are no elements as they stand, in order."""
    stops = []
    last = len(words) - 1
    for at in [at for at, word in enumerate(words) if word in _SPECIAL]:
        word = words[at]
        if (
            word in _ALONE
            or (at < last and (word == "." or words[at + 1] in LONG[word]))
            or (word == "of" and at and words[at - 1] in _COUNTS)
        ):
            stops.append(at)
    return sorted({*stops, *placed}) if placed else stops


@dataclass(slots=True)
class _Brackets:
    """`opened`: places of brackets not closed yet; `pairs`: those closed; `hidden`: how many a phrase has opened and
    not closed."""

    opened: list[int]
    pairs: list[tuple[int, int]]
    hidden: int


def _copy(row: Row, tokens: Tokens, codes: list[int], first: int, last: int) -> None:
    """Takes over tokens that are elements as they stand."""
    row.code += codes[first:last]
    row.start += tokens.start[first:last]
    row.end += tokens.end[first:last]
    row.word += tokens.word[first:last]
    row.data += tokens.value[first:last]


def _put_leaves(row: Row, tokens: Tokens, at: int, found: tuple[int, list[Leaf]], brackets: _Brackets) -> None:
    last, nodes = found
    code = row.code
    words = tokens.word[at:last]
    for word in words if "(" in words or ")" in words else ():
        if word == "(":
            brackets.hidden += 1
        elif word == ")" and brackets.hidden:
            brackets.hidden -= 1
        elif word == ")" and brackets.opened:
            code[brackets.opened.pop()] = SKIP
    first: Leaf = nodes[0]
    if type(first) is Present and first.lasting is not None and first.concept.id is None:
        turned = lacked(first, row.text[tokens.start[at] : tokens.end[last - 1]])
        nodes = [turned or first, *nodes[1:]]  # type: ignore[list-item]  # what a LEAF holds
    if _is_at_most(first) and _AT_MOST.match(row.text, tokens.start[at]) is not None:
        # `no more than 3 days of fever`: there need be none
        ever: Leaf = replace(first, lasting=None)  # type: ignore[arg-type]  # of a thing, which has one
        nodes = [Implies(ever, first, first.span), *nodes[1:]]  # type: ignore[list-item]  # what a LEAF holds
        row.asks = row.asks or not row.required
    if type(nodes[0]) is Ordinal and len(nodes) == 1 and _go_on_with_levels(row, nodes[0], tokens.end[last - 1]):
        return
    of_trials = bool(code) and code[-1] == OTHER and _is_of_trials(nodes[0])
    behind_comma = len(code) > 1 and code[-1] == COMMA and code[-2] == LEAF
    if of_trials or (behind_comma and _grade_what_stands_before(row.data[-2], nodes)):
        code[-1] = SKIP
    code.append(FERTILE if _is_fertile(nodes) else LEAF)
    row.start.append(tokens.start[at])
    row.end.append(tokens.end[last - 1])
    row.word.append("")
    row.data.append(nodes)


def _is_at_most(leaf: Leaf) -> bool:
    """Whether a thing is told to have lasted no longer than something."""
    if not isinstance(leaf, Present | Exposure) or leaf.lasting is None:
        return False
    return leaf.lasting.interval.low is None


def _put_marker(
    row: Row, tokens: Tokens, at: int, what: int, placed: dict[int, tuple[int, list[Leaf]]], brackets: _Brackets
) -> int:
    """Adds a word that may steer the logic; how many tokens it takes up."""
    words, code = tokens.word, row.code
    this = words[at]
    value: object = tokens.value[at]
    length = 1
    seconds = LONG.get(this)
    if seconds is not None and at + 1 < len(words) and (forms := seconds.get(words[at + 1])) is not None:
        for rest, more, long_code, long_data in forms:
            if words[at + 1 : at + 1 + more] == rest and not any(to in placed for to in range(at + 1, at + 1 + more)):
                if _opens_an_alternative(words, at, placed) or _opens_a_bound(tokens, at, at + 1 + more):
                    break
                what, value, length = long_code, long_data, 1 + more
                break
    if this == "of" and length == 1 and (counted := _counted(row, tokens, at, brackets)) is not None:
        what = QUANT
        value, length = counted
    if what == OPEN:
        brackets.opened.append(len(code))
    elif what == CLOSE:
        what = _closing(row, tokens.kind[at - 1] == NUMBER, brackets)
    elif what == SEX:
        value = SEXES[this]
        if len(code) > 1 and code[-1] in _JOINING and code[-2] == SEX and row.data[-2] != value:
            code[-1] = code[-2] = what = SKIP
    elif this == "." and _ends_sentence(row.text, tokens.end[at], row.word):
        what = STOP
    if length > 1 and what == WORD:
        this = " ".join(words[at : at + length])
    code.append(what)
    row.start.append(tokens.start[at])
    row.end.append(tokens.end[at + length - 1])
    row.word.append(this)
    row.data.append(value)
    return length


def _counted(row: Row, tokens: Tokens, at: int, brackets: _Brackets) -> tuple[int, int] | None:
    """For the `of` at a token, how many of a list are meant, and how many tokens say so from here on; the words before
    that say it add nothing more."""
    begin = max(0, tokens.start[at] - 60)
    stop = tokens.end[at]
    found = before_of(row.text[begin:stop], row.text[stop : stop + 60])
    if found is None:
        return None
    how, first, length = found
    place = bisect_left(row.start, begin + first)
    if LEAF in row.code[place:] or (place and row.end[place - 1] > begin + first):
        return None
    brackets.pairs[:] = [pair for pair in brackets.pairs if pair[0] < place]
    row.code[place:] = [SKIP] * (len(row.code) - place)
    row.asks = row.asks or how == ASKED
    return how, bisect_left(tokens.start, stop + length) - at


def _opens_an_alternative(words: list[str], at: int, placed: dict[int, tuple[int, list[Leaf]]]) -> bool:
    """Whether `or not` denies what follows it (`or not pregnant`) and is no `treated or not`."""
    if words[at : at + 2] != ["or", "not"] or "whether" in words[max(0, at - 6) : at]:
        return False
    return at + 2 in placed or words[at + 2 : at + 3] in _AFTER_NOT


def _opens_a_bound(tokens: Tokens, at: int, stop: int) -> bool:
    """Whether a number behind `or above`, `or less` makes it a bound of its own, and no end of the one before."""
    return tokens.word[at] == "or" and stop < len(tokens) and tokens.value[stop] is not None


def _closing(row: Row, number: bool, brackets: _Brackets) -> int:
    """What a closing bracket is; without a partner it may close the label of an enumeration."""
    if brackets.hidden:
        brackets.hidden -= 1
        return SKIP
    if brackets.opened:
        brackets.pairs.append((brackets.opened.pop(), len(row.code)))
        return CLOSE
    if row.code and _is_label(row, number):
        row.code[-1] = ENUM
    return SKIP


def _is_of_trials(leaf: Leaf) -> bool:
    """Whether taking part in trials is meant: of those, another one is just one."""
    return isinstance(leaf, Present) and leaf.concept.id == "clinical-trial-participation"


def _go_on_with_levels(row: Row, level: Ordinal, end: int) -> bool:
    """Takes one more level of the same scale into the levels right before it: `stage IIIB or IV` is one state."""
    code = row.code
    place = len(code) - 1
    if place > 1 and code[place] == WORD and row.word[place] == level.scale.text.lower():
        place -= 1  # the name of the scale once more: `stage III or stage IV`
    stop = place
    while place > 0 and code[place] in _JOINING:
        place -= 1
    if not 0 < stop - place < 3 or code[place] != LEAF:
        return False
    before: list[Expression] = row.data[place]  # type: ignore[assignment]  # what a LEAF holds
    known = before[0].parts if len(before) == 1 and type(before[0]) is Or else tuple(before)
    if len(known) != len(before) and len(before) > 1:
        return False
    if not all(type(one) is Ordinal and _is_of_one_scale(one, level) for one in known):
        return False
    del code[place + 1 :], row.start[place + 1 :], row.end[place + 1 :], row.word[place + 1 :], row.data[place + 1 :]
    row.data[place] = [Or((*known, level), (row.start[place], end))]
    row.end[place] = end
    return True


def _is_of_one_scale(one: Ordinal, other: Ordinal) -> bool:
    """Whether two single levels grade the same thing on the same scale."""
    single = one.low == one.high and other.low == other.high and one.low != other.low
    return single and one.scale.key == other.scale.key and one.of == other.of and one.when == other.when


def _grade_what_stands_before(before: object, nodes: list[Leaf]) -> bool:
    """Whether levels behind a comma narrow the condition before it (`heart failure, NYHA III`) and list nothing new."""
    if not isinstance(before, list) or not all(isinstance(node, Ordinal) for node in nodes):
        return False
    conditions = [leaf.concept for leaf in before if isinstance(leaf, Present) and leaf.kind is Kind.CONDITION]
    scales = {node.scale.id for node in nodes if isinstance(node, Ordinal)}
    if len(conditions) != 1 or len(scales) != 1:
        return False
    named = conditions[0]
    scale = scales.pop()
    if scale in GENERIC:
        return all(isinstance(node, Ordinal) and node.of is not None and node.of.id == named.id for node in nodes)
    return any(is_a(named.id or "", broader) for broader in _GRADED.get(scale or "", ()))


def _hand_back(row: Row, leaf: Leaf) -> None:
    """Gives the time of something too vague to be looked up (`other diseases within 4 weeks`) to what its sentence
    names before."""
    when = leaf.when if isinstance(leaf, Present | Exposure) else None
    if not isinstance(when, Window) or when.side is not Side.BEFORE:
        return
    for at in range(len(row.code) - 1, -1, -1):
        if row.code[at] in (SEMI, STOP):
            return
        if row.code[at] == LEAF and not (at > 1 and row.code[at - 1] == LINK and row.code[at - 2] == WORD):
            named: list[Leaf] = row.data[at]  # type: ignore[assignment]  # what a LEAF holds
            for place, one in enumerate(named):
                if isinstance(one, Present | Exposure) and one.when is None:
                    named[place] = replace(one, when=when)


def _is_vague(leaf: Leaf) -> bool:
    """Whether a leaf says too little to be looked up by itself: `treated`, `in remission`."""
    if isinstance(leaf, Present):
        thing = leaf.concept
    elif isinstance(leaf, Exposure):
        thing = leaf.drug
    else:
        return False
    when = leaf.when
    if _TO_COME.search(thing.text.lower()) is not None and not (isinstance(when, Window) and when.side is Side.BEFORE):
        return True
    if thing.id is None:
        words = thing.text.lower().split() or ["other"]
        if (words[0] == "other" and len(words) < 3) or CODES.get(words[0]) == MODAL:
            return True
        return all(word in _WHEN or CODES.get(word, WORD) in (SKIP, LINK, OTHER) for word in words)
    if thing.id == "lines-of-therapy" and leaf.times is None and "line" not in thing.text.lower():
        return True  # `drugs or regimens within a year`
    return thing.id in VAGUE and leaf.when is None and leaf.lasting is None and leaf.times is None


def _is_fertile(nodes: list[Leaf]) -> bool:
    return len(nodes) == 1 and isinstance(nodes[0], Present) and nodes[0].concept.id == "childbearing-potential"


def _finish(row: Row, opened: list[int], pairs: list[tuple[int, int]]) -> None:
    code = row.code
    for place in opened:
        code[place] = SKIP
    row.match = match = [0] * len(code)
    for first, last in pairs:
        match[first] = last
        if last == first + 2 and _is_label_at(row, first + 1):
            code[first] = code[last] = SKIP
            code[first + 1] = ENUM
    for place, what in enumerate(code) if SEX in code or FERTILE in code else ():
        if what == SEX and _is_kin(row, place + 1):
            code[place] = WORD  # female partners of male patients
        elif what == FERTILE and (_is_kin(row, place - 1) or _is_kin(row, place - 2)):
            code[place] = WORD
    if BUT in code:
        _deny_at_the_start(row)
    turn(row)
    if not DENYING.isdisjoint(row.word):
        row.asks = row.asks or denies_what_stands_before(row)
    row.consents = CONSENT in code
    row.facts = list(accumulate(bytes(code).translate(_IS_FACT), initial=0))


def _deny_at_the_start(row: Row) -> None:
    """`but not` that opens a bracket or a sentence joins nothing there: it denies."""
    code = row.code
    for place, what in enumerate(code):
        if what == BUT and row.data[place] == "not" and (not place or code[place - 1] in _OPENING):
            code[place] = NEG


def _is_kin(row: Row, place: int) -> bool:
    """Whether somebody else than the patient is named there."""
    return 0 <= place < len(row.word) and row.word[place] in KIN


def _is_label(row: Row, number: bool) -> bool:
    """Whether the last element, before a lone closing bracket, is the label of an enumeration."""
    return len(row.word[-1]) <= 2 and (number or len(row.word[-1]) == 1) and row.code[-1] in (WORD, SKIP)


def _is_label_at(row: Row, place: int) -> bool:
    word = row.word[place]
    if row.code[place] not in (WORD, SKIP) or not 1 <= len(word) <= 3:
        return False
    return (word.isdigit() and len(word) <= 2) or (len(word) == 1 and "a" <= word <= "k") or word in ("ii", "iii", "iv")


def _ends_sentence(text: str, place: int, before: list[str]) -> bool:
    """Whether the point that ends at this place ends a sentence: a blank and a capital follow, no abbreviation ends."""
    rest = text[place : place + 3]
    if rest[:1].isalnum():
        # "surgery.All": a capital right after a point, unless the word before is an abbreviation of one letter
        return rest[:1].isupper() and rest[1:2].islower() and bool(before) and len(before[-1]) > 2
    if before and before[-1] in ABBREVIATED:
        return False
    rest = rest.lstrip()
    return bool(rest) and (rest[0].isupper() or not rest[0].isalpha())
