"""Lines that stand where a text may stand and do not look like a part of it: a menu word, an advertisement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from trialwright.record.readers.page.text import Piece

LONGEST = 60
_ENDS = (".", ";", ":", ",", "。", "；", "：", ")", "]", "|")
_HEADING = re.compile(r"\W*(?:key |main |major |general )?(?:inclusion|exclusion)\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:inclusion|exclusion|criteri\w+)\b|^(?:and(?: |/)?or|or|and|none|n/?a|\W+)$|;", re.IGNORECASE)
"""Words that a list of criteria has between its items."""
_VERB = re.compile(r"\b(?:is|are|was|were|be|has|have|had|will|shall|must|may|can|not)\b", re.IGNORECASE)
MOST_WORDS = 6


def is_strange(piece: Piece) -> bool:
    """Whether a line is short, no item of a list, not indented, ends as no sentence does and says no sentence.

    >>> is_strange(Piece("Sponsored link: buy now", 1, 1)), is_strange(Piece("Given once a week.", 1, 1))
    (True, False)
    """
    text = piece.text
    return (
        len(text) <= LONGEST
        and piece.column == 1
        and not piece.is_list_item
        and not text.endswith(_ENDS)
        and len(text.split()) <= MOST_WORDS
        and _OWN.search(text) is None
        and _VERB.search(text) is None
    )


def strays_in_list(lines: Sequence[Piece]) -> Iterator[Piece]:
    """The strange lines of a text that is made of lists: those beside an item or a heading of a list.

    Nothing is strange in a text without lists: there every line may be a criterion.
    """
    if sum(piece.is_list_item for piece in lines) < 2:
        return
    for index, piece in enumerate(lines):
        beside = lines[max(0, index - 1) : index + 2]
        if is_strange(piece) and any(other.is_list_item or _HEADING.match(other.text) for other in beside):
            yield piece
