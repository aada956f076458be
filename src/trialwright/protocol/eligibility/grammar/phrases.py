"""What the steps of the grammar hand on: mentions of known things, and phrases that state something whole."""

from __future__ import annotations

from typing import NamedTuple

from trialwright.protocol.eligibility.tree import Leaf


class Mention(NamedTuple):
    """A thing of the lexicon named in a text. `start`, `end`: character offsets; `first`, `last`: its tokens, `last`
    excluded; `sort`: `measure`, `scale`, `condition`, `procedure`, `drug`, `allergy`, `test`, `event`; `id`: its
    entry."""

    start: int
    end: int
    first: int
    last: int
    sort: str
    id: str


class Phrase(NamedTuple):
    """A stretch of a text that states one leaf of the tree. `start`, `end`: character offsets of everything it uses up
    (thing, comparison, unit, time window); `first`, `last`: its tokens, `last` excluded; `subject`: offsets of the
    words that name the thing compared (`stroke`, `serum creatinine`), which for a shared comparison lie outside;
    `elapsed`: the thing may never have happened, and its time only says how far off it must be; `denied`: the contrary
    of the leaf is stated (`outside 18-40`)."""

    start: int
    end: int
    first: int
    last: int
    node: Leaf
    subject: tuple[int, int]
    elapsed: bool = False
    denied: bool = False
