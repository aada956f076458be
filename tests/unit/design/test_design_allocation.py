"""Drawing arms: blocks, full arms, reproducibility, and the ratio."""

import itertools
from collections import Counter

import pytest

from made_up_protocols import parallel
from trialwright.core.errors import UsageError
from trialwright.design.allocation import Allocator
from trialwright.protocol.decisions import Enrol
from trialwright.simulate.allocate import AllocationList

ARMS = ("arm-1", "arm-2")


def open_arms(arms=ARMS, ratio=(2, 1)):
    return Enrol(arms, ratio, 1, "open")


def whole_list(allocator, count, sizes=None):
    taken = []
    for _ in range(count):
        arms = [a for a in allocator.arms if sizes is None or taken.count(a) < sizes[a]]
        ratio = tuple(allocator.ratio[allocator.arms.index(a)] for a in arms)
        taken.append(allocator.draw(Enrol(tuple(arms), ratio, 1, "open"), taken))
    return taken


def test_every_block_holds_the_ratio():
    allocator = Allocator(1, ARMS, (2, 1), blocks=(6,))
    drawn = whole_list(allocator, 60)
    for start in range(0, 60, 6):
        assert Counter(drawn[start : start + 6]) == {"arm-1": 4, "arm-2": 2}
    assert len({tuple(drawn[i : i + 6]) for i in range(0, 60, 6)}) > 3, "the blocks are permuted"


def test_block_sizes_vary():
    allocator = Allocator(3, ARMS, (1, 1), blocks=(2, 4, 6))
    drawn = whole_list(allocator, 200)
    balanced = [i for i in range(1, 201) if drawn[:i].count("arm-1") * 2 == i]
    assert len({b - a for a, b in itertools.pairwise(balanced)}) > 1
    assert max(abs(drawn[:i].count("arm-1") * 2 - i) for i in range(201)) <= 3


@pytest.mark.parametrize("blocks", [(), (3, 6)])
@pytest.mark.parametrize("seed", range(20))
def test_a_full_arm_is_never_drawn(blocks, seed):
    sizes = {"arm-1": 13, "arm-2": 7}
    allocator = Allocator(seed, ARMS, (2, 1), blocks=blocks, sizes=sizes)
    assert Counter(whole_list(allocator, 20, sizes)) == sizes


def test_the_list_is_the_same_again_and_another_for_another_seed_or_stratum():
    def drawn(seed, stratum):
        return whole_list(Allocator(seed, ARMS, (1, 1), blocks=(4,), stratum=stratum), 40)

    assert drawn(7, "site 1") == drawn(7, "site 1")
    assert drawn(7, "site 1") != drawn(8, "site 1")
    assert drawn(7, "site 1") != drawn(7, "site 2")


def test_simple_randomisation_keeps_the_ratio_on_average():
    drawn = Counter(whole_list(Allocator(5, ARMS, (2, 1)), 3000))
    assert abs(drawn["arm-1"] - 2000) < 4 * (3000 * 2 / 9) ** 0.5


def test_only_open_arms_are_drawn():
    allocator = Allocator(1, ARMS, (1, 1), blocks=(2,), sizes={"arm-1": 1, "arm-2": 1})
    assert allocator.draw(Enrol(("arm-9",), (1,), 1, "another part"), []) == "arm-9"
    for taken in (["arm-1", "arm-1", "arm-1"], ["arm-1", "arm-2"]):
        assert allocator.draw(open_arms(), taken) in ARMS
    assert allocator.draw(Enrol(("arm-8", "arm-9"), (1, 1), 1, "others"), ["arm-1"]) in ("arm-8", "arm-9")


@pytest.mark.parametrize("wrong", [{"blocks": (4,)}, {"blocks": (0,)}, {"ratio": (2,)}, {"ratio": (0, 1)}])
def test_blocks_that_do_not_fit_the_ratio(wrong):
    with pytest.raises(UsageError, match="DES-015"):
        Allocator(**({"seed": 1, "arms": ARMS, "ratio": (2, 1)} | wrong))


def test_simulated_blocks_are_of_two_sizes_so_that_their_ends_cannot_be_guessed():
    first_unbalanced = set()
    for seed in range(20):
        drawing = AllocationList(parallel(), "", seed)
        drawn = [drawing.draw(open_arms()) for _ in range(18)]
        balance = [drawn[:n].count("arm-1") == 2 * drawn[:n].count("arm-2") for n in (6, 9, 12, 15, 18)]
        assert balance[0] or balance[1], "the first block ends after twice or three times the ratio"
        first_unbalanced.add(balance[0])
    assert first_unbalanced == {True, False}
