"""Searches a registry: words ranked by BM25 over weighted fields, filters, counts by field, and snippets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import UsageError
from trialwright.registry.filters import Filters
from trialwright.registry.snippets import Piece, Snippet, marked, snippet
from trialwright.registry.stats import counted_among
from trialwright.registry.texts import NARROW
from trialwright.registry.words import Words, parse

if TYPE_CHECKING:
    from trialwright.registry.store import Registry

FACETS = (
    "phases",
    "status",
    "study_type",
    "intervention_types",
    "conditions",
    "countries",
    "sex",
    "allocation",
    "primary_purpose",
    "masking",
    "sponsor_class",
    "design",
    "routes",
    "rules_fired",
)
_MOST_VALUES = 10
MANY = 4000
"""Matches beyond which only those are ranked that have the words where a record says what it is about."""
_RANKED_IN = (NARROW, ("codes", "title"))


@dataclass(frozen=True, slots=True)
class Hit:
    """One record of the answer. `row`: its facts; `score`: BM25, higher is better, None where no words were given."""

    row: dict[str, Any]
    score: float | None
    title: tuple[Piece, ...]
    snippet: Snippet | None


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a search.

    `total`: how many records there are, of which `hits` are the first; `facets`: how many of them have each value of a
    field; `some_words`: no record has all the words, these have some; `notes`: what a person should know of the answer.
    """

    hits: tuple[Hit, ...]
    total: int
    facets: dict[str, dict[str | None, int]] = field(default_factory=dict)
    some_words: bool = False
    notes: tuple[str, ...] = ()


class Search:
    """Searches one registry again and again; the text index is brought up to date once, when it is made."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._index = registry.text_index()
        self._index.leave_out(registry.ids("SELECT DISTINCT id FROM superseded").tolist())
        self._newest = registry.newest()

    def __call__(
        self, text: str = "", filters: Filters | None = None, *, most: int = 10, facets: bool = False
    ) -> Found:
        """The records that have all the words, or some where none has all, and pass the filters; best first.

        Without words, those updated last come first. Never raises for the text; raises UsageError for a filter that
        cannot be (REG-010) or that needs `registry compile` (REG-011).
        """
        filters = filters or Filters()
        words = parse(text)
        wanted = self._wanted(filters)
        notes = [f"{words.ignored} words beyond the first 40 were not looked for"] if words.ignored else []
        if filters.derived() and (missing := self._not_compiled()):
            notes.append(f"{missing} records are not compiled, so that filters on the drafted protocol leave them out")
        if not words.groups:
            return self._without_words(words, wanted, most, facets, notes)
        expression, some = words.all_of(), False
        ids = self._matching(expression, words, wanted)
        if not len(ids) and len(words.groups) > 1:
            expression, some = words.any_of(), True
            ids = self._matching(expression, words, wanted)
        ranked = self._ranked(expression, words, wanted, ids, most, notes)
        hits = tuple(self._hit(number, words, score) for number, score in ranked)
        return Found(hits, len(ids), self._facets(ids) if facets else {}, some and bool(len(ids)), tuple(notes))

    def _wanted(self, filters: Filters) -> Any:
        """A byte for each id, 1 where the filters let it through; None where there are none."""
        import numpy as np

        if not filters.given():
            return None
        if filters.derived() and not self._registry.query("SELECT count(*) AS n FROM compiled")[0]["n"]:
            raise UsageError(
                "REG-011",
                "no record of this registry is compiled, and a filter asks something of the drafted protocol",
                expected="a registry on which `trialwright registry compile` was run",
                mend="run it once; it goes on where it was, and takes only what is new",
            )
        where, values = filters.where()
        joined = "trials JOIN compiled USING (id)" if filters.derived() else "trials"
        ids = self._registry.ids(f"SELECT id FROM {joined} WHERE {where}", values)
        wanted = np.zeros(self._newest + 1, dtype=np.uint8)
        wanted[ids] = 1
        return wanted

    def _not_compiled(self) -> int:
        rows = self._registry.query("SELECT count(*) AS n FROM trials WHERE id NOT IN (SELECT id FROM compiled)")
        return int(rows[0]["n"])

    def _matching(self, expression: str, words: Words, wanted: Any) -> Any:
        """The ids that match and are wanted, as an array."""
        import numpy as np

        expression = _less(expression, words)
        ids = np.array(self._index.matches(expression), dtype=np.int64)
        return ids if wanted is None or not len(ids) else ids[wanted[ids] == 1]

    def _ranked(
        self, expression: str, words: Words, wanted: Any, ids: Any, most: int, notes: list[str]
    ) -> list[tuple[int, float]]:
        mask = None if wanted is None else wanted.tobytes()
        count, asked = len(ids), _less(expression, words)
        for columns in _RANKED_IN:
            if count <= MANY:
                break
            within = _less(f"{{{' '.join(columns)}}} : ({expression})", words)
            narrower = self._matching(f"{{{' '.join(columns)}}} : ({expression})", words, wanted)
            if len(narrower) < most:
                break
            count, asked = len(narrower), within
        if asked != _less(expression, words):
            notes.append(
                f"of {len(ids)} records, the {count} with the words in their title, conditions or so are ranked"
            )
        return self._index.ranked(asked, mask, most)

    def _without_words(self, words: Words, wanted: Any, most: int, facets: bool, notes: list[str]) -> Found:
        import numpy as np

        ids = self._registry.ids("SELECT id FROM trials ORDER BY updated DESC NULLS LAST, id DESC")
        if wanted is not None:
            ids = ids[wanted[ids] == 1]
        if words.without:
            ids = ids[~np.isin(ids, np.array(self._index.matches(words.excluded()), dtype=np.int64))]
        hits = tuple(self._hit(number, words, None) for number in ids[:most].tolist())
        return Found(hits, len(ids), self._facets(ids) if facets else {}, False, tuple(notes))

    def _hit(self, number: int, words: Words, score: float | None) -> Hit:
        row, texts = self._index.shown(number)
        return Hit(row, score, marked(row["title"] or "", words), snippet(texts, words))

    def _facets(self, ids: Any) -> dict[str, dict[str | None, int]]:
        """The commonest values of each field among the records, with how many have each."""
        return {name: counts for name in FACETS if (counts := counted_among(self._registry, ids, name, _MOST_VALUES))}


def _less(expression: str, words: Words) -> str:
    """The expression without what may not be there."""
    return f"({expression}) NOT ({words.excluded()})" if words.without else expression
