"""Time the Monte Carlo of the designs that decide by time.

Run: python benchmarks/bench_timed.py
"""

from __future__ import annotations

import time

from trialwright.design.timed import names as by_time
from trialwright.simulate import timed

TRUTH = (0.05, 0.15, 0.30, 0.45, 0.60)
TRIALS = 10_000
DESIGNS = (
    ("rolling six", "aim: 5,000"),
    ("TITE-CRM: target 0.3, half-width 0.05 at level 3, at most 30", "aim: 5,000"),
    ("TITE-CRM: target 0.3, half-width 0.05 at level 3, cohorts of 3, at most 30, stop above 0.95", ""),
    ("TITE-BOIN: target 0.3, cohorts of 3, at most 30", ""),
)


def rate(design: by_time.Timed, course: timed.Course, workers: int = 1) -> float:
    """Trials a second, the best of three runs."""
    best = float("inf")
    for seed in range(3):
        start = time.perf_counter()
        timed.characteristics(design, TRUTH, course, seed=seed, trials=TRIALS, workers=workers)
        best = min(best, time.perf_counter() - start)
    return TRIALS / best


def main() -> None:
    """Print trials a second in one process, with few and with many participants pending at a time."""
    print(f"{'design, 5 levels, window of 28 days':96} {'1 in 10 days':>12} {'1 a day':>9}   trials/s")
    for name, aim in DESIGNS:
        design = by_time.make(name, ("arm",) * 5, 28)
        slow, fast = (rate(design, timed.Course(accrual)) for accrual in (0.1, 1.0))
        print(f"{name:96} {slow:12,.0f} {fast:9,.0f}   {aim}")
    start = time.perf_counter()
    trials = 50_000
    design = by_time.make(DESIGNS[1][0], ("arm",) * 5, 28)
    timed.characteristics(design, TRUTH, timed.Course(0.1), seed=1, trials=trials, workers=2)
    print(f"TITE-CRM, {trials:,} trials in two processes, starting them included: ", end="")
    print(f"{trials / (time.perf_counter() - start):,.0f} trials/s")


if __name__ == "__main__":
    main()
