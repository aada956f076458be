"""The rules of the commands about the people who may take part, up to their enrolment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct import commands as ask
from trialwright.conduct.data_rules import as_data
from trialwright.conduct.events.subjects import (
    Consented,
    ConsentVersionApproved,
    ConsentWithdrawn,
    IdentityErased,
    PreConsentItemsListed,
)
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.people.staff_rules import ANY_PHASE
from trialwright.conduct.rule import Ask, Made, Rule
from trialwright.conduct.subjects.asks import AnswerCriteria, ConfirmEligibility, RegisterSubject, ScreenData
from trialwright.conduct.subjects.assessing import answer_criteria, confirm_eligibility, screen_data
from trialwright.conduct.subjects.consenting import approve_version, consent, list_items, withdraw
from trialwright.conduct.subjects.identity import erase, register
from trialwright.conduct.subjects.readiness import need_ready


def enrol(command: ask.Enrol, asked: Ask) -> Iterable[Made]:
    """The enrolment: site, consent, eligibility and signature stand, and the design has a place."""
    need_ready(asked, command.subject, command.day)
    yield from as_data(command, asked)


_CONSENT, _RUN = frozenset({Duty.TAKE_CONSENT}), frozenset({Duty.RUN_TRIAL})
_RECRUITING = frozenset({Phase.PREPARING.name, Phase.OPEN.name, Phase.PAUSED.name, Phase.CLOSED.name})
RULES: Mapping[type[Any], Rule] = {
    RegisterSubject: Rule(frozenset({Duty.SCREEN, Duty.TAKE_CONSENT}), register, "", _RECRUITING),
    IdentityErased: Rule(_CONSENT | _RUN, erase, "approved", ANY_PHASE),
    ConsentVersionApproved: Rule(_RUN, approve_version, "approved"),
    PreConsentItemsListed: Rule(_RUN, list_items, "approved"),
    Consented: Rule(_CONSENT, consent),
    ConsentWithdrawn: Rule(_CONSENT, withdraw),
    AnswerCriteria: Rule(frozenset({Duty.SCREEN}), answer_criteria),
    ScreenData: Rule(frozenset({Duty.SCREEN}), screen_data),
    ConfirmEligibility: Rule(frozenset({Duty.JUDGE}), confirm_eligibility, "eligible"),
    ask.Enrol: Rule(frozenset({Duty.ENROL}), enrol, "", frozenset({Phase.OPEN.name})),
}
