"""Comparisons, levels and results over a cohort: which records count, and what they say together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.protocol.eligibility.tree import Compare, Interval, Ordinal, Reference, Result, When
from trialwright.screen.cohort import MEASURES, WIDE_MEASURE, column
from trialwright.screen.levels import levels_between
from trialwright.screen.units import EQUAL, conversion
from trialwright.screen.vectorised.derived import derived, is_derived
from trialwright.screen.vectorised.frames import Frames, split
from trialwright.screen.vectorised.windows import FALSE, NULL, TRUE, placed

PURE = ("point", "points", "score", "ratio", "1")
OPPOSITES = {"positive": "negative", "negative": "positive", "normal": "abnormal", "abnormal": "normal"}


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of a measure's records. `units`: every unit that occurs, None = not stated; `unit`: the column of
    units, None where all records have the one."""

    value: pl.Expr
    low: pl.Expr
    high: pl.Expr
    date: pl.Expr
    text: pl.Expr
    of: pl.Expr
    units: tuple[str | None, ...]
    unit: pl.Expr | None

    def spelled_as(self, units: Sequence[str | None]) -> pl.Expr:
        """Whether a record is in one of these units, None = none is stated."""
        if self.unit is None:
            return TRUE if self.units[0] in units else FALSE
        return self.unit.fill_null("").is_in(["" if unit is None else unit for unit in units])

    def converted(self, target: str, measure: str, otherwise: str | None) -> pl.Expr:
        """The values in the unit `target`, null where they cannot be; `otherwise`: the unit of those without one."""
        lines = {}
        for unit in self.units:
            stated = unit if unit is not None else otherwise
            lines[unit] = conversion(stated, target, measure) if stated is not None else None
        if self.unit is None:
            line = lines[self.units[0]]
            if line is None:
                return pl.lit(None, dtype=pl.Float64)
            return self.value if line == (1.0, 0.0) else self.value * line.factor + line.offset
        spelled = self.unit.fill_null("")
        factors = {unit or "": line.factor if line else None for unit, line in lines.items()}
        offsets = {unit or "": line.offset if line else None for unit, line in lines.items()}
        factor = spelled.replace_strict(factors, default=None, return_dtype=pl.Float64)
        return self.value * factor + spelled.replace_strict(offsets, default=None, return_dtype=pl.Float64)


def compared(leaf: Compare, frames: Frames) -> pl.Expr:
    """Whether the measure lies in the interval."""
    key = leaf.measure.key
    answered, exists = _together(
        frames, key, leaf.when, lambda fields: fields.value.is_not_null(), lambda fields: _verdict(leaf, fields)
    )
    if leaf.when is None and leaf.reference is Reference.ABSOLUTE and is_derived(key):
        reckoned = derived(key, frames, lambda value: _reckoned(leaf, value), component)
        answered = pl.when(exists).then(answered).otherwise(reckoned)
    return answered & NULL if leaf.lasting is not None else answered


def graded(leaf: Ordinal, frames: Frames) -> pl.Expr:
    """Whether the level lies between the two of the scale."""

    def counts(fields: Fields) -> pl.Expr:
        there = fields.value.is_not_null() | fields.text.is_not_null()
        if leaf.of is None:
            return there
        asked = leaf.of.key
        matching = _matching(frames, asked)
        return there & (fields.of.is_null() | fields.of.is_in(matching))

    return _together(frames, leaf.scale.key, leaf.when, counts, lambda fields: levels_between(leaf, _level(fields)))[0]


def resulted(leaf: Result, frames: Frames) -> pl.Expr:
    """Whether the last result of the test is the one asked for."""

    def verdict(fields: Fields) -> pl.Expr:
        text = fields.text.str.to_lowercase().str.strip_chars()
        said = pl.when(text == leaf.result).then(TRUE).when(text == OPPOSITES[leaf.result]).then(FALSE).otherwise(NULL)
        if leaf.result in ("positive", "negative"):
            return said
        outside = (fields.value < fields.low) | (fields.value > fields.high)
        by_limits = outside if leaf.result == "abnormal" else ~outside
        return pl.when(text.is_not_null()).then(said).otherwise(by_limits)

    return _together(
        frames, leaf.test.key, leaf.when, lambda fields: fields.value.is_not_null() | fields.text.is_not_null(), verdict
    )[0]


def component(key: str, unit: str, frames: Frames) -> pl.Expr:
    """A measure's one value in a unit: the latest, or the one that undated records agree on; null = not known."""
    wide, long = _sources(frames, key)
    if long is None:
        if wide is None:
            return pl.lit(None, dtype=pl.Float64)
        seen = wide.value.is_not_null() & _seen(wide)
        return pl.when(seen).then(_component_value(key, unit, wide))
    fields = _long_fields(long)
    value = _component_value(key, unit, fields)
    records = long.filter(fields.value.is_not_null() & _seen(fields)).select("row", "date", value.alias("value"))
    value, least, most = pl.col("value"), pl.col("least"), pl.col("most")
    each = (
        of_the_last_day(records)
        .group_by("row")
        .agg(value.min().alias("least"), value.max().alias("most"), value.null_count().alias("unknown"))
    )
    agreed = (pl.col("unknown") == 0) & (most - least <= EQUAL * most.abs())
    return frames.add(each.select("row", pl.when(agreed).then(least).alias("value")))["value"]


def _component_value(key: str, unit: str, fields: Fields) -> pl.Expr:
    if key != "fio2":
        return _plausible(key, fields, fields.converted(unit, key, _default(key)))
    share = fields.converted(unit, key, unit)
    share = pl.when(share > 1).then(share / 100).otherwise(share)
    return pl.when((share >= 0.15) & (share <= 1)).then(share)


def between(value: pl.Expr, interval: Interval) -> pl.Expr:
    """Whether a number lies in the interval; a difference of less than a part in a thousand million is none."""
    parts = []
    if interval.low is not None:
        low = float(interval.low)
        slack = EQUAL * abs(low)
        parts.append(value >= low - slack if interval.low_inclusive else value > low + slack)
    if interval.high is not None:
        high = float(interval.high)
        slack = EQUAL * abs(high)
        parts.append(value <= high + slack if interval.high_inclusive else value < high - slack)
    return parts[0] if len(parts) == 1 else parts[0] & parts[1]


def _verdict(leaf: Compare, fields: Fields) -> pl.Expr:
    """What one record says."""
    key = leaf.measure.key
    match leaf.reference:
        case Reference.UPPER_LIMIT:
            return _plausible(key, fields, _multiple(fields.value, fields.high, leaf.interval))
        case Reference.LOWER_LIMIT:
            return _plausible(key, fields, _multiple(fields.value, fields.low, leaf.interval))
        case Reference.BASELINE:
            return NULL
        case Reference.PREDICTED:
            return between(fields.converted("% predicted", key, None), leaf.interval)
        case Reference.ABSOLUTE:
            if is_pure(key):
                if leaf.unit is not None and leaf.unit not in PURE:
                    return NULL
                plain = fields.spelled_as((None, *PURE))
                return pl.when(plain).then(_plausible(key, fields, between(fields.value, leaf.interval)))
            unit = leaf.unit or _default(key)
            if unit is None:
                if entry(key) is not None:
                    return NULL
                return pl.when(fields.spelled_as((None,))).then(between(fields.value, leaf.interval))
            value = fields.converted(unit, key, _default(key))
            return _plausible(key, fields, between(value, leaf.interval))


def _multiple(value: pl.Expr, limit: pl.Expr, interval: Interval) -> pl.Expr:
    parts = []
    for bound, inclusive, sign in (
        (interval.low, interval.low_inclusive, 1),
        (interval.high, interval.high_inclusive, -1),
    ):
        if bound is None:
            continue
        times = limit * float(bound)
        beyond = (value - times) * sign
        parts.append(beyond >= -EQUAL * times.abs() if inclusive else beyond > EQUAL * times.abs())
    held = parts[0] if len(parts) == 1 else parts[0] & parts[1]
    return pl.when(limit > 0).then(held)


def _reckoned(leaf: Compare, value: pl.Expr) -> pl.Expr:
    """What a computed value, in the measure's canonical unit, says."""
    key = leaf.measure.key
    canonical = _field(key, "unit")
    nothing = pl.lit(None)
    fields = Fields(value, nothing, nothing, nothing, nothing, nothing, (canonical,), None)
    return _verdict(leaf, fields)


def is_pure(key: str) -> bool:
    """Whether the measure is a number without any unit: a score, a ratio."""
    found = entry(key)
    return found is not None and not any(found.fields.get(name) for name in ("unit", "default_unit", "other_units"))


def _plausible(key: str, fields: Fields, answer: pl.Expr) -> pl.Expr:
    """The answer where the value can be true of a person, else null."""
    canonical, low, high = (_field(key, name) for name in ("unit", "low", "high"))
    if low is None and high is None:
        return answer
    if canonical is not None and any(_convertible(unit, canonical, key) for unit in fields.units):
        value = fields.converted(canonical, key, _default(key))
    elif is_pure(key):
        value = pl.when(fields.spelled_as((None, *PURE))).then(fields.value)
    else:
        return answer
    inside = TRUE
    if low is not None:
        inside = inside & (value >= float(low))
    if high is not None:
        inside = inside & (value <= float(high))
    return pl.when(value.is_null() | inside).then(answer)


def _convertible(unit: str | None, canonical: str, key: str) -> bool:
    stated = unit if unit is not None else _default(key)
    return stated is not None and conversion(stated, canonical, key) is not None


def _together(
    frames: Frames,
    key: str,
    when: When | None,
    counts: Callable[[Fields], pl.Expr],
    verdict: Callable[[Fields], pl.Expr],
) -> tuple[pl.Expr, pl.Expr]:
    """What the records that count say together, and whether there are any."""
    wide, long = _sources(frames, key)
    if long is None:
        if wide is None:
            return NULL, FALSE
        candidate = (counts(wide) & _seen(wide)).fill_null(False)
        if when is None:
            return pl.when(candidate).then(verdict(wide)), candidate
        inside = placed(when, wide.date, wide.date, frames.moments)
        return pl.when(candidate & inside).then(verdict(wide)), candidate
    fields = _long_fields(long)
    inside = TRUE if when is None else placed(when, fields.date, fields.date, frames.moments)
    records = long.filter(counts(fields) & _seen(fields)).select(
        "row", "date", verdict(fields).alias("verdict"), inside.alias("inside")
    )
    added = frames.add(_latest(records) if when is None else _latest_inside(records))
    return added["answer"], added["exists"].fill_null(False)


def _latest(records: pl.DataFrame) -> pl.DataFrame:
    """One answer per patient: that of the last day, or that on which undated records and all others agree."""
    return _agreed(of_the_last_day(records)).with_columns(exists=pl.lit(True))


def _latest_inside(records: pl.DataFrame) -> pl.DataFrame:
    """The same of the records inside a window, where any is and none is undated; if the place of any is not known, it
    must agree with those inside."""
    each = records.group_by("row").agg(
        (pl.col("inside").sum() > 0).alias("some"),
        (pl.col("inside").null_count() > 0).alias("doubtful"),
        (pl.col("date").null_count() > 0).alias("undated"),
    )
    possible = records.filter(pl.col("inside").fill_null(True)).join(each, on="row")
    last = of_the_last_day(possible.filter(~pl.col("doubtful")))
    answers = _agreed(pl.concat([last, possible.filter("doubtful")]))
    settled = each.join(answers, on="row", how="left")
    answer = pl.when(pl.col("some") & ~pl.col("undated")).then(pl.col("answer"))
    return settled.select("row", answer.alias("answer"), pl.lit(True).alias("exists"))


def of_the_last_day(records: pl.DataFrame) -> pl.DataFrame:
    """The records of each patient's last day; all of them where one is undated."""
    days = records.group_by("row").agg(
        pl.col("date").max().alias("last"), (pl.col("date").null_count() > 0).alias("any_undated")
    )
    beside = records.join(days, on="row", maintain_order="left")
    chosen = beside.filter(pl.col("any_undated") | (pl.col("date") == pl.col("last")))
    return chosen.drop("last", "any_undated")


def _agreed(records: pl.DataFrame) -> pl.DataFrame:
    """The verdict that all records of a patient give; null where they differ or one is not known."""
    verdict = pl.col("verdict").cast(pl.Int8)
    each = records.group_by("row").agg(
        verdict.min().alias("least"), verdict.max().alias("most"), verdict.null_count().alias("unknown")
    )
    one = (pl.col("unknown") == 0) & (pl.col("least") == pl.col("most"))
    return each.select("row", pl.when(one).then(pl.col("least") == 1).alias("answer"))


def _seen(fields: Fields) -> pl.Expr:
    """Whether a record is not later than the screening, as far as is known."""
    screening = pl.col("screening")
    return (fields.date <= screening).fill_null(True)


def _sources(frames: Frames, key: str) -> tuple[Fields | None, pl.DataFrame | None]:
    """The wide records alone where there are no long ones; otherwise all of them as long records."""
    long = frames.measures_of(key)
    wide = key in frames.cohort.wide_keys("value", "text")
    if long is None:
        return (_wide_fields(frames, key) if wide else None), None
    if wide:
        fields = _wide_fields(frames, key)
        own = frames.wide.filter(fields.value.is_not_null() | fields.text.is_not_null()).select(
            "row",
            pl.lit(key).alias("key"),
            *(getattr(fields, name).cast(dtype).alias(name) for name, dtype in WIDE_MEASURE.items()),
            pl.lit(fields.units[0], dtype=pl.String).alias("unit"),
            pl.lit(None, dtype=pl.String).alias("of"),
        )
        long = pl.concat([long, own.select(list(MEASURES))])
    return None, frames.about(long)


def _wide_fields(frames: Frames, key: str) -> Fields:
    def cell(what: str) -> pl.Expr:
        name = column(what, key)
        return pl.col(name) if name in frames.wide.columns else pl.lit(None, dtype=WIDE_MEASURE[what])

    nothing = pl.lit(None, dtype=pl.String)
    low, high, date, text = (cell(what) for what in ("low", "high", "date", "text"))
    return Fields(cell("value"), low, high, date, text, nothing, (frames.cohort.units.get(key),), None)


def _long_fields(long: pl.DataFrame) -> Fields:
    units: Sequence[str | None] = long["unit"].unique().to_list()
    value, low, high, date, text, of = (pl.col(name) for name in ("value", "low", "high", "date", "text", "of"))
    return Fields(value, low, high, date, text, of, tuple(units), pl.col("unit"))


def _level(fields: Fields) -> pl.Expr:
    """The level as text: a whole number without its point."""
    whole = pl.when(fields.value == fields.value.round()).then(
        fields.value.cast(pl.Int64, strict=False).cast(pl.String)
    )
    return fields.text.fill_null(whole.fill_null(fields.value.cast(pl.String)))


def _matching(frames: Frames, asked: str) -> list[str]:
    kinds = frames.cohort.measures["of"].drop_nulls().unique().to_list()
    return [kind for kind in kinds if split(kind)[0] == split(asked)[0] and frames.is_a(kind, asked)]


def _default(key: str) -> str | None:
    return _field(key, "default_unit")


def _field(key: str, name: str) -> str | None:
    found = entry(key)
    return found.fields.get(name) if found else None
