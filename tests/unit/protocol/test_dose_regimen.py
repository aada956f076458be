"""Administrations, days, routes and volumes from the words of registries."""

from decimal import Decimal

import pytest

from trialwright.core.quantity import Amount
from trialwright.protocol.dosing.frequency import frequency
from trialwright.protocol.dosing.regimen import administrations, days, volume
from trialwright.protocol.dosing.route import routes


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("3 does of cells", 3),
        ("two doses of cells", 2),
        ("three intravenous doses", 3),
        ("transfusion 3 times of cells", 3),
        ("a single infusion", 1),
        ("one-time, single-dose therapy", 1),
        ("given once.", 1),
        ("infused twice", 2),
        ("2 times a day", None),
        ("once daily", None),
        ("three dose levels", None),
        ("a single-arm trial", None),
        ("200 mg in a single-dose vial", None),
        ("twice weekly", None),
    ],
)
def test_administrations(text, count):
    found = administrations(text)
    assert (found[0] if found else None) == count


@pytest.mark.parametrize(
    ("text", "relative"),
    [
        ("at Day 0, Day 3, Day 6", (0, 3, 6)),
        ("on Day 1, Day 8, and Day 15", (0, 7, 14)),
        ("at the first and fourth day after assignment", (0, 3)),
        ("at weeks 0, 2 and 4", (0, 14, 28)),
        ("on days 1 to 5", (0, 1, 2, 3, 4)),
        ("once a week for 4 weeks", (0, 7, 14, 21)),
        ("on Day 1 of each 21-day cycle", None),
        ("on days 1, 8 and 15 of every 28-day cycle", None),
        ("follow-up at days 7, 14 and 28", None),
        ("on days -5, -4 and -3", None),
        ("twice a week for three months", None),
    ],
)
def test_days_count_from_the_first_dose(text, relative):
    found = days(text)
    assert (found.relative if found else None) == relative


def test_a_stated_number_of_administrations_must_agree_with_the_days():
    assert days("at Day 0, Day 3, Day 6", expected=2) is None
    assert days("3 infusions every two weeks", expected=3).relative == (0, 14, 28)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("intravenously", ("INTRAVENOUS",)),
        ("via IV infusion", ("INTRAVENOUS",)),
        ("i.v. transfusion", ("INTRAVENOUS",)),
        ("into a vein", ("INTRAVENOUS",)),
        ("stage III - IV disease", ()),
        ("a phase IV study", ()),
        ("by instillation", ()),
        ("an infusion", ()),
        ("given orally", ("ORAL",)),
        ("sub-cutaneous", ("SUBCUTANEOUS",)),
        ("intra-articular injection", ("INTRA-ARTICULAR",)),
        ("orally or intravenously", ("ORAL", "INTRAVENOUS")),
    ],
)
def test_routes_are_cdisc_terms(text, terms):
    assert routes(text) == terms


def test_volume_and_frequency():
    assert volume("suspended in 100 ml albumin")[0] == Amount(Decimal(100), "mL")
    assert volume("a vial of 2 mL") is None
    assert frequency("every 3 weeks") == "Q3W"
    assert frequency("twice daily") == "BID"
    assert frequency("as needed") is None
