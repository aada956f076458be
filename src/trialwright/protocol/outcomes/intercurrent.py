"""The intercurrent events of an outcome and the estimand's strategy for each (ICH E9(R1))."""

from __future__ import annotations

import re

from trialwright.protocol.outcomes import Direction, IntercurrentEvent, OutcomeType, Parameter
from trialwright.protocol.outcomes.kind import Kind
from trialwright.record.record import Record

_T = OutcomeType
POLICY, COMPOSITE, ALIVE = "treatment policy", "composite", "while alive"
_LUNG = re.compile(
    r"covid|sars-?cov|ards\b|respiratory distress|pneumonia|respiratory failure|lung injury", re.IGNORECASE
)
_ARTHRITIS = re.compile(r"rheumatoid|arthritis", re.IGNORECASE)


def condition_text(record: Record) -> str:
    """The record's conditions, keywords and titles in one text."""
    section = record.study.protocol_section
    names = section.identification_module
    parts = (*section.conditions_module.conditions, *section.conditions_module.keywords)
    return " ; ".join(filter(None, (*parts, names.brief_title, names.official_title)))


def rescue_of(record: Record) -> str:
    """What rescue means in this trial's condition."""
    text = condition_text(record)
    if _LUNG.search(text):
        return "start of invasive mechanical ventilation or ECMO"
    if _ARTHRITIS.search(text):
        return "rescue with a disease-modifying drug or a higher dose of steroid"
    return "rescue or additional treatment"


def intercurrent_events(
    record: Record, kind: Kind, parameters: tuple[Parameter, ...], direction: Direction
) -> tuple[IntercurrentEvent, ...]:
    """Death, rescue and stopped treatment with their strategies, by the outcome's type; these are conventions."""
    stopped = IntercurrentEvent("discontinuation of study treatment or missed doses", POLICY)
    rescue = rescue_of(record)
    match kind.type:
        case _T.UNKNOWN:
            return ()
        case _T.ADVERSE_EVENTS | _T.SERIOUS_ADVERSE_EVENTS | _T.MORTALITY | _T.DOSE_LIMITING_TOXICITY:
            return (IntercurrentEvent(rescue, POLICY), stopped)
        case _T.TIME_TO_EVENT:
            why = (
                "death counts as the event"
                if direction is Direction.HIGHER
                else "a participant who died never improves"
            )
            return (IntercurrentEvent("death", COMPOSITE, why), IntercurrentEvent(rescue, POLICY), stopped)
        case _T.DURATION:
            why = "a participant who died has the worst duration of the horizon"
            return (IntercurrentEvent("death", COMPOSITE, why), IntercurrentEvent(rescue, POLICY), stopped)
        case _T.BINARY if kind.responder is not None:
            why = "counts as no response"
            return (IntercurrentEvent("death", COMPOSITE, why), IntercurrentEvent(rescue, COMPOSITE, why), stopped)
        case _T.CONTINUOUS | _T.ORDINAL if not _biomarker(parameters):
            why = "ranked below every survivor"
            return (IntercurrentEvent("death", COMPOSITE, why), IntercurrentEvent(rescue, POLICY), stopped)
        case _:
            why = "the value describes participants while they live"
            return (IntercurrentEvent("death", ALIVE, why), IntercurrentEvent(rescue, POLICY), stopped)


def _biomarker(parameters: tuple[Parameter, ...]) -> bool:
    return all(parameter.domain == "LB" for parameter in parameters)
