"""Lines whose short cuts misread would shut out the wrong people."""

from trialwright.protocol.eligibility.compiling import compile_all
from trialwright.protocol.eligibility.items import Eligibility
from trialwright.protocol.eligibility.split import split_criteria
from trialwright.protocol.eligibility.tree import And, Exposure, Expression, Not, Or, Present, leaves


def _exclusion(line: str) -> Expression:
    [compiled] = compile_all(Eligibility(split_criteria(f"Exclusion Criteria:\n- {line}\n")))
    return compiled.expression


def _names(node: Expression) -> list[str | None]:
    return [leaf.concept.id for leaf in leaves(node) if isinstance(leaf, Present)]


def test_but_speaks_of_the_last_alternative_alone() -> None:
    found = _exclusion("pregnant or nursing, or not pregnant but without a condom")
    assert isinstance(found, Or)
    assert _names(Or(found.parts[:2])) == ["pregnancy", "breastfeeding"]
    last = found.parts[2]
    assert isinstance(last, And)
    assert isinstance(last.parts[0], Not)
    assert _names(last.parts[0]) == ["pregnancy"]


def test_but_after_a_comma_speaks_of_the_whole_list() -> None:
    found = _exclusion("stroke or asthma, but not epilepsy")
    assert isinstance(found, And)
    assert isinstance(found.parts[0], Or)
    assert isinstance(found.parts[1], Not)


def test_what_a_drug_is_given_for_excludes_nobody_by_itself() -> None:
    for line in (
        "opioids at a high dose for back pain within 14 days",
        "steroids at a high dose or at one that rose, for gout or for another disease, within 28 days",
        "steroids at a high dose, for gout or for another disease",
    ):
        found = _exclusion(line)
        assert _names(found) == []
        drugs = [leaf for leaf in leaves(found) if isinstance(leaf, Exposure)]
        assert len(drugs) == 1
        assert (drugs[0].when is not None) is ("within" in line)
