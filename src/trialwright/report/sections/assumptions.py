"""Assumptions: what a run needed and the record did not say, and what named persons supplied in its place."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.assumptions import Assumption
from trialwright.protocol.protocol import Supplied
from trialwright.report import numbers
from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Column, Markup, bullets, code, join, note, table, tag


def assumptions(contents: Contents) -> Markup:
    """The body of the section: assumptions, those that a person must confirm first; then what was supplied by hand."""
    protocol = contents.protocol
    return join(_assumed(protocol.assumptions), _supplied(protocol.supplied))


def _assumed(held: Sequence[Assumption]) -> Markup:
    if not held:
        return note("Nothing was assumed.", kind="why")
    ordered = sorted(held, key=lambda a: not a.must_confirm)
    must = sum(a.must_confirm for a in ordered)
    those = "the one" if must == 1 else f"the {must}"
    return join(
        tag(
            "p",
            f"{numbers.plural(len(ordered), 'assumption')}. ",
            f"A live trial is refused until a named person has confirmed {those} marked "
            if must
            else "None of them has to be confirmed before a live trial.",
            tag("span", "to confirm", class_="must") if must else None,
            "; a simulation runs on them and says so. They can be changed in protocol.yaml." if must else None,
        ),
        table(
            "What was chosen, why, and what else could have been",
            [
                Column("About", head=True),
                Column("Chosen", wide=True),
                Column("Why", wide=True),
                Column("Alternatives", wide=True),
            ],
            [_row(one) for one in ordered],
            cards=True,
        ),
    )


def _supplied(held: Sequence[Supplied]) -> Markup | None:
    if not held:
        return None
    return table(
        "What named persons supplied in the protocol file",
        [Column("About", head=True), Column("By"), Column("Source", wide=True)],
        [(code(one.about), one.by, one.source) for one in held],
        cards=True,
    )


def _row(one: Assumption) -> tuple[Child, ...]:
    mark = join(tag("br"), tag("span", "to confirm", class_="must")) if one.must_confirm else None
    about = join(code(one.about), mark)
    why = join(one.why, tag("p", f"Source: {one.source}", class_="meta")) if one.source else one.why
    return (
        about,
        one.chosen,
        why,
        bullets(one.alternatives) if one.alternatives else tag("span", "none named", class_="quiet"),
    )
