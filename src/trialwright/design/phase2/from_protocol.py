"""From a protocol's one arm, or its arms side by side, to a two-stage or a monitored design; and BOIN12 by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.parallel import ParallelDesign
from trialwright.design.phase2 import names
from trialwright.design.phase2.boin12_design import Boin12Design
from trialwright.design.phase2.monitored import Event, MonitoredDesign
from trialwright.design.phase2.two_stage_design import TwoStageDesign
from trialwright.design.single_arm import SingleArmDesign
from trialwright.protocol.kinds import Parallel, SingleArm

if TYPE_CHECKING:
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol

Plain = Callable[[SingleArm | Parallel, "Protocol", None], "Design"]


def build(design: SingleArm | Parallel, protocol: Protocol, rule: str, plain: Plain) -> Design:
    """The design that the rule names. `plain`: makes the declared design without a rule.

    Raises UsageError: DES-023 (two stages for arms side by side), DES-330 to DES-335; and what `plain` raises.
    """
    arm = design.arm if isinstance(design, SingleArm) else ""
    two = names.two_stages(rule, arm)
    if two is not None and isinstance(design, Parallel):
        raise UsageError(
            "DES-023",
            f"the rule {rule!r} for a design of kind {design.kind!r}",
            expected="a two-stage design only where there is one arm",
            mend="leave the two stages out; an arm can be monitored",
        )
    made: Design = two if two is not None else plain(design, protocol, None)
    sizes = _sizes(made)
    for monitor in names.monitors(rule):
        at = _monitored_arm(monitor, tuple(sizes), rule)
        made = MonitoredDesign(
            made, at, monitor.rule(monitor.most or sizes[at]), toxicity_window(monitor, protocol), monitor.event
        )
    return made


def boin12(name: str, arms: tuple[str, ...], dlt_window: int, cohort_size: int | None) -> Boin12Design:
    """The live BOIN12 of this name for these levels. Raises UsageError: DES-320, DES-330 (a part that is not
    understood, or no response window), DES-331, DES-333.

    >>> boin12("BOIN12: at most 9, response within 56 days", ("arm-1",), 28, None).name[-25:]
    ', response within 56 days'
    """
    rule, window, leavers = names.boin12(name, len(arms), cohort_size)
    if window is None:
        raise UsageError(
            "DES-330",
            f"{name!r} without the days within which a response counts",
            expected=names.EXAMPLES[3],
            mend="add the last day after the first dose on which a response is assessed",
        )
    return Boin12Design(rule, arms, dlt_window, window, leavers)


def toxicity_window(monitor: names.Monitor, protocol: Protocol) -> int:
    """The days within which an event counts: as the name says; for toxicity else the protocol's DLT window.

    Raises UsageError DES-332 where neither says it.
    """
    window = monitor.window
    if window is None and monitor.event is Event.TOXICITY and protocol.dlt is not None:
        window = protocol.dlt.window
    if window is None:
        raise UsageError(
            "DES-332",
            f"{monitor.event.value} are monitored, and it is not said within how many days",
            expected="`within 28 days` in the name, or for toxicity a DLT window in the protocol",
            mend="add it; toxicity counts from the first dose, deaths from enrolment",
        )
    return window


def _sizes(made: Design) -> dict[str, int]:
    """The planned size of each arm."""
    match made:
        case TwoStageDesign():
            return {made.arm: made.rule.n}
        case SingleArmDesign():
            return {made.arm: made.size}
        case ParallelDesign():
            return dict(zip(made.arms, made.sizes, strict=True))
    raise AssertionError(f"{made.name}: a design of no known size")


def _monitored_arm(monitor: names.Monitor, arms: tuple[str, ...], rule: str) -> str:
    if monitor.arm is None and len(arms) == 1:
        return arms[0]
    if monitor.arm not in arms:
        raise UsageError(
            "DES-335",
            f"{rule!r} names {'no arm' if monitor.arm is None else f'the arm {monitor.arm!r}'}",
            expected=f"the arm that is monitored, as in `monitored for deaths in {arms[0]} ...`: {', '.join(arms)}",
            mend="name one arm for each monitoring; several are joined by semicolons",
        )
    return str(monitor.arm)
