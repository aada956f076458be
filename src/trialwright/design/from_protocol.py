"""From a protocol's declared kind of design to the Design that decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.core.errors import StageError, UsageError
from trialwright.design import backfill, rules
from trialwright.design.counting import CountingDesign
from trialwright.design.parallel import ParallelDesign, sizes_of
from trialwright.design.select_then_compare import SelectThenCompareDesign
from trialwright.design.single_arm import SingleArmDesign
from trialwright.design.staggered import StaggeredDesign, parted
from trialwright.protocol.kinds import Escalation, Parallel, SelectThenCompare, SingleArm, Unsupported

if TYPE_CHECKING:
    from trialwright.design.rule import CountingRule
    from trialwright.design.timed.names import Timed
    from trialwright.protocol.design import Design
    from trialwright.protocol.protocol import Protocol


def build(protocol: Protocol, rule: str | None = None) -> Design:
    """The Design of this protocol. `rule`: another rule by name, in place of the one that it declares: a dose-finding
    rule where it escalates, a two-stage design or a monitoring where it has one arm, a monitoring where it compares.

    Raises StageError: DES-020 (this kind of design cannot be run yet), DES-021 (a number that the design needs is in
    neither the record nor an assumption), DES-022 (the numbers contradict each other); UsageError DES-012 (no such
    rule), DES-023 (a rule was named for a design that has none), DES-330 to DES-336 (what a two-stage design, a
    monitoring or BOIN12 says or lacks), DES-501, DES-502 (numbers that make no stagger), DES-511,
    DES-513 (numbers that make no backfill, or a rule that cannot have one).
    """
    design = protocol.design
    if rule is not None and not isinstance(design, Escalation | SelectThenCompare):
        from trialwright.design.phase2 import names as phase2

        if isinstance(design, Unsupported) or not phase2.is_one_arm(rule):
            raise UsageError(
                "DES-023",
                f"the rule {rule!r} for a design of kind {design.kind!r}",
                expected="a dose-finding rule only where the design escalates doses; a two-stage design only where it "
                "has one arm; a monitoring where it has arms of known size",
                mend="leave the rule out",
            )
    match design:
        case Escalation():
            return _escalating(design, protocol, rule)
        case SingleArm() | Parallel():
            return _one_stage(design, protocol, rule or design.rule)
        case SelectThenCompare(escalation=escalation, comparison=comparison):
            if comparison.rule is not None:
                raise UsageError(
                    "DES-336",
                    f"the rule {comparison.rule!r} for the second part of a trial in two parts",
                    expected="no rule there: an arm that is monitored must be of a trial that only compares",
                    mend="leave `design.comparison.rule` out; `trialwright design monitor` prints the bound",
                )
            return SelectThenCompareDesign(
                _by_time(escalation, protocol, rule, "design.escalation")
                or _counting(escalation, protocol, rule, "design.escalation"),
                _parallel(comparison, protocol, "design.comparison"),
            )
        case Unsupported(name=name, missing=missing):
            raise StageError(
                "DES-020",
                f"a design of kind {name!r} cannot be run: {missing}",
                expected="single arm, parallel groups, dose escalation, or dose selection followed by parallel groups",
                mend="declare one of these kinds under `design` in the protocol file if it describes the trial",
            )


def _one_stage(design: SingleArm | Parallel, protocol: Protocol, rule: str | None) -> Design:
    """One arm, or arms side by side: as declared, in two stages, and monitored, as the rule says."""
    if rule is not None:
        from trialwright.design.phase2 import from_protocol as phase2  # with numpy: only where it is needed

        return phase2.build(design, protocol, rule, _one_stage)
    if isinstance(design, Parallel):
        return _parallel(design, protocol, "design")
    return SingleArmDesign(design.arm, _needed(design.size, "design.size", "how many participants"))


def rule_of(escalation: Escalation, name: str | None = None) -> CountingRule:
    """The counting rule that an escalation declares, or another one by name, for its levels and cohort size.

    Raises StageError DES-022 if the levels or the cohort size are no whole numbers from 1; UsageError DES-012, DES-407
    (a design by time is no counting rule), DES-503 (nor is one whose first participants are staggered), DES-512 (nor
    one with backfill).
    """
    if escalation.levels < 1 or escalation.cohort_size < 1:
        raise StageError(
            "DES-022",
            f"{escalation.levels} dose levels in cohorts of {escalation.cohort_size}",
            expected="1 dose level or more, and cohorts of 1 or more",
            mend="correct `design.levels` and `design.cohort_size` in the protocol file",
        )
    if staggered := parted(name or escalation.rule):
        raise UsageError(
            "DES-503",
            f"the rule {name or escalation.rule!r} staggers the first participants, and a counting rule is needed here",
            expected="a rule that decides from complete cohorts; exact characteristics exist for these only",
            mend=f"name {staggered[0]!r} alone, or estimate what the stagger implies with `simulate.many`",
        )
    if (name or escalation.rule).strip().lower().startswith("boin12"):
        raise UsageError(
            "DES-334",
            f"the rule {name or escalation.rule!r} looks at responses too, and a counting rule is needed here",
            expected="a rule that decides from dose-limiting toxicities; exact characteristics exist for these only",
            mend="`trialwright design boin12` estimates what BOIN12 implies",
        )
    if decides_by_time(name or escalation.rule):
        raise UsageError(
            "DES-407",
            f"the rule {name or escalation.rule!r} decides by time, and a counting rule is needed here",
            expected="a rule that decides from complete cohorts; exact characteristics exist for these only",
            mend="`trialwright design rolling-six`, `tite-crm` and `tite-boin` simulate what a design by time implies",
        )
    return rules.make(name or escalation.rule, escalation.levels, escalation.cohort_size)


def decides_by_time(name: str) -> bool:
    """Whether this is the name of a design in `trialwright.design.timed.names`.

    >>> decides_by_time("Rolling six"), decides_by_time("BOIN: target 0.3")
    (True, False)
    """
    return name.strip().lower().startswith(("rolling", "tite-"))


def _escalating(escalation: Escalation, protocol: Protocol, name: str | None) -> Design:
    """The design of an escalation, with backfill and its first participants staggered where the name says so."""
    if staggered := parted(name or escalation.rule):
        within, first, days = staggered
        inner = _escalating(escalation, protocol, within)
        return StaggeredDesign(inner, first, days, _window(escalation, protocol, "design"))
    wanted = name or escalation.rule
    if filled := backfill.parted(wanted):
        within, most, in_all, responded = filled
        inner = _escalating(escalation, protocol, within)
        if not isinstance(inner, CountingDesign):
            raise UsageError(
                "DES-513",
                f"backfill beside {inner.name!r}",
                expected="a rule that decides from complete cohorts, such as 3+3, BOIN or the CRM",
                mend="name such a rule; a stagger of the first participants is said last, after the backfill",
            )
        return backfill.BackfillDesign(inner, most, in_all, responded)
    if wanted.strip().lower().startswith("boin12"):
        from trialwright.design.phase2 import from_protocol as phase2

        _check_arms(escalation, "design")
        days = _window(escalation, protocol, "design")
        return phase2.boin12(wanted, escalation.arms, days, escalation.cohort_size)
    return _by_time(escalation, protocol, name) or _counting(escalation, protocol, name)


def _by_time(escalation: Escalation, protocol: Protocol, name: str | None, about: str = "design") -> Timed | None:
    """The design by time that is declared or named, None if it is a counting rule."""
    wanted = name or escalation.rule
    if not decides_by_time(wanted):
        return None
    from trialwright.design.timed import names as by_time  # with numpy: only where it is needed

    _check_arms(escalation, about)
    days = _window(escalation, protocol, about)
    return by_time.make(wanted, escalation.arms, days, escalation.cohort_size)


def _counting(escalation: Escalation, protocol: Protocol, name: str | None, about: str = "design") -> CountingDesign:
    rule = rule_of(escalation, name)
    _check_arms(escalation, about)
    return CountingDesign(rule, escalation.arms, _window(escalation, protocol, about))


def _check_arms(escalation: Escalation, about: str) -> None:
    if len(escalation.arms) != escalation.levels:
        raise StageError(
            "DES-022",
            f"{len(escalation.arms)} arms for {escalation.levels} dose levels",
            expected="one arm for each dose level, lowest first",
            mend=f"correct `{about}.arms` or `{about}.levels` in the protocol file",
        )


def _window(escalation: Escalation, protocol: Protocol, about: str) -> int:
    """The DLT window in days."""
    window = escalation.dlt_window
    if window is None and protocol.dlt is not None:
        window = protocol.dlt.window
    return _needed(window, f"{about}.dlt_window", "how many days after the first dose a toxicity is dose-limiting", 0)


def _parallel(parallel: Parallel, protocol: Protocol, about: str) -> ParallelDesign:
    planned = [next((arm.size for arm in protocol.arms if arm.id == name), None) for name in parallel.arms]
    known = [size for size in planned if size is not None]
    stated = len(known) == len(planned) and parallel.size in (None, sum(known))
    ratio = parallel.ratio
    if ratio is None and len(parallel.arms) == 1:
        ratio = (1,)
    if ratio is None:
        _needed(None, f"{about}.ratio", "in which ratio participants are allocated to the arms")
        raise AssertionError("unreachable")
    if len(ratio) != len(parallel.arms) or min(ratio, default=0) < 1:
        raise StageError(
            "DES-022",
            f"the ratio {' : '.join(str(part) for part in ratio)} for {len(parallel.arms)} arms",
            expected="one whole number of 1 or more for each arm",
            mend=f"correct `{about}.ratio` in the protocol file",
        )
    if stated:
        sizes = tuple(known)
    else:
        sizes = sizes_of(_needed(parallel.size, f"{about}.size", "how many participants in all arms together"), ratio)
    return ParallelDesign(parallel.arms, ratio, sizes, parallel.randomised)


def _needed(value: int | None, about: str, what: str, least: int = 1) -> int:
    """The value, or the error that says which assumption is missing."""
    if value is not None and value >= least:
        return value
    found = "is not known" if value is None else f"is {value}"
    raise StageError(
        "DES-021",
        f"`{about}` {found}: the record does not say {what}, and no assumption does",
        expected=f"a whole number, {least} or more" if "ratio" not in about else "one whole number for each arm",
        mend=f"set `{about}` in the protocol file and say where it comes from",
    )
