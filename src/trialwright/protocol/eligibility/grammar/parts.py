"""Reads one part of a list: what it states, and whether words in it narrow that."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.brackets import bracketed
from trialwright.protocol.eligibility.grammar.consent import consented
from trialwright.protocol.eligibility.grammar.elapsed import is_distance
from trialwright.protocol.eligibility.grammar.lacking import opposite
from trialwright.protocol.eligibility.grammar.markers import (
    AHEAD,
    AND,
    BLOCKING,
    CAUSES,
    CLOSE,
    CODES,
    CONSENT,
    CONSENT_WORDS,
    ENDING,
    FERTILE,
    IF,
    KIN,
    LEAF,
    LINK,
    NEG,
    OPEN,
    OPINION,
    OR,
    OTHER,
    SEX,
    SKIP,
    UNANSWERED,
    WITH,
    WORD,
    words_of,
)
from trialwright.protocol.eligibility.grammar.narrower import is_closer, without_broader, without_idle_sex
from trialwright.protocol.eligibility.grammar.reading import (
    Reading,
    combine,
    is_plain,
    joined,
    only_asks,
)
from trialwright.protocol.eligibility.grammar.row import Row
from trialwright.protocol.eligibility.tree import (
    AnchorKind,
    And,
    Course,
    Exposure,
    Expression,
    Implies,
    Interval,
    Kind,
    Not,
    Or,
    Present,
    Sex,
    Side,
    Window,
)

_GIVING = words_of(
    """
    treatment treatments therapy therapies administration application medication medications
    """
)
# what stands before `of` and a condition so that the condition itself is meant
_HOWEVER = frozenset(("regardless", "irrespective"))
_STATES = words_of(
    "criteria criterion diagnosis diagnoses diagnosed history evidence presence confirmation detection documented "
    "confirmed sign"
)
_LISTING = frozenset((AND, OR))
_DONE = frozenset(("received", "taken", "had", "undergone", "underwent", "receiving", "participated", "used"))
_NOW = frozenset(("current", "currently", "concurrent", "concomitant", "ongoing"))
_TESTS = frozenset(("test", "tests", "testing", "screening"))
_AFTER = words_of(
    """
    support episode episodes event events attack attacks syndrome disease disorder diseases disorders
    infection infections patient patients alone only positive female male women men condition conditions adult
    adults
    """
)


_SPOKEN = frozenset((WORD, OPINION, OTHER, FERTILE))
MOST_COMPARED = 20  # things of one part that are looked at for one being a kind of another


class Part(NamedTuple):
    """What a part of a list states. `whole`: with all its words; `bare`: without the words that narrow it, None where
    nothing of it is known; `lead`, `trail`: words stand before or after what is known that may narrow its neighbours
    in the list as well; `direct`: it begins with what is known, no word before that."""

    whole: Expression | None
    bare: Expression | None
    lead: bool
    trail: bool
    direct: bool = False


def part_of(line: Reading, lo: int, hi: int, req: bool, depth: int) -> Part:
    """Reads a stretch that holds no list outside of brackets."""
    row = line.row
    begin = lo
    lo, hi = line.trimmed(lo, hi)
    if lo >= hi:
        return Part(None, None, False, False)
    if row.facts[hi] == row.facts[lo]:
        return Part(line.question(lo, hi), None, False, False)
    direct = begin == lo and row.code[lo] == LEAF and _names_at_once(row, lo)
    if hi == lo + 1 and row.code[lo] == LEAF:
        stated = combine(row.data[lo], req, line.span(lo, hi))  # type: ignore[arg-type]  # leaves
        if not _is_attached(line, lo, stated, False, False, False, False, hi):
            return Part(stated, stated, False, False, direct)
    if row.consents and CONSENT in row.code[lo:hi] and (consent := consented(line, lo, hi, req)) is not None:
        return Part(consent, consent, False, False)
    return _stated(line, lo, hi, req, depth, direct)


class _Seen:
    """What a part has stated so far. `lead`, `trail`: words stand before or behind it; `giving`: of them, one for
    giving a drug; `kin`, `blocked`: what comes is of somebody else, or only named in passing; `loose`, `opening`: words
    without a phrase open the part; `now`: it is told to be so now."""

    __slots__ = ("blocked", "found", "giving", "kin", "lead", "loose", "now", "opening", "trail")

    def __init__(self) -> None:
        self.found: list[Expression] = []
        self.lead = self.trail = self.giving = self.kin = self.blocked = False
        self.loose = self.opening = self.now = False


def _stated(line: Reading, lo: int, hi: int, req: bool, depth: int, direct: bool) -> Part:
    """What the elements of a part state, one after the other."""
    row = line.row
    code, word, match = row.code, row.word, row.match
    seen = _Seen()
    conditions: list[Expression] = []
    at = lo
    while at < hi:
        what = code[at]
        if what == SKIP:
            if word[at] in _STATES:
                seen.loose = seen.opening = False
            elif word[at] in _HOWEVER:
                seen.blocked = True
            elif seen.opening and not _is_mark(word[at]):
                seen.loose = True
        elif what == LEAF:
            _leaf_seen(line, seen, lo, at, hi, req)
        elif what in _SPOKEN:
            if _word_seen(line, seen, lo, at, hi):
                break
        elif what == OPEN:
            close = match[at]
            seen.found, more = bracketed(line, at + 1, close, req, depth, seen.found)
            seen.trail = seen.trail or more
            at = close
        elif what == NEG:
            denied = _denied(line, at, hi, req, depth)
            if denied is None:
                seen.lead, seen.trail = seen.lead or not seen.found, seen.trail or bool(seen.found)
            else:
                seen.found.append(denied)
            break
        elif what == IF or (what == LINK and seen.found and _names_sex(line, at, hi)):
            inner = line.read(at + 1, hi, True, depth + 1)
            if inner is not None:
                conditions.append(inner)
            break
        elif what == SEX and not seen.found and at > lo and word[at - 1] in ("for", "in"):
            seen.lead = seen.opening = True
        elif what == SEX:
            seen.found.append(Sex(str(row.data[at]), line.span(at, at + 1)))
        elif what == LINK and seen.found and word[at] in CAUSES and not _LISTING.isdisjoint(code[at:hi]):
            seen.trail = True
            break
        elif what == CONSENT:
            seen.trail = seen.trail or not seen.found
        elif seen.opening and what in (LINK, WITH):
            seen.loose = True
        at += 1
    return _put_together(line, lo, hi, req, seen.found, conditions, seen.lead, seen.trail or seen.giving, direct)


def _leaf_seen(line: Reading, seen: _Seen, lo: int, at: int, hi: int, req: bool) -> None:
    """Takes in what a phrase states."""
    found = seen.found
    stated = combine(line.row.data[at], req, line.span(at, at + 1))  # type: ignore[arg-type]  # leaves
    if seen.lead and (_has_ended(line, lo, at, stated, req) or _lies_ahead(line, lo, at, stated)):
        if req and (apart := _distance_kept(line, lo, at, stated)) is not None:
            found.append(apart)
            seen.lead = False
        return
    if found and _is_indication(line, at, stated, found[-1]):
        seen.trail = True
        return
    if seen.now:
        stated, seen.now = _current(stated), False
    if found and is_plain(stated) and is_closer(stated, found[-1]):
        found[-1] = stated
    elif _is_attached(line, at, stated, seen.kin, seen.blocked, seen.loose, bool(found), hi):
        seen.lead, seen.trail = seen.lead or not found, seen.trail or bool(found)
    else:
        found.append(stated)
        seen.giving = False


def _word_seen(line: Reading, seen: _Seen, lo: int, at: int, hi: int) -> bool:
    """Takes in a word that no phrase covers; whether nothing behind it is read."""
    code = line.row.code
    this = line.row.word[at]
    plain = code[at] == WORD
    if plain and seen.found and this in CAUSES and not _LISTING.isdisjoint(code[at:hi]):
        seen.trail = True  # several causes: a person reads them
        return True
    if plain and seen.found and this in CONSENT_WORDS and CONSENT in code[lo:hi]:
        return False
    if plain and not seen.lead and this in _GIVING and _gives(line, at, hi, seen.found):
        seen.giving = True
    elif seen.found:
        if not (plain and this in _AFTER and at > lo and code[at - 1] in (LEAF, CLOSE)):
            seen.kin, seen.blocked = seen.kin or this in KIN, seen.blocked or this in BLOCKING
            seen.trail = True
    elif "(" in line.row.word and _names_what_follows(line, at, hi):
        pass
    elif not seen.lead and this in _NOW and _uses(line, at + 1, hi):
        seen.now = True
    else:
        seen.kin, seen.blocked = seen.kin or this in KIN, seen.blocked or this in BLOCKING
        seen.lead = seen.opening = True
    return False


def _is_indication(line: Reading, at: int, stated: Expression, before: Expression) -> bool:
    """Whether a drug is given for the condition here, whose time is then that of the drug."""
    if not (isinstance(before, Exposure) and isinstance(stated, Present) and stated.kind is Kind.CONDITION):
        return False
    row = line.row
    at -= 1
    while at > 0 and row.word[at] != "for" and (row.code[at] in (SKIP, LINK) or row.word[at] in _GIVING):
        at -= 1
    return row.word[at] == "for" and stated.lasting is None and stated.times is None


def _has_ended(line: Reading, lo: int, at: int, stated: Expression, req: bool) -> bool:
    """Whether a time counts from when something ended (`stopped aspirin for at least 7 days`)."""
    timed = getattr(stated, "lasting", None) is not None or (req and getattr(stated, "when", None) is not None)
    return timed and not ENDING.isdisjoint(line.row.word[lo:at])


def _distance_kept(line: Reading, lo: int, at: int, stated: Expression) -> Expression | None:
    """What `stopped X at least 3 weeks before entry` demands: nothing of X since; None where other words say more."""
    when = getattr(stated, "when", None)
    spoken = [line.row.word[place] for place in range(lo, at) if line.row.code[place] == WORD]
    if not isinstance(when, Window) or not is_distance(when) or not ENDING.issuperset(spoken):
        return None
    low = when.interval.low
    near = replace(when, interval=Interval(high=low, high_inclusive=not when.interval.low_inclusive))
    span = line.span(lo, at + 1)
    return Not(replace(stated, when=near), span) if isinstance(stated, Present | Exposure) else None


def _lies_ahead(line: Reading, lo: int, at: int, stated: Expression) -> bool:
    """Whether a time is counted from now on (`expected to need dialysis within 3 months`)."""
    when = getattr(stated, "when", None)
    if not isinstance(when, Window) or when.side is not Side.BEFORE or AHEAD.isdisjoint(line.row.word[lo:at]):
        return False
    return all(anchor.kind is AnchorKind.UNSTATED for anchor in when.anchors)


def _denied(line: Reading, at: int, hi: int, req: bool, depth: int) -> Expression | None:
    """The opposite of what follows a negation; None where data could not answer that."""
    if line.row.facts[hi] == line.row.facts[at] or not UNANSWERED.isdisjoint(line.row.word[at + 1 : at + 3]):
        return None
    inner = line.read(at + 1, hi, not req, depth + 1)
    return None if inner is None or only_asks(inner) else opposite(line, at, hi, inner)


def _uses(line: Reading, at: int, hi: int) -> bool:
    """Whether `use of`, `treatment with` and a drug stand here."""
    row = line.row
    begin = at
    while at < hi and (row.code[at] in (SKIP, LINK, WITH) or row.word[at] in _GIVING) and row.word[at] != "for":
        at += 1
    return begin < at < hi and row.code[at] == LEAF and isinstance(row.data[at][0], Exposure)  # type: ignore[index]


def _current(stated: Expression) -> Expression:
    return replace(stated, course=Course.CURRENT) if isinstance(stated, Exposure) and stated.when is None else stated


def _names_at_once(row: Row, at: int) -> bool:
    """Whether a phrase begins with what it names, and not with words of its own (`known`, `a history of`)."""
    begin, stop = row.start[at], row.end[at]
    blank = row.text.find(" ", begin, stop)
    what = CODES.get(row.text[begin : blank if blank > 0 else stop].lower())
    return what != SKIP and what != LINK


def _put_together(
    line: Reading,
    lo: int,
    hi: int,
    req: bool,
    found: list[Expression],
    conditions: list[Expression],
    lead: bool,
    trail: bool,
    direct: bool,
) -> Part:
    span = line.span(lo, hi)
    if not found or (len(found) > 1 and len({one.sex for one in found if isinstance(one, Sex)}) > 1):
        return Part(line.question(lo, hi), None, False, False, direct)
    if 1 < len(found) <= MOST_COMPARED:
        found = without_broader(without_idle_sex(found))
    bare = found[0] if len(found) == 1 and type(found[0]) is not And else joined(And, found, span)
    assert bare is not None
    whole: Expression | None = bare
    if lead or trail:
        whole = joined(Or if _may_come(line, lo, hi, req) else And, (bare, line.question(lo, hi)), span)
    for condition in conditions:
        assert whole is not None
        whole = Implies(condition, whole, span) if req else joined(And, (condition, whole), span)
        bare = whole
    return Part(whole, bare, lead, trail, direct)


def _may_come(line: Reading, lo: int, hi: int, req: bool) -> bool:
    """Whether what excludes is told to have been or to be planned (`received or planning to receive a vaccine`)."""
    row = line.row
    if req or lo < 2 or row.code[lo - 1] != OR or AHEAD.isdisjoint(row.word[lo : lo + 3]):
        return False
    return row.word[lo - 2] in _DONE


def _is_mark(word: str) -> bool:
    return not word[:1].isalnum()


def _is_attached(
    line: Reading, at: int, stated: Expression, kin: bool, blocked: bool, loose: bool, second: bool, hi: int
) -> bool:
    """Whether a phrase is only named in passing (the stroke in `risk of stroke`), so that it is no demand by itself."""
    if kin:
        return True
    if not is_plain(stated):
        return False
    if blocked:
        return True
    row = line.row
    if row.start[at] and row.text[row.start[at] - 1] == "-" and not (at > 1 and row.word[at - 2] == "co"):
        return True
    if second:
        before = row.code[at - 1] if at else SKIP
        return before == LINK or loose
    if loose and not (isinstance(stated, Exposure) and _only_giving(line, at)):
        return True
    return _qualifies_a_noun(line, at, hi)


def _names_what_follows(line: Reading, at: int, hi: int) -> bool:
    """Whether a word names what brackets then list with numbers (`transaminases (ALT or AST) > 3`)."""
    row = line.row
    while at < hi and row.code[at] == WORD:
        at += 1
    return at + 1 < hi and row.word[at] == "(" and row.code[at] == SKIP and row.code[at + 1] == LEAF


def _gives(line: Reading, at: int, hi: int, found: list[Expression]) -> bool:
    """Whether a word like `treatment` belongs to the drug or procedure beside it and adds nothing."""
    if found:
        return isinstance(found[-1], Exposure) or getattr(found[-1], "kind", None) is Kind.PROCEDURE
    row = line.row
    at += 1
    while at < hi and row.code[at] in (SKIP, LINK, WITH) and row.word[at] != "for":
        at += 1
    if at >= hi or row.code[at] != LEAF:
        return False
    first = row.data[at][0]  # type: ignore[index]  # leaves
    return isinstance(first, Exposure) or getattr(first, "kind", None) is Kind.PROCEDURE


def _only_giving(line: Reading, at: int) -> bool:
    """Whether the last word that speaks before is one for giving a drug (`treatment with`)."""
    row = line.row
    back = at - 1
    while back >= 0 and row.code[back] in (SKIP, LINK, WITH):
        back -= 1
    return back >= 0 and row.word[back] in _GIVING


def _qualifies_a_noun(line: Reading, at: int, hi: int) -> bool:
    """Whether a noun follows at once, which is then what is spoken of (`stroke unit`)."""
    row = line.row
    if at + 1 < hi and row.word[at + 1] in _TESTS:
        return True
    if at + 1 >= hi or row.code[at + 1] != WORD:
        return row.end[at] < len(row.text) and row.text[row.end[at]] == "-"
    word = row.word[at + 1]
    return word.isalpha() and not word.endswith(("ing", "ed", "ly", "ic", "al", "ive", "ous")) and word not in _AFTER


def _names_sex(line: Reading, at: int, hi: int) -> bool:
    """Whether `for females`, `in men` stands here."""
    code = line.row.code
    near = code[at + 1 : min(at + 4, hi)]
    return line.row.word[at] in ("for", "in") and (SEX in near or FERTILE in near)
