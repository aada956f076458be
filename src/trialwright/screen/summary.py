"""The verdicts on a cohort for a person at a terminal: counts, attrition, what costs most, problems, each patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.core.problem import Severity

if TYPE_CHECKING:
    from trialwright.screen.verdicts import Verdicts

FEW = 60
PROBLEMS_SHOWN = 60
WIDTH = 64
MOST_FOUND = 4


def summary(verdicts: Verdicts) -> str:
    """The text. Patients are listed one by one where there are at most `FEW`."""
    counts = "  ".join(f"{name}: {count:,}" for name, count in verdicts.counts().items())
    lines = [f"{len(verdicts.cohort):,} patients   {counts}"]
    if len(verdicts.cohort) <= FEW:
        lines += ["", *_patients(verdicts)]
    lines += ["", *_attrition(verdicts)]
    if verdicts.costliest is not None:
        [only] = [step.only for step in verdicts.attrition if step.criterion == verdicts.costliest]
        lines += ["", f"The criterion that costs most patients: {verdicts.costliest} ({only:,} by it and no other)"]
    if verdicts.questions:
        lines += ["", "A person must decide:"]
        lines += [f"  {name}: {text}" for name, text in verdicts.questions.items()]
    return "\n".join([*lines, *_problems(verdicts)])


def _patients(verdicts: Verdicts) -> list[str]:
    """Each patient: what was found where a criterion excludes, how many questions would settle it where it is open."""
    from trialwright.screen.gathering import people_of
    from trialwright.screen.plain import explanation

    out = []
    for given, person in zip(verdicts.verdicts, people_of(verdicts.cohort), strict=True):
        told = explanation(verdicts.criteria, person, verdicts.cohort.complete)
        why = ""
        if given.verdict == "not eligible":
            why = f" ({', '.join(given.failed)})"
        elif given.verdict == "undecided":
            asked = len(told.questions.shortest)
            lost = "".join(f"; {name} cannot be settled by data" for name in told.questions.unsettleable)
            why = f" ({_questions(asked)}: {', '.join(given.open)}{lost})"
        out.append(f"{given.patient}: {given.verdict}{why}")
        for reason in told.criteria:
            found = list(dict.fromkeys(str(shown) for leaf in reason.leaves for shown in leaf.found))
            if reason.id in given.failed and found:
                out.append(f"    {reason.id}: {'; '.join(found[:MOST_FOUND])}")
    return out


def _questions(count: int) -> str:
    return "one question to ask" if count == 1 else f"{count} questions to ask"


def _attrition(verdicts: Verdicts) -> list[str]:
    out = [f"{'criterion':<14}{'come':>9}{'excluded':>10}{'unknown':>9}{'alone':>9}{'only':>7}  "]
    for step in verdicts.attrition:
        numbers = f"{step.entered:>9,}{step.excluded:>10,}{step.unknown:>9,}{step.alone:>9,}{step.only:>7,}"
        text = " ".join(step.text.split())
        short = text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"
        out.append(f"{step.criterion:<14}{numbers}  {short}")
    return [line.rstrip() for line in out]


def _problems(verdicts: Verdicts) -> list[str]:
    found = verdicts.problems
    if not found:
        return []
    notes = [problem for problem in found if problem.severity is Severity.INFO]
    wrong = [problem for problem in found if problem.severity is not Severity.INFO]
    lines = []
    for title, listed in (("What was wrong with the patients' data:", wrong), ("To be noted:", notes)):
        if listed:
            lines += ["", title, *(f"  {problem.code}: {problem.message}" for problem in listed[:PROBLEMS_SHOWN])]
        if len(listed) > PROBLEMS_SHOWN:
            lines.append(f"  and {len(listed) - PROBLEMS_SHOWN:,} more, all of them with --json")
    return lines
