"""What a CodeableConcept names: an entry of the lexicon by its code, or else by the spelling of its words."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from trialwright.protocol.eligibility.lexicon.loading import lexicon
from trialwright.screen.patients.fhir.access import each, words

if TYPE_CHECKING:
    from trialwright.screen.patients.names import Names

SYSTEMS = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.whocc.no/atc": "ATC",
}


def named(concept: object, names: Names, *path: str) -> str | None:
    """The key or the words of a concept; None where it has neither.

    The first code that the lexicon has decides, then the first words that it knows; unknown words are kept.
    """
    said: list[str] = []
    for coding in each(concept, *path, "coding"):
        system, code = words(coding, "system"), words(coding, "code")
        found = by_code(SYSTEMS.get(system or "", ""), code or "")
        if found is not None:
            return found
        said += [text for text in (words(coding, "display"),) if text]
    text = words(concept, *path, "text")
    said = [text, *said] if text else said
    for candidate in said:
        thing = names.thing(candidate)
        if thing is not None:
            return thing[0]
    if said:
        return said[0]
    for coding in each(concept, *path, "coding"):
        code = words(coding, "code")
        if code:
            return f"{words(coding, 'system') or 'code'} {code}"
    return None


def by_code(system: str, code: str) -> str | None:
    """The entry with this code, None where there is none.

    >>> by_code("LOINC", "29463-7")
    'body-weight'
    """
    return _codes().get((system, code))


@cache
def _codes() -> dict[tuple[str, str], str]:
    out: dict[tuple[str, str], str] = {}
    for found in lexicon().entries.values():
        for stated in found.fields.get("code", "").split("|"):
            system, _, code = stated.strip().rpartition(" ")
            if system and code:
                out.setdefault((system, code), found.id)
    return out
