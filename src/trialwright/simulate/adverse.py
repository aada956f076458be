"""Adverse events of one participant, with CTCAE grades and ends, consistent with the DLT assessment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.streams import stream

if TYPE_CHECKING:
    import numpy as np

    from trialwright.protocol.kinds import DltDefinition
    from trialwright.simulate.life import Life
    from trialwright.simulate.plan import Plan
    from trialwright.simulate.scenario import AdverseEventTruth, Scenario

_TERMS = (
    ("PYREXIA", "General disorders and administration site conditions"),
    ("FATIGUE", "General disorders and administration site conditions"),
    ("HEADACHE", "Nervous system disorders"),
    ("NAUSEA", "Gastrointestinal disorders"),
    ("DIARRHOEA", "Gastrointestinal disorders"),
    ("RASH", "Skin and subcutaneous tissue disorders"),
    ("HYPERTENSION", "Vascular disorders"),
    ("UPPER RESPIRATORY TRACT INFECTION", "Infections and infestations"),
    ("ARTHRALGIA", "Musculoskeletal and connective tissue disorders"),
    ("ALANINE AMINOTRANSFERASE INCREASED", "Investigations"),
)
_HAEMATOLOGICAL = (
    ("NEUTROPENIA", "Blood and lymphatic system disorders"),
    ("THROMBOCYTOPENIA", "Blood and lymphatic system disorders"),
    ("ANAEMIA", "Blood and lymphatic system disorders"),
)
_LIMITING = (
    ("INFUSION RELATED REACTION", "Injury, poisoning and procedural complications"),
    ("HYPOXIA", "Respiratory, thoracic and mediastinal disorders"),
    ("PULMONARY EMBOLISM", "Respiratory, thoracic and mediastinal disorders"),
)
_DEFAULT_GRADES = (3, 4)


@dataclass(frozen=True, slots=True)
class Event:
    """One adverse event. `onset`: relative day. `end`: relative day, None = not resolved when last seen."""

    term: str
    system: str
    haematological: bool
    grade: int
    serious: bool
    related: bool
    onset: int
    end: int | None
    outcome: str


def events(life: Life, plan: Plan, dlt: DltDefinition | None, scenario: Scenario, seed: int) -> tuple[Event, ...]:
    """Every adverse event that the trial gets to see, by onset: the dose-limiting one, if any, others, and a fatal
    one at death.

    Within the DLT window no other event meets the DLT definition: what would, is not related, or one grade lower
    where the definition does not ask for relatedness.
    """
    if not life.dosed:
        return ()
    draws = stream(seed, scenario.name, "adverse", life.number)
    truth = scenario.adverse_events
    found = [
        _other(draws, truth, life, plan, dlt, onset) for onset in _onsets(draws, truth.rate.of(life.treated), plan)
    ]
    found = [event for event in found if event.onset <= life.last_seen]
    limiting = stream(seed, scenario.name, "limiting", life.number)
    if life.dlt is not None and life.dlt <= life.last_seen:
        found.append(_limiting_event(limiting, life, dlt))
    if life.death is not None:
        fatal = Event(
            "DISEASE PROGRESSION", _TERMS[0][1], False, 5, True, False, max(0, life.death - 1), life.death, "FATAL"
        )
        found.append(fatal)
    return tuple(sorted(found, key=lambda event: (event.onset, event.term)))


def grades_of(dlt: DltDefinition | None) -> tuple[int, int]:
    """The lowest grades that count as dose limiting: non-haematological, haematological; 3 and 4 where not stated."""
    if dlt is None:
        return _DEFAULT_GRADES
    return (
        dlt.non_haematological_grade or _DEFAULT_GRADES[0],
        dlt.haematological_grade or dlt.non_haematological_grade or _DEFAULT_GRADES[1],
    )


def _onsets(draws: np.random.Generator, rate: float, plan: Plan) -> list[int]:
    """Onset days: a Poisson process at the rate of the first 28 days, later at a tenth of it."""
    early = [int(u * 28) for u in draws.random(int(draws.poisson(rate)))]
    length = max(plan.horizon - 28, 0)
    later = [28 + int(u * length) for u in draws.random(int(draws.poisson(rate * 0.1 * length / 28)))]
    return sorted(day for day in (*early, *later) if day <= plan.horizon)


def _other(
    draws: np.random.Generator,
    truth: AdverseEventTruth,
    life: Life,
    plan: Plan,
    dlt: DltDefinition | None,
    onset: int,
) -> Event:
    u = draws.random(5)
    blood = bool(u[0] < truth.haematological)
    terms = _HAEMATOLOGICAL if blood else _TERMS
    term, system = terms[int(u[1] * len(terms))]
    grade, total = 4, 0.0
    for i, share in enumerate(truth.grades):
        total += share
        if u[2] < total:
            grade = i + 1
            break
    related = life.given and bool(u[3] < truth.related)
    if life.assessed and plan.window is not None and onset <= plan.window:
        limit = grades_of(dlt)[1 if blood else 0]
        if grade >= limit and dlt is not None and dlt.must_be_related is False:
            grade = max(1, limit - 1)
        elif grade >= limit:
            related = False
    serious = grade >= 3 and bool(u[4] < truth.serious)
    return _ended(draws, life, Event(term, system, blood, grade, serious, related, onset, None, ""))


def _limiting_event(draws: np.random.Generator, life: Life, dlt: DltDefinition | None) -> Event:
    assert life.dlt is not None
    u = draws.random(2)
    other, blood_grade = grades_of(dlt)
    blood = bool(u[0] < 0.2)
    terms = _HAEMATOLOGICAL if blood else _LIMITING
    term, system = terms[int(u[1] * len(terms))]
    grade = min(4, blood_grade if blood else other)
    return _ended(draws, life, Event(term, system, blood, grade, True, True, life.dlt, None, ""))


def _ended(draws: np.random.Generator, life: Life, event: Event) -> Event:
    """The event with its end: later for higher grades; not resolved if the participant is no longer seen by then."""
    end = event.onset + int(draws.geometric(1 / (2 + 3 * event.grade)))
    resolved = end <= life.last_seen and (life.death is None or end < life.death)
    return Event(
        event.term,
        event.system,
        event.haematological,
        event.grade,
        event.serious,
        event.related,
        event.onset,
        end if resolved else None,
        "RECOVERED/RESOLVED" if resolved else "NOT RECOVERED/NOT RESOLVED",
    )
