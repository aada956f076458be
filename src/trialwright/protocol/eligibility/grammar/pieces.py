"""Cuts a list into its parts, and puts together what commas and coordinators part only in appearance."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.markers import (
    AND,
    BUT,
    CAUSES,
    COMMA,
    LEAF,
    LINK,
    MODAL,
    NEG,
    OPEN,
    OPINION,
    OR,
    OTHER,
    SKIP,
    SLASH,
    WORD,
    words_of,
)
from trialwright.protocol.eligibility.grammar.reading import Reading, is_plain
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import Exposure, Or, Ordinal, Present

_CUTTING = frozenset((AND, OR, BUT, COMMA, SLASH, OPEN))

_BARE_ADJECTIVES = words_of(
    """
    strong weak major minor preexisting existing ongoing mild moderate acute chronic current recent active past new old
    high low
    """
)

_ADJECTIVES = ("ed", "ory", "ic", "al", "ive", "ous", "ent", "ant", "ar", "ary", "ble", "ute", "ere", "ild")
_SAYING_MORE = words_of(
    """
    obtained assessed measured confirmed determined calculated documented performed estimated defined based using
    according as judged verified evaluated recorded averaged taken which that who whose where
    """
)
_ASIDE = frozenset(("in", "at", "by", "as", "per", "according", "based", "judged", "upon", "on"))


class Piece(NamedTuple):
    """A part of a list with what joins it to the part before: 0 for the first, else AND, OR or BUT; `comma`: a comma
    stands there too; `both`: it is `and/or`."""

    lo: int
    hi: int
    joint: int
    comma: bool
    both: bool


def pieces_of(line: Reading, lo: int, hi: int) -> list[Piece]:
    """The parts of a list; a comma joins as the next coordinator does."""
    row = line.row
    code = row.code
    raw: list[tuple[int, int, int, bool, bool]] = []
    begin = done = lo
    joint, comma, both = 0, False, False
    for at in [at for at, what in enumerate(code[lo:hi], lo) if what in _CUTTING]:
        if at < done:
            continue
        what = code[at]
        if what == OPEN:
            done = row.match[at] + 1
            continue
        slash = what == SLASH
        if slash:
            if not (code[at - 1] == LEAF and at + 1 < hi and code[at + 1] == LEAF):
                continue
            what = OR
        if at > begin:
            raw.append((begin, at, joint, comma, both))
            joint, comma, both = 0, False, False
        if what == COMMA:
            comma = True
        else:
            joint = what
            both = slash or row.data[at] == "both"
        begin = at + 1
    if begin < hi:
        raw.append((begin, hi, joint, comma, both))
    out: list[Piece] = []
    later = 0
    for place in range(len(raw) - 1, 0, -1):
        begin, stop, joint, comma, both = raw[place]
        if joint:
            later = joint if joint != BUT else AND
        else:
            joint = later
        out.append(Piece(begin, stop, joint, comma, both))
    if raw:
        begin, stop, _, comma, both = raw[0]
        out.append(Piece(begin, stop, 0, comma, both))
    out.reverse()
    return out


def introduces(line: Reading, pieces: list[Piece]) -> bool:
    """Whether the first part is a phrase like `within two weeks of enrolment,` that concerns all that follows."""
    row = line.row
    first, second = pieces[0], pieces[1]
    return (
        _opens_with_preposition(line, first.lo)
        and row.facts[first.hi] == row.facts[first.lo]
        and second.comma
        and not is_explicit(line, second)
    )


def _opens_with_preposition(line: Reading, lo: int) -> bool:
    code = line.row.code
    if code[lo] == LINK:
        return True
    while lo and code[lo - 1] == SKIP:
        lo -= 1
    return lo > 0 and code[lo - 1] == LINK


def merged(line: Reading, pieces: list[Piece], req: bool) -> list[Piece]:
    """The pieces, those put together that commas and coordinators part only in appearance."""
    facts = line.row.facts
    pieces = _with_causes_merged(line, _with_stages_merged(line, _with_indications_merged(line, pieces)))
    for piece in pieces:
        if facts[piece.hi] == facts[piece.lo] or piece.joint == BUT:
            break
    else:
        return pieces
    pieces = _with_adjectives_merged(line, _with_opinions_merged(line, pieces))
    return _with_words_merged(line, _with_contrasts_merged(line, pieces), req)


def _with_indications_merged(line: Reading, pieces: list[Piece]) -> list[Piece]:
    """The pieces, what a drug is given for made one with the words before it (`steroids, for asthma`)."""
    row = line.row
    if "for" not in row.word:
        return pieces
    out: list[Piece] = []
    drug = False
    for piece in pieces:
        if (drug and row.word[piece.lo] == "for") or (out and _is_other_use(line, out[-1], piece)):
            last = out[-1]
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
            continue
        drug = drug or any(
            row.code[at] == LEAF and isinstance(row.data[at][0], Exposure)  # type: ignore[index]  # leaves
            for at in range(piece.lo, piece.hi)
        )
        out.append(piece)
    return out


def _is_other_use(line: Reading, last: Piece, piece: Piece) -> bool:
    """Whether a piece only goes on what a thing is for: `for gout or other diseases`."""
    row = line.row
    if piece.comma or row.code[piece.lo] != OTHER or row.facts[piece.hi] > row.facts[piece.lo]:
        return False
    return "for" in row.word[last.lo + 1 : last.hi]


def _with_causes_merged(line: Reading, pieces: list[Piece]) -> list[Piece]:
    """The pieces, a second cause made one with the first (`anaemia due to iron deficiency or bleeding`)."""
    row = line.row
    if CAUSES.isdisjoint(row.word):
        return pieces
    out = pieces[:1]
    for piece in pieces[1:]:
        last = out[-1]
        if (
            not piece.comma
            and piece.joint != BUT
            and row.code[piece.lo] in (LEAF, WORD)
            and names_cause(line, last)
            and (row.code[piece.lo] == WORD or is_plain(row.data[piece.lo][0]))  # type: ignore[index]  # leaves
            and MODAL not in row.code[piece.lo : piece.hi]
        ):
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
        else:
            out.append(piece)
    return out


def names_cause(line: Reading, piece: Piece) -> bool:
    """Whether a piece states something and then what it is due to."""
    row = line.row
    first = next((at for at in range(piece.lo, piece.hi) if row.code[at] == LEAF), piece.hi)
    return not CAUSES.isdisjoint(row.word[first + 1 : piece.hi - 1]) and row.code[piece.hi - 1] in (LEAF, WORD)


def _with_stages_merged(line: Reading, pieces: list[Piece]) -> list[Piece]:
    """The pieces, the stage of a tumour behind a comma made one with it (`melanoma, unresectable stage III`)."""
    row = line.row
    out = pieces[:1]
    for piece in pieces[1:]:
        last = out[-1]
        if (
            piece.comma
            and row.code[piece.hi - 1] == LEAF
            and row.code[last.hi - 1] == LEAF
            and not is_explicit(line, piece)
            and LEAF not in row.code[piece.lo : piece.hi - 1]
            and _is_staged(row.data[last.hi - 1], row.data[piece.hi - 1])
        ):
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
        else:
            out.append(piece)
    return out


def _is_staged(tumour: object, stage: object) -> bool:
    """Whether the leaves are a tumour and nothing but stages of a tumour."""
    if not (isinstance(tumour, list) and isinstance(stage, list) and len(tumour) == len(stage) == 1):
        return False
    one, parts = tumour[0], stage[0].parts if isinstance(stage[0], Or) else stage
    if not (isinstance(one, Present) and one.concept.id is not None and is_a(one.concept.id, "cancer")):
        return False
    return all(isinstance(part, Ordinal) and part.scale.id == "stage" and part.of is None for part in parts)


def _with_adjectives_merged(line: Reading, pieces: list[Piece]) -> list[Piece]:
    """The pieces, adjectives that share a noun made one with it (`relapsed or refractory lymphoma`)."""
    row = line.row
    out: list[Piece] = []
    for piece in pieces:
        if out and row.facts[out[-1].hi] == row.facts[out[-1].lo] and row.facts[piece.hi] > row.facts[piece.lo]:
            last = out[-1]
            if _shares_noun(line, last, piece) or _may_be_inside(line, last, piece):
                out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
                continue
        out.append(piece)
    return out


def _shares_noun(line: Reading, last: Piece, piece: Piece) -> bool:
    """Whether both end or begin in an adjective, before a noun that then belongs to both."""
    row = line.row
    if row.code[last.hi - 1] != WORD or not is_adjective(row.word[last.hi - 1]) or row.code[piece.lo] != WORD:
        return False
    at = piece.lo
    while at < piece.hi and row.code[at] == WORD:
        at += 1
    if at < piece.hi and row.code[at] == LEAF:
        return is_adjective(row.word[at - 1])
    words_only = all(what in (SKIP, WORD) for what in row.code[last.lo : last.hi])
    return words_only and is_adjective(row.word[piece.lo])


def is_adjective(word: str) -> bool:
    """Whether a word looks like an adjective."""
    return word.endswith(_ADJECTIVES) or word in _BARE_ADJECTIVES


def _may_be_inside(line: Reading, last: Piece, piece: Piece) -> bool:
    """Whether `or this` may go on a phrase within words that are not understood (`unfit due to age or illness`)."""
    row = line.row
    if piece.comma or row.code[piece.lo] != LEAF or not is_plain(row.data[piece.lo][0]):  # type: ignore[index]
        return False
    codes = row.code[last.lo : last.hi]
    return LINK in codes[1:] and WORD in codes[: codes.index(LINK, 1)] and codes[-1] == WORD


def _with_opinions_merged(line: Reading, pieces: list[Piece]) -> list[Piece]:
    """The pieces, those that only say whose opinion counts made one with their neighbours: they are no parts of the
    list, and what follows the words that they judge belongs to these."""
    row = line.row
    if OPINION not in row.code:
        return pieces
    out: list[Piece] = []
    glue = False
    for piece in pieces:
        idle = row.facts[piece.hi] == row.facts[piece.lo]
        says = OPINION in row.code[piece.lo : piece.hi]
        aside = (
            idle and says and (row.word[piece.lo] in _ASIDE or (not out and _opens_with_preposition(line, piece.lo)))
        )
        ending = idle and says and out and _trails(line, out[-1])
        if out and (glue or aside or ending):
            last = out[-1]
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
        else:
            out.append(piece)
        glue = aside and piece.hi - piece.lo < 9 and not glue
    return out


def _trails_words(line: Reading, piece: Piece) -> bool:
    """Whether words that are not understood end the piece."""
    return line.row.code[piece.hi - 1] in (WORD, OPINION)


def _trails(line: Reading, piece: Piece) -> bool:
    """Whether words of a relative clause follow what a piece states."""
    row = line.row
    last = max((at for at in range(piece.lo, piece.hi) if row.code[at] == LEAF), default=piece.hi)
    return any(word in ("that", "which", "who") for word in row.word[last : piece.hi])


def _with_contrasts_merged(line: Reading, pieces: list[Piece]) -> list[Piece]:
    """The pieces, `not this but that` made one."""
    out: list[Piece] = []
    for piece in pieces:
        if len(pieces) > 2 and out and piece.joint == BUT and NEG in line.row.code[out[-1].lo : out[-1].hi]:
            last = out[-1]
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
        else:
            out.append(piece)
    return out


def _with_words_merged(line: Reading, pieces: list[Piece], req: bool) -> list[Piece]:
    """The pieces, those that hold only words beside one another made one: their words are one question."""
    facts = line.row.facts
    out: list[Piece] = []
    for piece in pieces:
        idle = facts[piece.hi] == facts[piece.lo]
        if out and idle and _is_participle(line, piece):
            last = out[-1]
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
            continue
        both_idle = bool(out) and idle and facts[out[-1].hi] == facts[out[-1].lo]
        if both_idle or (out and idle and req and piece.joint == AND and _trails_words(line, out[-1])):
            last = out[-1]
            out[-1] = Piece(last.lo, piece.hi, last.joint, last.comma, last.both)
        elif idle and not line.speaks(piece.lo, piece.hi) and NEG not in line.row.code[piece.lo : piece.hi]:
            continue
        else:
            out.append(piece)
    return out if out else pieces[:1]


def _is_participle(line: Reading, piece: Piece) -> bool:
    """Whether a comma alone parts words like `measured on two days` from what they say more about."""
    row = line.row
    return piece.comma and not is_explicit(line, piece) and row.word[piece.lo] in _SAYING_MORE


def is_explicit(line: Reading, piece: Piece) -> bool:
    """Whether a coordinator stands before the piece, not a comma alone."""
    return line.row.code[piece.lo - 1] in (AND, OR)


def behind_alternatives(line: Reading, pieces: list[Piece]) -> int:
    """The first of the parts that commas alone join to alternatives (`A or B, C, D`); 0 without any."""
    last = next(at for at in range(len(pieces) - 1, -1, -1) if is_explicit(line, pieces[at]) or not at)
    return last + 1 if 0 < last < len(pieces) - 1 and pieces[last].joint == OR else 0
