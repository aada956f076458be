"""Rules about registration, follow-up, results and the pace of a trial."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence, Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.rules.status import COMPLETION, COUNT, OPEN, PRIMARY, START, STATUS
from trialwright.lint.subject import Subject, partial_date
from trialwright.lint.texts import timed_outcomes
from trialwright.protocol.timeframe import FrameKind

SUBMITTED = "protocolSection.statusModule.studyFirstSubmitDate"
VERIFIED = "protocolSection.statusModule.statusVerifiedDate"
RESULTS = "protocolSection.statusModule.resultsFirstSubmitDate"
REFERENCES = "protocolSection.referencesModule.references"
SITES = "protocolSection.contactsLocationsModule.locations"
NO_DAY = "The record shows no date of its last update; name a day with --as-of."
SLACK = 31  # days: a month more or less is how registrants round
LEFT_EARLY = 0.2  # of a follow-up: how much of it may be missing where those who entered last left before its end


@rule(
    "ST-008",
    Severity.WARNING,
    "a completion too early for the follow-up that the outcomes need",
    why="The last participant cannot have been followed to the last time point when the trial is said to end.",
    fix=Fixability.SPONSOR,
)
def follow_up_cut(subject: Subject) -> Iterator[Answer]:
    if subject.section.status_module.overall_status in ("WITHDRAWN", "TERMINATED", "SUSPENDED"):
        return
    if subject.section.design_module.study_type != "INTERVENTIONAL":
        return
    primary_end, end = partial_date(subject.record.value(PRIMARY)), partial_date(subject.record.value(COMPLETION))
    if primary_end is None or end is None or not subject.section.outcomes_module.secondary_outcomes:
        return
    latest = (end[1] - primary_end[0]).days
    horizons: dict[bool, tuple[float, str]] = {}
    for path, measure, _, raw in timed_outcomes(subject):
        is_primary = ".primaryOutcomes" in path
        if not is_primary and _EVENT.search(measure or ""):
            continue
        horizon = _horizon(subject, raw or "", measure or "", generous=is_primary)
        if horizon is None and is_primary:
            return
        if horizon is not None and horizon > horizons.get(is_primary, (-1.0, ""))[0]:
            horizons[is_primary] = (horizon, path)
    if len(horizons) < 2 or horizons[True][0] > WHOLE_TRIAL:
        return
    needed = horizons[False][0] - horizons[True][0]
    over = subject.record.value(COMPLETION.removesuffix("date") + "type") == "ACTUAL"
    slack = max(SLACK, needed * LEFT_EARLY if over else 0)
    if needed > SLACK and latest + slack < needed:
        yield Found(
            f"The last time point lies {needed:g} days after that of the primary outcome; between primary completion "
            f"and completion lie at most {latest} days.",
            COMPLETION,
            (subject.quote(PRIMARY), subject.quote(COMPLETION), subject.quote(f"{horizons[False][1]}.timeFrame")),
        )


_EVENT = gated(r"surviv|progression|relaps|durab|duration|time to|recurren|mortality|death|retention", re.IGNORECASE)
WHOLE_TRIAL = 1100  # days; a longer time frame of a primary outcome is that of the trial, not of a participant


def _horizon(subject: Subject, raw: str, measure: str, *, generous: bool) -> float | None:
    """The last day of a time frame; without `generous`, only where the text names a point, no limit and no event."""
    frame = subject.frame(raw, measure)
    if frame.kind is FrameKind.UNPARSEABLE or frame.end_event is not None:
        return None
    days = [*frame.days, *(day for day in (frame.end, frame.cap) if day is not None)]
    if not days:
        return None
    firm = frame.cap is None and not frame.approximate and frame.kind in (FrameKind.POINT, FrameKind.POINTS)
    return max(days) if generous or firm or (frame.kind is FrameKind.CHANGE and frame.cap is None) else None


@rule(
    "ST-009",
    Severity.INFO,
    "a registration after the trial began",
    why="What was registered after the start can have been chosen in knowledge of the first data.",
    fix=Fixability.RECORD,
    sure=Confidence.CERTAIN,
)
def late_registration(subject: Subject) -> Iterator[Answer]:
    submitted, start = partial_date(subject.record.value(SUBMITTED)), partial_date(subject.record.value(START))
    if submitted is None or start is None:
        for path in (SUBMITTED, START):
            if subject.unsure(path):
                yield Unknown("This rendering does not show when the trial was registered or began.", path)
                return
        return
    late = (submitted[0] - start[1]).days
    if late > 0:
        beyond = "more than the 21 days that US law allows" if late > 21 else "journals ask for registration before"
        yield Found(
            f"The trial was registered {late} days or more after its start: {beyond}.",
            SUBMITTED,
            (subject.quote(START), subject.quote(SUBMITTED)),
        )


@rule(
    "ST-010",
    Severity.INFO,
    "a completion date that is put off again and again",
    why="A trial that slips at each update will slip again; its date of results is a hope.",
    fix=Fixability.SPONSOR,
)
def slippage(subject: Subject) -> Iterator[Answer]:
    if not subject.earlier:
        if subject.section.status_module.overall_status in OPEN:
            yield Unknown("It takes an older version of the record; see lint --diff.", COMPLETION)
        return
    days = [partial_date(version.value(COMPLETION)) for version in (*subject.earlier, subject.record)]
    known = [each[1] for each in days if each is not None]
    slips = [(b - a).days for a, b in pairwise(known) if (b - a).days > SLACK]
    if slips:
        times = "once" if len(slips) == 1 else f"{len(slips)} times"
        yield Found(
            f"The completion date was put off {times}, by {sum(slips)} days in all.",
            COMPLETION,
            (Evidence.of(known[0].isoformat()), subject.quote(COMPLETION)),
        )


@rule(
    "ST-013",
    Severity.WARNING,
    "a trial completed more than a year ago without results",
    why="What was learnt from its participants is not where a reader of the registry can find it.",
    fix=Fixability.SPONSOR,
    dated=True,
    sure=Confidence.CERTAIN,
)
def no_results(subject: Subject) -> Iterator[Answer]:
    status = subject.section.status_module
    ended = partial_date(subject.record.value(PRIMARY)) or partial_date(subject.record.value(COMPLETION))
    if status.overall_status not in ("COMPLETED", "TERMINATED") or ended is None or _has_results(subject):
        return
    if subject.section.design_module.study_type not in (None, "INTERVENTIONAL"):
        return
    path = PRIMARY if subject.record.value(PRIMARY) else COMPLETION
    if subject.as_of is None:
        yield Unknown(NO_DAY, path)
    elif subject.as_of.year > ended[1].year and (subject.as_of - ended[1]).days > 365:
        if subject.record.study.has_results is None and subject.unsure(RESULTS, "resultsSection"):
            yield Unknown("This rendering does not show whether results were posted.", RESULTS)
            return
        derived = sum(item.type == "DERIVED" for item in subject.section.references_module.references)
        papers = f"; {derived} publications were linked to it" if derived else ""
        yield Found(
            f"On {subject.as_of} the trial had ended more than a year before, and no results are posted{papers}.",
            path,
            (subject.quote(STATUS), subject.quote(path)),
        )


def _has_results(subject: Subject) -> bool:
    study = subject.record.study
    return bool(study.has_results or study.results_section or subject.section.status_module.results_first_submit_date)


@rule(
    "ST-014",
    Severity.INFO,
    "a record that nobody has verified for a year or more",
    why="Its status and dates say what was true then.",
    fix=Fixability.SPONSOR,
    dated=True,
    sure=Confidence.CERTAIN,
)
def unverified(subject: Subject) -> Iterator[Answer]:
    if subject.section.status_module.overall_status not in (*OPEN, "UNKNOWN", "SUSPENDED"):
        return
    days = partial_date(subject.record.value(VERIFIED))
    if days is None:
        if subject.unsure(VERIFIED):
            yield Unknown("This rendering does not show when the record was verified.", VERIFIED)
        return
    if subject.as_of is None:
        yield Unknown(NO_DAY, VERIFIED)
        return
    age = (subject.as_of - days[1]).days
    if age > 365:
        years = "two years" if age > 730 else "a year"
        yield Found(
            f"On {subject.as_of} the last check lay more than {years} back.", VERIFIED, (subject.quote(VERIFIED),)
        )


_COVID = gated(r"covid|sars-cov-2|coronavirus disease 2019|ncov", re.IGNORECASE)
_CRITICAL = gated(r"critical|\bARDS\b|respiratory distress syndrome|septic shock|cardiac arrest", re.IGNORECASE)
_PANDEMIC = date(2020, 1, 1), date(2023, 5, 5)
DELAY = 540  # days from registration to the start of a trial of an epidemic disease
SLOW, FAST = 0.25, 8.0  # participants a month: in the whole trial; critically ill at a single site


@rule(
    "ST-015",
    Severity.INFO,
    "a pace of enrolment, or a start, that is hard to believe",
    why="Whoever plans by this record plans with patients that the place does not have, or with a date long gone.",
    fix=Fixability.SPONSOR,
    sure=Confidence.POSSIBLE,
)
def pace(subject: Subject) -> Iterator[Answer]:
    section = subject.section
    named = " ".join((subject.record.title, *section.conditions_module.conditions))
    start, end = partial_date(subject.record.value(START)), partial_date(subject.record.value(PRIMARY))
    submitted = partial_date(subject.record.value(SUBMITTED))
    if start and submitted and _COVID.search(named) and _PANDEMIC[0] <= submitted[0] <= _PANDEMIC[1]:
        wait = (start[0] - submitted[1]).days
        if wait > DELAY:
            yield Found(
                f"A trial in COVID-19 is to start {wait} days after its registration.",
                START,
                (subject.quote(SUBMITTED), subject.quote(START)),
            )
    count = subject.record.value(COUNT)
    if not (start and end and count) or section.status_module.overall_status in ("WITHDRAWN", "TERMINATED"):
        return
    months = (end[1] - start[0]).days / 30.4375
    if section.design_module.study_type != "INTERVENTIONAL" or months < 1:
        return
    evidence = (subject.quote(START), subject.quote(PRIMARY), subject.quote(COUNT))
    if months > 36 and count / months < SLOW:
        yield Found(f"{count} participants in {months:.0f} months: fewer than one in four months.", COUNT, evidence)
    single = len(section.contacts_locations_module.locations) == 1
    if single and count / months > FAST and _CRITICAL.search(named):
        yield Found(f"{count} critically ill participants in {months:.1f} months at one site.", COUNT, evidence)


RULES = (follow_up_cut, late_registration, slippage, no_results, unverified, pace)
