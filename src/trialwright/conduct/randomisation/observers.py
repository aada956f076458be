"""What an observer could predict of a randomisation: numbers, and the same in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from trialwright.conduct.randomisation.guessing_blocks import course, first_slots, knowing_sizes, long_run
from trialwright.conduct.randomisation.guessing_minimisation import guesses
from trialwright.conduct.randomisation.methods import Blocks, Minimisation, Simple
from trialwright.conduct.randomisation.spec import Specification
from trialwright.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Observer:
    """One kind of observer, and how often that one's guess of the next arm is right.

    `knows`: in words. `correct`: the expected share of right guesses. `certain`: the share of allocations that are
    foretold with certainty; None where the observer cannot be certain of any. Shares are exact fractions, or means over
    simulated trials with a `standard_error` (that of `correct`). `over`: which allocations they are about.
    """

    knows: str
    correct: Fraction | float
    certain: Fraction | float | None
    standard_error: float | None
    over: str


@dataclass(frozen=True, slots=True)
class Predictability:
    """What observers could predict. `chance`: the share of right guesses of one who learns no arm, which always names
    the arm with the largest share. `open_label`: whether the others exist by design, or only if masking fails."""

    chance: Fraction
    open_label: bool
    observers: tuple[Observer, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The same in sentences, one per line."""
        lines = [f"Who learns no arm guesses {_percent(self.chance)} right."]
        if not self.open_label:
            lines.append("The trial is masked: what follows holds only for somebody who learns the arms all the same.")
        for each in self.observers:
            error = "" if each.standard_error is None else f" (standard error {100 * each.standard_error:.2f})"
            sure = "" if each.certain is None else f" and is certain of {_percent(each.certain)}"
            lines.append(f"Who {each.knows} guesses {_percent(each.correct)} right{error}{sure}, {each.over}.")
        return tuple(lines)


def predictability(
    spec: Specification,
    *,
    slots: int = 24,
    participants: int = 100,
    trials: int = 200,
    seed: int = 1,
    mix: Mapping[str, Sequence[int]] | None = None,
) -> Predictability:
    """How well the next arm can be guessed.

    Exact for simple randomisation and permuted blocks: over the first `slots` slots of a stratum (fewer, and it is
    said, where more cannot be worked out exactly for one who knows which block sizes are in use), and in a long list.
    Minimisation is simulated: `trials` trials of `participants`, whose levels are independent and come in the shares of
    `mix` (a factor that is not in it: equally often). Raises UsageError RAND-014 or RAND-015 where that cannot be done.

    >>> spec = Specification("T", ("a", "b"), (1, 1), False, (), Blocks((4,)))
    >>> predictability(spec).words[3][:75]
    'Who knows which block sizes are in use guesses 70.8% right and is certain o'
    """
    chance = Fraction(max(spec.ratio), spec.unit)
    found: tuple[Observer, ...]
    match spec.method:
        case Simple():
            found = (Observer("sees every arm before", chance, Fraction(0), None, "at any time"),)
        case Blocks():
            found = _blocks(spec, spec.method, slots)
        case Minimisation():
            found = _minimisation(spec, participants, trials, seed, mix or {})
    return Predictability(chance, spec.open_label, found)


def _blocks(spec: Specification, method: Blocks, slots: int) -> tuple[Observer, ...]:
    if slots < 1:
        raise UsageError(
            "RAND-015", f"{slots} slots", expected="1 slot or more", mend="give the expected size of a stratum"
        )
    courses = [course(spec.ratio, size) for size in method.sizes]
    following = [each.convergence for each in courses]
    best, sure = [each.best for each in courses], [each.certain for each in courses]
    reached, correct, certain = knowing_sizes(spec, slots)
    behind, told = "sees the arms and guesses the one furthest behind", "is told the size of every block"
    first, always = f"over the first {reached} slots of a stratum", "in a long list"
    return (
        Observer(behind, first_slots(following, reached), None, None, first),
        Observer("knows which block sizes are in use", correct, certain, None, first),
        Observer(told, first_slots(best, reached), first_slots(sure, reached), None, first),
        Observer(behind, long_run(following), None, None, always),
        Observer(told, long_run(best), long_run(sure), None, always),
    )


def _minimisation(
    spec: Specification, participants: int, trials: int, seed: int, mix: Mapping[str, Sequence[int]]
) -> tuple[Observer, ...]:
    found = guesses(spec, participants=participants, trials=trials, seed=seed, mix=mix)
    over = f"over {participants} participants ({trials} simulated trials)"
    seen = found.everything
    rows = [
        Observer(
            "knows all before and the levels of the next", seen.mean, found.certain.mean, seen.standard_error, over
        ),
        Observer(
            "sees the arms and guesses the one furthest behind",
            found.convergence.mean,
            None,
            found.convergence.standard_error,
            over,
        ),
    ]
    for name, within in found.within.items():
        knows = f"sees the arms within one level of {name} and guesses the one furthest behind there"
        rows.append(Observer(knows, within.mean, None, within.standard_error, over))
    return tuple(rows)


def _percent(share: Fraction | float) -> str:
    return f"{100 * float(share):.1f}%"
