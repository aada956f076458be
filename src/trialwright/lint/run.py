"""Applies every rule to one record."""

from __future__ import annotations

from datetime import date

from trialwright.lint.finding import Finding, Status
from trialwright.lint.rules import RULES
from trialwright.lint.subject import Subject, partial_date
from trialwright.protocol.protocol import Protocol
from trialwright.record.record import Record


def run(
    record: Record, protocol: Protocol | None = None, *, as_of: date | None = None, earlier: tuple[Record, ...] = ()
) -> tuple[Finding, ...]:
    """Everything the rules find in a record, most serious first; what cannot be assessed comes last.

    `protocol`: drafted from the record if not given. `as_of`: the day that dates are judged on; by default the day
    of the record's last update, or of the registry's version of it. `earlier`: older versions of the record, oldest
    first.
    """
    subject = Subject(record, protocol, as_of or last_update(record), earlier)
    findings = [finding for rule in RULES for finding in rule.apply(subject)]
    return tuple(sorted(findings, key=lambda f: (f.status is not Status.FOUND, f.severity.rank, f.rule)))


def last_update(record: Record) -> date | None:
    """The day of the record's last update, None where the record does not show it."""
    status = record.study.protocol_section.status_module
    posted = status.last_update_post_date_struct
    shown = (
        posted.date if posted else None,
        status.last_update_submit_date,
        record.study.derived_section.misc_info_module.version_holder,
    )
    for text in shown:
        days = partial_date(text)
        if days is not None:
            return days[1]
    return None
