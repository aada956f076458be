"""The facts a line names, being collected: each mention with the window, duration, dose and count found for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from trialwright.protocol.eligibility.grammar.doses import ROUTES
from trialwright.protocol.eligibility.grammar.phrases import Mention, Phrase
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.lexicon.loading import lexicon
from trialwright.protocol.eligibility.tree import (
    Concept,
    Course,
    Exposure,
    Interval,
    Kind,
    Lasting,
    Leaf,
    Present,
    Result,
    When,
)

# entries that name no fact alone: only with a window, a duration, a dose or a count
_GENERAL = frozenset(
    {
        "treatment", "medication", "healthy-volunteer", "death", "disease-progression", "relapse", "comorbidity",
        "stress", "tumor", "fibrosis", "inflammation", "antibiotic-treatment", "experimental-treatment", "delivery",
        "exercise", "systemic-therapy", "first-line-therapy", "lines-of-therapy", "remission", "symptom-onset",
        "ultrasound", "magnetic-resonance-imaging", "computed-tomography", "x-ray", "electrocardiogram", "biopsy",
        "positron-emission-tomography", "echocardiography", "positive-family-history", "vascular-malformation",
        "hormone", "excipient", "sexual-activity", "fall", "target-lesion", "electroencephalogram", "bone-scan",
        "endoscopy", "resection", "rehabilitation", "disability", "weight-change", "drug-use", "fish-protein",
        "contraceptive", "childbearing-potential", "measurable-disease", "hemodynamic-stability", "latex", "egg",
    }
)  # fmt: skip
_CURRENT = frozenset(["current", "currently", "active", "ongoing", "concurrent", "concomitant", "presently"])
_KINDS = {"condition": Kind.CONDITION, "finding": Kind.FINDING, "event": Kind.EVENT}

_STATES = frozenset({"pregnancy", "breastfeeding"})
_BEING = frozenset({"is", "are", "be", "being", ",", ";", ":", ".", "or", "and", "currently", "still", "also"})
_NOW = frozenset({"now", "currently", "presently"})
_WITHIN = frozenset({"within", "in", "during", "over"})
_IN_TRIAL = "clinical-trial-participation"
_PAST = frozenset({"history", "prior", "previous", "previously", "past", "ever", "earlier", "last", "since", "recent"})


_PROCEDURE, _CONDITION = Kind.PROCEDURE, Kind.CONDITION


class Fact:
    """One fact that a line names. `first`, `last`: the tokens that state it, `last` excluded; `begin`, `end`: the ones
    that name it; `id` is None for words that the lexicon does not have; `elapsed`: it may never have happened, and its
    time only says how far off it must be."""

    # defaults of the class: most facts of a line never get more than their name
    course: Course = Course.ANY
    when: When | None = None
    lasting: Lasting | None = None
    times: Interval | None = None
    dose: Interval | None = None
    unit: str | None = None
    per: str | None = None
    route: str | None = None
    equivalent: bool = False
    equivalent_to: Concept | None = None
    result: str | None = None
    allergy: bool = False
    elapsed: bool = False
    dropped: bool = False

    def __init__(self, first: int, last: int, begin: int, end: int, sort: str, name: str | None) -> None:
        self.first = first
        self.last = last
        self.begin = begin
        self.end = end
        self.sort = sort
        self.id = name

    @property
    def stated(self) -> bool:
        """Whether the line says more of it than its name."""
        if self.allergy or self.when is not None or self.lasting is not None or self.times is not None:
            return True
        return self.dose is not None or self.result is not None


def facts_of(text: str, tokens: Tokens, mentions: Sequence[Mention], taken: Sequence[Phrase]) -> list[Fact]:
    """One fact for each mention of a thing that is none of a comparison's words."""
    blocked = [(phrase.first, phrase.last) for phrase in taken]
    words = tokens.word
    count = len(words)
    out: list[Fact] = []
    for mention in mentions:
        if mention.sort in {"measure", "scale"}:
            continue
        if blocked and any(first < mention.last and mention.first < last for first, last in blocked):
            continue
        fact = Fact(mention.first, mention.last, mention.first, mention.last, mention.sort, mention.id)
        _look_before(tokens, fact)
        last = fact.last
        if last + 2 < count and words[last] in _NOW and words[last + 1] == "or" and words[last + 2] in _WITHIN:
            fact.last += 2  # what is going on lies in every time up to now
        out.append(fact)
    return out


def _look_before(tokens: Tokens, fact: Fact) -> None:
    """Takes in the words right before a name that say its course or its route."""
    words = tokens.word
    at = fact.first - 1
    while at >= 0 and fact.first - at < 3:
        word = words[at]
        if word in _CURRENT:
            if at > 1 and words[at - 1] in {"or", "and", "/"}:
                break
            fact.course = Course.CURRENT
        elif fact.sort == "drug" and word in ROUTES and fact.route is None:
            if at > 0 and words[at - 1] in {"or", "and", "/", ","}:
                break
            fact.route = ROUTES[word]
        elif word not in {"known"}:
            break
        fact.first = at
        at -= 1


def is_general(fact: Fact) -> bool:
    """Whether a fact alone says nothing that data could answer."""
    return fact.id is None or fact.id in _GENERAL or fact.sort == "test"


def node_of(text: str, tokens: Tokens, fact: Fact) -> Leaf:
    """The leaf that a fact states."""
    words = text[tokens.start[fact.begin] : tokens.end[fact.end - 1]]
    concept = Concept(fact.id, words)
    span = (tokens.start[fact.first], tokens.end[fact.last - 1])
    if fact.allergy:
        return Present(Kind.ALLERGY, concept, when=fact.when, span=span)
    if fact.result is not None:
        return Result(concept, fact.result, when=fact.when, span=span)
    if fact.sort == "drug" or fact.dose is not None:
        return Exposure(
            concept,
            fact.course,
            fact.dose,
            fact.unit,
            fact.per,
            fact.equivalent_to,
            fact.route,
            fact.when,
            fact.lasting,
            fact.times,
            span=span,
        )
    return Present(_kind(fact), concept, _course(tokens, fact), fact.when, fact.lasting, fact.times, (), span)


def _course(tokens: Tokens, fact: Fact) -> Course:
    """The course that is said; of a state that passes, now, where nothing points to the past: who was pregnant years
    ago is not meant by "pregnant", nor who took part in a trial by "participating in another trial"."""
    passes = fact.id in _STATES or (fact.id == _IN_TRIAL and _takes_part(tokens.word, fact))
    if not passes or fact.course is not Course.ANY or fact.stated:
        return fact.course
    return Course.ANY if _PAST.intersection(tokens.word[max(0, fact.first - 4) : fact.last + 3]) else Course.CURRENT


def _takes_part(words: list[str], fact: Fact) -> bool:
    """Whether taking part in a trial is told as going on: `participating in`, or `in another trial` with no noun or
    verb of the past before it."""
    if "participating" in words[fact.begin : fact.end]:
        return True
    before = words[max(0, fact.begin - 2) : fact.begin]
    return before[-1:] == ["in"] and (len(before) == 1 or before[0] in _BEING)


def _kind(fact: Fact) -> Kind:
    if fact.id is None:
        return Kind.EVENT
    if fact.sort in {"procedure", "test"}:
        return _PROCEDURE
    return _kinds().get(fact.id, _CONDITION)


@cache
def _kinds() -> dict[str, Kind]:
    """The kind of each entry of the lexicon that says one."""
    entries = lexicon().entries
    return {name: _KINDS[known.fields["kind"]] for name, known in entries.items() if known.fields.get("kind") in _KINDS}
