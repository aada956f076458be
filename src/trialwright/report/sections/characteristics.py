"""stub"""

from __future__ import annotations
from trialwright.report.contents import Contents
from trialwright.report.markup import Markup, note


def characteristics(contents: Contents) -> Markup:
    return note(contents.why_not("characteristics", "No operating characteristics were computed."), kind="why")
