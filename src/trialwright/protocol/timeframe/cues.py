"""What the words around a quantity of time say of it: its role, what it is counted from, what ends it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from trialwright.core.gates import Gates, gated
from trialwright.protocol.timeframe.scan import Quantity, quantities
from trialwright.protocol.timeframe.words import ANCHORS, EVENTS, FLOATING

HEDGE = re.compile(r"\b(approx\w*|about|around|roughly|average|median|mean over|estimated|circa|~)|^~")
_TOLERANCE = re.compile(
    r"\(?\s?,?\s?±\s?([0-9]{1,4}(?:\.[0-9]+)?)\s?(minutes?|mins?|hours?|hrs?|h|days?|d|weeks?|months?)\b\s?\)?"
)
_SHARED_UNIT = re.compile(
    r"([0-9]{1,4})\s?\(?\s?±\s?([0-9]{1,4})\s?\)?\s?(minutes?|hours?|hrs?|days?|weeks?|months?)\b"
)
_LEADING_UNIT = re.compile(
    r"\b(hour|day|week|month)s? ([0-9]{1,4})\s?\(?\s?±\s?([0-9]{1,4})\b\)?"
    r"(?!\s?\)?\s?(?:minutes?|hours?|hrs?|days?|weeks?|months?))"
)
BASELINE = gated(
    r"\bpre-?\s?baseline\b|\bbaseline\b|\bpre-?\s?operat\w*|\bpreop\b|\bpre-?\s?(?:&|and|-)?\s?(?:treatment"
    r"|intervention|dose|surgery|test|exposure)\b"
    r"|\bpre-? (?:&|and) post|\bbefore (?:the )?(?:\w+ )?(?:start |beginning )?(?:of )?(?:the )?"
    r"(?:treatment|surgery|operation|intervention|dos\w+|infusion|anesthesia|therapy|procedure|start|mobili\w+)"
    r"|\bbefore and after\b|\binitially\b|\bat (?:the )?(?:time of )?(?:inclusion|enrol\w+|recruitment|study entry"
    r"|screening)\b|^screening\b|date of inclusion"
)
AFTER_BASELINE = re.compile(r"\s?(?:\)\s?)?(?:from|after|post|following|since|minus)[\s-]*(?:the )?baseline\b")
CENSOR = gated(r",?\s?or (?:\w+ )?censor\w*[^,;()]*")
UNDECIDED = gated(
    r"\bto be (?:decided|determined|defined|announced)\b|\btbd\b|\bnot (?:specified|applicable|monitored)\b"
)
_APPROXIMATELY = (
    r"(?:approximately|approx\.?|about|around|roughly|estimated|~|a|an|the"
    r"|of|time|day|total|additional|first|end|postoperative|post-operative|visit|study|at|on|cycle 1)"
)
_FILL = rf"(?:\W|\b{_APPROXIMATELY}\b)*$"


def _cue(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b{_FILL}")


_AVERAGE = gated(r"\b(?:average|mean|median|expected|typical\w*)\b[^;()0-9]{0,40}$|\bexposure\b[^;()0-9]{0,40}$")
_UPTO = re.compile(
    r"\b(?:up to|maximum|max\.?|at most|no (?:more|longer|later) (?:than|the)|not exceeding|no more the|not more than)"
    r"(?:\b[^;()0-9,]{0,30}|\W*)$|(?:≤|<=?)\s?$"
)
TO = _cue("to|until|through|throughout|till")
WITHIN = _cue("within|during|for|over|throughout|duration|period of|in|under")
_LEAST = gated(rf"\bat least\b{_FILL}")
_EVERY = re.compile(r"\b(?:every|each)\b\W*(?:(?:approximately|about)\W*)?$|\bq\s?$")
_CYCLE_LEFT = re.compile(
    r"\bcycles?(?: 1)?\b\W*(?:is|are|=|of|consists? of|lasts?|length|duration|each|\W){0,6}(?:approximately )?$"
)
_CYCLE_RIGHT = re.compile(r"^\W*(?:treatment )?cycles?\b|^\W*in duration")
_BEFORE = re.compile(
    r"^\W{0,3}(?:before|prior|preced\w+|pre-?\s?(?:op|surg|impl|treat|base|enrol|random|infus|inclus|vacc|trans"
    r"|interv))"
)
JOIN_SPAN = re.compile(
    r"^[^;,()0-9]{0,25}(?:-|\bto\b|\buntil\b|\bthrough\b|\btill\b|\bup to\b)\s?(?:the )?(?:approximately )?(?:up to )?$"
)
SPAN_NOT = re.compile(r"\b(?:cycle|dose|part)\b")
_HORIZON_CUE = re.compile(r"\b(?:until|till|to|through|throughout|up to|during|and)\b")
CHANGE = gated(r"\bchang\w*|\bdifference\b|\breduction\b|\bdecrease\b|\bincrease\b|\bimprovement\b|\bdelta\b")
HORIZON_TITLE = gated(
    r"\btime (?:to|until|till|from|for|in)\b|\btime-to\b|\btime(?: \w+){0,2} to\b|\bduration\b|\blength of\b"
    r"|\blos\b|\bin \d+ (?:day|week|month|year)s?\b"
    r"|\bwithin \d+|\bmortality\b|\bdeaths?\b|\bdied?\b|\bfatality\b|\bsurviv\w+|\bos\b|\bpfs2?\b|\b(?:dfs|efs|rfs"
    r"|ttp|dor)\b"
    r"|\badverse\b|\b(?:s|te|tr)?aes?\b|\bside effects?\b|\btoxicit\w+|\bdlts?\b|\bdose[\s-]limiting\b|\bsafety\b"
    r"|\btolerability\b"
    r"|\bcomplications?\b|\bincidence\b|\boccurrence\b|\brelapse\b|\bnumber of (?:days|hospital\w*|admissions"
    r"|events|exacerbations|visits|infections)\b"
    r"|\bdays (?:of|on|in|alive|free)\b|\bmace\b|\bre-?(?:hospitali[sz]ation|admission|operation|intervention)s?\b"
    r"|\bhospitali[sz]ations?\b|-free\b",
)

_ANCHORS = tuple(re.compile(rf"\b(?:{pattern})") for _, pattern in ANCHORS)
_ANCHOR_GATES = Gates([pattern for _, pattern in ANCHORS])
_EVENTS = tuple(re.compile(pattern) for _, pattern in EVENTS)
_EVENT_GATES = Gates([pattern for _, pattern in EVENTS])


class Role(StrEnum):
    """What an amount of time is for in a time frame."""

    POINT = "point"
    EXPECTED = "expected"
    CAP = "cap"
    TO = "to"
    WITHIN = "within"
    EVERY = "every"
    CYCLE = "cycle"
    LEAST = "least"
    BEFORE = "before"
    START = "start"


@dataclass(frozen=True, slots=True)
class Part:
    """An amount of time in a text, its role, the text on either side of it, and the event that it is counted from."""

    quantity: Quantity
    role: Role
    left: str
    right: str
    anchor: str


def take_tolerance(text: str) -> tuple[str, float | None, str]:
    """The text without its tolerances, the widest of them in days, and a note where they differ."""
    text = _SHARED_UNIT.sub(r"\1 \3 (±\2 \3)", text)
    text = _LEADING_UNIT.sub(r"\1 \2 (±\3 \1)", text)
    widths = []
    for match in _TOLERANCE.finditer(text):
        for quantity in quantities(f"{match[1]} {match[2]}"):
            widths.append(quantity.days[0])
    text = re.sub(r" +", " ", _TOLERANCE.sub(" ", text))
    if not widths:
        return text, None, ""
    note = "several tolerances are stated; the widest is kept" if len(set(widths)) > 1 else ""
    return text, max(widths), note


def part_of(text: str, found: list[Quantity], index: int) -> Part:
    """One quantity and the role that the words around it give it."""
    one = found[index]
    begin = found[index - 1].end if index else 0
    stop = found[index + 1].start if index + 1 < len(found) else len(text)
    left, right = text[begin : one.start], text[one.end : stop]
    near = re.split(r"[;]", left)[-1][-90:]
    return Part(one, _role(one, near, right), left, right, anchor_near(near, right))


def _role(one: Quantity, left: str, right: str) -> Role:
    if not one.leads and (_CYCLE_RIGHT.match(right) or _CYCLE_LEFT.search(left)):
        return Role.CYCLE
    if _EVERY.search(left):
        return Role.EVERY
    if _AVERAGE.search(left):
        return Role.EXPECTED
    if _LEAST.search(left):
        return Role.LEAST
    if not one.leads and _BEFORE.match(right):
        return Role.BEFORE
    if _UPTO.search(left):
        return Role.CAP
    if (to := TO.search(left)) is not None and "(" not in to[0]:
        return Role.TO
    if not one.leads and WITHIN.search(left) is not None:
        return Role.WITHIN
    if re.search(r"\bfirst\s$", left) and not one.leads:
        return Role.WITHIN
    return Role.POINT


def anchor_near(left: str, right: str) -> str:
    """What the days are counted from, by the words right after the quantity, else by those before it."""
    after = re.match(
        r"[\s,)(-]*(?:(?:the|immediately)\s)?(?:after|post|from|since|following|of|beyond|postop\w*"
        r"|post-?\s?operat\w*)[\s,-]*",
        right,
    )
    if after is not None:
        rest = right[after.end() - (len(after[0]) if "operat" in after[0] or "postop" in after[0] else 0) :]
        if (name := first_anchor(rest[:90])) is not None:
            return name
    if re.match(r"[\s(-]*post", right) and (name := first_anchor(right[:60])) is not None:
        return name
    before = re.search(r"(?:post|after|following)[^;,(]{0,50}$", left)
    if before is not None and (name := first_anchor(before[0])) is not None:
        return name
    return ""


def first_anchor(text: str) -> str | None:
    """The anchor that stands first in the text; of two that begin together the one listed first."""
    best: tuple[int, int, str] | None = None
    for rank in _ANCHOR_GATES.through(text):
        name, match = ANCHORS[rank][0], _ANCHORS[rank].search(text)
        if match is not None:
            start = match.start()
            if best is None or (start, rank) < best[:2]:
                best = (start, rank, name)
    return best[2] if best else None


def opening_anchor(text: str) -> str | None:
    """What the time frame says it begins with (`from randomization to`, `Randomization until`)."""
    opening = re.search(r"(?:^|;)[^0-9;]{0,60}?\b(?:from|since)\b\s?(?:the\s)?([^;()0-9]{3,90})", text)
    if opening is not None and not re.match(r"\s?baseline", opening[1]):
        stop = re.split(r"\b(?:to|until|till|through)\b", opening[1])[0]
        if (name := first_anchor(stop)) is not None and name != "baseline":
            return name
    leading = re.match(
        r"(?!through|until|till|up to|within|during|after|at |for )"
        r"([a-z][^;()0-9]{2,50}?)\s(?:to|until|till|through)\b",
        text,
    )
    if leading is not None and (name := first_anchor(leading[1])) is not None and name != "baseline":
        return name if not BASELINE.pattern.match(leading[1]) else None
    return None


def frame_anchor(text: str, parts: list[Part]) -> str:
    """What day 0 is: named at the start (`from randomization`), else by a quantity, else by the unit."""
    if (opening := opening_anchor(text)) is not None:
        return opening
    for part in parts:
        if part.anchor and part.role is not Role.CYCLE:
            return part.anchor
    period = re.search(r"\bduring (?:the )?([a-z\s-]{3,40}?)\s(?:period|phase)\b", text)
    if period is not None and (name := first_anchor(period[1])) in {"dose_expansion", "dose_escalation"}:
        return name
    if re.search(r"\b(?:pregnancy|gestational)\b", text):
        return "pregnancy"
    real = [part.quantity for part in parts if part.role is not Role.CYCLE]
    if real and all(one.leads and one.unit == 1.0 for one in real):
        return "day0"
    return "study_start"


def _events(text: str) -> list[str]:
    tried = ((EVENTS[place][0], _EVENTS[place].search(text)) for place in _EVENT_GATES.through(text))
    return [name for _, name in sorted((match.start(), name) for name, match in tried if match is not None)]


def _joined(names: list[str]) -> str | None:
    if len(names) > 1 and "calendar_date" in names:
        names = [name for name in names if name != "calendar_date"]
    if "last_dose" in names and "treatment_discontinuation" in names:
        names = [name for name in names if name != "treatment_discontinuation"]
    return "_or_".join(names[:3]) or None


def ending_event(text: str, parts: list[Part]) -> str | None:
    """The event that ends the time frame: after `until`, `to`, `through`, up to the next quantity or bracket."""
    opening = opening_anchor(text)
    for index, part in enumerate(parts):
        if part.role not in {Role.TO, Role.CAP} or not part.anchor or (index and JOIN_SPAN.match(part.left)):
            continue
        elsewhere = opening is not None and part.anchor not in {opening, "treatment", "study_start", "baseline"}
        if part.anchor != opening and (part.anchor in FLOATING or elsewhere):
            return f"{part.anchor}+{plain(part.quantity.days[-1])}"
    bare = text
    for part in sorted(parts, key=lambda p: -p.quantity.start):
        bare = bare[: part.quantity.start] + "#" + bare[part.quantity.end :]
    for cue in _HORIZON_CUE.finditer(bare):
        if cue[0] == "and" and not re.search(r"\bbetween\b", bare[: cue.start()]):
            continue
        stretch = re.split(r"[;#(]", bare[cue.end() : cue.end() + 160])[0]
        if re.match(r"\s?(?:approximately\s)?$", stretch):
            continue
        stretch = re.split(r"\bafter\b(?! (?:the )?(?:end|completion))", stretch)[0] if cue[0] == "up to" else stretch
        stretch = re.split(r"\bthrough\b|\bwhich ?ever\b", stretch)[0]
        if names := _events(stretch):
            return _joined(names)
    return None


def plain(number: float) -> str:
    """A number without needless decimals."""
    return str(int(number)) if number == int(number) else f"{number:g}"


def cue_place(text: str) -> int:
    """Where the first word that introduces an end stands; 0 if there is none."""
    match = re.search(r"\b(?:until|till|to|through|throughout|during)\b", text)
    return match.start() if match else 0


def has_baseline(text: str, parts: list[Part]) -> bool:
    """Whether the text names the baseline as a point, and not only as what a later time is counted from."""
    for part in parts:
        if AFTER_BASELINE.match(part.right):
            text = text.replace(part.right, AFTER_BASELINE.sub(" ", part.right, count=1), 1)
    return BASELINE.search(re.sub(r"\bpost-?\s?baseline\b", " ", text)) is not None
