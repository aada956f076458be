"""Long tables beside the patients: laboratory values and facts, a row each, joined by the patient's id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.screen.cohort import FACTS, MEASURES
from trialwright.screen.patients import columns
from trialwright.screen.patients.cells import Says
from trialwright.screen.patients.names import Names
from trialwright.screen.patients.reporting import Reporter
from trialwright.screen.patients.routes import route
from trialwright.screen.patients.table import unreadable
from trialwright.screen.patients.things import FUTURE, Records, by_distinct, dose_units, judged, plannable, spelled

if TYPE_CHECKING:
    from trialwright.screen.patients.notes import Notes
    from trialwright.screen.patients.table import Table

ID = "id|usubjid|subjid|patient|patient id|subject|subject id|mrn|participant"
LABS = {
    "id": ID,
    "test": "test|lbtest|lbtestcd|analyte|name|measure|parameter|concept|lab test|code",
    "value": "value|result|lborres|lbstresc|lbstresn|measurement",
    "unit": "unit|units|lborresu|lbstresu",
    "date": "date|lbdtc|lbdt|sample date|collected|collection date|result date",
    "low": "low|lower|lln|lbornrlo|lower limit|ref low|reference low|lower limit of normal",
    "high": "high|upper|uln|lbornrhi|upper limit|ref high|reference high|upper limit of normal",
    "of": "of|graded",
}
RECORDS = {
    "id": ID,
    "concept": "concept|name|condition|drug|procedure|term|fact|event|medication|diagnosis|mhterm|cmtrt|aeterm",
    "present": "present|flag|occurrence|occur|mhoccur|cmoccur",
    "start": "start|start date|onset|date|from|mhstdtc|cmstdtc|onset date",
    "end": "end|end date|stop|stop date|to|mhendtc|cmendtc|abatement",
    "ongoing": "ongoing|active|current|still|continuing",
    "count": "count|times|number",
    "dose": "dose|cmdose|amount",
    "unit": "unit|units|dose unit|cmdosu",
    "per": "per|each|dose per|frequency unit",
    "route": "route|cmroute",
}
NEEDED = {"labs": ("id", "test", "value"), "facts": ("id", "concept")}


def labs(
    table: Table, names: Names, ids: pl.Series, screening: pl.Series | None, records: Records, notes: Notes
) -> None:
    """Add the values of a long laboratory table: id, test, value, unit, date, low, high.

    Raises InputError (SCR-001) where the first three are not all there.
    """
    found = _found(table, LABS, "labs", notes)
    reporter = Reporter(table, notes, columns.as_text(found["id"]), "labs ")
    frame = _joined(found["id"], ids, reporter)
    keys = _keys(found["test"], names, reporter, "test")
    whole = columns.measures(found["value"])
    reporter.measured("value", whole)
    unit = pl.coalesce("unit", pl.lit(_words(found.get("unit"), table.height)))
    whole = whole.with_columns(unit.alias("unit")).with_columns(keys.alias("key"))
    whole = whole.with_columns(spelled(whole["unit"]), _dates(found.get("date"), "date", reporter, table.height))
    for limit in ("low", "high"):
        whole = whole.with_columns(_numbers(found.get(limit), limit, reporter, table.height))
    whole = whole.with_columns(_words(found.get("of"), table.height).alias("of"))
    parts = []
    for (key,), part in (
        whole.with_row_index("place").filter(pl.col("key").is_not_null()).group_by(["key"], maintain_order=True)
    ):
        sub = _part_of(table, part["place"], reporter)
        parts.append(judged(part, f"value of {key}", entry(str(key)), sub))
    if not parts:
        return
    out = pl.concat(parts).join(frame, on="place", how="inner", maintain_order="left")
    out = out.filter(pl.col("value").is_not_null() | pl.col("text").is_not_null())
    if screening is not None:
        days = out["date"].to_list()
        later = pl.Series(
            [
                d is not None and s is not None and d > s
                for d, s in zip(days, screening.gather(out["row"]), strict=True)
            ],
            dtype=pl.Boolean,
        )
        places = out["place"]
        marked = pl.Series(places.filter(later).unique())
        wrong = pl.int_range(0, table.height, eager=True).is_in(marked.to_list())
        what = "it lies after the screening date, so this value is not looked at"
        given = whole["date"].cast(pl.String)
        reporter.rows("SCR-029", "date", wrong, given, what, "a date up to the screening date")
    records.measures.append(out.select([pl.col(name).cast(kind) for name, kind in MEASURES.items()]))


def facts(
    table: Table, names: Names, ids: pl.Series, screening: pl.Series | None, records: Records, notes: Notes
) -> None:
    """Add the records of a long table of facts: id, concept, present, start, end, ongoing, dose, unit, per, route. A
    row without `present` says that the fact is there.

    Raises InputError (SCR-001) where the first two are not all there.
    """
    found = _found(table, RECORDS, "facts", notes)
    height = table.height
    reporter = Reporter(table, notes, columns.as_text(found["id"]), "facts ")
    frame = _joined(found["id"], ids, reporter)
    out = {"key": _keys(found["concept"], names, reporter, "concept")}
    if "present" in found:
        read = columns.flags(found["present"])
        reporter.flags("present", read)
        known = read["says"] == Says.NUMBER.value
        blank = read["says"] == Says.BLANK.value
        yes = pl.when(blank).then(pl.lit(value=True)).when(known).then(read["value"])
        out["present"] = pl.select(yes).to_series()
    else:
        out["present"] = pl.repeat(value=True, n=height, dtype=pl.Boolean, eager=True)
    for name in ("start", "end"):
        out[name] = _dates(found.get(name), name, reporter, height)
    backwards = out["end"] < out["start"]
    given = out["end"].cast(pl.String)
    reporter.rows("SCR-043", "end", backwards, given, "it ends before it starts", "an end on or after the start")
    if "ongoing" in found:
        read = columns.flags(found["ongoing"])
        reporter.flags("ongoing", read)
        out["ongoing"] = read["value"]
    counts = _numbers(found.get("count"), "count", reporter, height)
    out["count"] = (
        pl.select(pl.when((counts >= 0) & (counts == counts.round())).then(counts)).to_series().cast(pl.Int64)
    )
    out["dose"] = _numbers(found.get("dose"), "dose", reporter, height)
    unit, per = dose_units(spelled(_words(found.get("unit"), height)))
    stated = _words(found.get("per"), height)
    out["unit"], out["per"] = unit, pl.select(pl.coalesce(pl.lit(stated), pl.lit(per))).to_series()
    ways = _words(found.get("route"), height)
    out["route"] = by_distinct(ways, route)
    lost = out["route"].is_null() & ways.is_not_null()
    reporter.rows("SCR-007", "route", lost, ways, "it is no known route; it is unknown", "oral, intravenous...")
    whole = pl.DataFrame([series.rename(name) for name, series in out.items()]).with_row_index("place")
    whole = whole.join(frame, on="place", how="inner", maintain_order="left")
    missing = [pl.lit(None).cast(kind).alias(name) for name, kind in FACTS.items() if name not in whole.columns]
    whole = whole.filter(pl.col("key").is_not_null()).with_columns(missing)
    whole = _not_in_the_future(whole, screening, reporter, out["start"])
    records.facts.append(whole.select([pl.col(name).cast(kind) for name, kind in FACTS.items()]))


def _not_in_the_future(
    whole: pl.DataFrame, screening: pl.Series | None, reporter: Reporter, starts: pl.Series
) -> pl.DataFrame:
    """The records; of what cannot be planned a start after the screening date is not known, and is reported."""
    if screening is None or not whole.height:
        return whole
    real = {key: not plannable(key) for key in whole["key"].unique().to_list()}
    frame = whole.with_columns(
        screening.gather(whole["row"]).alias("today"),
        pl.col("key").replace_strict(real, return_dtype=pl.Boolean).alias("real"),
    )
    late = frame.select((pl.col("start") > pl.col("today")) & pl.col("real")).to_series().fill_null(value=False)
    places = whole["place"].filter(late).to_list()
    wrong = pl.int_range(0, len(starts), eager=True).is_in(places)
    reporter.rows("SCR-029", "start", wrong, starts.cast(pl.String), FUTURE, "a date up to the screening date")
    return whole.with_columns(pl.when(~late).then(pl.col("start")).alias("start"))


def _found(table: Table, known: dict[str, str], what: str, notes: Notes) -> dict[str, pl.Series]:
    """The columns of a long table by their meaning; others are reported."""
    by_name = {spelling: name for name, listed in known.items() for spelling in listed.split("|")}
    out: dict[str, pl.Series] = {}
    for name, cells in zip(table.names, table.columns, strict=True):
        meaning = by_name.get(" ".join(name.replace("_", " ").split()).lower())
        if meaning is not None and meaning not in out:
            out[meaning] = cells
        else:
            notes.add(
                "SCR-020",
                f"column {name} of {table.source} is not recognised and not used",
                group=what,
                expected=", ".join(known),
                mend="rename the column, or leave it",
            )
    absent = [name for name in NEEDED[what] if name not in out]
    if absent:
        raise unreadable(table.source, f"it has no column {', '.join(absent)}; the columns are {', '.join(known)}")
    return out


def _joined(own: pl.Series, ids: pl.Series, reporter: Reporter) -> pl.DataFrame:
    """The row of the people (each of several with the same id) for each row of the table."""
    text = columns.as_text(own)
    mine = pl.DataFrame({"id": text}).with_row_index("place")
    people = pl.DataFrame({"id": ids}).with_row_index("row")
    nobody = ~mine["id"].is_in(ids.unique().to_list()).fill_null(value=False)
    what = "no patient has this id; the row belongs to nobody"
    reporter.rows("SCR-033", "id", nobody, text.fill_null(""), what, "an id of the table of patients")
    return mine.join(people, on="id", how="inner", maintain_order="left").select("place", "row")


def _keys(texts: pl.Series, names: Names, reporter: Reporter, column: str) -> pl.Series:
    """The keys of what a column names; what nothing knows keeps its words, and is reported."""
    words = texts.cast(pl.String).str.strip_chars().replace("", None)
    known: dict[str, str] = {}
    strange: list[str] = []
    for text in words.drop_nulls().unique().sort().to_list():
        found = names.thing(text)
        known[text] = found[0] if found is not None else " ".join(text.lower().split())
        if found is None:
            strange.append(text)
    for text in strange:
        near = names.nearest(text)
        reporter.notes.add(
            "SCR-034",
            f"{reporter.file.strip()}: the {column} {text!r} is not known; {int((words == text).sum())} rows keep "
            "these words",
            group=column,
            expected=f"a known name; the nearest is {near!r}" if near else "a known name",
            mend="use a name of the lexicon, or of the columns that `trialwright screen --template` lists",
        )
    reporter.rows("SCR-034", column, words.is_null(), texts.cast(pl.String).fill_null(""), "it names nothing", "a name")
    if not known:
        return words
    return words.replace_strict(known, default=None, return_dtype=pl.String)


def _dates(cells: pl.Series | None, name: str, reporter: Reporter, height: int) -> pl.Series:
    if cells is None:
        return columns.blank(name, height, pl.Date)
    read = columns.dates(cells)
    reporter.dates(name, read)
    return read["day"].rename(name)


def _numbers(cells: pl.Series | None, name: str, reporter: Reporter, height: int) -> pl.Series:
    if cells is None:
        return columns.blank(name, height, pl.Float64)
    read = columns.measures(cells)
    reporter.numbers(name, read)
    return pl.select(pl.when(read["says"] == Says.NUMBER.value).then(read["value"])).to_series().rename(name)


def _words(cells: pl.Series | None, height: int) -> pl.Series:
    if cells is None:
        return columns.blank("words", height, pl.String)
    return cells.cast(pl.String).str.strip_chars().replace("", None).rename("words")


def _part_of(table: Table, places: pl.Series, reporter: Reporter) -> Reporter:
    """A reporter for some rows of a table."""
    from dataclasses import replace

    rows = places.to_list()
    labels = None if table.labels is None else tuple(table.labels[row] for row in rows)
    part = replace(table, columns=(), numbers=tuple(table.number(row) for row in rows), labels=labels)
    ids = reporter.ids.gather(places) if reporter.ids is not None else None
    return Reporter(part, reporter.notes, ids, reporter.file)
