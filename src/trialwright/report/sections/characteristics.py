"""Operating characteristics: what the design implies before anybody is enrolled."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.protocol import Protocol
from trialwright.record.provenance import Presence
from trialwright.report import numbers
from trialwright.report.contents import Contents
from trialwright.report.markup import Child, Column, Markup, join, note, table, tag
from trialwright.report.sections.characteristics_arms import comparison, single_arm
from trialwright.report.sections.characteristics_one_arm import one_arm
from trialwright.report.sections.characteristics_retraced import same_patients
from trialwright.report.sections.characteristics_rules import escalation, overall
from trialwright.report.sections.characteristics_simulated import estimated
from trialwright.simulate.operating import Characteristics
from trialwright.simulate.scenario import Assumes, Scenario

ENROLMENT_TYPE = "protocolSection.designModule.enrollmentInfo.type"


def characteristics(contents: Contents) -> Markup:
    """The body of the section."""
    found, protocol = contents.characteristics, contents.protocol
    if found is None:
        return note(
            contents.why_not("characteristics", "No operating characteristics were computed for this record."),
            kind="why",
        )
    parts: list[Markup | None] = [_ground(protocol)]
    if found.rules:
        parts.append(escalation(found, protocol, what_is_known(contents)))
    parts += [estimated(found.estimated), overall(found)]
    if contents.trial is not None:
        parts.append(same_patients(contents.trial, bool(found.others)))
    parts.append(one_arm(found.one_arm))
    if found.binomial is not None:
        parts.append(single_arm(found.binomial))
    if found.splits or found.powers:
        parts.append(comparison(found, protocol))
    if not (found.rules or found.estimated or found.one_arm or found.binomial or found.splits or found.powers):
        why = "; ".join(problem.message for problem in found.problems) or "this kind of design has none yet"
        parts.append(note(f"Nothing was computed: {why}.", kind="why"))
    parts.append(_scenarios(found))
    return join(parts)


def what_is_known(contents: Contents) -> str:
    """What is known of the registered number: a target, the number enrolled, or neither, and why."""
    protocol = contents.protocol
    if protocol.enrolment.count is None:
        return "The number of participants is not known."
    n = numbers.plural(protocol.enrolment.count, "participant")
    match protocol.enrolment.type:
        case "ESTIMATED":
            return f"The record gives {n} as the target."
        case "ACTUAL":
            return f"The record gives {n} as the number enrolled in the end, which is not a target."
    if contents.record is not None and contents.record.presence(ENROLMENT_TYPE) is Presence.LOST:
        return f"The record gives {n}. Whether that is the target or the number enrolled was lost by this rendering."
    return f"The record gives {n} and does not say whether that is the target or the number enrolled."


def _ground(protocol: Protocol) -> Markup | None:
    """What all numbers of the section stand on."""
    must = sum(one.must_confirm for one in protocol.assumptions)
    if not must:
        return None
    text = f"These numbers stand on {numbers.plural(must, 'assumption')} that nobody has confirmed yet"
    return note(text, " (", tag("a", "see Assumptions", href="#assumptions"), ").", kind="caution")


def _scenarios(found: Characteristics) -> Markup | None:
    if not found.scenarios:
        return None
    order = list(Assumes)
    shown: Sequence[Scenario] = sorted(found.scenarios, key=lambda s: order.index(s.assumes))
    rows: list[tuple[Child, ...]] = [
        (
            one.name,
            one.assumes.value,
            one.statement,
            "; ".join(_source(s.citation, s.doi) for s in one.sources) or "none",
        )
        for one in shown
    ]
    published = any(one.assumes is Assumes.PUBLISHED for one in shown)
    return join(
        tag("h3", "Scenarios"),
        table(
            "What each scenario assumes of the treatment effect",
            [
                Column("Scenario", head=True),
                Column("Effect"),
                Column("In words", wide=True),
                Column("Source", wide=True),
            ],
            rows,
        ),
        None if published else note("No published effect is on file for this treatment and these outcomes."),
    )


def _source(citation: str, doi: str | None) -> str:
    return f"{citation} (doi {doi})" if doi else citation
