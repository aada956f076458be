"""Reads the lists that outcomes carry: numbered categories of a scale, lettered features, bins of a histogram."""

from __future__ import annotations

import re

_LABEL_FIRST = re.compile(r"([^;\n=]{2,120}?)\s*[=:–-]\s*(?:score|grade|point)s?\s*([0-9]{1,2})\b", re.IGNORECASE)
_NUMBER_FIRST = re.compile(
    r"(?:^|[\n;,:(]|\.\s|\bor\s|\band\s|\s)\s*(?:score|grade|stage|category|level)?\s*([0-9]{1,2})\s?"
    r"(?:[.)=:]|\s-\s|\s?–\s?|-(?=[A-Za-z])|\s?\()\s*"
    r"([A-Za-z][^\n;]{1,140}?)"
    r"(?=\s*(?:[;\n]|[,.]?\s*(?:and |or )?(?:score|grade|stage|category|level)?\s*[0-9]{1,2}\s?(?:[.)=:]|\s-\s"
    r"|\s?–\s?|\s?\()|$))",
    re.IGNORECASE,
)
# what every pair of the two holds, each its own: far quicker to look for than the labels, which may begin anywhere
_SCORED = re.compile(r"[=:–-]\s*(?:score|grade|point)s?\s*[0-9]{1,2}\b", re.IGNORECASE)
_NUMBERED = re.compile(r"[0-9]{1,2}\s?(?:[.)=:]|\s-\s|\s?–\s?|-(?=[A-Za-z])|\s?\()\s*[A-Za-z]", re.IGNORECASE)
_DIGITS = re.compile(r"[0-9]+")
_FEWEST = 3  # categories of a scale
_FEATURE = re.compile(r"(?:^|[\s;,:(])([a-h])[.)]\s+([^;\n]+?)(?=\s+[a-h][.)]\s|[;\n]|$)")
_BIN = re.compile(r"(<|>|≤|≥)\s?(-?[0-9]{1,5})|(-?[0-9]{1,5})\s?(?:~|to|–)\s?(-?[0-9]{1,5})")
_LONGEST_SCALE = 20


def _tight(text: str, limit: int) -> str:
    """The first so many characters with runs of blanks made one, so that no pattern walks through them repeatedly."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"[^\S\n]+", " ", text[: 4 * limit]))[:limit]


def categories(text: str) -> tuple[tuple[int, str], ...]:
    """The categories of an ordinal scale that the text lists, (score, label) from the lowest score to the highest.

    Empty where it lists none.

    A list counts if it has at least three scores that follow each other without a gap.

    >>> categories("0 = none; 1 = mild; 2 = severe")
    ((0, 'none'), (1, 'mild'), (2, 'severe'))
    >>> categories("No oxygen =Score 1; Oxygen by mask-Score 2; Death=Score 3")
    ((1, 'No oxygen'), (2, 'Oxygen by mask'), (3, 'Death'))
    """
    if len(_DIGITS.findall(text)) < _FEWEST:
        return ()
    text = _tight(text, 4000)
    found: tuple[tuple[int, str], ...] = ()
    if len(_SCORED.findall(text)) >= _FEWEST:
        found = _run([(int(number), label) for label, number in _LABEL_FIRST.findall(text)])
    if not found and len(_NUMBERED.findall(text)) >= _FEWEST:
        found = _run([(int(number), label) for number, label in _NUMBER_FIRST.findall(text)])
    return found


def _run(pairs: list[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """The longest unbroken run of scores up or down; each with a cleaned label."""
    best: list[tuple[int, str]] = []
    run: list[tuple[int, str]] = []
    for number, label in pairs:
        if run and number - run[-1][0] in {1, -1} and (len(run) < 2 or number - run[-1][0] == run[1][0] - run[0][0]):
            run.append((number, label))
        else:
            run = [(number, label)]
        if len(run) > len(best):
            best = list(run)
    if not _FEWEST <= len(best) <= _LONGEST_SCALE:
        return ()
    return tuple(sorted((number, " ".join(label.split()).strip(" .;,)")) for number, label in best))


def features(text: str) -> tuple[str, ...]:
    """The features that a text lists by letter; empty unless they run a, b, c, ...

    >>> features("features at day 90 a. cord-like shadow b. honeycomb c. pleural thickening")
    ('cord-like shadow', 'honeycomb', 'pleural thickening')
    """
    if "a." not in text and "a)" not in text:
        return ()
    found = _FEATURE.findall(_tight(text, 2000))
    if len(found) < 3 or "".join(letter for letter, _ in found) != "abcdefgh"[: len(found)]:
        return ()
    return tuple(label.strip(" .,") for _, label in found)


def bins(text: str) -> tuple[str, ...]:
    """The bins of a histogram that a text lists in brackets, lowest first as written; empty unless three or more.

    >>> bins("density (<-750, -750~-300, -300~50, >50)")
    ('<-750', '-750 to -300', '-300 to 50', '>50')
    """
    if "(" not in text or "," not in text:
        return ()
    for inside in re.findall(r"\(([^()]{5,120})\)", _tight(text, 2000)):
        parts = [part.strip() for part in inside.split(",")]
        matched = [_BIN.fullmatch(part) for part in parts]
        if len(parts) >= 3 and all(matched):
            return tuple(f"{m[1]}{m[2]}" if m[1] else f"{m[3]} to {m[4]}" for m in matched if m is not None)
    return ()


_CODE_SKIP = {
    "the", "of", "in", "a", "an", "and", "or", "to", "with", "for", "at", "on", "by", "from", "change", "changes",
    "mean", "total", "assessment", "evaluation", "measure", "measured", "number", "percentage", "proportion",
    "participants", "patients", "subjects", "baseline", "rate", "level", "levels", "score", "day", "days", "week",
    "weeks", "month", "months", "year", "years", "after", "between", "who", "whose", "their", "using",
}  # fmt: skip


def code_for(name: str, taken: set[str]) -> str:
    """A test code of at most 8 letters and digits, beginning with a letter, made from a name; not one that is taken.

    >>> code_for("cord-like shadow", set()), code_for("cord-like shadow", {"CORDLIKE"})
    ('CORDLIKE', 'CORDLIK2')
    """
    words = [word for word in re.findall(r"[A-Za-z0-9]+", name) if word.lower() not in _CODE_SKIP]
    letters = "".join(words).upper().encode("ascii", "ignore").decode()
    stem = letters.lstrip("0123456789")[:8] or "OUTCOME"
    code, count = stem, 2
    while code in taken:
        code = f"{stem[: 8 - len(str(count))]}{count}"
        count += 1
    return code
