"""What a criterion answers for one patient: the tree from its leaves up, in three-valued logic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set

from trialwright.protocol.eligibility.compiled import Compiled
from trialwright.protocol.eligibility.tree import (
    And,
    AtLeast,
    Compare,
    Consent,
    Defined,
    Exposure,
    Expression,
    Implies,
    Judgement,
    Leaf,
    Missing,
    Not,
    Or,
    Ordinal,
    Present,
    Result,
    Sex,
    children,
    leaves,
)
from trialwright.screen.person import Person
from trialwright.screen.plain.facts import has
from trialwright.screen.plain.grades import graded, resulted
from trialwright.screen.plain.kleene import Answer, at_least, contrary, every, some
from trialwright.screen.plain.measures import compare

Said = Callable[[Leaf, str], Answer]
"""What a leaf answers; the text is the name of its column of answers where it is a judgement."""


def answer(compiled: Compiled, person: Person, complete: Set[str] = frozenset()) -> Answer:
    """What the words of a criterion come to for a patient: True, False, or None for unknown.

    True admits for an inclusion and excludes for an exclusion. `complete`: keys whose absence means no, also of every
    narrower thing. A person's answers to judgements count as those of the patient's `answers`.
    """
    whole = frozenset(complete)
    return combined(
        compiled.expression, places_of(compiled), lambda leaf, place: leaf_answer(leaf, person, whole, place)
    )


def places_of(compiled: Compiled) -> Iterator[str]:
    """The name of the answer to each leaf in order; only judgements have one: the criterion's id, with a number where
    it asks several."""
    asked = sum(isinstance(leaf, Judgement) for leaf in leaves(compiled.expression))
    number = 0
    for leaf in leaves(compiled.expression):
        number += isinstance(leaf, Judgement)
        yield "" if not isinstance(leaf, Judgement) else compiled.id if asked == 1 else f"{compiled.id}.{number}"


def combined(tree: Expression, places: Iterator[str], said: Said) -> Answer:
    """The tree's answer by those of its leaves. Leaves are asked in order, each once; trees of any depth do."""
    waiting: list[tuple[Expression, bool]] = [(tree, False)]
    done: list[Answer] = []
    while waiting:
        node, ready = waiting.pop()
        beneath = children(node)
        if ready:
            held = done[-len(beneath) :]
            del done[-len(beneath) :]
            done.append(_joined(node, held))
        elif beneath:
            waiting.append((node, True))
            waiting += [(part, False) for part in reversed(beneath)]
        else:
            done.append(said(node, next(places)))  # type: ignore[arg-type]  # what has no children is a leaf
    return done.pop()


def _joined(node: Expression, answers: list[Answer]) -> Answer:
    match node:
        case And():
            return every(answers)
        case Or():
            return some(answers)
        case AtLeast(count=count):
            return at_least(count, answers)
        case Not():
            return contrary(answers[0])
        case Implies():
            return some([contrary(answers[0]), answers[1]])
        case Defined():
            return answers[0]
    raise TypeError(f"{type(node).__name__} has no parts")


def leaf_answer(leaf: Leaf, person: Person, complete: frozenset[str], place: str = "") -> Answer:
    """What a leaf answers; `place`: the name of the answer to a judgement."""
    match leaf:
        case Compare():
            return compare(leaf, person)
        case Ordinal():
            return graded(leaf, person)
        case Present() | Exposure():
            return has(leaf, person, complete)
        case Result():
            return resulted(leaf, person)
        case Sex(sex=sex):
            return None if person.sex is None else person.sex == sex
        case Consent(by=by):
            return _consented(by, person)
        case Judgement():
            return person.answers.get(place)
        case Missing():
            return None


def _consented(by: str | None, person: Person) -> Answer:
    given = person.consent
    if given is None and person.consent_date is not None:
        given = True
    other = by is not None and person.consent_by is not None and person.consent_by != by
    return False if given is True and other else given
