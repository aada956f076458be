"""The SQL of what a patient has, had or takes, from the flags and dates of a wide table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trialwright.protocol.eligibility.forms.sql_words import UNKNOWN, column, number, reaches_beyond, within
from trialwright.protocol.eligibility.needs import fact_key
from trialwright.protocol.eligibility.tree import Course, Exposure, Interval, Kind, Present, When

Keys = Callable[[str], tuple[str, ...]]
Has = Callable[[str], bool]


def present(node: Present, keys: Keys, has: Has, complete: frozenset[str]) -> str:
    """Whether a condition, procedure, allergy, finding or event is there as the node asks."""
    key = fact_key(node.kind, node.concept)
    prefix = "allergy:" if node.kind is Kind.ALLERGY else ""
    apart = tuple(prefix + each.key for each in node.apart_from)
    extra = [UNKNOWN] if node.lasting is not None else []
    return _fact(
        key, apart, _Asked(node.course, node.when, node.times, tuple(extra), _vague(node)), keys, has, complete
    )


def exposure(node: Exposure, keys: Keys, has: Has, complete: frozenset[str]) -> str:
    """Whether a drug is or was taken as the node asks; a wide flag knows no dose and no route."""
    more = (node.lasting, node.dose, node.route, node.equivalent_to)
    extra = [UNKNOWN] if any(each is not None for each in more) else []
    apart = tuple(each.key for each in node.apart_from)
    return _fact(
        node.drug.key,
        apart,
        _Asked(node.course, node.when, node.times, tuple(extra), _vague(node)),
        keys,
        has,
        complete,
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a record must fulfil beside being there."""

    course: Course
    when: When | None
    times: Interval | None
    extra: tuple[str, ...]
    vague: bool = False


def _fact(key: str, apart: tuple[str, ...], asked: _Asked, keys: Keys, has: Has, complete: frozenset[str]) -> str:
    narrower, broader = [], []
    for each in keys(key):
        if _is_a(each, key) and not any(_is_a(each, other) for other in apart):
            narrower.append(each)
        elif each != key and _is_a(key, each):
            broader.append(each)
    could = [f"{_there(each, has)} AND {_seen(each, has, asked)}" for each in broader if _columns(each, has)]
    fulfilled = [_fulfilled(each, has, asked, apart) for each in narrower if _columns(each, has)]
    if asked.times is not None:
        fulfilled = [UNKNOWN for _ in fulfilled] if asked.times.high is not None else fulfilled
    denied = [
        f"({column(f'present:{each}')} IS FALSE AND {_seen(each, has, asked)})"
        for each in (*broader, key)
        if has(f"present:{each}")
    ]
    if not fulfilled and not could and not denied:
        absent = any(_is_a(key, each) for each in complete)
        return "FALSE" if absent and not apart else f"{UNKNOWN} /* the table has no column of {_tidy(key)} */"
    anyone = " OR ".join(fulfilled) or "FALSE"
    if asked.times is not None:  # what a wide table does not show may have happened as well
        return f"CASE WHEN {anyone} THEN TRUE END"
    open_ = " OR ".join(f"({each})" for each in could) or "FALSE"
    no = "TRUE" if any(_is_a(key, each) for each in complete) else " OR ".join(denied) or "FALSE"
    return f"CASE WHEN {anyone} THEN TRUE WHEN ({anyone}) IS NULL OR ({open_}) THEN NULL WHEN {no} THEN FALSE END"


def _vague(node: Present | Exposure) -> bool:
    """Whether something is excepted that the lexicon does not know: any record may be one of those."""
    return any(each.id is None for each in node.apart_from)


def _seen(key: str, has: Has, asked: _Asked) -> str:
    """Whether the record began by screening; what is planned counts only for a window that reaches beyond."""
    if reaches_beyond(asked.when) or not has(f"start:{key}"):
        return "TRUE"
    return f"(({column(f'start:{key}')} <= screening) IS NOT FALSE)"


def _tidy(key: str) -> str:
    return "".join(char for char in key if char.isalnum() or char in " -:")


def _columns(key: str, has: Has) -> bool:
    return any(has(f"{what}:{key}") for what in ("present", "start", "end"))


def _there(key: str, has: Has) -> str:
    """Whether a positive record of the key is there: a flag that says so, or a date without a flag."""
    dates = [f"{column(f'{what}:{key}')} IS NOT NULL" for what in ("start", "end") if has(f"{what}:{key}")]
    dated = f"({' OR '.join(dates)})" if dates else "FALSE"
    return f"coalesce({column(f'present:{key}')}, {dated})" if has(f"present:{key}") else dated


def _fulfilled(key: str, has: Has, asked: _Asked, apart: tuple[str, ...]) -> str:
    start = column(f"start:{key}") if has(f"start:{key}") else "NULL::DATE"
    end = column(f"end:{key}") if has(f"end:{key}") else "NULL::DATE"
    parts = [_there(key, has), _seen(key, has, asked)]
    match asked.course:
        case Course.CURRENT:
            parts.append(f"(CASE WHEN {end} IS NULL THEN TRUE ELSE {end} > screening END)")
        case Course.PAST:
            parts.append(f"({end} <= screening)")
    if asked.when is not None:
        parts.append(f"({within(start, asked.when, end)})")
    if asked.times is not None and asked.times.low is not None:
        sign = ">=" if asked.times.low_inclusive else ">"
        count = f"coalesce({column(f'count:{key}')}, 1)" if has(f"count:{key}") else "1"
        # fewer than asked for are known: there may be more
        parts.append(f"(CASE WHEN {count} {sign} {number(asked.times.low)} THEN TRUE END)")
    parts += asked.extra
    if any(_is_a(other, key) for other in apart) or asked.vague:
        parts.append(UNKNOWN)  # the record may be one of those that do not count
    return f"({' AND '.join(parts)})"


def _is_a(narrower: str, broader: str) -> bool:
    from trialwright.protocol.eligibility.lexicon.loading import is_a

    one, other = narrower.removeprefix("allergy:"), broader.removeprefix("allergy:")
    return narrower.startswith("allergy:") == broader.startswith("allergy:") and is_a(one, other)
