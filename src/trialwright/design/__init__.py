"""How a trial decides: designs, counting rules and their exact characteristics.

`trialwright.design.build` maps a protocol to its Design; `trialwright.design.exact` computes what a counting rule
implies. Everything heavy is imported on use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol

__all__ = ["build"]


def build(protocol: Protocol, rule: str | None = None) -> Design:
    """The Design that decides for this protocol; `rule`: another counting rule by name.

    Raises StageError or UsageError as `trialwright.design.from_protocol.build` says.
    """
    from trialwright.design.from_protocol import build as build_design

    return build_design(protocol, rule)
