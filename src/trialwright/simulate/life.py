"""What befalls one participant: dose-limiting toxicity, death, drop-out, and the days that follow from them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.streams import stream

if TYPE_CHECKING:
    from trialwright.core.quantity import Weight
    from trialwright.protocol.arms import Arm
    from trialwright.simulate.plan import Plan
    from trialwright.simulate.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Life:
    """One enrolled participant's truth, part of which the trial gets to see.

    `number`: of the candidate, from 1. `origin`: trial day of relative day 0 (the first dose, or the day it was due).
    `dosed`: whether a first dose was given. `dlt`, `death`, `drop_out`: relative days, None = does not happen within
    follow-up.
    `end`: planned last relative day. `assessed`: whether a DLT assessment is due. `given`: whether the arm receives
    anything to which an event could be related. `response`: relative day on which a response is seen, None = none
    within `response_due`, the last day on which it is assessed (None: not at all). `visits`: actual relative day of
    each visit by its planned day.
    """

    subject: str
    number: int
    arm: Arm
    treated: bool
    dose_level: int | None
    weight: Weight
    enrolled: int
    origin: int
    dosed: bool
    dlt: int | None
    death: int | None
    drop_out: int | None
    end: int
    assessed: bool
    visits: dict[int, int]
    given: bool = True
    response: int | None = None
    response_due: int | None = None

    @property
    def last_seen(self) -> int:
        """The last relative day on which anything can be observed."""
        return min(day for day in (self.death, self.drop_out, self.end) if day is not None)

    def on(self, relative: int) -> int:
        """The trial day of a relative day, never before enrolment."""
        return max(self.origin + relative, self.enrolled)


def live(
    subject: str,
    number: int,
    arm: Arm,
    dose_level: int | None,
    weight: Weight,
    enrolled: int,
    plan: Plan,
    scenario: Scenario,
    seed: int,
    *,
    given_anything: bool = True,
) -> Life:
    """The life of the participant with that candidate's number, enrolled on a trial day; the same for a seed,
    whatever else is measured."""
    draws = stream(seed, scenario.name, "life", number)
    u = draws.random(8)
    treated = not arm.role.is_control
    assessed = plan.window is not None and arm.id in plan.assessed_arms
    dosed = bool(u[0] >= scenario.conduct.missed_dose / 2) or not given_anything
    rate = _of_level(scenario.dlt, dose_level) if assessed else 0.0
    dlt = int(u[2] * (plan.window + 1)) if plan.window is not None and u[1] < rate else None
    death = _death(float(u[3]), scenario.death.of(treated), scenario.death_by or plan.horizon)
    drop_out = 1 + int(u[5] * plan.horizon) if u[4] < scenario.conduct.drop_out else None
    if not dosed:
        drop_out, dlt, death = 0, None, None
    if death is not None and death > plan.horizon:
        death = None
    if drop_out is not None and ((death is not None and drop_out >= death) or drop_out >= plan.horizon):
        drop_out = None
    if drop_out is not None:
        death = None
    first = min((day for day in (death, drop_out) if day is not None), default=plan.horizon)
    return Life(
        subject=subject,
        number=number,
        arm=arm,
        treated=treated,
        dose_level=dose_level,
        weight=weight,
        enrolled=enrolled,
        origin=_first_day(enrolled, plan, float(u[6])) if dosed and given_anything else enrolled,
        dosed=dosed,
        dlt=dlt if dlt is not None and dlt <= first else None,
        death=death,
        drop_out=drop_out,
        end=plan.horizon,
        assessed=assessed,
        visits=_visit_days(plan, scenario, seed, number),
        given=given_anything,
        response=_response(plan, scenario, seed, number, dose_level) if arm.id in plan.response_arms else None,
        response_due=plan.response_window if arm.id in plan.response_arms else None,
    )


def _of_level(rates: tuple[float, ...], dose_level: int | None) -> float:
    """The rate of a dose level; without levels there is one. 0 where none is given."""
    level = dose_level or 1
    return rates[level - 1] if level <= len(rates) else 0.0


def _response(plan: Plan, scenario: Scenario, seed: int, number: int, dose_level: int | None) -> int | None:
    """The relative day on which a response is seen, evenly from day 1 to the end of the window; None = no response."""
    u = stream(seed, scenario.name, "response", number).random(2)
    window = plan.response_window or 0
    return min(1 + int(u[1] * window), window) if u[0] < _of_level(scenario.response, dose_level) else None


def _first_day(enrolled: int, plan: Plan, u: float) -> int:
    """The trial day of the first dose: the day of enrolment or the next, and a day later where the schedule wants the
    screening done before it (screening, consent and enrolment fall on one day)."""
    screening = min(plan.visits, key=lambda visit: visit.day, default=None)
    return enrolled + int(u * 2) + int(screening is not None and screening.day < 0 and screening.latest < 0)


def _death(u: float, probability: float, by: int) -> int | None:
    """The relative day of death, 1 or later: constant rate so that the probability of death by day `by` is as given."""
    if u >= probability:
        return None
    hazard = -math.log(1 - min(probability, 0.999)) / by
    return min(by, 1 + int(-math.log(1 - min(u, 0.999)) / hazard))


def _visit_days(plan: Plan, scenario: Scenario, seed: int, number: int) -> dict[int, int]:
    """The actual relative day of each visit: mostly the planned one, sometimes a day off, never out of order."""
    actual = {}
    planned = [visit.day for visit in plan.visits]
    for i, visit in enumerate(plan.visits):
        day = visit.day
        u = stream(seed, scenario.name, "visit", number, day).random(2)
        if day > 1 and u[0] < scenario.conduct.visit_jitter:
            shifted = day + (1 if u[1] < 0.5 else -1)
            before = planned[i - 1] if i else 0
            after = planned[i + 1] if i + 1 < len(planned) else day
            in_order = before + 1 < shifted < after - 1
            if in_order and visit.earliest <= shifted <= visit.latest and shifted <= plan.horizon:
                day = shifted
        actual[visit.day] = day
    return actual
