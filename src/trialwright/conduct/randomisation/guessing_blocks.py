"""Permuted blocks as an observer sees them: exact shares of correct guesses and of slots that are certain."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from math import comb, prod

from trialwright.conduct.randomisation.methods import Blocks
from trialwright.conduct.randomisation.spec import Specification
from trialwright.core.errors import UsageError

Counts = tuple[int, ...]
Belief = dict[tuple[int, Counts], Fraction]
MOST_STATES = 60_000
MOST_STEPS = 150_000


@dataclass(frozen=True, slots=True)
class Course:
    """What an observer achieves at each place of a block, exactly: the chance of a correct guess by the convergence
    strategy, by the best guess of one who knows the block's size, and the chance that this one is certain."""

    convergence: tuple[Fraction, ...]
    best: tuple[Fraction, ...]
    certain: tuple[Fraction, ...]


def course(ratio: tuple[int, ...], size: int) -> Course:
    """The course of guesses through one block. Raises UsageError RAND-014 if it is too large to work out exactly.

    The convergence strategy (Blackwell and Hodges 1957, doi:10.1214/aoms/1177706973) guesses the arm given least often
    so far. With an unequal ratio that is the arm furthest behind its share once the next participant is counted in;
    between arms equally far behind the guess is drawn.

    >>> [str(sum(course((1, 1), size).convergence) / size) for size in (2, 4, 6)]
    ['3/4', '17/24', '41/60']
    """
    full = tuple(share * size // sum(ratio) for share in ratio)
    if _courses(full) > MOST_STATES:
        raise UsageError(
            "RAND-014",
            f"a block of {size} for {len(ratio)} arms has too many courses to work out exactly",
            expected=f"at most {MOST_STATES:,} different counts of the arms",
            mend="use smaller blocks",
        )
    states: dict[Counts, Fraction] = {(0,) * len(ratio): Fraction(1)}
    convergence, best, certain = [], [], []
    for place in range(size):
        guessed = top = sure = Fraction(0)
        after: dict[Counts, Fraction] = defaultdict(Fraction)
        for given, chance in states.items():
            left = [most - count for most, count in zip(full, given, strict=True)]
            guessed += chance * _converging(ratio, given, left)
            top += chance * Fraction(max(left), sum(left))
            sure += chance * (max(left) == sum(left))
            for arm, rest in enumerate(left):
                if rest:
                    grown = (*given[:arm], given[arm] + 1, *given[arm + 1 :])
                    after[_alike(ratio, grown)] += chance * Fraction(rest, size - place)
        convergence.append(guessed)
        best.append(top)
        certain.append(sure)
        states = after
    return Course(tuple(convergence), tuple(best), tuple(certain))


def _courses(full: Counts) -> int:
    """How many counts of the arms a block passes through, where arms with the same share are not told apart."""
    return prod(comb(most + full.count(most), most) for most in set(full))


def _converging(ratio: tuple[int, ...], given: Counts, left: list[int]) -> Fraction:
    after, unit = sum(given) + 1, sum(ratio)
    behind = [share * after - unit * count for share, count in zip(ratio, given, strict=True)]
    guesses = [rest for rest, far in zip(left, behind, strict=True) if far == max(behind)]
    return Fraction(sum(guesses), len(guesses) * sum(left))


def _alike(ratio: tuple[int, ...], counts: Counts) -> Counts:
    """The counts with those of arms that have the same share in order: such states do not differ to a guesser."""
    if len(set(ratio)) == len(ratio):
        return counts
    pools = {share: iter(sorted(c for s, c in zip(ratio, counts, strict=True) if s == share)) for share in set(ratio)}
    return tuple(next(pools[share]) for share in ratio)


def long_run(parts: list[tuple[Fraction, ...]]) -> Fraction:
    """The share per slot in a long list whose blocks are of these kinds, equally often: all that is got in one block of
    each kind, over all their slots."""
    return sum((sum(part, Fraction(0)) for part in parts), Fraction(0)) / sum(len(part) for part in parts)


def first_slots(parts: list[tuple[Fraction, ...]], slots: int) -> Fraction:
    """The same share over the first `slots` slots of a list, where the last block may be cut short."""
    begins = [Fraction(1)] + [Fraction(0)] * (slots - 1)
    total = Fraction(0)
    for slot in range(slots):
        for part in parts:
            chance = begins[slot] / len(parts)
            total += chance * sum(part[: slots - slot], Fraction(0))
            if slot + len(part) < slots:
                begins[slot + len(part)] += chance
    return total / slots


def knowing_sizes(spec: Specification, slots: int) -> tuple[int, Fraction, Fraction]:
    """What one achieves who knows which sizes are in use and sees every arm, but is not told the size of a block.

    Returns how many of the first `slots` slots of a stratum could be worked out exactly (fewer where the observer's
    states of mind become too many), the expected share of correct best guesses in them, and of certain ones.
    """
    method = spec.method
    if not isinstance(method, Blocks):
        raise TypeError("only permuted blocks have blocks")
    start = {(size, (0,) * len(spec.arms)): Fraction(1, len(method.sizes)) for size in method.sizes}
    beliefs: dict[frozenset[tuple[tuple[int, Counts], Fraction]], Fraction] = {frozenset(start.items()): Fraction(1)}
    correct = certain = Fraction(0)
    steps = 0
    for done in range(slots):
        steps += len(spec.arms) * sum(map(len, beliefs))
        if done and steps > MOST_STEPS:
            return done, correct / done, certain / done
        after: dict[frozenset[tuple[tuple[int, Counts], Fraction]], Fraction] = defaultdict(Fraction)
        for belief, weight in beliefs.items():
            outlook = [_seen(spec, start, dict(belief), arm) for arm in range(len(spec.arms))]
            likely = [chance for chance, _ in outlook]
            correct += weight * max(likely)
            certain += weight * (max(likely) == 1)
            for chance, then in outlook:
                if chance:
                    after[frozenset(then.items())] += weight * chance
        beliefs = after
    return slots, correct / slots, certain / slots


def _seen(spec: Specification, start: Belief, belief: Belief, arm: int) -> tuple[Fraction, Belief]:
    """The chance that the next arm is this one, and what is believed once it was."""
    then: Belief = defaultdict(Fraction)
    total = Fraction(0)
    for (size, given), chance in belief.items():
        most = spec.ratio[arm] * size // spec.unit
        joint = chance * Fraction(most - given[arm], size - sum(given))
        if not joint:
            continue
        total += joint
        grown = (*given[:arm], given[arm] + 1, *given[arm + 1 :])
        if sum(grown) < size:
            then[size, grown] += joint
            continue
        for opening, share in start.items():
            then[opening] += joint * share
    return total, {state: chance / total for state, chance in then.items()} if total else {}
