"""Rank tests agree with R 4.2.2, stats::wilcox.test(x, y, conf.int = TRUE), to 1e-10 in every figure it prints.

Inputs: permeability constants of Hollander & Wolfe (1973) p. 69 (no ties); datasets::airquality, ozone in May and
August (ties); datasets::sleep (ties and a zero); depression scores of Hollander & Wolfe p. 29; a simulated
trial of 65 against 35.
"""

import pytest

from trialwright.analyse.rank import rank_sum, signed_rank

TERM = [
    0.8,
    0.83,
    1.89,
    1.04,
    1.45,
    1.38,
    1.91,
    1.64,
    0.73,
    1.46,
]
MONTHS_12_TO_26 = [
    1.15,
    0.88,
    0.9,
    0.74,
    1.21,
]
MAY = [
    41,
    36,
    12,
    18,
    28,
    23,
    19,
    8,
    7,
    16,
    11,
    14,
    18,
    14,
    34,
    6,
    30,
    11,
    1,
    11,
    4,
    32,
    23,
    45,
    115,
    37,
]
AUGUST = [
    39,
    9,
    16,
    78,
    35,
    66,
    122,
    89,
    110,
    44,
    28,
    65,
    22,
    59,
    23,
    31,
    44,
    21,
    9,
    45,
    168,
    73,
    76,
    118,
    84,
    85,
]
CELLS = [
    -475.49,
    -58.35,
    -59.18,
    2237.5,
    -149.52,
    -30.46,
    -83.8,
    -381.68,
    -96.29,
    -41.8,
    -153.05,
    -97.36,
    -278.71,
    -21.91,
    -9.75,
    -28.77,
    84.53,
    -71.92,
    1142.24,
    -56.33,
    -211.86,
    -57.7,
    -9.8,
    -60.32,
    -44.76,
    -83.64,
    -43.37,
    -95.76,
    -61.91,
    -119.11,
    -93.61,
    -51.3,
    -79.05,
    -25.54,
    -56.39,
    130.67,
    -62.39,
    205.35,
    -100.44,
    -75.97,
    -47.34,
    -158.87,
    -10.04,
    -136.22,
    -42.36,
    -119.59,
    -162.32,
    -125.26,
    -33.7,
    -27.79,
    -69.13,
    -319,
    -32.77,
    -50.43,
    -58.46,
    -54.68,
    -88.54,
    -48.82,
    -30.27,
    -62.59,
    -68.14,
    -51.54,
    243.36,
    -26.47,
    -46.88,
]
PLACEBO = [
    6.74,
    -182.83,
    155.23,
    70.29,
    -48.12,
    -62.8,
    -63.55,
    -26.87,
    -27.67,
    -130.48,
    -39.59,
    -118.1,
    -135.87,
    -31.42,
    -53.36,
    -43.63,
    -101.79,
    -46.36,
    -27.98,
    2.09,
    -287.33,
    -28.22,
    -45.86,
    522.55,
    15.75,
    -46.59,
    -16.04,
    3076.92,
    -77.9,
    -35.74,
    -54.01,
    -63.99,
    -196.91,
    419.31,
    -49.11,
]
DRUG_1 = [
    0.7,
    -1.6,
    -0.2,
    -1.2,
    -0.1,
    3.4,
    3.7,
    0.8,
    0,
    2,
]
DRUG_2 = [
    1.9,
    0.8,
    1.1,
    0.1,
    -0.1,
    4.4,
    5.5,
    1.6,
    4.6,
    3.4,
]
BEFORE = [
    1.83,
    0.5,
    1.62,
    2.48,
    1.68,
    1.88,
    1.55,
    3.06,
    1.3,
]
AFTER = [
    0.878,
    0.647,
    0.598,
    2.05,
    1.06,
    1.29,
    1.06,
    3.14,
    1.29,
]

# W, p, estimate, lower, upper
RANK_SUM = {
    "no ties, exact": (TERM, MONTHS_12_TO_26, {}, (35, 0.2544122544123, 0.305, -0.15, 0.76)),
    "no ties, normal, corrected": (
        TERM,
        MONTHS_12_TO_26,
        {"exact": False},
        (35, 0.244623605127, 0.3025083390416, -0.1500148371991, 0.7599427653223),
    ),
    "no ties, normal, not corrected": (
        TERM,
        MONTHS_12_TO_26,
        {"exact": False, "correct": False},
        (35, 0.2206713619198, 0.3025083390416, -0.1499808462901, 0.7599750662216),
    ),
    "ties, normal, corrected": (
        MAY,
        AUGUST,
        {},
        (127.5, 0.0001208078307688, -31.999958721932, -52.99998541627, -14.999978983025),
    ),
    "ties, normal, not corrected": (
        MAY,
        AUGUST,
        {"correct": False},
        (127.5, 0.0001163772600435, -31.999958721932, -52.999959492016, -14.999967196864),
    ),
    "more than 50, normal, corrected": (
        CELLS,
        PLACEBO,
        {},
        (891, 0.07544246512391, -18.86995430474, -44.049986423482, 1.769938475974),
    ),
    "more than 50, exact": (CELLS, PLACEBO, {"exact": True}, (891, 0.07536142676778, -18.87, -44, 1.75)),
}


@pytest.mark.parametrize("case", RANK_SUM)
def test_the_rank_sum_test_agrees_with_r(case):
    x, y, options, printed = RANK_SUM[case]
    result = rank_sum(x, y, **options)
    found = (result.statistic, result.p, result.estimate, result.lower, result.upper)
    assert found == pytest.approx(printed, rel=1e-10, abs=1e-12)


def test_the_signed_rank_test_with_ties_and_a_zero_agrees_with_r():
    result = signed_rank([b - a for a, b in zip(DRUG_1, DRUG_2, strict=True)])
    found = (result.statistic, result.p, result.estimate, result.lower, result.upper)
    assert found == pytest.approx((45, 0.009090698015925, 1.40002084227, 1.050017990665, 2.949920799541), rel=1e-10)


def test_the_exact_signed_rank_test_agrees_with_r():
    result = signed_rank([b - a for a, b in zip(AFTER, BEFORE, strict=True)])
    found = (result.statistic, result.p, result.estimate, result.lower, result.upper)
    assert found == pytest.approx((40, 0.0390625, 0.46, 0.01, 0.786), rel=1e-10)
