"""Runs the comparisons of docs/explanation/what-agrees-with-what.md and prints what was measured: `make agreement`.

The page's tables say what is compared with what, and in their last column by which tests. Those tests are run, with the
figures written in them; whatever they compare is noted: how many numbers, the largest difference, the p value of each
chi-square test, the largest deviation of a simulated proportion. The tolerance of a printed figure is half of its last
digit. Tests that compare decisions, whole numbers or rounded figures leave no difference to measure, and the line says
so. `TRIALWRIGHT_CORPUS` adds what needs the folder of records.
"""

import contextlib
import io
import math
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "explanation" / "what-agrees-with-what.md"
UNEQUAL = "## What does not agree"


@dataclass
class Noted:
    """What one test compared: the largest differences, also as a share of what the test allows, and p values."""

    numbers: int = 0
    absolute: float = 0.0
    relative: float = 0.0
    share: float = 0.0
    by_proportion: bool = False
    p: list[float] = field(default_factory=list)
    deviations: list[float] = field(default_factory=list)
    outcome: str = "not run"

    def compare(self, ours, theirs, absolute: float, relative: float) -> None:
        """Note the differences of finite numbers, and how much of the tolerance they take; others are equal."""
        try:
            a, b = (np.asarray(one, dtype=np.float64) for one in (ours, theirs))
            a, b = np.broadcast_arrays(a, b)
        except (TypeError, ValueError):
            return
        finite = np.isfinite(a) & np.isfinite(b)
        away, size = np.abs(a - b)[finite], np.abs(b)[finite]
        self.numbers += a.size
        self.absolute = max(self.absolute, away.max(initial=0.0))
        allowed = np.maximum(absolute, relative * size)
        self.share = max(self.share, (away[allowed > 0] / allowed[allowed > 0]).max(initial=0.0))
        self.relative = max(self.relative, (away[size > 0] / size[size > 0]).max(initial=0.0))


class Approximately:
    """`pytest.approx` that notes what it is compared with."""

    __array_ufunc__ = None
    __array_priority__ = 100

    def __init__(self, real, expected, noted: Noted, allowed: tuple[float, float]) -> None:
        self.real, self.expected, self.noted, self.allowed = real, expected, noted, allowed

    def __eq__(self, actual) -> bool:
        pairs = [(actual, self.expected)]
        if isinstance(self.expected, dict) and isinstance(actual, dict):
            pairs = [(actual.get(key, math.nan), value) for key, value in self.expected.items()]
        for ours, theirs in pairs:
            self.noted.compare(ours, theirs, *self.allowed)
        return bool(self.real == actual)

    def __hash__(self) -> int:
        return id(self)

    def __repr__(self) -> str:
        return repr(self.real)


class Recorder:
    """A pytest plugin that notes the comparisons of every test."""

    def __init__(self) -> None:
        self.found: dict[str, Noted] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item):
        noted = self.found.setdefault(name_of(item.nodeid), Noted())
        with pytest.MonkeyPatch.context() as patch:
            noting(patch, noted, item.module)
            return (yield)

    def pytest_runtest_logreport(self, report) -> None:
        noted = self.found.setdefault(name_of(report.nodeid), Noted())
        if report.when == "call" or report.outcome != "passed":
            noted.outcome = report.outcome


def noting(patch: pytest.MonkeyPatch, noted: Noted, module) -> None:
    """Replace what tests compare with by what notes it too."""
    approx, allclose, chi2 = pytest.approx, np.testing.assert_allclose, stats.chi2.sf

    def approximately(expected, rel=None, abs=None, **more):  # noqa: A002 - the name that pytest has
        noted.by_proportion |= rel is not None
        allowed = (1e-12 if abs is None else abs, (1e-6 if abs is None else 0.0) if rel is None else rel)
        return Approximately(approx(expected, rel=rel, abs=abs, **more), expected, noted, allowed)

    def close(actual, desired, rtol=1e-7, atol=0.0, **more):
        noted.compare(actual, desired, atol, rtol)
        allclose(actual, desired, rtol=rtol, atol=atol, **more)

    def chi_square(*given):
        noted.p.append(float(chi2(*given)))
        return noted.p[-1]

    patch.setattr(pytest, "approx", approximately)
    patch.setattr(np.testing, "assert_allclose", close)
    if hasattr(module, "play") or hasattr(module, "TRIALS"):
        patch.setattr(stats.chi2, "sf", chi_square)
    if hasattr(module, "surprise"):
        surprise = module.surprise

        def surprising(*given):
            z = surprise(*given)
            if not noted.p:  # the second call is with rates that are wrong on purpose
                noted.p.append(float(stats.norm.sf(z)))
            return z

        patch.setattr(module, "surprise", surprising)
    if hasattr(module, "deviation"):
        deviation = module.deviation

        def deviating(*given):
            noted.deviations.append(abs(deviation(*given)))
            return deviation(*given)

        patch.setattr(module, "deviation", deviating)
    if hasattr(module, "agrees"):
        agrees = module.agrees

        def agreeing(seen, expected, trials=module.TRIALS):
            error = math.sqrt(expected * (1 - expected) / trials)
            if error:
                noted.deviations.append(abs(float(seen) - float(expected)) / error)
            agrees(seen, expected, trials)

        patch.setattr(module, "agrees", agreeing)


def name_of(node: str) -> str:
    """A test's name below tests/, with its parameters."""
    return node.removeprefix("tests/")


def rows() -> Iterator[tuple[str, str, list[str]]]:
    """What, against what, and the tests: from the tables of the page."""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")] if line.startswith("| ") else []
        tests = re.findall(r"`([^`]+\.py(?:::\w+)?)`", cells[-1]) if cells else []
        if tests:
            yield cells[0], cells[1], tests


def belongs(node: str, test: str) -> bool:
    """Whether this run of a test is one of the named test or of the named file."""
    return node.split("[")[0] == test if "::" in test else node.startswith(f"{test}::")


def summary(noted: list[Noted]) -> str:
    """What the tests of one comparison measured."""
    done = [one for one in noted if one.outcome == "passed"]
    words = [f"{len(done)} {'test' if len(done) == 1 else 'tests'} passed"]
    for outcome in ("failed", "skipped"):
        if count := sum(one.outcome == outcome for one in noted):
            words.append(f"{count} {outcome.upper() if outcome == 'failed' else outcome}")
    numbers = sum(one.numbers for one in noted)
    ways = (("largest difference", False, "absolute"), ("largest difference in proportion", True, "relative"))
    if numbers:
        words.append(f"{numbers:,} numbers")
    for what, by_proportion, which in ways:
        values = [getattr(one, which) for one in noted if one.numbers and one.by_proportion is by_proportion]
        words += [f"{what} {max(values):.1e}"] if values else []
    if numbers:
        words.append(f"at most {max(one.share for one in noted):.1%} of the tolerance")
    chances = [p for one in noted for p in one.p]
    if chances:
        words.append("chi-square p " + ", ".join(f"{p:.3f}" for p in chances))
    deviations = [value for one in noted for value in one.deviations]
    if deviations:
        words.append(f"{len(deviations)} simulated figures, largest deviation {max(deviations):.2f} standard errors")
    if done and not (numbers or chances or deviations):
        words.append("decisions, whole or rounded numbers equal")
    return "; ".join(words)


def main() -> int:
    """Run and print; 1 if a comparison fails or a named test does not exist."""
    began, table, recorder = time.perf_counter(), list(rows()), Recorder()
    wanted = sorted({f"tests/{test}" for *_, tests in table for test in tests})
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.chdir(ROOT):
        status = pytest.main(["-q", "-o", "addopts=", "-p", "no:cacheprovider", *wanted], plugins=[recorder])
    if not recorder.found:
        print(printed.getvalue())
        return 1
    for what, against, tests in table:
        noted = [one for node, one in recorder.found.items() if any(belongs(node, test) for test in tests)]
        print(f"{what}\n  against: {against}\n  measured: {summary(noted)}")
    print("\nAnd what does not agree, with the reason:\n")
    print(PAGE.read_text(encoding="utf-8").partition(UNEQUAL)[2].partition("\n")[2].strip())
    print(
        f"\n{len(recorder.found)} tests in {time.perf_counter() - began:.0f} s. Research software: not medical advice."
    )
    if status:
        print(printed.getvalue(), file=sys.stderr)
    return int(status != 0)


if __name__ == "__main__":
    sys.exit(main())
