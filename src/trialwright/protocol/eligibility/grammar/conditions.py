"""Reads conditions: `if female`, `women of childbearing potential must`, and demands that concern one sex."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.protocol.eligibility.grammar.markers import (
    AND,
    COLON,
    COMMA,
    FEMALE,
    FERTILE,
    LEAF,
    LINK,
    MODAL,
    NEG,
    OPEN,
    OR,
    SEX,
    SKIP,
    THEN,
    WITH,
)
from trialwright.protocol.eligibility.grammar.reading import Reading, joined, negation
from trialwright.protocol.eligibility.tree import (
    And,
    Compare,
    Concept,
    Expression,
    Implies,
    Judgement,
    Kind,
    Or,
    Present,
    Sex,
)

CHILDBEARING = "childbearing-potential"  # its entry in the lexicon
_REPRODUCTIVE = re.compile(
    r"pregnan|contracept|birth control|child-?\s?bearing|menopaus|sterili[sz]|lactat|breast-?\s?feed|nursing|vasectom"
    r"|sperm|ova\b|abstinen|abstain|barrier method|condom|fertil|\bhcg",
    re.IGNORECASE,
)


def conditional(line: Reading, lo: int, hi: int, req: bool, depth: int, place: int) -> Expression | None:
    """`If ..., ...`: the second holds where the first does; an exclusion needs both."""
    cut = _end_of_condition(line, place + 1, hi)
    if cut >= hi:
        return line.question(lo, hi)
    condition = line.read(place + 1, cut, True, depth + 1)
    body = line.read(cut, hi, req, depth + 1)
    return implied(line, lo, hi, req, condition, body, line.row.code[cut] == MODAL)


def implied(
    line: Reading, lo: int, hi: int, req: bool, condition: Expression | None, body: Expression | None, demand: bool
) -> Expression | None:
    """A demand on those whom a condition describes; among exclusions who fails a demand is excluded."""
    if condition is None or body is None:
        return body if condition is None else condition
    span = line.span(lo, hi)
    if req:
        return Implies(condition, body, span)
    return joined(And, (condition, negation(body, body.span) if demand else body), span)


def _end_of_condition(line: Reading, lo: int, hi: int) -> int:
    row = line.row
    at = lo
    while at < hi:
        what = row.code[at]
        if what == OPEN:
            at = row.match[at]
        elif what in (COMMA, THEN, COLON, MODAL):
            return at
        at += 1
    return hi


def concerning_a_sex(line: Reading, lo: int, hi: int, req: bool, depth: int) -> Expression | None:
    """A stretch that opens with a sex, or with women who can bear children; None where it is to be read otherwise."""
    row = line.row
    places = _places(line, lo, hi)
    if not places or not _opens(line, lo, places[0]):
        return _later_sex(line, lo, hi, req, depth, places)
    cuts = _cuts(line, lo, hi, places)
    if len(cuts) > 1:
        parts = [line.read(first, last, req, depth + 1) for first, last in cuts]
        return joined(And if req else Or, parts, line.span(lo, hi))
    modal = next((at for at in outside_brackets(line, places[0], hi) if row.code[at] == MODAL), None)
    begin, stop = line.span(lo, hi)
    reproductive = _REPRODUCTIVE.search(row.text, begin, stop) is not None
    if modal is not None and (req or reproductive or FERTILE in row.code[lo:modal]):
        subject = _subject(line, lo, modal, depth)
        body = line.read(modal, hi, True, depth + 1)
        refused = NEG in row.code[lo:modal]
        if not req and refused:
            return None
        return implied(line, lo, hi, req, subject, body, True)
    if len({row.data[at] for at in places if row.code[at] == SEX}) > 1:
        return None
    after = places[-1] + 1
    if after >= hi or not (line.speaks(after, hi) or row.facts[hi] > row.facts[after] or NEG in row.code[after:hi]):
        return _subject(line, lo, hi, depth)
    subject = _subject(line, lo, after, depth)
    if row.code[after] == OPEN and row.match[after] + 1 < hi:
        after = row.match[after] + 1  # brackets right behind say who is meant
    body = line.read(after, hi, req, depth + 1)
    if body is None or subject is None:
        return subject
    if isinstance(subject, Sex) and subject.sex == "FEMALE" and _is_of_women(body):
        return body
    if req and reproductive and not _limits_age(body):
        return Implies(subject, body, line.span(lo, hi))
    return joined(And, (subject, body), line.span(lo, hi))


def _later_sex(line: Reading, lo: int, hi: int, req: bool, depth: int, places: list[int]) -> Expression | None:
    """Two demands in one sentence, each on its sex, after words that come before both."""
    cuts = _cuts(line, lo, hi, places)
    if len(cuts) < 2:
        return None
    first = places[0]
    if any(what == LEAF for what in line.row.code[lo:first]):
        return None
    if not all(any(what in (MODAL, COLON) for what in line.row.code[a:b]) for a, b in cuts):
        return None
    parts = [line.read(a, b, req, depth + 1) for a, b in cuts]
    return joined(And if req else Or, parts, line.span(lo, hi))


def _limits_age(body: Expression) -> bool:
    """Whether an age is demanded first of all (`women aged 45 to 60, after menopause`): that is who is sought."""
    parts = body.parts if isinstance(body, And) else (body,)
    return isinstance(parts[0], Compare) and parts[0].measure.id == "age"


def _is_of_women(body: Expression) -> bool:
    """Whether only women can be meant: pregnancy and breast-feeding."""
    parts = body.parts if isinstance(body, And | Or) else (body,)
    return all(
        (concept := getattr(part, "concept", None)) is not None
        and concept.id in ("pregnancy", "lactation", "breastfeeding")
        for part in parts
    )


def _places(line: Reading, lo: int, hi: int) -> list[int]:
    """Where a sex or women of childbearing potential are named outside of brackets."""
    return [at for at in outside_brackets(line, lo, hi) if line.row.code[at] in (SEX, FERTILE)]


def outside_brackets(line: Reading, lo: int, hi: int) -> Iterator[int]:
    """The places of a stretch that stand in no brackets."""
    row = line.row
    at = lo
    while at < hi:
        if row.code[at] == OPEN:
            at = row.match[at]
        else:
            yield at
        at += 1


def _opens(line: Reading, lo: int, place: int) -> bool:
    """Whether only function words stand before."""
    return all(what in (SKIP, LINK, WITH) for what in line.row.code[lo:place])


def _cuts(line: Reading, lo: int, hi: int, places: list[int]) -> list[tuple[int, int]]:
    """The stretch cut where a demand on another sex begins; uncut where both share one demand."""
    row = line.row
    out: list[tuple[int, int]] = []
    begin = lo
    sex: object = None
    for place in places:
        named = row.data[place] if row.code[place] == SEX else FEMALE
        if sex is not None and named != sex:
            cut = place
            while cut > begin and row.code[cut - 1] in (SKIP, LINK, WITH):
                cut -= 1
            before = row.code[begin:cut]
            if cut > begin and row.code[cut - 1] in (COMMA, AND, OR) and (MODAL in before or LEAF in before):
                out.append((begin, cut))
                begin = cut
        sex = named
    out.append((begin, hi))
    return out


def _subject(line: Reading, lo: int, hi: int, depth: int) -> Expression | None:
    """Whom a demand concerns: the sexes named, each with the words that narrow it."""
    row = line.row
    cuts: list[tuple[int, int]] = []
    begin = lo
    for at in range(lo + 1, hi):
        if (
            row.code[at] == SEX
            and row.code[at - 1] in (AND, OR, COMMA, SKIP)
            and {SEX, FERTILE} & set(row.code[begin:at])
        ):
            cuts.append((begin, at))
            begin = at
    cuts.append((begin, hi))
    parts: list[Expression | None] = []
    for first, last in cuts:
        parts.append(_one(line, first, last, depth))
    return joined(Or, parts, line.span(lo, hi))


def _fertility(line: Reading, lo: int, hi: int) -> Expression | None:
    """The leaf for being able to bear children."""
    row = line.row
    for at in range(lo, hi):
        if row.code[at] == FERTILE:
            named = row.data[at]
            if isinstance(named, list):
                return named[0]  # type: ignore[no-any-return]  # a leaf
            span = line.span(at, at + 1)
            return Present(Kind.FINDING, Concept(CHILDBEARING, row.text[slice(*span)]), span=span)
    return None


def _one(line: Reading, lo: int, hi: int, depth: int) -> Expression | None:
    row = line.row
    lo, hi = line.trimmed(lo, hi)
    if lo >= hi:
        return None
    span = line.span(lo, hi)
    at = next((place for place in range(lo, hi) if row.code[place] == SEX), None)
    fertile = FERTILE in row.code[lo:hi]
    sex = Sex(str(row.data[at]), line.span(at, at + 1)) if at is not None else Sex("FEMALE", span) if fertile else None
    known: Expression | None = None
    rest = (at + 1, hi) if at is not None else (lo, hi)
    if not fertile and rest[0] < hi and row.facts[hi] > row.facts[rest[0]]:
        known = line.read(rest[0], hi, True, depth + 1)
    elif fertile and not line.speaks(lo, hi) and (named := _fertility(line, lo, hi)) is not None:
        known = named
    elif fertile or line.speaks(lo, hi):
        known = Judgement(" ".join(row.text[span[0] : span[1]].split()), span=span)
    return joined(And, (sex, known), span)
