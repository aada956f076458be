"""Writes the pages of the reference that come from the program itself.

python docs/build_reference.py            write commands.md, dataset.md, criteria.md and python.md in docs/reference
python docs/build_reference.py --check    exit with 1 if they are out of date
"""

import contextlib
import inspect
import io
import os
import sys
import textwrap
from importlib import import_module
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parent
os.environ |= {"COLUMNS": "100", "TERM": "dumb", "NO_COLOR": "1", "TERMINAL_WIDTH": "100"}  # before it is imported

COMMANDS_HEAD = """\
This page is made by `make docs`. Exit status: 0 done, whatever was found in the record; 1 a stage could not finish; 2
wrong usage or unreadable input. Answers go to standard output, progress and messages to standard error.
"""
COMMANDS_FOOT = """\
## The commands of a live trial

`trialwright conduct` has some sixty more, one for each thing that is done in a trial: see
[The commands of a live trial](conduct-commands.md).
"""
DATASET_HEAD = """\
This page is made by `make docs`. Each table is a CSV and a Parquet file. Names are SDTM's where SDTM has one. Every
table begins with these columns:
"""
DATASET_KEYS = """\
`DAY` is the trial day on which the row occurred, `KNOWN` the one on which it became known, `VERSION` rises with each
correction. Doses are decimal numbers written as text. A missing value is null, and null is unknown.
"""

CRITERIA_HEAD = """\
This page is made by `make docs` from the table that the tests of criteria run on. A criterion of a protocol
file holds its computable form under `form`: what a person reads, corrects, and what is then computed. Names
in small letters (`creatinine`) are entries of the lexicon; words in quotation marks are looked up as they
stand. Blanks and line ends do not matter; words of the form may be in capitals.

A criterion answers yes, no or not known, by the logic of Kleene: what is unknown stays so unless the rest
decides. For an inclusion criterion yes admits; for an exclusion criterion yes excludes.
"""
PYTHON_HEAD = """\
This page is made by `make docs`: what each room offers, in one sentence each. `help(trialwright.record.read)` tells the
rest: units, ranges, errors. Nouns stand at the front (`trialwright.Record`), verbs in their rooms.
"""


def help_of(*command: str) -> str:
    """The help of a command, as a terminal of 100 columns shows it."""
    from trialwright.cli.app import main

    shown = io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.suppress(SystemExit):
        sys.argv = ["trialwright", *command, "--help"]
        main()
    return "\n".join(line.rstrip() for line in shown.getvalue().strip().splitlines())


def names(group: object, above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command of the program, in the order of its help."""
    found = []
    for name, command in group.commands.items():
        found += names(command, (*above, name)) if hasattr(command, "commands") else [(*above, name)]
    return found


def commands() -> str:
    """The page of commands."""
    import typer

    from trialwright.cli.app import app
    from trialwright.cli.conduct_names import NAMES as GIVEN

    parts = [
        "# Commands\n",
        COMMANDS_HEAD,
    ]
    for command in names(typer.main.get_command(app)):
        if command[0] == "conduct" and command[1] in GIVEN:
            continue
        parts.append(f"## trialwright {' '.join(command)}\n\n```text\n{help_of(*command)}\n```\n")
    parts.append(COMMANDS_FOOT)
    return "\n".join(parts)


def dataset() -> str:
    """The page of tables."""
    from trialwright.dataset import columns

    parts = [
        "# The tables of a dataset\n",
        DATASET_HEAD,
        _table(columns.KEYS),
        DATASET_KEYS,
    ]
    for domain, held in columns.COLUMNS.items():
        parts.append(f"## {domain}\n\n{_table(held)}")
    return "\n".join(parts)


def criteria() -> str:
    """The page of the nodes that a criterion is made of."""
    from criteria_nodes import GROUPS

    parts = ["# The computable form of a criterion\n", CRITERIA_HEAD]
    for group in GROUPS:
        rows = [f"| `{line.form}` | {line.english} | {', '.join(line.needs)} |" for line in group.lines]
        table = "\n".join(["| form | in English | data it needs |", "|---|---|---|", *rows])
        parts.append(f"## {group.title}\n\n{textwrap.fill(group.about, 120)}\n\n{table}\n")
    return "\n".join(parts)


def python() -> str:
    """The page of public names."""
    import trialwright

    nouns = [name for name in trialwright.__all__ if not isinstance(getattr(trialwright, name), ModuleType | str)]
    parts = ["# From Python\n", PYTHON_HEAD, _named("trialwright", "Nouns at the front.", nouns)]
    for name in trialwright.__all__:
        room = getattr(trialwright, name)
        if isinstance(room, ModuleType) and hasattr(room, "__all__"):
            parts.append(_named(room.__name__, summary(room), room.__all__))
    return "\n".join(parts)


def _named(place: str, what: str, names: list[str]) -> str:
    held = import_module(place)
    rows = [f"| `{name}{_arguments(getattr(held, name))}` | {summary(getattr(held, name))} |" for name in sorted(names)]
    return "\n".join([f"## {place}\n", f"{what}\n", "| name | what it is |", "|---|---|", *rows]) + "\n"


def _arguments(held: object) -> str:
    """What a function takes, without types: `(record, protocol=None, *, as_of=None)`; nothing for a class."""
    if not inspect.isfunction(held):
        return ""
    shown = []
    for name, given in inspect.signature(held).parameters.items():
        if given.kind is given.KEYWORD_ONLY and "*" not in shown:
            shown.append("*")
        default = getattr(given.default, "__name__", repr(given.default)).replace(type(Path()).__name__, "Path")
        shown.append(name if given.default is given.empty else f"{name}={default}")
    return f"({', '.join(shown)})"


def summary(held: object) -> str:
    """The first sentence of what a name says of itself; of a value, what it holds."""
    if isinstance(held, tuple):
        return f"Holds {', '.join(map(repr, held))}."
    first = (inspect.getdoc(held) or "").split("\n\n")[0]
    return " ".join(first.split()).replace("|", "\\|")


def _table(held: object) -> str:
    rows = [f"| `{name}` | {kind} |" for name, kind in held.items()]
    return "\n".join(["| column | kind |", "|---|---|", *rows]) + "\n"


def main() -> int:
    """Write the pages, or check them."""
    sys.path[:0] = [str(DOCS.parent / "src"), str(DOCS.parent / "tests" / "spec")]
    late = 0
    pages = {"commands.md": commands, "dataset.md": dataset, "criteria.md": criteria, "python.md": python}
    for name, build in pages.items():
        page = build()
        target = DOCS / "reference" / name
        if "--check" not in sys.argv:
            target.write_text(page, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != page:
            sys.stderr.write(f"docs/reference/{name} is out of date: run `make docs`\n")
            late = 1
    return late


if __name__ == "__main__":
    sys.exit(main())
