"""Units that a record gives for a quantity, and whether they can be units of it."""

from __future__ import annotations

import re

from trialwright.protocol.outcomes.lexicon import Concept

_MASS = r"(?:k?g|mg|[uμµ]g|ng|pg)/(?:d?l|ml|[uμµ]l)"
_ACTIVITY = r"(?:m?i?u|[uμµ]kat)/(?:l|ml|dl)"
_MOLAR = r"(?:m|[uμµ]|n|p)?mol/(?:l|ml|mol)"
_KINDS = (("mass per volume", _MASS), ("catalytic activity per volume", _ACTIVITY), ("amount per volume", _MOLAR))
_UNIT = re.compile(
    rf"\(\s*({_MASS}|{_ACTIVITY}|{_MOLAR}|mmhg|kpa|cmh2o|days?|hours?|min(?:ute)?s?|%)\s*\)", re.IGNORECASE
)


def _spelled(unit: str) -> str:
    return unit.lower().replace("μ", "u").replace("µ", "u").replace(" ", "").removesuffix("feu")


def stated_unit(*texts: str) -> str | None:
    """The unit that stands in brackets in one of the texts, as written; None if there is none.

    >>> stated_unit("Lactate dehydrogenase (mg/dL)")
    'mg/dL'
    """
    for text in texts:
        match = _UNIT.search(" ".join(text[:600].split()))
        if match is not None:
            return match[1]
    return None


def same_unit(one: str, other: str) -> bool:
    """Whether two spellings name one unit."""
    return _spelled(one) == _spelled(other)


def kind_of_unit(unit: str) -> str | None:
    """What a unit measures: mass, activity or amount of substance per volume; None for any other unit."""
    for kind, pattern in _KINDS:
        if re.fullmatch(pattern, _spelled(unit)):
            return kind
    return None


def fits(concept: Concept, unit: str) -> str:
    """How a stated unit fits a quantity: `usual`, `other` (same kind of thing, unusual size) or `impossible`.

    >>> from trialwright.protocol.outcomes.lexicon import concepts
    >>> table = {concept.code: concept for concept in concepts()}
    >>> [fits(table[code], "mg/dL") for code in ("CRP", "FERRITIN", "LDH")]
    ['usual', 'other', 'impossible']
    """
    known = {_spelled(one) for one in concept.units}
    if _spelled(unit) in known or not concept.units:
        return "usual"
    kinds = {kind_of_unit(one) for one in concept.units} - {None}
    kind = kind_of_unit(unit)
    if kind is not None and kinds and kind not in kinds:
        return "impossible"
    return "other"
