"""How fast a registry loads and searches, how large it gets, and how both grow: `python -m benchmarks.bench_registry`.

By default 3,000 and 10,000 records; other sizes as arguments: `python -m benchmarks.bench_registry 10000 30000 100000`.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from trialwright.core.streams import stream

WHOLE = 550_000
"""Records of the whole registry, about."""
QUERIES = 300
_LOADING = "from trialwright.cli.app import main; main()"


class Measured(NamedTuple):
    """The figures of one size."""

    records: int
    seconds: float
    memory_mb: float
    zipped_mb: float
    store_mb: float
    index_mb: float
    search_ms: float
    facets_ms: float


def measure(count: int, folder: Path) -> Measured:
    """Make so many records, load them in a process of its own, and search them."""
    from benchmarks.registry_made_up import write_zip
    from trialwright.registry.text_index import index_path

    source, store = folder / "made-up.zip", folder / "registry.duckdb"
    zipped = write_zip(source, count)
    began = time.perf_counter()
    command = [sys.executable, "-c", _LOADING, "registry", "load", str(source), "--store", str(store), "--json"]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    memory = _peak(child.pid)
    status = child.wait()
    seconds = time.perf_counter() - began
    if status:
        print(f"loading ended with status {status}")
    search, facets = _searching(store)
    index = index_path(store).stat().st_size
    mb = 1e6
    return Measured(count, seconds, memory, zipped / mb, store.stat().st_size / mb, index / mb, search, facets)


def _peak(process: int) -> float:
    """The largest memory in MB of a process and those it starts together, looked at ten times a second."""
    most = 0.0
    while True:
        held = 0.0
        for each in _family(process):
            try:
                pages = int(Path(f"/proc/{each}/statm").read_text().split()[1])
                state = Path(f"/proc/{each}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except (OSError, IndexError):
                continue
            if state == "Z" and each == process:
                return most
            held += pages * os.sysconf("SC_PAGESIZE") / 1e6
        if not held:
            return most
        most = max(most, held)
        time.sleep(0.1)


def _family(process: int) -> list[int]:
    """A process and those that it has started, and they."""
    try:
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except OSError:
        children = []
    return [process, *(each for child in children for each in _family(int(child)))]


def _searching(store: Path) -> tuple[float, float]:
    """The 95th percentile in ms of searches in a warm registry, without and with facets."""
    from trialwright.registry import Registry
    from trialwright.registry.filters import Filters
    from trialwright.registry.search import Search

    with Registry(store, writable=False) as registry:
        search = Search(registry)
        asked = _queries(registry)
        narrow = [Filters(), Filters(), Filters(phase=("PHASE2",)), Filters(status=("RECRUITING",), sex=("FEMALE",))]
        found = []
        for facets in (False, True):
            for text in asked[:10]:
                search(text, facets=facets)
            taken = []
            for place, text in enumerate(asked):
                began = time.perf_counter()
                search(text, narrow[place % len(narrow)], facets=facets)
                taken.append(1000 * (time.perf_counter() - began))
            found.append(float(np.percentile(taken, 95)))
    return found[0], found[1]


def _queries(registry) -> list[str]:
    """What people type: one to three words out of titles and conditions, as common as they are there; some codes."""
    draw = stream(3, "queries")
    rows = registry.query("SELECT title, conditions, interventions FROM trials ORDER BY id LIMIT 20000")
    asked = []
    for place in draw.integers(len(rows), size=QUERIES):
        row = rows[place]
        text = row["conditions"] or [row["title"]]
        source = [row["title"], text[0], (row["interventions"] or text)[0]][int(draw.integers(3))]
        words = [word.strip('.,;:()"') for word in source.split() if len(word) > 3] or ["cell"]
        start = int(draw.integers(len(words)))
        asked.append(" ".join(words[start : start + int(draw.integers(1, 4))]))
    return asked


def show(measured: Measured) -> None:
    """Print the figures of one size."""
    from benchmarks.__main__ import line

    name = f"{measured.records:,} records"
    line(f"{name}: loading", measured.records / measured.seconds, "records/s", "2,000 records/s")
    line(f"{name}: loading, peak memory of all processes", measured.memory_mb, "MB", "under 4,000 MB")
    whole = measured.store_mb + measured.index_mb
    line(f"{name}: store and text index, times the zipped source", whole / measured.zipped_mb, "x", "at most 4")
    line(f"{name}: of these the store", measured.store_mb, "MB", "none")
    line(f"{name}: of these the text index", measured.index_mb, "MB", "none")
    line(f"{name}: search, 95th percentile, warm", measured.search_ms, "ms", "30 ms")
    line(f"{name}: search with all facets, 95th percentile", measured.facets_ms, "ms", "none")


def grown(measured: list[Measured]) -> None:
    """What the whole registry would cost, if what each figure did between the last two sizes goes on.

    Memory is left out: the store holds what was read lately, up to a limit, so that it grows at first and then no more.
    """
    from benchmarks.__main__ import line

    if len(measured) < 2:
        return
    before, last = measured[-2:]
    print(f"growth from {before.records:,} to {last.records:,} records, carried on to {WHOLE:,}:")
    for name, unit in (
        ("seconds", "s"),
        ("store_mb", "MB"),
        ("index_mb", "MB"),
        ("search_ms", "ms"),
    ):
        low, high = getattr(before, name), getattr(last, name)
        slope = (high - low) / (last.records - before.records)
        line(f"  {name.split('_')[0]}", max(high + slope * (WHOLE - last.records), high), unit, "none")


def main(sizes: tuple[int, ...] = (3_000, 10_000)) -> None:
    """Every size, the smallest first."""
    measured = []
    for count in sorted(sizes):
        folder = Path(tempfile.mkdtemp())
        try:
            measured.append(measure(count, folder))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        show(measured[-1])
    grown(measured)


if __name__ == "__main__":
    main(tuple(int(each.replace(",", "")) for each in sys.argv[1:]) or (3_000, 10_000))
