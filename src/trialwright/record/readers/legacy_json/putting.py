"""Puts the text of one piece into its field, read as the piece demands."""

from __future__ import annotations

from trialwright.core.problem import Evidence, Severity
from trialwright.core.source import JsonPath
from trialwright.record.readers.gathered import Gathered
from trialwright.record.readers.legacy_json.pieces import Form
from trialwright.record.readers.page.terms import AGE, iso_date, yes_or_no
from trialwright.record.terms import PHASE, STUDY_TYPE, Terms

_EXPECTED = {
    Form.DATE: "a date as in June 30, 2020 or June 2020",
    Form.COUNT: "a whole number",
    Form.NUMBER: "a number",
    Form.FLAG: "Yes or No",
    Form.AGE: "a number and its unit (18 Years), or N/A",
}


def put_piece(gathered: Gathered, path: str, form: Form | Terms, text: str, where: JsonPath) -> None:
    """Put a piece's text; one that cannot be read is kept among the field's readings and reported."""
    if not isinstance(form, Form):
        if form is PHASE and text == "N/A":
            text = "NA"
        elif form is STUDY_TYPE and "registry" in text.casefold():
            gathered.put("designModule.patientRegistry", True, where, "said in the study type")
        gathered.term(path, text, form, where)
        return
    if form is Form.AGE and text.casefold() in ("n/a", "none"):
        gathered.absent(path, where, "the record states that there is no limit")
        return
    value = _value(form, text)
    if value is not None:
        gathered.put(path, value, where)
        return
    gathered.say(
        "READ-301",
        Severity.WARNING,
        f"{text[:80]!r} cannot be read for this field; it is kept as it came and not used",
        path,
        (Evidence.of(text, where),),
        expected=_EXPECTED[form],
        mend="correct the value in the source",
    )
    gathered.undecided(path, (text,), where, "the value cannot be read")


def _value(form: Form, text: str) -> str | int | bool | None:
    match form:
        case Form.DATE:
            return iso_date(text)
        case Form.COUNT | Form.NUMBER:
            return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None
        case Form.FLAG:
            return yes_or_no(text)
        case Form.AGE:
            return text if AGE.fullmatch(text) else None
    return text
