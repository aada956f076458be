"""The command that shows what is computed of eligibility criteria: criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.output import answer, answer_json, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.protocol.eligibility.items import Eligibility

SOURCE = typer.Argument(
    metavar="RECORD|PROTOCOL|FILE", help="A record, a protocol file, a text of criteria alone, or - for standard input."
)


def criteria(
    source: Annotated[str, SOURCE],
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Answer in CSV, a row for each criterion.")] = False,
    as_sql: Annotated[bool, typer.Option("--sql", help="Answer in SQL for DuckDB, over one row per patient.")] = False,
    text_file: Annotated[
        bool, typer.Option("--text-file", help="The input is a text of criteria and nothing else.")
    ] = False,
) -> None:
    """Print each criterion with what is computed of it, in words, and the data that it needs."""
    from trialwright.core.errors import UsageError
    from trialwright.protocol.eligibility.compiling import compile_all

    if as_json + as_csv + as_sql > 1:
        raise UsageError("FORM-005", "--json, --csv and --sql were given together", expected="one of them at most")
    found = compile_all(_eligibility(source, text_file=text_file))
    if as_json:
        answer_json({"counts": _counts(found), "criteria": [_row(each) for each in found]})
    elif as_csv:
        answer(_csv(found))
    elif as_sql:
        answer(_sql(found))
    else:
        answer(_table(found))
    counts = _counts(found)
    say(
        f"{len(found)} criteria: {counts['computable']} computable, {counts['partly']} partly, "
        f"{counts['judgement']} left to a person, {counts['missing']} of them missing."
    )


def _eligibility(source: str, *, text_file: bool) -> Eligibility:
    """Who may enter, from whatever was named. Raises InputError."""
    from trialwright import protocol, record
    from trialwright.appraise.sources import contents
    from trialwright.core.errors import InputError
    from trialwright.protocol.eligibility.items import Eligibility, ItemKind
    from trialwright.protocol.eligibility.split import draft_eligibility, split_criteria

    data, name = contents(source)
    if protocol.files.recognises(data) and not text_file:
        return protocol.files.load(data.decode("utf-8-sig", errors="replace")).eligibility
    if not text_file:
        try:
            return draft_eligibility(record.read(data, name=name))[0]
        except InputError as fault:
            if fault.code != "READ-009":
                raise
            say(f"{name} is no record in a form that is known: it is read as a text of criteria.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise InputError(
            "FORM-006",
            f"{name} is not UTF-8 text: byte {fault.start}",
            expected="a text of criteria in UTF-8",
            mend="save it as UTF-8",
        ) from fault
    binary = "\x00" in text
    split = () if binary else split_criteria(text)
    if all(item.kind is ItemKind.NOTE for item in split):
        raise InputError(
            "FORM-006",
            f"{name} holds no criterion" + (": it has NUL characters, so it is no text" if binary else ""),
            expected="a text of criteria, under the headings Inclusion Criteria and Exclusion Criteria",
            mend="copy the criteria from the record into a text file",
        )
    return Eligibility(split)


def _counts(found: Sequence[Compiled]) -> dict[str, int]:
    from trialwright.protocol.eligibility.items import ItemKind
    from trialwright.protocol.eligibility.tree import Computability

    counts = {kind.value: sum(each.computability is kind for each in found) for kind in Computability}
    return {**counts, "missing": sum(each.criterion.kind is ItemKind.MISSING for each in found)}


def _form(each: Compiled) -> str | None:
    """The editable form; None for a tree too deep to be written."""
    from trialwright.protocol.eligibility.forms.editable import write

    try:
        return write(each.expression)
    except ValueError:
        return None


def _row(each: Compiled) -> dict[str, Any]:
    from trialwright.protocol.eligibility.forms.english import english
    from trialwright.protocol.eligibility.needs import needs

    item = each.criterion
    return {
        "id": each.id,
        "section": item.section.value,
        "kind": item.kind.value,
        "number": item.number,
        "text": item.text,
        "class": each.computability.value,
        "english": english(each.expression, item.text),
        "form": _form(each),
        "needs": [
            {"key": need.key, "label": need.label, "kind": need.kind.value, "unit": need.unit}
            for need in needs(each.expression)
        ],
        "problems": [
            {"code": problem.code, "severity": problem.severity.value, "message": problem.message}
            for problem in each.problems
        ],
        "start": item.start,
        "end": item.end,
        "supplied_by": item.supplied_by,
    }


def _csv(found: Sequence[Compiled]) -> str:
    import csv
    import io

    stream = io.StringIO()
    names = ("id", "section", "number", "text", "class", "english", "form", "needs", "problems")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(names)
    for each in found:
        row = _row(each)
        row["needs"] = "; ".join(need["key"] for need in row["needs"])
        row["problems"] = "; ".join(f"{problem['code']} {problem['message']}" for problem in row["problems"])
        writer.writerow([row[name] for name in names])
    return stream.getvalue()


def _sql(found: Sequence[Compiled]) -> str:
    from trialwright.protocol.eligibility.forms.sql import Layout, query
    from trialwright.screen.units import conversion

    def convert(one: str, other: str, measure: str | None) -> tuple[float, float] | None:
        line = conversion(one, other, measure)
        return None if line is None else (line.factor, line.offset)

    head = (
        "-- One row per patient in the table patients: TRUE, FALSE or NULL (unknown) for each criterion.\n"
        "-- TRUE admits for an inclusion and excludes for an exclusion. Numbers stand in the units of the lexicon.\n"
    )
    return head + query({each.id: each.expression for each in found}, layout=Layout(convert=convert))


def _table(found: Sequence[Compiled]) -> str:
    """A table as wide as the terminal."""
    import io
    import shutil

    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), expand=False, show_lines=False)
    table.add_column("criterion", no_wrap=True)
    table.add_column("text", ratio=3)
    table.add_column("what is computed", ratio=4)
    table.add_column("data it needs", ratio=2, overflow="fold")
    for each in found:
        row = _row(each)
        name = f"{row['id']}\n{ {'computable': '', 'partly': 'partly', 'judgement': 'a person'}[row['class']] }"
        text = row["text"] or f"(number {row['number']} is missing from the list)"
        doubts = "".join(f"\n({problem['message']})" for problem in row["problems"])
        keys = list(dict.fromkeys(need["key"] for need in row["needs"] if need["kind"] != "answer"))
        told = "" if row["class"] == "judgement" else row["english"]
        cells = (name, " ".join(text.split()), told + doubts, ", ".join(keys))
        table.add_row(*(Text(cell.strip()) for cell in cells), end_section=True)
    stream = io.StringIO()
    width = min(shutil.get_terminal_size((120, 40)).columns, 200)
    Console(file=stream, width=max(width, 60), color_system=None, highlight=False).print(table)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines())
