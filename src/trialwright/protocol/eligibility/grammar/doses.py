"""Reads doses of a line (`> 10 mg/day`, `300 mg every 4 weeks`, `14 drinks per week`) and routes of administration."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.protocol.eligibility.grammar.stretches import UNITS, compared_after, compared_before, interval_of
from trialwright.protocol.eligibility.grammar.tokens import Tokens
from trialwright.protocol.eligibility.tree import Interval

_AMOUNTS = {
    form: unit
    for unit, forms in {
        "mg": ("mg", "mgs", "milligram", "milligrams"),
        "g": ("g", "gm", "gram", "grams"),
        "ug": ("ug", "mcg", "microgram", "micrograms"),
        "ng": ("ng",),
        "IU": ("iu",),
        "U": ("u", "unit", "units"),
        "mL": ("ml", "milliliter", "milliliters"),
        "L": ("l", "liter", "liters", "litre", "litres", "lpm"),
        "MME": ("mme",),
        "drink": ("drink", "drinks", "beverages"),
        "cigarette": ("cigarette", "cigarettes"),
        "pack": ("pack", "packs"),
        "cup": ("cup", "cups"),
        "puff": ("puff", "puffs"),
        "tablet": ("tablet", "tablets", "pills"),
        "Gy": ("gy", "cgy"),
    }.items()
    for form in forms
}
_AMOUNT_WORDS = frozenset(_AMOUNTS)
COUNTED = {
    "drink": "alcohol-consumption",
    "cigarette": "smoking",
    "pack": "smoking",
    "cup": "caffeine-consumption",
    "MME": "opioid",
    "Gy": "radiotherapy",
}
_FREQUENT = {"daily": "day", "weekly": "week", "monthly": "month", "qd": "day", "od": "day", "hourly": "hour"}
_BODY = {"kg": "kg", "m2": "m2", "m²": "m2"}
ROUTES = {
    "oral": "ORAL",
    "orally": "ORAL",
    "intravenous": "INTRAVENOUS",
    "intravenously": "INTRAVENOUS",
    "iv": "INTRAVENOUS",
    "topical": "TOPICAL",
    "topically": "TOPICAL",
    "inhaled": "INHALED",
    "intranasal": "INTRANASAL",
    "nasal": "INTRANASAL",
    "systemic": "SYSTEMIC",
    "systemically": "SYSTEMIC",
    "parenteral": "PARENTERAL",
    "subcutaneous": "SUBCUTANEOUS",
    "subcutaneously": "SUBCUTANEOUS",
    "intramuscular": "INTRAMUSCULAR",
    "intramuscularly": "INTRAMUSCULAR",
    "intravitreal": "INTRAVITREAL",
    "transdermal": "TRANSDERMAL",
    "rectal": "RECTAL",
    "intrathecal": "INTRATHECAL",
}


class Amount(NamedTuple):
    """A dose of a line. `first`, `last`: its tokens, `last` excluded; `unit`: with what it is for each of (`mg/kg`);
    `per`: day, week..., None where the text says none; `compared`: the text compares it; `equivalent`: the words "or
    equivalent" follow."""

    first: int
    last: int
    interval: Interval
    unit: str
    per: str | None
    compared: bool
    equivalent: bool


def amounts_of(tokens: Tokens) -> list[Amount]:
    """The doses of a line, in order; concentrations (`mg/dL`) and weights of the body are none."""
    if _AMOUNT_WORDS.isdisjoint(tokens.said):
        return []
    words, values = tokens.word, tokens.value
    out: list[Amount] = []
    for at in [at for at, word in enumerate(words) if word in _AMOUNTS]:
        if at == 0 or values[at] is not None:
            continue
        number = at - 2 if words[at - 1] in {"-", "standard", "alcoholic"} and at > 1 else at - 1
        if values[number] is None:
            continue
        found = _amount(tokens, number, at)
        if found is not None and (not out or found.first >= out[-1].last):
            out.append(found)
    return out


def _amount(tokens: Tokens, number: int, at: int) -> Amount | None:
    words, values = tokens.word, tokens.value
    high = low = values[number]
    if high is None or low is None:
        return None
    begin = number
    if number > 1 and words[number - 1] in {"-", "to", "~"} and values[number - 2] is not None:
        low, begin = values[number - 2], number - 2
        if low is None or low > high:
            return None
    unit, last = _AMOUNTS[words[at]], at + 1
    if words[last : last + 2] == ["of", "cigarettes"]:
        last += 2
    unit, per, last = rate(words, unit, last)
    if per == "":
        return None
    op, first = compared_before(tokens, begin)
    if op is None and begin > 1 and words[begin - 1] == "of" and words[begin - 2] in {"dose", "doses", "dosage"}:
        first = begin - 2
        earlier, at_op = compared_before(tokens, first)
        if earlier is not None:
            op, first = earlier, at_op
    tail, end = compared_after(tokens, last)
    last = end if tail is not None else last
    op = op or tail
    interval = Interval(low, high) if low != high else interval_of(op or "=", high)
    equivalent = False
    if last + 1 < len(words) and words[last] == "or" and words[last + 1] in {"equivalent", "equivalents"}:
        equivalent, last = True, last + 2
    elif last + 2 < len(words) and words[last] == "or" and words[last + 2] in {"equivalent", "equivalents"}:
        equivalent, last = True, last + 3
    return Amount(first, last, interval, unit, per, op is not None or low != high, equivalent)


def rate(words: list[str], unit: str, last: int) -> tuple[str, str | None, int]:
    """The unit and the period after an amount; the period is empty for a concentration, which is no dose."""
    count = len(words)
    per: str | None = None
    while last + 1 < count and words[last] in {"/", "per", "a", "each", "every"}:
        word = words[last + 1]
        if word == "square" and words[last + 2 : last + 3] in (["meter"], ["metre"]):
            unit, last = unit + "/m2", last + 3
        elif word in _BODY and words[last] in {"/", "per"}:
            unit, last = f"{unit}/{_BODY[word]}", last + 2
        elif word == "m" and words[last + 2 : last + 3] == ["2"]:
            unit, last = unit + "/m2", last + 3
        elif word in UNITS:
            per, last = UNITS[word], last + 2
        elif word in {"dose", "administration", "injection", "session"}:
            per, last = "dose", last + 2
        elif words[last] == "/" or word in {"dl", "ml", "l", "liter", "litre"}:
            return unit, "", last
        else:
            break
    if per is None and last < count and words[last] in _FREQUENT:
        per, last = _FREQUENT[words[last]], last + 1
    return unit, per, last
