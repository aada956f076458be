"""What commands print: answers on standard output, progress and messages on standard error."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from typing import Any

# what a terminal would obey instead of showing it: a record may hold anything
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """The text with U+FFFD for every character that a terminal would obey; tabs and line ends stay."""
    return _CONTROL.sub("\ufffd", text)


def answer(text: str) -> None:
    """Print an answer."""
    _print(shown(text))


def _print(text: str) -> None:
    try:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`: nobody wants the rest
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def answer_json(value: Any) -> None:
    """Print an answer as indented JSON; decimals as text."""
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str, allow_nan=False)
    _print(_CONTROL.sub(lambda sign: f"\\u{ord(sign[0]):04x}", text))


def say(text: str) -> None:
    """Print a message to the person at the terminal."""
    sys.stderr.write(shown(text) + "\n")


def check_free(path: Path, *, force: bool) -> None:
    """Raises UsageError (RUN-007) if a file is there already and may not be replaced."""
    from trialwright.core.errors import UsageError

    if path.is_dir():
        raise UsageError("RUN-007", f"{path} is a folder", expected="the name of a file", mend="name a file with -o")
    if path.exists() and not force:
        raise UsageError(
            "RUN-007",
            f"{path} exists already",
            expected="a name that is not taken: somebody may have edited that file",
            mend="give another name with -o, or --force to replace the file",
        )


_PATIENCE = 2.0  # seconds between two words of how far a step is


class Steps:
    """Shows the step that work has reached: one line, rewritten, on a terminal; a line each in a log.

    How far a step is, said as the step, a colon and more, is shown every two seconds and no oftener. `under_way`: the
    step that has begun, which is not shown itself.
    """

    def __init__(self, *, quiet: bool = False, under_way: str = "") -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._shown = 0
        self._step, self._said_at = under_way, time.monotonic()

    def __call__(self, text: str) -> None:
        """Show a step."""
        if self._quiet:
            return
        if self._step and text.startswith(f"{self._step}: "):
            if time.monotonic() - self._said_at < _PATIENCE:
                return
        else:
            self._step = text
        self._said_at = time.monotonic()
        if self._terminal:
            line = f"{text} ..."[:110]
            sys.stderr.write("\r" + line.ljust(self._shown))
            self._shown = len(line)
        else:
            sys.stderr.write(f"{text}\n")
        sys.stderr.flush()

    def close(self) -> None:
        """Clear the line."""
        if self._terminal and self._shown:
            sys.stderr.write("\r" + " " * self._shown + "\r")
            self._shown = 0
