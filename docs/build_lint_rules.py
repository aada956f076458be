"""Writes the reference of the linter's rules from the rules, their tests, and what was measured on real records.

python docs/build_lint_rules.py            write docs/reference/lint-rules.md
python docs/build_lint_rules.py --check    exit with 1 if it is out of date

`python -m benchmarks.lint_corpus YYYY-MM-DD` measures the rates again.
"""

import csv
import sys
import textwrap
from collections import Counter
from importlib import import_module
from pathlib import Path

DOCS = Path(__file__).resolve().parent
PAGE = DOCS / "reference" / "lint-rules.md"
RATES = DOCS / "reference" / "lint-rates.csv"
TESTS = DOCS.parent / "tests"
JUDGED = TESTS / "published" / "data" / "lint_judgements.csv"
TABLES = (
    "design_and_dose",
    "eligibility",
    "identity_and_rendering",
    "outcomes_and_derived",
    "status_and_dates",
)
FAMILIES = {
    "ID": "Identity, people and organisations",
    "RF": "What the rendering did to the record",
    "ST": "Status, dates and enrolment",
    "DS": "Coherence of the design",
    "DO": "Dose and intervention",
    "EL": "Eligibility",
    "OC": "Outcomes",
    "DV": "What the registry derives, sharing, words",
}
HEAD = """\
# The rules of the linter

This page is made by `make docs`. `trialwright lint` applies {count} rules. Each finding names its field, quotes the
words that show it with their line and column, and says why it matters and who can settle it. Where a rendering lost
what a rule needs, the answer is "not assessable", never silence. Dates are judged on the day given with `--as-of`, by
default that of the record's last update.

A finding is *certain* where coded fields say so, *likely* where it was read from free text by a pattern that is seldom
wrong, *possible* where the pattern cannot see what a reader sees.

The rates are those of {records} real records (API v2, legacy XML and flat JSON, tables of search results, five pages),
measured on {day}: how many of them the rule found at fault, and in how many it could not tell. The records are about
cell therapy for the most part and stand for no register as a whole.

The precision counts the errors and warnings among these findings that a judge called right; "arguable" counts as not
right. A second reader, who had written none of the rules and opened each record before the rule, judged what was found
on 2026-11-22: 15 of 17 errors and 287 of 292 warnings were right. Rules were mended and widened after that. Of what
they find now, {second} findings were judged by the second reader and {author} by the author of the rule alone.
{by_severity} "Not measured" means that no error or warning of the rule was found.
"""
SHOWN = 110


def rows(path: Path) -> list[dict[str, str]]:
    """The rows of a table."""
    with path.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def examples() -> dict[str, tuple[list, list]]:
    """What the tests change in a sound record, so that a rule finds its fault, and so that it just does not."""
    sys.path.insert(0, str(TESTS / "unit" / "lint"))
    found = {}
    for name in TABLES:
        for rule, fault, near_miss in import_module(f"test_lint_{name}").CASES:
            found[rule] = (fault, near_miss)
    return found


def build() -> str:
    """The page."""
    sys.path[:0] = [str(DOCS.parent), str(DOCS.parent / "src")]
    from benchmarks.lint_corpus import verdicts

    from trialwright.lint.rules import RULES

    measured = {row["rule"]: row for row in rows(RATES)}
    judged = rows(JUDGED)
    by_rule = verdicts(judged, "rule")
    judges = Counter(judge for (judge,), counted in verdicts(judged, "judge").items() for _ in counted.elements())
    severities = verdicts(judged, "severity")
    told = ", ".join(
        f"{counted['right']} of {counted.total()} {name}s ({counted['right'] / counted.total():.1%})"
        for (name,), counted in sorted(severities.items())
    )
    cases = examples()
    any_row = next(iter(measured.values()))
    head = HEAD.format(
        count=len(RULES),
        records=any_row["records"],
        day=any_row["measured"],
        second=judges["second reader"],
        author=judges["author"],
        by_severity=f"Right are {told}.",
    )
    parts = [head]
    for family, title in FAMILIES.items():
        parts.append(f"## {title}\n")
        for rule in RULES:
            if rule.id.startswith(family):
                parts.append(entry(rule, measured[rule.id], by_rule.get((rule.id,), Counter()), cases.get(rule.id)))
    return "\n".join(parts)


def entry(rule, measured: dict[str, str], judged: Counter[str], case: tuple[list, list] | None) -> str:
    """One rule."""
    found, count = int(measured["found"]), int(measured["records"])
    others = "".join(f", {count} {verdict}" for verdict, count in sorted(judged.items()) if verdict != "right")
    right = f"{judged['right']} of {judged.total()} right{others}" if judged else "not measured"
    lines = [
        f"### {rule.id}: {rule.looks_for}\n",
        f"{textwrap.fill(rule.why, 118)}\n",
        f"- severity: {rule.severity.value}; confidence: {rule.confidence.value}; settled by: {rule.fixability.value}",
        f"- rate: {found} of {count} records ({found / count:.1%}); not assessable in {measured['not_assessable']}",
        f"- precision of errors and warnings: {right}",
    ]
    if rule.dated:
        lines.append("- depends on the day of judging")
    if case is not None:
        lines += [f"- finds: {shown(case[0])}"]
        lines += [f"- leaves alone: {shown(case[1])}"] if case[1] else []
    return "\n".join(lines) + "\n"


def shown(changes: list) -> str:
    """The values of a test's record that make the case."""
    told = []
    for path, value in changes[:3]:
        text = " ".join(str(value).replace("`", "'").split())
        told.append(f"`{path}` = `{text if len(text) <= SHOWN else text[: SHOWN - 1] + '…'}`")
    return "; ".join(told)


def main() -> int:
    """Write the page, or check it."""
    page = build()
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        sys.stderr.write("docs/reference/lint-rules.md is out of date: run `make docs`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
