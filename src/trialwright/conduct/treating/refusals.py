"""What commands about treatment and safety are refused with."""

from __future__ import annotations

from trialwright.core.errors import StageError, UsageError

SHORTEST = 10


def refused(code: str, message: str, expected: str, mend: str) -> StageError:
    """What stands does not allow it."""
    return StageError(code, message, expected=expected, mend=mend)


def wrong(code: str, message: str, expected: str, mend: str) -> UsageError:
    """What was asked for cannot be."""
    return UsageError(code, message, expected=expected, mend=mend)


def telling(reason: str, what: str) -> str:
    """The reason, if it says something. Raises StageError (COND-008)."""
    if len(reason.strip()) < SHORTEST or not any(character.isalpha() for character in reason):
        raise refused(
            "COND-008",
            f"the reason {reason!r} says nothing; {what}" if reason.strip() else f"no reason is given; {what}",
            f"a reason of {SHORTEST} characters or more, in words",
            "say why, as an inspector would want to read it",
        )
    return reason
