"""Dose-limiting toxicities: by dose level, among those whose signed assessment says that they are evaluable."""

from __future__ import annotations

from collections import Counter

from trialwright.analyse.counts import Count, proportion_row
from trialwright.analyse.layout import DLT_EVALUABLE, LEVEL, Group, Task
from trialwright.analyse.rows import Estimate


def toxicity(task: Task) -> list[Estimate]:
    """The proportion with a dose-limiting toxicity at each dose level (in each group, where there are none), with its
    Clopper-Pearson interval.

    Counted are participants with a signed assessment that finds them evaluable, or a toxicity; the others stand
    under `missing`. No test is made.
    """
    rows = []
    levels = [group for group in task.layout.groups if group.name.startswith(LEVEL)]
    for group in levels or task.layout.groups:
        missing: Counter[str] = Counter()
        events = n = 0
        for person in group.members:
            if person.dlt or (person.evaluable and person.dlt is not None):
                n += 1
                events += bool(person.dlt)
            elif person.evaluable is False:
                missing["not evaluable"] += 1
            else:
                missing["not assessed"] += 1
        counted = Group(group.name, DLT_EVALUABLE, group.members)
        rows.append(
            proportion_row(task, counted, "dose-limiting toxicity", Count(events, n, dict(sorted(missing.items()))))
        )
    return rows
