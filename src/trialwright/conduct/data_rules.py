"""The rules of the commands that concern nothing but the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.randomising import only_full
from trialwright.conduct.allocating.sealing import arms_of
from trialwright.conduct.checks import event_for
from trialwright.conduct.masking.entries import guarded
from trialwright.conduct.masking.quiet import quiet
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Ask, Made, Rule
from trialwright.conduct.safety.overruling import in_force
from trialwright.core.errors import StageError


def as_data(command: ask.Command, asked: Ask) -> Iterable[Made]:
    """The event that a command about data becomes, as a trial without anything around it would check it."""
    allowed, design = guarded(command, asked), asked.design
    if isinstance(allowed, ask.Allocate) and _is_drawn(allowed, asked):
        raise StageError(
            "COND-094",
            "the randomisation is sealed, and arms are drawn by it",
            expected="the command Randomise",
            mend="randomise the participant; nobody chooses the arm",
        )
    if isinstance(allowed, ask.Enrol | ask.Allocate) and allowed.override:
        raise StageError(
            "COND-100",
            f"{allowed.subject} cannot be let in or allocated against the design by a reason alone",
            expected="a decision of its own, signed by somebody who decides",
            mend="have the design overridden first (Override), with its arms, level and places; then enrol",
        )
    if isinstance(allowed, ask.Enrol):
        design = quiet(in_force(asked), asked.protocol)
    event, reason = event_for(allowed, asked.standing.data, design, asked.day)
    yield Made(event, reason or asked.reason)


def _is_drawn(command: ask.Allocate, asked: Ask) -> bool:
    """Whether the sealed randomisation is what gives this participant an arm: it can draw the arm that is named, or one
    that the design offered. In a trial in two parts the first may assign while the second draws; and where the design
    has closed all arms but one, nothing is left to draw."""
    sealed = asked.standing.allocation.sealed
    if sealed is None:
        return False
    enrolment = asked.standing.data.enrolments.get(command.subject)
    offered = () if enrolment is None else enrolment.offered
    arms = arms_of(sealed)
    if arms is not None and len(offered) == 1 and set(offered) < arms and not only_full(asked.protocol):
        return command.arm not in offered
    return arms is None or bool(arms & {command.arm, *offered})


RULES: Mapping[type[Any], Rule] = {
    ask.Confirm: Rule(frozenset({Duty.RUN_TRIAL}), as_data, "approved", whole=True),
    ask.Allocate: Rule(frozenset({Duty.RANDOMISE}), as_data),
}
