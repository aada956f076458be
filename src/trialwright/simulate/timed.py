"""Many trials of a design that decides by time: accrual, follow-up and DLTs day by day, nothing else.

The loop is that of `simulate.trial` cut down to what these designs look at, for thousands of trials side by side: a
candidate comes, the design is asked; it enrols, has them turned away, or ends the trial. Decisions come from
`design.timed_batch`. Trial i draws from a stream of its own, named by the seed and i alone, so the result does not
depend on how the work was split, and designs with the same seed meet the same candidates.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, log
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.core.errors import UsageError
from trialwright.core.streams import stream
from trialwright.design.interval.boundaries import NEVER
from trialwright.design.timed.batch import ENROL, STOP, WAIT, Many, decide_many
from trialwright.design.timed.rolling_six import FULL, RollingSix
from trialwright.design.timed.tite_boin import TiteBoin
from trialwright.simulate.timed_result import TimedResult

if TYPE_CHECKING:
    from trialwright.design.timed.names import Timed

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_FAR = 1 << 30  # a day that does not come
_BLOCK = 1000  # trials side by side
_ARRIVAL, _LOOK, _ENDING = 0, 1, 2
MOST_TRIALS = 10_000_000


@dataclass(frozen=True, slots=True)
class Course:
    """What is taken for true of accrual and follow-up.

    `accrual`: candidates a day, above 0; `fixed`: one every 1 / accrual days instead of a Poisson process; `late`: the
    share of DLTs in the second half of the window (Weibull times, cut at the end of the window), None = all days of the
    window are equally likely; `not_evaluable`: probability of leaving within the window, on any day of it; the place is
    then open again unless there was a DLT by that day.

    Raises UsageError SIM-042.
    """

    accrual: float
    fixed: bool = False
    late: float | None = None
    not_evaluable: float = 0.0

    def __post_init__(self) -> None:
        late = 0.5 if self.late is None else self.late
        if not (0 < self.accrual <= 1000 and 0 < late < 1 and 0 <= self.not_evaluable <= 0.9):
            raise UsageError(
                "SIM-042",
                f"an accrual of {self.accrual:g} a day, a share of {late:g} of DLTs in the second half of the window, "
                f"a probability of {self.not_evaluable:g} of not being evaluable",
                expected="an accrual above 0 a day, a share between 0 and 1, a probability from 0 to 0.9",
                mend="give accrual per day: 2 a month are 0.066; write 30 % as 0.3",
            )


@dataclass(frozen=True, slots=True)
class Candidates:
    """Who comes to S trials; arrays of shape (S, P), (S, A) for arrivals.

    `gap`: time to the next arrival in units of 1 / accrual, for each of A arrivals; `tolerance`: a DLT comes if the
    rate of the level is above it; `when`: the quantile of its time; `leaves`: the day after the first dose on which
    somebody leaves, `_FAR`: nobody does; `start`: days from enrolment to the first dose.
    """

    gap: Floats
    tolerance: Floats
    when: Floats
    leaves: Ints
    start: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """How S trials ended; arrays of shape (S,), or (S, J) per level.

    `selected`: 0 = none; `n`, `y`: participants who count and DLTs; `enrolled`: all participants; `closed`: trial day
    of the end; `completed`: not stopped for toxicity. `level`, `day`, `opened`: (S, P), of each participant the level,
    the day of enrolment and the day on which the trial was open for them; 0 and beyond the last: nothing. `cut`: there
    were too few candidates.
    """

    selected: Ints
    n: Ints
    y: Ints
    enrolled: Ints
    closed: Ints
    completed: NDArray[np.bool_]
    level: NDArray[np.int8]
    day: Ints
    opened: Ints
    cut: NDArray[np.bool_]


def conduct(design: Timed, truth: Sequence[float], course: Course, who: Candidates) -> Trials:
    """Run S trials on these candidates. `truth`: the true DLT rate of each level."""
    return _Loop(design, np.asarray(truth, dtype=np.float64), course, who).run()


class _Loop:
    """S trials under way."""

    def __init__(self, design: Timed, truth: Floats, course: Course, who: Candidates) -> None:
        self.design, self.truth, self.course, self.who = design, truth, course, who
        self.window = design.dlt_window
        trials, places = who.tolerance.shape
        self.level = np.zeros((trials, places), dtype=np.int8)
        self.day, self.opened = (np.zeros((trials, places), dtype=np.int64) for _ in range(2))
        self.origin, self.dlt, self.leave = (np.full((trials, places), _FAR, dtype=np.int32) for _ in range(3))
        self.enrolled, self.arrivals, self.today, self.open_since = (np.zeros(trials, dtype=np.int64) for _ in range(4))
        self.clock = np.zeros(trials)  # time of the last arrival
        self.stage = np.full(trials, _LOOK)
        self.looking_back = np.ones(trials, dtype=bool)  # the next arrival counts from the last one
        self.selected = np.zeros(trials, dtype=np.int64)
        self.completed, self.cut, self.looked = (np.zeros(trials, dtype=bool) for _ in range(3))
        self.ended_by = np.zeros(trials, dtype=np.int64)  # the day of a candidate who came after the end

    def run(self) -> Trials:
        """Ask, wait and enrol until every trial has ended."""
        active = np.arange(len(self.today))
        while len(active):
            answers = decide_many(self.design, self._seen(active))
            stage = self.stage[active]
            stop, arrived, ending = answers.kind == STOP, stage == _ARRIVAL, stage == _ENDING
            late = stop & arrived & ~self.looked[active] & (self.open_since[active] < self.today[active])
            if late.any():
                self._look_for_the_end(active[late])
            if (going := ending & ~stop).any():
                self._step(active[going], np.where(answers.kind == WAIT, answers.soon, NEVER)[going])
            if (wait := (answers.kind == WAIT) & ~ending).any():
                self._wait(active[wait], answers.soon[wait])
            if (last := stop & ~late).any():
                self.selected[active[last]] = answers.level[last]
                self.completed[active[last]] = answers.completed[last]
            enrol = (answers.kind == ENROL) & ~ending
            if (welcome := enrol & ~arrived).any():
                self._await_arrival(active[welcome])
            if (enter := enrol & arrived).any():
                self._enrol(active[enter], answers.level[enter])
            active = active[~last & ~self.cut[active]]
        seen = self._seen(np.arange(len(self.today)))
        n, y, _ = seen.counts(self.design.levels)
        return Trials(
            self.selected, n, y, self.enrolled, self.today, self.completed, self.level, self.day, self.opened, self.cut
        )

    def _seen(self, rows: Ints) -> Many:
        used = max(int(self.enrolled[rows].max(initial=0)), 1)
        today = self.today[rows, None].astype(np.int32)
        level, origin = self.level[rows, :used], self.origin[rows, :used]
        dlt = self.dlt[rows, :used] <= today
        counted = (self.leave[rows, :used] > today) | dlt
        level = np.where(counted, level, 0).astype(np.int8)
        pending = (level > 0) & ~dlt & (today <= origin + self.window)
        return Many(level, dlt & (level > 0), pending, today - origin, self.window + 1, self.stage[rows] == _ARRIVAL)

    def _wait(self, rows: Ints, soon: Ints) -> None:
        """Go on to the next day on which anything can change."""
        day = self._next_day(rows, soon)
        stuck = day >= _FAR
        self.cut[rows[stuck]] = True
        self.today[rows] = np.where(stuck, self.today[rows], day)
        self.stage[rows] = _LOOK
        self.looking_back[rows] = False

    def _next_day(self, rows: Ints, soon: Ints) -> Ints:
        used = max(int(self.enrolled[rows].max(initial=0)), 1)
        today = self.today[rows]
        events = [self.dlt[rows, :used], self.leave[rows, :used], self.origin[rows, :used] + self.window + 1]
        ahead = np.min([np.where(days > today[:, None], days, _FAR).min(axis=1) for days in events], axis=0)
        day: Ints = np.minimum(ahead, np.where(soon < NEVER, today + soon, _FAR))
        return day

    def _look_for_the_end(self, rows: Ints) -> None:
        """A candidate came to a trial that is over: go back, for it ended on the day on which that became known."""
        self.ended_by[rows] = self.today[rows]
        self.today[rows] = self.open_since[rows]
        self.looked[rows] = True
        self._step(rows, np.full(len(rows), NEVER))

    def _step(self, rows: Ints, soon: Ints) -> None:
        """Towards the day on which the candidate came, who then finds the trial over."""
        by = self.ended_by[rows]
        day = np.minimum(self._next_day(rows, soon), by)
        self.today[rows] = day
        self.stage[rows] = np.where(day >= by, _ARRIVAL, _ENDING)

    def _await_arrival(self, rows: Ints) -> None:
        """The trial is open: the next candidate comes."""
        short = self.arrivals[rows] >= self.who.gap.shape[1]
        self.cut[rows[short]] = True
        rows = rows[~short]
        back = self.looking_back[rows]
        base = np.where(back, self.clock[rows], np.maximum(self.clock[rows], self.today[rows]))
        if self.course.fixed:
            step = 1 / self.course.accrual
            nth = np.round(self.clock[rows] / step) + (self.arrivals[rows] > 0)
            time = np.where(back, nth, np.maximum(nth, np.ceil(base / step - 1e-9))) * step
        else:
            time = base + self.who.gap[rows, self.arrivals[rows]] / self.course.accrual
        self.open_since[rows] = self.today[rows]
        self.arrivals[rows] += 1
        self.clock[rows] = time
        self.today[rows] = np.maximum(np.floor(time + 1e-9).astype(np.int64), self.today[rows])
        self.stage[rows] = _ARRIVAL

    def _enrol(self, rows: Ints, level: Ints) -> None:
        place = self.enrolled[rows]
        short = place >= self.who.tolerance.shape[1]
        self.cut[rows[short]] = True
        rows, level, place = rows[~short], level[~short], place[~short]
        rate = self.truth[level - 1]
        self.level[rows, place] = level
        self.day[rows, place] = self.today[rows]
        self.opened[rows, place] = self.open_since[rows]
        origin = self.today[rows] + self.who.start[rows, place]
        self.origin[rows, place] = origin
        leaves = self.who.leaves[rows, place]
        dlt = _dlt_day(self.who.when[rows, place], rate, self.window, self.course.late)
        comes = (self.who.tolerance[rows, place] < rate) & (dlt <= leaves)
        self.dlt[rows, place] = np.where(comes, origin + dlt, _FAR)
        self.leave[rows, place] = np.where(comes | (leaves >= _FAR), _FAR, origin + leaves)
        self.enrolled[rows] += 1
        self.stage[rows] = _LOOK
        self.looking_back[rows] = True


def _dlt_day(when: Floats, rate: Floats, window: int, late: float | None) -> Ints:
    """The day after the first dose, 0 to `window`, of a DLT whose time has this quantile."""
    share = when
    if late is not None:
        sure = np.clip(rate, 1e-9, 1 - 1e-9)
        shape = np.log(np.log1p(-sure) / np.log1p(-sure * (1 - late))) / log(2)
        share = (np.log1p(-sure * when) / np.log1p(-sure)) ** (1 / shape)
    day: Ints = np.minimum((share * (window + 1)).astype(np.int64), window)
    return day


def draw(course: Course, window: int, seed: int, numbers: Sequence[int], places: int) -> Candidates:
    """The candidates of the trials of these numbers: at least so many `places`, and two arrivals for each."""
    u = np.empty((len(numbers), places, 6))
    for row, number in enumerate(numbers):
        stream(seed, "timed", number).random(out=u[row])
    leaves = np.where(u[:, :, 4] < course.not_evaluable, (u[:, :, 5] * window).astype(np.int64), _FAR)
    gap = -np.log1p(-u[:, :, :2]).reshape(len(numbers), 2 * places)
    if window == 0:
        leaves[:] = _FAR
    return Candidates(gap, u[:, :, 2], u[:, :, 3], leaves, np.zeros(leaves.shape, dtype=np.int64))


def _places(design: Timed, course: Course) -> int:
    """How many participants to draw for a trial at first."""
    if isinstance(design, RollingSix):
        most = FULL * design.levels
    else:
        most = design.rule.most if isinstance(design, TiteBoin) else design.crm.plan.most
    return most if course.not_evaluable == 0 else ceil(1.3 * most / (1 - course.not_evaluable)) + 4


def _block(design: Timed, truth: Sequence[float], course: Course, seed: int, numbers: Sequence[int]) -> Trials:
    """These trials; those that need more candidates than were drawn are run again with more."""
    places = _places(design, course)
    done = conduct(design, truth, course, draw(course, design.dlt_window, seed, numbers, places))
    while done.cut.any():
        again = np.flatnonzero(done.cut)
        places *= 2
        if places > 100_000:
            raise AssertionError(f"trials of {design.name} do not end")
        who = draw(course, design.dlt_window, seed, [numbers[i] for i in again.tolist()], places)
        more = conduct(design, truth, course, who)
        for name in ("selected", "n", "y", "enrolled", "closed", "completed", "cut"):
            getattr(done, name)[again] = getattr(more, name)
    return done


def characteristics(
    design: Timed,
    truth: Sequence[float],
    course: Course,
    *,
    seed: int,
    trials: int,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> TimedResult:
    """So many trials (1 or more) of a design by time at these true DLT rates, one per level; `seed`: 0 or more.

    The result is the same for every number of `workers` (processes). `progress` is told how many trials are done.
    Raises UsageError: SIM-003 (the truth does not fit the levels), SIM-040 (numbers below 1), SIM-042.
    """
    from trialwright.simulate.truth import given_truth

    if not 1 <= trials <= MOST_TRIALS or workers < 1:
        raise UsageError(
            "SIM-040",
            f"{trials} trials on {workers} workers",
            expected=f"1 to {MOST_TRIALS:,} trials, 1 worker or more",
            mend="give whole numbers from 1",
        )
    rates = given_truth(truth, design.levels).rates
    blocks = [range(first, min(first + _BLOCK, trials)) for first in range(0, trials, _BLOCK)]
    work = [(design, rates, course, seed, block) for block in blocks]
    parts: list[Trials] = []

    def note(part: Trials) -> None:
        parts.append(part)
        if progress is not None:
            progress(sum(len(each.selected) for each in parts))

    if workers == 1 or len(work) == 1:
        for each in work:
            note(_block(*each))
    else:
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        pool = ProcessPoolExecutor(min(workers, len(work)), mp_context=multiprocessing.get_context("spawn"))
        with pool:
            for part in pool.map(_of, work):
                note(part)
    joined = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("selected", "n", "y", "enrolled", "closed", "completed")
    }
    return TimedResult(design.name, rates, course, design.dlt_window, seed, **joined)


def _of(work: tuple[Timed, Sequence[float], Course, int, Sequence[int]]) -> Trials:
    return _block(*work)
