"""Interval designs by name: `BOIN: target 0.3, cohorts of 3, at most 30` and back, and from parameters."""

from __future__ import annotations

import re
from typing import TypedDict, cast

from trialwright.core.errors import UsageError
from trialwright.design.interval.boin import Boin
from trialwright.design.interval.boundaries import Decisions
from trialwright.design.interval.i3plus3 import I3Plus3
from trialwright.design.interval.keyboard import Keyboard
from trialwright.design.interval.mtpi import Mtpi
from trialwright.design.interval.rule import IntervalRule
from trialwright.design.interval.table import Limit, Table

FAMILIES = ("BOIN", "keyboard", "mTPI", "i3+3", "table")
EXAMPLES = tuple(f"{family}: target 0.3, cohorts of 3, at most 30" for family in FAMILIES[:4])
_ALSO = {"mtpi-2": "keyboard", "mtpi2": "keyboard", "i3plus3": "i3+3"}


class Options(TypedDict, total=False):
    """What a rule can be told beside its name; each wins over the name.

    `target`: DLT rate sought; `safe`, `toxic`: BOIN's rates that are too low and too high; `low`, `high`: the ends of
    the interval of keyboard, mTPI and i3+3; `cutoff`: probability of a rate above the target from which a level is
    eliminated; `eliminate_from`: participants needed for that; `most`: maximum sample size, or `cohorts`: in cohorts;
    `enough`: stop once so many are at a level and the decision is to stay; `start`: first level; `titration`:
    accelerated; `extra_safety`: offset of the extra stop at the lowest level; `table`: the rows of a decision table.
    """

    target: float
    safe: float
    toxic: float
    low: float
    high: float
    cutoff: float
    eliminate_from: int
    most: int
    cohorts: int
    enough: int
    start: int
    titration: bool
    extra_safety: float
    table: Table


Said = dict[str, "float | int | bool | Table"]
_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"
_PARTS: tuple[tuple[str, tuple[str, ...], type], ...] = (
    (rf"target {_NUMBER}", ("target",), float),
    (rf"safe {_NUMBER}", ("safe",), float),
    (rf"toxic {_NUMBER}", ("toxic",), float),
    (rf"interval {_NUMBER} to {_NUMBER}", ("low", "high"), float),
    (rf"eliminate above {_NUMBER}", ("cutoff",), float),
    (r"eliminate from (\d+)", ("eliminate_from",), int),
    (r"cohorts? of (\d+)", ("size",), int),
    (r"at most (\d+)(?: participants)?", ("most",), int),
    (r"enough at (\d+)", ("enough",), int),
    (r"start at level (\d+)", ("start",), int),
    (r"(accelerated titration)", ("titration",), bool),
    (rf"extra safety {_NUMBER}", ("extra_safety",), float),
)
_DECIDES = {
    "BOIN": ("safe", "toxic", "cutoff", "eliminate_from"),
    "keyboard": ("low", "high", "cutoff", "eliminate_from"),
    "mTPI": ("low", "high", "cutoff", "eliminate_from"),
    "i3+3": ("low", "high", "cutoff", "eliminate_from"),
    "table": ("table",),
}
_RUNS = ("target", "most", "cohorts", "enough", "start", "titration", "extra_safety")
_ROW = re.compile(r"(\d+):(\d+|-)/(\d+|-)/(\d+|-)")


def family_of(name: str) -> str | None:
    """The family that a name begins with, None if none.

    >>> family_of("boin: target 0.3"), family_of("mTPI-2"), family_of("3+3: stop at two")
    ('BOIN', 'keyboard', None)
    """
    head = name.split(":", 1)[0].strip().lower()
    if head.split(" ", 1)[0] == "table":
        return "table"
    return _ALSO.get(head) or next((family for family in FAMILIES if family.lower() == head), None)


def make(name: str, levels: int, cohort_size: int | None, options: Options) -> IntervalRule:
    """The rule of this name, which begins with one of `FAMILIES`, with these options.

    Raises UsageError: DES-105 (something is missing, or belongs to another rule), and what the rules raise.

    >>> make("BOIN", 5, 3, {"target": 0.3, "cohorts": 10}).name
    'BOIN: target 0.3, cohorts of 3, at most 30'
    """
    family = family_of(name)
    assert family is not None
    said = _parts(name, family)
    if options.get("cohorts") is not None:
        said.pop("most", None)
    said |= cast("Said", {key: value for key, value in options.items() if value is not None})
    size = int(cohort_size or said.pop("size", 3))  # type: ignore[arg-type]
    said.pop("size", None)
    allowed = (*_RUNS, *_DECIDES[family])
    strange = [key for key in said if key not in allowed]
    if strange:
        raise UsageError(
            "DES-105",
            f"{strange[0]!r} for the rule {family}",
            expected=", ".join(allowed),
            mend="leave it out: it belongs to another rule",
        )
    if "target" not in said:
        raise _missing(family, "a target DLT rate", "target 0.3")
    if "most" not in said and "cohorts" not in said:
        raise _missing(family, "a maximum sample size", "at most 30")
    most = int(said["most"] if "most" in said else int(said["cohorts"]) * size)  # type: ignore[arg-type]
    running = {key: said[key] for key in ("enough", "start", "titration", "extra_safety") if key in said}
    return IntervalRule(_decisions(family, said), levels, size, most, **running)  # type: ignore[arg-type]


def _decisions(family: str, said: Said) -> Decisions:
    target = float(said["target"])  # type: ignore[arg-type]
    given = {key: said[key] for key in _DECIDES[family] if key in said}
    match family:
        case "BOIN":
            return Boin(target, **given)  # type: ignore[arg-type]
        case "keyboard":
            return Keyboard(target, **given)  # type: ignore[arg-type]
        case "mTPI":
            return Mtpi(target, **given)  # type: ignore[arg-type]
        case "i3+3":
            return I3Plus3(target, **given)  # type: ignore[arg-type]
    table = said.get("table")
    if not isinstance(table, Table):
        raise _missing("table", "the rows of a decision table", "table 3:0/2/3 6:1/3/4: target 0.3, at most 9")
    return Table(table.limits, target)


def _parts(name: str, family: str) -> Said:
    """What the name says."""
    text = " ".join(name.lower().split())
    said: Said = {}
    if family == "table":
        rows = _ROW.findall(text)
        text = _ROW.sub("", text).replace("table", "", 1).strip().removeprefix(":")
        if rows:
            limits = tuple(Limit(int(n), *(None if v == "-" else int(v) for v in values)) for n, *values in rows)
            said["table"] = Table(limits, 0.5)  # the target comes with the other parts
    else:
        text = text.partition(":")[2]
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        for pattern, keys, kind in _PARTS:
            if match := re.fullmatch(pattern, part):
                said |= {key: kind(value) for key, value in zip(keys, match.groups(), strict=True)}
                break
        else:
            raise UsageError(
                "DES-105",
                f"{part!r} in the name of the rule {name!r}",
                expected="parts such as: target 0.3, cohorts of 3, at most 30, enough at 12, start at level 2, "
                "accelerated titration, extra safety 0.05, eliminate above 0.95, interval 0.25 to 0.35",
                mend="correct the part, or leave it out",
            )
    return said


def _missing(family: str, what: str, example: str) -> UsageError:
    return UsageError(
        "DES-105",
        f"the rule {family} without {what}",
        expected=f'it in the name ("{family}: ... {example}") or as a parameter',
        mend=f"say it: it cannot be guessed; a whole name is '{EXAMPLES[0]}'",
    )
