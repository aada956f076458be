"""The report as a page: self-contained, escaped, with headings, parseable, the same text for the same contents."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from xml.etree import ElementTree

import pytest
import report_builder

from trialwright.protocol.protocol import Supplied
from trialwright.report import html
from trialwright.report.contents import Contents

VOID = {"wbr", "meta", "br", "hr", "col", "link", "img", "input"}
SECTIONS = 9


class Tree(HTMLParser):
    """Elements in order, their nesting checked as they close."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def parsed(page: str) -> Tree:
    tree = Tree()
    tree.feed(page)
    tree.close()
    assert tree.open == []
    return tree


@pytest.fixture(params=["contents", "two_arms", "one_arm", "hostile"])
def contents(request: pytest.FixtureRequest) -> Contents:
    built: Contents = getattr(report_builder, request.param)()
    return built


def test_every_element_closes_in_order_and_ids_are_unique(contents: Contents) -> None:
    tree = parsed(html.render(contents))
    ids = [attrs["id"] for _, attrs in tree.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    links = [attrs["href"] for tag, attrs in tree.tags if tag == "a"]
    assert links
    assert all(link and link.startswith("#") and link[1:] in ids for link in links)
    named = [part for _, attrs in tree.tags for part in (attrs.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids)


def test_nothing_is_loaded_and_nothing_runs(contents: Contents) -> None:
    tree = parsed(html.render(contents))
    names = {tag for tag, _ in tree.tags}
    assert not names & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "video", "audio", "use"}
    for _, attrs in tree.tags:
        assert not {"src", "srcset", "data", "xlink:href", "action"} & set(attrs)
        assert not any(name.startswith("on") for name in attrs)
        assert all("url(" not in (value or "") for value in attrs.values())
    style = re.search("<style>(.*?)</style>", html.render(contents), re.DOTALL)
    assert style is not None
    assert not re.search(r"@import|url\(|https?:", style[1])
    policy = next(attrs["content"] for _, attrs in tree.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; style-src 'unsafe-inline'"


def test_headings_form_an_outline(contents: Contents) -> None:
    tree = parsed(html.render(contents))
    levels = [int(tag[1]) for tag, _ in tree.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels.count(2) == SECTIONS + 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_figures_are_well_formed_and_say_what_they_show(contents: Contents) -> None:
    pictures = re.findall(r"<svg.*?</svg>", html.render(contents), re.DOTALL)
    assert pictures
    for picture in pictures:
        root = ElementTree.fromstring(picture)
        assert root[0].tag == "title"
        assert (root[0].text or "").strip()
        assert root[1].tag == "desc"
        assert (root[1].text or "").strip()


def test_hostile_text_is_shown_as_text() -> None:
    page = html.render(report_builder.hostile())
    assert "<script" not in page
    assert "<img" not in page
    assert "\x00" not in page
    assert "\u202e" not in page
    page.encode("utf-8")
    assert '<script>alert("1")</script>' in "".join(parsed(page).text)


def test_the_disclaimer_stands_once() -> None:
    text = "".join(parsed(html.render(report_builder.contents())).text)
    assert text.count("Research software, not medical advice") == 1


def test_tables_have_captions_and_scopes(contents: Contents) -> None:
    tree = parsed(html.render(contents))
    assert sum(tag == "table" for tag, _ in tree.tags) == sum(tag == "caption" for tag, _ in tree.tags) > 0
    assert all(attrs.get("scope") in ("row", "col") for tag, attrs in tree.tags if tag == "th")


def test_the_same_contents_give_the_same_text() -> None:
    assert html.render(report_builder.contents()) == html.render(report_builder.contents())


def test_a_protocol_file_without_its_record_is_reported() -> None:
    page = html.render(replace(report_builder.contents(), record=None))
    assert "made from a protocol file" in page
    assert page.count("<h2") == SECTIONS + 1


def test_what_was_lost_or_missing_is_visible() -> None:
    text = "".join(parsed(html.render(report_builder.contents())).text)
    assert "A line that belongs to nothing" in text
    assert "this rendering shows the number without its type" in text
    assert "the numbering has a gap here" in text
    assert "not asked for" in text
    assert "not from the registry" in text


def test_problems_stand_most_serious_first_with_their_evidence() -> None:
    page = html.render(report_builder.contents())
    order = [page.index(code) for code in ("PRO-101", "DS-007", "REA-010")]
    assert order == sorted(order)
    assert "line 33, columns 1-49" in page


def test_what_a_person_supplied_is_shown_with_the_name_and_the_source() -> None:
    built = report_builder.contents()
    by_hand = (Supplied("design.rule", "A. Reviewer", "protocol, version 3"),)
    page = html.render(replace(built, protocol=replace(built.protocol, supplied=by_hand)))
    assert "A. Reviewer" in page
    assert "protocol, version 3" in page
    assert "What named persons supplied" not in html.render(built)


def test_cells_of_tables_that_become_cards_carry_their_headings() -> None:
    cells = [attrs for tag, attrs in parsed(html.render(report_builder.contents())).tags if tag == "td"]
    assert {"Chosen", "Why", "Alternatives", "Time frame"} <= {attrs.get("data-label") for attrs in cells}
