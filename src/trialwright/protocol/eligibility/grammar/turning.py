"""Turns what a line names: exclusions among the demands, and things that are named to be denied."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.markers import CLOSE, COLON, LEAF, NEG, SEMI, SKIP, STOP
from trialwright.protocol.eligibility.grammar.row import Row

# said behind a thing: it is not there, or not allowed; those of `_GONE` without a negation
_GONE = frozenset(("absent", "unlikely", "ruled", "excluded", "disallowed", "prohibited", "forbidden", "exclusionary"))
_ALLOWED = frozenset(("allowed", "permitted", "acceptable", "disallowed", "prohibited", "forbidden", "exclusionary"))
_THERE = frozenset(("present", "detected", "detectable", "found", "evident", "suspected", "observed", "identified"))
_BEING = frozenset(("be", "is", "are", "were"))
DENYING = _GONE | _ALLOWED | _THERE
_SECTIONS = frozenset(
    ("exclude", "excludes", "excluded", "exclusion", "exclusions", "inclusion", "include", "included")
)


def turn(row: Row) -> None:
    """Reads `Exclude patients with X`, `Exclusion: X` as an exclusion wherever it stands; what that may mean with a
    negation or several sentences, and an inclusion named among the exclusions, is left to a person."""
    words, code = row.word, row.code
    at = 0
    while at < min(3, len(words)) and not words[at][:1].isalpha() and code[at] != LEAF:
        at += 1
    if at >= len(words) or words[at] not in _SECTIONS:
        return
    code[:at] = [SKIP] * at  # the label of the item
    colon = at + 1
    while colon < len(words) and words[colon] in ("criteria", "criterion"):
        colon += 1
    headed = colon < len(words) and code[colon] == COLON
    if words[at].startswith("include") or words[at] == "inclusion":
        row.asks = headed and not row.required
        return
    if not headed and words[at] not in ("exclude", "excludes", "excluded"):
        return
    code[at], row.data[at] = NEG, "out"
    if headed:
        code[colon] = SKIP
    rest = code[at + 1 : -1]
    row.asks = row.asks or NEG in rest or SEMI in rest or STOP in rest or COLON in rest


def denies_what_stands_before(row: Row) -> bool:
    """Whether something is named and then said not to be there (`stroke has been ruled out`), or not to be allowed."""
    code, words = row.code, row.word
    for at, word in enumerate(words):
        if word not in DENYING or code[at] == LEAF or (code[at] == NEG and row.data[at] == "out"):
            continue
        before = at - 1
        while before >= 0 and code[before] in (SKIP, NEG):
            before -= 1
        if before < 0 or code[before] not in (LEAF, CLOSE) or LEAF in code[at + 1 : at + 4]:
            continue
        if NEG in code[before:at] or word in _GONE:
            shut_out = word == "excluded" and not _BEING.isdisjoint(words[before + 1 : at])
            return row.required or not (shut_out or word in _ALLOWED)
    return False
