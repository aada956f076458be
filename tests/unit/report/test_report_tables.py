"""The evidence table and the index: doses made comparable exactly, and no cell that does harm."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import pytest
import report_builder

from trialwright.core.quantity import Amount, AmountPerKg, AmountPerSquareMetre
from trialwright.protocol.arms import Arm, ArmRole, Treatment
from trialwright.protocol.dosing import DoseReading, DoseReference, Dosing
from trialwright.report import index, tables
from trialwright.report.contents import Contents
from trialwright.report.evidence import EvidenceRow, evidence_row

WEIGHT = Decimal("61.5")


def row(contents: Contents, **more: object) -> EvidenceRow:
    return evidence_row(contents.protocol, contents.record, WEIGHT, **more)  # type: ignore[arg-type]


def with_dosing(dosing: Dosing) -> EvidenceRow:
    base = report_builder.two_arms()
    arm = Arm("arm-1", "One", ArmRole.EXPERIMENTAL, (Treatment("Cells", "BIOLOGICAL", dosing, "x"),), "x")
    return row(replace(base, protocol=replace(base.protocol, arms=(arm,))))


def test_doses_per_kg_are_multiplied_exactly_and_flat_doses_are_not() -> None:
    first = row(report_builder.contents()).regimens[0]
    assert first.per_administration == Amount(Decimal("30750000.0"), "cells")
    (flat,) = row(report_builder.two_arms()).regimens
    assert flat.per_administration == Amount(Decimal("4E7"), "cells")
    assert flat.total == Amount(Decimal("1.2E8"), "cells")


def test_controls_are_not_products() -> None:
    assert {regimen.product for regimen in row(report_builder.two_arms()).regimens} == {"UC-MSC"}


def test_what_cannot_be_compared_says_why() -> None:
    area = with_dosing(Dosing((DoseReading(AmountPerSquareMetre(Decimal(75), "mg"), "as written"),), administrations=2))
    assert area.regimens[0].per_administration is None
    assert "body surface" in area.regimens[0].why_not
    later = with_dosing(Dosing(reference=DoseReference("the selected dose")))
    assert later.regimens[0].stated == "the selected dose"
    assert "selected dose" in later.regimens[0].why_not


def test_an_ambiguous_dose_names_the_reading_used_and_the_others() -> None:
    readings = (
        DoseReading(AmountPerKg(Decimal("4E7"), "cells"), "the usual spelling"),
        DoseReading(AmountPerKg(Decimal("4E8"), "cells"), "as written", likely=False),
    )
    assert with_dosing(Dosing(readings)).regimens[0].reading == (
        "the usual spelling; also readable as 400 million cells/kg"
    )


def test_the_csv_has_one_line_for_each_dose_and_no_formula() -> None:
    bad = replace(row(report_builder.contents()), title='=HYPERLINK("x")')
    lines = list(csv.DictReader(io.StringIO(tables.as_csv([bad]))))
    assert [line["dose_per_administration"] for line in lines] == ["30750000", "61500000", "92250000"]
    assert {line["title"] for line in lines} == {'\'=HYPERLINK("x")'}


def test_the_json_and_the_csv_agree() -> None:
    rows = [row(report_builder.contents()), row(report_builder.two_arms())]
    listed = [r for one in tables.as_json(rows, WEIGHT) for r in one["regimens"]]
    lines = list(csv.DictReader(io.StringIO(tables.as_csv(rows))))
    assert [r["per_administration"]["value"] for r in listed] == [line["dose_per_administration"] for line in lines]


@pytest.mark.parametrize("name", ["javascript:alert(1)", "//evil.test/x", "a b/<script>.html", "../x"])
def test_links_stay_within_the_folder(name: str) -> None:
    page = index.render([index.IndexRow("f", name, title="t")])
    assert 'href="./' in page
    assert "javascript:" not in page
    assert 'href="//' not in page
    assert "<script" not in page


def test_hostile_text_is_escaped_in_both_pages() -> None:
    bad = "<script>alert(1)</script>"
    page = tables.render([row(report_builder.hostile(), report="x")], WEIGHT, left_out=((bad, bad),), version=bad)
    page += index.render([index.IndexRow(bad, reason=bad), index.IndexRow(bad, bad, bad, bad, bad, bad)])
    assert "<script" not in page


def test_the_index_keeps_failures_apart_with_their_reason() -> None:
    page = index.render([index.IndexRow("good", "a/report.html"), index.IndexRow("bad", reason="INP-001: empty")])
    assert page.index("a/report.html") < page.index('id="failed"') < page.index("INP-001: empty")


def test_a_table_of_nothing_says_so() -> None:
    assert "No record could be read" in tables.render([], WEIGHT)


def test_an_arm_that_holds_several_dose_levels_has_a_line_for_each() -> None:
    base = report_builder.contents()
    dosing = Dosing(reference=DoseReference("the doses of the cohorts", to="dose level"), administrations=1)
    arm = Arm("arm-1", "All cohorts", ArmRole.DOSE_LEVEL, (Treatment("Cells", "BIOLOGICAL", dosing, "x"),), "x")
    levels = tuple(replace(level, arm="arm-1") for level in base.protocol.dose_levels)
    made = row(replace(base, protocol=replace(base.protocol, arms=(arm,), dose_levels=levels)))
    assert [r.per_administration for r in made.regimens] == [
        Amount(Decimal(n), "cells") for n in ("30750000", "61500000", "92250000")
    ]
    assert [r.arm for r in made.regimens] == [f"All cohorts, level {n}" for n in (1, 2, 3)]
