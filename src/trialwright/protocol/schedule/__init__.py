"""The schedule of assessments: which encounter falls on which day and what is done there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Encounter:
    """A planned contact with a participant.

    `number`: rising with the day, from 1. `day`: planned relative day (0 = first dose); screening stands at the
    earliest day of its window. `earliest`, `latest`: the analysis window in relative days that all activities share.
    `activities`: what is done: parameter codes, `CODE:DAILY` (a daily score, kept in a diary from the first encounter
    that names it to the last), `DOSE`, `CONSENT`, `ELIGIBILITY`, `AE`, `DLT`. `windows`: (code, earliest, latest) of
    the parameters whose own analysis window differs from the shared one.
    """

    number: int
    name: str
    day: int
    earliest: int
    latest: int
    activities: tuple[str, ...] = ()
    windows: tuple[tuple[str, int, int], ...] = ()

    def window_of(self, code: str) -> tuple[int, int]:
        """The analysis window of one activity, in relative days, both ends inclusive.

        >>> Encounter(5, "Day 10", 10, 9, 12, ("SPO2", "CT"), (("CT", 1, 19),)).window_of("CT")
        (1, 19)
        """
        for name, earliest, latest in self.windows:
            if name == code:
                return earliest, latest
        return self.earliest, self.latest
