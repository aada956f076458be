"""Interval designs: names, tables from files, isotonic regression, and what is answered where designs differ."""

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.errors import InputError, UsageError
from trialwright.design import rules
from trialwright.design.interval import isotonic, table
from trialwright.design.interval.boin import Boin
from trialwright.design.interval.boundaries import NEVER
from trialwright.design.interval.i3plus3 import I3Plus3
from trialwright.design.interval.keyboard import Keyboard
from trialwright.design.interval.mtpi import Mtpi
from trialwright.design.interval.rule import ENOUGH, FULL, TITRATING, TOXIC
from trialwright.design.rule import Counts, Finish, Treat

NAMES = (
    "BOIN: target 0.3, cohorts of 3, at most 30",
    "BOIN: target 0.25, safe 0.1, toxic 0.4, eliminate above 0.9, eliminate from 6, cohorts of 2, at most 24",
    "keyboard: target 0.3333333333333333, cohorts of 3, at most 30, enough at 12",
    "keyboard: target 0.2, interval 0.15 to 0.28, cohorts of 1, at most 20, accelerated titration",
    "mTPI: target 0.3, eliminate above 0.8, cohorts of 3, at most 9, start at level 2",
    "i3+3: target 0.3, eliminate from 1, cohorts of 3, at most 30, extra safety 0.05",
    "table 3:0/2/3 6:1/3/- 9:-/-/5: target 0.3, cohorts of 3, at most 12",
)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_makes_the_rule_of_that_name(name):
    rule = rules.make(name, 4)
    assert rule.name == name
    assert rules.make(f" {name.upper()} ", 4) == rule
    assert rules.factory(name)(4, rule.cohort) == rule


def test_names_may_be_short_and_parameters_win():
    assert rules.make("mTPI-2", 5, 3, target=0.3, cohorts=10).name == "keyboard: target 0.3, cohorts of 3, at most 30"
    assert rules.make("BOIN: target .3, at most 30", 5, 2, target=0.2, cohorts=6).name == (
        "BOIN: target 0.2, cohorts of 2, at most 12"
    )
    wide = rules.make("i3+3", 5, target=0.3, most=30, low=0.2, high=0.4)
    assert wide.name == "i3+3: target 0.3, interval 0.2 to 0.4, cohorts of 3, at most 30"


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("BOIN", {"most": 30}, "DES-105"),
        ("BOIN", {"target": 0.3}, "DES-105"),
        ("BOIN: target 0.3, at most 30, whatever", {}, "DES-105"),
        ("BOIN: target 0.3, at most 30", {"low": 0.2}, "DES-105"),
        ("3+3: stop at two", {"target": 0.3}, "DES-105"),
        ("table: target 0.3, at most 9", {}, "DES-105"),
        ("BOIN: target 30, at most 30", {}, "DES-101"),
        ("BOIN: target 0.3, at most 30", {"cutoff": 1.0}, "DES-101"),
        ("BOIN: target 0.3, at most 30", {"extra_safety": 0.7}, "DES-101"),
        ("BOIN: target 0.3, safe 0.35, at most 30", {}, "DES-102"),
        ("BOIN: target 0.3, safe 0.29, at most 30", {}, "DES-103"),
        ("keyboard: target 0.05, at most 30", {}, "DES-102"),
        ("mTPI: target 0.3, interval 0.31 to 0.4, at most 30", {}, "DES-102"),
        ("BOIN: target 0.3, at most 2", {}, "DES-104"),
        ("BOIN: target 0.3, at most 30, start at level 9", {}, "DES-104"),
        ("table 3:0/2/3: target 0.3, at most 9", {}, "DES-111"),
        ("table 3:2/2/3: target 0.3, at most 3", {}, "DES-112"),
        ("BOIN-ish", {}, "DES-012"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_reason(name, options, code):
    with pytest.raises(UsageError, match=code) as caught:
        rules.make(name, 3, **options)
    assert caught.value.expected


counted = st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=6)


@given(counted, st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_isotonic_is_pooling_adjacent_violators(pairs, values):
    weights = [w for w, _ in pairs]
    x = values[: len(pairs)]
    blocks = []
    for value, weight in zip(x, weights, strict=True):
        if weight == 0:
            continue
        blocks.append((value, weight, 1))
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            (a, u, k), (b, v, m) = blocks[-2:]
            blocks[-2:] = [((a * u + b * v) / (u + v), u + v, k + m)]
    plain = [value for value, _, size in blocks for _ in range(size)]
    ours = isotonic.isotonic(x, weights)
    assert ours[[w > 0 for w in weights]].tolist() == pytest.approx(plain, abs=1e-12)


@pytest.mark.parametrize(
    ("n", "y", "top", "level"),
    [
        ((3, 3, 0), (0, 0, 0), 3, 2),  # equal rates below the target: the highest
        ((3, 3, 0), (2, 2, 0), 3, 1),  # equal rates above it: the lowest
        ((3, 6, 6), (0, 2, 5), 2, 2),  # the third is eliminated
        ((0, 0, 3), (0, 0, 0), 2, 0),  # nobody at a level that is left
        ((6, 6, 6), (3, 1, 0), 3, 3),  # all pooled to one rate below the target
        ((0, 3, 0), (0, 1, 0), 3, 2),
    ],
)
def test_selection(n, y, top, level):
    assert isotonic.selected(n, y, 0.3, top) == level


def test_extra_levels_without_anyone_change_nothing():
    assert isotonic.selected((3, 0, 6, 0, 3), (0, 0, 2, 0, 2), 0.3, 5) == 3


def answer(name, dose, n, y, memory=None):
    action = rules.make(name, len(n)).next(Counts(dose, n, y, memory))
    return (action.dose, action.size) if isinstance(action, Treat) else (action.category, action.selected)


BOIN = "BOIN: target 0.3, at most 18"


@pytest.mark.parametrize(
    ("name", "dose", "n", "y", "expected"),
    [
        (BOIN, 1, (3, 0, 0), (0, 0, 0), (2, 3)),
        (BOIN, 1, (3, 0, 0), (1, 0, 0), (1, 3)),
        (BOIN, 1, (3, 0, 0), (2, 0, 0), (1, 3)),  # down, but there is nothing below
        (BOIN, 1, (3, 0, 0), (3, 0, 0), (TOXIC, 0)),
        (BOIN, 2, (3, 3, 0), (0, 3, 0), (1, 3)),
        (BOIN, 1, (6, 3, 0), (0, 3, 0), (1, 3)),  # up, but level 2 is eliminated
        (BOIN, 3, (3, 3, 3), (0, 0, 0), (3, 3)),  # up, but there is nothing above
        (BOIN, 2, (3, 4, 0), (0, 0, 0), (3, 3)),  # one too many
        (BOIN, 2, (3, 1, 0), (0, 1, 0), (2, 2)),  # a partial cohort is completed
        (BOIN, 2, (3, 0, 0), (0, 0, 0), (2, 3)),
        (BOIN, 3, (3, 3, 3), (0, 3, 0), (1, 3)),  # a level below was regraded
        (BOIN, 2, (8, 8, 0), (1, 2, 0), (2, 2)),  # the last cohort is smaller: 2 of 8 is neither up nor down
        (BOIN, 2, (9, 9, 0), (1, 3, 0), (FULL, 2)),
        (BOIN, 2, (9, 10, 0), (1, 3, 0), (FULL, 2)),  # one more than the maximum
        (BOIN + ", enough at 6", 2, (3, 6, 0), (0, 2, 0), (ENOUGH, 2)),
        (BOIN + ", enough at 6", 2, (3, 6, 0), (0, 1, 0), (3, 3)),  # enough, but the decision is to go up
        (BOIN + ", enough at 6", 1, (6, 0, 0), (3, 0, 0), (ENOUGH, 1)),  # down at the lowest
        (BOIN + ", enough at 6", 3, (3, 3, 6), (0, 0, 0), (ENOUGH, 3)),  # up at the highest
        (BOIN + ", enough at 6", 1, (6, 3, 0), (0, 3, 0), (ENOUGH, 1)),  # up, but level 2 is eliminated
        ("BOIN: target 0.3, at most 18, extra safety 0.05", 1, (9, 0, 0), (5, 0, 0), (TOXIC, 0)),
        ("BOIN: target 0.3, at most 18, extra safety 0.2", 1, (3, 0, 0), (2, 0, 0), (TOXIC, 0)),
        ("table 3:0/2/- 6:0/3/-: target 0.3, at most 9", 1, (3, 0), (3, 0), (1, 3)),  # never eliminated
        ("table 3:0/2/3 6:1/3/4: target 0.3, at most 9", 1, (5, 0), (1, 0), (1, 3)),  # the row for 3 serves for 5
    ],
)
def test_what_is_answered(name, dose, n, y, expected):
    assert answer(name, dose, n, y) == expected


def test_titration():
    name = BOIN + ", accelerated titration"
    assert rules.make(name, 3).first() == Treat(1, 1, "titration opens with 1 at level 1", memory=TITRATING)
    assert answer(name, 1, (1, 0, 0), (0, 0, 0), TITRATING) == (2, 1)
    assert answer(name, 2, (1, 1, 0), (0, 1, 0), TITRATING) == (2, 2)
    assert answer(name, 3, (1, 1, 1), (0, 0, 0), TITRATING) == (3, 2)
    assert answer(name, 2, (1, 3, 0), (0, 1, 0)) == (2, 3)
    assert rules.make("BOIN: target 0.3, cohorts of 1, at most 9, accelerated titration", 3).first().memory is None


@pytest.mark.parametrize("name", [name for name in NAMES if "start" not in name])
def test_every_rule_answers_in_every_state(name):
    rule = rules.make(name, 2)
    counts = [(n, y) for n in range(8) for y in range(n + 1)]
    for dose, (n1, y1), (n2, y2), memory in itertools.product(range(4), counts, counts, (None, TITRATING)):
        action = rule.next(Counts(dose, (n1, n2), (y1, y2), memory))
        assert action.reason
        if isinstance(action, Finish):
            assert action.completed == (action.selected > 0)
            assert action.category in (TOXIC, FULL, ENOUGH)
            assert action.selected == 0 or (n1, n2)[action.selected - 1] > 0
        else:
            assert action.dose in (1, 2)
            assert 1 <= action.size <= rule.most - n1 - n2
            level_out = [y >= rule.boundaries().out[n] for n, y in ((n1, y1), (n2, y2))]
            assert not any(level_out[: action.dose]), "an eliminated level"


@pytest.mark.parametrize("decisions", [Boin, Keyboard, Mtpi, I3Plus3])
@pytest.mark.parametrize("target", [0.1, 0.17, 0.25, 0.33, 0.5])
def test_more_dlts_never_mean_a_bolder_decision(decisions, target):
    limits = decisions(target).boundaries(40)
    assert (limits.up < limits.down).all()
    assert (limits.down <= limits.out).all()
    known = limits.out[limits.out < NEVER]
    assert (np.diff(known) >= 0).all()
    assert (np.diff(limits.up) >= 0).all()


def test_of_two_keys_of_equal_strength_the_higher_counts():
    """One half of the participants: the keys from 0.4 to 0.5, the target's, and from 0.5 to 0.6 are equally strong."""
    limits = Keyboard(0.45).boundaries(40)
    for y in range(1, 21):
        assert limits.down[2 * y] <= y


def test_keyboard_can_eliminate_after_one_participant_and_boin_cannot():
    assert Keyboard(0.2).boundaries(3).out[:4].tolist() == [NEVER, 1, 2, 2]
    assert Boin(0.2).boundaries(3).out[:4].tolist() == [NEVER, NEVER, NEVER, 2]


def test_a_rate_on_the_end_of_the_interval_is_inside_it():
    assert I3Plus3(0.2).decision(20, 3) == 0  # 3 in 20 is 0.15, although 0.2 - 0.05 > 0.15 in binary
    assert I3Plus3(0.2).decision(4, 1) == 0
    assert I3Plus3(0.2).decision(20, 5) == 0
    assert I3Plus3(0.2).decision(20, 6) == -1


def test_a_half_key_at_the_end_is_weighed_as_if_it_were_whole():
    """Target 0.1: the key from 0 to 0.05 is half. After 0 of 3, 2 x 0.1855 is more than the target key's 0.2925."""
    assert Keyboard(0.1).boundaries(6).up[3] == 0


LIMITS = "n,up,down,out\n3,0,2,3\n6,1,3,4\n"
LONG = "n,dlts,decision\n" + "".join(
    f"{n},{y},{letter}\n"
    for n, row in ((3, "E S D DU"), (6, "E E S D DU DU DU"))
    for y, letter in enumerate(row.split())
)
GRID = "DLTs,3,6\n0,E,E\n1,S,E\n2,D,S\n3,DU,D\n4,,DU\n5,,du\n6,-,DU\n"


@pytest.mark.parametrize("text", [LIMITS, LONG, GRID, LIMITS + "\n\n"])
def test_three_layouts_of_one_table(text):
    assert table.parse(text, 0.3) == table.parse(LIMITS, 0.3)
    assert table.parse(text, 0.3).name == "table 3:0/2/3 6:1/3/4: target 0.3"


def test_a_table_of_boin_is_boin(tmp_path):
    file = tmp_path / "boin.csv"
    rows = "".join(f"{n},{up},{down},{out}\n" for n, up, down, out in Boin(0.3).boundaries(30).rows(3, 30))
    file.write_text("\ufeffn,up,down,out\n" + rows, encoding="utf-8")
    read = table.read(file, 0.3).boundaries(30)
    boin = Boin(0.3).boundaries(30)
    for n in range(3, 31, 3):
        assert (read.up[n], read.down[n], read.out[n]) == (boin.up[n], boin.down[n], boin.out[n])


@pytest.mark.parametrize(
    ("text", "error", "code"),
    [
        ("", InputError, "DES-110"),
        ("a,b,c\n1,2,3\n", InputError, "DES-110"),
        ("n,up,down,out\n", InputError, "DES-110"),
        ("n,up,down,out\n3,0\n", InputError, "DES-110"),
        ("n,up,down,out\n3,zero,2,3\n", InputError, "DES-110"),
        ("n,up,down,out\n3,0,2,3,4\n", InputError, "DES-110"),
        ("n,dlts,decision\n3,0,X\n", InputError, "DES-110"),
        ("n,dlts,decision\n3,0,E\n3,1,S\n3,3,D\n", UsageError, "DES-111"),
        ("n,dlts,decision\n1,0,E\n1,1,S\n1,2,S\n", UsageError, "DES-111"),
        ("n,dlts,decision\n1,0,E\n1,0,S\n1,1,S\n", UsageError, "DES-112"),
        ("n,dlts,decision\n1,0,D\n1,1,S\n", UsageError, "DES-112"),
        ("n,up,down,out\n3,2,2,3\n", UsageError, "DES-112"),
        ("n,up,down,out\n3,0,3,2\n", UsageError, "DES-112"),
        ("n,up,down,out\n3,0,2,4\n", UsageError, "DES-112"),
        ("n,up,down,out\n3,0,2,3\n3,0,2,3\n", UsageError, "DES-112"),
        ("n,up,down,out\n0,,,\n", UsageError, "DES-112"),
    ],
)
def test_a_table_with_a_fault_is_refused(text, error, code):
    with pytest.raises(error, match=code) as caught:
        table.parse(text, 0.3)
    assert caught.value.expected


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(InputError, match="DES-110"):
        table.read(tmp_path / "none.csv", 0.3)


def test_importing_the_room_is_cheap():
    heavy = "('numpy', 'scipy', 'polars', 'matplotlib')"
    code = f"import sys, trialwright.design, trialwright.design.rules; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_making_a_table_does_not_load_scipy_stats():
    code = (
        "import sys; from trialwright.design import exact, rules\n"
        "for name in ('BOIN', 'keyboard', 'mTPI', 'i3+3'):\n"
        "    exact.compile(rules.make(name, 2, target=0.3, most=6)).evaluate([0.1, 0.3])\n"
        "print([m for m in ('scipy.stats', 'polars', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
