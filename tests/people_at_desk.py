"""A trial at its desk with everything around it, for tests of who may do what: site, staff, people who may enter."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from made_up_protocols import flat, protocol_of
from trialwright.conduct import commands as ask
from trialwright.conduct.desk import Call, Desk
from trialwright.conduct.events.people import CredentialSet, RoleGranted, StaffAdded
from trialwright.conduct.events.sites import ApprovalRecorded, SiteActivated, SiteAdded
from trialwright.conduct.events.subjects import Consented, ConsentVersionApproved
from trialwright.conduct.events.trial import OpenedToEnrolment
from trialwright.conduct.ledger import MemoryLedger
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.milestones.opening import begin
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role
from trialwright.conduct.rule import Plan
from trialwright.conduct.subjects.asks import AnswerCriteria, ConfirmEligibility, RegisterSubject
from trialwright.conduct.subjects.eligibility import criteria_of
from trialwright.design import build
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.kinds import SingleArm

DIGEST = "d" * 64
ZONE = "America/Mexico_City"
START = date(2026, 1, 1)
NOON = datetime(2026, 1, 5, 18, 0, tzinfo=UTC)
"""12:00 in the zone of the trial, as the server's clock has it (UTC): trial day 4."""
WHY = "because the test asks for it"
STAFF = {
    "ada": (Role.SPONSOR, "*"),
    "ivy": (Role.INVESTIGATOR, "MX-01"),
    "cora": (Role.COORDINATOR, "MX-01"),
    "ivo": (Role.INVESTIGATOR, "MX-02"),
    "cal": (Role.CARE_PROVIDER, "MX-01"),
}
CRITERIA = Eligibility(
    (
        Criterion(Section.INCLUSION, ItemKind.TEXT, "1", "Age of 18 years or more", 0, 0),
        Criterion(Section.EXCLUSION, ItemKind.TEXT, "1", "Unsuitable in the opinion of the doctor in charge", 0, 0),
    ),
    minimum_age_years=18,
    sex="ALL",
    healthy_volunteers=False,
    known_fields=("minimumAge", "maximumAge", "sex", "healthyVolunteers"),
)


def passphrase(person):
    return f"{person} likes long words"


class FakePassphrases:
    """Passphrases in memory, without the slow digest."""

    def __init__(self):
        self.kept = {person: passphrase(person) for person in STAFF}

    def set(self, person, words):
        self.kept[person] = words

    def has(self, person):
        return person in self.kept

    def proves(self, person, words):
        return self.kept.get(person) == words


class Clock:
    """The server's clock, which a test can set; it gives another microsecond each time."""

    def __init__(self, now=NOON):
        self.now, self._ticks = now, itertools.count()

    def __call__(self):
        return f"{self.now + timedelta(microseconds=next(self._ticks)):%Y-%m-%dT%H:%M:%S.%fZ}"

    def set(self, *when):
        self.now = datetime(*when, tzinfo=UTC)


def protocol(**changes):
    arm = Arm("arm-1", "Cells", ArmRole.EXPERIMENTAL, (flat("Cells", "40000000"),), "armGroups[0]")
    found = protocol_of((arm,), SingleArm("arm-1", 9), size=9)
    return dataclasses.replace(found, **{"eligibility": CRITERIA, **changes})


class Trial:
    """A trial that has begun under a sponsor, ada; `staffed` gives it sites and people, `opened` lets it enrol."""

    def __init__(self, folder: Path, *, made=None, clock=None, today=None, ledger=None, zone=ZONE, mode="rehearsal"):
        self.clock = clock or Clock()
        self.protocol = made or protocol()
        self.ledger = ledger or MemoryLedger(self.clock)
        design = build(self.protocol)
        how = {"mode": mode, "start": START, "zone": zone, "sponsor": ("ada", "Ada Example")}
        begin(self.ledger, self.protocol, DIGEST, design, validation="validated" if mode == "live" else "", **how)
        self.keys, self.passphrases = Keyring(folder), FakePassphrases()
        self.desk = self.another(today=today)

    def another(self, **how):
        """Another desk of the same trial, as another process has it."""
        plans = {DIGEST: Plan(self.protocol, build(self.protocol))}
        return Desk(self.ledger, plans, self.keys, self.passphrases, self.clock, **how)

    def do(self, person, *commands, at=None, site=None, role=None, reason="", key="", words=None):
        home = STAFF.get(person, (role, site))
        words = passphrase(person) if words is None else words
        call = Call(Session(person), role or home[0], site or home[1], at, reason, key, words)
        return self.desk.do(call, *commands)

    def staffed(self):
        self.do("ada", SiteAdded("MX-01", "Hospital One"), SiteAdded("MX-02", "Hospital Two"))
        for person, (role, site) in STAFF.items():
            if person != "ada":
                self.do("ada", StaffAdded(person, f"{person.title()} Example"), RoleGranted(person, role.value, site))
                self.desk.do(Call(Session(person), role, site), CredentialSet(person))
        return self

    def approve(self, site="MX-01", **how):
        for kind in ("ethics", "authority"):
            self.do("ada", ApprovalRecorded(site, kind, f"{kind}/7", "2025-12-01", **how))

    def opened(self):
        self.staffed()
        self.approve()
        self.do("ada", SiteActivated("MX-01"), ConsentVersionApproved("1", "*", "2025-12-01"), OpenedToEnrolment())
        return self

    def consent(self, subject, at="2026-01-05T09:00:00-06:00", version="1", by="cora", **how):
        return self.do("cora", Consented(subject, version, "participant", by), at=at, **how)

    def answer(self, subject, **others):
        found = {each.id: "admits" for each in criteria_of(self.protocol.eligibility)} | others
        return self.do("cora", AnswerCriteria(subject, found, dict.fromkeys(found, "seen in the notes")))

    def admit(self, *subjects):
        """Make people known who have agreed and whose eligibility an investigator has signed."""
        for subject in subjects:
            self.do("cora", RegisterSubject(subject))
            self.consent(subject)
            self.answer(subject)
            self.do("ivy", ConfirmEligibility(subject))

    def enrol(self, subject, day=4, person="cora", **how):
        return self.do(person, ask.Enrol(subject, day), **how)

    @property
    def size(self):
        return self.ledger.head.size

    def events(self, since=0):
        return [entry.event for entry in self.ledger.entries(since + 1)]
