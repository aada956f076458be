"""The words and signs of comparison: which bound each states, and whether the bound itself belongs to it."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.tokens import Tokens

LOW, HIGH, EQUAL, RANGE, AROUND = "low", "high", "equal", "range", "around"


class Comparator(NamedTuple):
    """`side`: LOW bound, HIGH bound, EQUAL, RANGE (`between`), AROUND (`±`). `hint`: `age` for older and
    younger, `time` for longer and shorter, `within` for a word that mostly opens a time window."""

    side: str
    inclusive: bool
    hint: str = ""


_MORE = "more|greater|higher|larger|bigger|above|superior|over|older|longer|exceeding|elder|upper"
_LESS = "less|lower|smaller|fewer|below|inferior|under|younger|shorter|lesser"
_HINTS = {"older": "age", "elder": "age", "younger": "age", "longer": "time", "shorter": "time"}

_AT_LEAST = (
    "at least|at lest|atleast|a minimum of|minimum of|minimum|min|no less|not less|starting at|starting from|"
    "at or above|equal or above|as of|min of|at a minimum|a minimum|at minimum|greater or equal to|"
    "minimum age|equal to or over|least"
)
_AT_MOST = (
    "at most|a maximum of|maximum of|maximum|max|up to|up to and including|upto|max of|at or below|"
    "equal or below|no more|not more|not to exceed|not exceeding|limit of|less or equal to|at maximum|"
    "a maximum|maximally|maximal"
)
_RANGES = (
    "between|b / w|from|range of|in the range of|range from|ranging from|ranges from|ranging between|range between|"
    "ranged from|in between|within the range of|a range of|range"
)


def _before() -> dict[tuple[str, ...], Comparator]:
    """Comparators that stand before their number."""
    found: dict[tuple[str, ...], Comparator] = {}

    def put(spelling: str, side: str, inclusive: bool, hint: str = "") -> None:
        found.setdefault(tuple(spelling.split()), Comparator(side, inclusive, hint))

    for words, side, other in ((_MORE, LOW, HIGH), (_LESS, HIGH, LOW)):
        for word in words.split("|"):
            hint = _HINTS.get(word, "")
            for than in (
                ("than", "that", "then", "to") if word in {"superior", "inferior"} else ("than", "that", "then")
            ):
                put(f"{word} {than}", side, False, hint)
                for no in ("no", "not", "non", "not be", "cannot be"):
                    put(f"{no} {word} {than}", other, True, hint)
                for equal in ("or equal to", "or equal", "or equals", "or equals to", "and equal to", "or the same as"):
                    put(f"{word} {than} {equal}", side, True, hint)
                for equal in ("equal to or", "equal or", "equal to and", "at or"):
                    put(f"{equal} {word} {than}", side, True, hint)
            for equal in ("or equal to", "or equal", "or equal than", "/ equal to", "and equal to"):
                put(f"{word} {equal}", side, True, hint)
            put(f"equal or {word}", side, True, hint)
            put(f"equal to or {word}", side, True, hint)
    for word in ("above", "over", "exceeding", "exceeds", "exceed", "exceeded", "beyond", "in excess of", "surpassing"):
        put(word, LOW, False)
        for no in (
            "not",
            "not be",
            "not to",
            "no",
            "does not",
            "do not",
            "must not",
            "should not",
            "may not",
            "cannot",
            "never",
        ):
            put(f"{no} {word}", HIGH, True)
    for word in ("below", "under", "beneath"):
        put(word, HIGH, False)
        put(f"not {word}", LOW, True)
        put(f"not be {word}", LOW, True)
    for word in _AT_LEAST.split("|"):
        put(word, LOW, True)
    for word in _AT_MOST.split("|"):
        put(word, HIGH, True)
    put("within", HIGH, True, "within")
    for word in ("equal to", "equals", "equal"):
        put(word, EQUAL, True)
    for word in _RANGES.split("|"):
        put(word, RANGE, True)
    return found


_ALONE_AFTER = {
    "upwards": LOW,
    "onwards": LOW,
    "minimum": LOW,
    "min": LOW,
    "at least": LOW,
    "at minimum": LOW,
    "as a minimum": LOW,
    "maximum": HIGH,
    "max": HIGH,
    "at most": HIGH,
    "or equal": EQUAL,
}


def _after() -> dict[tuple[str, ...], Comparator]:
    """Comparators that stand after their number and its unit."""
    found: dict[tuple[str, ...], Comparator] = {}
    lows = "older|elder|above|more|over|greater|higher|longer|larger|up|upward|upwards|beyond|onwards|onward|bigger"
    highs = "younger|less|below|under|lower|fewer|shorter|smaller|lesser|down"
    for words, side in ((lows, LOW), (highs, HIGH)):
        for word in words.split("|"):
            for join in ("or", "and", "and / or", "&", "/", ", or", ", and"):
                found[(*join.split(), word)] = Comparator(side, True, _HINTS.get(word, ""))
    for join in ("or", "and", "or even", ", or"):
        found[(*join.split(), "more", "than")] = Comparator(LOW, True)
    for spelling, side in _ALONE_AFTER.items():
        found[tuple(spelling.split())] = Comparator(side, True)
    return found


Form = tuple[list[str], int, Comparator]  # the words from the third on, how many words there are in all
Forms = tuple[Comparator | None, dict[str, tuple[Form, ...]]]


def _by_first_words(table: dict[tuple[str, ...], Comparator]) -> dict[str, Forms]:
    """By the first word: what it is alone, and the longer forms by their second word, the longest first."""
    grouped: dict[str, dict[str, list[Form]]] = {}
    for words, comparator in sorted(table.items(), key=lambda entry: -len(entry[0])):
        seconds = grouped.setdefault(words[0], {})
        if len(words) > 1:
            seconds.setdefault(words[1], []).append((list(words[2:]), len(words), comparator))
    return {
        first: (table.get((first,)), {second: tuple(forms) for second, forms in seconds.items()})
        for first, seconds in grouped.items()
    }


BEFORE = _by_first_words(_before())
AFTER = _by_first_words(_after())
SIGNS = {
    ">": Comparator(LOW, False),
    ">=": Comparator(LOW, True),
    "<": Comparator(HIGH, False),
    "<=": Comparator(HIGH, True),
    "=": Comparator(EQUAL, True),
    "±": Comparator(AROUND, True),
}
STARTS = frozenset(BEFORE) | frozenset(SIGNS)
TURNED = {LOW: HIGH, HIGH: LOW}
_OR = frozenset({("or",), ("/",), ("and",)})
_OR_EQUAL = frozenset({("or", "="), ("/", "="), ("or", "equal"), ("and", "=")})


def before_at(tokens: Tokens, index: int) -> tuple[Comparator, int] | None:
    """The comparator that begins at a token, longest first, and the token after it.

    >>> from trialwright.protocol.eligibility.grammar.tokens import tokens_of
    >>> before_at(tokens_of("no less than 18"), 0)
    (Comparator(side='low', inclusive=True, hint=''), 3)
    """
    words = tokens.word
    sign = SIGNS.get(words[index])
    if sign is not None:
        behind = tuple(words[index + 1 : index + 4])
        if behind[:1] in _OR and sign.side in TURNED and behind[:2] in _OR_EQUAL:
            extra = 3 if behind[2:] == ("to",) else 2
            return Comparator(sign.side, True), index + 1 + extra
        return sign, index + 1
    forms = BEFORE.get(words[index])
    return None if forms is None else _longest(words, index, forms)


def _longest(words: list[str], index: int, forms: Forms) -> tuple[Comparator, int] | None:
    """The longest comparator of those that begin with the word at a place, and the place after it."""
    alone, seconds = forms
    if seconds and index + 1 < len(words):
        for rest, count, comparator in seconds.get(words[index + 1], ()):
            if words[index + 2 : index + count] == rest:
                return comparator, index + count
    return None if alone is None else (alone, index + 1)


def after_at(tokens: Tokens, index: int) -> tuple[Comparator, int] | None:
    """The comparator that stands after a number at a token, and the token after it."""
    words = tokens.word
    if index >= len(words):
        return None
    if words[index] != "(":
        forms = AFTER.get(words[index])
        return None if forms is None else _longest(words, index, forms)
    forms = AFTER.get(words[index + 1]) if index + 1 < len(words) else None
    if forms is None:
        return None
    alone, seconds = forms
    for rest, count, comparator in seconds.get(words[index + 2], ()) if index + 2 < len(words) else ():
        end = index + 1 + count
        if words[index + 3 : end] == rest and words[end : end + 1] == [")"]:
            return comparator, end + 1
    return (alone, index + 3) if alone is not None and words[index + 2 : index + 3] == [")"] else None
