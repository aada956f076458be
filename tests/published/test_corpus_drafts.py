"""Of the real interventional records, how many get a design that can be run; the rate is measured and printed."""

import sys
from collections import Counter

import pytest

from trialwright.protocol import check, draft, files
from trialwright.protocol.kinds import Unsupported
from trialwright.record.read import read

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def drafts(corpus):
    paths = sorted((corpus / "corpus" / "v2_json").glob("*.json"))
    return [(record, draft(record)) for record in map(read, paths)]


def test_four_in_five_interventional_records_get_a_design_that_can_be_run(drafts):
    trials = [(r, p) for r, p in drafts if r.study.protocol_section.design_module.study_type == "INTERVENTIONAL"]
    kinds = Counter(getattr(p.design, "name", p.design.kind) for _, p in trials)
    runnable = [p for _, p in trials if not isinstance(p.design, Unsupported) and p.arms and p.analysed_outcomes]
    sys.stdout.write(f"{len(runnable)} of {len(trials)} interventional records have a design to run: {dict(kinds)}\n")
    assert len(runnable) >= 0.8 * len(trials)


def test_the_others_get_one_problem_that_says_what_is_missing(drafts):
    for record, protocol in drafts:
        if isinstance(protocol.design, Unsupported):
            said = [problem for problem in protocol.problems if problem.code == "DRAFT-130"]
            assert len(said) == 1, record.nct_id
            assert protocol.design.missing in said[0].message


def test_no_draft_contradicts_itself_and_every_file_reads_back(drafts):
    for record, protocol in drafts:
        assert check(protocol) == (), record.nct_id
        assert all(arm.role.value for arm in protocol.arms)
    for _, protocol in drafts[::10]:
        assert files.load(files.dump(protocol)) == protocol
