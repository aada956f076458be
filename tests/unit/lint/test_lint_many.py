"""Many sources: the same answers in the same order, over however many processes."""

import json

import pytest

from trialwright import record
from trialwright.lint import many
from trialwright.lint.many import Linted, Unread, lint_each
from trialwright.record.containers import Source

NAMES = ("NCT04288102.api-repr.txt", "NCT04971980.unlabelled-page.txt")


@pytest.fixture
def sources(examples):
    made = [Source(name, (examples / name).read_bytes()) for name in NAMES]
    page = {"studies": [record.write(record.read(examples / NAMES[0]))] * 2}
    return [*made, Source("broken.json", b"{"), Source("page.json", json.dumps(page).encode()), made[0]]


def shown(each):
    """What there is to compare of one answer."""
    if isinstance(each, Unread):
        return each.name, str(each.error)
    places = [each.places.of(item) for finding in each.findings for item in finding.evidence]
    return each.name, each.nct_id, each.title, each.findings, places


def test_processes_answer_what_one_answers(sources, monkeypatch):
    monkeypatch.setattr(many, "CHUNK", 2)
    alone = [shown(each) for each in lint_each(sources, workers=1)]
    assert [each[0] for each in alone][:3] == [*NAMES, "broken.json"]
    assert len(alone) == 6
    assert [shown(each) for each in lint_each(sources, workers=2, alone=1)] == alone


def test_one_source_that_cannot_be_read_does_not_stop_the_rest(sources):
    kinds = [type(each) for each in lint_each(sources, alone=0, workers=1)]
    assert kinds == [Linted, Linted, Unread, Linted, Linted, Linted]


def test_sources_are_read_no_further_than_the_processes_need(sources, monkeypatch):
    monkeypatch.setattr(many, "CHUNK", 1)
    taken = []

    def endless():
        for number in range(1000):
            taken.append(number)
            yield Source(f"{number}.json", b"{")

    answers = lint_each(endless(), alone=0, workers=2)
    assert [next(answers).name for _ in range(3)] == ["0.json", "1.json", "2.json"]
    assert len(taken) < 20
    answers.close()


def test_what_is_sent_between_processes_keeps_its_places_and_not_the_text(sources):
    each = next(iter(lint_each(sources)))
    sent = each.settled()
    assert len(each.places.text) > 1000
    assert sent.places.text == ""
    assert shown(sent) == shown(each)
