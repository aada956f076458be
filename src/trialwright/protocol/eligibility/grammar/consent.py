"""Reads informed consent: by whom, given or refused, and what is asked beside it."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.markers import (
    CONSENT,
    CONSENT_WORDS,
    LEAF,
    MODAL,
    OPINION,
    OR,
    OTHER,
    REFUSING,
    REPRESENTATIVE,
    SEX,
    WORD,
    words_of,
)
from trialwright.protocol.eligibility.grammar.reading import Reading, joined
from trialwright.protocol.eligibility.tree import And, Consent, Expression, Not, Or, Present

_PARTICIPANT = words_of("patient patients subject subjects participant participants ability able understand")


def consented(line: Reading, lo: int, hi: int, req: bool) -> Expression | None:
    """A stretch that speaks of consent and of nothing else that is known; None where it is to be read as a list."""
    row = line.row
    codes = row.code[lo:hi]
    if SEX in codes or any(not _is_participation(row.data[at]) for at in range(lo, hi) if row.code[at] == LEAF):
        return None
    words = row.word[lo:hi]
    span = line.span(lo, hi)
    given: Expression | None = _by(words, codes, span)
    assert given is not None
    refused = not REFUSING.isdisjoint(words)
    if refused and not req:
        given = Not(given, span)
    elif refused or (not req and "not" in words):
        return line.question(lo, hi)
    rest = [
        word
        for word, what in zip(words, codes, strict=True)
        if what in (WORD, OPINION, OTHER, MODAL) and word not in CONSENT_WORDS
    ]
    if not rest:
        return given
    return joined(And if req else Or, (given, line.question(lo, hi)), span)


def _is_participation(leaves: object) -> bool:
    """Whether what is named is taking part in the trial, which consent is about."""
    return isinstance(leaves, list) and all(
        isinstance(leaf, Present) and leaf.concept.id == "clinical-trial-participation" and leaf.when is None
        for leaf in leaves
    )


def _by(words: list[str], codes: list[int], span: tuple[int, int]) -> Expression:
    """Who consents: one of two where the words name both."""
    if REPRESENTATIVE.isdisjoint(words):
        return Consent("participant", span)
    place = min(words.index(word) for word in REPRESENTATIVE if word in words)
    before = OR in codes[:place] or "/" in words[:place]
    if before and (codes.index(CONSENT) < place or not _PARTICIPANT.isdisjoint(words[:place])):
        return Or((Consent("participant", span), Consent("representative", span)), span)
    if not _PARTICIPANT.isdisjoint(words[:place]):
        return Consent(None, span)
    return Consent("representative", span)
