"""The keyed generator, the slots of a list, the commitment and the register, with golden vectors."""

from __future__ import annotations

import ast
import hashlib
import hmac
import itertools
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from trialwright.conduct import randomisation
from trialwright.conduct.canonical import canonical
from trialwright.conduct.randomisation import (
    Allocation,
    Blocks,
    Draws,
    Factor,
    Key,
    Measure,
    Minimisation,
    Randomiser,
    Register,
    Salt,
    Simple,
    Specification,
    arm_of_slot,
    arms_in_order,
    audit,
    block,
    commit,
    correct_level,
    mark_in_error,
    opens,
    randomise,
    simulated_key,
    true_levels,
)
from trialwright.conduct.randomisation.generator import below
from trialwright.core.errors import StageError, UsageError

KEY, SALT = Key(bytes(range(32))), Salt(bytes(range(32, 64)))
FACTORS = (Factor("site", ("north", "south")), Factor("sex", ("F", "M")))
BLOCKS = Specification("T", ("new", "control"), (2, 1), True, FACTORS, Blocks((6, 9)))
SIMPLE = replace(BLOCKS, method=Simple())
MINIMISED = replace(BLOCKS, method=Minimisation(Measure.RANGE, Fraction(4, 5), (1, 1), 1))
NORTH_F = ("north", "F")


def letters(spec: Specification, stratum: tuple[str, ...], count: int) -> str:
    return "".join(arm[0] for arm in itertools.islice(arms_in_order(spec, Draws.of(spec, KEY), stratum), count))


def people(count: int) -> list[dict[str, str]]:
    levels = [{"site": site, "sex": sex} for site, sex in itertools.product(("north", "south"), "FM")]
    return [levels[(7 * number + number // 5) % 4] for number in range(count)]


def enrolled(spec: Specification, count: int) -> Register:
    register, draws = Register(), Draws.of(spec, KEY)
    for number, levels in enumerate(people(count)):
        register = register.with_allocation(randomise(spec, draws, register, f"P{number}", levels))
    return register


# --- the generator


def frame(*fields: bytes) -> bytes:
    return b"".join(len(each).to_bytes(8, "big") + each for each in fields)


def word(label: int, counter: int) -> int:
    """A word of 256 bits, written again from the description alone."""
    scheme = b"strialwright randomisation generator 1"
    digest = hashlib.sha256(BLOCKS.text().encode()).digest()
    subkey = hmac.new(bytes(range(32)), frame(scheme, b"sspecification", b"b" + digest), hashlib.sha256).digest()
    message = frame(scheme, b"spurpose", b"slabel", f"i{label}".encode(), f"i{counter}".encode())
    return int.from_bytes(hmac.new(subkey, message, hashlib.sha256).digest(), "big")


def test_a_draw_is_hmac_sha256_of_the_framed_name() -> None:
    assert [Draws.of(BLOCKS, KEY).below(1000, "purpose", "label", n) for n in range(9)] == [
        word(n, 0) % 1000 for n in range(9)
    ]


def test_numbers_below_a_limit_are_equally_likely_and_high_words_are_passed_over() -> None:
    for limit in range(1, 17):
        found = [below(limit, iter([word, 0]), 4) for word in range(16)]
        kept = found[: 16 - 16 % limit]
        assert {kept.count(number) for number in range(limit)} == {16 // limit}
        assert found[len(kept) :] == [0] * (16 % limit)  # the next word was taken
    for limit in (0, 17):
        with pytest.raises(ValueError, match="cannot be drawn"):
            below(limit, iter([0]), 4)


def test_a_passed_over_word_is_followed_by_that_of_the_next_counter() -> None:
    limit = (1 << 255) + 1  # nearly half of the words are too high for this limit
    for label in range(20):
        due = next(found for counter in range(99) if (found := word(label, counter)) < limit)
        assert Draws.of(BLOCKS, KEY).below(limit, "purpose", "label", label) == due
    assert sum(word(label, 0) >= limit for label in range(20)) > 3


@pytest.mark.parametrize("text", ["", "00" * 32, "ab" * 32, "0123", "g" * 64, bytes(range(31)).hex()])
def test_what_is_no_key_is_refused_without_being_shown(text: str) -> None:
    with pytest.raises(UsageError, match="RAND-008") as caught:
        Key.read(text)
    assert not text or text not in str(caught.value)


def test_secrets_are_never_shown() -> None:
    draws = Draws.of(BLOCKS, KEY)
    for shown in (repr(KEY), str(KEY), repr(SALT), repr(draws), f"{draws}"):
        assert KEY.written()[:8] not in shown
        assert "\\x" not in shown
    assert Key.read(KEY.written() + "\n") == KEY
    assert Salt.read(SALT.written()) == SALT
    assert Key.fresh(lambda size: bytes(range(1, size + 1))).written()[:4] == "0102"


# --- golden vectors: the same on every platform, for ever

GOLDEN_LISTS = {
    ("blocks", NORTH_F): "nccnnnnncnncncnnncncncnnnnnnncncccnn",
    ("blocks", ("south", "M")): "cncnnnnncncnncnncncnnnncnnncnncncncn",
    ("simple", NORTH_F): "nnnnnncnnncnnnnnccnnnnnnccnnnnncnncn",
    ("simple", ("south", "M")): "ncnccnncncnccnnnnnnnnnnccnnnncnnnccc",
}
GOLDEN_MINIMISED = "cnnncncnnnnnccnnnnccnncnnncnncnnccnn"
GOLDEN_COMMITMENT = "fa020016d3f992318c40811933df095fe3f00ae96ec721109cb1224889e2aa8f"


@pytest.mark.requirement("R25")
@pytest.mark.parametrize(("method", "stratum"), GOLDEN_LISTS)
def test_lists_are_as_they_always_were(method: str, stratum: tuple[str, ...]) -> None:
    spec = BLOCKS if method == "blocks" else SIMPLE
    assert letters(spec, stratum, 36) == GOLDEN_LISTS[method, stratum]


@pytest.mark.requirement("R25")
def test_minimised_allocations_are_as_they_always_were() -> None:
    assert "".join(each.arm[0] for each in enrolled(MINIMISED, 36).allocations) == GOLDEN_MINIMISED


@pytest.mark.requirement("R24")
def test_the_commitment_is_as_it_always_was() -> None:
    assert commit(BLOCKS, KEY, SALT) == GOLDEN_COMMITMENT


# --- slots


@pytest.mark.parametrize("spec", [BLOCKS, SIMPLE])
def test_a_slot_does_not_depend_on_what_was_asked_before(spec: Specification) -> None:
    draws = Draws.of(spec, KEY)
    backwards = [arm_of_slot(spec, draws, NORTH_F, number) for number in range(40, 0, -1)]
    assert "".join(arm[0] for arm in reversed(backwards)) == letters(spec, NORTH_F, 40)


def test_every_block_holds_the_ratio_exactly_and_all_sizes_come() -> None:
    draws = Draws.of(BLOCKS, KEY)
    blocks = [block(BLOCKS, draws, stratum, number) for stratum in BLOCKS.strata for number in range(50)]
    assert {len(each) for each in blocks} == {6, 9}
    assert all(each.count("new") == 2 * each.count("control") for each in blocks)


def test_another_stratum_key_or_specification_has_another_list() -> None:
    lists = {letters(BLOCKS, stratum, 60) for stratum in BLOCKS.strata}
    lists.add(
        "".join(a[0] for a in itertools.islice(arms_in_order(BLOCKS, Draws.of(BLOCKS, Key(SALT.value)), NORTH_F), 60))
    )
    lists |= {letters(replace(BLOCKS, trial="U"), NORTH_F, 60), letters(replace(BLOCKS, open_label=False), NORTH_F, 60)}
    assert len(lists) == 7


def test_there_is_no_slot_outside_the_declared_strata() -> None:
    draws = Draws.of(BLOCKS, KEY)
    for stratum, number in ((("north",), 1), (("F", "north"), 1), (NORTH_F, 0), (("west", "F"), 1)):
        with pytest.raises(UsageError, match="RAND-009"):
            arm_of_slot(BLOCKS, draws, stratum, number)
    with pytest.raises(UsageError, match="RAND-009"):
        arm_of_slot(MINIMISED, draws, NORTH_F, 1)


# --- the register


@pytest.mark.parametrize("spec", [BLOCKS, SIMPLE, MINIMISED])
def test_an_unknown_stratum_uses_no_slot(spec: Specification) -> None:
    register, draws = enrolled(spec, 9), Draws.of(spec, KEY)
    due = randomise(spec, draws, register, "next", {"site": "north", "sex": "F"})
    for levels in ({}, {"site": "north"}, {"site": "north", "sex": ""}, {"site": "north", "sex": "F", "age": "1"}):
        with pytest.raises(UsageError, match="RAND-010"):
            randomise(spec, draws, register, "next", levels)
    assert randomise(spec, draws, register, "next", {"sex": "F", "site": "north"}) == due


@pytest.mark.parametrize("spec", [BLOCKS, SIMPLE])
def test_participants_of_a_stratum_take_its_slots_in_list_order(spec: Specification) -> None:
    register = enrolled(spec, 80)
    for stratum in spec.strata:
        own = [each for each in register.allocations if each.levels == stratum]
        assert [each.slot for each in own] == list(range(1, len(own) + 1))
        assert "".join(each.arm[0] for each in own) == letters(spec, stratum, len(own))


@pytest.mark.parametrize("spec", [BLOCKS, SIMPLE, MINIMISED])
def test_randomised_in_error_is_a_note_and_the_slot_stays_used(spec: Specification) -> None:
    register, draws = enrolled(spec, 12), Draws.of(spec, KEY)
    marked = mark_in_error(register, "P11", reason="was not eligible", by="A. Monitor")
    assert marked.allocations == register.allocations
    levels = dict(zip(("site", "sex"), register.allocations[11].levels, strict=True))
    following = randomise(spec, draws, marked, "P12", levels)
    assert following == randomise(spec, draws, register, "P12", levels)
    assert following.slot == register.allocations[11].slot + 1
    with pytest.raises(StageError, match="RAND-012"):
        randomise(spec, draws, marked, "P11", levels)


@pytest.mark.parametrize("spec", [BLOCKS, SIMPLE, MINIMISED])
def test_a_corrected_stratum_leaves_this_and_every_later_allocation(spec: Specification) -> None:
    register, draws = enrolled(spec, 12), Draws.of(spec, KEY)
    was = register.allocations[4]
    true = "south" if was.levels[0] == "north" else "north"
    mended = correct_level(spec, register, "P4", "site", true, reason="entered wrongly", by="A. Monitor")
    assert mended.allocations == register.allocations
    assert true_levels(spec, mended, "P4") == {"site": true, "sex": was.levels[1]}
    assert true_levels(spec, register, "P4")["site"] == was.levels[0]
    for other in (f"P{number}" for number in range(12) if number != 4):
        assert true_levels(spec, mended, other) == true_levels(spec, register, other)
    again = correct_level(spec, mended, "P4", "site", was.levels[0], reason="it was right", by="A. Monitor")
    assert true_levels(spec, again, "P4")["site"] == was.levels[0]
    assert again.annotations[:1] == mended.annotations
    for levels in people(4):
        assert randomise(spec, draws, mended, "P12", levels) == randomise(spec, draws, register, "P12", levels)


def test_annotations_need_a_participant_a_reason_a_name_and_a_declared_level() -> None:
    register = enrolled(BLOCKS, 3)
    for subject, reason, by in (("P9", "why", "who"), ("P1", " ", "who"), ("P1", "why", "")):
        with pytest.raises(StageError, match="RAND-013"):
            mark_in_error(register, subject, reason=reason, by=by)
    for factor, level in (("site", "west"), ("age", "1")):
        with pytest.raises(UsageError, match="RAND-010"):
            correct_level(BLOCKS, register, "P1", factor, level, reason="why", by="who")


def test_a_slot_number_or_participant_cannot_be_used_twice() -> None:
    register = enrolled(BLOCKS, 5)
    last = register.allocations[-1]
    due = randomise(BLOCKS, Draws.of(BLOCKS, KEY), register, "P5", {"site": "north", "sex": "F"})
    for wrong in (last, replace(due, sequence=5), replace(due, subject="P0"), replace(due, slot=due.slot + 7)):
        with pytest.raises(StageError, match="RAND-011"):
            register.with_allocation(wrong)


@pytest.mark.parametrize("subject", ["", " \t"])
def test_a_participant_without_an_identifier_is_not_randomised(subject: str) -> None:
    with pytest.raises(StageError, match="RAND-012"):
        randomise(BLOCKS, Draws.of(BLOCKS, KEY), Register(), subject, {"site": "north", "sex": "F"})


def test_very_many_strata_are_not_written_out() -> None:
    factors = tuple(Factor(name, tuple("0123456789")) for name in "abcdefghijkl")
    for method in (Simple(), Blocks((6, 9)), Minimisation(Measure.VARIANCE, Fraction(4, 5), (1,) * 12, 0)):
        spec = replace(BLOCKS, factors=factors, method=method)
        assert Randomiser(spec, Draws.of(spec, KEY)).next("P", dict.fromkeys("abcdefghijkl", "7")).arm in spec.arms


@pytest.mark.parametrize("spec", [BLOCKS, SIMPLE, MINIMISED])
def test_a_randomiser_that_goes_on_gives_what_one_made_anew_gives(spec: Specification) -> None:
    register, draws = enrolled(spec, 30), Draws.of(spec, KEY)
    going = Randomiser(spec, draws)
    for number, levels in enumerate(people(30)):
        due = going.next(f"P{number}", levels)
        assert due == going.next(f"P{number}", levels)  # asking takes nothing
        assert due == register.allocations[number]
        for wrong in (replace(due, slot=due.slot + 1), replace(due, sequence=due.sequence + 1)):
            with pytest.raises(StageError, match="RAND-011"):
                going.add(wrong)
        with pytest.raises(UsageError, match="RAND-010"):
            going.add(replace(due, arm="other"))
        going.add(due)
        with pytest.raises(StageError, match="RAND-011"):
            going.add(due)


# --- the commitment


def test_a_commitment_opens_for_its_own_parts_only() -> None:
    published = commit(BLOCKS, KEY, SALT)
    assert opens(published, BLOCKS, KEY, SALT)
    assert opens(published.upper() + "\n", BLOCKS, KEY, SALT)
    assert not opens(published, SIMPLE, KEY, SALT)
    assert not opens(published, BLOCKS, Key(SALT.value), SALT)
    assert not opens(published, BLOCKS, KEY, Salt(KEY.value))
    assert not opens(published[:-1], BLOCKS, KEY, SALT)
    assert not opens("é", BLOCKS, KEY, SALT)


@pytest.mark.parametrize("spec", [BLOCKS, SIMPLE, MINIMISED])
def test_an_audit_finds_any_allocation_that_was_not_due(spec: Specification) -> None:
    register, published = enrolled(spec, 40), commit(spec, KEY, SALT)
    assert audit(published, spec, KEY, SALT, register).sound
    assert not audit(commit(spec, KEY, Salt(bytes(range(1, 33)))), spec, KEY, SALT, register).sound

    def changed(place: int, **parts: object) -> Register:
        rows: list[Allocation] = list(register.allocations)
        rows[place] = replace(rows[place], **parts)
        return replace(register, allocations=tuple(rows))

    arm = register.allocations[17].arm
    for other in (
        changed(17, arm="new" if arm == "control" else "control"),
        changed(17, arm="other"),
        changed(17, levels=(*register.allocations[17].levels, "more")),
        changed(17, slot=30),
        changed(17, sequence=19),
        changed(17, levels=("west", "F")),
        changed(17, levels=("north",)),
        changed(17, subject="P3"),
    ):
        found = audit(published, spec, KEY, SALT, other)
        assert found.opened
        assert not found.sound
        assert "allocation 1" in found.differences[0]


def test_a_stratum_is_named_as_a_whole() -> None:
    """Levels that read alike when joined are different strata."""
    factors = (Factor("a", ("x", "x,y")), Factor("b", ("z", "y,z")))
    spec = replace(BLOCKS, factors=factors)
    assert letters(spec, ("x,y", "z"), 60) != letters(spec, ("x", "y,z"), 60)
    assert canonical(("x,y", "z")) != canonical(("x", "y,z"))


PACKAGE = Path(randomisation.__file__).parent


@pytest.mark.parametrize("module", ["generator", "slots", "minimise", "randomiser", "commitment", "spec", "methods"])
def test_no_decision_hangs_on_a_float(module: str) -> None:
    tree = ast.parse((PACKAGE / f"{module}.py").read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, float)]
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "float"]
    assert "import sqrt" not in ast.unparse(tree)


def test_it_stands_on_nothing_that_a_simulation_could_not_stand_on() -> None:
    """So that simulated trials can take it in by moving it down or by handing it over."""
    named = [
        node.module or ""
        for path in PACKAGE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    found = {name for name in named if name.startswith("trialwright.") and "conduct.randomisation" not in name}
    assert found == {"trialwright.conduct.canonical", "trialwright.core.errors", "trialwright.protocol.files.tree"}


def test_simulated_keys_differ_and_are_reproducible() -> None:
    assert simulated_key(1, 2) == simulated_key(1, 2)
    assert len({simulated_key(seed, trial).value for seed in range(3) for trial in range(3)}) == 9
