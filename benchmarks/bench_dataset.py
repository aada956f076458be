"""How long it takes to arrange facts in tables, to look back, to derive the state and to write and read files.

Run: python benchmarks/bench_dataset.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from trialwright.dataset import files
from trialwright.dataset.facts import Fact
from trialwright.dataset.state import state_of
from trialwright.dataset.trialdata import TrialData

T = TypeVar("T")
PATIENTS, OUTCOMES, DAYS = 100, 20, 90


def facts_of_a_large_trial() -> list[Fact]:
    """A value of every outcome of every patient on every day, and what decisions need."""
    facts = []
    for patient in range(PATIENTS):
        subject = f"S-{patient:03}"
        facts += [
            Fact("DM", subject, 1, patient, patient, values={"ARMCD": "arm-1", "DOSELVL": 1, "COHORT": 1}),
            Fact("DS", subject, 1, patient, patient, values={"DSDECOD": "ENROLLED"}),
            Fact("EX", subject, 1, patient, patient, values={"EXDOSE": "40000000", "EXDOSU": "cells", "OCCUR": "Y"}),
            Fact("XD", subject, 1, patient + 28, patient + 30, values={"XDDLT": "N", "XDEVAL": "Y"}),
        ]
        for outcome in range(OUTCOMES):
            test = f"TEST{outcome}"
            for day in range(DAYS):
                values = {"TESTCD": test, "STRESN": float(day), "STRESU": "mg/L", "VISITDY": day}
                facts.append(Fact("LB", subject, outcome * DAYS + day + 1, patient + day, patient + day, values=values))
    return facts


def timed(what: str, work: Callable[[], T]) -> T:
    """The result of some work; its time is printed."""
    start = time.perf_counter()
    result = work()
    print(f"{what:<28} {time.perf_counter() - start:8.3f} s")
    return result


def main() -> None:
    """Time each step once on one large trial."""
    facts = timed("make facts", facts_of_a_large_trial)
    print(f"{len(facts):,} facts")
    data = timed("TrialData.from_facts", lambda: TrialData.from_facts(facts))
    timed("as_of", lambda: data.as_of(100))
    timed("state_of(data)", lambda: state_of(data, 100))
    timed("facts()", data.facts)
    with tempfile.TemporaryDirectory() as folder:
        timed("files.write", lambda: files.write(data, Path(folder) / "dataset"))
        read = timed("files.read", lambda: files.read(Path(folder) / "dataset"))
    timed("equals", lambda: read.equals(data))


if __name__ == "__main__":
    main()
