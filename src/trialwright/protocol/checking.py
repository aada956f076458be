"""Checks a protocol for consistency: what a person's edits, or a draft, left contradictory."""

from __future__ import annotations

from collections.abc import Iterator

from trialwright.core.problem import Problem, Severity
from trialwright.protocol.dosing import Dosing
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.protocol.protocol import Protocol


def _fault(code: str, field: str, message: str, expected: str, severity: Severity = Severity.ERROR) -> Problem:
    return Problem(code, severity, message, field, expected=expected, mend=f"correct {field} in the protocol file")


def check(protocol: Protocol) -> tuple[Problem, ...]:
    """What is inconsistent in a protocol, most serious first; empty where nothing is."""
    found = [
        *_arms(protocol),
        *_levels(protocol),
        *_design(protocol),
        *_dlt(protocol),
        *_outcomes(protocol),
        *_truth(protocol),
    ]
    return tuple(sorted(found, key=lambda problem: problem.severity.rank))


def _arms(protocol: Protocol) -> Iterator[Problem]:
    ids = [arm.id for arm in protocol.arms]
    for index, arm in enumerate(protocol.arms):
        if ids.index(arm.id) != index:
            yield _fault(
                "DRAFT-030", f"arms[{index}].id", f"two arms have the identifier {arm.id!r}", "one identifier per arm"
            )
        if arm.size is not None and arm.size < 1:
            yield _fault("DRAFT-031", f"arms[{index}].size", f"the size is {arm.size}", "1 or more, or nothing")
        for place, given in enumerate(arm.treatments):
            yield from _dosing(given.dosing, f"arms[{index}].treatments[{place}].dosing")
    count = protocol.enrolment.count
    if count is not None and count < 0:
        yield _fault("DRAFT-031", "enrolment.count", f"the number of participants is {count}", "0 or more, or nothing")


def _dosing(dosing: Dosing, about: str) -> Iterator[Problem]:
    if sum(reading.likely for reading in dosing.readings) > 1:
        yield _fault("DRAFT-032", f"{about}.readings", "more than one reading is marked likely", "one at most")
    if dosing.readings and dosing.reference is not None:
        yield _fault("DRAFT-032", about, "a dose is given and also refers to a decision", "one or the other")
    if dosing.administrations is not None and dosing.administrations < 1:
        yield _fault(
            "DRAFT-033", f"{about}.administrations", f"found {dosing.administrations}", "1 or more, or nothing"
        )
    if dosing.days is not None:
        if list(dosing.days) != sorted(set(dosing.days)):
            yield _fault(
                "DRAFT-034", f"{about}.days", f"the days do not rise: {list(dosing.days)}", "rising days, each once"
            )
        if dosing.administrations is not None and len(dosing.days) != dosing.administrations:
            said = f"{len(dosing.days)} days for {dosing.administrations} administrations"
            yield _fault("DRAFT-034", f"{about}.days", said, "one day per administration")


def _levels(protocol: Protocol) -> Iterator[Problem]:
    ids = {arm.id for arm in protocol.arms}
    for index, level in enumerate(protocol.dose_levels):
        if level.number != index + 1:
            yield _fault(
                "DRAFT-035",
                f"dose_levels[{index}].number",
                f"found {level.number}",
                f"{index + 1}: levels count from 1",
            )
        if level.arm not in ids:
            yield _fault("DRAFT-036", f"dose_levels[{index}].arm", f"there is no arm {level.arm!r}", "the id of an arm")
    doses = [level.dose for level in protocol.dose_levels if level.dose is not None]
    if len({(type(dose), dose.unit) for dose in doses}) > 1:
        yield _fault("DRAFT-035", "dose_levels", "the levels' doses are of different kinds", "one unit for all levels")
    elif [dose.value for dose in doses] != sorted({dose.value for dose in doses}):
        yield _fault("DRAFT-035", "dose_levels", "the levels' doses do not rise", "rising doses", Severity.WARNING)


def _design(protocol: Protocol) -> Iterator[Problem]:
    match protocol.design:
        case Escalation() as escalation:
            yield from _escalation(protocol, escalation, "design")
        case SingleArm(arm=arm, size=size):
            yield from _named(protocol, (arm,), "design.arm")
            yield from _positive(size, "design.size")
        case Parallel() as parallel:
            yield from _parallel(protocol, parallel, "design")
        case SelectThenCompare(escalation=escalation, comparison=comparison):
            yield from _escalation(protocol, escalation, "design.escalation")
            yield from _parallel(protocol, comparison, "design.comparison")
            both = sorted(set(escalation.arms) & set(comparison.arms))
            if both:
                yield _fault("DRAFT-037", "design", f"{', '.join(both)} in both parts", "arms of its own for each part")
        case Unsupported(arms=arms):
            yield from _named(protocol, arms, "design.arms")


def _named(protocol: Protocol, arms: tuple[str, ...], about: str) -> Iterator[Problem]:
    known = [arm.id for arm in protocol.arms]
    for name in dict.fromkeys(arms):
        if name not in known:
            yield _fault("DRAFT-036", about, f"there is no arm {name!r}", f"one of {', '.join(known) or 'no arms'}")


def _positive(size: int | None, about: str) -> Iterator[Problem]:
    if size is not None and size < 1:
        yield _fault("DRAFT-031", about, f"the number of participants is {size}", "1 or more, or nothing")


def _escalation(protocol: Protocol, escalation: Escalation, about: str) -> Iterator[Problem]:
    yield from _named(protocol, escalation.arms, f"{about}.arms")
    if escalation.levels < 1:
        yield _fault("DRAFT-038", f"{about}.levels", f"{escalation.levels} dose levels", "1 or more")
    if len(escalation.arms) != escalation.levels:
        said = f"{len(escalation.arms)} arms for {escalation.levels} dose levels"
        yield _fault(
            "DRAFT-038",
            f"{about}.arms",
            said,
            "the arm of each level, the lowest level first; one arm may hold several",
        )
    if protocol.dose_levels and len(protocol.dose_levels) != escalation.levels:
        said = f"{len(protocol.dose_levels)} dose levels are described and the design has {escalation.levels}"
        yield _fault("DRAFT-038", "dose_levels", said, "as many as design.levels says", Severity.WARNING)
    if escalation.cohort_size < 1:
        yield _fault("DRAFT-038", f"{about}.cohort_size", f"cohorts of {escalation.cohort_size}", "1 or more")
    if escalation.dlt_window is not None and escalation.dlt_window < 0:
        yield _fault("DRAFT-038", f"{about}.dlt_window", f"a window of {escalation.dlt_window} days", "0 or more")
    yield from _positive(escalation.target_n, f"{about}.target_n")


def _parallel(protocol: Protocol, parallel: Parallel, about: str) -> Iterator[Problem]:
    yield from _named(protocol, parallel.arms, f"{about}.arms")
    yield from _positive(parallel.size, f"{about}.size")
    if len(set(parallel.arms)) != len(parallel.arms):
        yield _fault("DRAFT-036", f"{about}.arms", "an arm is named twice", "each arm once")
    if parallel.ratio is not None and len(parallel.ratio) != len(parallel.arms):
        said = f"{len(parallel.ratio)} numbers in the ratio for {len(parallel.arms)} arms"
        yield _fault("DRAFT-039", f"{about}.ratio", said, "one number per arm")
    if parallel.ratio is not None and any(share < 1 for share in parallel.ratio):
        yield _fault(
            "DRAFT-039", f"{about}.ratio", f"the ratio is {list(parallel.ratio)}", "whole numbers of 1 or more"
        )


def _dlt(protocol: Protocol) -> Iterator[Problem]:
    if protocol.dlt is None:
        return
    for name in ("non_haematological_grade", "haematological_grade"):
        grade = getattr(protocol.dlt, name)
        if grade is not None and not 1 <= grade <= 5:
            yield _fault("DRAFT-040", f"dlt.{name}", f"grade {grade}", "a CTCAE grade from 1 to 5")
    if protocol.dlt.window is not None and protocol.dlt.window < 0:
        yield _fault("DRAFT-040", "dlt.window", f"a window of {protocol.dlt.window} days", "0 or more")


def _truth(protocol: Protocol) -> Iterator[Problem]:
    for index, rate in enumerate(protocol.truth):
        if not 0 <= rate <= 1:
            yield _fault("DRAFT-042", f"truth[{index}]", f"found {rate}", "a probability from 0 to 1")
    escalation = protocol.design.escalation if isinstance(protocol.design, SelectThenCompare) else protocol.design
    if protocol.truth and isinstance(escalation, Escalation) and len(protocol.truth) != escalation.levels:
        said = f"{len(protocol.truth)} probabilities for {escalation.levels} dose levels"
        yield _fault("DRAFT-042", "truth", said, "one per dose level, lowest first")


def _outcomes(protocol: Protocol) -> Iterator[Problem]:
    for field, outcomes in (("outcomes", protocol.outcomes), ("proposed_outcomes", protocol.proposed_outcomes)):
        seen: set[str] = set()
        for index, outcome in enumerate(outcomes):
            if outcome.id in seen:
                yield _fault(
                    "DRAFT-041", f"{field}[{index}].id", f"two outcomes have the identifier {outcome.id!r}", "one each"
                )
            seen.add(outcome.id)
    days = [encounter.day for encounter in protocol.schedule]
    if days != sorted(days):
        yield _fault(
            "DRAFT-041",
            "schedule",
            "the encounters are not in the order of their days",
            "rising days",
            Severity.WARNING,
        )
    for index, encounter in enumerate(protocol.schedule):
        if not encounter.earliest <= encounter.day <= encounter.latest:
            said = f"day {encounter.day} lies outside {encounter.earliest} to {encounter.latest}"
            yield _fault("DRAFT-041", f"schedule[{index}]", said, "a window that holds the day")
