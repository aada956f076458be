"""Why a verdict is what it is: for each criterion the rule in words, what is known, the answer, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.forms.english import english
from trialwright.protocol.eligibility.forms.english import leaf as said
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.needs import Need
from trialwright.protocol.eligibility.tree import Leaf, leaves
from trialwright.screen.person import Person
from trialwright.screen.plain.answering import leaf_answer, places_of
from trialwright.screen.plain.asking import Questions, questions
from trialwright.screen.plain.deciding import favourable, verdict
from trialwright.screen.plain.kleene import Answer
from trialwright.screen.plain.shown import Shown, lacking_parts, missing, shown

if TYPE_CHECKING:
    from trialwright.screen.cohort import Cohort

ADMITS, EXCLUDES, OPEN = "admits", "excludes", "open"
UNDECIDING = "what is known does not decide it: records differ, are not dated, or cannot be compared"


@dataclass(frozen=True, slots=True)
class LeafReason:
    """One condition of a criterion. `rule`: in words; `found`: what is known; `answer`: True, False or None for
    unknown; `missing`: values that it needs and that are not there (empty where it is answered); `note`: why it is
    unknown although nothing is missing, or what else would answer it."""

    rule: str
    found: tuple[Shown, ...]
    answer: Answer
    missing: tuple[Need, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One criterion. `text`: as in the record; `rule`: what is computed, in words; `answer`: whether that holds;
    `effect`: `admits`, `excludes` or `open`; `leaves`: its conditions one by one, in order."""

    id: str
    section: Section
    text: str
    rule: str
    answer: Answer
    effect: str
    leaves: tuple[LeafReason, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """A patient's verdict with a reason for each criterion, and what is to be asked where it is undecided."""

    patient: str
    verdict: str
    criteria: tuple[Reason, ...]
    questions: Questions

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values; an unknown answer is null."""
        return {
            "patient": self.patient,
            "verdict": self.verdict,
            "criteria": [{**asdict(reason), "section": reason.section.value} for reason in self.criteria],
            "questions": self.questions.to_json(),
        }

    def to_text(self, *, admitting: bool = True) -> str:
        """For a person: the verdict, each criterion with what is known and what is missing, then the questions.

        `admitting`: tell as much of criteria that admit; otherwise those are only named.
        """
        told = [reason for reason in self.criteria if admitting or reason.effect != ADMITS]
        lines = [f"{self.patient}: {self.verdict}"]
        for reason in told:
            lines += ["", *_told(reason)]
        rest = [reason.id for reason in self.criteria if reason not in told]
        if rest:
            lines += ["", f"These admit: {', '.join(rest)}"]
        return "\n".join([*lines, *_asked(self.questions)])


def explanation(criteria: Sequence[Compiled], person: Person, complete: Set[str] = frozenset()) -> Explanation:
    """Why the criteria let a patient in, keep them out, or leave it open. `complete`: keys whose absence means no."""
    whole = frozenset(complete)
    given = verdict(criteria, person, whole)
    reasons = tuple(_reason(each, given.answers[each.id], person, whole) for each in criteria)
    return Explanation(person.id, given.verdict, reasons, questions(criteria, person, whole))


def explanations(criteria: Sequence[Compiled], cohort: Cohort) -> Iterator[Explanation]:
    """The explanation for every patient of a cohort, in its order; each is made when it is asked for."""
    from trialwright.screen.gathering import people_of

    for person in people_of(cohort):
        yield explanation(criteria, person, cohort.complete)


def _reason(each: Compiled, answer: Answer, person: Person, complete: frozenset[str]) -> Reason:
    wanted = favourable(each.criterion.section)
    effect = OPEN if wanted is None or answer is None else ADMITS if answer is wanted else EXCLUDES
    found = []
    for leaf, place in zip(leaves(each.expression), places_of(each), strict=True):
        told = leaf_answer(leaf, person, complete, place)
        lacks = missing(leaf, person, complete) if told is None else ()
        note = None if told is not None else _note(leaf, person, lacks)
        found.append(LeafReason(said(leaf), shown(leaf, person, place), told, lacks, note))
    rule = english(each.expression)
    return Reason(each.id, each.criterion.section, each.criterion.text, rule, answer, effect, tuple(found))


def _note(leaf: Leaf, person: Person, lacks: tuple[Need, ...]) -> str | None:
    parts = lacking_parts(leaf, person)
    if parts:
        return f"it could be computed from {', '.join(parts)} too"
    return None if lacks else UNDECIDING


def _told(reason: Reason) -> list[str]:
    lines = [f"{reason.id} {reason.effect}: {' '.join(reason.text.split()) or 'no text'}"]
    lines.append(f"  rule: {reason.rule} -> {_word(reason.answer)}")
    for leaf in reason.leaves:
        if len(reason.leaves) > 1:
            lines.append(f"  - {leaf.rule} -> {_word(leaf.answer)}")
        lines += [f"    known: {found}" for found in leaf.found]
        lines += [f"    missing: {_line(need)}" for need in leaf.missing]
        lines += [f"    {leaf.note}"] if leaf.note is not None else []
    return lines


def _line(need: Need) -> str:
    """What is missing; of a judgement, whose rule says it already, that a person must answer."""
    if need.key == "judgement":
        return "a person's answer"
    return f"{need.label}{f' ({need.unit})' if need.unit else ''}"


def _asked(asked: Questions) -> list[str]:
    lines = []
    if asked.shortest:
        lines += ["", "To be asked:" if asked.proven else "To be asked (a shorter list may exist):"]
        lines += [f"  - {each.text} [{', '.join(each.columns or each.criteria)}]" for each in asked.shortest]
    if asked.first is not None:
        lines.append(f"First, as it may exclude: {asked.first.text}")
    if asked.contrary:
        lines.append(f"No answers settle all of these in favour: {', '.join(asked.contrary)}")
    lines += [f"Not settled by data: {name}: {why}" for name, why in asked.unsettleable.items()]
    return lines


def _word(answer: Answer) -> str:
    return "unknown" if answer is None else "yes" if answer else "no"
