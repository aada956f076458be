"""Conditions that a page shows with nothing between them."""

from __future__ import annotations

from trialwright.core.problem import Severity
from trialwright.record.readers.page.sheet import Sheet
from trialwright.record.readers.page.text import Piece

CONDITIONS = "conditionsModule.conditions"


def undivided_conditions(sheet: Sheet, piece: Piece) -> None:
    """Conditions whose delimiter is lost, kept as one."""
    note = "the page sets nothing between several conditions; kept as one"
    sheet.put(CONDITIONS, [piece.text], piece, note, (piece.text,))
    sheet.say(
        "READ-104",
        Severity.INFO,
        "the conditions stand in one line with nothing between them: it may be one or several",
        CONDITIONS,
        (piece,),
        expected="one line for each condition",
        mend="give the conditions one by one, or use the JSON of the record",
    )
