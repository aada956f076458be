"""Parses XML into plain elements that know their place; entities are never expanded."""

from __future__ import annotations

from collections.abc import Iterator
from xml.parsers import expat

from trialwright.core.errors import InputError
from trialwright.core.source import Span

DEEPEST = 60


class Element:
    """One element: its name, attributes, children and own text; `taken`: whether a reader has used it."""

    __slots__ = (
        "_text",
        "attributes",
        "children",
        "column",
        "end_column",
        "end_line",
        "line",
        "name",
        "parts",
        "taken",
    )

    def __init__(self, name: str, attributes: dict[str, str], line: int, column: int) -> None:
        self.name = name
        self.attributes = attributes
        self.children: list[Element] = []
        self.parts: list[str] = []
        self.line, self.column = line, column
        self.end_line, self.end_column = line, column
        self.taken = False
        self._text: str | None = None

    @property
    def raw(self) -> str:
        """The text directly within, as it stands."""
        return "".join(self.parts)

    @property
    def text(self) -> str:
        """The text directly within, with single blanks. To be asked when the whole source is parsed."""
        if self._text is None:
            self._text = " ".join(self.raw.split())
        return self._text

    @property
    def span(self) -> Span:
        """From the element's start to the start of its closing tag."""
        return Span(self.line, self.column, self.end_line, self.end_column)

    def all(self, name: str) -> list[Element]:
        """The children of this name, in order."""
        return [child for child in self.children if child.name == name]

    def first(self, way: str) -> Element | None:
        """The first element down a way of names (`facility/address/city`)."""
        found: Element | None = self
        for name in way.split("/"):
            for child in found.children if found is not None else ():
                if child.name == name:
                    found = child
                    break
            else:
                return None
        return found

    def take(self) -> str:
        """The text, and the element marked as used."""
        self.taken = True
        return self.text

    def take_all(self) -> None:
        """Mark the element and everything beneath it as used."""
        stack = [self]
        while stack:
            top = stack.pop()
            top.taken = True
            stack.extend(top.children)


def leaves(root: Element) -> Iterator[tuple[str, Element]]:
    """Every element with a text of its own, or with neither text nor children but attributes, with its way from the
    root and its number among siblings of the same name."""
    stack: list[tuple[str, Element]] = [(root.name, root)]
    while stack:
        way, element = stack.pop()
        if element.text or (element.attributes and not element.children):
            yield way, element
        numbers: dict[str, int] = {}
        below = []
        for child in element.children:
            number = numbers[child.name] = numbers.get(child.name, -1) + 1
            below.append((f"{way}/{child.name}[{number}]", child))
        stack.extend(reversed(below))


def parse(text: str) -> Element:
    """The root element of an XML text.

    Raises InputError: READ-201 if it is not well formed, READ-202 if it declares entities, READ-006 if it is nested
    more than 60 levels deep.
    """
    root: list[Element] = []
    open_ones: list[Element] = []
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def start(name: str, attributes: dict[str, str]) -> None:
        if len(open_ones) >= DEEPEST:
            raise InputError(
                "READ-006",
                f"the XML is nested more than {DEEPEST} levels deep",
                expected="a registry record",
                mend="check where the file came from",
            )
        element = Element(name, attributes, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1)
        (open_ones[-1].children if open_ones else root).append(element)
        open_ones.append(element)

    def end(_name: str) -> None:
        element = open_ones.pop()
        element.end_line, element.end_column = parser.CurrentLineNumber, parser.CurrentColumnNumber + 1

    def characters(data: str) -> None:
        open_ones[-1].parts.append(data)

    def entity(*_declaration: object) -> None:
        raise InputError(
            "READ-202",
            "the XML declares entities, which could make it grow without end or fetch other files",
            expected="XML without a document type, as the registry gives it",
            mend="download the record again from the registry",
        )

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = characters
    parser.EntityDeclHandler = entity
    parser.UnparsedEntityDeclHandler = entity
    try:
        parser.Parse(text.encode("utf-8", "replace"), True)
    except expat.ExpatError as fault:
        raise InputError(
            "READ-201",
            f"this looks like XML but is not well formed: {expat.errors.messages[fault.code]} in line {fault.lineno}",
            expected="one complete clinical_study element",
            mend="the file may be cut off: download it again",
        ) from fault
    return root[0]
