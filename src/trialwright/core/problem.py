"""What a stage found wrong, missing or doubtful in its input."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from trialwright.core.source import Location

QUOTE_LIMIT = 300


class Severity(StrEnum):
    """How much a problem matters to somebody who relies on the result."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def rank(self) -> int:
        """Zero for the most serious, rising with harmlessness."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation from the source, and where it stands.

    `quote` is the source's own text, cut at 300 characters; `where` is unknown (None) only when
    the evidence is that something is not there.
    """

    quote: str
    where: Location | None = None

    @classmethod
    def of(cls, quote: str, where: Location | None = None) -> Evidence:
        """The evidence with its quotation cut to the limit."""
        text = " ".join(quote.split())
        return cls(text if len(text) <= QUOTE_LIMIT else text[: QUOTE_LIMIT - 1] + "…", where)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that a stage found: where, what, what was expected and how to mend it.

    `code` is listed in `docs/messages.md`. `field` is the path of the record's field
    (`protocolSection.designModule.enrollmentInfo.count`) or of the protocol's
    (`design.ratio`), where there is one.
    """

    code: str
    severity: Severity
    message: str
    field: str | None = None
    evidence: tuple[Evidence, ...] = ()
    expected: str = ""
    mend: str = ""
