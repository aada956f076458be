"""Drafts the arms of a record: roles, parts, sizes, and each treatment with its dosing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from trialwright.core.gates import folded, gated
from trialwright.core.problem import Problem, Severity
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.arms.links import ROOT, links, same
from trialwright.protocol.arms.role import CODED, part_of, role_from_words
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import Dosing
from trialwright.protocol.dosing.route import routes
from trialwright.protocol.dosing.text import CYCLES, Told, is_cell_product, read_dosing
from trialwright.protocol.draft_text import Passage, clean, narrative, passage, sentences
from trialwright.record.model import ArmGroup, Intervention
from trialwright.record.provenance import Presence
from trialwright.record.record import Record

_DOSED_TYPES = {"DRUG", "BIOLOGICAL", "COMBINATION_PRODUCT", "GENETIC", "RADIATION", "DIETARY_SUPPLEMENT"}
_UNDOSED_TYPES = {"BEHAVIORAL", "DEVICE", "PROCEDURE", "DIAGNOSTIC_TEST"}
"""Sessions, implants and operations: what is counted there is not doses."""
_NO_DOSING = Dosing()
_BLANK = gated(r"^no\b|\bplacebo\b|\bsham\b|\bsaline\b|without (?:UC-?MSCs?|cells)|\bvehicle\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DraftedArms:
    """The arms in the record's order, what was told of each arm's treatments, and what was found on the way.

    `told`: for each arm, one `Told` per treatment.
    """

    arms: tuple[Arm, ...]
    told: tuple[tuple[Told, ...], ...]
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


@dataclass(frozen=True, slots=True)
class OutlinedArms:
    """The arms before any dosing is read: roles, parts, and treatments by name and type alone.

    `linked`: for each arm the indexes of its interventions; `doubts`: for each arm what its role rests on, or None.
    """

    record: Record
    arms: tuple[Arm, ...]
    linked: tuple[tuple[int, ...], ...]
    doubts: tuple[Assumption | None, ...]
    problems: tuple[Problem, ...]

    def undosed(self) -> DraftedArms:
        """The arms as if no text spoke of a dose: enough to tell a design that has no dose levels."""
        return DraftedArms(self.arms, tuple(() for _ in self.arms))

    def dosed(self, index: int, *, levels: bool = False) -> tuple[Arm, tuple[Told, ...]]:
        """One arm with the dosing of its treatments, and what was told of each.

        `levels`: several doses in an arm are levels of an escalation."""
        arm = self.arms[index]
        told = _treatments(self.record, index, self.linked, arm.role, levels=levels)
        treatments = tuple(replace(given, dosing=each.dosing) for given, each in zip(arm.treatments, told, strict=True))
        return replace(arm, treatments=treatments), told


def outline_arms(record: Record) -> OutlinedArms:
    """The arms of a record without their dosing; empty where it has none."""
    module = record.study.protocol_section.arms_interventions_module
    linked, problems = links(record)
    arms: list[Arm] = []
    doubts: list[Assumption | None] = []
    for index, group in enumerate(module.arm_groups):
        given = [(number, module.interventions[number]) for number in linked[index]]
        names = tuple(clean(each.name) for _, each in given)
        role, doubt = _role(record, index, group, names, alone=len(module.arm_groups) == 1)
        treatments = tuple(
            Treatment(clean(each.name), each.type, _NO_DOSING, f"{ROOT}.interventions[{number}]")
            for number, each in given
        )
        label, description = clean(group.label), clean(group.description)
        source = f"{ROOT}.armGroups[{index}]"
        name = label or f"arm {index + 1}"
        arms.append(Arm(f"arm-{index + 1}", name, role, treatments, source, description, part_of(label)))
        doubts.append(doubt)
    return OutlinedArms(record, tuple(arms), linked, tuple(doubts), problems)


def draft_arms(record: Record, *, levels: bool = False) -> DraftedArms:
    """The arms of a record; empty where it has none. `levels`: several doses in an arm are levels of an escalation."""
    return dosed_arms(outline_arms(record), levels=levels)


def dosed_arms(outlined: OutlinedArms, *, levels: bool) -> DraftedArms:
    """Outlined arms with their dosing; see `draft_arms`."""
    problems, assumptions = list(outlined.problems), []
    dosed = [outlined.dosed(index, levels=levels) for index in range(len(outlined.arms))]
    for doubt, (_, told) in zip(outlined.doubts, dosed, strict=True):
        assumptions += [doubt] if doubt else []
        for each in told:
            problems += each.problems
            assumptions += each.assumptions
    arms, told_all = tuple(arm for arm, _ in dosed), tuple(told for _, told in dosed)
    return DraftedArms(arms, told_all, _once(problems), _merged(assumptions))


def _role(
    record: Record, index: int, group: ArmGroup, names: tuple[str, ...], *, alone: bool
) -> tuple[ArmRole, Assumption | None]:
    coded = CODED.get(group.type or "")
    if coded is not None:
        return coded, None
    if record.study.protocol_section.design_module.study_type not in (None, "INTERVENTIONAL"):
        return ArmRole.UNKNOWN, None
    role = role_from_words(clean(group.label), clean(group.description), names, alone=alone)
    lost = record.presence(f"{ROOT}.armGroups[{index}].type") is Presence.LOST
    if role is ArmRole.UNKNOWN and group.type == "OTHER":
        role = ArmRole.EXPERIMENTAL if names else ArmRole.UNKNOWN
    why = "the rendering lost the arm's type" if lost else f"the arm's type is {group.type or 'not given'}"
    return role, Assumption(
        f"arms[{index}].role",
        role.value,
        f"{why}; its label and description speak for it",
        tuple(each.value for each in (ArmRole.EXPERIMENTAL, ArmRole.ACTIVE_CONTROL) if each is not role),
    )


def _blank(each: Intervention, role: ArmRole, treatments: int) -> bool:
    """Whether a treatment is a placebo or sham, which has no dose of its own."""
    if role in (ArmRole.PLACEBO_CONTROL, ArmRole.SHAM_CONTROL) and treatments == 1:
        return True
    name = clean(each.name)
    if _BLANK.search(name) is None or "+" in name.split("lacebo")[0]:
        return False
    only_solvent = re.search(r"placebo|sham|without|vehicle", name, re.IGNORECASE) is None
    return not (only_solvent and is_cell_product(name))


def _gives_cells(each: Intervention) -> bool:
    """Whether the name is that of a cell product, so that milligrams near it are another substance's."""
    name = clean(each.name)
    return is_cell_product(name) and _DERIVED.search(name) is None


_BESIDE = gated(r"premedic|prophyla|prior")
_DERIVED = re.compile(
    r"derived factor|exosom|secretom|vesicle|condition(?:ed|ing)|lysate|anti-|\+|,| and ", re.IGNORECASE
)
_GIVEN = gated(r"\b(?:receiv|administ|infus|inject|given|transfus|treated with)", re.IGNORECASE)
_GENERIC = frozenset(
    {
        "acetate",
        "administration",
        "allogeneic",
        "autologous",
        "capsule",
        "capsules",
        "cells",
        "control",
        "conventional",
        "derived",
        "dose",
        "double",
        "group",
        "high-dose",
        "human",
        "hydrochloride",
        "infusion",
        "infusions",
        "injection",
        "injections",
        "intramuscular",
        "intrathecal",
        "intravenous",
        "low-dose",
        "matching",
        "mesenchymal",
        "oral",
        "patients",
        "placebo",
        "reduced-dose",
        "routine",
        "single",
        "sodium",
        "solution",
        "standard",
        "standard-dose",
        "stromal",
        "study",
        "subcutaneous",
        "supportive",
        "tablet",
        "tablets",
        "therapy",
        "topical",
        "transfusion",
        "transplantation",
        "treatment",
        "umbilical",
    }
)
"""Words of names that many treatments share."""


def _keys(name: str) -> set[str]:
    """The words by which a text may speak of a treatment: its name, a name in brackets, its first word of its own."""
    low = name.lower()
    own = [word for word in re.findall(r"[a-z][\w-]{4,}", low) if word not in _GENERIC][:1]
    inside = [found.strip() for found in re.findall(r"\(([^()]{2,20})\)", low) if not found.strip()[0].isdigit()]
    whole = re.sub(r"\([^()]*\)", "", low).strip()
    return {key for key in (low, whole, *own, *inside) if len(key) > 1}


def _portion(text: str, name: str, others: tuple[str, ...]) -> str:
    """The stretches of an arm's text that follow this treatment's name, up to another treatment's name."""
    low = text.lower()
    keys = _keys(name)
    other_keys = {key for other in others for key in _keys(other)} - keys
    marks = sorted(
        [(m.start(), True) for key in keys for m in re.finditer(rf"(?<!\w){re.escape(key)}", low)]
        + [(m.start(), False) for key in other_keys for m in re.finditer(rf"(?<!\w){re.escape(key)}", low)]
    )
    pieces = []
    for place, (start, own) in enumerate(marks):
        if own:
            end = next((s for s, mine in marks[place + 1 :] if not mine), len(text))
            pieces.append(_own_lines(text, start, end))
            if end == len(text) and "\n" not in text[start:end]:
                break
    return "\n".join(dict.fromkeys(pieces))


def _own_lines(text: str, start: int, end: int) -> str:
    """The stretch up to the end of its line where the line is an item of a list; the next item is another's."""
    line = text[text.rfind("\n", 0, start) + 1 : start]
    piece = text[start:end]
    if "\n" not in piece or not re.match(r"\s*(?:[*•·\-–]|\d{1,2}[.)])\s", line):
        return piece
    return piece.split("\n", 1)[0]


def _treatments(
    record: Record, index: int, linked: tuple[tuple[int, ...], ...], role: ArmRole, *, levels: bool
) -> tuple[Told, ...]:
    module = record.study.protocol_section.arms_interventions_module
    group = module.arm_groups[index]
    own_arms = linked[index]
    dosed = [
        number
        for number in own_arms
        if not _blank(module.interventions[number], role, len(own_arms))
        and module.interventions[number].type not in ("PROCEDURE", "BEHAVIORAL", "OTHER", "DIAGNOSTIC_TEST")
    ]
    told = []
    for place, number in enumerate(own_arms):
        each = module.interventions[number]
        shared = sum(number in others for others in linked) > 1
        sole = len(own_arms) == 1 or dosed == [number]
        texts = _texts(
            record, index, group, number, each, [module.interventions[i] for i in own_arms], shared=shared, sole=sole
        )
        blank = _blank(each, role, len(own_arms))
        cells = not blank and is_cell_product(
            clean(each.name), clean(each.description), clean(group.description) if sole else ""
        )
        plan = read_dosing(
            texts,
            about=f"arms[{index}].treatments[{place}]",
            field=f"{ROOT}.interventions[{number}].description",
            cells=cells,
            dosed=not blank,
            levels=levels,
            only_cells=_gives_cells(each),
            cycles=any(CYCLES.search(clean(text)) for text in (group.description, each.description)),
        )
        if sole and role is ArmRole.EXPERIMENTAL and not blank:
            plan = _from_narrative(record, plan, clean(each.name), index, place, cells=cells)
        if each.type in _UNDOSED_TYPES and not any(m.unit.startswith("cells") for m in plan.mentions):
            plan = Told(Dosing(route=plan.dosing.route if cells else None))
        plan = _without_needless(plan, each, blank=blank)
        told.append(plan)
    return _routes_of_arm(group, told)


def _routes_of_arm(group: ArmGroup, told: list[Told]) -> tuple[Told, ...]:
    """The treatments without the route that they share, where the arm's own text names it and yet another."""
    text = "\n".join(sentence for sentence in sentences(clean(group.description)) if not _BESIDE.search(sentence))
    named = set(routes(text))
    used = {each.dosing.route for each in told if each.dosing.route}
    if len(used) != 1 or not used < named or not all(each.dosing.route for each in told):
        return tuple(told)
    listed = ", ".join(sorted(named))
    problem = Problem(
        "DRAFT-105",
        Severity.INFO,
        f"several routes are named in the arm's text: {listed}",
        expected="one route per treatment",
        mend="set route in the protocol file",
    )
    return tuple(
        replace(each, dosing=replace(each.dosing, route=None), problems=(*each.problems, problem))
        if each.dosing.route
        else each
        for each in told
    )


def _texts(
    record: Record,
    index: int,
    group: ArmGroup,
    number: int,
    each: Intervention,
    all_given: list[Intervention],
    *,
    shared: bool,
    sole: bool,
) -> tuple[Passage, ...]:
    """The texts that speak of a treatment in an arm, the most specific first."""
    described = passage(record, f"{ROOT}.interventions[{number}].description", each.description)
    named = passage(record, f"{ROOT}.interventions[{number}].name", each.name)
    label = passage(record, f"{ROOT}.armGroups[{index}].label", group.label)
    arm = passage(record, f"{ROOT}.armGroups[{index}].description", group.description)
    if not sole:
        others = tuple(clean(other.name) for other in all_given if same(other.name) != same(each.name))
        label = replace(label, text=_portion(label.text, named.text, others))
        arm = replace(arm, text=_portion(arm.text, named.text, others))
    order = (label, arm, described, named) if shared else (described, named, label, arm)
    kept: list[Passage] = []
    for text in order:
        if text.text and text.text not in {k.text for k in kept}:
            kept.append(text)
    return tuple(kept)


def _from_narrative(record: Record, told: Told, name: str, index: int, place: int, *, cells: bool) -> Told:
    """The dose from the record's prose, where the arm's own texts state none and the prose states exactly one."""
    if told.dosing.readings or told.dosing.reference or told.mentions:
        return told
    words = re.findall(r"[A-Za-z][\w-]{3,}", name)[:3]
    for each in narrative(record):
        if not _GIVEN.may(each.text):
            continue
        spoken = [
            s for s in sentences(each.text) if _GIVEN.search(s) and (_names(s, words) or (cells and is_cell_product(s)))
        ]
        if not spoken:
            continue
        found = read_dosing(
            (replace(each, text="\n".join(spoken)),),
            about=f"arms[{index}].treatments[{place}]",
            field=each.path,
            cells=cells,
        )
        if len(found.mentions) == 1:
            old, new = told.dosing, found.dosing
            merged = replace(
                old,
                readings=new.readings,
                administrations=old.administrations or new.administrations,
                days=old.days
                or (new.days if not old.administrations or old.administrations == new.administrations else None),
                route=old.route or new.route,
                volume=old.volume or new.volume,
                evidence=old.evidence + new.evidence,
            )
            kept = tuple(p for p in told.problems if not (p.code == "DRAFT-104" and merged.route))
            return Told(
                merged,
                found.mentions,
                found.passage,
                kept + tuple(p for p in found.problems if p.code == "DRAFT-101"),
                told.assumptions + found.assumptions,
            )
    return told


def _names(sentence: str, words: list[str]) -> bool:
    """Whether a sentence holds one of the words of a name, in letters of any case."""
    low = folded(sentence)
    return any(folded(word) in low for word in words)


def _without_needless(told: Told, each: Intervention, *, blank: bool) -> Told:
    """A missing route matters for what is given into the body only."""
    if blank or each.type not in _DOSED_TYPES | {None}:
        return replace(told, problems=tuple(p for p in told.problems if p.code not in ("DRAFT-104", "DRAFT-105")))
    return told


def _once(problems: list[Problem]) -> tuple[Problem, ...]:
    """Each problem once: arms that share an intervention share what is doubtful in it."""
    seen: dict[tuple[str, str, str | None], Problem] = {}
    for each in problems:
        seen.setdefault((each.code, each.message, each.field), each)
    return tuple(sorted(seen.values(), key=lambda p: Severity(p.severity).rank))


def _merged(assumptions: list[Assumption]) -> tuple[Assumption, ...]:
    return tuple(dict.fromkeys(assumptions))
