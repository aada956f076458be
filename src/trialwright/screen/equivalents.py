"""How much of one drug equals another, where the field has a table: systemic glucocorticoids.

Approximate equivalent doses by mouth or into a vein, by anti-inflammatory effect, as in textbooks of pharmacology
(Goodman and Gilman, The Pharmacological Basis of Therapeutics: pharmacology of the adrenal cortex).
"""

from __future__ import annotations

from collections.abc import Mapping

# milligrams that equal 5 mg of prednisone
GLUCOCORTICOIDS: Mapping[str, float] = {
    "cortisone": 25.0,
    "hydrocortisone": 20.0,
    "prednisone": 5.0,
    "prednisolone": 5.0,
    "methylprednisolone": 4.0,
    "triamcinolone": 4.0,
    "betamethasone": 0.75,
    "dexamethasone": 0.75,
}


def equivalent(drug: str, other: str) -> float | None:
    """What a dose of one drug is times to give the equivalent dose of the other; None where no table has both.

    >>> equivalent("methylprednisolone", "prednisone")
    1.25
    """
    if drug == other:
        return 1.0
    one, two = GLUCOCORTICOIDS.get(drug), GLUCOCORTICOIDS.get(other)
    return two / one if one is not None and two is not None else None
