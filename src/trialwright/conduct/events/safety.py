"""Events about safety: what adverse events are beside their rows, opinions on toxicity, decisions of people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AdverseEventDetailed:
    """What is known of an adverse event beside its row of AE, as of this entry.

    `number`: of the row. `criteria`: why it is serious (words of `safety.adverse.CRITERIA`), empty where it is not.
    `expected`: by the reference safety information; None = not judged. `action`: taken with the study treatment (CDISC
    term). `aware`: when the site came to know that it is serious (RFC 3339 with an offset), empty where it is not.
    `died`: date of death (ISO 8601), empty for anything else.
    """

    subject: str
    number: int
    criteria: tuple[str, ...] = ()
    expected: bool | None = None
    action: str = ""
    aware: str = ""
    died: str = ""


@dataclass(frozen=True, slots=True)
class SafetyReportSent:
    """A report on a serious adverse event (row of AE) was sent. `to`: `sponsor` or `authority`; `sent`: when (RFC 3339
    with an offset)."""

    subject: str
    number: int
    to: str
    sent: str


@dataclass(frozen=True, slots=True)
class DltGrounds:
    """The adverse events (rows of AE) on which an assessment (row of XD) rests, and the window that it looked at: trial
    days, both ends inclusive."""

    subject: str
    number: int
    events: tuple[int, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class DltReviewed:
    """A second person's opinion on a participant: a dose-limiting toxicity or none.

    One that sees a toxicity where none stands becomes a row of XD beside it; one that sees none changes nothing by
    itself."""

    subject: str
    dlt: bool


@dataclass(frozen=True, slots=True)
class Examined:
    """What the next results lead to, worked out before they are known.

    `after`: entries taken into account. `counted`: per level, `participants/toxicities` whose outcome is known.
    `awaited`: whose outcome is not. `table`: one line per result of the cohort, `toxicities/treated: what follows`.
    `why_not`: why there is no table, empty where there is one.
    """

    after: int
    counted: tuple[str, ...]
    awaited: tuple[str, ...]
    table: tuple[str, ...]
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Overridden:
    """A person decides otherwise than the design, for the reason on the entry.

    `of`: entry of the decision. `answer`: `enrol`, `wait`, `stop`, or `follow`: the design again. `dose_level`, `arms`,
    `places`: for `enrol`. It stands until another override, or until its places are taken.
    """

    of: int
    answer: str
    arms: tuple[str, ...] = ()
    dose_level: int | None = None
    places: int = 0


SafetyEvent = AdverseEventDetailed | SafetyReportSent | DltGrounds | DltReviewed | Examined | Overridden
SCHEMAS: Mapping[type[SafetyEvent], int] = {
    AdverseEventDetailed: 1,
    SafetyReportSent: 1,
    DltGrounds: 1,
    DltReviewed: 1,
    Examined: 1,
    Overridden: 1,
}
