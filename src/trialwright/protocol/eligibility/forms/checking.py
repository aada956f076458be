"""Checks a form that a person wrote: it reads, and the lexicon has every name in it; drafts the form of a tree."""

from __future__ import annotations

from difflib import get_close_matches

from trialwright.core.errors import InputError
from trialwright.core.problem import Problem, Severity
from trialwright.protocol.eligibility.forms.editable import write
from trialwright.protocol.eligibility.forms.editable_parse import read
from trialwright.protocol.eligibility.tree import Computability, Expression, Judgement, computability

_FACTS = ("condition", "procedure", "drug", "test", "measure")
_SORTS = {
    "measure": ("measure", "scale", "test"),
    "scale": ("scale", "measure"),
    "test": ("test", "measure", "condition"),
    "drug": ("drug", "procedure", "condition"),
}
"""What an entry of the lexicon may be where a form names it; a condition, allergy, finding or event may be any fact."""
_OUTSIDE = frozenset({"acr-eular-2010"})
"""Scores that definitions from outside the text compare (grammar/outside.py)."""


def check_form(form: str) -> Expression:
    """The tree of a form that a person wrote. Raises InputError FORM-001 to FORM-004, with line and column."""
    return read(form, wrong_name)


def drafted_form(expression: Expression) -> str | None:
    """The form of what was read in a text; None where nothing of it can be computed, or it cannot be written so that it
    reads back to the same tree. Never raises."""
    if computability(expression) is Computability.JUDGEMENT:
        return None
    try:
        form = write(expression)
        return form if check_form(form) == expression else None
    except (ValueError, InputError):
        return None


def corrected(
    form: str | None, expression: Expression, text: str, problems: tuple[Problem, ...]
) -> tuple[Expression, tuple[Problem, ...]]:
    """What counts of a criterion, and what is doubtful in it: what its form states where a person has changed that,
    otherwise `expression`, as it was read in the text. A form that cannot be read leaves the text to a person's
    judgement, with a problem that says what is wrong; the protocol file refuses such a form. Never raises."""
    if form is None:
        return expression, problems
    try:
        stated = read(form)
    except InputError as fault:
        said = Problem(fault.code, Severity.ERROR, fault.message, "form", (), fault.expected, fault.mend)
        return Judgement(" ".join(text.split())), (said,)
    return (expression, problems) if stated == expression else (stated, ())


def wrong_name(name: str, sort: str) -> str | None:
    """What is wrong with a bare name at a place where this sort is meant, None where nothing is.

    >>> wrong_name("no-such-thing-at-all", "measure")
    "'no-such-thing-at-all' is no name of the lexicon"
    """
    from trialwright.protocol.eligibility.lexicon.loading import entry, lexicon

    found = entry(name)
    if found is None and name in _OUTSIDE:
        return None
    if found is None:
        near = get_close_matches(name, lexicon().entries, n=2, cutoff=0.8)
        meant = f" (did you mean {' or '.join(near)}?)" if near else ""
        return f"{name!r} is no name of the lexicon{meant}"
    allowed = _SORTS.get(sort, _FACTS)
    if found.sort not in allowed:
        return f"{name!r} is a {found.sort} in the lexicon and not a {sort}"
    return None
