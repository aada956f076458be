"""The frame of a page: head, styles, title, list of contents, main part, foot. Nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from trialwright.report.markup import Child, Markup, tag
from trialwright.report.style import style

DISCLAIMER = "Research software, not medical advice."
WORTH_LISTING = 4


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a page. `id`: its anchor; `leaf`: whether it begins a new sheet when printed."""

    id: str
    title: str
    body: Markup
    leaf: bool = False


def page(title: str, header: Markup, sections: Sequence[Section], footer: Child, *, wide: bool = False) -> str:
    """The whole page as text: UTF-8, no script, no reference to anything outside the file.

    `wide`: for pages of tables, which use the whole width. Contents are listed where there is much to choose from.
    """
    contents = _contents(sections) if len(sections) >= WORTH_LISTING else None
    main = tag("main", [_section(number, section) for number, section in enumerate(sections, 1)], id="main")
    body = tag(
        "body",
        tag("a", "Skip to the report", href="#main", class_="skip"),
        tag(
            "div",
            tag("header", header, class_="page"),
            contents,
            main,
            tag("footer", tag("p", footer), class_="page"),
            class_="frame wide" if wide else "frame",
        ),
    )
    return document(title, body)


def document(title: str, body: Markup) -> str:
    """An HTML document around a body."""
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        tag("title", title),
        Markup(f"<style>{style()}</style>"),
    )
    return "<!doctype html>\n" + tag("html", head, body, lang="en").text + "\n"


def _contents(sections: Sequence[Section]) -> Markup:
    return tag(
        "nav",
        tag("h2", "Contents", id="contents"),
        tag("ol", [_entry(number, section) for number, section in enumerate(sections, 1)]),
        class_="contents",
        aria_labelledby="contents",
    )


def _entry(number: int, section: Section) -> Markup:
    return tag("li", tag("a", tag("span", number, class_="no"), section.title, href=f"#{section.id}"))


def _section(number: int, section: Section) -> Markup:
    heading = tag(
        "h2",
        tag("span", number, class_="no"),
        section.title,
        id=f"{section.id}-h",
        class_="leaf" if section.leaf else None,
    )
    return tag("section", heading, section.body, id=section.id, aria_labelledby=f"{section.id}-h")
