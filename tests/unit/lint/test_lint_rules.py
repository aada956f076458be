"""The rules of the linter together: each has its case, severities are in order, what is lost is not called absent."""

import json
from datetime import date

import pytest
import test_lint_design_and_dose
import test_lint_eligibility
import test_lint_identity_and_rendering
import test_lint_outcomes_and_derived
import test_lint_status_and_dates
from lint_cases import SOUND, STATUS, found, study

from trialwright import lint, record
from trialwright.core.problem import Severity
from trialwright.lint.finding import Status
from trialwright.lint.needs import NEEDS
from trialwright.lint.rules import RULES

TABLES = [
    module.CASES
    for module in (
        test_lint_design_and_dose,
        test_lint_eligibility,
        test_lint_identity_and_rendering,
        test_lint_outcomes_and_derived,
        test_lint_status_and_dates,
    )
]


def test_the_sound_study_has_no_error_and_no_warning():
    serious = {rule: item.message for rule, item in found(SOUND).items() if item.severity is not Severity.INFO}
    assert serious == {}


def test_every_rule_has_a_case_here_or_on_the_examples():
    elsewhere = {"RF-002", "RF-008", "RF-011", "DS-004", "DS-008", "DV-001", "ST-010"}
    assert {rule.id for rule in RULES} == {case[0] for cases in TABLES for case in cases} | elsewhere
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_dates_are_judged_on_the_day_given():
    open_trial = study(("statusModule.completionDateStruct.date", "2026-06"))
    assert "ST-006" not in found(open_trial)
    late = found(open_trial, as_of=date(2026, 7, 1))["ST-006"]
    assert late.as_of == date(2026, 7, 1)


def test_without_any_date_of_update_dated_rules_are_not_assessable():
    made = study((STATUS, "WITHDRAWN"), ("statusModule.lastUpdatePostDateStruct", None))
    findings = lint.run(record.read(json.dumps(made).encode()))
    assert {item.rule for item in findings if item.status is Status.NOT_ASSESSABLE} >= {"ST-001"}


# what each bundled example must show, and what its rendering makes impossible to assess
EXAMPLES = {
    "NCT04452097.unlabelled-page.txt": (
        {"DS-001", "DS-002", "DS-006", "DS-009", "EL-002", "EL-009", "RF-001", "RF-003", "RF-011", "ST-001"},
        {"DS-008", "OC-001", "OC-006", "ST-002", "ST-003"},
    ),
    "NCT05689008.labelled-page.txt": (
        {"DS-011", "DS-013", "DO-001", "RF-011", "ST-004", "ST-005"},
        {"OC-001"},
    ),
    "NCT04456361.classic-page.txt": (
        {"RF-003", "RF-004", "RF-008", "OC-003", "OC-004", "OC-006", "ST-012"},
        {"OC-001"},
    ),
    "NCT04971980.unlabelled-page.txt": (
        {"DS-004", "DS-008", "EL-009", "RF-001", "RF-003", "RF-011"},
        {"OC-001", "OC-006", "ST-012"},
    ),
    "NCT04288102.api-repr.txt": ({"RF-005", "DO-003", "ID-004", "ST-011", "OC-005"}, set()),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_show_what_their_trials_are_known_for(examples, name):
    must, unknown = EXAMPLES[name]
    findings = lint.run(record.read(examples / name))
    hits = {item.rule for item in findings if item.status is Status.FOUND}
    assert must <= hits
    assert unknown <= {item.rule for item in findings if item.status is Status.NOT_ASSESSABLE}
    for item in findings:
        if item.status is Status.FOUND and item.rule not in ("RF-003", "RF-011", "ST-004"):
            assert any(quoted.quote for quoted in item.evidence) or item.rule in ("DS-008", "DS-013"), item.rule


def test_a_lost_field_is_never_called_absent(examples):
    for name in EXAMPLES:
        read = record.read(examples / name)
        for item in lint.run(read):
            if item.status is Status.FOUND and item.field and read.presence(item.field).value == "lost":
                assert item.rule in ("RF-003", "RF-008", "RF-011"), (name, item.rule)


def test_the_most_serious_stands_first_and_what_cannot_be_assessed_last(examples):
    orders = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
    for path in sorted(examples.glob("NCT*")):
        made = lint.run(record.read(path), as_of=date(2026, 1, 1))
        places = [(finding.status is not Status.FOUND, orders[finding.severity]) for finding in made]
        assert places == sorted(places), path.name
        assert len({order for missing, order in places if not missing}) > 1, path.name


def test_a_completion_that_slips_is_seen_with_older_versions_only():
    first, second, third = (
        study(("statusModule.completionDateStruct.date", day)) for day in ("2026-06", "2027-01", "2027-09")
    )
    assert "put off 2 times" in found(third, earlier=(first, second))["ST-010"].message
    assert "ST-010" not in found(third, earlier=(third,))
    assert "ST-010" not in found(third)


def test_values_told_by_their_place_are_named(examples):
    hits = {item.rule for item in lint.run(record.read(examples / "NCT04971980.unlabelled-page.txt"))}
    assert "RF-002" in hits
    assert "RF-002" not in found(SOUND)


def test_a_protocol_that_is_given_changes_no_finding(examples):
    from trialwright.protocol import draft

    for path in sorted(examples.glob("NCT*")):
        read = record.read(path)
        assert lint.run(read) == lint.run(read, draft(read)), path.name


def test_an_index_term_outside_the_population_is_found():
    newborn = {"conditionBrowseModule": {"ancestors": [{"term": "Respiratory Distress Syndrome, Newborn"}]}}
    adult = {"conditionBrowseModule": {"ancestors": [{"term": "Respiratory Distress Syndrome"}]}}
    assert "DV-001" in found({**SOUND, "derivedSection": newborn})
    assert "DV-001" not in found({**SOUND, "derivedSection": adult})
    assert "DV-001" not in found({**study(("eligibilityModule.minimumAge", "1 Day")), "derivedSection": newborn})


def test_a_rule_that_lacks_a_field_says_so_and_a_whole_record_lacks_none(examples):
    whole = lint.run(record.read(json.dumps(SOUND).encode()), earlier=(record.read(json.dumps(SOUND).encode()),))
    assert [item.rule for item in whole if item.status is not Status.FOUND] == []
    page = record.read(examples / "NCT04452097.unlabelled-page.txt")
    answered = lint.run(page)
    silent = {rule.id for rule in RULES} - {item.rule for item in answered}
    for rule in silent & set(NEEDS):
        assert all(page.presence(path).value in ("present", "absent") for path in NEEDS[rule]), rule
    assert {"OC-010", "ST-008", "OC-002"} <= {item.rule for item in answered if item.status is not Status.FOUND}
