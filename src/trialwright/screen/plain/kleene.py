"""Three-valued logic by Kleene: True, False, and None for unknown."""

from __future__ import annotations

from collections.abc import Iterable

Answer = bool | None


def every(answers: Iterable[Answer]) -> Answer:
    """Whether all are True: False where one is False, else None where one is unknown.

    >>> every([True, None]), every([False, None]), every([])
    (None, False, True)
    """
    unknown = False
    for answer in answers:
        if answer is False:
            return False
        unknown |= answer is None
    return None if unknown else True


def some(answers: Iterable[Answer]) -> Answer:
    """Whether one is True: True where one is, else None where one is unknown.

    >>> some([True, None]), some([False, None]), some([])
    (True, None, False)
    """
    unknown = False
    for answer in answers:
        if answer is True:
            return True
        unknown |= answer is None
    return None if unknown else False


def contrary(answer: Answer) -> Answer:
    """True for False, False for True; what is unknown stays so."""
    return None if answer is None else not answer


def at_least(count: int, answers: Iterable[Answer]) -> Answer:
    """Whether so many are True: False where too few could be.

    >>> at_least(2, [True, None, False]), at_least(2, [None, False, False])
    (None, False)
    """
    held = list(answers)
    if sum(answer is True for answer in held) >= count:
        return True
    return False if sum(answer is not False for answer in held) < count else None


def same(answers: Iterable[Answer]) -> Answer:
    """What all of them say, None where they differ or there are none."""
    held = set(answers)
    return held.pop() if len(held) == 1 else None
