"""The randomisation against counting by hand: every order of a block equally likely, exact shares, exact measures.

What is compared with is written here again, by enumeration or in plain fractions, apart from the code under test.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from math import factorial, prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.conduct.randomisation import (
    Blocks,
    Draws,
    Factor,
    Key,
    Margins,
    Measure,
    Minimisation,
    Override,
    Simple,
    Specification,
    arm_of_slot,
    block,
    chances,
    predictability,
    simulated_key,
)
from trialwright.conduct.randomisation.guessing_blocks import course, first_slots, knowing_sizes, long_run
from trialwright.conduct.randomisation.guessing_minimisation import guesses
from trialwright.conduct.randomisation.minimise import scores
from trialwright.core.errors import UsageError

ARMS = ("a", "b", "c", "d")


def blocked(ratio: tuple[int, ...], sizes: tuple[int, ...], *, open_label: bool = False) -> Specification:
    return Specification("T", ARMS[: len(ratio)], ratio, open_label, (), Blocks(sizes))


def orders(ratio: tuple[int, ...], size: int) -> list[tuple[int, ...]]:
    """Every order of one block, each once, by arm number."""
    cards = [arm for arm, share in enumerate(ratio) for _ in range(share * size // sum(ratio))]
    return sorted(set(itertools.permutations(cards)))


def lists(ratio: tuple[int, ...], sizes: tuple[int, ...], slots: int) -> Iterator[tuple[Fraction, tuple[int, ...]]]:
    """Every list of at least `slots` slots made of whole blocks, with its chance."""

    def grown(chance: Fraction, sofar: tuple[int, ...]) -> Iterator[tuple[Fraction, tuple[int, ...]]]:
        if len(sofar) >= slots:
            yield chance, sofar[:slots]
            return
        for size in sizes:
            found = orders(ratio, size)
            for order in found:
                yield from grown(chance / len(sizes) / len(found), sofar + order)

    return grown(Fraction(1), ())


# --- validity: one global test over all kinds of blocks, a key of its own for each block

KINDS = [((1, 1), (4,)), ((1, 1), (4, 6)), ((2, 1), (6,)), ((1, 1, 1), (3, 6)), ((3, 2), (5,)), ((1, 1, 2), (4,))]


def test_every_order_and_every_size_of_a_block_is_equally_likely() -> None:
    from scipy.stats import chi2

    statistic, freedom = 0.0, 0
    for kind, (ratio, sizes) in enumerate(KINDS):
        spec = blocked(ratio, sizes)
        expected = {
            tuple(ARMS[arm] for arm in order): Fraction(1, len(sizes) * len(orders(ratio, size)))
            for size in sizes
            for order in orders(ratio, size)
        }
        blocks = 30 * len(expected) * len(sizes)
        found = Counter(block(spec, Draws.of(spec, simulated_key(kind, n)), (), n % 5) for n in range(blocks))
        assert found.keys() <= expected.keys()
        statistic += sum(
            (found[order] - blocks * share) ** 2 / float(blocks * share) for order, share in expected.items()
        )
        freedom += len(expected) - 1
    assert freedom > 150
    assert 1e-4 < chi2.sf(statistic, freedom) < 1 - 1e-4


def test_simple_randomisation_keeps_the_ratio_and_forgets() -> None:
    from scipy.stats import chi2

    spec = Specification("T", ARMS[:3], (3, 2, 1), True, (), Simple())
    draws = Draws.of(spec, simulated_key(5, 5))
    found = [arm_of_slot(spec, draws, (), number) for number in range(1, 6001)]
    pairs = Counter(zip(found[::2], found[1::2], strict=True))
    share = dict(zip(spec.arms, (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)), strict=True))
    expected = {(one, two): 3000 * float(share[one] * share[two]) for one in share for two in share}
    statistic = sum((pairs[pair] - due) ** 2 / due for pair, due in expected.items())
    assert 1e-4 < chi2.sf(statistic, len(expected) - 1) < 1 - 1e-4


@given(
    ratio=st.lists(st.integers(1, 4), min_size=2, max_size=4).filter(lambda r: 1 in r).map(tuple),
    repeats=st.sets(st.integers(1, 4), min_size=1, max_size=3),
    key=st.binary(min_size=32, max_size=32).filter(lambda value: len(set(value)) >= 8),
)
@settings(max_examples=60, deadline=None)
def test_every_block_holds_the_ratio_exactly(ratio: tuple[int, ...], repeats: set[int], key: bytes) -> None:
    spec = blocked(ratio, tuple(sum(ratio) * times for times in sorted(repeats)))
    draws = Draws.of(spec, Key(key))
    listed: list[str] = []
    for number in range(6):
        found = block(spec, draws, (), number)
        times = len(found) // spec.unit
        assert [found.count(arm) for arm in spec.arms] == [share * times for share in ratio]
        listed += found
    assert [arm_of_slot(spec, draws, (), number + 1) for number in range(len(listed))] == listed


# --- what an observer can predict, against every list there is


@pytest.mark.parametrize(
    ("ratio", "sizes", "slots"),
    [
        ((1, 1), (4,), 8),
        ((1, 1), (2, 4), 9),
        ((1, 1), (4, 6), 10),
        ((2, 1), (3, 6), 8),
        ((1, 1, 1), (3, 6), 6),
        ((1, 1, 2), (4,), 8),
    ],
)
def test_shares_of_right_guesses_against_every_list(ratio: tuple[int, ...], sizes: tuple[int, ...], slots: int) -> None:
    after: dict[tuple[int, ...], Counter[int]] = {}
    following = Fraction(0)
    for chance, listed in lists(ratio, sizes, slots):
        for slot in range(slots):
            seen, due = listed[:slot], listed[slot]
            after.setdefault(seen, Counter())[due] += chance  # type: ignore[assignment]
            lag = [Fraction(share * (slot + 1), sum(ratio)) - seen.count(arm) for arm, share in enumerate(ratio)]
            guessed = [arm for arm, behind in enumerate(lag) if behind == max(lag)]
            following += chance * Fraction(due in guessed, len(guessed))
    correct = sum(max(each.values()) for each in after.values())
    certain = sum(sum(each.values()) for each in after.values() if len(each) == 1)
    spec = blocked(ratio, sizes)
    assert knowing_sizes(spec, slots) == (slots, Fraction(correct, slots), Fraction(certain, slots))
    assert first_slots([course(ratio, size).convergence for size in sizes], slots) == following / slots


@pytest.mark.parametrize(("ratio", "size"), [((1, 1), 6), ((2, 1), 6), ((1, 1, 1), 6), ((3, 1), 8), ((1, 1, 2), 8)])
def test_one_who_is_told_the_size_against_every_order(ratio: tuple[int, ...], size: int) -> None:
    found = orders(ratio, size)
    cards = [share * size // sum(ratio) for share in ratio]
    assert len(found) == factorial(size) // prod(factorial(count) for count in cards)
    best = certain = Fraction(0)
    for order in found:
        for place in range(size):
            left = [count - order[:place].count(arm) for arm, count in enumerate(cards)]
            best += Fraction(max(left), size - place)
            certain += sum(rest > 0 for rest in left) == 1
    worked = course(ratio, size)
    assert sum(worked.best) == best / len(found)
    assert sum(worked.certain) == certain / len(found)


@given(st.sets(st.integers(1, 5), min_size=1, max_size=3), st.sampled_from([(1, 1), (2, 1), (1, 1, 1)]))
@settings(max_examples=30, deadline=None)
def test_who_knows_more_guesses_no_worse(repeats: set[int], ratio: tuple[int, ...]) -> None:
    sizes = tuple(sum(ratio) * times for times in sorted(repeats))
    courses = [course(ratio, size) for size in sizes]
    slots, knowing, certain = knowing_sizes(blocked(ratio, sizes), 12)
    told, following = (first_slots([getattr(c, name) for c in courses], slots) for name in ("best", "convergence"))
    assert Fraction(max(ratio), sum(ratio)) <= knowing <= told
    assert following <= knowing
    assert certain <= first_slots([c.certain for c in courses], slots)


def test_a_long_list_is_what_longer_and_longer_lists_come_to() -> None:
    parts = [course((2, 1), size).best for size in (6, 9)]
    assert abs(first_slots(parts, 3000) - long_run(parts)) < Fraction(1, 1000)


def test_fewer_slots_are_taken_and_said_where_too_many_courses_are_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    from trialwright.conduct.randomisation import guessing_blocks

    monkeypatch.setattr(guessing_blocks, "MOST_STEPS", 500)
    found = predictability(blocked((1, 1), (4, 6)))
    assert "over the first 24" not in found.words[3]
    reached = int(found.words[3].split("over the first ")[1].split()[0])
    monkeypatch.undo()
    assert found.observers[1].correct == knowing_sizes(blocked((1, 1), (4, 6)), reached)[1]


def test_masked_and_open_label_are_said_apart() -> None:
    masked, unmasked = (predictability(blocked((2, 1), (6, 9), open_label=each)) for each in (False, True))
    assert masked.chance == unmasked.chance == Fraction(2, 3)
    assert masked.observers == unmasked.observers
    assert "masked" in masked.words[1]
    assert not any("masked" in line for line in unmasked.words)


# --- minimisation: the measures and the coin in plain fractions

FACTORS = (Factor("site", ("1", "2", "3")), Factor("sex", ("F", "M")))
person = st.tuples(st.tuples(st.sampled_from("123"), st.sampled_from("FM")), st.sampled_from("abc"))


def imbalance(measure: Measure, counts: list[Fraction], arm: int) -> Fraction:
    mean = sum(counts, Fraction(0)) / len(counts)
    return {
        Measure.RANGE: max(counts) - min(counts),
        Measure.VARIANCE: sum(((each - mean) ** 2 for each in counts), Fraction(0)) / (len(counts) - 1),
        Measure.MARGINAL_TOTAL: counts[arm],
    }[measure]


@given(
    before=st.lists(person, max_size=25),
    levels=st.tuples(st.sampled_from("123"), st.sampled_from("FM")),
    measure=st.sampled_from(Measure),
    ratio=st.sampled_from([(1, 1, 1), (2, 1, 1), (3, 2, 1), (1, 4, 4)]),
    weights=st.tuples(st.integers(1, 5), st.integers(1, 5)),
    overall=st.integers(0, 3),
)
@settings(max_examples=200, deadline=None)
def test_the_preferred_arms_are_those_of_lowest_imbalance(
    before: list[tuple[tuple[str, str], str]],
    levels: tuple[str, str],
    measure: Measure,
    ratio: tuple[int, ...],
    weights: tuple[int, int],
    overall: int,
) -> None:
    method = Minimisation(measure, Fraction(9, 10), weights, overall)
    spec = Specification("T", ("a", "b", "c"), ratio, True, FACTORS, method)
    totals = []
    for arm in "abc":
        then = [*before, (levels, arm)]
        total = Fraction(0)
        for weight, place in [(weights[0], 0), (weights[1], 1), (overall, None)]:
            alike = [given for held, given in then if place is None or held[place] == levels[place]]
            counts = [Fraction(alike.count(each), share) for each, share in zip("abc", ratio, strict=True)]
            total += weight * imbalance(measure, counts, "abc".index(arm))
        totals.append(total)
    margins = Margins(spec, before)
    found = scores(spec, margins, levels)
    assert [a < b for a, b in itertools.product(found, repeat=2)] == [
        a < b for a, b in itertools.product(totals, repeat=2)
    ]
    preferred = [arm for arm in range(3) if totals[arm] == min(totals)]
    likely = chances(spec, margins, levels)
    assert sum(likely) == 1
    assert min(likely) > 0
    shared = sum(ratio[arm] for arm in preferred)
    for arm in range(3):
        due = sum(Fraction(ratio[one], shared) * coin(ratio, Fraction(9, 10), one)[arm] for one in preferred)
        assert likely[arm] == due
    if len(preferred) == 3:
        assert likely == tuple(Fraction(share, sum(ratio)) for share in ratio)


def coin(ratio: tuple[int, ...], high: Fraction, preferred: int) -> tuple[Fraction, ...]:
    """The two formulas of Han and others (2009), as they are printed: the preferred arm, then the rest in the ratio."""
    least = ratio.index(min(ratio))
    others = sum(ratio) - ratio[preferred]
    top = 1 - Fraction(others, sum(ratio) - ratio[least]) * (1 - high)
    return tuple(top if arm == preferred else Fraction(share, others) * (1 - top) for arm, share in enumerate(ratio))


def every_course(
    spec: Specification, shares: dict[tuple[str, str], Fraction], count: int
) -> Iterator[tuple[Fraction, list[tuple[tuple[str, str], str]], tuple[str, str]]]:
    """Every way in which `count` participants can come and be given arms: chance, who came before, who comes."""
    waiting: list[tuple[Fraction, list[tuple[tuple[str, str], str]]]] = [(Fraction(1), [])]
    for _ in range(count):
        following = []
        for chance, before in waiting:
            for levels, share in shares.items():
                if share:
                    yield chance * share, before, levels
                    likely = chances(spec, Margins(spec, before), levels)
                    following += [
                        (chance * share * each, [*before, (levels, arm)])
                        for arm, each in zip(spec.arms, likely, strict=True)
                        if each
                    ]
        waiting = following


@pytest.mark.parametrize("probability", [Fraction(3, 4), Fraction(1)])
def test_simulated_guesses_of_minimisation_against_every_course(probability: Fraction) -> None:
    factors = (Factor("site", ("1", "2")), Factor("sex", ("F", "M")))
    signed = Override("to see what is then certain", "A. Statistician", "2026-01-01")
    method = Minimisation(Measure.MARGINAL_TOTAL, probability, (2, 1), 0)
    spec = Specification("T", ("a", "b"), (1, 1), True, factors, method, signed)
    site, sex = {"1": Fraction(3, 4), "2": Fraction(1, 4)}, {"F": Fraction(1, 2), "M": Fraction(1, 2)}
    shares = {(one, two): site[one] * sex[two] for one in site for two in sex}
    due = dict.fromkeys(["everything", "certain", "convergence", "site", "sex"], Fraction(0))
    for chance, before, levels in every_course(spec, shares, 4):
        likely = chances(spec, Margins(spec, before), levels)
        due["everything"] += chance * max(likely) / 4
        due["certain"] += chance * (max(likely) == 1) / 4
        for name, place in (("convergence", None), ("site", 0), ("sex", 1)):
            seen = [arm for held, arm in before if place is None or held[place] == levels[place]]
            ahead = seen.count("a") - seen.count("b")
            right = Fraction(1, 2) if ahead == 0 else likely[ahead > 0]
            due[name] += chance * right / 4
    found = guesses(spec, participants=4, trials=1500, seed=3, mix={"site": (3, 1)})
    seen_by = {
        "everything": found.everything,
        "certain": found.certain,
        "convergence": found.convergence,
        **found.within,
    }
    for name, estimate in seen_by.items():
        assert abs(estimate.mean - due[name]) <= 4 * estimate.standard_error + 1e-12, name
        assert estimate.standard_error < 0.01
    assert (due["certain"] > 0) == (probability == 1)
    words = predictability(spec, participants=4, trials=2, mix={"site": (3, 1)}).words
    assert len(words) == 5
    assert "within one level of sex" in words[4]


@pytest.mark.parametrize(
    "asked",
    [
        {"trials": 1},
        {"participants": 0},
        {"mix": {"age": (1, 1)}},
        {"mix": {"site": (1, 1)}},
        {"mix": {"site": (0, 0, 0)}},
        {"mix": {"site": (1, -1, 1)}},
        {"mix": {"site": (0.5, 0.5, 1)}},
    ],
)
def test_what_cannot_be_simulated_is_refused(asked: dict[str, object]) -> None:
    method = Minimisation(Measure.RANGE, Fraction(3, 4), (1, 1), 0)
    with pytest.raises(UsageError, match="RAND-015"):
        predictability(Specification("T", ("a", "b"), (1, 1), True, FACTORS, method), **asked)  # type: ignore[arg-type]


def test_what_cannot_be_worked_out_exactly_is_refused() -> None:
    with pytest.raises(UsageError, match="RAND-015"):
        predictability(blocked((1, 1), (4,)), slots=0)
    with pytest.raises(UsageError, match="RAND-014"):
        course((1, 2, 3, 4, 5, 6, 7), 140)
