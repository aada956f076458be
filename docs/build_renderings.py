"""Writes docs/reference/renderings.md from the readers' own tables of what each rendering does not hold.

python docs/build_renderings.py            write the page
python docs/build_renderings.py --check    exit with 1 if it is out of date
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from trialwright.record.readers import csv_cells
from trialwright.record.readers.classic import layout as classic
from trialwright.record.readers.explorer import layout as explorer
from trialwright.record.readers.legacy_json import flat
from trialwright.record.readers.legacy_xml import layout as xml
from trialwright.record.record import Rendering

PAGE = Path(__file__).resolve().parent / "reference" / "renderings.md"
HEAD = """\
# Renderings

This page is made from the readers' own tables by `python docs/build_renderings.py`. A rendering is recognised by its
content, never by the name of the file. A field that a rendering drops is *lost*: nothing is known of it. A field that
the rendering would show and does not is *absent*. A field of which the text allows several readings is *ambiguous*, and
its entry holds them all. [What a rendering loses](../explanation/what-a-rendering-loses.md) says why the three are kept
apart; [read any record](../how-to/read-any-record.md) says how.

| rendering | several in one file | places of values |
|---|---|---|
"""
SEVERAL = {
    Rendering.V2_JSON: ('a page `{"studies": [...]}`, a list, JSON Lines', "path"),
    Rendering.PYTHON_LITERAL: ("no", "path"),
    Rendering.LEGACY_XML: ("no", "line and column"),
    Rendering.LEGACY_FLAT_JSON: ("a response of several", "path"),
    Rendering.LEGACY_FULL_JSON: ("a response of several", "path"),
    Rendering.CSV_EXPORT: ("a row each", "row and column name"),
    Rendering.SAVED_HTML: ("no", "line and column of the visible text"),
    Rendering.CLASSIC_PAGE: ("no", "line and column"),
    Rendering.LABELLED_PAGE: ("no", "line and column"),
    Rendering.UNLABELLED_PAGE: ("no", "line and column"),
}
AMBIGUOUS = {
    Rendering.LEGACY_XML: "whether a publication is the sponsor's result or was found by the registry; whether an "
    "observational study that is not called a registry was said to be none",
    Rendering.LEGACY_FLAT_JSON: "any list of a group that is shorter than the group; which arm has which intervention, "
    "where not exactly one table gives both lists of links",
    Rendering.CSV_EXPORT: "facility, city, state and postal code of a place; in the legacy table the level of an "
    "outcome and the class of each sponsor; in the current one where a measure ends and its description begins",
    Rendering.CLASSIC_PAGE: "where one condition, keyword or MeSH term ends and the next begins; an acronym in "
    "brackets after the title; whether a person who is responsible is also the sponsor; whether an observational study "
    "that is not called a registry was said to be none; without headings the level of an outcome",
    Rendering.LABELLED_PAGE: "where one condition ends and the next begins",
    Rendering.UNLABELLED_PAGE: "one age or one date alone; `OTHER` in the design of an observational study; the role "
    "of a sponsor, where there are several; the division of groups and interventions, where lines do not repeat",
}
CUT = (
    "On the unlabelled page the first block under each section's title is gone as well: the first paragraph of a text, "
    "the first item of a numbered list (the reader says which numbers are missing), and what stood on label lines: "
    "types of arms and interventions, state of sites, roles of sponsors."
)


def lost() -> dict[Rendering, dict[str, Iterable[str]]]:
    """What each rendering does not hold, by circumstance."""
    beside = [f"{path}[].{name}" for path, names in flat.NOT_HELD_BESIDE.items() for name in names]
    lists = {way: path for way, (path, _) in xml.LISTS.items()}
    of_items = [f"{lists[way]}[].{name}" for way, names in xml.LOST_BESIDE.items() for name in names]
    legacy = {"always": (*flat.NOT_HELD, *beside)}
    return {
        Rendering.LEGACY_XML: {"always": (*xml.LOST, *of_items, "contactsLocationsModule.locations[].geoPoint")},
        Rendering.LEGACY_FLAT_JSON: {
            **legacy,
            "results": ("resultsSection",),
            "not asked for": ("every field that the query did not name",),
        },
        Rendering.LEGACY_FULL_JSON: {**legacy, "results": ("resultsSection",)},
        Rendering.CSV_EXPORT: {
            "always": [p for p in csv_cells.LOST if p not in csv_cells.EVERY],
            "without its column": csv_cells.EVERY,
        },
        Rendering.CLASSIC_PAGE: {"always": classic.NEVER_SHOWN, "without its headings": classic.UNDER_HEADINGS},
        Rendering.LABELLED_PAGE: {"always": explorer.NEVER_SHOWN},
        Rendering.UNLABELLED_PAGE: {
            "always": explorer.NEVER_SHOWN,
            "where nothing stands in the section": [path for paths in explorer.FILLED_BY.values() for path in paths],
        },
    }


def by_module(paths: Iterable[str]) -> str:
    """Paths as text, those of one module together."""
    modules: dict[str, list[str]] = {}
    for path in dict.fromkeys(paths):
        module, _, rest = path.partition(".")
        modules.setdefault(module, []).append(rest)
    whole = [f"`{module}`" if "" in rests else f"`{module}`: {', '.join(rests)}" for module, rests in modules.items()]
    return "; ".join(whole)


def page() -> str:
    """The whole page."""
    text = HEAD + "".join(f"| {r.value} | {SEVERAL[r][0]} | {SEVERAL[r][1]} |\n" for r in Rendering)
    tables = lost()
    for rendering in Rendering:
        text += f"\n## {rendering.value[0].upper() + rendering.value[1:]}\n\n"
        match rendering:
            case Rendering.V2_JSON | Rendering.PYTHON_LITERAL:
                text += "Loses nothing. What the data model does not know is kept under its own path.\n"
                continue
            case Rendering.SAVED_HTML:
                text += "Its visible text is read as the page that it is, and loses what that page loses. "
                text += "Scripts never run; nothing is fetched.\n"
                continue
        for when, paths in tables[rendering].items():
            shown = by_module(paths) if when != "not asked for" else next(iter(paths))
            text += f"- lost, {when}: {shown}\n"
        if rendering in AMBIGUOUS:
            text += f"- ambiguous: {AMBIGUOUS[rendering]}\n"
        if rendering is Rendering.UNLABELLED_PAGE:
            text += f"\n{CUT}\n"
    return text


def main() -> None:
    """Write the page, or check it."""
    if "--check" in sys.argv:
        if PAGE.read_text(encoding="utf-8") != page():
            sys.exit("docs/reference/renderings.md is out of date: run `python docs/build_renderings.py`")
        return
    PAGE.write_text(page(), encoding="utf-8")


if __name__ == "__main__":
    main()
