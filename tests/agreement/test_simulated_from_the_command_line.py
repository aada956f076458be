"""The keystone of the live trial: simulated trials given as commands to the command line, into SQLite, opened anew.

Late entries, corrections, regradings and withdrawn rows are in all of them. The data on the ledger are those simulated
on every day, each decision recorded is the one that the simulated trial took there, the analysis is equal to the digit.
`TRIALWRIGHT_TRIALS` says how many trials of each design (`make soak`); without it one.
"""

from __future__ import annotations

import os

import pytest
from rehearsed_trials import MUTANTS, conducted
from simulated_trials import PROTOCOLS

from command_line import trialwright
from trialwright.conduct.folder import desk, find

TRIALS = int(os.environ.get("TRIALWRIGHT_TRIALS", "1"))
NAMES = (
    "3+3: stop at two",
    "BOIN: target 0.3, cohorts of 3, at most 9, backfill up to 6 at a level",
    "BOIN12",
    "single arm",
    "two stages, monitored for deaths",
    "parallel",
    "select, then compare",
)
KINDS = [(name, masked) for name in NAMES for masked in (False, True) if masked <= (name in ("parallel", NAMES[-1]))]
ALL = [(name, masked) for name in PROTOCOLS for masked in (False, True) if name != "parallel, monitored"]
"""All but the design that closes an arm: a site then seals another randomisation, which no simulation can foresee."""


@pytest.mark.requirement("R01")
@pytest.mark.requirement("R47")
@pytest.mark.parametrize(("name", "masked"), KINDS if TRIALS == 1 else ALL)
def test_a_simulated_trial_given_by_commands_is_the_same_trial(name, masked, tmp_path):
    """R01, R47: nothing is lost, added, moved to another day or decided otherwise on the way to the analysis."""
    for seed in range(TRIALS):
        folder = tmp_path / str(seed)
        folder.mkdir()
        trial = conducted(folder, name, seed, masked=masked)
        assert list(trial.differences()) == [], f"seed {seed}"
        verified = trialwright("conduct", "verify", trial.folder, "--json")
        assert (verified.status, verified.json["sound"]) == (0, True)


def test_the_trials_hold_what_they_are_to_test(tmp_path):
    """Tame trials would let every mutant live."""
    trial = conducted(tmp_path, NAMES[0], 0, masked=False)
    facts = trial.source.facts
    assert any(fact.version > 1 and fact.domain == "XD" for fact in facts)
    assert any(fact.known > fact.day and fact.version == 1 for fact in facts)
    assert any(fact.version > 1 and fact.domain in ("LB", "AE") and not fact.retracted for fact in facts)
    found = desk(find(trial.folder))
    assert {fact.domain for fact in found.standing.data.facts if fact.retracted} >= {"XD", "LB", "AE"}
    found.ledger.close()


@pytest.mark.parametrize("mutant", MUTANTS)
def test_every_fault_on_the_way_to_the_ledger_is_noticed(mutant, tmp_path):
    """Each spoilt step shows, by a refusal or in what is compared; in one of the first trials at the latest."""
    spoil, must_show = MUTANTS[mutant]
    shown: set[str] = set()
    for seed in range(4):
        folder = tmp_path / str(seed)
        folder.mkdir()
        for each in conducted(folder, NAMES[0], seed, masked=False, parts=1, spoil=spoil).differences():
            shown.add(each.partition(":")[0])
            if shown & must_show:
                return
    raise AssertionError(f"{mutant}: {sorted(shown) or 'nothing'} shown")
