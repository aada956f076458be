"""What a person in a role at a site may read. Nothing else reads a live trial for anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from trialwright.conduct.desk import Call
from trialwright.conduct.events.allocation import ArmsViewed
from trialwright.conduct.masking import follow_up, rows
from trialwright.conduct.masking.parties import is_masked, sees_arms
from trialwright.conduct.masking.reading import read
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.roles import DUTIES, Duty, Role
from trialwright.conduct.people.state import EVERYWHERE
from trialwright.core.errors import StageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trialwright.conduct.desk import Desk
    from trialwright.conduct.masking.reading import Read
    from trialwright.conduct.people.credentials import Session
    from trialwright.conduct.people.state import Grant
    from trialwright.conduct.standing import Standing
    from trialwright.protocol.protocol import Protocol

LIST_READERS = frozenset({Role.STATISTICIAN, Role.INSPECTOR})
"""The roles that may read how arms are drawn before the randomisation is opened, where they may see arms."""


LAST = "9999-12-31T00:00:00Z"
"""A moment after every entry."""


class View:
    """The trial as one person in one role at one site may read it.

    Whoever must not know arms gets everything from what stands without any key, so nothing there can tell an arm. The
    right to read is asked anew at each call. Where the trial is masked, each reading by somebody who may see arms is an
    event. Every method gives plain rows, newly made. Raises StageError (COND-095) where there is no such right, or
    nothing of that name that this reader may see; it says the same in both cases.
    """

    def __init__(self, desk: Desk, session: Session, role: Role, site: str) -> None:
        self._desk, self._session, self._role, self._site = desk, session, role, site
        self._grant(Duty.READ)

    @property
    def sees_arms(self) -> bool:
        """Whether arms are among what is shown."""
        standing = self._desk.standing
        return standing.course.phase is Phase.UNMASKED or sees_arms(
            self._desk.plan(self._site).protocol, self._grant(Duty.READ)
        )

    def participants(self) -> list[dict[str, Any]]:
        """One row for each participant whom this reader may see; `arm` is None where it is masked or not drawn."""
        standing = self._read(Duty.READ, "participants")
        return [self._with_asked(rows.participant(standing, each)) for each in self._visible(standing)]

    def participant(self, subject: str) -> dict[str, Any]:
        """One participant, with the latest version of every row under `rows`."""
        standing = self._read(Duty.READ, "participant", subject)
        self._require(subject, standing)
        return {
            **self._with_asked(rows.participant(standing, subject)),
            "rows": rows.entered(standing, subject),
        }

    def history(self, domain: str, subject: str, number: int) -> list[dict[str, Any]]:
        """Every version of one row: who entered it when and why, and each column with its value before and after."""
        self._require(subject, self._read(Duty.READ, "history", f"{domain} {subject} {number}"))
        return rows.history(self._entries(), (domain, subject, number))

    def audit(self, *, subject: str = "", event: str = "", actor: str = "") -> list[dict[str, Any]]:
        """The audit trail: every entry that this reader may see, of one participant, one type, one person if said."""
        standing = self._read(Duty.AUDIT, "audit", subject)
        seen = set(self._visible(standing))
        return [
            each.row()
            for each in self._entries()
            if self._here(each, seen)
            and (not subject or each.subject == subject)
            and (not event or type(each.event).__name__ == event)
            and (not actor or each.entry.actor == actor)
        ]

    def decisions(self) -> list[dict[str, Any]]:
        """The decisions in order; a masked reader learns whether participants may enter and how many, no arms and no
        reasons, which count them by arm."""
        self._read(Duty.READ, "decisions")
        return rows.decisions(self._entries())

    def unblindings(self) -> list[dict[str, Any]]:
        """The register of unblindings, without arms; what nobody has assessed yet has no `reviewed_by`."""
        self._grant(Duty.READ)
        standing = self._desk.blind()
        return rows.unblindings(standing, frozenset(self._visible(standing)))

    def notices(self) -> list[dict[str, Any]]:
        """The unblindings that sponsor, investigators and medical monitor are to know of and that nobody has assessed;
        empty for everybody else."""
        told = self._role in (Role.SPONSOR, Role.INVESTIGATOR, Role.MEDICAL_MONITOR)
        return [row for row in self.unblindings() if told and not row["reviewed_by"]]

    def randomisation(self) -> list[dict[str, Any]]:
        """Each sealed randomisation: its commitment and factors; how arms are drawn only for a statistician or an
        inspector who may see arms, and for everybody once it was opened."""
        reads = self._role in LIST_READERS and self.sees_arms
        if reads:
            self._log("randomisation", "")
        return rows.randomisation(self._desk.standing if reads else self._desk.blind())

    def criteria(self, subject: str = "") -> list[dict[str, Any]]:
        """The criteria by identifier, of one person with the answers so far."""
        self._grant(Duty.READ)
        standing = self._desk.blind()
        if subject:
            self._require(subject, standing)
        return follow_up.criteria(self._protocol.eligibility, standing, subject)

    def doses(self, subject: str) -> list[dict[str, Any]]:
        """Each administration of a participant that was worked out; what tells an arm is empty where it is masked."""
        standing = self._read(Duty.READ, "doses", subject)
        self._require(subject, standing)
        return follow_up.doses(standing, subject)

    def visits(self, subject: str) -> list[dict[str, Any]]:
        """Each planned visit of a participant: in its window, early, late, missed, due now or still to come."""
        self._grant(Duty.READ)
        standing = self._desk.blind()
        self._require(subject, standing)
        return follow_up.visits(standing, self._protocol, subject, self._day)

    def deviations(self) -> list[dict[str, Any]]:
        """Every deviation of the participants whom this reader may see, entered or derived."""
        self._grant(Duty.READ)
        standing = self._desk.blind()
        return follow_up.deviations(standing, self._protocol, self._visible(standing), self._day)

    def reports_due(self) -> list[dict[str, Any]]:
        """By when reports on serious adverse events are due, of the participants whom this reader may see."""
        self._grant(Duty.READ)
        standing = self._desk.blind()
        return follow_up.reports_due(standing, self._visible(standing), self._desk.now())

    def assessments(self) -> list[dict[str, Any]]:
        """Where the assessment of dose-limiting toxicity of each participant stands, and which to look at again."""
        standing = self._read(Duty.READ, "assessments")
        return follow_up.assessments(standing, self._protocol, self._visible(standing), self._day)

    def access(self, at: str = "") -> list[dict[str, Any]]:
        """Who had which role at a moment (RFC 3339) or at the end of a date; without either, now."""
        self._grant(Duty.AUDIT)
        begun = self._desk.standing.course.begun
        zone = "UTC" if begun is None else begun.zone
        entries = self._desk.ledger.entries()
        return follow_up.access(entries, at or LAST, zone, self._site)

    @property
    def _protocol(self) -> Protocol:
        return self._desk.plan(self._site).protocol

    @property
    def _day(self) -> int:
        return self._desk.day(self._desk.now())

    def _grant(self, duty: Duty) -> Grant:
        found = self._desk.standing.people.grant(self._session.person, self._role, self._site)
        if found is None or duty not in DUTIES[self._role]:
            raise _refused(f"{self._session.person} may not {duty.value} as {self._role.value} at {self._site!r}")
        return found

    def _read(self, duty: Duty, what: str, about: str = "") -> Standing:
        """What this reader may see, once it stands on the ledger that arms were read."""
        self._grant(duty)
        if not self.sees_arms:
            return self._desk.blind()
        self._log(what, about)
        return self._desk.standing

    def _log(self, what: str, about: str) -> None:
        running = self._desk.standing.course.phase is not Phase.UNMASKED
        if running and (is_masked(self._desk.plan(self._site).protocol) or what == "randomisation"):
            self._desk.do(Call(self._session, self._role, self._site), ArmsViewed(what, about))

    def _entries(self) -> Iterator[Read]:
        return read(self._desk.ledger, self._desk.keys if self.sees_arms else None)

    def _visible(self, standing: Standing) -> list[str]:
        """The participants whom this reader may see."""
        if self._role is Role.PARTICIPANT:
            return [each for each in rows.subjects(standing) if each == self._session.person]
        everywhere = self._site == EVERYWHERE
        return [each for each in rows.subjects(standing) if everywhere or rows.site(standing, each) == self._site]

    def _require(self, subject: str, standing: Standing) -> None:
        if subject not in self._visible(standing):
            raise _refused(f"there is no participant {subject!r} whom {self._session.person} may see")

    def _here(self, each: Read, seen: set[str]) -> bool:
        if each.subject:
            return each.subject in seen
        own = each.entry.actor == self._session.person
        return own or self._site in (EVERYWHERE, each.entry.site) or each.entry.site == EVERYWHERE

    def _with_asked(self, row: dict[str, Any]) -> dict[str, Any]:
        """The row with the arm that this very person has asked for in an emergency."""
        subject = row["subject"]
        if row["arm"] is None and subject in self._desk.standing.allocation.unblinded_for(self._session.person):
            return {**row, **rows.arm(self._desk.standing, subject)}
        return row


def _refused(found: str) -> StageError:
    return StageError(
        "COND-095",
        found,
        expected="what your role at your site may read",
        mend="read in your own role and site; ask the sponsor if a role is missing",
    )
