"""The stretch of a record's text that shows best why a search found it, with the words marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from trialwright.registry.texts import FIELDS, code
from trialwright.registry.words import Term, Words, folded

LENGTH = 200
_LOOKED_AT = 12
_TOKEN = re.compile(r"[^\W_]+(?:[-‐‑–./+][^\W_]+)*")
_RUN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text, and whether it is what was searched for."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Snippet:
    """A stretch of one field's text, in pieces that make it up."""

    field: str
    pieces: tuple[Piece, ...]


def marked(text: str, words: Words) -> tuple[Piece, ...]:
    """The whole text in pieces."""
    return tuple(_pieces(text, sorted(_spans(text, _terms(words)))))


def snippet(texts: tuple[str, ...], words: Words) -> Snippet | None:
    """The stretch of a study's texts, given in the order of `FIELDS`, with the most of the words in it, or None.

    The title is left to `marked`; codes stand in their own fields and are not shown twice.
    """
    terms = _terms(words)
    best: tuple[int, str, str] | None = None
    for field, text in zip(FIELDS, texts, strict=True):
        if field in ("codes", "title") or not text:
            continue
        for window in _windows(text, terms):
            count = len({place for _, _, place in _spans(window, terms)})
            if count and (best is None or count > best[0]):
                best = (count, field, window)
        if best is not None and best[0] == len(terms):
            break
    if best is None:
        return None
    return Snippet(best[1], tuple(_pieces(best[2], sorted(_spans(best[2], terms)))))


def _terms(words: Words) -> list[Term]:
    return [term for group in words.groups for term in group]


def _windows(text: str, terms: Sequence[Term]) -> Iterator[str]:
    """Stretches that begin shortly before a word that is looked for, cut between words."""
    heads = {re.escape((term.code or term.words[0])[:3]) for term in terms}
    if not heads:
        return
    low = folded(text)
    after = 0
    for number, found in enumerate(re.finditer(rf"(?<![^\W_])(?:{'|'.join(sorted(heads))})", low)):
        if number >= _LOOKED_AT:
            return
        if found.start() < after:
            continue
        start = max(found.start() - LENGTH // 4, 0)
        start = low.find(" ", start, found.start()) + 1 or start if start else 0
        end = min(start + LENGTH, len(text))
        if end < len(text):
            end = max(low.rfind(" ", start, end), found.end())
        after = end
        yield ("… " if start else "") + " ".join(text[start:end].split()) + (" …" if end < len(text) else "")


def _spans(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int, int]]:
    """Where each term stands: start, end, and which term it is."""
    low = folded(text)
    runs = [(found.start(), found.end(), found.group()) for found in _RUN.finditer(low)]
    for place, term in enumerate(terms):
        if term.code is not None:
            for found in _TOKEN.finditer(text):
                own = code(found.group())
                if own is not None and (own.startswith(term.code) if term.prefix else own == term.code):
                    yield found.start(), found.end(), place
        if term.code is None or term.words[0][:1].isdigit():
            yield from ((*span, place) for span in _phrases(runs, term))


def _phrases(runs: Sequence[tuple[int, int, str]], term: Term) -> Iterator[tuple[int, int]]:
    variants = term.variants()
    for first in range(len(runs) - len(term.words) + 1):
        there = [run[2] for run in runs[first : first + len(term.words)]]
        for words in variants:
            same = there[:-1] == list(words[:-1])
            if same and (there[-1] == words[-1] or (term.prefix and there[-1].startswith(words[-1]))):
                yield runs[first][0], runs[first + len(term.words) - 1][1]
                break


def _pieces(text: str, spans: Iterable[tuple[int, int, int]]) -> Iterator[Piece]:
    reached = 0
    for start, end, _ in spans:
        if start < reached:
            continue
        if start > reached:
            yield Piece(text[reached:start], False)
        yield Piece(text[start:end], True)
        reached = end
    if reached < len(text):
        yield Piece(text[reached:], False)
