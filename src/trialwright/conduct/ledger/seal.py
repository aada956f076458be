"""Drafts made into entries that continue a head: what every store does before it writes."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.conduct.ledger.entry import Draft, Entry, Head, sealed
from trialwright.core.errors import StageError


def seal(drafts: Sequence[Draft], after: Head, head: Head, last_day: int | None) -> tuple[Entry, ...]:
    """The entries that append these drafts to a ledger with this head.

    `after`: the head that the drafts were checked against. `last_day`: trial day of the last entry. Raises StageError:
    COND-020 if the ledger has moved on, COND-003 if a day lies before the last entry's, COND-011 if a value cannot be
    stored.
    """
    if after != head:
        raise StageError(
            "COND-020",
            f"the ledger has moved on: it holds {head.size} entries, and this was checked against {after.size}",
            expected="nobody else appending between the check and the append",
            mend="read the ledger again and repeat the command",
        )
    entries: list[Entry] = []
    for draft in drafts:
        if last_day is not None and draft.day < last_day:
            raise StageError(
                "COND-003",
                f"an entry of trial day {draft.day} would follow one of day {last_day}",
                expected=f"day {last_day} or later: entries stand in the order in which they were recorded",
                mend="record it with today's day; the day on which it occurred is a field of its own",
            )
        try:
            entries.append(sealed(draft, head))
        except (ValueError, RecursionError) as fault:
            raise StageError(
                "COND-011",
                f"a value of {type(draft.event).__name__} cannot be stored: {fault}",
                expected="text in valid Unicode, finite numbers, whole numbers up to 2**53 - 1",
                mend="give the value in that form",
            ) from fault
        head, last_day = Head(entries[-1].sequence, entries[-1].hash), draft.day
    return tuple(entries)
