"""Feeds every reader inputs that a coverage-guided fuzzer breeds, and holds each reading to the readers' contract.

Run: python -m benchmarks.fuzz_readers --minutes 30 [--seeds FOLDER] [--keep FOLDER]

Needs atheris (Apache-2.0; not among this project's dependencies). `--seeds`: a folder of records to begin with, beside
the bundled examples; `--keep`: where inputs that reach new code, and those that break something, are written.
"""

from __future__ import annotations

import argparse
import sys
import time
import traceback
from pathlib import Path

from trialwright.core.streams import stream

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 60_000
MARKS = (
    "|",
    "- ",
    "* ",
    "1. ",
    ":",
    "[ Time Frame: ",
    "]",
    "NCT00000001",
    "\u00a0",
    "N/A",
    "OTHER",
    "{",
    "}",
    "<",
    ">",
)


def mutated(data: bytes, most: int, seed: int) -> bytes:
    """The input with a few of its lines dropped, doubled, moved, joined or marked: pages are made of lines."""
    draw = stream(seed, "lines of a page")

    def below(number: int) -> int:
        return int(draw.integers(number))

    lines = data.decode("utf-8", "surrogateescape").split("\n")
    for _ in range(1 + below(4)):
        at = below(len(lines))
        match below(6):
            case 0 if len(lines) > 1:
                del lines[at]
            case 1:
                lines.insert(below(len(lines) + 1), lines[at])
            case 2:
                other = below(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case 3 if at + 1 < len(lines):
                lines[at : at + 2] = [lines[at] + lines[at + 1]]
            case 4:
                cut = below(len(lines[at]) + 1)
                lines[at] = lines[at][:cut] + MARKS[below(len(MARKS))] + lines[at][cut:]
            case _:
                cut = below(len(lines[at]) + 1)
                lines[at : at + 1] = [lines[at][:cut], lines[at][cut:]]
    return "\n".join(lines).encode("utf-8", "surrogateescape")[:most]


def main() -> None:
    """Fuzz until the time is up; every fault is told."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seeds", type=Path)
    parser.add_argument("--keep", type=Path, default=Path("out/fuzz"))
    asked = parser.parse_args()
    try:
        import atheris
    except ImportError:
        sys.exit("the fuzzer needs atheris, which is not installed: python -m pip install --target FOLDER atheris")
    sys.path.insert(0, str(ROOT / "tests" / "unit" / "record"))
    with atheris.instrument_imports(include=["trialwright.record"]):
        import reader_invariants

        from trialwright.record.read import READERS

        for name, _ in READERS:
            __import__(f"trialwright.record.readers.{name}")

    def bred(data: bytes, most: int, seed: int) -> bytes:
        return atheris.Mutate(data, most) if seed % 2 else mutated(data, most, seed)

    started = asked.keep / "bred"
    started.mkdir(parents=True, exist_ok=True)
    for folder in filter(None, (ROOT / "examples", asked.seeds)):
        for path in folder.rglob("*"):
            if path.is_file() and path.stat().st_size <= LONGEST:
                (started / f"seed-{path.name}").write_bytes(path.read_bytes())
    seen: set[tuple[object, ...]] = set()

    def checked(data: bytes) -> None:
        """A fault is kept and told once for the line that it comes from, and the fuzzing goes on."""
        try:
            reader_invariants.check(data)
        except Exception as fault:  # noqa: BLE001  # any fault at all is what is looked for
            frames = traceback.extract_tb(fault.__traceback__)
            place = (type(fault).__name__, frames[-1].filename, frames[-1].lineno, str(fault)[:40])
            if place not in seen:
                seen.add(place)
                kept = asked.keep / f"found-{len(seen)}-{type(fault).__name__}"
                kept.write_bytes(data)
                print(f"FOUND {kept.name}: {str(fault)[:300]}", *frames[-3:], sep="\n  ", flush=True)

    print(f"fuzzing from {time.process_time():.0f} CPU seconds on", flush=True)
    options = [
        sys.argv[0],
        str(started),
        f"-max_total_time={round(asked.minutes * 60)}",
        f"-max_len={LONGEST}",
        "-timeout=20",
        "-rss_limit_mb=3000",
        f"-artifact_prefix={asked.keep}/found-",
        "-print_final_stats=1",
    ]
    atheris.Setup(options, checked, custom_mutator=bred)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
