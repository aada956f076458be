"""Reads lists: sentences, and parts joined by commas, and, or."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace

from trialwright.protocol.eligibility.grammar.exceptions import apart, but_not
from trialwright.protocol.eligibility.grammar.limits import one_limit, with_the_other_limit
from trialwright.protocol.eligibility.grammar.markers import (
    AND,
    BUT,
    COLON,
    COMMA,
    EXCEPT,
    LEAF,
    NEG,
    OPEN,
    OR,
    QUANT,
    SEMI,
    SKIP,
    STOP,
    UNLESS,
    WORD,
)
from trialwright.protocol.eligibility.grammar.numbered import outer, quantify
from trialwright.protocol.eligibility.grammar.parts import Part, part_of
from trialwright.protocol.eligibility.grammar.permitting import permits
from trialwright.protocol.eligibility.grammar.pieces import (
    Piece,
    behind_alternatives,
    introduces,
    is_explicit,
    merged,
    pieces_of,
)
from trialwright.protocol.eligibility.grammar.reading import (
    Reading,
    bears_number,
    is_plain,
    joined,
    negation,
    only_asks,
)
from trialwright.protocol.eligibility.grammar.sharing import (
    each_of,
    goes_on,
    shares_adjective,
    shares_noun,
    sharing_parts,
    within_clauses,
)
from trialwright.protocol.eligibility.tree import (
    ENOUGH,
    And,
    AtLeast,
    Compare,
    Expression,
    Judgement,
    Or,
    Ordinal,
    Result,
    Sex,
    Span,
    leaves,
)

_MEASURED = (Compare, Ordinal, Result)
_STEERING = frozenset((COLON, QUANT, STOP, SEMI, BUT))


def sentences(line: Reading, lo: int, hi: int, req: bool, depth: int, mark: int) -> Expression | None:
    """Sentences or clauses between semicolons: all are demanded; any excludes. A sentence that permits something takes
    it out of an exclusion."""
    row = line.row
    pieces: list[tuple[int, int]] = []
    at = begin = lo
    any_or = False
    while at < hi:
        what = row.code[at]
        if what == OPEN:
            at = row.match[at]
        elif what == mark:
            pieces.append((begin, at))
            begin = at + 1
            any_or = any_or or (begin < hi and row.code[begin] == OR)
        at += 1
    pieces.append((begin, hi))
    span = line.span(lo, hi)
    kind: type[And] | type[Or] = Or if any_or or not req else And
    found: list[Expression] = []
    for whole_first, whole_last in pieces:
        first, last = line.trimmed(whole_first, whole_last)
        if first >= last:
            continue
        if found and row.code[first] in (EXCEPT, UNLESS):
            found[-1] = apart(line, [found[-1]], first + 1, last, req, depth, row.code[first] == UNLESS)
            continue
        if found and not req and row.word[first] == "but" and row.code[first] == NEG:
            found[-1] = but_not(line, found[-1], first + 1, last, depth, (span[0], row.end[last - 1]))
            continue
        if found and permits(line, whole_first, whole_last):
            if not req:
                allowed = line.read(first, last, True, depth + 1)
                if allowed is not None:
                    opposite = negation(allowed, line.span(first, last))
                    kept = joined(And, (found[-1], opposite), (span[0], row.end[last - 1]))
                    assert kept is not None
                    found[-1] = kept
                continue
            asked = line.question(first, last)
            if asked is not None:
                found.append(asked)
            continue
        stated = line.read(first, last, req, depth + 1)
        if stated is not None:
            found.append(stated)
    return joined(kind, found, span)


def listed(line: Reading, lo: int, hi: int, req: bool, depth: int, quantified: int | None) -> Expression | None:
    """A list of parts; before it may stand how many of them are meant."""
    if quantified is None:
        return of_kind(line, lo, hi, req, depth, None)
    how = line.row.data[quantified]
    head = (
        line.read(lo, quantified, req, depth + 1)
        if line.speaks(lo, quantified) or _knows(line, lo, quantified)
        else None
    )
    body = quantify(line, quantified + 1, hi, req, depth, how)
    return joined(And, (head, body), line.span(lo, hi))


def accompanied(line: Reading, lo: int, hi: int, req: bool, depth: int, place: int) -> Expression | None:
    """`A with B or C` of numbers: both A and one of the others; None where it is to be read as a list."""
    row = line.row
    if _share_bound(line, lo, place) and row.facts[hi] > row.facts[place]:
        parts = [line.read(lo, place, req, depth + 1), line.read(place + 1, hi, req, depth + 1)]
        return joined(And, parts, line.span(lo, hi))
    if row.facts[place] == row.facts[lo] or COMMA in row.code[lo:hi] or {AND, OR, BUT} & set(row.code[lo:place]):
        return None
    if not {AND, OR} & set(row.code[place:hi]) or not all(_is_number(row.data[at]) for at in _leaves_at(line, lo, hi)):
        return None
    parts = [line.read(lo, place, req, depth + 1), line.read(place + 1, hi, req, depth + 1)]
    return joined(And, parts, line.span(lo, hi))


def _share_bound(line: Reading, lo: int, hi: int) -> bool:
    """Whether several measures are compared there with one and the same limit (`ALT or AST > 3 x ULN`)."""
    found = [one for at in _leaves_at(line, lo, hi) for one in line.row.data[at]]  # type: ignore[attr-defined]  # leaves
    bounds = {(one.interval, one.unit, one.reference) for one in found if isinstance(one, Compare)}
    return len(found) > 1 and len(bounds) == 1 and all(isinstance(one, Compare) for one in found)


def _leaves_at(line: Reading, lo: int, hi: int) -> list[int]:
    return [at for at in range(lo, hi) if line.row.code[at] == LEAF]


def _is_number(leaves_there: object) -> bool:
    return isinstance(leaves_there, list) and all(bears_number(leaf) for leaf in leaves_there)


def _knows(line: Reading, lo: int, hi: int) -> bool:
    return line.row.facts[hi] > line.row.facts[lo]


def of_kind(
    line: Reading, lo: int, hi: int, req: bool, depth: int, kind: type[And] | type[Or] | None
) -> Expression | None:
    """The list there, joined as its coordinators say; `kind`: what joins it whatever they say."""
    pieces = pieces_of(line, lo, hi)
    if len(pieces) == 1:
        return part_of(line, pieces[0].lo, pieces[0].hi, req, depth).whole
    if introduces(line, pieces):
        rest = line.read(pieces[1].lo, hi, req, depth + 1)
        if rest is None or (only_asks(rest)) or all(getattr(leaf, "when", None) for leaf in leaves(rest)):
            return rest if rest is not None and not only_asks(rest) else line.question(lo, hi)
        return joined(And, (rest, line.question(lo, hi)), line.span(lo, hi))
    pieces = merged(line, pieces, req)
    if len(pieces) == 1:
        return part_of(line, pieces[0].lo, pieces[0].hi, req, depth).whole
    if kind is not None:
        return _joined_parts(line, pieces, kind, req, depth)
    joints = {piece.joint for piece in pieces[1:]}
    if BUT in joints:
        return _around(line, pieces, OR if _of_the_last(line, pieces, req) else BUT, req, depth)
    if req and AND in joints and OR in joints:
        comma_and = any(piece.joint == AND and piece.comma and is_explicit(line, piece) for piece in pieces[1:])
        comma_or = any(piece.joint == OR and piece.comma and is_explicit(line, piece) for piece in pieces[1:])
        return _around(line, pieces, AND if comma_and and not comma_or else OR, req, depth)
    if not req and OR in joints and any(piece.joint == AND and is_explicit(line, piece) for piece in pieces[1:]):
        return _around(line, pieces, OR, req, depth)
    if OR in joints and req and (more := behind_alternatives(line, pieces)):
        return _and_more(line, pieces, more, depth)
    if OR in joints:
        return _joined_parts(line, pieces, Or, req, depth)
    if not req and _says_both(line, pieces[0].lo):
        return _joined_parts(line, pieces, And, req, depth)
    return _joined_parts(line, pieces, And if req else Or, req, depth)


def _and_more(line: Reading, pieces: list[Piece], rest: int, depth: int) -> Expression | None:
    """`A or B, C, D` as a demand: what goes on with numbers, or with words alone, is demanded too; of things that could
    be further alternatives a person must say which they are."""
    lo, hi = pieces[0].lo, pieces[-1].hi
    parts = [line.read(piece.lo, piece.hi, True, depth + 1) for piece in pieces[rest:]]
    if any(part is not None and is_plain(part) for part in parts):
        return line.question(lo, hi)
    either = line.read(lo, pieces[rest - 1].hi, True, depth + 1)
    return joined(And, [either, *parts], line.span(lo, hi))


def _of_the_last(line: Reading, pieces: list[Piece], req: bool) -> bool:
    """Whether `but` speaks of the last alternative alone: no comma parts it from that one (`X, or Y but not Z`). In a
    demand a comma must stand before the alternative too."""
    place = next(at for at, piece in enumerate(pieces) if piece.joint == BUT)
    if pieces[place].comma:
        return False
    before = [piece for piece in pieces[:place] if piece.joint == OR and is_explicit(line, piece)]
    return bool(before) and (not req or before[-1].comma)


def _says_both(line: Reading, lo: int) -> bool:
    """Whether `both` stands before the list."""
    row = line.row
    while row.code[lo] == SKIP and row.word[lo] != "both":
        lo += 1
    while lo > 0 and row.word[lo] != "both" and row.code[lo - 1] == SKIP:
        lo -= 1
    return row.word[lo] == "both"


def _around(line: Reading, pieces: list[Piece], joint: int, req: bool, depth: int) -> Expression | None:
    """The list cut at the joint that binds least."""
    groups: list[list[Piece]] = [[pieces[0]]]
    for piece in pieces[1:]:
        if piece.joint == joint and not goes_on(line, groups[-1][-1], piece):
            groups.append([piece])
        else:
            groups[-1].append(piece)
    kind = Or if joint == OR else And
    parts: list[Expression | None] = []
    for group in groups:
        lo, hi = group[0].lo, group[-1].hi
        denied = joint == BUT and group[0].joint == BUT and line.row.data[lo - 1] == "not" and not req
        if denied and len(parts) == 1 and parts[0] is not None:
            parts = [but_not(line, parts[0], lo, hi, depth, line.span(pieces[0].lo, hi))]
        else:
            parts.append(_group(line, group, req, depth, joint))
    return joined(kind, parts, line.span(pieces[0].lo, pieces[-1].hi))


def _group(line: Reading, group: list[Piece], req: bool, depth: int, joint: int) -> Expression | None:
    first = group[0]
    if joint == BUT and first.joint == BUT and line.row.data[first.lo - 1] == "not":
        inner = line.read(first.lo, group[-1].hi, not req, depth + 1)
        return None if inner is None else negation(inner, line.span(first.lo, group[-1].hi))
    return line.read(first.lo, group[-1].hi, req, depth + 1)


def _joined_parts(
    line: Reading, pieces: list[Piece], kind: type[And] | type[Or], req: bool, depth: int
) -> Expression | None:
    lo, hi = pieces[0].lo, pieces[-1].hi
    span = line.span(*line.trimmed(lo, hi))
    read = [_piece(line, piece, req, depth) for piece in pieces]
    if any(part.whole is not None and only_asks(part.whole) for part in read):
        read = _questions_merged(line, pieces, _governed(line, pieces, read))
    if len(read) == len(pieces):
        pieces, read = within_clauses(line, pieces, read, req)
        if len(read) == 1:
            return read[0].whole
    if _names_sexes(read, req):
        return line.question(*line.trimmed(lo, hi))
    doubtful = _doubtful(line, pieces, read, kind, req, span)
    if doubtful is not None:
        return doubtful
    if kind is And and req and len(read) == len(pieces):
        read = with_the_other_limit(read)
    if kind is And:
        return each_of(line, pieces, read, req, span)
    whole_list = len(read) == len(pieces)
    if whole_list and shares_noun(line, pieces, read):
        question = line.question(*line.trimmed(pieces[0].lo, pieces[1].hi))
        read = [Part(question, None, False, False), *read[2:]]
        if len(read) == 1:
            return question
    elif whole_list and shares_adjective(line, pieces, read):
        asked = joined(And, (read[1].bare, line.question(*line.trimmed(pieces[0].lo, pieces[1].hi))), span)
        read = [read[0], read[1]._replace(whole=asked, direct=False), *read[2:]]
    if whole_list and read[-1].trail and all(one_limit(one, read[-1]) for one in read[:-1]):
        # `ALT or AST > 3 x ULN (5 x ULN with metastases)`: what stands behind one limit is of all that share it
        return joined(And, (joined(Or, [part.bare for part in read], span), line.question(*line.trimmed(lo, hi))), span)
    sharing = sharing_parts(read)
    shared = [part.bare for part, shares in zip(read, sharing, strict=True) if shares]
    rest = [part for part, shares in zip(read, sharing, strict=True) if not shares] if len(shared) > 1 else read
    wholes = [part.whole if part.bare is not None else _asked(line, part.whole, lo, hi) for part in rest]
    if len(shared) > 1:
        either = joined(Or, shared, span)
        wholes.insert(0, joined(And, (either, line.question(*line.trimmed(lo, hi))), span))
    return joined(Or, wholes, span)


def _names_sexes(read: list[Part], req: bool) -> bool:
    """Whether a sex stands as a part of its own where it cannot be a demand by itself."""
    sexes = {part.whole.sex for part in read if type(part.whole) is Sex}
    return len(sexes) > 1 or (bool(sexes) and not req and len(read) > 1)


def _governed(line: Reading, pieces: list[Piece], read: list[Part]) -> list[Part]:
    """The parts, those made questions that follow one whose words make it a question: `risk of stroke, bleeding`."""
    facts = line.row.facts
    governed = False
    out: list[Part] = []
    for piece, part in zip(pieces, read, strict=True):
        asks = part.whole is not None and only_asks(part.whole)
        if asks:
            governed = facts[piece.hi] > facts[piece.lo]
        elif governed and part.direct and part.bare is not None and is_plain(part.bare):
            out.append(Part(line.question(piece.lo, piece.hi), None, False, False))
            continue
        else:
            governed = False
        out.append(part)
    return out


def _questions_merged(line: Reading, pieces: list[Piece], read: list[Part]) -> list[Part]:
    """The parts, questions beside one another made one."""
    out: list[Part] = []
    begin = -1
    for piece, part in zip(pieces, read, strict=True):
        asks = part.whole is not None and only_asks(part.whole)
        if asks and begin >= 0:
            out[-1] = Part(line.question(*line.trimmed(begin, piece.hi)), None, False, False)
            continue
        begin = piece.lo if asks else -1
        out.append(part)
    return out


def _asked(line: Reading, whole: Expression | None, lo: int, hi: int) -> Expression | None:
    """A question of one or two words cannot be answered by itself (`renal or hepatic failure`): the list is asked."""
    if isinstance(whole, Judgement) and len(whole.text.split()) < 3 and whole.span is not None:
        starts = line.row.start
        first, last = bisect_left(starts, whole.span[0]), bisect_left(starts, whole.span[1])
        if line.row.code[first:last].count(WORD) < 2:
            return line.question(*line.trimmed(lo, hi))
    return whole


def _piece(line: Reading, piece: Piece, req: bool, depth: int) -> Part:
    if _STEERING.isdisjoint(line.row.code[piece.lo : piece.hi]) or _STEERING.isdisjoint(
        outer(line, piece.lo, piece.hi)
    ):
        return part_of(line, piece.lo, piece.hi, req, depth)
    whole = line.read(piece.lo, piece.hi, req, depth + 1)
    return Part(whole, whole, False, False)


def _is_measured(node: Expression) -> bool:
    """Whether a number, a level or a test is what the part is about, questions about it left aside."""
    parts = node.parts if isinstance(node, And) else (node,)
    return isinstance(parts[0], _MEASURED) and all(isinstance(part, Judgement) for part in parts[1:])


def _share_limit(first: Expression, second: Expression) -> bool:
    """Whether one limit is stated for two measures (`ALT or AST below 3`)."""
    if not (isinstance(first, Compare) and isinstance(second, Compare)):
        return False
    # either of two is enough that reach a limit from below (`PEEP or CPAP at least 5`)
    if first.interval.high is None:
        return False
    return first.interval == second.interval and first.reference == second.reference and first.unit == second.unit


def _doubtful(
    line: Reading, pieces: list[Piece], read: list[Part], kind: type[And] | type[Or], req: bool, span: Span
) -> Expression | None:
    """Two numbers joined in a way that can be meant as and or as or: what both readings agree on is decided by the
    data, what lies between them by a person."""
    parts = [part.whole for part in read]
    if len(parts) != 2:
        return None
    first, second = parts
    if first is None or second is None or not (_is_measured(first) or _is_measured(second)):
        return None
    if any(not _is_measured(part) and not only_asks(part) for part in (first, second)):
        return None
    if isinstance(first, Compare) and isinstance(second, Compare) and first.measure.key == second.measure.key:
        return None
    joint = pieces[1]
    if joint.both and req and kind is Or and _share_limit(first, second):
        return joined(And, (first, second), span)
    if req and kind is Or and not _share_limit(first, second):
        return None
    if not req and (joint.joint != AND or not is_explicit(line, joint)):
        return None
    if req and kind is And:
        return None
    question = line.question(*line.trimmed(pieces[0].lo, pieces[-1].hi))
    if question is None:
        return None
    said, word = ("or", "inclusion") if req else ("and", "exclusion")
    line.doubt(
        "CRIT-201",
        f"{said!r} between two limits of an {word} can mean that both or that one of them counts",
        "one of the two readings",
        "write the criterion in the protocol file with the reading that is meant",
    )
    return AtLeast(2, (first, second, replace(question, prompts=(ENOUGH,))), span)
