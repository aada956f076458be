"""Reads the moments that time windows are counted from: screening, the first dose, a moment of the patient's own."""

from __future__ import annotations

from trialwright.protocol.eligibility.grammar.tokens import NUMBER, PUNCTUATION, Tokens
from trialwright.protocol.eligibility.tree import Anchor, AnchorKind

TRIAL_MOMENTS = {
    form: kind
    for kind, forms in {
        AnchorKind.SCREENING: "screening screen prescreening",
        AnchorKind.BASELINE: "baseline",
        AnchorKind.RANDOMISATION: "randomization randomisation randomized randomised randomizing randomisation",
        AnchorKind.ENROLMENT: "enrollment enrolment enrolling enrolled inclusion entry registration study trial "
        "recruitment entering enroll participation",
        AnchorKind.CONSENT: "consent icf",
        AnchorKind.FIRST_DOSE: "dosing dose imp c1d1",
    }.items()
    for form in forms.split()
}


# what may stand between "before" and the moment itself
_LIGHT = frozenset(
    {
        "the", "a", "an", "their", "his", "her", "its", "this", "that", "any", "first", "initial", "date", "dates",
        "time", "day", "days", "of", "start", "starting", "begin", "beginning", "commencement", "initiation",
        "initiating", "initiated", "signing", "signature", "informed", "study", "trial", "clinical", "to", "being",
        "at", "or", "and", "planned", "scheduled", "subject", "subjects", "patient", "patients", "current",
        "in", "receiving", "administration", "visit", "visits", "investigational", "product", "drug", "treatment",
        "medication", "vaccination", "written", "present", "protocol", "therapy", "intervention", "receipt", "into",
        "for", "index", "expected", "anticipated", "moment", "period",
    }
)  # fmt: skip


_DOSE_WORDS = frozenset(
    {
        "dose", "dosing", "administration", "drug", "medication", "treatment", "product", "vaccination", "therapy",
        "imp", "infusion", "intervention",
    }
)  # fmt: skip


_STUDY_WORDS = frozenset(["study", "trial", "investigational", "imp"])


_STOPS = frozenset(
    {
        ",", ";", ".", ":", "(", ")", "and", "or", "but", "with", "who", "which", "that", "unless", "except", "if",
        "as", "is", "are", "was", "were", "has", "have", "will",
    }
)  # fmt: skip


_MOST_WORDS = 6  # of a moment that is not one of the trial's


def anchors_at(text: str, tokens: Tokens, at: int) -> tuple[tuple[Anchor, ...] | None, int]:
    """The moments named from a token on, and the token after them; None where nothing is named."""
    found: list[Anchor] = []
    end = at
    while True:
        anchor, stop = _anchor(text, tokens, end)
        if anchor is None:
            break
        if anchor not in found:
            found.append(anchor)
        end = stop
        words = tokens.word
        if anchor.kind is AnchorKind.OTHER or len(found) > 3 or end >= len(words):
            break
        if words[end] not in {"or", "and", "/"}:
            break
        following, stop = _anchor(text, tokens, end + 1)
        if following is None or following.kind is AnchorKind.OTHER:
            break
        end += 1
    return (tuple(found), end) if found else (None, at)


def _anchor(text: str, tokens: Tokens, at: int) -> tuple[Anchor | None, int]:
    words, count = tokens.word, len(tokens)
    seen: list[str] = []
    best: tuple[AnchorKind, int] | None = None
    here = at
    while here < count and here - at < 9:
        word = words[here]
        kind = TRIAL_MOMENTS.get(word)
        if kind is not None:
            weak = word in {"study", "trial", "participation"}
            if best is None or not weak:
                best = (kind, here + 1)
            if not weak and kind is not AnchorKind.FIRST_DOSE:
                break
        elif word not in _LIGHT:
            break
        if here > at and word in {"or", "and"} and best is not None:
            break
        seen.append(word)
        here += 1
    if best is None and here < count and words[here] == "1" and words[here - 1] == "day":
        return Anchor(AnchorKind.FIRST_DOSE), here + 1
    if best is None and any(word in _DOSE_WORDS for word in seen) and any(word in _STUDY_WORDS for word in seen):
        best = (AnchorKind.FIRST_DOSE, at + len(seen))
    if best is not None:
        kind, end = best
        stretch = set(words[at:end]) | set(seen)
        if kind in {AnchorKind.ENROLMENT, AnchorKind.FIRST_DOSE} and words[end - 1] in _STUDY_WORDS | {
            "dose",
            "dosing",
        }:
            end = _widened(words, end)
            stretch = set(words[at:end])
            if stretch & _DOSE_WORDS:
                kind = AnchorKind.FIRST_DOSE
        while end < count and words[end] in {
            "visit",
            "date",
            "period",
            "start",
            "entry",
            "day",
            "enrollment",
            "enrolment",
        }:
            end += 1
        return Anchor(kind), end
    return _own_moment(text, tokens, at)


def _widened(words: list[str], end: int) -> int:
    """The end of an anchor, taken over words that belong to it (`first dose of study drug`)."""
    reach = here = end
    while here < len(words) and here - end < 7:
        word = words[here]
        if word in _DOSE_WORDS or word in _STUDY_WORDS or word in {"start", "entry", "day", "initiation", "enrollment"}:
            reach = here + 1
        elif word not in {"of", "the", "any", "medicinal", "investigational"}:
            break
        here += 1
    return reach


def _own_moment(text: str, tokens: Tokens, at: int) -> tuple[Anchor | None, int]:
    """A moment in the patient's own history, in the words of the text."""
    words, count = tokens.word, len(tokens)
    begin = at
    while begin < count and words[begin] in {"the", "a", "an", "their", "his", "her", "any", "this"}:
        begin += 1
    end = begin
    while end < count and end - begin < _MOST_WORDS and words[end] not in _STOPS and tokens.kind[end] != NUMBER:
        if tokens.kind[end] == PUNCTUATION and words[end] not in "-'/":
            break
        end += 1
    if (
        end < count
        and end > begin
        and tokens.kind[end] == NUMBER
        and words[end - 1] in {"visit", "day", "cycle", "week"}
    ):
        end += 1
    if end == begin:
        return None, at
    if words[begin : begin + 2] in (["cycle", "1"], ["day", "1"]):
        end = begin + 2
        if words[end : end + 2] in (["day", "1"], [",", "day"]):
            end = min(end + 2 + (words[end] == ","), count)
        return Anchor(AnchorKind.FIRST_DOSE), end
    return Anchor(AnchorKind.OTHER, text[tokens.start[begin] : tokens.end[end - 1]]), end
