"""What the record says and what this rendering lost: coverage, presence of each field, lines nobody understood."""

from __future__ import annotations

from trialwright.record.provenance import Entry, Presence
from trialwright.record.record import Record, Rendering, leaves
from trialwright.report import numbers, wording
from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Column, Markup, bullets, join, note, paragraphs, table, tag

LONG = 400
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


def _lost(record: Record) -> Markup:
    lost = _entries(record, Presence.LOST)
    if not lost:
        return note("This rendering is not known to lose any field.", kind="why")
    return table(
        "What this rendering lost: nothing is known of these fields",
        [Column("Field", head=True, wide=True), Column("What happened", wide=True)],
        [
            (
                join(wording.field_label(path), tag("p", tag("code", path), class_="meta")),
                entry.note or "not shown by this rendering",
            )
            for path, entry in lost
        ],
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
                [(tag("code", path), _cut(str(value))) for path, value in keys[:ALIEN_SHOWN]],
            )
        )
    return join(parts) if parts else None


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
    return tag("details", tag("summary", f"Every value of the record, with its place ({total:,})"), body, more)


def _place(record: Record, path: str) -> str:
    entry = record.provenance.entry(path)
    if entry is None or not entry.where:
        return ""
    return str(entry.where[0]) + (f" and {len(entry.where) - 1} more" if len(entry.where) > 1 else "")


def _cut(text: str) -> str:
    return text if len(text) <= LONG else text[:LONG].rstrip() + " …"
