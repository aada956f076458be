"""Who may enter, who may not, and about whom a person must decide: verdicts with reasons, and the attrition."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.core.problem import Problem
from trialwright.screen.criteria import Check, checks
from trialwright.screen.patients import Patient, read

if TYPE_CHECKING:
    from trialwright.protocol.protocol import Protocol

ELIGIBLE, NOT_ELIGIBLE, UNDECIDED = "eligible", "not eligible", "undecided"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One patient's verdict. `failed`: criteria that exclude; `open`: criteria whose answer is not known, by id."""

    patient: str
    verdict: str
    failed: tuple[str, ...]
    open: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Attrition:
    """What one criterion does, taken after those before it: how many come to it, are excluded, are unknown, and go on
    (the unknown go on too)."""

    criterion: str
    text: str
    entered: int
    excluded: int
    unknown: int
    left: int


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts in the order of the input, the attrition, and the questions that no data can answer."""

    verdicts: tuple[Verdict, ...]
    attrition: tuple[Attrition, ...]
    questions: Mapping[str, str]
    problems: tuple[Problem, ...]

    def counts(self) -> dict[str, int]:
        """How many have each verdict."""
        return {name: sum(v.verdict == name for v in self.verdicts) for name in (ELIGIBLE, NOT_ELIGIBLE, UNDECIDED)}

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "counts": self.counts(),
            "verdicts": [asdict(verdict) for verdict in self.verdicts],
            "attrition": [asdict(step) for step in self.attrition],
            "questions": dict(self.questions),
            "problems": [{**asdict(problem), "severity": str(problem.severity)} for problem in self.problems],
        }

    def to_csv(self) -> str:
        """One line per patient: USUBJID, VERDICT, FAILED and OPEN (ids of criteria, separated by semicolons)."""
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer, lineterminator="\n")
        writer.writerow(["USUBJID", "VERDICT", "FAILED", "OPEN"])
        for each in self.verdicts:
            writer.writerow([each.patient, each.verdict, "; ".join(each.failed), "; ".join(each.open)])
        return buffer.getvalue()

    def to_text(self) -> str:
        """For a person at a terminal: the counts, each patient, what is to be asked, what was wrong with the rows."""
        lines = ["  ".join(f"{name}: {count}" for name, count in self.counts().items()), ""]
        for each in self.verdicts:
            why = f" ({', '.join(each.failed)})" if each.failed else ""
            lines.append(f"{each.patient}: {each.verdict}{why}")
        if self.questions:
            lines += ["", "A person must decide:"]
            lines += [f"  {name}: {text}" for name, text in self.questions.items()]
        lines += [f"{problem.code}: {problem.message}" for problem in self.problems]
        return "\n".join(lines)


def run(protocol: Protocol, patients: Iterable[Mapping[str, object]] | str | Path) -> Verdicts:
    """The verdicts on patients (dictionaries, or the path of a CSV file) by the criteria of a protocol.

    Only age, sex and healthy volunteers are computed; text is left to a person, so a patient is `eligible` only where
    no criterion is open - a criterion that is missing from the record leaves everybody undecided who is not excluded.
    Raises InputError (SCR-001) if the file cannot be read.
    """
    people, problems = read(patients)
    asked = checks(protocol.eligibility)
    answers = [[check.met(person) for check in asked] for person in people]
    return Verdicts(
        tuple(_verdict(person, asked, row) for person, row in zip(people, answers, strict=True)),
        _attrition(asked, answers),
        {check.id: check.text for check in asked if not check.computable},
        problems,
    )


def _verdict(person: Patient, asked: Sequence[Check], answers: Sequence[bool | None]) -> Verdict:
    failed = tuple(check.id for check, answer in zip(asked, answers, strict=True) if answer is False)
    unknown = tuple(check.id for check, answer in zip(asked, answers, strict=True) if answer is None)
    return Verdict(person.id, NOT_ELIGIBLE if failed else UNDECIDED if unknown else ELIGIBLE, failed, unknown)


def _attrition(asked: Sequence[Check], answers: Sequence[Sequence[bool | None]]) -> tuple[Attrition, ...]:
    steps = []
    remaining = list(answers)
    for place, check in enumerate(asked):
        kept = [row for row in remaining if row[place] is not False]
        unknown = sum(row[place] is None for row in kept)
        steps.append(Attrition(check.id, check.text, len(remaining), len(remaining) - len(kept), unknown, len(kept)))
        remaining = kept
    return tuple(steps)
