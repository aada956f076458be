"""How fast records are linted, with the protocol drafted on the way and without."""

import os
import time
from multiprocessing import get_context
from pathlib import Path

from trialwright import lint, record
from trialwright.protocol import draft

ROOT = Path(__file__).resolve().parent.parent
HELD: list = []


def _take(place: int) -> float:
    """The seconds of processor time that one record takes."""
    began = time.process_time()
    lint.run(HELD[place])
    return time.process_time() - began


def main() -> None:
    """Every record once; reading them is not counted."""
    from benchmarks.__main__ import line

    if os.environ.get("TRIALWRIGHT_CORPUS"):
        from benchmarks.lint_corpus import records

        HELD.extend(each for _, each in records(Path(os.environ["TRIALWRIGHT_CORPUS"])))
    else:
        HELD.extend(record.read(path) for path in sorted((ROOT / "examples").glob("NCT*.txt")))
    what = f"linting {len(HELD)} records"
    for each in HELD[:30]:  # patterns are compiled, and their gates read, when they are first met
        lint.run(each)
    with get_context("fork").Pool(2) as pool:
        pool.map(_take, range(2), chunksize=1)
        began = time.perf_counter()
        spent = pool.map(_take, range(len(HELD)), chunksize=8)
        seconds = time.perf_counter() - began
    line(f"{what}: processor time of one record", 1000 * sum(spent) / len(HELD), "ms", "2 ms")
    line(f"{what}, two processes", len(HELD) / seconds, "records/s", "1,000 records/s")
    drafts = [draft(each) for each in HELD]
    began = time.perf_counter()
    for each, drafted in zip(HELD, drafts, strict=True):
        lint.run(each, drafted)
    line(f"{what} whose protocol is there, one process", len(HELD) / (time.perf_counter() - began), "records/s", "none")


if __name__ == "__main__":
    main()
