"""The index of a folder run: every file with its report, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.report import numbers
from trialwright.report.markup import Child, Column, Markup, join, note, table, tag
from trialwright.report.page import DISCLAIMER, Section, page
from trialwright.report.tables import address


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One file of the folder. `report`: relative address of its report, empty where there is none; `reason`: why.

    `coverage`: proportion of the source that was mapped, in [0, 1], None where not known. `unfinished`: stages
    without a result.
    """

    file: str
    report: str = ""
    nct_id: str | None = None
    title: str = ""
    design: str = ""
    rendering: str = ""
    coverage: float | None = None
    errors: int = 0
    warnings: int = 0
    notes: int = 0
    to_confirm: int = 0
    unfinished: tuple[str, ...] = ()
    reason: str = ""


def render(rows: Sequence[IndexRow], *, version: str = "") -> str:
    """The page: what was reported, then what failed."""
    good, bad = [row for row in rows if row.report], [row for row in rows if not row.report]
    header = join(
        tag("p", "Index of a run", class_="kicker"),
        tag("h1", f"{numbers.plural(len(rows), 'record')}, {numbers.plural(len(good), 'report')}"),
        tag("p", DISCLAIMER, class_="disclaimer"),
    )
    sections = [Section("reports", "Reports", _reports(good))]
    if bad:
        sections.append(Section("failed", "Without a report", _failed(bad)))
    made = f"Made by trialwright {version}." if version else "Made by trialwright."
    return page("Index of reports", header, sections, made, wide=True)


def _reports(rows: Sequence[IndexRow]) -> Markup:
    if not rows:
        return note("No record of this folder could be reported.", kind="why")
    columns = [
        Column("Trial", head=True),
        Column("Title", wide=True),
        Column("Design"),
        Column("Rendering"),
        Column("Coverage", number=True),
        Column("Errors", number=True),
        Column("Warnings", number=True),
        Column("Notes", number=True),
        Column("To confirm", number=True),
    ]
    return table("Records with a report", columns, [_row(row) for row in rows], cards=True)


def _row(row: IndexRow) -> tuple[Child, ...]:
    link = tag("a", row.nct_id or row.file, href=address(row.report))
    lacking = tag("p", f"not done: {'; '.join(row.unfinished)}", class_="meta") if row.unfinished else None
    coverage = row.coverage
    return (
        join(link, tag("p", row.file, class_="meta") if row.nct_id else None),
        join(row.title, lacking),
        row.design,
        row.rendering,
        numbers.DASH if coverage is None else numbers.percent(coverage, 1 if coverage < 1 else 0),
        numbers.count(row.errors),
        numbers.count(row.warnings),
        numbers.count(row.notes),
        numbers.count(row.to_confirm),
    )


def _failed(rows: Sequence[IndexRow]) -> Markup:
    return table(
        "Files without a report",
        [Column("File", head=True), Column("Reason", wide=True)],
        [(row.file, tag("span", row.reason or "no reason was given", class_="pre")) for row in rows],
    )
