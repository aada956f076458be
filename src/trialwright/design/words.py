"""Numbers, ordinals and lists of names in words, for the names of rules and the reasons of decisions."""

from __future__ import annotations

from collections.abc import Sequence

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_ORDINALS = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")


def number(value: int) -> str:
    """A whole number, 0 or more, in words up to twelve.

    >>> number(3), number(13)
    ('three', '13')
    """
    return NUMBERS[value] if value < len(NUMBERS) else str(value)


def value_of(text: str) -> int | None:
    """The number that these words or digits mean, None if they mean none.

    >>> value_of("three"), value_of("14"), value_of("many")
    (3, 14, None)
    """
    word = text.strip().lower()
    if word.isascii() and word.isdigit():
        return int(word)
    return NUMBERS.index(word) if word in NUMBERS else None


def ordinal(value: int) -> str:
    """The ordinal of a whole number, 1 or more.

    >>> ordinal(2), ordinal(11)
    ('second', '11th')
    """
    return _ORDINALS[value] if value < len(_ORDINALS) else f"{value}th"


def listed(names: Sequence[str], most: int = 4) -> str:
    """Names as a list in a sentence, the rest counted.

    >>> listed(["A", "B", "C"]), listed(list("ABCDEF"))
    ('A, B and C', 'A, B, C, D and 2 more')
    """
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def people(count: int) -> str:
    """A number of participants.

    >>> people(1), people(3)
    ('1 participant', '3 participants')
    """
    return f"{count} participant" + ("" if count == 1 else "s")
