"""Time the exact engine: compile and evaluate the 3+3 family, and BOIN as a load of the size that others will be.

Run: python benchmarks/bench_design.py [--large]
"""

import sys
import time
from dataclasses import dataclass

import numpy as np

from trialwright.design import exact, rules
from trialwright.design.graph import Actions, Interned, States
from trialwright.design.rule import Counts, Finish, Treat

RATES = (0.05, 0.15, 0.30, 0.45, 0.60, 0.70, 0.80, 0.90)


@dataclass(frozen=True)
class IntervalRule:
    """The decisions of BOIN (target 0.3) without its final selection: a load for the engine, not a design."""

    levels: int
    cohorts: int
    size: int
    low: float = 0.23649069
    high: float = 0.35851946

    @property
    def name(self) -> str:
        return f"interval rule {self.levels} x {self.cohorts} x {self.size}"

    def first(self) -> Treat:
        return Treat(1, self.size, "open")

    def next(self, counts: Counts) -> Treat | Finish:
        raise NotImplementedError("it answers for many states at once")

    def next_many(self, states: States, memories: Interned, categories: Interned) -> Actions:
        """Go up, stay or go down by the rate at the current level; never onto an eliminated level."""
        rows = np.arange(len(states))
        dose = states.dose
        gone = eliminated(states.n, states.y)
        ceiling = np.where(gone.any(axis=1), gone.argmax(axis=1), self.levels)
        here_n, here_y = states.n[rows, dose - 1], states.y[rows, dose - 1]
        rate = here_y / here_n
        move = np.where(rate <= self.low, 1, np.where(rate >= self.high, -1, 0))
        target = np.clip(np.minimum(dose + move, ceiling), 1, None)
        stopped = ceiling == 0
        finish = stopped | (states.n.sum(axis=1) >= self.cohorts * self.size)
        numbers = np.array([categories.number("all cohorts treated"), categories.number("level 1 too toxic")])
        zero = np.zeros(len(rows), dtype=np.int64)
        return Actions(
            finish,
            target,
            zero + self.size,
            zero,
            zero + memories.number(None),
            np.where(stopped, 0, dose),
            ~stopped,
            numbers[stopped.astype(np.int64)],
        )


_TABLE: dict[int, int] = {}


def eliminated(n: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Whether P(rate > 0.3 | n, y) > 0.95 under a uniform prior, from three participants on."""
    from scipy.special import betainc

    for count in range(int(n.max()) + 1):
        if count not in _TABLE:
            dlts = np.arange(count + 1)
            sure = 1 - betainc(dlts + 1, count - dlts + 1, 0.3) > 0.95
            _TABLE[count] = int(dlts[sure][0]) if sure.any() and count >= 3 else 10**6
    limits = np.array([_TABLE[k] for k in range(int(n.max()) + 1)])
    return y >= limits[n]


def best(repeat: int, call: object) -> float:
    """The shortest of several runs, in milliseconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def row(rule: object, repeat: int = 5, note: str = "") -> None:
    """Print one line of the table."""
    compiled = best(repeat, lambda: exact.compile(rule, max_states=5_000_000))  # type: ignore[arg-type]
    graph = exact.compile(rule, max_states=5_000_000)  # type: ignore[arg-type]
    truth = RATES[: graph.levels]
    one = best(10, lambda: graph.evaluate(truth))
    grid = np.clip(np.linspace(0.5, 1.5, 1000)[:, None] * np.array(truth), 0, 1)
    many = best(1, lambda: graph.evaluate_many(grid)) if len(graph) < 50_000 else float("nan")
    error = graph.evaluate(truth).mass_error
    print(
        f"{graph.rule:72} {graph.endings.live:9,} {len(graph):9,} {compiled:10.1f} {one:9.2f} {many:10.0f} "
        f"{error:9.1e} {note}"
    )


def main() -> None:
    """Print the table; `--large` adds graphs of hundreds of thousands of states."""
    print(f"{'rule':72} {'live':>9} {'endings':>9} {'compile ms':>10} {'one ms':>9} {'1,000 ms':>10} {'mass err':>9}")
    for name in (rules.names()[0], rules.names()[3], rules.names()[4]):
        for levels in (3, 6):
            row(rules.make(name, levels))
    row(IntervalRule(5, 10, 3), note="(reference: 6,581 live states, 39 ms)")
    row(IntervalRule(5, 12, 3), note="(reference: 27,163 live states, 180 ms)")
    row(IntervalRule(8, 8, 3))
    if "--large" in sys.argv:
        row(IntervalRule(5, 16, 3), repeat=1, note="(reference: 310,069 live states, 1.8 s)")
        row(IntervalRule(6, 16, 3), repeat=1, note="(reference: 493,642 live states, 4.3 s)")


if __name__ == "__main__":
    main()
