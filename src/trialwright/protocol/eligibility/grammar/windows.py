"""Reads time windows and durations of a line: how long before or after which moment, since when, for how long."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.anchors import anchors_at
from trialwright.protocol.eligibility.grammar.dates import dates_at, is_year
from trialwright.protocol.eligibility.grammar.sides import AFTER, BEFORE, Both, direction, on_both_sides
from trialwright.protocol.eligibility.grammar.stretches import UNITS, Stretch, half_lives_after, stretches_of
from trialwright.protocol.eligibility.grammar.tokens import NUMBER, Tokens
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Dates, Interval, Lasting, Side, When, Window

_MOMENTS = frozenset(
    ["date", "time", "moment", "day", "start", "beginning", "onset", "end", "completion", "initiation"]
)
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


_ELAPSED = frozenset(
    {"must", "should", "have", "has", "had", "elapsed", "passed", "been", "out", "away", "later", "(", ")"}
)
_OF_THE_TRIAL = frozenset(
    {"intervention", "study", "trial", "treatment", "follow", "observation", "screening", "testing", "run", "followup"}
)


_PERIODS = frozenset({"period", "frame", "timeframe", "interval", "window", "span", "timespan"})
_GONE_THROUGH = frozenset({"completed", "received", "receiving", "tried", "failed", "undergone", "despite", "had"})


_OF_A_WASHOUT = frozenset(
    {"period", "phase", "interval", "time", "of", ":", "is", "a", "for", "minimum", "least", "at"}
)


class Timed(NamedTuple):
    """A window or a duration of a line. `first`, `last`: its tokens, `last` excluded; one of `when` and `lasting` is
    given, neither where its time is for a person to read; `opens`: it stands before what it belongs to (`more than 72
    hours of`); `bare`: no word but the comparison says that it is one (`> 3 months`); `future`: it lies ahead (`within
    the next year`); `since`: what follows it happened so long ago (`at least 6 months since`)."""

    first: int
    last: int
    when: When | None
    lasting: Lasting | None
    opens: bool
    bare: bool = False
    future: bool = False
    since: bool = False


def windows_of(text: str, tokens: Tokens) -> list[Timed]:
    """The time windows and durations of a line, in order, none overlapping. What is neither for certain is left out."""
    out: list[Timed] = []
    stretches = stretches_of(tokens)
    sides = on_both_sides(text, tokens, stretches) if len(stretches) > 1 else {}
    for stretch in stretches:
        if stretch.first in sides:
            if (both := sides[stretch.first]) is not None:
                out.append(_on_both_sides(tokens, stretch, both))
            continue
        found = _window(text, tokens, stretch) or _lasting(tokens, stretch)
        if found is not None and (not out or found.first >= out[-1].last):
            out.append(found)
    for at in tokens.numbers:
        if tokens.kind[at] != NUMBER or not is_year(tokens, at):
            continue
        if any(isinstance(other.when, Dates) and other.first <= at < other.last for other in out):
            continue
        calendar = dates_at(tokens, at)
        found = None if calendar is None else Timed(*calendar, None, False)
        if found is not None and not any(found.first < other.last and other.first < found.last for other in out):
            out.append(found)
    if len(out) > 1:
        out.sort()
    return out


def _on_both_sides(tokens: Tokens, stretch: Stretch, both: Both) -> Timed:
    """A time before and a time after a moment; neither window nor duration where one window cannot say both."""
    lead = stretch.first - (tokens.word[max(0, stretch.first - 1)] in {"from", "in", "during"})
    if not both.alike:
        return Timed(lead, both.last, None, None, False)
    return _timed(stretch, lead, both.last, Side.AROUND, both.anchors or _unstated())


def _window(text: str, tokens: Tokens, stretch: Stretch) -> Timed | None:
    words = tokens.word
    count = len(words)
    first, last = stretch.first, stretch.last
    before = words[first - 1] if first > 0 else ""
    after = words[last] if last < count else ""
    framed = _in_a_period(words, first) if before == "of" and stretch.op in {None, "<="} else None
    if framed is not None:
        at, side = direction(words, last)
        anchors, end = anchors_at(text, tokens, at) if side is not None else (None, last)
        return _timed(stretch, framed, end if anchors else last, side or Side.BEFORE, anchors or _unstated())
    within = stretch.op == "<=" and words[first] == "within"
    if before == "(" and after == ")" and stretch.op is None and "recent" in words[max(0, first - 5) : first]:
        return _timed(stretch, first, last, Side.BEFORE, _unstated())
    if before == "(" and after == ")":
        return None if not within and not stretch.recent else _timed(stretch, first, last, Side.BEFORE, _unstated())
    if before == "in" and after == ")" and words[first - 2 : first - 1] == ["("] and stretch.op in {None, "<="}:
        return _timed(stretch, first - 1, last, Side.BEFORE, _unstated())
    if before in {"next", "coming", "following", "first"} and after not in BEFORE | AFTER and after != "prior":
        return _ahead(words, stretch, first) if before != "first" else None
    if before == "and" and "between" in words[max(0, first - 6) : first - 1] and words[first - 2] in UNITS:
        return None
    if before == "than" or (before == "half" and stretch.unit == "life"):
        return None
    brief = stretch.unit in {"minute", "second"} and within and not stretch.recent
    if brief and after not in {"of", "from"} and direction(words, last)[1] is None:
        return None  # how fast something is done
    lead = first
    if before == "(" and within:
        before = ""
    if (before in {"in", "during", "over", "throughout", "from"} and stretch.recent) or (
        before in {"in", "during", "over"} and not stretch.recent
    ):
        lead = first - 1
    elif before == "for" and stretch.recent:
        return None
    since = _washout(words, stretch) or _since(text, tokens, stretch)
    if since is not None:
        return since
    skipped = half_lives_after(tokens, last)
    if skipped != last:
        return _with_half_lives(text, tokens, stretch, lead, skipped)
    at, side = direction(words, last)
    if side is None:
        return _without_a_side(text, tokens, stretch, lead, within, before)
    if before in {"for", "lasting", "persisting"} or _of_duration(words, first):
        return None
    anchors, end = anchors_at(text, tokens, at)
    if anchors is None:
        anchors, end = _unstated(), at
    if stretch.op is None and stretch.low == stretch.high and side is Side.AFTER and not within:
        return None
    return _timed(stretch, lead, end, side, anchors)


def _without_a_side(text: str, tokens: Tokens, stretch: Stretch, lead: int, within: bool, before: str) -> Timed | None:
    """A window behind which neither before nor after stands (`within 3 months`, `2 years ago`); `lead`: its first
    token, `before`: the word before its length."""
    words, first, last = tokens.word, stretch.first, stretch.last
    after = words[last] if last < len(words) else ""
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
    if after == "old" and stretch.op is not None and not (stretch.unit == "year" and stretch.low > 10):
        return _timed(stretch, lead, last + 1, Side.BEFORE, _unstated())._replace(bare=True)
    if after in {"prior", "previously", "earlier"}:
        return _timed(stretch, lead, last + 1, Side.BEFORE, _unstated())
    if lead < first and stretch.op in {"<", "<="} and before == "in":
        return _timed(stretch, lead, last, Side.BEFORE, _unstated())
    return None


def _washout(words: list[str], stretch: Stretch) -> Timed | None:
    """`a washout of 4 weeks from X`, `4-week washout for X`: X lies at least so long ago."""
    if stretch.op not in {None, ">", ">="} or stretch.low != stretch.high:
        return None
    first, last = stretch.first, stretch.last
    if (out := _washed(words, last)) is not None:
        last = out + (words[out : out + 1] == ["period"])
    else:
        at = first
        while at > 0 and first - at < 5 and words[at - 1] in _OF_A_WASHOUT:
            at -= 1
        first = next((to for to in (at - 1, at - 3) if to >= 0 and _washed(words, to) == at), -1)
    if first < 0 or not (last < len(words) and words[last] in {"from", "for", "of", "since", "after"}):
        return None
    when = Window(stretch.interval(">="), stretch.unit, Side.BEFORE, _unstated())
    return Timed(first, last + 1, when, None, True, since=True)


def _washed(words: list[str], at: int) -> int | None:
    """The token after `washout` or `wash-out` at a token."""
    if words[at : at + 1] == ["washout"]:
        return at + 1
    return at + 3 if words[at : at + 3] == ["wash", "-", "out"] else None


def _since(text: str, tokens: Tokens, stretch: Stretch) -> Timed | None:
    """`at least 6 months since X`, `>= 2 weeks from X`, `at least 7 days must have elapsed since X`."""
    words = tokens.word
    count = len(words)
    at = stretch.last
    if stretch.op is None or words[stretch.first] == "within" or stretch.recent:
        return None
    while at < count and at - stretch.last < 5 and words[at] in _ELAPSED:
        at += 1
    word = words[at] if at < count else ""
    elapsed = word == "after" and bool({"elapsed", "passed"} & set(words[stretch.last : at]))
    if not (word == "since" or (word == "from" and stretch.op in {">", ">="}) or elapsed):
        return None
    anchors, _ = anchors_at(text, tokens, at + 1)
    if anchors is None or anchors[0].kind is not AnchorKind.OTHER:
        return None
    return _timed(stretch, stretch.first, at + 1, Side.BEFORE, _unstated())._replace(opens=True, since=True)


def _ahead(words: list[str], stretch: Stretch, first: int) -> Timed | None:
    """A window that lies ahead (`within the next 6 months`)."""
    begin = first - 1
    while begin > 0 and words[begin - 1] in {"the", "within", "in", "during", "over", "for"} and first - begin < 3:
        begin -= 1
    if words[begin] == "for":
        return None
    return _timed(stretch, begin, stretch.last, Side.AFTER, _unstated())._replace(future=True)


def _in_a_period(words: list[str], first: int) -> int | None:
    """The token where `within a period of`, `in a time frame of` begins, given the token after it."""
    at = first - 2
    if at < 1 or words[at] not in _PERIODS:
        return None
    while at > 0 and words[at - 1] in {"time", "a", "an", "the", "maximum"}:
        at -= 1
    return at - 1 if at > 0 and words[at - 1] in {"within", "in", "during"} else None


def _with_half_lives(text: str, tokens: Tokens, stretch: Stretch, lead: int, skipped: int) -> Timed | None:
    """A window that is one of two, the other counted in half-lives: sound alone where the longer one counts."""
    words = tokens.word
    if {"shorter", "less", "earlier", "first"} & set(words[stretch.last : skipped + 12]) - {"first"}:
        return None
    at, side = direction(words, skipped)
    anchors = anchors_at(text, tokens, at)[0] if side is Side.BEFORE else None
    return _timed(stretch, lead, stretch.last, Side.BEFORE, anchors or _unstated())


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
    if named is not None and (stretch.op is not None or words[first - 1] in {"of", ":", "for", "is"}):
        return _lasts(stretch.interval(named), stretch, first, last, False)
    if after in {"course", "trial"} and stretch.op is None and words[last + 1 : last + 2] == ["of"]:
        return _lasts(low, stretch, first, last + 2, True)
    spent = stretch.op is None and after == "of" and before in _GONE_THROUGH
    if spent and not set(words[last + 1 : last + 3]) & (_OF_THE_TRIAL - {"treatment"} | {"age", "life", "the"}):
        return _lasts(low, stretch, first, last + 1, True)
    if after in {"duration", "history"} or (after == "in" and words[last : last + 2] == ["in", "duration"]):
        end = last + (2 if after == "in" else 1)
        opens = end < count and words[end] == "of"
        return _lasts(low, stretch, first, end + opens, opens)
    if (
        after in _OF_THE_TRIAL
        and stretch.op is None
        and (words[first] == "the" or before in {"for", "the", "a", "this"})
    ):
        return None
    if before in {"for", "lasting", "lasted", "lasts", "persisting", "persistent", "persisted", "since"}:
        begin = first - 1
        end, side = direction(words, last)
        if side is Side.AFTER and _LAST_TIMES & set(words[end : end + 5]):
            return None
        if side is Side.BEFORE:
            _, end = _skip_anchor(tokens, end)
            last = end
        return _lasts(low, stretch, begin, last, False)
    return _lasting_before(words, stretch)


def _lasting_before(words: list[str], stretch: Stretch) -> Timed | None:
    """A duration that only its comparison, or the words behind it, tell as one (`at least 3 months of`)."""
    count = len(words)
    first, last = stretch.first, stretch.last
    after = words[last] if last < count else ""
    low = stretch.interval(">=")
    if (
        (stretch.op is not None or stretch.low != stretch.high)
        and after == "of"
        and not (last + 1 < count and words[last + 1] in {"the", "age"})
    ):
        return _lasts(low, stretch, first, last + 1, True)
    noun = bool(after) and after[0].isalpha() and after not in _NO_NOUN
    if noun and stretch.op == ">=" and not stretch.recent and (stretch.unit != "year" or stretch.low < 12):
        return _lasts(low, stretch, first, last, True)._replace(bare=True)
    since = stretch.low != stretch.high and "since" in words[max(0, first - 6) : first]
    if (
        (stretch.op in {">", ">=", "<", "<="} or since)
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
    for at in range(first - 2, max(-1, first - 8), -1):
        if words[at] in {",", ";", ".", "and", "or"}:
            return None
        if words[at] == "duration" and words[at + 1] == "of":
            return "<=" if at > 0 and words[at - 1] in {"maximum", "maximal"} else ">="
    return None


def _timed(stretch: Stretch, first: int, last: int, side: Side, anchors: tuple[Anchor, ...]) -> Timed:
    interval = stretch.interval("<=")
    if interval.low is not None and interval.low == 0:
        interval = Interval(high=interval.high, high_inclusive=interval.high_inclusive) if interval.high else interval
    return Timed(first, last, Window(interval, stretch.unit, side, anchors), None, False)


def _lasts(interval: Interval, stretch: Stretch, first: int, last: int, opens: bool) -> Timed:
    return Timed(first, last, None, Lasting(interval, stretch.unit), opens)


def _unstated() -> tuple[Anchor, ...]:
    return (Anchor(AnchorKind.UNSTATED),)
