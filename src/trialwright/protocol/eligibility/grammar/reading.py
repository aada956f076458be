"""A line while it is read: its row of elements, the words of a stretch, and how expressions are joined."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from operator import attrgetter

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.protocol.eligibility.grammar.markers import (
    AND,
    BUT,
    COLON,
    COMMA,
    CONSENT,
    ENUM,
    LINK,
    OPINION,
    OR,
    OTHER,
    SEMI,
    SKIP,
    SLASH,
    STOP,
    THEN,
    WITH,
    WORD,
)
from trialwright.protocol.eligibility.grammar.row import Row
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Concept,
    Consent,
    Defined,
    Exposure,
    Expression,
    Implies,
    Judgement,
    Leaf,
    Missing,
    Not,
    Or,
    Ordinal,
    Present,
    Result,
    Sex,
    Span,
    When,
    children,
    leaves,
    placed,
)

EDGES = frozenset((SKIP, LINK, WITH, COMMA, AND, OR, BUT, SLASH, SEMI, STOP, COLON, THEN, ENUM))
_FACTS = frozenset((Compare, Ordinal, Present, Exposure, Result, Sex, Consent, Missing))
_BRANCHES = frozenset((And, Or, AtLeast, Not, Implies, Defined))
_LISTS = (And, Or)
_LISTED_NOUN = re.compile(
    r"(?:criteria|factors?|features?|symptoms?|signs?|conditions?|findings?|characteristics?|items?|comorbidities"
    r"|manifestations?)$",
    re.IGNORECASE,
)
_QUIET = frozenset((SKIP, LINK, WITH))
SPOKEN = frozenset((WORD, OPINION, OTHER, CONSENT))  # words that mean something and are no marker
LONGEST_QUESTION = 4000  # characters of a text that is put to a person

Reader = Callable[["Reading", int, int, bool, int], Expression | None]


class Reading:
    """A line that is being read. `req`, of all that read it: what is read is demanded of the patient, not an exclusion
    or a negation; `left`: how many elements may still be read, each time anew. Nothing here refers back to it: it goes
    as soon as its line has been read."""

    __slots__ = ("_reader", "left", "problems", "row", "section")

    def __init__(self, row: Row, section: Section, reader: Reader, work: int) -> None:
        self.row = row
        self.section = section
        self.problems: list[Problem] = []
        self.left = work
        self._reader = reader

    def read(self, lo: int, hi: int, req: bool, depth: int) -> Expression | None:
        """What the elements from `lo` to before `hi` state; None where only words stand that add nothing."""
        return self._reader(self, lo, hi, req, depth)

    def span(self, lo: int, hi: int) -> Span:
        """The place in the text of the elements from `lo` to before `hi`."""
        return self.row.start[lo], self.row.end[hi - 1]

    def trimmed(self, lo: int, hi: int) -> tuple[int, int]:
        """The stretch without joining words and punctuation at its ends."""
        code = self.row.code
        while lo < hi and code[lo] in EDGES:
            lo += 1
        while hi > lo and code[hi - 1] in EDGES:
            hi -= 1
        return lo, hi

    def speaks(self, lo: int, hi: int) -> bool:
        """Whether a word stands there that means something and that no phrase covers."""
        return not SPOKEN.isdisjoint(self.row.code[lo:hi])

    def question(self, lo: int, hi: int) -> Judgement | None:
        """The words there as a question to a person; None where all of them are mere function words."""
        if lo >= hi or EDGES.issuperset(self.row.code[lo:hi]):
            return None
        code, word = self.row.code, self.row.word
        while lo > 0 and code[lo - 1] in _QUIET and word[lo - 1][:1].isalnum():
            lo -= 1
        while hi < len(code) and code[hi] in _QUIET and word[hi][:1].isalnum():
            hi += 1
        begin, stop = self.row.start[lo], self.row.end[hi - 1]
        text = self.row.text[begin : min(stop, begin + LONGEST_QUESTION)]
        return Judgement(" ".join(text.split()), (), (begin, stop))

    def doubt(self, code: str, message: str, expected: str, mend: str) -> None:
        """Notes that the line can be read in two ways."""
        if len(self.problems) < 20 and all(problem.code != code for problem in self.problems):
            quote = (Evidence.of(self.row.text),)
            self.problems.append(Problem(code, Severity.WARNING, message, evidence=quote, expected=expected, mend=mend))


def joined(kind: type[And] | type[Or], parts: Iterable[Expression | None], span: Span | None) -> Expression | None:
    """The parts under one And or Or: parts of the same kind are taken in, the same part twice counts once."""
    flat: list[Expression] = []
    count = 0
    for part in parts:
        if part is None:
            continue
        count += 1
        if type(part) is kind:
            flat.extend(part.parts)
        else:
            flat.append(part)
    if len(flat) > 1:
        if kind is Or and Implies in map(type, flat):
            flat = _where_they_hold(flat)
        flat = _each_once(flat)
        if len(flat) > 1:
            return kind(tuple(flat), span)
    if not flat:
        return None
    return flat[0] if count == 1 or span is None else placed(flat[0], span)


def _where_they_hold(parts: list[Expression]) -> list[Expression]:
    """Alternatives, those that have a condition (`<= 3, or <= 5 if ...`) as that condition and the rest: they must not
    hold where it does not. A demand on one sex goes on concerning nobody else, unless it is a limit or the other sex
    has one of its own."""
    sexes = {sex for part in parts if type(part) is Implies for sex in _sexes(part.condition)}
    out: list[Expression] = []
    for part in parts:
        if type(part) is Implies and (len(sexes) != 1 or not _sexes(part.condition) or bears_number(part.then)):
            part = And((part.condition, part.then), part.span)
        out.append(part)
    return out


def _sexes(node: Expression) -> set[str]:
    return {leaf.sex for leaf in leaves(node) if isinstance(leaf, Sex)}


def _each_once(parts: list[Expression]) -> list[Expression]:
    """The parts without repetitions. What differs in the words it names differs: most lists need no closer look."""
    named = {of(part) if (of := _NAMES.get(type(part))) is not None else type(part) for part in parts}
    if len(named) == len(parts):
        return parts
    if len(parts) > 7:
        return list(dict.fromkeys(parts))
    out = parts[:1]
    for part in parts[1:]:
        sort = type(part)
        for known in out:
            if type(known) is sort and known == part:
                break
        else:
            out.append(part)
    return out


def negation(part: Expression, span: Span | None) -> Expression:
    """The opposite of an expression."""
    return part.part if isinstance(part, Not) else Not(part, span)


def only_asks(node: Expression) -> bool:
    """Whether nothing in the tree can be answered from data."""
    kind = type(node)
    if kind is Judgement:
        return True
    if kind in _FACTS:
        return False
    return all(map(only_asks, node.parts if isinstance(node, _LISTS) else children(node)))


def thing_of(leaf: Expression) -> Concept | None:
    """What a leaf without numbers asks for."""
    if isinstance(leaf, Present):
        return leaf.concept
    return leaf.drug if isinstance(leaf, Exposure) else None


def number_counted(leaf: Expression) -> int:
    """How many of things that the lexicon does not know a leaf counts at least (`2 or more risk factors`); else 0."""
    if not isinstance(leaf, Present) or leaf.times is None or leaf.concept.id is not None or leaf.when is not None:
        return 0
    low = leaf.times.low
    if low is None or leaf.times.high is not None or _LISTED_NOUN.search(leaf.concept.text) is None:
        return 0
    return int(low) + (not leaf.times.low_inclusive)


def is_constraint(leaf: Expression) -> bool:
    """Whether a leaf states more than that something is there: a number, a level, a time, a dose, a count."""
    if isinstance(leaf, Present):
        return leaf.when is not None or leaf.lasting is not None or leaf.times is not None
    if isinstance(leaf, Exposure):
        given = leaf.when is not None or leaf.lasting is not None or leaf.times is not None
        return given or leaf.dose is not None
    return isinstance(leaf, (Compare, Ordinal))


def is_plain(leaf: Expression) -> bool:
    """Whether a leaf states only that something is there."""
    kind = type(leaf)
    return (kind is Present or kind is Exposure) and not is_constraint(leaf)


def bears_time(node: Expression) -> bool:
    """Whether a time stands in the tree."""
    return any(getattr(leaf, "when", None) is not None for leaf in leaves(node))


def time_of(node: Expression) -> When | None:
    """The one time of all things that a tree names outside of questions; None where they differ or have none."""
    found = {leaf.when for leaf in leaves(node) if isinstance(leaf, Present | Exposure)}
    return found.pop() if len(found) == 1 else None


def with_time(node: Expression, when: When) -> Expression:
    """The tree with this time at what has none, outside of negations."""
    if isinstance(node, Present | Exposure) and node.when is None and node.lasting is None:
        return replace(node, when=when)
    if isinstance(node, And | Or):
        return replace(node, parts=tuple(with_time(part, when) for part in node.parts))
    return node


def bears_number(node: Expression) -> bool:
    """Whether a comparison or a level stands in the tree."""
    kind = type(node)
    if kind is Compare or kind is Ordinal:
        return True
    return kind in _BRANCHES and any(bears_number(part) for part in children(node))


def bears_constraint(node: Expression) -> bool:
    """Whether a number, a level, a time, a dose or a count stands in the tree."""
    if type(node) in _BRANCHES:
        return any(bears_constraint(part) for part in children(node))
    return is_constraint(node)


_NAMES: dict[type, Callable[[Expression], object]] = {
    Compare: attrgetter("measure.text"),
    Present: attrgetter("concept.text"),
    Exposure: attrgetter("drug.text"),
    Judgement: attrgetter("text"),
}


def combine(stated: list[Leaf], req: bool, span: Span | None) -> Expression:
    """The leaves that one phrase states."""
    if len(stated) == 1:
        return stated[0]
    # T3N1M0 is one state of a tumour, on whichever side it stands
    every = req or all(isinstance(one, Ordinal) for one in stated)
    found = joined(And if every else Or, stated, span)
    assert found is not None
    return found
