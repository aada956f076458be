"""Tells an allergy that a list names once more (`allergy or hypersensitivity to X`) from one to anything."""

from __future__ import annotations

import re
from dataclasses import replace

from trialwright.protocol.eligibility.grammar.reading import joined
from trialwright.protocol.eligibility.tree import And, AtLeast, Expression, Implies, Judgement, Not, Or, Present

_GENERAL = frozenset(("allergic-disease", "hypersensitivity", "anaphylaxis", "drug-allergy", "allergic-reaction"))
# what may stand between the name of a reaction and the `to` of what it is a reaction to
_TO = re.compile(
    r"(?:[\s,/()-]|\b(?:and|or|known|had|has|an?|any|the|other|history|of|severe|serious|significant|previous|prior|immediate"
    r"|delayed|intoleran\w*|\w*sensitiv\w*|anaphyla\w*|allerg\w*|adverse|idiosyncra\w*|contraindicat\w*|reactions?"
    r"|angioedema|drug|documented|clinically|responses?|shock|atop\w*)\b){1,30}?\b(?:to|against|with)\b",
    re.IGNORECASE,
)
_JOINING = re.compile(r"[,/]|\b(?:and|or)\b", re.IGNORECASE)


def of_the_same_allergy(node: Expression, text: str, asked: bool = False) -> Expression:
    """The tree without alternatives that would be an allergy to anything, where the text says to what. `asked`: a
    question beside the node narrows it already."""
    match node:
        case Or(parts=parts, span=span):
            kept = [of_the_same_allergy(part, text, asked) for part in parts if not _is_told(part, text, asked)]
            found = joined(Or, kept or list(parts), span)
            assert found is not None
            return found
        case And(parts=parts) | AtLeast(parts=parts):
            asked = asked or any(isinstance(part, Judgement) for part in parts)
            return replace(node, parts=tuple(of_the_same_allergy(part, text, asked) for part in parts))
        case Not(part=part):
            return replace(node, part=of_the_same_allergy(part, text, asked))
        case Implies(then=then):
            return replace(node, then=of_the_same_allergy(then, text, asked))
    return node


def _is_told(node: Expression, text: str, asked: bool) -> bool:
    """Whether a reaction to anything is named, and to what it is stands in other words of the list."""
    if not isinstance(node, Present) or node.concept.id not in _GENERAL or node.span is None:
        return False
    if node.when is not None or node.apart_from:
        return False
    found = _TO.match(text, node.span[1], node.span[1] + 160)
    return found is not None and not (asked and _JOINING.search(found[0]) is None)
