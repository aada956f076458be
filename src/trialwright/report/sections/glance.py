"""The trial at a glance: what it is in a paragraph, its key facts, its schema, and what to look at first."""

from __future__ import annotations

from trialwright.protocol.protocol import Protocol
from trialwright.record.provenance import Presence
from trialwright.record.record import Record
from trialwright.report import numbers, wording
from trialwright.report.contents import Contents
from trialwright.report.figures.schema import schema
from trialwright.report.markup import Child, Markup, facts, join, note, tag
from trialwright.report.sections.problems import all_entries
from trialwright.report.svg import figure

PHASES = "protocolSection.designModule.phases"
STATUS = "protocolSection.statusModule.overallStatus"


def header(contents: Contents) -> Markup:
    """The head of the page: number, title, official title, the line that says what this is."""
    record = contents.record
    names = record.study.protocol_section.identification_module
    official = names.official_title if names.official_title and names.official_title != record.title else None
    status = record.study.protocol_section.status_module.overall_status
    phases = " / ".join(wording.term(p) for p in record.study.protocol_section.design_module.phases)
    badges = [text for text in (phases, wording.term(status) if status else "") if text]
    return join(
        tag("p", tag("b", record.nct_id or "no NCT number"), " · report of a registered trial", class_="kicker"),
        tag("h1", record.title),
        tag("p", official, class_="official") if official else None,
        tag("p", [join(tag("span", text, class_="badge"), " ") for text in badges]) if badges else None,
        tag("p", "Research software, not medical advice.", class_="disclaimer"),
    )


def glance(contents: Contents) -> Markup:
    """The body of the section."""
    record, protocol = contents.record, contents.protocol
    if protocol is None:
        return join(
            note(contents.why_not("protocol", "No protocol was drafted from this record."), kind="why"),
            _registered(record),
            _counts(contents),
        )
    drawing = schema(protocol)
    return join(
        tag("p", lead(protocol), class_="lead"),
        _counts(contents),
        figure("fig-schema", drawing, tag("b", "Schema. "), _schema_caption(protocol))
        if drawing
        else note("No schema: the record names no arms or groups.", kind="why"),
        tag("h3", "Key facts"),
        facts(_key_facts(record, protocol), class_="facts"),
    )


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
    text = "Drawn from the drafted protocol; what the record does not state is said to be not stated. ▼ a dose, | an assessment."
    return f"{text} Control arms have a plain frame." if any(arm.role.is_control for arm in protocol.arms) else text


def _counts(contents: Contents) -> Markup:
    entries = all_entries(contents)
    tally = {s: sum(e.severity == s for e in entries) for s in ("error", "warning", "info")}
    coverage = contents.record.coverage
    pairs: list[tuple[Child, Child]] = [
        ("of the source understood", numbers.percent(coverage.proportion, 1 if coverage.proportion < 1 else 0)),
        ("errors / warnings found", join(f"{tally['error']} ", tag("small", "/"), f" {tally['warning']}")),
    ]
    lost = sum(entry.presence is Presence.LOST for entry in contents.record.provenance.entries.values())
    pairs.append(("fields lost by this rendering", str(lost)))
    if contents.protocol is not None:
        assumptions = contents.protocol.assumptions
        must = sum(a.must_confirm for a in assumptions)
        pairs.append(("assumptions / to be confirmed", join(f"{len(assumptions)} ", tag("small", "/"), f" {must}")))
    return facts(pairs, class_="counts")


def _key_facts(record: Record, protocol: Protocol) -> list[tuple[Child, Child]]:
    section = record.study.protocol_section
    info = section.design_module.design_info
    sponsor = section.sponsor_collaborators_module.lead_sponsor
    pairs: list[tuple[Child, Child]] = [
        (
            "Condition",
            ", ".join(section.conditions_module.conditions)
            or _absent(record, "protocolSection.conditionsModule.conditions"),
        ),
        ("Phase", " / ".join(wording.term(p) for p in section.design_module.phases) or _absent(record, PHASES)),
        ("Status in the registry", wording.term(section.status_module.overall_status)),
        ("Participants", wording.enrolment(protocol)),
        ("Allocation", wording.term(info.allocation if info else None)),
        ("Intervention model", wording.term(info.intervention_model if info else None)),
        ("Masking", wording.masking(protocol.masking)),
        ("Primary purpose", wording.term(info.primary_purpose if info else None)),
        ("Start", _date(section.status_module.start_date_struct)),
        ("Primary completion", _date(section.status_module.primary_completion_date_struct)),
        ("Completion", _date(section.status_module.completion_date_struct)),
        ("Sponsor", sponsor.name if sponsor and sponsor.name else "not stated"),
    ]
    if section.status_module.why_stopped:
        pairs.append(("Why stopped", section.status_module.why_stopped))
    if protocol.dlt is not None:
        window = f"{protocol.dlt.window} days" if protocol.dlt.window is not None else "window not stated"
        pairs.append(("Dose-limiting toxicity", f"{window}; {protocol.dlt.criteria or 'grading criteria not stated'}"))
    return pairs


def _date(value: object) -> str:
    day, kind = getattr(value, "date", None), getattr(value, "type", None)
    if not day:
        return "not stated"
    return f"{day} ({wording.term(kind)})" if kind else f"{day} (planned or actual: not known)"


def _absent(record: Record, path: str) -> str:
    return {Presence.LOST: "lost by this rendering"}.get(record.presence(path), "not stated")


def _registered(record: Record) -> Markup:
    section = record.study.protocol_section
    return facts(
        [
            ("Condition", ", ".join(section.conditions_module.conditions) or "not stated"),
            ("Study type", wording.term(section.design_module.study_type)),
            ("Status in the registry", wording.term(section.status_module.overall_status)),
        ],
        class_="facts",
    )
