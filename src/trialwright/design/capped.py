"""Any counting rule with a maximum sample size of its own: enrolment ends there, whatever the rule still wants.

A registered enrolment that a rule can exceed is such a maximum. The last cohort is as small as it must be. If the rule
would go on, the trial ends with no level selected: its own words say nothing of what to choose then, and a guess here
would look like a finding.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trialwright.core.errors import UsageError
from trialwright.design.rule import Action, CountingRule, Counts, Finish, Treat

UNFINISHED = "the maximum sample size is reached before the rule has ended"


@dataclass(frozen=True, slots=True)
class Capped:
    """`rule` with at most `most` participants, 1 or more. Raises UsageError DES-104 for another maximum.

    >>> from trialwright.design import exact, rules
    >>> rule = rules.make("3+3: stop at two, at most 9", 3)
    >>> result = exact.compile(rule).evaluate([0.05, 0.10, 0.20])
    >>> round(result.stop_reasons[UNFINISHED], 3)
    0.505
    """

    rule: CountingRule
    most: int

    def __post_init__(self) -> None:
        if self.most < 1:
            raise UsageError("DES-104", f"a maximum of {self.most} participants", expected="a maximum of 1 or more")

    @property
    def name(self) -> str:
        """The rule's name and the maximum."""
        return f"{self.rule.name}, at most {self.most}"

    @property
    def levels(self) -> int:
        """The number of dose levels."""
        return self.rule.levels

    def first(self) -> Treat:
        """The rule's opening, no larger than the maximum."""
        action = self.rule.first()
        return replace(action, size=min(action.size, self.most))

    def next(self, counts: Counts) -> Action:
        """The rule's action, as far as the maximum allows."""
        action = self.rule.next(counts)
        if isinstance(action, Finish):
            return action
        room = self.most - sum(counts.n)
        if room <= 0:
            reason = f"{sum(counts.n)} participants are treated, the maximum, and the rule would go on: {action.reason}"
            return Finish(0, reason, completed=False, category=UNFINISHED)
        return replace(action, size=min(action.size, room))
