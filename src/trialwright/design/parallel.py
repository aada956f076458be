"""Arms side by side with fixed sizes: arms that still have places are open; the allocator draws among them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trialwright.core.errors import UsageError
from trialwright.design.words import listed, people
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from trialwright.dataset.state import TrialState


def sizes_of(total: int, ratio: Sequence[int]) -> tuple[int, ...]:
    """The sizes of the arms of a trial of `total` participants allocated in this ratio; they add up to `total`.

    By largest remainder; a tie goes to the arm named first.

    >>> sizes_of(100, (2, 1))
    (67, 33)
    """
    shares = [divmod(total * part, sum(ratio)) for part in ratio]
    left = total - sum(whole for whole, _ in shares)
    first = sorted(range(len(ratio)), key=lambda i: (-shares[i][1], i))[:left]
    return tuple(whole + (i in first) for i, (whole, _) in enumerate(shares))


@dataclass(frozen=True, slots=True)
class ParallelDesign:
    """Two or more arms with fixed sizes. `arms`: the protocol's arm ids; `ratio`: the share of each in the allocation,
    whole numbers from 1; `sizes`: participants planned in each, 0 or more; `randomised`: whether the arm is drawn.

    Participants recorded as replaced do not fill a place. Raises UsageError DES-013 if the numbers do not fit.
    """

    arms: tuple[str, ...]
    ratio: tuple[int, ...]
    sizes: tuple[int, ...]
    randomised: bool = True

    def __post_init__(self) -> None:
        same = len(self.arms) == len(self.ratio) == len(self.sizes) == len(set(self.arms)) and bool(self.arms)
        if not same or min(self.ratio) < 1 or min(self.sizes) < 0 or sum(self.sizes) < 1:
            raise UsageError(
                "DES-013",
                f"arms {self.arms} with ratio {self.ratio} and sizes {self.sizes}",
                expected="distinct arms, each with a whole share of 1 or more and a size of 0 or more",
                mend="give one share and one size for each arm",
            )

    @property
    def name(self) -> str:
        """`randomised parallel groups, 67 : 33`."""
        kind = "randomised" if self.randomised else "non-randomised"
        return f"{kind} parallel groups, {' : '.join(str(size) for size in self.sizes)}"

    def decide(self, state: TrialState) -> Decision:
        """The decision from everyone in the trial."""
        return self.decide_for(state, range(len(state.subjects)))

    def decide_for(
        self, state: TrialState, places: Iterable[int], dose_level: int | None = None, because: str = ""
    ) -> Decision:
        """The decision from the participants at these places of the state only (a trial in parts). `dose_level` and
        `because` (a reason to go before this one) are passed on to the decision."""
        replaced = state.replaced.tolist()
        everyone = [i for i in places if not replaced[i]]
        taken = [sum(state.arm[i] == arm for i in everyone) for arm in self.arms]
        undrawn = [state.subjects[i] for i in everyone if state.arm[i] is None]
        planned = sum(self.sizes)
        tally = ", ".join(f"{arm} {t} of {size}" for arm, t, size in zip(self.arms, taken, self.sizes, strict=True))
        before = f"{because}; " if because else ""
        open_ = [i for i, size in enumerate(self.sizes) if taken[i] < size]
        # never above the total, even where an arm was over-filled by hand
        slots = min(planned - len(everyone), sum(self.sizes[i] - taken[i] for i in open_))
        if slots > 0:
            how = "drawn" if self.randomised else "assigned, not drawn"
            reason = f"{before}{len(everyone)} of {planned} places taken ({tally}); the arm is {how}"
            return Enrol(
                tuple(self.arms[i] for i in open_), tuple(self.ratio[i] for i in open_), slots, reason, dose_level
            )
        if undrawn and open_:
            return Wait(None, f"{before}{tally}; {listed(undrawn)} enrolled and not allocated to an arm yet")
        return Stop(f"{before}{people(len(everyone))} enrolled, {planned} planned ({tally}): enrolment is complete")
