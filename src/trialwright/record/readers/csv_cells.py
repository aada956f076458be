"""Puts the cells of one row of a table into their fields, column by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from trialwright.core.source import JsonPath
from trialwright.record.readers.gathered import Gathered, registry_of
from trialwright.record.readers.page.places import ends_in_country, is_country
from trialwright.record.readers.page.terms import AGE, iso_date
from trialwright.record.terms import (
    AGENCY_CLASS,
    ALLOCATION,
    INTERVENTION_MODEL,
    INTERVENTION_TYPE,
    MASKING,
    OBSERVATIONAL_MODEL,
    PHASE,
    PRIMARY_PURPOSE,
    SEX,
    STANDARD_AGE,
    STATUS,
    STUDY_TYPE,
    TIME_PERSPECTIVE,
    WHO_MASKED,
    Terms,
    code_of,
)

KEPT = ("Rank", "URL", "Study URL", "Study Documents")
_TEXTS = {
    "NCT Number": "identificationModule.nctId",
    "Title": "identificationModule.briefTitle",
    "Study Title": "identificationModule.briefTitle",
    "Acronym": "identificationModule.acronym",
    "Brief Summary": "descriptionModule.briefSummary",
    "Sponsor": "sponsorCollaboratorsModule.leadSponsor.name",
}
_TERMS: Mapping[str, tuple[str, Terms]] = {
    "Status": ("statusModule.overallStatus", STATUS),
    "Study Status": ("statusModule.overallStatus", STATUS),
    "Gender": ("eligibilityModule.sex", SEX),
    "Sex": ("eligibilityModule.sex", SEX),
    "Funder Type": ("sponsorCollaboratorsModule.leadSponsor.class", AGENCY_CLASS),
}
_DATES = {
    "Start Date": "statusModule.startDateStruct.date",
    "Primary Completion Date": "statusModule.primaryCompletionDateStruct.date",
    "Completion Date": "statusModule.completionDateStruct.date",
    "First Posted": "statusModule.studyFirstPostDateStruct.date",
    "Results First Posted": "statusModule.resultsFirstPostDateStruct.date",
    "Last Update Posted": "statusModule.lastUpdatePostDateStruct.date",
}
_DESIGN: Mapping[str, tuple[str, Terms]] = {
    "Allocation": ("designModule.designInfo.allocation", ALLOCATION),
    "Intervention Model": ("designModule.designInfo.interventionModel", INTERVENTION_MODEL),
    "Primary Purpose": ("designModule.designInfo.primaryPurpose", PRIMARY_PURPOSE),
    "Observational Model": ("designModule.designInfo.observationalModel", OBSERVATIONAL_MODEL),
    "Time Perspective": ("designModule.designInfo.timePerspective", TIME_PERSPECTIVE),
}
_MASKED = ("designModule.designInfo.maskingInfo.masking", "designModule.designInfo.maskingInfo.whoMasked")
_LEVELS = {
    "Primary Outcome Measures": "primaryOutcomes",
    "Secondary Outcome Measures": "secondaryOutcomes",
    "Other Outcome Measures": "otherOutcomes",
}
_AGES = re.compile(
    rf"(?:(?:up to|till) )?(?P<one>{AGE.pattern})(?: (?:to (?P<two>{AGE.pattern})|and older))?", re.IGNORECASE
)
_RESULTS = {"has results": True, "yes": True, "no results available": False, "no": False}
OTHERS = ("OTHER", "INDIV", "NETWORK", "OTHER_GOV", "UNKNOWN", "AMBIG")
NO_KIND = "the kinds of lead sponsor and collaborators stand in one list, in which several kinds are called Other"
NO_LEVEL = "this table does not part primary from other outcomes"
NO_PARTS = "measure, description and time frame stand in one text, with commas between them and within them"
NO_COLUMN = "the table has no column for it"
NO_PLACE = "facility, city, state and postal code stand in one text with commas between them"
LOST = (
    "identificationModule.officialTitle", "identificationModule.organization", "statusModule.whyStopped",
    "identificationModule.nctIdAliases", "identificationModule.orgStudyIdInfo.type",
    "identificationModule.orgStudyIdInfo.link", "identificationModule.orgStudyIdInfo.domain",
    "statusModule.lastKnownStatus", "statusModule.statusVerifiedDate", "statusModule.studyFirstSubmitDate",
    "statusModule.studyFirstSubmitQcDate", "statusModule.resultsFirstSubmitDate",
    "statusModule.resultsFirstSubmitQcDate", "statusModule.dispFirstSubmitDate", "statusModule.dispFirstSubmitQcDate",
    "statusModule.dispFirstPostDateStruct", "statusModule.delayedPosting", "statusModule.resultsWaived",
    "statusModule.lastUpdateSubmitDate", "statusModule.expandedAccessInfo", "statusModule.startDateStruct.type",
    "statusModule.primaryCompletionDateStruct.type", "statusModule.completionDateStruct.type",
    "statusModule.studyFirstPostDateStruct.type", "statusModule.resultsFirstPostDateStruct.type",
    "statusModule.lastUpdatePostDateStruct.type", "sponsorCollaboratorsModule.responsibleParty", "oversightModule",
    "descriptionModule.briefSummary", "descriptionModule.detailedDescription", "conditionsModule.keywords",
    "designModule.enrollmentInfo.type", "designModule.patientRegistry", "designModule.targetDuration",
    "designModule.bioSpec", "designModule.designInfo.interventionModelDescription",
    "designModule.designInfo.maskingInfo.maskingDescription", "armsInterventionsModule.armGroups",
    "designModule.expandedAccessTypes", "designModule.nPtrsToThisExpAccNctId", "eligibilityModule.genderDescription",
    "eligibilityModule.eligibilityCriteria", "eligibilityModule.healthyVolunteers", "eligibilityModule.genderBased",
    "eligibilityModule.minimumAge", "eligibilityModule.maximumAge", "eligibilityModule.studyPopulation",
    "eligibilityModule.samplingMethod", "contactsLocationsModule.centralContacts",
    "contactsLocationsModule.overallOfficials", "referencesModule", "ipdSharingStatementModule", "derivedSection",
    "resultsSection", "documentSection", "annotationSection", "outcomesModule.primaryOutcomes",
    "outcomesModule.secondaryOutcomes",
)  # fmt: skip


def put_cell(gathered: Gathered, name: str, text: str, where: JsonPath) -> bool:
    """Put one cell; False if it cannot be read or the column is not known."""
    if name in _TEXTS:
        gathered.put(_TEXTS[name], text, where)
    elif name in _TERMS:
        gathered.term(_TERMS[name][0], text, _TERMS[name][1], where)
    elif name in _DATES:
        date = iso_date(text)
        if date is None:
            gathered.undecided(_DATES[name], (text,), where, "the value cannot be read")
            return False
        gathered.put(_DATES[name], date, where)
    elif name in _LEVELS:
        _outcomes(gathered, _LEVELS[name], text, where)
    elif name in _COLUMNS:
        return _COLUMNS[name](gathered, text, where)
    else:
        return False
    return True


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _conditions(gathered: Gathered, text: str, where: JsonPath) -> bool:
    for index, part in enumerate(_parts(text)):
        gathered.put(f"conditionsModule.conditions[{index}]", part, where)
    return True


def _interventions(gathered: Gathered, text: str, where: JsonPath) -> bool:
    for index, part in enumerate(_parts(text)):
        kind, colon, name = part.partition(":")
        path = f"armsInterventionsModule.interventions[{index}]"
        if colon and code_of(kind, INTERVENTION_TYPE):
            gathered.term(f"{path}.type", kind, INTERVENTION_TYPE, where)
            gathered.put(f"{path}.name", name.strip(), where)
        else:
            gathered.put(f"{path}.name", part, where)
    gathered.lost("armsInterventionsModule.interventions", "the table holds type and name only")
    return True


def _outcomes(gathered: Gathered, level: str, text: str, where: JsonPath) -> None:
    for index, part in enumerate(_parts(text)):
        path = f"outcomesModule.{level}[{index}]"
        gathered.put(f"{path}.measure", part, where, NO_PARTS, (part,))
        for field in ("description", "timeFrame"):
            gathered.undecided(f"{path}.{field}", (part,), where, NO_PARTS)


def _mixed_outcomes(gathered: Gathered, text: str, where: JsonPath) -> bool:
    for index, part in enumerate(_parts(text)):
        path = f"outcomesModule.otherOutcomes[{index}]"
        readings = tuple(f"{level}Outcomes: {part}" for level in ("primary", "secondary", "other"))
        gathered.put(f"{path}.measure", part, where, NO_LEVEL, readings)
        gathered.lost((f"{path}.description", f"{path}.timeFrame"), NO_COLUMN)
    return True


def outcomes_without_level(gathered: Gathered, header: Sequence[str]) -> None:
    """In the current table a level without a cell has no outcomes; the legacy one says nothing of levels."""
    for name, level in _LEVELS.items():
        if name in header and not gathered.value(f"outcomesModule.{level}"):
            gathered.absent(f"outcomesModule.{level}", JsonPath(name), "the cell is empty")


def _sponsors(gathered: Gathered, text: str, where: JsonPath) -> bool:
    lead, *others = _parts(text)
    gathered.put("sponsorCollaboratorsModule.leadSponsor.name", lead, where, "by its place: the first of the list")
    for index, name in enumerate(others):
        gathered.put(f"sponsorCollaboratorsModule.collaborators[{index}].name", name, where)
    return True


def _collaborators(gathered: Gathered, text: str, where: JsonPath) -> bool:
    for index, name in enumerate(_parts(text)):
        gathered.put(f"sponsorCollaboratorsModule.collaborators[{index}].name", name, where)
        gathered.lost(f"sponsorCollaboratorsModule.collaborators[{index}].class", NO_COLUMN)
    return True


def _funders(gathered: Gathered, text: str, where: JsonPath) -> bool:
    """The kinds of all who pay, each once, in the legacy table; there `Other` is whoever is none of the first three."""
    codes = tuple(code_of(kind, AGENCY_CLASS) or kind for kind in _parts(text))
    readings = tuple(dict.fromkeys(each for code in codes for each in (OTHERS if code == "OTHER" else (code,))))
    others = gathered.value("sponsorCollaboratorsModule.collaborators")
    paths = [f"collaborators[{index}]" for index in range(len(others) if isinstance(others, list) else 0)]
    for each in ("leadSponsor", *paths):
        path = f"sponsorCollaboratorsModule.{each}.class"
        if len(readings) == 1:
            gathered.term(path, readings[0], AGENCY_CLASS, where)
        else:
            gathered.undecided(path, readings, where, NO_KIND)
    return True


def _ages(gathered: Gathered, text: str, where: JsonPath) -> bool:
    """`18 Years to 80 Years (Adult, Older Adult)`, or the groups alone."""
    limits, bracket, groups = text.partition("(")
    limits = " ".join(limits.split())
    if not bracket and code_of(limits.split(",")[0], STANDARD_AGE):
        limits, groups = "", limits
    names = [name.strip(" )") for name in groups.split(",") if name.strip(" )")]
    for index, name in enumerate(names):
        gathered.term(f"eligibilityModule.stdAges[{index}]", name, STANDARD_AGE, where)
    if not limits:
        return True
    minimum, maximum = "eligibilityModule.minimumAge", "eligibilityModule.maximumAge"
    found = _AGES.fullmatch(limits)
    if found is None:
        none = "child, adult, older adult" in limits.casefold()
        return none or bool(names and not limits)
    if limits.casefold().startswith(("up to", "till")):
        gathered.absent(minimum, where, "the table states only the upper limit")
        gathered.put(maximum, found["one"], where)
    else:
        gathered.put(minimum, found["one"], where)
        if found["two"]:
            gathered.put(maximum, found["two"], where)
        else:
            gathered.absent(maximum, where, "the table states only the lower limit")
    return True


def _phases(gathered: Gathered, text: str, where: JsonPath) -> bool:
    for index, part in enumerate(re.split(r"[|/]", text) if text != "N/A" else [text]):
        gathered.term(f"designModule.phases[{index}]", part.strip(), PHASE, where)
    return True


def _enrolment(gathered: Gathered, text: str, where: JsonPath) -> bool:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        gathered.undecided("designModule.enrollmentInfo.count", (text,), where, "the value cannot be read")
        return False
    gathered.put("designModule.enrollmentInfo.count", int(text), where)
    return True


def _study_type(gathered: Gathered, text: str, where: JsonPath) -> bool:
    head = re.split(r"[\[|:]", text)[0].strip()
    gathered.term("designModule.studyType", head if code_of(head, STUDY_TYPE) else text, STUDY_TYPE, where)
    registry_of(gathered, text, where)
    return True


def _design(gathered: Gathered, text: str, where: JsonPath) -> bool:
    known = True
    for part in _parts(text):
        label, _, value = part.partition(":")
        value = value.strip()
        if label in _DESIGN:
            gathered.term(_DESIGN[label][0], value, _DESIGN[label][1], where)
        elif label == "Masking":
            level, _, who = (value, "", "") if code_of(value, MASKING) else value.partition("(")
            gathered.term("designModule.designInfo.maskingInfo.masking", level.strip(), MASKING, where)
            for index, name in enumerate(name.strip(" )") for name in who.split(",") if name.strip(" )")):
                path = f"designModule.designInfo.maskingInfo.whoMasked[{index}]"
                gathered.term(path, name, WHO_MASKED, where)
        elif value:
            known = False
    return known


def _identifiers(gathered: Gathered, text: str, where: JsonPath) -> bool:
    first, *others = _parts(text)
    gathered.put("identificationModule.orgStudyIdInfo.id", first, where, "by its place: the first of the list")
    for index, other in enumerate(others):
        path = f"identificationModule.secondaryIdInfos[{index}]"
        gathered.put(f"{path}.id", other, where)
        gathered.lost((f"{path}.type", f"{path}.domain", f"{path}.link"), NO_COLUMN)
    return True


def _has_results(gathered: Gathered, text: str, where: JsonPath) -> bool:
    found = _RESULTS.get(text.casefold())
    if found is not None:
        gathered.put("hasResults", found, where)
    return found is not None


def _locations(gathered: Gathered, text: str, where: JsonPath) -> bool:
    """Places, each ending in its country; a part too short for facility, city and country goes on after the bar."""
    index, begun = 0, ""
    parts = _parts(text)
    for number, bit in enumerate(parts):
        part = f"{begun}|{bit}" if begun else bit
        ends = ends_in_country(part) or is_country(part)
        begun = "" if ends or part.count(",") >= 2 or number == len(parts) - 1 else part
        if begun:
            continue
        path = f"contactsLocationsModule.locations[{index}]"
        index += 1
        pieces = [piece.strip() for piece in part.split(",")]
        tail = 2 if len(pieces) > 2 and is_country(", ".join(pieces[-2:])) else 1
        country = ", ".join(pieces[-tail:])
        doubt = () if ends else (country, "none")
        gathered.put(f"{path}.country", country, where, "by its place: the last of the text", doubt)
        for field in ("facility", "city", "state", "zip"):
            gathered.undecided(f"{path}.{field}", (part,), where, NO_PLACE)
        gathered.lost(path, NO_COLUMN)
    return True


SHOWS: Mapping[str, tuple[str, ...]] = {
    # the fields that a column shows: without the column they are lost, with an empty cell absent
    **{name: (path,) for name, path in (*_TEXTS.items(), *_DATES.items())},
    **{name: (path,) for name, (path, _) in _TERMS.items()},
    **{name: (f"outcomesModule.{level}",) for name, level in _LEVELS.items()},
    "Conditions": ("conditionsModule.conditions",),
    "Interventions": ("armsInterventionsModule.interventions",),
    "Outcome Measures": ("outcomesModule.otherOutcomes",),
    "Sponsor/Collaborators": (
        "sponsorCollaboratorsModule.leadSponsor.name",
        "sponsorCollaboratorsModule.collaborators",
    ),
    "Collaborators": ("sponsorCollaboratorsModule.collaborators",),
    "Funded Bys": ("sponsorCollaboratorsModule.leadSponsor.class",),
    "Age": ("eligibilityModule.stdAges",),
    "Phases": ("designModule.phases",),
    "Study Type": ("designModule.studyType",),
    "Enrollment": ("designModule.enrollmentInfo.count",),
    "Study Design": tuple(path for path, _ in _DESIGN.values()) + _MASKED,
    "Study Designs": tuple(path for path, _ in _DESIGN.values()) + _MASKED,
    "Other IDs": ("identificationModule.orgStudyIdInfo.id", "identificationModule.secondaryIdInfos"),
    "Study Results": ("hasResults",),
    "Locations": ("contactsLocationsModule.locations",),
}
EVERY = tuple(dict.fromkeys(path for paths in SHOWS.values() for path in paths))
_COLUMNS: Mapping[str, Callable[[Gathered, str, JsonPath], bool]] = {
    "Conditions": _conditions,
    "Interventions": _interventions,
    "Outcome Measures": _mixed_outcomes,
    "Sponsor/Collaborators": _sponsors,
    "Collaborators": _collaborators,
    "Funded Bys": _funders,
    "Age": _ages,
    "Phases": _phases,
    "Enrollment": _enrolment,
    "Study Type": _study_type,
    "Study Design": _design,
    "Study Designs": _design,
    "Other IDs": _identifiers,
    "Study Results": _has_results,
    "Locations": _locations,
}
