"""A gate lets through every text in which its pattern matches: patterns made at random, and all that are gated."""

import importlib
import pkgutil
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import trialwright
from trialwright.core.gates import Gated, Gates, fold, folded, gated, words_of
from trialwright.lint.vocabulary import Vocabulary

_LETTERS = st.text("abksiKS1 \n-+≥µß", min_size=1, max_size=4).map(re.escape)
_ONE = st.sampled_from(
    ["[sz]", "[a-c]", r"\d", r"\w", r"\s", ".", "[^a]", r"[\s-]", r"\b", "(?=a)", "(?!k)", "(?<!s)", "^", "$"]
)
_PATTERNS = st.recursive(
    _LETTERS | _ONE,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=4).map(lambda parts: f"(?:{'|'.join(parts)})"),
        st.tuples(inner, st.sampled_from(["?", "*", "+", "{2}", "{0,2}", "{1,3}?"])).map(lambda p: f"(?:{p[0]}){p[1]}"),
        inner.map(lambda part: f"({part})"),
        inner.map(lambda part: f"(?i:{part})"),
    ),
    max_leaves=8,
)


def _gated_patterns() -> list[tuple[str, Gated]]:
    """Every gated pattern of the package, by its module and name."""
    found = []
    for module in pkgutil.walk_packages(trialwright.__path__, "trialwright."):
        if module.name.startswith(("trialwright.protocol", "trialwright.lint")):
            held = vars(importlib.import_module(module.name))
            found += [(f"{module.name}.{name}", each) for name, each in held.items() if isinstance(each, Gated)]
    return found


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data(), _PATTERNS, st.sampled_from([0, re.IGNORECASE]))
def test_no_text_that_matches_is_held_back(data: st.DataObject, pattern: str, flags: int) -> None:
    compiled = re.compile(pattern, flags)
    text = data.draw(st.from_regex(compiled) | st.text("abksiKSſKİı1 \n\t\u2003-+≥µßẞ", max_size=12))
    if compiled.search(text):
        assert Gated(compiled).may(text), (words_of(pattern, flags), text)
        assert Gates([pattern], flags).through(text) == (0,)


@pytest.mark.parametrize(("name", "each"), _gated_patterns(), ids=lambda value: value if isinstance(value, str) else "")
def test_every_gate_lets_its_pattern_through(name: str, each: Gated) -> None:
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(each.pattern))
    def check(text: str) -> None:
        if each.pattern.search(text):
            assert each.may(text), (name, each.words, text)

    check()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (r"kg|mask", "5 \u212ag"),
        (r"sham", "\u017fham"),
        (r"infusion", "\u0130nfus\u0131on"),
        (r"(?:≥|>) ?18", "aged ≥18"),
        (r"x{2,3}y", "axxy"),
        (r"(?:a|b)?cd", "cd"),
        (r"[^\W_]+-free", "event-free"),
        (r"(?<=in)to", "into"),
    ],
)
def test_letters_that_a_pattern_takes_for_others_pass(pattern: str, text: str) -> None:
    gate = gated(pattern, re.IGNORECASE)
    assert gate.pattern.search(text)
    assert gate.may(text)
    assert gate.search(text) is not None


def test_a_gate_holds_back_what_cannot_match() -> None:
    gate = gated(r"dose[- ]limiting|\bMTD\b", re.IGNORECASE)
    assert not gate.may("given once")
    assert gate.search("given once") is None
    assert list(gate.finditer("given once")) == []
    assert gate.findall("MTD and mtd") == ["MTD", "mtd"]
    assert gate.sub("x", "the MTD") == "the x"


@pytest.mark.parametrize("pattern", [r"\d+", r"a|b", r".*", r"(a)\1", r"\s+", "", r"(?:mg)?"])
def test_a_pattern_that_demands_no_word_has_no_gate(pattern: str) -> None:
    assert words_of(pattern) == ()
    assert gated(pattern).may("")


def test_folding_leaves_ascii_in_small_letters() -> None:
    assert folded("MSCs\n") == "mscs "
    assert folded("İ\u00a0ſ K") == "i s k"


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.data(), st.lists(_PATTERNS, min_size=1, max_size=4))
def test_the_words_of_a_text_open_every_gate_that_the_text_opens(data: st.DataObject, patterns: list[str]) -> None:
    gates = [gated(pattern, re.IGNORECASE) for pattern in patterns]
    known = Vocabulary()
    for gate in gates:
        assert known.lets(gate, 0)  # nothing is held back before the gate is known
    for _ in range(2):
        text = data.draw(st.from_regex(data.draw(st.sampled_from(gates)).pattern) | st.text("abks \n-+≥", max_size=12))
        bits = known.bits_of(fold(text))
        for gate in gates:
            if gate.pattern.search(text):
                assert known.lets(gate, bits), (gate.words, text)


def test_a_word_holds_back_the_gates_that_it_does_not_open() -> None:
    known, escalating, sham = Vocabulary(), gated(r"dose[- ]escalat"), gated(r"\bsham\b|mg")
    assert known.lets(escalating, 0)
    assert known.lets(sham, 0)
    bits = known.bits_of("doses are escalated")
    assert known.lets(escalating, bits)
    assert not known.lets(sham, bits)
    assert known.lets(sham, known.bits_of("5mg"))
