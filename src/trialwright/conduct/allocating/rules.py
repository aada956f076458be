"""The rules of the commands about allocation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from trialwright.conduct.allocating.asks import OpenRandomisation, Randomise, SealRandomisation
from trialwright.conduct.allocating.randomising import in_error, level_corrected, randomise
from trialwright.conduct.allocating.sealing import open_sealed, seal
from trialwright.conduct.allocating.unblinding import report, request, review
from trialwright.conduct.events.allocation import (
    ArmsViewed,
    LevelCorrected,
    RandomisedInError,
    UnblindingReported,
    UnblindingRequested,
    UnblindingReviewed,
)
from trialwright.conduct.milestones.phase import Phase
from trialwright.conduct.people.roles import Duty
from trialwright.conduct.rule import Ask, Made, Rule

_ALWAYS = frozenset(each.name for each in Phase)
_RUNNING = frozenset({Phase.OPEN.name, Phase.PAUSED.name, Phase.CLOSED.name})
_CARE = frozenset({Duty.ENTER, Duty.REPORT_SAFETY, Duty.RUN_TRIAL, Duty.UNBLIND})


def _viewed(event: ArmsViewed, asked: Ask) -> Iterable[Made]:
    yield Made(event, asked.reason)


RULES: Mapping[type[Any], Rule] = {
    SealRandomisation: Rule(
        frozenset({Duty.SEAL_RANDOMISATION}),
        seal,
        "approved",
        frozenset({Phase.PREPARING.name, Phase.OPEN.name, Phase.PAUSED.name}),
        whole=True,
    ),
    Randomise: Rule(frozenset({Duty.RANDOMISE}), randomise, "", frozenset({Phase.OPEN.name, Phase.CLOSED.name})),
    RandomisedInError: Rule(frozenset({Duty.RANDOMISE, Duty.RUN_TRIAL}), in_error, "", _RUNNING),
    LevelCorrected: Rule(frozenset({Duty.RANDOMISE, Duty.ENTER}), level_corrected, "", _RUNNING),
    OpenRandomisation: Rule(
        frozenset({Duty.SEAL_RANDOMISATION, Duty.RUN_TRIAL}),
        open_sealed,
        "released",
        frozenset({Phase.UNMASKED.name}),
        whole=True,
    ),
    UnblindingRequested: Rule(frozenset({Duty.UNBLIND}), request, "unblinded", _ALWAYS),
    UnblindingReported: Rule(_CARE, report, "", _ALWAYS),
    UnblindingReviewed: Rule(frozenset({Duty.DECIDE}), review, "reviewed", _ALWAYS),
    ArmsViewed: Rule(frozenset({Duty.READ, Duty.UNBLIND}), _viewed, "", _ALWAYS),
}
