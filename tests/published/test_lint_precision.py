"""How often the linter's errors and warnings on real records are right, from the judgements kept in the repository.

Each finding has a judgement by a second reader, who opened the record before the rule, or by the author of the rule, or
both; the second reader's counts. A clause written after the second reading has the author's alone.
"""

import pytest
from benchmarks.lint_corpus import KEY, judgements, verdicts

from trialwright.core.problem import Severity
from trialwright.lint.rules import RULES
from trialwright.lint.run import run

AIMS = {"error": 0.95, "warning": 0.85}


def test_every_frozen_finding_has_a_verdict_and_a_judge():
    rows = judgements()
    assert len(rows) > 200
    assert {row["verdict"] for row in rows} <= {"right", "arguable", "wrong"}
    assert {row["judge"] for row in rows} == {"author", "second reader"}
    by_the_second = {tuple(row[name] for name in KEY) for row in rows if row["judge"] == "second reader"}
    assert len(by_the_second) > 0.9 * len({tuple(row[name] for name in KEY) for row in rows})
    assert {row["rule"] for row in rows} <= {rule.id for rule in RULES}


@pytest.mark.parametrize("severity", AIMS)
def test_each_rule_is_as_precise_as_its_severity_demands(severity):
    told = verdicts(judgements(), "severity", "rule")
    shares = {rule: each["right"] / each.total() for (level, rule), each in told.items() if level == severity}
    assert shares
    assert {rule: share for rule, share in shares.items() if share < AIMS[severity]} == {}


def test_the_second_reader_counts_before_the_author():
    row = {"source": "a", "rule": "R", "severity": "error", "field": "", "evidence": "1"}
    both = [{**row, "verdict": "right", "judge": "author"}, {**row, "verdict": "wrong", "judge": "second reader"}]
    assert verdicts(both, "rule") == verdicts(both[::-1], "rule") == {("R",): {"wrong": 1}}
    assert verdicts(both[:1], "rule") == {("R",): {"right": 1}}


@pytest.mark.corpus
def test_the_findings_on_the_real_records_are_the_frozen_ones(corpus):
    from benchmarks.lint_corpus import records, serious

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
