"""What whole arms are given: a value that the texts do not settle stays unknown, in made-up arms."""

import json

import pytest

from trialwright.protocol.arms.draft import draft_arms
from trialwright.protocol.drafting import draft
from trialwright.record import read


def made_up(arms, interventions, *, text="", design=None, count=20):
    """A record of made-up arms; the interventions of an arm are those that its list names."""
    groups = [
        {"label": label, "type": kind, "description": description, "interventionNames": names}
        for label, kind, description, names in arms
    ]
    given = [{"type": kind, "name": name, "description": description} for kind, name, description in interventions]
    return read(
        json.dumps(
            {
                "protocolSection": {
                    "identificationModule": {"nctId": "NCT00000001", "briefTitle": "A made-up trial"},
                    "descriptionModule": {"briefSummary": text},
                    "designModule": {
                        "studyType": "INTERVENTIONAL",
                        "designInfo": design or {"allocation": "RANDOMIZED", "interventionModel": "PARALLEL"},
                        "enrollmentInfo": {"count": count, "type": "ESTIMATED"},
                    },
                    "armsInterventionsModule": {"armGroups": groups, "interventions": given},
                }
            }
        ).encode(),
        name="made-up.json",
    )


def dosing(description, *, name="UC-MSC", kind="BIOLOGICAL", arm=""):
    record = made_up(
        [("Treated", "EXPERIMENTAL", arm, [f"{kind.title()}: {name}"])],
        [(kind, name, description)],
        design={"allocation": "NA", "interventionModel": "SINGLE_GROUP"},
    )
    (one,) = draft_arms(record).arms
    return one.treatments[0].dosing


@pytest.mark.parametrize(
    "text",
    [
        "Up to 2 administrations are allowed.",
        "0.3 mg/kg on days 1-5 (5 doses) and then 0.25 mg/kg twice a week (6 doses).",
        "Two infusions 7 days apart. Infusions will be repeated every 3 months for a year.",
        "Tablets on days 1 to 5 of each 28-day cycle.",
        "A single dose on day 1 of every 21-day cycle.",
        "3 doses on Days 1, 3 and 5 of induction. Everyone then receives doses on Days 2, 4, 6 and 9 of consolidation.",
        "Cells are placed at the fracture. Imaging was done after repair, at week 4 and week 12.",
        "The dressing is evaluated every week for 2 weeks.",
        "Cells are given no less than ten days apart.",
    ],
)
def test_a_number_of_administrations_that_is_not_the_whole_is_not_known(text):
    found = dosing(text)
    assert (found.administrations, found.days) == (None, None)


@pytest.mark.parametrize(
    ("text", "administrations", "days"),
    [
        ("Infused once a day for 3 consecutive days.", 3, (0, 1, 2)),
        ("15 transendocardial injections of 0.4 ml in a single procedure.", 1, (0,)),
        ("Two (2) infusions of cells.", 2, None),
        ("Two intravenous infusion of cells.", 2, None),
        ("Six autologous stem cell injections every 2 months.", 6, (0, 60, 120, 180, 240, 300)),
        ("Infused once a week for 4 weeks. Partial responders may have 2 additional infusions.", 4, (0, 7, 14, 21)),
    ],
)
def test_a_stated_number_of_administrations_is_read(text, administrations, days):
    found = dosing(text)
    assert (found.administrations, found.days) == (administrations, days)


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("1 million cord cells per body kg", ["1,000,000 cells/kg"]),
        ("2x10^6 cells per body weight", []),
        ("second dose level 5 x 10^6 cells/kg", ["5,000,000 cells/kg"]),
        ("100M or 300M cells", ["100,000,000 cells", "300,000,000 cells"]),
        ("200 000 000 MSCs", ["200,000,000 cells"]),
        ("selected in coculture with BV2 cells", []),
        ("UM01 cells in saline", []),
        ("the donor site is numbed with 50 mg lidocaine", []),
    ],
)
def test_doses_of_cell_products(text, doses):
    assert [str(reading.dose) for reading in dosing(text).readings] == doses


def test_a_total_without_a_number_of_administrations_is_not_the_dose_of_one():
    assert dosing("A total dose of 600 x 10^6 cells.").dose is None
    told = dosing("A total dose of 600 x 10^6 cells on four days, once daily.")
    assert [str(reading.dose) for reading in told.readings] == ["150,000,000 cells", "600,000,000 cells"]


@pytest.mark.parametrize(
    ("text", "route"),
    [
        ("into the knee joint", "INTRA-ARTICULAR"),
        ("via the hepatic artery", "INTRA-ARTERIAL"),
        ("submucosal injection, then intravenously", None),
        ("PO or IV", None),
        ("an incision in the vaginal mucosa", None),
        ("for rectal cancer", None),
    ],
)
def test_routes(text, route):
    assert dosing(f"Cells are given {text}.").route == route


def test_days_of_a_line_in_a_list_belong_to_the_drug_of_that_line():
    arm = "Course 1:\n* Alphanib 140 mg daily\n* XyO 0.8 mg/m2 Day 8\n* Intrathecal betamycin 15 mg"
    record = made_up(
        [("Both", "EXPERIMENTAL", arm, ["Drug: Alphanib", "Drug: Betamycin"])],
        [("DRUG", "Alphanib", "A tablet."), ("DRUG", "Betamycin", "A solution.")],
        design={"allocation": "NA", "interventionModel": "SINGLE_GROUP"},
    )
    alpha, beta = draft_arms(record).arms[0].treatments
    assert [str(reading.dose) for reading in alpha.dosing.readings] == ["140 mg"]
    assert (alpha.dosing.route, alpha.dosing.administrations) == (None, None)
    assert [str(reading.dose) for reading in beta.dosing.readings] == ["15 mg"]


def test_a_dose_that_follows_a_day_is_no_day():
    found = dosing("1.5 x 10^6 MSC/kg on day 1, and 3 x 10^6 MSC/kg on day 4.")
    assert (found.dose, found.days) == (None, None)
    assert [str(reading.dose) for reading in found.readings] == ["1,500,000 cells/kg", "3,000,000 cells/kg"]


def test_a_dose_with_a_decimal_comma_after_a_day_is_no_day():
    assert dosing("12,5 million cells at day 0 and 12,5 million cells at day 14").days in (None, (0, 14))


def test_a_volume_that_is_one_of_two_or_of_another_substance_is_not_known():
    assert dosing("5 ml of cells combined with 10 ml of plasma").volume is None
    assert dosing("10% DMSO (total volume of 5 mL DMSO in the product)").volume is None
    assert str(dosing("cells suspended in 100 ml saline").volume) == "100 mL"


TWO = [
    ("Treated", "EXPERIMENTAL", "cells", ["Biological: UC-MSC"]),
    ("Standard care", "NO_INTERVENTION", "no cells", []),
]
ONE = [("BIOLOGICAL", "UC-MSC", "given once")]


def test_a_ratio_is_ordered_by_the_names_that_follow_it():
    record = made_up(TWO, ONE, text="Patients are randomized in a 1:3 ratio (SOC: UC-MSC).")
    assert draft(record).design.ratio == (3, 1)


def test_sizes_that_do_not_make_up_the_planned_number_are_not_those_of_the_arms():
    text = "In an earlier study 9 patients were in the treated group; 60 patients in the control group."
    assert [arm.size for arm in draft(made_up(TWO, ONE, text=text, count=129)).arms] == [None, None]


@pytest.mark.parametrize(("said", "size"), [("3-12 subjects", None), ("3-6 subjects", 3), ("4 subjects", 4)])
def test_a_range_of_cohort_sizes_is_no_size(said, size):
    from trialwright.protocol.escalation.text import read_escalation

    text = f"Dose escalation with {said} in each dose group."
    assert read_escalation(made_up(TWO, ONE, text=text)).cohort_size == size


def test_randomised_cohorts_of_rising_doses_are_not_parallel_groups():
    arms = [
        ("Control", "SHAM_COMPARATOR", "", ["Biological: UC-MSC"]),
        ("Cohort 1", "EXPERIMENTAL", "10x10^6 MSC", ["Biological: UC-MSC"]),
        ("Cohort 2", "EXPERIMENTAL", "30x10^6 MSC", ["Biological: UC-MSC"]),
    ]
    design = draft(made_up(arms, ONE, text="A dose-escalating study.")).design
    assert design.kind == "not runnable"
