"""Commands about people that are more than the event they become."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignAgain:
    """Sign a row that has changed since it was signed. `of`: the entry that stands now; `meaning`: what the signature
    means, one that the void ones had."""

    of: int
    meaning: str
