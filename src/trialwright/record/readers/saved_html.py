"""Reads the saved HTML of a page: its visible text, read as the text of that page; nothing in it is run or fetched."""

from __future__ import annotations

import re
from importlib import import_module
from types import ModuleType

from trialwright.core.errors import InputError
from trialwright.record.reading import Reading

PAGES = ("explorer.labelled", "explorer.unlabelled", "classic.page")
LARGEST = 20_000_000

_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_HIDDEN = frozenset((
    "script", "style", "noscript", "template", "head", "iframe", "object", "embed", "svg", "canvas", "audio", "video",
    "select", "textarea", "button",
))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "br", "center", "dd", "details", "dialog", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSE_THEMSELVES = frozenset((
    "area", "base", "br", "col", "dd", "dt", "hr", "img", "input", "li", "link", "meta", "option", "p", "source",
    "tbody", "td", "tfoot", "th", "thead", "tr", "wbr",
))  # fmt: skip
DEEPEST = 2_000
_CELLS = frozenset(("td", "th"))
_BLANKS = re.compile(r"[ \t\r\n\f\u00a0]+")


def recognises(text: str) -> bool:
    """Whether the text is HTML."""
    return _START.match(text[:20_000]) is not None


def read(text: str) -> Reading:
    """The study on a saved page; lines are those of its visible text.

    Raises InputError: READ-501 if the visible text is of no page that is known, READ-502 if the page is too large or
    nested too deeply.
    """
    if len(text) > LARGEST or _too_deep(text):
        raise InputError(
            "READ-502",
            f"the saved page has more than {LARGEST // 1_000_000} million characters, or elements nested more than "
            f"{DEEPEST} deep",
            expected="the page of one study",
            mend="save the page of one study",
        )
    visible = visible_text(text)
    reader = _reader_for(visible)
    if reader is None:
        raise InputError(
            "READ-501",
            "this is HTML, but its visible text is no page of a study that is known",
            expected="the classic page of ClinicalTrials.gov, or a trial explorer's page with or without labels",
            mend="save the record as JSON from its page, or copy the text of the page",
        )
    reading: Reading = reader.read(visible)
    return reading


def _too_deep(text: str) -> bool:
    """Whether elements are nested so deeply that parsing would take time without end. Those that close themselves do
    not count."""
    depth = 0
    for slash, name in _TAG.findall(text):
        if name.lower() not in _CLOSE_THEMSELVES:
            depth = max(depth - 1, 0) if slash else depth + 1
            if depth > DEEPEST:
                return True
    return False


def _reader_for(visible: str) -> ModuleType | None:
    for name in PAGES:
        module = import_module(f"trialwright.record.readers.{name}")
        if module.recognises(visible):
            return module
    return None


def visible_text(text: str) -> str:
    r"""What a page shows, in lines: a block to a line, `- ` before list items, ` | ` after cells, `^` before a raised
    number.

    >>> visible_text("<body><p>1 x 10<sup>8</sup> cells</p><script>x</script><ul><li>a<li>b</ul>")
    '1 x 10^8 cells\n- a\n- b'
    """
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(text).body
    lines: list[str] = [""]
    # a stack instead of recursion: pages may be nested without end; a text on it is written when its turn comes
    stack: list[object] = [root] if root is not None else []
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            if node == "\n":
                _new_line(lines)
            else:
                lines[-1] += node
            continue
        tag: str = node.tag  # type: ignore[attr-defined]
        if tag in _HIDDEN or tag.startswith(("_", "!")):
            continue
        if tag == "-text":
            _write(lines, node.text(deep=False))  # type: ignore[attr-defined]
            continue
        block = tag in _BLOCKS
        if block:
            _new_line(lines)
            stack.append("\n")
        elif tag in _CELLS:
            stack.append(" | ")
        if tag == "li":
            lines[-1] = "- "
        elif tag == "sup" and node.text(deep=False).strip().lstrip("-−").isdigit():  # type: ignore[attr-defined]
            lines[-1] += "^"
        children = []
        child = node.child  # type: ignore[attr-defined]
        while child is not None:
            children.append(child)
            child = child.next
        stack.extend(reversed(children))
    return "\n".join(line for line in (line.strip() for line in lines) if line not in ("", "-"))


def _write(lines: list[str], text: str | None) -> None:
    """Write a text on the line, runs of blanks as one."""
    clean = _BLANKS.sub(" ", text or "")
    lines[-1] += clean.lstrip() if lines[-1][-1:] in ("", " ") else clean


def _new_line(lines: list[str]) -> None:
    """Begin a line, unless the last one holds nothing but a list's mark or is empty."""
    if lines[-1] not in ("", "- "):
        lines.append("")
