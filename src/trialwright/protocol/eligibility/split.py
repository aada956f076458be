"""Drafts eligibility from a record: the criteria text split into items, gaps made explicit, structured fields read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from trialwright.core.problem import Evidence, Problem, Severity
from trialwright.core.source import JsonPath
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.eligibility.lines import Line, lines_of, unescape
from trialwright.record.model import EligibilityModule
from trialwright.record.provenance import Presence
from trialwright.record.record import Record

MODULE = "protocolSection.eligibilityModule"
MOST_MISSING = 30
LOOK_AHEAD = 300
_NOTE = re.compile(
    r"(?:https?://\S+|note\b.*|(?:\W*other )(?:protocol[\s-]defined )?(?:inclusion|exclusion|criteria|eligib).*"
    r"|additional .*criteria.*|\W+)",
    re.IGNORECASE | re.DOTALL,
)
_INTRODUCES = re.compile(
    r"\b(?:eligible|ineligible|excluded?|included?|criteria|following conditions)\b[^\n]*:$", re.IGNORECASE
)
_AGE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(year|month|week|day|hour|minute)s?\s*", re.IGNORECASE)
_SURE = "•●○▪◦■□✓➢"  # in a sentence none of these stands for anything but a bullet
OLDEST = 150  # years; nobody has lived longer
_PER_YEAR = {"year": 1.0, "month": 12.0, "week": 365.25 / 7, "day": 365.25, "hour": 8766.0, "minute": 525960.0}


@dataclass(slots=True)
class _Open:
    """An item that is being collected. `outer`: the number may go on in the same list."""

    section: Section
    kind: ItemKind
    number: str | None
    start: int
    content: int
    end: int
    nested: int | None = None


@dataclass(slots=True)
class _State:
    section: Section = Section.UNKNOWN
    base: int = 0
    inner: bool = False
    items: list[_Open] = field(default_factory=list)


def draft_eligibility(record: Record) -> tuple[Eligibility, tuple[Problem, ...]]:
    """The record's eligibility as items with their place, and what is missing or doubtful in it. Never raises.

    The spans of the items lie in order, do not overlap, and together hold every character of the criteria text that is
    not blank; headings are items of kind NOTE. A number that a list leaves out is an item of kind MISSING.
    """
    module = record.study.protocol_section.eligibility_module
    raw = module.eligibility_criteria or ""
    criteria = with_forms(split_criteria(raw))
    problems: list[Problem] = []
    _report_text(record, raw, criteria, problems)
    low = _years(module.minimum_age, "minimumAge", problems)
    high = _years(module.maximum_age, "maximumAge", problems)
    if low is not None and high is not None and low > high:
        problems.append(
            _age_problem(
                "DRAFT-304",
                f"the minimum age {module.minimum_age} lies above the maximum {module.maximum_age}",
                "minimumAge",
            )
        )
    stated = {Presence.PRESENT, Presence.AMBIGUOUS}
    # a registry leaves an age out where there is no limit; what it leaves out of the others was not answered
    answers = {"minimumAge": {*stated, Presence.ABSENT}, "maximumAge": {*stated, Presence.ABSENT}}
    names = ("minimumAge", "maximumAge", "sex", "healthyVolunteers")
    known = tuple(name for name in names if record.presence(f"{MODULE}.{name}") in answers.get(name, stated))
    return (
        Eligibility(criteria, low, high, module.sex, module.healthy_volunteers, known),
        (*problems, *_lost_fields(record, module)),
    )


def with_forms(criteria: tuple[Criterion, ...]) -> tuple[Criterion, ...]:
    """The items with the computable form of what could be read in their text; None where a person judges all of it."""
    from trialwright.protocol.eligibility.compiling import expressions_of
    from trialwright.protocol.eligibility.forms.checking import drafted_form

    read = iter(expressions_of([(item.text, item.section) for item in criteria if item.kind is ItemKind.TEXT]))
    return tuple(
        replace(item, form=drafted_form(next(read)[0])) if item.kind is ItemKind.TEXT else item for item in criteria
    )


def split_criteria(raw: str) -> tuple[Criterion, ...]:
    """The criteria text as items, in the order of the text.

    >>> [(c.kind.value, c.number, c.text) for c in split_criteria("Inclusion Criteria\\n2. Adults\\n3. Consent")]
    [('note', None, 'Inclusion Criteria'), ('missing', '1', ''), ('text', '2', 'Adults'), ('text', '3', 'Consent')]
    """
    state = _State()
    lines = lines_of(raw)
    for index, line in enumerate(lines):
        if line.heading is not None:
            state.section, state.inner = line.heading, False
            state.base = _base(raw, lines, index + 1)
            state.items.append(_Open(line.heading, ItemKind.NOTE, None, line.start, line.start, line.end))
        else:
            if index == 0:
                state.base = _base(raw, lines, 0)
            _take(raw, lines, index, state)
    items: list[_Open] = []
    for item, after in zip(state.items, [*state.items[1:], None], strict=False):
        items.extend(_bulleted(raw, item) or _inline(raw, item, after.number if after is not None else None))
    return _with_gaps(raw, items)


def _base(raw: str, lines: Sequence[Line], index: int, most: int | None = None) -> int:
    """The indentation of the outermost list of the section that begins at this line; -1 if no line is marked.

    Where the outermost list is a single line that introduces the criteria (`will be excluded if any of these:`), the
    list inside it is meant.
    """
    marked: list[Line] = []
    for line in lines[index : None if most is None else index + most]:
        if line.heading is not None or (marked and _opens_a_part(raw, line, marked[0])):
            break
        if line.marked:
            marked.append(line)
    if not marked:
        return -1
    # a bullet without a blank after it is often one that a page has lost the indentation of
    marked = [line for line in marked if not line.bullet or line.content > line.start + 1] or marked
    base = min(line.indent for line in marked)
    outer = [line for line in marked if line.indent == base]
    inner = [line.indent for line in marked if line.indent > base]
    if len(outer) == 1 and inner and outer[0] is marked[0] and _INTRODUCES.search(raw[outer[0].start : outer[0].end]):
        return min(inner)
    return base


def _opens_a_part(raw: str, line: Line, first: Line) -> bool:
    """Whether a line stands above a list of its own within its section (`Cohort 2:`)."""
    return not line.marked and line.gap and line.indent <= first.indent and raw[line.end - 1] == ":"


def _take(raw: str, lines: Sequence[Line], index: int, state: _State) -> None:
    """Opens a new item with this line, or adds the line to the item that is open."""
    line = lines[index]
    current = state.items[-1] if state.items and state.items[-1].section is state.section else None
    if current is not None and current.kind is ItemKind.NOTE and not line.marked and not line.gap and state.base >= 0:
        # a line right under a heading with no marker of its own introduces the list
        current = None
    if current is not None and current.kind is ItemKind.TEXT and _belongs(raw, lines, index, state, current):
        current.end = line.end
        return
    text = raw[line.start : line.end]
    kind = ItemKind.TEXT
    if not line.marked and (_NOTE.fullmatch(text) or (state.base >= 0 and text.endswith(":") and len(text) <= 120)):
        kind = ItemKind.NOTE
    if line.marked and line.indent < state.base and _INTRODUCES.search(text):
        kind = ItemKind.NOTE
    if kind is ItemKind.NOTE and not line.marked:
        below = _base(raw, lines, index + 1, LOOK_AHEAD)
        state.base = below if below >= 0 else state.base
    number = line.number or line.letter
    state.inner = line.number is not None and (line.bullet or state.inner)
    state.items.append(_Open(state.section, kind, number, line.start, line.content, line.end))


def _belongs(raw: str, lines: Sequence[Line], index: int, state: _State, current: _Open) -> bool:
    """Whether a line stays with the open item: a continuation, or a line of a list nested in it."""
    line = lines[index]
    if not line.marked:
        if state.base < 0:
            return False
        return not line.gap or line.indent > state.base
    if line.indent > state.base:
        follows = state.inner and line.number is not None and current.number is not None
        return not (follows and current.number is not None and line.number == _next(current.number))
    return _numbered_within(raw, lines, index, current)


def _next(number: str) -> str | None:
    return str(int(number) + 1) if number.isdigit() else None


def _numbered_within(raw: str, lines: Sequence[Line], index: int, current: _Open) -> bool:
    """Whether a number or letter without indentation counts a list inside the open item: the item ends with a colon,
    the count starts anew there, and the item's own count goes on after it."""
    line = lines[index]
    if current.number is None or not current.number.isdigit():
        return False
    if line.letter is not None:
        return line.indent == 0 and _goes_on(lines, index, int(current.number) + 1)
    if line.number is None:
        return False
    value, after = int(line.number), int(current.number) + 1
    if current.nested is not None:
        # the number that could go on either count goes on the inner one if the outer one finds it again
        if value == current.nested + 1 and (value != after or _goes_on(lines, index + 1, after)):
            current.nested = value
            return True
        return False
    if value == 1 and raw[current.start : current.end].rstrip().endswith(":") and _goes_on(lines, index + 1, after):
        current.nested = 1
        return True
    return False


def _goes_on(lines: Sequence[Line], index: int, number: int) -> bool:
    for line in lines[index : index + LOOK_AHEAD]:
        if line.heading is not None:
            return False
        if line.number is not None and int(line.number) == number:
            return True
    return False


def _bulleted(raw: str, item: _Open) -> list[_Open]:
    """Splits an item that runs several bullets in one line; empty where it does not."""
    mark = raw[item.start]
    if item.kind is not ItemKind.TEXT or item.number is not None or "\n" in raw[item.start : item.end]:
        return []
    if item.content == item.start or mark.isalnum():
        return []
    if raw.find(mark, item.content, item.end) < 0:
        return []
    places = [match.end() for match in re.finditer(rf"\s(?={re.escape(mark)}\s)", raw[item.content : item.end])]
    starts = [item.start, *(item.content + place for place in places)]
    sure = mark in _SURE or (len(starts) > 2 and all(raw[start + 1 : start + 3].strip().isupper() for start in starts))
    if len(starts) < 2 or not sure:
        return []
    out = []
    for start, stop in zip(starts, [*starts[1:], item.end], strict=True):
        content = item.content if start == item.start else start + 1
        out.append(_Open(item.section, item.kind, None, start, content, start + len(raw[start:stop].rstrip())))
    return out


def _inline(raw: str, item: _Open, after: str | None) -> list[_Open]:
    """Splits an item that runs several numbers in one line: three in sequence, two that are whole sentences, or two
    where the next item's number, `after`, goes on with their count."""
    if item.kind is not ItemKind.TEXT or item.number is None or not item.number.isdigit():
        return [item]
    if "\n" in raw[item.start : item.end]:
        return [item]
    cuts = [(item.start, item.content, item.number)]
    wanted, place = int(item.number) + 1, item.content
    while wanted - int(item.number) <= 60 and raw.find(str(wanted), place, item.end) >= 0:
        match = re.compile(rf"(?:(?<=[;.,])|(?<=\s))\s*(\(?{wanted}\\?[.)])\s+(?=[A-Za-z\\<>≥≤])").search(
            raw, place, item.end
        )
        if match is None:
            break
        cuts.append((match.start(1), match.end(), str(wanted)))
        wanted, place = wanted + 1, match.end()
    sentences = all(raw[start - 2 : start].strip()[-1:] in {".", ";"} for start, _, _ in cuts[1:])
    if len(cuts) < 2 or (len(cuts) == 2 and not sentences and after != str(wanted)):
        return [item]
    out = []
    for index, (start, content, number) in enumerate(cuts):
        end = cuts[index + 1][0] if index + 1 < len(cuts) else item.end
        end = start + len(raw[start:end].rstrip())
        out.append(_Open(item.section, item.kind, number, start, content, end))
    return out


def _with_gaps(raw: str, items: Sequence[_Open]) -> tuple[Criterion, ...]:
    """The finished items, with one MISSING item for each number that a list leaves out."""
    out: list[Criterion] = []
    last = before = 0
    section: Section | None = None
    for item in items:
        if item.section is not section or (item.kind is ItemKind.NOTE):
            before = last or before
            last, section = 0, item.section
        if item.kind is ItemKind.TEXT and item.number is not None and item.number.isdigit():
            value = int(item.number)
            if last == 0 and before > 1 and value == before + 1:
                # one count runs through several lists
                last = before
            if value > last + 1 and value - last - 1 <= MOST_MISSING:
                for number in range(last + 1, value):
                    out.append(Criterion(item.section, ItemKind.MISSING, str(number), "", item.start, item.start))
            last = value
        text = unescape(raw[item.content : item.end]).strip()
        out.append(Criterion(item.section, item.kind, item.number, text, item.start, item.end))
    return tuple(out)


def _report_text(record: Record, raw: str, criteria: Sequence[Criterion], problems: list[Problem]) -> None:
    path = f"{MODULE}.eligibilityCriteria"
    where = record.where(path) or JsonPath(path)
    if not criteria:
        lost = record.presence(path) is Presence.LOST
        problems.append(
            Problem(
                "DRAFT-302",
                Severity.WARNING,
                "this rendering lost the criteria text" if lost else "the record states no criteria in words",
                field=path,
                expected="inclusion and exclusion criteria",
                mend="write the criteria into the protocol file",
            )
        )
        return
    for section in Section:
        gone = [c for c in criteria if c.kind is ItemKind.MISSING and c.section is section]
        if gone:
            quote = next((raw[c.start : c.end] for c in criteria if c.start == gone[0].start and c.end > c.start), "")
            problems.append(
                Problem(
                    "DRAFT-301",
                    Severity.WARNING,
                    f"{section} criteria: number {', '.join(c.number or '' for c in gone)} is missing from the list",
                    field=path,
                    evidence=(Evidence.of(quote, record.place_of(path, quote) or JsonPath(path)),),
                    expected="numbers without a gap, from 1",
                    mend="supply the missing criterion in the protocol file, with your name and its source",
                )
            )
    unknown = [c for c in criteria if c.section is Section.UNKNOWN and c.kind is ItemKind.TEXT]
    if unknown:
        problems.append(
            Problem(
                "DRAFT-305",
                Severity.WARNING,
                f"{len(unknown)} criteria stand under no heading: whether they admit or exclude is not known",
                field=path,
                evidence=tuple(Evidence.of(raw[c.start : c.end], where) for c in unknown[:3]),
                expected="a heading `Inclusion Criteria` or `Exclusion Criteria` above each list",
                mend="set `section` of these criteria in the protocol file",
            )
        )


def _years(stated: str | None, name: str, problems: list[Problem]) -> float | None:
    """The age in years; None for no limit (`N/A`) and for what cannot be read, which is reported."""
    if stated is None or stated.strip().upper() in {"", "N/A", "NONE", "NO LIMIT"}:
        return None
    match = _AGE.fullmatch(stated[:60])
    if match is None:
        problems.append(_age_problem("DRAFT-303", f"the age {stated[:60]!r} cannot be read", name))
        return None
    years = round(float(match[1]) / _PER_YEAR[match[2].lower()], 6)
    if years > OLDEST:
        problems.append(_age_problem("DRAFT-303", f"the age {stated[:60]!r} is more than anybody reaches", name))
        return None
    return years


def _age_problem(code: str, message: str, name: str) -> Problem:
    return Problem(
        code,
        Severity.WARNING,
        message,
        field=f"{MODULE}.{name}",
        expected="a number and Years, Months, Weeks, Days, Hours or Minutes, the minimum not above the maximum",
        mend=f"correct {'the minimum' if name == 'minimumAge' else 'the maximum'} age in the protocol file",
    )


def _lost_fields(record: Record, module: EligibilityModule) -> tuple[Problem, ...]:
    """One problem that names the structured fields which this rendering lost."""
    values = {
        "minimumAge": module.minimum_age,
        "maximumAge": module.maximum_age,
        "sex": module.sex,
        "healthyVolunteers": module.healthy_volunteers,
    }
    lost = [n for n, v in values.items() if v is None and record.presence(f"{MODULE}.{n}") is Presence.LOST]
    if not lost:
        return ()
    return (
        Problem(
            "DRAFT-306",
            Severity.WARNING,
            f"this rendering lost {', '.join(lost)}: nothing is known of it",
            field=MODULE,
            expected="age limits, sex and healthy volunteers",
            mend="set these fields in the protocol file",
        ),
    )
