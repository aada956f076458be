"""Each of the five example trials is conducted by its script, in rehearsal, from its record to its analysis."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUPPLIED = {"NCT04452097", "NCT04971980"}
"""Those whose rendering lost criteria: as read, they are refused."""


@pytest.mark.slow
@pytest.mark.parametrize("number", ["NCT04288102", "NCT04452097", "NCT05689008", "NCT04971980", "NCT04456361"])
def test_a_trial_is_conducted_to_its_end_and_analysed(number, tmp_path):
    script = [sys.executable, "examples/conduct_trials.py", "-o", str(tmp_path), number]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert ("COND-135" in done.stdout + done.stderr) == (number in SUPPLIED)
    assert "The data on the ledger are those simulated." in done.stdout
    assert "locked and unmasked" in done.stdout
    assert "NOT SOUND" not in done.stdout
    results = tmp_path / number / "analysis" / "results.csv"
    assert len(results.read_text(encoding="utf-8").splitlines()) > 5
