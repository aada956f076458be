"""Whether a command may be given at all: by this person in this role, here, in this phase, and not twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trialwright.conduct.events.people import CredentialSet
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.roles import DUTIES, Role
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.conduct.rule import Rule
from trialwright.conduct.rules import RULES
from trialwright.core.errors import StageError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Call
    from trialwright.conduct.standing import Standing


def rule_of(command: Any) -> Rule:
    """The rule of a command. Raises UsageError (COND-046) if it is none."""
    rule = RULES.get(type(command))
    if rule is None:
        raise UsageError(
            "COND-046",
            f"{type(command).__name__} is no command of a live trial",
            expected="a command",
            mend="look the commands up in the reference",
        )
    return rule


def require(rule: Rule, command: Any, call: Call, standing: Standing) -> None:
    """Who asks may do it, and the trial is where it may be done."""
    name, role = type(command).__name__, call.role
    if standing.people.grant(call.session.person, role, call.site) is None:
        raise _refused(
            "COND-047",
            f"{call.session.person} does not act as {role.value} at {call.site!r}",
            "a role that was granted and not revoked",
            "act in your own role, or ask the sponsor for it",
        )
    if not rule.duties & DUTIES[role]:
        allowed = ", ".join(each.value for each in Role if rule.duties & DUTIES[each])
        raise _refused("COND-047", f"a {role.value} may not give the command {name}", f"one of: {allowed}", "ask them")
    if rule.whole and call.site != EVERYWHERE:
        raise _refused(
            "COND-047",
            f"{name} is about the trial as a whole, and {call.session.person} acts at {call.site!r}",
            "somebody who acts everywhere",
            "ask somebody whose role is for the whole trial",
        )
    if call.session.person in standing.people.temporary and command != CredentialSet(call.session.person):
        raise _refused(
            "COND-065",
            f"the passphrase of {call.session.person} was set by somebody else",
            "a passphrase that only its person knows",
            "set one of your own first",
        )
    phase = standing.course.phase
    if not _fits(phase, rule):
        raise _refused(
            "COND-048",
            f"{name} is not possible now: the trial is {phase.value}",
            "a trial that is " + (" or ".join(each.value for each in Phase if each.name in rule.when) or "not locked"),
            _MEND.get(phase, "ask the sponsor, who runs the course of the trial"),
        )


_MEND = {
    Phase.PREPARING: "open the trial to enrolment first",
    Phase.PAUSED: "ask the sponsor whether the trial is resumed",
    Phase.LOCKED: "have the data unlocked, signed and for a reason",
    Phase.UNMASKED: "nothing leads back from there: say elsewhere what came to light, and why it is not in the data",
}
"""What leads out of a phase, where something does."""


def _fits(phase: Phase, rule: Rule) -> bool:
    """Whether a command with this rule is possible in a phase; without one named, until the lock."""
    return phase.name in rule.when if rule.when else phase not in (Phase.LOCKED, Phase.UNMASKED)


def retried(key: str, digest: str, standing: Standing) -> list[int]:
    """The entries that the same commands under this key became. Raises StageError (COND-027) if they were others."""
    known, sequences = standing.retries[key]
    if known != digest:
        raise _refused(
            "COND-027", f"the key {key!r} was used for another command", "a new key for a new command", "use a new key"
        )
    return sequences


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
