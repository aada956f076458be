"""What a trial will do: drafted from a record, kept in a file that people edit, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialwright.core.problem import Problem
    from trialwright.protocol import files
    from trialwright.protocol.protocol import Protocol
    from trialwright.record.record import Record

__all__ = ["Protocol", "check", "draft", "files"]


def draft(record: Record) -> Protocol:
    """The protocol that a record describes, with every assumption listed; see `trialwright.protocol.drafting`."""
    from trialwright.protocol.drafting import draft as made

    return made(record)


def check(protocol: Protocol) -> tuple[Problem, ...]:
    """What is inconsistent in a protocol, most serious first; see `trialwright.protocol.checking`."""
    from trialwright.protocol.checking import check as made

    return made(protocol)


def __getattr__(name: str) -> Any:
    if name == "Protocol":
        from trialwright.protocol.protocol import Protocol

        return Protocol
    if name == "files":
        import importlib

        return importlib.import_module("trialwright.protocol.files")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
