"""Columns of measures and facts into records.

Wide where a column is plain, long where its cells are in mixed units or cannot be taken as they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from trialwright.protocol.eligibility.lexicon.loading import Entry, entry
from trialwright.screen.cohort import FACTS, MEASURES, column
from trialwright.screen.patients import columns
from trialwright.screen.patients.cells import RESULTS, Says
from trialwright.screen.patients.names import Meaning, Part
from trialwright.screen.patients.routes import route
from trialwright.screen.units import SAME, Line, conversion, spelling

if TYPE_CHECKING:
    from collections.abc import Callable

    from trialwright.screen.patients.reporting import Reporter

PURE = frozenset({None, "point", "points", "score", "ratio", "1"})
NOT_A_VALUE = "not a value: "
MOST_UNITS = 200
FUTURE = "it lies after the screening date, when nobody can know of it; the date is unknown"
Column = tuple[str, Meaning, pl.Series]
"""A column: its name, what it means, its cells."""


@dataclass(slots=True)
class Records:
    """What has been read so far: wide columns, their units, and long records."""

    wide: dict[str, pl.Series] = field(default_factory=dict)
    units: dict[str, str | None] = field(default_factory=dict)
    measures: list[pl.DataFrame] = field(default_factory=list)
    facts: list[pl.DataFrame] = field(default_factory=list)


def measure(
    columns_of: Mapping[Part, Column], key: str, records: Records, reporter: Reporter, screening: pl.Series | None
) -> None:
    """Add the records of a measure, level or result that a column and its companions state. A number that is a bound
    (`<5`) or can be read in two ways keeps its place as a record whose unit says so: no older value stands in for it,
    and no comparison with it has an answer."""
    name, meaning, cells = columns_of[Part.THING]
    found = entry(key)
    frame = columns.measures(cells, decimal_comma=meaning.decimal_comma)
    frame = _with_companions(frame, columns_of, key, reporter)
    reporter.measured(name, frame)
    frame = judged(frame, name, found, reporter)
    if screening is not None and frame["date"].null_count() < frame.height:
        later = frame["date"] > screening
        what = "it lies after the screening date, so this value is not looked at"
        reporter.rows("SCR-029", name, later, frame["date"].cast(pl.String), what, "a date up to the screening date")
    wide = column("value", key) not in records.wide and column("text", key) not in records.wide
    plain = frame["says"].is_in([Says.NUMBER.value, Says.TEXT.value])
    common = frame.filter(pl.col("says") == Says.NUMBER.value)["unit"].value_counts(sort=True)
    unit = common["unit"][0] if common.height else meaning.unit
    if wide:
        fits = plain & (frame["unit"].eq_missing(pl.Series([unit], dtype=pl.String)) | frame["value"].is_null())
        records.units[key] = unit
        for what in ("value", "low", "high", "date", "text"):
            if what == "value" or frame[what].null_count() < frame.height:
                kept = pl.select(pl.when(fits).then(frame[what])).to_series()
                records.wide[column(what, key)] = kept.cast(MEASURES[what])
    else:
        fits = pl.repeat(value=False, n=frame.height, dtype=pl.Boolean, eager=True)
    rest = frame.with_row_index("row").filter(~fits & (pl.col("value").is_not_null() | pl.col("text").is_not_null()))
    if rest.height:
        long = rest.with_columns(pl.lit(key).alias("key"), pl.lit(None, dtype=pl.String).alias("of"))
        records.measures.append(long.select([pl.col(name).cast(kind) for name, kind in MEASURES.items()]))


def _with_companions(
    frame: pl.DataFrame, columns_of: Mapping[Part, Column], key: str, reporter: Reporter
) -> pl.DataFrame:
    """The cells with the unit of each, its limits of normal in that unit, and its date."""
    own = columns_of[Part.THING][1].unit
    default = pl.lit(own, dtype=pl.String)
    if Part.UNIT in columns_of:
        stated = columns_of[Part.UNIT][2].cast(pl.String).str.strip_chars().replace("", None)
        frame = frame.with_columns(pl.coalesce("unit", stated.rename("stated"), default).alias("unit"))
    else:
        frame = frame.with_columns(pl.coalesce("unit", default).alias("unit"))
    frame = frame.with_columns(spelled(frame["unit"]))
    for part in (Part.LOW, Part.HIGH):
        limit = columns.blank(part.value, frame.height, pl.Float64)
        if part in columns_of:
            name, meaning, cells = columns_of[part]
            read = columns.measures(cells, decimal_comma=meaning.decimal_comma)
            reporter.numbers(name, read)
            unit = read["unit"].fill_null(meaning.unit) if meaning.unit else read["unit"]
            limit = in_unit(
                pl.select(pl.when(read["says"] == Says.NUMBER.value).then(read["value"])).to_series(),
                spelled(unit),
                frame["unit"],
                key,
            )
            lost = limit.is_null() & (read["says"] == Says.NUMBER.value)
            what = "the limit's unit is another than the value's and cannot be converted; the limit is unknown"
            reporter.rows("SCR-027", name, lost, read["given"], what, "a limit in the unit of the value")
        frame = frame.with_columns(limit.alias(part.value))
    day = columns.blank("date", frame.height, pl.Date)
    if Part.DATE in columns_of:
        name, meaning, cells = columns_of[Part.DATE]
        dated = columns.dates(cells, meaning.date_format)
        reporter.dates(name, dated)
        day = dated["day"]
    return frame.with_columns(day.alias("date"))


def in_unit(limit: pl.Series, unit: pl.Series, target: pl.Series, key: str) -> pl.Series:
    """Limits in the unit of their values; those without a unit are in it already."""
    frame = pl.DataFrame({"limit": limit, "unit": unit, "target": target})
    pairs = frame.filter(pl.col("unit").is_not_null() & (pl.col("unit") != pl.col("target").fill_null("")))
    if not pairs.height:
        return limit
    out = pl.col("limit")
    for one, other in pairs.select("unit", "target").unique().head(MOST_UNITS).iter_rows():
        line = conversion(one, other, key) if other is not None else None
        here = (pl.col("unit") == one) & pl.col("target").eq_missing(other)
        turned = pl.lit(None, dtype=pl.Float64) if line is None else pl.col("limit") * line.factor + line.offset
        out = pl.when(here).then(turned).otherwise(out)
    return frame.select(out.alias("limit"))["limit"]


def judged(frame: pl.DataFrame, name: str, found: Entry | None, reporter: Reporter) -> pl.DataFrame:
    """The cells of a measure with what cannot be taken as it stands marked, and reported: bounds and double readings,
    units that are not known, numbers that no living person has, levels that the scale does not have."""
    sort = found.sort if found is not None else ""
    graded = sort in ("scale", "test")
    number = pl.col("says") == Says.NUMBER.value
    if graded:
        level = number & pl.col("unit").is_not_null() & ~pl.col("unit").is_in([unit for unit in PURE if unit])
        known = {unit: reading_of(unit, found) is not None for unit in _distinct(frame["unit"])}
        strange = [unit for unit, right in known.items() if not right]
        level &= pl.col("unit").is_in(strange)
        frame = frame.with_columns(
            pl.when(level).then(pl.col("given")).otherwise("text").alias("text"),
            pl.when(level).then(None).otherwise("value").alias("value"),
            pl.when(level).then(pl.lit(Says.TEXT.value)).otherwise("says").alias("says"),
            pl.when(level).then(None).otherwise("unit").alias("unit"),
        )
    odd = pl.col("says").is_in([Says.CENSORED.value, Says.DOUBTFUL.value])
    mark = pl.concat_str(pl.lit(NOT_A_VALUE), pl.col("given"))
    frame = frame.with_columns(
        pl.when(odd).then(mark).otherwise("unit").alias("unit"),
        pl.when(odd).then(None).otherwise("low").alias("low"),
        pl.when(odd).then(None).otherwise("high").alias("high"),
        pl.when(pl.col("says") == Says.TEXT.value).then("text").alias("text"),
    )
    _units_and_range(frame, name, found, reporter)
    _levels(frame, name, found, reporter)
    return frame


def _units_and_range(frame: pl.DataFrame, name: str, found: Entry | None, reporter: Reporter) -> None:
    numbers = frame["says"] == Says.NUMBER.value
    values = pl.DataFrame({"unit": frame["unit"], "value": frame["value"]})
    for unit in values.filter(numbers)["unit"].unique().head(MOST_UNITS).to_list():
        here = numbers & values["unit"].eq_missing(pl.Series([unit], dtype=pl.String))
        line = reading_of(unit, found)
        if line is None:
            _strange_unit(here, unit, frame, name, found, reporter)
            continue
        low, high = limits(found)
        if low is None and high is None:
            continue
        turned = values["value"] * line.factor + line.offset
        beyond = here & ((turned < low if low is not None else False) | (turned > high if high is not None else False))
        canonical = found.fields.get("unit", "") if found is not None else ""
        expected = (
            f"{low or 0:g} to {high:g} {canonical}".strip() if high is not None else f"{low:g} {canonical} or more"
        )
        what = f"no patient has such a value{f' in {unit}' if unit else ''}; it is unknown"
        reporter.rows("SCR-026", name, beyond, frame["given"], what, expected)


def _strange_unit(
    here: pl.Series, unit: str | None, frame: pl.DataFrame, name: str, found: Entry | None, reporter: Reporter
) -> None:
    if unit is None:
        about = found.name if found is not None else name
        reporter.notes.add(
            "SCR-028",
            f"column {name}: {here.sum()} values have no unit, and {about} is measured in several; they are unknown",
            group=name,
            expected=f"a unit in the name of the column: {name} ({found.fields.get('unit') if found else 'mg/dL'})",
            mend="write the unit into the name of the column, into a column beside it, or into a mapping",
        )
        return
    expected = f"a unit such as {found.fields.get('unit') or 'mg/dL'}" if found else "a unit"
    what = f"the unit {unit!r} is not known or does not belong to it; the value is unknown"
    reporter.rows("SCR-027", name, here, frame["given"], what, expected)


def reading_of(unit: str | None, found: Entry | None) -> Line | None:
    """What makes a number in a unit one in the unit of its entry; None where that cannot be done. What has no entry is
    compared as it is given."""
    if found is None:
        return SAME
    fields = found.fields
    canonical, default = fields.get("unit"), fields.get("default_unit")
    if not canonical and not default and not fields.get("other_units"):
        return SAME if unit in PURE else None
    if unit is None:
        unit = default
    if unit is None:
        return None
    target = canonical or default
    if unit == "% predicted":
        return Line(0.0, float(fields.get("low") or 0.0))
    return conversion(unit, target, found.id) if target else (SAME if unit in PURE else None)


def limits(found: Entry | None) -> tuple[float | None, float | None]:
    """The plausible range of an entry in its own unit."""
    if found is None:
        return None, None
    low, high = found.fields.get("low"), found.fields.get("high")
    return (float(low) if low else None), (float(high) if high else None)


def _levels(frame: pl.DataFrame, name: str, found: Entry | None, reporter: Reporter) -> None:
    text = frame["says"] == Says.TEXT.value
    if not text.any():
        return
    if found is None:
        return
    if found.sort == "scale":
        from trialwright.screen.levels import places

        known = places(found.id)
        lowered = frame["text"].str.to_lowercase()
        wrong = text & ~lowered.is_in(list(known)) if known else text & False
        expected = f"a level of {found.name}: {', '.join(found.fields.get('levels', '').split('|')[:12])}"
        reporter.rows("SCR-031", name, wrong, frame["given"], "it is no level of the scale; it is unknown", expected)
    elif found.sort == "test":
        wrong = text & ~frame["text"].is_in(sorted(set(RESULTS.values())))
        expected = "positive, negative, normal, abnormal or a number"
        reporter.rows("SCR-031", name, wrong, frame["given"], "it is no result; it is unknown", expected)
    else:
        wrong = text & ~frame["text"].is_in(sorted(set(RESULTS.values())))
        reporter.rows("SCR-021", name, wrong, frame["given"], "it is no number; it is unknown", "a number")


def fact(
    columns_of: Mapping[Part, Column],
    key: str,
    records: Records,
    reporter: Reporter,
    screening: pl.Series | None,
    *,
    silent: bool,
) -> None:
    """Add the records of a fact. Cells that say neither yes nor no are records of which it is not known whether they
    are there, so that a complete column does not take them for a no. `silent`: the column is a measure's as well, and
    what is no flag is no fault."""
    companions: dict[Part, Column] = {part: each for part, each in columns_of.items() if part is not Part.THING}
    height = len(next(iter(columns_of.values()))[2])
    frame = pl.DataFrame(
        {
            "present": pl.repeat(None, height, dtype=pl.Boolean, eager=True),
            "odd": pl.repeat(value=False, n=height, eager=True),
        }
    )
    if Part.THING in columns_of:
        name, _, cells = columns_of[Part.THING]
        read = columns.flags(cells)
        if not silent:
            reporter.flags(name, read)
        odd = read["says"].is_in([Says.TEXT.value, Says.ABSENT.value]) & (not silent)
        frame = pl.DataFrame({"present": read["value"], "odd": odd})
    frame = frame.with_columns(_fact_companions(companions, height, reporter))
    if screening is not None and Part.DATE in companions and not plannable(key):
        late = (frame["start"] > screening).fill_null(value=False)
        given = frame["start"].cast(pl.String)
        expected = "a date up to the screening date"
        reporter.rows("SCR-029", companions[Part.DATE][0], late, given, FUTURE, expected)
        known = pl.select(pl.when(~late).then(frame["start"])).to_series()
        frame = frame.with_columns(
            known.alias("start"), (pl.col("odd") | (late & pl.col("present").is_null())).alias("odd")
        )
    said = pl.any_horizontal(pl.col("start", "end", "dose").is_not_null())
    against = frame.select(~pl.col("present") & said).to_series()
    if Part.THING in columns_of:
        what = "it says no, but a date or a dose is given; it is unknown"
        name, _, cells = columns_of[Part.THING]
        reporter.rows("SCR-043", name, against, cells.cast(pl.String), what, "yes, or no date")
    frame = frame.with_columns((pl.col("odd") | against.fill_null(value=False)).alias("odd"))
    long = bool({Part.DOSE, Part.PER, Part.ROUTE, Part.ONGOING} & set(companions))
    first = column("present", key) not in records.wide and column("start", key) not in records.wide
    wide = frame.select(~pl.col("odd") & (not long) & first).to_series()
    if not long and first:
        for what in ("present", "start", "end", "count"):
            if what == "present" or frame[what].null_count() < height:
                kept = pl.select(pl.when(wide).then(frame[what])).to_series()
                records.wide[column(what, key)] = kept.cast(FACTS[what])
    exists = pl.col("odd") | pl.col("present").is_not_null() | said
    rest = frame.with_row_index("row").filter(~wide & exists)
    if rest.height:
        present = pl.when("odd").then(None).otherwise(pl.col("present").fill_null(value=True))
        rest = rest.with_columns(pl.lit(key).alias("key"), present.alias("present"))
        records.facts.append(rest.select([pl.col(name).cast(kind) for name, kind in FACTS.items()]))


def plannable(key: str) -> bool:
    """Whether a fact can lie in the future: a drug or a procedure can be planned, what has no entry may be either."""
    found = entry(key)
    return not key.startswith("allergy:") and (found is None or found.sort != "condition")


def _fact_companions(companions: Mapping[Part, Column], height: int, reporter: Reporter) -> list[pl.Series]:
    """The other columns of a fact: start, end, count, dose, unit, per, route, ongoing."""
    out = {name: columns.blank(name, height, FACTS[name]) for name in FACTS if name not in ("row", "key", "present")}
    for part, (name, meaning, cells) in companions.items():
        match part:
            case Part.DATE | Part.END:
                read = columns.dates(cells, meaning.date_format)
                reporter.dates(name, read)
                out["start" if part is Part.DATE else "end"] = read["day"]
            case Part.COUNT | Part.DOSE:
                read = columns.measures(cells, decimal_comma=meaning.decimal_comma)
                reporter.numbers(name, read)
                value = pl.select(pl.when(read["says"] == Says.NUMBER.value).then(read["value"])).to_series()
                if part is Part.COUNT:
                    wrong = (value < 0) | (value != value.round())
                    reporter.rows("SCR-021", name, wrong, read["given"], "it is no count; it is unknown", "0, 1, 2...")
                    out["count"] = pl.select(pl.when(~wrong).then(value)).to_series().cast(pl.Int64, strict=False)
                else:
                    out["dose"] = value
                    unit = spelled(read["unit"].fill_null(meaning.unit) if meaning.unit else read["unit"])
                    out["unit"], out["per"] = dose_units(unit)
            case Part.PER | Part.UNIT:
                text = cells.cast(pl.String).str.strip_chars().replace("", None)
                out["per" if part is Part.PER else "unit"] = text if part is Part.PER else spelled(text)
            case Part.ROUTE:
                out["route"] = by_distinct(cells.cast(pl.String), route)
                lost = out["route"].is_null() & cells.is_not_null() & (cells.cast(pl.String).str.strip_chars() != "")
                reporter.rows("SCR-007", name, lost, cells.cast(pl.String), "no known route", "oral, intravenous...")
            case Part.ONGOING:
                flags = columns.flags(cells)
                reporter.flags(name, flags)
                out["ongoing"] = flags["value"]
    return [series.rename(name) for name, series in out.items()]


def dose_units(units: pl.Series) -> tuple[pl.Series, pl.Series]:
    """`mg/day` as `mg` for each `day`."""
    names = {"d": "day", "day": "day", "week": "week", "h": "hour", "hour": "hour", "dose": "dose"}

    def split(unit: str) -> tuple[str, str | None]:
        head, _, last = unit.rpartition("/")
        return (head, names[last]) if head and last in names else (unit, None)

    return by_distinct(units, lambda unit: split(unit)[0]), by_distinct(units, lambda unit: split(unit)[1])


def by_distinct(series: pl.Series, turned: Callable[[str], str | None]) -> pl.Series:
    """The texts turned one by one, each distinct one once."""
    texts = _distinct(series)
    table = {text: turned(text) for text in texts}
    if not table:
        return series.cast(pl.String)
    return series.replace_strict(table, default=None, return_dtype=pl.String)


def spelled(units: pl.Series) -> pl.Series:
    """Units in their canonical spelling."""
    return by_distinct(units, spelling)


def _distinct(series: pl.Series) -> list[str]:
    return series.drop_nulls().unique().to_list()
