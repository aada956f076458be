"""Patterns that are tried only on texts that hold a word without which they cannot match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

MOST = 24
"""Words of one gate, or spellings of one stretch, beyond which a choice is not followed further."""
SHORTEST = 2
"""Letters of a word that is worth looking for; a sign that is no letter or digit is so alone."""
LONGEST = 8
"""Letters from which on a longer word tells no more."""
_TWINS = {"\u017f": "s", "\u212a": "k", "\u0130": "i", "\u0131": "i"}
"""Letters that a pattern without regard to case takes for an ASCII letter, and that `str.lower` leaves or splits."""

_BLANK = re.compile(r"[^\S ]")
_PLAIN = {code: " " if chr(code).isspace() else chr(code).lower() for code in range(128)}


class Gated:
    """A compiled pattern behind its gate: `search`, `finditer` and `findall` answer as the pattern's own do.

    The words of the gate are read off the pattern itself, so that the gate lets through every text in which the pattern
    can match; see `words_of`. Costs a look for a few words where the pattern would cost a walk over every character.

    >>> dose = Gated(re.compile(r"dose[- ]limiting|DLTs?", re.IGNORECASE))
    >>> dose.may("Placebo is given once."), dose.may("a DLT is defined as")
    (False, True)
    """

    __slots__ = ("_words", "pattern")

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self._words: tuple[str, ...] | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Words in small letters one of which stands in every text that matches; none if no such words are known."""
        if self._words is None:
            self._words = words_of(self.pattern.pattern, self.pattern.flags)
        return self._words

    def may(self, text: str) -> bool:
        """Whether the pattern can match in the text; False is certain, True is not."""
        words = self._words if self._words is not None else self.words
        if not words:
            return True
        low = folded(text)
        for word in words:  # noqa: SIM110 - several times as fast as any() with a generator
            if word in low:
                return True
        return False

    def search(self, text: str) -> re.Match[str] | None:
        """The first match in the text, or None."""
        return self.pattern.search(text) if self.may(text) else None

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """Every match in the text, in order."""
        return self.pattern.finditer(text) if self.may(text) else iter(())

    def findall(self, text: str) -> list[Any]:
        """The groups of every match, as `re.Pattern.findall` gives them."""
        return self.pattern.findall(text) if self.may(text) else []

    def sub(self, new: str, text: str) -> str:
        """The text with every match replaced."""
        return self.pattern.sub(new, text) if self.may(text) else text


class Gates:
    """The gates of several patterns that are tried on one text: which of them can match at all.

    >>> Gates([r"intra-?venous", r"oral(?:ly)?"]).through("given orally")
    (1,)
    """

    __slots__ = ("_always", "_asked", "_flags", "_patterns")

    def __init__(self, patterns: Sequence[str], flags: int = 0) -> None:
        self._patterns, self._flags = tuple(patterns), flags
        self._asked: tuple[tuple[str, tuple[int, ...]], ...] | None = None
        self._always: frozenset[int] = frozenset()

    def through(self, text: str) -> tuple[int, ...]:
        """The places of the patterns that can match in the text, in their order."""
        asked = self._asked if self._asked is not None else self._read()
        low = folded(text)
        found = set(self._always)
        for word, places in asked:
            if word in low:
                found.update(places)
        return tuple(sorted(found))

    def _read(self) -> tuple[tuple[str, tuple[int, ...]], ...]:
        places: dict[str, list[int]] = {}
        always: set[int] = set()
        for place, pattern in enumerate(self._patterns):
            words = words_of(pattern, self._flags)
            for word in words:
                places.setdefault(word, []).append(place)
            if not words:
                always.add(place)
        self._always = frozenset(always)
        self._asked = tuple((word, tuple(found)) for word, found in places.items())
        return self._asked


def gated(pattern: str, flags: int = 0) -> Gated:
    """The pattern, compiled, behind its gate."""
    return Gated(re.compile(pattern, flags))


@lru_cache(maxsize=2048)
def folded(text: str) -> str:
    """The text as `fold` makes it, kept: a text is asked for by many gates."""
    return fold(text)


def fold(text: str) -> str:
    """The text in the letters in which gates look for words: small ones, ASCII where a pattern sees no difference, and
    a blank for every sign that `\\s` takes.

    >>> fold("DLTs\\nper \u212ag")
    'dlts per kg'
    """
    if text.isascii():
        return text.translate(_PLAIN)
    for letter, plain in _TWINS.items():
        if letter in text:
            text = text.replace(letter, plain)
    return _BLANK.sub(" ", text).lower()


def words_of(pattern: str, flags: int = 0) -> tuple[str, ...]:
    """Words of which at least one stands, in small letters, in every text in which the pattern matches.

    Empty where the pattern demands none, or where it holds a construct that is not known here.

    >>> words_of(r"(?:up|down)[- ]?titrat|\\bnot\\s+randomi[sz]\\w+")
    ('randomis', 'randomiz', 'uptitrat', 'up titrat', 'up-titrat', 'downtitrat', 'down titrat', 'down-titrat')
    """
    try:
        parsed = re._parser.parse(pattern, flags)  # type: ignore[attr-defined]
        return tuple(_least(_choices(parsed)))
    except (AttributeError, KeyError, TypeError, ValueError):
        return ()


# A part of a pattern is known by its spellings (every text that it can match, a set that is small, or None) and by the
# words of which each match holds one (None: no such words).
_Known = tuple[frozenset[str] | None, list[str] | None]
_NOTHING: _Known = (frozenset({""}), None)
_ANYTHING: _Known = (None, None)


def _least(known: _Known) -> list[str]:
    spellings, words = known
    return _better(_shortest(spellings) if spellings is not None else None, words) or []


def _shortest(spellings: frozenset[str]) -> list[str]:
    """The spellings without those that hold another one."""
    kept: list[str] = []
    for each in sorted(spellings, key=lambda word: (len(word), word)):
        if not any(word in each for word in kept):
            kept.append(each)
    return kept


def _better(one: list[str] | None, other: list[str] | None) -> list[str] | None:
    """Of two lists of words the one that lets through less: the longer its shortest word, the rarer."""
    fit = [words for words in (one, other) if words and len(words) <= MOST * 4 and all(map(_is_rare, words))]
    return max(fit, key=lambda words: (min(min(map(len, words)), LONGEST), -len(words)), default=None)


def _is_rare(word: str) -> bool:
    bare = word.strip()
    return len(bare) >= SHORTEST or (bare != "" and not bare.isalnum())


def _choices(items: Iterable[tuple[Any, Any]]) -> _Known:
    """What is known of a sequence of parts."""
    run: frozenset[str] = frozenset({""})
    words: list[str] | None = None
    whole = True
    for name, value in items:
        spellings, inner = _part(str(name), value)
        words = _better(words, inner)
        joined = frozenset(a + b for a in run for b in spellings) if spellings is not None else frozenset()
        if spellings is not None and len(joined) <= MOST:
            run = joined
            continue
        words = _better(words, _shortest(run))
        whole = False
        run = spellings if spellings is not None and len(spellings) <= MOST else frozenset({""})
    words = _better(words, _shortest(run))
    return (run if whole else None), words


def _part(name: str, value: Any) -> _Known:
    match name:
        case "LITERAL":
            return (frozenset({_letter(value)}), None) if _is_plain(value) else _ANYTHING
        case "IN":
            return _one_of(value)
        case "SUBPATTERN":
            return _choices(value[3])
        case "ATOMIC_GROUP":
            return _choices(value)
        case "AT" | "ASSERT_NOT":
            return _NOTHING
        case "ASSERT":  # what must stand before or behind stands in the text as well
            return _NOTHING[0], _least(_choices(value[1])) or None
        case "BRANCH":
            return _branch([_choices(each) for each in value[1]])
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return _repeat(*value)
    return _ANYTHING


def _letter(code: int) -> str:
    """A character as it stands in a folded text."""
    return " " if chr(code).isspace() else chr(code).lower()


def _is_plain(code: int) -> bool:
    """Whether a character stands for itself and, where case does not count, for its ASCII twin alone."""
    letter = chr(code)
    return code < 128 or letter.lower() == letter.upper()


def _one_of(items: list[tuple[Any, Any]]) -> _Known:
    """A set of characters: its members where they are few and plain."""
    members: set[str] = set()
    for name, value in items:
        if str(name) == "LITERAL" and _is_plain(value):
            members.add(_letter(value))
        elif str(name) == "RANGE" and value[1] < 128 and value[1] - value[0] < 6:
            members |= {_letter(code) for code in range(value[0], value[1] + 1)}
        elif str(value) == "CATEGORY_SPACE":
            members.add(" ")
        else:
            return _ANYTHING
    return frozenset(members), None


def _branch(parts: list[_Known]) -> _Known:
    together: set[str] | None = set()
    for spellings, _ in parts:
        together = together | spellings if together is not None and spellings is not None else None
    if together is not None and len(together) <= MOST:
        return frozenset(together), None
    words: list[str] = []
    for part in parts:
        least = _least(part)
        if not least:
            return _ANYTHING
        words += least
    return None, _shortest(frozenset(words))


def _repeat(low: int, high: Any, items: Any) -> _Known:
    spellings, words = known = _choices(items)
    if (low, high) == (1, 1):
        return known
    if low == 0:
        return (spellings | {""}, None) if high == 1 and spellings is not None else _ANYTHING
    return None, _least((spellings, words)) or None
