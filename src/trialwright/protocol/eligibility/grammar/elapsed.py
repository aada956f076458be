"""Tells a distance to what may not have happened (`2 weeks since any surgery`) from a demand that it happened."""

from __future__ import annotations

from dataclasses import replace

from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.members import IDLE, JOINS, Line
from trialwright.protocol.eligibility.grammar.phrases import Phrase
from trialwright.protocol.eligibility.grammar.reading import joined, negation
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Concept,
    Exposure,
    Expression,
    Implies,
    Interval,
    Judgement,
    Not,
    Or,
    Present,
    Side,
    Span,
    When,
    Window,
)

MODALS = frozenset({"must", "should", "shall", "need", "needs", "required"})
_DEMANDING = MODALS | {"washout"}
ENDED = frozenset(
    {"completed", "finished", "stopped", "discontinued", "ended", "ceased", "concluded", "performed", "elapsed"}
    | {"passed", "terminated", "withdrawn"}
)
_STOPPED = frozenset({"stopped", "discontinued", "ceased", "withdrawn", "off", "stop", "discontinue", "cease"})
_FINISHED = frozenset({"completed", "finished", "concluded", "ended"})
# who has the disease of the trial has these: a distance to them says how old it is
_DEMANDED = frozenset(
    {"diagnosis", "diagnosed", "onset", "symptom", "symptoms", "birth", "delivery", "menses", "menstrual", "menarche"}
    | {"menstruation", "menopause", "transplant", "transplantation", "transplanted", "injury", "ictus", "enrolment"}
)
_WHICHEVER = frozenset({"any", "last", "final", "completion", "end", "all", "discontinuation", "cessation", "stopping"})
_LIGHT = _WHICHEVER | frozenset(
    {"prior", "previous", "most", "recent", "the", "dose", "doses", "of", "other", "treatment", "therapy", "with", "a"}
    | {"administration", "use", "receipt", "course", "cycle", "to", "for", "anti", "cancer", "anticancer", "an"}
)
# what is kept up is demanded, and so is what was begun
_HELD = frozenset({"on", "stable", "started", "initiated", "regular", "regularly", "continuous", "continuously"})
_HELD |= frozenset({"lasting", "persistent", "chronic", "diagnosed", "confirmed", "documented", "developed", "begun"})
_NEGATED = frozenset({"no", "not", "never", "without", "none", "neither", "nor"})
_WASHED = frozenset(
    {"surgery", "radiotherapy", "chemotherapy", "vaccination", "blood-transfusion", "immunotherapy", "treatment"}
    | {"medication", "systemic-therapy", "experimental-treatment", "clinical-trial-participation", "biopsy"}
)
_WASHED_WORDS = frozenset(
    {"surgery", "surgical", "operation", "therapy", "treatment", "chemotherapy", "radiotherapy", "radiation"}
    | {"vaccination", "vaccine", "transfusion", "medication", "drug", "dose", "infusion", "injection", "antibiotic"}
    | {"participation", "immunotherapy", "procedure", "procedures", "medications", "drugs", "vaccines", "antibiotics"}
)


def is_distance(when: When | None) -> bool:
    """Whether a time only says how long ago a thing was at least."""
    return (
        isinstance(when, Window)
        and when.side is Side.BEFORE
        and when.interval.high is None
        and when.interval.low is not None
        and when.interval.low > 0
    )


def of_since(line: Line, fact: Fact, first: int, last: int) -> bool:
    """Whether `at least N since X`, its X in the tokens from `first` to before `last`, is met by who never had X."""
    return is_distance(fact.when) and not _DEMANDED & set(line.tokens.word[first:last])


def of_after(line: Line, fact: Fact, first: int, begin: int) -> bool:
    """Whether `at least N after X`, with the time at the tokens from `first` on and X at `begin`, is met by who never
    had X."""
    words = line.tokens.word
    if not of_since(line, fact, first, fact.end):
        return False
    lead = words[max(0, first - 3) : begin]
    return bool({"sooner", "earlier", *_WHICHEVER} & set(lead)) or _is_washed(line, fact)


def before(line: Line, fact: Fact, first: int, last: int, low: int) -> None:
    """Marks a fact, its time at the tokens from `first` to before `last`, in a clause from `low` on, where it may never
    have happened (`any surgery at least 4 weeks before`); who must have completed something may have to have had it or
    not: that is asked."""
    words = line.tokens.word
    if not is_distance(fact.when) or fact.begin >= first:
        return
    named = {at for other in line.facts if not other.dropped for at in range(other.begin, other.end)}
    lead = [words[at] for at in range(low, fact.begin) if at not in named and words[at] not in JOINS]
    middle = words[fact.end : first]
    if _NEGATED & set(lead) or _DEMANDED & set(words[low:first]):
        return
    if _HELD & set(lead + middle) or "stable" in words[slice(*line.clause(first))]:
        return
    light = set(lead) <= _LIGHT
    passive = MODALS & set(middle) and ENDED & set(middle)
    if passive or (_STOPPED & set(lead) and MODALS & set(lead)):
        fact.elapsed = True
    elif MODALS & set(lead) and _FINISHED & set(lead):
        fact.elapsed = bool({"any", "all", "prior", "previous", "last"} & set(lead))
        fact.dropped = not fact.elapsed
    elif light:
        fact.elapsed = bool(_WHICHEVER & set(lead)) or _is_washed(line, fact)
    if not fact.elapsed:
        return
    if set(middle) <= MODALS | ENDED | IDLE:
        fact.last = max(fact.last, last)
    if light and not any(other is not fact and low < other.last <= fact.first for other in line.facts):
        fact.first = min(low, fact.first)


def _is_washed(line: Line, fact: Fact) -> bool:
    """Whether it is a treatment that a trial may not want anybody to have had lately."""
    if fact.sort == "drug":
        return True
    if fact.id is not None:
        return any(is_a(fact.id, other) for other in _WASHED)
    return bool(_WASHED_WORDS & set(line.tokens.word[fact.begin : fact.end]))


def with_distances(found: Expression, phrases: list[Phrase], text: str, section: Section) -> Expression:
    """The expression with what only puts a distance read as what must not have happened since: where it is demanded,
    nobody is shut out for never having had it. Where `must` or a washout stands among the exclusions, who does not keep
    it is excluded, or a person is asked; else an exclusion is taken as it is written."""
    marked = {_key(phrase.node) for phrase in phrases if phrase.elapsed}
    times = {key[1] for key in marked if key is not None}
    others = {_key(phrase.node) for phrase in phrases if not phrase.elapsed}

    demanded = section is Section.EXCLUSION and bool(_DEMANDING & set(text.lower().replace("-", "").split()))

    def is_marked(node: Expression) -> bool:
        key = _key(node)
        return key is not None and key[1] in times and (key in marked or key not in others)

    def member(node: Expression) -> list[Present | Exposure]:
        """What a member of a list states with the distance, and beside it questions at most."""
        if isinstance(node, And):
            rest = [part for part in node.parts if not isinstance(part, Judgement)]
            return member(rest[0]) if len(rest) == 1 and not isinstance(rest[0], And) else []
        return [_closer(node)] if isinstance(node, Present | Exposure) and is_marked(node) else []

    def read(node: Expression, req: bool) -> Expression:
        match node:
            case Present() | Exposure() if req and is_marked(node):
                return Not(_closer(node), node.span)
            case Present() | Exposure() if demanded and is_marked(node):
                return _asked(text, node.span)
            case Or(parts=parts, span=span) if req and any(map(member, parts)):
                near = [leaf for part in parts for leaf in member(part)]
                if not all(map(member, parts)):
                    return _asked(text, span)  # whether the rest is of the same list, or another way in
                apart = Not(_either(near, span), span)
                return apart if all(map(is_marked, parts)) else And((apart, _asked(text, span)), span)
            case Or(parts=parts, span=span):
                return Or(tuple(read(part, req) for part in parts), span)
            case And(parts=parts, span=span):
                return And(tuple(read(part, req) for part in parts), span)
            case AtLeast(count=count, parts=parts, span=span):
                return AtLeast(count, tuple(read(part, req) for part in parts), span)
            case Not(part=part, span=span):
                return negation(read(part, not req), span)
            case Implies(condition=condition, then=then, span=span):
                return Implies(condition, read(then, req), span)
        return node

    if demanded and is_marked(found):
        return _either(member(found), found.span)
    if demanded and isinstance(found, Or) and all(map(is_marked, found.parts)):
        return _either([leaf for part in found.parts for leaf in member(part)], found.span)
    return read(found, section is not Section.EXCLUSION)


def _asked(text: str, span: Span | None) -> Judgement:
    words = text if span is None else text[span[0] : span[1]]
    return Judgement(" ".join(words.split()), (), span)


def _either(parts: list[Present | Exposure], span: Span | None) -> Expression:
    found = joined(Or, parts, span)
    assert found is not None
    return found


def _key(node: Expression) -> tuple[Concept, When] | None:
    if isinstance(node, Present) and node.when is not None:
        return node.concept, node.when
    return (node.drug, node.when) if isinstance(node, Exposure) and node.when is not None else None


def _closer(leaf: Present | Exposure) -> Present | Exposure:
    """The same thing at every lesser distance."""
    when = leaf.when
    assert isinstance(when, Window)
    interval = Interval(high=when.interval.low, high_inclusive=not when.interval.low_inclusive)
    return replace(leaf, when=replace(when, interval=interval))
