"""Measures computed from others of the same patient: body mass index, PaO2/FiO2, creatinine clearance, eGFR.

Sources: Cockcroft and Gault, Nephron 1976;16:31 (doi:10.1159/000180580); CKD-EPI 2021 creatinine equation without race,
N Engl J Med 2021;385:1737 (doi:10.1056/NEJMoa2102953). Both are for adults: below 18 years the value is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.screen.vectorised.frames import Frames

COMPONENTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "bmi": (("body-weight", "kg"), ("body-height", "m")),
    "pao2-fio2": (("pao2", "mmHg"), ("fio2", "fraction")),
    "cockcroft-gault": (("body-weight", "kg"), ("creatinine", "mg/dL")),
    "ckd-epi-2021": (("creatinine", "mg/dL"),),
}
WITH_AGE = frozenset({"cockcroft-gault", "ckd-epi-2021"})
ADULT = 18.0


def is_derived(key: str) -> bool:
    """Whether the measure can be computed from others."""
    return _formula(key) is not None


def derived(
    key: str,
    frames: Frames,
    verdict: Callable[[pl.Expr], pl.Expr],
    component: Callable[[str, str, Frames], pl.Expr],
) -> pl.Expr:
    """The verdict on the computed value; an age in completed years must give the same at both of its ends."""
    formula = _formula(key)
    if formula is None:
        return pl.lit(None, dtype=pl.Boolean)
    parts = [component(name, unit, frames) for name, unit in COMPONENTS[formula]]
    if formula not in WITH_AGE:
        return verdict(parts[0] / parts[1] ** 2 if formula == "bmi" else parts[0] / parts[1])
    age = pl.col("age")
    reckon = _clearance if formula == "cockcroft-gault" else _filtration
    youngest, oldest = verdict(reckon(age, *parts)), verdict(reckon(age + 1, *parts))
    both = pl.when(~pl.col("age_whole") | (youngest == oldest)).then(youngest)
    return pl.when(age >= ADULT).then(both)


def _clearance(age: pl.Expr, weight: pl.Expr, creatinine: pl.Expr) -> pl.Expr:
    """Creatinine clearance in mL/min (Cockcroft and Gault): age in years, weight in kg, creatinine in mg/dL."""
    return (140 - age) * weight / (72 * creatinine) * _by_sex(0.85, 1.0)


def _filtration(age: pl.Expr, creatinine: pl.Expr) -> pl.Expr:
    """eGFR in mL/min/1.73 m2 (CKD-EPI 2021): age in years, creatinine in mg/dL."""
    share = creatinine / _by_sex(0.7, 0.9)
    low = share.clip(upper_bound=1.0).pow(_by_sex(-0.241, -0.302))
    high = share.clip(lower_bound=1.0).pow(-1.2)
    return 142 * low * high * pl.lit(0.9938).pow(age) * _by_sex(1.012, 1.0)


def _by_sex(female: float, male: float) -> pl.Expr:
    """A constant of the patient's sex; null where it is not known."""
    sex = pl.col("sex")
    return pl.when(sex == "FEMALE").then(pl.lit(female)).when(sex == "MALE").then(pl.lit(male))


def _formula(key: str) -> str | None:
    found = entry(key)
    formula = found.fields.get("formula") if found else None
    return formula if formula in COMPONENTS else None
