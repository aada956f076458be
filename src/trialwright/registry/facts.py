"""The facts of one record that filters and counts ask for, out of its v2 JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

Json = Mapping[str, Any]
NOTHING: Json = {}
_IN_YEARS = {
    "year": 1.0,
    "month": 1 / 12,
    "week": 7 / 365.25,
    "day": 1 / 365.25,
    "hour": 1 / 8766,
    "minute": 1 / 525960,
}
_AGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute)s?\s*", re.IGNORECASE)
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?")


def facts_of(study: Json) -> dict[str, Any]:
    """The facts of a study, by the columns of `layout.FACTS`; None or an empty list where it does not say."""
    section = study.get("protocolSection", NOTHING)
    names, status = _module(section, "identification"), _module(section, "status")
    design, people = _module(section, "design"), _module(section, "eligibility")
    arms = _module(section, "armsInterventions")
    sponsor = _module(section, "sponsorCollaborators").get("leadSponsor", NOTHING)
    conditions = _module(section, "conditions")
    info, count = design.get("designInfo", NOTHING), design.get("enrollmentInfo", NOTHING)
    enrolled = count.get("count")
    return {
        "title": names.get("briefTitle") or names.get("officialTitle"),
        "acronym": names.get("acronym"),
        "status": status.get("overallStatus"),
        "study_type": design.get("studyType"),
        "phases": _all(design.get("phases")),
        "enrolment": enrolled if enrolled is not None and abs(enrolled) < 2**31 else None,
        "enrolment_type": count.get("type"),
        "sponsor": sponsor.get("name"),
        "sponsor_class": sponsor.get("class"),
        "allocation": info.get("allocation"),
        "intervention_model": info.get("interventionModel"),
        "primary_purpose": info.get("primaryPurpose"),
        "masking": info.get("maskingInfo", NOTHING).get("masking"),
        "observational_model": info.get("observationalModel"),
        "time_perspective": info.get("timePerspective"),
        "sex": people.get("sex"),
        "min_age_years": age_years(people.get("minimumAge")),
        "max_age_years": age_years(people.get("maximumAge")),
        "age_groups": _all(people.get("stdAges")),
        "healthy_volunteers": people.get("healthyVolunteers"),
        "conditions": _all(conditions.get("conditions")),
        "keywords": _all(conditions.get("keywords")),
        "intervention_types": _each(arms.get("interventions"), "type"),
        "interventions": _each(arms.get("interventions"), "name"),
        "countries": _each(_module(section, "contactsLocations").get("locations"), "country"),
        "arms": len(arms.get("armGroups", ())) or None,
        "start_date": _day(status, "startDateStruct"),
        "primary_completion_date": _day(status, "primaryCompletionDateStruct"),
        "completion_date": _day(status, "completionDateStruct"),
        "first_posted": _day(status, "studyFirstPostDateStruct"),
        "has_results": study.get("hasResults"),
    }


def updated(study: Json) -> date | None:
    """The day of the last update, None where the study does not show it."""
    status = _module(study.get("protocolSection", NOTHING), "status")
    return _day(status, "lastUpdatePostDateStruct") or first_day(status.get("lastUpdateSubmitDate"))


def first_day(text: str | None) -> date | None:
    """The first day that a date written as yyyy, yyyy-MM or yyyy-MM-dd can mean; None if it is none.

    >>> first_day("2021-02")
    datetime.date(2021, 2, 1)
    """
    match = _DATE.fullmatch(text or "")
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    except ValueError:
        return None


def age_years(text: str | None) -> float | None:
    """An age in years, None where it is not stated or not understood.

    >>> age_years("18 Years"), age_years("6 Months"), age_years("N/A")
    (18.0, 0.5, None)
    """
    match = _AGE.fullmatch(text or "")
    return float(match[1]) * _IN_YEARS[match[2].lower()] if match else None


def _module(section: Json, name: str) -> Json:
    found: Json = section.get(f"{name}Module", NOTHING)
    return found


def _day(status: Json, name: str) -> date | None:
    return first_day(status.get(name, NOTHING).get("date"))


def _all(values: Iterable[str] | None) -> list[str]:
    return list(dict.fromkeys(values or ()))


def _each(items: Iterable[Json] | None, name: str) -> list[str]:
    return list(dict.fromkeys(item[name] for item in items or () if item.get(name)))
