"""What a trial declares about its randomisation before anybody signs it: arms, ratio, factors, method."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from trialwright.conduct.canonical import canonical
from trialwright.conduct.randomisation import rules
from trialwright.conduct.randomisation.methods import Blocks, Factor, Method, Minimisation, Override, Simple

FORMAT = "trialwright randomisation 1"


@dataclass(frozen=True, slots=True)
class Specification:
    """How a trial randomises. Nothing has a default but the override, which is mostly absent.

    `trial`: what the trial is called. `arms`, `ratio`: the arms' ids and their whole-number shares in lowest terms.
    `open_label`: whether anybody who enrols learns the arms. `factors`: with simple randomisation and blocks each
    combination of levels is a stratum with a list of its own; no factor = one list.

    Raises UsageError (RAND-001 to RAND-007) for what cannot be, or must not be without an override.

    >>> spec = Specification("T", ("new", "control"), (2, 1), True, (Factor("site", ("1", "2")),), Blocks((6, 9)))
    >>> spec.unit, len(spec.strata)
    (3, 2)
    """

    trial: str
    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    open_label: bool
    factors: tuple[Factor, ...]
    method: Method
    override: Override | None = None

    def __post_init__(self) -> None:
        rules.check(self)

    @property
    def unit(self) -> int:
        """The sum of the ratio: the size of the smallest block that can hold it."""
        return sum(self.ratio)

    @property
    def strata(self) -> tuple[tuple[str, ...], ...]:
        """Every combination of levels, in the order of the factors; one empty combination where there is no factor."""
        return tuple(product(*(factor.levels for factor in self.factors)))

    def has(self, stratum: tuple[str, ...]) -> bool:
        """Whether this is one of the declared level of each factor, in the order of the factors."""
        return len(stratum) == len(self.factors) and all(
            level in factor.levels for level, factor in zip(stratum, self.factors, strict=True)
        )

    def text(self) -> str:
        """The one canonical JSON text of the specification (RFC 8785), which is what a commitment is about."""
        return canonical(
            {
                "format": FORMAT,
                "trial": self.trial,
                "arms": list(self.arms),
                "ratio": list(self.ratio),
                "open_label": self.open_label,
                "factors": [{"name": each.name, "levels": list(each.levels)} for each in self.factors],
                "method": _method(self.method),
                "override": None
                if self.override is None
                else {"reason": self.override.reason, "by": self.override.by, "on": self.override.on},
            }
        )


def _method(method: Method) -> dict[str, object]:
    match method:
        case Simple():
            return {"kind": "simple"}
        case Blocks():
            return {"kind": "blocks", "sizes": list(method.sizes)}
        case Minimisation():
            return {
                "kind": "minimisation",
                "measure": method.measure.value,
                "probability": str(method.probability),
                "weights": list(method.weights),
                "overall": method.overall,
            }
