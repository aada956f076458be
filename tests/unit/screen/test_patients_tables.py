"""Tables of patients as coordinators keep them: a clear answer for each row, each bad cell named, nothing guessed."""

import csv
import io
from datetime import date

import polars as pl
import pytest
import tiny_workbook

from trialwright.core.errors import InputError
from trialwright.screen.gathering import people_of
from trialwright.screen.patients import Options, read
from trialwright.screen.patients.names import Names

HEADER = [
    "Patient ID", "Date of birth", "Gender", "Screening date", "Weight (kg)", "Height (cm)", "Creatinine",
    "Creatinine date", "HIV", "NYHA", "Remarks",
]  # fmt: skip
ROWS = [
    ["A-1", "1970-01-05", "F", "2026-03-01", "70,5", "170", "1.2 mg/dL", "2026-02-01", "N", "II", "fine"],
    ["A-2", "25/12/1969", "male", "2026-03-01", "ND", "1,7 m", "88 umol/L", "13/02/2026", "neg", "3", ""],
    ["A-1", "07.11.1980", "w", "2026-03-01", "", "168", "<5 mg/L", "02/02/2026", "unknown", "V", ""],
    ["A-4", "1985-06-30", "2", "2026-03-01", "712", "165", "90", "2026-02-31", "maybe", "", ""],
    ["", "1990-02-03", "M", "2026-03-01", "1,234", "181", "1,05 mg/dl", "2026-02-02", "positive", "1", ""],
]
DATES = (1, 3, 7)


def _as_csv(path, delimiter=",", encoding="utf-8"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([HEADER, *ROWS])
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def _as_workbook(path):
    rows = [HEADER]
    for row in ROWS:
        cells = [cell or None for cell in row]
        for place in DATES:
            if cells[place] and cells[place][4:5] == "-" and cells[place] != "2026-02-31":
                cells[place] = date.fromisoformat(cells[place])
        cells[5] = float(cells[5]) if cells[5].isdigit() else cells[5]
        rows.append(cells)
    tiny_workbook.write(path, {"Candidates": rows, "Other": [["x"], [1]]})
    return path


@pytest.fixture(params=["comma", "semicolon", "tab", "UTF-16", "Windows-1252", "workbook"])
def sheet(request, tmp_path):
    match request.param:
        case "comma":
            return _as_csv(tmp_path / "c.csv")
        case "semicolon":
            return _as_csv(tmp_path / "c.csv", ";", "utf-8-sig")
        case "tab":
            return _as_csv(tmp_path / "c.tsv", "\t")
        case "UTF-16":
            return _as_csv(tmp_path / "c.csv", "\t", "utf-16")
        case "Windows-1252":
            return _as_csv(tmp_path / "c.csv", ";", "cp1252")
        case _:
            return _as_workbook(tmp_path / "c.xlsx")


def test_a_coordinators_sheet_gets_a_clear_answer_for_each_row(sheet):
    cohort = read(sheet)
    one, two, again, four, five = people_of(cohort)
    assert [each.id for each in (one, two, again, four, five)] == ["A-1", "A-2", "A-1", "A-4", "row 6"]
    assert [each.sex for each in (one, two, again, four, five)] == ["FEMALE", "MALE", "FEMALE", None, "MALE"]
    assert (int(one.age), one.age_whole, int(two.age)) == (56, False, 56)
    assert int(again.age) == 45  # the 25/12 above it shows that 07.11. is in November
    [weight] = one.measures["body-weight"]
    assert (weight.value, weight.unit) == (70.5, "kg")
    assert "body-weight" not in two.measures
    assert "body-weight" not in again.measures
    [height] = two.measures["body-height"]
    assert (height.value, height.unit) == (1.7, "m")
    assert [(r.value, r.unit, r.date) for r in one.measures["creatinine"]] == [(1.2, "mg/dL", date(2026, 2, 1))]
    assert [(r.value, r.unit, r.date) for r in two.measures["creatinine"]] == [(88.0, "umol/L", date(2026, 2, 13))]
    assert [r.unit for r in again.measures["creatinine"]] == ["not a value: <5 mg/L"]
    assert [(r.unit, r.date) for r in four.measures["creatinine"]] == [(None, None)]
    assert [(r.value, r.unit) for r in five.measures["creatinine"]] == [(1.05, "mg/dL")]
    assert [each.facts["hiv-infection"][0].present for each in (one, two, again, four, five)] == [
        False, False, None, None, True,
    ]  # fmt: skip
    assert [r.text or r.value for r in two.measures["nyha"]] == [3.0]


def test_every_bad_cell_of_it_is_named(sheet):
    found = {
        (p.code, p.message.split(":")[0].removesuffix(" is not recognised and not used")) for p in read(sheet).problems
    }
    found -= {each for each in found if each[0] == "SCR-042"}
    assert found >= {
        ("SCR-003", "A-1 stands in rows 2 and 4; each is judged by itself"),
        ("SCR-002", "row 6, column USUBJID"),
        ("SCR-005", "row 5 (A-4), column Gender"),
        ("SCR-020", "column Remarks"),
        ("SCR-022", "row 4 (A-1), column Creatinine"),
        ("SCR-024", "row 5 (A-4), column Creatinine date"),
        ("SCR-026", "row 5 (A-4), column Weight (kg)"),
        ("SCR-028", "column Creatinine"),
        ("SCR-030", "row 3 (A-2), column Weight (kg)"),
        ("SCR-030", "row 4 (A-1), column HIV"),
        ("SCR-007", "row 5 (A-4), column HIV"),
        ("SCR-031", "row 4 (A-1), column NYHA"),
    }


def test_a_comma_is_decimal_where_the_column_shows_it_and_doubtful_where_nothing_does():
    def weights(*cells):
        rows = [{"USUBJID": str(n), "weight (kg)": cell} for n, cell in enumerate(cells)]
        return [[r.value for r in p.measures.get("body-weight", ()) if r.unit == "kg"] for p in people_of(read(rows))]

    assert weights("70,5", "1,234") == [[70.5], [1.234]]
    assert weights("70.5", "1,234") == [[70.5], []]
    assert weights("1,234,567.5", "1,234") == [[1234567.5], [1234.0]]
    assert weights("70,5", "1.234") == [[70.5], []]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["03/04/2020", "25/04/2020"], [date(2020, 4, 3), date(2020, 4, 25)]),
        (["03/04/2020", "04/25/2020"], [date(2020, 3, 4), date(2020, 4, 25)]),
        (["03/04/2020", "25/04/2020", "04/25/2020"], [None, date(2020, 4, 25), date(2020, 4, 25)]),
        (["03/04/2020", "2020-05-01"], [None, date(2020, 5, 1)]),
        (["04/04/2020", "3 Apr 2020", "April 3, 2020"], [date(2020, 4, 4), date(2020, 4, 3), date(2020, 4, 3)]),
        (["31/02/2020", "12/13/20", "43831"], [None, None, None]),
    ],
)
def test_the_column_decides_which_number_is_the_day(cells, days):
    cohort = read([{"USUBJID": str(n), "screening date": cell} for n, cell in enumerate(cells)])
    assert cohort.people["screening"].to_list() == days
    assert sum(p.code in ("SCR-024", "SCR-025") for p in cohort.problems) == days.count(None)


def test_a_mapping_says_what_columns_mean(tmp_path):
    table = tmp_path / "t.csv"
    table.write_text("Nr;Krea;AVC;Besuch;Bem\n1;101,234;;03/04/2026;x\n2;90;ja;05/04/2026;y\n", encoding="utf-8")
    (tmp_path / "m.yaml").write_text(
        "columns:\n  Nr: id\n  Krea: {key: creatinine, unit: umol/L, decimal comma: yes}\n"
        "  AVC: {key: stroke, complete: yes}\n  Besuch: {key: screening date, date format: d/m/y}\n"
        "  Bem: {ignore: yes}\n  Gone: {key: bmi}\n",
        encoding="utf-8",
    )
    (tmp_path / "m.csv").write_text(
        "column,key,unit,complete,date format,decimal comma,ignore\nNr,id,,,,,\nKrea,creatinine,umol/L,,,yes,\n"
        "AVC,stroke,,yes,,,\nBesuch,screening date,,,d/m/y,,\nBem,,,,,,yes\nGone,bmi,,,,,\n",
        encoding="utf-8",
    )
    for name in ("m.yaml", "m.csv"):
        cohort = read(table, (), Options(mapping=tmp_path / name))
        assert [p.code for p in cohort.problems] == ["SCR-036"]
        one, two = people_of(cohort)
        assert [r.value for r in one.measures["creatinine"]] == [101.234]
        assert one.screening == date(2026, 4, 3)
        assert ("stroke" in one.facts, two.facts["stroke"][0].present) == (False, True)
        assert cohort.complete == {"stroke"}


def test_what_is_not_known_in_a_complete_column_is_no_no(tmp_path):
    (tmp_path / "m.csv").write_text("column,key,complete\nstroke,stroke,yes\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,stroke\n1,ND\n2,\n", encoding="utf-8")
    one, two = people_of(read(tmp_path / "t.csv", (), Options(mapping=tmp_path / "m.csv")))
    assert [r.present for r in one.facts["stroke"]] == [None]
    assert "stroke" not in two.facts


@pytest.mark.parametrize(
    "text",
    ["columns: [1]", "A: {key: nonsense}", "A: {kind: colour}", "A: {key: alt, complete: perhaps}", "{", "A: {b: c}"],
)
def test_a_mapping_that_cannot_be_used_is_refused(tmp_path, text):
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "t.csv").write_text("id,A\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="SCR-037"):
        read(tmp_path / "t.csv", (), Options(mapping=tmp_path / "m.yaml"))


def test_an_unknown_column_is_reported_with_the_nearest_name(tmp_path):
    (tmp_path / "t.csv").write_text("id,Creatinnine (mg/dL)\n1,1\n", encoding="utf-8")
    [problem] = read(tmp_path / "t.csv").problems
    assert (problem.code, problem.expected) == ("SCR-020", "a known name; the nearest is 'creatinine'")


def test_a_million_faults_make_a_short_report():
    rows = [{"USUBJID": str(n), "AGE": "old", "stroke": "?!", "alt (U/L)": "1,5e"} for n in range(3000)]
    problems = read(rows).problems
    assert len(problems) < 70
    assert [p.message for p in problems if "more like" in p.message] == [
        f"2980 more like the 20 above in column {name}" for name in ("AGE", "stroke", "alt (U/L)")
    ]


def test_companions_give_unit_date_and_limits():
    row = {
        "USUBJID": "1",
        "ALT": "50",
        "ALT unit": "U/L",
        "ALT high": "40",
        "ALT low (U/L)": "5",
        "ALT date": "2026-01-02",
    }
    [one] = people_of(read([row]))
    [record] = one.measures["alt"]
    assert (record.value, record.unit, record.low, record.high, record.date) == (50, "U/L", 5, 40, date(2026, 1, 2))
    drug = {"USUBJID": "1", "prednisone": "Y", "prednisone dose (mg/day)": "12,5", "prednisone route": "po"}
    [one] = people_of(read([drug]))
    [fact] = one.facts["prednisone"]
    assert (fact.present, fact.dose, fact.unit, fact.per, fact.route) == (True, 12.5, "mg", "day", "ORAL")


def test_a_limit_in_another_unit_is_converted():
    row = {"USUBJID": "1", "bilirubin (umol/L)": "34.2", "bilirubin high (mg/dL)": "1.2"}
    [one] = people_of(read([row]))
    [record] = one.measures["bilirubin"]
    assert record.high == pytest.approx(20.52, abs=0.01)


def test_no_and_a_date_contradict_each_other():
    cohort = read([{"USUBJID": "1", "stroke": "N", "stroke date": "2020-01-01"}])
    [one] = people_of(cohort)
    assert [r.present for r in one.facts["stroke"]] == [None]
    assert [p.code for p in cohort.problems] == ["SCR-043"]


def test_the_age_is_counted_on_the_screening_date():
    rows = [{"USUBJID": "1", "birth date": "2008-03-01"}, {"USUBJID": "2", "birth date": "2008-03-02"}]
    ages = read(rows, (), Options(as_of=date(2026, 3, 1))).people["age"].to_list()
    assert ages[0] == 18.0
    assert 17.9 < ages[1] < 18
    assert read(rows).people["age"].null_count() == 2
    [year] = people_of(read([{"USUBJID": "1", "birth date": "1970"}], (), Options(as_of=date(2026, 7, 1))))
    assert year.age_whole
    assert 55 < year.age < 56


def test_parquet_stays_typed_and_is_read_like_text(tmp_path):
    frame = pl.DataFrame(
        {
            "USUBJID": [1, 2],
            "AGE": [50.0, 200.0],
            "SEX": pl.Series(["F", "M"], dtype=pl.Categorical),
            "alt (U/L)": [30.0, float("nan")],
            "stroke": [True, None],
            "stroke date": [date(2020, 1, 1), None],
        }
    )
    frame.write_parquet(tmp_path / "p.parquet")
    cohort = read(tmp_path / "p.parquet")
    one, two = people_of(cohort)
    assert (one.id, one.age, one.sex, two.age) == ("1", 50.0, "FEMALE", None)
    assert one.facts["stroke"][0].start == date(2020, 1, 1)
    assert "alt" not in two.measures
    assert [p.code for p in cohort.problems] == ["SCR-004"]


def test_long_tables_join_by_id(tmp_path):
    (tmp_path / "p.csv").write_text("id,age\n1,50\n2,60\n2,61\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text(
        'id,test,value,unit,date,low,high\n1,ALT,50,U/L,2026-01-01,5,40\n2,Creatinine,"1,1",mg/dL,2026-02-01,,\n'
        "9,ALT,3,U/L,,,\n1,Foo,1,,,,\n2,ALT,<3,U/L,,,\n",
        encoding="utf-8",
    )
    (tmp_path / "f.csv").write_text(
        "id,concept,present,start,end,ongoing,dose,unit,per,route\n1,stroke,,2020-01-01,2020-01-09,N,,,,\n"
        "2,prednisone,Y,2026-01-01,,Y,10,mg,day,oral\n2,hepatitis B,N,,,,,,,\n8,asthma,Y,,,,,,,\n",
        encoding="utf-8",
    )
    cohort = read(tmp_path / "p.csv", (), Options(labs=tmp_path / "l.csv", facts=tmp_path / "f.csv"))
    one, two, again = people_of(cohort)
    assert [(r.value, r.high, r.date) for r in one.measures["alt"]] == [(50, 40, date(2026, 1, 1))]
    assert one.facts["stroke"][0].end == date(2020, 1, 9)
    assert two.measures == again.measures
    assert [r.value for r in two.measures["creatinine"]] == [1.1]
    assert [r.unit for r in two.measures["alt"]] == ["not a value: <3"]
    drug = two.facts["prednisone"][0]
    assert (drug.dose, drug.unit, drug.per, drug.route, drug.ongoing) == (10, "mg", "day", "ORAL", True)
    assert two.facts["hepatitis-b"][0].present is False
    assert sorted(p.code for p in cohort.problems) == ["SCR-003", "SCR-022", "SCR-033", "SCR-033", "SCR-034"]


def test_a_sheet_is_chosen_by_name(tmp_path):
    path = tmp_path / "b.xlsx"
    tiny_workbook.write(path, {"Notes": [["hello"]], "People": [["ID", "AGE"], ["1", 40]]})
    [one] = people_of(read(path, (), Options(sheet="People")))
    assert (one.id, one.age) == ("1", 40.0)
    with pytest.raises(InputError, match="no sheet 'Gone'"):
        read(path, (), Options(sheet="Gone"))


def test_what_cannot_be_known_yet_has_no_date(tmp_path):
    (tmp_path / "p.csv").write_text(
        "id,screening date,stroke,stroke date,surgery,surgery date,asthma date\n"
        "1,2026-03-01,Y,2062-01-01,Y,2026-04-01,2026-03-02\n",
        encoding="utf-8",
    )
    (tmp_path / "f.csv").write_text("id,concept,start\n1,epilepsy,2027-01-01\n1,surgery,2027-01-01\n", encoding="utf-8")
    cohort = read(tmp_path / "p.csv", (), Options(facts=tmp_path / "f.csv"))
    [one] = people_of(cohort)
    assert [(r.present, r.start) for r in one.facts["stroke"]] == [(True, None)]
    assert [r.present for r in one.facts["asthma"]] == [None]
    assert sorted(r.start for r in one.facts["surgery"]) == [date(2026, 4, 1), date(2027, 1, 1)]
    assert [(r.present, r.start) for r in one.facts["epilepsy"]] == [(True, None)]
    assert [p.code for p in cohort.problems] == ["SCR-029"] * 3


def test_two_columns_of_one_thing_are_two_values():
    [one] = people_of(cohort := read([{"USUBJID": "1", "alt (U/L)": "30", "ALT (IU/L)": "50"}]))
    assert sorted(r.value for r in one.measures["alt"]) == [30, 50]
    assert [p.code for p in cohort.problems] == ["SCR-032"]


def test_long_identifiers_stay_exact(tmp_path):
    ids = [2**60 + 1, 2**60 + 2]
    pl.DataFrame({"id": ids}).write_parquet(tmp_path / "p.parquet")
    assert read(tmp_path / "p.parquet").people["id"].to_list() == [str(each) for each in ids]
    pl.DataFrame({"id": [1.5, 2.0]}).write_parquet(tmp_path / "p.parquet")
    assert read(tmp_path / "p.parquet").people["id"].to_list() == ["1.5", "2"]


def test_a_long_table_with_nameless_rows_is_read(tmp_path):
    (tmp_path / "p.csv").write_text("id\n1\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text("id,test,value\n1,,5\n1,INR,1.1\n", encoding="utf-8")
    cohort = read(tmp_path / "p.csv", (), Options(labs=tmp_path / "l.csv"))
    assert cohort.measures["key"].to_list() == ["inr"]
    assert [p.code for p in cohort.problems] == ["SCR-034"]


def test_a_table_without_rows_is_a_cohort_of_nobody(tmp_path):
    (tmp_path / "p.csv").write_text("id,age,alt (U/L),stroke,stroke date\n", encoding="utf-8")
    (tmp_path / "l.csv").write_text("id,test,value,date\n", encoding="utf-8")
    (tmp_path / "f.csv").write_text("id,concept,start\n", encoding="utf-8")
    options = Options(labs=tmp_path / "l.csv", facts=tmp_path / "f.csv", as_of=date(2026, 1, 1))
    assert len(read(tmp_path / "p.csv", (), options)) == 0


def test_the_line_that_excel_puts_first_is_passed_over(tmp_path):
    (tmp_path / "p.csv").write_text("sep=;\nid;age\n1;50\n;\n2;old\n", encoding="utf-8")
    cohort = read(tmp_path / "p.csv")
    assert cohort.people["age"].to_list() == [50.0, None]
    assert [p.message for p in cohort.problems] == ["row 5 (2), column age: 'old': it is no age; it is unknown"]


@pytest.mark.parametrize(
    ("name", "key", "unit"),
    [
        ("Creatinine [mg/dL]", "creatinine", "mg/dL"),
        ("creatinine_umol_l", "creatinine", "umol/L"),
        ("Hb g/dL", "hemoglobin", "g/dL"),
        ("Hb (G/L)", "hemoglobin", "g/L"),
        ("PLT (G/L)", "platelets", "10^9/L"),
        ("K (mmol/L)", "serum-potassium", "mmol/L"),
        ("Weight in kg", "body-weight", "kg"),
        ("FEV1 % predicted", "fev1", "% predicted"),
        ("Pregnant (Y/N)", "pregnancy", None),
        ("MI", "myocardial-infarction", None),
        ("allergy to penicillin", "allergy:penicillin", None),
        ("Subject-ID", "id", None),
        ("Sex (M/F)", "sex", None),
        ("Inclusion 4.1", "inclusion-4.1", None),
    ],
)
def test_headings_are_known_as_people_write_them(name, key, unit):
    meaning = Names().meaning(name)
    assert (meaning.key, meaning.unit) == (key, unit)


def test_a_heading_can_state_the_form_of_its_dates():
    cohort = read([{"USUBJID": "1", "Screening date (mm/dd/yyyy)": "03/04/2026"}])
    assert cohort.people["screening"].to_list() == [date(2026, 3, 4)]
