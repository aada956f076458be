"""What is wrong with a fact, in words that say how to mend it."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable

from trialwright.core.errors import InputError
from trialwright.dataset.columns import COLUMNS, FLAG, NUMBER, TEXT, WHOLE
from trialwright.dataset.facts import Fact, Value

_LARGEST = 2**63 - 1


def check_domain(domain: str) -> None:
    """Raises InputError (DATA-001) if no table of this name is declared."""
    if domain not in COLUMNS:
        raise InputError(
            "DATA-001",
            f"there is no table {domain!r}{_nearest(domain, COLUMNS)}",
            expected=f"one of {', '.join(COLUMNS)}",
            mend="use the SDTM name of the table, in capitals",
        )


def check_fact(fact: Fact) -> None:
    """Raises InputError if the fact does not fit the declared columns of its table.

    DATA-001 no such table; DATA-002 no such column; DATA-003 a value of another kind; DATA-004 no participant;
    DATA-005 a number or version below 1.
    """
    check_domain(fact.domain)
    if not isinstance(fact.subject, str) or not fact.subject.strip() or not _encodable(fact.subject):
        raise InputError(
            "DATA-004",
            f"a fact of {fact.domain} names no participant (found {fact.subject!r})",
            expected="the participant's identifier, a text that is not empty",
            mend="give every row the identifier of the participant that it belongs to",
        )
    for what, number, least in (
        ("number", fact.number, 1),
        ("version", fact.version, 1),
        ("day", fact.day, -_LARGEST),
        ("known day", fact.known, -_LARGEST),
    ):
        if type(number) is not int or not least <= number <= _LARGEST:
            raise InputError(
                "DATA-005",
                f"{name_of(fact)}: its {what} is {number!r}",
                expected=f"a whole number{', 1 or more' if least == 1 else ' (a trial day, 0 = the opening)'}",
                mend="count rows and versions from 1, and days from the trial's opening",
            )
    declared = COLUMNS[fact.domain]
    for column, value in fact.values.items():
        if column not in declared:
            raise InputError(
                "DATA-002",
                f"{name_of(fact)}: the table has no column {column!r}{_nearest(column, declared)}",
                expected=f"one of {', '.join(declared)}",
                mend="rename the column, or declare it in the table's columns",
            )
        if not _fits(value, declared[column]):
            raise InputError(
                "DATA-003",
                f"{name_of(fact)}: {column} is {value!r}, a {type(value).__name__}",
                expected=_EXPECTED[declared[column]],
                mend="give the value in that form, or leave it out where it is not known",
            )


_EXPECTED = {
    TEXT: "text in valid Unicode (doses as decimal text, such as '40000000')",
    FLAG: "'Y' or 'N'",
    WHOLE: "a whole number",
    NUMBER: "a finite number",
}


def _fits(value: Value, kind: str) -> bool:
    if value is None:
        return True
    match kind:
        case "text":
            return isinstance(value, str) and _encodable(value)
        case "Y/N":
            return value in ("Y", "N")
        case "whole number":
            return type(value) is int and abs(value) <= _LARGEST
        case _:
            return type(value) in (int, float) and math.isfinite(value)  # type: ignore[arg-type]


def raise_first_fault(facts: Iterable[Fact]) -> None:
    """Raises InputError for the first fact that does not fit, alone or beside the others (DATA-001 to DATA-008)."""
    seen: dict[tuple[str, str, int], dict[int, Fact]] = {}
    for fact in facts:
        check_fact(fact)
        versions = seen.setdefault(fact.key, {})
        if versions.setdefault(fact.version, fact) != fact:
            raise two_contents(fact)
        for other in versions.values():
            check_succession(*sorted((other, fact), key=lambda each: each.version))


def check_succession(earlier: Fact, later: Fact) -> None:
    """Raises InputError (DATA-008) if the later version of a row became known before the earlier one."""
    if later.known < earlier.known:
        raise InputError(
            "DATA-008",
            f"{name_of(later)}: version {later.version} was known on day {later.known}, before version "
            f"{earlier.version} (day {earlier.known})",
            expected="versions numbered in the order in which they became known",
            mend="number the versions of the row anew",
        )


def two_contents(fact: Fact) -> InputError:
    """The error (DATA-006) for one version of one row that was given twice with different content."""
    return InputError(
        "DATA-006",
        f"{name_of(fact)}: version {fact.version} is given twice with different content",
        expected="each version of a row once",
        mend="give the later entry the next version number",
    )


def name_of(fact: Fact) -> str:
    """How messages name a fact's row: `AE S-001 #2`."""
    return f"{fact.domain} {fact.subject} #{fact.number}"


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(str(word).upper(), list(known), 1)
    return f" (did you mean {close[0]!r}?)" if close else ""
