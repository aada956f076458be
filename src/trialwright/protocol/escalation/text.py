"""What a record says of its escalation rule and of dose-limiting toxicity, and what it does not say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence
from trialwright.protocol.draft_text import COUNT, PEOPLE, Passage, arm_texts, narrative, number, statements
from trialwright.protocol.kinds import DltDefinition
from trialwright.record.record import Record

STOP_AT_TWO = "3+3: stop at two"
SIX_AT_MTD = "3+3: six required at the MTD"
DEESCALATION = "3+3: with de-escalation"
BOTH = "3+3: six required at the MTD, with de-escalation"
LITERAL = "literal: cohorts of three, stop at two DLTs in a cohort"

_DLT = gated(r"\bDLTs?\b|dose[- ]limiting[- ]toxicit", re.IGNORECASE)
_RULE = gated(
    r"\b\d\s?\+\s?\d\b|escalat|\bcohorts?\b|\bDLTs?\b|dose[- ]limiting|\bMTD\b|maxi\w* tolerated|ascending"
    r"|dose[- ]climb|sentinel"
    r"|fast[- ]track|accelerated titration|i3\+3|\bBOIN\b|\bmTPI\b|\bCRM\b",
    re.IGNORECASE,
)
_THREE_PLUS_THREE = gated(r"(?<![\w.+])3\s?\+\s?3(?![\d+])")
_OTHER_RULE = gated(
    r"\b(?P<n>BOIN|mTPI(?:-2)?|i3\s?\+\s?3|keyboard design|CRM|continual reassessment|BLRM|rolling six"
    r"|accelerated titration|fast[- ]track"
    r"|Bayesian optimal interval)\b",
    re.IGNORECASE,
)
_CUE = gated(
    r"(?<![\w.+])3\s?\+\s?3(?![\d+])|dose[- ](?:escalat|climb|finding)|escalating (?:\w+ ){0,2}doses?"
    r"|escalated doses?|ascending (?:\w+ ){0,2}doses?"
    r"|increas\w+ (?:\w+ )?dose cohorts?|\bMTD\b|maxi\w* tolerated dose|\bDLTs?\b|dose[- ]limiting"
    r"|recommended phase (?:2|II) dose|\bRP2D\b"
    r"|subsequent cohorts|\b(?:initial|first|second|third|next|lowest|starting) dose level|\bnext higher dose",
    re.IGNORECASE,
)
_STOP_TWO = gated(
    rf"(?:terminat|stop|halt|ceas|discontinu|\bend)[^.]{{0,80}}\b(?:2|two)\b (?:or more )?(?:{PEOPLE}|DLTs?)[^.]{{0"
    rf",80}}"
    rf"\bcohort\b",
    re.IGNORECASE,
)
_SIX = gated(
    rf"\b(?:6|six) {PEOPLE}[^.]{{0,60}}\b(?:MTD|maxi\w* tolerated)|(?:MTD|maxi\w* tolerated)[^.]{{0,80}}\b(?:6|six) "
    rf"{PEOPLE}",
    re.IGNORECASE,
)
_DOWN = gated(r"\bde-?\s?escalat", re.IGNORECASE)
_ONE = gated(
    r"\b(?:1|one) (?:of|out of|/|in) ?(?:the )?(?:first )?(?:3|three)\b|\b1/3\b|(?:additional|another"
    r"|further) (?:3|three)\b|expanded? to (?:6|six)"
    r"|\b(?:1|one) (?:patient|participant|subject|DLT)\b[^.]{0,60}\b(?:expan|addition|more)",
    re.IGNORECASE,
)
_SECOND = gated(
    r"(?:immediately|at once)[^.]{0,60}(?:second|2nd) DLT|(?:second|2nd) DLT[^.]{0,60}(?:immediately|at once)",
    re.IGNORECASE,
)
_LEVELS = gated(
    rf"\b(?P<n>{COUNT})\s+(?:(?:ascending|escalating|increasing|different|planned|sequential|successive)\s+){{0,2}}"
    rf"(?:dose[- ]?(?:levels?|cohorts?|groups?)|(?:dosing|dosage) (?:levels?|cohorts?|groups?))\b"
    rf"|\b(?P<m>{COUNT})\s+(?:ascending|escalating|increasing)\s+(?:\w+ )?(?:cohorts?|groups?|doses)\b",
    re.IGNORECASE,
)
_COHORT = gated(
    rf"\b(?P<a>{COUNT})\s+(?:\w+ ){{0,2}}{PEOPLE}\s*(?:/|per|in each|in every|each"
    rf"|at each)\s*(?:dose )?(?:cohort|group|level|dose)"
    rf"|cohorts? of (?:approximately )?(?P<b>{COUNT})\b|cohort size (?:of|is|:|=) ?(?P<c>{COUNT})"
    rf"|each (?:dose )?(?:cohort|level|group)[^.]{{0,40}}?\b(?P<d>{COUNT}) {PEOPLE}"
    rf"|\b(?P<e>{COUNT}) {PEOPLE} (?:will be )?(?:\w+ )?(?:in|at) each dose",
    re.IGNORECASE,
)
_SPAN = re.compile(
    rf"\b(?P<low>{COUNT})\s*(?:-|–|~|to|or)\s*$|(?:up to|additional|another|more than|maximum of|expanded to)\s*$",
    re.IGNORECASE,
)
_WINDOW = re.compile(
    rf"\b(?P<a>{COUNT})[- ]days?\b|\b(?P<b>{COUNT})[- ]weeks?\b|\b(?:one|first|1)[- ]month\b", re.IGNORECASE
)
_NEAR_WINDOW = re.compile(r"follow|observ|within|during|window|period|cycle|after|first|evaluat|until", re.IGNORECASE)
_CYCLE_LENGTH = re.compile(
    r"\b(?P<n>\d{2})[- ]day (?:treatment )?cycles?|cycles? (?:of|is|=|\() ?(?P<m>\d{2})[- ]days?", re.IGNORECASE
)
_GRADE = re.compile(
    r"(?P<s>[≥>]=?|greater than(?: or equal to)?|at least|more than)?\s*grade(?:s)?\s*(?P<t>[≥>]=?)?\s*(?P<g>[1-5]"
    r"|I{1,3}V?|IV|V)\b(?:\s*(?:or|-|–|/|and|to)\s*(?:grade\s*)?[1-5]\b)*"
    r"(?P<r>[^.;,]{0,20}?(?:or (?:higher|greater|above|more|worse)))?",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,;]|\bor\b|\band\b", re.IGNORECASE)
_HAEM = re.compile(r"\bh[a-z]*m[a-z]*tolog", re.IGNORECASE)
_NON_HAEM = re.compile(r"\bnon[- ]?h[a-z]*m[a-z]*tolog", re.IGNORECASE)
_RELATED = re.compile(
    r"related to|relationship to|attribut|caused by|drug[- ]related|treatment[- ]related"
    r"|associated with the (?:study|investigational)",
    re.IGNORECASE,
)
_CTCAE = re.compile(
    r"\b(?:NCI[- ]?)?CTCAE\s*,?\s*(?:criteria\s*)?(?:\(?v(?:ersion)?\.?\s*)?(?P<v>\d(?:\.\d+)?)?", re.IGNORECASE
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5}


@dataclass(frozen=True, eq=False)
class EscalationText:
    """What the prose says of the escalation; each part is read when it is first asked for."""

    prose: tuple[Passage, ...]

    @cached_property
    def cue(self) -> Evidence | None:
        """The first words that speak of an escalation at all."""
        told = (each for each in self.prose if _CUE.may(each.text))
        found = ((each, sentence) for each, sentence in statements(told) if _CUE.search(sentence))
        return next((each.evidence(sentence) for each, sentence in found), None)

    @cached_property
    def _text(self) -> str:
        return "\n".join(each.text for each in self.prose)

    @cached_property
    def rule(self) -> str | None:
        """The 3+3 named rule that the text speaks for, or None."""
        return _named_rule(self._text)

    @cached_property
    def other_rule(self) -> str | None:
        """A rule of another kind that the text names, or None."""
        other = _OTHER_RULE.search(self._text)
        return other["n"] if other else None

    @cached_property
    def stated(self) -> tuple[str, ...]:
        """The sentences that tell of the rule, at most twelve."""
        told: dict[str, None] = {}
        for each, sentence in statements(each for each in self.prose if _CUE.may(each.text) or _RULE.may(each.text)):
            if _says_rule(each, sentence) and sentence not in told:
                told[sentence if len(sentence) <= 600 else sentence[:599] + "…"] = None
        return tuple(told)[:12]

    @cached_property
    def silent_on(self) -> tuple[str, ...]:
        """What a 3+3 needs and the text does not say."""
        return _silent(self._text)

    @cached_property
    def literal(self) -> bool:
        """Whether the text stops a cohort at two toxicities."""
        return _STOP_TWO.search(self._text) is not None

    @cached_property
    def levels(self) -> int | None:
        """How many dose levels the text speaks of."""
        return _levels(self._text)

    @cached_property
    def cohort_size(self) -> int | None:
        """How many participants are treated before each decision, as the text states it."""
        return _cohort_size(self.prose)


def _prose(record: Record) -> tuple[Passage, ...]:
    return narrative(record) + arm_texts(record)


def read_escalation(record: Record) -> EscalationText:
    """What the record's prose says of an escalation; every part may be missing."""
    return EscalationText(_prose(record))


def speaks_of_escalation(record: Record) -> bool:
    """Whether any text of the record speaks of an escalation; where none does, `read_escalation` finds no cue."""
    return any(_CUE.search(each.text) for each in _prose(record))


def _says_rule(each: Passage, sentence: str) -> bool:
    """Whether a sentence tells of the rule; an arm's text does so only where it speaks of an escalation."""
    if each.path.endswith(("Title", ".label", ".name")):
        return False
    return (_CUE if "armsInterventionsModule" in each.path else _RULE).search(sentence) is not None


def _named_rule(text: str) -> str | None:
    if not _THREE_PLUS_THREE.search(text):
        return None
    six, down = _says_six(text), _says_down(text)
    if six and down:
        return BOTH
    if six:
        return SIX_AT_MTD
    return DEESCALATION if down else STOP_AT_TWO


def _says_six(text: str) -> bool:
    return _SIX.search(text) is not None


def _says_down(text: str) -> bool:
    return _DOWN.search(text) is not None


_LOWER = gated(
    r"\bdose[- ]reduction (?:dose )?(?:group|level|cohort)|\blevel (?:-|−|minus )1\b|\bnext[- ]lower dose"
    r"|\blower dose level",
    re.IGNORECASE,
)


def _silent(text: str) -> tuple[str, ...]:
    """What a 3+3 needs and the text does not say."""
    said = (
        ("what follows one DLT among three participants", _ONE.search(text) is not None),
        ("how many participants are treated at the MTD", _says_six(text)),
        ("whether the dose is de-escalated", _says_down(text) or _LOWER.search(text) is not None),
        ("whether a cohort is completed after its second DLT", _SECOND.search(text) is not None),
    )
    return tuple(what for what, stated in said if not stated)


def _levels(text: str) -> int | None:
    counts = [number(found["n"] or found["m"]) for found in _LEVELS.finditer(text)]
    likely = [count for count in counts if count and 2 <= count <= 20]
    return likely[0] if likely else None


def _cohort_size(prose: tuple[Passage, ...]) -> int | None:
    for _, sentence in statements(each for each in prose if _COHORT.may(each.text)):
        for found in _COHORT.finditer(sentence):
            place = next(name for name in "abcde" if found[name])
            size = number(found[place])
            span = _SPAN.search(sentence[max(0, found.start(place) - 20) : found.start(place)])
            if span is not None:  # "3-12 patients" names no size; "3-6 patients" is the three of a 3+3
                size = 3 if size == 6 and span["low"] and number(span["low"]) == 3 else None
            if size and 1 <= size <= 12:
                return size
    return None


def draft_dlt(record: Record) -> DltDefinition | None:
    """The dose-limiting toxicity as the record defines it, or None where it speaks of none."""
    told = [each for each in _prose(record) if _DLT.may(each.text)]
    spoken = [(each, sentence) for each, sentence in statements(told) if _DLT.search(sentence)]
    if not spoken:
        return None
    unique = list(dict.fromkeys(sentence for _, sentence in spoken))
    defined = [
        s for s in unique if re.search(r"defin|grade|toxicit(?:y|ies) (?:is|was|are)", s, re.IGNORECASE)
    ] or unique[:1]
    text = " ".join(defined[:4])
    haem, non_haem = _grades(text)
    criteria = _CTCAE.search(text)
    version = f"CTCAE v{criteria['v']}" if criteria and criteria["v"] else ("CTCAE" if criteria else None)
    return DltDefinition(
        text,
        _window(unique, "\n".join(each.text for each in _prose(record))),
        non_haem,
        haem,
        True if _RELATED.search(text) else None,
        version,
    )


def _window(spoken: list[str], prose: str) -> int | None:
    for sentence in spoken:
        for found in _WINDOW.finditer(sentence):
            near = sentence[max(0, found.start() - 40) : found.end() + 40]
            if not _NEAR_WINDOW.search(near):
                continue
            if found["a"] or found["b"]:
                length = number(found["a"] or found["b"])
                return length * (1 if found["a"] else 7) if length else None
            return 30
        if re.search(r"(?:first|1st|one) (?:treatment )?cycle|cycle (?:1|one)\b", sentence, re.IGNORECASE):
            lengths = {int(m["n"] or m["m"]) for m in _CYCLE_LENGTH.finditer(prose)}
            if len(lengths) == 1:
                return lengths.pop()
    return None


def _grades(text: str) -> tuple[int | None, int | None]:
    """The lowest grades that count for haematological and for other toxicities."""
    haem: list[int] = []
    other: list[int] = []
    marks = list(_GRADE.finditer(text))
    for place, found in enumerate(marks):
        grade = _ROMAN.get(found["g"].lower()) or int(found["g"])
        sign = (found["s"] or found["t"] or "").strip().lower()
        grade += 1 if sign in (">", "more than", "greater than") else 0
        end = marks[place + 1].start() if place + 1 < len(marks) else len(text)
        start = marks[place - 1].end() if place else 0
        what = _CLAUSE.split(text[found.end() : min(end, found.end() + 60)])[0]
        if not _HAEM.search(what):  # "a non-haematological toxicity of grade 3"
            what = _CLAUSE.split(text[start : found.start()])[-1]
        if _NON_HAEM.search(what):
            other.append(grade)
        elif _HAEM.search(what):
            haem.append(grade)
        elif not _HAEM.search(text):
            haem.append(grade)
            other.append(grade)
    return (min(haem) if haem else None), (min(other) if other else None)
