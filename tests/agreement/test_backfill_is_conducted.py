"""The keystone's faults for a design with backfill: a lost mark or a shifted day must change decisions."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hand_written_trials import WINDOW, seeded
from keystone import DATA, DECISION, MUTANTS, OVERRIDE, RECORDED, STATE, Bench, differences

from trialwright.dataset.columns import BACKFILL
from trialwright.design import rules
from trialwright.design.backfill import BackfillDesign
from trialwright.design.counting import CountingDesign

LEVELS = ("arm-1", "arm-2", "arm-3")
DESIGN = BackfillDesign(CountingDesign(rules.make("BOIN: target 0.4, cohorts of 2, at most 12", 3), LEVELS, WINDOW), 7)


def _marked(change):
    def source(facts):
        return [replace(f, values=change(dict(f.values))) if f.values.get("COHORT") else f for f in facts]

    return Bench(source=source)


def _lost(values):
    return {**values, "COHORT": 1} if values["COHORT"] == BACKFILL else values


FAULTS = {
    "the mark is lost": _marked(_lost),
    "everybody is marked": _marked(lambda values: {**values, "COHORT": BACKFILL}),
}
EVERYWHERE = frozenset({DATA, STATE, DECISION, RECORDED})
CHOSEN = (
    "an assessment becomes known a day late",
    "a late entry is seen on the day it occurred",
    "a correction overwrites the past",
    "corrections are not entered",
    "corrections are not read back",
    "the design sees a day of the future",
)


def shown_by(bench, must_show, seeds):
    shown: set[str] = set()
    for seed in range(seeds):
        trial = seeded(DESIGN, LEVELS, seed, most=20)
        with tempfile.TemporaryDirectory() as folder:
            how = {"bench": bench, "override": OVERRIDE}
            path = Path(folder) / "ledger"
            shown |= {found.kind for found in differences(path, trial.facts, trial.decisions, DESIGN, LEVELS, **how)}
        if must_show <= shown:
            break
    return shown


def test_without_a_fault_nothing_differs_and_people_backfill():
    assert shown_by(Bench(), frozenset({DATA}), 6) == set()
    marks = [f.values.get("COHORT") for seed in range(6) for f in seeded(DESIGN, LEVELS, seed, most=20).facts]
    assert marks.count(BACKFILL) > 6


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_of_the_mark_is_noticed(fault):
    assert shown_by(FAULTS[fault], EVERYWHERE, 40) >= EVERYWHERE


@pytest.mark.parametrize("fault", CHOSEN)
def test_every_fault_of_days_is_noticed(fault):
    bench, must_show = MUTANTS[fault]
    assert shown_by(bench, must_show, 60) >= must_show
