"""What is still to be asked about a patient: the shortest list of questions, and the one to begin with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from typing import Any

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.lexicon.loading import entry
from trialwright.protocol.eligibility.needs import Need, needs
from trialwright.protocol.eligibility.tree import (
    AnchorKind,
    Compare,
    Dates,
    Judgement,
    Leaf,
    Missing,
    Ordinal,
    Reference,
    leaves,
)
from trialwright.screen.levels import places
from trialwright.screen.person import Person
from trialwright.screen.plain.answering import leaf_answer, places_of
from trialwright.screen.plain.deciding import UNDECIDED, favourable, verdict
from trialwright.screen.plain.quantities import NO_UNIT, pure, unit_of
from trialwright.screen.plain.shown import lacking_parts, missing
from trialwright.screen.plain.ways import Way, Ways, together, ways

LOST = "the record has lost it: a person must supply the criterion itself"
NO_SECTION = "the text does not say whether it admits or excludes: a person must say"
NO_DATA = "no data that are asked for could settle it in favour: a person must judge it as a whole"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to find out. `key`: what it is about (`creatinine`), for a judgement its text; `text`: the question in
    words; `needs`: the values that are not known; `criteria`: ids of the criteria that the answer bears on; `columns`:
    of a judgement, the columns of the patients' table that take the answer (`inclusion-4`, `inclusion-4.1`)."""

    key: str
    text: str
    needs: tuple[Need, ...]
    criteria: tuple[str, ...]
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Questions:
    """What to ask about one patient.

    `shortest`: the fewest questions whose answers could settle every open criterion in favour, apart from
    `unsettleable`; the one most likely to exclude stands first where it is among them. `first`: the question to begin
    with, None where no single answer excludes. `unsettleable`: by id, open criteria that no data can settle in favour,
    and why. `contrary`: ids of criteria each of which can be settled in favour, but not all by the same answers.
    `proven`: no shorter list exists; False where there were too many alternatives to look at all.
    """

    shortest: tuple[Question, ...]
    first: Question | None
    unsettleable: Mapping[str, str]
    contrary: tuple[str, ...]
    proven: bool

    def to_json(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "shortest": [asdict(question) for question in self.shortest],
            "first": None if self.first is None else self.first.key,
            "unsettleable": dict(self.unsettleable),
            "contrary": list(self.contrary),
            "proven": self.proven,
        }


def questions(criteria: Sequence[Compiled], person: Person, complete: Set[str] = frozenset()) -> Questions:
    """The questions to ask about a patient; empty where the verdict stands already.

    A question is about one thing - a measure, a condition, a drug, a judgement - and answers every leaf on that thing,
    in all criteria: it counts once. A list settles a criterion if there are answers to its leaves, none yes and no at
    once, that make an inclusion True and an exclusion False. Different leaves on one thing are taken to be free of each
    other: that no creatinine is both below 1 and above 2 is not looked at. The list is the shortest such list.

    The first question is the one whose single answer could exclude by the most open criteria, each on its own: without
    frequencies to go by, it is the answer with the most ways to end the screening. Data go before judgements, and then
    what stands earlier in the criteria.
    """
    whole = frozenset(complete)
    if verdict(criteria, person, whole).verdict != UNDECIDED:
        return Questions((), None, {}, (), True)
    stuck: dict[str, str] = {}
    found: dict[str, Ways] = {}
    admits: dict[str, tuple[Way, ...]] = {}
    excludes: dict[str, tuple[Way, ...]] = {}
    for each in criteria:
        wanted = favourable(each.criterion.section)
        if wanted is None:
            stuck[each.id] = NO_SECTION
            continue
        said = [
            leaf_answer(leaf, person, whole, place)
            for leaf, place in zip(leaves(each.expression), places_of(each), strict=True)
        ]
        found[each.id] = ways(each.expression, said, answerable)
        true, false, _ = found[each.id]
        admits[each.id], excludes[each.id] = (true, false) if wanted else (false, true)
        if not admits[each.id]:
            lost = any(isinstance(leaf, Missing) for leaf in leaves(each.expression))
            stuck[each.id] = LOST if lost else NO_DATA
    chosen, contrary, proven = _shortest({name: held for name, held in admits.items() if held})
    asked = _Asked(criteria, person, whole)
    first = _first(excludes, asked)
    wanted_keys = {subject(leaf) for leaf, _ in chosen}
    order = sorted(wanted_keys, key=lambda key: (key != first, asked.rank(key)))
    return Questions(
        tuple(map(asked.question, order)),
        None if first is None else asked.question(first),
        stuck,
        contrary,
        proven and all(each.whole for each in found.values()),
    )


def subject(leaf: Leaf) -> str:
    """What a question about a leaf is about: what its values are looked up by, or the text of a judgement."""
    return f"judgement: {' '.join(leaf.text.split())}" if isinstance(leaf, Judgement) else needs(leaf)[0].key


def answerable(leaf: Leaf, wanted: bool) -> bool:
    """Whether data, or a person, could ever give this answer to a leaf: not to what is lost, not how long a value has
    been so, and not where the criterion states no unit that a value could be compared in."""
    match leaf:
        case Missing() | Compare(reference=Reference.BASELINE):
            return False
        case Compare(lasting=lasting) if lasting is not None and wanted:
            return False
        case Compare(measure=measure, when=when) if measure.key == "age":
            if leaf.reference is not Reference.ABSOLUTE or isinstance(when, Dates):
                return False
            return when is None or all(anchor.kind is not AnchorKind.OTHER for anchor in when.anchors)
        case Compare(measure=measure, unit=unit, reference=Reference.ABSOLUTE):
            asked = unit_of(measure.key, unit)
            if pure(measure.key):
                return asked in NO_UNIT
            return asked is not None or entry(measure.key) is None
        case Ordinal(scale=scale, low=low, high=high):
            known = places(scale.key)
            return all(level is None or level.strip().lower() in known for level in (low, high))
    return True


def _shortest(admits: Mapping[str, tuple[Way, ...]]) -> tuple[Way, tuple[str, ...], bool]:
    """The answers to the fewest questions that settle all criteria; those that cannot be settled together; whether no
    shorter list exists. Criteria that share no question are looked at apart."""
    chosen: Way = frozenset()
    contrary: list[str] = []
    proven = True
    for group in _groups(admits):
        kept, whole = together(admits[name] for name in group)
        proven &= whole
        if not kept:
            contrary += group
            kept = (frozenset().union(*(_fewest(admits[name]) for name in group)),)
        chosen |= _fewest(kept)
    return chosen, tuple(contrary), proven


def _fewest(held: Iterable[Way]) -> Way:
    """The way with the fewest questions; among those the one that leaves least to judgement."""

    def cost(way: Way) -> tuple[int, int]:
        return len({subject(leaf) for leaf, _ in way}), sum(isinstance(leaf, Judgement) for leaf, _ in way)

    return min(held, key=cost)


def _groups(admits: Mapping[str, tuple[Way, ...]]) -> list[list[str]]:
    """The criteria in groups that share questions within, and none between."""
    groups: list[tuple[list[str], set[str]]] = []
    for name, held in admits.items():
        keys = {subject(leaf) for way in held for leaf, _ in way}
        joined = [group for group in groups if group[1] & keys]
        groups = [group for group in groups if not group[1] & keys]
        names = [other for group in joined for other in group[0]]
        groups.append(([*names, name], keys.union(*(group[1] for group in joined))))
    return [names for names, _ in groups]


def _first(excludes: Mapping[str, tuple[Way, ...]], asked: _Asked) -> str | None:
    ends: dict[str, set[str]] = {}
    for name, held in excludes.items():
        for way in held:
            keys = {subject(leaf) for leaf, _ in way}
            if len(keys) == 1:
                ends.setdefault(keys.pop(), set()).add(name)
    return min(ends, key=lambda key: (-len(ends[key]), asked.rank(key)), default=None)


class _Asked:
    """The unanswered leaves of all criteria, by what they are about."""

    __slots__ = ("_columns", "_leaves", "_missing", "_person")

    def __init__(self, criteria: Sequence[Compiled], person: Person, complete: frozenset[str]) -> None:
        self._leaves: dict[str, list[tuple[str, Leaf]]] = {}
        self._columns: dict[str, list[str]] = {}
        self._missing: dict[str, list[Need]] = {}
        self._person = person
        for each in criteria:
            for leaf, place in zip(leaves(each.expression), places_of(each), strict=True):
                if leaf_answer(leaf, person, complete, place) is None:
                    key = subject(leaf)
                    self._leaves.setdefault(key, []).append((each.id, leaf))
                    self._columns.setdefault(key, []).extend([place] if place else [])
                    self._missing.setdefault(key, []).extend(missing(leaf, person, complete) or needs(leaf))

    def rank(self, key: str) -> tuple[bool, int]:
        """Where a question stands: data before judgements, then as the criteria come."""
        return isinstance(self._leaves[key][0][1], Judgement), list(self._leaves).index(key)

    def question(self, key: str) -> Question:
        """The question about one thing."""
        # two criteria may call one thing by different words
        wanted = tuple({(need.key, need.unit): need for need in reversed(self._missing[key])}.values())[::-1]
        ids = tuple(dict.fromkeys(name for name, _ in self._leaves[key]))
        leaf = self._leaves[key][0][1]
        if isinstance(leaf, Judgement):
            said = [prompt for _, one in self._leaves[key] if isinstance(one, Judgement) for prompt in one.prompts]
            text = " – ".join((f"Is this true of the patient? {' '.join(leaf.text.split())}", *dict.fromkeys(said)))
        else:
            text = "; ".join(need.label + (f" ({need.unit})" if need.unit else "") for need in wanted)
            parts = lacking_parts(leaf, self._person)
            text += f"; or, to compute it: {', '.join(parts)}" if parts else ""
        return Question(key, text, wanted, ids, tuple(self._columns[key]))
