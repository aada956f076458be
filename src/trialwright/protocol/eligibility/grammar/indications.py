"""Gives a time that stands behind what a drug is given for to the drug: the indication is no demand of its own."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.members import IDLE, JOINS, Line
from trialwright.protocol.eligibility.tree import Side, Window

_NO_INDICATION = frozenset({"drug", "procedure"})


def to_the_drugs(line: Line) -> None:
    """Hands the time of `steroids at a high dose, for asthma within 28 days` from the asthma to the steroids."""
    words = line.tokens.word
    for fact in line.facts:
        when = fact.when
        if fact.dropped or fact.sort in _NO_INDICATION or not isinstance(when, Window) or when.side is not Side.BEFORE:
            continue
        if "for" not in (words[fact.begin], words[fact.begin - 1] if fact.begin else ""):
            continue
        drugs = _drugs_before(line, fact)
        if not drugs:
            continue
        for drug in drugs:
            if drug.when is None:
                drug.when = when
        fact.dropped = True


def _drugs_before(line: Line, fact: Fact) -> list[Fact]:
    """The drugs of the same sentence, outside of brackets: the last one named, and those of its list."""
    words = line.tokens.word
    low = next((at + 1 for at in range(fact.begin - 1, -1, -1) if words[at] == ";"), 0)
    outside = _outside(words, low, fact.begin)
    named = [other for other in line.facts if other.sort == "drug" and not other.dropped and other.begin in outside]
    named.sort(key=lambda other: other.begin)
    out = named[-1:]
    for other in reversed(named[:-1]):
        if not set(words[other.end : out[-1].begin]) <= JOINS | IDLE:
            break
        out.append(other)
    return out


def _outside(words: list[str], low: int, high: int) -> set[int]:
    """The tokens there that stand in no brackets."""
    out = set()
    deep = 0
    for at in range(low, high):
        deep = max(0, deep + (words[at] == "(") - (words[at] == ")"))
        if not deep:
            out.add(at)
    return out
