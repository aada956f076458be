"""A line as a row of elements."""

from __future__ import annotations


class Row:
    """The elements of a line as parallel lists, in order. `code`: one of the codes in markers; `start`, `end`:
    character offsets; `word`: the folded word; `data`: the leaves of a LEAF, the sex of a SEX, the number of a QUANT;
    `match`: for an OPEN the place of its CLOSE, else 0; `facts`: how many elements before this place can be answered
    from data; one longer than the others; `consents`: consent is spoken of; `asks`: the line as a whole is left to a
    person; `required`: it stands among the inclusion criteria."""

    __slots__ = ("asks", "code", "consents", "data", "end", "facts", "match", "required", "start", "text", "word")

    def __init__(self, text: str) -> None:
        self.text = text
        self.code: list[int] = []
        self.start: list[int] = []
        self.end: list[int] = []
        self.word: list[str] = []
        self.data: list[object] = []
        self.match: list[int] = []
        self.facts: list[int] = [0]
        self.consents = False
        self.asks = False
        self.required = True
