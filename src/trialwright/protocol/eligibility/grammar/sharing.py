"""Tells which words of a list narrow several of its parts, and which parts nobody can have all of."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.markers import AND, LEAF, LINK, NEG, OR, WITH, WORD, words_of
from trialwright.protocol.eligibility.grammar.parts import Part
from trialwright.protocol.eligibility.grammar.pieces import Piece, is_adjective, names_cause
from trialwright.protocol.eligibility.grammar.reading import Reading, bears_constraint, is_plain, joined, thing_of
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import And, Expression, Kind, Not, Or, Present, Span, leaves

_QUALIFIERS = words_of(
    """
    severe serious significant active uncontrolled unstable systemic advanced chronic acute major symptomatic
    decompensated progressive moderate clinically mild primary congenital
    """
)
# nouns that several organs before them share
_HEADS = words_of(
    "disease disorder failure dysfunction insufficiency impairment injury infection illness condition function surgery "
    "cancer tumor abnormality"
)
_NARROWING = frozenset(("requiring", "complicated", "treated", "needing"))
_RELATIVE = frozenset(("that", "which", "who", "whose"))
# of these one before the first of two things is as a rule meant of both
_OF_BOTH = words_of("severe uncontrolled active unstable untreated symptomatic advanced decompensated serious")


def each_of(line: Reading, pieces: list[Piece], read: list[Part], req: bool, span: Span) -> Expression | None:
    """All of the parts; of several diseases that nobody has at once (`AML, CML and MDS`) a person says which are meant,
    where one of them is there."""
    wholes = [part.whole for part in read]
    named = [part for part in wholes if part is not None and is_plain(part)]
    if req and len(named) > 2 and len(named) == len(wholes) and all(_is_disease(part) for part in named):
        return joined(And, (joined(Or, named, span), line.question(*line.trimmed(pieces[0].lo, pieces[-1].hi))), span)
    return joined(And, wholes, span)


def _is_disease(part: Expression) -> bool:
    return isinstance(part, Present) and part.kind is Kind.CONDITION


def shares_noun(line: Reading, pieces: list[Piece], read: list[Part]) -> bool:
    """Whether the first part lacks its noun, which the second one has, so that the word it begins with narrows both:
    `severe heart or kidney disease`."""
    first, second = read[0], read[1]
    if first.bare is not None or second.bare is None or not second.direct or not is_plain(second.bare):
        return False
    row = line.row
    words = [at for at in range(pieces[0].lo, pieces[0].hi) if row.code[at] == WORD]
    if len(words) > 1 and words[-1] == pieces[0].hi - 1 and is_adjective(row.word[words[-1]]):
        begin = line.trimmed(pieces[1].lo, pieces[1].hi)[0]
        first_word = row.text[row.start[begin] : row.end[begin]].split(None, 1)[0].lower()
        if is_adjective(first_word) and len(row.text[row.start[begin] : row.end[begin]].split()) > 1:
            return True  # `high doses of oral or inhaled steroids`
    if not 1 < len(words) < 6 or row.word[words[0]] not in _QUALIFIERS or len(row.word[words[-1]]) < 3:
        return False
    begin, stop = line.span(*line.trimmed(pieces[1].lo, pieces[1].hi))
    named = row.text[begin:stop].lower().split()
    return len(named) > 1 and named[-1].rstrip("s") in _HEADS


def sharing_parts(read: list[Part]) -> list[bool]:
    """Which parts of an or-list share the words that narrow the first or the last of them (`severe asthma or COPD`)."""
    share = [False] * len(read)
    if not (read[0].lead or read[-1].trail):
        return share
    known = [part.bare is not None for part in read]
    if read[0].lead and known[0]:
        share[0] = True
        for place in range(1, len(read)):
            part = read[place]
            if known[place] and not part.lead and part.direct and part.bare is not None and _is_simple(part.bare):
                share[place] = True
            elif known[place]:
                break
    if read[-1].trail and known[-1]:
        for place in range(len(read) - 1, -1, -1):
            part = read[place]
            if known[place] and part.bare is not None and _is_simple(part.bare):
                share[place] = True
            elif known[place] or place == len(read) - 1:
                break
    return share if sum(share) > 1 else [False] * len(read)


def _is_simple(node: Expression) -> bool:
    return is_plain(node) or (isinstance(node, Or | Not) and all(is_plain(leaf) for leaf in leaves(node)))


def shares_adjective(line: Reading, pieces: list[Piece], read: list[Part]) -> bool:
    """Whether a word that the name of the first thing begins with may narrow the second too: `uncontrolled diabetes or
    hypertension`."""
    first, second = read[0], read[1]
    if first.lead or first.bare is None or second.lead or not second.direct or second.bare is None or pieces[1].comma:
        return False
    if not is_plain(first.bare) or not is_plain(second.bare):
        return False
    row = line.row
    begin = line.trimmed(pieces[0].lo, pieces[0].hi)[0]
    return row.text[row.start[begin] : row.end[begin]].split(None, 1)[0].lower() in _OF_BOTH


def _governed(line: Reading, last: Piece, piece: Piece, before: Part, part: Part, req: bool) -> Part | None:
    """What two parts state together where the second may go on what narrows the first: `A without B or C` is all that
    the first becomes; of `A with B or C`, C alone is left to a person; its `bare` is None then."""
    row = line.row
    if piece.comma and not names_cause(line, last):
        return None
    if row.code[piece.lo] != LEAF or not part.direct or part.bare is None or row.code[last.hi - 1] != LEAF:
        return None
    first = next((at for at in range(last.lo, last.hi) if row.code[at] == LEAF), last.hi)
    between = row.code[first + 1 : last.hi - 1]
    span = line.span(last.lo, piece.hi)
    if NEG in between and not piece.comma:
        denied = before.whole.parts[-1] if isinstance(before.whole, And) else None
        if not isinstance(before.whole, And) or not isinstance(denied, Not) or not _is_simple(part.bare):
            return None
        either = joined(Or, (denied.part, part.bare), denied.span)
        assert either is not None
        whole = joined(And, (*before.whole.parts[:-1], Not(either, denied.span)), span)
        return Part(whole, whole, before.lead, False)
    if req and piece.joint == AND:
        return None
    narrows = WITH in between or not _NARROWING.isdisjoint(row.word[first + 1 : last.hi - 1])
    caused = names_cause(line, last)
    if not narrows and not caused:
        return None
    begin, stop = row.data[first], row.data[last.hi - 1]
    if isinstance(begin, list) and isinstance(stop, list) and not caused and _is_kind_of(stop[0], begin[0]):
        return None  # `infection with HIV or hepatitis B`
    asked = line.question(*line.trimmed(last.lo, piece.hi))
    return Part(joined(And, (part.bare, asked), span), None, False, False)


def _is_kind_of(one: Expression, other: Expression) -> bool:
    thing, broad = thing_of(one), thing_of(other)
    if thing is None or broad is None or thing.id is None or broad.id is None:
        return False
    return is_a(thing.id, broad.id)


def within_clauses(line: Reading, pieces: list[Piece], read: list[Part], req: bool) -> tuple[list[Piece], list[Part]]:
    """The parts, those that only go on a relative clause of the part before (`which prevents absorption of A or B`)
    left to a person with the words before."""
    out, parts = pieces[:1], read[:1]
    head = pieces[0]
    for piece, part in zip(pieces[1:], read[1:], strict=True):
        last = out[-1]
        relative = piece.comma and line.row.word[piece.lo] in _RELATIVE
        if relative and part.whole is not None and bears_constraint(part.whole) and parts[-1].whole is not None:
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
            whole = joined(And, (parts[-1].whole, part.whole), line.span(last.lo, piece.hi))
            parts[-1] = Part(whole, whole, False, False)
        elif parts[-1].bare is not None and (relative or goes_on(line, last, piece)):
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
            bare = parts[-1].bare
            first = bare.parts[0] if isinstance(bare, And) else bare
            asked = line.question(*line.trimmed(last.lo, piece.hi))
            parts[-1] = Part(joined(And, (first, asked), line.span(last.lo, piece.hi)), first, False, True)
        elif (governed := _governed(line, head, piece, parts[-1], part, req)) is not None:
            if governed.bare is None:
                parts.append(governed._replace(bare=governed.whole))
                out.append(piece)
                continue
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
            parts[-1] = governed
        else:
            out.append(piece)
            parts.append(part)
        head = out[-1]
    return out, parts


def goes_on(line: Reading, last: Piece, piece: Piece) -> bool:
    """Whether a thing is joined to the noun right after a preposition in the relative clause of the part before."""
    row = line.row
    end = piece.lo - 1
    if piece.comma or row.code[piece.lo] != LEAF or end < 2 or row.code[end] not in (AND, OR):
        return False
    return row.code[end - 1] in (WORD, LEAF) and row.code[end - 2] in (LINK, WITH) and _in_clause(line, last)


def _in_clause(line: Reading, piece: Piece) -> bool:
    """Whether a relative clause follows what a part states first."""
    row = line.row
    first = next((at for at in range(piece.lo, piece.hi) if row.code[at] == LEAF), piece.hi)
    return not _RELATIVE.isdisjoint(row.word[first : piece.hi])
