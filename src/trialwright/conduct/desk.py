"""Where commands are given: who asks is checked, the command against what stands, and its events are made durable."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from trialwright.conduct.act import Act
from trialwright.conduct.admitting import require, retried, rule_of
from trialwright.conduct.events import Event
from trialwright.conduct.events.allocation import UnblindingRequested
from trialwright.conduct.events.people import Signed, SignInFailed
from trialwright.conduct.ledger.entry import Draft, Entry, Head
from trialwright.conduct.masking.sealing import ARM, sizes_of, taken_out
from trialwright.conduct.moments import check_occurred, end_of
from trialwright.conduct.people import signing_in
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role
from trialwright.conduct.people.signatures import AS_ASKED, digest_of
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.conduct.rule import Ask, Made, Plan, Plans
from trialwright.conduct.standing import Standing, folded
from trialwright.conduct.subjects.guard import Deviation, before_consent, guard, need_own, row_of
from trialwright.core.errors import StageError

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
        plans: Plans,
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
        self._dropped = set[str]()
        self._stopped: Deviation | None = None

    @property
    def standing(self) -> Standing:
        """What stands now, arms included, other processes' entries too; to be read, not changed."""
        return self._caught_up(self.ledger.head)

    def blind(self) -> Standing:
        """What stands now without anything that is sealed: what a masked role may be shown is made of this."""
        head = self.ledger.head
        if self._blind.head.size >= head.size and self._blind.head != head:
            self._blind = Standing()
        standing, self._blind = self._blind, Standing()  # a fold that breaks off leaves nothing half done
        self._blind = folded(standing, self.ledger, None)
        return self._blind

    def sign_in(self, person: str, passphrase: str) -> Session:
        """A session for somebody who proves who they are; that, or the failure, is recorded.

        Raises StageError: COND-044 if they do not prove it, COND-061 if the account is locked.
        """
        return signing_in.sign_in(self, person, passphrase)

    def sign_out(self, session: Session) -> None:
        """End a session; that is recorded."""
        signing_in.sign_out(self, session)

    def set_passphrase(self, call: Call, person: str, passphrase: str) -> None:
        """Set somebody's passphrase, or one's own with the old one in `call.passphrase`; see `people.signing_in`."""
        signing_in.set_passphrase(self, call, person, passphrase)

    def do(self, call: Call, *commands: Any) -> tuple[Entry, ...]:
        """Carry out commands, all of them or none, and give the entries as they stand durably.

        Each is checked against what stands after the ones before it, while nobody else can append. The same commands
        under the same key again give the entries that stand. Raises what the checks and the store raise; then nothing
        was appended but what a refusal itself leaves: a procedure before consent its deviation, a wrong passphrase the
        failure.
        """
        digest = self._digest(call, commands) if call.key else ""
        proven = self._proven(call, commands)
        found: list[int] = []
        stopped: list[StageError] = []

        def make(head: Head) -> Sequence[Draft]:
            standing = self._caught_up(head)
            if call.key in standing.retries:
                found.extend(retried(call.key, digest, standing))
                return ()
            try:
                return self._drafts(call, commands, f"{call.key}#{digest}" if call.key else "", proven)
            except StageError as fault:
                left = self._left_by(fault, call, head)
                if not left:
                    raise
                stopped.append(fault)
                return left

        entries = self._transact(make)
        if stopped:
            raise stopped[0]
        if found:
            return tuple(each for each in self.ledger.entries(found[0]) if each.sequence in found)
        self._drop_erased()
        return entries

    def note(self, actor: str, decide: Callable[[Standing, str], Event]) -> Entry:
        """Record what nobody commands (a sign-in, its failure), as `decide` makes it of what stands and the time."""

        def make(head: Head) -> Sequence[Draft]:
            standing, now = self._caught_up(head), self._clock()
            self._need_date(self.now(), standing, urgent=True)
            event, day = decide(standing, now), max(self.day(self.now()), standing.day)
            standing.apply(Act(event, head.size + 1, day, actor, occurred=now))
            return [Draft(event, day, actor, occurred=now)]

        return self._transact(make)[0]

    def _transact(self, make: Callable[[Head], Sequence[Draft]]) -> tuple[Entry, ...]:
        """Append what `make` has taken into the standing too; if that fails, the standing is folded anew."""
        try:
            entries = self.ledger.transact(make)
        except BaseException:
            if self._standing.data.size != self._standing.head.size:  # it took in what was not appended
                self._standing = Standing()
            raise
        if entries:
            self._standing.head = Head(entries[-1].sequence, entries[-1].hash)
        return entries

    def _left_by(self, fault: StageError, call: Call, head: Head) -> list[Draft]:
        """What is recorded although commands were refused, as drafts taken into the standing; mostly nothing."""
        stopped, self._stopped = self._stopped, None
        made: Made | None = None
        if self._standing.data.size != self._standing.head.size:  # it took in what is refused
            self._standing = Standing()
        standing, now = self._caught_up(head), self.now()
        if fault.code == "COND-045" and call.passphrase:
            made, now = Made(SignInFailed(call.session.person, "passphrase")), self._clock()
        elif fault.code == "COND-072" and stopped is not None:
            row = row_of(stopped, standing)
            made = None if row is None else Made(row, "recorded by the system: the entry was refused")
        if made is None:
            return []
        around = call.role.value, call.site, made.reason, now
        event, day, person = made.event, self.day(self.now()), call.session.person
        standing.apply(Act(event, head.size + 1, day, person, *around))
        return [Draft(event, day, person, made.reason, now, call.role.value, call.site)]

    def _digest(self, call: Call, commands: Sequence[Any]) -> str:
        """What tells a retry from another command; keyed, for a plain digest of a command could be tried out."""
        asked = repr((call, commands)).encode("utf-8")
        return hmac.new(self.keys.make("retries"), asked, "sha256").hexdigest()[:32]

    def _proven(self, call: Call, commands: Sequence[Any]) -> bool:
        """Whether the passphrase is right, if a signature will be asked for. It takes long, so it is looked at before
        anybody else is kept from appending."""
        asked = call.passphrase and any(rule_of(command).signed for command in commands)
        return bool(asked) and self.credentials.proves(call.session.person, call.passphrase)

    def _drafts(self, call: Call, commands: Sequence[Any], key: str, proven: bool) -> list[Draft]:
        """The drafts of commands, each checked after those before it were taken in."""
        standing, now, drafts = self._standing, self.now(), list[Draft]()
        if standing.shut:
            raise _refused(
                "COND-088",
                "the key of the arms is not here",
                "the folder of keys that belongs to this ledger",
                "bring it back: under a new key the ledger could never be read as a whole again",
            )
        self._need_date(now, standing, urgent=all(isinstance(each, UnblindingRequested) for each in commands))
        if call.occurred is not None:
            check_occurred(call.occurred, now)
        day, person, occurred = max(self.day(now), standing.day), call.session.person, call.occurred or now

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
            rule = rule_of(command)
            require(rule, command, call, standing)
            asked = Ask(
                standing,
                self.plans,
                self.plan(_site_of(command, call, standing)).protocol,
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
            stored, deviations = list[tuple[int, Event]](), list[Deviation]()
            need_own(command, asked)
            for made in tuple(rule.check(command, asked)):
                deviations += self._guarded(made.event, asked)
                stored.append(put(made))
            if rule.signed and stored:
                self.prove(call, type(stored[0][1]).__name__, proven)
                if rule.signed != AS_ASKED:
                    put(Made(self._signature(person, rule.signed, *stored[0])))
            rows = (row_of(each, standing) for each in deviations)
            stored += [put(Made(row, "recorded by the system")) for row in rows if row is not None]
        return drafts

    def _guarded(self, event: Event, asked: Ask) -> list[Deviation]:
        """The deviations that go with an event that consent lets pass; one that it stops is kept to be recorded."""
        try:
            return list(guard(event, asked))
        except StageError as fault:
            self._stopped = before_consent(event, asked) if fault.code == "COND-072" else None
            raise

    def plan(self, site: str = EVERYWHERE) -> Plan:
        """The version of the protocol in force at a site; without one, the last. Raises StageError (COND-001)."""
        digest = self._standing.course.version(site)
        if digest is None:
            raise _refused("COND-001", "the trial is not open", "an opening first", "open the trial with its protocol")
        return self.plans[digest]

    def now(self) -> str:
        """The time now (RFC 3339, UTC): the server's; in a rehearsal with a date of its own, the end of that date."""
        begun = self._standing.course.begun
        if begun is None or self.today is None or not self._standing.course.rehearsal:
            return self._clock()
        return end_of(self.today, begun.zone)

    def day(self, now: str) -> int:
        """The trial day of a time of the server (RFC 3339, UTC); in a rehearsal with a date of its own, of that."""
        course = self._standing.course
        if course.begun is None or course.start is None:
            return 0
        on = self.today if course.rehearsal and self.today is not None else _local(now, course.begun.zone)
        return (on - course.start).days

    def prove(self, call: Call, what: str, proven: bool | None = None) -> None:
        """Whoever gives a command proves again who they are; `proven`: whether the passphrase was found to be right.

        Raises StageError: COND-045 if it was not, COND-061 if the account is locked.
        """
        person = call.session.person
        if signing_in.locked(self._standing.people, person, self._clock()):
            raise signing_in.is_locked(person)
        if proven is None:
            proven = bool(call.passphrase) and self.credentials.proves(person, call.passphrase)
        if not proven:
            raise _refused(
                "COND-045",
                f"{what} must be signed, and {person} has not proved again who signs",
                "the passphrase of whoever gives the command, given again",
                "repeat the command with it",
            )

    def _signature(self, person: str, meaning: str, sequence: int, event: Event) -> Signed:
        return Signed(person, self._standing.people.names[person], meaning, sequence, digest_of(event))

    def _need_date(self, now: str, standing: Standing, *, urgent: bool = False) -> None:
        """The date of today is one that can be: not before the last entry's, and the clock's own in a live trial.

        `urgent`: a sign-in, or an unblinding in an emergency, which a clock that once ran ahead must not hold up; it
        stands under the last entry's day, with the time that the clock gave.
        """
        course, day = standing.course, self.day(now)
        if self.today is not None and course.begun is not None and not course.rehearsal:
            raise _refused(
                "COND-068", "a live trial has no date but the clock's", "no date of its own", "rehearse with a date"
            )
        if day < standing.day and not urgent:
            raise _refused(
                "COND-068",
                f"today would be trial day {day} ({now}), and the ledger has reached day {standing.day}",
                "a server's clock (in a rehearsal, a date) that does not run behind the ledger",
                "set the clock right; in a rehearsal give the date of the last entry or a later one",
            )

    def _drop_erased(self) -> None:
        """Destroy the keys of those whose identity was erased; also where an earlier run was stopped before it did."""
        erased = self._standing.subjects.erased
        for subject in sorted(erased - self._dropped):
            self.keys.drop(f"identity-{subject}")
        self._dropped = set(erased)

    def _sealed(self, made: Made, sealed: dict[str, Any] | None) -> tuple[Envelope, ...]:
        arm = () if sealed is None else (self.keys.seal(ARM, "arms", sealed, sizes=sizes_of(made.event)),)
        others = (self.keys.seal(name, name.replace(":", "-"), held) for name, held in made.secrets.items())
        return (*arm, *others)

    def _caught_up(self, head: Head) -> Standing:
        if self._standing.head.size >= head.size and self._standing.head != head:  # it was put back meanwhile
            self._standing = Standing()
        if self._standing.head != head:
            standing, self._standing = self._standing, Standing()  # a fold that breaks off leaves nothing half done
            self._standing = folded(standing, self.ledger, self.keys)
            self._drop_erased()
        return self._standing


def _site_of(command: Any, call: Call, standing: Standing) -> str:
    """Where a command belongs: given for the whole trial, to the site of the participant that it is about."""
    person = standing.subjects.known.get(getattr(command, "subject", ""))
    return call.site if person is None or call.site != EVERYWHERE else person.site


def _local(now: str, zone: str) -> date:
    return datetime.fromisoformat(now).astimezone(UTC).astimezone(ZoneInfo(zone)).date()


def _refused(code: str, message: str, expected: str, mend: str) -> StageError:
    return StageError(code, message, expected=expected, mend=mend)
