"""The clinical quantities that outcomes name, in the order in which they are tried.

Codes follow SDTM's test codes where one exists. Ranges are what a reading in an adult can plausibly be, not reference
ranges. Domains are those of `trialwright.dataset.columns`: laboratory and drug concentrations LB, vital signs VS,
functional tests FT, imaging, clinical scores, questionnaires and clinical events RS.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import islice

from trialwright.core.gates import Gates
from trialwright.protocol.outcomes.lexicon.body import BODY
from trialwright.protocol.outcomes.lexicon.concept import Concept
from trialwright.protocol.outcomes.lexicon.laboratory import LABORATORY
from trialwright.protocol.outcomes.lexicon.lung import LUNG
from trialwright.protocol.outcomes.lexicon.person import PERSON

__all__ = ["Concept", "concepts", "concepts_in"]

# The more specific before the more general: "leg pain" before "pain".
_CONCEPTS = LUNG + LABORATORY + BODY + PERSON
_GATES = Gates([concept.pattern.pattern for concept in _CONCEPTS])


def concepts() -> tuple[Concept, ...]:
    """Every quantity of the lexicon, in the order in which patterns are tried."""
    return _CONCEPTS


def concepts_in(text: str) -> list[Concept]:
    """Every quantity that the text names, in the lexicon's order, at most 12; the text is in lower case."""
    return list(_named(text))


@lru_cache(maxsize=256)
def _named(text: str) -> tuple[Concept, ...]:
    found = (_CONCEPTS[place] for place in _GATES.through(text))
    return tuple(islice((concept for concept in found if concept.pattern.search(text)), 12))
