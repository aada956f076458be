"""The words of a record that a search looks in, field by field, and the product codes among them."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

FIELDS: dict[str, float] = {
    "codes": 12.0,
    "title": 10.0,
    "conditions": 8.0,
    "interventions": 8.0,
    "keywords": 5.0,
    "summary": 2.0,
    "outcomes": 2.0,
    "arms": 2.0,
    "eligibility": 1.0,
    "sponsor": 1.5,
}
"""The fields of the text index with the weight of a word in each."""
NARROW = ("codes", "title", "conditions", "interventions", "keywords")
"""The fields that say what a trial is about."""

_TOKEN = re.compile(r"[^\W_]+(?:[-‐‑–./+][^\W_]+)*")
_HAS_DIGIT, _HAS_LETTER = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_INNER = re.compile(r"[-‐‑–./+]")
_LONGEST = 40
Json = Mapping[str, Any]
_NOTHING: Json = {}


def code(token: str) -> str | None:
    """A token with letters and digits in it as one word in small letters without hyphens; None for any other token.

    Codes that differ by one letter or digit stay different words.

    >>> code("ABC-101"), code("abc101"), code("ABC-101B"), code("cells")
    ('abc101', 'abc101', 'abc101b', None)
    """
    if len(token) > _LONGEST or not _HAS_DIGIT.search(token) or not _HAS_LETTER.search(token):
        return None
    return _INNER.sub("", token).casefold()


def tokens(text: str) -> list[str]:
    """The words of a text; what a hyphen, a dot or a slash joins is one."""
    return _TOKEN.findall(text)


def codes(texts: Iterable[str]) -> list[str]:
    """Every code in the texts, once each, in their order."""
    words = dict.fromkeys(word for text in texts for word in text.split() if not word.isalpha())
    found = (code(token) for word in words if _HAS_DIGIT.search(word) for token in _TOKEN.findall(word))
    return list(dict.fromkeys(each for each in found if each))


def texts_of(study: Json) -> tuple[str, ...]:
    """The text of each field of `FIELDS`, in its order."""
    section = study.get("protocolSection", _NOTHING)
    names = _module(section, "identification")
    conditions, arms = _module(section, "conditions"), _module(section, "armsInterventions")
    given = arms.get("interventions", ())
    told, sponsors = _module(section, "description"), _module(section, "sponsorCollaborators")
    outcomes = _module(section, "outcomes")
    measured = [o for kind in ("primary", "secondary", "other") for o in outcomes.get(f"{kind}Outcomes", ())]
    held = {
        "title": _joined(names.get(name) for name in ("briefTitle", "officialTitle", "acronym")),
        "conditions": _joined(conditions.get("conditions", ())),
        "interventions": _joined(name for each in given for name in (each.get("name"), *each.get("otherNames", ()))),
        "keywords": _joined(conditions.get("keywords", ())),
        "summary": _joined((told.get("briefSummary"), told.get("detailedDescription"))),
        "outcomes": _joined(each.get(name) for each in measured for name in ("measure", "description", "timeFrame")),
        "arms": _joined(_arms(arms.get("armGroups", ()), given)),
        "eligibility": _module(section, "eligibility").get("eligibilityCriteria", ""),
        "sponsor": _joined(
            each.get("name") for each in (sponsors.get("leadSponsor", _NOTHING), *sponsors.get("collaborators", ()))
        ),
    }
    numbers = (names.get("nctId"), *names.get("nctIdAliases", ()), names.get("orgStudyIdInfo", _NOTHING).get("id"))
    others = (each.get("id") for each in names.get("secondaryIdInfos", ()))
    held["codes"] = " ".join(codes((*(each for each in (*numbers, *others) if each), *held.values())))
    return tuple(held[name] for name in FIELDS)


SHOWN = (
    "title",
    "status",
    "study_type",
    "phases",
    "enrolment",
    "conditions",
    "intervention_types",
    "sponsor",
    "countries",
    "start_date",
)
"""The facts that an answer shows of each record, after its number and its last update."""


def packed(nct_id: str | None, updated: date | None, facts: Json, texts: tuple[str, ...]) -> bytes:
    """What an answer shows of a version, and the texts of its fields but for codes, compressed."""
    row = {"nct_id": nct_id, "updated": updated, **{name: facts[name] for name in SHOWN}}
    text = json.dumps([row, texts[1:]], ensure_ascii=False, default=str)
    return zlib.compress(text.encode("utf-8", "replace"), 1)


def unpacked(kept: bytes) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The row and the texts of the fields, in the order of `FIELDS`, as `packed` kept them; days as text."""
    row, texts = json.loads(zlib.decompress(kept))
    return row, ("", *texts)


def _arms(groups: Iterable[Json], given: Iterable[Json]) -> Iterator[str | None]:
    for group in groups:
        yield group.get("label")
        yield group.get("description")
    for each in given:
        yield each.get("description")


def _module(section: Json, name: str) -> Json:
    found: Json = section.get(f"{name}Module", _NOTHING)
    return found


def _joined(parts: Iterable[str | None]) -> str:
    return "\n".join(part for part in parts if part)
