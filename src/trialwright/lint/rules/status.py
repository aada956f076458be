"""Rules about status, dates and enrolment."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from trialwright.core.gates import gated
from trialwright.core.problem import Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject, partial_date

STATUS = "protocolSection.statusModule.overallStatus"
COUNT = "protocolSection.designModule.enrollmentInfo.count"
COUNT_TYPE = "protocolSection.designModule.enrollmentInfo.type"
START = "protocolSection.statusModule.startDateStruct.date"
PRIMARY = "protocolSection.statusModule.primaryCompletionDateStruct.date"
COMPLETION = "protocolSection.statusModule.completionDateStruct.date"
OPEN = ("RECRUITING", "ACTIVE_NOT_RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION")


@rule(
    "ST-001",
    Severity.WARNING,
    "a withdrawn trial with dates in the future, or estimated ones",
    why="A withdrawn trial will not start: a future date was left behind or the status is wrong.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
    dated=True,
)
def withdrawn_with_future(subject: Subject) -> Iterator[Answer]:
    if subject.section.status_module.overall_status != "WITHDRAWN":
        return
    if subject.as_of is None:
        yield Unknown("The record shows no date of its last update; name a day with --as-of.", STATUS)
        return
    end = COMPLETION if subject.record.value(COMPLETION) else PRIMARY
    for path, name in ((START, "start"), (end, "completion" if end == COMPLETION else "primary completion")):
        days = partial_date(subject.record.value(path))
        if days is not None and days[0] > subject.as_of:
            yield Found(
                f"The trial is withdrawn, and its {name} lies after {subject.as_of}.",
                path,
                (subject.quote(STATUS), subject.quote(path)),
            )
        elif days is not None and subject.record.value(path.removesuffix("date") + "type") == "ESTIMATED":
            yield Found(
                f"The trial is withdrawn, and its {name} is still an estimate.",
                path,
                (subject.quote(STATUS), subject.quote(path.removesuffix("date") + "type")),
                severity=Severity.INFO,
            )


@rule(
    "ST-002",
    Severity.WARNING,
    "a stopped trial that does not say why",
    why="Whether it was safety, money or recruitment matters to everybody who plans the next trial.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def no_reason(subject: Subject) -> Iterator[Answer]:
    status = subject.section.status_module
    path = "protocolSection.statusModule.whyStopped"
    if status.overall_status in ("WITHDRAWN", "TERMINATED", "SUSPENDED") and not status.why_stopped:
        if subject.lost(path):
            yield Unknown("This rendering does not show why the trial was stopped.", path)
        else:
            yield Found(f"The trial is {status.overall_status} and no reason is given.", path, (subject.quote(STATUS),))


@rule(
    "ST-003",
    Severity.ERROR,
    "a withdrawn trial with participants",
    why="Withdrawn means stopped before the first participant; with participants it would be terminated.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def withdrawn_with_participants(subject: Subject) -> Iterator[Answer]:
    if subject.section.status_module.overall_status != "WITHDRAWN":
        return
    if subject.lost(COUNT):
        yield Unknown("This rendering lost the number of participants.", COUNT)
        return
    count = subject.record.value(COUNT)
    if count is None:
        yield Found("The trial is withdrawn and no enrolment is stated.", COUNT, severity=Severity.WARNING)
    elif count != 0:
        yield Found(
            f"The trial is withdrawn with an enrolment of {count}.",
            COUNT,
            (subject.quote(STATUS), subject.quote(COUNT)),
        )


@rule(
    "ST-004",
    Severity.INFO,
    "a status that is unknown",
    why="The sponsor has not confirmed the record for two years; whether the trial ran is open.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def unknown_status(subject: Subject) -> Iterator[Answer]:
    status = subject.section.status_module
    if status.overall_status == "UNKNOWN":
        last = f"; it was last {status.last_known_status}" if status.last_known_status else ""
        yield Found(f"The status of the trial is unknown{last}.", STATUS, (subject.quote(STATUS),))


@rule(
    "ST-005",
    Severity.WARNING,
    "a site that recruits although the trial is closed",
    why="One of the two is out of date; patients may be sent to a site that takes nobody.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def recruiting_site(subject: Subject) -> Iterator[Answer]:
    overall = subject.section.status_module.overall_status
    if overall in (None, "RECRUITING", "NOT_YET_RECRUITING", "ENROLLING_BY_INVITATION"):
        return
    for index, site in enumerate(subject.section.contacts_locations_module.locations):
        if site.status == "RECRUITING":
            path = f"protocolSection.contactsLocationsModule.locations[{index}].status"
            yield Found(
                f"The trial is {overall} and a site is RECRUITING.", path, (subject.quote(STATUS), subject.quote(path))
            )
            return


@rule(
    "ST-006",
    Severity.WARNING,
    "a completion date that has passed while the trial is open, or an estimate that lies in the past",
    why="Either the trial is late or the record was not kept; its dates cannot be relied on.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
    dated=True,
)
def past_completion(subject: Subject) -> Iterator[Answer]:
    overall = subject.section.status_module.overall_status
    days = partial_date(subject.record.value(COMPLETION))
    if overall not in OPEN or days is None:
        return
    if subject.as_of is None:
        yield Unknown("The record shows no date of its last update; name a day with --as-of.", COMPLETION)
    elif days[1] < subject.as_of:
        yield Found(
            f"The trial is {overall} and its completion date lies before {subject.as_of}.",
            COMPLETION,
            (subject.quote(STATUS), subject.quote(COMPLETION)),
        )
    else:
        yield from _estimated_in_the_past(subject, subject.as_of)


def _estimated_in_the_past(subject: Subject, as_of: date) -> Iterator[Answer]:
    """A start or primary completion that is still an estimate on a day after it."""
    for path, name in ((START, "start"), (PRIMARY, "primary completion")):
        days = partial_date(subject.record.value(path))
        kind = subject.record.value(path.removesuffix("date") + "type")
        if days is not None and kind == "ESTIMATED" and days[1] < as_of:
            yield Found(
                f"The {name} is an estimate and lies before {as_of}.",
                path,
                (subject.quote(path), subject.quote(path.removesuffix("date") + "type")),
            )
            return


@rule(
    "ST-007",
    Severity.ERROR,
    "dates in an impossible order",
    why="A trial cannot be completed before it starts, nor its primary outcome after its end.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def date_order(subject: Subject) -> Iterator[Answer]:
    for earlier, later in ((START, COMPLETION), (PRIMARY, COMPLETION), (START, PRIMARY)):
        first = partial_date(subject.record.value(earlier))
        second = partial_date(subject.record.value(later))
        if first is not None and second is not None and first[0] > second[1]:
            name = earlier.split(".")[-2].removesuffix("Struct")
            other = later.split(".")[-2].removesuffix("Struct")
            yield Found(f"{name} lies after {other}.", earlier, (subject.quote(earlier), subject.quote(later)))


_PLANNED = gated(
    r"\b(\d{1,5})\s+(?:[a-z][\w-]*\s+){0,6}?(?:patients|participants|subjects|volunteers)\b(?:(?!, ?\d)[^.;]){0,60}?"
    r"\bwill be (?:recruited|enrolled|included|randomi[sz]ed)"
    r"|\b(?:will|plans? to|aims? to|intends? to) (?:recruit|enrol+|include|randomi[sz]e) (?:a total of )?"
    r"(?:approximately |about |around )?(\d{1,5})\s+(?:[a-z][\w-]*\s+){0,4}?"
    r"(?:patients|participants|subjects|volunteers|adults|individuals)\b",
    re.IGNORECASE,
)


_PART = gated(
    r"\b(?:cohorts?|dose|phase|part|stage|sentinel|arms?|per|each|every|sites?|group|additional|another|first|control"
    r"|pilot|expansion|run-in)\b",
    re.IGNORECASE,
)


@rule(
    "ST-011",
    Severity.WARNING,
    "a number of participants in the text that is not the enrolment",
    why="The planned and the reported size differ: power, stopping and allocation were planned for another number.",
    fix=Fixability.SPONSOR,
    says_too=("DRAFT-112",),
)
def text_size(subject: Subject) -> Iterator[Answer]:
    count = subject.record.value(COUNT)
    if count is None:
        if subject.unsure(COUNT):
            yield Unknown("This rendering lost the number of participants.", COUNT)
        return
    for name in ("briefSummary", "detailedDescription"):
        path = f"protocolSection.descriptionModule.{name}"
        text = subject.record.value(path) or ""
        stated = [
            (int(match.group(1) or match.group(2)), match.group())
            for match in _PLANNED.finditer(text)
            if not _PART.search(text[max(0, match.start() - 60) : match.end() + 40])
        ]
        whole = all(number != count and (number > count or count % number) for number, _ in stated if number)
        if stated and whole and sum(n for n, _ in stated) != count:
            number, words = stated[0]
            final = subject.record.value(COUNT_TYPE) == "ACTUAL"
            yield Found(
                f"The text plans for {number} participants; the enrolment is {count}.",
                COUNT,
                (subject.quote(path, words), subject.quote(COUNT)),
                severity=Severity.INFO if final else None,
            )
            return


@rule(
    "ST-012",
    Severity.WARNING,
    "an enrolment that should be final and is an estimate",
    why="Whether the number is a target or a fact decides what every error rate and power figure means.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def enrolment_type(subject: Subject) -> Iterator[Answer]:
    overall = subject.section.status_module.overall_status
    if overall not in ("COMPLETED", "TERMINATED", "ACTIVE_NOT_RECRUITING") or subject.record.value(COUNT) is None:
        return
    if subject.lost(COUNT_TYPE):
        yield Unknown("This rendering lost whether the enrolment is a target or a fact.", COUNT_TYPE)
    elif subject.record.value(COUNT_TYPE) == "ESTIMATED":
        yield Found(
            f"The trial is {overall} and its enrolment is still an estimate.",
            COUNT_TYPE,
            (subject.quote(STATUS), subject.quote(COUNT_TYPE)),
        )


RULES = (
    withdrawn_with_future,
    no_reason,
    withdrawn_with_participants,
    unknown_status,
    recruiting_site,
    past_completion,
    date_order,
    text_size,
    enrolment_type,
)
