"""The report of every real record: it parses, its figures are well formed, and its numbers are those of its rows."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from trialwright import analyse, protocol, record, report
from trialwright.report.contents import Contents
from trialwright.simulate import scenarios
from trialwright.simulate.operating import characteristics
from trialwright.simulate.trial import run

RECORDS = ("NCT04288102", "NCT04452097", "NCT04456361", "NCT04971980", "NCT05689008")


class Shown(HTMLParser):
    """The exact values of the results, by row and part, and all text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.values: dict[tuple[int, str], float] = {}
        self.text: list[str] = []
        self.loaded: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "data":
            self.values[int(given["data-row"] or ""), given["data-part"] or ""] = float(given["value"] or "nan")
        if tag in ("script", "link", "img", "iframe", "object", "embed") or "src" in given:
            self.loaded.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(params=RECORDS)
def contents(request: pytest.FixtureRequest, corpus: Path) -> Contents:
    (path,) = (corpus / "records").glob(f"{request.param}.*")
    read = record.read(path)
    drafted = protocol.draft(read)
    trial = run(drafted, scenarios.for_protocol(drafted)[0], seed=1)
    return Contents(
        record=read,
        protocol=drafted,
        characteristics=characteristics(drafted),
        trial=trial,
        results=analyse.run(drafted, trial.data),
        commands=(f"trialwright run {path.name} -o report",),
        version="1",
    )


@pytest.mark.corpus
def test_the_report_of_a_real_record_shows_its_rows(contents: Contents) -> None:
    page = report.html.render(contents)
    shown = Shown()
    shown.feed(page)
    assert shown.loaded == []
    for picture in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ElementTree.fromstring(picture)
    assert contents.results is not None
    for row, one in enumerate(contents.results.estimates):
        for part in ("value", "lower", "upper", "p"):
            assert shown.values.get((row, part)) == getattr(one, part), (part, one)
    text = "".join(shown.text)
    assert contents.nct_id is not None
    assert contents.nct_id in text
    for outcome in contents.protocol.analysed_outcomes:
        assert outcome.measure.split("\n")[0][:60] in text


@pytest.mark.corpus
@pytest.mark.parametrize("contents", ["NCT04971980"], indirect=True)
def test_the_report_says_what_nine_patients_mean_if_nine_is_the_target(contents: Contents) -> None:
    shown = Shown()
    shown.feed(report.html.render(contents))
    text = " ".join(" ".join(shown.text).split())
    assert "Whether that is the target or the number enrolled was lost by this rendering. If 9 is the target" in text
    assert "49.5%" in text
    assert "10.70" in text
    assert "not from the registry" in text
