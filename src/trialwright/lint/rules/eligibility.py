"""Rules about who may enter: ages, consent, severity, populations that a criterion removes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from trialwright.core.gates import gated
from trialwright.core.problem import Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import CONDITIONS, CRITERIA, INTERVENTIONS, folded, timed_outcomes, titles
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.eligibility.tree import And, Compare, Expression

AGES = {
    "low": "protocolSection.eligibilityModule.minimumAge",
    "high": "protocolSection.eligibilityModule.maximumAge",
}
ALLOCATION = "protocolSection.designModule.designInfo.allocation"


def items(subject: Subject, section: Section) -> list[Criterion]:
    """The criteria of one section that hold text."""
    return [item for item in subject.criteria if item.section is section and item.kind is ItemKind.TEXT]


_AGED = gated(r"\bage|\byears?\b|\by/?o\b", re.IGNORECASE)
_HEDGED = gated(
    r"\bor\b|\bif\b|\bwomen\b|\bmen\b|\bfemale|\bmale|child|adolesc|cohort|part \d|group|control|sibling|parent"
    r"|donor|except|\bcare-?(?:giver|r\b|taker)|spouse|partner|mother|father|relative|provider|physician|staff|nurse",
    re.I,
)
_NO_HEDGE = re.compile(
    r"\b(?:fe)?males? ?(?:and|or|/|,|and/or) ?(?:fe)?males?\b|\b(?:wo)?m[ae]n ?(?:and|or|/|,|and/or) ?(?:wo)?m[ae]n\b"
    r"|\bor (?:older|over|above|more|greater|younger|under|below|less)\b",
    re.IGNORECASE,
)
"""Words of both sexes, and of a bound: they single nobody out."""
ROUNDING = 1  # a year: "over 17" and "from 18" are the same people


@rule(
    "EL-001",
    Severity.ERROR,
    "an age in the criteria that is not the age in the fields",
    why="A search by age and the site's checklist admit different people.",
    fix=Fixability.SPONSOR,
)
def ages(subject: Subject) -> Iterator[Answer]:
    aged = [item for item in items(subject, Section.INCLUSION) if len(item.text) < 160 and _AGED.search(item.text)]
    if not any(_differs(subject, item) for item in aged):
        return
    found = [
        (item, part)
        for item in aged
        if not _HEDGED.search(_NO_HEDGE.sub(" ", item.text))
        for part in _age_of(subject, item)
    ]
    if len(found) != 1:
        return
    item, compare = found[0]
    if subject.unsure(*AGES.values()):
        yield Unknown("This rendering does not show the fields of age.", AGES["low"])
        return
    module = subject.section.eligibility_module
    limits = {"low": _years(module.minimum_age), "high": _years(module.maximum_age)}
    for side, stated in (("low", compare.interval.low), ("high", compare.interval.high)):
        field = limits[side]
        if stated is not None and stated == int(stated) and field is not None and abs(stated - field) > ROUNDING:
            yield Found(
                f"The criteria say {stated} years, the field says {subject.record.value(AGES[side])}.",
                AGES[side],
                (subject.quote(CRITERIA, item.text), subject.quote(AGES[side])),
            )


def _differs(subject: Subject, item: Criterion) -> bool:
    """Whether an item holds a number that is not one of the fields' ages: else it cannot contradict them."""
    module = subject.section.eligibility_module
    fields = [years for years in (_years(module.minimum_age), _years(module.maximum_age)) if years is not None]
    numbers = [Decimal(text) for text in re.findall(r"\d{1,3}", item.text)]
    return not fields or any(all(abs(number - years) > ROUNDING for years in fields) for number in numbers)


def _age_of(subject: Subject, item: Criterion) -> Iterator[Compare]:
    """What an item demands of age in years of everybody, whatever else it demands."""
    stack: list[Expression] = [subject.compiled(item).expression]
    while stack:
        match stack.pop():
            case And(parts=parts):
                stack.extend(parts)
            case Compare(unit="year", when=None, lasting=None) as compare if compare.measure.id == "age":
                yield compare


@lru_cache(maxsize=256)
def _years(text: str | None) -> Decimal | None:
    match = re.fullmatch(r"(\d+) Years?", (text or "").strip(), re.IGNORECASE)
    return Decimal(match.group(1)) if match else None


_INTUBATED = gated(r"\b(?:patients|subjects|participants)?\s*(?:are|is|must be|being)?\s*\bintubated\b", re.IGNORECASE)
_SPEECHLESS = re.compile(
    r"(?:patients?|subjects?|participants?)?\s*(?:who )?(?:is |are |must be |being )?"
    r"(?:(?:receiving |on |under |requiring |undergoing |supported by )?(?:invasive )?mechanical(?:ly)? ventilat\w+"
    r"|comatose|unconscious)\b(?!.*\bor\b)",
    re.IGNORECASE,
)
_SIGN = gated(r"\b(?:sign\w*|give\w*|provid\w*)\b[^.;]{0,40}\bconsent\b", re.IGNORECASE)
_REPRESENTATIVE = gated(r"represent|guardian|surrogate|next of kin|family|relative|proxy|\bLAR\b", re.IGNORECASE)


@rule(
    "EL-002",
    Severity.WARNING,
    "patients who cannot sign are to sign their own consent",
    why="Intubated patients cannot sign; without a representative nobody can lawfully enter.",
    fix=Fixability.SPONSOR,
)
def impossible_consent(subject: Subject) -> Iterator[Answer]:
    text = subject.section.eligibility_module.eligibility_criteria or ""
    if not re.search(r"ntubated|entilat|omatose|nconscious", text):
        return
    admitted = items(subject, Section.INCLUSION)
    intubated = next(
        (
            item
            for item in admitted
            if (_INTUBATED.search(item.text) or _SPEECHLESS.match(item.text)) and "not" not in item.text.lower()
        ),
        None,
    )
    consent = next((item for item in admitted if _SIGN.search(item.text)), None)
    if intubated and consent and not _REPRESENTATIVE.search(text):
        yield Found(
            f"Participants are {_state(intubated.text)} and sign their own consent; no representative is named.",
            CRITERIA,
            (subject.quote(CRITERIA, intubated.text), subject.quote(CRITERIA, consent.text)),
        )


def _state(text: str) -> str:
    low = text.lower()
    return "intubated" if "intubated" in low else "ventilated" if "ventilat" in low else "not conscious"


_LEVELS = ("mild", "moderate", "severe")
_GRADED = gated(
    r"\b(mild|moderate|severe)(?:(?: to | or | and |-to-|/| - |-)(mild|moderate|severe))?[ -]((?:[\w-]+ )?"
    r"(?:pneumonia|ARDS|acute respiratory distress syndrome|asthma|COPD|depression|psoriasis|colitis|crohn'?s disease"
    r"|dementia|disease|hepatitis|pancreatitis|stroke|pain|anaemia|anemia|osteoarthritis))\b",
    re.IGNORECASE,
)


def _severities(text: str) -> Iterator[tuple[str, frozenset[int], str]]:
    """The conditions that a text grades: the condition, the levels from the first to the last, the words."""
    for match in _GRADED.finditer(text):
        first, last = (_LEVELS.index(match.group(i).lower()) if match.group(i) else -1 for i in (1, 2))
        low, high = sorted((first, last if last >= 0 else first))
        name = folded(match.group(3)).replace("acute respiratory distress syndrome", "ards")
        yield name, frozenset(range(low, high + 1)), match.group()


@rule(
    "EL-003",
    Severity.ERROR,
    "severities that contradict each other",
    why="Nobody can be mildly and severely ill at once: either nobody enters, or each site reads its own trial.",
    fix=Fixability.SPONSOR,
)
def severity(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_GRADED):
        return
    admitted = [(item, found) for item in items(subject, Section.INCLUSION) for found in _severities(item.text)]
    asked: dict[str, set[int]] = {}
    for _, (name, levels, _) in admitted:
        asked.setdefault(name, set()).update(levels)
    for path, text in titles(subject):
        for name, levels, words in _severities(text):
            wanted = asked.get(name)
            if wanted is None or levels <= wanted or wanted <= levels:
                continue
            item = next(item for item, found in admitted if found[0] == name)
            yield Found(
                f"The title says {words!r}; the criteria admit {', '.join(_LEVELS[i] for i in sorted(wanted))} {name}.",
                CRITERIA,
                (subject.quote(path, words), subject.quote(CRITERIA, item.text)),
            )
            return
    mild = next((item for item, found in admitted if 0 in found[1] and found[0] in ("ards", "pneumonia")), None)
    intubated = next((item for item in items(subject, Section.INCLUSION) if _ALL_INTUBATED.match(item.text)), None)
    if mild is not None and intubated is not None and mild is not intubated:
        yield Found(
            "Participants are intubated, and mild disease is admitted.",
            CRITERIA,
            (subject.quote(CRITERIA, mild.text), subject.quote(CRITERIA, intubated.text)),
        )


_ALL_INTUBATED = re.compile(
    r"(?:patients|subjects|participants)?\s*(?:who )?(?:are |is |must be |being )?intubated\b(?! or)", re.IGNORECASE
)
_RANDOMISATION = gated(r"\brandomi[sz]ation\b|\bbeing randomi[sz]ed\b", re.IGNORECASE)


@rule(
    "EL-009",
    Severity.WARNING,
    "a criterion or an outcome timed by randomisation in a trial that does not randomise",
    why="The time has no anchor: nobody can say whether the criterion is met, or when the outcome is due.",
    fix=Fixability.SPONSOR,
)
def anchor(subject: Subject) -> Iterator[Answer]:
    info = subject.section.design_module.design_info
    if info is None or info.allocation not in ("NON_RANDOMIZED", "NA"):
        return
    criteria = subject.criteria if subject.says("randomis", "randomiz") else ()
    for item in criteria:
        if _RANDOMISATION.search(item.text):
            yield Found(
                f"A criterion is timed by randomisation, and allocation is {info.allocation}.",
                CRITERIA,
                (subject.quote(CRITERIA, item.text), subject.quote(ALLOCATION)),
            )
            return
    for path, _, _, raw in timed_outcomes(subject):
        if raw and _RANDOMISATION.search(raw):
            field = f"{path}.timeFrame"
            yield Found(
                f"An outcome is timed by randomisation, and allocation is {info.allocation}.",
                field,
                (subject.quote(field), subject.quote(ALLOCATION)),
            )
            return


_NO_DISEASE = re.compile(
    r"^(?:safety|efficacy(?:, self)?|toxicity|quality of life|pharmacokinetics|treatment(?: outcome)?|(?:\w+ )?(?:stem"
    r"|stromal) cells?"
    r"|(?:\w+ )?therapy|immunotherapy|chemotherapy|cell transplantation|vaccination)$",
    re.IGNORECASE,
)


@rule(
    "EL-010",
    Severity.WARNING,
    "a condition that is an intervention, or no disease",
    why="A search by disease finds the wrong trials, and the population is not named.",
    fix=Fixability.SPONSOR,
)
def no_condition(subject: Subject) -> Iterator[Answer]:
    given = {
        folded(name): f"{INTERVENTIONS}[{index}].name"
        for index, item in enumerate(subject.section.arms_interventions_module.interventions)
        for name in (item.name, *item.other_names)
        if name and item.type not in ("OTHER", "BEHAVIORAL", None)
    }
    for index, condition in enumerate(subject.section.conditions_module.conditions):
        path = f"{CONDITIONS}[{index}]"
        if folded(condition) in given:
            evidence = (subject.quote(path), subject.quote(given[folded(condition)]))
            yield Found(f"The condition {condition!r} is an intervention of the trial.", path, evidence)
        elif _NO_DISEASE.match(condition.strip()):
            yield Found(f"The condition {condition!r} is no disease.", path, (subject.quote(path),))


_SHOCK = gated(r"shock", re.IGNORECASE)
"""One kind of shock: the kind that excludes must be the one that the title names."""
_FAILING = gated(r"critical|septic", re.IGNORECASE)
"""People of whom many have failing organs, the kidneys among them."""
_TARGETS = (
    (
        gated(r"critical", re.IGNORECASE),
        gated(
            r"^(?:\w+ ){0,4}(?:invasive (?:mechanical )?ventilation|shock|(?:multiple )?organ failure)\W*$",
            re.IGNORECASE,
        ),
    ),
    (_SHOCK, gated(r"^(?:\w+ ){0,2}shock\W*$", re.IGNORECASE)),
    (
        _FAILING,
        gated(r"(?:stage|CKD|grade) ?(?:3|III)\b[^;]{0,30}(?:(?:or|and) (?:more|higher|above|over)|\+)", re.IGNORECASE),
    ),
)


@rule(
    "EL-012",
    Severity.WARNING,
    "a criterion that removes the population that the trial is for",
    why="Nobody, or hardly anybody, with the condition can enter.",
    fix=Fixability.SPONSOR,
)
def removed(subject: Subject) -> Iterator[Answer]:
    conditions = subject.section.conditions_module.conditions
    named = {folded(condition): index for index, condition in enumerate(conditions)}
    title = " ".join(text for _, text in titles(subject))
    targets = [(population, excluded) for population, excluded in _TARGETS if population.search(title)]
    opening = next(iter(named)).partition(" ")[0] if len(conditions) == 1 else None
    for item in items(subject, Section.EXCLUSION):
        if not targets and (opening is None or opening not in item.text.lower()):
            continue
        bare = folded(
            re.sub(
                r"^(?:patients?|subjects?|participants?) (?:with|who have|having) ", "", item.text.strip(), flags=re.I
            )
        )
        if bare in named and len(bare) > 4 and len(conditions) == 1:
            path = f"{CONDITIONS}[{named[bare]}]"
            yield Found(
                "The condition itself excludes.", CRITERIA, (subject.quote(path), subject.quote(CRITERIA, item.text))
            )
            return
        for population, excluded in targets:
            other_kind = population is _SHOCK and bare not in folded(title)
            if excluded.search(item.text) and not other_kind:
                common = population is _FAILING
                yield Found(
                    "Many of those whom the title names have what excludes."
                    if common
                    else "What excludes is what makes the population that the title names.",
                    CRITERIA,
                    (subject.quote(CRITERIA, item.text),),
                    severity=Severity.INFO if common else None,
                )
                return


RULES = (ages, impossible_consent, severity, anchor, no_condition, removed)
