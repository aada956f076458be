"""Who does not know the allocation, as coded in the record."""

from __future__ import annotations

from trialwright.protocol.kinds import Masking
from trialwright.record.record import Record


def draft_masking(record: Record) -> Masking:
    """The masking as the record codes it; its level is None where the record, or its rendering, does not show it."""
    info = record.study.protocol_section.design_module.design_info
    coded = info.masking_info if info else None
    return Masking(coded.masking, tuple(coded.who_masked)) if coded else Masking()
