"""Types and directions of outcomes whose words mislead: what the words do not say stays unstated."""

import pytest

from trialwright.protocol.outcomes import Direction, OutcomeType
from trialwright.protocol.outcomes.kind import kind_of
from trialwright.protocol.timeframe.parser import parse_time_frame

HIGHER, LOWER, UNSTATED = Direction.HIGHER, Direction.LOWER, Direction.UNSTATED


@pytest.mark.parametrize(
    ("measure", "kind", "direction"),
    [
        ("Levels of a marker after infusions of cells", OutcomeType.CONTINUOUS, UNSTATED),  # "infusion" is no fusion
        ("Bony fusion of the spine", OutcomeType.BINARY, HIGHER),
        ("Evidence of alloimmunization after infusion", OutcomeType.BINARY, LOWER),
        ("Percentage of responders", OutcomeType.BINARY, HIGHER),
        ("Clinical response by the Responder Index", OutcomeType.BINARY, HIGHER),
        ("Change in NT-pro-brain natriuretic peptide", OutcomeType.CONTINUOUS, LOWER),
        ("Fasting C-peptide", OutcomeType.CONTINUOUS, HIGHER),
        ("TBil (umol/L)", OutcomeType.CONTINUOUS, LOWER),
        ("Time to first infection", OutcomeType.TIME_TO_EVENT, HIGHER),
        ("Overall survival", OutcomeType.TIME_TO_EVENT, HIGHER),
        ("Time to healing of the wound", OutcomeType.TIME_TO_EVENT, LOWER),
        ("Time to re-epithelialization", OutcomeType.TIME_TO_EVENT, LOWER),
        ("Time to second dose of study drug", OutcomeType.TIME_TO_EVENT, UNSTATED),
        ("Oxygenation index", OutcomeType.CONTINUOUS, UNSTATED),
        ("Oxygenation index (PaO2/FiO2)", OutcomeType.CONTINUOUS, HIGHER),
        ("Perceived exertion score after cognitive testing", OutcomeType.CONTINUOUS, UNSTATED),
    ],
)
def test_kind_and_direction(measure, kind, direction):
    found = kind_of(measure, "")
    assert (found.type, found.direction) == (kind, direction)


@pytest.mark.parametrize(
    ("raw", "days"),
    [
        ("Baseline to Day 2, Day 4 and Day 28", (0.0, 2.0, 4.0, 28.0)),
        ("Changes from baseline to week 4, week 8 and week 12", (0.0, 28.0, 56.0, 84.0)),
        ("Baseline to Day 7 and Day 14", (0.0, 7.0, 14.0)),
    ],
)
def test_the_baseline_compared_with_each_of_several_visits_is_no_interval(raw, days):
    assert parse_time_frame(raw).days == days
