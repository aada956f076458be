"""Rules about single criteria: strangers, duplicates, gaps, words without a number, odd bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from trialwright.core.gates import gated
from trialwright.core.problem import Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import CRITERIA, folded, narrative, sentences, titles, treatments
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import Compare, Ordinal, Reference, leaves

SHORTEST = 4  # words of a criterion that is worth comparing
SEX = "protocolSection.eligibilityModule.sex"


def _items(subject: Subject) -> list[Criterion]:
    return [item for item in subject.criteria if item.kind is ItemKind.TEXT]


_GIVEN = gated(
    r"\b(?:before|prior to|after|following|during|receiving|since) (?:the |their )?(?:first |initial "
    r"|last )?(?:dose of )?"
    r"((?!CT\b|MRI\b|PET\b|RBC\b|IV\b|HIV\b)[A-Z][\w-]*[\dA-Z][\w-]*|(?:interleukin|aldesleukin|[a-z]{4,}(?:mab"
    r"|tinib|cept|leukin))(?:-\d)?)"
    r"(?: (?:infusions?|injections?|administration|dosing)\b)",
)


_DOSED = gated(
    r"\b(?:before|prior to|after|following|of) (?:the )?(?:first|last|initial) (?:dose|infusion|injection) of (?:the )?"
    r"([A-Z]{2,5}-?\d{3,6}|(?:interleukin|aldesleukin|[a-z]{4,}(?:mab|tinib|cept|leukin))(?:-\d)?)\b"
)
_ALLERGIC = gated(
    r"\b(?:allerg\w+|hypersensitiv\w+)\b[^.;]{0,60}?\b(?:in (?:this|the) (?:treatment|study|trial)"
    r"|(?:study|trial|investigational) (?:drug|product|treatment)s?)[^.;]{0,20}?,?"
    r" (?:such as|including|especially|e\.g\.,?|i\.e\.,?) "
    r"((?:interleukin|aldesleukin|[a-z]{4,}(?:mab|tinib|leukin))(?:-\d)?)\b",
    re.IGNORECASE,
)


@rule(
    "EL-004",
    Severity.WARNING,
    "a criterion about a product that the trial does not give",
    why="The criterion was written for another protocol; what else came with it is not known.",
    fix=Fixability.SPONSOR,
    sure=Confidence.POSSIBLE,
)
def stranger(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_GIVEN, _DOSED, _ALLERGIC):
        return
    found = [
        (item, m)
        for item in _items(subject)
        for pattern in (_GIVEN, _DOSED, _ALLERGIC)
        for m in pattern.finditer(item.text)
    ]
    if not found:
        return
    names = subject.section.arms_interventions_module.interventions
    known = " ".join(
        [
            *(text for _, text in (*titles(subject), *narrative(subject), *treatments(subject))),
            *(other for item in names for other in item.other_names),
        ]
    ).lower()
    if not known or subject.unsure("protocolSection.armsInterventionsModule.interventions"):
        yield Unknown("This rendering does not show the interventions.", CRITERIA)
        return
    for item, match in found:
        name = match.group(1)
        told = item.text[: match.start()] + item.text[match.end() :]
        if name.lower() not in known and name not in told:
            how = "about" if match.re is _ALLERGIC.pattern else "timed by"
            yield Found(
                f"A criterion is {how} {name}, which is named nowhere else.",
                CRITERIA,
                (subject.quote(CRITERIA, item.text),),
            )
            return


@rule(
    "EL-005",
    Severity.WARNING,
    "a criterion that stands twice",
    why="Where one of the two is changed later, the other goes on to bind.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def twice(subject: Subject) -> Iterator[Answer]:
    seen: dict[str, tuple[int, Criterion]] = {}
    every = subject.criteria
    for place, item in enumerate(every):
        words = _without_lead(folded(item.text))
        if item.kind is not ItemKind.TEXT or item.section is Section.UNKNOWN or len(words.split()) < SHORTEST:
            continue
        before, first = seen.setdefault(words, (place, item))
        if first is item or re.search(r"\bfollowing\b|:$", item.text):
            continue
        if first.section is not item.section:
            message = "One criterion stands among those that admit and among those that exclude."
        elif any(_opens_a_group(other) for other in every[before:place]):
            continue
        else:
            message = f"One {item.section.value} criterion stands twice."
        yield Found(message, CRITERIA, (subject.quote(CRITERIA, first.text), subject.quote(CRITERIA, item.text)))
        return


def _opens_a_group(item: Criterion) -> bool:
    """Whether what follows belongs to a group of its own: a heading, or words that introduce a list."""
    return item.kind is ItemKind.NOTE or re.search(r":\s*$|\bfollowing\b|\bby both\b", item.text) is not None


def _without_lead(text: str) -> str:
    return re.sub(
        r"^(?:(?:patients?|subjects?|participants?|those|persons?) (?:with|who have|having) )?(?:any |a |an |the )?",
        "",
        text,
    )


_CONTRACEPTION = gated(r"contracepti|birth control", re.IGNORECASE)
_WOMEN = gated(r"\bwom[ae]n|\bfemales?\b|pregnan|childbearing|lactat|breast-?feed|nursing|menopaus", re.IGNORECASE)
_MEN = gated(r"\b(?:men|males?|male patients?|man)\b", re.IGNORECASE)
_HORMONAL = gated(
    r"(?<!fe)(?<!fe )\b(?:male (?:patients|subjects|participants|volunteers)|males|men)\b(?![^.;]{0,90}\b(?:female"
    r"|wom[ae]n|partner))"
    r"[^.;]{0,60}\bhormonal\b",
    re.IGNORECASE,
)


@rule(
    "EL-006",
    Severity.WARNING,
    "contraception asked of men only in a trial that admits women, or a method that they do not have",
    why="Pregnant women can enter, and an unborn child is exposed.",
    fix=Fixability.SPONSOR,
)
def contraception(subject: Subject) -> Iterator[Answer]:
    module = subject.section.eligibility_module
    text = module.eligibility_criteria or ""
    if not _CONTRACEPTION.search(text):
        return
    for item in _items(subject):
        if any(_HORMONAL.search(sentence) and not _WOMEN.search(sentence) for sentence in sentences(item.text)):
            yield Found("Hormonal contraception is asked of men.", CRITERIA, (subject.quote(CRITERIA, item.text),))
    if module.sex is None and subject.unsure(SEX):
        yield Unknown("This rendering lost which sexes are admitted.", SEX)
    elif module.sex in ("ALL", "FEMALE") and not _WOMEN.search(text):
        asked = next(
            (item for item in _items(subject) if _CONTRACEPTION.search(item.text) and _MEN.search(item.text)), None
        )
        if asked is not None:
            yield Found(
                "Contraception is asked of men, pregnancy does not exclude, and women are admitted.",
                CRITERIA,
                (subject.quote(CRITERIA, asked.text), subject.quote(SEX)),
            )


_VAGUE = gated(
    r"\b(?:refractory hypox\w+|severe (?:\w+ )?(?:disease|dysfunction|impairment|insufficiency|illness|infection)"
    r"|high[- ]dose (?:\w+ )?(?:steroids?|corticosteroids?|vasopressors?|\w+)|(?:other )?organ (?:failure|dysfunction)"
    r"|(?:adequate|sufficient|acceptable) (?:\w+ ){0,3}(?:contraception|function|reserve)"
    r"|uncontrolled (?:\w+ )?(?:hypertension|diabetes|infection|disease))\b",
    re.IGNORECASE,
)
_DEFINED = gated(r"\d|defined|e\.g\.|such as|including|according to|criteria|class\b|stage|grade", re.IGNORECASE)


@rule(
    "EL-007",
    Severity.INFO,
    "a criterion that hangs on a word without a number or a definition",
    why="Two investigators draw the line at two places, and a program cannot draw it at all.",
    fix=Fixability.SPONSOR,
)
def undefined(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_VAGUE):
        return
    found = [
        (item, match)
        for item in _items(subject)
        for match in [_VAGUE.search(item.text)]
        if match is not None and not _DEFINED.search(item.text)
    ]
    if found:
        shown = ", ".join(dict.fromkeys(match.group().lower() for _, match in found[:5]))
        yield Found(
            f"{len(found)} criteria hang on words that are not defined: {shown}.",
            CRITERIA,
            tuple(subject.quote(CRITERIA, item.text) for item, _ in found[:5]),
        )


_DISCRETION = gated(
    r"\b(?:opinion|judge?ment|discretion|view|determination|decision) of the (?:\w+ )?(?:investigators?|physicians?"
    r"|doctor|researchers?|sponsor)"
    r"|\binvestigators?['’]?s?['’]? (?:opinion|judge?ment|discretion|view|decision|assessment)"
    r"|\b(?:deemed|considered|judged|determined|thought|believed)\b[^.;]{0,40}\bby the (?:\w+ )?(?:investigators?"
    r"|physicians?|researchers?)"
    r"|\binvestigators? (?:believes?|thinks?|considers?|judges?|deems?|feels?)\b",
    re.IGNORECASE,
)


@rule(
    "EL-008",
    Severity.INFO,
    "a criterion left to the investigator's discretion",
    why="It cannot be computed, and it lets through what the other criteria keep out, or the reverse.",
    fix=Fixability.PERSON,
)
def discretion(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_DISCRETION):
        return
    found = [item for item in _items(subject) if _DISCRETION.search(item.text)]
    if found:
        yield Found(
            f"{len(found)} of the criteria leave the answer to an investigator.",
            CRITERIA,
            tuple(subject.quote(CRITERIA, item.text) for item in found[:5]),
        )


_ODD = gated(r"times ?/ ?min|\bccr\b[^.;]{0,30}ml ?/ ?min|\bRR\b[^.;]{0,20}times", re.IGNORECASE)
_NUMBERED = gated(
    r"\d[^.;]*(?:%|years|yrs|age)|\b(?:age|ecog|karnofsky|bmi|spo2|saturation|nyha|asa)\b[^.;]*\d", re.IGNORECASE
)
_MAY_BE_ODD = gated(
    r"bmi|body mass|hba1c|glycated|(?:\bage|karnofsky|\bKPS\b|saturation|spo2|sao2|ejection|lvef"
    r"|h(?:a)?ematocrit)[^.;]*\d{3}",
    re.IGNORECASE,
)
_LARGEST = {
    "age": 120,
    "karnofsky": 100,
    "oxygen-saturation": 100,
    "spo2": 100,
    "ejection-fraction": 100,
    "lvef": 100,
    "haematocrit": 100,
    "hba1c": 30,
}


@rule(
    "EL-011",
    Severity.INFO,
    "a bound or a unit that is not the usual one",
    why="A value entered in the usual unit would be compared with a number meant in another.",
    fix=Fixability.SPONSOR,
)
def odd_bound(subject: Subject) -> Iterator[Answer]:
    for item in _items(subject):
        match = _ODD.search(item.text)
        if match is not None:
            yield Found(
                f"{match.group()!r} is not how the quantity is given.", CRITERIA, (subject.quote(CRITERIA, item.text),)
            )
            return
    for item in _items(subject):
        if len(item.text) > 300 or not _NUMBERED.search(item.text) or not _MAY_BE_ODD.search(item.text):
            continue
        for leaf in leaves(subject.compiled(item).expression):
            message = _odd(leaf, item) if isinstance(leaf, Compare | Ordinal) else None
            if message:
                yield Found(message, CRITERIA, (subject.quote(CRITERIA, item.text),))
                return


def _odd(leaf: Compare | Ordinal, item: Criterion) -> str | None:
    """What is odd in a comparison: a bound that nobody reaches, or a body mass index bounded on both sides."""
    if isinstance(leaf, Ordinal) or leaf.reference is not Reference.ABSOLUTE:
        return None
    most = _LARGEST.get(leaf.measure.key)
    bounds = [bound for bound in (leaf.interval.low, leaf.interval.high) if bound is not None]
    if most is not None and any(bound > Decimal(most) for bound in bounds) and leaf.unit in (None, "year", "%"):
        return f"A bound of {max(bounds)} for {leaf.measure.text}."
    if leaf.measure.key == "bmi" and len(bounds) == 2 and item.section is Section.INCLUSION:
        return f"The body mass index is bounded on both sides, {bounds[0]} and {bounds[1]}."
    return None


RULES = (stranger, twice, contraception, undefined, discretion, odd_bound)
