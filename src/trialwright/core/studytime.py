"""Days of a trial and days of a patient.

*Trial day*: whole days since the trial opened; day 0 is the opening. *Relative day*: whole days since
a patient's first dose; day 0 is the day of the first dose. CDISC's `--DY` counts the day of the first
dose as 1 and has no day 0; it is derived, never stored as the only form.
"""

from __future__ import annotations

DAYS_PER_WEEK = 7
DAYS_PER_MONTH = 30.4375
DAYS_PER_YEAR = 365.25


def relative_day(trial_day: int, first_dose: int) -> int:
    """The relative day of `trial_day` (both trial days), 0 on the day of the first dose.

    >>> relative_day(15, first_dose=12)
    3
    """
    return trial_day - first_dose


def study_day(relative: int) -> int:
    """CDISC's study day (`--DY`) of a relative day: 1 on the day of the first dose, -1 on the day before.

    >>> [study_day(day) for day in (-1, 0, 1)]
    [-1, 1, 2]
    """
    return relative + 1 if relative >= 0 else relative
