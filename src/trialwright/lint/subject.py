"""What a rule looks at: the record, what can be drafted from it, and the day that dates are judged on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from trialwright.core.gates import Gated, fold
from trialwright.core.problem import Evidence
from trialwright.lint.vocabulary import Vocabulary
from trialwright.protocol.protocol import Protocol
from trialwright.record.model import ProtocolSection
from trialwright.record.provenance import Presence
from trialwright.record.record import Record

if TYPE_CHECKING:
    from trialwright.protocol.arms import Arm
    from trialwright.protocol.assumptions import Assumption
    from trialwright.protocol.dosing import DoseLevel
    from trialwright.protocol.drafting import Draft
    from trialwright.protocol.eligibility.compiled import Compiled
    from trialwright.protocol.eligibility.items import Criterion
    from trialwright.protocol.kinds import DesignKind, DltDefinition
    from trialwright.protocol.timeframe import TimeFrame


_VOCABULARY = Vocabulary()
_UNSURE = (Presence.LOST, Presence.AMBIGUOUS)


@dataclass(frozen=True, slots=True)
class Subject:
    """A record under examination. `as_of`: None where no date is known to judge dates on. `given`: the protocol, where
    the caller has one. `earlier`: older versions of the same record, oldest first.

    What costs time to make (the parts of the protocol, the criteria as items, their expressions, time frames) is made
    when the first rule asks for it, once for all rules.
    """

    record: Record
    given: Protocol | None
    as_of: date | None
    earlier: tuple[Record, ...] = ()
    _made: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def section(self) -> ProtocolSection:
        """The record's protocol section."""
        return self.record.study.protocol_section

    @property
    def _draft(self) -> Draft:
        from trialwright.protocol.drafting import Draft

        made: Draft = self._once("draft", lambda: Draft(self.record))
        return made

    @property
    def arms(self) -> tuple[Arm, ...]:
        """The arms with their roles and treatments; what they give, and when, only `dosed` tells."""
        return self.given.arms if self.given is not None else self._draft.outlined.arms

    def dosed(self, index: int) -> Arm:
        """One arm with the dosing of its treatments: ask for words first."""
        return self.given.arms[index] if self.given is not None else self._draft.arm(index)

    @property
    def may_escalate(self) -> bool:
        """Whether the design can be one with dose levels; False is certain."""
        return self.given is not None or self._draft.has_levels

    @property
    def dose_levels(self) -> tuple[DoseLevel, ...]:
        """The dose levels of an escalation, empty for any other design."""
        if self.given is not None:
            return self.given.dose_levels
        return self._draft.kind.levels if self._draft.has_levels else ()

    @property
    def design(self) -> DesignKind:
        """The kind of design that the record describes."""
        return self.given.design if self.given is not None else self._draft.kind.design

    @property
    def design_assumptions(self) -> tuple[Assumption, ...]:
        """What the design rests on."""
        return self.given.assumptions if self.given is not None else self._draft.kind.assumptions

    @property
    def dlt(self) -> DltDefinition | None:
        """The dose-limiting toxicity as the record defines it."""
        return self.given.dlt if self.given is not None else self._draft.dlt

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """The criteria as items, in the order of the text, headings among them."""
        if self.given is not None:
            return self.given.eligibility.criteria
        made: tuple[Criterion, ...] = self._once("criteria", self._split)
        return made

    def _split(self) -> tuple[Criterion, ...]:
        from trialwright.protocol.eligibility.split import split_criteria

        return split_criteria(self.section.eligibility_module.eligibility_criteria or "")

    def compiled(self, item: Criterion) -> Compiled:
        """One item with the expression that its text states, made once."""
        from trialwright.protocol.eligibility.compiling import compile_item

        made: Compiled = self._once(f"item {item.start} {item.end}", lambda: compile_item(item, 1))
        return made

    def frame(self, raw: str, measure: str = "") -> TimeFrame:
        """A time frame as the protocol reads it, made once."""
        from trialwright.protocol.timeframe.parser import parse_time_frame

        made: TimeFrame = self._once(f"frame {raw} of {measure}", lambda: parse_time_frame(raw, measure=measure))
        return made

    @property
    def low(self) -> str:
        """All free text of the record in small letters: what a rule asks for words before it asks for more."""
        from trialwright.lint.texts import prose

        made: str = self._once("low", lambda: "\n".join(text for _, text in prose(self)).lower())
        return made

    def says(self, *words: str) -> bool:
        """Whether the free text holds any of these words, given in small letters."""
        low = self.low
        return any(word in low for word in words)

    def may(self, *patterns: Gated) -> bool:
        """Whether the free text can hold a match of any of these patterns, its escapes undone or not; False is certain.

        What a rule asks before it walks through the texts."""
        bits: int = self._once("bits", self._bits)
        return any(_VOCABULARY.lets(pattern, bits) for pattern in patterns)

    def _bits(self) -> int:
        from trialwright.lint.texts import prose
        from trialwright.protocol.eligibility.lines import unescape

        text = "\n".join(text for _, text in prose(self))
        if "\\" in text:
            text = f"{text}\n{unescape(text)}"
        return _VOCABULARY.bits_of(fold(text))

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        if name not in self._made:
            self._made[name] = make()
        return self._made[name]

    def lost(self, *paths: str) -> bool:
        """Whether this rendering lost any of these fields."""
        return any(self.record.presence(path) is Presence.LOST for path in paths)

    def unsure(self, *paths: str) -> bool:
        """Whether any of these fields was lost, or can be read in several ways."""
        return self.doubtful and any(self._presence(path) in _UNSURE for path in paths)

    @property
    def doubtful(self) -> bool:
        """Whether the rendering lost any field at all, or left one in doubt: most renderings of data do not."""
        made: bool = self._once("doubtful", self._any_doubt)
        return made

    def _any_doubt(self) -> bool:
        return any(entry.presence in _UNSURE for entry in self.record.provenance.entries.values())

    def _presence(self, path: str) -> Presence:
        made: Presence = self._once(f"presence {path}", lambda: self.record.presence(path))
        return made

    def quote(self, path: str, text: str | None = None) -> Evidence:
        """The evidence at a v2 path: the words given, or the field's whole value."""
        value = self.record.value(path)
        shown = text if text is not None else str(value if value not in (None, ()) else "")
        return Evidence.of(shown, self.record.place_of(path, shown))


@lru_cache(maxsize=1024)
def partial_date(text: str | None) -> tuple[date, date] | None:
    """The first and the last day that a date written as yyyy, yyyy-MM or yyyy-MM-dd can mean; None if it is none.

    >>> partial_date("2021-02")
    (datetime.date(2021, 2, 1), datetime.date(2021, 2, 28))
    """
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T.*)?", text or "")
    if match is None:
        return None
    year, month, day = (int(part) if part else None for part in match.groups())
    try:
        if year is None or year < 1:
            return None
        if month is None:
            return date(year, 1, 1), date(year, 12, 31)
        if day is None:
            following = date(year + month // 12, month % 12 + 1, 1)
            return date(year, month, 1), date.fromordinal(following.toordinal() - 1)
        return date(year, month, day), date(year, month, day)
    except ValueError:
        return None
