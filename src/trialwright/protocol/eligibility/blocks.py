"""Lays the text of one item out as a head with nested items, and combines what they state."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from trialwright.protocol.eligibility.excluding import excludes_below, has_a_sentence_before, spares_below
from trialwright.protocol.eligibility.grammar.markers import ANY, ASKED
from trialwright.protocol.eligibility.grammar.quantity import in_head
from trialwright.protocol.eligibility.grammar.reading import (
    bears_constraint,
    is_plain,
    joined,
    number_counted,
    thing_of,
)
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.lines import lines_of
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Defined,
    Expression,
    Implies,
    Judgement,
    Kind,
    Not,
    Or,
    Present,
    Span,
    leaves,
    placed,
)

DEEPEST = 6  # levels of nested items; deeper ones count to the last
_MANY = re.compile(
    r"\b(?P<none>none of)\b|\b(?P<all>all|each|both)(?: of)? the following"
    r"|\b(?P<any>any(?: one)?|one|either)(?: of| one of)?(?: the)? (?:following|these|below)",
    re.IGNORECASE,
)
_EXCEPTING = re.compile(
    r"\b(?:except|exceptions?|unless(?! otherwise)|other than|excluding|apart from)\b[^:]{0,40}:?\s*$", re.IGNORECASE
)
_EXAMPLES = re.compile(r"\b(?:e\.g\.?|such as|for example|examples?)\b[^:]{0,20}:?\s*$", re.IGNORECASE)
_INCLUDING = re.compile(r"\bincluding\b[^:]{0,40}:?\s*$", re.IGNORECASE)
_CONDITION = re.compile(r"^\s*(?:if|for|in|when|where|women|men|females?|males?)\b", re.IGNORECASE)
_PERMITTING = re.compile(
    r"\b(?:allowed|permitted|acceptable|(?:may|can|will|are|is)\b[^.]{0,20}\b(?:eligible|included|enrolled?))\b",
    re.IGNORECASE,
)
_DEFINED = re.compile(r"[\w/ -]{2,60}?\b(?:is|are)\s+defined\s+(?:as|by)\b", re.IGNORECASE)
_NEGATING = re.compile(r"\b(?:no|not|non|without|never|cannot|un\w+)\b", re.IGNORECASE)
_NO = re.compile(r"\b(?:none|no|not|without|absence)\b[^:]{0,60}:?\s*$", re.IGNORECASE)


@dataclass(slots=True)
class Block:
    """A statement and the ones nested beneath it; `start`, `end`: offsets in the text of the item."""

    start: int
    end: int
    indent: int = -1
    nested: list[Block] = field(default_factory=list)


def blocks_of(text: str) -> Block:
    """The text as a tree of statements; a line without a bullet or number goes on with the statement before it."""
    found = lines_of(text)
    if not found:
        return Block(0, len(text))
    root = Block(found[0].content, found[0].end)
    stack = [root]
    for line in found[1:]:
        if not line.marked and line.heading is None and not (line.gap and root.nested and line.indent == 0):
            stack[-1].end = line.end
            continue
        while len(stack) > 1 and (stack[-1].indent >= line.indent or len(stack) > DEEPEST):
            stack.pop()
        block = Block(line.content, line.end, line.indent)
        stack[-1].nested.append(block)
        stack.append(block)
    return root


def combined(block: Block, text: str, section: Section, line: Callable[[Block], Expression]) -> Expression:
    """What a statement states with the ones beneath it; `line` reads one without them."""
    own = shifted(line(block), block.start)
    if not block.nested:
        return own
    req = section is not Section.EXCLUSION
    head = text[block.start : block.end]
    span = (block.start, _last(block))
    if req and excludes_below(head):
        return _excluded(own, head, block, text, line, span)
    if spares_below(head):
        return _asked(text, span)
    below = [combined(one, text, section, line) for one in block.nested]
    if not head.strip():
        return _join(And if req else Or, below, span)
    if _EXAMPLES.search(head):
        return own if not isinstance(own, Judgement) else _asked(text, span)
    if (
        head.rstrip().endswith(":")
        or _MANY.search(head)
        or in_head(head) is not None
        or head.rstrip().endswith("following")
    ):
        return _governed(own, head, below, block, text, req, span)
    return _beside(own, below, block, text, req, span)


def _excluded(
    own: Expression, head: str, block: Block, text: str, line: Callable[[Block], Expression], span: Span
) -> Expression:
    """What a demand states whose head says that what stands beneath it excludes."""
    below = [combined(one, text, Section.EXCLUSION, line) for one in block.nested]
    body = _counted(below, head, block, text, False, span)
    apart = has_a_sentence_before(head)
    asking = all(isinstance(leaf, Judgement) for leaf in leaves(own))
    if (not asking and not apart) or all(isinstance(leaf, Judgement) for leaf in leaves(body)):
        return _asked(text, span)
    return _join(And, [own, Not(body, span)], span) if apart else Not(body, span)


def sections_of(block: Block, text: str, section: Section) -> Iterator[tuple[Block, Section]]:
    """A statement and all beneath it, in the order in which they stand, each with what it belongs to: what stands
    beneath a head that excludes is no demand."""
    yield block, section
    below = section
    if section is Section.INCLUSION and block.nested and excludes_below(text[block.start : block.end]):
        below = Section.EXCLUSION
    for one in block.nested:
        yield from sections_of(one, text, below)


def _governed(
    own: Expression, head: str, below: list[Expression], block: Block, text: str, req: bool, span: Span
) -> Expression:
    body = _counted(below, head, block, text, req, span)
    if number_counted(own) and in_head(head):
        return body
    if req and is_plain(own) and _EXCEPTING.search(head) and "unless" not in head.lower():
        return _join(And, [own, Not(_counted(below, head, block, text, False, span))], span)
    if _EXCEPTING.search(head):
        return _join(Or, [own, body], span) if req else _join(And, [own, Not(body)], span)
    asking = all(isinstance(leaf, Judgement) for leaf in leaves(own))
    if asking and all(isinstance(leaf, Judgement) for leaf in leaves(body)):
        return _asked(text, span)
    if _INCLUDING.search(head):
        return _join(And, [own, body], span) if req else _join(Or, [own, body], span)
    if asking and _NO.search(head) and not _MANY.search(head) and in_head(head) is None:
        return _spanning(Not(_join(Or, below, span)), span) if req else _asked(text, span)
    if asking and "investigator" not in head.lower():
        return _spanning(body, span)
    if not req and is_plain(own) and any(_is_kind(leaf, own) for leaf in leaves(body)):
        return _spanning(body, span)  # a head that only names what the list spells out
    if _CONDITION.match(head) and req:
        return Implies(own, body, span)
    return _join(And, [own, body], span)


def _is_kind(leaf: Expression, head: Expression) -> bool:
    """Whether a leaf asks for a kind of what the head names."""
    thing, broad = thing_of(leaf), thing_of(head)
    if thing is None or broad is None or thing.id is None or broad.id is None or thing.id == broad.id:
        return False
    return is_a(thing.id, broad.id)


def _beside(own: Expression, below: list[Expression], block: Block, text: str, req: bool, span: Span) -> Expression:
    """Statements nested beneath one that does not govern them: remarks, permissions, further demands."""
    further: list[Expression] = []
    permitted: list[Expression] = []
    for one, place in zip(below, block.nested, strict=True):
        words = text[place.start : place.end]
        if not _PERMITTING.search(words) or _NEGATING.search(words):
            further.append(one)
        elif req:
            further.append(Judgement(" ".join(words.split()), span=(place.start, place.end)))
        else:
            permitted.append(Not(one))
    if not further:
        return _join(And, [own, *permitted], span)
    if len(further) == len(block.nested) and _all_define(block, text):
        return _join(And, [own, _join(Or, further, span)], span)
    if req and _are_kinds(further):
        return _join(And, [own, _join(Or, further, span), _asked(text, span)], span)
    if req:
        return _join(And, [own, *further], span)
    if text[block.start : block.end].rstrip().endswith((",", ";", ".")):
        return _join(And, [_join(Or, [own, *further], span), *permitted], span)
    # the nested words may be further reasons or may narrow the one above: a person says
    return _join(And, [_join(Or, [own, *further], span), _asked(text, span), *permitted], span)


def _counted(below: list[Expression], head: str, block: Block, text: str, req: bool, span: Span) -> Expression:
    """The nested statements, of which as many must hold as the head says."""
    count = in_head(head)
    if count == ASKED:
        return _asked(text, span)
    if count is not None and count > 1:
        return AtLeast(count, tuple(below), span) if count < len(below) else _join(And, below, span)
    match = _MANY.search(head)
    if match is None and count != ANY:
        if _all_define(block, text):
            return _join(Or, below, span)
        kind = _own_joiner(block, text)
        return _join(kind if kind is not None and req else And if req else Or, below, span)
    if match is not None and match["none"]:
        return Not(_join(Or, below, span), span)
    return _join(And if match is not None and match["all"] else Or, below, span)


def _are_kinds(parts: list[Expression]) -> bool:
    """Whether nested statements only name diseases, which nobody has all of: histologies, subtypes."""
    named = [one for one in parts if isinstance(one, Present) and is_plain(one) and one.kind is Kind.CONDITION]
    asked = [leaf for one in parts for leaf in leaves(one) if isinstance(leaf, Judgement)]
    short = all(len(leaf.text.split()) < 9 for leaf in asked) and not any(map(bears_constraint, parts))
    return len(parts) > 2 and len(named) > 1 and short and not any(isinstance(one, Not) for one in parts)


def _all_define(block: Block, text: str) -> bool:
    """Whether each of several nested statements defines one of the things that the head names: they are bands."""
    return len(block.nested) > 1 and all(_DEFINED.match(text[one.start : one.end]) for one in block.nested)


def _own_joiner(block: Block, text: str) -> type[And] | type[Or] | None:
    """How the nested statements say that they are joined: `or` at the end of one or the start of the next."""
    words = [text[one.start : one.end].lower().strip(" .;,") for one in block.nested]
    if any(one.endswith((" or", ";or", ",or", "and/or")) for one in words[:-1]) or any(
        one.startswith("or ") for one in words[1:]
    ):
        return Or
    return None


def _asked(text: str, span: Span) -> Judgement:
    return Judgement(" ".join(text[span[0] : span[1]].split()), span=span)


def _last(block: Block) -> int:
    return max(block.end, *(_last(one) for one in block.nested)) if block.nested else block.end


def _join(kind: type[And] | type[Or], parts: list[Expression], span: Span) -> Expression:
    found = joined(kind, parts, span)
    assert found is not None
    return found


def _spanning(node: Expression, span: Span) -> Expression:
    return placed(node, span)


def shifted(node: Expression, offset: int) -> Expression:
    """The tree with every span moved by so many characters."""
    if offset == 0:
        return node
    span = None if node.span is None else (node.span[0] + offset, node.span[1] + offset)
    match node:
        case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts):
            moved = tuple([shifted(part, offset) for part in parts])
            return AtLeast(node.count, moved, span) if isinstance(node, AtLeast) else type(node)(moved, span)
        case Not(part=part):
            return Not(shifted(part, offset), span)
        case Implies(condition=condition, then=then):
            return Implies(shifted(condition, offset), shifted(then, offset), span)
        case Defined(body=body):
            return replace(node, body=shifted(body, offset), span=span)
    return placed(node, span)
