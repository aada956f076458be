"""How many participants, in which arms and in which ratio: from the record's fields and its prose."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import reduce
from math import gcd

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.protocol.arms import Arm
from trialwright.protocol.draft_text import COUNT, PEOPLE, Passage, arm_texts, narrative, number, statements
from trialwright.protocol.protocol import Enrolment
from trialwright.record.provenance import Presence
from trialwright.record.record import Record

ENROLLMENT = "protocolSection.designModule.enrollmentInfo"
_RATIO = gated(
    r"(?<![\d:.])(?P<r>\d{1,2}(?:\s?[:：∶]\s?\d{1,2}){1,7})(?![\d:%])|\b(?P<w>\d|one|two|three)[- ]to[- ](?P<v>\d"
    r"|one|two|three)\b(?= (?:ratio|random|alloc|fashion))",
    re.IGNORECASE,
)
_RANDOM = gated(r"randomi|randomly|allocat|assign", re.IGNORECASE)
_ADJECTIVES = (
    r"(?:(?!(?:will|who|with|receiving|taken|by|of|in|for|to|mg|weeks?|days?|months?|years?|times|daily|or|and)\b)"
    r"[\w-]+\s+){0,5}?"
)
_TOTAL = gated(
    rf"(?:\b(?:a )?total(?: number)? of (?:approximately |about )?|\b(?:enrol\w*|recruit\w*|includ\w*"
    rf"|randomi[sz]e\w*) (?:a total of |approximately |about |up to )?)"
    rf"(?P<a>\d{{1,5}}) {_ADJECTIVES}{PEOPLE}\b"
    rf"|\b(?P<b>\d{{1,5}}) {_ADJECTIVES}{PEOPLE} (?:[\w-]+ ){{0,4}}?(?:will be|were|are to be|are planned to be"
    rf"|to be)(?: \w+ly)? (?:recruited|enrol+ed|included|randomi[sz]ed)",
    re.IGNORECASE,
)
_EACH = gated(
    rf"\b(?P<a>{COUNT}) (?:{_ADJECTIVES}{PEOPLE} )?(?:in|per|for|to) (?:each|every|both)?\s*(?:of the (?:two|three"
    rf"|four|\d) )?(?:study |treatment )?(?:arms?|groups?)\b(?! [A-Z1-9]\b)"
    rf"|each (?:arm|group)(?: will)? (?:of|has|have|with|include\w*|contain\w*|consist\w* of|n\s?=)\s*(?P<b>{COUNT})\b",
    re.IGNORECASE,
)
_SIZE = gated(
    rf"(?<![\w.-])(?P<a>\d{{1,4}}) {_ADJECTIVES}(?:{PEOPLE}|controls|cases|infants|neonates)\b"
    rf"|\bn\s?=\s?(?P<b>\d{{1,4}})\b",
    re.IGNORECASE,
)
_CONTROL_WORDS = gated(r"\bcontrol\b|placebo|sham|standard (?:of care )?(?:group|arm)", re.IGNORECASE)
_CARE = gated(r"\bSOC\b|standard|usual care|best (?:supportive|available)|observation|comparator", re.IGNORECASE)
_TREATED_WORDS = gated(
    r"\b(?:treated|treatment|experimental|intervention|investigational|active|study) (?:group|arm|device)"
    r"|\bexperimental\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Ratio:
    """An allocation ratio: one whole number per arm in the arms' order, and the words that state it.

    `from_sizes`: derived from the stated sizes of the arms. `order_assumed`: the text does not say which number
    belongs to which arm.
    """

    terms: tuple[int, ...]
    evidence: Evidence
    from_sizes: bool = False
    order_assumed: bool = False


def enrolment(record: Record) -> tuple[Enrolment, tuple[Problem, ...]]:
    """How many participants the record states, and what is doubtful about that number."""
    stated = stated_enrolment(record)
    count, kind = stated.count, stated.type
    problems: list[Problem] = []
    lost_count = count is None and record.presence(f"{ENROLLMENT}.count") is Presence.LOST
    if count is None:
        why = (
            "this rendering lost the number of participants"
            if lost_count
            else "the record states no number of participants"
        )
        problems.append(
            Problem(
                "DRAFT-110",
                Severity.WARNING,
                why,
                f"{ENROLLMENT}.count",
                expected="a whole number",
                mend="set enrolment.count in the protocol file",
            )
        )
    elif kind is None:
        lost = record.presence(f"{ENROLLMENT}.type") is Presence.LOST
        why = "this rendering lost whether" if lost else "the record does not say whether"
        problems.append(
            Problem(
                "DRAFT-111",
                Severity.WARNING,
                f"{why} {count} participants are the target or those enrolled",
                f"{ENROLLMENT}.type",
                (Evidence.of(str(count), record.where(f"{ENROLLMENT}.count")),),
                expected="ESTIMATED or ACTUAL",
                mend="set enrolment.type in the protocol file",
            )
        )
    problems += _planned(record, count, kind)
    return stated, tuple(problems)


def stated_enrolment(record: Record) -> Enrolment:
    """How many participants the record states."""
    info = record.study.protocol_section.design_module.enrollment_info
    return Enrolment(info.count, info.type) if info else Enrolment()


def _planned(record: Record, count: int | None, kind: str | None) -> list[Problem]:
    """Numbers in the prose that differ from the enrolment field."""
    if count is None:
        return []
    for each, sentence in statements(each for each in narrative(record) if _TOTAL.may(each.text)):
        for found in _TOTAL.finditer(sentence):
            stated = int(found["a"] or found["b"])
            if stated == count or stated < 2 or _part_of_sentence(sentence, stated, count):
                continue
            said = {"ACTUAL": "were enrolled", "ESTIMATED": "are planned"}.get(kind or "", "are registered")
            where = record.where(f"{ENROLLMENT}.count")
            return [
                Problem(
                    "DRAFT-112",
                    Severity.WARNING,
                    f"the text speaks of {stated} participants; {count} {said}",
                    f"{ENROLLMENT}.count",
                    (each.evidence(sentence), Evidence.of(str(count), where)),
                    expected="one number, or a planned and an actual one",
                    mend="confirm enrolment.count in the protocol file",
                )
            ]
    return []


def _part_of_sentence(sentence: str, stated: int, count: int) -> bool:
    """Whether the number is one of several in its sentence that add up, or the sentence names the full count too."""
    numbers = [int(n) for n in re.findall(r"\b\d{1,5}\b", sentence)]
    if sum(n for n in numbers if n < count) == count or re.search(rf"(?:at least|minimum of) {stated}\b", sentence):
        return True
    return count in numbers or (
        stated < count
        and re.search(r"\b(?:arm|group|cohort|part|stage|phase|dose level)\b", sentence, re.IGNORECASE) is not None
    )


def arm_sizes(record: Record, arms: tuple[Arm, ...]) -> tuple[tuple[Arm, ...], tuple[Evidence, ...]]:
    """The arms with their sizes and the words that state them; unchanged where the prose does not state all."""
    own = [_own_size(record, arm) for arm in arms]
    if len(arms) > 1 and all(own) and _adds_up(record, [found[0] for found in own if found]):
        return _sized(arms, [found[0] for found in own if found], [found[1] for found in own if found])
    prose = narrative(record) + arm_texts(record)
    if len(arms) > 1:
        for each, sentence in statements(each for each in prose if _EACH.may(each.text)):
            if (found := _EACH.search(sentence)) and (size := number(found["a"] or found["b"])) and size > 1:
                return _sized(arms, [size] * len(arms), [each.evidence(sentence)])
    if len(arms) == 2 and sum(arm.role.is_control for arm in arms) == 1:
        return _two_sized(record, arms, prose)
    return arms, ()


def _adds_up(record: Record, sizes: list[int]) -> bool:
    """Whether sizes named in prose can be those of the arms: they make up the planned number, a number that the prose
    names as the whole, or a plan that the number of those enrolled has not reached."""
    info = record.study.protocol_section.design_module.enrollment_info
    if info is None or not info.count:
        return True
    if info.type == "ESTIMATED":
        return sum(sizes) == info.count
    if sum(sizes) >= info.count or info.type is None:
        return True
    totals = {int(m["a"] or m["b"]) for _, sentence in statements(narrative(record)) for m in _TOTAL.finditer(sentence)}
    return sum(sizes) in totals


def _sized(
    arms: tuple[Arm, ...], sizes: list[int], evidence: list[Evidence]
) -> tuple[tuple[Arm, ...], tuple[Evidence, ...]]:
    return tuple(replace(arm, size=size) for arm, size in zip(arms, sizes, strict=True)), tuple(evidence)


def _own_size(record: Record, arm: Arm) -> tuple[int, Evidence] | None:
    for text in (arm.label, arm.description[:400]):
        found = _SIZE.search(text)
        if (
            found
            and (found["b"] or found.start() < 40)
            and not re.search(r"total|overall|all ", text[: found.start()], re.IGNORECASE)
        ):
            return int(found["a"] or found["b"]), Evidence.of(found.group(), record.where(f"{arm.source}.description"))
    return None


def _two_sized(
    record: Record, arms: tuple[Arm, ...], prose: tuple[Passage, ...]
) -> tuple[tuple[Arm, ...], tuple[Evidence, ...]]:
    """Sizes of a treated and a control group ("60 patients ... treated group", "30 ... control")."""
    named = _named(next(arm for arm in arms if not arm.role.is_control))
    for each in prose:
        if not _CONTROL_WORDS.may(each.text):
            continue
        treated: tuple[int, Evidence] | None = None
        control: tuple[int, Evidence] | None = None
        for _, sentence in statements((each,)):
            for clause in re.split(r"(?:;|\band (?=(?:the )?\d)|, (?=(?:and )?(?:the )?\d+ ))", sentence):
                found = _SIZE.search(clause)
                if not found or _TOTAL.search(clause):
                    continue
                size = (int(found["a"] or found["b"]), each.evidence(clause))
                says_control = _CONTROL_WORDS.search(clause)
                says_treated = _TREATED_WORDS.search(clause) or named.search(clause)
                if says_control and not says_treated:
                    control = control or size
                elif says_treated and not says_control:
                    treated = treated or size
        if treated and control and _adds_up(record, [treated[0], control[0]]):
            sizes = [(control if arm.role.is_control else treated) for arm in arms]
            return _sized(arms, [size for size, _ in sizes], [quote for _, quote in sizes])
    return arms, ()


def _named(arm: Arm) -> re.Pattern[str]:
    """Finds the names of what an arm receives, also without their first part ("MSCs" for "UC-MSCs")."""
    words = {word for given in arm.treatments for word in re.findall(r"[A-Za-z][\w-]{3,}", given.name)}
    words |= {word.rsplit("-", 1)[-1] for word in words if len(word.rsplit("-", 1)[-1]) > 3}
    words -= {"with", "from", "best", "supportive", "care", "standard", "treatment", "plus", "cells", "cell"}
    return re.compile("|".join(rf"\b{re.escape(word)}\b" for word in sorted(words)) or r"(?!)", re.IGNORECASE)


def stated_ratio(record: Record, arms: tuple[Arm, ...]) -> tuple[Ratio | None, tuple[Problem, ...]]:
    """The allocation ratio that the record states for these arms, from "2:1" or from the arms' sizes."""
    if len(arms) < 2:
        return None, ()
    problems: list[Problem] = []
    told = (each for each in narrative(record) + arm_texts(record) if _RATIO.may(each.text))
    for each, sentence in statements(told):
        for found in _RATIO.finditer(sentence):
            near = sentence[max(0, found.start() - 120) : found.end() + 60]
            if not _RANDOM.search(near) or re.search(
                r"\d{1,2}:\d{2}\s*(?:am|pm|h\b)|mixed|dilut|titer", near, re.IGNORECASE
            ):
                continue
            terms = _terms(found)
            if terms is None:
                continue
            if len(terms) != len(arms):
                problems.append(
                    Problem(
                        "DRAFT-113",
                        Severity.WARNING,
                        f"the ratio {found.group()} has {len(terms)} terms; there are {len(arms)} arms",
                        evidence=(each.evidence(sentence),),
                        expected="one number per arm",
                        mend="set design.ratio in the protocol file",
                    )
                )
                continue
            ordered, assumed = _paired(terms, sentence[found.end() :], arms) or _ordered(
                terms, sentence[found.end() :], arms
            )
            if assumed:
                ordered, assumed = _ordered(terms, sentence[max(0, found.start() - 200) : found.start()], arms)
            return Ratio(ordered, each.evidence(sentence), order_assumed=assumed), ()
    return _from_sizes(record, arms), tuple(problems[:1])


def _terms(found: re.Match[str]) -> tuple[int, ...] | None:
    if found["w"]:
        pair = (number(found["w"]), number(found["v"]))
        return (pair[0], pair[1]) if pair[0] and pair[1] else None
    terms = tuple(int(term) for term in re.split(r"\s?[:：∶]\s?", found["r"]))
    return terms if all(1 <= term <= 20 for term in terms) else None


_PAIR = re.compile(
    r"^\D{0,30}?\(\s*(?P<a>[^():：/\d]{2,40}?)\s*(?:[:：/]|\bto\b|\bvs\.?)\s*(?P<b>[^():：/]{2,40}?)\s*\)"
)


def _paired(terms: tuple[int, ...], rest: str, arms: tuple[Arm, ...]) -> tuple[tuple[int, ...], bool] | None:
    """The terms in the arms' order where the words after the ratio pair them off ("1:3 (standard care: cells)")."""
    found = _PAIR.match(rest)
    controls = [index for index, arm in enumerate(arms) if arm.role.is_control]
    if found is None or len(arms) != 2 or len(controls) != 1 or len(set(terms)) == 1:
        return None
    says = [_CONTROL_WORDS.search(found[name]) is not None or _CARE.search(found[name]) is not None for name in "ab"]
    if says[0] == says[1]:
        return None
    of_control, of_other = (terms[0], terms[1]) if says[0] else (terms[1], terms[0])
    return tuple(of_control if index in controls else of_other for index in range(2)), False


def _ordered(terms: tuple[int, ...], rest: str, arms: tuple[Arm, ...]) -> tuple[tuple[int, ...], bool]:
    """The terms in the arms' order: by the order in which the words after the ratio name the arms."""
    if len(set(terms)) == 1:
        return terms, False
    places = [_mention(rest, arm) for arm in arms]
    if all(place is not None for place in places) and len(set(places)) == len(arms):
        ranked = sorted(range(len(arms)), key=lambda index: places[index] or 0)
        ordered = [0] * len(arms)
        for term, index in zip(terms, ranked, strict=True):
            ordered[index] = term
        return tuple(ordered), False
    return terms, True


def _mention(text: str, arm: Arm) -> int | None:
    """Where a text first speaks of an arm: its label, its treatment, or its role."""
    low = text.lower()
    keys = [arm.label.lower(), *(each.name.lower() for each in arm.treatments)]
    found = [low.find(key) for key in keys if len(key) > 2 and key in low]
    pattern = _CONTROL_WORDS if arm.role.is_control else _TREATED_WORDS
    if not found and (match := pattern.search(text)) is not None:
        found = [match.start()]
    if not found:
        words = [
            word
            for key in keys
            for word in re.findall(r"[a-z][\w-]{4,}", key)
            if word not in ("group", "treatment", "control")
        ]
        found = [low.find(word) for word in words if word in low][:1]
    return min(found) if found else None


def _from_sizes(record: Record, arms: tuple[Arm, ...]) -> Ratio | None:
    sized, evidence = (arms, ()) if all(arm.size for arm in arms) else arm_sizes(record, arms)
    sizes = [arm.size for arm in sized if arm.size]
    if len(sizes) != len(arms):
        return None
    common = reduce(gcd, sizes)
    terms = tuple(size // common for size in sizes)
    quote = evidence or arm_sizes(record, arms)[1] or (Evidence.of(f"arms of {', '.join(map(str, sizes))}"),)
    joined = " … ".join(each.quote for each in quote)
    return (
        Ratio(terms, Evidence.of(joined, quote[0].where), from_sizes=True)
        if max(terms) <= 12 or sum(sizes) == _count(record)
        else None
    )


def _count(record: Record) -> int | None:
    info = record.study.protocol_section.design_module.enrollment_info
    return info.count if info else None


def is_randomised(record: Record) -> bool | None:
    """Whether participants are allocated at random: as coded, else as the prose says, else None."""
    info = record.study.protocol_section.design_module.design_info
    coded = info.allocation if info else None
    if coded == "RANDOMIZED":
        return True
    if coded in ("NON_RANDOMIZED", "NA"):
        return False
    prose = " ".join(each.text for each in narrative(record))
    if re.search(r"\bnon-?\s?randomi[sz]ed|not randomi[sz]ed", prose, re.IGNORECASE):
        return False
    return True if re.search(r"\brandomi[sz]|randomly", prose, re.IGNORECASE) else None
