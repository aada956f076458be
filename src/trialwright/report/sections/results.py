"""The results of an analysis as tables: one for each outcome, every number straight from its row.

Each number stands in a `data` element that carries the row's number and the exact value, so that a page can be
checked against the rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trialwright.analyse.rows import Estimate
from trialwright.protocol.arms import Arm
from trialwright.report import numbers, wording
from trialwright.report.markup import Child, Column, Markup, bullets, join, table, tag

# What a group's description consists of, by statistic; such rows of one group and visit share a line.
FEW_LINES, MOST_GROUPS = 4, 6
DESCRIBED = ("mean", "standard deviation", "median", "lower quartile", "upper quartile", "minimum", "maximum")


@dataclass(frozen=True, slots=True)
class Row:
    """An estimate with its place among all rows of the analysis."""

    number: int
    estimate: Estimate


def tables(rows: Sequence[Row], arms: tuple[Arm, ...], title: str, measures: Mapping[str, str]) -> Markup:
    """The tables of one outcome: groups side by side, what is compared and tested, then the description by day.

    `measures`: names of the measured quantities by their codes.
    """
    described = [row for row in rows if row.estimate.statistic in DESCRIBED and row.estimate.method == "descriptive"]
    rest = [row for row in rows if row not in described]
    side = _side_by_side(rest)
    kept = [row for row in rest if row not in side]
    return join(
        _matrix(side, arms, title, measures) if side else None,
        _estimates(kept, arms, title, measures) if kept else None,
        _descriptions(described, arms, title, measures) if described else None,
    )


def _key(one: Estimate) -> tuple[str, str, str, str]:
    """What the rows of different groups must share to stand on one line."""
    return (one.parameter, one.statistic, one.visit, one.unit)


def _column(one: Estimate) -> tuple[str, str]:
    """What the rows of one column share."""
    return (one.group, one.population)


def _side_by_side(rows: Sequence[Row]) -> list[Row]:
    """The rows that can stand with one column for each group: untested, several lines, one row in each place."""
    plain = [r for r in rows if r.estimate.p is None and r.estimate.group and " - " not in r.estimate.group]
    places = {(_key(row.estimate), _column(row.estimate)) for row in plain}
    columns = {_column(row.estimate) for row in plain}
    lines = {_key(row.estimate) for row in plain}
    fits = len(places) == len(plain) and len(columns) <= MOST_GROUPS
    return plain if fits and (len(lines) >= FEW_LINES or len(columns) >= FEW_LINES) else []


def _matrix(rows: Sequence[Row], arms: tuple[Arm, ...], title: str, measures: Mapping[str, str]) -> Markup:
    """One line for each statistic, one column for each group; on its side where that has fewer columns."""
    notes = _Notes()
    columns = list(dict.fromkeys(_column(row.estimate) for row in rows))
    lines: dict[tuple[str, str, str, str], dict[tuple[str, str], Row]] = {}
    for row in rows:
        lines.setdefault(_key(row.estimate), {})[_column(row.estimate)] = row
    parameters, visits = len({key[0] for key in lines}) > 1, len({key[2] for key in lines}) > 1
    populations = len({population for _, population in columns}) > 1
    heads = [
        join(_group(arms, group), tag("p", population, class_="meta") if populations else None)
        for group, population in columns
    ]
    if len({group for group, _ in columns}) == 1 and populations:
        heads = [join(f"{population[:1].upper()}{population[1:]}") for _, population in columns]
    names = [
        _line_name((measures.get(key[0], key[0]), *key[1:]), parameters=parameters, visits=visits) for key in lines
    ]
    if len(lines) < FEW_LINES < len(columns) + 1:
        body: list[list[Child]] = [
            [head, *[_cell(cells.get(column), notes) for cells in lines.values()]]
            for head, column in zip(heads, columns, strict=True)
        ]
        wide = [Column("Group", head=True, wide=True), *[Column(name, number=True) for name in names]]
    else:
        body = [
            [name, *[_cell(cells.get(column), notes) for column in columns]]
            for name, cells in zip(names, lines.values(), strict=True)
        ]
        wide = [Column("Statistic", head=True, wide=True), *[Column(head, number=True) for head in heads]]
    return join(table(_caption(title, rows), wide, body), notes.listed())


def _group(arms: tuple[Arm, ...], group: str) -> str:
    name = wording.arm_name(arms, group)
    return f"{name[:1].upper()}{name[1:]}" if name == group else name


def _line_name(key: tuple[str, str, str, str], *, parameters: bool, visits: bool) -> Markup:
    parameter, statistic, visit, unit = key
    extra = [unit] if unit not in ("", "proportion") and unit not in statistic else []
    extra += [parameter] if parameters and parameter else []
    extra += [_days(visit)] if visits and visit else []
    return join(statistic, tag("span", "".join(f", {text}" for text in extra), class_="quiet") if extra else None)


def _cell(row: Row | None, notes: _Notes) -> Markup | None:
    if row is None:
        return None
    value, interval = shown(row)
    return join(value, notes.marks(row.estimate), tag("p", interval, class_="meta") if interval is not None else None)


def _days(visit: str) -> str:
    return f"day {visit}" if visit[:1].isdigit() or visit[:1] == "-" else visit


def _caption(title: str, rows: Sequence[Row], arms: tuple[Arm, ...] = ()) -> Markup:
    """The title for those who cannot see the heading above, and what holds for all rows."""
    levels = {row.estimate.level for row in rows if row.estimate.lower is not None or row.estimate.upper is not None}
    groups = {row.estimate.group for row in rows if row.estimate.group}
    said = [f"{wording.arm_name(arms, groups.pop())}"] if arms and len(groups) == 1 else []
    said += [_populations(rows)] if _populations(rows) else []
    said += [f"intervals: {numbers.level(levels.pop())}"] if len(levels) == 1 else []
    methods = list(dict.fromkeys(row.estimate.method for row in rows if row.estimate.method))
    said += [f"method: {methods[0]}"] if len(methods) == 1 else []
    text = "; ".join(said) or "estimates"
    return join(tag("span", title, class_="hide"), tag("small", text[:1].upper() + text[1:]))


def _estimates(rows: Sequence[Row], arms: tuple[Arm, ...], title: str, measures: Mapping[str, str]) -> Markup:
    """One line for each row; columns that no row fills are left out, notes are gathered below."""
    notes = _Notes()
    visits = any(row.estimate.visit for row in rows)
    tested = any(row.estimate.p is not None for row in rows)
    same = len({row.estimate.method for row in rows if row.estimate.method}) <= 1
    groups = {row.estimate.group for row in rows if row.estimate.group}
    one_group = len(groups) == 1
    several = len({row.estimate.parameter for row in rows if row.estimate.parameter}) > 1
    columns = [] if one_group else [Column("Group", head=True, wide=True)]
    columns += [Column("Statistic", head=one_group, wide=True), *([Column("Day")] if visits else [])]
    columns += [Column("Value (interval)", number=True)]
    columns += [Column("p", number=True)] if tested else []
    columns += [Column("n", number=True)]
    body: list[list[Child]] = []
    for row in rows:
        one = row.estimate
        value, interval = shown(row)
        cells: list[Child] = [] if one_group else [wording.arm_name(arms, one.group) if one.group else "–"]
        measure = tag("p", measures.get(one.parameter, one.parameter)) if several and one.parameter else None
        cells += [
            join(measure, _statistic(one), tag("p", one.method, class_="meta") if one.method and not same else None)
        ]
        cells += [one.visit] if visits else []
        cells += [
            join(
                value,
                " (" if interval is not None else None,
                interval,
                ")" if interval is not None else None,
                notes.marks(one),
            )
        ]
        cells += [exact(row, "p", one.p, numbers.p_value(one.p))] if tested else []
        cells += [_n(row)]
        body.append(cells)
    return join(table(_caption(title, rows, arms), columns, body), notes.listed())


def _statistic(one: Estimate) -> Markup:
    unit = f", {one.unit}" if one.unit and one.unit not in one.statistic and one.unit != "proportion" else ""
    return join(one.statistic, tag("span", unit, class_="quiet") if unit else None)


def _populations(rows: Iterable[Row]) -> str:
    names = list(dict.fromkeys(row.estimate.population for row in rows if row.estimate.population))
    return f"population: {', '.join(names)}" if names else ""


def shown(row: Row) -> tuple[Markup, Markup | None]:
    """The value of a row and its interval, None where it has none; a proportion is written with its count."""
    one = row.estimate
    if one.unit == "proportion" and (one.value is None or -1 <= one.value <= 1):
        text, ends = _proportion(one)
    else:
        text, both = numbers.estimate(one.value, one.lower, one.upper)
        if one.unit in ("events", "participants") and one.value is not None and one.value == round(one.value):
            text = numbers.count(round(one.value))
        low, _, high = both.partition(" to ")
        ends = (low, high)
    value = exact(row, "value", one.value, text)
    if one.lower is None and one.upper is None:
        return value, None
    lower = exact(row, "lower", one.lower, ends[0]) if one.lower is not None else "no lower limit"
    upper = exact(row, "upper", one.upper, ends[1]) if one.upper is not None else "no upper limit"
    unusual = f", {numbers.level(one.level)}" if one.level is not None and abs(one.level - 0.95) > 1e-9 else ""
    return value, join(lower, " to ", upper, unusual)


def _proportion(one: Estimate) -> tuple[str, tuple[str, str]]:
    """A proportion in percent with its count; a difference of proportions in percentage points."""
    if " - " in one.group or (one.value is not None and one.value < 0):
        points = [None if v is None else v * 100 for v in (one.value, one.lower, one.upper)]
        text, both = numbers.estimate(*points)
        low, _, high = both.partition(" to ")
        return f"{text} points", (low, high)
    text = numbers.percent(one.value)
    if one.count is not None and one.n:
        text = f"{one.count}/{one.n}, {text}"
    return text, (numbers.percent(one.lower), numbers.percent(one.upper))


def exact(row: Row, part: str, value: float | int | None, text: str) -> Markup:
    """A number as it is shown, carrying the number that it is and the row that it comes from."""
    if value is None:
        return tag("span", numbers.DASH, class_="quiet", data_row=row.number, data_part=part)
    return tag("data", text, value=repr(value), data_row=row.number, data_part=part)


def _n(row: Row) -> Markup:
    missing = sum(row.estimate.missing.values())
    value = exact(row, "n", row.estimate.n, numbers.count(row.estimate.n))
    return join(value, tag("span", f" ({missing} missing)", class_="quiet")) if missing else value


def _descriptions(rows: Sequence[Row], arms: tuple[Arm, ...], title: str, measures: Mapping[str, str]) -> Markup:
    """One line for each group and visit, folded away on a screen, open on paper."""
    lines: dict[tuple[str, str, str, str], dict[str, Row]] = {}
    for row in rows:
        one = row.estimate
        lines.setdefault((one.parameter, one.visit, one.group, one.unit), {})[one.statistic] = row
    units = {key[3] for key in lines}
    several = len({key[0] for key in lines}) > 1
    columns = [*([Column("Measure", head=True)] if several else []), Column("Day", head=not several), Column("Group")]
    columns += [Column("n", number=True), Column("Mean (SD)", number=True), Column("Median [quartiles]", number=True)]
    columns += [Column("Range", number=True), Column("Without a value")]
    mixed = len(units) > 1
    body = [
        _line(
            (measures.get(code, code), f"{day}, {unit}" if mixed and unit else day, group, unit), parts, arms, several
        )
        for (code, day, group, unit), parts in lines.items()
    ]
    unit = f" ({units.pop()})" if len(units) == 1 and "" not in units else ""
    return tag(
        "details",
        tag("summary", f"Description by group and day: {numbers.plural(len(body), 'line')}"),
        table(f"{title}{unit}", columns, body),
        class_="fold",
    )


def _line(
    key: tuple[str, str, str, str], parts: Mapping[str, Row], arms: tuple[Arm, ...], several: bool
) -> list[Child]:
    first = next(iter(parts.values()))

    def number(name: str) -> Markup | None:
        row = parts.get(name)
        return None if row is None else exact(row, "value", row.estimate.value, numbers.number(row.estimate.value))

    mean, sd, middle = number("mean"), number("standard deviation"), number("median")
    low, high, least, most = (number(name) for name in DESCRIBED[3:])
    missing = ", ".join(f"{reason}: {n}" for reason, n in first.estimate.missing.items())
    return [
        *([key[0]] if several else []),
        key[1],
        wording.arm_name(arms, key[2]),
        exact(first, "n", first.estimate.n, numbers.count(first.estimate.n)),
        join(mean, " (", sd, ")") if sd is not None else mean,
        join(middle, " [", low, ", ", high, "]") if low is not None else middle,
        join(least, " to ", most) if least is not None else numbers.DASH,
        missing or first.estimate.note,
    ]


class _Notes:
    """Notes of the rows of one table, each said once below it and marked by a letter in the rows."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def marks(self, one: Estimate) -> Markup | None:
        texts = [one.note] if one.note else []
        if one.missing:
            texts.append("without a value: " + ", ".join(f"{reason} {n}" for reason, n in one.missing.items()))
        if not texts:
            return None
        return join(tag("span", " ", [self._mark(text) for text in texts], class_="marks"))

    def _mark(self, text: str) -> Markup:
        letter = self._texts.setdefault(text, _letter(len(self._texts)))
        return tag("sup", letter)

    def listed(self) -> Markup | None:
        if not self._texts:
            return None
        return bullets(
            [join(tag("b", letter), " ", text) for text, letter in self._texts.items()], class_="notes small quiet"
        )


def _letter(index: int) -> str:
    """a, b, ..., z, aa, ab, ..."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(97 + rest) + text
    return text
