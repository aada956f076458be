"""The evidence table of several trials: as a page, as CSV and as plain values for JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from trialwright.core.quantity import Amount, plain
from trialwright.report import numbers, wording
from trialwright.report.evidence import EvidenceRow, Regimen, evidence_row
from trialwright.report.markup import Child, Column, Markup, bullets, join, note, table, tag
from trialwright.report.page import DISCLAIMER, Section, page

__all__ = ["EvidenceRow", "Regimen", "as_csv", "as_json", "evidence_row", "render"]

FIELDS = (
    "id",
    "title",
    "rendering",
    "product",
    "arm",
    "dose_stated",
    "dose_reading",
    "dose_per_administration",
    "unit",
    "administrations",
    "total_dose",
    "route",
    "design",
    "allocation",
    "masking",
    "conditions",
    "ages",
    "sex",
    "size",
    "size_type",
    "primary_outcomes",
    "other_outcomes",
    "errors",
    "warnings",
    "notes",
    "report",
)
MOST_OUTCOMES = 4


def render(
    rows: Sequence[EvidenceRow],
    weight_kg: Decimal,
    *,
    left_out: Sequence[tuple[str, str]] = (),
    version: str = "",
) -> str:
    """The page of an evidence table. `weight_kg`: the weight at which doses were made comparable. `left_out`: files
    that could not be read, with the reason."""
    header = join(
        tag("p", "Evidence table", class_="kicker"),
        tag("h1", f"{numbers.plural(len(rows), 'registered trial')} side by side"),
        tag("p", DISCLAIMER, class_="disclaimer"),
    )
    sections = [
        Section("trials", "Trials", _trials(rows, weight_kg)),
        Section("doses", "Doses", _doses(rows, weight_kg)),
    ]
    if left_out:
        sections.append(Section("left-out", "Left out", bullets(join(tag("b", n), ": ", why) for n, why in left_out)))
    made = f"Made by trialwright {version}." if version else "Made by trialwright."
    return page("Evidence table", header, sections, made, wide=True)


def _trials(rows: Sequence[EvidenceRow], weight_kg: Decimal) -> Markup:
    if not rows:
        return note("No record could be read.", kind="why")
    columns = [
        Column("Trial", head=True, wide=True),
        Column(f"Product and dose at {plain(weight_kg)} kg", wide=True),
        Column("Design", wide=True),
        Column("Population"),
        Column("Size", number=True),
        Column("Outcomes", wide=True),
        Column("Problems", number=True),
    ]
    caption = "What each trial gave, to whom, how, and what it measured"
    return table(caption, columns, [_trial(row) for row in rows], cards=True)


def _trial(row: EvidenceRow) -> tuple[Child, ...]:
    name: Child = tag("a", row.id, href=address(row.report)) if row.report else row.id
    size = {"ESTIMATED": "planned", "ACTUAL": "enrolled"}.get(row.size_type or "", "target or actual: not known")
    problems = join(
        numbers.plural(row.errors, "error"), tag("br"), numbers.plural(row.warnings, "warning"), tag("br"),
        tag("span", numbers.plural(row.notes, "note"), class_="quiet"),
    )  # fmt: skip
    return (
        join(name, tag("p", row.title, class_="meta"), tag("p", row.rendering, class_="meta")),
        _given(row) if row.regimens else "no product named",
        join(row.design, tag("p", f"allocation {row.allocation}; masking {row.masking}", class_="meta")),
        join(", ".join(row.conditions) or "not known", tag("p", f"{row.ages}; sex: {row.sex}", class_="meta")),
        join(numbers.count(row.size), tag("p", size if row.size is not None else "not known", class_="meta wraps")),
        _outcomes(row),
        problems,
    )


def _given(row: EvidenceRow) -> Markup:
    """The products of a trial, each with its doses."""
    by_product: dict[str, list[Regimen]] = {}
    for regimen in row.regimens:
        by_product.setdefault(regimen.product, []).append(regimen)
    return join(
        tag("p", tag("b", product), [(tag("br"), _amounts(regimen)) for regimen in regimens])
        for product, regimens in by_product.items()
    )


def _amounts(regimen: Regimen) -> str:
    amount = numbers.dose(regimen.per_administration) if regimen.per_administration else regimen.why_not
    times = f" × {regimen.administrations}" if regimen.administrations else ", number of times not stated"
    total = f" = {numbers.dose(regimen.total)}" if regimen.total and (regimen.administrations or 0) > 1 else ""
    return f"{amount}{times}{total}, {wording.route(regimen.route)}"


def _outcomes(row: EvidenceRow) -> Markup:
    names = [join(tag("b", "Primary: "), name) for name in row.primary_outcomes]
    names += [join(name) for name in row.other_outcomes]
    if not names:
        return tag("span", "none known", class_="quiet")
    rest = len(names) - MOST_OUTCOMES
    more = [tag("span", f"and {rest} more", class_="quiet")] if rest > 0 else []
    return bullets([*names[:MOST_OUTCOMES], *more])


def _doses(rows: Sequence[EvidenceRow], weight_kg: Decimal) -> Markup:
    lines = [(row, regimen) for row in rows for regimen in row.regimens]
    explained = tag(
        "p",
        f"Doses per kg are multiplied by {plain(weight_kg)} kg, exactly; flat doses stay as they are. ",
        "Where the text can be read in more than one way, the reading that was used is named with the others.",
    )
    columns = [
        Column("Trial", head=True),
        Column("Product and arm", wide=True),
        Column("As stated"),
        Column("Reading", wide=True),
        Column("Each time", number=True),
        Column("Times", number=True),
        Column("In all", number=True),
        Column("Route"),
    ]
    found = table("Doses as stated and as compared", columns, [_dose(*line) for line in lines], cards=True)
    return join(explained, found)


def _dose(row: EvidenceRow, regimen: Regimen) -> tuple[Child, ...]:
    return (
        row.id,
        join(regimen.product, tag("p", regimen.arm, class_="meta")),
        regimen.stated,
        regimen.reading or tag("span", "only one", class_="quiet"),
        numbers.dose(regimen.per_administration) if regimen.per_administration else regimen.why_not,
        numbers.count(regimen.administrations),
        numbers.dose(regimen.total) if regimen.total else numbers.DASH,
        wording.term(regimen.route),
    )


def address(path: str) -> str:
    """A relative address that is safe in a link, whatever the name of the file.

    >>> address("javascript:alert(1)/report.html")
    './javascript%3Aalert%281%29/report.html'
    """
    return "./" + quote(path.lstrip("/"))


def as_json(rows: Sequence[EvidenceRow], weight_kg: Decimal) -> list[dict[str, Any]]:
    """Plain values, one object for each trial; amounts are decimal text with their unit."""

    def amount(value: Amount | None) -> dict[str, str] | None:
        return None if value is None else {"value": _exact(value), "unit": value.unit}

    found = []
    for row in rows:
        values = asdict(row)
        values["weight_kg"] = format(weight_kg, "f")
        values["regimens"] = [
            {
                **{
                    name: getattr(r, name)
                    for name in ("product", "arm", "stated", "reading", "administrations", "route")
                },
                "per_administration": amount(r.per_administration),
                "total": amount(r.total),
                "why_not": r.why_not,
            }
            for r in row.regimens
        ]
        found.append(values)
    return found


def as_csv(rows: Sequence[EvidenceRow]) -> str:
    """One line for each product and dose of each trial; a trial without any has one line.

    A text that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(FIELDS)
    for row in rows:
        for regimen in row.regimens or (None,):
            writer.writerow([_harmless(value) for value in _line(row, regimen)])
    return out.getvalue()


def _line(row: EvidenceRow, regimen: Regimen | None) -> Iterator[Any]:
    amount = regimen.per_administration if regimen else None
    total = regimen.total if regimen else None
    values: dict[str, Any] = {
        "product": regimen.product if regimen else None,
        "arm": regimen.arm if regimen else None,
        "dose_stated": regimen.stated if regimen else None,
        "dose_reading": regimen.reading if regimen else None,
        "dose_per_administration": _exact(amount) if amount else None,
        "unit": amount.unit if amount else None,
        "administrations": regimen.administrations if regimen else None,
        "total_dose": _exact(total) if total else None,
        "route": regimen.route if regimen else None,
    }
    for name in FIELDS:
        value = values[name] if name in values else getattr(row, name)
        yield "; ".join(value) if isinstance(value, tuple) else value


def _exact(amount: Amount) -> str:
    """An amount as decimal text without an exponent, as in `40000000`."""
    return format(amount.value.normalize(), "f")


def _harmless(value: Any) -> Any:
    if not isinstance(value, str):
        return "" if value is None else value
    clean = value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
    return f"'{clean}" if clean[:1] in ("=", "+", "-", "@", "\t", "\r") else clean
