"""Runs the `$ trialwright ...` examples in docs/how-to and puts what they print beneath them.

python docs/fill_examples.py            write the outputs again
python docs/fill_examples.py --check    exit with 1 if an output is not what the command prints now
"""

import contextlib
import shlex
import sys
import tempfile
from pathlib import Path

from typer.testing import CliRunner

from trialwright.cli.app import app

HOW_TO = Path(__file__).resolve().parent / "how-to"
PROMPT = "    $ trialwright "


def filled(text: str) -> str:
    """The page with every example's output as the commands print it now. An example is a run of indented lines.

    The commands of a page run one after the other in an empty folder that has the examples in it.
    """
    with tempfile.TemporaryDirectory() as desk, contextlib.chdir(desk):
        Path("examples").symlink_to(HOW_TO.parents[1] / "examples")
        return _filled(text)


def _filled(text: str) -> str:
    lines, kept = text.splitlines(), []
    place = 0
    while place < len(lines):
        line = lines[place]
        place += 1
        kept.append(line)
        if not line.startswith(PROMPT):
            continue
        command = line.removeprefix(PROMPT)
        while command.endswith("\\"):
            kept.append(lines[place])
            command = command[:-1] + lines[place].strip()
            place += 1
        place += _printed(lines[place:])
        done = CliRunner().invoke(app, shlex.split(command))
        if done.exit_code:
            raise SystemExit(f"{command}: {done.exception or done.output}")
        kept += [f"    {row}".rstrip() for row in done.stdout.rstrip("\n").splitlines()]
    return "\n".join(kept) + "\n"


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
    for page in sorted([*HOW_TO.glob("design-*.md"), *HOW_TO.glob("screen-*.md")]):
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
