"""Reads one `clinical_study` element: every element to its field, or kept under its own way."""

from __future__ import annotations

import re

from trialwright.core.errors import InputError
from trialwright.core.problem import Evidence, Severity
from trialwright.record.provenance import Coverage, Line, Provenance
from trialwright.record.readers.gathered import Gathered, registry_of
from trialwright.record.readers.legacy_xml import layout
from trialwright.record.readers.legacy_xml.elements import Element, leaves, parse
from trialwright.record.readers.legacy_xml.groups import read_groups
from trialwright.record.readers.legacy_xml.people import read_people
from trialwright.record.readers.legacy_xml.results import read_results
from trialwright.record.readers.legacy_xml.texts import unwrapped
from trialwright.record.readers.page.terms import AGE, iso_date, yes_or_no
from trialwright.record.reading import Reading
from trialwright.record.terms import ACTUAL_OR_ESTIMATED, IPD_INFO_TYPE, MASKING, PHASE, STUDY_TYPE, WHO_MASKED, code_of

_START = re.compile(r"\s*(?:<\?xml[^>]*\?>)?\s*(?:<!--.*?-->\s*)*(?:<!DOCTYPE[^<]*)?<clinical_study[\s>]", re.DOTALL)
_DESIGN_PART = re.compile(r"(?:^|,\s+)([A-Z][A-Za-z ]+):\s+")
_OLD_DESIGN = {
    "Allocation": "study_design_info/allocation",
    "Intervention Model": "study_design_info/intervention_model",
    "Primary Purpose": "study_design_info/primary_purpose",
    "Observational Model": "study_design_info/observational_model",
    "Time Perspective": "study_design_info/time_perspective",
}
WRAPPED = "the lines of the XML are wrapped; they are joined to paragraphs and items again"


def recognises(text: str) -> bool:
    """Whether the text is XML whose root is a study."""
    return _START.match(text[:20_000]) is not None or (
        text.lstrip()[:5] in ("<?xml", "<!DOC") and "<clinical_study" in text[:20_000]
    )


def read(text: str) -> Reading:
    """The study in an XML text.

    Raises InputError: READ-201 if it is not well formed, READ-202 if it declares entities, READ-004 if it holds no
    study, READ-006 if it is nested too deeply.
    """
    root = parse(text)
    if root.name != "clinical_study":
        raise InputError(
            "READ-004",
            f"this is XML, but its root is {root.name!r} and no registry record",
            expected="a clinical_study element",
            mend="download the record itself",
        )
    gathered = Gathered()
    root.taken = True
    _simple(gathered, root)
    _dates(gathered, root)
    _lists(gathered, root)
    _design(gathered, root)
    read_groups(gathered, root)
    read_people(gathered, root)
    read_results(gathered, root)
    gathered.lost(layout.LOST, layout.LOST_NOTE)
    return _reading(gathered, root)


def _simple(gathered: Gathered, root: Element) -> None:
    for way, path in layout.TEXTS.items():
        if (found := root.first(way)) is not None and found.text:
            gathered.put(path, found.take(), found.span)
    for way, path in layout.BLOCKS.items():
        if (found := root.first(way)) is not None and found.text:
            gathered.put(path, unwrapped(found.raw), found.span, WRAPPED)
            found.taken = True
    for way, (path, terms) in layout.TERMS.items():
        if (found := root.first(way)) is not None and found.text:
            gathered.term(path, found.take(), terms, found.span)
    for way, path in layout.FLAGS.items():
        if (found := root.first(way)) is not None and found.text:
            _flag(gathered, path, found)
    for way, path in layout.AGES.items():
        if (found := root.first(way)) is not None and found.text:
            _age(gathered, path, found)
    for way in layout.KEPT:
        for found in _each(root, way):
            for within, leaf in leaves(found):
                gathered.unmapped[f"clinical_study/{way}/{within.partition('/')[2]}".rstrip("/")] = leaf.text
            found.take_all()


def _flag(gathered: Gathered, path: str, element: Element) -> None:
    value = yes_or_no(element.text)
    if value is None:
        _not_understood(gathered, path, element, "Yes or No")
    else:
        gathered.put(path, value, element.span)
        element.taken = True


def _age(gathered: Gathered, path: str, element: Element) -> None:
    text = element.text
    if text.casefold() in ("n/a", "none"):
        gathered.absent(path, element.span, "the record states that there is no limit")
        element.taken = True
    elif AGE.fullmatch(text):
        gathered.put(path, element.take(), element.span)
    else:
        _not_understood(gathered, path, element, "a number and its unit (18 Years), or N/A")


def _dates(gathered: Gathered, root: Element) -> None:
    for way, path in layout.DATES.items():
        found = root.first(way)
        if found is None or not found.text:
            continue
        if not gathered.has(path):
            _date(gathered, path, found)
        else:  # the older name of the same date
            gathered.unmapped[f"clinical_study/{way}"] = found.take()
    for way, path in layout.DATE_STRUCTS.items():
        if (found := root.first(way)) is not None and found.text and _date(gathered, f"{path}.date", found):
            kind = found.attributes.get("type")
            if kind:
                gathered.term(f"{path}.type", kind, ACTUAL_OR_ESTIMATED, found.span)


def _date(gathered: Gathered, path: str, element: Element) -> bool:
    date = iso_date(element.text)
    if date is None:
        _not_understood(gathered, path, element, "a date as in May 11, 2018 or May 2018")
        return False
    gathered.put(path, date, element.span)
    element.taken = True
    return True


def _lists(gathered: Gathered, root: Element) -> None:
    for way, (path, field) in layout.LISTS.items():
        for index, found in enumerate(_each(root, way)):
            gathered.put(f"{path}[{index}]{'.' if field else ''}{field}", found.take(), found.span)
            if beside := layout.LOST_BESIDE.get(way):
                gathered.lost((f"{path}[{index}].{name}" for name in beside), layout.LOST_NOTE)
    for index, found in enumerate(_each(root, "patient_data/ipd_info_type")):
        gathered.term(f"ipdSharingStatementModule.infoTypes[{index}]", found.take(), IPD_INFO_TYPE, found.span)


def _each(root: Element, way: str) -> list[Element]:
    above, _, name = way.rpartition("/")
    holder = root.first(above) if above else root
    return holder.all(name) if holder is not None else []


def _design(gathered: Gathered, root: Element) -> None:
    kind = root.first("study_type")
    if kind is not None and kind.text:
        gathered.term("designModule.studyType", kind.take(), STUDY_TYPE, kind.span)
        registry_of(gathered, kind.text, kind.span)
    phase = root.first("phase")
    if phase is not None and phase.text:
        _phases(gathered, phase)
    enrolment = root.first("enrollment")
    if enrolment is not None and enrolment.text:
        _enrolment(gathered, enrolment)
    masking = root.first("study_design_info/masking")
    if masking is not None and masking.text:
        _masking(gathered, masking.take(), masking)
    old = root.first("study_design")
    if old is not None and old.text:
        _old_design(gathered, old)


def _phases(gathered: Gathered, element: Element) -> None:
    observational = gathered.value("designModule.studyType") == "OBSERVATIONAL"
    if observational and code_of(element.text, PHASE) == "NA":
        gathered.absent("designModule.phases", element.span, "an observational study has no phase")
        element.taken = True
        return
    for index, part in enumerate(element.take().split("/") if element.text != "N/A" else [element.take()]):
        gathered.term(f"designModule.phases[{index}]", part.strip(), PHASE, element.span)


def _enrolment(gathered: Gathered, element: Element) -> None:
    if not element.text.isascii() or not element.text.isdigit() or len(element.text) > 9:
        _not_understood(gathered, "designModule.enrollmentInfo.count", element, "a number of participants")
        return
    gathered.put("designModule.enrollmentInfo.count", int(element.take()), element.span)
    if kind := element.attributes.get("type"):
        gathered.term("designModule.enrollmentInfo.type", kind, ACTUAL_OR_ESTIMATED, element.span)


def _masking(gathered: Gathered, text: str, element: Element) -> None:
    """`Double (Participant, Investigator)`: how many are masked, and who."""
    level, _, who = text.partition("(")
    if code_of(text, MASKING):
        level, who = text, ""
    gathered.term("designModule.designInfo.maskingInfo.masking", level.strip(), MASKING, element.span)
    names = [name.strip() for name in who.rstrip(") ").split(",") if name.strip()]
    for index, name in enumerate(names):
        path = f"designModule.designInfo.maskingInfo.whoMasked[{index}]"
        gathered.term(path, name, WHO_MASKED, element.span)


def _old_design(gathered: Gathered, element: Element) -> None:
    """The design in one line, as records before 2017 have it; parts with no field are kept."""
    parts = _DESIGN_PART.split(element.take())
    for label, value in zip(parts[1::2], parts[2::2], strict=True):
        value = value.strip(" ,")
        if label == "Masking":
            _masking(gathered, value, element)
        elif label in _OLD_DESIGN:
            path, terms = layout.TERMS[_OLD_DESIGN[label]]
            gathered.term(path, value, terms, element.span)
        else:
            gathered.unmapped[f"clinical_study/study_design/{label}"] = value
    if parts[0].strip() or len(parts) == 1:
        element.taken = False


def _not_understood(gathered: Gathered, path: str, element: Element, expected: str) -> None:
    gathered.say(
        "READ-203",
        Severity.WARNING,
        f"{element.text[:80]!r} cannot be read for this field; it is kept as it came and not used",
        path,
        (Evidence.of(element.text, element.span),),
        expected=expected,
        mend="correct the value in the source",
    )
    gathered.undecided(path, (element.text,), element.span, "the value cannot be read")


def _reading(gathered: Gathered, root: Element) -> Reading:
    """The reading, with whatever no field has taken."""
    strangers = []
    total = 0
    for way, leaf in leaves(root):
        total += 1
        if not leaf.taken:
            value = leaf.text or " ".join(f"{name}={value}" for name, value in leaf.attributes.items())
            strangers.append(Line(leaf.line, f"{way}: {value[:200]}", None))
            gathered.unmapped[way] = value
    if strangers:
        gathered.say(
            "READ-204",
            Severity.WARNING,
            f"{len(strangers)} of {total} elements are not known in the public XML; they are kept but not used",
            None,
            tuple(Evidence.of(line.text) for line in strangers[:5]),
            expected="the elements of the public XML",
            mend="nothing to do, unless a name is misspelt",
        )
    coverage = Coverage(total - len(strangers), total, tuple(strangers))
    return Reading(
        gathered.study(), Provenance(gathered.entries), coverage, tuple(gathered.problems), gathered.unmapped
    )
