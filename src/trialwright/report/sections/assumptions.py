"""Assumptions: what a run needed and the record did not say; those that a person must confirm stand first."""

from __future__ import annotations

from trialwright.protocol.assumptions import Assumption
from trialwright.report import numbers
from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Column, Markup, bullets, code, join, note, table, tag


def assumptions(contents: Contents) -> Markup:
    """The body of the section."""
    protocol = contents.protocol
    if not protocol.assumptions:
        return note("Nothing was assumed.", kind="why")
    ordered = sorted(protocol.assumptions, key=lambda a: not a.must_confirm)
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
