"""`TrialData`: what happened in a trial as tables, and as it was known on any day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from trialwright.core.errors import UsageError
from trialwright.dataset import frames
from trialwright.dataset.check import check_domain
from trialwright.dataset.columns import COLUMNS, ENDS
from trialwright.dataset.facts import Fact
from trialwright.dataset.frames import RETRACTED, ROW


@dataclass(frozen=True, slots=True, eq=False)
class TrialData:
    """Every version of every row of a trial, one table per SDTM domain.

    `frames`: one frame per domain that has rows, with every version and the column RETRACTED, sorted by participant,
    number and version. `day`: the trial day that this is a view of (as `as_of` gives), None = everything.

    >>> data = TrialData.from_facts([
    ...     Fact("AE", "S-1", 1, 3, known=3, values={"AETOXGR": 2, "ENDAY": 9, "AEOUT": "RECOVERED"}),
    ...     Fact("AE", "S-1", 1, 3, known=5, version=2, values={"AETOXGR": 3, "ENDAY": 9}),
    ... ])
    >>> data.as_of(4).table("AE").select("AETOXGR", "ENDAY", "AEOUT").row(0)
    (2, None, None)
    >>> data.table("AE").select("VERSION", "AETOXGR", "ENDAY").rows()
    [(2, 3, 9)]
    """

    frames: Mapping[str, pl.DataFrame]
    day: int | None = None

    @classmethod
    def from_facts(cls, facts: Iterable[Fact]) -> Self:
        """The data that these facts make, whatever their order; an exact repetition of a fact counts once.

        Raises InputError: DATA-001 no such table, DATA-002 no such column, DATA-003 a value of another kind,
        DATA-004 no participant, DATA-005 a number or version below 1, DATA-006 one version with two contents,
        DATA-008 a later version that was known before an earlier one.
        """
        return cls(frames.frames_of(facts))

    def table(self, domain: str) -> pl.DataFrame:
        """The rows of a domain that stand: the latest version of each row, without retracted ones.

        Columns as declared in `dataset.columns`, null = unknown; sorted by participant and number. A domain
        without rows gives an empty table with the same columns. Raises InputError (DATA-001) for a name that is not
        declared.
        """
        return _standing(self.history(domain)).drop(RETRACTED)

    def history(self, domain: str) -> pl.DataFrame:
        """Every version of every row of a domain, with the column RETRACTED (Boolean)."""
        check_domain(domain)
        frame = self.frames.get(domain)
        return pl.DataFrame(schema=frames.history_schema(domain)) if frame is None else frame

    def as_of(self, day: int) -> TrialData:
        """The data as it was known at the end of trial day `day`; the only place where the future is hidden.

        Of the rows known by that day, the latest version; retracted rows are gone; an end that lies after that
        day is blank, and so is what depends on it. The result holds no earlier versions, so it cannot be asked
        about an earlier day: that raises UsageError (DATA-009).
        """
        if self.day is not None and day < self.day:
            raise UsageError(
                "DATA-009",
                f"a view of trial day {self.day} was asked for day {day}",
                expected=f"day {self.day} or later: a view holds no earlier versions",
                mend="ask the whole data, not a view of it",
            )
        seen = {domain: _as_of(domain, frame, day) for domain, frame in self.frames.items()}
        return TrialData({domain: frame for domain, frame in seen.items() if frame.height}, day)

    def facts(self, *domains: str) -> tuple[Fact, ...]:
        """Every version of every row as facts (of these domains only, if any are named), in canonical order: as the
        tables are declared, then by participant, number and version. Unknown values are left out."""
        return tuple(self._facts(domains or tuple(self.frames)))

    def _facts(self, domains: tuple[str, ...]) -> Iterator[Fact]:
        for domain in sorted(domains, key=list(COLUMNS).index):
            yield from frames.facts_of(self.history(domain))

    def days(self) -> tuple[int, ...]:
        """The trial days on which something became known: a version of a row, or an end that lay ahead; rising."""
        found: set[int] = set()
        for domain, frame in self.frames.items():
            found.update(frame["KNOWN"].unique().to_list())
            for end in ENDS.get(domain, {}):
                found.update(frame.filter(pl.col(end) > pl.col("KNOWN"))[end].unique().to_list())
        return tuple(sorted(found))

    def subjects(self) -> tuple[str, ...]:
        """The identifiers of all participants that any row names, sorted."""
        found: set[str] = set()
        for frame in self.frames.values():
            found.update(frame["USUBJID"].unique().to_list())
        return tuple(sorted(found))

    def equals(self, other: TrialData) -> bool:
        """Whether both hold the same versions of the same rows, in whatever order they were given."""
        return self.difference(other) is None

    def difference(self, other: TrialData, *, content_only: bool = False) -> str | None:
        """The first difference between two data sets in words, or None if they are equal.

        `content_only`: compare what stands in the tables and leave out how it came there (VERSION, KNOWN).
        """
        for domain in COLUMNS:
            if domain not in self.frames and domain not in other.frames:
                continue
            if content_only:
                mine, theirs = (each.table(domain).drop("VERSION", "KNOWN") for each in (self, other))
            else:
                mine, theirs = self.history(domain), other.history(domain)
            if not mine.equals(theirs):
                return f"{domain}: {_first_difference(mine, theirs)}"
        return None


def _standing(history: pl.DataFrame) -> pl.DataFrame:
    """The latest version of each row of a history sorted by version, without retracted rows."""
    last = pl.any_horizontal(pl.col(name) != pl.col(name).shift(-1) for name in ROW).fill_null(True)
    return history.filter(last & ~pl.col(RETRACTED))


def _as_of(domain: str, history: pl.DataFrame, day: int) -> pl.DataFrame:
    seen = _standing(history.filter(pl.col("KNOWN") <= day))
    for end, dependants in ENDS.get(domain, {}).items():
        ahead = pl.col(end) > day
        seen = seen.with_columns(
            pl.when(ahead).then(None).otherwise(pl.col(name)).alias(name) for name in (end, *dependants)
        )
    return seen


def _first_difference(mine: pl.DataFrame, theirs: pl.DataFrame) -> str:
    for left, right in zip(mine.iter_rows(named=True), theirs.iter_rows(named=True), strict=False):
        if left != right:
            columns = [name for name in left if left[name] != right[name]]
            return f"{left['USUBJID']} #{left['SEQ']} and {right['USUBJID']} #{right['SEQ']}: " + ", ".join(
                f"{name} {left[name]!r} / {right[name]!r}" for name in columns
            )
    longer, where = (mine, "second") if mine.height > theirs.height else (theirs, "first")
    row = longer.row(min(mine.height, theirs.height), named=True)
    return f"{row['USUBJID']} #{row['SEQ']} is missing in the {where}"
