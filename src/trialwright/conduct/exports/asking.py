"""An export asked for at the desk: who may have which, and the entry that says that it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.conduct.events.exports import Exported
from trialwright.conduct.exports.bundle import Export, export

if TYPE_CHECKING:
    from trialwright.conduct.desk import Call, Desk


def exported(desk: Desk, call: Call, *, masked: bool, size: int | None = None) -> Export:
    """An export for whoever asks, once it stands on the ledger that it was made.

    It is of what stood before that entry, or after the first `size` entries. Raises what `export` and the desk raise;
    StageError (COND-153) if a full one is asked for by somebody whom the masking leaves in the dark.
    """
    upto = desk.standing.head.size if size is None else size
    made = export(desk.ledger, desk.keys, masked=masked, size=upto, role=call.role.value)
    desk.do(call, Exported(made.manifest["filter"], made.manifest["size"], made.manifest["root"]))
    return made
