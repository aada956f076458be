"""The frames of a cohort made ready for expressions: one wide frame, long records by key, columns counted from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce

import polars as pl

from trialwright.protocol.eligibility.tree import Anchor, AnchorKind, Expression, Window, leaves
from trialwright.screen.cohort import ANCHORS, WIDE_FACT, Cohort, column

CHAIN = 8

IsA = Callable[[str, str], bool]


class Frames:
    """What expressions read. `wide`: people, wide columns, answers, and the columns that were added; `moments`: the
    columns with the dates of anchors in the patient's own history, by their words."""

    __slots__ = ("_added", "_facts", "_measures", "cohort", "is_a", "moments", "wide")

    def __init__(self, cohort: Cohort, is_a: IsA) -> None:
        self.cohort = cohort
        self.is_a = is_a
        answers = cohort.answers.rename(_answer_column)
        parts = [cohort.people, *(frame for frame in (cohort.wide, answers) if frame.width)]
        self.wide = pl.concat(parts, how="horizontal") if len(parts) > 1 else parts[0]
        self.moments: dict[str, tuple[str, ...]] = {}
        self._added = 0
        self._measures: dict[str, pl.DataFrame] | None = None
        self._facts: dict[str, pl.DataFrame] | None = None

    def has(self, what: str, key: str) -> bool:
        """Whether there is a wide column."""
        return column(what, key) in self.wide.columns

    def cell(self, what: str, key: str) -> pl.Expr:
        """A wide column, or nothing but nulls."""
        return pl.col(column(what, key)) if self.has(what, key) else pl.lit(None, dtype=WIDE_FACT.get(what))

    def answer(self, name: str) -> pl.Expr:
        """A person's answers to a judgement."""
        name = _answer_column(name)
        return pl.col(name) if name in self.wide.columns else pl.lit(None, dtype=pl.Boolean)

    def measures_of(self, key: str) -> pl.DataFrame | None:
        """The long records of a measure with the dates of their patients; None where there are none."""
        if self._measures is None:
            self._measures = self._by_key(self.cohort.measures)
        return self._measures.get(key)

    def facts_by_key(self) -> dict[str, pl.DataFrame]:
        """The long records of facts with the dates of their patients, by key."""
        if self._facts is None:
            self._facts = self._by_key(self.cohort.facts)
        return self._facts

    def about(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Long records with the dates of their patients beside them."""
        names = [*ANCHORS, *(name for names in self.moments.values() for name in names)]
        return pl.concat([frame, self.wide.select(names)[frame["row"]]], how="horizontal")

    def add(self, per_row: pl.DataFrame) -> dict[str, pl.Expr]:
        """Columns that hold each patient's value of `per_row` (a column `row`, each once); null where it has none."""
        names = {name: f"#{self._added}:{name}" for name in per_row.columns if name != "row"}
        self._added += 1
        spread = self.cohort.people.select("row").join(
            per_row.rename(names), on="row", how="left", maintain_order="left"
        )
        self.wide = self.wide.hstack(spread.select(names.values()))
        return {name: pl.col(new) for name, new in names.items()}

    def prepare(self, expressions: Iterable[Expression], key_of: Callable[[str], str]) -> None:
        """Find the dates of the anchors that lie in the patient's own history (`key_of`: words to key)."""
        words = {anchor.text for expression in expressions for anchor in _own_anchors(expression)}
        found = {text: self._dates_of(key_of(text)) for text in sorted(words)}
        for text, dates in found.items():
            self.moments[text] = tuple(str(each.meta.output_name()) for each in self.add(dates).values())

    def related(self, asked: str, keys: Iterable[str]) -> list[tuple[str, bool]]:
        """The keys that say something of what is asked, and whether each is broader than it (and not the same)."""
        prefix, own = split(asked)
        out = []
        for key in sorted(keys):
            before, bare = split(key)
            if before != prefix:
                continue
            if self.is_a(bare, own):
                out.append((key, False))
            elif self.is_a(own, bare):
                out.append((key, True))
        return out

    def _by_key(self, frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
        return {
            str(key[0]): part for key, part in frame.partition_by("key", as_dict=True, maintain_order=False).items()
        }

    def _dates_of(self, key: str) -> pl.DataFrame:
        """A row for each patient who has the thing, with its dates, the first repeated in the columns left over; null
        where one of them is not known."""
        keys = [name for name, broader in self.related(key, self.cohort.fact_keys()) if not broader]
        parts = [self._wide_dates(name) for name in keys]
        parts += [frame.filter("present").select("row", "start", "screening") for frame in self._positive(keys)]
        if not parts:
            return pl.DataFrame({"row": []}, schema={"row": pl.UInt32}).with_columns(pl.lit(None, pl.Date).alias("0"))
        seen = pl.col("start").is_null() | pl.col("screening").is_null() | (pl.col("start") <= pl.col("screening"))
        records = pl.concat(parts).filter(seen)
        dates = records.group_by("row").agg(
            pl.when(pl.col("start").is_not_null().all()).then(pl.col("start").unique().sort().implode()).alias("dates")
        )
        most = max([1, *(len(listed) for listed in dates["dates"].drop_nulls().to_list())])
        each = [
            pl.col("dates").list.get(place, null_on_oob=True).fill_null(pl.col("dates").list.first()).alias(str(place))
            for place in range(most)
        ]
        return dates.select("row", *each)

    def _wide_dates(self, key: str) -> pl.DataFrame:
        present, start, end = (self.cell(what, key) for what in ("present", "start", "end"))
        there = present.fill_null(start.is_not_null() | end.is_not_null())
        return self.wide.filter(there).select("row", start.alias("start"), "screening")

    def _positive(self, keys: Iterable[str]) -> list[pl.DataFrame]:
        facts = self.facts_by_key()
        return [self.about(facts[key]) for key in keys if key in facts]


def _answer_column(name: str) -> str:
    return f"answer:{name}"


def split(key: str) -> tuple[str, str]:
    """The prefix `allergy:` of a key, or nothing, and what follows it."""
    prefix = "allergy:"
    return (prefix, key.removeprefix(prefix)) if key.startswith(prefix) else ("", key)


def any_of(parts: Iterable[pl.Expr]) -> pl.Expr:
    """Whether any of the parts holds, by Kleene; False without parts. A chain of `|` thousands long would exhaust the
    stack of polars."""
    listed = list(parts)
    if len(listed) <= CHAIN:
        return reduce(lambda one, other: one | other, listed) if listed else pl.lit(False)
    return pl.any_horizontal(listed)


def all_of(parts: Iterable[pl.Expr]) -> pl.Expr:
    """Whether all of the parts hold, by Kleene; True without parts."""
    listed = list(parts)
    if len(listed) <= CHAIN:
        return reduce(lambda one, other: one & other, listed) if listed else pl.lit(True)
    return pl.all_horizontal(listed)


def _own_anchors(expression: Expression) -> Iterable[Anchor]:
    for leaf in leaves(expression):
        when = getattr(leaf, "when", None)
        if isinstance(when, Window):
            yield from (anchor for anchor in when.anchors if anchor.kind is AnchorKind.OTHER)
