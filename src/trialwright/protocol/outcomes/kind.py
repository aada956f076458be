"""Decides what kind of variable an outcome is, from its title and description."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.core.gates import gated
from trialwright.protocol.outcomes import Direction, OutcomeType
from trialwright.protocol.outcomes.lexicon import Concept, concepts_in

_T = OutcomeType

# tried in this order on the title, and if nothing fits on the description
_EVENTS: tuple[tuple[OutcomeType, str], ...] = (
    (
        _T.DOSE_LIMITING_TOXICITY,
        r"dose[\s-]limiting|\bdlts?\b|maximum[\s-]tolera\w+|\bmtd\b|\brp2d\b|recommended (?:\S+ )?(?:phase|dose)",
    ),
    (
        _T.ADVERSE_EVENTS,
        (
            r"adverse events?.{0,40}(?:and|/|or|including|,).{0,30}serious|aes?\b.{0,20}(?:and|/|or).{0,10}\bsaes?\b"
            r"|\bnon-?saes?\b"
        ),
    ),
    (
        _T.SERIOUS_ADVERSE_EVENTS,
        r"serious (?:\S+ )?adverse|serious device|\bsaes?\b|\bsusars?\b|serious infect\w* complicat",
    ),
    (
        _T.ADVERSE_EVENTS,
        (
            r"adverse|side[\s-]effects?|toxicit|\b(?:te|tr|ir)?aes?\b|teaes?\b|\btraes?\b|complication|\birae"
            r"|reactogenic"
            r"|injection site reaction|\bisrs?\b"
        ),
    ),
    (
        _T.MORTALITY,
        (
            r"mortality|case fatality|fatality rate|death rate|number of (?:\w+ )?(?:deaths"
            r"|participants who died|patients who died)"
            r"|who died|all[\s-]cause death|^deaths?$"
        ),
    ),
    (
        _T.TIME_TO_EVENT,
        (
            r"surviv\w*(?! after cardiac arrest score)|\bos\b|\bpfs-?\s?2?\b|\b(?:dfs|efs|rfs|lfs|grfs|ttp|ttnt"
            r"|ttd|ttr|dor|tntd?\d?)\b"
            r"|\btime[\s-](?:to|until|till|from)\b(?! (?:\w+ ){0,3}(?:peak|maximum))"
            r"|\btime (?:\w+ ){1,2}to (?!peak|max)"
            r"|duration of (?:\w+ ){0,3}(?:response|remission|disease control|benefit)|progression[\s-]free"
            r"|relapse[\s-]free|event[\s-]free|disease[\s-]free"
        ),
    ),
)
_DURATION = gated(
    r"ventilator[\s-]free|length of (?:\w+ ){0,3}stay|hospital stay|(?:icu|hospital)\w* (?:length|duration|days"
    r"|stay)|days (?:alive|free|off|on|of|in)\b"
    r"|number of (?:\w+ )?(?:hospital\w* |icu )?days|weeks retained|(?:duration|length) of (?:\w+ ){0,3}(?:oxygen"
    r"|ventilat|hospital|icu|stay|support"
    r"|treatment|therapy|symptom|fever|sick|illness|time in hospital)|hospitali[sz]ation duration"
    r"|treatment duration|sick leave|time (?:spent|in hospital)"
    r"|times of hospital stay"
)
_PEOPLE = (
    r"(?:participants?|patients?|subjects?|people|individuals|persons|volunteers|children|women|men"
    r"|infants|neonates|cases|pf participants)"
)
_BINARY = re.compile(
    rf"\b(?:number|no\.?|percentage|percent|proportion|rate|fraction|count|frequency|%)\s(?:\(%\)\s)?(?:of"
    rf"|pf)\s(?:the\s)?(?:\w+[\s-]){{0,3}}?{_PEOPLE}"
    rf"|{_PEOPLE} (?:achieving|having|with|who|turning|reaching|needing|requiring)"
    r"|response rates?|\b[odc]rr?\b rate|\b(?:orr|dcr|cbr|crr|pcr)\b|control rate|remission|complete response"
    r"|partial response|best (?:overall )?response"
    r"|sero(?:conver|protect|response)|(?:success|cure|failure|fusion|relapse|recurrence|revision|infection"
    r"|retention|enrol+ment|completion|conversion"
    r"|clearance|positivity|pregnancy|birth|abstinence|readmission|intubation|bleeding|survival|engraftment|usage"
    r"|detection) rates?"
    r"|\bincidences?\b|\bprevalence\b|\boccurrence\b|\bpresence (?:of|or)\b|freedom from|\byes/no\b|(?:yes|no)\)"
    r"|\bevidence of\b"
    r"|\bmace\b|\bfusion\b(?! (?:variant|gene|protein|transcript))|responder index|\bresponders\b|\bclinical response\b"
    r"|\bacr\s?-?(?:20|50|70)|\bacr\b.{0,50}\b20\b.{0,6}\b50\b|engraft|reoperation|re-?arrest|relapse|recurrence"
    r"|minimal residual|\bmrd\b|\binfections?\b"
    r"|nausea|vomiting"
    r"|\bpasi\s?\d|easi.{0,40}\b(?:50|75|90|100)\b|scorad\)?\s?\d\d|low disease activity state|\blldas\b|bicla"
    r"|existence of|transplant$|hospitali[sz]ation or"
    r"|rate of (?:\w+ )?(?:local|infection|reoperation|success|hospital)|gvhd|mutation|dropout|no (?:new|serious"
    r"|index)|type of|sex of|sedation"
    r"|achievement of|achieved?\b|proportion with|percentage achieving|cumulative incidence|lesions? yes"
    r"|\bclearance\b(?!.*(?:cl/f|creatinine|plasma))"
)
_ORDINAL = gated(
    r"ordinal|who (?:clinical )?(?:progression|scale)|likert|\bmmrc\b|\bnyha\b|\becog\b|modified rankin|\bmrs\b"
    r"|odom|nurick|\bgrad(?:e|ing)\b|severity grade"
    r"|global impression|\bpgi\b|\bcgi\b|clinical (?:status|progression) (?:scale|score)|karnofsky|child[\s-]pugh"
    r"|kellgren|\bstage\b|4-items question"
    r"|patient.{0,3}s? (?:and investigator.{0,3}s )?global|global assessment|global improvement"
)
_COUNT = gated(
    r"\bnumber of (?:\w+[\s-]){0,3}?(?:episodes|events|hospital\w*|admissions|exacerbations|attacks|visits|lesions"
    r"|seizures|falls|relapses|infections"
    r"|injections|sessions|awakenings|doses|transfusions|flares|calls|reoperations|interventions|days with|uses"
    r"|cycles|units)"
    r"|\bfrequency of\b|\bcounts? of\b|\bhow many\b|annuali[sz]ed .{0,20}rate|episodes\b|monthly migraine|\bmmd\b"
    r"|quantity|number of (?!participants|patients|subjects)"
)
_CONTINUOUS = re.compile(
    r"\b(?:scores?|scale|index|indices|level|levels|concentration|volumes?|thickness|area|questionnaire|inventory"
    r"|survey|diary|pressure|width|height|length"
    r"|depth|density|intensity|severity|titer|titre|ratio|velocity|speed|distance|angle|diameter|time|hours"
    r"|minutes|weight|circumference|capacity|function|functions"
    r"|functioning|disability|count|dose|consumption|intake|efficacy|ability|skills?|knowledge|assessment|test"
    r"|performance|symptoms?|change|changes|difference"
    r"|improvement|reduction|decrease|increase|measure|measurement|parameters?|value|values|hydration|signal"
    r"|fibrosis|stiffness|strength|balance|exposure|activity"
    r"|percentage|percent|rate|amount|magnitude|z-score|burden|comfort|coping|finding|perception|experience"
    r"|attitude|participation|cost|use)\b"
    r"|electromyogra|biomarker|imaging|\bmri\b|x[\s-]?ray|motion capture|reflex|myotonomet|promis|dvprs|\bdash\b"
    r"|\bsrs\b|sensitization|\bace\b"
)
_CHANGE_WORD = gated(
    r"\bchang(?:e|es|ed|ing)\b|\bfrom baseline\b|\bcompared (?:to|with) baseline\b|\bminus baseline\b|\bdelta\b"
    r"|\bvariation\b|\bdifference from baseline\b"
)
_RESPONSE = gated(
    rf"{_PEOPLE}\s(?:who (?:have|had|show\w*|experience\w*) |with |showing |achieving |having )?(?:an? |any )?"
    r"(?:(?P<threshold>[≥>]\s?=?\s?[0-9.]+)(?:\s?%|[\s-]points?)? )?(?:\w+ ){0,1}?"
    r"(?P<word>reduc\w+|decreas\w+|declin\w+|improv\w+|increas\w+|falls?|drops?|rise|gain|chang\w+|deduction|less"
    r"|lower|more|higher)\b"
    rf"|{_PEOPLE}\s(?:whose|in whom)\s[^.;]{{3,80}}?\s(?:has|have|had|is|are)\s(?:been\s)?"
    r"(?P<later>reduced|decreased|declined|improved|increased|fallen|dropped|risen|changed|lower|higher)\b"
)
_DOWN_WORDS = ("reduc", "decreas", "declin", "deduction", "fall", "drop", "less", "lower")
_UP_WORDS = ("increas", "rise", "gain", "more", "higher")
_BETTER_HIGH = gated(
    r"higher (?:the )?(?:\w+ ){0,4}?(?:scores?|values?|numbers?|total)?[^.;]{0,50}?(?:better|improve|more satis"
    r"|greater satis|greater function|good|increased function"
    r"|well-?being)|lower (?:the )?(?:\w+ ){0,3}?(?:scores?|values?)[^.;]{0,50}?(?:worse|poor|more severe)"
    r"|higher is better"
)
_BETTER_LOW = gated(
    r"higher (?:the )?(?:\w+ ){0,4}?(?:scores?|values?|numbers?|total)?[^.;]{0,60}?(?:worse|sever|greater (?:pain"
    r"|disab|impair|symptom)|more (?:pain|disab|sever|symptom)|poor"
    r"|higher (?:disab|central|pain|anxi)|greater (?:level|degree) of (?:pain|disab|anx|dep|stress))"
    r"|lower (?:the )?(?:\w+ ){0,3}?(?:scores?|values?)[^.;]{0,40}?(?:better|improve|less)"
    r"|worst (?:pain )?imaginable|worst possible|lower is better|a lower score is a better"
)
_GOOD_BINARY = gated(
    r"response|responder|remission|success|\bcured?\b|control rate|sero(?:conv|prot)|\b(?:orr|dcr|cbr|crr)\b"
    r"|\bfusion\b(?! (?:variant|gene|protein|transcript))|engraft"
    r"|recover|improv|freedom from|achiev|(?:user|participant|patient) retention|completion|enrol"
    r"|survival|clearance|abstinen|low disease activity|healing|discharge"
)
_BAD_BINARY = gated(
    r"alloimmuni[sz]|\brejection\b|thrombo(?!cyt)|need for|infection|relapse|recurrence|progression|reoperation"
    r"|revision|failure|gvhd|nausea|vomit|bleeding|mace\b"
    r"|hospitali[sz]|worsening|readmission|intubat|ventilation"
    r"|complication|residual|death|fibrosis|thrombosis|occlusive|dropout|deterioration|degeneration|re-?arrest"
)
_GOOD_EVENT_TIME = gated(
    r"time[\s-](?:to|until|till) (?:[\w-]+ ){0,4}?(?:re-?)?(?:improv|recover|discharge|response|remission"
    r"|clearance|negativ"
    r"|heal|return|engraft|extubat|wean|cessation of oxygen|resolution|epitheli|take food|oral (?:intake|feed)"
    r"|eat|flatus"
    r"|ambulat|walk|mobili|conversion|union|\bfusion|pregnan|closure|complete)"
)
_BAD_EVENT_TIME = re.compile(
    r"surviv|\bos\b|\bpfs|\b(?:dfs|efs|rfs|lfs|grfs|ttp|ttnt|ttd|dor|ttf)\b|progress|death|dead|die[ds]?\b|mortal|relapse"
    r"|recurren|fail|worsen|deteriorat|rejection|exacerbat|flare|failure|infection|event|duration of|next (?:anti"
    r"|treat|line)"
    r"|subsequent|discontinu|rescue|metasta|hospitali[sz]|intubat|ventilat|transfusion|amputat|graft[\s-]versus|gvhd|toxicit"
    r"|loss of|onset of (?:diabetes|disease|symptom)"
)
"""Events that one would rather see late or never; of other events it is not known which way is better."""


_AFTER_TEST = gated(r"\bafter (?:the )?(?:\w+ ){0,2}(?:test|task|exercise|assessment)\w*")
_PAO2 = gated(r"pao2|pa\s?o2|p\s?/\s?f\b|arterial")


@dataclass(frozen=True, slots=True)
class Kind:
    """What an outcome is: its type, the quantities it names, and how a participant's value is judged.

    `responder`: `decrease`, `increase` or `any change`; `stated_direction`: whether the text says which way is better;
    `assumed_responder`: the direction of the response is custom, not the record's word.
    """

    type: OutcomeType
    concepts: tuple[Concept, ...] = ()
    change: bool = False
    responder: str | None = None
    assumed_responder: bool = False
    threshold: float = 0.0
    direction: Direction = Direction.UNSTATED
    stated_direction: bool = False


def kind_of(measure: str, description: str, *, has_scale: bool = False) -> Kind:
    """What kind of variable the outcome is; type UNKNOWN where neither title nor description tells."""
    title, text = _plain(measure), _plain(description)[:1500]
    # a title that names the pressure of inspired oxygen is mostly a slip for PaO2/FiO2; the description is asked first
    titled = concepts_in(_AFTER_TEST.sub(" ", title))
    named = [one for one in titled if one.code != "PIO2"] or concepts_in(text[:300]) or titled
    kind = _type(title, text, named, has_scale)
    change = _CHANGE_WORD.search(title) is not None or _CHANGE_WORD.search(text) is not None
    responder, threshold = _responder(title, text, kind)
    direction, stated = direction_of(measure, description, kind, named)
    assumed = False
    if responder is not None:
        assumed = responder in {"any change", "improvement"}
        custom = named[0].direction if named else Direction.UNSTATED
        if assumed and custom is not Direction.UNSTATED:
            responder = "increase" if custom is Direction.HIGHER else "decrease"
        elif responder == "improvement":
            responder = "increase" if direction is Direction.HIGHER else "decrease"
    return Kind(kind, tuple(named), change, responder, assumed, threshold, direction, stated)


def _plain(text: str) -> str:
    return " ".join(text[:6000].lower().replace("\\", "").replace("’", "'").split())


def _type(title: str, text: str, named: list[Concept], has_scale: bool) -> OutcomeType:
    found = _event_type(title) or _measured_type(title, text, named, has_scale)
    if found is None:
        found = _event_type(text[:400])
        safety = re.compile(r"\bsafety\b|tolerab")
        if found is None and (safety.search(title) or safety.search(text[:200])):
            found = _T.ADVERSE_EVENTS
        if found is None and _CONTINUOUS.search(text):
            found = _T.CONTINUOUS
        if found is None and _BINARY.search(text):
            found = _T.BINARY
    return found or _T.UNKNOWN


def _event_type(text: str) -> OutcomeType | None:
    for kind, pattern in _EVENTS:
        if re.search(pattern, text):
            if kind is _T.TIME_TO_EVENT and re.search(r"time of|implant survival|graft survival rate", text):
                return _T.BINARY if "survival" in text else None
            return kind
    return None


def _measured_type(title: str, text: str, named: list[Concept], has_scale: bool) -> OutcomeType | None:
    if re.fullmatch(r"[\w\s,/-]{0,30}\b(?:safety|tolerability)\b[\w\s,/-]{0,40}", title) and not named:
        return _T.ADVERSE_EVENTS
    if any(concept.code in {"OPTIME", "TMAX", "THALF", "SLEEP"} for concept in named):
        return _T.CONTINUOUS
    if _DURATION.search(title):
        return _T.DURATION
    if named and re.match(r"(?:mean |average |percent\w* )?changes?\b", title) and not re.search(_PEOPLE, title[:60]):
        return named[0].type if named[0].type is not _T.BINARY else _T.CONTINUOUS
    if _BINARY.search(title) and not re.search(r"infection rate constant|clearance of", title):
        return _T.BINARY
    head = text[:260]
    if re.match(
        r"(?:\W|the )*(?:change\w* in )?(?:number|percentage|proportion|percent|rate)\b", head
    ) and _BINARY.search(head):
        return _T.BINARY
    if _ORDINAL.search(title) or (has_scale and (not named or named[0].type is _T.ORDINAL)):
        return _T.ORDINAL
    if _COUNT.search(title):
        return _T.COUNT
    if named:
        return named[0].type
    if _CONTINUOUS.search(title) or re.match(r"age of\b", title):
        return _T.CONTINUOUS
    if re.search(r"\bresponse\b", title):
        return _T.BINARY
    return _T.DURATION if re.search(r"\bduration\b", title) else None


def _responder(title: str, text: str, kind: OutcomeType) -> tuple[str | None, float]:
    """For a binary outcome made from a measurement: which change of it counts, and by how much at least."""
    if kind is not _T.BINARY:
        return None, 0.0
    match = _RESPONSE.search(title) or _RESPONSE.search(text[:400])
    if match is None:
        return None, 0.0
    word = match["word"] or match["later"]
    stated = re.search(r"[0-9.]+", match["threshold"] or "")
    threshold = float(stated[0]) if stated and stated[0].strip(".").replace(".", "", 1).isdigit() else 0.0
    if word.startswith(_DOWN_WORDS):
        return "decrease", threshold
    if word.startswith(_UP_WORDS):
        return "increase", threshold
    return ("improvement" if word.startswith("improv") else "any change"), threshold


def direction_of(measure: str, description: str, kind: OutcomeType, named: Sequence[Concept]) -> tuple[Direction, bool]:
    """Which way is better, and whether the record's own words say so."""
    title, text = _plain(measure), _plain(description)[:1500]
    higher, lower = Direction.HIGHER, Direction.LOWER
    if kind in {_T.ADVERSE_EVENTS, _T.SERIOUS_ADVERSE_EVENTS, _T.MORTALITY, _T.DOSE_LIMITING_TOXICITY}:
        return lower, False
    if kind is _T.TIME_TO_EVENT:
        if _GOOD_EVENT_TIME.search(title) or _GOOD_EVENT_TIME.search(text):
            return lower, False
        return (higher if _BAD_EVENT_TIME.search(f"{title} {text[:300]}") else Direction.UNSTATED), False
    for source in (title, text):
        up, down = _BETTER_HIGH.search(source), _BETTER_LOW.search(source)
        if down and (not up or down.start() <= up.start()):
            return lower, True
        if up:
            return higher, True
    if kind is _T.BINARY:
        if _RESPONSE.search(title) or _RESPONSE.search(text[:400]):
            return higher, False
        for source in (title, text[:200]):
            bad, good = _BAD_BINARY.search(source), _GOOD_BINARY.search(source)
            if good and not (bad and bad.start() < good.start()):
                return higher, False
            if bad:
                return lower, False
        return Direction.UNSTATED, False
    if named and named[0].code == "PFRATIO" and "oxygenation index" in title and not _PAO2.search(f"{title} {text}"):
        return Direction.UNSTATED, False  # of a ventilated child it is the other way round: pressure x FiO2 / PaO2
    if named:
        return named[0].direction, False
    if kind is _T.DURATION:
        return (higher if re.search(r"free|retained|alive", title) else lower), False
    return Direction.UNSTATED, False
