"""The verdicts on a cohort for a person at a terminal: counts, attrition, what costs most, problems, each patient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.core.problem import Severity

if TYPE_CHECKING:
    from trialwright.screen.plain import Explanation, Question
    from trialwright.screen.verdicts import Verdicts

FEW = 60
PROBLEMS_SHOWN = 60
WIDTH = 64
MOST_FOUND = 4
MOST_ASKED = 3
JUDGEMENT = "judgement: "


def summary(verdicts: Verdicts) -> str:
    """The text. Patients are listed one by one where there are at most `FEW`."""
    counts = "  ".join(f"{name}: {count:,}" for name, count in verdicts.counts().items())
    lines = [f"{len(verdicts.cohort):,} patients   {counts}"]
    if not len(verdicts.cohort):
        lines.append("The file names columns and holds no patient.")
    elif len(verdicts.cohort) <= FEW:
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
    """Each patient: what was found where a criterion excludes, what to ask where it is open."""
    from trialwright.screen.plain import explanations

    told = list(explanations(verdicts.criteria, verdicts.cohort))
    stuck = [set(each.questions.unsettleable) for each in told if each.verdict == "undecided"]
    everybodys = set.intersection(*stuck) if stuck else set()
    out = []
    for given, each in zip(verdicts.verdicts, told, strict=True):
        match given.verdict:
            case "not eligible":
                out += [f"{given.patient}: not eligible ({', '.join(given.failed)})", *_found(each, given.failed)]
            case "undecided":
                out += _open(each, everybodys)
            case _:
                out.append(f"{given.patient}: {given.verdict}")
    if everybodys:
        named = ", ".join(each.id for each in verdicts.criteria if each.id in everybodys)
        out += ["", f"No answer makes anybody eligible before a person supplies, or corrects: {named}"]
    return out


def _found(told: Explanation, failed: tuple[str, ...]) -> list[str]:
    """What is known of a patient under each criterion that excludes."""
    out = []
    for reason in told.criteria:
        found = list(dict.fromkeys(str(shown) for leaf in reason.leaves for shown in leaf.found))
        if reason.id in failed and found:
            out.append(f"    {reason.id}: {'; '.join(found[:MOST_FOUND])}")
    return out


def _open(told: Explanation, everybodys: set[str]) -> list[str]:
    """The shortest list of questions about a patient, cut where it is long; and what no answer settles."""
    asked = told.questions.shortest
    count = {0: "nothing to ask", 1: "one question to ask"}.get(len(asked), f"{len(asked)} questions to ask")
    own = [name for name in told.questions.unsettleable if name not in everybodys]
    stuck = "".join(f"; {name} cannot be settled by data" for name in own)
    out = [f"{told.patient}: undecided ({count}{stuck})"]
    more = len(asked) - MOST_ASKED
    for question in asked if more <= 1 else asked[:MOST_ASKED]:
        out.append(f"    ask {', '.join(question.columns or question.criteria)}: {_said(question)}")
    if more > 1:
        out.append(f"    and {more} more; --patient {told.patient} shows all")
    return out


def _said(question: Question) -> str:
    """A question in few words: the values that are wanted, or the words that a person judges."""
    if question.columns:
        words = question.key.removeprefix(JUDGEMENT)
        prompts = question.text.partition(words)[2]
        return _cut(f"is it true that “{words}”") + prompts
    return _cut(question.text.replace("; ", ", "))


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= WIDTH else text[: WIDTH - 1] + "…"


def _attrition(verdicts: Verdicts) -> list[str]:
    out = [f"{'criterion':<14}{'come':>9}{'excluded':>10}{'unknown':>9}{'alone':>9}{'only':>7}  "]
    for step in verdicts.attrition:
        numbers = f"{step.entered:>9,}{step.excluded:>10,}{step.unknown:>9,}{step.alone:>9,}{step.only:>7,}"
        out.append(f"{step.criterion:<14}{numbers}  {_cut(step.text)}")
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
