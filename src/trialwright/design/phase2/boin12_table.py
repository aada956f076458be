"""The table of rank-based desirability scores of BOIN12, for a trial run on paper: the higher, the better a level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from trialwright.core.errors import UsageError
from trialwright.design.phase2.boin12 import Boin12, Outcomes


@dataclass(frozen=True, slots=True)
class Score:
    """One line: of `n` participants at a level so many had toxicity and efficacy. `score`: the rank of its desirability
    among all lines of the table, the mean of the ranks where several are equal; None: the level is eliminated."""

    n: int
    toxicity: int
    efficacy: int
    score: float | None


def scores(design: Boin12, sizes: Iterable[int]) -> tuple[Score, ...]:
    """The score of each outcome of these numbers of participants at a level; 0 stands for a level not tried yet.

    Raises UsageError DES-322 where the utility depends on who had both, so that no such table exists.

    >>> found = {(line.n, line.toxicity, line.efficacy): line.score for line in scores(Boin12(5), (0, 3, 6, 9))}
    >>> found[0, 0, 0], found[3, 0, 3]
    (60.0, 91.0)
    """
    if abs(design.neither + design.both - 100) > 1e-9:
        raise UsageError(
            "DES-322",
            f"a table of scores with the utilities 100, {design.neither:g}, {design.both:g} and 0",
            expected="utilities of neither and both that add up to 100: only then do the numbers with toxicity and "
            "with efficacy say how useful a level is",
            mend="change one of them, or have each decision computed from the four outcomes",
        )
    lines = [(n, t, e) for n in sorted(set(sizes)) for t in range(n + 1) for e in range(n + 1)]
    n, t, e = np.array(lines, dtype=np.int64).reshape(-1, 3).T
    seen = Outcomes(np.ones(len(n), dtype=np.int64), *(x[:, None] for x in (n, t, e, np.maximum(0, t + e - n))))
    toxic, futile = design.eliminated(seen)
    desirable = np.round(design.desirability(seen.n, design.utility_events(seen))[:, 0], 12)
    stays = ~(toxic | futile)[:, 0]
    _, group, count = np.unique(desirable[stays], return_inverse=True, return_counts=True)
    rank = iter((count.cumsum() - (count - 1) / 2)[group])
    return tuple(Score(*line, float(next(rank)) if keeps else None) for line, keeps in zip(lines, stays, strict=True))
