"""Rules about identity: numbers and product names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.gates import gated
from trialwright.core.problem import Evidence, Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import ARMS, INTERVENTIONS, folded, narrative, prose, titles, treatments
from trialwright.record.provenance import Presence

NUMBER = "protocolSection.identificationModule.nctId"
_NCT = re.compile(r"NCT\d{8}")
_NO_PRODUCT = re.compile(
    r"(?:COVID|SARS|MERS|HIV|HPV|HCV|HBV|HSV|EBV|CMV|IL|CD|HLA|TNF|ICD|DSM|SF|EQ|PD|IFN|TGF|VEGF|EGFR|HER|CA|UV|FEV"
    r"|DAS)-",
    re.IGNORECASE,
)
LONG_NUMBER = 3  # digits of a sponsor's code; EASI-50 and IL-10 are no products
_PLAIN_CODE = gated(r"(?<![\w-])(?!(?:CD|CA|ZNF|TMEM|MIR|UMIN|CTR|ACTRN|COVID|IL|IFN)\d)[A-Z]{2,5}\d{3,6}(?![\w-])")
"""A code without a hyphen: three digits at least, since genes, scales and viruses have fewer."""
_CODE = gated(r"(?<![A-Za-z0-9-])(?=[A-Za-z]*[A-Z]{2})[A-Za-z]{2,6}-[A-Z]?\d{2,6}(?![A-Za-z0-9]|-\d)")
_NUMBERED = re.compile(r"-[A-Z]?\d{2,6}(?![A-Za-z0-9]|-\d)")
"""How a code ends; see `_LETTERED`."""


@rule(
    "ID-001",
    Severity.ERROR,
    "the registry number is missing or malformed, or differs between places of the document",
    why="Without its number a record cannot be matched with its publications or its other versions.",
    fix=Fixability.RENDERING,
    sure=Confidence.CERTAIN,
)
def number(subject: Subject) -> Iterator[Answer]:
    value = subject.record.nct_id
    entry = subject.record.entry(NUMBER)
    if entry.presence is Presence.AMBIGUOUS:
        yield Found(
            f"The document gives several registry numbers: {', '.join(entry.readings)}.",
            NUMBER,
            tuple(Evidence.of(reading, where) for reading, where in zip(entry.readings, entry.where, strict=False)),
        )
    elif value is None:
        yield Found("The source shows no NCT number.", NUMBER)
    elif not _NCT.fullmatch(value):
        yield Found(f"{value!r} is no NCT number (NCT and eight digits).", NUMBER, (subject.quote(NUMBER),))


@rule(
    "ID-002",
    Severity.WARNING,
    "product codes that differ by one character, or by two letters that changed places",
    why="Two codes that differ by a letter may be one product misspelt, or two. Nothing may be pooled on a guess.",
    fix=Fixability.SPONSOR,
)
def near_codes(subject: Subject) -> Iterator[Answer]:
    codes: dict[str, str] = {}
    for path, text in prose(subject):
        if path.endswith("eligibilityCriteria") or not _NUMBERED.search(text):
            continue
        for match in _CODE.finditer(text):
            if len(_digits(match.group())) >= LONG_NUMBER and not _NO_PRODUCT.match(match.group()):
                codes.setdefault(match.group(), path)
    names = sorted(codes)
    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            swapped = _neighbours_changed(one.upper(), other.upper())
            if swapped or (_distance(one.upper(), other.upper()) == 1 and _digits(one) == _digits(other)):
                yield Found(
                    f"The codes {one} and {other} differ by "
                    f"{'two characters that changed places' if swapped else 'one character'}.",
                    codes[one],
                    (subject.quote(codes[one], one), subject.quote(codes[other], other)),
                )
    yield from _swapped(subject)


_LETTERED = re.compile(r"-[A-Z]{3,5}")
"""How the names end: begins with a plain sign, so that it is looked for faster than the whole."""
_LETTERS = gated(r"(?<![\w-])[A-Za-z]{1,4}-[A-Z]{3,5}(?=s?\b)(?!-)")


def _swapped(subject: Subject) -> Iterator[Answer]:
    """Names of products in letters of which two changed places, such as MSC and MCS."""
    names: dict[str, str] = {}
    for path, text in (*titles(subject), *narrative(subject), *treatments(subject)):
        for match in _LETTERS.finditer(text) if _LETTERED.search(text) else ():
            names.setdefault(match.group(), path)
    ordered = sorted(names)
    for index, one in enumerate(ordered):
        for other in ordered[index + 1 :]:
            first, second = (name.rpartition("-") for name in (one, other))
            if first[0].lower() == second[0].lower() and _neighbours_changed(first[2], second[2]):
                yield Found(
                    f"{one} and {other} differ by two letters that changed places.",
                    names[one],
                    (subject.quote(names[one], one), subject.quote(names[other], other)),
                )


def _neighbours_changed(one: str, other: str) -> bool:
    places = [i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    return (
        len(one) == len(other)
        and len(places) == 2
        and places[1] == places[0] + 1
        and (one[places[0]], one[places[1]]) == (other[places[1]], other[places[0]])
    )


@rule(
    "ID-003",
    Severity.WARNING,
    "a product code in a title that neither an arm nor an intervention uses",
    why="Nobody who searches by intervention finds the product that the title announces.",
    fix=Fixability.SPONSOR,
)
def unused_code(subject: Subject) -> Iterator[Answer]:
    names = subject.section.identification_module
    infos = [names.org_study_id_info.id if names.org_study_id_info else None, names.acronym]
    known = {folded(name) for name in (*infos, *(info.id for info in names.secondary_id_infos)) if name}
    codes = {
        match.group(): path
        for path, text in titles(subject)
        for match in (*_CODE.finditer(text), *_PLAIN_CODE.finditer(text))
        if _is_product(match.group()) and folded(match.group()) not in known
    }
    if not codes:
        return
    if subject.unsure(ARMS, INTERVENTIONS):
        yield Unknown("This rendering lost arms or interventions.", INTERVENTIONS)
        return
    others = " ".join(n for item in subject.section.arms_interventions_module.interventions for n in item.other_names)
    used = _tight(" ".join(text for _, text in treatments(subject)) + others)
    for code, path in codes.items():
        if used and _tight(code) not in used:
            yield Found(
                f"{code} stands in the title and in no arm or intervention.", path, (subject.quote(path, code),)
            )


def _is_product(code: str) -> bool:
    """Whether a code looks like a sponsor's own: capitals and a number, and no gene, scale or virus."""
    return code.isupper() and not _NO_PRODUCT.match(code)


def _digits(code: str) -> str:
    return re.sub(r"\D", "", code)


def _tight(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.lower())


@rule(
    "ID-004",
    Severity.INFO,
    "other registry numbers in the text",
    why="A related trial may hold the dose-finding data or the phase that this record leaves out.",
    fix=Fixability.RECORD,
)
def others(subject: Subject) -> Iterator[Answer]:
    own = subject.record.nct_id
    seen = set()
    for path, text in prose(subject):
        for match in _NCT.finditer(text):
            if match.group() != own and match.group() not in seen:
                seen.add(match.group())
                yield Found(f"The text names {match.group()}.", path, (subject.quote(path, match.group()),))


def _distance(one: str, other: str) -> int:
    """The edit distance of two short texts (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (a != b))
    return row[-1]


RULES = (number, near_codes, unused_code, others)
