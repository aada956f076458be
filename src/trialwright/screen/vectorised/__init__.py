"""Compiled criteria answered for a whole cohort at once: polars expressions with Kleene's nulls.

A patient's answer is True, False or null (unknown). The plain evaluator answers the same of one patient and explains.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from trialwright.protocol.eligibility.lexicon import loading
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
    Missing,
    Not,
    Or,
    Ordinal,
    Present,
    Result,
    Sex,
    leaves,
)
from trialwright.screen.cohort import Cohort
from trialwright.screen.vectorised.ages import aged
from trialwright.screen.vectorised.facts import has, takes
from trialwright.screen.vectorised.frames import Frames, IsA, all_of, any_of
from trialwright.screen.vectorised.measures import compared, graded, resulted
from trialwright.screen.vectorised.windows import NULL


def answers(expressions: Mapping[str, Expression], cohort: Cohort, is_a: IsA = loading.is_a) -> pl.DataFrame:
    """A Boolean column for each expression, named by its criterion: whether it holds for each patient, null = unknown.

    `is_a`: whether one key is another or a kind of it; that of the lexicon unless a test brings its own.
    """
    frames = Frames(cohort, is_a)
    frames.prepare(expressions.values(), _key_of_words)
    columns = []
    for name, expression in expressions.items():
        asked = iter(_answer_columns(name, expression))
        columns.append(_evaluated(expression, frames, asked).alias(name))
    if not columns:
        return pl.DataFrame()
    spread = [pl.repeat(None, pl.len(), dtype=pl.Boolean).alias("#length"), *columns]
    return frames.wide.lazy().select(spread).drop("#length").collect()


def _evaluated(node: Expression, frames: Frames, asked: Iterator[str]) -> pl.Expr:
    match node:
        case And(parts=parts):
            return all_of(_evaluated(part, frames, asked) for part in parts)
        case Or(parts=parts):
            return any_of(_evaluated(part, frames, asked) for part in parts)
        case AtLeast(count=count, parts=parts):
            return _at_least(count, [_evaluated(part, frames, asked) for part in parts])
        case Not(part=part):
            return ~_evaluated(part, frames, asked)
        case Implies(condition=condition, then=then):
            return ~_evaluated(condition, frames, asked) | _evaluated(then, frames, asked)
        case Defined(body=body):
            return _evaluated(body, frames, asked)
        case Compare(measure=measure):
            return aged(node) if measure.key == "age" else compared(node, frames)
        case Ordinal():
            return graded(node, frames)
        case Present():
            return has(node, frames)
        case Exposure():
            return takes(node, frames)
        case Result():
            return resulted(node, frames)
        case Sex(sex=sex):
            return pl.col("sex") == sex
        case Consent(by=by):
            return _consented(by)
        case Judgement():
            return frames.answer(next(asked))
        case Missing():
            return NULL


def _at_least(count: int, parts: list[pl.Expr]) -> pl.Expr:
    """True where enough parts hold, False where too few can."""
    sure = pl.sum_horizontal([part.fill_null(False).cast(pl.Int32) for part in parts])
    possible = pl.sum_horizontal([part.fill_null(True).cast(pl.Int32) for part in parts])
    return (sure >= count) | ((possible >= count) & NULL)


def _consented(by: str | None) -> pl.Expr:
    given = pl.col("consent").fill_null(pl.col("consent_date").is_not_null() | NULL)
    if by is None:
        return given
    return pl.when(given).then((pl.col("consent_by") == by).fill_null(True)).otherwise(given)


def _answer_columns(name: str, expression: Expression) -> list[str]:
    """The columns that answer the judgements of a criterion, in order."""
    count = sum(isinstance(leaf, Judgement) for leaf in leaves(expression))
    return [name] if count == 1 else [f"{name}.{place}" for place in range(1, count + 1)]


def _key_of_words(words: str) -> str:
    """The key of the thing that the words of an anchor name: the lexicon's id, or else the words."""
    wanted = loading.spelling_key(words)
    for spelling, entry in loading.lexicon().spellings:
        if loading.spelling_key(spelling) == wanted:
            return entry.id
    return " ".join(words.lower().split())


__all__ = ["answers"]
