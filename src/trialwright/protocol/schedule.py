"""The schedule of assessments: which encounter falls on which day and what is done there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encounter:
    """A planned contact with a participant.

    `number`: rising with the day, from 1. `day`: planned relative day (0 = first dose), None for screening before
    day 0 with no day stated. `earliest`, `latest`: the analysis window in relative days. `activities`: what is done:
    parameter codes, `DOSE`, `CONSENT`, `ELIGIBILITY`, `AE`.
    """

    number: int
    name: str
    day: int
    earliest: int
    latest: int
    activities: tuple[str, ...] = ()
