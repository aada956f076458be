"""The rule of a two-stage design in one arm, on responses: futility after the first stage, a verdict after the second.

A counting rule on *responses*, for the exact engine: what the engine calls DLTs are responses here, its one dose level
is the arm, and level 1 is "selected" where the treatment is promising. The state of a live trial holds dose-limiting
toxicities and no responses, so this rule must not be given to `CountingDesign`.
"""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.core.errors import UsageError
from trialwright.design.rule import Action, Counts, Finish, Treat

FUTILE = "stopped for futility after the first stage"
PROMISING = "promising after both stages"
NOT_PROMISING = "not promising after both stages"


@dataclass(frozen=True, slots=True)
class TwoStageRule:
    """Of `n1` participants `r1` or fewer respond: stop. Of `n` in all more than `r` respond: promising.

    Raises UsageError DES-304 unless 0 <= r1 < n1 < n and r1 <= r < n.

    >>> from trialwright.design import exact
    >>> result = exact.compile(TwoStageRule(1, 10, 5, 29)).evaluate([0.1])
    >>> round(result.expected_n, 2), round(float(result.selection[1]), 4)
    (15.01, 0.0471)
    """

    r1: int
    n1: int
    r: int
    n: int

    def __post_init__(self) -> None:
        if not (0 <= self.r1 < self.n1 < self.n and self.r1 <= self.r < self.n):
            raise UsageError(
                "DES-304",
                f"a two-stage design {self.r1}/{self.n1}, {self.r}/{self.n}",
                expected="r1 below n1, n1 below n, and r from r1 to n - 1; none below 0",
                mend="r1 and r are the most responses with which the treatment is given up, n1 and n the participants "
                "after the first stage and in all",
            )

    @property
    def name(self) -> str:
        """`two stages: 1/10, 5/29`."""
        return f"two stages: {self.r1}/{self.n1}, {self.r}/{self.n}"

    @property
    def levels(self) -> int:
        """One arm."""
        return 1

    def first(self) -> Treat:
        """The first stage."""
        return Treat(1, self.n1, f"the first stage has {self.n1} participants")

    def next(self, counts: Counts) -> Action:
        """What follows from the participants treated and the responses. It answers for every number of them: a stage
        that is not complete is completed, and the first stage is judged wherever more than r1 have not responded yet
        when it is complete."""
        n, responses = counts.n[0], counts.y[0]
        found = f"{responses} of {n} responded"
        if n < self.n1:
            return Treat(1, self.n1 - n, f"{found}: complete the first stage of {self.n1}")
        if n < self.n:
            if responses <= self.r1:
                return Finish(0, f"{found}, {self.r1} or fewer: stop for futility", False, FUTILE)
            return Treat(1, self.n - n, f"{found}, more than {self.r1}: complete the second stage, {self.n} in all")
        if responses > self.r:
            return Finish(1, f"{found}, more than {self.r}: promising", True, PROMISING)
        return Finish(0, f"{found}, {self.r} or fewer: not promising", True, NOT_PROMISING)
