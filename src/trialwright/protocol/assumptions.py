"""What a run needs and the record does not say: a choice, its alternatives, and who must confirm it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing that was chosen because the record is silent, contradictory or ambiguous.

    `about`: path of the protocol's field (`design.rule`). `chosen`, `alternatives`: in words that a person
    can judge. `must_confirm`: a live trial is refused until a named person confirms it.
    `source`: where the choice comes from (a convention, a publication), or empty.
    """

    about: str
    chosen: str
    why: str
    alternatives: tuple[str, ...] = ()
    must_confirm: bool = False
    source: str = ""
