"""Routes of drugs as criteria name them: ORAL, INTRAVENOUS, TOPICAL, INHALED..."""

from __future__ import annotations

from collections.abc import Mapping

SHORT: Mapping[str, str] = {
    **dict.fromkeys(("iv", "i.v.", "intravenous", "intravenous route", "intravenous use"), "INTRAVENOUS"),
    **dict.fromkeys(("po", "p.o.", "by mouth", "oral", "oral route", "oral use", "per os"), "ORAL"),
    **dict.fromkeys(("im", "i.m.", "intramuscular", "intramuscular route"), "INTRAMUSCULAR"),
    **dict.fromkeys(("sc", "s.c.", "subcutaneous", "subcutaneous route", "subq"), "SUBCUTANEOUS"),
    **dict.fromkeys(("inhaled", "inhalation", "respiratory (inhalation)", "respiratory tract route"), "INHALED"),
    **dict.fromkeys(("topical", "topical route", "cutaneous", "cutaneous route"), "TOPICAL"),
    "systemic": "SYSTEMIC",
}


def route(text: str) -> str | None:
    """The route that a cell or a code's words name, None where they name none or several.

    >>> route("iv"), route("By mouth")
    ('INTRAVENOUS', 'ORAL')
    """
    from trialwright.protocol.dosing.route import routes

    bare = " ".join(text.split())[:80].lower()
    if bare in SHORT:
        return SHORT[bare]
    found = routes(text[:80])
    return SHORT.get(found[0].lower(), found[0]) if len(found) == 1 else None
