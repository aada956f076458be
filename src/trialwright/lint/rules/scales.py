"""Rules about how outcomes are measured and told: metrics, scales, follow-up, titles."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.gates import gated
from trialwright.core.problem import Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import OUTCOMES, folded, narrative, outcomes, sentences, timed_outcomes
from trialwright.protocol.outcomes.scales import categories
from trialwright.protocol.timeframe import FrameKind

_COUNTED = re.compile(
    r"^(?:the )?(?:number|percentage|proportion) of (?:patients|participants|subjects|individuals)\b", re.IGNORECASE
)
_COUNTS = gated(
    r"number|percent|proportion|rate\b|rates\b|incidence|prevalence|frequency|responders?|patients|participants"
    r"|subjects|%"
    r"|abnormal|normali|conversion|achiev|improve|worsen|reduc|adverse|event",
    re.IGNORECASE,
)
_QUANTITY = gated(
    r"saturation|dehydrogenase|protein|ferritin|d-?dimer|levels?\b|concentration|scores?\b|pressure|volume|weight"
    r"|thickness"
    r"|\bindex\b|distance|\bFEV|h(?:a)?emoglobin|glucose|cholesterol|creatinine|bilirubin|transaminase|h(?:a)?ematocrit"
    r"|\bcounts?\b|duration|heart rate|temperature|albumin|density|titers?|titres?",
    re.IGNORECASE,
)
_SCALES = (
    ("mMRC", gated(r"\bmMRC\b|modified medical research council", re.IGNORECASE), {"5"}),
    ("NYHA", gated(r"\bNYHA\b", re.IGNORECASE), {"4"}),
    ("ECOG", gated(r"\bECOG\b", re.IGNORECASE), {"5", "6"}),
    ("mRS", gated(r"modified rankin|\bmRS\b"), {"6", "7"}),
)
_POINTS = gated(r"\b(\d{1,2}|three|four|five|six|seven|eight)[- ](?:point|category|level)\b", re.IGNORECASE)
_WORDS = {"three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8"}


@rule(
    "OC-002",
    Severity.WARNING,
    "an outcome whose description measures something else than its title",
    why="The analysis of a mean and that of a count are two analyses; which one was planned is open.",
    fix=Fixability.SPONSOR,
)
def mismatch(subject: Subject) -> Iterator[Answer]:
    for path, measure, description in outcomes(subject):
        if not measure or not description:
            continue
        if _COUNTED.match(description.strip()) and _QUANTITY.search(measure) and not _COUNTS.search(measure):
            yield Found(
                f"{measure!r} is described as a number of participants.",
                f"{path}.measure",
                (subject.quote(f"{path}.measure"), subject.quote(f"{path}.description")),
            )
            continue
        for name, pattern, levels in _SCALES if subject.may(_POINTS) else ():
            points = _POINTS.search(description) if pattern.search(measure) else None
            if points is not None:
                number = _WORDS.get(points.group(1).lower(), points.group(1))
                if number not in levels and not pattern.search(description):
                    yield Found(
                        f"{name} has {' or '.join(sorted(levels))} levels; a scale of {number} is described.",
                        f"{path}.description",
                        (subject.quote(f"{path}.measure"), subject.quote(f"{path}.description", points.group())),
                    )


MANY = 3
LONG = 40


@rule(
    "OC-007",
    Severity.INFO,
    "one description that stands under several outcomes",
    why="A text that fits all outcomes says of none how it is measured.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def boilerplate(subject: Subject) -> Iterator[Answer]:
    seen: dict[str, list[str]] = {}
    for path, _, description in outcomes(subject):
        words = folded(description)
        if len(words) >= LONG:
            seen.setdefault(words, []).append(f"{path}.description")
    for fields in seen.values():
        if len(fields) >= MANY:
            yield Found(
                f"{len(fields)} outcomes share one description.",
                fields[0],
                tuple(subject.quote(field) for field in fields[:3]),
            )


_FOLLOWED = gated(
    r"\b(?:(?:will be|are|were) followed(?:[- ]up)? (?:up )?(?:for|until|to|through) (?:a (?:total |period )?of "
    r"|at least |up to )?|the follow[- ]up (?:period|time|duration) (?:is|will be) (?:at least |up to )?)"
    r"(?P<number>\d{1,3}|one|two|three|four|five|six|ten|twelve)[ -](?P<unit>days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "twelve": 12}
_DAYS = {"day": 1.0, "week": 7.0, "month": 30.4375, "year": 365.25}


@rule(
    "OC-008",
    Severity.WARNING,
    "a follow-up in the text that is longer than any outcome's",
    why="Participants are followed for something that no outcome reports, or a time point is missing.",
    fix=Fixability.SPONSOR,
)
def beyond_outcomes(subject: Subject) -> Iterator[Answer]:
    if not subject.says("followed", "follow-up", "follow up"):
        return
    told = [
        (float(_NUMBERS.get(m["number"].lower()) or m["number"]) * _DAYS[m["unit"].lower().rstrip("s")], path, sentence)
        for path, text in narrative(subject)
        for sentence in sentences(text)
        for m in _FOLLOWED.finditer(sentence)
    ]
    if not told:
        return
    longest, path, words = max(told)
    last = 0.0
    field = ""
    for at, measure, _, raw in timed_outcomes(subject):
        frame = subject.frame(raw or "", measure or "")
        days = [*frame.days, *(day for day in (frame.end, frame.cap, frame.every) if day is not None)]
        if frame.kind is FrameKind.UNPARSEABLE or not days or frame.end_event is not None:
            return
        if max(days) > last:
            last, field = max(days), f"{at}.timeFrame"
    if field and longest > 1.5 * last + 14:
        yield Found(
            f"The text follows participants for {longest:.0f} days; the last time point of an outcome is day {last:g}.",
            field,
            (subject.quote(path, words), subject.quote(field)),
        )


@rule(
    "OC-009",
    Severity.WARNING,
    "two ordinal scales of one length that differ in order or wording",
    why="A value of 2 is good on one and bad on the other; pooled, they cancel out.",
    fix=Fixability.SPONSOR,
)
def two_scales(subject: Subject) -> Iterator[Answer]:
    if len(re.findall(r"death|dead|died", subject.low)) < 2:
        return
    found: list[tuple[str, tuple[tuple[int, str], ...]]] = []
    for path, measure, description in outcomes(subject):
        text = f"{measure or ''}\n{description or ''}"
        if len(re.findall(r"\d", text)) < 5 or not re.search(r"death|dead|died", text, re.IGNORECASE):
            continue
        scale = categories(text)
        if len(scale) >= 5:
            found.append((f"{path}.{'description' if description else 'measure'}", scale))
    for index, (field, one) in enumerate(found):
        for other_field, other in found[index + 1 :]:
            if len(one) != len(other) or not (_of_death(one) and _of_death(other)):
                continue
            if _deadly_end(one) != _deadly_end(other):
                yield Found(
                    f"Two scales of {len(one)} categories run in opposite directions.",
                    field,
                    (subject.quote(field), subject.quote(other_field)),
                )
                return
            if [folded(label) for _, label in one] != [folded(label) for _, label in other]:
                yield Found(
                    f"Two scales of {len(one)} categories differ in wording.",
                    field,
                    (subject.quote(field), subject.quote(other_field)),
                    severity=Severity.INFO,
                )
                return


def _of_death(scale: tuple[tuple[int, str], ...]) -> bool:
    return any(re.search(r"death|dead|died", label, re.IGNORECASE) for _, label in scale)


def _deadly_end(scale: tuple[tuple[int, str], ...]) -> bool:
    """Whether death has the highest score."""
    place = next(i for i, (_, label) in enumerate(scale) if re.search(r"death|dead|died", label, re.IGNORECASE))
    return place * 2 >= len(scale)


_VAGUE = re.compile(
    r"(?:(?:clinical|overall|treatment|drug|patient|the) )?(?:safety|efficacy|effectiveness|tolerability|toxicity"
    r"|feasibility"
    r"|side effects?|response|outcomes?|quality of life|improvement|pharmacokinetics|biomarkers?|laboratory (?:tests"
    r"|values)"
    r"|vital signs|symptoms|recovery|satisfaction)(?: (?:and|or) (?:safety|efficacy|effectiveness|tolerability"
    r"|toxicity))?"
)


@rule(
    "OC-010",
    Severity.INFO,
    "an outcome whose title does not say what is measured",
    why="Safety or efficacy is a purpose; a measure, a scale or an event is what two people would record alike.",
    fix=Fixability.SPONSOR,
)
def vague_title(subject: Subject) -> Iterator[Answer]:
    fields = [f"{path}.measure" for path, measure, _ in outcomes(subject) if _VAGUE.fullmatch(folded(measure))]
    if fields:
        yield Found(
            f"{len(fields)} outcomes have a title that names no measure.",
            fields[0] if len(fields) == 1 else OUTCOMES,
            tuple(subject.quote(field) for field in fields[:5]),
        )


RULES = (mismatch, boilerplate, beyond_outcomes, two_scales, vague_title)
