"""Nodes that fill their own slots behave as the dataclasses that they are."""

from __future__ import annotations

import copy
import inspect
import pickle
from dataclasses import FrozenInstanceError, dataclass, fields, replace
from decimal import Decimal

import pytest

from trialwright.protocol.eligibility import tree
from trialwright.protocol.eligibility.filling import filled

NODES = [kind for kind in vars(tree).values() if isinstance(kind, type) and hasattr(kind, "__dataclass_fields__")]


@pytest.mark.parametrize("kind", NODES, ids=lambda kind: kind.__name__)
def test_every_field_holds_its_own_argument(kind: type) -> None:
    plain = dataclass(frozen=True, slots=True)(
        type(kind.__name__, (), {"__annotations__": {one.name: "object" for one in fields(kind)}})
    )
    values = {one.name: object() for one in fields(kind)}
    bare = filled(plain)(**values)
    assert {name: getattr(bare, name) for name in values} == values
    given = inspect.signature(kind.__init__).parameters  # type: ignore[misc]
    made = inspect.signature(kind.__init__, follow_wrapped=False).parameters  # type: ignore[misc]
    assert [(each.name, each.default) for each in made.values()] == [
        (each.name, each.default) for each in given.values()
    ]


def test_defaults_checks_and_frost_stay() -> None:
    bound = tree.Interval(high=Decimal(3))
    assert (bound.low, bound.high, bound.low_inclusive, bound.high_inclusive) == (None, Decimal(3), True, True)
    with pytest.raises(ValueError, match="needs a bound"):
        tree.Interval()
    with pytest.raises(ValueError, match="no number lies between"):
        replace(bound, low=Decimal(4))
    with pytest.raises(FrozenInstanceError):
        bound.high = Decimal(4)  # type: ignore[misc]
    with pytest.raises(TypeError):
        tree.Interval(low=Decimal(1), lower=Decimal(1))  # type: ignore[call-arg]


def test_a_node_can_be_copied_and_kept() -> None:
    node = tree.Compare(tree.Concept("age", "age"), tree.Interval(Decimal(18)), "year", span=(0, 3))
    for other in (copy.copy(node), copy.deepcopy(node), pickle.loads(pickle.dumps(node))):
        assert other == node
        assert hash(other) == hash(node)
        assert other.span == (0, 3)
    assert replace(node, span=None) == node
