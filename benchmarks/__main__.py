"""Measures what users wait for and prints each figure beside its aim: `make bench`.

Nothing here can fail a build: a figure depends on the machine. `TRIALWRIGHT_CORPUS` adds the figures that need real
records.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = [sys.executable, "-c", "from trialwright.cli.app import main; main()"]


def line(name: str, measured: float, unit: str, aim: str) -> None:
    """Print one figure."""
    print(f"{name:64} {measured:10,.2f} {unit:12} aim: {aim}", flush=True)


def command(*arguments: str, cold: bool = False) -> tuple[float, float]:
    """Seconds and peak memory in MB of one command in a process of its own; cold: with no compiled Python beside it."""
    environment = dict(os.environ)
    with tempfile.TemporaryDirectory() as empty:
        if cold:
            environment["PYTHONPYCACHEPREFIX"] = empty
        began = time.perf_counter()
        child = subprocess.Popen(
            [*PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - began
    if status:
        print(f"{' '.join(arguments)} ended with status {status}")
    return seconds, usage.ru_maxrss / 1024


def doors() -> None:
    """The commands as a user meets them."""
    line("trialwright --help", min(command("--help")[0] for _ in range(3)), "s", "0.4 s")
    folder = Path(tempfile.mkdtemp())
    try:
        for name, cold in (("with empty caches", True), ("warm", False)):
            for example in sorted((ROOT / "examples").glob("NCT*.txt")):
                seconds, memory = command("run", str(example), "-o", str(folder / "out"), "--force", cold=cold)
                number = example.name.split(".")[0]
                line(f"trialwright run {number}, {name}", seconds, "s", "15 s" if cold else "5 s")
                line(f"trialwright run {number}, {name}: peak memory", memory, "MB", "under 1,000 MB")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def reading() -> None:
    """Reading records on one core."""
    from trialwright.record import read

    corpus = os.environ.get("TRIALWRIGHT_CORPUS")
    if corpus:
        files = [path.read_bytes() for path in sorted((Path(corpus) / "corpus" / "v2_json").glob("*.json"))]
        what = f"reading {len(files)} real v2 records"
    else:
        example = read(ROOT / "examples" / "NCT04288102.api-repr.txt")
        from trialwright.record import write

        files = [json.dumps(write(example)).encode()] * 120
        what = "reading one bundled record as v2 JSON 120 times (set TRIALWRIGHT_CORPUS for real ones)"
    read(files[0])
    began = time.perf_counter()
    for data in files:
        read(data)
    line(what, len(files) / (time.perf_counter() - began), "records/s", "800 records/s")
    for example in sorted((ROOT / "examples").glob("*page.txt")):
        data = example.read_bytes()
        began = time.perf_counter()
        for _ in range(50):
            read(data)
        line(f"reading {example.name}", 50 / (time.perf_counter() - began), "records/s", "500 records/s")


def main() -> None:
    """Every figure."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} cores")
    doors()
    reading()
    for room in sorted(path.stem for path in Path(__file__).parent.glob("bench_*.py")):
        print(f"\n{room.removeprefix('bench_')}")
        import_module(f"benchmarks.{room}").main()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    line("\nthese measurements: peak memory", peak, "MB", "none")


if __name__ == "__main__":
    main()
