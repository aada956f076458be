"""What the linter finds in the real records: `python -m benchmarks.lint_corpus YYYY-MM-DD` writes how often each rule
found its fault (docs/reference/lint-rates.csv) and the errors and warnings that were found, with the judgements that
stand (tests/published/data/lint_judgements.csv); a finding that nobody has judged yet has an empty verdict.

Without a day it only prints the rates, and the precision that the judgements show. `TRIALWRIGHT_CORPUS` names the
folder of records. A finding is judged by the author of the rules, by a second reader who opened the record before the
rule, or by both: one row each.
"""

import csv
import hashlib
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from trialwright.core.problem import Severity
from trialwright.lint.finding import Finding, Status
from trialwright.lint.rules import RULES
from trialwright.lint.run import run
from trialwright.record.collection import read_each
from trialwright.record.record import Record

ROOT = Path(__file__).resolve().parent.parent
RATES = ROOT / "docs" / "reference" / "lint-rates.csv"
JUDGED = ROOT / "tests" / "published" / "data" / "lint_judgements.csv"
KEY = ("source", "rule", "severity", "field", "evidence")
JUDGES = ("second reader", "author")
"""The judge who counts first."""


def records(corpus: Path) -> Iterator[tuple[str, Record]]:
    """Every real record, with the name of its source."""
    for folder in ("records", "corpus"):
        for member in read_each(corpus / folder):
            if member.record is not None:
                yield member.name, member.record


def pointer(finding: Finding) -> str:
    """What stands for the words quoted: the beginning of their SHA-256."""
    quoted = "\n".join(item.quote for item in finding.evidence) or finding.message
    return hashlib.sha256(quoted.encode()).hexdigest()[:12]


def serious(name: str, findings: tuple[Finding, ...]) -> Iterator[tuple[str, ...]]:
    """The errors and warnings among findings, as rows of the frozen list."""
    for finding in findings:
        if finding.status is Status.FOUND and finding.severity is not Severity.INFO:
            yield name, finding.rule, finding.severity.value, finding.field or "", pointer(finding)


def main() -> None:
    """Measure, print, and write where a day is given."""
    linted = [(name, run(record)) for name, record in records(Path(os.environ["TRIALWRIGHT_CORPUS"]))]
    found, unknown = Counter(), Counter()
    for _, findings in linted:
        found.update({finding.rule for finding in findings if finding.status is Status.FOUND})
        unknown.update({finding.rule for finding in findings if finding.status is not Status.FOUND})
    rows = [(rule.id, found[rule.id], unknown[rule.id], len(linted)) for rule in RULES]
    for rule, hits, blind, count in rows:
        print(f"{rule} {hits:4} of {count} records, {hits / count:6.1%}; not assessable in {blind}")
    if len(sys.argv) < 2:
        show_precision()
        return
    with RATES.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened, lineterminator="\n")
        table.writerows(
            [("rule", "found", "not_assessable", "records", "measured"), *((*row, sys.argv[1]) for row in rows)]
        )
    freeze(sorted({row for name, findings in linted for row in serious(name, findings)}))
    show_precision()


def freeze(rows: list[tuple[str, ...]]) -> None:
    """Write the frozen list, each finding with the judgement that stands."""
    held = {(*(row[name] for name in KEY), row["judge"]): row["verdict"] for row in judgements()}
    with JUDGED.open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened, lineterminator="\n")
        table.writerow([*KEY, "verdict", "judge"])
        for row in rows:
            stands = [(held[*row, judge], judge) for judge in JUDGES if (*row, judge) in held]
            table.writerows((*row, *each) for each in stands or [("", "")])


def judgements() -> list[dict[str, str]]:
    """The rows of the frozen list."""
    if not JUDGED.exists():
        return []
    with JUDGED.open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


def verdicts(rows: Iterable[Mapping[str, str]], *names: str) -> dict[tuple[str, ...], Counter[str]]:
    """The verdicts counted by the columns named, each finding once: by the second reader where there is one."""
    one: dict[tuple[str, ...], tuple[int, Mapping[str, str]]] = {}
    for row in rows:
        rank = JUDGES.index(row["judge"]) if row["judge"] in JUDGES else len(JUDGES)
        key = tuple(row[name] for name in KEY)
        if key not in one or rank < one[key][0]:
            one[key] = rank, row
    counted: dict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for _, row in one.values():
        counted[tuple(row[name] for name in names)][row["verdict"]] += 1
    return counted


def show_precision() -> None:
    """Print what share of the errors and warnings is right, by severity, by the first judge of each."""
    for (severity,), counted in sorted(verdicts(judgements(), "severity").items()):
        number = sum(counted.values())
        told = ", ".join(f"{verdict or 'not judged'} {count}" for verdict, count in counted.most_common())
        print(f"{severity}: {counted['right'] / number:.1%} of {number} right ({told})")


if __name__ == "__main__":
    main()
