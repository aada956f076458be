"""The analysis of a whole trial: populations, participants, every outcome, safety and dose-limiting toxicities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from trialwright.analyse.adverse import adverse_tables
from trialwright.analyse.ard import document, table
from trialwright.analyse.layout import Layout, Task, lay_out
from trialwright.analyse.observed import HasTables, Observed, observe
from trialwright.analyse.plan import estimates
from trialwright.analyse.populations import Population, demographics, populations
from trialwright.analyse.rows import Estimate
from trialwright.analyse.toxicity import toxicity
from trialwright.core.problem import Problem, Severity
from trialwright.protocol.kinds import Escalation, SelectThenCompare, Unsupported
from trialwright.protocol.outcomes import Derivation, Direction, Outcome, OutcomeLevel, OutcomeType
from trialwright.protocol.protocol import Protocol
from trialwright.protocol.timeframe import FrameKind, TimeFrame

if TYPE_CHECKING:
    import polars as pl

POPULATIONS, DEMOGRAPHICS, SAFETY, TOXICITY = "populations", "demographics", "adverse-events", "dlt"
SECTIONS = (POPULATIONS, DEMOGRAPHICS, SAFETY, TOXICITY)

NOT_ADJUSTED = (
    "Intervals are 95% unless a row says otherwise; intervals and p values are not adjusted for multiplicity."
)
ALLOCATED = "Safety is by the allocated arm or dose level: the data do not say who received another treatment."
AVAILABLE = "Missing values are counted by reason and not imputed; a row's note says where they count as failures."


@dataclass(frozen=True, slots=True)
class Results:
    """The analysis of a trial.

    `estimates`: rows in canonical order: populations, demographics, each outcome in the protocol's order, adverse
    events, dose-limiting toxicities. The rows that belong to no outcome have the name of their section
    (`SECTIONS`) in place of an outcome's id. `notes`: what holds for all rows.
    """

    estimates: tuple[Estimate, ...]
    problems: tuple[Problem, ...]
    populations: tuple[Population, ...]
    notes: tuple[str, ...]

    def of(self, outcome: str) -> tuple[Estimate, ...]:
        """The rows of one outcome or section."""
        return tuple(row for row in self.estimates if row.outcome == outcome)

    def to_json(self) -> dict[str, Any]:
        """The whole analysis as one JSON document: populations, notes, rows and problems."""
        return document(self)

    def frame(self) -> pl.DataFrame:
        """The rows as a table, one column per field, in canonical order."""
        return table(self)


def run(protocol: Protocol, data: HasTables) -> Results:
    """The analysis of every outcome of the protocol (or of the proposed ones, where the record names none).

    Each outcome has one row at least; where no number can be given the row's note says why. Contrasts are always
    first minus second, named so in `group`. Any data are answered for, an empty trial too.
    """
    observed = observe(data)
    layout = lay_out(protocol, observed)
    sets = populations(protocol, observed)

    def section(name: str) -> Task:
        return Task(_section(name), layout, observed, protocol.schedule)

    rows = [
        Estimate(
            POPULATIONS, each.name, "", "all", "participants", float(each.n), method="count", n=each.n, count=each.n
        )
        for each in sets
    ]
    rows += demographics(section(DEMOGRAPHICS))
    for outcome in protocol.analysed_outcomes:
        rows += estimates(Task(outcome, layout, observed, protocol.schedule))
    rows += adverse_tables(section(SAFETY))
    if _has_levels(protocol) or any(person.dlt is not None for person in observed.participants):
        rows += toxicity(section(TOXICITY))
    return Results(
        tuple(rows), tuple(_problems(protocol, observed, layout)), sets, (NOT_ADJUSTED, AVAILABLE, ALLOCATED)
    )


def _has_levels(protocol: Protocol) -> bool:
    return isinstance(protocol.design, Escalation | SelectThenCompare)


def _section(name: str) -> Outcome:
    """A stand-in outcome for the rows that belong to no outcome."""
    return Outcome(
        name,
        OutcomeLevel.OTHER,
        name,
        OutcomeType.UNKNOWN,
        TimeFrame("", FrameKind.UNPARSEABLE),
        Direction.UNSTATED,
        Derivation((), ""),
        origin="section",
    )


def _problems(protocol: Protocol, observed: Observed, layout: Layout) -> list[Problem]:
    found = []
    if not observed.participants:
        found.append(
            Problem(
                "ANA-001",
                Severity.WARNING,
                "nobody is enrolled: every row is without a number",
                expected="a DS row with DSDECOD ENROLLED, or a DM row, for each participant",
            )
        )
    elif observed.without_enrolment:
        found.append(
            Problem(
                "ANA-002",
                Severity.INFO,
                "no participant has an enrolment row; everybody in DM who is no screen failure counts as enrolled",
                expected="a DS row with DSDECOD ENROLLED for each participant",
            )
        )
    if layout.unplaced:
        found.append(
            Problem(
                "ANA-003",
                Severity.WARNING,
                f"{len(layout.unplaced)} enrolled participants belong to no arm or dose level of the protocol and "
                f"are in no group: {', '.join(layout.unplaced[:5])}{', ...' if len(layout.unplaced) > 5 else ''}",
                expected="ARMCD of an arm in the protocol, or a dose level",
                mend="correct ARMCD or DOSELVL in DM",
            )
        )
    match protocol.design:
        case Unsupported(name=name, missing=missing):
            found.append(
                Problem(
                    "ANA-004",
                    Severity.WARNING,
                    f"{name}: groups are described and not compared: {missing}",
                    field="design",
                )
            )
        case _:
            pass
    words = {
        reading.text
        for readings in observed.readings.values()
        for reading in readings
        if reading.text and reading.value is None
    }
    unknown = sorted(words - _labels(protocol))
    if unknown:
        found.append(
            Problem(
                "ANA-005",
                Severity.WARNING,
                f"results that are neither a number nor a category are not analysed: {', '.join(unknown[:5])}",
                expected="STRESN, or STRESC with Y, N or a category's label",
            )
        )
    return found


def _labels(protocol: Protocol) -> set[str]:
    return {
        label
        for outcome in protocol.analysed_outcomes
        for parameter in outcome.derivation.parameters
        for _, label in parameter.categories
    }
