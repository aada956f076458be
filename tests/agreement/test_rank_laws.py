"""Laws that rank tests obey for any data, and agreement with an enumeration of every arrangement."""

from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialwright.analyse.rank import rank_sum, signed_rank

whole = st.integers(-50, 50)
samples = st.lists(whole, min_size=1, max_size=9)


@settings(deadline=None)
@given(samples, samples)
def test_exchanging_the_samples_turns_the_shift_round(x, y):
    there, back = rank_sum(x, y), rank_sum(y, x)
    assert there.p == (None if back.p is None else pytest.approx(back.p, abs=1e-12))
    assert there.median == pytest.approx(-back.median)
    if there.lower is not None:
        assert there.lower == pytest.approx(-back.upper, abs=2e-4)


@settings(deadline=None)
@given(samples, samples)
def test_the_interval_holds_the_estimate(x, y):
    for result in (rank_sum(x, y), signed_rank(x)):
        if result.lower is not None:
            assert result.lower - 1e-4 <= result.median <= result.upper + 1e-4


@settings(deadline=None)
@given(st.data(), samples, samples)
def test_order_does_not_matter(data, x, y):
    assert rank_sum(data.draw(st.permutations(x)), y) == rank_sum(x, y)
    assert signed_rank(data.draw(st.permutations(x))) == signed_rank(x)


@settings(deadline=None)
@given(samples, samples, st.integers(-20, 20))
def test_a_shift_of_one_sample_shifts_the_estimate_by_as_much(x, y, shift):
    moved = rank_sum([value + shift for value in x], y).median
    assert moved == pytest.approx(rank_sum(x, y).median + shift)


@settings(deadline=None)
@given(st.lists(whole, min_size=2, max_size=9, unique=True), st.data())
def test_the_exact_rank_sum_p_is_the_share_of_arrangements_at_least_as_far_out(values, data):
    m = data.draw(st.integers(1, len(values) - 1))
    n = len(values) - m
    found = rank_sum(values[:m], values[m:])

    def count(chosen):
        inside = [values[i] for i in chosen]
        outside = [values[i] for i in range(len(values)) if i not in chosen]
        return sum(a > b for a, b in product(inside, outside))

    away = abs(found.statistic - m * n / 2)
    counts = [count(chosen) for chosen in combinations(range(len(values)), m)]
    assert found.p == pytest.approx(sum(abs(c - m * n / 2) >= away for c in counts) / len(counts))


@settings(deadline=None)
@given(st.lists(st.integers(1, 60), min_size=1, max_size=8, unique=True), st.data())
def test_the_exact_signed_rank_p_is_the_share_of_sign_patterns_at_least_as_far_out(sizes, data):
    signs = data.draw(st.lists(st.sampled_from([-1, 1]), min_size=len(sizes), max_size=len(sizes)))
    found = signed_rank([size * sign for size, sign in zip(sizes, signs, strict=True)])
    middle = len(sizes) * (len(sizes) + 1) / 4
    ranks = range(1, len(sizes) + 1)
    sums = [
        sum(r for r, up in zip(ranks, pattern, strict=True) if up) for pattern in product([0, 1], repeat=len(sizes))
    ]
    away = abs(found.statistic - middle)
    assert found.p == pytest.approx(sum(abs(s - middle) >= away for s in sums) / len(sums))


@settings(deadline=None)
@given(
    st.lists(whole, min_size=4, max_size=9), st.lists(whole, min_size=4, max_size=9), st.sampled_from([1e-6, 1e-3, 1e3])
)
def test_a_change_of_unit_changes_the_interval_by_the_same_factor(x, y, unit):
    plain = rank_sum(x, y, exact=False)
    scaled = rank_sum([value * unit for value in x], [value * unit for value in y], exact=False)
    if plain.lower is not None and scaled.lower is not None:
        span = max(x) + 100
        assert scaled.lower / unit == pytest.approx(plain.lower, abs=2e-4 * span)
        assert scaled.upper / unit == pytest.approx(plain.upper, abs=2e-4 * span)
