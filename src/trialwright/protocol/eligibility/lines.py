"""Reads the lines of a criteria text: their place, their marker (bullet, number, letter), whether one is a heading."""

from __future__ import annotations

import re
from typing import NamedTuple

from trialwright.protocol.eligibility.items import Section

NEAR = 60
"""Lines within which the number before is looked for."""
_BULLET = r"[*•·●○▪◦■□‣⁃✓➢\u2013\u2014\uf0b7-]"
_MARKER = re.compile(
    rf"(?P<bullet>{_BULLET}(?=\s|\(?\d{{1,2}}[.)]\s|[A-Z][\w ]))?[ \t]*"
    r"(?:\(?(?P<number>\d{1,3})(?:\s?\\?[.)]|\s?[-–](?=\s)(?!\s*\d))(?=\s|[A-Za-z\\(<>≥≤])|\(?(?P<letter>[a-zA-Z]"
    r"|[ivx]{2,4})[.)](?=\s))?[ \t]*"
)
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!<>|~^=&\"'%$/])")
_WORD = re.compile(
    r"\b(?:non-?\s?inclusion|inclusions?|exclusions?|include[ds]?|excluded?|eligibility|ineligib\w+|eligible)\b",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"[\W_]*(?:(?P<plain>(?:[\w/,'()-]+\s+){0,6}?"
    r"(?P<kind>non-?\s?inclusion|inclusions?"
    r"|exclusions?)(?:\s+criteri(?:a|on|um))?"
    r"(?:\s+\([^()]{1,60}\)|\s+(?:for|of|at|in|to)\s[^:.;]{1,60})?)"
    r"|criteria\s+(?:for|of)\s+(?P<turned>inclusion|exclusion)[^:.;]{0,40})[\s*_]*(?P<colon>[:：\-–]|\.\s*$|$)[\s*_]*",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r".{0,140}\b(?P<no>(?:be )?excluded|not (?:be )?eligible|ineligible|exclusion criteria)\b.{0,80}:\s*$"
    r"|.{0,140}\b(?:inclusion criteria|(?:be )?(?:included|eligible))\b.{0,80}:\s*$",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    r"(?<=[\s.;,)\]a-z0-9])(?<!\bsee )(?<!\bthe )(?<!\bper )(?<!\bin )(?<!\bof )(?<!\bany )(?<!\bto )(?<!\(see )"
    r"(?:(?:Key|Main|Major|General|Additional|Non)[ -])?(?:Inclusion|Exclusion|INCLUSION|EXCLUSION) "
    r"(?:[Cc]riteria|CRITERIA) ?[:：]"
)
"""A heading in the middle of a line, where a page has lost its line ends."""


class Line(NamedTuple):
    """A line that is not blank, or the part of one after a heading. `start`, `end`: offsets of its text without blanks
    around it; `content`: offset after its marker; `indent`: columns before it; `gap`: a blank line stands before it."""

    start: int
    end: int
    content: int
    indent: int
    gap: bool
    bullet: bool
    number: str | None
    letter: str | None
    heading: Section | None

    @property
    def marked(self) -> bool:
        """Whether the line begins with a bullet, a number or a letter."""
        return self.bullet or self.number is not None or self.letter is not None


def unescape(text: str) -> str:
    r"""The text with markdown's backslash escapes undone.

    >>> unescape(r"DAS28\>3.2")
    'DAS28>3.2'
    """
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text


def lines_of(text: str) -> list[Line]:
    """The lines of a criteria text in order; a heading that is followed by text on its line gives two."""
    found: list[Line] = []
    gap = True
    place = 0
    for raw in text.splitlines(keepends=True):
        body = raw.strip()
        if not body:
            gap = True
        else:
            start = place + raw.index(body[0])
            indent = len(raw[: start - place].expandtabs(4))
            cuts = [start]
            if "nclusion" in body or "xclusion" in body or "CLUSION" in body:
                first = start + max(1, _heading(body)[1])
                cuts += [match.start() for match in _INSIDE.finditer(text, first, start + len(body))]
            for begin, stop in zip(cuts, [*cuts[1:], start + len(body)], strict=True):
                found.extend(_split(text, begin, begin + len(text[begin:stop].rstrip()), indent, gap))
                gap = False
        place += len(raw)
    return _aligned(found)


def _aligned(lines: list[Line]) -> list[Line]:
    """The lines with numbers that are aligned by their last digit (` 9.` above `10.`) brought to one indentation."""
    out: list[Line] = []
    for line in lines:
        more = len(line.number) - 1 if line.number is not None and not line.bullet else 0
        if more and any(_above(each, line, more) for each in reversed(out[-NEAR:])):
            line = line._replace(indent=line.indent + more)
        out.append(line)
    return out


def _above(other: Line, line: Line, more: int) -> bool:
    """Whether another line counts in the same list as one whose number has `more` digits than one."""
    if other.number is None or line.number is None or other.bullet or other.indent != line.indent + more:
        return False
    return int(other.number) + 1 == int(line.number)


def _split(text: str, start: int, end: int, indent: int, gap: bool) -> list[Line]:
    body = text[start:end]
    heading, stop = _heading(body)
    if heading is not None and not gap and body[0].islower() and (indent > 0 or body[-1] not in ":："):
        heading = None  # the end of a sentence that a page has broken into lines
    if heading is None:
        return [_marked(text, start, end, indent, gap)]
    head = Line(start, start + len(body[:stop].rstrip()), start, indent, gap, False, None, None, heading)
    rest = body[stop:].strip()
    if not rest:
        return [head]
    begin = start + stop + (len(body[stop:]) - len(body[stop:].lstrip()))
    return [head, _marked(text, begin, end, indent, False)]


def _heading(body: str) -> tuple[Section | None, int]:
    """The section that a line opens and the offset after the heading; None where it is no heading."""
    begin = body[:200].lower()
    if len(body) > 4000 or ("clu" not in begin and "ligib" not in begin) or _WORD.search(body[:200]) is None:
        return None, 0
    match = _HEADING.match(body[:300])
    if match is not None:
        whole = match.end() == len(body)
        word = (match["kind"] or match["turned"]).lower()
        named = "criteri" in match[0].lower()
        if whole or (named and match["colon"] in {":", "："}):
            if not (named or match["colon"] in {":", "："} or len(match[0].split()) <= 2):
                return None, 0
            return (Section.EXCLUSION if word.startswith(("excl", "non")) else Section.INCLUSION), match.end()
    sentence = _SENTENCE.fullmatch(body) if len(body) <= 220 else None
    if sentence is not None and not re.match(rf"{_BULLET}\s|\(?\d", body):
        return (Section.EXCLUSION if sentence["no"] else Section.INCLUSION), len(body)
    return None, 0


def _marked(text: str, start: int, end: int, indent: int, gap: bool) -> Line:
    match = _MARKER.match(text, start, end)
    if match is None:
        return Line(start, end, start, indent, gap, False, None, None, None)
    bullet, number, letter = match["bullet"] is not None, match["number"], match["letter"]
    content = match.end() if bullet or number or letter else start
    return Line(start, end, min(content, end), indent, gap, bullet, number, letter, None)
