"""Writes docs/reference/requirements.md: each requirement of the live trial, and the tests that show it.

python docs/build_requirements.py            write the page
python docs/build_requirements.py --check    exit with 1 if it is out of date, or a requirement of this part has no test
"""

import ast
import csv
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
TESTS = DOCS.parent / "tests"
TABLE = DOCS / "reference" / "requirements.csv"
PAGE = DOCS / "reference" / "requirements.md"
HEAD = """# Requirements of the live trial

This page is made by `make docs` from `requirements.csv` and the marks on the tests. Sources name where a requirement
comes from; the words are ours. A test runs a piece of a trial and fails if the requirement is not kept. It is no
validation of an installation, which remains the sponsor's.

| | Requirement | Source | Tests |
| --- | --- | --- | --- |
"""
LATER = "\n## Not built yet\n\n| | Requirement | Source |\n| --- | --- | --- |\n"


def requirements() -> list[dict[str, str]]:
    """The rows of the table."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tests() -> dict[str, list[str]]:
    """The tests that carry the mark of each requirement, by its number."""
    found: dict[str, list[str]] = {}
    for path in sorted(TESTS.rglob("test_*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                for number in marks(node):
                    found.setdefault(number, []).append(f"{path.stem}::{node.name}")
    return found


def marks(node: ast.FunctionDef) -> list[str]:
    """The requirements that a test is marked with."""
    return [
        str(argument.value)
        for decorator in node.decorator_list
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.requirement"
        for argument in decorator.args
        if isinstance(argument, ast.Constant)
    ]


def build(rows: list[dict[str, str]], found: dict[str, list[str]]) -> str:
    """The whole page."""
    parts = [HEAD]
    for row in rows:
        if row["part"] == "now":
            shown = "<br>".join(f"`{name}`" for name in found.get(row["number"], []))
            parts.append(f"| {row['number']} | {row['requirement']} | {row['source']} | {shown} |\n")
    parts.append(LATER)
    parts += [f"| {r['number']} | {r['requirement']} | {r['source']} |\n" for r in rows if r["part"] != "now"]
    return "".join(parts)


def missing(rows: list[dict[str, str]], found: dict[str, list[str]]) -> list[str]:
    """The requirements of this part without a test, and marks that name no requirement of it."""
    now = {row["number"] for row in rows if row["part"] == "now"}
    said = [f"{number} has no test" for number in sorted(now - found.keys())]
    return said + [
        f"{number} is marked on a test and is no requirement"
        for number in sorted(found.keys() - {r["number"] for r in rows})
    ]


def main() -> None:
    """Write the page, or check it."""
    rows, found = requirements(), tests()
    page = build(rows, found)
    wrong = missing(rows, found)
    if "--check" in sys.argv and PAGE.read_text(encoding="utf-8") != page:
        wrong.append(f"{PAGE.name} is out of date: python docs/build_requirements.py")
    if "--check" not in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
