"""Rules about what a rendering did to the record: lost items, exponents, levels and sections."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from trialwright.core.gates import gated
from trialwright.core.problem import Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import CONDITIONS, CRITERIA, KEYWORDS, OUTCOMES, around, outcomes, prose, treatments
from trialwright.protocol.eligibility.items import ItemKind, Section
from trialwright.protocol.outcomes import OutcomeLevel
from trialwright.record.provenance import Presence


@rule(
    "RF-001",
    Severity.WARNING,
    "a numbered list that does not start at 1, or has gaps",
    why="A criterion that is not there cannot be checked: nobody can be called eligible by this text alone.",
    fix=Fixability.RENDERING,
    says_too=("READ-101", "DRAFT-301"),
)
def gaps(subject: Subject) -> Iterator[Answer]:
    missing = [item for item in subject.criteria if item.kind is ItemKind.MISSING and _one_list(subject, item.section)]
    for section in dict.fromkeys(item.section for item in missing):
        numbers = ", ".join(item.number or "?" for item in missing if item.section is section)
        following = next(
            (item for item in subject.criteria if item.section is section and item.kind is ItemKind.TEXT),
            None,
        )
        evidence = (subject.quote(CRITERIA, f"{following.number}. {following.text}"),) if following else ()
        yield Found(f"Of the {section.value} criteria, number {numbers} is missing from the text.", CRITERIA, evidence)


def _one_list(subject: Subject, section: Section) -> bool:
    """Whether the numbers of a section run up in one list, so that a gap in them is one."""
    numbers = [item.number or "" for item in subject.criteria if item.section is section and item.number]
    values = [int(number) for number in numbers if number.isdigit()]
    return len(values) == len(numbers) and all(a < b for a, b in pairwise(values))


@rule(
    "RF-002",
    Severity.WARNING,
    "values that were told by their place because their labels were lost",
    why="What has no label was recognised by its place and form: nobody has confirmed it.",
    fix=Fixability.RENDERING,
)
def by_place(subject: Subject) -> Iterator[Answer]:
    guessed = [
        path
        for path, entry in subject.record.provenance.entries.items()
        if entry.presence is Presence.PRESENT
        and entry.note.startswith("by its place")
        and "first of the" not in entry.note
    ]
    if guessed:
        shown = ", ".join(path.rpartition("Module.")[2] for path in guessed[:5])
        more = f" and {len(guessed) - 5} more" if len(guessed) > 5 else ""
        yield Found(
            f"{len(guessed)} values were recognised without a label: {shown}{more}.",
            guessed[0],
            tuple(subject.quote(path) for path in guessed[:5]),
        )


@rule(
    "RF-003",
    Severity.WARNING,
    "a section that every record should have is empty",
    why="What is not shown is not known: an empty section must not be read as 'none'.",
    fix=Fixability.RENDERING,
)
def empty_sections(subject: Subject) -> Iterator[Answer]:
    needed = {
        "protocolSection.descriptionModule.briefSummary": "brief summary",
        "protocolSection.conditionsModule.conditions": "list of conditions",
        "protocolSection.armsInterventionsModule.interventions": "list of interventions",
        CRITERIA: "eligibility text",
    }
    for path, name in needed.items():
        presence = subject.record.presence(path)
        if presence is Presence.LOST:
            yield Found(f"The {name} was lost by this rendering.", path, severity=Severity.INFO)
        elif presence is Presence.ABSENT and not (name == "list of interventions" and _observational(subject)):
            yield Found(f"The record has no {name}.", path)


def _observational(subject: Subject) -> bool:
    return subject.section.design_module.study_type != "INTERVENTIONAL"


@rule(
    "RF-004",
    Severity.ERROR,
    "a power of ten whose exponent lost its raised position",
    why="'1 X 10 8' reads as one hundred million or as one hundred and eight: a dose must not hang on a superscript.",
    fix=Fixability.RENDERING,
    says_too=("READ-112", "DRAFT-101"),
)
def lost_exponents(subject: Subject) -> Iterator[Answer]:
    yield from _ambiguous(subject, lost_exponent=True)


@rule(
    "RF-005",
    Severity.ERROR,
    "a number in scientific notation that can be read in two ways",
    why="'4.0*10E7' is 4 x 10^7 to one reader and 4 x 10 x 10^7 to a computer: a tenfold dose.",
    fix=Fixability.SPONSOR,
    says_too=("DRAFT-101",),
)
def ambiguous_notation(subject: Subject) -> Iterator[Answer]:
    yield from _ambiguous(subject, lost_exponent=False)


_LOST = gated(r"[x×X*·] ?10 \d{1,2}\b(?! ?[\^x×*])|(?<![\d.^])10 \d{1,2} cells")
_SPELT = gated(r"\d\s*E\s*\+?\d", re.IGNORECASE)


def _ambiguous(subject: Subject, *, lost_exponent: bool) -> Iterator[Answer]:
    """Ambiguous doses of the protocol, each text once: exponent spelt out (E), or lost."""
    seen: set[str] = set()
    pattern = _LOST if lost_exponent else _SPELT
    if not any(pattern.search(" ".join(text.split())) for _, text in treatments(subject) if "10" in text):
        return
    for index in range(len(subject.arms)):
        for treatment in subject.dosed(index).treatments:
            dosing = treatment.dosing
            written = next((item for item in dosing.evidence if re.search(r"\b10\b|10E", item.quote)), None)
            if not dosing.is_ambiguous or written is None or written.quote in seen:
                continue
            if not pattern.search(written.quote):
                continue
            seen.add(written.quote)
            readings = " or ".join(dict.fromkeys(str(reading.dose) for reading in dosing.readings))
            yield Found(f"The dose can be read as {readings}.", f"{treatment.source}.description", (written,))


@rule(
    "RF-008",
    Severity.WARNING,
    "outcomes whose level (primary or secondary) was lost",
    why="Without the level nobody can tell which outcome the trial stands or falls by.",
    fix=Fixability.RENDERING,
    says_too=("READ-105", "DRAFT-202"),
)
def lost_levels(subject: Subject) -> Iterator[Answer]:
    if subject.given is not None:
        unknown = [item.source for item in subject.given.outcomes if item.level is OutcomeLevel.UNKNOWN]
    else:
        unknown = [path for path, _, _ in outcomes(subject)] if subject.lost(f"{OUTCOMES}.primaryOutcomes") else []
    if unknown:
        evidence = (subject.quote(f"{unknown[0]}.measure"),) if unknown[0] else ()
        yield Found(
            f"The rendering shows {len(unknown)} outcomes without the headings that tell primary from secondary.",
            OUTCOMES,
            evidence,
        )


@rule(
    "RF-011",
    Severity.INFO,
    "a rendering that does not show outcomes at all",
    why="That no outcome is shown says nothing about what the trial measures.",
    fix=Fixability.RENDERING,
)
def lost_outcomes(subject: Subject) -> Iterator[Answer]:
    module = subject.section.outcomes_module
    named = module.primary_outcomes or module.secondary_outcomes or module.other_outcomes
    if not named and subject.lost(f"{OUTCOMES}.primaryOutcomes"):
        yield Found("This rendering does not show the outcomes of the trial.", OUTCOMES)


_RESIDUE = gated(
    r"\\\\?[<>*_#\[\]~^]|&(?:lt|gt|amp|nbsp|quot|#\d{2,5});|</?(?:br|p|b|i|em|sup|sub|li|ul|ol|strong)\s?/?>"
)


@rule(
    "RF-006",
    Severity.INFO,
    "escapes of markdown or HTML left in the text",
    why="A reader sees signs that nobody meant; a program that compares texts finds differences that are none.",
    fix=Fixability.RENDERING,
    sure=Confidence.CERTAIN,
)
def residue(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_RESIDUE):
        return
    found = [
        (path, match.group(), around(text, match)) for path, text in prose(subject) for match in _RESIDUE.finditer(text)
    ]
    if found:
        signs = ", ".join(sorted({sign for _, sign, _ in found})[:8])
        path, _, words = found[0]
        yield Found(f"{len(found)} escapes stand in the text: {signs}.", path, (subject.quote(path, words),))


_JOINED = gated(r"(?<![A-Za-z])[A-Z]?[a-z]{3,}(?:[A-Z][a-z]{3,}){2,}(?![A-Za-z])")
MOST_WORDS = 12  # of one index term


@rule(
    "RF-007",
    Severity.WARNING,
    "a list whose items run into each other",
    why="Where one item ends and the next begins is a guess.",
    fix=Fixability.RENDERING,
)
def run_together(subject: Subject) -> Iterator[Answer]:
    lists = subject.section.conditions_module
    fields = [(f"{CONDITIONS}[{i}]", text) for i, text in enumerate(lists.conditions)]
    fields += [(f"{KEYWORDS}[{i}]", text) for i, text in enumerate(lists.keywords)]
    for path, text in fields:
        match = _JOINED.search(text)
        if match is not None:
            yield Found("The items of a list run into each other.", path, (subject.quote(path, match.group()),))
            return
    browse = subject.record.study.derived_section.condition_browse_module
    for index, item in enumerate(browse.meshes):
        words = (item.term or "").split()
        if len(words) >= MOST_WORDS:
            path = f"derivedSection.conditionBrowseModule.meshes[{index}].term"
            yield Found(f"{len(words)} words stand as one index term.", path, (subject.quote(path),))
            return


_FOOTNOTE = gated(r"\bcm ?H2O[a-e]\b|\d ?MMHG\b|\bkg ?/ ?m2\b|\b(?:mm|cm) ?[23]\b(?! ?[x×])", re.ASCII)


@rule(
    "RF-009",
    Severity.INFO,
    "a raised sign that became part of a word",
    why="A footnote or an exponent that stands on the line changes the unit for whoever reads it by machine.",
    fix=Fixability.RENDERING,
)
def fallen_sign(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_FOOTNOTE):
        return
    for path, text in prose(subject):
        match = _FOOTNOTE.search(text)
        if match is not None:
            yield Found(
                f"{match.group()!r} holds a sign that was raised.", path, (subject.quote(path, around(text, match)),)
            )
            return


_INNER = gated(r"(?<![\w.,])\(?([1-9])[)）]\s?(?=[A-Za-z])")


@rule(
    "RF-010",
    Severity.WARNING,
    "a list inside a criterion that was flattened into one line",
    why="Whether the parts are joined by 'and' or by 'or' hung on the layout that is gone.",
    fix=Fixability.RENDERING,
)
def flattened(subject: Subject) -> Iterator[Answer]:
    for item in subject.criteria:
        if item.kind is not ItemKind.TEXT or ")" not in item.text:
            continue
        for line in item.text.split("\n"):
            marks = list(_INNER.finditer(line))
            numbers = [int(mark.group(1)) for mark in marks]
            if len(marks) < 2 or numbers != list(range(numbers[0], numbers[0] + len(marks))) or numbers[0] > 2:
                continue
            bare = [mark for mark in marks[1:] if not re.search(r"(?:[,;:.]|\b(?:and|or))\s*$", line[: mark.start()])]
            if bare and len(bare) * 2 >= len(marks) - 1:
                yield Found(
                    f"A criterion holds a list of {len(marks)} parts on one line, with nothing between them.",
                    CRITERIA,
                    (subject.quote(CRITERIA, line),),
                )
                return


RULES = (
    gaps,
    by_place,
    empty_sections,
    lost_exponents,
    ambiguous_notation,
    residue,
    run_together,
    lost_levels,
    fallen_sign,
    flattened,
    lost_outcomes,
)
