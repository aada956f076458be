"""Turns the posted results and documents of the legacy XML into the shape that v2 gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trialwright.record.model import Json
from trialwright.record.readers.gathered import Gathered
from trialwright.record.readers.legacy_xml.elements import Element
from trialwright.record.readers.legacy_xml.texts import unwrapped
from trialwright.record.readers.page.terms import iso_date

Convert = Callable[[Element], Json]

_TYPES = {"Primary": "PRIMARY", "Secondary": "SECONDARY", "Other Pre-specified": "OTHER_PRE_SPECIFIED"}
_EMPLOYEE = {
    "Principal Investigators are NOT employed by the organization sponsoring the study.": False,
    "All Principal Investigators ARE employed by the organization sponsoring the study.": True,
}
_ATTRIBUTES = {
    "group_id": "groupId",
    "value": "value",
    "spread": "spread",
    "lower_limit": "lowerLimit",
    "upper_limit": "upperLimit",
    "count": "numSubjects",
    "events": "numEvents",
    "subjects_affected": "numAffected",
    "subjects_at_risk": "numAtRisk",
}
_NUMBERS = ("numEvents", "numAffected", "numAtRisk")
_CODES = ("Mean", "Median", "Number", "Count of Participants", "Count of Units", "Least Squares Mean",
          "Geometric Mean", "Log Mean", "Geometric Least Squares Mean", "Standard Deviation", "Standard Error",
          "Full Range", "Inter-Quartile Range", "Geometric Coefficient of Variation", "Superiority",
          "Non-Inferiority", "Equivalence", "Superiority or Other", "Other", "2-Sided", "1-Sided",
          "Systematic Assessment", "Non-systematic Assessment")  # fmt: skip
_SIDES = {"2-Sided": "TWO_SIDED", "1-Sided": "ONE_SIDED"}
_ANALYSIS = {
    "groups_desc": "groupDescription",
    "non_inferiority_type": "nonInferiorityType",
    "non_inferiority_desc": "nonInferiorityComment",
    "p_value": "pValue",
    "p_value_desc": "pValueComment",
    "method": "statisticalMethod",
    "method_desc": "statisticalComment",
    "param_type": "paramType",
    "param_value": "paramValue",
    "dispersion_type": "dispersionType",
    "dispersion_value": "dispersionValue",
    "ci_percent": "ciPctValue",
    "ci_n_sides": "ciNumSides",
    "ci_lower_limit": "ciLowerLimit",
    "ci_lower_limit_na_comment": "ciLowerLimitComment",
    "ci_upper_limit": "ciUpperLimit",
    "ci_upper_limit_na_comment": "ciUpperLimitComment",
    "estimate_desc": "estimateComment",
    "other_analysis_desc": "otherAnalysisDescription",
}


def read_results(gathered: Gathered, root: Element) -> None:
    """Put the results section and the documents, where there are any."""
    results = root.first("clinical_results")
    gathered.put("hasResults", results is not None, results.span if results else (), "by the element's presence")
    if results is not None:
        gathered.put("resultsSection", _section(results), results.span)
    documents = root.first("provided_document_section")
    if documents is not None:
        docs = [_document(each) for each in documents.all("provided_document")]
        gathered.put("documentSection.largeDocumentModule.largeDocs", docs, documents.span)


def _section(results: Element) -> dict[str, Json]:
    return _filled(
        participantFlowModule=_with(results, "participant_flow", _flow),
        baselineCharacteristicsModule=_with(results, "baseline", _baseline),
        outcomeMeasuresModule=_filled(outcomeMeasures=_list(results, "outcome_list", _outcome)),
        adverseEventsModule=_with(results, "reported_events", _events),
        moreInfoModule=_more(results),
    )


def _flow(flow: Element) -> Json:
    return _filled(
        recruitmentDetails=_text(flow, "recruitment_details"),
        preAssignmentDetails=_text(flow, "pre_assignment_details"),
        groups=_list(flow, "group_list", _group),
        periods=_list(flow, "period_list", _period),
    )


def _period(period: Element) -> Json:
    return _filled(
        title=_text(period, "title"),
        milestones=_list(
            period,
            "milestone_list",
            lambda each: _filled(type=_text(each, "title"), achievements=_list(each, "participants_list", _counted)),
        ),
        dropWithdraws=_list(
            period,
            "drop_withdraw_reason_list",
            lambda each: _filled(type=_text(each, "title"), reasons=_list(each, "participants_list", _counted)),
        ),
    )


def _baseline(baseline: Element) -> Json:
    return _filled(
        populationDescription=_text(baseline, "population"),
        groups=_list(baseline, "group_list", _group),
        denoms=_list(baseline, "analyzed_list", _denominator),
        measures=_list(baseline, "measure_list", _measure),
    )


def _measure(measure: Element) -> dict[str, Json]:
    return _filled(
        title=_text(measure, "title"),
        description=_text(measure, "description"),
        populationDescription=_text(measure, "population"),
        paramType=_code(measure, "param"),
        dispersionType=_code(measure, "dispersion"),
        unitOfMeasure=_text(measure, "units"),
        typeUnitsAnalyzed=_text(measure, "units_analyzed"),
        denoms=_list(measure, "analyzed_list", _denominator),
        classes=_list(measure, "class_list", _class),
    )


def _class(each: Element) -> Json:
    return _filled(
        title=_text(each, "title"),
        denoms=_list(each, "analyzed_list", _denominator),
        categories=_list(
            each,
            "category_list",
            lambda kind: _filled(title=_text(kind, "title"), measurements=_list(kind, "measurement_list", _counted)),
        ),
    )


def _outcome(outcome: Element) -> Json:
    measure = outcome.first("measure")
    found = _measure(measure) if measure is not None else {}
    found.pop("title", None)  # the measure repeats the outcome's title, description and population
    kind = _text(outcome, "type")
    posting = _text(outcome, "posting_date")
    return {
        **found,
        **_filled(
            type=_TYPES.get(kind or "", (kind or "").upper().replace("-", "_")),
            title=_text(outcome, "title"),
            description=_text(outcome, "description"),
            populationDescription=_text(outcome, "population"),
            timeFrame=_text(outcome, "time_frame"),
            reportingStatus="POSTED" if measure is not None else "NOT_POSTED",
            anticipatedPostingDate=iso_date(posting) or posting if posting else None,
            groups=_list(outcome, "group_list", _group),
            analyses=_list(outcome, "analysis_list", _analysis),
        ),
    }


def _analysis(analysis: Element) -> Json:
    found: dict[str, Json] = {}
    groups = analysis.first("group_id_list")
    if groups is not None:
        found["groupIds"] = [each.take() for each in groups.children]
    for name, field in _ANALYSIS.items():
        value = _code(analysis, name)
        if value is not None:
            found[field] = value
    return found


def _events(events: Element) -> Json:
    return _filled(
        frequencyThreshold=_text(events, "other_events/frequency_threshold"),
        timeFrame=_text(events, "time_frame"),
        description=_text(events, "desc"),
        eventGroups=_list(events, "group_list", _group),
        seriousEvents=_event_list(events, "serious_events"),
        otherEvents=_event_list(events, "other_events"),
    )


def _event_list(events: Element, name: str) -> list[Json]:
    found = []
    section = events.first(name)
    if section is None:
        return []
    vocabulary, assessment = _text(section, "default_vocab"), _code(section, "default_assessment")
    categories = section.first("category_list")
    for category in categories.children if categories is not None else ():
        system = _text(category, "title")
        listed = category.first("event_list")
        for event in listed.children if listed is not None else ():
            term = event.first("sub_title")
            found.append(
                _filled(
                    term=_text(event, "sub_title"),
                    organSystem=system,
                    sourceVocabulary=(term.attributes.get("vocab") if term is not None else None) or vocabulary,
                    assessmentType=_code(event, "assessment") or assessment,
                    notes=_text(event, "description"),
                    stats=[_counted(each) for each in event.all("counts")],
                )
            )
    return found


def _more(results: Element) -> dict[str, Json]:
    agreements, contact = results.first("certain_agreements"), results.first("point_of_contact")
    found: dict[str, Json] = {}
    if agreements is not None:
        employee = _text(agreements, "pi_employee")
        restrictive = _text(agreements, "restrictive_agreement")
        found["certainAgreement"] = _filled(
            piSponsorEmployee=_EMPLOYEE.get(employee or ""),
            otherDetails=restrictive,
        )
    if (limits := _text(results, "limitations_and_caveats")) is not None:
        found["limitationsAndCaveats"] = {"description": limits}
    if contact is not None:
        found["pointOfContact"] = _filled(
            title=_text(contact, "name_or_title"),
            organization=_text(contact, "organization"),
            phone=_text(contact, "phone"),
            email=_text(contact, "email"),
        )
    return found


def _document(document: Element) -> Json:
    date = _text(document, "document_date")
    return _filled(
        label=_text(document, "document_type"),
        hasProtocol=_yes(document, "document_has_protocol"),
        hasSap=_yes(document, "document_has_sap"),
        hasIcf=_yes(document, "document_has_icf"),
        date=iso_date(date) or date if date else None,
        url=_text(document, "document_url"),
    )


def _group(group: Element) -> Json:
    group.taken = True
    return _filled(
        id=group.attributes.get("group_id"), title=_text(group, "title"), description=_text(group, "description")
    )


def _denominator(analyzed: Element) -> Json:
    _text(analyzed, "scope")  # says what the denominators are of, which their place in v2 says too
    return _filled(units=_text(analyzed, "units"), counts=_list(analyzed, "count_list", _counted))


def _counted(element: Element) -> Json:
    """Attributes under their v2 names, and the element's text as the comment."""
    found: dict[str, Json] = {}
    for name, value in element.attributes.items():
        field = _ATTRIBUTES.get(name, name)
        found[field] = int(value) if field in _NUMBERS and value.isascii() and value.isdigit() else value
    if comment := element.take():
        found["comment"] = comment
    return found


def _with(holder: Element, name: str, convert: Convert) -> Json:
    element = holder.first(name)
    return convert(element) if element is not None else None


def _list(holder: Element, name: str, convert: Convert) -> list[Json]:
    element = holder.first(name)
    return [convert(child) for child in element.children] if element is not None else []


def _text(holder: Element, way: str) -> str | None:
    element = holder.first(way)
    if element is None or not element.text:
        return None
    element.taken = True
    return unwrapped(element.raw)


def _code(holder: Element, name: str) -> str | None:
    """The text as v2 codes it, where it is one of the terms that v2 codes; else as it stands."""
    text = _text(holder, name)
    if text in _SIDES:
        return _SIDES[text]
    return text.upper().replace(" ", "_").replace("-", "_") if text in _CODES else text


def _yes(holder: Element, name: str) -> bool | None:
    text = _text(holder, name)
    return None if text is None else text == "Yes"


def _filled(**values: Any) -> dict[str, Json]:
    """The values that are there."""
    kept: Mapping[str, Any] = values
    return {name: value for name, value in kept.items() if value not in (None, "", [], {})}
