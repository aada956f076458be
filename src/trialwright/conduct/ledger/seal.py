"""Drafts made into entries that continue a head: what every store does before it writes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trialwright.conduct.canonical import canonical
from trialwright.conduct.codec import body_of
from trialwright.conduct.ledger.clock import is_occurred, is_recorded
from trialwright.conduct.ledger.entry import Draft, Entry, Head, sealed
from trialwright.core.errors import StageError

LONGEST_KEY = 200


def seal(drafts: Sequence[Draft], head: Head, last_day: int | None, recorded: str = "") -> tuple[Entry, ...]:
    """The entries that append these drafts to a ledger with this head.

    `last_day`: trial day of the last entry. `recorded`: the time by the store's clock, empty where it has none.
    Raises StageError: COND-003 if a day lies before the last entry's, COND-011 if a value cannot be stored.
    """
    if recorded and not is_recorded(recorded):
        raise _unstorable("the clock of the ledger", f"{recorded!r} is not UTC with microseconds")
    entries: list[Entry] = []
    for draft in drafts:
        if last_day is not None and draft.day < last_day:
            raise StageError(
                "COND-003",
                f"an entry of trial day {draft.day} would follow one of day {last_day}",
                expected=f"day {last_day} or later: entries stand in the order in which they were recorded",
                mend="record it with today's day; the day on which it occurred is a field of its own",
            )
        name = type(draft.event).__name__
        if draft.occurred is not None and not is_occurred(draft.occurred):
            raise _unstorable(name, f"{draft.occurred!r} is not a time with its offset from UTC")
        try:
            entries.append(sealed(draft, head, recorded))
        except (ValueError, RecursionError) as fault:
            raise _unstorable(name, str(fault)) from fault
        head, last_day = Head(entries[-1].sequence, entries[-1].hash), draft.day
    return tuple(entries)


def _unstorable(what: str, why: str) -> StageError:
    return StageError(
        "COND-011",
        f"a value of {what} cannot be stored: {why}",
        expected="text in valid Unicode, finite numbers, whole numbers up to 2**53 - 1, times in RFC 3339",
        mend="give the value in that form",
    )


def require_head(after: Head, head: Head) -> None:
    """Raise StageError (COND-020) if the ledger has moved on since the drafts were checked."""
    if after != head:
        raise StageError(
            "COND-020",
            f"the ledger has moved on: it holds {head.size} entries, and this was checked against {after.size}",
            expected="nobody else appending between the check and the append",
            mend="read the ledger again and repeat the command",
        )


def standing(drafts: Sequence[Draft], find: Callable[[str], Entry | None]) -> tuple[Entry, ...] | None:
    """The entries that stand under the keys of these drafts, None if none does.

    A retry gives what stands, as it was appended the first time. `find`: the entry under a key. Of envelopes only the
    number is compared: encrypting the same text twice gives two ciphertexts, and the first one stands. Raises
    StageError: COND-011 if a key has not its form, COND-027 if some keys stand and others do not, or one stands with
    other content.
    """
    keys = [draft.key for draft in drafts]
    for key, draft in zip(keys, drafts, strict=True):
        if len(key) > LONGEST_KEY or not (key.isprintable() and key.isascii()):
            why = f"an idempotency key is printable ASCII of at most {LONGEST_KEY} characters"
            raise _unstorable(type(draft.event).__name__, why)
    if not any(keys):
        return None
    if not all(keys) or len(set(keys)) != len(keys):
        raise _reused("the events of one transaction have some keys, or one key twice")
    found = [entry for entry in map(find, keys) if entry is not None]
    if not found:
        return None
    if len(found) < len(drafts):
        raise _reused(f"of {len(drafts)} keys {len(found)} stand already")
    for place, (draft, entry) in enumerate(zip(drafts, found, strict=True)):
        if entry.sequence != found[0].sequence + place or not _same(draft, entry):
            raise _reused(f"the key {draft.key!r} stands at entry {entry.sequence} with other content")
    return tuple(found)


def _same(draft: Draft, entry: Entry) -> bool:
    names = ("day", "actor", "reason", "occurred", "role", "site", "key")
    return (
        all(getattr(draft, name) == getattr(entry, name) for name in names)
        and type(draft.event) is type(entry.event)
        and len(draft.envelopes) == len(entry.sealed)
        and _text(draft) == canonical(body_of(entry.event))
    )


def _text(draft: Draft) -> str | None:
    try:
        return canonical(body_of(draft.event))
    except (ValueError, RecursionError):
        return None


def _reused(why: str) -> StageError:
    return StageError(
        "COND-027",
        f"an idempotency key cannot be used again for something else: {why}",
        expected="for a retry the same events as the first time; for anything new a key that was never used",
        mend="look at the entry that stands under the key; give new events new keys, each its own",
    )
