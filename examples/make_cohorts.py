"""Makes the synthetic cohorts in examples/cohorts from what the criteria of each example trial ask for.

python examples/make_cohorts.py            write them all again
python examples/make_cohorts.py NCT...     write those of one trial

Nobody in them exists. A table and a FHIR Bundle hold the same patients: first people whom the criteria admit as far as
data can say, then people who differ from them in one or two things, then people of whom something is not known.
"""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trialwright.appraise.sources import open_input
from trialwright.core.streams import stream
from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.protocol.eligibility.needs import needs
from trialwright.protocol.eligibility.tree import Compare, Ordinal, Reference, leaves
from trialwright.screen.criteria import asked, with_volunteers
from trialwright.screen.patients import read
from trialwright.screen.patients.names import Names, Part
from trialwright.screen.patients.template import TemplateColumn, template
from trialwright.screen.verdicts import judged

if TYPE_CHECKING:
    from trialwright.protocol.eligibility.compiled import Compiled

HERE = Path(__file__).resolve().parent
SCREENING = date(2026, 3, 2)
PEOPLE = 30
LIMIT = 40.0
DAYS_BEFORE = (10, 45, 200, 1500)
AFTER = {"RANDOMISATION DATE": 7, "ENROLMENT DATE": 3, "BASELINE DATE": 5, "FIRST DOSE DATE": 8, "CONSENT DATE": -1}
Row = dict[str, str]


def candidates(column: TemplateColumn, criteria: Sequence[Compiled]) -> list[str]:
    """Values of a column that the criteria tell apart."""
    if column.name in AFTER:
        return [(SCREENING + timedelta(days=AFTER[column.name])).isoformat()]
    match column.kind:
        case "flag":
            return ["N", "Y"]
        case "answer":
            return ["participant", "representative"] if column.name == "CONSENT BY" else ["Y", "N"]
        case "date":
            return [(SCREENING - timedelta(days=days)).isoformat() for days in DAYS_BEFORE]
        case "level":
            return levels(column, criteria)
        case "number":
            return numbers(column, criteria)
    return {"AGE": ["45", "17", "92"], "SEX": ["F", "M"], "SCREENING DATE": [SCREENING.isoformat()]}.get(
        column.name, [""]
    )


def levels(column: TemplateColumn, criteria: Sequence[Compiled]) -> list[str]:
    """The ends of the levels that are asked for, and results of tests."""
    found = entry(column.key)
    if found is None or found.sort != "scale":
        return ["negative", "positive"]
    named = [leaf for each in criteria for leaf in leaves(each.expression) if isinstance(leaf, Ordinal)]
    asked_for = [x for leaf in named if leaf.scale.key == column.key for x in (leaf.low, leaf.high) if x is not None]
    whole = found.fields.get("levels", "").split("|")
    return list(dict.fromkeys([whole[0], *asked_for, whole[-1]]))


def numbers(column: TemplateColumn, criteria: Sequence[Compiled]) -> list[str]:
    """Numbers on either side of each bound; limits of normal are the same for everybody."""
    key = column.key.removesuffix(" value")
    if key.endswith((" high", " low")):
        return [f"{LIMIT if key.endswith(' high') else LIMIT / 8:g}"]
    if key.endswith(" count"):
        return ["1", "3"]
    found: list[float] = []
    for each in criteria:
        for leaf in leaves(each.expression):
            if isinstance(leaf, Compare) and leaf.measure.key == key:
                scale = LIMIT if leaf.reference in (Reference.UPPER_LIMIT, Reference.LOWER_LIMIT) else 1.0
                bounds = [float(x) * scale for x in (leaf.interval.low, leaf.interval.high) if x is not None]
                found += [sum(bounds) / len(bounds), *(x * part for x in bounds for part in (0.85, 1.15))]
    return list(dict.fromkeys(f"{value:.4g}" for value in found)) or ["10", "40"]


def tidy(row: Row, columns: Sequence[TemplateColumn]) -> Row:
    """The row without dates and doses of what is not there."""
    out = dict(row)
    for column in columns:
        stem, _, last = column.key.rpartition(" ")
        if last in ("date", "end", "count", "dose", "route") and row.get(stem, "Y") != "Y":
            out[column.name] = ""
    return out


def scores(rows: Sequence[Row], columns: Sequence[TemplateColumn], criteria: tuple[Compiled, ...]) -> list[int]:
    """How well the criteria like each of these patients: three lost for each that excludes, one won for each met."""
    verdicts = judged(criteria, with_volunteers(read([tidy(row, columns) for row in rows], criteria)))
    return [sum(1 if met else -3 for met in answers if met is not None) for answers in verdicts.met.iter_rows()]


def favourite(sex: str, name: str, columns: Sequence[TemplateColumn], criteria: tuple[Compiled, ...]) -> Row:
    """A patient of this sex whom as many criteria as possible admit: for one criterion after the other the columns that
    it asks for are tried, one at a time and several at once."""
    random = stream(2026, "favourite", name, sex)
    values = {column.name: candidates(column, criteria) for column in columns}
    row = {column: ways[0] for column, ways in values.items()} | {"USUBJID": "x", "SEX": sex}
    best = scores([row], columns, criteria)[0]
    for _ in range(2):
        before = best
        for each in criteria:
            mine = [column.name for column in columns if each.id in column.criteria and column.name != "SEX"]
            others = [row | {column: way} for column in mine for way in values[column] if way != row[column]]
            for _ in range(60 if len(mine) > 1 else 0):
                others.append(
                    row | {column: values[column][int(random.integers(len(values[column])))] for column in mine}
                )
            found = scores(others, columns, criteria) if others else []
            if found and max(found) > best:
                best = max(found)
                row = others[found.index(best)]
        if best == before:
            break
    return row


def cohort(name: str, columns: Sequence[TemplateColumn], criteria: tuple[Compiled, ...]) -> list[Row]:
    """The patients of one trial."""
    random = stream(2026, "cohort", name)
    start = {sex: favourite(sex, name, columns, criteria) for sex in "FM"}
    changeable = [column for column in columns if len(candidates(column, criteria)) > 1 and column.name != "SEX"]
    rows = []
    for place in range(PEOPLE):
        row = dict(start["FM"[place % 2]])
        row["USUBJID"] = f"{name[-4:]}-{place + 1:03d}"
        age = int(row["AGE"]) + (int(random.integers(-12, 13)) if place < 2 * PEOPLE // 3 else 0)
        if PEOPLE // 3 <= place < 2 * PEOPLE // 3:
            for index in random.choice(len(changeable), size=1 + place % 2, replace=False):
                column = changeable[int(index)]
                others = [way for way in candidates(column, criteria) if way != row[column.name]]
                row[column.name] = others[int(random.integers(len(others)))]
                age = int(row["AGE"]) if column.name == "AGE" else age
                if column.key.endswith(" date") and column.key[:-5] in row:
                    row[column.key[:-5]] = "Y"
        elif place >= 2 * PEOPLE // 3:
            for index in random.choice(len(changeable), size=3, replace=False):
                row[changeable[int(index)].name] = ""
        row["AGE"] = str(age)
        rows.append(tidy(row, columns))
    return [with_birth(row, int(random.integers(0, 360))) for row in rows]


def with_birth(row: Row, days: int) -> Row:
    """The row with a date of birth in place of the age."""
    born = SCREENING.replace(year=SCREENING.year - int(row["AGE"])) - timedelta(days=days)
    return {
        ("BIRTH DATE" if name == "AGE" else name): (born.isoformat() if name == "AGE" else cell)
        for name, cell in row.items()
    }


def as_csv(rows: Sequence[Row]) -> str:
    """The patients as a table."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def as_bundle(rows: Sequence[Row], columns: Sequence[TemplateColumn], criteria: Sequence[Compiled]) -> str:
    """The same patients as a FHIR R4 Bundle."""
    names = Names(need for each in criteria for need in needs(each.expression))
    entries = []
    for row in rows:
        for number, resource in enumerate(resources(row, columns, names)):
            resource.setdefault("id", f"{row['USUBJID']}-{number}")
            full = f"https://example.org/fhir/{resource['resourceType']}/{resource['id']}"
            entries.append({"fullUrl": full, "resource": resource})
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{{"resourceType": "Bundle", "type": "collection", "entry": [\n{lines}\n]}}\n'


def resources(row: Row, columns: Sequence[TemplateColumn], names: Names) -> Iterator[dict[str, Any]]:
    """What one patient is in FHIR; answers and dates of the study are answers to a questionnaire."""
    who = {"reference": f"Patient/{row['USUBJID']}"}
    gender = {"F": "female", "M": "male"}[row["SEX"]]
    yield {"resourceType": "Patient", "id": row["USUBJID"], "gender": gender, "birthDate": row["BIRTH DATE"]}
    items = []
    for column in columns:
        cell = row.get(column.name, "")
        meaning = names.meaning(column.name)
        if not cell or meaning is None or column.name in ("USUBJID", "SEX", "AGE"):
            continue
        if meaning.part in (Part.OWN, Part.ANSWER):
            items.append({"linkId": column.name, "answer": [answer(cell)]})
        elif column.kind in ("number", "level") and meaning.part is Part.THING:
            yield observation(column, cell, row, who)
        elif column.kind == "flag":
            yield fact(column.key, cell, row, who)
    yield {"resourceType": "QuestionnaireResponse", "status": "completed", "subject": who, "item": items}


def answer(cell: str) -> dict[str, Any]:
    """An answer to a question: yes or no, a date, or words."""
    if cell in ("Y", "N"):
        return {"valueBoolean": cell == "Y"}
    return {"valueDate" if cell[:2] == "20" else "valueString": cell}


def observation(column: TemplateColumn, cell: str, row: Row, who: dict[str, str]) -> dict[str, Any]:
    """A number or a level, with its limits of normal where the table has them."""
    key = column.key.removesuffix(" value")
    out: dict[str, Any] = {"resourceType": "Observation", "status": "final", "code": {"text": key}, "subject": who}
    if column.kind == "number":
        out["valueQuantity"] = {"value": float(cell)} | ({"unit": column.unit} if column.unit else {})
    else:
        out["valueString"] = cell
    limits = {}
    for side in ("low", "high"):
        stated = next((value for name, value in row.items() if name.startswith(f"{key} {side}") and value), "")
        if stated:
            limits[side] = {"value": float(stated)}
    if limits:
        out["referenceRange"] = [limits]
    if row.get(f"{key} date"):
        out["effectiveDateTime"] = row[f"{key} date"]
    return out


def fact(key: str, cell: str, row: Row, who: dict[str, str]) -> dict[str, Any]:
    """A condition, procedure or drug that is there, or is known not to be."""
    bare = key.removesuffix(" present")
    found = entry(bare)
    sort = found.sort if found is not None else "condition"
    day = row.get(f"{bare} date", "")
    there = cell == "Y"
    if sort == "drug":
        dose = next(((name, value) for name, value in row.items() if name.startswith(f"{bare} dose") and value), None)
        status = ("on-hold" if day or dose else "active") if there else "not-taken"
        out: dict[str, Any] = {"resourceType": "MedicationStatement", "status": status, "subject": who}
        out["medicationCodeableConcept"] = {"text": bare}
        if day:
            out["effectivePeriod"] = {"start": day}
        if dose is not None:
            unit = dose[0].partition("(")[2].partition("/")[0].rstrip(")")
            repeat = {"frequency": 1, "period": 1, "periodUnit": "d"}
            amount = {"doseQuantity": {"value": float(dose[1]), "unit": unit}}
            out["dosage"] = [{"timing": {"repeat": repeat}, "doseAndRate": [amount]}]
        return out
    if sort == "procedure":
        status = ("completed" if day else "in-progress") if there else "not-done"
        moment = {"performedDateTime": day} if day else {}
        return {"resourceType": "Procedure", "status": status, "code": {"text": bare}, "subject": who, **moment}
    out = {"resourceType": "Condition", "code": {"text": bare}, "subject": who}
    out["verificationStatus"] = {"coding": [{"code": "confirmed" if there else "refuted"}]}
    if there and not day:
        out["clinicalStatus"] = {"coding": [{"code": "active"}]}
    if day:
        out["onsetDateTime"] = day
    return out


def main() -> None:
    """Write the cohorts."""
    wanted = sys.argv[1:]
    (HERE / "cohorts").mkdir(exist_ok=True)
    for record in sorted(HERE.glob("NCT*")):
        name = record.name.partition(".")[0]
        if wanted and name not in wanted:
            continue
        criteria = asked(open_input(str(record)).protocol.eligibility)
        columns = template(criteria)
        rows = cohort(name, columns, criteria)
        (HERE / "cohorts" / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")
        (HERE / "cohorts" / f"{name}.fhir.json").write_text(as_bundle(rows, columns, criteria), encoding="utf-8")
        counts = judged(criteria, with_volunteers(read(HERE / "cohorts" / f"{name}.csv", criteria))).counts()
        sys.stdout.write(f"{name}: {', '.join(f'{verdict} {count}' for verdict, count in counts.items())}\n")


if __name__ == "__main__":
    main()
