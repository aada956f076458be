"""Analysis populations with their counts, and who the participants are: age and sex by group."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.analyse.descriptive import summarise
from trialwright.analyse.layout import DLT_EVALUABLE, DOSED, ENROLLED, RANDOMISED, Group, Task
from trialwright.analyse.observed import Observed, Participant
from trialwright.analyse.rows import Estimate
from trialwright.protocol.kinds import Parallel, SelectThenCompare
from trialwright.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Population:
    """A set of participants that analyses refer to. `n`: how many are in it."""

    name: str
    n: int
    definition: str


def populations(protocol: Protocol, observed: Observed) -> tuple[Population, ...]:
    """The populations of a trial in the order in which they narrow."""
    people = observed.participants
    found = [
        Population("screened", max(observed.screened, len(people)), "everybody with a row on entry, failures included"),
        Population("screen failures", observed.screen_failures, "screened and found not eligible"),
        Population(ENROLLED, len(people), "entered the trial"),
    ]
    match protocol.design:
        case Parallel(randomised=True, arms=arms):
            drawn = sum(person.arm in arms for person in people)
            found.append(Population(RANDOMISED, drawn, "allocated to an arm by chance, whatever was received"))
        case SelectThenCompare(comparison=Parallel(randomised=True, arms=arms)):
            drawn = sum(person.arm in arms for person in people)
            found.append(Population(RANDOMISED, drawn, "allocated to an arm of the second part by chance"))
        case _:
            pass
    found.append(Population(DOSED, sum(p.first_dose is not None for p in people), "received at least one dose"))
    if protocol.dlt is not None or any(p.dlt is not None or p.evaluable is not None for p in people):
        evaluable = sum(bool(p.dlt or (p.evaluable and p.dlt is not None)) for p in people)
        found.append(
            Population(
                DLT_EVALUABLE, evaluable, "a signed assessment finds them evaluable, or a dose-limiting toxicity"
            )
        )
    return tuple(found)


def demographics(task: Task) -> list[Estimate]:
    """Age and sex of each group."""
    rows: list[Estimate] = []
    sexes = sorted({_sex_of(person) for group in task.layout.groups for person in group.members})
    for group in task.layout.groups:
        rows += _age(task, group) + _sex(task, group, sexes)
    return rows


def _sex_of(person: Participant) -> str:
    return person.sex or "not recorded"


def _age(task: Task, group: Group) -> list[Estimate]:
    ages = [float(person.age) for person in group.members if person.age is not None]
    unknown = len(group.members) - len(ages)
    missing = {"not recorded": unknown} if unknown else {}
    summary = summarise(ages)
    figures = (
        ("age, mean", summary.mean),
        ("age, standard deviation", summary.sd),
        ("age, median", summary.median),
        ("age, minimum", summary.minimum),
        ("age, maximum", summary.maximum),
    )
    return [
        task.row(
            group,
            name,
            value,
            unit="years",
            method="descriptive",
            n=summary.n,
            missing=missing,
            note="" if value is not None else "too few ages are recorded",
        )
        for name, value in figures
    ]


def _sex(task: Task, group: Group, sexes: Sequence[str]) -> list[Estimate]:
    """A row for each sex that anybody in the trial has, nobody of it in this group included."""
    counts = Counter(_sex_of(person) for person in group.members)
    n = len(group.members)
    return [
        task.row(group, f"sex {sex}", counts[sex] / n, unit="proportion", method="descriptive", n=n, count=counts[sex])
        for sex in sexes
        if n
    ]
