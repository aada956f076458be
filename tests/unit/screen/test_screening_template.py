"""The template: every column that the criteria ask for, recognised again when it comes back filled."""

import csv
import io
from pathlib import Path

import pytest

from trialwright.appraise.sources import open_input
from trialwright.protocol.eligibility.needs import needs
from trialwright.screen.criteria import asked, with_volunteers
from trialwright.screen.patients import Options, read
from trialwright.screen.patients.names import Names, Part
from trialwright.screen.patients.template import explained, header, template
from trialwright.screen.verdicts import judged

EXAMPLES = sorted((Path(__file__).resolve().parents[3] / "examples").glob("NCT*"))
FILLED = {"flag": "N", "level": "negative", "number": "1", "date": "2026-01-01", "answer": "Y"}


@pytest.fixture(scope="module", params=EXAMPLES, ids=lambda path: path.name.partition(".")[0])
def criteria(request):
    return asked(open_input(str(request.param)).protocol.eligibility)


def test_every_column_is_recognised_by_its_name(criteria):
    names = Names(need for each in criteria for need in needs(each.expression))
    columns = template(criteria)
    assert len({column.name for column in columns}) == len(columns)
    assert [column.name for column in columns if names.meaning(column.name) is None] == []
    for column in columns:
        by_name, by_key = names.meaning(column.name), names.meaning(column.key)
        assert (by_name.part, by_name.key) == (by_key.part, by_key.key)
        assert column.unit is None or by_name.unit == column.unit


def test_every_value_that_is_needed_has_a_column(criteria):
    names = Names(need for each in criteria for need in needs(each.expression))
    meanings = [names.meaning(column.name) for column in template(criteria)]
    things = {meaning.key for meaning in meanings if meaning.part not in (Part.OWN, Part.ANSWER)}
    for each in criteria:
        for need in needs(each.expression):
            if need.kind in ("flag", "level", "number") and need.key not in ("age", "sex"):
                stem = need.key.rpartition(" ")[0]
                assert need.key in things or stem in things, need


def test_the_template_comes_back_without_a_complaint(criteria, tmp_path):
    columns = template(criteria)
    (tmp_path / "t.columns.csv").write_text(explained(columns), encoding="utf-8")
    [names] = csv.reader(io.StringIO(header(columns)))
    blank = ["" for _ in names]
    (tmp_path / "t.csv").write_text(header(columns) + ",".join(["P-1", *blank[1:]]) + "\n", encoding="utf-8")
    for options in (Options(), Options(mapping=tmp_path / "t.columns.csv")):
        cohort = read(tmp_path / "t.csv", criteria, options)
        assert cohort.problems == ()
        verdicts = judged(criteria, with_volunteers(cohort))
        assert [each.verdict for each in verdicts.verdicts] == ["undecided"]


def test_a_column_declared_complete_in_the_companion_means_no(tmp_path):
    criteria = asked(open_input(str(EXAMPLES[-1])).protocol.eligibility)
    columns = template(criteria)
    rows = list(csv.reader(io.StringIO(explained(columns))))
    place = rows[0].index("complete")
    for row in rows[1:]:
        row[place] = "yes" if row[0] in ("pregnancy", "breastfeeding") else ""
    with (tmp_path / "m.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    (tmp_path / "t.csv").write_text("USUBJID,pregnancy,breastfeeding\n1,,\n2,Y,\n3,ND,\n", encoding="utf-8")
    # rows of the companion whose columns are not in the table are reported
    cohort = read(tmp_path / "t.csv", criteria, Options(mapping=tmp_path / "m.csv"))
    found = judged(criteria, with_volunteers(cohort)).met["exclusion-4"].to_list()
    assert found == [True, False, None]
