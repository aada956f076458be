"""The windows in which a simulated trial assesses toxicity, responses and deaths, as its design declares them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.core.problem import Problem, Severity
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm

if TYPE_CHECKING:
    from trialwright.design.phase2.names import Monitor
    from trialwright.protocol.protocol import Protocol

DEFAULT_WINDOW = 28


def dlt_window(protocol: Protocol, problems: list[Problem]) -> tuple[int | None, tuple[str, ...]]:
    """The days after the first dose within which toxicity is assessed, and the arms; None where it is not."""
    match protocol.design:
        case Escalation() as escalation:
            pass
        case SelectThenCompare(escalation=escalation):
            pass
        case SingleArm() | Parallel():
            return _monitored_for_toxicity(protocol)
        case _:
            return None, ()
    window = escalation.dlt_window
    if window is None and protocol.dlt is not None:
        window = protocol.dlt.window
    if window is None:
        window = DEFAULT_WINDOW
        problems.append(
            Problem(
                "SIM-013",
                Severity.WARNING,
                f"no DLT window is stated; {DEFAULT_WINDOW} days are simulated",
                field="design.dlt_window",
                expected="a protocol that states it",
                mend="add it to the protocol file and simulate again",
            )
        )
    return window, escalation.arms


def _monitored_for_toxicity(protocol: Protocol) -> tuple[int | None, tuple[str, ...]]:
    """The longest window in which toxicity is monitored, and the arms; such a trial has no dose levels."""
    from trialwright.design.phase2.from_protocol import toxicity_window
    from trialwright.design.phase2.monitored import Event

    found = [monitor for monitor in _monitors(protocol) if monitor.event is Event.TOXICITY]
    if not found:
        return None, ()
    arms = (protocol.design.arm,) if isinstance(protocol.design, SingleArm) else ()
    named = tuple(dict.fromkeys(monitor.arm for monitor in found if monitor.arm is not None))
    return max(toxicity_window(monitor, protocol) for monitor in found), named or arms


def death_windows(protocol: Protocol) -> list[int]:
    """The days after enrolment within which deaths are monitored."""
    from trialwright.design.phase2.monitored import Event

    return [monitor.window or 0 for monitor in _monitors(protocol) if monitor.event is Event.DEATH]


def _monitors(protocol: Protocol) -> tuple[Monitor, ...]:
    if not isinstance(protocol.design, SingleArm | Parallel) or protocol.design.rule is None:
        return ()
    from trialwright.design.phase2 import names

    return names.monitors(protocol.design.rule)


def responses(protocol: Protocol, dlt_window: int | None) -> tuple[int | None, tuple[str, ...]]:
    """The days within which the design's rule looks for a response, and the arms in which one is assessed."""
    from trialwright.design.phase2 import names

    match protocol.design:
        case SingleArm(arm=arm, rule=str(rule)):
            arms: tuple[str, ...] = (arm,)
        case Escalation(rule=rule, arms=arms):
            pass
        case _:
            return None, ()
    window = names.response_window(rule, dlt_window)
    return window, arms if window is not None else ()
