"""Definitions that a text names and does not give: Berlin 2012, ACR/EULAR 2010, doses of glucocorticoids."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from trialwright.protocol.eligibility.grammar.markers import CODES, LINK, SKIP, WITH, WORD
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Concept,
    Defined,
    Exposure,
    Expression,
    Implies,
    Interval,
    Judgement,
    Kind,
    Not,
    Or,
    Ordinal,
    Present,
    leaves,
)

BERLIN = "Berlin definition, 2012 (doi:10.1001/jama.2012.5669)"
ACR_EULAR = "ACR/EULAR classification criteria for rheumatoid arthritis, 2010 (doi:10.1002/art.27584)"
STEROIDS = (
    "anti-inflammatory equivalence of glucocorticoids: prednisone 5 mg, methylprednisolone 4 mg, "
    "hydrocortisone 20 mg, dexamethasone 0.75 mg"
)

# the words without one of which a text names no such definition
NAMING = frozenset(("berlin", "acr", "eular", "equivalent", "equivalents"))
_BERLIN = re.compile(r"\bberlin\b", re.IGNORECASE)
_ACR = re.compile(
    r"\b(?:acr|american college of rheumatology)\b.{0,60}\b(?:eular|european)|2010.{0,30}\b(?:acr|eular)\b",
    re.IGNORECASE,
)
_SEVERITY = re.compile(r"\b(mild|moderate|severe)\b", re.IGNORECASE)

_COVERED = re.compile(
    r"2010|2012|acr|eular|american college of rheumatology|european (?:league|alliance)[a-z ]*rheumat\w*|berlin"
    r"|definition|classification|criteria|according|defined|rheumatoid arthritis"
    r"|acute respiratory distress syndrome|\b(?:ra|ards)\b"
    r"|mild|moderate|severe|[^a-z ]"
)

# PaO2/FiO2 in mmHg, above and up to
_BANDS = {"mild": (200, 300), "moderate": (100, 200), "severe": (None, 100)}


def with_outside_definitions(node: Expression, text: str) -> Expression:
    """The tree with terms computed that the text takes from a definition it only names."""
    berlin = _BERLIN.search(text) is not None and not any(_is_oxygenation(leaf) for leaf in leaves(node))
    acr = _ACR.search(text) is not None
    return _mapped(node, text, berlin, acr)


def _mapped(node: Expression, text: str, berlin: bool, acr: bool) -> Expression:
    match node:
        case And(parts=parts) | Or(parts=parts) | AtLeast(parts=parts):
            mapped = tuple(_mapped(part, text, berlin, acr) for part in parts)
            if isinstance(node, And) and len(mapped) == 2 and isinstance(mapped[0], Defined) and _is_covered(mapped[1]):
                return mapped[0]
            return replace(node, parts=mapped)
        case Not(part=part):
            return Not(_mapped(part, text, berlin, acr), node.span)
        case Implies(condition=condition, then=then):
            return Implies(_mapped(condition, text, berlin, acr), _mapped(then, text, berlin, acr), node.span)
        case Defined():
            return node
        case Exposure(equivalent_to=Concept(id=str(drug))) if is_a(drug, "systemic-corticosteroid"):
            return Defined(_equivalent(node), STEROIDS, node, node.span)
        case Present(concept=Concept(id="acute-respiratory-distress-syndrome")) if berlin:
            return Defined(node.concept.text, BERLIN, berlin_ards(_severities(text)), node.span)
        case Ordinal(scale=Concept(id=str(scale))) if berlin and "berlin" in scale:
            return Defined("ARDS", BERLIN, berlin_ards(_severities(text)), node.span)
        case Present(concept=Concept(id="rheumatoid-arthritis")) if acr:
            return Defined(node.concept.text, ACR_EULAR, rheumatoid_arthritis(node), node.span)
    return node


def _equivalent(node: Exposure) -> str:
    name = node.equivalent_to.text if node.equivalent_to is not None else node.drug.text
    return name if "equivalent" in name.lower() else f"{name} equivalent"


def _is_covered(part: Expression) -> bool:
    """Whether a question holds no words but those that name the definition and what it defines."""
    if not isinstance(part, Judgement):
        return False
    rest = _COVERED.sub(" ", part.text.lower())
    return all(CODES.get(word, WORD) in (SKIP, LINK, WITH) for word in rest.split())


def _is_oxygenation(leaf: Expression) -> bool:
    return isinstance(leaf, Compare) and leaf.measure.id == "pao2-fio2"


def _severities(text: str) -> tuple[str, ...]:
    """The severities that a text names near the syndrome, all where it names none; `mild to severe` has all between."""
    place = re.search(r"\bards\b|respiratory distress", text, re.IGNORECASE)
    before = text[max(0, place.start() - 40) : place.start()] if place else ""
    named = [match[1].lower() for match in _SEVERITY.finditer(before)]
    bands = tuple(_BANDS)
    if not named:
        return bands
    if len(named) > 1 and re.search(r"\b(?:to|-)\b|-", before):
        first, last = sorted((bands.index(named[0]), bands.index(named[-1])))
        return bands[first : last + 1]
    return tuple(band for band in bands if band in named)


def berlin_ards(severities: tuple[str, ...]) -> Expression:
    """ARDS by the Berlin definition: the syndrome, PaO2/FiO2 in the bands named, and a PEEP of 5 cmH2O or more.

    Source: doi:10.1001/jama.2012.5669, table 3. Mild: 200 < PaO2/FiO2 <= 300 mmHg; moderate: 100 to 200; severe: 100 or
    less.
    """
    bands = [_band(*_BANDS[severity]) for severity in severities]
    either = bands[0] if len(bands) == 1 else Or(tuple(bands))
    peep = Compare(Concept("peep", "PEEP"), Interval(low=Decimal(5)), "cmH2O")
    return And((Present(Kind.CONDITION, Concept("acute-respiratory-distress-syndrome", "ARDS")), either, peep))


def _band(low: int | None, high: int) -> Expression:
    interval = Interval(None if low is None else Decimal(low), Decimal(high), low_inclusive=False)
    return Compare(Concept("pao2-fio2", "PaO2/FiO2"), interval, "mmHg")


def rheumatoid_arthritis(present: Present) -> Expression:
    """Rheumatoid arthritis by the criteria of 2010 (doi:10.1002/art.27584): the disease, and a score of 6 or more."""
    score = Compare(Concept("acr-eular-2010", "ACR/EULAR 2010 score"), Interval(low=Decimal(6)))
    return And((present, score))
