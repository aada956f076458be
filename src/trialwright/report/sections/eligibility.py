"""Who may enter: every criterion with its text, what is computed of it, the data it needs, and what a person judges."""

from __future__ import annotations

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.forms.english import english_lines
from trialwright.protocol.eligibility.items import Criterion, Eligibility, ItemKind, Section
from trialwright.protocol.eligibility.needs import Need, NeedKind, needs
from trialwright.protocol.eligibility.tree import Computability
from trialwright.report import numbers, wording
from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Column, Markup, join, note, table, tag

HEADINGS = {
    Section.INCLUSION: "Inclusion criteria",
    Section.EXCLUSION: "Exclusion criteria",
    Section.UNKNOWN: "Criteria that stand under no heading",
}


def eligibility(contents: Contents) -> Markup:
    """The body of the section."""
    from trialwright.protocol.eligibility.compiling import compile_all

    who = contents.protocol.eligibility
    judged = [item for item in who.criteria if item.kind is not ItemKind.NOTE]
    compiled = compile_all(who)
    computed = dict(zip(map(id, judged), compiled[len(compiled) - len(judged) :], strict=True))
    parts: list[Markup] = [_structured(who), _summary(who, list(computed.values()))]
    for section in Section:
        items = [item for item in who.criteria if item.section is section and not _is_heading(item)]
        if items:
            listed = [_item(item, computed.get(id(item))) for item in items]
            parts += [tag("h3", HEADINGS[section]), tag("ol", listed, class_="criteria")]
    if not who.criteria:
        parts.append(note("The record as it was found holds no criteria text.", kind="why"))
    return join(parts)


def _is_heading(item: Criterion) -> bool:
    """Whether an item is the text's own heading, which stands above the list already."""
    text = item.text.strip(" :*#-").lower()
    return item.kind is ItemKind.NOTE and text in ("inclusion criteria", "exclusion criteria")


def _structured(who: Eligibility) -> Markup:
    known = set(who.known_fields)
    low, high = who.minimum_age_years, who.maximum_age_years
    rows: list[tuple[Child, Child, Child]] = [
        ("Minimum age", _age(low), _state("minimumAge" in known, low is not None)),
        ("Maximum age", _age(high), _state("maximumAge" in known, high is not None)),
        ("Sex", wording.term(who.sex), _state("sex" in known, who.sex is not None)),
        (
            "Healthy volunteers",
            {True: "accepted", False: "not accepted", None: "not stated"}[who.healthy_volunteers],
            _state("healthyVolunteers" in known, who.healthy_volunteers is not None),
        ),
    ]
    return table(
        "Structured limits", [Column("Limit", head=True), Column("Value"), Column("Can a computer decide it?")], rows
    )


def _age(years: float | None) -> str:
    return "no limit known" if years is None else f"{years:g} years"


def _state(stated: bool, value: bool) -> Markup:
    if value:
        return tag("span", "✓ computable", class_="yes")
    return tag("span", "stated as no limit" if stated else "not known: not stated or lost", class_="quiet")


def _summary(who: Eligibility, computed: list[Compiled]) -> Markup:
    kinds = [item.kind for item in who.criteria]
    text, missing = kinds.count(ItemKind.TEXT), kinds.count(ItemKind.MISSING)
    found = [each.computability for each in computed if each.criterion.kind is ItemKind.TEXT]
    words = (
        f"{numbers.plural(text, 'criterion', 'criteria')} in free text: {found.count(Computability.COMPUTABLE)} that "
        f"data can answer, {found.count(Computability.PARTLY)} that data can answer in part, "
        f"{found.count(Computability.JUDGEMENT)} left to a person’s judgement. Below each stands what is computed and "
        "the data that it needs; a person who finds it wrong corrects the criterion’s form in the protocol file."
    )
    if missing:
        gaps, verb = numbers.plural(missing, "number"), "is" if missing == 1 else "are"
        words += f" {gaps} of the lists {verb} missing and shown as a gap: a criterion may stand there."
    return tag("p", words)


def _item(item: Criterion, computed: Compiled | None) -> Markup:
    marker = tag("span", item.number or "•", class_="n")
    match item.kind:
        case ItemKind.MISSING:
            said: Child = (
                item.text or "missing: the numbering has a gap here; what stood here, if anything, is not known"
            )
            return tag("li", marker, tag("span", said, class_="t"), class_="missing")
        case ItemKind.NOTE:
            return tag("li", tag("span", "", class_="n"), tag("span", item.text, class_="quiet"))
    supplied = (
        tag("p", f"Supplied by {item.supplied_by}, from {item.supplied_from or 'a source not named'}", class_="tagline")
        if item.supplied_by
        else None
    )
    return tag("li", marker, tag("div", item.text, supplied, _computed(computed) if computed is not None else None))


def _computed(compiled: Compiled) -> Markup:
    """What is computed of a criterion, what a person judges, and the data it needs."""
    match compiled.computability:
        case Computability.JUDGEMENT:
            return tag("p", tag("span", "☞ a person judges", class_="person"), class_="computed")
        case Computability.PARTLY:
            mark = tag("span", "☞ data and a person:", class_="person")
        case _:
            mark = tag("span", "✓ computable:", class_="yes")
    lines = english_lines(compiled.expression, compiled.criterion.text)
    told: list[Child] = [mark, " ", lines[0][1]]
    below = [tag("span", said, class_=f"in{depth}") for depth, said in lines[1:]]
    doubts = [tag("span", problem.message, class_="in1 quiet") for problem in compiled.problems]
    data = [_need(need) for need in needs(compiled.expression) if need.kind is not NeedKind.ANSWER]
    needed = tag("span", f"needs {'; '.join(dict.fromkeys(data))}", class_="needs") if data else None
    return tag("p", told, below, doubts, needed, class_="computed")


def _need(need: Need) -> str:
    return f"{need.key} ({need.unit})" if need.unit is not None else need.key
