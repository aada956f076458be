"""The plain values of a page: NCT numbers, dates, ages, counts, yes and no."""

from __future__ import annotations

import re

NCT = re.compile(r"\bNCT\d{8}\b", re.IGNORECASE)
ISO_DATE = re.compile(r"[12]\d{3}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?")
AGE = re.compile(r"\d{1,4} (?:Year|Month|Week|Day|Hour|Minute)s?", re.IGNORECASE)
PARTICIPANTS = re.compile(r"(\d{1,3}(?:,\d{3})+|\d{1,9})(?:\s+(?:participants?|patients?|subjects?))?", re.IGNORECASE)
_WORDED_DATE = re.compile(r"([A-Z][a-z]+)\.?\s+(?:(\d{1,2}),\s*)?(\d{4})")
_MONTHS = (
    "January February March April May June July August September October November December".split()  # noqa: SIM905
)

LOST_POWER = re.compile(r"\d\s*[xX×*·]\s*10\s+\d{1,2}\b")


def iso_date(text: str) -> str | None:
    """The ISO date that a page's date says; None if it is none.

    >>> iso_date("July 2, 2020"), iso_date("July 2022"), iso_date("2023-01-10"), iso_date("soon")
    ('2020-07-02', '2022-07', '2023-01-10', None)
    """
    text = " ".join(text.split())
    if ISO_DATE.fullmatch(text):
        return text
    if (found := _WORDED_DATE.fullmatch(text)) is None:
        return None
    name, day, year = found.groups()
    months = [number for number, month in enumerate(_MONTHS, 1) if len(name) >= 3 and month.startswith(name)]
    if len(months) != 1 or (day and not 1 <= int(day) <= 31):
        return None
    return f"{year}-{months[0]:02}" + (f"-{int(day):02}" if day else "")


def count(text: str) -> int | None:
    """The number of participants that a page's line says; None if it says none.

    >>> count("60 participants"), count("1,200 participants"), count("many")
    (60, 1200, None)
    """
    found = PARTICIPANTS.fullmatch(" ".join(text.split()))
    return int(found.group(1).replace(",", "")) if found else None


def says_no_count(text: str) -> bool:
    """Whether a line says that the number of participants is not given.

    >>> says_no_count("N/A participants"), says_no_count("9 participants")
    (True, False)
    """
    return re.fullmatch(r"(?:N/?A|-|–|null|none|unknown|undefined)\s+participants?", text, re.IGNORECASE) is not None


def yes_or_no(text: str) -> bool | None:
    """Whether a page says yes; None if it says neither yes nor no.

    >>> yes_or_no("No"), yes_or_no("Accepts Healthy Volunteers"), yes_or_no("maybe")
    (False, True, None)
    """
    return {
        "yes": True,
        "true": True,
        "accepts healthy volunteers": True,
        "no": False,
        "false": False,
    }.get(text.strip().casefold())
