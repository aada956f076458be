"""Which specifications of a randomisation are refused, each with what to write instead."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from typing import TYPE_CHECKING

from trialwright.conduct.randomisation.methods import Blocks, Factor, Measure, Minimisation, Override
from trialwright.core.errors import UsageError

if TYPE_CHECKING:
    from trialwright.conduct.randomisation.spec import Specification

LARGEST_SHARE = 100
LARGEST_BLOCK = 200
LARGEST_WEIGHT = 1_000_000
FINEST = 1_000_000
_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])\Z")


def check(spec: Specification) -> None:
    """Raise UsageError (RAND-001 to RAND-007) with the first fault of a specification, if it has one."""
    for fault in _faults(spec):
        raise fault


def _faults(spec: Specification) -> Iterator[UsageError]:
    yield from _names(spec)
    yield from _ratio(spec)
    yield from _method(spec)
    if spec.override is not None:
        yield from _override(spec.override)
    else:
        yield from _predictable(spec)


def is_whole(value: object, least: int, most: int) -> bool:
    """Whether a value is a whole number in these bounds (a truth value is none)."""
    return type(value) is int and least <= value <= most


def _is_name(value: object) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value) <= 200
        and value == value.strip()
        and value.isprintable()
        and unicodedata.is_normalized("NFC", value)
    )


def _is_truth(value: object) -> bool:
    return isinstance(value, bool)


def _names(spec: Specification) -> Iterator[UsageError]:
    for what, values in _named(spec):
        for value in values:
            if not _is_name(value):
                yield UsageError(
                    "RAND-001",
                    f"{what}: {value!r} is not a name",
                    expected="1 to 200 printable characters, no blank at either end, composed Unicode (NFC)",
                    mend="write the name as it is to stand on the list",
                )
        if len(set(values)) != len(values):
            yield UsageError(
                "RAND-001",
                f"{what}: {', '.join(map(repr, values))} names something twice",
                expected="each name once",
                mend="remove the repeated one",
            )
    if not _is_truth(spec.open_label):
        yield UsageError(
            "RAND-001",
            f"open_label: {spec.open_label!r}",
            expected="true if anybody who enrols learns the arms of those before, else false",
            mend="say which; it has no default",
        )


def _named(spec: Specification) -> Iterator[tuple[str, tuple[object, ...]]]:
    yield "trial", (spec.trial,)
    yield "arms", tuple(spec.arms)
    yield "factors", tuple(factor.name for factor in spec.factors)
    for factor in spec.factors:
        yield f"levels of {factor.name!r}", tuple(factor.levels)


def _ratio(spec: Specification) -> Iterator[UsageError]:
    shares = spec.ratio
    whole = all(is_whole(share, 1, LARGEST_SHARE) for share in shares)
    if len(spec.arms) < 2 or len(shares) != len(spec.arms) or not whole:
        yield UsageError(
            "RAND-002",
            f"the ratio {':'.join(map(str, shares))} for {len(spec.arms)} arms",
            expected=f"two arms or more, and for each a whole number from 1 to {LARGEST_SHARE}",
            mend="give one share per arm, in the order of the arms",
        )
    elif gcd(*shares) != 1:
        least = ":".join(str(share // gcd(*shares)) for share in shares)
        yield UsageError(
            "RAND-002",
            f"the ratio {':'.join(map(str, shares))} is not in lowest terms",
            expected=f"{least}; how many participants make up a block is said by the block sizes",
            mend=f"write the ratio as {least}",
        )


def _method(spec: Specification) -> Iterator[UsageError]:
    for factor in spec.factors:
        yield from _levels(factor)
    match spec.method:
        case Blocks(sizes=sizes):
            yield from _sizes(sizes, spec.unit)
        case Minimisation() as method:
            yield from _minimisation(spec, method)


def _levels(factor: Factor) -> Iterator[UsageError]:
    if len(factor.levels) < 2:
        yield UsageError(
            "RAND-003",
            f"the factor {factor.name!r} has {len(factor.levels)} level",
            expected="two levels or more, every one that a participant can have",
            mend="list the levels, or leave the factor out",
        )


def _sizes(sizes: tuple[int, ...], unit: int) -> Iterator[UsageError]:
    whole = all(is_whole(size, 1, LARGEST_BLOCK) for size in sizes)
    if not sizes or not whole or len(set(sizes)) != len(sizes) or any(size % unit for size in sizes):
        yield UsageError(
            "RAND-004",
            f"blocks of {', '.join(map(str, sizes)) or 'no size'} where the shares of the ratio add up to {unit}",
            expected=f"different multiples of {unit}, at most {LARGEST_BLOCK}: only these hold the ratio exactly",
            mend=f"use for example blocks of {2 * unit} and {3 * unit}",
        )


def _minimisation(spec: Specification, method: Minimisation) -> Iterator[UsageError]:
    weights, least = method.weights, Fraction(min(spec.ratio), spec.unit)
    chance = method.probability
    if not isinstance(chance, Fraction) or not least < chance <= 1 or chance.denominator > FINEST:
        yield UsageError(
            "RAND-005",
            f"a probability of {chance} for the preferred arm",
            expected=f"an exact fraction above {least} (the smallest share of the ratio) and at most 1, such as 4/5",
            mend="write it as a fraction or a decimal with at most six digits; floats are not exact",
        )
    fits = len(weights) == len(spec.factors) and all(is_whole(weight, 1, LARGEST_WEIGHT) for weight in weights)
    if not fits or not is_whole(method.overall, 0, LARGEST_WEIGHT) or not isinstance(method.measure, Measure):
        yield UsageError(
            "RAND-005",
            f"minimisation by {method.measure!s} with weights {weights} (overall {method.overall}) for "
            f"{len(spec.factors)} factors",
            expected="a measure, a whole weight of 1 or more for each factor, and 0 or more for the trial as a whole",
            mend="give a weight for each factor; equal weights are 1 each",
        )
    if not spec.factors and method.overall == 0:
        yield UsageError(
            "RAND-005",
            "minimisation with nothing to balance",
            expected="a factor, or a weight for the balance of the trial as a whole",
            mend="name the factors with their levels and weights, or randomise simply",
        )


def _override(signed: Override) -> Iterator[UsageError]:
    says = isinstance(signed.reason, str) and len(signed.reason.split()) >= 2 and len(signed.reason.strip()) >= 10
    if not says or not _is_name(signed.by) or not isinstance(signed.on, str) or not _DATE.match(signed.on):
        yield UsageError(
            "RAND-006",
            f"the override by {signed.by!r} on {signed.on!r}: {signed.reason!r}",
            expected="a reason in words (10 characters or more), the name of who signs, and the date as YYYY-MM-DD",
            mend="write the override as an inspector would want to read it",
        )


def _predictable(spec: Specification) -> Iterator[UsageError]:
    match spec.method:
        case Blocks(sizes=sizes) if spec.open_label and (len(sizes) < 2 or min(sizes) == spec.unit):
            yield UsageError(
                "RAND-007",
                f"an open-label trial with blocks of {', '.join(map(str, sizes))}: who sees the arms can foretell "
                "many of the next",
                expected=f"two block sizes or more, none of them the smallest possible ({spec.unit})",
                mend=f"use blocks such as {2 * spec.unit} and {3 * spec.unit}, or sign an override that says why",
            )
        case Minimisation(probability=probability) if probability == 1:
            yield UsageError(
                "RAND-007",
                "minimisation that always gives the preferred arm: who knows the participants can foretell the next",
                expected="a probability below 1, such as 4/5",
                mend="lower the probability, or sign an override that says why",
            )
