"""Conditions, procedures, drugs and other facts over a cohort: records that answer, deny, or leave it open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from trialwright.protocol.eligibility.tree import (
    Concept,
    Course,
    Dates,
    Exposure,
    Interval,
    Kind,
    Present,
    Side,
    Window,
)
from trialwright.screen.cohort import WIDE_FACT
from trialwright.screen.equivalents import equivalent
from trialwright.screen.units import conversion
from trialwright.screen.vectorised.frames import Frames, all_of, any_of, split
from trialwright.screen.vectorised.measures import between
from trialwright.screen.vectorised.windows import FALSE, FOREVER, NULL, TRUE, lasted, placed

SYSTEMIC = ("ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS")
HOURS_PER = {"hour": 1, "day": 24, "week": 168}
UNBOUNDED = 2**40


@dataclass(frozen=True, slots=True)
class Fields:
    """The columns of the records of one key. `broader`: the key is broader than what is asked; `frame`: the long
    records themselves, None for the wide table; `plain`: it has a flag and no dates."""

    key: str
    broader: bool
    present: pl.Expr
    start: pl.Expr
    end: pl.Expr
    ongoing: pl.Expr
    count: pl.Expr
    exists: pl.Expr
    wide: bool
    plain: bool = False
    frame: pl.DataFrame | None = None


def has(leaf: Present, frames: Frames) -> pl.Expr:
    """Whether the patient has, or had, the thing."""
    key = f"allergy:{leaf.concept.key}" if leaf.kind is Kind.ALLERGY else leaf.concept.key
    return _found(leaf, key, frames)


def takes(leaf: Exposure, frames: Frames) -> pl.Expr:
    """Whether the patient takes, or took, the drug."""
    return _found(leaf, leaf.drug.key, frames)


def _found(leaf: Present | Exposure, key: str, frames: Frames) -> pl.Expr:
    complete = any(_denies(name, broader, key, frames) for name, broader in frames.related(key, frames.cohort.complete))
    wide, long = _sources(frames, key)
    simple = _simple(leaf, wide, long, complete, key, frames)
    if simple is not None:
        return simple
    answers = [(fields, _record(leaf, fields, frames)) for fields in wide]
    denied = [
        ~fields.present & _seen(leaf, fields) for fields in wide if _denies(fields.key, fields.broader, key, frames)
    ]
    held, open_ = [a.fill_null(False) for _, a in answers], [f.exists & a.is_null() for f, a in answers]
    counted = _long(leaf, long, key, frames)
    if counted is not None:
        held.append(counted["held"].fill_null(0) > 0)
        open_.append(counted["open"].fill_null(0) > 0)
        denied.append(counted["denied"].fill_null(False))
    no = TRUE if complete else any_of([one.fill_null(False) for one in denied])
    if leaf.times is not None:
        return _times(leaf.times, answers, counted, no, complete)
    return pl.when(any_of(held)).then(TRUE).when(~any_of(open_) & no).then(FALSE).otherwise(NULL)


def _simple(
    leaf: Present | Exposure,
    wide: Sequence[Fields],
    long: Sequence[Fields],
    complete: bool,
    key: str,
    frames: Frames,
) -> pl.Expr | None:
    """The flag itself, where nothing else is asked and nothing else is known."""
    if long or len(wide) != 1 or wide[0].broader or leaf.when or leaf.lasting or leaf.times or leaf.apart_from:
        return None
    if isinstance(leaf, Exposure) and (leaf.dose or leaf.route):
        return None
    [flag] = wide
    if leaf.course is Course.PAST or not flag.plain or not _denies(flag.key, flag.broader, key, frames):
        return None
    return flag.present.fill_null(False) if complete else flag.present


def _record(leaf: Present | Exposure, fields: Fields, frames: Frames) -> pl.Expr:
    """What one positive or unknown record says; False where there is none."""
    parts = [fields.exists, fields.present.fill_null(True), fields.present | NULL]
    if fields.broader:
        parts.append(NULL)
    if leaf.course is not Course.ANY:
        parts.append(_course(leaf.course, fields))
    if leaf.when is not None:
        endless = pl.when(fields.ongoing).then(pl.lit(FOREVER)).otherwise(fields.start)
        last = pl.when(fields.end.is_not_null()).then(fields.end).otherwise(endless)
        parts.append(placed(leaf.when, fields.start, last, frames.moments))
    if leaf.lasting is not None:
        until = pl.when(fields.end.is_null() & fields.ongoing).then(pl.col("screening")).otherwise(fields.end)
        parts.append(lasted(leaf.lasting, fields.start, until))
    parts += [_counts(fields.key, one, frames) for one in leaf.apart_from]
    if isinstance(leaf, Exposure):
        parts += _exposed(leaf, fields)
    parts.append(_seen(leaf, fields))
    return all_of(parts)


def _course(course: Course, fields: Fields) -> pl.Expr:
    over = fields.end <= pl.col("screening")
    if course is Course.CURRENT:
        return pl.when(fields.end.is_not_null()).then(~over).otherwise(TRUE if fields.wide else fields.ongoing)
    return pl.when(fields.end.is_not_null()).then(over).otherwise(NULL if fields.wide else ~fields.ongoing)


def _counts(key: str, excepted: Concept, frames: Frames) -> pl.Expr:
    """Whether a record of this key counts although something is excepted."""
    bare = split(key)[1]
    if frames.is_a(bare, excepted.key):
        return FALSE
    return NULL if excepted.id is None or frames.is_a(excepted.key, bare) else TRUE


def _seen(leaf: Present | Exposure, fields: Fields) -> pl.Expr:
    if isinstance(leaf.when, Dates) or (isinstance(leaf.when, Window) and leaf.when.side is not Side.BEFORE):
        return TRUE
    return (fields.start <= pl.col("screening")).fill_null(True)


def _exposed(leaf: Exposure, fields: Fields) -> list[pl.Expr]:
    """Dose and route of one record of a drug."""
    parts = []
    if leaf.dose is not None:
        dosed = _dose(leaf, fields)
        parts.append(NULL if dosed is None else between(dosed, leaf.dose))
    if leaf.route is not None:
        parts.append(NULL if fields.frame is None else _route(leaf.route, pl.col("route")))
    return parts


def _dose(leaf: Exposure, fields: Fields) -> pl.Expr | None:
    """The dose in the unit and per the time that the leaf states; None where it is known of nobody."""
    factor = 1.0
    if leaf.equivalent_to is not None:
        found = equivalent(fields.key, leaf.equivalent_to.key)
        if found is None:
            return None
        factor = found
    if fields.frame is None:
        return None
    units = {unit: _unit_factor(unit, leaf.unit) for unit in fields.frame["unit"].unique().to_list()}
    times = {per: _per_factor(per, leaf.per) for per in fields.frame["per"].unique().to_list()}
    return pl.col("dose") * factor * _mapped("unit", units) * _mapped("per", times)


def _unit_factor(unit: str | None, asked: str | None) -> float | None:
    if unit is None or asked is None:
        return 1.0 if unit is asked else None
    line = conversion(unit, asked)
    return line.factor if line is not None and line.offset == 0 else None


def _per_factor(per: str | None, asked: str | None) -> float | None:
    if per == asked:
        return 1.0
    if per in HOURS_PER and asked in HOURS_PER:
        return HOURS_PER[asked] / HOURS_PER[per]
    return None


def _mapped(name: str, factors: dict[str | None, float | None]) -> pl.Expr:
    known = {"" if key is None else key: factor for key, factor in factors.items()}
    return pl.col(name).fill_null("").replace_strict(known, default=None, return_dtype=pl.Float64)


def _route(asked: str, route: pl.Expr) -> pl.Expr:
    if asked == "SYSTEMIC":
        return route.is_in([*SYSTEMIC, "SYSTEMIC"])
    if asked in SYSTEMIC:
        return pl.when(route != "SYSTEMIC").then(route == asked)
    return route == asked


def _long(leaf: Present | Exposure, sources: Sequence[Fields], key: str, frames: Frames) -> dict[str, pl.Expr] | None:
    """Columns counted from long records: how many hold, how many are open, whether one denies."""
    parts = []
    for fields in sources:
        if fields.frame is None:
            continue
        answer = _record(leaf, fields, frames)
        deny = (
            (~fields.present & _seen(leaf, fields)).fill_null(False)
            if _denies(fields.key, fields.broader, key, frames)
            else FALSE
        )
        counts = fields.count.fill_null(1).clip(lower_bound=0)
        numbers = (
            fields.frame.lazy()
            .select("row", answer.alias("answer"), deny.alias("denied"), counts.alias("count"))
            .select(
                "row",
                "denied",
                pl.col("answer").fill_null(False).cast(pl.Int64).alias("held"),
                pl.col("answer").is_null().cast(pl.Int64).alias("open"),
                "count",
            )
        )
        parts.append(numbers)
    if not parts:
        return None
    held, open_, count = pl.col("held"), pl.col("open"), pl.col("count")
    per_row = (
        pl.concat(parts)
        .with_columns(sure=held * count, unsure=open_ * count)
        .group_by("row")
        .agg(pl.col("held", "open", "sure", "unsure").sum(), pl.col("denied").max())
        .collect()
    )
    return frames.add(per_row)


def _times(
    times: Interval,
    wide: Sequence[tuple[Fields, pl.Expr]],
    counted: dict[str, pl.Expr] | None,
    no: pl.Expr,
    complete: bool,
) -> pl.Expr:
    """Whether a number that lies between what is sure and what is possible is in the interval."""
    sure, unsure, endless = pl.lit(0, dtype=pl.Int64), pl.lit(0, dtype=pl.Int64), FALSE
    for fields, answer in wide:
        count = fields.count.fill_null(1).clip(lower_bound=0)
        sure = sure + pl.when(answer).then(count).otherwise(0)
        unsure = unsure + pl.when(fields.exists & answer.is_null()).then(count).otherwise(0)
        endless = endless | (answer.fill_null(fields.exists) & fields.count.is_null())
    if counted is not None:
        sure, unsure = sure + counted["sure"].fill_null(0), unsure + counted["unsure"].fill_null(0)
    bounded = TRUE if complete else ((sure + unsure) == 0) & no
    most = pl.when(bounded & ~endless).then(sure + unsure).otherwise(UNBOUNDED)
    least_in, most_in = _integers(times)
    reached = (sure <= most_in) & (most >= least_in) & (least_in <= most_in)
    return ((sure >= least_in) & (most <= most_in)) | (reached & NULL)


def _integers(times: Interval) -> tuple[int, int]:
    """The least and the greatest whole number of the interval."""
    low, high = -1, UNBOUNDED
    if times.low is not None:
        low = math.ceil(times.low) if times.low_inclusive else math.floor(times.low) + 1
    if times.high is not None:
        high = math.floor(times.high) if times.high_inclusive else math.ceil(times.high) - 1
    return min(low, UNBOUNDED), min(high, UNBOUNDED)


def _denies(name: str, broader: bool, key: str, frames: Frames) -> bool:
    """Whether "no" for a related key is "no" for what is asked: it is the same or broader."""
    return broader or frames.is_a(split(key)[1], split(name)[1])


def _sources(frames: Frames, key: str) -> tuple[list[Fields], list[Fields]]:
    """The records that bear on a key: of the wide table, and long ones."""
    by_key = frames.facts_by_key()
    wide = [
        _wide(frames, name, broader)
        for name, broader in frames.related(key, frames.cohort.wide_keys("present", "start", "end"))
    ]
    long = [_of_frame(frames.about(by_key[name]), name, broader) for name, broader in frames.related(key, by_key)]
    return wide, long


def _wide(frames: Frames, key: str, broader: bool) -> Fields:
    present, start, end, count = (frames.cell(what, key) for what in WIDE_FACT)
    dated = start.is_not_null() | end.is_not_null()
    exists = present.is_not_null() | dated
    nothing = pl.lit(None, dtype=pl.Boolean)
    return Fields(
        key, broader, pl.when(present.is_null() & dated).then(TRUE).otherwise(present), start, end, nothing, count,
        exists, wide=True,
        plain=frames.has("present", key) and not frames.has("start", key) and not frames.has("end", key),
    )  # fmt: skip


def _of_frame(frame: pl.DataFrame, key: str, broader: bool) -> Fields:
    present, start, end, ongoing, count = (pl.col(name) for name in ("present", "start", "end", "ongoing", "count"))
    return Fields(key, broader, present, start, end, ongoing, count, TRUE, wide=False, frame=frame)
