"""Units as UCUM codes write them, in the spelling that the table of units reads."""

from __future__ import annotations

import re

WHOLE = {
    "Cel": "degC",
    "[degF]": "degF",
    "[lb_av]": "lb",
    "[in_i]": "inch",
    "[ft_i]": "foot",
    "/min": "1/min",
    "a": "year",
    "mo": "month",
    "wk": "week",
    "d": "day",
    "h": "hour",
    "{score}": "points",
    "{INR}": "ratio",
    "{ratio}": "ratio",
    "1": "ratio",
}
PARTS = (
    ("mm[Hg]", "mmHg"),
    ("cm[H2O]", "cmH2O"),
    ("[iU]", "IU"),
    ("[IU]", "IU"),
    ("m[IU]", "mIU"),
    ("10*", "10^"),
    ("{1.73_m2}", "1.73m2"),
    ("(1.73.m2)", "1.73m2"),
)
_ANNOTATION = re.compile(r"\{[^{}]*\}")


def plain_unit(code: str) -> str:
    """The unit in plain spelling; a code that UCUM does not have stays as it is.

    >>> plain_unit("mm[Hg]"), plain_unit("10*3/uL"), plain_unit("mL/min/{1.73_m2}"), plain_unit("[iU]/L")
    ('mmHg', '10^3/uL', 'mL/min/1.73m2', 'IU/L')
    """
    if code in WHOLE:
        return WHOLE[code]
    out = code
    for part, said in PARTS:
        out = out.replace(part, said)
    out = _ANNOTATION.sub("", out)
    return out or code
