"""A rehearsal: a simulated trial written out as the commands that a site would have given for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from trialwright.conduct.masking.sealing import COLUMNS as SEALED
from trialwright.conduct.subjects.eligibility import criteria_of
from trialwright.conduct.transcribe import command_of, entries_due
from trialwright.protocol.kinds import Parallel, SelectThenCompare

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trialwright.conduct import commands as ask
    from trialwright.conduct.randomisation import Specification
    from trialwright.dataset.facts import Fact
    from trialwright.protocol.protocol import Protocol
    from trialwright.simulate.trial import SimulatedTrial

SITE = "01"
STAFF: Mapping[str, tuple[str, str, str, bool]] = {
    "sponsor": ("Sponsor of the rehearsal", "sponsor", "*", False),
    "investigator": ("Investigator of the rehearsal", "investigator", SITE, False),
    "coordinator": ("Coordinator of the rehearsal", "coordinator", SITE, False),
    "preparer": ("Preparer of the rehearsal", "preparer", SITE, True),
    "statistician": ("Statistician of the rehearsal", "statistician", "*", True),
    "monitor": ("Medical monitor of the rehearsal", "medical monitor", "*", True),
    "manager": ("Data manager of the rehearsal", "data manager", "*", False),
    "second": ("Second signatory of the rehearsal", "sponsor", "*", False),
}
"""Who acts: by identifier the printed name, role, site, and whether unmasked. All of them are invented."""
WHY = "a rehearsal with simulated participants"

Line = dict[str, Any]


def randomised_arms(protocol: Protocol) -> tuple[tuple[str, ...], tuple[int, ...]] | None:
    """The arms that are allocated at random and their ratio; None where there are none."""
    match protocol.design:
        case (
            Parallel(arms=arms, ratio=ratio, randomised=True)
            | SelectThenCompare(comparison=Parallel(arms=arms, ratio=ratio, randomised=True))
        ):
            return arms, ratio or (1,) * len(arms)
    return None


def staff(start: date) -> Iterator[Line]:
    """The commands that add the site and the people."""
    line = _of_sponsor(start)
    yield line("add-site", name="The site of the rehearsal", **{"for-site": SITE})
    for person, (name, role, site, unmasked) in STAFF.items():
        if person != "sponsor":
            yield line("add-person", person=person, name=name)
            yield line("grant-role", person=person, unmasked=unmasked, **{"for-role": role, "for-site": site})


def setting_up(unconfirmed: Sequence[str], start: date, spec: str | None) -> Iterator[Line]:
    """The commands from the approvals of the site to the opening. `spec`: the text of the randomisation, if any."""
    today, line = start.isoformat(), _of_sponsor(start)
    for kind in ("ethics", "authority"):
        yield line("record-approval", kind=kind, reference="rehearsal", granted=today, **{"for-site": SITE})
    yield line("activate-site", **{"for-site": SITE})
    yield line("approve-consent", version="1", effective=today, **{"for-site": "*"})
    for about in unconfirmed:
        yield line("confirm", about=about)
    if spec is not None:
        by = {"as": "statistician", "role": "statistician"}
        yield {**line("seal-randomisation", specification=spec, custodian="the statistician of the rehearsal"), **by}
    yield line("open")


def _of_sponsor(start: date) -> Callable[..., Line]:
    def line(command: str, **fields: Any) -> Line:
        about = {"as": "sponsor", "role": "sponsor", "site": "*", "today": start.isoformat(), "reason": WHY}
        return {"command": command, **about, **fields}

    return line


def course(trial: SimulatedTrial, start: date, spec: Specification | None, *, masked: bool) -> Iterator[Line]:
    """The commands from the first participant to the last entry, in the order in which they would have been given.

    `spec`: what arms are drawn by; who is in one of its arms is randomised, all others are allocated as the design
    says. `masked`: whether those at the site do not know the arms.
    """
    yield from _Course(trial, start, frozenset(spec.arms) if spec is not None else frozenset(), masked).lines()


def ending(day: int, start: date) -> Iterator[Line]:
    """The commands that close, lock and unmask a trial on trial day `day`."""
    about = {"role": "sponsor", "site": "*", "today": (start + timedelta(day)).isoformat(), "reason": WHY}
    yield {"command": "close", "as": "sponsor", **about}
    yield {"command": "lock", "as": "sponsor", **about}
    yield {"command": "unmask", "as": "sponsor", **about}
    yield {"command": "unmask", "as": "second", **about}


@dataclass(slots=True)
class _Course:
    trial: SimulatedTrial
    start: date
    drawn: frozenset[str]
    masked: bool
    _latest: dict[tuple[str, str, int], Fact] = field(default_factory=dict)
    _known: set[str] = field(default_factory=set)

    def lines(self) -> Iterator[Line]:
        """One command after the other; a decision stands where the simulated trial took one."""
        due = list(entries_due(self.trial.facts))
        for point in self.trial.decisions:
            now = [each.place < point.facts_before and each.fact.known <= point.day for each in due]
            for each in (each for each, is_now in zip(due, now, strict=True) if is_now):
                yield from self._entered(each.fact)
            due = [each for each, is_now in zip(due, now, strict=True) if not is_now]
            yield self._line("decide", point.day, "monitor")
        for each in due:
            yield from self._entered(each.fact)

    def _line(self, command: str, on: int, by: str = "investigator", /, **fields: Any) -> Line:
        """A command that somebody of the staff gives on a trial day."""
        _, role, site, _ = STAFF[by]
        today = (self.start + timedelta(on)).isoformat()
        return {"command": command, "as": by, "role": role, "site": site, "today": today, **fields}

    def _entered(self, fact: Fact) -> Iterator[Line]:
        before = self._latest.get(fact.key)
        command = command_of(fact, before)
        self._latest[fact.key] = fact
        yield from self._admitted(fact, before, command)
        yield from self._given(fact, before, command)

    def _admitted(self, fact: Fact, before: Fact | None, command: ask.Command) -> Iterator[Line]:
        """What must stand before a person's first row, and before enrolment."""
        if fact.subject not in self._known:
            self._known.add(fact.subject)
            yield self._line("register", fact.known, subject=fact.subject)
            occurred = (self.start + timedelta(fact.day)).isoformat() + "T00:00:00+00:00"
            yield self._line(
                "consent", fact.known, subject=fact.subject, version="1", signatory="participant",
                taken_by="investigator", occurred=occurred,
            )  # fmt: skip
        if type(command).__name__ == "Enrol":
            answers = {each.id: "admits" for each in criteria_of(self.trial.protocol.eligibility)}
            evidence = dict.fromkeys(answers, "simulated")
            about = {"subject": fact.subject, "answers": answers, "evidence": evidence}
            yield self._line("answer-criteria", fact.known, **about)
            yield self._line("confirm-eligibility", fact.known, subject=fact.subject)

    def _given(self, fact: Fact, before: Fact | None, command: ask.Command) -> Iterator[Line]:
        name = _NAMES[type(command).__name__]
        fields = {each: getattr(command, each) for each in command.__slots__ if each not in ("override", "reason")}
        reason = getattr(command, "reason", WHY if name == "assess-dlt" else "")
        if name == "allocate" and fields["arm"] in self.drawn:
            yield self._line("randomise", fact.known, subject=fact.subject)
            rest = {each: value for each, value in fields["values"].items() if each != "STRATUM"}
            if rest:
                yield self._line(
                    "supplement", fact.known, domain="DM", subject=fact.subject, number=fact.number, values=rest
                )
            return
        if name == "dose" and self.masked:
            yield from self._administered(fact)
            return
        if fact.domain == "XD" and before is not None:
            yield from self._reassessed(fact, before, reason or WHY)
            return
        yield self._line(name, fact.known, reason=reason, **fields)

    def _reassessed(self, fact: Fact, before: Fact, reason: str) -> Iterator[Line]:
        """An assessment of toxicity changed or withdrawn; a second person agrees before a toxicity is taken back."""
        about = {"subject": fact.subject, "number": fact.number, "reason": reason}
        if before.values.get("XDDLT") == "Y" and (fact.retracted or fact.values.get("XDDLT") != "Y"):
            yield self._line("review-dlt", fact.known, "monitor", subject=fact.subject, dlt=False, reason=reason)
        if fact.retracted:
            yield self._line("retract-dlt", fact.known, **about)
            return
        answers = {"Y": True, "N": False}
        values = {name: each for name, each in fact.values.items() if each is not None}
        dlt, evaluable = (answers.get(str(values.pop(name, None))) for name in ("XDDLT", "XDEVAL"))
        about |= {"day": fact.day, "dlt": dlt, "evaluable": evaluable, "values": values}
        yield self._line("correct-dlt", fact.known, **about)

    def _administered(self, fact: Fact) -> Iterator[Line]:
        """An administration as a masked site gives it: worked out by the preparer, given by one who sees no dose."""
        dose = {"subject": fact.subject, "number": fact.number}
        yield self._line("plan-dose", fact.known, "preparer", **dose)
        prepared = {"treatment": "EXTRT", "amount": "EXPDOSE", "unit": "EXDOSU"}
        known = {name: fact.values[column] for name, column in prepared.items() if fact.values.get(column)}
        yield self._line("prepare-dose", fact.known, "preparer", **dose, **known)
        if fact.values.get("OCCUR") == "Y":
            on = (self.start + timedelta(fact.day)).isoformat()
            share = _share(fact.values)
            times = {"started": f"{on}T00:00:00+00:00", "stopped": f"{on}T01:00:00+00:00"}
            yield self._line(
                "administer", fact.known, **dose, **times, share=share, why=str(fact.values.get("REASND") or "")
            )
        else:
            values = {name: value for name, value in fact.values.items() if name not in (*SEALED["EX"], "OCCUR")}
            yield self._line("dose", fact.known, **dose, day=fact.day, given=False, values=values)


def _share(values: Mapping[str, Any]) -> str:
    """The share of the planned dose that was given, in percent; half where doses do not tell (a placebo's are 0)."""
    from decimal import Decimal

    planned, given = (Decimal(str(values.get(name) or 0)) for name in ("EXPDOSE", "EXDOSE"))
    if not planned and values.get("REASND"):
        return "50"
    return "100" if not planned or given == planned else format((given / planned * 100).normalize(), "f")


_NAMES: Mapping[str, str] = {
    "Enrol": "enrol",
    "Allocate": "allocate",
    "Dose": "dose",
    "AssessDlt": "assess-dlt",
    "Record": "record",
    "Supplement": "supplement",
    "Correct": "correct",
    "Retract": "retract",
}
