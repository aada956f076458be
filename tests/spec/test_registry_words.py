"""What is typed into a search, and what is looked for: a table."""

import pytest

from trialwright.registry.words import parse

TABLE = [
    # typed, groups of terms (words, or a code between < and >), what may not be there
    ("covid", [["covid"]], []),
    ("stem cells", [["stem"], ["cells"]], []),
    ('"stem cells"', [["stem cells"]], []),
    ('"stem cells', [["stem cells"]], []),
    ("ards OR sepsis lung", [["ards", "sepsis"], ["lung"]], []),
    ("OR ards OR", [["ards"]], []),
    ("lung -child", [["lung"]], ["child"]),
    ('lung -"new born"', [["lung"]], ["new born"]),
    ("-child", [], ["child"]),
    ("UC-MSC", [["uc msc"]], []),
    ("ABC-101", [["<abc101>"]], []),
    ("ABC101", [["<abc101>"]], []),
    ("ABC-101B", [["<abc101b>"]], []),
    ("abc-10*", [["<abc10*>"]], []),
    ("mesench*", [["mesench*"]], []),
    ("title:lung", [["title=lung"]], []),
    ("Title:lung", [["title=lung"]], []),
    ("ratio:lung", [["ratio lung"]], []),
    ("Sjögren", [["sjogren"]], []),
    ("lung AND NOT sepsis", [["lung"]], ["sepsis"]),
    ("NEAR(lung, 3)", [["near"], ["lung"], ["3"]], []),
    ("1 × 10^6", [["1"], ["10"], ["6"]], []),
    ("", [], []),
    ("  \t ", [], []),
    ("'\"()*:^{}-+~\\", [], []),
    ("--child", [["child"]], []),
]


def plain(term):
    """A term as the table writes it."""
    star = "*" if term.prefix else ""
    if term.code:
        return f"<{term.code}{star}>"
    return (f"{term.field}=" if term.field else "") + " ".join(term.words) + star


@pytest.mark.parametrize(("typed", "groups", "without"), TABLE, ids=[repr(row[0]) for row in TABLE])
def test_what_is_typed(typed, groups, without):
    words = parse(typed)
    assert [[plain(term) for term in group] for group in words.groups] == groups
    assert [plain(term) for term in words.without] == without


def test_of_very_many_words_the_first_are_looked_for_and_the_rest_is_counted():
    words = parse(" ".join(f"word{n}" for n in range(100_000)))
    assert len(words.groups) == 40
    assert words.ignored == 100_000 - 40
