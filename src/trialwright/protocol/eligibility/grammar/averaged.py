"""Keeps the average and the change of a quantity apart from it: what bounds a mean, or a rise, bounds no value."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.amounts import Amount
from trialwright.protocol.eligibility.grammar.changes import CHANGES
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.grammar.variables import Variable
from trialwright.protocol.eligibility.lexicon.loading import entry

AVERAGES = frozenset({"average", "mean", "median", "averaged", "avg", "averages"})
DERIVING = AVERAGES | CHANGES
_PARTING = frozenset({",", ";", ".", ":", "with", "who", "which", "that", "if", "when", "(", ")"})
_FARTHEST = 8  # tokens from an average to what it is an average of


def _of_an_average(tokens: Tokens, amount: Amount, variable: Variable, floor: int) -> Variable | None:
    """The variable with the word that makes it an average (`mean of two pressures >= 140`), under its words alone; None
    where it is none."""
    words = tokens.word
    if variable.last > amount.first:
        return None
    if words[variable.first] in AVERAGES:
        known = entry(variable.id) if variable.id is not None else None
        return None if known is None or known.name.split()[0] in AVERAGES else variable._replace(id=None)
    for at in range(variable.first - 1, max(floor, variable.first - _FARTHEST) - 1, -1):
        if words[at] in AVERAGES:
            return Variable(None, at, variable.last)
        if words[at] in _PARTING:
            break
    for at in range(variable.last, min(amount.first, variable.last + _FARTHEST)):
        if words[at] in AVERAGES:
            close = words.index(")", at, amount.first) if ")" in words[at : amount.first] else at
            return Variable(None, variable.first, close + 1)
    return None


def _of_a_change(tokens: Tokens, amount: Amount, variable: Variable, floor: int) -> Variable | None:
    """The variable with the word of change before it (`increase in creatinine > 50 %`), under its words alone; None
    where there is none."""
    words, at = tokens.word, variable.first - 1
    if variable.last > amount.first or not {"to", "at"}.isdisjoint(words[variable.last : amount.first]):
        return None
    while at > floor and words[at] in {"the", "serum", "plasma", "baseline", "their"}:
        at -= 1
    if at < 1 or at - 1 < floor or words[at] not in {"in", "of"} or words[at - 1] not in CHANGES:
        return None
    return None if words[at - 1] in {"elevated", "elevation"} else Variable(None, at - 1, variable.last)


def derived_of(tokens: Tokens, amount: Amount, variable: Variable, floor: int) -> Variable | None:
    """The variable of an amount, under its words alone where they say that its average or its change is meant; None
    where `on average` stands behind the amount: what is meant then has no name."""
    if tokens.word[amount.last : amount.last + 2] == ["on", "average"]:
        return None
    averaged = _of_an_average(tokens, amount, variable, floor)
    return averaged or _of_a_change(tokens, amount, variable, floor) or variable
