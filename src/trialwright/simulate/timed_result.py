"""What many trials of a design by time add up to: estimates with their standard errors, tables, and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from trialwright.simulate.runs import MonteCarlo, estimate

if TYPE_CHECKING:
    import polars as pl

    from trialwright.simulate.timed import Course

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class TimedResult:
    """Operating characteristics of a design by time at one truth, by Monte Carlo, each with its standard error.

    Arrays of shape (S,), or (S, J): `selected` (0 = none), `n` participants who count and `y` DLTs per level,
    `enrolled` all participants, `closed` trial day of the end, `completed` not stopped for toxicity.
    """

    design: str
    truth: tuple[float, ...]
    course: Course
    dlt_window: int
    seed: int
    selected: Ints
    n: Ints
    y: Ints
    enrolled: Ints
    closed: Ints
    completed: NDArray[np.bool_]

    @property
    def trials(self) -> int:
        """Number of simulated trials."""
        return len(self.selected)

    @property
    def selection(self) -> tuple[MonteCarlo, ...]:
        """Share of trials that select no level, then level 1 to J."""
        return tuple(estimate(self.selected == level) for level in range(len(self.truth) + 1))

    @property
    def expected_n(self) -> tuple[MonteCarlo, ...]:
        """Mean number of participants per level."""
        return tuple(estimate(self.n[:, j]) for j in range(len(self.truth)))

    @property
    def expected_dlts(self) -> tuple[MonteCarlo, ...]:
        """Mean number of DLTs per level."""
        return tuple(estimate(self.y[:, j]) for j in range(len(self.truth)))

    @property
    def total_n(self) -> MonteCarlo:
        """Mean number of participants, those included who do not count."""
        return estimate(self.enrolled)

    @property
    def total_dlts(self) -> MonteCarlo:
        """Mean number of DLTs."""
        return estimate(self.y.sum(axis=1))

    @property
    def days(self) -> MonteCarlo:
        """Mean trial day on which the trial ended, with everyone known who had to be."""
        return estimate(self.closed)

    @property
    def stopped(self) -> MonteCarlo:
        """Share of trials stopped for toxicity."""
        return estimate(~self.completed)

    @property
    def whole(self) -> dict[str, MonteCarlo]:
        """What concerns the whole trial: participants and DLTs in all, days, share stopped for toxicity."""
        return {
            "participants_in_all": self.total_n,
            "dlts_in_all": self.total_dlts,
            "days": self.days,
            "stopped_for_toxicity": self.stopped,
        }

    def frame(self) -> pl.DataFrame:
        """One row for each level, and one for level 0, which stands for none selected: `design`, `level`, `true_rate`,
        and `selected`, `participants`, `dlts`, each followed by its standard error (`selected_se`, ...; null where one
        trial gives none)."""
        import polars as pl

        levels = range(len(self.truth) + 1)
        columns: dict[str, list[object]] = {
            "design": [self.design for _ in levels],
            "level": list(levels),
            "true_rate": [None, *self.truth],
        }
        for name, values in (
            ("selected", self.selection),
            ("participants", (None, *self.expected_n)),
            ("dlts", (None, *self.expected_dlts)),
        ):
            columns[name] = [None if each is None else each.value for each in values]
            columns[f"{name}_se"] = [None if each is None else _known(each.se) for each in values]
        kinds = {name: pl.Float64 for name in columns if name not in ("design", "level")}
        return pl.DataFrame(columns, schema_overrides=kinds)

    def whole_frame(self) -> pl.DataFrame:
        """One row for each figure of `whole`: `design`, `figure`, `value`, `se`."""
        import polars as pl

        rows = [(self.design, name, each.value, _known(each.se)) for name, each in self.whole.items()]
        schema = {"design": pl.String, "figure": pl.String, "value": pl.Float64, "se": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    def trials_frame(self) -> pl.DataFrame:
        """One row for each simulated trial: `trial` (from 0), `selected` (0 = none), `enrolled`, `closed` (trial day),
        `completed`, and participants who count and DLTs per level (`n_1`, `dlts_1`, ...)."""
        import polars as pl

        columns = {
            "trial": np.arange(self.trials),
            "selected": self.selected,
            "enrolled": self.enrolled,
            "closed": self.closed,
            "completed": self.completed,
        }
        for level in range(len(self.truth)):
            columns |= {f"n_{level + 1}": self.n[:, level], f"dlts_{level + 1}": self.y[:, level]}
        return pl.DataFrame(columns)

    def _repr_html_(self) -> str:
        """What a notebook shows: every figure with its standard error."""
        from html import escape

        names = ("none", *(f"level {level}" for level in range(1, len(self.truth) + 1)))
        rows = [("true DLT rate", ("", *(f"{rate:g}" for rate in self.truth)))]
        rows += [
            ("selected", tuple(map(_shown, self.selection))),
            ("participants", ("", *map(_shown, self.expected_n))),
            ("DLTs", ("", *map(_shown, self.expected_dlts))),
        ]
        head = "".join(f"<th>{name}</th>" for name in ("", *names))
        body = "".join(
            f"<tr><th>{name}</th>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for name, cells in rows
        )
        whole = "; ".join(f"{name.replace('_', ' ')} {_shown(each)}" for name, each in self.whole.items())
        return (
            f"<table><caption>{escape(self.design)}; DLT window {self.dlt_window} days; Monte Carlo, {self.trials:,} "
            f"trials, seed {self.seed}: estimates ± standard errors</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table><p>{whole}</p>"
        )


def _known(se: float) -> float | None:
    return se if isfinite(se) else None


def _shown(each: MonteCarlo) -> str:
    return f"{each.value:.4g} ± {each.se:.1g}" if isfinite(each.se) else f"{each.value:.4g} (error not known)"
