"""Time the exact engine on every counting rule: compile and evaluate, one truth and a thousand.

Run: python benchmarks/bench_design.py [--large]
"""

import re
import resource
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from trialwright.design import exact, rules
from trialwright.design.rule import CountingRule

ALONE = "--boin-16-alone"
RATES = (0.05, 0.15, 0.30, 0.45, 0.60, 0.70, 0.80, 0.90)


def best(repeat: int, call: object) -> float:
    """The shortest of several runs, in milliseconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()  # type: ignore[operator]
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def row(rule: CountingRule, repeat: int = 5, note: str = "") -> None:
    """Print one line of the table."""
    compiled = best(repeat, lambda: exact.compile(rule, max_states=5_000_000))
    graph = exact.compile(rule, max_states=5_000_000)
    truth = RATES[: graph.levels]
    one = best(10, lambda: graph.evaluate(truth))
    grid = np.clip(np.linspace(0.5, 1.5, 1000)[:, None] * np.array(truth), 0, 1)
    many = best(1, lambda: graph.evaluate_many(grid)) if len(graph) < 50_000 else float("nan")
    error = graph.evaluate(truth).mass_error
    name = f"{graph.levels} levels, {graph.rule}"
    size = f"{graph.endings.live:9,} {len(graph):9,}"
    print(f"{name:66} {size} {compiled:10.1f} {one:9.2f} {many:10.0f} {error:9.1e} {note}")


def interval(family: str, levels: int, cohorts: int) -> CountingRule:
    """An interval design with cohorts of three and a target of 0.3."""
    return rules.make(family, levels, 3, target=0.3, cohorts=cohorts)


def main() -> None:
    """Print the table; `--large` adds the largest graph."""
    print(f"{'rule':66} {'live':>9} {'endings':>9} {'compile ms':>10} {'one ms':>9} {'1,000 ms':>10} {'mass err':>9}")
    for name in (rules.names()[0], rules.names()[3], rules.names()[4]):
        for levels in (3, 6):
            row(rules.make(name, levels), note="aim: compile 10 ms")
    boin = interval("BOIN", 5, 10)
    row(boin, note="aim: 60 ms, 0.5 ms, 500 ms (R's BOIN: 6.5 s for 10,000 trials)")
    for family in ("keyboard", "mTPI", "i3+3"):
        row(interval(family, 5, 10))
    row(interval("BOIN", 5, 12), note="(prototype: 180 ms, 1.4 ms)")
    row(rules.make("BOIN", 5, 3, target=0.3, cohorts=10, titration=True))
    large()
    if "--large" in sys.argv:
        row(interval("BOIN", 6, 16), repeat=1, note="(prototype: 4.3 s, 55 ms)")


def large() -> None:
    """BOIN with 5 levels and 16 cohorts of three, in a process of its own, so that the peak memory is its own."""
    child = subprocess.run([sys.executable, __file__, ALONE], capture_output=True, text=True, check=True)
    print(child.stdout, end="")


def alone() -> None:
    """What `large` runs: the line of the table, then the peak memory with everything that was imported."""
    row(interval("BOIN", 5, 16), repeat=1, note="aim: compile 3,000 ms (prototype: 1.8 s, 16 ms)")
    status = Path("/proc/self/status")  # of this program alone; getrusage may hold the size of the one that started it
    held = re.search(r"VmHWM:\s+(\d+)", status.read_text()) if status.exists() else None
    peak = (int(held[1]) if held else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
    print(f"{'  the same: peak memory of its process':66} {peak:9,.0f} MB   aim: 500 MB")


if __name__ == "__main__":
    alone() if ALONE in sys.argv else main()
