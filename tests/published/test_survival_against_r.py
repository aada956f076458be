"""Kaplan-Meier and log-rank agree with R 4.2.2, survival 3.5-3 (survfit, quantile, survdiff), on lung and veteran."""

import csv
import math
from pathlib import Path

import pytest

from trialwright.analyse.survival import kaplan_meier, log_rank

DATA = Path(__file__).parent / "data"


def _rows(name):
    with (DATA / name).open() as file:
        return list(csv.DictReader(file))


LUNG = _rows("lung.csv")
VETERAN = _rows("veteran.csv")


def _curve(sex, kind):
    chosen = [row for row in LUNG if row["sex"] == sex]
    return kaplan_meier([float(r["time"]) for r in chosen], [r["status"] == "2" for r in chosen], kind=kind)


# quantile(survfit(Surv(time, status) ~ sex, conf.type = ...), c(.25, .5, .75)): time, lower, upper
QUANTILES = {
    ("1", "log"): [(144, 107, 177), (270, 212, 310), (457, 387, 574)],
    ("2", "log"): [(226, 186, 340), (426, 348, 550), (687, 550, None)],
    ("1", "log-log"): [(144, 105, 176), (270, 210, 306), (457, 371, 567)],
    ("2", "log-log"): [(226, 167, 310), (426, 345, 524), (687, 524, 765)],
    ("1", "plain"): [(144, 107, 177), (270, 212, 306), (457, 371, 567)],
    ("2", "plain"): [(226, 186, 310), (426, 345, 524), (687, 524, 735)],
}


@pytest.mark.parametrize(("sex", "kind"), QUANTILES)
def test_quantiles_of_the_curve_agree_with_r(sex, kind):
    curve = _curve(sex, kind)
    assert [curve.quantile(p) for p in (0.25, 0.5, 0.75)] == QUANTILES[sex, kind]


# summary(survfit(...), times = ...) of men: survival, lower, upper
POINTS = {
    (100, "log"): (0.8260869565217, 0.7652075661852, 0.8918098694938),
    (180, "log"): (0.6444650015418, 0.5692841898709, 0.7295743419581),
    (365, "log"): (0.3360878346394, 0.2609005037897, 0.4329429454978),
    (500, "log"): (0.2232116893343, 0.1568707133452, 0.3176084126413),
    (100, "log-log"): (0.8260869565217, 0.7518517229859, 0.8798705431286),
    (180, "log-log"): (0.6444650015418, 0.5584124730053, 0.7180135981607),
    (365, "log-log"): (0.3360878346394, 0.252729143328, 0.4213021682227),
    (500, "log-log"): (0.2232116893343, 0.1499788621988, 0.305641451342),
    (100, "plain"): (0.8260869565217, 0.762847590429, 0.8893263226144),
    (180, "plain"): (0.6444650015418, 0.5645250773165, 0.7244049257671),
    (365, "plain"): (0.3360878346394, 0.25097916443, 0.4211965048488),
    (500, "plain"): (0.2232116893343, 0.1444852353235, 0.3019381433452),
}


@pytest.mark.parametrize(("time", "kind"), POINTS)
def test_the_curve_agrees_with_r(time, kind):
    assert _curve("1", kind).at(time) == pytest.approx(POINTS[time, kind], abs=1e-11)


def test_greenwoods_error_agrees_with_r():
    curve = _curve("1", "log")
    place = sum(t <= 365 for t in curve.times) - 1
    assert curve.error[place] == pytest.approx(0.0434235888418, abs=1e-12)


def test_a_curve_that_runs_along_one_half_has_its_median_in_the_middle():
    # R: survfit(Surv(1:4, c(1, 1, 1, 1)) ~ 1) prints a median of 2.5
    assert kaplan_meier([1, 2, 3, 4], [True] * 4).quantile(0.5)[0] == 2.5


def test_a_curve_that_reaches_zero_has_no_interval_there():
    assert math.isnan(kaplan_meier([1, 2], [True, True]).upper[-1])


def test_the_log_rank_test_agrees_with_r():
    # survdiff(Surv(time, status) ~ sex)
    result = log_rank([float(r["time"]) for r in LUNG], [r["status"] == "2" for r in LUNG], [r["sex"] for r in LUNG])
    assert (result.chisq, result.p) == pytest.approx((10.326741954886, 0.001311164520355), rel=1e-11)
    assert result.observed == (112, 53)
    assert result.expected == pytest.approx((91.581739029573, 73.418260970427), rel=1e-11)


def test_the_stratified_log_rank_test_agrees_with_r():
    # survdiff(Surv(time, status) ~ sex + strata(ph.ecog)), the participant without a score left out
    rows = [row for row in LUNG if row["ecog"] != "NA"]
    result = log_rank(
        [float(r["time"]) for r in rows],
        [r["status"] == "2" for r in rows],
        [r["sex"] for r in rows],
        strata=[r["ecog"] for r in rows],
    )
    assert (result.chisq, result.p) == pytest.approx((10.795059633496, 0.001017713344724), rel=1e-11)


@pytest.mark.parametrize(("stratified", "chisq"), [(False, 0.008227343202351), (True, 0.7017433468443)])
def test_the_log_rank_test_of_the_veterans_agrees_with_r(stratified, chisq):
    result = log_rank(
        [float(r["time"]) for r in VETERAN],
        [r["status"] == "1" for r in VETERAN],
        [r["trt"] for r in VETERAN],
        strata=[r["celltype"] for r in VETERAN] if stratified else None,
    )
    assert result.chisq == pytest.approx(chisq, rel=1e-10)
