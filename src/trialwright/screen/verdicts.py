"""Who may enter, who may not, and about whom a person must decide: verdicts with reasons, and the attrition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.core.problem import Problem
from trialwright.screen.attrition import VERDICTS, attrition, costliest, met_of, verdict_codes
from trialwright.screen.cohort import Cohort
from trialwright.screen.criteria import asked, question, with_volunteers

if TYPE_CHECKING:
    import polars as pl

    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.protocol.protocol import Protocol
    from trialwright.screen.patients import Options


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
    (the unknown go on too). `cumulative`: excluded by it or one before it; `alone`, `alone_unknown`: excluded by it,
    and not known, in the whole cohort whatever the others say; `only`: excluded by it and by no other."""

    criterion: str
    text: str
    entered: int
    excluded: int
    unknown: int
    left: int
    cumulative: int
    alone: int
    alone_unknown: int
    only: int


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """The verdicts on a cohort. `criteria`: what was asked; `met`: a Boolean column for each criterion by its id, True
    admits, False excludes, null = unknown, the rows as in the cohort; `codes`: Int8, 1 eligible, 0 undecided, -1 not
    eligible; `steps`: the attrition as a frame (columns as in `Attrition`)."""

    cohort: Cohort
    criteria: tuple[Compiled, ...]
    met: pl.DataFrame
    codes: pl.Series
    steps: pl.DataFrame

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What was wrong in the rows and cells of the patients."""
        return self.cohort.problems

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdict on each patient in the order of the input."""
        return tuple(
            Verdict(patient, verdict, _several(failed), _several(open_))
            for patient, verdict, failed, open_ in self.frame().iter_rows()
        )

    @property
    def attrition(self) -> tuple[Attrition, ...]:
        """What each criterion does, in order."""
        return tuple(Attrition(*row) for row in self.steps.iter_rows())

    @property
    def costliest(self) -> str | None:
        """The single criterion whose waiving would free most patients; None where nobody is excluded."""
        return costliest(self.steps)

    @property
    def questions(self) -> Mapping[str, str]:
        """What a person must decide, by criterion."""
        found = ((each.id, question(each)) for each in self.criteria)
        return {identifier: text for identifier, text in found if text is not None}

    def counts(self) -> dict[str, int]:
        """How many have each verdict."""
        return {name: int((self.codes == code).sum()) for code, name in sorted(VERDICTS.items(), key=_eligible_first)}

    def frame(self) -> pl.DataFrame:
        """A row per patient: USUBJID, VERDICT, FAILED and OPEN (ids of criteria, separated by semicolons)."""
        import polars as pl

        names = self.met.columns
        fails = [pl.when(~pl.col(name)).then(pl.lit(name)) for name in names]
        opens = [pl.when(pl.col(name).is_null()).then(pl.lit(name)) for name in names]
        listed = self.met.select(
            pl.concat_str(fails, separator="; ", ignore_nulls=True).alias("FAILED"),
            pl.concat_str(opens, separator="; ", ignore_nulls=True).alias("OPEN"),
        )
        verdict = self.codes.replace_strict(dict(VERDICTS), return_dtype=pl.String).alias("VERDICT")
        return pl.DataFrame([self.cohort.people["id"].alias("USUBJID"), verdict, listed["FAILED"], listed["OPEN"]])

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "counts": self.counts(),
            "verdicts": [asdict(verdict) for verdict in self.verdicts],
            "attrition": [asdict(step) for step in self.attrition],
            "costliest": self.costliest,
            "questions": dict(self.questions),
            "problems": [{**asdict(problem), "severity": str(problem.severity)} for problem in self.problems],
        }

    def to_csv(self) -> str:
        """One line per patient: USUBJID, VERDICT, FAILED and OPEN (ids of criteria, separated by semicolons)."""
        import polars as pl

        return self.frame().with_columns(pl.col("FAILED", "OPEN").replace("", None)).write_csv()

    def attrition_csv(self) -> str:
        """One line per criterion, with the columns of `Attrition`."""
        return self.steps.write_csv()

    def to_text(self) -> str:
        """For a person at a terminal: the counts, each patient of a small cohort, the attrition, what is to be asked,
        what was wrong with the rows."""
        from trialwright.screen.summary import summary

        return summary(self)


def run(
    protocol: Protocol,
    patients: Cohort | Iterable[Mapping[str, object]] | str | Path,
    options: Options | None = None,
) -> Verdicts:
    """The verdicts on patients (a `Cohort`, dictionaries, or the path of a file) by the criteria of a protocol.

    `options`: how a file is read (`trialwright.screen.patients.Options`).

    A patient is `eligible` only where every criterion is known to admit: one that is missing from the record, or that
    data cannot answer, leaves everybody undecided who is not excluded. Raises InputError (SCR-001) if the file cannot
    be read.
    """
    from trialwright.screen.patients import read

    criteria = asked(protocol.eligibility)
    cohort = patients if isinstance(patients, Cohort) else read(patients, criteria, options)
    return judged(criteria, with_volunteers(cohort))


def judged(criteria: tuple[Compiled, ...], cohort: Cohort) -> Verdicts:
    """The verdicts on a cohort by compiled criteria, at least one."""
    from trialwright.screen.vectorised import answers

    found = answers({each.id: each.expression for each in criteria}, cohort)
    met = met_of(found, {each.id: each.criterion.section for each in criteria})
    return Verdicts(
        cohort, criteria, met, verdict_codes(met), attrition(met, [each.criterion.text for each in criteria])
    )


def _several(listed: str) -> tuple[str, ...]:
    return tuple(listed.split("; ")) if listed else ()


def _eligible_first(item: tuple[int, str]) -> int:
    return {1: 0, -1: 1, 0: 2}[item[0]]
