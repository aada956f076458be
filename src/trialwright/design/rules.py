"""The counting rules by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from trialwright.core.errors import UsageError
from trialwright.design.a_plus_b.literal import Literal
from trialwright.design.a_plus_b.three_plus_three import APlusB
from trialwright.design.backfill import check_no_backfill
from trialwright.design.capped import Capped
from trialwright.design.rule import CountingRule
from trialwright.design.words import value_of

Factory = Callable[[int, int], CountingRule]

_MODEL = re.compile(r"\s*(?:crm|blrm)\s*(?:$|:)", re.IGNORECASE)
_INTERVAL = re.compile(r"\s*(?:boin|keyboard|mtpi|mtpi-?2|i3\+3|i3plus3|table)\s*(?:$|[: ])", re.IGNORECASE)

_EARLY = re.compile(r",\s*stopped at the (?P<which>\w+) dlt$")
_CAP = re.compile(r",\s*at most (?P<most>\d+)(?: participants)?$")
_A_PLUS_B = re.compile(r"(?P<a>\d+)\s*\+\s*(?P<b>\d+)\s*:\s*(?P<what>.+)$")
_LITERAL = re.compile(r"literal\s*:\s*cohorts? of (?P<size>\w+),\s*stop at (?P<stop>\w+) dlts? in a cohort$")
_VARIANTS: tuple[tuple[re.Pattern[str], bool, bool], ...] = (
    (re.compile(r"stop at two$"), False, False),
    (re.compile(r"\w+ required at the mtd$"), True, False),
    (re.compile(r"with de-?escalation$"), False, True),
    (re.compile(r"\w+ required at the mtd,\s*with de-?escalation$"), True, True),
)


def names(cohort_size: int = 3) -> tuple[str, ...]:
    """The names of the rules that need nothing but a cohort size, each variant also "stopped at the second DLT".

    Interval designs need a target and a maximum sample size too: `interval_names.EXAMPLES`.

    >>> names()[:2]
    ('3+3: stop at two', '3+3: six required at the MTD')
    """
    rules: list[CountingRule] = []
    for early in (False, True):
        for six, down in ((False, False), (True, False), (False, True), (True, True)):
            rules.append(_a_plus_b(1, cohort_size, six, down, early))
        if cohort_size >= 2:
            rules.append(Literal(1, cohort_size, 2, early))
    return tuple(rule.name for rule in rules)


def make(name: str, levels: int, cohort_size: int | None = None, **options: Any) -> CountingRule:
    """The rule of this name for so many dose levels (1 or more).

    `cohort_size`: participants in a cohort, 1 or more; None: as the name says. Where it differs from the name's
    ("3+3" with cohorts of 4) it wins, and the rule's own name says so ("4+4"). `options`: what an interval design (see
    `interval_names.Options`) or a model-based one (see `model_names.make`) needs beside it, such as `target` and
    `most`, unless its name says them; None is as good as nothing said.

    Raises UsageError: DES-012 (no rule of this name), DES-011, DES-101 to DES-105, DES-111, DES-112, DES-2xx (numbers
    that are missing or do not fit together), DES-512 (a design with backfill is no counting rule).

    >>> make("3+3: stop at two", levels=3, cohort_size=4).name
    '4+4: stop at two'
    >>> make("BOIN", levels=5, target=0.3, most=30).name
    'BOIN: target 0.3, cohorts of 3, at most 30'
    """
    check_no_backfill(name)
    if _INTERVAL.match(name):
        from trialwright.design.interval import names as interval_names  # with numpy: only where it is needed

        return interval_names.make(name, levels, cohort_size, interval_names.Options(**options))  # type: ignore[typeddict-item]
    if _MODEL.match(name):
        from trialwright.design.model_based import names as model_names

        return model_names.make(name, levels, cohort_size, options)
    given = [key for key, value in options.items() if value is not None]
    if given:
        raise UsageError(
            "DES-105",
            f"{given[0]!r} for the rule {name!r}",
            expected="nothing but levels and a cohort size",
            mend="leave it out: it belongs to another rule",
        )
    return factory(name)(levels, cohort_size or _named_size(name))


def takes_options(name: str) -> bool:
    """Whether the rule of this name is one that takes options, such as a target.

    >>> takes_options("boin"), takes_options("3+3: stop at two")
    (True, False)
    """
    return _INTERVAL.match(name) is not None or _MODEL.match(name) is not None


def factory(name: str) -> Factory:
    """What makes the rule of this name from levels and a cohort size. Raises UsageError DES-012 or DES-512."""
    check_no_backfill(name)
    if takes_options(name):
        return lambda levels, size: make(name, levels, size)
    text = " ".join(name.lower().split())
    if capped := _CAP.search(text):
        inner, most = factory(text[: capped.start()]), int(capped["most"])
        return lambda levels, size: Capped(inner(levels, size), most)
    early = _EARLY.search(text)
    text = _EARLY.sub("", text)
    if match := _A_PLUS_B.match(text):
        for pattern, six, down in _VARIANTS:
            if match["a"] == match["b"] and pattern.match(match["what"]) and (not early or early["which"] == "second"):
                return lambda levels, size: _a_plus_b(levels, size, six, down, early is not None)
    elif match := _LITERAL.match(text):
        stop = value_of(match["stop"])
        if value_of(match["size"]) and stop:
            return lambda levels, size: Literal(levels, size, stop, early is not None)
    raise UsageError(
        "DES-012",
        f"there is no rule called {name!r}",
        expected="; ".join(f'"{known}"' for known in names() if "stopped" not in known)
        + '; each also with ", stopped at the second DLT" and then with ", at most 9"; '
        + '"BOIN: target 0.3, cohorts of 3, at most 30", and so on for keyboard, mTPI and i3+3; '
        + '"CRM: target 0.3, half-width 0.05 at level 3, cohorts of 3, at most 30"',
        mend="copy one of the names; for cohorts of m write m+m in place of 3+3",
    )


def _named_size(name: str) -> int:
    text = " ".join(name.lower().split())
    if match := _A_PLUS_B.match(text):
        return int(match["a"])
    match = _LITERAL.match(_EARLY.sub("", _CAP.sub("", text)))
    return (value_of(match["size"]) if match else None) or 3


def _a_plus_b(levels: int, size: int, six: bool, down: bool, early: bool) -> APlusB:
    return APlusB(levels, cohort=size, expansion=size, six_at_mtd=six, de_escalate=down, stop_at_second_dlt=early)
