"""The light, array-backed state of a trial that designs decide on, derived fact by fact."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

import numpy as np

from trialwright.core.errors import InputError
from trialwright.dataset.check import name_of, two_contents
from trialwright.dataset.columns import COMPLETED, DEATH, ENROLLED, LOST, REPLACED, RESPONSE_TESTCD, WITHDRAWAL
from trialwright.dataset.facts import Fact

if TYPE_CHECKING:
    from numpy.typing import NDArray

DECIDING = frozenset({"DM", "DS", "EX", "RS", "XD"})
_ENDS_OF_STUDY = frozenset({COMPLETED, DEATH, WITHDRAWAL, LOST})
_ARRAYS = (
    ("dose_level", np.int16, 0),
    ("cohort", np.int16, 0),
    ("enrolled", np.int32, -1),
    ("first_dose", np.int32, -1),
    ("dlt", np.int8, -1),
    ("evaluable", np.int8, -1),
    ("off_study", np.int32, -1),
    ("replaced", np.bool_, False),
    ("assessed", np.int32, -1),
    ("response", np.int8, -1),
    ("died", np.int32, -1),
)
_EMPTY = {name: int(empty) for name, _, empty in _ARRAYS}


class HasFacts(Protocol):
    """Anything that can give its facts, as `TrialData` does."""

    def facts(self, *domains: str) -> tuple[Fact, ...]:
        """Every version of every row, of these domains only."""
        ...


class TrialState:
    """What is known of a trial on one trial day, one entry per enrolled participant.

    A participant is in it as soon as a DS row with DSDECOD `ENROLLED` is known; entries stand in order of
    enrolment (day of that row, then identifier), so screen failures are not in it. `apply` takes facts in any
    order: of each row the latest version counts, a retracted row counts for nothing, and a fact that becomes
    known after `day` waits until `advance` reaches that day. So the state never depends on the order of entry
    nor on the future.

    `day`: today's trial day. `subjects`: identifiers. `arm`: the protocol's arm ids, None = not allocated.
    Arrays (read-only, one entry per participant): `dose_level` (int16, 1 = lowest, 0 = none), `cohort` (int16, 0 =
    none, `columns.BACKFILL` = in none but by backfill), `enrolled` (int32, trial day), `first_dose` (int32, trial day
    of the first EX row with OCCUR `Y`, -1 = not dosed), `dlt` and `evaluable` (int8, -1 = not assessed, 0 = no, 1 =
    yes; from signed assessments in XD only: an adverse event, or none, says nothing), `off_study` (int32, trial day of
    completion, withdrawal, loss or death, whichever came first, -1 = still on), `replaced` (bool), `assessed` (int32,
    trial day on which an assessment in XD first became known, -1 = none), `response` (int8, -1 = not assessed, 0 = no,
    1 = yes; from the RS rows whose TESTCD is `columns.RESPONSE_TESTCD`, STRESC `Y` or `N`; other RS rows bear on
    nothing), `died` (int32, trial day of death, -1 = not known to have died).

    Where several XD rows of one participant stand, any DLT counts, and the last one says whether the participant is
    evaluable: a second review may raise a concern and not lower one. Of several rows of response the last one that
    says Y or N counts.

    `assessed` is the day of the first version, of any standing row, that says anything of a DLT or of being evaluable.
    So a correction, and a second review, count as if they had always been known. A retracted row does not stand: it
    is as if it had never been entered, and an assessment that is entered anew in another row is known from then on. A
    row that stands again after a retraction is known from its first version that said anything.

    >>> state = TrialState(day=3)
    >>> state.apply(Fact("DS", "P-1", 1, day=2, known=2, values={"DSDECOD": ENROLLED}))
    >>> state.apply(Fact("DM", "P-1", 1, day=2, known=2, values={"ARMCD": "arm-1", "DOSELVL": 1}))
    >>> state.apply(Fact("XD", "P-1", 1, day=30, known=33, values={"XDDLT": "N", "XDEVAL": "Y"}))
    >>> state.subjects, state.arm, state.dose_level.tolist(), state.dlt.tolist()
    (['P-1'], ['arm-1'], [1], [-1])
    >>> state.advance(33)
    >>> state.dlt.tolist()
    [0]
    >>> state.apply(Fact("XD", "P-1", 1, day=30, known=33, version=2, values={"XDDLT": "Y", "XDEVAL": "Y"}))
    >>> state.apply(Fact("RS", "P-1", 1, day=31, known=33, values={"TESTCD": RESPONSE_TESTCD, "STRESC": "Y"}))
    >>> state.dlt.tolist(), state.assessed.tolist(), state.response.tolist(), state.died.tolist()
    ([1], [33], [1], [-1])
    """

    __slots__ = (
        "_buffers",
        "_entered",
        "_findings",
        "_order",
        "_queued",
        "_rows",
        "_said",
        "_waiting",
        "arm",
        "assessed",
        "cohort",
        "day",
        "died",
        "dlt",
        "dose_level",
        "enrolled",
        "evaluable",
        "first_dose",
        "off_study",
        "replaced",
        "response",
        "subjects",
    )

    day: int
    subjects: list[str]
    arm: list[str | None]
    dose_level: NDArray[np.int16]
    cohort: NDArray[np.int16]
    enrolled: NDArray[np.int32]
    first_dose: NDArray[np.int32]
    dlt: NDArray[np.int8]
    evaluable: NDArray[np.int8]
    off_study: NDArray[np.int32]
    replaced: NDArray[np.bool_]
    assessed: NDArray[np.int32]
    response: NDArray[np.int8]
    died: NDArray[np.int32]

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, day: int = 0) -> None:
        self.day = day
        self.subjects = []
        self.arm = []
        self._order: list[tuple[int, str]] = []
        self._entered: dict[str, int] = {}
        self._rows: dict[str, dict[tuple[str, int], Fact]] = {}
        self._findings: dict[tuple[str, int], Fact] = {}  # latest versions of RS rows, which seldom bear on anything
        self._said: dict[tuple[str, int], int] = {}  # day on which an XD row first said anything
        self._waiting: list[tuple[int, int, Fact]] = []
        self._queued = 0
        self._buffers = {name: np.full(16, empty, dtype) for name, dtype, empty in _ARRAYS}
        self._show()

    def __len__(self) -> int:
        return len(self.subjects)

    def __eq__(self, other: object) -> bool:
        """Whether both states would look the same to every design."""
        if not isinstance(other, TrialState):
            return NotImplemented
        return (
            self.day == other.day
            and self.subjects == other.subjects
            and self.arm == other.arm
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name, _, _ in _ARRAYS)
        )

    def __repr__(self) -> str:
        return f"TrialState(day={self.day}, participants={len(self)})"

    def apply(self, fact: Fact) -> None:
        """Take one more version of one row; only DM, DS, EX, XD and, in RS, the response bear on decisions.

        Raises InputError: DATA-006 if the same version of the same row came before with other content, DATA-007
        if a day that decides lies before the trial's opening.
        """
        if fact.domain not in DECIDING:
            return
        if fact.known > self.day:
            heapq.heappush(self._waiting, (fact.known, self._queued, fact))
            self._queued += 1
            return
        if fact.domain == "RS":
            self._find(fact)
            return
        rows = self._rows.setdefault(fact.subject, {})
        key = (fact.domain, fact.number)
        newer = _is_newer(fact, rows.get(key))
        earlier = fact.domain == "XD" and self._say(fact)
        if newer:
            rows[key] = fact
        if newer or earlier:
            self._derive(fact.subject, rows)

    def _find(self, fact: Fact) -> None:
        """Keep the row in mind, and derive the participant's entry anew only if it is, or was, a response."""
        key = (fact.subject, fact.number)
        present = self._findings.get(key)
        if not _is_newer(fact, present):
            return
        self._findings[key] = fact
        was = present is not None and _is_response(present)
        if was or _is_response(fact):
            rows = self._rows.setdefault(fact.subject, {})
            rows["RS", fact.number] = fact
            self._derive(fact.subject, rows)

    def _say(self, fact: Fact) -> bool:
        """Remember the day if this version is the first of its row to say anything; whether it is."""
        if fact.retracted or not _says(fact):
            return False
        key = (fact.subject, fact.number)
        before = self._said.get(key)
        if before is not None and before <= fact.known:
            return False
        self._said[key] = fact.known
        return True

    def advance(self, day: int) -> None:
        """Let trial day `day` be today; what has become known by then takes its place.

        Raises ValueError if `day` lies before today: time does not run backwards (`state_of` looks back).
        """
        if day < self.day:
            raise ValueError(f"the state is on trial day {self.day} and cannot go back to day {day}")
        self.day = day
        while self._waiting and self._waiting[0][0] <= day:
            self.apply(heapq.heappop(self._waiting)[2])

    def copy(self) -> TrialState:
        """A state of its own: what either takes in later, the other does not see."""
        other = TrialState(self.day)
        other.subjects, other.arm = list(self.subjects), list(self.arm)
        other._order, other._entered = list(self._order), dict(self._entered)
        other._rows = {subject: dict(rows) for subject, rows in self._rows.items()}
        other._findings, other._said = dict(self._findings), dict(self._said)
        other._waiting, other._queued = list(self._waiting), self._queued
        other._buffers = {name: buffer.copy() for name, buffer in self._buffers.items()}
        other._show()
        return other

    def _derive(self, subject: str, rows: dict[tuple[str, int], Fact]) -> None:
        """Write the participant's entry anew from the latest versions of the rows."""
        standing = [fact for _, fact in sorted(rows.items()) if not fact.retracted]
        entry = _entry(standing, self._said)
        before = self._entered.get(subject)
        if before is not None and (entry is None or entry[1]["enrolled"] != before):
            self._remove(bisect.bisect_left(self._order, (before, subject)))
            before = None
        if entry is None:
            return
        arm, numbers = entry
        if before is None:
            self._insert(subject, numbers["enrolled"])
        place = bisect.bisect_left(self._order, (numbers["enrolled"], subject))
        self.arm[place] = arm
        for name, value in numbers.items():
            self._buffers[name][place] = value

    def _insert(self, subject: str, enrolled: int) -> None:
        place = bisect.bisect(self._order, (enrolled, subject))
        count = len(self.subjects)
        if count == len(self._buffers["enrolled"]):
            self._buffers = {
                name: np.concatenate([self._buffers[name], np.full(count, empty, dtype)])
                for name, dtype, empty in _ARRAYS
            }
        for buffer in self._buffers.values():
            buffer[place + 1 : count + 1] = buffer[place:count].copy()
        self._order.insert(place, (enrolled, subject))
        self._entered[subject] = enrolled
        self.subjects.insert(place, subject)
        self.arm.insert(place, None)
        self._show()

    def _remove(self, place: int) -> None:
        count = len(self.subjects)
        for buffer in self._buffers.values():
            buffer[place : count - 1] = buffer[place + 1 : count].copy()
        del self._entered[self.subjects[place]]
        del self._order[place], self.subjects[place], self.arm[place]
        self._show()

    def _show(self) -> None:
        """Point the public arrays at the filled part of the buffers, read-only."""
        for name, buffer in self._buffers.items():
            view = buffer[: len(self.subjects)]
            view.flags.writeable = False
            setattr(self, name, view)


def _is_newer(fact: Fact, present: Fact | None) -> bool:
    """Whether the fact takes the place of the version that is present. Raises InputError DATA-006."""
    if present is None or present.version < fact.version:
        return True
    if present.version == fact.version and present != fact:
        raise two_contents(fact)
    return False


def _says(fact: Fact) -> bool:
    """Whether an assessment in XD says anything."""
    return _flag(fact.values.get("XDDLT")) >= 0 or _flag(fact.values.get("XDEVAL")) >= 0


def _is_response(fact: Fact) -> bool:
    return fact.values.get("TESTCD") == RESPONSE_TESTCD


def bears_on_decisions(fact: Fact) -> bool:
    """Whether a row of this kind can change a decision: the deciding tables, and of RS only the response.

    >>> bears_on_decisions(Fact("RS", "P-1", 1, day=31, known=33, values={"TESTCD": "HAQ", "STRESN": 1.5}))
    False
    """
    return fact.domain in DECIDING and (fact.domain != "RS" or _is_response(fact) or fact.retracted)


def _entry(standing: list[Fact], said: dict[tuple[str, int], int]) -> tuple[str | None, dict[str, int]] | None:
    """One participant's arm and numbers, None if not enrolled. `standing`: the rows that count, in order; `said`: the
    day on which each row of an assessment first said anything."""
    found = _EMPTY.copy()
    arm: str | None = None
    for fact in standing:
        match fact.domain:
            case "DM":
                code = fact.values.get("ARMCD")
                arm = None if code is None else str(code)
                found["dose_level"] = int(fact.values.get("DOSELVL") or 0)
                found["cohort"] = int(fact.values.get("COHORT") or 0)
            case "DS":
                term = fact.values.get("DSDECOD")
                if term == ENROLLED:
                    found["enrolled"] = _earlier(found["enrolled"], fact)
                elif term in _ENDS_OF_STUDY:
                    found["off_study"] = _earlier(found["off_study"], fact)
                    if term == DEATH:
                        found["died"] = _earlier(found["died"], fact)
                elif term == REPLACED:
                    found["replaced"] = 1
            case "EX":
                if fact.values.get("OCCUR") == "Y":
                    found["first_dose"] = _earlier(found["first_dose"], fact)
            case "RS":
                if _is_response(fact):
                    response = _flag(fact.values.get("STRESC"))
                    found["response"] = found["response"] if response < 0 else response
            case _:
                if _says(fact):
                    day = said[fact.subject, fact.number]
                    found["assessed"] = day if found["assessed"] < 0 else min(day, found["assessed"])
                found["dlt"] = max(found["dlt"], _flag(fact.values.get("XDDLT")))
                evaluable = _flag(fact.values.get("XDEVAL"))
                found["evaluable"] = found["evaluable"] if evaluable < 0 else evaluable
    return None if found["enrolled"] < 0 else (arm, found)


def _earlier(present: int, fact: Fact) -> int:
    if fact.day < 0:
        raise InputError(
            "DATA-007",
            f"{name_of(fact)} occurred on trial day {fact.day}",
            expected="enrolment, doses and the end of study on trial day 0 (the opening) or later",
            mend="correct the day, or count trial days from an earlier opening",
        )
    return fact.day if present < 0 else min(present, fact.day)


def _flag(value: object) -> int:
    return 1 if value == "Y" else 0 if value == "N" else -1


def state_of(source: HasFacts | Iterable[Fact], day: int) -> TrialState:
    """The state of a trial as it was known on trial day `day`. `source`: a `TrialData` or its facts, in any order.

    Give the whole data and not a view of it: a view (`TrialData.as_of`) holds no earlier versions, so a corrected
    assessment would be `assessed` on the day of its correction. All else is the same from either.
    """
    facts = source if isinstance(source, Iterable) else source.facts(*DECIDING)
    state = TrialState(day)
    for fact in facts:
        if fact.known <= day:
            state.apply(fact)
    return state
