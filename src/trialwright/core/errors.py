"""The errors that trialwright raises.

    TrialwrightError
    +-- InputError        what was given cannot be read, or is not what it should be  (exit status 2)
    +-- UsageError        a call or a command was made with arguments that do not fit (exit status 2)
    +-- StageError        a stage of the work could not finish                        (exit status 1)

Each carries a code that `docs/messages.md` explains. What was *found in* a record is never an
error: it is a `Problem`, and the work goes on.
"""

from __future__ import annotations

from typing import Any


class TrialwrightError(Exception):
    """An error that a user can act on: it says what was found, what was expected and how to mend it."""

    exit_status = 1

    def __init__(self, code: str, message: str, *, expected: str = "", mend: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.expected = expected
        self.mend = mend

    def __reduce__(self) -> tuple[Any, ...]:
        """What a pickle holds: an error must come back whole from another process."""
        return _remade, (type(self), self.code, self.message, self.expected, self.mend)

    def __str__(self) -> str:
        parts = [f"{self.code}: {self.message}"]
        if self.expected:
            parts.append(f"Expected: {self.expected}")
        if self.mend:
            parts.append(f"To mend it: {self.mend}")
        return "\n".join(parts)


def _remade(kind: type[TrialwrightError], code: str, message: str, expected: str, mend: str) -> TrialwrightError:
    return kind(code, message, expected=expected, mend=mend)


class InputError(TrialwrightError):
    """What was given cannot be read, or is not what it should be."""

    exit_status = 2


class UsageError(TrialwrightError):
    """A call or a command was made with arguments that do not fit."""

    exit_status = 2


class StageError(TrialwrightError):
    """A stage of the work could not finish."""
