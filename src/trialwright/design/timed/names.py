"""The designs that decide by time, by name: `rolling six`, `TITE-CRM: target 0.3, ...` and `TITE-BOIN: ...`."""

from __future__ import annotations

import re
from typing import Any

from trialwright.core.errors import UsageError
from trialwright.design.timed.rolling_six import RollingSix
from trialwright.design.timed.tite_boin import TiteBoin
from trialwright.design.timed.tite_crm import TiteCrm

FAMILIES = ("rolling six", "TITE-CRM", "TITE-BOIN")
Timed = RollingSix | TiteCrm | TiteBoin

_ROLLING = re.compile(r"rolling[\s-]*(?:six|6)(?P<rest>,.*)?$")
_START = re.compile(r"start at level (\d+)$")
_STAGGER = re.compile(r"stagger (\d+) days$")
_UP = re.compile(r"up after (\d+) days$")


def family_of(name: str) -> str | None:
    """The family that a name begins with, None if none.

    >>> family_of("Rolling 6"), family_of("tite-crm: target 0.3"), family_of("3+3: stop at two")
    ('rolling six', 'TITE-CRM', None)
    """
    text = " ".join(name.lower().split())
    if _ROLLING.match(text):
        return "rolling six"
    head = text.partition(":")[0].strip()
    return next((family for family in FAMILIES[1:] if family.lower() == head), None)


def make(
    name: str,
    arms: tuple[str, ...],
    dlt_window: int,
    cohort_size: int | None = None,
    **options: Any,
) -> Timed:
    """The design of this name for the levels whose arms are given, lowest first, with a DLT window of so many days.

    `cohort_size`: of TITE-CRM (None: as the name says, else 1) and TITE-BOIN (else 3). `options` win over the name:
    those of `model_names.make` (TITE-CRM, with `stagger` and `before_up` in days) or `interval_names.make` (TITE-BOIN);
    for the rolling six `start` and `six_at_mtd`.

    Raises UsageError: DES-405 (no design by time of this name, or a part that it does not know) and what the designs
    and the rules within them raise.

    >>> make("TITE-BOIN: target 0.3, at most 30", ("arm-1",) * 5, 28).name
    'TITE-BOIN: target 0.3, cohorts of 3, at most 30'
    """
    family = family_of(name)
    given = {key: value for key, value in options.items() if value is not None}
    levels = len(arms)
    if family == "rolling six":
        return _rolling_six(name, arms, dlt_window, given)
    within = name.strip()[len("TITE-") :]
    if family == "TITE-BOIN":
        from trialwright.design.interval import names as interval_names

        return TiteBoin(interval_names.make(within, levels, cohort_size, given), arms, dlt_window)  # type: ignore[arg-type]
    if family != "TITE-CRM":
        raise _unknown(f"there is no design by time called {name!r}")
    from trialwright.design.model_based import names as model_names
    from trialwright.design.model_based.crm import Crm

    pace = {"stagger": int(given.pop("stagger", 0)), "before_up": int(given.pop("before_up", 0))}
    kept = []
    for part in within.split(","):
        text = " ".join(part.lower().split())
        for pattern, key in ((_STAGGER, "stagger"), (_UP, "before_up")):
            if match := pattern.match(text):
                pace[key] = pace[key] or int(match[1])
                break
        else:
            kept.append(part)
    within = ",".join(kept)
    if cohort_size is None and "cohorts of" not in within.lower():
        cohort_size = 1
    rule = model_names.make(within, levels, cohort_size, given)
    if not isinstance(rule, Crm):
        raise _unknown(f"{name!r}: only the one-parameter models have a TITE-CRM here")
    return TiteCrm(rule, arms, dlt_window, **pace)


def _rolling_six(name: str, arms: tuple[str, ...], dlt_window: int, given: dict[str, Any]) -> RollingSix:
    match = _ROLLING.match(" ".join(name.lower().split()))
    assert match is not None
    said: dict[str, Any] = {}
    for part in filter(None, (piece.strip() for piece in (match["rest"] or "").split(","))):
        if start := _START.match(part):
            said["start"] = int(start[1])
        elif part == "three enough at the highest level":
            said["six_at_mtd"] = False
        else:
            raise _unknown(f"{part!r} in the name {name!r}")
    strange = set(given) - {"start", "six_at_mtd"}
    if strange:
        raise _unknown(f"{min(strange)!r} for the rolling six")
    return RollingSix(arms, dlt_window, **(said | given))


def _unknown(found: str) -> UsageError:
    return UsageError(
        "DES-405",
        found,
        expected='"rolling six", "TITE-CRM: target 0.3, half-width 0.05 at level 3, at most 30, stagger 7 days, '
        'up after 14 days" or "TITE-BOIN: target 0.3, cohorts of 3, at most 30"',
        mend="copy one of these and change the numbers",
    )
