"""Times as a ledger writes them, and the server's clock."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], str]
"""A clock gives the time now in UTC, as RFC 3339 text with microseconds and `Z`."""

_RECORDED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
_OCCURRED = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)")


def server_clock() -> str:
    """The time now by the clock of this machine.

    >>> is_recorded(server_clock())
    True
    """
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    whole = datetime.fromtimestamp(seconds, UTC)
    return f"{whole:%Y-%m-%dT%H:%M:%S}.{nanoseconds // 1000:06d}Z"


def is_recorded(text: str) -> bool:
    """Whether a text is a time as a store records it.

    >>> is_recorded("2024-02-29T12:00:00.000001Z"), is_recorded("2023-02-29T12:00:00.000001Z")
    (True, False)
    """
    return _RECORDED.fullmatch(text) is not None and _exists(text)


def is_occurred(text: str) -> bool:
    """Whether a text is a time with its offset from UTC, as RFC 3339 writes it.

    >>> is_occurred("2024-03-31T02:30:00+02:00"), is_occurred("2024-03-31T02:30:00")
    (True, False)
    """
    return _OCCURRED.fullmatch(text) is not None and _exists(text)


def _exists(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
