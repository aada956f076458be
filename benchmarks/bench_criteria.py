"""How many distinct lines of criteria a second are compiled, on two cores, with nothing remembered between them.

Counted are items of a list of criteria, each once, as a record or the gold standard has them: one with items nested
beneath it counts as one. They are handed over a hundred at a time, as a program that compiles many records would, and
go through the grammar one step after the other; nothing that was read is kept for the next.

Run: python -m benchmarks.bench_criteria
"""

from __future__ import annotations

import json
import os
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from trialwright.protocol.eligibility.compiling import expressions_of
from trialwright.protocol.eligibility.items import ItemKind, Section
from trialwright.protocol.eligibility.split import split_criteria

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
AT_ONCE = 100  # lines handed over at once; small, so that neither process waits long for the other
ROUNDS = 7

Line = tuple[str, str]


def distinct_lines() -> list[Line]:
    """Every criterion of the real records and every line of the gold standard, each once; without them those of the
    bundled examples."""
    corpus = os.environ.get("TRIALWRIGHT_CORPUS")
    found: list[Line] = []
    if corpus:
        for path in sorted((Path(corpus) / "corpus" / "v2_json").glob("*.json")):
            module = json.loads(path.read_text("utf-8"))["protocolSection"].get("eligibilityModule", {})
            found += [
                (one.text, one.section.value)
                for one in split_criteria(module.get("eligibilityCriteria", ""))
                if one.kind is ItemKind.TEXT
            ]
        gold = (Path(corpus) / "criteria" / "lct_numeric_gold.dev.jsonl").read_text("utf-8").splitlines()
        found += [(row["text"], row["section"] or "unknown") for row in map(json.loads, gold)]
    else:
        for path in sorted((ROOT / "examples").glob("NCT*.txt")):
            found += [(one, "inclusion") for one in path.read_text("utf-8").splitlines() if one.strip()]
    return list(dict.fromkeys(found))


def compiled(lines: list[Line]) -> float:
    """The seconds of processor time that compiling the lines took."""
    texts = [(text, Section(section)) for text, section in lines]
    began = time.process_time()
    expressions_of(texts)
    return time.process_time() - began


def lines_a_second() -> tuple[float, float, int]:
    """Lines compiled a second, on the clock, by two processes that have read the lexicon; the microseconds of
    processor time for a line, which a machine busy with other work does not lengthen as much; and how many lines there
    were. Best of several rounds. Only times are handed back: a caller that wants the trees has the cost of pickling."""
    lines = distinct_lines()
    parts = [lines[at : at + AT_ONCE] for at in range(0, len(lines), AT_ONCE)]
    with ProcessPoolExecutor(WORKERS) as pool:
        list(pool.map(compiled, [lines[:300]] * (4 * WORKERS)))
        clock = processor = float("inf")
        for _ in range(ROUNDS):
            began = time.perf_counter()
            spent = sum(pool.map(compiled, parts))
            clock = min(clock, time.perf_counter() - began)
            processor = min(processor, spent)
    return len(lines) / clock, processor / len(lines) * 1e6, len(lines)


def main() -> None:
    """Print the figure beside its aim."""
    rate, processor, count = lines_a_second()
    print(f"compiling {count:,} distinct lines of criteria on two cores: {rate:,.0f} lines/s (aim: 20,000 lines/s)")
    print(f"processor time: {processor:.0f} us a line (100 us are 20,000 lines/s on two cores that do nothing else)")


if __name__ == "__main__":
    main()
