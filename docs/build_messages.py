"""Puts the messages of every room together into docs/messages.md, and checks that every code in the source is there.

python docs/build_messages.py            write docs/messages.md
python docs/build_messages.py --check    exit with 1 if it is out of date or a code has no entry
"""

import re
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
SOURCE = DOCS.parent / "src" / "trialwright"
CODE = re.compile(r'"([A-Z]{2,5}-\d{3})[":]')  # alone in a text, or at its beginning
SHOWN = re.compile(r"^ *>>> .*$", re.MULTILINE)  # what an example is given is no code of ours
HEAD = """# Messages

Every problem and error that trialwright shows carries a code. Here is the cause of each and its cure.
This page is made from `docs/messages/` by `make docs`.

"""


def rules() -> str:
    """The findings of the linter, from the rules themselves."""
    sys.path.insert(0, str(SOURCE.parent))
    from trialwright.lint.rules import RULES

    entries = [
        f"### {rule.id}\nLooks for {rule.looks_for} ({rule.severity.value}). {rule.why} "
        f"To settle it: {rule.fixability.value}."
        for rule in sorted(RULES, key=lambda rule: rule.id)
    ]
    return "## What the linter looks for\n\n" + "\n\n".join(entries) + "\n"


def build() -> str:
    """The whole page."""
    parts = [path.read_text(encoding="utf-8").strip() for path in sorted((DOCS / "messages").glob("*.md"))]
    return HEAD + "\n\n".join([*parts, rules()])


def missing(page: str) -> list[str]:
    """The codes in the source that have no entry on the page, and entries whose code is in no source."""
    texts = (SHOWN.sub("", path.read_text(encoding="utf-8")) for path in SOURCE.rglob("*.py"))
    used = {code for text in texts for code in CODE.findall(text)}
    listed = re.findall(r"^### ([A-Z]{2,5}-\d{3})", page, re.MULTILINE)
    twice = {code for code in listed if listed.count(code) > 1}
    return (
        [f"{code} has no entry in docs/messages/" for code in sorted(used - set(listed))]
        + [f"{code} has an entry in docs/messages/ and is used nowhere" for code in sorted(set(listed) - used)]
        + [f"{code} has more than one entry" for code in sorted(twice)]
    )


def main() -> int:
    """Write the page, or check it."""
    page = build()
    target = DOCS / "messages.md"
    faults = missing(page)
    if "--check" in sys.argv:
        if not target.exists() or target.read_text(encoding="utf-8") != page:
            faults.append("docs/messages.md is out of date: run `make docs`")
    else:
        target.write_text(page, encoding="utf-8")
    for fault in faults:
        sys.stderr.write(fault + "\n")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
