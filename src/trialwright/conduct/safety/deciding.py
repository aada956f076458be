"""Decisions: asked of the same design as a simulated trial's, with what the next results lead to, and overridden."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.events.safety import Examined, Overridden
from trialwright.conduct.rule import Made
from trialwright.conduct.treating.refusals import refused, telling, wrong
from trialwright.core.errors import UsageError

if TYPE_CHECKING:
    from trialwright.conduct.rule import Ask
    from trialwright.conduct.safety.asks import Override
    from trialwright.dataset.state import TrialState
    from trialwright.design.live import Live
    from trialwright.protocol.design import Design

ANSWERS = ("enrol", "wait", "stop", "follow")


def decide(command: ask.Decide, asked: Ask) -> Iterator[Made]:
    """The design's decision on the data as they stand and, where it escalates doses, what each next result leads to."""
    yield from as_data(command, asked)
    after = asked.standing.data.size
    examined = examine(asked.design, asked.standing.data.state(asked.day), after)
    if examined is not None:
        yield Made(examined)


def examine(design: Design, state: TrialState, after: int) -> Examined | None:
    """What the next results of a dose escalation lead to; None for a design that escalates none."""
    from trialwright.design.live import live

    try:
        found = live(design, state)
    except UsageError as fault:
        if fault.code != "DES-128":
            raise
        return None
    counted = tuple(f"{treated}/{dlts}" for treated, dlts in found.counted)
    awaited = tuple(f"{person.subject}: {person.standing.name}" for person in found.awaited)
    return Examined(after, counted, awaited, table(found), found.why_not)


def table(found: Live) -> tuple[str, ...]:
    """One line per result of the cohort: toxicities among those treated, and what follows."""
    from trialwright.design.rule import Treat

    if found.examination is None:
        return ()
    lines = []
    for item in found.examination.nexts:
        action = item.action
        follows = f"treat {action.size} at level {action.dose}" if isinstance(action, Treat) else "the escalation ends"
        lines.append(f"{item.dlts}/{item.treated}: {follows}: {action.reason}")
    return tuple(lines)


def override(command: Override, asked: Ask) -> Iterator[Made]:
    """A decision of a person in place of the design's, which must have been asked before."""
    safety = asked.standing.safety
    if not safety.decided:
        raise refused(
            "COND-100",
            "there is no decision to override",
            "a decision of the design first",
            "ask the design, then override what it says",
        )
    said = list(_impossible(command, asked))
    if said:
        raise wrong(
            "COND-100",
            f"this override cannot be followed: {'; '.join(said)}",
            f"one of {', '.join(ANSWERS)}; to enrol: arms of the protocol, places, a dose level where it has levels",
            "correct it, and sign again",
        )
    reason = telling(command.reason, "it says why the design is not followed")
    yield Made(Overridden(safety.decided, command.answer, command.arms, command.dose_level, command.places), reason)


def _impossible(command: Override, asked: Ask) -> Iterator[str]:
    if command.answer not in ANSWERS:
        yield f"the answer {command.answer!r}"
    if command.answer != "enrol":
        if command.arms or command.places or command.dose_level is not None:
            yield f"arms, places or a level with the answer {command.answer!r}"
        return
    known, levels = {arm.id for arm in asked.protocol.arms}, {level.number for level in asked.protocol.dose_levels}
    if not command.arms or not set(command.arms) <= known or len(set(command.arms)) != len(command.arms):
        yield f"the arms {', '.join(command.arms) or '(none)'}, of {', '.join(sorted(known))}"
    if command.places < 1:
        yield f"{command.places} places"
    if command.dose_level is not None and command.dose_level not in levels:
        yield f"the dose level {command.dose_level}"
