"""One treatment's dosing from the texts that speak of it: doses, administrations, days, route and volume."""

from __future__ import annotations

import dataclasses
import re
from dataclasses import dataclass, replace
from decimal import Decimal, localcontext

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.core.quantity import Amount, Dose
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.dosing import DoseReading, DoseReference, Dosing
from trialwright.protocol.dosing.frequency import frequency
from trialwright.protocol.dosing.mention import Mention, distinct, read_doses
from trialwright.protocol.dosing.number import Doubt
from trialwright.protocol.dosing.regimen import REPEATED, Days, counts, days, volume
from trialwright.protocol.dosing.route import routes
from trialwright.protocol.draft_text import Passage, clean, sentences

CELLS = gated(
    r"\bcells?\b|MSCs?\b|stem cell|stromal|\bCAR[- ]?[TN]|\bNK\b|lymphocyte|mononuclear|fibroblast|STAR[- ]?T|islet",
    re.IGNORECASE,
)
_BACKGROUND = gated(
    r"premedicat|rescue (?:medic|ther)|prophyla|pre-?clinical|animal (?:model|stud)|\b(?:mice|rats|mouse)\b"
    r"|previous (?:stud|trial)"
    r"|phase I (?:preliminary )?data",
    re.IGNORECASE,
)
_REFERENCE = gated(
    r"\b(?:the\s+)?(?:(?:selected|recommended|chosen|optimal|determined|established)\s+(?:phase (?:2"
    r"|II)\s+)?dose(?:\s+(?:level))?"
    r"|(?:maximum tolerated dose|MTD|RP2D)(?:/(?:MTD|RP2D))?|dose (?:selected|determined|chosen|recommended"
    r"|established))"
    r"(?:\s+(?:from|in|by|of|during)\s+(?:the\s+)?(?:phase|part|stage|study|step)\s*\w+)?",
    re.IGNORECASE,
)
_ASSIGNED = gated(
    r"\b(?:assigned|escalat(?:ed|ing)|ascending|increasing) (?:cell )?doses?(?: levels?)?\b", re.IGNORECASE
)
_CONDITIONAL = gated(
    r"\bif\b|\bmay\b|\bmight\b|optional|discretion|in case of|partial respon|non-?respon|\bcan be (?:given|repeated)",
    re.IGNORECASE,
)
"""A sentence that says what may follow, not what is planned for all."""
_AGAIN = gated(
    r"\b(?:will|are|is|to|and|then) (?:be )?repeated (?:every|each|after|at|monthly|weekly|for)"
    r"|\brepeat(?:ed)? (?:every|each)\b",
    re.IGNORECASE,
)
"""Words that say that a course is given again, so that its days are not all the days."""
CYCLES = gated(
    r"\b(?:each|every|per|an?|the|first|\d{1,2}[- ](?:day|week)|of|in) (?:\w+[- ]){0,2}cycles?\b"
    r"|\bcycles? (?:\d|of|lasts?|has)|\b(?:treatment )?courses? (?:I{1,3}|IV|[1-9])\b|\b(?:each|every|per) course\b",
    re.IGNORECASE,
)
_IN_ALL = gated(r"\btotal of|in total|altogether|overall", re.IGNORECASE)
_ANCHOR = gated(
    r"\bafter (?:the )?(assignment|randomi[sz]ation|enrol\w+|admission|inclusion|diagnosis|surgery)", re.IGNORECASE
)
_NO_ROUTE = gated(
    r"\b(instill(?:ation|ed)|infusions?|injections?|transfusions?|implantation|transplantation)\b", re.IGNORECASE
)
DOUBTS = {
    Doubt.LOST_EXPONENT: "the exponent of a power of ten has lost its raised position",
    Doubt.LOST_SUPERSCRIPT: "the exponent of a power of ten has run into its base",
    Doubt.TEN_E: "10E is not a notation: it mixes a power of ten with a computer's E",
    Doubt.RANGE: "a range is stated, not one dose",
    Doubt.TOTAL: "the amount is stated as a total",
    Doubt.TIMES: "several units at a time are stated",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the texts say of one treatment's dosing, and what is doubtful in it.

    `mentions`: the distinct doses, in order; more than one where the text lists several.
    """

    dosing: Dosing
    mentions: tuple[Mention, ...] = ()
    passage: Passage | None = None
    problems: tuple[Problem, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


@dataclass(slots=True)
class _Notes:
    """Findings gathered while one treatment is read."""

    about: str
    field: str
    problems: list[Problem] = dataclasses.field(default_factory=list)
    assumptions: list[Assumption] = dataclasses.field(default_factory=list)
    evidence: list[Evidence] = dataclasses.field(default_factory=list)

    def problem(
        self,
        code: str,
        message: str,
        quote: Evidence | None,
        *,
        expected: str = "",
        mend: str = "",
        severity: Severity = Severity.WARNING,
    ) -> None:
        self.problems.append(
            Problem(code, severity, message, self.field, (quote,) if quote else (), expected=expected, mend=mend)
        )

    def quote(self, evidence: Evidence) -> None:
        if evidence not in self.evidence:
            self.evidence.append(evidence)


def is_cell_product(*texts: str) -> bool:
    """Whether a name or a description speaks of cells as the product given."""
    return any(CELLS.search(text) for text in texts if text)


def find_doses(
    passages: tuple[Passage, ...], *, cells: bool, only: bool = False
) -> tuple[tuple[Mention, ...], Passage | None, str]:
    """The doses of the first passage that states any, that passage, and the sentence of the first.

    `only`: doses of cells alone count.
    """
    for each in passages:
        found: list[Mention] = []
        first = ""
        for sentence in sentences(each.text):
            if _BACKGROUND.search(sentence):
                continue
            mentions = read_doses(sentence, cells=cells)
            if only or (cells and any(m.unit.startswith("cells") for m in mentions + tuple(found))):
                mentions = tuple(m for m in mentions if m.unit.startswith("cells"))
            first = first or (sentence if mentions else "")
            found += mentions
        if cells and any(m.unit.startswith("cells") for m in found):
            found = [m for m in found if m.unit.startswith("cells")]
        partial = [m for m in found if Doubt.TOTAL not in m.doubts]
        kept = distinct(tuple(partial or found))
        if kept:
            return kept, each, first
    return (), None, ""


def _readings(mention: Mention, count: int | None) -> tuple[DoseReading, ...]:
    if Doubt.TOTAL not in mention.doubts or count == 1:
        return mention.readings
    if not count:  # a total that is given in an unknown number of parts is not the dose of one administration
        return tuple(replace(each, likely=False, why=f"{each.why}, the total of all") for each in mention.readings)
    whole = mention.readings[0].dose
    with localcontext() as context:
        context.prec = 40
        each: Dose = replace(whole, value=whole.value / Decimal(count))
    return (
        DoseReading(each, f"the stated total over {count} administrations"),
        *(replace(reading, likely=False, why=f"{reading.why}, given each time") for reading in mention.readings),
    )


def _dose(
    mentions: tuple[Mention, ...], count: int | None, quote: Evidence | None, notes: _Notes
) -> tuple[DoseReading, ...]:
    if not mentions:
        return ()
    if len(mentions) > 1:
        return tuple(replace(m.readings[0], likely=False, why="one of several doses stated") for m in mentions)
    mention = mentions[0]
    readings = _readings(mention, count)
    if len({reading.dose for reading in readings}) > 1 or not any(reading.likely for reading in readings):
        why = "; ".join(DOUBTS[doubt] for doubt in sorted(mention.doubts)) or "the dose can be read in several ways"
        notes.problem(
            "DRAFT-101",
            f"the dose is written {mention.quote!r}: {why}",
            quote,
            expected="one amount with its unit, as in 1 x 10^8 cells",
            mend="confirm the reading in the protocol file, under arms",
            severity=Severity.ERROR,
        )
        notes.assumptions.append(
            Assumption(
                f"{notes.about}.dosing.readings",
                f"{readings[0].dose} ({readings[0].why})",
                f"the record writes {mention.quote!r}: {why}",
                tuple(f"{reading.dose} ({reading.why})" for reading in readings[1:]),
                must_confirm=True,
            )
        )
    return readings


def _conditional(sentence: str) -> bool:
    bare = re.sub(r"\([^()]*\)", " ", sentence) if "(" in sentence else sentence
    return _CONDITIONAL.search(bare) is not None


def _stated_counts(passages: tuple[Passage, ...]) -> list[tuple[int, str, Passage]]:
    """Every number of administrations that the passages state, in order; those of a part of the course are left out."""
    return [
        (count, words, each)
        for each in passages
        for sentence in sentences(each.text)
        if not _BACKGROUND.search(sentence) and not _conditional(sentence)
        for count, words in counts(sentence)
        if not (CYCLES.search(sentence) and not _IN_ALL.search(sentence))
    ]


def _first_count(passages: tuple[Passage, ...], notes: _Notes) -> tuple[int | None, bool]:
    """The number of administrations, None where it is not stated, and whether the statements do not agree."""
    stated = _stated_counts(passages)
    if not stated or any(_AGAIN.search(each.text) for each in passages):
        return None, False
    several = {count for count, _, _ in stated if count != 1}
    if len(several) < 2:  # "one dose of ... three times": the plural count says how often
        count, words, where = next((each for each in stated if each[0] != 1), stated[0])
        notes.quote(where.evidence(words))
        return count, False
    quotes = ", ".join(repr(quote) for _, quote, _ in stated[:4])
    notes.problem(
        "DRAFT-103",
        f"the number of administrations is stated in different ways: {quotes}",
        stated[0][2].evidence(stated[0][1]),
        expected="one number",
        mend="set administrations in the protocol file",
    )
    most = max(several)
    for each in passages:  # the whole number stands alone in one text, its parts in another
        alone = {count for count, _, where in stated if where is each and count != 1}
        if alone == {most}:
            return most, False
    return None, True


def _first_days(passages: tuple[Passage, ...], count: int | None, notes: _Notes) -> tuple[Days | None, bool]:
    """The days of administration, and whether a text names several sets of days, so that none is the whole."""
    for each in passages:
        if REPEATED.search(each.text) or _AGAIN.search(each.text):  # days of a cycle are not all the days there are
            continue
        found: list[tuple[Days, str]] = []
        for sentence in sentences(each.text):
            if _BACKGROUND.search(sentence) or _conditional(sentence):
                continue
            if (named := days(sentence)) is not None and all(named.relative != other.relative for other, _ in found):
                found.append((named, sentence))
        if len({named.relative for named, _ in found if named.stated}) > 1:
            quotes = ", ".join(repr(named.quote) for named, _ in found[:4])
            notes.problem(
                "DRAFT-103",
                f"several sets of days are stated: {quotes}",
                each.evidence(found[0][1]),
                expected="the days of all administrations",
                mend="set administrations and days in the protocol file",
            )
            return None, True
        for sentence in sentences(each.text):
            if _BACKGROUND.search(sentence) or _conditional(sentence):
                continue
            if (fitting := days(sentence, count)) is not None:
                notes.quote(each.evidence(sentence))
                if fitting.note:
                    _assume_days(fitting, sentence, notes)
                return fitting, False
    return None, False


def _assume_days(found: Days, sentence: str, notes: _Notes) -> None:
    listed = ", ".join(str(day) for day in found.relative)
    anchor = _ANCHOR.search(sentence)
    alternatives = []
    if found.stated and anchor:
        alternatives.append(
            f"days {', '.join(map(str, found.stated))} after {anchor[1].lower()}, so that the first dose falls later"
        )
    notes.assumptions.append(
        Assumption(
            f"{notes.about}.dosing.days",
            f"days {listed} after the first dose",
            f"{found.quote!r}: {found.note}",
            tuple(alternatives),
        )
    )


def _route(passages: tuple[Passage, ...], notes: _Notes) -> str | None:
    for each in passages:
        found = routes(each.text)
        if len(found) == 1:
            notes.quote(
                each.evidence(next(s for s in sentences(each.text) if routes(s)) if sentences(each.text) else each.text)
            )
            return found[0]
        if len(found) > 1:
            notes.problem(
                "DRAFT-105",
                f"several routes are named: {', '.join(found)}",
                each.evidence(each.text),
                expected="one route per treatment",
                mend="set route in the protocol file",
                severity=Severity.INFO,
            )
            return None
    for each in passages:
        if (word := _NO_ROUTE.search(each.text)) is not None:
            notes.problem(
                "DRAFT-104",
                f"the route is not stated: {word[1]!r} names a way of giving, not a route",
                each.evidence(next((s for s in sentences(each.text) if word[1] in s), each.text)),
                expected="a route, as in intravenous",
                mend="set route in the protocol file",
            )
            return None
    return None


def read_dosing(
    passages: tuple[Passage, ...],
    *,
    about: str,
    field: str,
    cells: bool,
    dosed: bool = True,
    levels: bool = False,
    only_cells: bool = False,
    cycles: bool = False,
) -> Told:
    """What the passages say of one treatment's dosing; those that speak of it most directly come first.

    `about`: the treatment's path in the protocol. `cells`: a cell product, whose dose counts cells. `dosed`:
    False for a placebo or sham, which has no dose of its own. `levels`: several doses are levels of an escalation.
    `only_cells`: amounts of anything but cells belong to other substances. `cycles`: the treatment is given in
    cycles, whose number is not the text's, so that neither administrations nor days are all there are.
    """
    notes = _Notes(about, field)
    count, disagree = (None, False) if cycles else _first_count(passages, notes)
    when, several = (None, False) if cycles or disagree else _first_days(passages, count, notes)
    count = None if several else count
    if count is None and when is not None:
        count = len(when.relative)
    mentions, where, sentence = find_doses(passages, cells=cells, only=only_cells) if dosed else ((), None, "")
    quote = where.evidence(sentence) if where else None
    if quote is not None:
        notes.quote(quote)
    reference = _reference(passages, mentions, levels=levels) if dosed else None
    readings = () if reference is not None else _dose(mentions, count, quote, notes)
    if len(mentions) > 1 and reference is None:
        notes.problem(
            "DRAFT-102",
            f"several doses are stated and none is chosen: {'; '.join(m.quote for m in mentions)}",
            quote,
            expected="one dose for this arm",
            mend="give the dose in the protocol file",
        )
    relative = when.relative if when else ((0,) if count == 1 else None)
    dosing = Dosing(
        readings=readings,
        reference=reference,
        administrations=count,
        days=relative,
        route=_route(passages, notes),
        volume=_volume(passages, mentions, notes),
        evidence=(),
        frequency=_frequency(passages),
    )
    dosing = replace(dosing, evidence=tuple(notes.evidence))
    return Told(dosing, mentions, where, tuple(notes.problems), tuple(notes.assumptions))


def _reference(passages: tuple[Passage, ...], mentions: tuple[Mention, ...], *, levels: bool) -> DoseReference | None:
    if len(mentions) > 1 and levels:
        return DoseReference("; ".join(mention.quote for mention in mentions), "dose level")
    if mentions:
        return None
    for each in passages:
        if (found := _REFERENCE.search(each.text)) is not None:
            return DoseReference(found.group().strip(), "selected dose")
        if (found := _ASSIGNED.search(each.text)) is not None:
            return DoseReference(found.group().strip(), "dose level")
    return None


def may_refer(text: str) -> bool:
    """Whether a text of an arm or a treatment can refer to a dose yet to be selected; False is certain."""
    return _REFERENCE.may(clean(text))


def _volume(passages: tuple[Passage, ...], mentions: tuple[Mention, ...], notes: _Notes) -> Amount | None:
    if mentions and mentions[0].volume is not None:
        return mentions[0].volume
    for each in passages:
        found = [(told[0], sentence) for sentence in sentences(each.text) if (told := volume(sentence)) is not None]
        if len({amount for amount, _ in found}) == 1:
            notes.quote(each.evidence(found[0][1]))
            return found[0][0]
        if found:
            return None
    return None


def _frequency(passages: tuple[Passage, ...]) -> str | None:
    return next((found for each in passages if (found := frequency(each.text)) is not None), None)
