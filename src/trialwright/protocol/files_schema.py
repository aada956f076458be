"""The pydantic adapters that validate a protocol file against the protocol's own dataclasses."""

from __future__ import annotations

from dataclasses import is_dataclass
from functools import cache
from typing import Any, get_args, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm, Unsupported
from trialwright.protocol.protocol import Protocol

_STRICT = ConfigDict(extra="forbid")


def _classes(cls: type, found: dict[type, None]) -> None:
    """Every dataclass that a dataclass is made of."""
    if cls in found:
        return
    found[cls] = None
    for hint in get_type_hints(cls).values():
        waiting = [hint]
        while waiting:
            item = waiting.pop()
            if isinstance(item, type) and is_dataclass(item):
                _classes(item, found)
            waiting += get_args(item)


@cache
def _prepared() -> None:
    """Asks pydantic to refuse fields that no dataclass of the protocol has."""
    found: dict[type, None] = {}
    _classes(Protocol, found)
    for cls in found:
        cls.__pydantic_config__ = _STRICT  # type: ignore[attr-defined]


@cache
def adapter() -> TypeAdapter[Protocol]:
    """Validates a whole protocol; doses, places and the design are instances already."""
    _prepared()
    return TypeAdapter(Protocol)


@cache
def design_adapter() -> dict[str, TypeAdapter[Any]]:
    """Validates a design, by its kind."""
    _prepared()
    kinds: tuple[Any, ...] = (SingleArm, Parallel, Escalation, SelectThenCompare, Unsupported)
    defaults = {kind: next(f.default for f in kind.__dataclass_fields__.values() if f.name == "kind") for kind in kinds}
    return {str(defaults[kind]): TypeAdapter(kind) for kind in kinds}
