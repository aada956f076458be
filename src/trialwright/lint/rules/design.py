"""Rules about the coherence of the design."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.gates import Gated, gated
from trialwright.core.problem import Evidence, Severity
from trialwright.lint.finding import Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import COUNT, DESCRIPTION, SUMMARY, prose, sentences, treatments
from trialwright.protocol.arms import ArmRole
from trialwright.protocol.dosing.text import may_refer
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare

ALLOCATION = "protocolSection.designModule.designInfo.allocation"
MASKING = "protocolSection.designModule.designInfo.maskingInfo.masking"
MODEL = "protocolSection.designModule.designInfo.interventionModel"
ARMS = "protocolSection.armsInterventionsModule.armGroups"


_HEALTHY = gated(r"\bhealthy (?:\w+ )?(?:controls?|volunteers?|subjects?|people|persons?|individuals?)", re.IGNORECASE)


def _placebo(subject: Subject) -> tuple[str, Evidence] | None:
    """The first arm that is a placebo or sham control, with the words that say so."""
    for arm in subject.arms:
        healthy = _HEALTHY.search(f"{arm.label} {arm.description}")
        if arm.role in (ArmRole.PLACEBO_CONTROL, ArmRole.SHAM_CONTROL) and not healthy:
            return arm.label, subject.quote(f"{arm.source}.label")
    return None


@rule(
    "DS-001",
    Severity.ERROR,
    "a placebo or sham arm in a trial coded as not randomised",
    why="A placebo comparison without randomisation cannot be run as it is coded: one of the two is wrong.",
    fix=Fixability.SPONSOR,
    says_too=("DRAFT-131",),
)
def placebo_not_randomised(subject: Subject) -> Iterator[Answer]:
    info = subject.section.design_module.design_info
    if info is None:
        if subject.unsure(ALLOCATION) or subject.unsure(ARMS):
            yield Unknown("This rendering does not show the allocation or the arms.", ALLOCATION)
        return
    if info.allocation not in ("NON_RANDOMIZED", "NA"):
        return
    placebo = _placebo(subject)
    if placebo and len(subject.arms) > 1:
        label, evidence = placebo
        yield Found(
            f"Allocation is {info.allocation}, and {label!r} is a placebo or sham control.",
            ALLOCATION,
            (subject.quote(ALLOCATION), evidence),
        )


@rule(
    "DS-002",
    Severity.ERROR,
    "a placebo arm in a trial coded as open label",
    why="A placebo has no purpose when everybody knows who receives it.",
    fix=Fixability.SPONSOR,
)
def placebo_open(subject: Subject) -> Iterator[Answer]:
    info = subject.section.design_module.design_info
    masking = info.masking_info.masking if info is not None and info.masking_info is not None else None
    placebo = _placebo(subject) if masking == "NONE" else None
    if masking is None and subject.unsure(MASKING):
        yield Unknown("This rendering does not show the masking.", MASKING)
    elif placebo:
        label, evidence = placebo
        yield Found(
            f"Masking is NONE, and {label!r} is a placebo or sham control.", MASKING, (subject.quote(MASKING), evidence)
        )


_CLAIMS = (
    (
        gated(
            r"(?<!non-)(?<!non )(?<!not )\brandomi[sz]ed\b(?! (?:phase|part|portion|stage))"
            r"|\brandomly (?:assigned|allocated|divided)\b",
            re.IGNORECASE,
        ),
        ALLOCATION,
        ("NON_RANDOMIZED", "NA"),
    ),
    (gated(r"\b(?:double|triple|quadruple)[- ](?:blind(?:ed)?|masked)\b", re.IGNORECASE), MASKING, ("NONE",)),
    (
        gated(
            r"\bopen[- ]label(?:led)?\b(?![- ,]{1,2}(?:extension|period|phase|part|stage|run|lead|dose|follow|basis"
            r"|single|treatment|trial of|and\b|then\b|or\b))",
            re.IGNORECASE,
        ),
        MASKING,
        ("DOUBLE", "TRIPLE", "QUADRUPLE"),
    ),
    (
        gated(r"\bsingle[- ]arm(?:ed)?\b(?! (?:phase|part|extension|stage|cohort|run|lead))", re.IGNORECASE),
        ALLOCATION,
        ("RANDOMIZED",),
    ),
    (gated(r"\bnon-? ?randomi[sz]ed\b", re.IGNORECASE), ALLOCATION, ("RANDOMIZED",)),
)
_OWN = gated(
    r"\b(?:this|the present|our) (?:\S+ ){0,8}?(?:study|trial)\b|\bthe (?:study|trial) (?:is|will be)\b"
    r"|\b(?:patients|participants|subjects|volunteers)\b[^.;]{0,60}\b(?:will be|are) random",
    re.IGNORECASE,
)


_OTHER = gated(
    r"\b(?:before|prior|previous|earlier|future|subsequent|next|larger?|follow(?:ed|ing)?|compared|contrast|unlike|step"
    r"|other|several|recent|published)\b",
    re.IGNORECASE,
)


@rule(
    "DS-003",
    Severity.WARNING,
    "a text that calls the trial randomised or not, blinded or open, against the coded design",
    why="Readers who filter by the coded field and readers of the text see two different trials.",
    fix=Fixability.SPONSOR,
)
def text_against_code(subject: Subject) -> Iterator[Answer]:
    titles = ("protocolSection.identificationModule.briefTitle", "protocolSection.identificationModule.officialTitle")
    texts = ("protocolSection.descriptionModule.briefSummary", "protocolSection.descriptionModule.detailedDescription")
    for claim, coded, contradicted in _CLAIMS:
        value = subject.record.value(coded)
        if value not in contradicted:
            continue
        for path in (*titles, *texts):
            text = subject.record.value(path) or ""
            if claim.search(text) is None:
                continue
            spoken = [text] if path in titles else [s for s in sentences(text) if _OWN.search(s)]
            hit = next((s for s in spoken if (m := claim.search(s)) and not _OTHER.search(s[: m.start()])), None)
            if hit is not None:
                yield Found(
                    f"The text speaks of a trial that is {_word(claim, hit)}; coded is {value}.",
                    coded,
                    (subject.quote(path, hit), subject.quote(coded)),
                )
                break


def _word(claim: Gated, text: str) -> str:
    match = claim.search(text)
    return match.group().lower() if match else ""


@rule(
    "DS-004",
    Severity.WARNING,
    "several dose levels in one arm",
    why="A reader of the coded arms sees one treatment; there are several, given one after the other.",
    fix=Fixability.RECORD,
)
def levels_in_one_arm(subject: Subject) -> Iterator[Answer]:
    if not subject.may_escalate:
        return
    for arm in subject.arms:
        levels = [level for level in subject.dose_levels if level.arm == arm.id]
        if len(levels) > 1:
            yield Found(
                f"{arm.label!r} holds {len(levels)} dose levels: {', '.join(str(level.dose) for level in levels)}.",
                f"{arm.source}.label",
                (subject.quote(f"{arm.source}.label"),),
            )


@rule(
    "DS-005",
    Severity.WARNING,
    "an allocation or model that does not fit the number of arms",
    why="The coded design cannot be the one that the arms describe.",
    fix=Fixability.SPONSOR,
)
def arms_against_code(subject: Subject) -> Iterator[Answer]:
    if subject.lost(ARMS):
        yield Unknown("This rendering lost the arms.", ARMS)
        return
    info = subject.section.design_module.design_info
    arms = len(subject.section.arms_interventions_module.arm_groups)
    if info is None or arms == 0:
        return
    if info.allocation == "RANDOMIZED" and arms < 2:
        yield Found(f"Allocation is RANDOMIZED with {arms} arm.", ALLOCATION, (subject.quote(ALLOCATION),))
    if info.allocation == "NA" and arms > 1:
        yield Found(f"Allocation is NA with {arms} arms.", ALLOCATION, (subject.quote(ALLOCATION),))
    if info.intervention_model == "SINGLE_GROUP" and arms > 1:
        yield Found(f"The model is SINGLE_GROUP with {arms} arms.", MODEL, (subject.quote(MODEL),))
    if info.intervention_model == "SEQUENTIAL" and arms == 1:
        yield Found("The model is SEQUENTIAL with 1 arm.", MODEL, (subject.quote(MODEL),), severity=Severity.INFO)


_SIX = gated(r"\b(?:of|in|to|/) ?(?:the )?(?:six|6)\b (?:\w+ )?(?:participants|patients|subjects)|[12]/6\b")
_THREE = gated(r"\b3 ?\+ ?3\b|three[- ]plus[- ]three")


@rule(
    "DS-008",
    Severity.ERROR,
    "an escalation rule that is not stated in full",
    why="Two sites that follow the same words would treat different numbers of patients at different doses.",
    fix=Fixability.SPONSOR,
    says_too=("DRAFT-120", "DRAFT-122"),
)
def escalation_gaps(subject: Subject) -> Iterator[Answer]:
    if not subject.may_escalate:
        return
    design = subject.design
    escalation = design.escalation if isinstance(design, SelectThenCompare) else design
    if not isinstance(escalation, Escalation):
        return
    stated = tuple(_located(subject, Evidence.of(words)) for words in escalation.stated)
    three = _THREE.search(subject.low) is not None
    if escalation.silent_on and not stated and subject.unsure(SUMMARY, DESCRIPTION):
        yield Unknown("This rendering does not show the text that would state the rule of escalation.", DESCRIPTION)
    elif escalation.silent_on:
        yield Found(
            f"The record is silent on {'; '.join(escalation.silent_on)}.",
            DESCRIPTION,
            stated,
            severity=None if (three or not stated) and not _SIX.search(subject.low) else Severity.INFO,
        )
    size, needed = escalation.target_n, escalation.cohort_size * escalation.levels
    if three and size is not None and escalation.levels > 1 and size <= needed:
        yield Found(
            f"{size} participants, {escalation.levels} levels of {escalation.cohort_size}: no level can take more.",
            COUNT,
            (subject.quote(COUNT),),
        )


def _located(subject: Subject, item: Evidence) -> Evidence:
    for name in ("detailedDescription", "briefSummary"):
        path = f"protocolSection.descriptionModule.{name}"
        if item.quote[:60] in " ".join((subject.record.value(path) or "").split()):
            return subject.quote(path, item.quote)
    return item


@rule(
    "DS-009",
    Severity.WARNING,
    "a dose that refers to a decision yet to be made",
    why="The arm cannot be treated until the decision is made, and the record does not say how it is made.",
    fix=Fixability.SPONSOR,
)
def forward_dose(subject: Subject) -> Iterator[Answer]:
    if subject.given is None and not any(may_refer(text) for _, text in treatments(subject)):
        return
    for index, arm in enumerate(subject.arms):
        for treatment in subject.dosed(index).treatments:
            reference = treatment.dosing.reference
            if reference is not None and reference.to == "selected dose" and not _settled(subject):
                yield Found(
                    f"The dose of {arm.label!r} is {reference.text!r}.",
                    f"{arm.source}.description",
                    (subject.quote(f"{arm.source}.description"),),
                )


_AMOUNT = r"\d[\d.,]* ?(?:x ?10\S* |million |billion )?(?:cells|mg|g|µg|ug|mcg|ml|IU|units?)\b"
_CHOSEN = (
    r"(?:was|were|is|has been|have been) (?:then |already )?(?:approved|selected|chosen|determined|established"
    r"|identified|confirmed|set)(?: by (?:the )?[\w ]{2,30}?)? (?:as|to be) (?:the )?(?:\w+ ){0,3}(?:dose|RP2D|MTD)\b"
)
_SETTLED = gated(
    rf"{_AMOUNT}[^.;\n]{{0,160}}\b{_CHOSEN}"
    rf"|\b(?:RP2D|MTD|(?:recommended|selected|tolerated)(?: phase 2)? dose)\)? (?:was|is|=|:|of) (?:\w+ ){{0,4}}"
    rf"{_AMOUNT}",
    re.IGNORECASE,
)
_MODEL_TEXT = "protocolSection.designModule.designInfo.interventionModelDescription"


def _settled(subject: Subject) -> bool:
    """Whether a text says which dose was chosen."""
    texts = [subject.record.value(_MODEL_TEXT) or "", *(text for _, text in prose(subject))]
    return any(_SETTLED.search(text) for text in texts)


_PROCEDURES = (
    r"surger(?:y|ies)|operations?|transplantations?|transplants?|decompression|laminectomy|discectomy|fusion|fixation"
    r"|exercises?|program(?:me)?s?|radiotherapy|chemotherapy|physiotherapy|rehabilitation"
)
_TREATED = gated(
    r"\b(?:receives?|received|given|treated (?:with|under|by)|administered|undergo(?:es)?|underwent|managed (?:by|with)"
    r"|conducted)\b[^.]{0,80}"
    rf"\b(?:therap(?:y|ies)|treatments?|drugs?|glucocorticoids?|antivirals?|oxygen|care|{_PROCEDURES})\b"
    r"|\b(?:standard|conventional)\s+(?:\w+\s+)?(?:therapy|treatment)\b"
    r"|\bstandard of care\b"
    r"|\bcontinue[sd]?\b[^.]{0,60}\d ?(?:mg|g|mcg|µg|ml|IU)\b"
    r"|\b(?:antibiotics?|antivirals?|oxygen|steroids?|glucocorticoids?|fluids?)\b[^.]{0,40}\b(?:is|are|will be)"
    r" (?:given|administered)\b"
    rf"|\b(?:{_PROCEDURES}) (?:alone|only)\b",
    re.IGNORECASE,
)
_AS_USUAL = gated(r"care$|as usual$|usual (?:care|treatment)$", re.IGNORECASE)
"""Care that goes on as it does outside the trial, none of it named: what registrants mean by no intervention."""
_LATER = gated(
    r"\bwait(?:ing|ed)?[- ]?list|\bdelayed\b|\b(?:after|at the end of) (?:the )?(?:study|trial|waiting|follow"
    r"|control period|completion|final|last)",
    re.IGNORECASE,
)
"""What the arm receives, it receives when the comparison is over."""
_NEGATED = gated(r"\b(?:no|not|without|nothing but)\b[^.]{0,40}$", re.IGNORECASE)


@rule(
    "DS-011",
    Severity.WARNING,
    "an arm coded as no intervention whose text describes an active treatment",
    why="What the control group receives decides what the comparison means.",
    fix=Fixability.SPONSOR,
)
def no_intervention_treated(subject: Subject) -> Iterator[Answer]:
    for index, arm in enumerate(subject.section.arms_interventions_module.arm_groups):
        text = arm.description or ""
        match = _TREATED.search(text)
        if arm.type != "NO_INTERVENTION" or match is None or _LATER.search(text):
            continue
        if not _NEGATED.search(text[: match.end()]):
            path = f"{ARMS}[{index}]"
            words = match.group() + (" as usual" if text[match.end() :].lower().startswith(" as usual") else "")
            yield Found(
                f"{arm.label!r} is coded NO_INTERVENTION and receives treatment.",
                f"{path}.type",
                (subject.quote(f"{path}.type"), subject.quote(f"{path}.description", match.group())),
                severity=Severity.INFO if _AS_USUAL.search(words) else None,
            )


@rule(
    "DS-013",
    Severity.INFO,
    "a randomised trial without an allocation ratio",
    why="Sizes, power and the randomisation list all hang on the ratio.",
    fix=Fixability.SPONSOR,
)
def no_ratio(subject: Subject) -> Iterator[Answer]:
    info = subject.section.design_module.design_info
    if info is None or info.allocation != "RANDOMIZED":
        return
    design = subject.design
    assumed = any(item.about.endswith("ratio") and item.must_confirm for item in subject.design_assumptions)
    if isinstance(design, Parallel) and design.randomised and (design.ratio is None or assumed):
        yield Found("The record states neither the ratio nor the sizes of its randomised arms.", ALLOCATION)


@rule(
    "DS-015",
    Severity.WARNING,
    "a level of masking that does not fit the number of masked roles",
    why="It is open who knows the allocation.",
    fix=Fixability.SPONSOR,
)
def masked_roles(subject: Subject) -> Iterator[Answer]:
    level = subject.record.value(MASKING)
    wanted = {"SINGLE": 1, "DOUBLE": 2, "TRIPLE": 3, "QUADRUPLE": 4}.get(level or "")
    if wanted is None:
        return
    path = "protocolSection.designModule.designInfo.maskingInfo.whoMasked"
    who = subject.record.value(path) or ()
    if subject.lost(path):
        yield Unknown("This rendering lost who is masked.", path)
    elif who and len(who) != wanted:
        yield Found(
            f"Masking is {level} and {len(who)} roles are masked.",
            path,
            (subject.quote(MASKING), subject.quote(path, ", ".join(who))),
        )


RULES = (
    placebo_not_randomised,
    placebo_open,
    text_against_code,
    levels_in_one_arm,
    arms_against_code,
    escalation_gaps,
    forward_dose,
    no_intervention_treated,
    no_ratio,
    masked_roles,
)
