"""Two-stage designs against `ph2simon` of R's clinfun (R 4.2.2), all admissible designs with their weights.

Whole numbers must be equal; elsewhere the tolerance is half of the last printed digit.
"""

import pytest

from trialwright.design.phase2 import simon

# p0, p1, alpha, beta: rows of r1 n1 r n EN(p0) PET(p0) qLo qHi, from minimax to optimal
TABLES = {
    (0.05, 0.25, 0.10, 0.10): """
        0 13 2 20 16.41 0.5133 0.523 1.000
        0 11 2 21 15.31 0.5688 0.332 0.523
        0 10 2 22 14.82 0.5987 0.119 0.332
        0  9 2 24 14.55 0.6302 0.000 0.119""",
    (0.1, 0.3, 0.05, 0.20): """
        1 15 5 25 19.51 0.5490 0.732 1.000
        1 12 5 26 16.77 0.6590 0.482 0.732
        1 11 5 27 15.84 0.6974 0.293 0.482
        1 10 5 29 15.01 0.7361 0.000 0.293""",
    (0.2, 0.4, 0.05, 0.20): """
        4 18 10 33 22.25 0.7164 0.168 1.000
        3 14 11 38 21.24 0.6982 0.117 0.168
        3 13 12 43 20.58 0.7473 0.000 0.117""",
    (0.2, 0.4, 0.05, 0.10): """
        5 24 13 45 31.23 0.6559 0.108 1.000
        4 20 14 49 30.74 0.6296 0.058 0.108
        4 19 15 54 30.43 0.6733 0.000 0.058""",
    (0.3, 0.5, 0.05, 0.20): """
        6 19 16 39 25.69 0.6655 0.252 1.000
        6 18 17 42 24.68 0.7217 0.208 0.252
        5 15 18 46 23.63 0.7216 0.000 0.208""",
    (0.05, 0.2, 0.05, 0.20): """
        0 13 3 27 19.81 0.5133 0.597 1.000
        0 11 3 28 18.33 0.5688 0.414 0.597
        0 10 3 29 17.62 0.5987 0.000 0.414""",
    (0.1, 0.3, 0.10, 0.10): """
        1 16 4 25 20.37 0.5147 0.192 1.000
        2 18 4 26 20.13 0.7338 0.031 0.192
        1 12 5 35 19.84 0.6590 0.000 0.031""",
    (0.5, 0.7, 0.05, 0.20): """
        12 23 23 37 27.74 0.6612 0.556 1.000
         8 16 24 39 25.24 0.5982 0.303 0.556
         8 15 26 43 23.50 0.6964 0.000 0.303""",
}


@pytest.mark.parametrize("asked", TABLES)
def test_every_admissible_design(asked):
    printed = [[float(number) for number in line.split()] for line in TABLES[asked].strip().splitlines()]
    found = simon.search(*asked)
    assert [(d.rule.r1, d.rule.n1, d.rule.r, d.rule.n) for d in found] == [tuple(map(int, row[:4])) for row in printed]
    for design, (*_, expected_n, pet, low, high) in zip(found, printed, strict=True):
        assert design.expected_n == pytest.approx(expected_n, abs=0.00501)
        assert design.pet == pytest.approx(pet, abs=0.0000501)
        assert design.weights == pytest.approx((low, high), abs=0.000501)
    assert [design.kind for design in found] == ["minimax", *["admissible"] * (len(found) - 2), "optimal"]
