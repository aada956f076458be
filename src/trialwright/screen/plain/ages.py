"""Whether a patient's age lies between bounds: a maximum includes the whole of that year, or month, week or day.

An age in completed years stands for every age until the next birthday; the answer is one that all of them share.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

from trialwright.protocol.eligibility.tree import AnchorKind, Compare, Reference, Window
from trialwright.screen.person import Person
from trialwright.screen.plain.kleene import Answer, every, same

IN_A_YEAR = {None: 1.0, "year": 1.0, "years": 1.0, "month": 12.0, "week": 365.25 / 7, "day": 365.25}


def age(leaf: Compare, person: Person) -> Answer:
    """The answer to a comparison of the age at screening."""
    if leaf.reference is not Reference.ABSOLUTE or leaf.unit not in IN_A_YEAR or person.age is None:
        return None
    # an age at another moment of the study is taken as of screening; at a moment of the patient's own it is not known
    if leaf.when is not None and not (
        isinstance(leaf.when, Window) and all(anchor.kind is not AnchorKind.OTHER for anchor in leaf.when.anchors)
    ):
        return None
    scale = IN_A_YEAR[leaf.unit]
    interval = leaf.interval
    parts = []
    if interval.low is not None:
        parts.append(_shared(person, scale, _from(interval.low, interval.low_inclusive)))
    if interval.high is not None:
        parts.append(_shared(person, scale, _up_to(interval.high, interval.high_inclusive)))
    return every(parts)


def _shared(person: Person, scale: float, answer: Callable[[float], Answer]) -> Answer:
    """The answer that every age shares which the patient can have; the ends of the year tell, for an answer that has
    changed with age does not change back."""
    assert person.age is not None
    youngest = person.age * scale
    if not person.age_whole:
        return answer(youngest)
    before_birthday = math.nextafter((person.age + 1) * scale, -math.inf)
    return same(answer(each) for each in (youngest, before_birthday))


def _from(low: Decimal, inclusive: bool) -> Callable[[float], Answer]:
    bound = float(low)
    if inclusive:
        return lambda age: age >= bound
    if low != int(low):
        return lambda age: age > bound
    # "above 18" may mean the day after the birthday or the nineteenth birthday
    return lambda age: False if age <= bound else True if age >= bound + 1 else None


def _up_to(high: Decimal, inclusive: bool) -> Callable[[float], Answer]:
    bound = float(high)
    if not inclusive:
        return lambda age: age < bound
    if high != int(high):
        return lambda age: age <= bound
    return lambda age: age < bound + 1
