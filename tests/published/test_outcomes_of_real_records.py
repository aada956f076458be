"""Outcomes, schedule and eligibility of five registered trials, as read by hand from their public records.

Source: the public ClinicalTrials.gov records NCT04288102, NCT04456361, NCT04452097, NCT04971980 and NCT05689008, with
the derivations that a statistician wrote down for each outcome. Facts and figures only.
"""

from __future__ import annotations

import csv
import re
from collections import Counter

import pytest

from trialwright.protocol.eligibility.items import ItemKind
from trialwright.protocol.eligibility.split import draft_eligibility
from trialwright.protocol.outcomes import OutcomeLevel, OutcomeType
from trialwright.protocol.outcomes.draft import draft_outcomes
from trialwright.protocol.schedule.draft import draft_schedule, outcome_days
from trialwright.protocol.timeframe import FrameKind
from trialwright.protocol.timeframe.parser import parse_time_frame
from trialwright.record import read

T = OutcomeType
pytestmark = pytest.mark.corpus

# type, days, parameters; the first is the primary outcome
NCT04288102 = [
    (T.CONTINUOUS, (28,), 1),
    (T.CONTINUOUS, (10, 90), 1),
    (T.CONTINUOUS, (10, 28, 90), 1),
    (T.CONTINUOUS, (10, 28, 90), 1),
    (T.BINARY, (90,), 5),
    (T.CONTINUOUS, (10, 28, 90), 1),
    (T.CONTINUOUS, (10, 28, 90), 4),
    (T.TIME_TO_EVENT, (28,), 1),
    (T.CONTINUOUS, (6, 10, 28), 1),
    (T.DURATION, (28, 90), 1),
    (T.CONTINUOUS, (6, 10, 28), 1),
    (T.CONTINUOUS, (28, 90), 1),
    (T.CONTINUOUS, (10, 14, 21, 28, 90), 1),
    (T.CONTINUOUS, (10, 14, 21, 28, 90), 1),
    (T.ORDINAL, (28, 90), 2),
    (T.CONTINUOUS, (6, 10, 28, 90), 6),
    (T.CONTINUOUS, (6, 10, 28, 90), 4),
    (T.ADVERSE_EVENTS, (90,), 1),
    (T.SERIOUS_ADVERSE_EVENTS, (90,), 1),
    (T.MORTALITY, (90,), 1),
]
NCT04456361 = [
    (T.BINARY, "increase", "SPO2", (2, 4, 14)),
    (T.CONTINUOUS, None, "PFRATIO", (2, 4, 14)),
    (T.BINARY, "decrease", "GGOPROP", (14,)),
    (T.BINARY, "decrease", "PNEUINF", (14,)),
    (T.BINARY, "decrease", "LDH", (4, 14)),
    (T.BINARY, "decrease", "CRP", (4, 14)),
    (T.BINARY, "decrease", "DDIMER", (4, 14)),
    (T.BINARY, "decrease", "FERRITIN", (4, 14)),
]


def record_of(corpus, number):
    (path,) = (corpus / "records").glob(f"{number}.*")
    return read(path)


def test_the_twenty_outcomes_of_nct04288102(corpus):
    outcomes, proposed, problems, _ = draft_outcomes(record_of(corpus, "NCT04288102"))
    found = [(o.type, outcome_days(o.time_frame), len(o.derivation.parameters)) for o in outcomes]
    assert found == NCT04288102
    assert [o.level for o in outcomes] == [OutcomeLevel.PRIMARY] + [OutcomeLevel.SECONDARY] * 19
    assert proposed == ()
    assert outcomes[7].derivation.improvement == 1
    assert len(outcomes[7].derivation.parameters[0].categories) == 6
    assert outcomes[0].derivation.parameters == outcomes[1].derivation.parameters
    assert Counter(p.code for p in problems)["DRAFT-204"] == 2


def test_the_visits_of_nct04288102(corpus):
    outcomes, _, _, _ = draft_outcomes(record_of(corpus, "NCT04288102"))
    schedule = draft_schedule(outcomes, (0, 3, 6))
    assert [e.day for e in schedule if e.day >= 0] == [0, 3, 6, 10, 14, 21, 28, 90]
    by_day = {e.day: e for e in schedule}
    assert [by_day[day].window_of("LESPROP") for day in (10, 28, 90)] == [(1, 19), (20, 59), (60, 120)]
    assert [by_day[day].window_of("PFRATIO") for day in (6, 10, 28)] == [(1, 8), (9, 19), (20, 37)]


def test_the_eight_outcomes_of_nct04456361(corpus):
    outcomes, proposed, problems, assumptions = draft_outcomes(record_of(corpus, "NCT04456361"))
    found = [
        (o.type, o.derivation.responder, o.derivation.parameters[0].code, outcome_days(o.time_frame)) for o in outcomes
    ]
    assert found == NCT04456361
    assert {o.level for o in outcomes} == {OutcomeLevel.UNKNOWN}
    assert all(o.derivation.change for o in outcomes)
    codes = {p.code for p in problems}
    assert {"DRAFT-202", "DRAFT-205", "DRAFT-206"} <= codes
    assert any("direction" in a.why for a in assumptions)
    assert proposed == ()


@pytest.mark.parametrize(
    ("number", "types"),
    [
        ("NCT04452097", {T.DOSE_LIMITING_TOXICITY, T.ADVERSE_EVENTS, T.MORTALITY, T.DURATION, T.CONTINUOUS}),
        ("NCT04971980", {T.DOSE_LIMITING_TOXICITY, T.ADVERSE_EVENTS, T.SERIOUS_ADVERSE_EVENTS, T.CONTINUOUS}),
        ("NCT05689008", {T.ADVERSE_EVENTS, T.MORTALITY, T.CONTINUOUS}),
    ],
)
def test_records_that_show_no_outcome_get_proposed_ones(corpus, number, types):
    outcomes, proposed, problems, _ = draft_outcomes(record_of(corpus, number))
    assert outcomes == ()
    assert types <= {o.type for o in proposed}
    assert [p.code for p in problems] == ["DRAFT-209"]


@pytest.mark.parametrize(
    ("number", "inclusion", "exclusion", "ages"),
    [
        ("NCT04288102", (6, 0), (10, 0), (18, 75)),
        ("NCT04452097", (4, 1), (5, 1), (18, 80)),
        ("NCT04456361", (5, 0), (4, 0), (18, None)),
        ("NCT04971980", (6, 1), (15, 1), (18, 65)),
        ("NCT05689008", (4, 0), (9, 0), (18, 85)),
    ],
)
def test_the_criteria_of_the_five(corpus, number, inclusion, exclusion, ages):
    eligibility, problems = draft_eligibility(record_of(corpus, number))
    counts = Counter((str(c.section), c.kind) for c in eligibility.criteria)
    assert (counts["inclusion", ItemKind.TEXT], counts["inclusion", ItemKind.MISSING]) == inclusion
    assert (counts["exclusion", ItemKind.TEXT], counts["exclusion", ItemKind.MISSING]) == exclusion
    assert (eligibility.minimum_age_years, eligibility.maximum_age_years) == ages
    assert (eligibility.sex, eligibility.healthy_volunteers) == ("ALL", False)
    assert ("DRAFT-301" in {p.code for p in problems}) is bool(inclusion[1])


UNITS = r"(?:minute|min|hour|hr|day|week|wk|month|year|yr)s?"
NAMED = re.compile(
    rf"\d[\s-]?{UNITS}\b|\b{UNITS}\s?-?\d|\b(?:one|two|three|four|six|thirteen)[\s-]{UNITS}\b", re.IGNORECASE
)
UNDECIDED = re.compile(r"to be decided|not monitored", re.IGNORECASE)


def test_real_time_frames_are_read(corpus, capsys):
    """At least 95 % of those that name a quantity of time; whatever is refused is refused with a reason."""
    lines = (corpus / "timeframes" / "strings.dev.txt").read_text(encoding="utf-8").splitlines()
    rows = [
        row for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE) if len(row) >= 4 and row[0][:1] != "#"
    ]
    texts = {row[3]: row[2] for row in rows}
    timed = [raw for raw in texts if NAMED.search(raw) and not UNDECIDED.search(raw)]
    frames = {raw: parse_time_frame(raw, measure=measure) for raw, measure in texts.items()}
    refused = [raw for raw in timed if frames[raw].kind is FrameKind.UNPARSEABLE]
    with capsys.disabled():
        Counter(str(frame.kind) for frame in frames.values())
    assert len(timed) > 150
    assert len(refused) <= 0.05 * len(timed), refused
    for raw, frame in frames.items():
        assert frame.note or frame.kind is not FrameKind.UNPARSEABLE, raw


def test_the_types_of_the_corpus_outcomes(corpus, capsys):
    types: Counter[str] = Counter()
    for path in sorted((corpus / "corpus" / "v2_json").glob("*.json")):
        types.update(str(o.type) for o in draft_outcomes(read(path))[0])
    total = sum(types.values())
    with capsys.disabled():
        pass
    assert total > 1000
    assert types["unknown"] <= 0.05 * total
