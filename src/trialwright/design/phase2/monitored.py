"""A live trial whose one arm is monitored for dose-limiting toxicities: any design, stopped where the bound is reached.

Counted are the participants of the arm whose outcome is known today, in order of enrolment; who counts is said in
`trialwright.design.counting`. Enrolment is not held while outcomes are awaited, so more participants may be treated
than the exact characteristics of the rule say; where it should be held at each look, give the rule to `CountingDesign`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.design.counting import CountingDesign, Standing
from trialwright.design.phase2.monitoring_rule import MonitoringRule
from trialwright.protocol.decisions import Decision, Stop

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState
    from trialwright.protocol.design import Design


@dataclass(frozen=True, slots=True)
class MonitoredDesign:
    """`inner` decides, unless the monitored arm has reached its bound. `arm`: the protocol's id of the arm; `rule`: the
    bound; `dlt_window`: days after the first dose, inclusive.

    The events are dose-limiting toxicities, for a live state holds no others: of deaths it knows only that somebody is
    off study.
    """

    inner: Design
    arm: str
    rule: MonitoringRule
    dlt_window: int

    @property
    def name(self) -> str:
        """The name of the design within, and the bound."""
        return f"{self.inner.name}, {self.arm} stopped when {self.rule.name}"

    def decide(self, state: TrialState) -> Decision:
        """Stop where the bound was reached at a look; else what the design within decides."""
        counted = CountingDesign(self.rule, (self.arm,), self.dlt_window)
        places = [place for place, arm in enumerate(state.arm) if arm == self.arm]
        known = [person for person in counted.participants(state, places) if not person.pending]
        events = [person.standing is Standing.DLT for person in known]
        look = self.rule.crossed(events)
        if look is None:
            return self.inner.decide(state)
        seen = f"{sum(events[:look])} of the first {look} known outcomes in {self.arm} are dose-limiting toxicities"
        return Stop(f"{seen}, and {self.rule.limit(look)} stop it: {self.rule.name}", completed=False)
