"""FHIR R4 flattened: what each resource says, what is left out and why, and that no reference is guessed."""

import json
from datetime import date

import pytest

from trialwright.core.errors import InputError
from trialwright.screen.gathering import people_of
from trialwright.screen.patients import Options, read

P1, SUBJECT = (
    {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1970-05-03"},
    {"subject": {"reference": "Patient/p1"}},
)


def _bundle(path, *resources):
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": resource} for n, resource in enumerate(resources)]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), encoding="utf-8")
    return path


def _one(tmp_path, *resources):
    cohort = read(_bundle(tmp_path / "b.json", P1, *resources), (), Options(as_of=date(2026, 3, 1)))
    [person] = people_of(cohort)
    return person, [(p.code, p.message) for p in cohort.problems]


def _observation(text, **more):
    return {"resourceType": "Observation", "id": "o", "status": "final", "code": {"text": text}, **SUBJECT, **more}


def _coded(code):
    return {"coding": [{"code": code}]}


def test_the_patient_has_age_and_sex(tmp_path):
    person, problems = _one(tmp_path)
    assert (person.id, int(person.age), person.age_whole, person.sex, problems) == ("p1", 55, False, "FEMALE", [])


@pytest.mark.parametrize(
    ("quantity", "value", "unit"),
    [
        ({"value": 70.5, "code": "kg"}, 70.5, "kg"),
        ({"value": 155, "code": "[lb_av]", "unit": "pounds"}, 155.0, "lb"),
        ({"value": 70, "unit": "kilograms"}, 70.0, "kg"),
        ({"value": 70, "unit": "kg", "comparator": ">"}, 70.0, "not a value: >70"),
    ],
)
def test_a_quantity_keeps_its_unit_and_a_code_decides_what_it_is(tmp_path, quantity, value, unit):
    code = {"coding": [{"system": "http://loinc.org", "code": "29463-7"}], "text": "something else"}
    person, _ = _one(
        tmp_path, _observation("", valueQuantity=quantity, effectiveDateTime="2026-02-01T10:00:00Z") | {"code": code}
    )
    [record] = person.measures["body-weight"]
    assert (record.value, record.unit, record.date) == (value, unit, date(2026, 2, 1))


def test_components_and_limits(tmp_path):
    parts = [
        {"code": {"text": "systolic blood pressure"}, "valueQuantity": {"value": 120, "code": "mm[Hg]"}},
        {"code": {"text": "diastolic blood pressure"}, "valueQuantity": {"value": 80, "code": "mm[Hg]"}},
    ]
    limits = [{"low": {"value": 5}, "high": {"value": 40}}]
    alt = _observation("ALT", valueQuantity={"value": 50, "code": "U/L"}, referenceRange=limits)
    person, problems = _one(tmp_path, _observation("blood pressure", component=parts), alt)
    assert [person.measures[f"{side}-blood-pressure"][0].value for side in ("systolic", "diastolic")] == [120, 80]
    assert [(r.low, r.high, r.unit) for r in person.measures["alt"]] == [(5, 40, "U/L")]
    assert problems == []


def test_results_in_words_and_in_flags(tmp_path):
    person, _ = _one(
        tmp_path,
        _observation("SARS-CoV-2 PCR", valueCodeableConcept={"text": "Detected"}),
        _observation("pregnancy test", valueBoolean=False),
        _observation("pregnancy", valueBoolean=False),
        _observation("NYHA class", valueString="III"),
        _observation("ECOG performance status", valueInteger=1),
    )
    assert person.measures["sars-cov-2-pcr"][0].text == "positive"
    assert person.measures["pregnancy-test"][0].text == "negative"
    assert person.facts["pregnancy"][0].present is False
    assert person.measures["nyha"][0].text == "III"
    assert person.measures["ecog"][0].value == 1


@pytest.mark.parametrize(
    ("more", "present", "ongoing"),
    [
        ({"clinicalStatus": _coded("active")}, True, True),
        ({"clinicalStatus": _coded("resolved")}, True, False),
        ({"verificationStatus": _coded("refuted"), "clinicalStatus": _coded("active")}, False, None),
        ({"verificationStatus": _coded("provisional")}, None, None),
    ],
)
def test_a_condition_is_there_refuted_or_not_sure(tmp_path, more, present, ongoing):
    condition = {
        "resourceType": "Condition",
        "code": {"text": "stroke"},
        "onsetDateTime": "2020-01-02",
        **SUBJECT,
        **more,
    }
    person, _ = _one(tmp_path, condition)
    [record] = person.facts["stroke"]
    assert (record.present, record.ongoing, record.start) == (present, ongoing, date(2020, 1, 2))


def test_drugs_procedures_and_allergies(tmp_path):
    dose = [
        {
            "route": {"text": "Oral"},
            "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
            "doseAndRate": [{"doseQuantity": {"value": 10, "unit": "mg"}}],
        }
    ]
    drug = {"resourceType": "MedicationStatement", "status": "active", "dosage": dose, **SUBJECT}
    drug["medicationReference"] = {"reference": "Medication/m"}
    drug["effectivePeriod"] = {"start": "2026-01-01"}
    person, problems = _one(
        tmp_path,
        drug,
        {"resourceType": "Medication", "id": "m", "code": {"text": "prednisone"}},
        {"resourceType": "Procedure", "status": "not-done", "code": {"text": "intubation"}, **SUBJECT},
        {"resourceType": "AllergyIntolerance", "code": {"text": "Penicillin"}, "patient": {"reference": "urn:uuid:0"}},
        {"resourceType": "MedicationRequest", "intent": "plan", "status": "active", **SUBJECT},
    )
    [taken] = person.facts["prednisone"]
    assert (taken.dose, taken.unit, taken.per, taken.route, taken.ongoing) == (20, "mg", "day", "ORAL", True)
    assert person.facts["intubation"][0].present is False
    assert person.facts["allergy:penicillin"][0].present is True
    assert [code for code, _ in problems] == ["SCR-038"]


def test_consent_enrolment_and_answers(tmp_path):
    answers = [
        {"linkId": "screening date", "answer": [{"valueDate": "2026-02-20"}]},
        {"linkId": "group", "item": [{"linkId": "inclusion-4", "answer": [{"valueBoolean": True}]}]},
    ]
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "dateTime": "2026-02-19",
        "patient": {"reference": "Patient/p1"},
    }
    consent["performer"] = [{"reference": "Patient/p1"}]
    person, problems = _one(
        tmp_path,
        consent,
        {
            "resourceType": "ResearchSubject",
            "individual": {"reference": "Patient/p1"},
            "period": {"start": "2026-02-21"},
        },
        {"resourceType": "QuestionnaireResponse", "item": answers, **SUBJECT},
    )
    assert (person.consent, person.consent_by, person.consent_date) == (True, "participant", date(2026, 2, 19))
    assert (person.screening, person.enrolment) == (date(2026, 2, 20), date(2026, 2, 21))
    assert dict(person.answers) == {"inclusion-4": True}
    assert problems == []


def test_what_is_not_read_is_said(tmp_path):
    person, problems = _one(
        tmp_path,
        _observation("ALT", valueQuantity={"value": 5, "code": "U/L"}) | {"status": "entered-in-error"},
        _observation("ALT", valueQuantity={"value": 5, "code": "U/L"}) | {"subject": {"reference": "Patient/p9"}},
        _observation("ALT"),
        {"resourceType": "Condition", **SUBJECT},
        {"resourceType": "Condition", "code": {"text": "A disease of Mars"}, **SUBJECT},
        {"resourceType": "Encounter"},
        {"id": "x"},
    )
    assert "alt" not in person.measures
    assert "a disease of mars" in person.facts
    codes = sorted(code for code, _ in problems)
    assert codes == ["SCR-034", "SCR-038", "SCR-039", "SCR-040", "SCR-040", "SCR-041", "SCR-041"]


def test_ndjson_and_folders_are_read_line_by_line(tmp_path):
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "Patient.ndjson").write_text(
        "\n".join(json.dumps(P1 | {"id": f"p{n}"}) for n in (1, 2)), encoding="utf-8"
    )
    line = json.dumps(_observation("ALT", valueQuantity={"value": 50, "code": "U/L"}))
    (folder / "Observation.ndjson").write_text(f"{line}\n\n[]\n{{bad\n", encoding="utf-8")
    (folder / "readme.txt").write_text("not read", encoding="utf-8")
    cohort = read(folder)
    one, two = people_of(cohort)
    assert ([r.value for r in one.measures["alt"]], "alt" in two.measures) == ([50], False)
    assert [p.message for p in cohort.problems if p.code == "SCR-040"] == [
        f"Observation.ndjson, line {n}: it is no JSON object; it is not read" for n in (3, 4)
    ]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}x", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"null\n1\n"])
def test_what_is_no_fhir_is_refused(tmp_path, content):
    path = tmp_path / "b.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="SCR-001"):
        read(path)


def test_nobody_is_dropped_where_two_patients_have_one_id(tmp_path):
    cohort = read(_bundle(tmp_path / "b.json", P1, P1 | {"gender": "male"}))
    assert cohort.people["id"].to_list() == ["p1", "p1"]
    assert "SCR-003" in {p.code for p in cohort.problems}
