"""What a person types into a search, as an expression of the text index; no text that can be typed is an error."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from trialwright.registry.texts import FIELDS, code

MOST = 40
"""Terms of one search; further ones are not looked for, and the search says so."""
LONGEST = 60
_PIECE = re.compile(
    r"""(?P<minus>(?<!\S)-)?(?:(?P<field>[a-z]+):)?(?:"(?P<phrase>[^"]*)"?"""
    r"""|(?P<word>[^\W_]+(?:[-‐‑–./+][^\W_]+)*)(?P<prefix>\*)?)""",
    re.IGNORECASE,
)
_RUN = re.compile(r"[^\W_]+")
_PLAIN: dict[int, str] = {}
"""What each sign becomes, found out when it is first met."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: the words of it in their order, small and without accents; or a product `code`.

    `prefix`: the last word, or the code, is only a beginning. `field`: where alone it may stand, None for anywhere.
    """

    words: tuple[str, ...]
    code: str | None = None
    prefix: bool = False
    field: str | None = None

    def expression(self) -> str:
        """The term as an FTS5 expression; every word in it is quoted, so that none is taken for an operator."""
        star = " *" if self.prefix else ""
        phrases = [f'"{" ".join(each)}"{star}' for each in self.variants()]
        if self.code is not None:
            coded = f'codes : "{self.code}"{star}'
            phrases = [coded, *phrases] if self.words[0][:1].isdigit() else [coded]
        either = " OR ".join(phrases)
        if self.field is not None and self.code is None:
            return f"{self.field} : ({either})"
        return f"({either})"

    def variants(self) -> tuple[tuple[str, ...], ...]:
        """The words as they are, and with the last one in its other number: cell and cells."""
        *head, last = self.words
        if self.prefix or not last.isalpha() or len(last) < 3:
            return (self.words,)
        return tuple((*head, each) for each in numbers(last))


@dataclass(frozen=True, slots=True)
class Words:
    """A search in words: each group of terms must be met by one of its terms, none of `without` may be there.

    `ignored`: how many terms there were beyond the most that a search looks for.
    """

    groups: tuple[tuple[Term, ...], ...] = ()
    without: tuple[Term, ...] = ()
    ignored: int = 0

    def all_of(self) -> str:
        """The expression that every group must meet; empty where there is none."""
        return " AND ".join(f"({_either(group)})" for group in self.groups)

    def any_of(self) -> str:
        """The expression that one group at least must meet."""
        return " OR ".join(f"({_either(group)})" for group in self.groups)

    def excluded(self) -> str:
        """The expression of what may not be there; empty where nothing is excluded."""
        return _either(self.without)


def _either(terms: tuple[Term, ...]) -> str:
    return " OR ".join(term.expression() for term in terms)


def numbers(word: str) -> tuple[str, ...]:
    """A word in singular and plural, as far as an s tells.

    >>> numbers("cells"), numbers("injury"), numbers("sepsis")
    (('cells', 'cell'), ('injury', 'injuries'), ('sepsis',))
    """
    if word.endswith(("ss", "is", "us")):
        return (word,)
    if word.endswith("ies") and len(word) > 4:
        return (word, f"{word[:-3]}y")
    if word.endswith("y") and word[-2] not in "aeiou":
        return (word, f"{word[:-1]}ies")
    return (word, word[:-1]) if word.endswith("s") else (word, f"{word}s")


def folded(text: str) -> str:
    """The text in small letters without accents, as long as it was.

    >>> folded("Sjögren")
    'sjogren'
    """
    if text.isascii():
        return text.lower()
    for sign in set(text):
        if ord(sign) not in _PLAIN:
            made = unicodedata.normalize("NFD", sign)[0].lower()
            _PLAIN[ord(sign)] = made if len(made) == 1 else sign
    return text.translate(_PLAIN)


def parse(text: str) -> Words:
    """The search that a text asks for: words, "phrases", -excluded ones or those after NOT, alternatives joined by
    OR, beginnings with *, and `title:word` for one field.

    >>> parse('ards OR "lung injury" -child').all_of()
    '(("ards" OR "ard") OR ("lung injury" OR "lung injuries"))'
    """
    groups: list[list[Term]] = []
    without: list[Term] = []
    count = 0
    joined = negated = False
    for found in _PIECE.finditer(text):
        if found["word"] in ("OR", "NOT", "AND"):
            joined, negated = found["word"] == "OR" and bool(groups), found["word"] == "NOT"
            continue
        term = _term(found)
        if term is None:
            continue
        count += 1
        if count > MOST:
            continue
        if found["minus"] or negated:
            without.append(term)
        elif joined:
            groups[-1].append(term)
        else:
            groups.append([term])
        joined = negated = False
    return Words(tuple(tuple(group) for group in groups), tuple(without), max(count - MOST, 0))


def _term(found: re.Match[str]) -> Term | None:
    """The term of one piece; None where it holds no word."""
    given = found["phrase"] if found["phrase"] is not None else found["word"]
    words = tuple(folded(word)[:LONGEST] for word in _RUN.findall(given)[:MOST])
    if found["field"] and found["field"].lower() not in FIELDS:  # a colon in the text, not a field
        words = (folded(found["field"])[:LONGEST], *words)
        return Term(words, prefix=bool(found["prefix"])) if words else None
    if not words:
        return None
    field = found["field"].lower() if found["field"] else None
    coded = code(given) if found["phrase"] is None or len(given.split()) == 1 else None
    return Term(words, coded, bool(found["prefix"]), field)
