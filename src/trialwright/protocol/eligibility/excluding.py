"""Reads heads and openings that exclude among demands: `Exclude patients with:`, `Exclusion: pregnancy`."""

from __future__ import annotations

import re

_OPENING = re.compile(r"\W*(?:exclusions?(?:\s+criteri(?:a|on))?|excluded|exclude)\s*:\s*(?=\S)", re.IGNORECASE)
_WITHIN = re.compile(r"\bexclu(?:sions?|ded|de)\b[^:.;,]{0,40}:\s*\S", re.IGNORECASE)
_SENTENCE = re.compile(r"[.;]\s+(?=\S)")
_EXCLUDED = re.compile(
    r"\b(?:exclude[sd]?|exclusions?|ineligible|(?:not|cannot) (?:be )?(?:eligible|included|enrolled))\b", re.IGNORECASE
)
_SPARED = re.compile(r"\b(?:not|no|never|isn't|aren't)\b[^.;:]{0,20}\bexclu|\bexcept|\bunless\b", re.IGNORECASE)


def opening_that_excludes(text: str) -> int:
    """How many characters of a text say that what follows them excludes (`Exclusion: `); 0 without any."""
    found = _OPENING.match(text)
    return found.end() if found is not None else 0


def excludes_below(head: str) -> bool:
    """Whether a head says that what is listed beneath it excludes (`Excluded are patients with:`)."""
    if not head.rstrip().endswith((":", "following", "following.")):
        return False
    last = _SENTENCE.split(head.strip())[-1]
    return _EXCLUDED.search(last) is not None and _SPARED.search(last) is None


def spares_below(head: str) -> bool:
    """Whether a head says that what is listed beneath it does not exclude."""
    last = _SENTENCE.split(head.strip())[-1]
    return _EXCLUDED.search(last) is not None and _SPARED.search(last) is not None and "not" in last.lower().split()


def excludes_within(text: str) -> bool:
    """Whether a demand says somewhere inside that what follows excludes (`Age 18-65. Exclusion: pregnancy`)."""
    return _WITHIN.search(text) is not None


def has_a_sentence_before(head: str) -> bool:
    """Whether the head says something else in a sentence before its last one."""
    return len(_SENTENCE.split(head.strip())) > 1
