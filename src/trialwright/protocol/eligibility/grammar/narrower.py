"""Leaves out, of several things that a part names, what another one of them names more closely."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.reading import is_plain, thing_of
from trialwright.protocol.eligibility.lexicon.loading import is_a
from trialwright.protocol.eligibility.tree import Concept, Expression, Kind, Present, Sex


def without_idle_sex(found: list[Expression]) -> list[Expression]:
    """Without a sex that goes without saying: `pregnant women`."""
    if any(isinstance(one, Sex) for one in found) and any(_is_of_women(one) for one in found):
        return [one for one in found if one != Sex("FEMALE")]
    return found


def without_broader(found: list[Expression]) -> list[Expression]:
    """Without a thing that another names more closely (`infection with HIV`)."""
    out = []
    for one in found:
        broad = thing_of(one) if is_plain(one) else None
        if broad is None or not any(
            _narrower(other, broad) or _repeats(other, broad) for other in found if other is not one
        ):
            out.append(one)
    return out


def is_closer(stated: Expression, before: Expression) -> bool:
    """Whether the second names more closely what the first names (`infection by HIV`)."""
    broad = thing_of(before) if is_plain(before) else None
    return broad is not None and _narrower(stated, broad)


def _narrower(node: Expression, broad: Concept) -> bool:
    thing = thing_of(node)
    if broad.id == "allergic-disease" and isinstance(node, Present) and node.kind is Kind.ALLERGY:
        return True
    if thing is None or thing.id is None or broad.id is None or thing.id == broad.id:
        return False
    return is_a(thing.id, broad.id)


def _repeats(node: Expression, broad: Concept) -> bool:
    """Whether the same thing is named with a time or a number (`accident (stroke) within a year`)."""
    thing = thing_of(node)
    return thing is not None and thing.id is not None and thing.id == broad.id and not is_plain(node)


def _is_of_women(node: Expression) -> bool:
    concept = getattr(node, "concept", None)
    return concept is not None and concept.id in ("pregnancy", "lactation", "breastfeeding")
