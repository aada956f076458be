"""Drafts the kind of design that a record describes, and every assumption that a run of it needs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from trialwright.core.gates import Gated, gated
from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.protocol.allocation import Ratio, is_randomised, stated_ratio
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.arms.draft import DraftedArms
from trialwright.protocol.arms.role import names_level
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import DoseLevel
from trialwright.protocol.draft_text import arm_texts, narrative, statements
from trialwright.protocol.escalation.draft import draft_escalation
from trialwright.protocol.escalation.levels import Levels, find_levels
from trialwright.protocol.escalation.text import EscalationText, read_escalation, speaks_of_escalation
from trialwright.protocol.kinds import DesignKind, Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.protocol.protocol import Enrolment
from trialwright.record.record import Record

DESIGN = "protocolSection.designModule.designInfo"
ARM_SIZE = 20
"""Participants per arm that a run assumes where no number is known."""

_WITHIN = gated(
    r"\b(?:own controls?|(?:intra|within)-?\s?(?:patient|subject|individual|participant)s? (?:control|compar"
    r"|design|random)\w*"
    r"|split-(?:mouth|face|body|side)|contralateral (?:side|eye))\b",
    re.IGNORECASE,
)
_CLUSTER = gated(
    r"\bcluster[- ]randomi|randomi[sz]ed (?:by|at the level of the) (?:cluster|site|practice|clinic|school|village)",
    re.IGNORECASE,
)
_ESCALATES = gated(
    r"dose[- ](?:escalat|climb)|escalating (?:\w+ ){0,2}doses?|ascending (?:\w+ ){0,2}doses?", re.IGNORECASE
)
_CROSSOVER = gated(r"\bcross-?\s?over (?:design|trial|study|assignment)", re.IGNORECASE)
_MODELS = {
    "CROSSOVER": ("crossover", "a Design in which each participant receives the treatments in turn"),
    "FACTORIAL": ("factorial", "a Design that allocates to combinations of factors"),
}


@dataclass(frozen=True, slots=True)
class DraftedKind:
    """The kind of design with its dose levels, and what was assumed and found on the way.

    `holders`: the arms that each hold one dose level.
    """

    design: DesignKind
    levels: tuple[DoseLevel, ...] = ()
    holders: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


@dataclass(slots=True)
class _Case:
    """What the decision about the kind rests on."""

    record: Record
    drafted: DraftedArms
    enrolment: Enrolment
    text: EscalationText
    model: str | None
    randomised: bool | None
    problems: list[Problem] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)

    @property
    def arms(self) -> tuple[Arm, ...]:
        return self.drafted.arms

    def done(self, design: DesignKind, levels: Levels | None = None) -> DraftedKind:
        found = levels or Levels((), ())
        holders = found.arms if len(set(found.arms)) > 1 else ()
        return DraftedKind(
            design, found.levels, holders, (*self.problems, *found.problems), (*self.assumptions, *found.assumptions)
        )

    def unsupported(
        self, name: str, missing: str, evidence: Evidence | None = None, path: str | None = None
    ) -> DraftedKind:
        self.problems.append(
            Problem(
                "DRAFT-130",
                Severity.WARNING,
                f"a design of the kind {name!r} cannot be run: {missing}",
                path,
                (evidence,) if evidence else (),
                expected="a single arm, parallel groups, a dose escalation with its levels, "
                "or a dose selection followed by parallel groups",
                mend="declare design in the protocol file, if one of these fits",
            )
        )
        return self.done(Unsupported(name, tuple(arm.id for arm in self.arms), missing))


def draft_kind(record: Record, drafted: DraftedArms, enrolment: Enrolment) -> DraftedKind:
    """The kind of design; Unsupported, with one Problem that says what is missing, where it cannot be run."""
    module = record.study.protocol_section.design_module
    info = module.design_info
    case = _Case(
        record,
        drafted,
        enrolment,
        read_escalation(record),
        info.intervention_model if info else None,
        is_randomised(record),
    )
    kind = module.study_type
    if kind not in (None, "INTERVENTIONAL"):
        named = (info.observational_model if info else None) or ""
        name = (
            "expanded access"
            if kind == "EXPANDED_ACCESS"
            else f"observational {named.replace('_', ' ').lower()}".strip()
        )
        return case.unsupported(
            name, "it allocates no treatment: a trial is what can be run", path="protocolSection.designModule.studyType"
        )
    if not case.arms:
        return case.unsupported(
            "no arms", "the record names no arms", path="protocolSection.armsInterventionsModule.armGroups"
        )
    return _named_model(case) or _by_arms(case)


def may_have_levels(record: Record, arms: tuple[Arm, ...]) -> bool:
    """Whether the design can turn out to have dose levels: the record speaks of an escalation, is coded sequential, or
    has arms in several parts. False is certain: `draft_kind` then finds none whatever doses the arms have."""
    info = record.study.protocol_section.design_module.design_info
    if (info is not None and info.intervention_model == "SEQUENTIAL") or any(arm.part for arm in arms):
        return True
    return speaks_of_escalation(record)


def _quote(case: _Case, pattern: Gated) -> Evidence | None:
    told = (each for each in narrative(case.record) + arm_texts(case.record) if pattern.may(each.text))
    for each, sentence in statements(told):
        if pattern.search(sentence):
            return each.evidence(sentence)
    return None


def _named_model(case: _Case) -> DraftedKind | None:
    """Kinds that the coded model or the prose names and that have no Design yet."""
    path = f"{DESIGN}.interventionModel"
    if case.model in _MODELS:
        name, missing = _MODELS[case.model]
        return case.unsupported(name, missing, Evidence.of(case.model, case.record.where(path)), path)
    for name, pattern, missing in (
        ("crossover", _CROSSOVER, _MODELS["CROSSOVER"][1]),
        (
            "within-participant comparison",
            _WITHIN,
            "a Design and an analysis for several treatments in one participant",
        ),
        ("cluster randomised", _CLUSTER, "clusters: allocation and analysis by cluster"),
    ):
        if len(case.arms) > 1 and (quote := _quote(case, pattern)) is not None:
            return case.unsupported(name, missing, quote, path)
    return None


def _by_arms(case: _Case) -> DraftedKind:
    if len(case.arms) == 1:
        return _one_arm(case)
    parts = {arm.part for arm in case.arms}
    if len(parts - {None}) > 1 and None not in parts:
        return _parts(case)
    if case.randomised:
        if case.model == "SEQUENTIAL":
            return case.unsupported("randomised sequential cohorts", "which arms are open side by side, and when")
        steps = [arm for arm in case.arms if names_level(arm.label) and arm.role is not ArmRole.PLACEBO_CONTROL]
        if len(steps) > 1 and case.text.cue is not None and _escalates(case):
            return case.unsupported(
                "randomised dose escalation",
                "which cohorts are open side by side, and what opens the next",
                case.text.cue,
            )
        return _parallel(case, case.arms, "design", case.enrolment.count)
    return _not_randomised(case)


def _one_arm(case: _Case) -> DraftedKind:
    arm = case.arms[0]
    levels = find_levels(case.drafted, case.arms)
    if levels is not None and (case.text.cue is not None or case.model == "SEQUENTIAL"):
        return _escalation(case, levels)
    if case.text.rule is not None or (case.text.cue is not None and _escalates(case)):
        return case.unsupported(
            "dose escalation", "the dose levels: the record names none, or fewer than two", case.text.cue
        )
    size = case.enrolment.count or _assumed_size(case, "design.size", 1)
    return case.done(SingleArm(arm.id, size))


def _escalates(case: _Case) -> bool:
    """Whether the record's own description, not a criterion or a reference, says that doses are escalated."""
    return _quote(case, _ESCALATES) is not None


def _parts(case: _Case) -> DraftedKind:
    """A trial whose arms belong to parts: dose selection in the first, comparison in the second, or not runnable."""
    first = tuple(arm for arm in case.arms if arm.part == 1)
    second = tuple(arm for arm in case.arms if arm.part == 2)
    levels = find_levels(case.drafted, first) if first else None
    compares = len(second) > 1 and any(arm.role.is_control for arm in second)
    if (
        levels is None
        or not compares
        or len(first) + len(second) != len(case.arms)
        or any(a.role.is_control for a in first)
    ):
        names = ", ".join(f"part {part}" for part in sorted({arm.part for arm in case.arms if arm.part}))
        return case.unsupported(
            "several parts",
            f"how the parts ({names}) follow from each other: one is not a dose selection "
            "that the other compares with a control",
        )
    drafted = draft_escalation(case.text, levels, None, "design.escalation")
    case.problems += drafted.problems
    case.assumptions += drafted.assumptions
    coded = {True: "randomised", False: "not randomised", None: "not stated"}[case.randomised]
    case.assumptions.append(
        Assumption(
            "design.kind",
            "part 1 selects a dose by escalation; part 2 allocates at random between "
            + " and ".join(repr(arm.label) for arm in second),
            f"the arms' labels name the parts; the record codes the allocation as {coded} for the trial as a whole",
            ("part 2 allocates without randomisation", "both parts are separate trials"),
            must_confirm=True,
        )
    )
    ratio = _ratio(case, second, "design.comparison", randomised=True)
    size = _assumed_size(case, "design.comparison.size", len(second))
    comparison = Parallel(tuple(arm.id for arm in second), ratio, size, randomised=True)
    _contradictions(case, second)
    return case.done(SelectThenCompare(drafted.design, comparison), levels)


def _contradictions(case: _Case, second: tuple[Arm, ...]) -> None:
    info = case.record.study.protocol_section.design_module.design_info
    coded = info.masking_info.masking if info and info.masking_info else None
    blank = [arm for arm in second if arm.role.value in ("placebo control", "sham control")]
    if case.randomised is False and blank:
        path = f"{DESIGN}.allocation"
        allocation = info.allocation if info else None
        said = f"the allocation is coded {allocation} and the masking {coded}, with the arm {blank[0].label!r}"
        case.problems.append(
            Problem(
                "DRAFT-131",
                Severity.ERROR,
                said,
                path,
                (
                    Evidence.of(str(info.allocation if info else ""), case.record.where(path)),
                    Evidence.of(blank[0].label, case.record.where(f"{blank[0].source}.label")),
                ),
                expected="a comparison with placebo that is allocated at random and masked",
                mend="confirm design.comparison in the protocol file",
            )
        )


def _escalation(case: _Case, levels: Levels) -> DraftedKind:
    drafted = draft_escalation(case.text, levels, case.enrolment.count or None, "design")
    case.problems += drafted.problems
    case.assumptions += drafted.assumptions
    return case.done(drafted.design, levels)


def _not_randomised(case: _Case) -> DraftedKind:
    controls = [arm for arm in case.arms if arm.role.is_control]
    levels = None if controls else find_levels(case.drafted, case.arms)
    if (
        levels is not None
        and len(levels.levels) == len(case.arms)
        and (case.model == "SEQUENTIAL" or case.text.cue is not None)
    ):
        return _escalation(case, levels)
    if case.text.cue is not None and not controls and _escalates(case):
        return case.unsupported(
            "dose escalation with further cohorts",
            "which arms escalate, at which dose levels, and what opens the cohorts that follow",
            case.text.cue,
        )
    if case.model == "SEQUENTIAL":
        return case.unsupported("sequential cohorts", "what opens one arm after another")
    if case.model == "SINGLE_GROUP":
        return case.unsupported(
            "single group with several cohorts", "which participants belong to which arm, and how many"
        )
    return _parallel(case, case.arms, "design", case.enrolment.count)


def _parallel(case: _Case, arms: tuple[Arm, ...], about: str, count: int | None) -> DraftedKind:
    randomised = case.randomised is not False
    if case.randomised is None:
        case.assumptions.append(
            Assumption(
                f"{about}.randomised",
                "allocated at random",
                "the record does not say how participants are allocated to its arms",
                ("not randomised",),
                must_confirm=True,
            )
        )
    ratio = _ratio(case, arms, about, randomised=randomised)
    size = count or _assumed_size(case, f"{about}.size", len(arms))
    return case.done(Parallel(tuple(arm.id for arm in arms), ratio, size, randomised))


def _ratio(case: _Case, arms: tuple[Arm, ...], about: str, *, randomised: bool) -> tuple[int, ...]:
    found, problems = stated_ratio(case.record, arms)
    case.problems += problems
    if found is not None:
        _note_ratio(case, found, about)
        return found.terms
    equal = (1,) * len(arms)
    listed = ":".join("1" for _ in arms)
    why = "the record states neither a ratio nor the sizes of the arms" + (
        "" if randomised else ", which are not randomised"
    )
    alternatives = ("2:1", "1:2") if len(arms) == 2 else (":".join(["2", *["1"] * (len(arms) - 1)]),)
    case.assumptions.append(
        Assumption(
            f"{about}.ratio", listed, why, alternatives, must_confirm=True, source="convention: equal allocation"
        )
    )
    return equal


def _note_ratio(case: _Case, found: Ratio, about: str) -> None:
    listed = ":".join(map(str, found.terms))
    if found.from_sizes:
        case.assumptions.append(
            Assumption(
                f"{about}.ratio",
                listed,
                f"derived from the sizes of the arms that the text states: {found.evidence.quote}",
                (":".join("1" for _ in found.terms),),
            )
        )
    elif found.order_assumed:
        case.assumptions.append(
            Assumption(
                f"{about}.ratio",
                f"{listed} in the order of the arms",
                f"the text does not say which number belongs to which arm: {found.evidence.quote}",
                (":".join(map(str, reversed(found.terms))),),
                must_confirm=True,
            )
        )


def _assumed_size(case: _Case, about: str, arms: int) -> int:
    size = ARM_SIZE * arms
    count = case.enrolment.count
    why = (
        f"the record gives {count} participants, none of whom can be run"
        if count == 0
        else "the number of participants is not known"
    )
    if count:
        why = f"the record gives {count} participants for the trial as a whole, and none for this part"
    case.assumptions.append(
        Assumption(
            about,
            f"{size} participants ({ARM_SIZE} per arm)",
            f"{why}; a round number so that the design can be run, not a recommendation",
            ("any other number",),
            must_confirm=True,
        )
    )
    return size
