"""A simulated trial entered at the desk, by people in their roles: the same data, the same decisions.

The desk asks for more than the ledger alone: consent before procedures, doses that fit the body weight, assessments not
before the window is over, a second person before a toxicity is taken back. What the simulator does passes all of it.
"""

from __future__ import annotations

import dataclasses

import pytest
from simulated_trials import PROTOCOLS, troubled

from treated_trial import Treated
from trialwright import simulate
from trialwright.conduct import Draft
from trialwright.conduct import commands as ask
from trialwright.conduct.events.safety import DltReviewed
from trialwright.conduct.events.subjects import Consented
from trialwright.conduct.safety.asks import CorrectDlt, RetractDlt
from trialwright.conduct.transcribe import command_of, entries_due
from trialwright.dataset.trialdata import TrialData
from trialwright.protocol.kinds import Masking

EARLY = "transcribed: as the source assessed it"
NAMES = (
    "3+3: stop at two",
    "3+3: six required at the MTD, with de-escalation",
    "rolling six, first 3 at a level 5 days apart",
    "BOIN: target 0.3, cohorts of 3, at most 9, backfill up to 6 at a level",
    "BOIN12",
    "two stages, monitored for deaths",
    "parallel",
    "select, then compare",
)
FLAGS = {"Y": True, "N": False, None: None}


class Entered(Treated):
    """The trial of a simulation at its desk."""

    def known(self, subjects):
        """Everybody registered, with consent from before the first day."""
        drafts = []
        for subject in subjects:
            drafts += [Draft(each, 0, "ivy", role="investigator", site="01") for each in self._known(subject, "01")]
            consent = Consented(subject, "1", "participant", "ivy")
            drafts.append(Draft(consent, 0, "ivy", "", "2025-12-20T09:00:00+00:00", "investigator", "01"))
        self.ledger.append(drafts, self.ledger.head)
        for subject in subjects:
            events = self._eligible(subject, self.ledger.head.size + 1)
            self.ledger.append(
                [Draft(each, 0, "ivy", role="investigator", site="01") for each in events], self.ledger.head
            )

    def transcribe(self, due, latest):
        """Enter facts, each on the day on which it became known, by the command that a site would use."""
        for each in due:
            fact = each.fact
            self.on(fact.known)
            for person, command, reason in self.commands(command_of(fact, latest.get(fact.key)), latest.get(fact.key)):
                self.do(person, command, reason=reason)
            latest[fact.key] = fact

    def commands(self, command, before):
        """The commands at the desk for one at the ledger."""
        lowers = before is not None and before.domain == "XD" and before.values.get("XDDLT") == "Y"
        match command:
            case ask.AssessDlt():
                yield "ivy", command, EARLY
            case ask.Correct(domain="XD") | ask.Supplement(domain="XD"):
                values = {**before.values, **command.values}
                dlt, evaluable = FLAGS[values.pop("XDDLT", None)], FLAGS[values.pop("XDEVAL", None)]
                if lowers and dlt is not True:
                    yield "max", DltReviewed(command.subject, False), ""
                day = getattr(command, "day", before.day)
                yield "ivy", CorrectDlt(command.subject, command.number, day, dlt, evaluable, EARLY, values), ""
            case ask.Retract(domain="XD"):
                if lowers:
                    yield "max", DltReviewed(command.subject, False), ""
                yield "ivy", RetractDlt(command.subject, command.number, command.reason), ""
            case _:
                yield "ivy", command, ""


@pytest.mark.requirement("R47")
@pytest.mark.parametrize("name", NAMES)
def test_a_simulated_trial_is_conducted_at_the_desk_with_the_same_decisions(name, tmp_path):
    """R47: with late entries, corrections and regradings; no row more or less, and every decision the same."""
    protocol = dataclasses.replace(PROTOCOLS[name], masking=Masking("NONE"))
    seed = next(seed for seed in range(50) if _regraded(simulate.run(protocol, troubled(protocol), seed=seed)))
    source = simulate.run(protocol, troubled(protocol), seed=seed)
    facts = [fact for fact in source.facts if fact.domain in ("DS", "DM", "EX", "XD", "RS", "VS", "AE", "IE")]
    points = [(point.day, point.decision, _kept(source.facts, facts, point.facts_before)) for point in source.decisions]
    trial = Entered(tmp_path, made=protocol)
    trial.known(sorted({fact.subject for fact in facts}))
    due, latest = list(entries_due(facts)), {}
    for day, decision, before in points:
        now = [each for each in due if each.place < before and each.fact.known <= day]
        due = [each for each in due if each not in now]
        trial.transcribe(now, latest)
        trial.on(day).do("max", ask.Decide())
        assert trial.desk.standing.data.decisions[-1].decision == decision
    trial.transcribe(due, latest)
    theirs, ours = TrialData.from_facts(facts), trial.desk.standing.data.data()
    last = max(fact.known for fact in facts)
    for day in (last // 3, last // 2, last):
        assert theirs.as_of(day).difference(ours.as_of(day), content_only=True) is None


def _kept(facts, kept, before):
    """How many of the facts that are kept are among the first so many."""
    names = {id(fact) for fact in kept}
    return sum(id(fact) in names for fact in facts[:before])


def _regraded(trial):
    """Whether an assessment is regraded in it, where there are any; a short trial is enough."""
    assessed = [fact for fact in trial.facts if fact.domain == "XD"]
    return not assessed or any(fact.version > 1 for fact in assessed)
