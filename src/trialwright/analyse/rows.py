"""Analysis results data: every estimate is one row, and every output renders these rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number that the analysis states, with everything needed to judge it.

    `outcome`: the outcome's id. `population`: the analysis set (`randomised`, `dosed`, `DLT-evaluable`).
    `visit`: relative day
    or name, empty where there is none. `group`: the arm's id or a contrast (`arm-1 - arm-2`). `statistic`:
    what the number is
    (`Hodges-Lehmann shift`, `proportion`, `median`). `value`, `lower`, `upper`: in `unit`; None where not estimable.
    `level`: of the interval, in (0, 1). `p`: two-sided unless `method` says otherwise, None where no test is
    made. `method`: the full
    name of the method and its variant. `n`: participants who contribute. `missing`: participants without a
    value, by reason.
    `note`: why there is no number, or a caution that belongs to it. `parameter`: code of the measured quantity, where
    the outcome has one. `count`: participants with the event (the numerator of a proportion) or the number of events.
    """

    outcome: str
    population: str
    visit: str
    group: str
    statistic: str
    value: float | None
    unit: str = ""
    lower: float | None = None
    upper: float | None = None
    level: float | None = None
    p: float | None = None
    method: str = ""
    n: int | None = None
    missing: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    parameter: str = ""
    count: int | None = None
