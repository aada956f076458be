"""Every real record of the corpus through the main job; the rates are measured and printed."""

import json
import re
import sys
from collections import Counter

import pytest

from trialwright.appraise import Options, appraise, run
from trialwright.appraise.run import severities
from trialwright.appraise.sources import open_input
from trialwright.core.problem import Severity
from trialwright.protocol.kinds import Unsupported

pytestmark = pytest.mark.corpus
WHOLE_WAY = 12  # every so many records are simulated, analysed and written too


@pytest.fixture(scope="module")
def paths(corpus):
    """The v2 JSON records, by name."""
    found = sorted((corpus / "corpus" / "v2_json").glob("*.json"))
    assert len(found) >= 100
    return found


@pytest.fixture(scope="module")
def appraised(paths):
    """Every record after `run --no-simulate`, without the writing."""
    return [appraise(open_input(str(path)), Options(simulate=False)) for path in paths]


def interventional(appraisal):
    return appraisal.record.study.protocol_section.design_module.study_type == "INTERVENTIONAL"


def test_every_record_is_read_and_no_stage_fails(appraised):
    for appraisal in appraised:
        assert appraisal.failed == (), appraisal.name
        said = {each.field for each in appraisal.record.problems if each.code in {"READ-010", "READ-011"}}
        assert said == set(appraisal.record.unmapped), appraisal.name
        assert severities(appraisal).keys() <= set(Severity)


def test_four_in_five_trials_can_be_run_and_the_others_say_what_is_missing(appraised):
    trials = [appraisal for appraisal in appraised if interventional(appraisal)]
    can_run = [
        each
        for each in trials
        if not isinstance(each.protocol.design, Unsupported) and each.protocol.arms and each.protocol.outcomes
    ]
    kinds = Counter(each.protocol.design.kind for each in trials)
    sys.stdout.write(f"{len(can_run)} of {len(trials)} interventional records can be run: {dict(kinds)}\n")
    assert len(can_run) >= 0.8 * len(trials)
    for appraisal in appraised:
        design = appraisal.protocol.design
        if isinstance(design, Unsupported):
            assert appraisal.characteristics is None
            said = [problem.message for problem in appraisal.protocol.problems if design.missing in problem.message]
            assert len(said) == 1, appraisal.name
        else:
            assert appraisal.characteristics is not None, appraisal.name


def test_a_sample_goes_the_whole_way(paths, tmp_path):
    kinds = Counter()
    for path in paths[::WHOLE_WAY]:
        appraisal = run(str(path), tmp_path / path.stem, Options(), command="trialwright run")
        assert appraisal.failed == (), (path.name, appraisal.failed)
        kinds[appraisal.protocol.design.kind] += 1
        folder = tmp_path / path.stem
        results = json.loads((folder / "results.json").read_text(encoding="utf-8"), parse_constant=pytest.fail)
        if isinstance(appraisal.protocol.design, Unsupported):
            assert results["not_analysed"] == appraisal.protocol.design.missing
        else:
            assert results["estimates"], path.name
            reported = {row["outcome"] for row in results["estimates"]}
            assert {outcome.id for outcome in appraisal.protocol.outcomes} <= reported, path.name
        report = (folder / "report.html").read_text(encoding="utf-8")
        assert not re.search(r"<script|Traceback|\bNone\b</td>", report), path.name
    sys.stdout.write(f"the whole way: {dict(kinds)}\n")
    assert len(kinds) >= 3
