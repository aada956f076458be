"""Runs the `$ ...` examples of the tutorials and how-to pages and puts what they print beneath them.

python docs/fill_examples.py            write the outputs again
python docs/fill_examples.py --check    exit with 1 if an output is not what the command prints now
"""

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

from typer.testing import CliRunner

from trialwright.cli.app import app
from trialwright.core.errors import TrialwrightError

DOCS = Path(__file__).resolve().parent
PROMPT = "    $ "
PROGRAM, SETTING = "trialwright ", "export "
LEFT_OUT = "    ..."
LIVE = (
    "how-to/rehearse-a-trial.md",
    "how-to/randomise-participants.md",
    "how-to/unblind-in-an-emergency.md",
    "how-to/correct-an-entry.md",
    "how-to/verify-a-ledger.md",
    "how-to/back-up-and-restore.md",
    "tutorials/run-the-first-cohort.md",
)
PAGES = ("how-to/design-*.md", "how-to/screen-*.md", *LIVE, "tutorials/[!r]*.md")
CHANGING = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z|[0-9a-f]{64}|[0-9a-f]{12}\b|\+[0-9a-f]{8}\+\S+|(?<=: )arm-\d(?=\.)"
)
"""Times, digests and arms that are drawn: they are others each time, and what the page shows of them stays."""
WIDTH = "100"  # characters of the terminal, for commands that print a table as wide as it


def filled(text: str) -> str:
    """The page with every example's output as the commands print it now. An example is a run of indented lines.

    The commands of a page run one after the other in an empty folder that has the examples in it. What the reader is
    told to write is written there: a block fenced as "csv FILE", "text FILE" or "json FILE" is the content of that
    file, and one fenced as "diff FILE" takes the lines with - out of it and puts those with + in. `export` sets a
    variable for the rest of the page; other commands are the shell's. A refusal that the page shows must come. An
    output in which the page leaves lines out, by a line of three dots, stays as it is where all the rest is printed in
    that order; so does one that differs only in what changes each time.
    """
    columns = mock.patch.dict(os.environ, {"COLUMNS": WIDTH})
    with tempfile.TemporaryDirectory() as desk, contextlib.chdir(desk), columns:
        Path("examples").symlink_to(DOCS.parent / "examples")
        return _filled(text)


def _filled(text: str) -> str:
    lines, kept = text.splitlines(), []
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        kept.append(line)
        if asked := re.fullmatch(r"```(csv|text|json|diff) (\S+)", line):
            block = lines[place : lines.index("```", place)]
            _written(asked[1], Path(asked[2]), block)
            kept += block
            place += len(block)
        if not line.startswith(PROMPT):
            continue
        command = line.removeprefix(PROMPT)
        while command.endswith("\\"):
            kept.append(lines[place])
            command = command[:-1] + lines[place].strip()
            place += 1
        old = lines[place : place + _printed(lines[place:])]
        place += len(old)
        said = _said(command, old)
        new = [f"    {row}".rstrip() for row in said.rstrip("\n").splitlines()]
        kept += old if _shows(old, new) else new
    return "\n".join(kept) + "\n"


def _said(command: str, old: list[str]) -> str:
    """What a command prints; of a refusal that the page shows, that."""
    if command.startswith(SETTING):
        name, _, value = shlex.split(command)[1].partition("=")
        os.environ[name] = value
        return ""
    if not command.startswith(PROGRAM):
        return subprocess.run(["bash", "-c", command], check=True, capture_output=True, text=True).stdout
    command, _, target = command.partition(" > ")
    command = re.sub(r"\$\(cat (\S+)\)", lambda found: Path(found[1]).read_text("utf-8").strip(), command)
    done = CliRunner().invoke(app, shlex.split(command.removeprefix(PROGRAM)))
    if target and not done.exit_code:
        Path(target).write_text(done.stdout, encoding="utf-8")
        return ""
    if isinstance(done.exception, TrialwrightError) and old and old[0].strip().startswith(f"{done.exception.code}:"):
        return str(done.exception)
    if done.exit_code and not any("NOT SOUND" in line for line in old):
        raise SystemExit(f"{command}: {done.exception or done.output}")
    return done.stdout


def _written(kind: str, path: Path, block: list[str]) -> None:
    """Do what a reader is told: write a file, or change one where the old lines stand."""
    if kind != "diff":
        path.write_text("\n".join(block) + "\n", encoding="utf-8")
        return
    old, new = ("".join(f"{row[1:]}\n" for row in block if row[:1] in signs) for signs in (" -", " +"))
    held = path.read_text(encoding="utf-8")
    if held.count(old) != 1:
        raise SystemExit(f"{path} has these lines {held.count(old)} times, not once:\n{old}")
    path.write_text(held.replace(old, new), encoding="utf-8")


def _shows(old: list[str], new: list[str]) -> bool:
    """Whether an output with lines left out shows parts of another one, in their order, its beginning and its end."""
    shown, printed = (CHANGING.sub("*", "\n".join(lines)) for lines in (old, new))
    if LEFT_OUT not in old:
        return shown == printed
    parts = shown.split(LEFT_OUT)
    pattern = "".join(f"{re.escape(part.rstrip(' '))}(?:.*\n)*?.*" for part in parts[:-1]) + re.escape(parts[-1])
    return re.fullmatch(pattern, printed) is not None


def _printed(lines: list[str]) -> int:
    """How many of these lines are an earlier output: indented ones, and blank ones between them."""
    count = 0
    for place, line in enumerate(lines):
        if line.startswith(PROMPT) or (line and not line.startswith("    ")):
            break
        if line:
            count = place + 1
    return count


def main() -> None:
    """Fill or check every page with an example."""
    old = []
    for page in sorted(page for pattern in PAGES for page in DOCS.glob(pattern)):
        text = page.read_text(encoding="utf-8")
        new = filled(text)
        if new != text:
            old.append(page.name)
            if "--check" not in sys.argv:
                page.write_text(new, encoding="utf-8")
    if "--check" in sys.argv and old:
        raise SystemExit(f"out of date: {', '.join(old)}; run python docs/fill_examples.py")


if __name__ == "__main__":
    main()
