"""Reads time windows and durations of a line: how long before or after which moment, since when, for how long."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.anchors import TRIAL_MOMENTS, anchors_at
from trialwright.protocol.eligibility.grammar.stretches import Stretch, half_lives_after, stretches_of
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, Tokens
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Dates, Interval, Lasting, Side, When, Window

_MOMENTS = frozenset(
    ["date", "time", "moment", "day", "start", "beginning", "onset", "end", "completion", "initiation"]
)
_BEFORE = frozenset(["before", "preceding"])
_AFTER = frozenset(["after", "following", "post"])
_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ],
        1,
    )
    for name in names.split()
}
_OF_PREGNANCY = frozenset({"age", "gestation", "gestational", "amenorrhea", "amenorrhoea", "pregnancy"})
_LAST_TIMES = frozenset(
    {"last", "final", "dose", "study", "treatment", "discontinuation", "completion", "end", "stopping"}
)
_NO_NOUN = frozenset(
    {
        "before",
        "prior",
        "preceding",
        "after",
        "following",
        "post",
        "ago",
        "since",
        "from",
        "of",
        "old",
        "in",
        "on",
        "at",
    }
    | {
        "and",
        "or",
        "with",
        "for",
        "to",
        "as",
        "between",
        "during",
        "apart",
        "must",
        "have",
        "has",
        "should",
        "if",
        "until",
    }
    | {"by", "without", "per", "is", "are", "was", "were", "will", "who", "that", "which", "age", "gestation", "later"}
    | {"elapsed", "passed", "within", "postpartum", "earlier", "previously", "until", "washout", "through", "over"}
)


class Timed(NamedTuple):
    """A window or a duration of a line. `first`, `last`: its tokens, `last` excluded; one of `when` and `lasting` is
    given; `opens`: it stands before what it belongs to (`more than 72 hours of`); `bare`: no word but the comparison
    says that it is one (`> 3 months`); `future`: it lies ahead (`within the next year`)."""

    first: int
    last: int
    when: When | None
    lasting: Lasting | None
    opens: bool
    bare: bool = False
    future: bool = False


def windows_of(text: str, tokens: Tokens) -> list[Timed]:
    """The time windows and durations of a line, in order, none overlapping. What is neither for certain is left out."""
    out: list[Timed] = []
    for stretch in stretches_of(tokens):
        found = _window(text, tokens, stretch) or _lasting(tokens, stretch)
        if found is not None and (not out or found.first >= out[-1].last):
            out.append(found)
    years = [at for at, kind in enumerate(tokens.kind) if kind == NUMBER and _is_year(tokens, at)]
    for at in years:
        found = _dates(tokens, at)
        if found is not None and not any(found.first < other.last and other.first < found.last for other in out):
            out.append(found)
    out.sort()
    return out


def _window(text: str, tokens: Tokens, stretch: Stretch) -> Timed | None:
    words = tokens.word
    count = len(words)
    first, last = stretch.first, stretch.last
    before = words[first - 1] if first > 0 else ""
    after = words[last] if last < count else ""
    within = stretch.op == "<=" and words[first] == "within"
    if before == "(" and after == ")":
        return None if not within and not stretch.recent else _timed(stretch, first, last, Side.BEFORE, _unstated())
    if before == "in" and after == ")" and words[first - 2 : first - 1] == ["("] and stretch.op in {None, "<="}:
        return _timed(stretch, first - 1, last, Side.BEFORE, _unstated())
    if before in {"next", "coming", "following", "first"} and after not in _BEFORE | _AFTER and after != "prior":
        return _ahead(words, stretch, first) if before != "first" else None
    if before == "than" or (before == "half" and stretch.unit == "life"):
        return None
    lead = first
    if before == "(" and within:
        before = ""
    if (before in {"in", "during", "over", "throughout", "from"} and stretch.recent) or (
        before in {"in", "during", "over"} and not stretch.recent
    ):
        lead = first - 1
    elif before == "for" and stretch.recent:
        return None
    skipped = half_lives_after(tokens, last)
    if skipped != last:
        return _with_half_lives(text, tokens, stretch, lead, skipped)
    at, side = _direction(words, last)
    if side is None:
        if after == "ago":
            return _timed(stretch, lead, last + 1, Side.BEFORE, _unstated())
        if after == "of" and within:
            anchors, end = anchors_at(text, tokens, last + 1)
            if anchors is None:
                return None
            own = all(anchor.kind is AnchorKind.OTHER for anchor in anchors)
            return _timed(stretch, lead, end, Side.AFTER if own else Side.BEFORE, anchors)
        if after == "from" and within:
            anchors, end = anchors_at(text, tokens, last + 1)
            return None if anchors is None else _timed(stretch, lead, end, Side.AFTER, anchors)
        if stretch.recent or within:
            tail = last + 1 if after in {"prior", "previously", "earlier"} else last
            return _timed(stretch, lead, tail, Side.BEFORE, _unstated())
        if after in {"prior", "previously", "earlier", "old"} and after != "old":
            return _timed(stretch, lead, last + 1, Side.BEFORE, _unstated())
        if lead < first and stretch.op in {"<", "<="} and before == "in":
            return _timed(stretch, lead, last, Side.BEFORE, _unstated())
        return None
    if before in {"for", "lasting", "persisting"} or _of_duration(words, first):
        return None
    anchors, end = anchors_at(text, tokens, at)
    if anchors is None:
        anchors, end = _unstated(), at
    if stretch.op is None and stretch.low == stretch.high and side is Side.AFTER and not within:
        return None
    return _timed(stretch, lead, end, side, anchors)


def _ahead(words: list[str], stretch: Stretch, first: int) -> Timed | None:
    """A window that lies ahead (`within the next 6 months`)."""
    begin = first - 1
    while begin > 0 and words[begin - 1] in {"the", "within", "in", "during", "over", "for"} and first - begin < 3:
        begin -= 1
    if words[begin] == "for":
        return None
    return _timed(stretch, begin, stretch.last, Side.AFTER, _unstated())._replace(future=True)


def _with_half_lives(text: str, tokens: Tokens, stretch: Stretch, lead: int, skipped: int) -> Timed | None:
    """A window that is one of two, the other counted in half-lives: sound alone where the longer one counts."""
    words = tokens.word
    if {"shorter", "less", "earlier", "first"} & set(words[stretch.last : skipped + 12]) - {"first"}:
        return None
    at, side = _direction(words, skipped)
    anchors = anchors_at(text, tokens, at)[0] if side is Side.BEFORE else None
    return _timed(stretch, lead, stretch.last, Side.BEFORE, anchors or _unstated())


def _direction(words: list[str], at: int) -> tuple[int, Side | None]:
    """Whether words at a token say before or after a moment, and the token where the moment begins."""
    count = len(words)
    if at < count and words[at] in {"'", "s"}:
        at += 1
    if at + 1 < count and words[at] in {"immediately", "directly", "just", "period", "time"}:
        at += 1
    if at >= count:
        return at, None
    word = words[at]
    if word == "prior" and at + 1 < count and words[at + 1] in {"to", "the"}:
        return at + 2, Side.BEFORE
    if word == "previous" and at + 1 < count and words[at + 1] == "to":
        return at + 2, Side.BEFORE
    if word in _BEFORE:
        return at + 1, Side.BEFORE
    if word in _AFTER:
        return at + 1, Side.AFTER
    if word == "prior" and at + 1 < count and words[at + 1] in TRIAL_MOMENTS:
        return at + 1, Side.BEFORE
    return at, None


def _lasting(tokens: Tokens, stretch: Stretch) -> Timed | None:
    words = tokens.word
    count = len(words)
    first, last = stretch.first, stretch.last
    before = words[first - 1] if first > 0 else ""
    after = words[last] if last < count else ""
    low = stretch.interval(">=")
    if after == "old" or (after in {"of", "'"} and set(words[last + 1 : last + 3]) & _OF_PREGNANCY):
        return None
    if before in {"next", "coming", "first", "following", "every", "per", "each"}:
        return None
    if _of_duration(words, first):
        begin = first - 1
        while begin > 0 and words[begin] in {
            "of",
            "duration",
            "period",
            "for",
            "over",
            ":",
            "a",
            "minimum",
            "maximum",
            "is",
            "total",
        }:
            if words[begin] in {"minimum", "maximum"}:
                low = stretch.interval(">=" if words[begin] == "minimum" else "<=")
                begin -= 1
                break
            begin -= 1
        return _lasts(low, stretch, begin + 1, last, False)
    named = _duration_of_something(words, first)
    if named is not None:
        return _lasts(stretch.interval(named), stretch, first, last, False)
    if after in {"duration", "history"} or (after == "in" and words[last : last + 2] == ["in", "duration"]):
        end = last + (2 if after == "in" else 1)
        opens = end < count and words[end] == "of"
        return _lasts(low, stretch, first, end + opens, opens)
    if before in {"for", "lasting", "lasted", "lasts", "persisting", "persistent", "persisted", "since"}:
        begin = first - 1
        end, side = _direction(words, last)
        if side is Side.AFTER and _LAST_TIMES & set(words[end : end + 5]):
            return None
        if side is Side.BEFORE:
            _, end = _skip_anchor(tokens, end)
            last = end
        return _lasts(low, stretch, begin, last, False)
    if stretch.op is not None and after == "of" and not (last + 1 < count and words[last + 1] in {"the", "age"}):
        return _lasts(low, stretch, first, last + 1, True)
    noun = bool(after) and after[0].isalpha() and after not in _NO_NOUN
    if noun and stretch.op == ">=" and not stretch.recent and (stretch.unit != "year" or stretch.low < 12):
        return _lasts(low, stretch, first, last, True)._replace(bare=True)
    if (
        stretch.op in {">", ">=", "<", "<="}
        and words[first] != "within"
        and (after in {"", ".", ";", ",", ")", "and", "or", "with"})
    ):
        if stretch.unit == "year" and stretch.low >= 12:
            return None
        return _lasts(low, stretch, first, last, False)._replace(bare=True)
    return None


def _skip_anchor(tokens: Tokens, at: int) -> tuple[object, int]:
    return anchors_at("", tokens, at)


def _of_duration(words: list[str], first: int) -> bool:
    """Whether `duration`, `duration of`, `duration:` stand right before."""
    at = first - 1
    while at > 0 and words[at] in {"of", ":", "is", "was", "a", "minimum", "maximum", "total"} and first - at < 5:
        at -= 1
    return at >= 0 and words[at] in {"duration", "period"}


def _duration_of_something(words: list[str], first: int) -> str | None:
    """For `minimum duration of symptoms of 3 weeks`, the comparison that its words make."""
    if first < 4 or words[first - 1] not in {"of", ":", "for", "is"}:
        return None
    for at in range(first - 3, max(-1, first - 8), -1):
        if words[at] in {",", ";", ".", "and", "or"}:
            return None
        if words[at] == "duration" and words[at + 1] == "of":
            return "<=" if at > 0 and words[at - 1] in {"maximum", "maximal"} else ">="
    return None


def _dates(tokens: Tokens, at: int) -> Timed | None:
    """The calendar window that a year belongs to: `since 2010`, `between May 2014 and 2016`, `before 1 June 2018`."""
    words = tokens.word
    date, begin = _date(tokens, at)
    end = at + 1
    before = words[begin - 1] if begin > 0 else ""
    if before in {"since", "after"} or (before == "from" and not _goes_to(words, end)):
        return Timed(begin - 1, end, Dates(first=date), None, False)
    if before in {"before", "until"}:
        return Timed(begin - 1, end, Dates(last=date), None, False)
    if before in {"between", "from"} and _goes_to(words, end):
        for other in range(end + 1, min(end + 6, len(words))):
            if _is_year(tokens, other):
                until, start = _date(tokens, other)
                if start - end <= 2:
                    return Timed(begin - 1, other + 1, Dates(date, until), None, False)
    return None


def _goes_to(words: list[str], end: int) -> bool:
    return end < len(words) and words[end] in {"and", "to", "-", "until", "through"}


def _date(tokens: Tokens, at: int) -> tuple[str, int]:
    """The date that ends with the year at this token, in ISO form, and its first token."""
    words, values = tokens.word, tokens.value
    begin = at
    month = day = None
    here = at - 1
    if here >= 0 and words[here] == ",":
        here -= 1
    if here >= 0 and words[here] in _MONTHS:
        month, begin = _MONTHS[words[here]], here
        value = values[here - 1] if here > 0 else None
        if value is not None and 1 <= value <= 31 and value == int(value):
            day, begin = int(value), here - 1
    elif here > 0 and words[here - 1] in _MONTHS and values[here] is not None:
        value = values[here]
        if value is not None and 1 <= value <= 31:
            month, day, begin = _MONTHS[words[here - 1]], int(value), here - 1
    out = words[at]
    if month is not None:
        out += f"-{month:02d}" + (f"-{day:02d}" if day is not None else "")
    return out, begin


def _is_year(tokens: Tokens, at: int) -> bool:
    word = tokens.word[at]
    if len(word) != 4 or not word.isdigit() or not "1950" <= word <= "2099":
        return False
    following = tokens.word[at + 1] if at + 1 < len(tokens) else ""
    return following not in {"/", "%", "mg", "ml", "kcal", "cells", "iu", "g", "copies"}


def _timed(stretch: Stretch, first: int, last: int, side: Side, anchors: tuple[Anchor, ...]) -> Timed:
    interval = stretch.interval("<=")
    if interval.low is not None and interval.low == 0:
        interval = Interval(high=interval.high, high_inclusive=interval.high_inclusive) if interval.high else interval
    return Timed(first, last, Window(interval, stretch.unit, side, anchors), None, False)


def _lasts(interval: Interval, stretch: Stretch, first: int, last: int, opens: bool) -> Timed:
    return Timed(first, last, None, Lasting(interval, stretch.unit), opens)


def _unstated() -> tuple[Anchor, ...]:
    return (Anchor(AnchorKind.UNSTATED),)
