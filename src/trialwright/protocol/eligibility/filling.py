"""Lets frozen classes fill their slots themselves: a line of criteria builds some twenty small nodes."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any, TypeVar

Kind = TypeVar("Kind")


def filled(kind: type[Kind]) -> type[Kind]:
    """A frozen dataclass with slots, whose fields are set by the slots themselves and not through `object`, which takes
    twice the time. Arguments, defaults and `__post_init__` stay as they are; defaults made anew are not provided for.

    >>> from dataclasses import dataclass
    >>> @filled
    ... @dataclass(frozen=True, slots=True)
    ... class Dose:
    ...     amount: int
    ...     unit: str = "mg"
    >>> Dose(5), Dose(unit="g", amount=1)
    (Dose(amount=5, unit='mg'), Dose(amount=1, unit='g'))
    """
    known: dict[str, Any] = {}
    arguments, steps = ["self"], []
    for one in fields(kind):  # type: ignore[arg-type]  # a dataclass
        known[f"_set_{one.name}"] = kind.__dict__[one.name].__set__
        steps.append(f"_set_{one.name}(self, {one.name})")
        if one.default is MISSING:
            arguments.append(one.name)
        else:
            known[f"_default_{one.name}"] = one.default
            arguments.append(f"{one.name}=_default_{one.name}")
    if hasattr(kind, "__post_init__"):
        steps.append("self.__post_init__()")
    exec(f"def __init__({', '.join(arguments)}): {'; '.join(steps)}", known)
    known["__init__"].__wrapped__ = kind.__init__  # its signature is still the one that is shown
    kind.__init__ = known["__init__"]  # type: ignore[method-assign]
    return kind
