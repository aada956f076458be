"""Randomisation against published results on guessing and on minimisation; each test names its source and tolerance."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import comb
from statistics import mean, stdev

import pytest

from trialwright.conduct.randomisation import (
    Draws,
    Factor,
    Margins,
    Measure,
    Minimisation,
    Specification,
    minimised,
    simulated_key,
)
from trialwright.conduct.randomisation.guessing_blocks import course
from trialwright.conduct.randomisation.guessing_minimisation import guesses, simulated_levels
from trialwright.conduct.randomisation.minimise import scores


@pytest.mark.parametrize("half", range(1, 11))
def test_right_guesses_in_a_block_of_two_arms(half: int) -> None:
    """Blackwell and Hodges (1957), doi:10.1214/aoms/1177706973: with n of each in random order, convergent prediction
    is right n + 2**(2n - 1) / C(2n, n) - 1/2 times on average. Exact."""
    expected = half + Fraction(2 ** (2 * half - 1), comb(2 * half, half)) - Fraction(1, 2)
    assert sum(course((1, 1), 2 * half).convergence) == expected


def test_a_deck_of_two_kinds_of_ten() -> None:
    """Grinstead and Snell, Introduction to Probability, section 6.1, exercise 11: the recursion h(S, C) for guessing a
    shuffled deck with every card shown, h(10, 10). Exact."""

    @cache
    def h(stars: int, circles: int) -> Fraction:
        if stars < 0 or circles < 0 or stars + circles == 0:
            return Fraction(0)
        left = stars + circles
        now = Fraction(max(stars, circles), left)
        return now + Fraction(stars, left) * h(stars - 1, circles) + Fraction(circles, left) * h(stars, circles - 1)

    assert sum(course((1, 1), 20).best) == h(10, 10)


def test_a_deck_of_five_symbols_five_times() -> None:
    """Diaconis and Graham (1981), doi:10.1214/aos/1176345329: 25 cards, 5 of each symbol, each shown after its guess:
    the best strategy is right 8.65 times on average. Half of the last digit."""
    assert float(sum(course((1, 1, 1, 1, 1), 25).best)) == pytest.approx(8.65, abs=0.005)


def test_the_last_of_a_block_is_always_certain_and_a_third_of_a_block_of_four() -> None:
    """Elementary: of a known block of 4 the last is always certain, and the last two if the first two are alike (chance
    1/3), together 4/3 of 4. In general the run that ends an order of m and m is 2m / (m + 1) long. Exact."""
    assert sum(course((1, 1), 4).certain) == Fraction(4, 3)
    for half in range(1, 9):
        assert sum(course((1, 1), 2 * half).certain) == Fraction(2 * half, half + 1)


def efron(probability: Fraction) -> Specification:
    """Minimisation of nothing but the totals of two arms, which is the biased coin of Efron (1971)."""
    return Specification("T", ("a", "b"), (1, 1), True, (), Minimisation(Measure.RANGE, probability, (), 1))


@pytest.mark.parametrize("probability", [Fraction(2, 3), Fraction(3, 4)])
def test_right_guesses_of_the_biased_coin(probability: Fraction) -> None:
    """Efron (1971), doi:10.1093/biomet/58.3.403: in the long run 1/2 + (r - 1) / (4 r) of the guesses are right, with
    r = p / (1 - p). Four standard errors, and 1/1000 for the beginning from balance."""
    odds = probability / (1 - probability)
    found = guesses(efron(probability), participants=400, trials=40, seed=7, mix={})
    limit = float(Fraction(1, 2) + (odds - 1) / (4 * odds))
    assert abs(found.everything.mean - limit) < 4 * found.everything.standard_error + 0.001
    assert found.convergence == found.everything


def test_balance_of_the_biased_coin() -> None:
    """Efron (1971): after an even number of participants the arms are exactly even with limiting probability 1 - 1 / r,
    which is 1/2 for p = 2/3. Four standard errors of 600 trials at 60 participants."""
    spec, even = efron(Fraction(2, 3)), 0
    for trial in range(600):
        draws, margins = Draws.of(spec, simulated_key(11, trial)), Margins(spec)
        for sequence in range(1, 61):
            margins.add((), minimised(spec, draws, margins, (), sequence))
        even += margins.overall[0] == margins.overall[1]
    assert abs(even / 600 - 0.5) < 4 * (0.25 / 600) ** 0.5


def test_minimisation_keeps_the_margins_far_closer_than_simple_randomisation() -> None:
    """Pocock and Simon (1975), doi:10.2307/2529712: the difference between the arms within a level stays bounded, while
    that of simple randomisation grows with the square root of the participants: a mean of about 0.8 sqrt(n) for n in
    the level. Asked here: less than a third of that, for each measure."""
    factors = tuple(Factor(name, ("1", "2")) for name in "xyz")
    for measure in Measure:
        spec = Specification(
            "T", ("a", "b"), (1, 1), True, factors, Minimisation(measure, Fraction(3, 4), (1, 1, 1), 0)
        )
        total = 0.0
        for trial in range(40):
            draws, margins = Draws.of(spec, simulated_key(13, trial)), Margins(spec)
            for sequence in range(1, 201):
                levels = simulated_levels(spec, draws, {}, sequence)
                margins.add(levels, minimised(spec, draws, margins, levels, sequence))
            for place in range(3):
                one, other = margins.of(place, "1")
                total += abs(one - other)
        assert total / 120 < 0.8 * 100**0.5 / 3


def test_an_unequal_ratio_is_kept_on_average() -> None:
    """Han, Enas and McEntegart (2009), doi:10.1002/sim.3710: one probability for whatever arm is preferred gives arms
    with small shares too much; their biased coin keeps the ratio nearly. Asked of 20 trials of 300, ratio 1:2:3: mean
    shares within 0.003 of the ratio (0.001 was found in 300 trials), and the smallest arm's share four standard errors
    (between trials) and 0.01 above it with one probability for all."""
    factors = (Factor("x", ("1", "2")), Factor("y", ("1", "2", "3")))
    method = Minimisation(Measure.RANGE, Fraction(7, 10), (1, 1), 0)
    spec = Specification("T", ("a", "b", "c"), (1, 2, 3), True, factors, method)
    kept, uncorrected = [], []
    for trial in range(20):
        draws = Draws.of(spec, simulated_key(17, trial))
        margins, others = Margins(spec), Margins(spec)
        for sequence in range(1, 301):
            levels = simulated_levels(spec, draws, {}, sequence)
            margins.add(levels, minimised(spec, draws, margins, levels, sequence))
            found = scores(spec, others, levels)
            preferred = found.index(min(found))
            mark = draws.below(20, "one probability for all", sequence)
            arm = preferred if mark < 14 else (preferred + 1 + (mark >= 17)) % 3
            others.add(levels, "abc"[arm])
        kept.append([count / 300 for count in margins.overall])
        uncorrected.append(others.overall[0] / 300)
    for column, share in zip(zip(*kept, strict=True), (1 / 6, 2 / 6, 3 / 6), strict=True):
        assert abs(mean(column) - share) < 0.003
    assert mean(uncorrected) - 1 / 6 > max(0.01, 4 * stdev(uncorrected) / 20**0.5)
