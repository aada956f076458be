"""The rule of exports: each is an entry, and arms are for those who may see them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct.events.exports import Exported
from trialwright.conduct.masking.parties import sees_arms
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Ask, Made, Rule
from trialwright.core.errors import StageError

_ALWAYS = frozenset(each.name for each in Phase)


def _exported(event: Exported, asked: Ask) -> Iterable[Made]:
    grant = asked.standing.people.grant(asked.actor, asked.role, asked.site)
    last = asked.plans[asked.standing.course.versions[-1][0]].protocol
    may = asked.standing.course.phase is Phase.UNMASKED or (grant is not None and sees_arms(last, grant))
    if event.filter != "masked" and not may:
        raise StageError(
            "COND-153",
            f"a {asked.role.value} is masked in this trial and may not export arms",
            expected="a role that was granted unmasked, or the trial unmasked",
            mend="export it masked",
        )
    yield Made(event, asked.reason)


RULES: Mapping[type[Any], Rule] = {Exported: Rule(frozenset({Duty.EXPORT}), _exported, "", _ALWAYS, whole=True)}
