"""Markup that is escaped by construction: text is always escaped, only a `Markup` goes in as it is."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias

LONG_HEADING = 24
VOID = frozenset({"wbr", "meta", "br", "hr", "col", "link", "img"})

# Control characters, halves of surrogate pairs, and characters that turn the direction of a line: a record may
# hold them, a page may not. Each is shown as the replacement character, so that it is seen that something was there.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Markup:
    """Text that is markup already and is not escaped again. Only this room makes it."""

    text: str

    def __str__(self) -> str:
        return self.text


Child: TypeAlias = "Markup | str | int | Iterable[Child] | None"


def escaped(text: str) -> str:
    """Text made safe for an element or a quoted attribute.

    >>> escaped('<b a="1">\\x00')
    '&lt;b a=&quot;1&quot;&gt;�'
    """
    return escape(_UNPRINTABLE.sub("\ufffd", text), quote=True)


def join(*children: Child) -> Markup:
    """The children one after the other, text escaped, None left out."""
    return Markup("".join(_parts(children)))


def _parts(children: Iterable[Child]) -> Iterable[str]:
    for child in children:
        if child is None:
            continue
        if isinstance(child, Markup):
            yield child.text
        elif isinstance(child, str | int):
            yield escaped(str(child))
        else:
            yield from _parts(child)


def tag(name: str, /, *children: Child, **attributes: Any) -> Markup:
    """An element. Attribute names lose a trailing underscore and have hyphens for the others; None and False are
    left out, True stands alone.

    >>> str(tag("p", "a < b", class_="note", hidden=None))
    '<p class="note">a &lt; b</p>'
    """
    parts = [f"<{name}"]
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        label = key.rstrip("_").replace("_", "-")
        parts.append(f" {label}" if value is True else f' {label}="{escaped(str(value))}"')
    parts.append(">")
    if name in VOID:
        return Markup("".join(parts))
    return Markup("".join(parts) + join(*children).text + f"</{name}>")


def code(path: str) -> Markup:
    """A path as code that may break after its dots and underscores.

    >>> str(code("a.b_c"))
    '<code>a.<wbr>b_<wbr>c</code>'
    """
    head, *rest = re.split(r"(?<=[._])", path)
    return tag("code", head, [(Markup("<wbr>"), step) for step in rest])


def paragraphs(text: str, **attributes: Any) -> Markup:
    """A text of a record as paragraphs, split at its empty lines; single line ends are kept as breaks."""
    blocks = [block for block in re.split(r"\n\s*\n", text.replace("\r\n", "\n").strip()) if block.strip()]
    return join(
        tag(
            "p", *[(tag("br"), line) if number else line for number, line in enumerate(block.split("\n"))], **attributes
        )
        for block in blocks
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its heading, whether it holds numbers, whether its cells head their rows."""

    heading: Markup | str
    number: bool = False
    head: bool = False
    wide: bool = False


def table(
    caption: Child,
    columns: Iterable[Column],
    rows: Iterable[Iterable[Child]],
    *,
    cards: bool = False,
    **attributes: Any,
) -> Markup:
    """A table with a caption, scoped headings, and a box of its own that scrolls when the page is narrow.

    `cards`: on a narrow page each row stands as a card instead, with the headings before the values.
    """
    columns = tuple(columns)
    head = tag("tr", [tag("th", c.heading, scope="col", class_=_style(c)) for c in columns])
    body = [tag("tr", [_cell(column, cell, cards) for column, cell in zip(columns, row, strict=True)]) for row in rows]
    if cards:
        attributes["class_"] = "cards"
    whole = tag("table", tag("caption", tag("span", caption)), tag("thead", head), tag("tbody", body), **attributes)
    label = caption if isinstance(caption, str) else "Table"
    return tag("div", whole, class_="scroll", tabindex="0", role="region", aria_label=label)


def _cell(column: Column, cell: Child, labelled: bool) -> Markup:
    if column.head:
        return tag("th", cell, scope="row", class_=_style(column))
    label = str(column.heading) if labelled else None
    return tag("td", tag("div", cell) if labelled else cell, class_=_style(column), data_label=label)


def _style(column: Column) -> str | None:
    long = column.number and len(str(column.heading)) > LONG_HEADING
    names = [name for name, on in (("num", column.number), ("long", long), ("wide", column.wide)) if on]
    return " ".join(names) or None


def bullets(items: Iterable[Child], **attributes: Any) -> Markup:
    """An unordered list."""
    return tag("ul", [tag("li", item) for item in items], **attributes)


def facts(pairs: Iterable[tuple[Child, Child]], **attributes: Any) -> Markup:
    """Names and values as a description list, each pair in a box of its own."""
    return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs], **attributes)


def note(*children: Child, kind: str = "note") -> Markup:
    """A paragraph set apart: `note`, `caution` or `why` (why something is not here)."""
    return tag("p", *children, class_=kind)
