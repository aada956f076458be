"""Where commands are given: who asks is checked, the command against what stands, and its events are made durable."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from trialwright.conduct.act import Act
from trialwright.conduct.events import Event
from trialwright.conduct.events.people import Signed
from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.masking.sealing import ARM, sizes_of, taken_out
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import DUTIES, Role
from trialwright.conduct.people.signatures import digest_of
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.conduct.rule import Ask, Made, Plan, Rule
from trialwright.conduct.rules import RULES
from trialwright.conduct.standing import Standing, folded
from trialwright.core.errors import StageError, UsageError

if TYPE_CHECKING:
    from trialwright.conduct.ledger.clock import Clock
    from trialwright.conduct.ledger.envelope import Envelope
    from trialwright.conduct.ledger.interface import Ledger
    from trialwright.conduct.masking.keys import Keyring
    from trialwright.conduct.people.credentials import Credentials


@dataclass(frozen=True, slots=True)
class Call:
    """Who gives commands, and around what.

    `occurred`: when what is reported happened (RFC 3339 with an offset), None for now. `key`: idempotency key.
    `passphrase`: proves again who signs, where a command demands a signature.
    """

    session: Session
    role: Role
    site: str
    occurred: str | None = None
    reason: str = ""
    key: str = ""
    passphrase: str = field(default="", repr=False)


class Desk:
    """A live trial as the people of a site use it.

    `plans`: each version of the protocol by the SHA-256 (hex) of its file. `clock`: the server's. `today`: in a
    rehearsal, the date to take for today; a live trial has the clock's.
    """

    def __init__(
        self,
        ledger: Ledger,
        plans: Mapping[str, Plan],
        keys: Keyring,
        credentials: Credentials,
        clock: Clock,
        *,
        today: date | None = None,
    ) -> None:
        self.ledger = ledger
        self.plans = plans
        self.keys = keys
        self.credentials = credentials
        self.today = today
        self._clock = clock
        self._standing = Standing()
        self._blind = Standing()

    @property
    def standing(self) -> Standing:
        """What stands now, arms included, other processes' entries too; to be read, not changed."""
        return self._caught_up(self.ledger.head)

    def blind(self) -> Standing:
        """What stands now without anything that is sealed: what a masked role may be shown is made of this."""
        if self._blind.head.size > self.ledger.head.size:
            self._blind = Standing()
        standing, self._blind = self._blind, Standing()  # a fold that breaks off leaves nothing half done
        self._blind = folded(standing, self.ledger, None)
        return self._blind

    def sign_in(self, person: str, passphrase: str) -> Session:
        """A session for somebody who proves who they are. Raises StageError (COND-044) if they do not."""
        if not self.credentials.proves(person, passphrase) or person not in self.standing.people.names:
            raise _refused(
                "COND-044",
                f"{person!r} could not be signed in",
                "the identifier and the passphrase of somebody with an account",
                "try again; a sponsor can set a new passphrase",
            )
        return Session(person)

    def do(self, call: Call, *commands: Any) -> tuple[Entry, ...]:
        """Carry out commands, all of them or none, and give the entries as they stand durably.

        Each is checked against what stands after the ones before it, while nobody else can append. The same commands
        under the same key again give the entries that stand. Raises what the checks and the store raise; then nothing
        was appended.
        """
        digest = self._digest(call, commands)
        found: list[int] = []

        def make(head: Head) -> Sequence[Draft]:
            standing = self._caught_up(head)
            if call.key in standing.retries:
                found.extend(_retried(call.key, digest, standing))
                return ()
            return self._drafts(call, commands, f"{call.key}#{digest}" if call.key else "")

        try:
            entries = self.ledger.transact(make)
        except BaseException:
            if self._standing.data.size != self._standing.head.size:  # it took in what was not appended
                self._standing = Standing()
            raise
        if found:
            return tuple(each for each in self.ledger.entries(found[0]) if each.sequence in found)
        if entries:
            self._standing.head = Head(entries[-1].sequence, entries[-1].hash)
        return entries

    def _digest(self, call: Call, commands: Sequence[Any]) -> str:
        """What tells a retry from another command; keyed, for a plain digest of a command could be tried out."""
        asked = repr((call, commands)).encode("utf-8")
        return hmac.new(self.keys.make("retries"), asked, "sha256").hexdigest()[:32]

    def _drafts(self, call: Call, commands: Sequence[Any], key: str) -> list[Draft]:
        """The drafts of commands, each checked after those before it were taken in."""
        standing, now, drafts = self._standing, self._clock(), list[Draft]()
        day, person, occurred = self.day(now), call.session.person, call.occurred or now

        def put(made: Made) -> tuple[int, Event]:
            sequence = standing.head.size + len(drafts) + 1
            event, sealed = taken_out(made.event)
            mark = f"{key}+{len(drafts)}" if key and drafts else key
            around = made.reason, occurred, call.role.value, call.site, mark
            drafts.append(Draft(event, day, person, *around, self._sealed(made, sealed)))
            around = call.role.value, call.site, made.reason, occurred, mark
            standing.apply(Act(made.event, sequence, day, person, *around, made.secrets))
            return sequence, event

        for command in commands:
            rule = _rule(command)
            _require(rule, command, call, standing)
            asked = Ask(
                standing,
                self.plans,
                self.plan(call.site).protocol,
                self.plan().design,
                self.keys,
                person,
                call.role,
                call.site,
                day,
                now,
                call.occurred,
                call.reason,
            )
            stored = [put(made) for made in rule.check(command, asked)]
            if rule.signed and stored:
                put(Made(self._signature(call, rule.signed, *stored[0])))
        return drafts

    def plan(self, site: str = EVERYWHERE) -> Plan:
        """The version of the protocol in force at a site; without one, the last. Raises StageError (COND-001)."""
        digest = self._standing.course.version(site)
        if digest is None:
            raise _refused("COND-001", "the trial is not open", "an opening first", "open the trial with its protocol")
        return self.plans[digest]

    def day(self, now: str) -> int:
        """The trial day of a time of the server (RFC 3339, UTC); in a rehearsal with a date of its own, of that."""
        course = self._standing.course
        if course.begun is None or course.start is None:
            return 0
        on = self.today if course.rehearsal and self.today is not None else _local(now, course.begun.zone)
        return (on - course.start).days

    def _signature(self, call: Call, meaning: str, sequence: int, event: Event) -> Signed:
        person = call.session.person
        if not call.passphrase or not self.credentials.proves(person, call.passphrase):
            raise _refused(
                "COND-045",
                f"{type(event).__name__} must be signed, and {person} has not proved again who signs",
                "the passphrase of whoever gives the command, given again",
                "repeat the command with it",
            )
        return Signed(person, self._standing.people.names[person], meaning, sequence, digest_of(event))

    def _sealed(self, made: Made, sealed: dict[str, Any] | None) -> tuple[Envelope, ...]:
        arm = () if sealed is None else (self.keys.seal(ARM, "arms", sealed, sizes=sizes_of(made.event)),)
        others = (self.keys.seal(name, name.replace(":", "-"), held) for name, held in made.secrets.items())
        return (*arm, *others)

    def _caught_up(self, head: Head) -> Standing:
        if self._standing.head.size > head.size:
            self._standing = Standing()
        if self._standing.head != head:
            standing, self._standing = self._standing, Standing()  # a fold that breaks off leaves nothing half done
            self._standing = folded(standing, self.ledger, self.keys)
        return self._standing


def _rule(command: Any) -> Rule:
    rule = RULES.get(type(command))
    if rule is None:
        raise UsageError(
            "COND-046",
            f"{type(command).__name__} is no command of a live trial",
            expected="a command",
            mend="look the commands up in the reference",
        )
    return rule


def _require(rule: Rule, command: Any, call: Call, standing: Standing) -> None:
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
    phase = standing.course.phase
    if (rule.when and phase.name not in rule.when) or (not rule.when and phase in (Phase.LOCKED, Phase.UNMASKED)):
        raise _refused(
            "COND-048", f"{name} is not possible now: the trial is {phase.value}", "another phase", "see its course"
        )


def _retried(key: str, digest: str, standing: Standing) -> list[int]:
    known, sequences = standing.retries[key]
    if known != digest:
        raise _refused(
            "COND-027", f"the key {key!r} was used for another command", "a new key for a new command", "use a new key"
        )
    return sequences


def _local(now: str, zone: str) -> date:
    return datetime.fromisoformat(now).astimezone(UTC).astimezone(ZoneInfo(zone)).date()


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
