"""What a declared randomisation may be, what is refused, and its YAML."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from trialwright.conduct.randomisation import (
    Blocks,
    Factor,
    Measure,
    Minimisation,
    Override,
    Simple,
    Specification,
    read_spec,
    write_spec,
)
from trialwright.core.errors import InputError, UsageError

SITE = Factor("site", ("north", "south"))
BLOCKS = Specification("T", ("new", "control"), (2, 1), True, (SITE,), Blocks((6, 9)))
COIN = Minimisation(Measure.RANGE, Fraction(4, 5), (1,), 0)
MINIMISED = replace(BLOCKS, method=COIN)
SIGNED = Override("one block of two per pair of twins", "A. Sponsor", "2026-01-31")

TEXT = """\
format: trialwright randomisation 1
trial: T
arms: [new, control]
ratio: [2, 1]
open_label: true
factors:
- name: site
  levels: [north, south]
method:
  kind: blocks
  sizes: [6, 9]
"""


def test_strata_are_all_combinations_in_the_order_of_the_factors() -> None:
    spec = replace(BLOCKS, factors=(SITE, Factor("sex", ("F", "M", "X"))))
    assert spec.strata[:4] == (("north", "F"), ("north", "M"), ("north", "X"), ("south", "F"))
    assert len(spec.strata) == 6
    assert replace(BLOCKS, factors=()).strata == ((),)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("RAND-001", {"trial": ""}),
        ("RAND-001", {"trial": "T\n"}),
        ("RAND-001", {"arms": ("new", "new")}),
        ("RAND-001", {"arms": ("new", "cafe\u0301")}),
        ("RAND-001", {"open_label": 1}),
        ("RAND-001", {"factors": (SITE, SITE)}),
        ("RAND-001", {"factors": (Factor("site", ("north", "north")),)}),
        ("RAND-002", {"arms": ("new",), "ratio": (1,)}),
        ("RAND-002", {"ratio": (2, 1, 1)}),
        ("RAND-002", {"ratio": (2, 0)}),
        ("RAND-002", {"ratio": (2.0, 1)}),
        ("RAND-002", {"ratio": (True, 1)}),
        ("RAND-002", {"ratio": (4, 2)}),
        ("RAND-003", {"factors": (Factor("site", ("north",)),)}),
        ("RAND-003", {"factors": (Factor("site", ()),)}),
        ("RAND-004", {"method": Blocks(())}),
        ("RAND-004", {"method": Blocks((6, 8))}),
        ("RAND-004", {"method": Blocks((6, 6))}),
        ("RAND-004", {"method": Blocks((6, 0))}),
        ("RAND-004", {"method": Blocks((6, 9.0))}),  # type: ignore[arg-type]
        ("RAND-005", {"method": replace(COIN, probability=Fraction(1, 3))}),
        ("RAND-005", {"method": replace(COIN, probability=Fraction(6, 5))}),
        ("RAND-005", {"method": replace(COIN, probability=0.8)}),
        ("RAND-005", {"method": replace(COIN, probability=Fraction(800001, 1000001))}),
        ("RAND-005", {"method": replace(COIN, weights=())}),
        ("RAND-005", {"method": replace(COIN, weights=(0,))}),
        ("RAND-005", {"method": replace(COIN, overall=-1)}),
        ("RAND-005", {"factors": (), "method": replace(COIN, weights=())}),
        ("RAND-006", {"override": replace(SIGNED, reason="x")}),
        ("RAND-006", {"override": replace(SIGNED, by=" ")}),
        ("RAND-006", {"override": replace(SIGNED, on="31 January 2026")}),
    ],
)
def test_what_cannot_be_is_refused_and_says_how_to_mend_it(code: str, changes: dict[str, object]) -> None:
    with pytest.raises(UsageError) as caught:
        replace(BLOCKS, **changes)
    assert caught.value.code == code
    assert caught.value.expected
    assert caught.value.mend


@pytest.mark.parametrize("sizes", [(3,), (6,), (3, 6), (3, 6, 9)])
def test_open_label_blocks_that_are_easily_foretold_need_a_signed_override(sizes: tuple[int, ...]) -> None:
    with pytest.raises(UsageError, match="RAND-007"):
        replace(BLOCKS, method=Blocks(sizes))
    assert replace(BLOCKS, method=Blocks(sizes), override=SIGNED).method == Blocks(sizes)
    assert replace(BLOCKS, method=Blocks(sizes), open_label=False).method == Blocks(sizes)


@pytest.mark.parametrize("open_label", [True, False])
def test_minimisation_without_chance_needs_a_signed_override(open_label: bool) -> None:
    certain = replace(COIN, probability=Fraction(1))
    with pytest.raises(UsageError, match="RAND-007"):
        replace(BLOCKS, method=certain, open_label=open_label)
    assert replace(BLOCKS, method=certain, open_label=open_label, override=SIGNED).override == SIGNED


def test_yaml_is_read_as_written_by_hand() -> None:
    assert read_spec(TEXT) == BLOCKS


@pytest.mark.parametrize("probability", ["4/5", "0.8", '"0.80"'])
def test_a_probability_is_read_exactly(probability: str) -> None:
    head = TEXT[: TEXT.index("method:")]
    method = f"method:\n  kind: minimisation\n  measure: range\n  probability: {probability}\n"
    assert read_spec(head + method + "  weights: {site: 1}\n  overall: 0\n") == MINIMISED


@pytest.mark.parametrize(
    "spec",
    [
        BLOCKS,
        replace(BLOCKS, method=Simple(), factors=()),
        replace(MINIMISED, override=SIGNED),
        replace(MINIMISED, factors=(Factor('a "b": #', ("≥ 65 y", "no", "1", "null")),), trial="1: [x]"),
    ],
)
def test_what_is_written_is_read_back(spec: Specification) -> None:
    assert read_spec(write_spec(spec)) == spec
    assert read_spec(write_spec(spec)).text() == spec.text()


@pytest.mark.parametrize(
    "line", [*TEXT.splitlines()[:5], "  sizes: [6, 9]", "  kind: blocks", "  levels: [north, south]"]
)
def test_nothing_has_a_default(line: str) -> None:
    with pytest.raises(InputError, match="RAND-016"):
        read_spec(TEXT.replace(line + "\n", ""))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("open_label: true", "open_label: yes"),
        ("ratio: [2, 1]", "ratio: [2.0, 1]"),
        ("ratio: [2, 1]", "ratio: 2"),
        ("trial: T", "trial: 7"),
        ("trial: T", "trial: T\nseed: 4"),
        ("trial: T", "trial: T\ntrial: U"),
        ("sizes: [6, 9]", "sizes: [6, 9]\n  size: 6"),
        ("kind: blocks", "kind: urn"),
        ("randomisation 1", "randomisation 2"),
        ("trial: T", "trial: *a"),
        ("factors:\n- name: site\n  levels: [north, south]", "factors:"),
        ("[north, south]", "[1, 2]"),
    ],
)
def test_yaml_that_is_not_a_specification_is_refused(old: str, new: str) -> None:
    assert old in TEXT
    with pytest.raises(InputError, match="RAND-016"):
        read_spec(TEXT.replace(old, new))


@pytest.mark.parametrize("probability", ["often", "1/0", "true", "[1]", '"0.8000000000000000000000"', "1e400"])
def test_a_probability_that_is_none_is_refused(probability: str) -> None:
    head = TEXT[: TEXT.index("method:")]
    method = f"method:\n  kind: minimisation\n  measure: range\n  probability: {probability}\n"
    with pytest.raises(InputError, match="RAND-016"):
        read_spec(head + method + "  weights: {site: 1}\n  overall: 0\n")


def test_every_part_is_in_the_text_that_is_bound() -> None:
    others = [
        replace(BLOCKS, trial="U"),
        replace(BLOCKS, arms=("control", "new")),
        replace(BLOCKS, ratio=(1, 2)),
        replace(BLOCKS, open_label=False),
        replace(BLOCKS, factors=()),
        replace(BLOCKS, factors=(Factor("site", ("south", "north")),)),
        replace(BLOCKS, method=Blocks((9, 6))),
        replace(BLOCKS, method=Simple()),
        replace(BLOCKS, override=SIGNED),
        MINIMISED,
        replace(MINIMISED, method=replace(COIN, measure=Measure.VARIANCE)),
        replace(MINIMISED, method=replace(COIN, probability=Fraction(3, 4))),
        replace(MINIMISED, method=replace(COIN, weights=(2,))),
        replace(MINIMISED, method=replace(COIN, overall=1)),
    ]
    assert len({each.text() for each in [BLOCKS, *others]}) == len(others) + 1
