"""Who is compared with whom: the groups of the analysis, the contrasts that the design allows, and their cautions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from trialwright.analyse.derive import Value
from trialwright.analyse.observed import Observed, Participant
from trialwright.analyse.rows import Estimate
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.protocol.outcomes import Outcome
from trialwright.protocol.protocol import Protocol
from trialwright.protocol.schedule import Encounter

FEW = 5  # below this many participants in a group no asymptotic p or interval is given
LEVEL = "dose level"
RANDOMISED, ENROLLED, DOSED, DLT_EVALUABLE = "randomised", "enrolled", "dosed", "DLT-evaluable"
MOST_PAIRED = 8
NOT_RANDOMISED = "not randomised: the groups may differ in more than their treatment"


@dataclass(frozen=True, slots=True)
class Group:
    """Participants who are described together. `name`: the arm's id, `dose level 2`, or `all`. `undosed`: a control arm
    in which nobody has a dose recorded, as when it receives the usual care only."""

    name: str
    population: str
    members: tuple[Participant, ...]
    undosed: bool = False

    def treated(self) -> Group:
        """The participants who received at least one dose; all of them in a control arm that receives none."""
        if self.undosed:
            return self
        return Group(self.name, DOSED, tuple(p for p in self.members if p.first_dose is not None))


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison, always first minus second. `caution`: what must be said with every number of it."""

    first: Group
    second: Group
    caution: str = ""

    @property
    def name(self) -> str:
        """How rows name it: `arm-1 - arm-2`."""
        return f"{self.first.name} - {self.second.name}"


@dataclass(frozen=True, slots=True)
class Layout:
    """The groups and contrasts of one trial. `one_sample`: within-participant change is tested, for there is nobody to
    compare with. `no_contrast`: why there is no contrast, empty where there is one. `unplaced`: participants who
    belong to no group."""

    groups: tuple[Group, ...]
    contrasts: tuple[Contrast, ...] = ()
    one_sample: bool = False
    no_contrast: str = ""
    unplaced: tuple[str, ...] = ()

    @property
    def everybody(self) -> Group:
        """All groups together."""
        return Group("all", ENROLLED, tuple(person for group in self.groups for person in group.members))

    def dosed(self) -> Layout:
        """The same groups and contrasts, with the participants who received at least one dose."""
        groups = {group.name: group.treated() for group in self.groups}
        contrasts = tuple(
            replace(
                c,
                first=groups[c.first.name],
                second=groups[c.second.name],
                caution="; ".join(part for part in (c.caution, _counted_whole(c)) if part),
            )
            for c in self.contrasts
        )
        return replace(self, groups=tuple(groups.values()), contrasts=contrasts)


def _counted_whole(contrast: Contrast) -> str:
    names = [group.name for group in (contrast.first, contrast.second) if group.undosed]
    return f"nobody in {names[0]} has a dose recorded: all its participants count, from allocation" if names else ""


@dataclass(frozen=True, slots=True)
class Task:
    """One outcome to be analysed: with its layout, its data and the schedule."""

    outcome: Outcome
    layout: Layout
    observed: Observed
    schedule: Sequence[Encounter] = ()

    def row(
        self, group: Group | Contrast | None, statistic: str, value: float | None, *, visit: str = "", **more: object
    ) -> Estimate:
        """A row of this outcome for a group, a contrast or (None) the outcome as a whole."""
        match group:
            case Contrast(first=first, caution=caution):
                population, name = first.population, group.name
                more["note"] = "; ".join(str(part) for part in (more.get("note"), caution) if part)
            case Group():
                population, name = group.population, group.name
            case None:
                population, name = "", ""
        return Estimate(self.outcome.id, population, visit, name, statistic, value, **more)  # type: ignore[arg-type]


def tally(values: Iterable[Value | None]) -> Mapping[str, int]:
    """How many have no value, by reason."""
    return dict(sorted(Counter(value.missing for value in values if value is not None and value.missing).items()))


def lay_out(protocol: Protocol, observed: Observed) -> Layout:
    """The groups and contrasts of a protocol's design.

    Randomised groups are compared, experimental minus control. Where no arm is coded as a control, pairs are
    compared in the record's order. One arm, and dose levels, are never compared.
    """
    people = observed.participants
    match protocol.design:
        case SingleArm(arm=arm):
            group = Group(arm, DOSED, tuple(p for p in people if p.first_dose is not None))
            return Layout((group,), one_sample=True, no_contrast="single arm: there is nobody to compare with")
        case Escalation() as escalation:
            groups, unplaced = _by_level(escalation, people)
            return Layout(
                groups, no_contrast="dose levels follow one another and are described only", unplaced=unplaced
            )
        case SelectThenCompare(escalation=escalation, comparison=comparison):
            later = tuple(p for p in people if p.arm in comparison.arms)
            levels, unplaced = _by_level(escalation, tuple(p for p in people if p not in later))
            second = _parallel(protocol, comparison, later)
            return replace(second, groups=levels + second.groups, unplaced=unplaced + second.unplaced)
        case Parallel() as parallel:
            return _parallel(protocol, parallel, people)
        case Unsupported(arms=arms, name=name):
            groups, unplaced = _by_arm(arms, people, ENROLLED)
            if not arms:
                groups, unplaced = (Group("all", ENROLLED, people),), ()
            return Layout(groups, no_contrast=f"{name}: no method is chosen for this kind of design", unplaced=unplaced)


def _by_arm(
    arms: Sequence[str], people: Sequence[Participant], population: str
) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    groups = tuple(Group(arm, population, tuple(p for p in people if p.arm == arm)) for arm in arms)
    return groups, tuple(p.id for p in people if p.arm not in arms)


def _by_level(escalation: Escalation, people: Sequence[Participant]) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    def level(person: Participant) -> int:
        if person.dose_level:
            return person.dose_level
        several = len(escalation.arms) == escalation.levels and person.arm in escalation.arms
        return escalation.arms.index(person.arm) + 1 if several and person.arm else 0

    highest = max([escalation.levels, *(level(person) for person in people)])
    groups = tuple(
        Group(f"{LEVEL} {number}", DOSED, tuple(p for p in people if level(p) == number and p.first_dose is not None))
        for number in range(1, highest + 1)
    )
    return groups, tuple(p.id for p in people if level(p) == 0)


def _parallel(protocol: Protocol, parallel: Parallel, people: Sequence[Participant]) -> Layout:
    found, unplaced = _by_arm(parallel.arms, people, RANDOMISED if parallel.randomised else ENROLLED)
    roles = {arm.id: arm for arm in protocol.arms}
    groups = tuple(replace(group, undosed=_undosed(group, roles)) for group in found)
    caution = "" if parallel.randomised else NOT_RANDOMISED
    contrasts = tuple(
        Contrast(first, second, "; ".join(part for part in (caution, uncoded, _origins(first, second)) if part))
        for first, second, uncoded in _pairs(groups, roles)
    )
    reason = "" if contrasts else "only one group is named"
    return Layout(groups, contrasts, one_sample=len(groups) == 1, no_contrast=reason, unplaced=unplaced)


def _origins(first: Group, second: Group) -> str:
    """What must be said where the days of two groups do not count from the same event."""
    if first.undosed == second.undosed:
        return ""
    name = first.name if first.undosed else second.name
    return f"day 0 is the allocation in {name}, where nobody is dosed, and the first dose in the other group"


def _undosed(group: Group, arms: Mapping[str, Arm]) -> bool:
    """Whether a group is a control without placebo or sham in which nobody was dosed."""
    role = arms[group.name].role if group.name in arms else ArmRole.UNKNOWN
    usual = role in (ArmRole.ACTIVE_CONTROL, ArmRole.NO_TREATMENT_CONTROL, ArmRole.UNKNOWN)
    return usual and bool(group.members) and all(person.first_dose is None for person in group.members)


def _pairs(groups: Sequence[Group], arms: Mapping[str, Arm]) -> list[tuple[Group, Group, str]]:
    """Experimental against control; all pairs in the record's order where no arm, or every arm, is a control.

    Of more groups than MOST_PAIRED without a control, each is compared with the first one only.
    """
    controls = [g for g in groups if g.name in arms and arms[g.name].role.is_control]
    others = [g for g in groups if g not in controls]
    if controls and others:
        return [(first, second, "") for first in others for second in controls]
    word = "no arm is coded as a control" if not controls else "every arm is coded as a control"
    if len(groups) > MOST_PAIRED:
        said = f"{word}, and {len(groups)} groups are too many to compare in pairs: each minus the first of the record"
        return [(group, groups[0], said) for group in groups[1:]]
    return [
        (first, second, f"{word}: first minus second in the record's order")
        for first, second in combinations(groups, 2)
    ]
