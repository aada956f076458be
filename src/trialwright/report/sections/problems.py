"""Problems, most serious first, each with its quoted evidence and its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.lint.finding import Finding, Status
from trialwright.report import numbers, wording
from trialwright.report.contents import Contents
from trialwright.report.markup import Markup, join, note, tag

RANK = {severity.value: severity.rank for severity in Severity}
SHOWN_AT_ONCE = 3
QUOTES_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """A problem or a finding in the one form in which both are shown. `assessable`: False where a rule of lint could
    not be judged."""

    code: str
    severity: str
    message: str
    field: str | None
    evidence: tuple[Evidence, ...]
    why: str
    expected: str
    mend: str
    stage: str
    assessable: bool = True


def of_problem(found: Problem, stage: str) -> Entry:
    """The entry of a stage's problem."""
    return Entry(
        found.code,
        found.severity.value,
        found.message,
        found.field,
        found.evidence,
        "",
        found.expected,
        found.mend,
        stage,
    )


def of_finding(found: Finding) -> Entry:
    """The entry of a lint rule's finding."""
    judged = f"checks of the record, as of {found.as_of.isoformat()}" if found.as_of else "checks of the record"
    return Entry(
        found.rule,
        found.severity.value,
        found.message,
        found.field,
        found.evidence,
        found.why,
        "",
        found.fixability.value,
        judged,
        found.status is Status.FOUND,
    )


def all_entries(contents: Contents) -> tuple[Entry, ...]:
    """Everything found in any stage, most serious first, the same thing said twice shown once."""
    groups: tuple[tuple[str, Iterable[Problem]], ...] = (
        ("reading", contents.record.problems if contents.record else ()),
        ("drafting", contents.protocol.problems),
        ("operating characteristics", contents.characteristics.problems if contents.characteristics else ()),
        ("simulation", contents.trial.problems if contents.trial else ()),
        ("analysis", contents.results.problems if contents.results else ()),
        ("the run", contents.problems),
    )
    entries = [of_finding(found) for found in contents.findings]
    said = {code for found in contents.findings for code in found.says_too}
    entries += [of_problem(found, stage) for stage, group in groups for found in group if found.code not in said]
    seen: dict[tuple[str, str], Entry] = {}
    for entry in entries:
        seen.setdefault((entry.code, entry.message), entry)
    return tuple(sorted(seen.values(), key=lambda e: RANK[e.severity]))


def tally(contents: Contents) -> dict[str, int]:
    """How many errors, warnings and notes were found; what could not be assessed is not counted."""
    entries = [entry for entry in all_entries(contents) if entry.assessable]
    return {severity.value: sum(e.severity == severity.value for e in entries) for severity in Severity}


def problems(contents: Contents) -> Markup:
    """The body of the section."""
    entries = [entry for entry in all_entries(contents) if entry.assessable]
    silent = [entry for entry in all_entries(contents) if not entry.assessable]
    if not entries:
        body: Markup = note("No problem was found by any stage.", kind="why")
    else:
        body = join([_article(group) for group in grouped(entries)])
    if silent:
        body = join(
            body,
            tag("h3", "Could not be assessed"),
            tag("p", "The rendering does not show what these checks need."),
            tag("ul", [tag("li", tag("code", e.code), " ", e.message) for e in silent]),
        )
    return body


def grouped(entries: Iterable[Entry]) -> list[list[Entry]]:
    """Entries of one severity and code together, in the order of the first of each."""
    groups: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        groups.setdefault((entry.severity, entry.code), []).append(entry)
    return [
        part for group in groups.values() for part in ([group] if len(group) >= SHOWN_AT_ONCE else [[e] for e in group])
    ]


def _article(group: list[Entry]) -> Markup:
    first = group[0]
    label = {"error": "Error", "warning": "Warning", "info": "Note"}[first.severity]
    title = f"{first.message[:1].upper()}{first.message[1:]}"
    if len(group) > 1:
        title += f" ({len(group) - 1} more of this kind below)"
    parts: list[Markup] = [
        tag("h3", tag("span", label, class_=f"sev {first.severity}"), " ", title),
        _place(first),
        *[_quote(evidence) for evidence in first.evidence[:QUOTES_SHOWN]],
    ]
    if rest := first.evidence[QUOTES_SHOWN:]:
        more = tag("summary", numbers.plural(len(rest), "more quotation"))
        parts.append(tag("details", more, [_quote(evidence) for evidence in rest], class_="small"))
    if first.why:
        parts.append(tag("p", first.why))
    if first.expected:
        parts.append(tag("p", tag("b", "Expected: "), first.expected))
    if first.mend:
        parts.append(tag("p", tag("b", "To settle it: "), first.mend))
    if len(group) > 1:
        parts.append(tag("ul", [tag("li", e.message, " ", _short(e)) for e in group[1:]]))
    return tag("article", parts, class_="problem")


def _place(entry: Entry) -> Markup:
    parts: list[Markup | str] = [tag("code", entry.code), f" · found in {entry.stage}"]
    if entry.field:
        parts += [" · ", wording.field_label(entry.field)]
    return tag("p", parts, class_="meta")


def _quote(evidence: Evidence) -> Markup:
    place = tag("footer", str(evidence.where)) if evidence.where is not None else None
    return tag("blockquote", f"“{evidence.quote}”", place)


def _short(entry: Entry) -> Markup | None:
    if not entry.evidence:
        return None
    first = entry.evidence[0]
    return tag("span", f"“{first.quote}”", f" ({first.where})" if first.where is not None else "", class_="quiet")
