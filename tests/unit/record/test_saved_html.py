"""Saved HTML of pages: the visible text is read as the page's text, scripts are not, hostile pages are refused."""

from __future__ import annotations

import html
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.errors import InputError
from trialwright.record import Rendering, read
from trialwright.record.readers.saved_html import visible_text

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize("name", sorted(file.name for file in EXAMPLES.glob("*page.txt")))
@pytest.mark.parametrize("tag", ["p", "div"])
def test_saved_page_says_what_its_text_says(name: str, tag: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    body = "".join(f"<{tag}><span>{html.escape(line)}</span></{tag}>\n" for line in text.split("\n"))
    head = "<head><title>not read</title><script>if (1<2) alert('NCT99999999')</script></head>"
    page = f"<!DOCTYPE html>\n<html>{head}<body>{body}<script>'x'</script></body></html>"
    found, plain = read(page.encode()), read(text.encode())
    assert found.origin.rendering is Rendering.SAVED_HTML
    assert found.study == plain.study
    assert found.coverage.proportion == plain.coverage.proportion


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<table><tr><th>Type :</th><td>Drug</td></tr></table>", "Type : | Drug |"),
        ("<ul><li>one<li><p>two</p></ul>", "- one\n- two"),
        ("<p>1 x 10<sup>8</sup> cells, H<sub>2</sub>O<sup>c</sup></p>", "1 x 10^8 cells, H2Oc"),
        ("a<br>b<div>c<div>d</div></div>", "a\nb\nc\nd"),
        ("<p>a\n   b&nbsp;&amp; c</p>", "a b & c"),
        ("<p>a</p><style>p{}</style><noscript>n</noscript><template>t</template><p>b", "a\nb"),
    ],
)
def test_visible_text(source: str, lines: str) -> None:
    assert visible_text(source) == lines


@pytest.mark.usefixtures("ends")
def test_deep_and_strange_pages_are_refused() -> None:
    for source, code in (
        ("<html>" + "<div>" * 300_000, "READ-502"),
        ("<html><body><p>Hello</p></body></html>", "READ-501"),
        ("<html>" + "<p>x" * 50_000, "READ-501"),
    ):
        with pytest.raises(InputError) as fault:
            read(source.encode())
        assert fault.value.code == code


@given(
    st.lists(
        st.sampled_from(["<div>", "</div>", "<li>", "<td>", "<sup>", "<!--", "<script>", "x ", "8", "&#0;"]),
        max_size=40,
    )
)
def test_any_markup_gives_lines(parts: list[str]) -> None:
    for line in visible_text("".join(parts)).split("\n"):
        assert line == line.strip()
