"""Two versions of one record: what changed, and which changes matter to somebody who relies on the trial."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from trialwright.core.errors import UsageError
from trialwright.core.problem import Severity
from trialwright.lint.run import last_update
from trialwright.lint.subject import Subject, partial_date
from trialwright.lint.texts import ARMS, COUNT, CRITERIA, OUTCOMES, PRIMARY, folded
from trialwright.protocol.eligibility.items import ItemKind
from trialwright.record.model import Outcome
from trialwright.record.provenance import Presence
from trialwright.record.record import Record, leaves

DESIGN = "protocolSection.designModule"
STATUS = "protocolSection.statusModule"
ELIGIBILITY = "protocolSection.eligibilityModule"
SLIP, LONG_SLIP = 31, 180  # days: a month is rounding; half a year changes who can wait for the results
CUT = 0.2  # share of the enrolment; a smaller change leaves the power about where it was
ALIKE = 0.5  # share of words that two titles have in common, to be one outcome reworded


@dataclass(frozen=True, slots=True)
class Change:
    """One change. `path`: v2 path; `old`, `new`: the values, None = not there; `severity`: how much it matters, None =
    not; `reason`: why it matters, or that a rendering lost one side."""

    path: str
    old: Any
    new: Any
    severity: Severity | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The change as plain values."""
        severity = self.severity.value if self.severity else None
        return {"path": self.path, "old": self.old, "new": self.new, "severity": severity, "reason": self.reason}


def changes(old: Record, new: Record) -> tuple[Change, ...]:
    """What changed from one version of a record to another, what matters most first.

    A field that either rendering lost is no change. Raises UsageError (LINT-003) if the two are not of one trial.
    """
    if old.nct_id != new.nct_id:
        raise UsageError(
            "LINT-003",
            f"the two records are of two trials: {old.nct_id or 'one without a number'} and "
            f"{new.nct_id or 'one without a number'}",
            expected="two versions of one record",
            mend="give two files with the same NCT number, the older one first",
        )
    weighed = [*_outcomes(old, new), *_enrolment(old, new), *_dates(old, new), *_design(old, new), *_criteria(old, new)]
    told = {change.path for change in weighed}
    plain = [change for change in _plain(old, new) if change.path not in told]
    return tuple(sorted([*weighed, *plain], key=lambda each: each.severity.rank if each.severity else len(Severity)))


def _known(path: str, *records: Record) -> bool:
    return all(record.presence(path) not in (Presence.LOST, Presence.AMBIGUOUS) for record in records)


def _plain(old: Record, new: Record) -> Iterator[Change]:
    """Every value that differs, by its path."""
    before, after = dict(leaves(old.study)), dict(leaves(new.study))
    for path in dict.fromkeys((*before, *after)):
        one, other = before.get(path), after.get(path)
        if one == other or not _known(path, old, new):
            continue
        yield Change(path, one, other)


# --- outcomes ---------------------------------------------------------------------------------------


def _outcomes(old: Record, new: Record) -> Iterator[Change]:
    """Primary outcomes that were dropped, switched, added, reworded or measured at another time."""
    if not _known(PRIMARY, old, new):
        return
    before, after = (record.study.protocol_section.outcomes_module for record in (old, new))
    late = _after_completion(old, new)
    left = list(enumerate(after.primary_outcomes))
    for place, outcome in enumerate(before.primary_outcomes):
        path = f"{PRIMARY}[{place}]"
        match = _same(outcome, [item for _, item in left])
        if match is None:
            moved = _same(outcome, list(after.secondary_outcomes), exact=True)
            what = "A primary outcome became secondary" if moved else "A primary outcome was dropped"
            yield Change(f"{path}.measure", outcome.measure, None, Severity.ERROR, f"{what}{late}.")
            continue
        found = next(pair for pair in left if pair[1] is match)
        left.remove(found)
        if folded(outcome.measure) != folded(match.measure):
            reason = f"A primary outcome was reworded{late}; it may be another."
            yield Change(f"{path}.measure", outcome.measure, match.measure, Severity.WARNING, reason)
        if folded(outcome.time_frame) != folded(match.time_frame):
            reason = f"The time frame of a primary outcome changed{late}."
            yield Change(f"{path}.timeFrame", outcome.time_frame, match.time_frame, Severity.WARNING, reason)
    for place, outcome in left:
        promoted = _same(outcome, list(before.secondary_outcomes), exact=True)
        what = "A secondary outcome became primary" if promoted else "A primary outcome was added"
        yield Change(f"{PRIMARY}[{place}].measure", None, outcome.measure, Severity.ERROR, f"{what}{late}.")
    yield from _secondary(old, new)


def _secondary(old: Record, new: Record) -> Iterator[Change]:
    path = f"{OUTCOMES}.secondaryOutcomes"
    if not _known(path, old, new):
        return
    before, after = (record.study.protocol_section.outcomes_module for record in (old, new))
    for place, outcome in enumerate(before.secondary_outcomes):
        everywhere = [*after.secondary_outcomes, *after.primary_outcomes, *after.other_outcomes]
        if _same(outcome, everywhere) is None:
            reason = "A secondary outcome was dropped: what it shows may never be told."
            yield Change(f"{path}[{place}].measure", outcome.measure, None, Severity.INFO, reason)


def _same(outcome: Outcome, among: list[Outcome], *, exact: bool = False) -> Outcome | None:
    """The outcome of the same title, or else the one whose title shares most words, half of them at least."""
    own = folded(outcome.measure)
    for other in among:
        if folded(other.measure) == own:
            return other
    if exact:
        return None
    best = max(among, key=lambda other: _alike(own, folded(other.measure)), default=None)
    return best if best is not None and _alike(own, folded(best.measure)) >= ALIKE else None


def _alike(one: str, other: str) -> float:
    a, b = set(one.split()), set(other.split())
    return len(a & b) / len(a | b) if a | b else 1.0


def _after_completion(old: Record, new: Record) -> str:
    """Words for a change made after the primary completion that the older version gave."""
    ended, updated = partial_date(old.value(f"{STATUS}.primaryCompletionDateStruct.date")), last_update(new)
    return " after the primary completion" if ended is not None and updated is not None and updated > ended[1] else ""


# --- size, dates, design ----------------------------------------------------------------------------


def _enrolment(old: Record, new: Record) -> Iterator[Change]:
    before, after = old.value(COUNT), new.value(COUNT)
    if not _known(COUNT, old, new) or before == after or before is None or after is None:
        return
    kind = new.value(f"{DESIGN}.enrollmentInfo.type")
    share = abs(after - before) / before if before else 1.0
    what = "reached" if kind == "ACTUAL" else "planned"
    if after < before and share >= CUT:
        reason = f"{share:.0%} fewer participants were {what}: the power that was planned is gone."
        yield Change(COUNT, before, after, Severity.WARNING, reason)
    else:
        yield Change(COUNT, before, after, Severity.INFO, f"The number {what} changed.")


def _dates(old: Record, new: Record) -> Iterator[Change]:
    for name in ("startDateStruct", "primaryCompletionDateStruct", "completionDateStruct"):
        path = f"{STATUS}.{name}.date"
        before, after = partial_date(old.value(path)), partial_date(new.value(path))
        if before is None or after is None or before == after:
            continue
        days = (after[1] - before[1]).days
        called = name.removesuffix("DateStruct")
        if days > SLIP:
            severity = Severity.WARNING if days > LONG_SLIP else Severity.INFO
            yield Change(path, old.value(path), new.value(path), severity, f"{called} was put off by {days} days.")
        elif days < -SLIP:
            reason = f"{called} was brought forward by {-days} days."
            yield Change(path, old.value(path), new.value(path), Severity.INFO, reason)


_CODED = (
    (f"{DESIGN}.designInfo.allocation", Severity.ERROR, "Participants come to their arms in another way."),
    (f"{DESIGN}.designInfo.maskingInfo.masking", Severity.WARNING, "Who knows the arm can sway what is measured."),
    (f"{DESIGN}.designInfo.interventionModel", Severity.WARNING, "The arms are compared in another way."),
    (f"{DESIGN}.studyType", Severity.ERROR, "The study is of another kind."),
    (f"{STATUS}.overallStatus", Severity.INFO, "The trial went on, or stopped."),
    (f"{STATUS}.whyStopped", Severity.INFO, "The reason for stopping changed."),
    (f"{ELIGIBILITY}.minimumAge", Severity.WARNING, "Other people may enter."),
    (f"{ELIGIBILITY}.maximumAge", Severity.WARNING, "Other people may enter."),
    (f"{ELIGIBILITY}.sex", Severity.WARNING, "Other people may enter."),
    (f"{ELIGIBILITY}.healthyVolunteers", Severity.WARNING, "Other people may enter."),
)


def _design(old: Record, new: Record) -> Iterator[Change]:
    """Coded fields, phases and arms."""
    for path, severity, reason in _CODED:
        before, after = old.value(path), new.value(path)
        if before != after and _known(path, old, new):
            yield Change(path, before, after, severity if before is not None else Severity.INFO, reason)
    phases = f"{DESIGN}.phases"
    if old.value(phases) != new.value(phases) and _known(phases, old, new):
        reason = "The trial claims another phase."
        yield Change(phases, list(old.value(phases)), list(new.value(phases)), Severity.WARNING, reason)
    if not _known(ARMS, old, new):
        return
    before, after = ({folded(arm.label): arm for arm in record.value(ARMS)} for record in (old, new))
    for label, arm in before.items():
        if label not in after:
            yield Change(ARMS, arm.label, None, Severity.WARNING, "An arm was dropped or renamed.")
        elif arm.type != after[label].type and arm.type and after[label].type:
            reason = f"The arm {arm.label!r} has another role."
            yield Change(ARMS, arm.type, after[label].type, Severity.WARNING, reason)
    for label, arm in after.items():
        if label not in before:
            yield Change(ARMS, None, arm.label, Severity.WARNING, "An arm was added or renamed.")


def _criteria(old: Record, new: Record) -> Iterator[Change]:
    """Criteria that came or went."""
    if not _known(CRITERIA, old, new):
        return
    before, after = (
        {
            (item.section, folded(item.text)): item
            for item in Subject(record, None, None).criteria
            if item.kind is ItemKind.TEXT
        }
        for record in (old, new)
    )
    for key, item in before.items():
        if key not in after and key[1]:
            reason = f"An {item.section.value} criterion was dropped or reworded."
            yield Change(CRITERIA, item.text, None, Severity.WARNING, reason)
    for key, item in after.items():
        if key not in before and key[1]:
            reason = f"An {item.section.value} criterion was added or reworded."
            yield Change(CRITERIA, None, item.text, Severity.WARNING, reason)
