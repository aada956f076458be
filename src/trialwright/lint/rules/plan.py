"""Rules about the parts of a design: phases, escalation, standard care, size, oversight, links, versions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence, Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.rules.design import ARMS, MASKING
from trialwright.lint.subject import Subject
from trialwright.lint.texts import (
    COUNT,
    INTERVENTIONS,
    PHASES,
    SUMMARY,
    around,
    narrative,
    prose,
    timed_outcomes,
    titles,
    treatments,
)
from trialwright.protocol.arms.links import same, split_name
from trialwright.protocol.timeframe import FrameKind

BOTH = {"PHASE1", "PHASE2"}
_PART = (
    r"(?: ?[abAB])?\b[ ,-]{0,2}"
    r"(?:part|portion|stage|component|step|expansion|escalation|dose[- ](?:expan|exten|escal)|of the)"
)
_PART_1 = gated(rf"\bphase (?:1|I)(?!/|-I| ?[/&]){_PART}", re.IGNORECASE)
_PART_2 = gated(rf"(?<!recommended )\bphase (?:2|II)(?!I|/){_PART}", re.IGNORECASE)
_SPOKEN = tuple(
    gated(rf"(?:^|[.;:)\n]\s*)\b(?:in|during) (?:the )?phase (?:{n})[ab]?\b(?! ?[/&-])", re.IGNORECASE)
    for n in ("1|I", "2|II")
)
_NAMED = tuple(gated(rf"^\W*phase ?(?:{n})[ab]?\b(?! ?[/&-] ?(?:phase|\d|I))", re.IGNORECASE) for n in ("1|I", "2|II"))
_TRIALS = tuple(gated(rf"\bphase (?:{n})[ab]? (?:trial|study)\b", re.IGNORECASE) for n in ("1|I", "2|II"))
_MODEL_TEXT = "protocolSection.designModule.designInfo.interventionModelDescription"


@rule(
    "DS-006",
    Severity.WARNING,
    "one coded design for the two parts of a phase 1/2 trial",
    why="Allocation, masking and size belong to one of the parts; the record does not say to which.",
    fix=Fixability.SPONSOR,
)
def two_parts(subject: Subject) -> Iterator[Answer]:
    if not set(subject.section.design_module.phases) >= BOTH:
        return
    texts = [*narrative(subject), *treatments(subject)]
    labels = [(path, text) for path, text in treatments(subject) if path.endswith(".label")]
    model = [(_MODEL_TEXT, subject.record.value(_MODEL_TEXT) or "")]
    for places, (one, other) in ((texts, (_PART_1, _PART_2)), (labels, _NAMED), (model, _TRIALS), (texts, _SPOKEN)):
        first = next(((path, m) for path, text in places for m in [one.search(text)] if m), None)
        second = next(((path, m) for path, text in places for m in [other.search(text)] if m), None)
        if first and second:
            break
    if first and second:
        yield Found(
            "The text tells of a phase 1 part and a phase 2 part; one allocation and one size are coded.",
            PHASES,
            tuple(subject.quote(path, match.group().lstrip(" .;:)\n")) for path, match in (first, second)),
            severity=Severity.INFO if one is _SPOKEN[0] else None,
        )


_ESCALATES = gated(r"dose[- ]escalation|escalating dose|maximum tolerated dose|\bMTD\b|3 ?\+ ?3", re.IGNORECASE)
_SECOND = gated(
    r"phase (?:2|II)(?!I)|phase (?:1|I) ?[ab]?[/-]|expansion|expanded cohort|efficacy|randomi[sz]|selected dose",
    re.IGNORECASE,
)


@rule(
    "DS-007",
    Severity.WARNING,
    "a phase 1/2 trial of which only the escalation is described",
    why="What the second phase does, with whom and how many, cannot be planned from this record.",
    fix=Fixability.SPONSOR,
)
def only_escalation(subject: Subject) -> Iterator[Answer]:
    if not set(subject.section.design_module.phases) >= BOTH or not subject.may(_ESCALATES):
        return
    texts = [*narrative(subject), *treatments(subject)]
    found = next(((path, m) for path, text in texts for m in [_ESCALATES.search(text)] if m), None)
    if found and not any(_SECOND.search(text) for _, text in texts):
        path, match = found
        yield Found(
            "The text tells of an escalation and of nothing after it.", PHASES, (subject.quote(path, match.group()),)
        )


_DLT = gated(r"dose[- ]limiting toxicit|\bDLTs?\b|maximum tolerated dose|\bMTD\b", re.IGNORECASE)


@rule(
    "DS-010",
    Severity.INFO,
    "dose-limiting toxicities or a tolerated dose without a window or a definition",
    why="Whether the next cohort may be treated hangs on what counts as a toxicity, and until when.",
    fix=Fixability.SPONSOR,
)
def undefined_dlt(subject: Subject) -> Iterator[Answer]:
    if not {"EARLY_PHASE1", "PHASE1"} & set(subject.section.design_module.phases) or not subject.says(
        "limiting", "dlt", "mtd", "tolerated"
    ):
        return
    found = next(((path, text, m) for path, text in prose(subject) for m in [_DLT.search(text)] if m), None)
    if found is None:
        return
    dlt = subject.dlt
    graded = dlt is not None and (dlt.non_haematological_grade or dlt.haematological_grade)
    windowed = (dlt is not None and dlt.window is not None) or any(
        _DLT.search(f"{measure} {description}")
        and subject.frame(raw or "", measure or "").kind is not FrameKind.UNPARSEABLE
        for _, measure, description, raw in timed_outcomes(subject)
    )
    missing = [name for name, there in (("window", windowed), ("definition by grade", graded)) if not there]
    if missing:
        path, text, match = found
        yield Found(
            f"The text speaks of {match.group()} and states no {' and no '.join(missing)}.",
            path,
            (subject.quote(path, around(text, match)),),
        )


_STANDARD = r"(?:standard|conventional|routine|usual)(?: of)?(?: medical)? (?:therapy|treatment|care)"
_INSTEAD = gated(
    rf"\b{_STANDARD},? or (?:the |with )?(?!placebo|best|standard|usual|conventional|no )([\w-]+)", re.IGNORECASE
)
_IN_PLACE = gated(rf"\b([\w-]+) (?:instead|in place) of (?:the )?{_STANDARD}", re.IGNORECASE)
_ON_TOP = gated(
    rf"\b(?:on the basis of|in addition to|on top of|added to|add-on to|combined with|along with|plus)"
    rf" (?:the )?{_STANDARD}",
    re.IGNORECASE,
)


@rule(
    "DS-012",
    Severity.WARNING,
    "a treatment given instead of standard care in one place and on top of it in another",
    why="A comparison with standard care and a comparison on top of it answer two questions.",
    fix=Fixability.SPONSOR,
)
def instead_or_on_top(subject: Subject) -> Iterator[Answer]:
    if not subject.may(_ON_TOP):
        return
    on_top = next(((path, m) for path, text in prose(subject) for m in [_ON_TOP.search(text)] if m), None)
    if on_top is None:
        return
    names = " ".join(item.name or "" for item in subject.section.arms_interventions_module.interventions).lower()
    patterns = (_INSTEAD, _IN_PLACE) if subject.says(" instead of ", " in place of ") else (_INSTEAD,)
    instead = next(
        (
            (path, m)
            for path, text in prose(subject)
            for pattern in patterns
            for m in pattern.finditer(text)
            if len(m.group(1)) > 3 and m.group(1).lower() in names
        ),
        None,
    )
    if instead:
        yield Found(
            "One place gives standard care or the treatment, another both.",
            instead[0],
            tuple(subject.quote(path, match.group()) for path, match in (instead, on_top)),
        )


SMALL = 100  # participants of a phase 3 trial under which its size calls for a reason
_SIZED = gated(
    r"sample[- ]size|\bpower(?:ed)? (?:of|to|analysis|calculation)|\b\d{2} ?% power|statistical power", re.IGNORECASE
)


@rule(
    "DS-014",
    Severity.WARNING,
    "a small phase 3 trial that does not say how its size was chosen",
    why="A confirmatory trial of this size finds only very large effects; the record does not say which it looks for.",
    fix=Fixability.SPONSOR,
)
def small_phase_3(subject: Subject) -> Iterator[Answer]:
    count = subject.record.value(COUNT)
    status = subject.section.status_module.overall_status
    if tuple(subject.section.design_module.phases) != ("PHASE3",) or status in ("WITHDRAWN", "TERMINATED"):
        return
    if count is None:
        if subject.unsure(COUNT):
            yield Unknown("This rendering lost the number of participants.", COUNT)
        return
    info = subject.section.design_module.design_info
    if 0 < count < SMALL and info is not None and info.allocation == "RANDOMIZED" and not _SIZED.search(subject.low):
        if subject.lost(SUMMARY):
            yield Unknown("This rendering lost the description.", SUMMARY)
            return
        yield Found(
            f"A randomised phase 3 trial of {count} participants.",
            COUNT,
            (subject.quote(PHASES, "PHASE3"), subject.quote(COUNT)),
        )


DMC = "protocolSection.oversightModule.oversightHasDmc"
SITES = "protocolSection.contactsLocationsModule.locations"
_CRITICAL = gated(
    r"critical(?:ly)? ill|intensive care|\bARDS\b|septic shock|cardiac arrest|respiratory failure", re.IGNORECASE
)


@rule(
    "DS-016",
    Severity.WARNING,
    "a blinded trial at several sites in critically ill patients without a data monitoring committee",
    why="Deaths are expected and nobody at a site knows the arm: only a committee can see harm in time.",
    fix=Fixability.SPONSOR,
)
def no_committee(subject: Subject) -> Iterator[Answer]:
    masking = subject.record.value(MASKING)
    if masking in (None, "NONE") or not subject.says(
        "critical", "intensive", "ards", "shock", "arrest", "respiratory failure"
    ):
        return
    named = " ".join([*(text for _, text in titles(subject)), *subject.section.conditions_module.conditions])
    if not _CRITICAL.search(named):
        return
    if subject.unsure(DMC, SITES):
        yield Unknown("This rendering does not show the committee or the sites.", DMC)
    elif subject.record.value(DMC) is False and len(subject.section.contacts_locations_module.locations) > 1:
        yield Found(
            "The record says that there is no data monitoring committee.",
            DMC,
            (subject.quote(DMC), subject.quote(MASKING)),
        )


_BLANK = gated(
    r"^(?:matching |oral |intravenous |normal |0\.9% )*(?:placebo|saline|sham)\b(?!.*(?:\+|cell|vaccin))", re.IGNORECASE
)
_CELLS = gated(
    r"\b(?:stem|stromal|MSC|mesenchymal|progenitor|CAR-?T|NK)s?\b.*\bcells?\b|\b(?:UC-?|BM-?|AD-?)?MSCs\b",
    re.IGNORECASE,
)
_NO_CELLS = gated(
    r"exosom|vesicle|condition(?:ed|ing)|mobili[sz]|anti-|lysate|transplant|derived factor|without|placebo|prophyla",
    re.IGNORECASE,
)


@rule(
    "DS-017",
    Severity.WARNING,
    "a placebo coded as a biological, or cells coded as a drug or as something else",
    why="A search for biologicals finds the placebo and misses the cells.",
    fix=Fixability.SPONSOR,
)
def mistyped(subject: Subject) -> Iterator[Answer]:
    for index, item in enumerate(subject.section.arms_interventions_module.interventions):
        name, path = item.name or "", f"{INTERVENTIONS}[{index}]"
        evidence = (subject.quote(f"{path}.name"), subject.quote(f"{path}.type"))
        if item.type == "BIOLOGICAL" and _BLANK.search(name):
            yield Found(f"{name!r} is coded BIOLOGICAL.", f"{path}.type", evidence)
        elif item.type in ("DRUG", "OTHER") and _CELLS.search(name) and not _NO_CELLS.search(name):
            yield Found(f"{name!r} is coded {item.type}.", f"{path}.type", evidence)


@rule(
    "DS-018",
    Severity.WARNING,
    "a link between an arm and an intervention that leads nowhere",
    why="What the arm receives, or who receives the intervention, is not in the record.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def dangling(subject: Subject) -> Iterator[Answer]:
    module = subject.section.arms_interventions_module
    if subject.unsure(ARMS, INTERVENTIONS):
        yield Unknown("This rendering lost arms or interventions.", ARMS)
        return
    names = {same(each) for item in module.interventions for each in (item.name, *item.other_names)}
    labels = {same(arm.label) for arm in module.arm_groups}
    for index, arm in enumerate(module.arm_groups):
        for place, entry in enumerate(arm.intervention_names):
            if same(split_name(entry)[1]) not in names and same(entry) not in names:
                path = f"{ARMS}[{index}].interventionNames[{place}]"
                yield Found(f"{arm.label!r} names {entry!r}, which is no intervention.", path, (subject.quote(path),))
    if not labels or not any(item.arm_group_labels for item in module.interventions):
        return
    if subject.section.design_module.study_type != "INTERVENTIONAL":
        return
    linked = {same(label) for item in module.interventions for label in item.arm_group_labels}
    for index, item in enumerate(module.interventions):
        path = f"{INTERVENTIONS}[{index}]"
        astray = [label for label in item.arm_group_labels if same(label) not in labels]
        if astray:
            yield Found(f"{item.name!r} names {astray[0]!r}, which is no arm.", path, (subject.quote(path + ".name"),))
    for index, arm in enumerate(module.arm_groups):
        if arm.type != "NO_INTERVENTION" and not arm.intervention_names and same(arm.label) not in linked:
            path = f"{ARMS}[{index}].label"
            yield Found(f"{arm.label!r} has no intervention and is not coded so.", path, (subject.quote(path),))


_VERSIONS = (
    (
        "CTCAE",
        gated(
            r"\b(?:CTCAE|common terminology criteria for adverse events?)\)?[,( ]*"
            r"(?:(?:version|ver|v)\.? ?([2-6])|([2-6])(?=\.\d))",
            re.IGNORECASE,
        ),
    ),
    ("RECIST", gated(r"\bRECIST\b[^.;\n\d]{0,15}?(?:version|v)?\.? ?(1\.[01])\b", re.IGNORECASE)),
    ("DSM", gated(r"\bDSM[- ]?(III|IV|V|[345])\b", re.IGNORECASE)),
    (
        "guideline",
        gated(r"\b(?:guidelines?|protocol)\b[^.;\n]{0,60}?\b(?:trial|version|edition) (\d{1,2})\b", re.IGNORECASE),
    ),
    (
        "guideline",
        gated(r"\b(?:trial )?(?:version|edition) (\d{1,2})\b[^.;\n]{0,40}\bguidelines?\b", re.IGNORECASE),
    ),
)
_ROMAN = {"III": "3", "IV": "4", "V": "5"}
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth"),
    *("seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"),
)
_ORDINAL = rf"(?P<edition>{'|'.join(_ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th)) (?:edition|version)\b"
_GUIDE = r"\b(?:guidelines?|(?:diagnosis|diagnostic)[\w -]{0,30}treatment (?:plan|protocol|program(?:me)?))\b"
_EDITIONS = tuple(
    gated(pattern, re.IGNORECASE)
    for pattern in (rf"{_ORDINAL}[^.;\n]{{0,20}}{_GUIDE}[^.;\n]{{0,80}}", rf"{_GUIDE}[^.;\n]{{0,60}}?{_ORDINAL}")
)
_DISEASE = gated(
    r"\b(COVID|pneumonia|hypertension|diabetes|hepatitis|leuk[a]?emia|lymphoma|asthma|COPD)", re.IGNORECASE
)


def _editions(subject: Subject) -> Iterator[tuple[str, str, Evidence]]:
    """Editions of guidelines told by an ordinal: the disease that the guideline is for, the number, the words."""
    for path, text in prose(subject):
        for pattern in _EDITIONS:
            for match in pattern.finditer(text):
                written = match["edition"].lower()
                number = str(_ORDINALS.index(written) + 1) if written in _ORDINALS else re.sub(r"\D", "", written)
                about = _DISEASE.search(match.group())
                if about is not None:
                    yield f"The guideline for {about.group(1)}", number, subject.quote(path, match.group())


@rule(
    "DS-019",
    Severity.WARNING,
    "two versions of one scale, guideline or set of criteria",
    why="Grades and thresholds differ between versions: a toxicity counts by one and not by the other.",
    fix=Fixability.SPONSOR,
)
def versions(subject: Subject) -> Iterator[Answer]:
    seen: dict[str, dict[str, Evidence]] = {}
    ordinal = subject.says(" edition", " version") and subject.says("guideline", "treatment p")
    for name, version, evidence in _editions(subject) if ordinal else ():
        seen.setdefault(name, {}).setdefault(version, evidence)
    spoken = [(name, pattern) for name, pattern in _VERSIONS if subject.may(pattern)]
    for path, text in prose(subject) if spoken else ():
        for name, pattern in spoken:
            for match in pattern.finditer(text):
                written = next(group for group in match.groups() if group)
                version = _ROMAN.get(written.upper(), written)
                seen.setdefault(name, {}).setdefault(version, subject.quote(path, around(text, match)))
    for name, found in seen.items():
        if len(found) > 1:
            yield Found(
                f"{name} is named in the versions {' and '.join(sorted(found, key=_number))}.",
                None,
                tuple(found.values()),
            )


def _number(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


RULES = (
    two_parts,
    only_escalation,
    undefined_dlt,
    instead_or_on_top,
    small_phase_3,
    no_committee,
    mistyped,
    dangling,
    versions,
)
