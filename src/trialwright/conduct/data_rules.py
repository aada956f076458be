"""The rules of the commands that concern nothing but the data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct import commands as ask
from trialwright.conduct.checks import event_for
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Ask, Made, Rule


def as_data(command: ask.Command, asked: Ask) -> Iterable[Made]:
    """The event that a command about data becomes, as a trial without anything around it would check it."""
    event, reason = event_for(command, asked.standing.data, asked.design, asked.day)
    yield Made(event, reason or asked.reason)


RULES: Mapping[type[Any], Rule] = {
    ask.Confirm: Rule(frozenset({Duty.RUN_TRIAL}), as_data, "approved"),
    ask.Enrol: Rule(frozenset({Duty.ENROL}), as_data),
    ask.Allocate: Rule(frozenset({Duty.RANDOMISE}), as_data),
}
