"""`make agreement`: the page names tests that exist, and what tests compare is measured rightly."""

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def agreement():
    spec = importlib.util.spec_from_file_location("agreement_page", ROOT / "benchmarks" / "agreement.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules[spec.name]


def test_every_row_of_the_page_names_tests_that_exist(agreement):
    rows = list(agreement.rows())
    page = agreement.PAGE.read_text(encoding="utf-8")
    heads = page.count("\n|---")
    assert len(rows) == sum(line.startswith("| ") for line in page.splitlines()) - heads
    for _, _, tests in rows:
        for test in tests:
            file, _, name = test.partition("::")
            text = (ROOT / "tests" / file).read_text(encoding="utf-8")
            assert re.search(rf"^def {name or 'test_'}", text, re.MULTILINE), test
    assert agreement.UNEQUAL in page


def test_comparisons_are_measured(agreement):
    noted, pair = agreement.Noted(), (1.0, 3.0)
    with pytest.MonkeyPatch.context() as patch:
        agreement.noting(patch, noted, agreement)
        equal = [
            pytest.approx(2.0, abs=0.5) == 2.25,
            np.float64(1.0) == pytest.approx(1.0),
            pair == pytest.approx((1.0, 3.1), abs=0.2),
            np.array([4.0, 5.0]) == pytest.approx([4.0, 5.5], abs=0.1),
        ]
        np.testing.assert_allclose([1.0], [1.125], atol=0.5, rtol=0)
        with pytest.raises(AssertionError):
            np.testing.assert_allclose([1.0], [2.0], atol=0.5, rtol=0)
    assert equal == [True, True, True, False]
    assert noted.numbers == 8
    assert noted.absolute == 1.0
    assert noted.share == pytest.approx(5.0)
    noted.outcome = "failed"
    assert "1 FAILED" in agreement.summary([noted])


def test_a_test_belongs_to_its_own_row_alone(agreement):
    assert agreement.belongs("published/test_a.py::test_b[1]", "published/test_a.py::test_b")
    assert not agreement.belongs("published/test_a.py::test_b_more[1]", "published/test_a.py::test_b")
    assert agreement.belongs("published/test_a.py::test_b[1]", "published/test_a.py")
