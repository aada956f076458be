"""Reads the tables that the registry offers for download, one study to a row: the legacy and the current one."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from trialwright.core.errors import InputError
from trialwright.core.problem import Evidence, Severity
from trialwright.core.source import JsonPath
from trialwright.record.provenance import Coverage, Line, Provenance
from trialwright.record.readers.gathered import Gathered
from trialwright.record.readers.page.terms import AGE, iso_date
from trialwright.record.reading import Piece, Reading
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

LEGACY = ("NCT Number", "Title", "Outcome Measures", "Sponsor/Collaborators", "Study Designs")
CURRENT = ("NCT Number", "Study Title", "Study Status", "Sponsor", "Study Design")
KEPT = ("Rank", "URL", "Study URL", "Study Documents")
LARGEST_CELL = 5_000_000

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
    "Study Type": ("designModule.studyType", STUDY_TYPE),
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
_LEVELS = {
    "Primary Outcome Measures": "primaryOutcomes",
    "Secondary Outcome Measures": "secondaryOutcomes",
    "Other Outcome Measures": "otherOutcomes",
}
_AGES = re.compile(
    rf"(?:(?:up to|till) )?(?P<one>{AGE.pattern})(?: (?:to (?P<two>{AGE.pattern})|and older))?", re.IGNORECASE
)
_RESULTS = {"has results": True, "yes": True, "no results available": False, "no": False}
_INVERTED = re.compile(
    r"(?:The )?(?:\w+ )*Republic of(?: the)?|Province of China|State of|Former Serbia and Montenegro|The"
)
NO_LEVEL = "this table does not part primary from other outcomes"
NO_PARTS = "measure, description and time frame stand in one text, with commas between them and within them"
NO_PLACE = "facility, city, state and postal code stand in one text with commas between them"
LOST = (
    "identificationModule.officialTitle", "identificationModule.organization", "statusModule.whyStopped",
    "statusModule.lastKnownStatus", "statusModule.statusVerifiedDate", "statusModule.studyFirstSubmitDate",
    "statusModule.lastUpdateSubmitDate", "statusModule.expandedAccessInfo", "statusModule.startDateStruct.type",
    "statusModule.primaryCompletionDateStruct.type", "statusModule.completionDateStruct.type",
    "statusModule.studyFirstPostDateStruct.type", "statusModule.resultsFirstPostDateStruct.type",
    "statusModule.lastUpdatePostDateStruct.type", "sponsorCollaboratorsModule.responsibleParty", "oversightModule",
    "descriptionModule.briefSummary", "descriptionModule.detailedDescription", "conditionsModule.keywords",
    "designModule.enrollmentInfo.type", "designModule.patientRegistry", "designModule.targetDuration",
    "designModule.bioSpec", "designModule.designInfo.interventionModelDescription",
    "designModule.designInfo.maskingInfo.maskingDescription", "armsInterventionsModule.armGroups",
    "eligibilityModule.eligibilityCriteria", "eligibilityModule.healthyVolunteers", "eligibilityModule.genderBased",
    "eligibilityModule.minimumAge", "eligibilityModule.maximumAge", "eligibilityModule.studyPopulation",
    "eligibilityModule.samplingMethod", "contactsLocationsModule.centralContacts",
    "contactsLocationsModule.overallOfficials", "referencesModule", "ipdSharingStatementModule", "derivedSection",
    "resultsSection", "documentSection", "annotationSection", "outcomesModule.primaryOutcomes",
    "outcomesModule.secondaryOutcomes",
)  # fmt: skip


def recognises(text: str) -> bool:
    """Whether the first line names the columns of one of the two tables."""
    line = text.lstrip()[:4000].split("\n", 1)[0]
    if not line.lstrip('"').startswith(("Rank", "NCT Number")):
        return False
    try:
        header = next(csv.reader([line]), [])
    except csv.Error:
        return False
    return set(LEGACY) <= set(header) or set(CURRENT) <= set(header)


def read(text: str) -> Reading:
    """The study in a table of one row. Raises InputError: READ-004 if there is none, READ-005 if there are several,
    READ-401 if the row is broken."""
    found = []
    for piece in read_each(text):
        found.append(piece)
        if len(found) > 1:
            raise InputError(
                "READ-005",
                "the table holds several studies",
                expected="one study",
                mend="commands that take several records read such a table whole; this one takes one record",
            )
    if not found or found[0].reading is None:
        raise (found[0].error if found and found[0].error else _no_rows())
    return found[0].reading


def read_each(text: str) -> Iterator[Piece]:
    """Every row of a table. Raises InputError (READ-004) if it has none."""
    before = csv.field_size_limit(LARGEST_CELL)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = _header(rows)
        number = 0
        while True:
            try:
                cells = next(rows)
            except StopIteration:
                break
            except csv.Error as fault:
                yield Piece(f"row {number + 1}", "", None, _broken(number + 1, str(fault)))
                return
            if not any(cell.strip() for cell in cells):
                continue
            number += 1
            label = f"row {number}"
            if len(cells) != len(header):
                why = f"it has {len(cells)} cells, and the first line names {len(header)}"
                yield Piece(label, "", None, _broken(number, why))
                continue
            line = io.StringIO()
            csv.writer(line).writerow(cells)
            yield Piece(label, line.getvalue(), _reading(header, cells, number))
        if number == 0:
            raise _no_rows()
    finally:
        csv.field_size_limit(before)


def _header(rows: Iterator[list[str]]) -> list[str]:
    try:
        return [name.strip() for name in next(rows)]
    except csv.Error as fault:
        raise _broken(0, f"the line of column names is broken: {fault}") from fault


def _no_rows() -> InputError:
    return InputError(
        "READ-004",
        "the table has a line of column names and no study",
        expected="one study to a row",
        mend="download the table again",
    )


def _broken(number: int, why: str) -> InputError:
    return InputError(
        "READ-401",
        f"row {number} of the table cannot be read: {why}",
        expected="a row with one cell for each column",
        mend="download the table again; a program that opened and saved it may have changed it",
    )


def _reading(header: Sequence[str], cells: Sequence[str], number: int) -> Reading:
    gathered = Gathered()
    strangers = []
    filled = 0
    for name, cell in zip(header, cells, strict=True):
        text = cell.strip()
        if not text:
            continue
        filled += 1
        where = JsonPath(f"row {number}, {name}")
        if name in KEPT:
            gathered.unmapped[name] = text
        elif not _put(gathered, name, text, where):
            gathered.unmapped[name] = text
            strangers.append(Line(0, f"{name}: {text[:200]}", None))
    _outcomes_without_level(gathered, header)
    gathered.lost(LOST, "the table has no column for it")
    if strangers:
        gathered.say(
            "READ-402",
            Severity.WARNING,
            f"{len(strangers)} of {filled} cells stand in columns that are not known, or cannot be read; they are kept "
            "but not used",
            None,
            tuple(Evidence.of(line.text) for line in strangers[:5]),
            expected="the columns of the registry's download",
            mend="download the table again",
        )
    coverage = Coverage(filled - len(strangers), filled, tuple(strangers))
    return Reading(
        gathered.study(), Provenance(gathered.entries), coverage, tuple(gathered.problems), gathered.unmapped
    )


def _put(gathered: Gathered, name: str, text: str, where: JsonPath) -> bool:
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
        gathered.lost((f"{path}.description", f"{path}.timeFrame"), NO_PARTS)


def _mixed_outcomes(gathered: Gathered, text: str, where: JsonPath) -> bool:
    for index, part in enumerate(_parts(text)):
        path = f"outcomesModule.otherOutcomes[{index}]"
        readings = tuple(f"{level}Outcomes: {part}" for level in ("primary", "secondary", "other"))
        gathered.put(f"{path}.measure", part, where, NO_LEVEL, readings)
        gathered.lost((f"{path}.description", f"{path}.timeFrame"), "the table has no column for it")
    return True


def _outcomes_without_level(gathered: Gathered, header: Sequence[str]) -> None:
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
    return True


def _funders(gathered: Gathered, text: str, where: JsonPath) -> bool:
    kinds = _parts(text)
    path = "sponsorCollaboratorsModule.leadSponsor.class"
    if len(kinds) == 1:
        gathered.term(path, kinds[0], AGENCY_CLASS, where)
    else:
        codes = tuple(code_of(kind, AGENCY_CLASS) or kind for kind in kinds)
        gathered.undecided(path, codes, where, "the kinds of lead sponsor and collaborators stand in one list")
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
        gathered.put(f"identificationModule.secondaryIdInfos[{index}].id", other, where)
    return True


def _has_results(gathered: Gathered, text: str, where: JsonPath) -> bool:
    found = _RESULTS.get(text.casefold())
    if found is not None:
        gathered.put("hasResults", found, where)
    return found is not None


def _locations(gathered: Gathered, text: str, where: JsonPath) -> bool:
    for index, part in enumerate(_parts(text)):
        path = f"contactsLocationsModule.locations[{index}]"
        pieces = [piece.strip() for piece in part.split(",")]
        tail = 2 if len(pieces) > 2 and _INVERTED.fullmatch(pieces[-1]) else 1
        gathered.put(f"{path}.country", ", ".join(pieces[-tail:]), where, "by its place: the last of the text")
        for field in ("facility", "city", "state", "zip"):
            gathered.undecided(f"{path}.{field}", (part,), where, NO_PLACE)
        gathered.lost(path, "the table has no column for it")
    return True


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
    "Study Design": _design,
    "Study Designs": _design,
    "Other IDs": _identifiers,
    "Study Results": _has_results,
    "Locations": _locations,
}
