"""Patients to be screened, from a CSV file or from dictionaries: nothing is dropped, every bad cell is reported."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from trialwright.core.errors import InputError
from trialwright.core.problem import Evidence, Problem, Severity

if TYPE_CHECKING:
    from trialwright.screen.cohort import Cohort

Code = TypeVar("Code")
OLDEST = 130
SEXES: Mapping[str, str | None] = {
    "M": "MALE",
    "MALE": "MALE",
    "F": "FEMALE",
    "FEMALE": "FEMALE",
    "U": None,
    "UNKNOWN": None,
    "UNDIFFERENTIATED": None,
}
FLAGS: Mapping[str, bool | None] = {"Y": True, "YES": True, "N": False, "NO": False, "U": None, "UNKNOWN": None}


@dataclass(frozen=True, slots=True)
class Patient:
    """One candidate; None = not known. `age`: years; `whole`: given in completed years, so up to a year older than it
    says. `sex`: `MALE` or `FEMALE`. `healthy`: a volunteer without the condition. `row`: its place, from 1."""

    id: str
    row: int
    age: float | None = None
    whole: bool = True
    sex: str | None = None
    healthy: bool | None = None


def read(source: Iterable[Mapping[str, object]] | str | Path) -> Cohort:
    """The patients of a CSV file (a path) or of a list of dictionaries, with what is wrong in their rows.

    Columns USUBJID, AGE (years) and SEX (M or F), and HEALTHY (Y or N) if known; in any case and order, others are
    ignored. A cell that cannot be read is unknown, with a Problem; the patient stays. Raises InputError (SCR-001)
    if the file cannot be read or has no column USUBJID.
    """
    rows = list(_csv_rows(Path(source)) if isinstance(source, str | Path) else source)
    patients: list[Patient] = []
    problems: list[Problem] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        cells = {str(name).strip().upper(): "" if cell is None else str(cell).strip() for name, cell in row.items()}
        patient = _patient(number, cells, problems)
        if patient.id in seen:
            problems.append(
                _problem(
                    "SCR-003",
                    f"row {number}: {patient.id} stands in row {seen[patient.id]} already; both are judged",
                    expected="each patient once",
                )
            )
        seen.setdefault(patient.id, number)
        patients.append(patient)
    return _cohort(patients, tuple(problems))


def _cohort(patients: list[Patient], problems: tuple[Problem, ...]) -> Cohort:
    import polars as pl

    from trialwright.screen.cohort import PEOPLE, Cohort

    names = ("id", "age", "age_whole", "sex", "healthy")
    rows = [(each.id, each.age, each.whole, each.sex, each.healthy) for each in patients]
    people = pl.DataFrame(rows, schema={name: PEOPLE[name] for name in names}, orient="row")
    return Cohort(people, problems=problems)


def _csv_rows(path: Path) -> Iterator[dict[str, object]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        if "\0" in text:
            raise _unreadable(path, "it holds NUL characters, so it is no text file")
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header = [name.strip().upper() for name in next(reader, [])]
        if "USUBJID" not in header:
            raise _unreadable(path, f"its first line names {', '.join(header) or 'nothing'}, and no USUBJID")
        for cells in reader:
            if any(cell.strip() for cell in cells):
                row: dict[str, object] = dict(zip(header, cells, strict=False))
                row["#CELLS"] = f"{len(cells)} of {len(header)}" if len(cells) != len(header) else ""
                yield row
    except OSError as fault:
        raise _unreadable(path, fault.strerror or str(fault)) from fault
    except UnicodeDecodeError as fault:
        raise _unreadable(path, f"it is not UTF-8 text: {fault.reason} at byte {fault.start}") from fault
    except csv.Error as fault:
        raise _unreadable(path, f"it is not a CSV file: {fault}") from fault


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(
        "SCR-001",
        f"{path} cannot be read as a list of patients: {why}",
        expected="a CSV file in UTF-8 whose first line names USUBJID, AGE and SEX",
        mend="save the list as CSV (UTF-8) with these column names",
    )


def _problem(code: str, message: str, *, expected: str, quote: str = "") -> Problem:
    return Problem(
        code,
        Severity.WARNING,
        message,
        evidence=(Evidence.of(quote),) if quote else (),
        expected=expected,
        mend="correct the cell and screen again",
    )


def _patient(number: int, cells: Mapping[str, str], problems: list[Problem]) -> Patient:
    name = cells.get("USUBJID", "")
    if not name:
        name = f"row {number}"
        problems.append(
            _problem("SCR-002", f"row {number} has no USUBJID; it is named by its place", expected="USUBJID")
        )
    if cells.get("#CELLS"):
        message = f"{name}: the row has {cells['#CELLS']} cells; what lies beyond is not read"
        problems.append(_problem("SCR-006", message, expected="as many cells as the first line names"))
    age, whole = _age(name, cells.get("AGE", ""), problems)
    return Patient(
        name,
        number,
        age,
        whole,
        _coded(name, "SEX", cells.get("SEX", ""), SEXES, "SCR-005", "M or F", problems),
        _coded(name, "HEALTHY", cells.get("HEALTHY", ""), FLAGS, "SCR-007", "Y or N", problems),
    )


def _age(name: str, text: str, problems: list[Problem]) -> tuple[float | None, bool]:
    if not text:
        return None, True
    try:
        age = float(text)
    except ValueError:
        age = -1.0
    if not 0 <= age <= OLDEST:
        expected = f"an age in years from 0 to {OLDEST}"
        problems.append(_problem("SCR-004", f"{name}: AGE is not an age; it is unknown", expected=expected, quote=text))
        return None, True
    return age, "." not in text or age == int(age)


def _coded(
    name: str,
    column: str,
    text: str,
    codes: Mapping[str, Code | None],
    code: str,
    expected: str,
    problems: list[Problem],
) -> Code | None:
    if not text or text.upper() in codes:
        return codes.get(text.upper()) if text else None
    problems.append(_problem(code, f"{name}: {column} is not understood; it is unknown", expected=expected, quote=text))
    return None
