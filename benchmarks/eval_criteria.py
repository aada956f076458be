"""Scores the criteria compiler against annotated lines: `python -m benchmarks.eval_criteria [--gold PATH] [--errors]`.

What is right. A constraint of the gold is found where, in the tree of its line, leaves of its role state every one of
its bounds: the same number (a Roman numeral or a number word is its number, an age is taken in years), on the same
side, strict or inclusive as the gold's operator says; where the gold names no operator, the number alone. The unit
must be the same after both are spelled canonically, each part of it that the gold gives; where the gold gives none,
none is demanded, and one of ours must stand in the line. The variable must share a word with the gold's entity, be the
same thing of the lexicon, or have been read, with whatever leaf, from a stretch that the entity stands in, whole or in
part; an age needs no name. A leaf of ours is right where every bound of it belongs to a constraint of the gold with
that variable and unit (under a negation, of the contrary bounds: see `stated`); all other leaves are false, also those
on words that the gold left unmarked. `≥ 18 and < 65` as one interval or as two bounds is the same. Roles are not
exchanged, save that a level of a scale may be `observation` or `stage` in the gold, and that how often a thing
happens (`3 times a week`), for which the gold has no role of its own and uses several, may be `observation`, `count`
or `temporality` there. Left out of the gold: its modifiers of other constraints, and counts of criteria (`one of
these`).

Two halves: studies are split by a hash of their number; errors are shown of one half only, and both are reported.

A constraint that stands in the text and that the annotators left out, or marked otherwise, counts as false like a
wrong one. How many of the false ones are of that kind is printed apart, from the file `criteria_judgements.csv` beside
this module: a statement of ours, as a hash of it and its line, and whether one of the compiler's makers, no independent
judge, found it `right` (the text says so) or `wrong` on reading the line. Only statements on the half that may be
looked at can be judged so. No figure of the table depends on that file.

Two slips of the annotation are undone before anything is compared, for they say nothing about a reading: the `10` of
`4/10` is the length of a scale and no unit, and the `109` of `40 × 109/L` is a power of ten that lost its raised digit
and no second number. Slips that change what is stated (a wrong side, a bound left unmarked) stay and cost both figures.
"""

from __future__ import annotations

import argparse
import csv
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path

from benchmarks.criteria_gold import ROLES, Bound, Line, Statement, asks, read_gold, stated, units_in, value_of
from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.grammar.tokens import tokens_of
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.lexicon.loading import is_a, lexicon
from trialwright.protocol.eligibility.lines import lines_of, unescape

JUDGEMENTS = Path(__file__).with_name("criteria_judgements.csv")
TOLERANCE = Decimal("0.000001")
ALLOWED = {
    "observation": {"observation", "level", "frequency"},
    "stage": {"level", "observation"},
    "count": {"count", "frequency"},
    "temporality": {"temporality", "frequency"},
}
TIMES = frozenset(("temporality", "duration"))


@dataclass
class Score:
    """Counts of one role: constraints of the gold and found ones; statements of ours, right ones, and those on words
    that the gold marked."""

    gold: int = 0
    found: int = 0
    ours: int = 0
    right: int = 0
    marked: int = 0

    def add(self, other: Score) -> None:
        """Adds the counts of another."""
        for name in ("gold", "found", "ours", "right", "marked"):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def recall(self) -> float:
        """Found of the gold's constraints; NaN without any."""
        return self.found / self.gold if self.gold else float("nan")

    @property
    def precision(self) -> float:
        """Right of our statements; NaN without any."""
        return self.right / self.ours if self.ours else float("nan")


@dataclass
class Tally:
    """The scores of a half of the gold: by role, by section, and what became of each missing or false constraint."""

    lines: int = 0
    unscored: int = 0
    roles: dict[str, Score] = field(default_factory=lambda: {role: Score() for role in ROLES})
    sections: dict[str, Score] = field(default_factory=dict)
    silent: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    either_time: Score = field(default_factory=Score)
    judged: Counter[str] = field(default_factory=Counter)

    @property
    def times_as_one(self) -> Score:
        """All roles together, windows and durations scored as one role."""
        out = Score()
        for role, score in self.roles.items():
            out.add(score if role not in TIMES else Score())
        out.add(self.either_time)
        return out

    @property
    def total(self) -> Score:
        """All roles together."""
        out = Score()
        for score in self.roles.values():
            out.add(score)
        return out


@dataclass
class Judged:
    """A line with its statements: `missing` of the gold, `false` of ours, and whether each false one stands on words
    that the gold marked."""

    line: Line
    missing: list[Statement]
    false: list[tuple[Statement, bool]]
    ours: list[Statement]


def item_text(text: str) -> str:
    """The text of a line without its bullet or number."""
    found = lines_of(text)
    if len(found) != 1 or found[0].heading is not None:
        return unescape(text.strip())
    return unescape(text[found[0].content : found[0].end])


def item_start(text: str) -> int:
    """Where the text of a line begins behind its bullet or number."""
    return text.find(item_text(text)[:20])


def moved(one: Statement, offset: int) -> Statement:
    """A statement of ours with its places counted from the start of the line."""
    return replace(one, places=tuple((first + offset, last + offset) for first, last in one.places))


def judge(line: Line, tally: Tally) -> Judged:
    """Compiles a line, scores it into the tally, and gives what was missing and false."""
    section = Section(line.section)
    tree = compile_text(item_text(line.text), section).expression
    ours = [moved(one, item_start(line.text)) for one in stated(tree)]
    there = units_in(line.text)
    tally.lines += 1
    tally.unscored += line.unscored
    area = tally.sections.setdefault(line.section, Score())
    judged = Judged(line, [], [], ours)
    for wanted in line.gold:
        found = all(any(_states(one, wanted, bound, there) for one in ours) for bound in wanted.bounds) or any(
            _spans(one, wanted) for one in ours
        )
        score = Score(gold=1, found=int(found))
        tally.roles[wanted.role].add(score)
        area.add(score)
        if not found:
            judged.missing.append(wanted)
            tally.reasons[f"missing: {_reason(wanted, ours, there)}"] += 1
            tally.silent[f"{line.section} {'asked' if asks(tree) else 'silent'}"] += 1
    for one in ours:
        role, right = _right(one, line.gold, there)
        marked = right or _marked(one, line)
        score = Score(ours=1, right=int(right), marked=int(marked))
        tally.roles[role].add(score)
        area.add(score)
        if not right:
            judged.false.append((one, marked))
            tally.judged[judgements().get(judgement_key(line, one), "not judged")] += 1
            other = _turned(one, line.gold, there) if marked else "the gold marks nothing on these words"
            tally.reasons[f"false: {other}"] += 1
    _pooled_time(line, ours, there, tally)
    return judged


def judgement_key(line: Line, one: Statement) -> str:
    """A statement on a line, as the file of judgements has it."""
    return sha256(f"{line.study}|{line.text}|{one.shown}".encode()).hexdigest()[:16]


@cache
def judgements() -> dict[str, str]:
    """What a reader found of false statements: `right` or `wrong` by their key; empty without the file."""
    if not JUDGEMENTS.is_file():
        return {}
    with JUDGEMENTS.open(encoding="utf-8", newline="") as rows:
        return {row["key"]: row["verdict"] for row in csv.DictReader(rows)}


def _right(one: Statement, gold: Iterable[Statement], there: frozenset[str]) -> tuple[str, bool]:
    """The role that a statement of ours counts under, and whether the gold bears all of it."""
    role = "stage" if one.role == "level" and one.ids & {"stage", "grade"} else one.role
    role = "observation" if role in {"level", "frequency"} else role
    near = [wanted for wanted in gold if _comparable(one, wanted, there)]
    if near and one.role in {"level", "frequency"}:
        role = near[0].role
    right = any(
        bool(bounds)
        and all(
            any(_same(bound, other) for wanted in near for other in wanted.bounds) or any(_spans(one, w) for w in near)
            for bound in bounds
        )
        for bounds in (one.bounds, one.contrary)
    )
    return role, right


def _states(one: Statement, wanted: Statement, bound: Bound, there: frozenset[str]) -> bool:
    return _comparable(one, wanted, there) and any(_same(other, bound) for other in (*one.bounds, *one.contrary))


def _comparable(one: Statement, wanted: Statement, there: frozenset[str]) -> bool:
    """Whether role, variable and unit agree."""
    if one.role not in ALLOWED.get(wanted.role, {wanted.role}):
        return False
    if wanted.role == "age":
        return True
    return _alike(one, wanted) and _units_agree(one, wanted, there)


def _reason(wanted: Statement, ours: Iterable[Statement], there: frozenset[str]) -> str:
    """In what the closest statement of ours differs from a constraint of the gold that was not found."""
    near = [one for one in ours if any(_same_value(a, b) for a in one.bounds for b in wanted.bounds)]
    if not near:
        return "its number is in no leaf"
    return _difference([(one, wanted) for one in near], there)


def _turned(one: Statement, gold: Iterable[Statement], there: frozenset[str]) -> str:
    """In what a false statement of ours differs from the closest constraint of the gold."""
    near = [wanted for wanted in gold if any(_same_value(a, b) for a in one.bounds for b in wanted.bounds)]
    return (
        _difference([(one, wanted) for wanted in near], there) if near else "its number is in no constraint of the gold"
    )


def _difference(pairs: list[tuple[Statement, Statement]], there: frozenset[str]) -> str:
    pairs = [pair for pair in pairs if pair[0].role in ALLOWED.get(pair[1].role, {pair[1].role})]
    if not pairs:
        return "under another role"
    pairs = [(one, wanted) for one, wanted in pairs if wanted.role == "age" or _alike(one, wanted)]
    if not pairs:
        return "with another variable"
    if not any(wanted.role == "age" or _units_agree(one, wanted, there) for one, wanted in pairs):
        return "with another unit"
    return "on another side, strict for inclusive, or with another second bound"


def _same_value(ours: Bound, gold: Bound) -> bool:
    return _same(Bound(ours.value, None, None), Bound(gold.value, None, None))


def _alike(one: Statement, wanted: Statement) -> bool:
    """Whether the variables share a word or a thing of the lexicon, or one is a kind of the other."""
    if one.words & wanted.words or one.ids & wanted.ids:
        return True
    if any(a < last and first < b for a, b in one.places for first, last in wanted.places):
        return True
    known = lexicon().entries
    return any(
        a in known and b in known and (is_a(a, b) or is_a(b, a)) for a in one.ids for b in wanted.ids
    ) or _pressures(one, wanted)


def _pressures(one: Statement, wanted: Statement) -> bool:
    both = one.ids | wanted.ids
    return "blood-pressure" in both and bool(both & {"systolic-blood-pressure", "diastolic-blood-pressure"})


def _units_agree(one: Statement, wanted: Statement, there: frozenset[str]) -> bool:
    if wanted.limited and not one.limited:
        return False
    demanded = {unit for unit in wanted.units if unit not in one.words}
    if one.percent:
        demanded -= {"%"}
    if demanded:
        return demanded <= one.units or {unit.rstrip("s") for unit in demanded} <= {
            unit.rstrip("s") for unit in one.units
        }
    return one.units <= there | {"minute", "hour", "second", "U", "mU", "uU", "kU", "1"} or one.role in TIMES


def _same(ours: Bound, gold: Bound) -> bool:
    if gold.side is not None and ours.side is not None and ours.side != gold.side:
        return False
    if gold.inclusive is not None and ours.inclusive is not None and ours.inclusive != gold.inclusive:
        return False
    if isinstance(ours.value, Decimal) and isinstance(gold.value, Decimal):
        return abs(ours.value - gold.value) <= TOLERANCE
    if isinstance(ours.value, str) and isinstance(gold.value, str) and "-" in ours.value:
        return _same_date(ours.value, gold.value)
    return str(ours.value) == str(gold.value)


def _same_date(iso: str, words: str) -> bool:
    """Whether the year of an ISO date stands in the words of the gold."""
    return iso[:4] in words


def _spans(one: Statement, wanted: Statement) -> bool:
    """Whether levels that the gold lists one by one (`I, II, III`) are the range of ours."""
    if one.role != "level" or wanted.role not in ALLOWED or len(wanted.bounds) < 3 or not _alike(one, wanted):
        return False
    values = [bound.value for bound in wanted.bounds if isinstance(bound.value, Decimal)]
    mine = [bound.value for bound in one.bounds]
    return len(values) == len(wanted.bounds) and len(mine) == 2 and mine == [min(values), max(values)]


def _marked(one: Statement, line: Line) -> bool:
    """Whether a number of the statement stands on words that the gold marked as a comparison."""
    tokens = tokens_of(line.text)
    values = {bound.value for bound in one.bounds}
    for index in range(len(tokens)):
        value = tokens.value[index]
        if (value if value is not None else value_of(tokens.word[index])) in values or (
            one.role == "age" and value is not None
        ):
            place = tokens.start[index]
            if any(first <= place < last for gold in line.gold for first, last in gold.marks):
                return True
    return False


def _pooled_time(line: Line, ours: list[Statement], there: frozenset[str], tally: Tally) -> None:
    """Scores windows and durations as one role, for the second figure."""

    def plain(statement: Statement) -> Statement:
        return replace(statement, role="temporality")

    mine = [plain(one) for one in ours if one.role in TIMES]
    gold = [plain(one) for one in line.gold if one.role in TIMES]
    for wanted in gold:
        found = all(any(_states(one, wanted, bound, there) for one in mine) for bound in wanted.bounds)
        tally.either_time.add(Score(gold=1, found=int(found)))
    for one in mine:
        tally.either_time.add(Score(ours=1, right=int(_right(one, gold, there)[1])))


def report(name: str, tally: Tally) -> None:
    """Prints the scores of a half."""
    print(f"\n{name}: {tally.lines} lines; {tally.unscored} annotations of other kinds left out")
    print(f"  {'':24} {'gold':>5} {'found':>6} {'recall':>7}   {'ours':>5} {'right':>6} {'precision':>9}")
    for role, score in tally.roles.items():
        _row(role, score)
    _row("all roles", tally.total)
    for section, score in sorted(tally.sections.items()):
        _row(f"  {section} lines", score)
    total = tally.total
    print("  second figures, easier than the first:")
    if total.marked:
        print(f"    precision on words that the gold marked as a comparison: {total.right / total.marked:.1%}")
    _row("    windows and durations as one role", tally.either_time)
    _row("    all roles, those two as one", tally.times_as_one)
    if tally.judged["right"]:
        said = total.right + tally.judged["right"]
        counts = ", ".join(f"{tally.judged[verdict]} {verdict}" for verdict in ("right", "wrong", "not judged"))
        print(f"    false ones, judged by the makers: {counts}; with the right ones {said / total.ours:.1%}")
    print("  how they differ:")
    for reason, count in sorted(tally.reasons.items(), key=lambda entry: (entry[0].split(":")[0], -entry[1])):
        print(f"    {count:4} {reason}")
    print("  which way the errors lead:")
    for section, missing, false in (("inclusion", "lets in", "shuts out"), ("exclusion", "shuts out", "lets in")):
        score = tally.sections.get(section, Score())
        quiet = tally.silent[f"{section} silent"]
        print(
            f"    {section}: {score.gold - score.found} missing ({missing} unless a person decides; {quiet} of them"
            f" where the tree asks nobody), {score.ours - score.right} false ({false})"
        )


def _row(name: str, score: Score) -> None:
    print(
        f"  {name:24} {score.gold:5} {score.found:6} {score.recall:7.1%}"
        f"   {score.ours:5} {score.right:6} {score.precision:9.1%}"
    )


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="Scores the criteria compiler against annotated lines.")
    corpus = os.environ.get("TRIALWRIGHT_CORPUS", "")
    parser.add_argument("--gold", type=Path, default=Path(corpus) / "criteria" / "lct_numeric_gold.dev.jsonl")
    parser.add_argument("--errors", action="store_true", help="also show the errors of the half that may be looked at")
    arguments = parser.parse_args()
    if not arguments.gold.is_file():
        raise SystemExit("no gold: set TRIALWRIGHT_CORPUS, or name the file with --gold")
    halves = {True: Tally(), False: Tally()}
    for line in read_gold(arguments.gold):
        judged = judge(line, halves[line.look])
        if arguments.errors and line.look and (judged.missing or judged.false):
            _show(judged)
    both = Tally()
    for tally in halves.values():
        both.lines += tally.lines
        both.unscored += tally.unscored
        both.silent.update(tally.silent)
        both.reasons.update(tally.reasons)
        both.either_time.add(tally.either_time)
        both.judged.update(tally.judged)
        for role, score in tally.roles.items():
            both.roles[role].add(score)
        for section, score in tally.sections.items():
            both.sections.setdefault(section, Score()).add(score)
    report("half that was looked at", halves[True])
    report("half that was only measured", halves[False])
    both.judged.clear()  # of one half only
    report("both halves", both)


def _show(judged: Judged) -> None:
    print(f"{judged.line.section[:3]} {judged.line.text.strip()}")
    for wanted in judged.missing:
        print(f"    missing  {wanted.shown}")
    for one, marked in judged.false:
        print(f"    false    {one.shown}{'' if marked else '   [gold marks nothing there]'}")


if __name__ == "__main__":
    main()
