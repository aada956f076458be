"""A second bound of the variable named before, the words that open it, and what must not be taken for one."""

import pytest

from trialwright.protocol.eligibility.grammar.comparing import comparisons
from trialwright.protocol.eligibility.grammar.mentions import mentions_of
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.tree import Compare


def read(text: str) -> list[str]:
    tokens = tokens_of(text)
    out = []
    for phrase in comparisons(text, tokens, mentions_of(text, tokens)):
        node = phrase.node
        if isinstance(node, Compare):
            low = "" if node.interval.low is None else f">{node.interval.low}"
            high = "" if node.interval.high is None else f"<{node.interval.high}"
            out.append(" ".join(f"{node.measure.key} {low} {high} {node.unit or ''}".split()))
    return out


AGAIN = [
    ("ALT < 3 x ULN if there are no metastases or < 5 x ULN otherwise", ["alt <3", "alt <5"]),
    (
        "bilirubin < 2 mg/dL (in carriers of the gene, < 4 mg/dL)",
        ["bilirubin-total <2 mg/dL", "bilirubin-total <4 mg/dL"],
    ),
    ("retinal thickness > 310 um on one device, or > 330 um on another", None),
    ("with a maximum mouth opening of less than 35 mm", ["mouth opening <35 mm"]),
]


@pytest.mark.parametrize(("text", "expected"), AGAIN)
def test_the_variable_is_named_once(text: str, expected: list[str] | None) -> None:
    found = read(text)
    assert len(found) == (2 if expected is None else len(expected))
    if expected is not None:
        assert [one.split(" ")[-2:] for one in found] == [one.split(" ")[-2:] for one in expected]
    assert len({one.rsplit(" <", 1)[0].rsplit(" >", 1)[0] for one in found}) == 1


@pytest.mark.parametrize(
    "text",
    [
        "longest diameter > 10 mm on CT [slice thickness < 5 mm], or > 20 mm on a plain film",
        "AST and ALT < 3 x ULN if well, or < 5 x ULN if ill",  # two had the first
        "ALT < 3 x ULN if well; or < 5 x ULN",
        "NIHSS < 19 (including an arm score < 5)",
    ],
)
def test_a_bound_without_a_name_is_left(text: str) -> None:
    assert not any(one.endswith((">20 mm", "<5")) and "score" not in one for one in read(text))


@pytest.mark.parametrize(
    "text",
    [
        "MMSE: illiterate > 18 points, primary school > 21 points",  # groups of persons are no quantities
        "MMSE score: illiteracy < 16, junior high school and above < 23",
    ],
)
def test_a_group_of_persons_is_no_variable(text: str) -> None:
    assert read(text) == []
