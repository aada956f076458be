"""How long one simulated trial, many light ones and a design's characteristics take.

Run: python benchmarks/bench_simulate.py
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from made_up_protocols import escalation, parallel
from trialwright import simulate


def timed(name: str, work: Callable[[], object], repeats: int, unit: str) -> None:
    """Print the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    print(f"{name:<52} {best / repeats * 1e3:9.2f} ms per {unit}")


def main() -> None:
    """Time the room's public functions on made-up protocols."""
    trial, cohorts = parallel(), escalation()
    null = simulate.scenarios.for_protocol(trial)[0]
    rates = simulate.scenarios.for_protocol(cohorts)[0]
    timed("a full trial of 30 with 12 outcomes", lambda: simulate.run(trial, null, seed=1), 1, "trial")
    timed("its tables", lambda: simulate.run(trial, null, seed=1).data, 1, "trial")
    timed("light escalation trials", lambda: simulate.many(cohorts, rates, seed=1, trials=200), 200, "trial")
    timed(
        "characteristics, four readings, one truth",
        lambda: simulate.characteristics(cohorts, [0.05, 0.1, 0.2]),
        1,
        "call",
    )
    timed("characteristics, parallel groups", lambda: simulate.characteristics(trial), 1, "call")


if __name__ == "__main__":
    main()
