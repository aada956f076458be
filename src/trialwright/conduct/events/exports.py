"""Events about what was taken out of a ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Exported:
    """An export was made. `filter`: `full` or `masked`. `size`: entries that it holds. `root`: the Merkle root (hex)
    over them."""

    filter: str
    size: int
    root: str


ExportEvent = Exported
SCHEMAS: Mapping[type[ExportEvent], int] = {Exported: 1}
