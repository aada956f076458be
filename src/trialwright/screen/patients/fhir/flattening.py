"""One resource as rows: of the patients' table, of laboratory values, of facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trialwright.protocol.eligibility.grammar.units import canonical_unit
from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.screen.patients.fhir.access import Resource, at, each, number, reference, words
from trialwright.screen.patients.fhir.coding import named
from trialwright.screen.patients.fhir.ucum import plain_unit
from trialwright.screen.patients.names import Names, kind_of
from trialwright.screen.patients.things import PURE

Row = dict[str, str | None]


@dataclass(slots=True)
class Flat:
    """What has been read so far. `people`: cells by patient; `labs`, `facts`: rows as in the long tables, the patient's
    reference under `id` and the resource's name under `place`; `notes`: code, group and words of what was odd."""

    names: Names
    people: dict[str, Row] = field(default_factory=dict)
    labs: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    cells: list[tuple[str, str, str, str]] = field(default_factory=list)
    medications: dict[str, str] = field(default_factory=dict)
    alias: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    unused: dict[str, int] = field(default_factory=dict)


def flatten(resource: Resource, flat: Flat, place: str) -> None:
    """Add what a resource says. Types that screening has no use for are counted."""
    kind = words(resource, "resourceType") or "(without a type)"
    handler = HANDLERS.get(kind)
    if handler is None:
        flat.unused[kind] = flat.unused.get(kind, 0) + 1
        return
    name = words(resource, "id")
    place = f"{kind}/{name}" if name else place
    if words(resource, "status") == "entered-in-error" or "entered-in-error" in (
        _status(resource, "verificationStatus")
    ):
        flat.notes.append(("SCR-038", "entered in error", f"{place} was entered in error and is not read"))
        return
    handler(resource, flat, place)


def _patient(resource: Resource, flat: Flat, place: str) -> None:
    name = words(resource, "id") or words(resource, "identifier", "value")
    if name is None:
        flat.notes.append(("SCR-040", "patient", f"{place}: the patient has neither an id nor an identifier"))
        name = place
    key = f"Patient/{name}"
    count = 2
    while key in flat.people:
        key, count = f"Patient/{name}#{count}", count + 1
    flat.people[key] = {"USUBJID": name, "SEX": words(resource, "gender"), "BIRTH DATE": words(resource, "birthDate")}
    if flat.people[key]["SEX"] == "other":
        flat.people[key]["SEX"] = None
        flat.notes.append(("SCR-005", "gender", f"{place}: the gender is 'other'; the sex is not known"))
    if at(resource, "deceasedBoolean") is True or words(resource, "deceasedDateTime"):
        flat.notes.append(("SCR-038", "deceased", f"{place} is marked as deceased"))


def _observation(resource: Resource, flat: Flat, place: str) -> None:
    if words(resource, "status") in ("cancelled", "registered"):
        status = words(resource, "status")
        flat.notes.append(("SCR-038", "without a result", f"{place} is {status} and has no result; it is not read"))
        return
    day = _day(resource, "effective") or words(resource, "issued")
    parts = list(each(resource, "component"))
    if not parts or _has_value(resource):
        _value(resource, resource, flat, place, day)
    for part in parts:
        _value(part, resource, flat, place, day)


def _value(part: Resource, whole: Resource, flat: Flat, place: str, day: str | None) -> None:
    key = named(part, flat.names, "code")
    if key is None:
        flat.notes.append(("SCR-040", "code", f"{place} has no code; it is not read"))
        return
    row: Row = {"id": reference(whole, "subject"), "place": place, "test": key, "date": _date(day)}
    limits = at(part, "referenceRange")
    row["low"], row["high"] = number(limits, "low", "value"), number(limits, "high", "value")
    quantity = number(part, "valueQuantity", "value")
    flag = at(part, "valueBoolean")
    if quantity is not None:
        row["value"] = (words(part, "valueQuantity", "comparator") or "") + quantity
        row["unit"] = _unit(part, "valueQuantity")
    elif number(part, "valueInteger") is not None:
        row["value"] = number(part, "valueInteger")
    elif isinstance(flag, bool):
        found = entry(key)
        if found is None or kind_of(found) == "flag":
            present = "yes" if flag else "no"
            flat.facts.append(
                {"id": row["id"], "place": place, "concept": key, "present": present, "start": row["date"]}
            )
            return
        row["value"] = "positive" if flag else "negative"
    else:
        coded = _coded_value(part)
        row["value"] = coded or words(part, "valueString") or _interpreted(part)
    if row["value"] is None:
        flat.notes.append(("SCR-040", "value", f"{place} ({key}) has no value that is read here"))
        return
    found = entry(key)
    if found is not None and kind_of(found) == "flag" and row["value"] in ("positive", "negative"):
        present = "yes" if row["value"] == "positive" else "no"
        flat.facts.append({"id": row["id"], "place": place, "concept": key, "present": present, "start": row["date"]})
        return
    flat.labs.append(row)


def _condition(resource: Resource, flat: Flat, place: str) -> None:
    active = _status(resource, "clinicalStatus")
    ongoing = None
    if active & {"active", "recurrence", "relapse"}:
        ongoing = "yes"
    elif active & {"inactive", "remission", "resolved"}:
        ongoing = "no"
    row = _fact(resource, flat, place, "code", _verified(resource))
    if row is None:
        return
    row["ongoing"] = ongoing if row["present"] != "no" else None
    row["start"], row["end"] = _date(_day(resource, "onset")), _date(_end(resource, "abatement"))
    for stage in each(resource, "stage"):
        level = _concept_words(stage, "summary")
        if level is not None:
            key = named(stage, flat.names, "type") or "stage"
            flat.labs.append({"id": row["id"], "place": place, "test": key, "value": level, "of": row["concept"]})


def _procedure(resource: Resource, flat: Flat, place: str) -> None:
    status = words(resource, "status")
    present = {"completed": "yes", "in-progress": "yes", "stopped": "yes", "not-done": "no"}.get(
        status or "", "unknown"
    )
    row = _fact(resource, flat, place, "code", present)
    if row is None:
        return
    row["start"] = _date(_day(resource, "performed"))
    row["end"] = _date(_end(resource, "performed")) or (row["start"] if status == "completed" else None)
    row["ongoing"] = {"in-progress": "yes", "completed": "no", "stopped": "no"}.get(status or "")


def _medication_use(resource: Resource, flat: Flat, place: str) -> None:
    status, kind = words(resource, "status") or "", words(resource, "resourceType")
    if kind == "MedicationRequest" and words(resource, "intent") in ("proposal", "plan", "option"):
        flat.notes.append(("SCR-038", "planned", f"{place} is a plan and no prescription; it is not read"))
        return
    if status in ("cancelled", "draft"):
        flat.notes.append(("SCR-038", "planned", f"{place} is {status}; it is not read"))
        return
    if at(resource, "doNotPerform") is True:
        flat.notes.append(("SCR-038", "planned", f"{place} asks not to give it; it is not read"))
        return
    taken = {"active", "completed", "in-progress", "stopped", "on-hold", "intended"}
    present = "yes" if status in taken else "no" if status in ("not-taken", "not-done") else "unknown"
    row = _fact(resource, flat, place, "medicationCodeableConcept", present)
    if row is None:
        return
    row["start"] = _date(_day(resource, "effective") or words(resource, "authoredOn"))
    row["end"] = _date(_end(resource, "effective"))
    row["ongoing"] = {"active": "yes", "in-progress": "yes", "completed": "no", "stopped": "no"}.get(status)
    _dosage(resource, row)


def _dosage(resource: Resource, row: Row) -> None:
    dosage = at(resource, "dosageInstruction" if at(resource, "dosageInstruction") else "dosage")
    rate = at(dosage, "doseAndRate")
    dose = number(rate, "doseQuantity", "value") or number(dosage, "dose", "value")
    unit = _unit(rate, "doseQuantity") or words(dosage, "dose", "unit")
    row["route"] = _concept_words(dosage, "route")
    if dose is None:
        return
    row["dose"], row["unit"], row["per"] = dose, unit, "dose"
    repeat = at(dosage, "timing", "repeat")
    frequency, period = number(repeat, "frequency") or "1", number(repeat, "period")
    per = {"d": "day", "wk": "week", "h": "hour"}.get(words(repeat, "periodUnit") or "")
    if period is not None and per is not None and float(period) > 0:
        row["dose"], row["per"] = repr(float(dose) * float(frequency) / float(period)), per


def _allergy(resource: Resource, flat: Flat, place: str) -> None:
    row = _fact(resource, flat, place, "code", _verified(resource), "patient")
    if row is None:
        return
    row["concept"] = f"allergy:{row['concept']}"
    active = _status(resource, "clinicalStatus")
    row["ongoing"] = "yes" if "active" in active else "no" if active & {"inactive", "resolved"} else None
    row["start"] = _date(_day(resource, "onset"))


def _consent(resource: Resource, flat: Flat, place: str) -> None:
    scope = {words(coding, "code") for coding in each(resource, "scope", "coding")}
    if scope and "research" not in scope:
        flat.notes.append(("SCR-038", "consent", f"{place} is no consent to research; it is not read"))
        return
    status = words(resource, "status")
    given = {"active": "yes", "rejected": "no"}.get(status or "")
    if words(resource, "provision", "type") == "deny":
        given = "no"
    who = reference(resource, "patient")
    if given is None or who is None:
        flat.notes.append(("SCR-040", "consent", f"{place}: whether consent is given is not said (status {status})"))
        return
    flat.cells.append((who, "CONSENT", given, place))
    day = _date(words(resource, "dateTime"))
    if day and given == "yes":
        flat.cells.append((who, "CONSENT DATE", day, place))
    performer = reference(resource, "performer") or ""
    by = "participant" if performer == who else "representative" if performer.startswith("RelatedPerson/") else None
    if by:
        flat.cells.append((who, "CONSENT BY", by, place))


def _research_subject(resource: Resource, flat: Flat, place: str) -> None:
    who, day = reference(resource, "individual"), _date(words(resource, "period", "start"))
    if who is not None and day is not None:
        flat.cells.append((who, "ENROLMENT DATE", day, place))


def _answers(resource: Resource, flat: Flat, place: str) -> None:
    who = reference(resource, "subject")
    stack = list(each(resource, "item"))
    while stack:
        item = stack.pop(0)
        stack += [*each(item, "item"), *each(item, "answer", "item")]
        link = words(item, "linkId")
        flag = at(item, "answer", "valueBoolean")
        said = ("yes" if flag else "no") if isinstance(flag, bool) else None
        for name in ("valueDate", "valueString", "valueDateTime"):
            said = said or words(item, "answer", name)
        said = said or words(item, "answer", "valueCoding", "display") or number(item, "answer", "valueDecimal")
        said = said or number(item, "answer", "valueInteger")
        if link is not None and said is not None and who is not None:
            flat.cells.append((who, link, said, place))


def _medication(resource: Resource, flat: Flat, place: str) -> None:
    key = named(resource, flat.names, "code")
    if key is not None:
        flat.medications[place] = key


def _fact(
    resource: Resource, flat: Flat, place: str, path: str, present: str | None, subject: str = "subject"
) -> Row | None:
    key = named(resource, flat.names, path)
    if key is None and path == "medicationCodeableConcept":
        key = _referred(resource, flat, place)
    if key is None:
        flat.notes.append(("SCR-040", "code", f"{place} does not say what it is about; it is not read"))
        return None
    row: Row = {"id": reference(resource, subject), "place": place, "concept": key, "present": present}
    flat.facts.append(row)
    return row


def _referred(resource: Resource, flat: Flat, place: str) -> str | None:
    """The drug behind a reference: contained, or a resource that may come later (its place holder is put in)."""
    target = reference(resource, "medicationReference")
    if target is None:
        return named(resource, flat.names, "medicationReference", "identifier") or words(
            resource, "medicationReference", "display"
        )
    if target.startswith("#"):
        for inner in each(resource, "contained"):
            if f"#{words(inner, 'id')}" == target:
                return named(inner, flat.names, "code")
        return words(resource, "medicationReference", "display")
    return f"\0{target}\0{words(resource, 'medicationReference', 'display') or ''}"


def _verified(resource: Resource) -> str:
    said = _status(resource, "verificationStatus")
    if "refuted" in said:
        return "no"
    return "unknown" if said & {"unconfirmed", "provisional", "differential"} else "yes"


def _status(resource: Resource, name: str) -> frozenset[str]:
    codes = [words(coding, "code") for coding in each(resource, name, "coding")]
    return frozenset(code for code in codes if code)


def _has_value(resource: Resource) -> bool:
    return any(name.startswith("value") for name in resource)


def _concept_words(node: object, *path: str) -> str | None:
    found = at(node, *path)
    return words(found, "text") or next(
        (text for coding in each(found, "coding") if (text := words(coding, "display") or words(coding, "code"))), None
    )


def _coded_value(part: Resource) -> str | None:
    return _concept_words(part, "valueCodeableConcept")


def _interpreted(part: Resource) -> str | None:
    table = {"POS": "positive", "NEG": "negative", "N": "normal", "A": "abnormal"}
    return next(
        (table[code] for coding in each(part, "interpretation", "coding") if (code := words(coding, "code")) in table),
        None,
    )


def _unit(node: object, *path: str) -> str | None:
    """The unit of a quantity: its UCUM code where the table of units knows it, else the words that are shown."""
    code, shown = words(node, *path, "code"), words(node, *path, "unit")
    if code is not None:
        plain = plain_unit(code)
        if shown is None or canonical_unit(plain) is not None or plain in PURE:
            return plain
    return shown


def _day(resource: Resource, stem: str) -> str | None:
    """The moment something was or began: `effectiveDateTime`, the start of `effectivePeriod`..."""
    return (
        words(resource, f"{stem}DateTime")
        or words(resource, f"{stem}Instant")
        or words(resource, f"{stem}Period", "start")
    )


def _end(resource: Resource, stem: str) -> str | None:
    if stem == "abatement":
        found = words(resource, "abatementDateTime")
        if found:
            return found
    return words(resource, f"{stem}Period", "end")


def _date(moment: str | None) -> str | None:
    """The day of a moment as FHIR writes it; months and years without a day stay what they are."""
    return moment.partition("T")[0] if moment else None


HANDLERS: Mapping[str, Callable[[Resource, Flat, str], None]] = {
    "Patient": _patient,
    "Observation": _observation,
    "Condition": _condition,
    "Procedure": _procedure,
    "MedicationStatement": _medication_use,
    "MedicationRequest": _medication_use,
    "MedicationAdministration": _medication_use,
    "AllergyIntolerance": _allergy,
    "Consent": _consent,
    "ResearchSubject": _research_subject,
    "QuestionnaireResponse": _answers,
    "Medication": _medication,
}
