"""How a command about allocation is refused: never with a word that depends on an arm."""

from __future__ import annotations

from trialwright.core.errors import StageError


def refused(code: str, message: str, expected: str, mend: str) -> StageError:
    """The error that refuses a command."""
    return StageError(code, message, expected=expected, mend=mend)
