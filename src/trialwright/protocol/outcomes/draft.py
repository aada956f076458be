"""Drafts the protocol's outcomes from those of a record, with every choice that the record leaves open."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.core.source import JsonPath, Location
from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.outcomes import (
    Derivation,
    Direction,
    Outcome,
    OutcomeLevel,
    OutcomeType,
)
from trialwright.protocol.outcomes.intercurrent import intercurrent_events
from trialwright.protocol.outcomes.kind import Kind, direction_of, kind_of
from trialwright.protocol.outcomes.lexicon import concepts_in
from trialwright.protocol.outcomes.parameters import DEATH, Codes, Made, parameters_of
from trialwright.protocol.outcomes.proposed import propose
from trialwright.protocol.outcomes.scales import categories
from trialwright.protocol.outcomes.units import fits, kind_of_unit, same_unit, stated_unit
from trialwright.protocol.timeframe import FrameKind, TimeFrame
from trialwright.protocol.timeframe.parser import parse_time_frame
from trialwright.record.provenance import Presence
from trialwright.record.record import Record

MODULE = "protocolSection.outcomesModule"
_LISTS = (
    ("primaryOutcomes", OutcomeLevel.PRIMARY),
    ("secondaryOutcomes", OutcomeLevel.SECONDARY),
    ("otherOutcomes", OutcomeLevel.OTHER),
)
_T = OutcomeType
_STEPS = gated(r"\b(one|two|three|1|2|3)[\s-](?:point|category|level|step|grade)s?\b")
_COUNT = {"one": 1, "two": 2, "three": 3, "1": 1, "2": 2, "3": 3}
_DAYS_IN_TITLE = gated(r"\bdays? ((?:\d{1,4}(?:\s?,\s?(?:and )?|\s?(?:and|&)\s?)?)+)", re.IGNORECASE)

Drafted = tuple[tuple[Outcome, ...], tuple[Outcome, ...], tuple[Problem, ...], tuple[Assumption, ...]]


@dataclass(slots=True)
class _Notes:
    """What is found while drafting; `silent`: outcomes whose better direction the record does not state."""

    problems: list[Problem] = field(default_factory=list)
    assumptions: list[Assumption] = field(default_factory=list)
    silent: list[tuple[str, str, Location | None]] = field(default_factory=list)
    open_end: list[tuple[str, str, Location | None]] = field(default_factory=list)


def draft_outcomes(record: Record) -> Drafted:
    """The record's outcomes, proposed ones where it names none (never both), the problems and the assumptions.

    Every outcome of the record becomes one outcome, in the record's order. Nothing is dropped: a type that cannot be
    told is UNKNOWN, a time frame that cannot be read is UNPARSEABLE, each with a Problem. Never raises.
    """
    module = record.study.protocol_section.outcomes_module
    lost = record.presence(f"{MODULE}.primaryOutcomes") is Presence.LOST
    notes, codes = _Notes(), Codes()
    outcomes: list[Outcome] = []
    lists = (module.primary_outcomes, module.secondary_outcomes, module.other_outcomes)
    for (name, level), items in zip(_LISTS, lists, strict=True):
        for index, item in enumerate(items):
            path = f"{MODULE}.{name}[{index}]"
            known = OutcomeLevel.UNKNOWN if lost else level
            prefix = "outcome" if lost else str(level)
            number = len(outcomes) + 1 if lost else index + 1
            texts = (item.measure or "", item.description or "", item.time_frame or "")
            outcomes.append(_outcome(record, f"{prefix}-{number}", known, texts, path, codes, notes))
    if lost and outcomes:
        notes.problems.append(_level_lost(record, len(outcomes)))
    _grouped(notes)
    proposed: tuple[Outcome, ...] = ()
    if not outcomes:
        proposed, problems, assumptions = propose(record)
        notes.problems.extend(problems)
        notes.assumptions.extend(assumptions)
    return tuple(outcomes), proposed, tuple(notes.problems), tuple(notes.assumptions)


def _outcome(
    record: Record, name: str, level: OutcomeLevel, texts: tuple[str, str, str], path: str, codes: Codes, notes: _Notes
) -> Outcome:
    measure, description, raw = texts
    where = record.where(f"{path}.measure") or JsonPath(f"{path}.measure")
    kind = kind_of(measure, description, has_scale=bool(categories(description)))
    made = parameters_of(kind, measure, description, codes)
    type_ = made.type or kind.type
    frame = parse_time_frame(raw, measure=measure, outcome_type=None if type_ is _T.UNKNOWN else type_)
    if type_ is not kind.type:
        direction, stated = direction_of(measure, description, type_, kind.concepts)
        kind = replace(kind, direction=direction, stated_direction=stated)
    kind = _settled(kind, type_, frame)
    derivation = _derivation(kind, made, measure, description, name, notes)
    direction = _direction(kind, made, measure, name, where, notes)
    _report_type(kind, measure, path, where, notes)
    _report_frame(frame, name, measure, path, record, notes)
    _report_parameters(kind, made, texts, name, path, where, notes)
    return Outcome(
        id=name,
        level=level,
        measure=measure,
        type=kind.type,
        time_frame=frame,
        direction=direction,
        derivation=derivation,
        intercurrent=intercurrent_events(record, kind, made.parameters, direction),
        description=description,
        source=path,
    )


def response_of(measure: str, description: str) -> tuple[str | None, float]:
    """By which change of a measurement an outcome counts participants, and by how much at least.

    None where it does not: then it is no yes or no, or one that is recorded as such.
    """
    kind = kind_of(measure, description, has_scale=bool(categories(description)))
    if (parameters_of(kind, measure, description, Codes()).type or kind.type) is not _T.BINARY:
        return None, 0.0
    return kind.responder, kind.threshold


def _settled(kind: Kind, type_: OutcomeType, frame: TimeFrame) -> Kind:
    """The kind with the type of its parameters, and a change from baseline where the time frame or custom makes one."""
    measured = type_ in {_T.CONTINUOUS, _T.ORDINAL}
    custom = bool(kind.concepts) and kind.concepts[0].by_change
    change = (
        (measured and (kind.change or frame.baseline or frame.kind is FrameKind.CHANGE or custom))
        or kind.responder is not None
    ) and not (frame.kind is FrameKind.POINT and frame.days == (0.0,))
    return replace(kind, type=type_, change=change, responder=kind.responder if type_ is _T.BINARY else None)


def _derivation(kind: Kind, made: Made, measure: str, description: str, name: str, notes: _Notes) -> Derivation:
    about = f"outcomes.{name}.derivation"
    steps = None
    scale = made.parameters[0].categories if made.parameters else ()
    if kind.type is _T.TIME_TO_EVENT and scale:
        steps = _steps(f"{measure} {description}", about, notes)
        deaths = [score for score, label in scale if DEATH.search(label)]
        if deaths and deaths[0] == scale[0][0]:
            steps = None
    if kind.responder is not None and kind.assumed_responder:
        notes.assumptions.append(
            Assumption(
                f"{about}.responder",
                f"a participant counts when the value {kind.responder}s by any amount from baseline",
                "the record counts participants with a change and does not say in which direction",
                ("any change in either direction", "a change by a stated least amount"),
                must_confirm=True,
                source="customary better direction of the quantity",
            )
        )
    text = _words(kind, made, steps)
    return Derivation(made.parameters, text, kind.change, kind.responder, kind.threshold, steps)


def _steps(text: str, about: str, notes: _Notes) -> int:
    found = _STEPS.search(text[:6000].lower())
    steps = _COUNT[found[1]] if found else 1
    why = "the record does not say whether the improvement must last"
    if found is None:
        why += ", nor by how many categories the score must fall"
    notes.assumptions.append(
        Assumption(
            about,
            f"the event is the first day with a score at least {steps} below baseline",
            why,
            ("the improvement must last 48 hours", "the improvement must last to the end of the horizon"),
            must_confirm=True,
        )
    )
    return steps


def _words(kind: Kind, made: Made, steps: int | None) -> str:
    names = "; ".join(parameter.name for parameter in made.parameters)
    match kind.type:
        case _T.ADVERSE_EVENTS | _T.SERIOUS_ADVERSE_EVENTS:
            return "participants with at least one event that begins on or after the first dose; number of events"
        case _T.MORTALITY:
            return "death from any cause within the horizon"
        case _T.DOSE_LIMITING_TOXICITY:
            return "participants with a dose-limiting toxicity by signed assessment, among those assessed as evaluable"
        case _T.TIME_TO_EVENT if steps is not None:
            return f"days from day 0 to the first score of {names} that lies at least {steps} below baseline"
        case _T.TIME_TO_EVENT:
            return f"days from day 0 to the event: {names}"
        case _T.DURATION:
            return f"days within the horizon: {names}"
        case _T.BINARY if kind.responder is not None:
            least = f"by at least {kind.threshold:g}" if kind.threshold else "by any amount"
            return f"{names}: {kind.responder} from baseline {least}; a missing value counts as no response"
        case _T.BINARY:
            return f"yes or no: {names}"
        case _T.UNKNOWN:
            return "not derived: the kind of variable is not known"
        case _:
            return f"{names}{', change from baseline (last value at or before the first dose)' if kind.change else ''}"


def _direction(kind: Kind, made: Made, measure: str, name: str, where: Location | None, notes: _Notes) -> Direction:
    direction = kind.direction
    scale = made.parameters[0].categories if made.parameters else ()
    deaths = [score for score, label in scale if DEATH.search(label)]
    if kind.type is _T.ORDINAL and deaths:
        return Direction.LOWER if deaths[-1] == scale[-1][0] else Direction.HIGHER
    # a count of participants with a reduction says itself which change is meant
    said = kind.stated_direction or (kind.responder is not None and not kind.assumed_responder)
    if not said and kind.type in {_T.CONTINUOUS, _T.ORDINAL, _T.COUNT, _T.BINARY, _T.DURATION}:
        taken = "none is taken" if direction is Direction.UNSTATED else f"{direction} by custom"
        notes.silent.append((name, f"{measure} ({taken})", where))
    return direction


def _report_type(kind: Kind, measure: str, path: str, where: Location | None, notes: _Notes) -> None:
    if kind.type is not _T.UNKNOWN:
        return
    notes.problems.append(
        Problem(
            "DRAFT-201",
            Severity.WARNING,
            f"the kind of variable of the outcome {_short(measure)!r} cannot be told from its title and description",
            field=f"{path}.measure",
            evidence=(Evidence.of(measure, where),),
            expected="words that say what is measured: a score, a level, a proportion, a time to an event",
            mend="set `type` and `derivation` of this outcome in the protocol file",
        )
    )


def _report_frame(frame: TimeFrame, name: str, measure: str, path: str, record: Record, notes: _Notes) -> None:
    where = record.where(f"{path}.timeFrame") or JsonPath(f"{path}.timeFrame")
    if frame.kind is FrameKind.UNPARSEABLE:
        missing = not frame.raw.strip()
        said = "is not stated" if missing else f"cannot be read: {frame.note}"
        notes.problems.append(
            Problem(
                "DRAFT-208" if missing else "DRAFT-207",
                Severity.WARNING,
                f"the time frame of {_short(measure)!r} {said}",
                field=f"{path}.timeFrame",
                evidence=() if missing else (Evidence.of(frame.raw, where),),
                expected="a time after a participant's start, such as `Day 28` or `up to 2 years`",
                mend="set `time_frame` of this outcome in the protocol file",
            )
        )
        return
    if frame.kind is FrameKind.EVENT_INTERVAL and frame.cap is None and frame.end is None:
        notes.open_end.append((name, frame.raw, where))
    named = {int(day) for found in _DAYS_IN_TITLE.findall(measure[:1000]) for day in re.findall(r"\d+", found)[:20]} - {
        0
    }
    days = {int(day) for day in (*frame.days, frame.end or 0, frame.cap or 0)} - {0}
    if named and days and not named & days:
        notes.problems.append(
            Problem(
                "DRAFT-210",
                Severity.WARNING,
                f"the title names day {', '.join(map(str, sorted(named)))}, the time frame day "
                f"{', '.join(map(str, sorted(days)))}; the time frame is followed",
                field=f"{path}.timeFrame",
                evidence=(Evidence.of(measure, where), Evidence.of(frame.raw, where)),
                expected="the same days in both",
                mend="set `time_frame` of this outcome in the protocol file",
            )
        )


def _report_parameters(
    kind: Kind, made: Made, texts: tuple[str, str, str], name: str, path: str, where: Location | None, notes: _Notes
) -> None:
    measure, description, _ = texts
    quotes = (Evidence.of(f"{measure} {description}".strip(), where),)
    if made.conflict:
        notes.problems.append(
            _problem("DRAFT-204", Severity.WARNING, made.conflict, path, quotes, "one instrument, fully described")
        )
        notes.assumptions.append(
            Assumption(
                f"outcomes.{name}.derivation.parameters",
                "; ".join(f"{p.code} ({p.name})" for p in made.parameters),
                made.conflict,
                tuple(f"{p.code} alone" for p in made.parameters[:4]),
                must_confirm=True,
            )
        )
    if made.assumed:
        notes.assumptions.append(
            Assumption(
                f"outcomes.{name}.derivation.parameters",
                "; ".join(f"{p.code} ({p.name})" for p in made.parameters),
                made.assumed,
                must_confirm=True,
            )
        )
    if made.open:
        notes.problems.append(
            _problem("DRAFT-212", Severity.INFO, made.open, path, quotes, "each score with its meaning")
        )
    _report_unit(kind, measure, description, path, quotes, notes)
    _report_two_names(measure, description, path, quotes, notes)


def _report_unit(
    kind: Kind, measure: str, description: str, path: str, quotes: tuple[Evidence, ...], notes: _Notes
) -> None:
    unit = stated_unit(measure, description)
    if unit is None or not kind.concepts or kind.concepts[0].domain not in {"LB", "FT", "VS"}:
        return
    concept = kind.concepts[0]
    fit = fits(concept, unit)
    if fit == "usual" and (kind_of_unit(unit) is None or same_unit(unit, concept.unit or "")):
        return
    words = {"impossible": ", which is no unit of it", "other": ", which is not a usual unit of it", "usual": ""}[fit]
    message = f"{concept.name} is given in {unit}{words}; {concept.unit} is used"
    severity = Severity.INFO if fit == "usual" else Severity.WARNING
    notes.problems.append(_problem("DRAFT-205", severity, message, path, quotes, " or ".join(concept.units[:3])))


def _report_two_names(measure: str, description: str, path: str, quotes: tuple[Evidence, ...], notes: _Notes) -> None:
    hard = {"LB", "FT", "VS"}
    title = [c for c in concepts_in(measure[:1000].lower()) if c.domain in hard]
    text = [c for c in concepts_in(description.lower()[:150]) if c.domain in hard]
    if len(title) != 1 or not text or title[0] in text or title[0].code in {"CONC", "CYTOKINE", "LUNGFX", "COGNIT"}:
        return
    if text[0].code in {"CONC", "COGNIT"} or text[0].domain != title[0].domain:
        return
    message = f"the title names {title[0].name}, the description {text[0].name}"
    if title[0].code == "PIO2":
        message += "; the description is followed"
    notes.problems.append(_problem("DRAFT-206", Severity.WARNING, message, path, quotes, "one quantity"))


def _problem(
    code: str, severity: Severity, message: str, path: str, quotes: tuple[Evidence, ...], expected: str
) -> Problem:
    mend = "set `derivation` of this outcome in the protocol file"
    return Problem(code, severity, message, field=path, evidence=quotes, expected=expected, mend=mend)


def _level_lost(record: Record, count: int) -> Problem:
    return Problem(
        "DRAFT-202",
        Severity.WARNING,
        f"this rendering lost which of the {count} outcomes are primary",
        field=f"{MODULE}.primaryOutcomes",
        evidence=tuple(Evidence.of(note) for note in (record.entry(f"{MODULE}.primaryOutcomes").note,) if note),
        expected="a rendering that shows primary and secondary outcomes apart",
        mend="set `level` of each outcome in the protocol file, or read the record as JSON",
    )


def _grouped(notes: _Notes) -> None:
    """One problem for all outcomes whose direction is silent, and one for all that end with an event alone."""
    if notes.silent:
        taken = [text for _, text, _ in notes.silent]
        notes.problems.append(
            Problem(
                "DRAFT-203",
                Severity.INFO,
                f"the record does not say which way is better for {len(taken)} outcome(s): "
                + ", ".join(name for name, _, _ in notes.silent[:40]),
                field=MODULE,
                evidence=tuple(Evidence.of(text, where) for _, text, where in notes.silent[:20]),
                expected="a direction for each: higher or lower is better",
                mend="set `direction` of these outcomes in the protocol file",
            )
        )
    if notes.open_end:
        notes.problems.append(
            Problem(
                "DRAFT-211",
                Severity.INFO,
                "the time frame ends with an event and names no longest time: "
                + ", ".join(name for name, _, _ in notes.open_end[:40]),
                field=MODULE,
                evidence=tuple(Evidence.of(text, where) for _, text, where in notes.open_end[:20]),
                expected="a longest time, such as `assessed up to 2 years`",
                mend="set `cap` of these time frames in the protocol file",
            )
        )


def _short(text: str) -> str:
    return text if len(text) <= 80 else text[:79] + "…"
