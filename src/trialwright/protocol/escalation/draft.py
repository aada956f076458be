"""Drafts an escalation: its rule with all readings, cohort size, window, and what each rests on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.escalation.levels import Levels
from trialwright.protocol.escalation.text import (
    BOTH,
    DEESCALATION,
    LITERAL,
    SIX_AT_MTD,
    STOP_AT_TWO,
    EscalationText,
)
from trialwright.protocol.kinds import DltDefinition, Escalation

BASE_RULES = (STOP_AT_TWO, SIX_AT_MTD, DEESCALATION, BOTH)
COHORT = 3
WINDOW = 28


@dataclass(frozen=True, slots=True)
class DraftedEscalation:
    """An escalation with the assumptions that it rests on and the problems of its text."""

    design: Escalation
    problems: tuple[Problem, ...]
    assumptions: tuple[Assumption, ...]


def draft_escalation(text: EscalationText, levels: Levels, target: int | None, about: str) -> DraftedEscalation:
    """The escalation over these levels, with the rule that the text speaks for or an assumed one."""
    count = len(levels.levels)
    rule = text.rule or STOP_AT_TWO
    readings = BASE_RULES + ((LITERAL,) if text.literal else ())
    assumptions = [_rule_assumption(text, rule, readings, about)]
    if text.cohort_size is None:
        assumptions.append(
            Assumption(
                f"{about}.cohort_size",
                str(COHORT),
                "the record does not say how many participants are treated before each decision",
                ("1, as in accelerated titration", "6"),
                must_confirm=True,
                source="convention of the 3+3",
            )
        )
    problems = list(_problems(text, count, about))
    design = Escalation(
        rule=rule,
        levels=count,
        arms=tuple(level.arm for level in levels.levels),
        cohort_size=text.cohort_size or COHORT,
        dlt_window=None,
        target_n=target,
        stated=text.stated,
        silent_on=text.silent_on,
        readings=readings,
    )
    return DraftedEscalation(design, tuple(problems), tuple(assumptions))


def _rule_assumption(text: EscalationText, rule: str, readings: tuple[str, ...], about: str) -> Assumption:
    if text.rule is not None:
        why = "the text names a 3+3"
        if text.silent_on:
            why += f" and does not say {'; '.join(text.silent_on)}"
    elif text.other_rule is not None:
        why = f"the text names {text.other_rule}, which cannot be run yet; a 3+3 stands in for it"
    else:
        why = "the record states no rule of escalation"
    others = tuple(each for each in readings if each != rule)
    return Assumption(
        f"{about}.rule",
        rule,
        why,
        (*others, f"{rule}, stopped at the second DLT"),
        must_confirm=True,
        source="the commonest form of the 3+3",
    )


def _problems(text: EscalationText, count: int, about: str) -> tuple[Problem, ...]:
    found = []
    quotes = tuple(Evidence.of(sentence) for sentence in text.stated[:3])
    if text.rule is None:
        said = (
            f"the text names {text.other_rule}, which cannot be run yet"
            if text.other_rule
            else "the record states no rule of escalation"
        )
        found.append(
            Problem(
                "DRAFT-120",
                Severity.WARNING,
                said,
                f"{about}.rule",
                quotes,
                expected="a rule that says what follows each number of DLTs",
                mend=f"name the rule under {about}.rule in the protocol file",
            )
        )
    elif text.silent_on:
        found.append(
            Problem(
                "DRAFT-122",
                Severity.WARNING,
                f"the rule is not complete: the text does not say {'; '.join(text.silent_on)}",
                f"{about}.rule",
                quotes,
                expected="all that a 3+3 needs",
                mend=f"confirm {about}.rule in the protocol file",
            )
        )
    if text.levels is not None and text.levels != count:
        found.append(
            Problem(
                "DRAFT-123",
                Severity.WARNING,
                f"the text speaks of {text.levels} dose levels; {count} doses are stated",
                "dose_levels",
                quotes,
                expected="one dose per level",
                mend="correct dose_levels in the protocol file",
            )
        )
    return tuple(found)


def with_window(
    escalation: Escalation, dlt: DltDefinition | None, about: str
) -> tuple[Escalation, tuple[Assumption, ...]]:
    """The escalation with its DLT window: the stated one, or the assumed one with its assumption."""
    assumptions = []
    if dlt is None:
        assumptions.append(
            Assumption(
                "dlt",
                "a toxicity that the investigators judge to be dose-limiting",
                "the record does not define dose-limiting toxicity",
                ("grade 3 or higher non-haematological or grade 4 haematological toxicity (CTCAE)",),
                must_confirm=True,
            )
        )
    window = dlt.window if dlt else None
    if window is None:
        assumptions.append(
            Assumption(
                f"{about}.dlt_window",
                f"{WINDOW} days after the first dose",
                "the record states no window for dose-limiting toxicity",
                ("21 days", "14 days"),
                must_confirm=True,
                source="convention",
            )
        )
    return replace(escalation, dlt_window=WINDOW if window is None else window), tuple(assumptions)
