"""Patients to be screened, from tables (CSV, Excel, Parquet), dictionaries or FHIR R4.

Every bad row and cell is reported, and nobody is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.screen.cohort import Cohort

__all__ = ["Options", "read"]


@dataclass(frozen=True, slots=True)
class Options:
    """How patients are read. `sheet`: of a workbook, None = the first; `mapping`: a file that says what the columns
    mean; `labs`, `facts`: long tables joined by id; `as_of`: the screening date of everybody for whom the patients
    give none."""

    sheet: str | None = None
    mapping: Path | None = None
    labs: Path | None = None
    facts: Path | None = None
    as_of: date | None = None


def read(
    source: Iterable[Mapping[str, object]] | str | Path,
    criteria: Sequence[Compiled] = (),
    options: Options | None = None,
) -> Cohort:
    """The patients of a file (CSV, Excel, Parquet, a FHIR Bundle or NDJSON, a folder of such) or of dictionaries.

    `criteria`: what will be asked of them; names that stand in the criteria alone are then recognised too. A cell that
    cannot be read is unknown, with a Problem; the patient stays. Raises InputError: SCR-001 if a file cannot be read or
    has no column for the identifier, SCR-037 if the mapping cannot be used.
    """
    from trialwright.screen.patients.reading import cohort

    return cohort(source, criteria, options or Options())
