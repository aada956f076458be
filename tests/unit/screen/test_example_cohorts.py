"""The cohorts that come with the examples: a table and a FHIR Bundle of the same people get the same verdicts."""

from pathlib import Path

import pytest

from trialwright.appraise.sources import open_input
from trialwright.screen.criteria import asked, with_volunteers
from trialwright.screen.patients import read
from trialwright.screen.verdicts import judged

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
RECORDS = sorted(EXAMPLES.glob("NCT*"))


@pytest.fixture(scope="module", params=RECORDS, ids=lambda path: path.name.partition(".")[0])
def both(request):
    criteria = asked(open_input(str(request.param)).protocol.eligibility)
    name = request.param.name.partition(".")[0]
    files = [EXAMPLES / "cohorts" / f"{name}{ending}" for ending in (".csv", ".fhir.json")]
    return [judged(criteria, with_volunteers(read(file, criteria))) for file in files]


def test_the_table_and_the_bundle_give_the_same_verdicts(both):
    table, bundle = both
    assert table.met.rows() == bundle.met.rows()
    assert table.verdicts == bundle.verdicts
    assert len(table.verdicts) == 30


def test_nothing_in_them_is_unreadable(both):
    # SCR-020: the cohort was made before the criteria were read better; python examples/make_cohorts.py makes it again
    for verdicts in both:
        assert [p.message for p in verdicts.problems if p.code not in ("SCR-020", "SCR-030", "SCR-034")] == []


def test_they_are_a_mix_of_verdicts(both):
    counts = both[0].counts()
    missing = any("missing from the record" in text or "was lost" in text for text in both[0].questions.values())
    assert counts["not eligible"] >= 4
    assert counts["undecided"] >= 4
    assert counts["eligible"] >= 4 or missing
