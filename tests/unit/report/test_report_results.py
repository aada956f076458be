"""Every number of the results is the number of its row, and is written with the confidence that it has."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
import report_builder

from trialwright import analyse
from trialwright.analyse.rows import Estimate
from trialwright.report import html, numbers
from trialwright.report.contents import Contents
from trialwright.simulate import scenarios
from trialwright.simulate.operating import characteristics
from trialwright.simulate.trial import run

PARTS = ("value", "lower", "upper", "p", "n")


class Numbers(HTMLParser):
    """The `data` elements: (row, part) -> (exact value, text shown)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: dict[tuple[int, str], tuple[float, str]] = {}
        self._now: tuple[int, str, float] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "data":
            self._now = (int(given["data-row"] or ""), given["data-part"] or "", float(given["value"] or "nan"))

    def handle_data(self, data: str) -> None:
        if self._now is not None:
            row, part, value = self._now
            self.found[row, part] = (value, data)
            self._now = None


def numbers_of(page: str) -> dict[tuple[int, str], tuple[float, str]]:
    reader = Numbers()
    reader.feed(page)
    return reader.found


@pytest.fixture(scope="module", params=["contents", "two_arms", "one_arm"])
def full(request: pytest.FixtureRequest) -> Contents:
    base: Contents = getattr(report_builder, request.param)()
    scenario = scenarios.for_protocol(base.protocol)[0]
    trial = run(base.protocol, scenario, seed=3)
    return replace(
        base,
        trial=trial,
        results=analyse.run(base.protocol, trial.data),
        characteristics=characteristics(base.protocol),
        unfinished=(),
    )


def test_every_estimate_is_in_the_report_and_equal(full: Contents) -> None:
    assert full.results is not None
    found = numbers_of(html.render(full))
    for row, one in enumerate(full.results.estimates):
        for part in PARTS[:4]:
            value = getattr(one, part)
            assert ((row, part) in found) == (value is not None), (row, part, one)
            if value is not None:
                assert found[row, part][0] == value
    assert {row for row, _ in found} <= set(range(len(full.results.estimates)))


def test_the_text_shown_is_the_number_rounded(full: Contents) -> None:
    assert full.results is not None
    for (row, part), (value, text) in numbers_of(html.render(full)).items():
        shown = re.search(r"[−\d][\d,.]*(?:e[−\d]+)?(?=\D*$)", text)
        assert shown is not None, text
        digits = shown[0].replace(",", "").replace("−", "-")
        decimals = len(digits.partition(".")[2].partition("e")[0])
        scale = 100 if "%" in text or "points" in text or _in_points(full.results.estimates[row], part) else 1
        if text.startswith(("<", ">")):
            assert (value * scale < float(digits)) == text.startswith("<")
        elif "e" not in digits:
            assert abs(value * scale - float(digits)) <= 0.500001 * 10**-decimals, (value, text)


def _in_points(one: Estimate, part: str) -> bool:
    return one.unit == "proportion" and " - " in one.group and part in ("lower", "upper")


def test_a_wrong_row_would_be_seen(full: Contents) -> None:
    assert full.results is not None
    rows = list(full.results.estimates)
    place = next(i for i, one in enumerate(rows) if one.value)
    other = replace(rows[place], value=rows[place].value * 2 + 1)
    page = html.render(
        replace(full, results=replace(full.results, estimates=(*rows[:place], other, *rows[place + 1 :])))
    )
    assert numbers_of(page)[place, "value"][0] != rows[place].value


def test_rows_without_a_number_say_why(full: Contents) -> None:
    assert full.results is not None
    page = html.render(full)
    for one in full.results.estimates:
        if one.value is None and one.note:
            assert one.note.partition("'")[0] in page


def test_the_trial_is_said_to_be_simulated(full: Contents) -> None:
    page = html.render(full)
    assert "These people do not exist" in page
    assert page.count("(simulated)") >= 1


@pytest.mark.parametrize(
    ("p", "text"), [(0.0, "<0.001"), (0.00099, "<0.001"), (0.0496, "0.050"), (0.999, ">0.99"), (None, "–")]
)
def test_p_values_never_say_more_than_they_know(p: float | None, text: str) -> None:
    assert numbers.p_value(p) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0%"), (1e-9, "<0.1%"), (1 - 1e-9, ">99.9%"), (1.0, "100%"), (0.9996, ">99.9%"), (0.4954, "49.5%")],
)
def test_percentages_are_certain_only_when_they_are(share: float, text: str) -> None:
    assert numbers.percent(share) == text
