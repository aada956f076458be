"""Time model-based designs: fits, and compiling a whole design, where the posterior is asked for in every state.

Run: python -m benchmarks.bench_models [--large]
"""

import sys
import time
from collections.abc import Callable

import numpy as np

from trialwright.design import exact
from trialwright.design.model_based import names as model_names
from trialwright.design.model_based.crm_posterior import Empiric, posterior
from trialwright.design.model_based.skeleton import indifference

TRUTH = (0.05, 0.15, 0.30, 0.45, 0.60)
DESIGNS = (
    ("CRM: target 0.3, cohorts of 3, at most 30", "aim 500 ms"),
    ("CRM: target 0.3, logistic, cohorts of 3, at most 30, stop above 0.95", ""),
    ("CRM: target 0.3, cohorts of 1, at most 20", ""),
    ("CRM: target 0.3, two-parameter logistic, doses 10/20/40/60/100, reference 60, cohorts of 3, at most 30", ""),
    ("BLRM: target 0.2 to 0.35, doses 10/20/40/60/100, reference 60, cohorts of 3, at most 30", ""),
)
LARGE = (
    ("CRM: target 0.3, cohorts of 3, at most 48", ""),
    ("CRM: target 0.3, cohorts of 1, at most 30", ""),
)


def best(repeat: int, call: Callable[[], object]) -> float:
    """The shortest of several runs, in milliseconds."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def row(name: str, note: str, repeat: int = 3) -> None:
    """Print one line of the table."""
    rule = model_names.make(name, 5)
    compiled = best(repeat, lambda: exact.compile(rule, max_states=5_000_000))
    graph = exact.compile(rule, max_states=5_000_000)
    one = best(5, lambda: graph.evaluate(TRUTH))
    error = graph.evaluate(TRUTH).mass_error
    print(f"{name:100} {graph.endings.live:9,} {len(graph):8,} {compiled:10.1f} {one:8.2f} {error:9.1e} {note}")


def main() -> None:
    """Print fits in a second and the table; `--large` adds graphs of hundreds of thousands of states."""
    rng = np.random.Generator(np.random.Philox(1))
    n = 3 * rng.integers(0, 5, size=(13_351, 5))
    y = rng.binomial(n, 0.3)
    model = Empiric(indifference(0.3, 0.05, 3, 5))
    posterior(model, n[:1], y[:1])
    print(f"{13_351 / best(3, lambda: posterior(model, n, y)) * 1000:,.0f} fits of the CRM in a second (dfcrm: 501)")
    print(f"{'design':100} {'live':>9} {'endings':>8} {'compile ms':>10} {'one ms':>8} {'mass err':>9}")
    for name, note in DESIGNS:
        row(name, note)
    if "--large" in sys.argv:
        for name, note in LARGE:
            row(name, note, repeat=1)


if __name__ == "__main__":
    main()
