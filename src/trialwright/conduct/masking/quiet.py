"""A design's decision without the reason that counts arms, for whoever may not know them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trialwright.conduct.masking.parties import is_masked

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState
    from trialwright.protocol.decisions import Decision
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol

UNSAID = "the design's reason is for those who may see arms"


@dataclass(frozen=True, slots=True)
class Quiet:
    """A design that decides as `of` does and does not say why: its reasons count participants by arm."""

    of: Design

    @property
    def name(self) -> str:
        """The design's name."""
        return self.of.name

    def decide(self, state: TrialState) -> Decision:
        """The decision, without its reason."""
        return replace(self.of.decide(state), reason=UNSAID)


def quiet(design: Design, protocol: Protocol) -> Design:
    """The design as those meet it who let participants in: where arms are masked, without its reasons."""
    return Quiet(design) if is_masked(protocol) else design
