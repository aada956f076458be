"""What every reader of a rendering returns: the study, where its values came from, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from trialwright.core.errors import InputError
from trialwright.core.problem import Problem
from trialwright.record.model import Json, Study
from trialwright.record.provenance import Coverage, Provenance


@dataclass(frozen=True, slots=True)
class Reading:
    """A source read by one reader; `Record` adds the origin. See `Record` for the fields."""

    study: Study
    provenance: Provenance
    coverage: Coverage
    problems: tuple[Problem, ...] = ()
    unmapped: Mapping[str, Json] = field(default_factory=dict)


class Piece(NamedTuple):
    """One record out of a text that holds several.

    `label`: its place in the text (`row 3`), unique there, empty where the text is the record; `text`: what it was read
    from; `reading`: None where the `error` says why there is none.
    """

    label: str
    text: str
    reading: Reading | None
    error: InputError | None = None
