"""What a number of participants can say about a rate: exact binomial statements for 0 to n events of n."""

from __future__ import annotations

from dataclasses import dataclass

from trialwright.analyse.proportion import clopper_pearson
from trialwright.core.errors import UsageError


@dataclass(frozen=True, slots=True)
class Statement:
    """What `events` of `n` say about the true rate. All are proportions in [0, 1].

    `lower`, `upper`: two-sided Clopper-Pearson interval; `upper_one_sided`: the one-sided bound, both at confidence
    `level`.
    """

    events: int
    n: int
    estimate: float
    lower: float
    upper: float
    upper_one_sided: float
    level: float


@dataclass(frozen=True, slots=True)
class Detection:
    """The chance to see an event. `rate`: the true chance of it in one participant; `at_least_one`: the chance that one
    or more of `n` participants have it; `none`: the chance that nobody does. All in [0, 1]."""

    rate: float
    n: int
    at_least_one: float
    none: float


def statements(n: int, *, level: float = 0.95) -> tuple[Statement, ...]:
    """The statements for 0, 1, ..., n events of `n` participants (1 or more), at confidence `level` in (0, 1).

    Method: Clopper & Pearson 1934, doi 10.1093/biomet/26.4.404; each tail of the two-sided interval has at most half of
    1 - level, the one-sided bound all of it. Raises UsageError DES-030.

    >>> none = statements(9)[0]
    >>> round(none.upper, 4), round(none.upper_one_sided, 4)
    (0.3363, 0.2831)
    """
    from scipy.special import betaincinv

    _check(n, level, "level")
    found = []
    for events in range(n + 1):
        both = clopper_pearson(events, n, level=level)
        one_sided = 1.0 if events == n else float(betaincinv(events + 1, n - events, level))
        found.append(Statement(events, n, both.estimate, both.lower, both.upper, one_sided, level))
    return tuple(found)


def prob_at_most(events: int, n: int, rate: float) -> float:
    """The chance of at most `events` events among `n` participants whose chance of one is `rate`, in [0, 1].

    Raises UsageError DES-030.

    >>> prob_at_most(1, 3, 0.5)
    0.5
    """
    from scipy.special import bdtr

    _check(n, rate, "rate", closed=True)
    if events < 0:
        return 0.0
    return 1.0 if events >= n else float(bdtr(events, n, rate))


def detection(n: int, rates: tuple[float, ...] = (0.01, 0.05, 0.10, 0.20, 0.30)) -> tuple[Detection, ...]:
    """The chance that `n` participants (1 or more) show an event at least once, for each true rate in [0, 1].

    Raises UsageError DES-030.

    >>> round(detection(9, (0.1,))[0].at_least_one, 4)
    0.6126
    """
    for rate in rates:
        _check(n, rate, "rate", closed=True)
    return tuple(Detection(rate, n, 1.0 - (1.0 - rate) ** n, (1.0 - rate) ** n) for rate in rates)


def detectable_rate(n: int, *, chance: float = 0.95) -> float:
    """The smallest true rate of an event that `n` participants (1 or more) show at least once with this chance.

    Raises UsageError DES-030.

    >>> round(detectable_rate(9), 4)
    0.2831
    """
    _check(n, chance, "chance")
    return float(1.0 - (1.0 - chance) ** (1.0 / n))


def _check(n: int, value: float, name: str, *, closed: bool = False) -> None:
    inside = 0 <= value <= 1 if closed else 0 < value < 1
    if n < 1 or not inside:
        raise UsageError(
            "DES-030",
            f"{n} participants and a {name} of {value}",
            expected=f"1 participant or more, and a {name} between 0 and 1",
            mend="write 95 % as 0.95",
        )
