"""The trial at a glance: what it is in a paragraph, its key facts, its schema, and what to look at first."""

from __future__ import annotations

from trialwright.protocol.protocol import Protocol
from trialwright.record.model import DateStruct
from trialwright.record.provenance import Presence
from trialwright.record.record import Record
from trialwright.report import numbers, wording
from trialwright.report.contents import Contents
from trialwright.report.figures.schema import schema
from trialwright.report.markup import Child, Markup, facts, join, note, tag
from trialwright.report.page import DISCLAIMER
from trialwright.report.sections.problems import tally
from trialwright.report.sections.reading import lost_fields
from trialwright.report.svg import figure


def header(contents: Contents) -> Markup:
    """The head of the page: number, title, official title, status, and what this page is."""
    section = contents.record.study.protocol_section if contents.record else None
    official = section.identification_module.official_title if section else None
    badges = []
    if section is not None:
        phases = [term for term in section.design_module.phases if term != "NA"]
        badges = [" / ".join(wording.term(term) for term in phases)]
        badges.append(
            wording.term(section.status_module.overall_status) if section.status_module.overall_status else ""
        )
    return join(
        tag("p", tag("b", contents.nct_id or "no NCT number"), " · report of a registered trial", class_="kicker"),
        tag("h1", contents.title),
        tag("p", official, class_="official") if official and official != contents.title else None,
        tag("p", [join(tag("span", text, class_="badge"), " ") for text in badges if text]) if any(badges) else None,
        tag("p", DISCLAIMER, class_="disclaimer"),
    )


def glance(contents: Contents) -> Markup:
    """The body of the section."""
    protocol = contents.protocol
    drawing = schema(protocol)
    return join(
        tag("p", lead(protocol), class_="lead"),
        _counts(contents),
        _unfinished(contents),
        figure("fig-schema", drawing, tag("b", "Schema. "), _schema_caption(protocol))
        if drawing
        else note("No schema: the record names no arms or groups.", kind="why"),
        tag("h3", "Key facts"),
        facts(_key_facts(contents), class_="facts"),
    )


def _unfinished(contents: Contents) -> Markup | None:
    """What this report lacks, said before anything else is read."""
    if not contents.unfinished:
        return None
    return join(note(tag("b", f"Not done: {stage}. "), reason, kind="caution") for stage, reason in contents.unfinished)


def lead(protocol: Protocol) -> str:
    """The trial in one or two sentences, made only of what the protocol holds."""
    start = wording.design(protocol.design)
    primary = [o.measure for o in protocol.outcomes if o.level.value == "primary"]
    sentence = f"{start[0].upper()}{start[1:]}; {wording.enrolment(protocol)}."
    if len(primary) == 1:
        return f"{sentence} Primary outcome: {primary[0].rstrip('.')}."
    if primary:
        return f"{sentence} {len(primary)} primary outcomes."
    if protocol.outcomes:
        return f"{sentence} {numbers.plural(len(protocol.outcomes), 'outcome')}; none is known to be primary."
    return f"{sentence} The record as it was found names no outcome."


def _schema_caption(protocol: Protocol) -> str:
    text = "Drawn from the drafted protocol; what the record does not state is said to be not stated."
    marks = "▼ a dose, | an assessment." if protocol.schedule else "▼ a dose."
    frames = " Control arms have a plain frame." if any(arm.role.is_control for arm in protocol.arms) else ""
    return f"{text} {marks}{frames}"


def _counts(contents: Contents) -> Markup:
    found, slash = tally(contents), tag("small", " / ")
    pairs: list[tuple[Child, Child]] = []
    if contents.record is not None:
        share = contents.record.coverage.proportion
        vital, others = lost_fields(contents.record)
        pairs += [
            ("of the source mapped to the model", numbers.percent(share, 1 if share < 1 else 0)),
            ("important / other fields lost by this rendering", join(len(vital), slash, len(others))),
        ]
    assumptions = contents.protocol.assumptions
    must = sum(a.must_confirm for a in assumptions)
    pairs += [
        ("errors / warnings / notes found", join(found["error"], slash, found["warning"], slash, found["info"])),
        ("assumptions / to be confirmed", join(len(assumptions), slash, must)),
    ]
    return facts(pairs, class_="counts")


def _key_facts(contents: Contents) -> list[tuple[Child, Child]]:
    protocol = contents.protocol
    pairs: list[tuple[Child, Child]] = _of_record(contents.record) if contents.record else []
    pairs += [("Participants", wording.enrolment(protocol)), ("Masking", wording.masking(protocol.masking))]
    if protocol.dlt is not None:
        window = f"{protocol.dlt.window} days" if protocol.dlt.window is not None else "window not stated"
        pairs.append(("Dose-limiting toxicity", f"{window}; {protocol.dlt.criteria or 'grading criteria not stated'}"))
    return pairs


def _of_record(record: Record) -> list[tuple[Child, Child]]:
    section = record.study.protocol_section
    info, status = section.design_module.design_info, section.status_module
    sponsor = section.sponsor_collaborators_module.lead_sponsor

    def said(path: str, text: str | None) -> str:
        if text:
            return text
        return "lost by this rendering" if record.presence(f"protocolSection.{path}") is Presence.LOST else "not stated"

    def coded(path: str, value: str | None) -> str:
        return said(path, wording.term(value) if value else None)

    kind = section.design_module.study_type
    where = "designModule.designInfo"
    pairs: list[tuple[Child, Child]] = [
        ("Condition", said("conditionsModule.conditions", ", ".join(section.conditions_module.conditions))),
        ("Phase", said("designModule.phases", " / ".join(wording.term(p) for p in section.design_module.phases))),
        ("Status in the registry", coded("statusModule.overallStatus", status.overall_status)),
        ("Study type", coded("designModule.studyType", kind)),
    ]
    if kind == "OBSERVATIONAL":
        pairs += [
            ("Observational model", coded(f"{where}.observationalModel", info.observational_model if info else None)),
            ("Time perspective", coded(f"{where}.timePerspective", info.time_perspective if info else None)),
        ]
    else:
        pairs += [
            ("Allocation", coded(f"{where}.allocation", info.allocation if info else None)),
            ("Intervention model", coded(f"{where}.interventionModel", info.intervention_model if info else None)),
            ("Primary purpose", coded(f"{where}.primaryPurpose", info.primary_purpose if info else None)),
        ]
    pairs += [
        ("Start", said("statusModule.startDateStruct", _date(status.start_date_struct))),
        (
            "Primary completion",
            said("statusModule.primaryCompletionDateStruct", _date(status.primary_completion_date_struct)),
        ),
        ("Completion", said("statusModule.completionDateStruct", _date(status.completion_date_struct))),
        ("Sponsor", said("sponsorCollaboratorsModule.leadSponsor", sponsor.name if sponsor else None)),
    ]
    if status.why_stopped:
        pairs.append(("Why stopped", status.why_stopped))
    return pairs


def _date(value: DateStruct | None) -> str:
    if value is None or not value.date:
        return ""
    return (
        f"{value.date} ({wording.term(value.type)})" if value.type else f"{value.date} (planned or actual: not known)"
    )
