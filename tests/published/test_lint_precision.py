"""How often the linter's errors and warnings on real records are right, from the judgements kept in the repository.

The judgements were made by the author of the rules in a second reading: they are no independent measure.
"""

import csv
from collections import defaultdict
from pathlib import Path

import pytest

from trialwright.core.problem import Severity
from trialwright.lint.rules import RULES
from trialwright.lint.run import run

JUDGED = Path(__file__).parent / "data" / "lint_judgements.csv"
AIMS = {"error": 0.95, "warning": 0.85}


def judgements():
    """The rows of the frozen list."""
    with JUDGED.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def test_every_frozen_finding_has_a_verdict_and_a_judge():
    rows = judgements()
    assert len(rows) > 200
    assert {row["verdict"] for row in rows} == {"right", "wrong"}
    assert all("author of the rules" in row["judge"] for row in rows)
    assert {row["rule"] for row in rows} <= {rule.id for rule in RULES}


@pytest.mark.parametrize("severity", AIMS)
def test_each_rule_is_as_precise_as_its_severity_demands(severity):
    told = defaultdict(list)
    for row in judgements():
        if row["severity"] == severity:
            told[row["rule"]].append(row["verdict"] == "right")
    assert told
    low = {rule: sum(right) / len(right) for rule, right in told.items() if sum(right) / len(right) < AIMS[severity]}
    assert low == {}


@pytest.mark.corpus
def test_the_findings_on_the_real_records_are_the_frozen_ones(corpus):
    from benchmarks.lint_corpus import KEY, records, serious

    found = {row for name, record in records(corpus) for row in serious(name, run(record))}
    frozen = {tuple(row[name] for name in KEY) for row in judgements()}
    assert found - frozen == set(), "new: judge them and freeze the list again"
    assert frozen - found == set(), "gone: freeze the list again"


@pytest.mark.corpus
def test_a_given_protocol_changes_no_finding_on_real_records(corpus):
    from benchmarks.lint_corpus import records

    from trialwright.protocol import draft

    for place, (name, record) in enumerate(records(corpus)):
        if place % 4 == 0:
            assert run(record) == run(record, draft(record)), name


def test_severities_that_the_catalogue_lowers_are_never_raised():
    info = {"ID-004", "RF-006", "RF-009", "ST-009", "EL-008", "OC-007", "OC-010", "DV-002", "DV-005"}
    assert {rule.id for rule in RULES if rule.severity is Severity.INFO} >= info
