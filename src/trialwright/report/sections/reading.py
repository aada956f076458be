"""What the record says and what this rendering lost: coverage, presence of each field, lines nobody understood."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from trialwright.record.provenance import Entry, Presence
from trialwright.record.record import Record, Rendering, leaves
from trialwright.report import numbers, wording
from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Column, Markup, bullets, code, join, note, paragraphs, table, tag

LONG = 400
INDEX = re.compile(r"\[\d+\]")

# Fields on which the design, the analysis or the reading of a trial depends.
VITAL = re.compile(
    r"protocolSection\.(?:"
    r"conditionsModule(?:\.conditions)?"
    r"|descriptionModule(?:\..*)?"
    r"|identificationModule\.officialTitle"
    r"|statusModule\.(?:overallStatus|whyStopped|(?:startDate|primaryCompletionDate|completionDate)Struct(?:\..*)?)"
    r"|designModule(?:\.(?:studyType|phases|enrollmentInfo.*))?"
    r"|designModule\.designInfo(?:\.(?:allocation|interventionModel|primaryPurpose|maskingInfo(?:\.(?:masking|whoMasked))?))?"
    r"|armsInterventionsModule(?:\.(?:armGroups|interventions)(?:\[\d+\](?:\.(?!otherNames).*)?)?)?"
    r"|outcomesModule.*"
    r"|eligibilityModule(?:\.(?:eligibilityCriteria|minimumAge|maximumAge|sex|healthyVolunteers))?"
    r")"
)
ALIEN_SHOWN = 40
VALUES_SHOWN = 400


def reading(contents: Contents) -> Markup:
    """The body of the section."""
    record = contents.record
    if record is None:
        return note("This report was made from a protocol file; the record itself was not at hand.", kind="why")
    return join(
        _coverage(record),
        _lost(record),
        _ambiguous(record),
        _absent(record),
        _aliens(record),
        tag("h3", "The sponsor’s own words"),
        _words(record),
        _values(record),
    )


def _coverage(record: Record) -> Markup:
    coverage = record.coverage
    unit = "values" if record.origin.rendering in (Rendering.V2_JSON, Rendering.PYTHON_LITERAL) else "non-blank lines"
    share = numbers.percent(coverage.proportion, 1 if coverage.proportion < 1 else 0)
    return tag(
        "p",
        f"Found as: {record.origin.rendering.value}. Of {coverage.total:,} {unit}, {coverage.mapped:,} ({share}) ",
        "belong to a field of the record or to the layout.",
    )


def _entries(record: Record, presence: Presence) -> list[tuple[str, Entry]]:
    return [(path, entry) for path, entry in record.provenance.entries.items() if entry.presence is presence]


def lost_fields(record: Record) -> tuple[list[tuple[str, Entry]], list[tuple[str, Entry]]]:
    """The fields that the rendering lost: those that bear on how the trial is run or judged, and the others."""
    lost = _entries(record, Presence.LOST)
    vital = [item for item in lost if VITAL.fullmatch(item[0])]
    return vital, [item for item in lost if item not in vital]


def _lost(record: Record) -> Markup:
    vital, others = lost_fields(record)
    if not vital and not others:
        return note("This rendering is not known to lose any field.", kind="why")
    parts: list[Markup | None] = []
    if vital:
        parts.append(
            table(
                "What this rendering lost, and a reader of the trial would want to know",
                [Column("Field", head=True, wide=True), Column("What happened", wide=True)],
                [(_named(paths), reason) for paths, reason in _alike(vital)],
                cards=True,
            )
        )
    if others:
        parts.append(_others(others))
    return join(parts)


def _alike(fields: Sequence[tuple[str, Entry]]) -> list[tuple[list[str], str]]:
    """Fields that differ only in their place in a list and share what happened to them, together."""
    groups: dict[tuple[str, str], list[str]] = {}
    for path, entry in fields:
        reason = entry.note or "not shown by this rendering"
        groups.setdefault((INDEX.sub("[]", path), reason), []).append(path)
    return [(paths, reason) for (_, reason), paths in groups.items()]


def _named(paths: Sequence[str]) -> Markup:
    label = wording.field_label(paths[0])
    shown = paths[0]
    if len(paths) > 1:
        label = f"{wording.field_label(INDEX.sub('', paths[0]))} (all {len(paths)})"
        shown = INDEX.sub("[…]", paths[0])
    return join(label, tag("p", code(shown), class_="meta"))


def _others(fields: Sequence[tuple[str, Entry]]) -> Markup:
    """The other lost fields, by what happened to them and by module."""
    by_note: dict[str, dict[str, list[str]]] = {}
    for path, entry in fields:
        module, _, name = wording.field_label(path).partition(" › ")
        group = by_note.setdefault(entry.note or "not shown by this rendering", {})
        group.setdefault(module, []).append(name or "all of it")
    lines = [
        join(
            tag("h4", f"{reason[0].upper()}{reason[1:]}"),
            bullets(join(tag("b", module), ": ", ", ".join(names)) for module, names in modules.items()),
        )
        for reason, modules in by_note.items()
    ]
    return tag(
        "details", tag("summary", f"Other fields that this rendering lost ({len(fields)})"), lines, class_="small"
    )


def _ambiguous(record: Record) -> Markup | None:
    found = _entries(record, Presence.AMBIGUOUS)
    if not found:
        return None
    return table(
        "What can be read in more than one way: the first reading is used, all are kept",
        [Column("Field", head=True), Column("Readings", wide=True), Column("Why", wide=True), Column("Place")],
        [
            (wording.field_label(path), bullets(entry.readings), entry.note, "; ".join(str(p) for p in entry.where))
            for path, entry in found
        ],
        cards=True,
    )


def _absent(record: Record) -> Markup | None:
    found = _entries(record, Presence.ABSENT)
    if not found:
        return None
    names = [wording.field_label(path) for path, _ in found]
    return join(tag("p", tag("b", "Shown by this rendering, and empty in this record: "), "; ".join(names), "."))


def _aliens(record: Record) -> Markup | None:
    lines = record.coverage.unmapped
    parts: list[Markup] = []
    if lines:
        shown = lines[:ALIEN_SHOWN]
        parts += [
            table(
                f"Lines that belong neither to a field nor to the layout ({len(lines)})",
                [Column("Line", number=True, head=True), Column("Text", wide=True)],
                [(line.number, line.text) for line in shown],
            ),
            note(f"{len(lines) - len(shown)} more are in record.json.") if len(lines) > len(shown) else Markup(""),
        ]
    if record.unmapped:
        keys = list(record.unmapped.items())
        parts.append(
            table(
                f"Values with no place in the model ({len(keys)})",
                [Column("Path", head=True), Column("Value", wide=True)],
                [(code(path), _cut(_readable(value))) for path, value in keys[:ALIEN_SHOWN]],
            )
        )
    return join(parts) if parts else None


def _readable(value: Any) -> str:
    """A value of a source in one line: lists and objects without their brackets."""
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_readable(item)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_readable(item) for item in value)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _words(record: Record) -> Markup:
    section = record.study.protocol_section
    texts = [
        ("Brief summary", section.description_module.brief_summary, "protocolSection.descriptionModule.briefSummary"),
        (
            "Detailed description",
            section.description_module.detailed_description,
            "protocolSection.descriptionModule.detailedDescription",
        ),
    ]
    parts: list[Markup] = []
    for name, text, path in texts:
        if text and len(text) > 1500:
            parts.append(tag("details", tag("summary", f"{name} ({len(text):,} characters)"), paragraphs(text)))
        elif text:
            parts.append(join(tag("h4", name), paragraphs(text)))
        else:
            state = "lost by this rendering" if record.presence(path) is Presence.LOST else "none in the record"
            parts.append(tag("p", tag("b", f"{name}: "), state, ".", class_="quiet"))
    return join(parts)


def _values(record: Record) -> Markup:
    rows: list[tuple[Child, Child, Child]] = []
    total = 0
    for path, value in leaves(record.study):
        total += 1
        if len(rows) >= VALUES_SHOWN or path.startswith("resultsSection"):
            continue
        rows.append((wording.field_label(path), _cut(str(value)), _place(record, path)))
    body = table(
        "Values as they were read", [Column("Field", head=True), Column("Value", wide=True), Column("Place")], rows
    )
    more = note(f"{total - len(rows):,} more values are in record.json.") if total > len(rows) else None
    return tag(
        "details",
        tag("summary", f"Every value of the record, with its place ({total:,})"),
        body,
        more,
        class_="fold",
    )


def _place(record: Record, path: str) -> str:
    entry = record.provenance.entry(path)
    if entry is None or not entry.where:
        return ""
    return str(entry.where[0]) + (f" and {len(entry.where) - 1} more" if len(entry.where) > 1 else "")


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[:LONG].rstrip() + " …"
