"""How many records a second are read from archives of each rendering on two cores, and how memory grows with them.

Run: python -m benchmarks.bench_readers
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from trialwright.record.collection import read_each

ROOT = Path(__file__).resolve().parent.parent
COPIES = 10
AIMS = {"v2 JSON": 2000, "legacy XML": 500, "classic page": 500, "labelled page": 500, "unlabelled page": 500}
MEMORY = (
    "import resource, sys\nfrom pathlib import Path\nfrom trialwright.record.collection import read_each\n"
    "print(sum(1 for m in read_each(Path(sys.argv[1]))), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
)


def texts() -> dict[str, list[bytes]]:
    """The records of each rendering: real ones where they are at hand, pages rendered from them; else the examples."""
    sys.path.insert(0, str(ROOT / "tests" / "agreement"))
    from legacy_renderer import RENDERINGS

    corpus = os.environ.get("TRIALWRIGHT_CORPUS")
    if corpus:
        folder = Path(corpus) / "corpus"
        studies = [path.read_bytes() for path in sorted((folder / "v2_json").glob("*.json"))]
        xml = [path.read_bytes() for path in sorted((folder / "legacy_xml").glob("*.xml"))]
    else:
        from trialwright.record import read, write

        studies = [json.dumps(write(read(ROOT / "examples" / "NCT04288102.api-repr.txt"))).encode()] * 120
        xml = [RENDERINGS["legacy XML"](json.loads(data)).encode() for data in studies]
    pages = {n: [RENDERINGS[n](json.loads(data)).encode() for data in studies] for n in AIMS if n.endswith("page")}
    return {"v2 JSON": studies, "legacy XML": xml, **pages}


def archive(path: Path, members: Sequence[bytes], copies: int) -> int:
    """Write a zip of the members, so many times; how many there are."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for number, data in enumerate(list(members) * copies):
            out.writestr(f"{number}.txt", data)
    return len(members) * copies


def count(path: Path) -> int:
    """The records read from an archive."""
    return sum(member.record is not None for member in read_each(path))


def memory(path: Path) -> float:
    """Peak memory in MB of a process that reads an archive."""
    told = subprocess.run([sys.executable, "-c", MEMORY, str(path)], capture_output=True, text=True, check=True)
    return int(told.stdout.split()[1]) / 1024


def main() -> None:
    """Print the figures."""
    print(f"{'reading archives, a pool of two':64}", flush=True)
    with tempfile.TemporaryDirectory() as held, ProcessPoolExecutor(2) as pool:
        folder = Path(held)
        for name, members in texts().items():
            halves = [folder / f"{name}-{half}.zip" for half in (0, 1)]
            copies = max(1, 1200 // len(members))
            number = sum(archive(half, members, copies) for half in halves)
            list(pool.map(count, halves))  # once to warm
            began = time.perf_counter()
            read = sum(pool.map(count, halves))
            rate = read / (time.perf_counter() - began)
            lost = f", {number - read} not read" if read < number else ""
            print(f"  {name:62} {rate:10,.0f} {'records/s':12} aim: {AIMS[name]:,}{lost}", flush=True)
        one, ten = folder / "one.zip", folder / "ten.zip"
        members = texts()["v2 JSON"]
        archive(one, members, 1)
        archive(ten, members, COPIES)
        small, large = memory(one), memory(ten)
        print(f"  {f'peak memory, {len(members)} v2 records':62} {small:10,.0f} MB", flush=True)
        print(
            f"  {f'peak memory, {len(members) * COPIES} v2 records':62} {large:10,.0f} {'MB':12} aim: flat", flush=True
        )


if __name__ == "__main__":
    main()
