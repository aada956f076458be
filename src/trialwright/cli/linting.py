"""The command about what is wrong or missing in records: lint, and lint --diff for two versions of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.output import Steps, answer, answer_json, say

if TYPE_CHECKING:
    from datetime import date

    from trialwright.core.problem import Severity
    from trialwright.lint.finding import Finding
    from trialwright.lint.many import Linted
    from trialwright.lint.places import Places
    from trialwright.lint.versions import Change

FORMATS = ("text", "json", "sarif", "csv")


def lint(
    records: Annotated[
        list[str], typer.Argument(metavar="RECORD...", help="Files, folders or archives that hold registry records.")
    ],
    form: Annotated[str, typer.Option("--format", help="text, json, sarif or csv.")] = "text",
    fail_on: Annotated[
        str | None, typer.Option(help="Exit with 1 if a finding is at least this serious: error, warning or info.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Judge dates as of this day (yyyy-mm-dd); the record's last update by default.")
    ] = None,
    diff: Annotated[
        bool, typer.Option("--diff", help="Compare two versions of one record, the older one first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> None:
    """Print what is wrong or missing in records, most serious first."""
    from trialwright.core.errors import UsageError

    form = "json" if as_json else form
    if form not in FORMATS:
        raise UsageError("LINT-004", f"{form!r} is no format", expected=", ".join(FORMATS))
    limit, day = _severity(fail_on), _day(as_of)
    worst = _compare(records, form) if diff else _lint(records, form, day)
    if limit is not None and any(severity.rank <= limit.rank for severity in worst):
        raise typer.Exit(1)


def _day(text: str | None) -> date | None:
    from datetime import date

    from trialwright.core.errors import UsageError

    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise UsageError("LINT-001", f"{text!r} is no date", expected="yyyy-mm-dd") from fault


def _severity(text: str | None) -> Severity | None:
    from trialwright.core.errors import UsageError
    from trialwright.core.problem import Severity

    if text is not None and text not in list(Severity):
        raise UsageError("LINT-002", f"{text!r} is no severity", expected="error, warning or info")
    return Severity(text) if text is not None else None


# --- records ----------------------------------------------------------------------------------------


def _lint(records: list[str], form: str, day: date | None) -> set[Severity]:
    """Print the findings; the severities of those that were found."""
    from trialwright import __version__
    from trialwright.lint.finding import Status
    from trialwright.lint.sarif import sarif

    worst: set[Severity] = set()
    unreadable: list[str] = []
    kept: list[Linted] = []
    head: tuple[str, ...] = ("record", "rule", "severity", "status", "field", "line", "column", "message", "quote")
    for each in _linted(records, day, unreadable):
        worst |= {finding.severity for finding in each.findings if finding.status is Status.FOUND}
        if form == "text":
            _answer_text(each)
        elif form == "csv":
            rows = [_row(each.name, found, each.places) for found in each.findings]
            if head or rows:
                _answer_csv([head, *rows] if head else rows)
            head = ()
        else:
            kept.append(each.settled())
    if form == "json":
        answer_json(
            [{"record": each.name, "findings": [_json(f, each.places) for f in each.findings]} for each in kept]
        )
    elif form == "sarif":
        answer_json(sarif(((each.name, each.findings, each.places) for each in kept), __version__))
    elif form == "csv" and head:
        _answer_csv([head])
    if unreadable:
        for said in unreadable:
            say(said)
        raise typer.Exit(1)
    return worst


def _linted(records: list[str], day: date | None, unreadable: list[str]) -> Iterator[Linted]:
    """Each record with its findings. A single file that cannot be read is an error; of several, it is said."""
    from trialwright.appraise.sources import open_record
    from trialwright.lint import many
    from trialwright.lint.places import Places
    from trialwright.record.containers import sources_in

    steps = Steps(under_way="reading records")
    done = 0
    for named in records:
        path = Path(named)
        if named == "-" or not _holds_several(path):
            record = open_record(named)
            text = "" if named == "-" else many.decoded(path.read_bytes())
            yield many.Linted.of(named, record, Places(text), day)
            done += 1
            continue
        for each in many.lint_each(sources_in(path), as_of=day):
            steps(f"reading records: {done} of {named}")
            if isinstance(each, many.Unread):
                unreadable.append(f"{each.name} was left out: {each.error}")
                continue
            yield each
            done += 1
    steps.close()


def _holds_several(path: Path) -> bool:
    """Whether a source is a folder, an archive, or a file with more than one record in it."""
    from trialwright.appraise.sources import is_folder
    from trialwright.record.containers import is_container

    if is_folder(path):
        return True
    try:
        with path.open("rb") as opened:
            start = opened.read(4096)
    except (OSError, ValueError):
        return False
    several = path.suffix.lower() in (".csv", ".tsv", ".jsonl", ".ndjson") or b'"studies"' in start
    return is_container(start) or several or start.lstrip()[:1] == b"["


def _json(finding: Finding, places: Places) -> dict[str, Any]:
    shown = finding.to_json()
    for item, evidence in zip(shown["evidence"], finding.evidence, strict=True):
        item["line"], item["column"] = places.of(evidence) or (None, None)
    return shown


def _row(name: str, finding: Finding, places: Places) -> tuple[str, ...]:
    first = finding.evidence[0] if finding.evidence else None
    line, column = (places.of(first) if first else None) or ("", "")
    quote = first.quote if first else ""
    coded = (finding.rule, finding.severity.value, finding.status.value, finding.field or "")
    return (name, *coded, str(line), str(column), finding.message, quote)


def _answer_csv(rows: list[tuple[str, ...]]) -> None:
    import csv
    import io

    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows([_harmless(cell) for cell in row] for row in rows)
    answer(table.getvalue())


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell


def _answer_text(linted: Linted) -> None:
    from trialwright.lint.finding import Status

    found = [finding for finding in linted.findings if finding.status is Status.FOUND]
    answer(f"{linted.nct_id or linted.name}: {linted.title}")
    for finding in found:
        answer(_text(finding, linted.places))
    unknown = [finding.rule for finding in linted.findings if finding.status is Status.NOT_ASSESSABLE]
    if unknown:
        answer(f"  not assessable in this rendering: {', '.join(unknown)}")
    answer(f"  {len(found)} findings")


def _text(finding: Finding, places: Places) -> str:
    from trialwright.core.source import Span

    lines = [f"  {finding.severity.value} {finding.rule}: {finding.message}"]
    for item in finding.evidence:
        at = places.of(item) if not isinstance(item.where, Span) else None
        beside = f", line {at[0]}, column {at[1]}" if at else ""
        lines.append(f'      {item.where or "not there"}{beside}: "{item.quote}"')
    lines.append(f"      why it matters: {finding.why}")
    return "\n".join(lines)


# --- versions ---------------------------------------------------------------------------------------


def _compare(records: list[str], form: str) -> set[Severity]:
    """Print what changed between two versions; the severities of the changes that matter."""
    from trialwright.appraise.sources import open_record
    from trialwright.core.errors import UsageError
    from trialwright.lint.versions import changes

    if len(records) != 2:
        raise UsageError("LINT-005", f"--diff compares two records; {len(records)} given", expected="OLD NEW")
    if form == "sarif":
        raise UsageError(
            "LINT-004", "changes have no place in one file, and no SARIF form", expected="text, json or csv"
        )
    old, new = (open_record(name) for name in records)
    found = changes(old, new)
    if form == "json":
        answer_json([change.to_json() for change in found])
    elif form == "csv":
        head = [("path", "severity", "reason", "old", "new")]
        cells = (
            (c.path, c.severity.value if c.severity else "", c.reason, _shown(c.old), _shown(c.new)) for c in found
        )
        _answer_csv([*head, *cells])
    else:
        answer(f"{new.nct_id or records[1]}: {new.title}")
        for change in found:
            answer(_change(change))
        answer(f"  {len(found)} changes, {sum(change.severity is not None for change in found)} of them matter")
    return {change.severity for change in found if change.severity is not None}


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _change(change: Change) -> str:
    head = f"  {change.severity.value} {change.path}" if change.severity else f"  {change.path}"
    lines = [f"{head}: {change.reason}" if change.reason else head]
    for name, value in (("old", change.old), ("new", change.new)):
        lines.append(f"      {name}: " + ("not there" if value is None else f'"{_cut(str(value))}"'))
    return "\n".join(lines)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:299] + "…"
