"""Outcomes offered where a record names none: by condition, phase and design, flagged as proposed."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.core.source import JsonPath
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.outcomes import Derivation, Direction, Outcome, OutcomeLevel, OutcomeType, Parameter
from trialwright.protocol.outcomes.intercurrent import condition_text, intercurrent_events
from trialwright.protocol.outcomes.kind import Kind
from trialwright.protocol.outcomes.lexicon import concepts
from trialwright.protocol.outcomes.parameters import Codes, parameters_of
from trialwright.protocol.timeframe.parser import parse_time_frame
from trialwright.record.provenance import Presence
from trialwright.record.record import Record

_T = OutcomeType
_MODULE = "protocolSection.outcomesModule"
FOLLOW_UP, WINDOW = 28, 28
_RESPIRATORY = re.compile(r"covid|sars-?cov|ards\b|respiratory distress|pneumonia|respiratory failure", re.IGNORECASE)
_VENTILATED = re.compile(r"intubat|mechanical\w* ventilat|ards\b|respiratory distress", re.IGNORECASE)
_ARTHRITIS = re.compile(r"rheumatoid", re.IGNORECASE)
_ONCOLOGY = re.compile(
    r"cancer|carcinoma|tumou?r|leuk[a]?emia|lymphoma|myeloma|sarcoma|melanoma|neoplasm", re.IGNORECASE
)
_PAIN = re.compile(r"\bpain\b|osteoarthritis|arthrosis", re.IGNORECASE)
_ESCALATION = re.compile(r"escalat|dose[\s-]limiting|\bdlts?\b|maximum[\s-]tolerated|\bmtd\b", re.IGNORECASE)
_DLT_WINDOW = re.compile(
    r"(?:dlt|dose[\s-]limiting)[^.]{0,250}?\b(\d{1,3})[\s-]days?\b|\b(\d{1,3})[\s-]days?\b[^.]{0,120}?(?:\bdlt|dose[\s-]limiting)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Offer:
    measure: str
    time_frame: str
    type: OutcomeType
    why: str
    code: str = ""


Proposal = tuple[tuple[Outcome, ...], tuple[Problem, ...], tuple[Assumption, ...]]


def propose(record: Record) -> Proposal:
    """Outcomes that a trial of this condition, phase and design customarily has, each with origin `proposed`.

    They never mix with registered outcomes: this is called only where the record names none. Days are conventions.
    """
    lost = Presence.LOST in {record.presence(_MODULE), record.presence(f"{_MODULE}.primaryOutcomes")}
    offers = _offers(record)
    outcomes = tuple(_outcome(record, index, offer) for index, offer in enumerate(offers, start=1))
    what = "this rendering lost the outcomes, if the record has any" if lost else "the record names no outcome"
    summary = record.study.protocol_section.description_module.brief_summary or ""
    problem = Problem(
        "DRAFT-209",
        Severity.WARNING,
        f"{what}; {len(outcomes)} outcomes are proposed and kept apart",
        field=_MODULE,
        evidence=(Evidence.of(summary, JsonPath("protocolSection.descriptionModule.briefSummary")),) if summary else (),
        expected="at least one primary outcome with its time frame",
        mend="write the outcomes of the trial's own protocol into the protocol file",
    )
    if not outcomes:
        return (), (problem,), ()
    assumption = Assumption(
        "proposed_outcomes",
        "; ".join(f"{offer.measure} ({offer.time_frame})" for offer in offers),
        f"{what}; these follow from its condition, phase and design, and their days are conventions",
        ("no outcomes", "the outcomes of the trial's own protocol"),
        must_confirm=True,
        source="customary endpoints; " + "; ".join(sorted({offer.why for offer in offers})),
    )
    return outcomes, (problem,), (assumption,)


def _offers(record: Record) -> list[_Offer]:
    section = record.study.protocol_section
    design = section.design_module
    if design.study_type not in {None, "INTERVENTIONAL"}:
        return []
    arms = section.arms_interventions_module
    about = condition_text(record)
    told = " ".join(
        filter(None, (section.description_module.brief_summary, section.description_module.detailed_description))
    )
    criteria = section.eligibility_module.eligibility_criteria or ""
    arm_text = " ".join(f"{arm.label or ''} {arm.description or ''}" for arm in arms.arm_groups)
    info = design.design_info
    sequential = info is not None and info.intervention_model == "SEQUENTIAL"
    early = any(phase in {"PHASE1", "EARLY_PHASE1"} for phase in design.phases)
    offers = []
    if (early and sequential) or _ESCALATION.search(f"{about} {told} {arm_text}"):
        window = _window(told)
        offers.append(
            _Offer(
                "Dose-limiting toxicity", f"Day 0 through Day {window}", _T.DOSE_LIMITING_TOXICITY, "dose escalation"
            )
        )
    offers.append(
        _Offer(
            "Treatment-emergent adverse events",
            f"Day 0 through Day {FOLLOW_UP}",
            _T.ADVERSE_EVENTS,
            "safety of every trial",
        )
    )
    offers.append(
        _Offer(
            "Serious adverse events",
            f"Day 0 through Day {FOLLOW_UP}",
            _T.SERIOUS_ADVERSE_EVENTS,
            "safety of every trial",
        )
    )
    offers.extend(_by_condition(f"{about} {told[:1500]}", criteria))
    return offers


def _window(text: str) -> int:
    """The DLT window that the descriptions name, else 28 days."""
    match = _DLT_WINDOW.search(text[:20000])
    days = int(match[1] or match[2]) if match else WINDOW
    return days if 1 <= days <= 365 else WINDOW


def _by_condition(text: str, criteria: str) -> list[_Offer]:
    if _RESPIRATORY.search(text):
        lung = "respiratory failure"
        offers = [
            _Offer("All-cause mortality", "Day 0 through Day 28", _T.MORTALITY, lung),
            _Offer(
                "Change in PaO2/FiO2 from baseline", "Baseline, Day 7, Day 14, Day 28", _T.CONTINUOUS, lung, "PFRATIO"
            ),
        ]
        if _VENTILATED.search(f"{text} {criteria[:3000]}"):
            offers.append(_Offer("Ventilator-free days", "Day 28", _T.DURATION, lung, "VENTFREE"))
        offers.append(
            _Offer(
                "Change in C-reactive protein from baseline",
                "Baseline, Day 7, Day 14, Day 28",
                _T.CONTINUOUS,
                lung,
                "CRP",
            )
        )
        return offers
    if _ARTHRITIS.search(text):
        return [
            _Offer(
                "Change in DAS28 from baseline",
                "Baseline, Day 28, Day 84",
                _T.CONTINUOUS,
                "rheumatoid arthritis",
                "DAS28",
            )
        ]
    if _ONCOLOGY.search(text):
        return [_Offer("Overall survival", "up to 1 year", _T.TIME_TO_EVENT, "oncology")]
    if _PAIN.search(text):
        return [
            _Offer(
                "Change in pain from baseline", "Baseline, Week 4, Week 12", _T.CONTINUOUS, "painful condition", "PAIN"
            )
        ]
    return []


def _outcome(record: Record, index: int, offer: _Offer) -> Outcome:
    named = tuple(concept for concept in concepts() if concept.code == offer.code)
    change = offer.type is _T.CONTINUOUS
    kind = Kind(offer.type, named, change=change)
    parameters: tuple[Parameter, ...] = parameters_of(kind, offer.measure, "", Codes()).parameters
    lower = {_T.ADVERSE_EVENTS, _T.SERIOUS_ADVERSE_EVENTS, _T.MORTALITY, _T.DOSE_LIMITING_TOXICITY}
    direction = Direction.LOWER if offer.type in lower else Direction.HIGHER
    if named:
        direction = named[0].direction
    return Outcome(
        id=f"proposed-{index}",
        level=OutcomeLevel.UNKNOWN,
        measure=offer.measure,
        type=offer.type,
        time_frame=parse_time_frame(offer.time_frame, measure=offer.measure, outcome_type=offer.type),
        direction=direction,
        derivation=Derivation(parameters, f"{offer.measure}: proposed, not registered", change=change),
        intercurrent=intercurrent_events(record, kind, parameters, direction),
        origin="proposed",
        source=None,
    )
