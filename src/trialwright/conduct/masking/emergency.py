"""One participant's arm at once, for one person: first it stands durably who asked and why, then it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from trialwright.conduct.admitting import require, rule_of
from trialwright.conduct.events.allocation import UnblindingRequested
from trialwright.conduct.people import signing_in

if TYPE_CHECKING:
    from trialwright.conduct.desk import Call, Desk


@dataclass(frozen=True, slots=True)
class Unblinded:
    """What whoever asked is told. `entry`: where it stands in the register. `dose_level`: None where there is none."""

    subject: str
    entry: int
    arm: str = field(repr=False)
    dose_level: int | None = field(default=None, repr=False)


def unblind(desk: Desk, call: Call, subject: str) -> Unblinded:
    """The arm of one participant, for the reason of the call and with its passphrase; nobody else is asked.

    The request is durable before the arm is read. Raises what `Desk.do` raises; then no arm is shown. With the key of a
    request that stands it is shown again to whoever still has the right and proves again who asks; nothing more is
    recorded.
    """
    request = UnblindingRequested(subject)
    entries = desk.do(call, request)
    require(rule_of(request), request, call, desk.standing)  # under a key that stands nothing of this was asked above
    signing_in.prove(desk, call, "an unblinding")
    row = desk.standing.data.rows["DM", subject, 1]
    level = row.values.get("DOSELVL")
    return Unblinded(subject, entries[0].sequence, str(row.values["ARMCD"]), None if level is None else int(level))
