"""How long it takes to screen a large cohort: from Parquet to verdict codes and attrition.

Run: python -m benchmarks.bench_screen
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.protocol.eligibility.tree import Expression

PATIENTS = 1_000_000
UNITS = {
    "creatinine": "umol/L",
    "hemoglobin": "g/dL",
    "platelets": "10^9/L",
    "anc": "10^9/L",
    "alt": "U/L",
    "bilirubin": "umol/L",
    "body-weight": "kg",
    "body-height": "cm",
    "hba1c": "mmol/mol",
    "lvef": "%",
}
DATED_FLAGS = ("stroke", "myocardial-infarction", "major-surgery", "chemotherapy", "live-vaccine", "heart-failure")
FLAGS = ("hiv-infection", "hepatitis-b", "pregnancy", "diabetes", "asthma", "cancer", "epilepsy", "cirrhosis")


def make(path: Path) -> None:
    """Write a cohort of a million patients: numbers, flags and dates, a tenth of the cells empty."""
    import numpy as np
    import polars as pl

    from trialwright.core.streams import stream

    random = stream(1, "bench", "screen")
    days = int((date(2024, 1, 1) - date(1970, 1, 1)).days)

    def some(series: pl.Series) -> pl.Series:
        kept = pl.Series(random.random(PATIENTS) > 0.1)
        return pl.select(pl.when(kept).then(series)).to_series()

    def dates(least: int, most: int) -> pl.Series:
        return pl.Series((days - random.integers(least, most, PATIENTS)).astype(np.int32)).cast(pl.Date)

    columns = {
        "USUBJID": pl.Series(np.arange(PATIENTS)).cast(pl.String),
        "AGE": some(pl.Series(random.uniform(0, 100, PATIENTS))),
        "SEX": some(pl.Series(np.array(["M", "F"])[random.integers(0, 2, PATIENTS)])),
        "screening date": pl.repeat(date(2024, 1, 1), PATIENTS, dtype=pl.Date, eager=True),
        "first dose date": some(dates(-30, -1)),
    }
    spread = dict(zip(UNITS, (90, 12, 250, 4, 40, 12, 75, 170, 45, 55), strict=True))
    for key, centre in spread.items():
        values = random.normal(centre, centre / 5, PATIENTS).clip(centre / 2, None)
        columns[f"{key} ({UNITS[key]})"] = some(pl.Series(values))
    for key in ("creatinine", "hemoglobin", "alt"):
        columns[f"{key} date"] = dates(0, 60)
    columns["alt high"] = pl.Series(random.uniform(35, 45, PATIENTS))
    for key in (*DATED_FLAGS, *FLAGS):
        columns[key] = some(pl.Series(random.random(PATIENTS) < 0.1))
    for key in DATED_FLAGS:
        columns[f"{key} date"] = pl.select(pl.when(columns[key]).then(some(dates(0, 2000)))).to_series()
    pl.DataFrame(columns).write_parquet(path)


def criteria() -> dict[str, Expression]:
    """Thirty criteria: ages, numbers in other units, multiples, flags, windows, and, or, not."""
    from trialwright.protocol.eligibility.tree import (
        Anchor,
        AnchorKind,
        And,
        AtLeast,
        Compare,
        Concept,
        Implies,
        Interval,
        Kind,
        Not,
        Or,
        Present,
        Reference,
        Sex,
        Side,
        Window,
    )

    def compare(key: str, low: str | None, high: str | None, unit: str | None, **more: object) -> Compare:
        bounds = (None if bound is None else Decimal(bound) for bound in (low, high))
        return Compare(Concept(key, key), Interval(*bounds), unit, **more)  # type: ignore[arg-type]

    def has(key: str, high: str | None = None, unit: str = "month", kind: AnchorKind = AnchorKind.SCREENING) -> Present:
        when = None if high is None else Window(Interval(high=Decimal(high)), unit, Side.BEFORE, (Anchor(kind),))
        return Present(Kind.CONDITION, Concept(key, key), when=when)

    recent = Window(Interval(high=Decimal(28)), "day", Side.BEFORE, (Anchor(AnchorKind.SCREENING),))
    listed = [
        compare("age", "18", "75", "year"),
        compare("creatinine", None, "1.5", "mg/dL"),
        compare("hemoglobin", "90", None, "g/L", when=recent),
        compare("platelets", "100000", None, "/uL"),
        compare("anc", "1500", None, "/uL"),
        compare("alt", None, "3", None, reference=Reference.UPPER_LIMIT),
        compare("bilirubin", None, "2", "mg/dL"),
        compare("bmi", "18", "35", "kg/m2"),
        compare("hba1c", None, "9", "%"),
        compare("lvef", "40", None, "%"),
        compare("creatinine-clearance", "30", None, "mL/min"),
        Implies(Sex("FEMALE"), Not(has("pregnancy"))),
        Or((Not(has("diabetes")), compare("hba1c", None, "8.5", "%"))),
        *(Not(has(key)) for key in FLAGS),
        Not(has("stroke", "6")),
        Not(has("myocardial-infarction", "12")),
        Not(has("major-surgery", "28", "day")),
        Not(has("chemotherapy", "4", "week", AnchorKind.FIRST_DOSE)),
        Not(has("live-vaccine", "30", "day", AnchorKind.FIRST_DOSE)),
        Not(And((has("heart-failure"), compare("lvef", None, "35", "%")))),
        Not(Or((has("stroke", "1", "year"), has("cirrhosis")))),
        Not(AtLeast(2, (has("diabetes"), has("asthma"), has("epilepsy")))),
        Or((compare("hemoglobin", "10", None, "g/dL"), Sex("MALE"))),
    ]
    assert len(listed) == 30, len(listed)
    return {f"inclusion-{place}": expression for place, expression in enumerate(listed, 1)}


def screened(path: Path) -> None:
    """Read, answer, judge and count, in a process that does nothing else; its time and its peak memory are printed."""
    began = time.perf_counter()
    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
    from trialwright.screen.patients import read
    from trialwright.screen.verdicts import judged

    asked = tuple(
        Compiled(name, Criterion(Section.INCLUSION, ItemKind.TEXT, None, name, 0, 0), expression)
        for name, expression in criteria().items()
    )
    cohort = read(path, asked)
    cohort = replace(cohort, complete=frozenset((*FLAGS, *DATED_FLAGS)))
    read_in = time.perf_counter()
    found = judged(asked, cohort)
    ended = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    assert found.steps.height == 30
    assert found.codes.len() == PATIENTS
    print(ended - began, peak, time.process_time(), read_in - began, ended - read_in)
    if "-v" in sys.argv:
        print(found.steps.drop("text"))
        print(found.counts(), len(cohort.problems), cohort.facts.height, cohort.measures.height)


def main() -> None:
    """Time one screening in a process of its own."""
    from benchmarks.__main__ import line

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cohort.parquet"
        make(path)
        told = subprocess.run(
            [sys.executable, "-m", "benchmarks.bench_screen", str(path)], capture_output=True, text=True, check=True
        ).stdout
    seconds, peak, processor, *parts = (float(number) for number in told.split())
    line("1,000,000 patients x 30 criteria from Parquet to attrition", seconds, "s", "5 s")
    line("  peak memory", peak, "GB", "4 GB")
    line("  processor time of both cores", processor, "s", "none")
    for name, part in zip(("imports and reading", "answers, verdict codes and attrition"), parts, strict=True):
        line(f"  of it, {name}", part, "s", "none")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        screened(Path(sys.argv[1]))
    else:
        main()
