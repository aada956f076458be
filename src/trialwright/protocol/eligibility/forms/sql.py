"""DuckDB SQL of a criterion's tree over a table with one row per patient: TRUE, FALSE, or NULL for unknown.

The table is the people, the wide table and the answers of a screening (screen/cohort.py) side by side. What a wide
table cannot answer - judgement, durations, doses, a lost criterion - is NULL with a comment that says why, so the SQL
never says more than the evaluators do; where they would read several records it may say less.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from trialwright.protocol.eligibility.forms.editable import depth
from trialwright.protocol.eligibility.forms.sql_facts import exposure, present
from trialwright.protocol.eligibility.forms.sql_words import UNKNOWN, column, compared, literal, number, within
from trialwright.protocol.eligibility.forms.words import DEEPEST
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Consent,
    Defined,
    Exposure,
    Expression,
    Implies,
    Interval,
    Judgement,
    Leaf,
    Missing,
    Not,
    Or,
    Ordinal,
    Present,
    Reference,
    Result,
    Sex,
    When,
    leaves,
)

_CONTRARY = {"positive": "negative", "negative": "positive", "normal": "abnormal", "abnormal": "normal"}
_IN_A_YEAR = {"year": "1", "month": "12", "week": "52.1775", "day": "365.25"}


@dataclass(frozen=True, slots=True)
class Layout:
    """What the table holds. `columns`: its columns, None = every column that is asked for; `units`: the unit of each
    `value:` column by key, where it is not the lexicon's own; `complete`: keys whose absence means no; `convert`: the
    factor and offset that turn a number of the first unit into the second for a measure, None where that cannot be."""

    columns: frozenset[str] | None = None
    units: Mapping[str, str | None] = field(default_factory=dict)
    complete: frozenset[str] = frozenset()
    convert: Callable[[str, str, str | None], tuple[float, float] | None] = lambda one, other, _: (
        (1.0, 0.0) if one == other else None
    )

    def has(self, name: str) -> bool:
        """Whether the table has a column."""
        return self.columns is None or name in self.columns

    def keys(self, key: str) -> tuple[str, ...]:
        """The keys of the table's facts that are the key, or narrower or broader; the key alone where the columns are
        not known."""
        if self.columns is None:
            return (key,)
        found = (name.partition(":") for name in sorted(self.columns))
        return tuple(dict.fromkeys(rest for what, _, rest in found if what in ("present", "start", "end")))


EVERY = Layout()


def sql(expression: Expression, criterion: str, layout: Layout = EVERY) -> str:
    """The tree as one boolean expression. `criterion`: its id (`inclusion-4`), which names the answers to judgements.

    >>> print(sql(Sex("FEMALE"), "inclusion-1"))
    sex = 'FEMALE'
    """
    if depth(expression) > DEEPEST:
        return f"{UNKNOWN} /* parts within parts are too deep */"
    asked = sum(isinstance(leaf, Judgement) for leaf in leaves(expression))
    names = iter([criterion] if asked == 1 else [f"{criterion}.{place}" for place in range(1, asked + 1)])
    return _said(expression, _Place(layout, names))


def query(criteria: Mapping[str, Expression], table: str = "patients", layout: Layout = EVERY) -> str:
    """One SELECT with the row and the answer to each criterion, by its id."""
    lines = [f"    {sql(tree, name, layout)} AS {column(name)}" for name, tree in criteria.items()]
    return ",\n".join(["SELECT\n    row", *lines]) + f"\nFROM {column(table)}\nORDER BY row;\n"


@dataclass(frozen=True, slots=True)
class _Place:
    layout: Layout
    answers: Iterator[str]


def _said(node: Expression, at: _Place) -> str:
    match node:
        case And(parts=parts):
            return f"({' AND '.join(_said(part, at) for part in parts)})"
        case Or(parts=parts):
            return f"({' OR '.join(_said(part, at) for part in parts)})"
        case AtLeast(count=count, parts=parts):
            said = [_said(part, at) for part in parts]
            yes = " + ".join(f"coalesce(({part})::INT, 0)" for part in said)
            may = " + ".join(f"coalesce(({part})::INT, 1)" for part in said)
            return f"CASE WHEN {yes} >= {count} THEN TRUE WHEN {may} < {count} THEN FALSE END"
        case Not(part=part):
            return f"(NOT {_said(part, at)})"
        case Implies(condition=condition, then=then):
            return f"((NOT {_said(condition, at)}) OR {_said(then, at)})"
        case Defined(body=body):
            return _said(body, at)
    return _leaf(node, at)


def _leaf(node: Leaf, at: _Place) -> str:
    layout = at.layout
    match node:
        case Compare():
            return _compare(node, layout)
        case Ordinal():
            return _ordinal(node, layout)
        case Present():
            return present(node, layout.keys, layout.has, layout.complete)
        case Exposure():
            return exposure(node, layout.keys, layout.has, layout.complete)
        case Result(test=test, result=result):
            if not layout.has(f"text:{test.key}"):
                return _unknown(f"the table has no column text:{test.key}")
            text = f"lower({column(f'text:{test.key}')})"
            seen = _seen(f"date:{test.key}", node.when, layout)
            said = f"CASE {text} WHEN '{result}' THEN TRUE WHEN '{_CONTRARY[result]}' THEN FALSE END"
            return said if seen is None else f"CASE WHEN {seen} THEN {said} END"
        case Sex(sex=sex):
            return f"sex = '{sex}'"
        case Consent(by=None):
            return "consent"
        case Consent(by=by):
            return f"CASE WHEN consent IS FALSE THEN FALSE WHEN consent THEN consent_by = {literal(by or '')} END"
        case Judgement(text=text):
            name = next(at.answers)
            return column(name) if layout.columns is not None and layout.has(name) else _judged(text, name)
        case Missing():
            return _unknown("the record has lost this criterion")


def _judged(text: str, name: str) -> str:
    return _unknown(f"judgement: {text[:80]} (answered in {name})")


def _unknown(why: str) -> str:
    tidy = " ".join(why.split()).replace("*/", "* /").replace("/*", "/ *")
    return f"{UNKNOWN} /* {''.join(char for char in tidy if char.isprintable())} */"


def _seen(date: str, when: When | None, layout: Layout) -> str | None:
    """Whether the one record of a wide column counts: not after screening, in the window where one is asked for; None
    where nothing can be against it."""
    if not layout.has(date):
        return None if when is None else UNKNOWN
    if when is None:
        return f"({column(date)} IS NULL OR {column(date)} <= screening)"
    return within(column(date), when)


# --- numbers and levels --------------------------------------------------------------------------------------------


def _compare(node: Compare, layout: Layout) -> str:
    key = node.measure.key
    if key == "age":
        return _age(node)
    if node.lasting is not None:
        return _unknown(f"how long {key} has been so needs records")
    if not layout.has(f"value:{key}"):
        return _unknown(f"the table has no column value:{key}")
    measured = _measured(node, layout)
    if measured is None:
        unit = node.unit or node.reference.value
        return _unknown(f"value:{key} cannot be compared in {unit}")
    value, plausible = measured
    seen = _seen(f"date:{key}", node.when, layout)
    conditions = [each for each in (plausible, seen) if each is not None]
    holds = _holds(value, node.interval)
    return holds if not conditions else f"CASE WHEN {' AND '.join(conditions)} THEN {holds} END"


def _measured(node: Compare, layout: Layout) -> tuple[str, str | None] | None:
    """The value as it is compared, and the condition on which it is plausible; None where it cannot be compared."""
    from trialwright.protocol.eligibility.lexicon.loading import entry

    key = node.measure.key
    known = entry(key)
    fields = known.fields if known is not None else {}
    own = fields.get("unit") or None
    held = layout.units.get(key, own if known is not None else node.unit)
    value = column(f"value:{key}")
    plausible = _plausible(node.measure.id, value, held, layout) if known is not None else None
    match node.reference:
        case Reference.UPPER_LIMIT | Reference.LOWER_LIMIT:
            limit = f"{'high' if node.reference is Reference.UPPER_LIMIT else 'low'}:{key}"
            return (f"{value} / nullif({column(limit)}, 0)", plausible) if layout.has(limit) else None
        case Reference.PREDICTED:
            return (value, None) if held == "% predicted" else None
        case Reference.BASELINE:
            return None
    asked = node.unit if node.unit is not None else fields.get("default_unit") or None
    if asked is None or held is None:
        pure = asked is held is own and not fields.get("other_units")  # as the INR is
        return (value, plausible) if pure else None
    line = layout.convert(held, asked, node.measure.id)
    if line is None:
        return None
    factor, offset = line
    scaled = value if factor == 1 else f"{value} * {factor!r}"
    return (scaled if offset == 0 else f"({scaled} + {offset!r})"), plausible


def _plausible(measure: str | None, value: str, held: str | None, layout: Layout) -> str | None:
    """The condition on which a number can be one of a living person; None where nothing is known of it."""
    from trialwright.protocol.eligibility.lexicon.loading import entry

    known = entry(measure) if measure is not None else None
    if known is None or "low" not in known.fields or "high" not in known.fields:
        return None
    own = known.fields.get("unit") or None
    line = (1.0, 0.0) if held == own else layout.convert(held, own, measure) if held and own else None
    if line is None:
        return None
    scaled = value if held == own else f"({value} * {line[0]!r} + {line[1]!r})"
    return f"{scaled} BETWEEN {known.fields['low']} AND {known.fields['high']}"


def _holds(value: str, interval: Interval) -> str:
    parts = []
    if interval.low is not None:
        parts.append(compared(value, ">=" if interval.low_inclusive else ">", number(interval.low)))
    if interval.high is not None:
        parts.append(compared(value, "<=" if interval.high_inclusive else "<", number(interval.high)))
    return f"({' AND '.join(parts)})"


def _age(node: Compare) -> str:
    """Age: a maximum includes the whole of that year of life; more than 18 is not decided from 18 to 19."""
    unit = node.unit or "year"
    if (
        unit not in _IN_A_YEAR
        or node.reference is not Reference.ABSOLUTE
        or node.when is not None
        or node.lasting is not None
    ):
        return _unknown("an age at another time")
    least = "age" if unit == "year" else f"age * {_IN_A_YEAR[unit]}"
    most = f"({least} + CASE WHEN age_whole THEN {_IN_A_YEAR[unit]} ELSE 0 END)"
    parts = []
    low, high = node.interval.low, node.interval.high
    if low is not None and node.interval.low_inclusive:
        parts.append(f"CASE WHEN {least} >= {number(low)} THEN TRUE WHEN {_short_of(most, number(low))} THEN FALSE END")
    elif low is not None:
        whole = f"{number(low)} + 1" if unit == "year" and low == int(low) else number(low)
        above = f"{least} >= {whole}" if unit == "year" and low == int(low) else f"{least} > {whole}"
        below = f"(CASE WHEN age_whole THEN {most} <= {number(low)} ELSE {least} <= {number(low)} END)"
        parts.append(f"CASE WHEN {above} THEN TRUE WHEN {below} THEN FALSE END")
    if high is not None:
        end, strict = number(high), not node.interval.high_inclusive
        if not strict and unit == "year" and high == int(high):
            end, strict = f"{number(high)} + 1", True
        under = _short_of(most, end) if strict else f"{most} <= {end}"
        over = f"{least} >= {end}" if strict else f"{least} > {end}"
        parts.append(f"CASE WHEN {under} THEN TRUE WHEN {over} THEN FALSE END")
    return f"({' AND '.join(parts)})"


def _short_of(most: str, end: str) -> str:
    """Whether an age, up to `most`, is below `end`: for completed years `most` itself is never reached."""
    return f"(CASE WHEN age_whole THEN {most} <= {end} ELSE {most} < {end} END)"


def _part_of(level: str, other: str) -> bool:
    """Whether a level divides another (`IB` is a part of `I`): whether it lies above or below is not said."""
    rest = level.removeprefix(other)
    return level != other and rest != level and (rest.isalpha() and not set(rest.upper()) & set("IVX"))


def _ordinal(node: Ordinal, layout: Layout) -> str:
    from trialwright.protocol.eligibility.lexicon.loading import entry

    key = node.scale.key
    known = entry(key)
    levels = known.fields.get("levels", "").split("|") if known is not None else []
    bounds = [level for level in (node.low, node.high) if level is not None]
    if not all(level in levels for level in bounds):
        return _unknown(f"the order of the levels of {key} is not known")
    names = [name for name in (f"text:{key}", f"value:{key}") if layout.has(name)]
    if not names:
        return _unknown(f"the table has no column text:{key}")
    seen = _seen(f"date:{key}", node.when, layout)
    shown = [column(n) if n.startswith("text:") else f"format('{{:g}}', {column(n)})" for n in names]
    cases = " ".join(
        f"WHEN {literal(level)} THEN {place}"
        for place, level in enumerate(levels)
        if not any(_part_of(level, bound) or _part_of(bound, level) for bound in bounds)
    )
    place = f"(CASE {'coalesce(' + ', '.join(shown) + ')' if len(shown) > 1 else shown[0]} {cases} END)"
    parts = []
    if node.low is not None:
        parts.append(f"{place} {'>=' if node.low_inclusive else '>'} {levels.index(node.low)}")
    if node.high is not None:
        parts.append(f"{place} {'<=' if node.high_inclusive else '<'} {levels.index(node.high)}")
    holds = f"({' AND '.join(parts)})"
    return holds if seen is None else f"CASE WHEN {seen} THEN {holds} END"
