"""The dose levels of an escalation, in order, from the arms or from the doses listed within one arm."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.arms.draft import DraftedArms
from trialwright.protocol.arms.role import names_level
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import DoseLevel
from trialwright.protocol.dosing.mention import Mention
from trialwright.protocol.dosing.text import DOUBTS, Told

_NAME = re.compile(
    r"\b(?P<n>(?:low(?:est)?|mid(?:dle)?|medium|intermediate|high(?:est)?)(?:er)?)(?:[- ]dose)?(?:[- ](?:cohort"
    r"|group|level))?\b",
    re.IGNORECASE,
)
_MARK = re.compile(r"(?P<n>(?:dose[- ]?)?(?:level|cohort|group)\s*-?\s*[\w]{1,2})\s*[:：=]?\s*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Levels:
    """The dose levels, lowest first, and the arms that hold them, with what is doubtful about them."""

    levels: tuple[DoseLevel, ...]
    arms: tuple[str, ...]
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


def levels_of_arms(arms: tuple[Arm, ...]) -> Levels | None:
    """Levels that are arms of their own: at least two, each with its dose or a name that says its level."""
    candidates = [arm for arm in arms if arm.role in (ArmRole.EXPERIMENTAL, ArmRole.DOSE_LEVEL)]
    if len(candidates) < 2:
        return None
    doses = [_own_dose(arm, candidates) for arm in candidates]
    if any(_unclear(arm) for arm in candidates):  # which of the doses an arm's own is cannot be told
        doses = [None] * len(candidates)
    named = all(names_level(arm.label) for arm in candidates)
    distinct = None not in doses and len(set(doses)) == len(doses)
    if not named and not distinct:
        return None
    units = {(type(dose), dose.unit) for dose in doses if dose is not None}
    paired = list(zip(candidates, doses, strict=True))
    problems: list[Problem] = []
    if distinct and len(units) == 1:
        rising = sorted(paired, key=lambda pair: pair[1].value if pair[1] is not None else 0)
        if rising != paired:
            problems.append(_order_problem([arm.label for arm, _ in paired]))
        paired = rising
    levels = tuple(DoseLevel(i + 1, arm.label, dose, arm.id) for i, (arm, dose) in enumerate(paired))
    return Levels(levels, tuple(arm.id for arm, _ in paired), tuple(problems))


def _unclear(arm: Arm) -> bool:
    """Whether an arm has treatments of one name with different doses."""
    by_name: dict[str, set[object]] = {}
    for given in arm.treatments:
        by_name.setdefault(given.name, set()).add(given.dosing.dose)
    return any(len(doses) > 1 for doses in by_name.values())


def _own_dose(arm: Arm, arms: list[Arm]):  # type: ignore[no-untyped-def]
    """The dose of the arm's treatment whose dose differs between the arms."""
    by_name: dict[str, set[object]] = {}
    for each in arms:
        for given in each.treatments:
            by_name.setdefault(given.name, set()).add(given.dosing.dose)
    varying = [given.dosing.dose for given in arm.treatments if given.dosing.dose and len(by_name[given.name]) > 1]
    if varying:
        return varying[0]
    return next((given.dosing.dose for given in arm.treatments if given.dosing.dose), None)


def levels_in_arm(arm: Arm, told: tuple[Told, ...], place: int) -> Levels | None:
    """Levels listed within one arm's texts, in the order of the text, or None where fewer than two are."""
    listed = next((each for each in told if len(each.mentions) > 1), None)
    if listed is None:
        return None
    mentions = list(listed.mentions)
    if len({(type(m.dose), m.unit) for m in mentions}) > 1:
        return None
    rising = sorted(mentions, key=lambda m: m.dose.value)
    problems = () if rising == mentions else (_order_problem([m.quote for m in mentions]),)
    names = _names(listed, rising, arm)
    levels = tuple(DoseLevel(i + 1, names[i], mention.dose, arm.id) for i, mention in enumerate(rising))
    evidence = listed.passage.evidence(listed.passage.text) if listed.passage else None
    assumptions, doubts = _doubtful(rising, evidence)
    return Levels(levels, (arm.id,), (*problems, *doubts), assumptions)


def _names(listed: Told, mentions: list[Mention], arm: Arm) -> tuple[str, ...]:
    """Names of the levels as the text gives them ("low-dose cohort"), else "dose level 1" and so on."""
    text = listed.passage.text if listed.passage else ""
    for source in (text, arm.description):
        found = [" ".join(match.group().lower().split()) for match in _NAME.finditer(source)]
        found = list(dict.fromkeys(found))
        if len(found) == len(mentions):
            return tuple(found)
    marks = [_MARK.search(text[max(0, text.find(m.quote) - 30) : max(0, text.find(m.quote))]) for m in mentions]
    if all(marks) and len({m["n"].lower() for m in marks if m}) == len(mentions):
        return tuple(" ".join(m["n"].split()) for m in marks if m)
    return tuple(f"dose level {number}" for number in range(1, len(mentions) + 1))


def _order_problem(stated: list[str]) -> Problem:
    return Problem(
        "DRAFT-121",
        Severity.WARNING,
        "the dose levels are not listed from the lowest to the highest",
        "dose_levels",
        tuple(Evidence.of(each) for each in stated),
        expected="rising doses",
        mend="check dose_levels in the protocol file",
    )


def _doubtful(mentions: list[Mention], evidence: Evidence | None) -> tuple[tuple[Assumption, ...], tuple[Problem, ...]]:
    """Levels whose doses can be read in several ways."""
    doubted = [m for m in mentions if len({reading.dose for reading in m.readings}) > 1]
    if not doubted:
        return (), ()
    why = "; ".join(sorted({DOUBTS[doubt] for m in doubted for doubt in m.doubts}))
    chosen = ", ".join(str(m.dose) for m in mentions)
    other = ", ".join(str(m.readings[-1].dose) for m in doubted)
    quote = (evidence,) if evidence else ()
    problem = Problem(
        "DRAFT-101",
        Severity.ERROR,
        f"the doses of the levels can be read in several ways: {why}",
        "dose_levels",
        quote,
        expected="amounts with their unit",
        mend="confirm the doses under dose_levels in the protocol file",
    )
    return (Assumption("dose_levels", chosen, why, (other,), must_confirm=True),), (problem,)


def as_levels(arms: tuple[Arm, ...], holders: tuple[str, ...]) -> tuple[Arm, ...]:
    """The arms with the role of dose level for those that each hold one."""
    if len(holders) < 2:
        return arms
    return tuple(replace(arm, role=ArmRole.DOSE_LEVEL) if arm.id in holders else arm for arm in arms)


def find_levels(drafted: DraftedArms, arms: tuple[Arm, ...]) -> Levels | None:
    """The dose levels among some of the drafted arms: arms of their own, or listed within one of them."""
    if (found := levels_of_arms(arms)) is not None:
        return found
    for place, arm in enumerate(drafted.arms):
        if (
            arm in arms
            and not arm.role.is_control
            and (found := levels_in_arm(arm, drafted.told[place], place)) is not None
        ):
            return found
    return None
