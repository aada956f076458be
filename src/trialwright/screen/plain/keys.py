"""Whether the key of one record is the same as another's, or narrower; allergies are a world of their own."""

from __future__ import annotations

from trialwright.protocol.eligibility.lexicon.loading import is_a

ALLERGY = "allergy:"


def is_kind_of(narrower: str, broader: str) -> bool:
    """Whether records of one key are of the other too: the same or narrower.

    >>> is_kind_of("basal-cell-carcinoma", "cancer"), is_kind_of("allergy:cancer", "cancer")
    (True, False)
    """
    if narrower.startswith(ALLERGY) != broader.startswith(ALLERGY):
        return False
    return is_a(narrower.removeprefix(ALLERGY), broader.removeprefix(ALLERGY))
