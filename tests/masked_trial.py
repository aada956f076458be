"""A masked trial at its desk, for tests: sites, staff, participants who may be randomised, a sealed randomisation."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import date
from pathlib import Path

from made_up_protocols import protocol_of
from trialwright.conduct import Draft
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise, SealRandomisation
from trialwright.conduct.desk import Call, Desk, Plan
from trialwright.conduct.events.people import RoleGranted, StaffAdded
from trialwright.conduct.events.sites import ApprovalRecorded, SiteActivated, SiteAdded
from trialwright.conduct.events.subjects import (
    Consented,
    ConsentVersionApproved,
    EligibilityAssessed,
    EligibilityConfirmed,
    SubjectRegistered,
)
from trialwright.conduct.events.trial import OpenedToEnrolment
from trialwright.conduct.ledger import SqliteLedger
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.masking.parties import PARTIES
from trialwright.conduct.masking.views import View
from trialwright.conduct.milestones.opening import begin
from trialwright.conduct.people.credentials import Session
from trialwright.conduct.people.roles import Role
from trialwright.conduct.people.signatures import digest_of
from trialwright.conduct.randomisation import Blocks, Factor, Specification, write_spec
from trialwright.conduct.subjects.eligibility import criteria_of, digest_of_criteria
from trialwright.design import build
from trialwright.protocol.arms import Arm, ArmRole
from trialwright.protocol.eligibility.items import Criterion, ItemKind, Section
from trialwright.protocol.kinds import Masking, Parallel

DIGEST = "d" * 64
PASSPHRASE = "a passphrase for tests"
WHY = "because the test asks for it"
STAFF = {
    "ada": (Role.SPONSOR, "*", False),
    "sam": (Role.STATISTICIAN, "*", True),
    "ivy": (Role.INVESTIGATOR, "01", False),
    "ivo": (Role.INVESTIGATOR, "02", False),
    "cora": (Role.COORDINATOR, "01", False),
    "cal": (Role.CARE_PROVIDER, "01", False),
    "ola": (Role.OUTCOMES_ASSESSOR, "01", False),
    "pip": (Role.PREPARER, "01", True),
    "max": (Role.MEDICAL_MONITOR, "*", False),
    "mona": (Role.MONITOR, "*", False),
    "dan": (Role.DATA_MANAGER, "*", False),
    "bea": (Role.DSMB, "*", True),
    "ina": (Role.INSPECTOR, "*", False),
    "S1": (Role.PARTICIPANT, "01", False),
}
UNMASKED = frozenset(person for person, (_, _, unmasked) in STAFF.items() if unmasked)
SITES = Factor("site", ("01", "02"))


def spec_of(*, arms=("cells", "placebo"), ratio=(1, 1), open_label=False, factors=(SITES,), method=None):
    return Specification("NCT00000001", arms, ratio, open_label, factors, method or Blocks((4, 6)))


def protocol(*, ratio=(1, 1), size=60, masking=None, arms=("cells", "placebo")):
    roles = (ArmRole.EXPERIMENTAL, ArmRole.PLACEBO_CONTROL)
    made = tuple(Arm(arm, arm, roles[place % 2], (), "made up") for place, arm in enumerate(arms))
    found = protocol_of(made, Parallel(arms, ratio, size, True), size=size)
    return asking_one(dataclasses.replace(found, masking=masking or Masking("QUADRUPLE", PARTIES)))


def asking_one(made):
    """The protocol with one criterion that a person answers, where it has none: without any, no trial begins."""
    if made.eligibility.criteria:
        return made
    asked = Criterion(Section.INCLUSION, ItemKind.TEXT, "1", "Able to walk to the ward alone", 0, 0)
    return dataclasses.replace(made, eligibility=dataclasses.replace(made.eligibility, criteria=(asked,)))


class Passphrases:
    """Everybody's passphrase is the same one."""

    def proves(self, person, passphrase):
        return person in STAFF and passphrase == PASSPHRASE


def ticking():
    """A clock that gives another microsecond each time."""
    ticks = itertools.count()
    return lambda: f"2026-01-05T10:00:00.{next(ticks):06d}Z"


def desk_of(ledger, keys: Path, made, clock) -> Desk:
    plans = {DIGEST: Plan(made, build(made))}
    return Desk(ledger, plans, Keyring(keys), Passphrases(), clock, today=date(2026, 1, 5))


def set_up(ledger, made) -> None:
    """The trial begun, with its sites and its staff, open to enrolment."""
    start = date(2026, 1, 1)
    begin(ledger, made, DIGEST, build(made), mode="rehearsal", start=start, zone="UTC", sponsor=("ada", "Ada Example"))
    events = [
        ask_event
        for site in SITES.levels
        for ask_event in (
            SiteAdded(site, f"Site {site}"),
            ApprovalRecorded(site, "ethics", "E-1", "2025-12-01"),
            ApprovalRecorded(site, "authority", "A-1", "2025-12-01"),
            SiteActivated(site),
        )
    ]
    for person, (role, site, unmasked) in STAFF.items():
        events += [] if person == "ada" else [StaffAdded(person, f"{person.title()} Example")]
        events += [] if person == "ada" else [RoleGranted(person, role.value, site, unmasked)]
    events += [ConsentVersionApproved("1", "*", "2025-12-01"), OpenedToEnrolment()]
    ledger.append([Draft(each, 0, "ada", role="sponsor", site="*") for each in events], ledger.head)


class Trial:
    """A masked trial in a folder."""

    def __init__(self, folder: Path, *, ledger=None, clock=None, made=None, **how) -> None:
        self.folder, self.clock = folder, clock or ticking()
        self.protocol = asking_one(made or protocol(**how))
        self.ledger = ledger or SqliteLedger(folder / "ledger.sqlite", self.clock, create=True)
        set_up(self.ledger, self.protocol)
        self.desk = desk_of(self.ledger, folder / "keys", self.protocol, self.clock)

    def call(self, person, *, reason="", key="", site="", passphrase=PASSPHRASE, role=None):
        held, home, _ = STAFF[person]
        return Call(Session(person), role or held, site or home, None, reason, key, passphrase)

    def do(self, person, *commands, **how):
        return self.desk.do(self.call(person, **how), *commands)

    def view(self, person, **how):
        role, site, _ = STAFF[person]
        return View(self.desk, Session(person), how.get("role", role), how.get("site", site))

    def seal(self, spec=None, **how):
        return self.do("sam", SealRandomisation(write_spec(spec or spec_of()), "the pharmacy's safe"), **how)

    def admit(self, *subjects, site="01", consented=True, eligible=True):
        """Make people known who have agreed and whose eligibility is signed."""
        drafts = []
        for subject in subjects:
            drafts += [Draft(each, 4, "ivy", role="investigator", site=site) for each in self._known(subject, site)]
            if consented:
                event = Consented(subject, "1", "participant", "ivy")
                drafts.append(Draft(event, 4, "ivy", "", "2026-01-04T09:00:00+00:00", "investigator", site))
        self.ledger.append(drafts, self.ledger.head)
        if eligible:
            self.ledger.append(
                [
                    Draft(each, 4, "ivy", role="investigator", site=site)
                    for place, subject in enumerate(subjects)
                    for each in self._eligible(subject, self.ledger.head.size + 1 + 2 * place)
                ],
                self.ledger.head,
            )

    def _known(self, subject, site):
        return [SubjectRegistered(subject, site)]

    def _eligible(self, subject, sequence):
        found = {each.id: "admits" for each in criteria_of(self.protocol.eligibility)}
        evidence = dict.fromkeys(found, "seen in the notes")
        event = EligibilityAssessed(subject, digest_of_criteria(self.protocol.eligibility), found, evidence, ())
        return [event, EligibilityConfirmed(subject, sequence, digest_of(event))]

    def enrol(self, *subjects, site="01", person=None):
        """Admit people and enrol them."""
        self.admit(*subjects, site=site)
        who = person or {"01": "ivy", "02": "ivo"}[site]
        for subject in subjects:
            self.do(who, ask.Enrol(subject, 4))

    def randomise(self, *subjects, site="01", **how):
        """Enrol and randomise people."""
        self.enrol(*subjects, site=site)
        who = {"01": "ivy", "02": "ivo"}[site]
        for subject in subjects:
            self.do(who, Randomise(subject, {"site": site}), **how)

    def arm(self, subject):
        """The arm as it stands, for whoever has the keys."""
        return self.desk.standing.allocation.randomised[subject].arm
