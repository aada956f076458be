"""Published figures as scenarios: which publication fits a trial, and what it plants in that trial's outcomes."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

from trialwright.simulate.scenario import (
    AdverseEventTruth,
    Assumes,
    ByGroup,
    Planted,
    Population,
    Scenario,
    Source,
    Truth,
)
from trialwright.simulate.scenarios.codec import load_as
from trialwright.simulate.scenarios.generic import measured, plant

if TYPE_CHECKING:
    from trialwright.protocol.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Applies:
    """Which trials a publication speaks about: its own, or those whose title and treatments match all patterns."""

    trials: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """Figures for the parameters whose code, name or measure match `matches`. `source`: place in the list of
    sources."""

    matches: str
    truth: Truth
    basis: str
    source: int = 0


@dataclass(frozen=True, slots=True)
class Template:
    """A publication's figures, before they are bound to a protocol's outcomes."""

    name: str
    statement: str
    applies: Applies
    sources: tuple[Source, ...]
    entries: tuple[Entry, ...] = ()
    death: ByGroup | None = None
    death_by: int | None = None
    adverse_events: AdverseEventTruth | None = None
    population: Population | None = None


def published(protocol: Protocol) -> tuple[Scenario, ...]:
    """The published scenarios that fit the trial, its own publications first; none where none is known.

    Where a trial has publications of its own, those of other trials are left out.
    """
    templates = _templates()
    own = [t for t in templates if protocol.record.nct_id in t.applies.trials]
    chosen = own or [t for t in templates if _matches(t, protocol)]
    bound = (_bind(template, protocol) for template in chosen)
    return tuple(scenario for scenario in bound if scenario is not None)


def _matches(template: Template, protocol: Protocol) -> bool:
    words = " ".join(
        (
            protocol.record.title,
            *(arm.label for arm in protocol.arms),
            *(treatment.name for arm in protocol.arms for treatment in arm.treatments),
        )
    )
    return bool(template.applies.patterns) and all(
        re.search(pattern, words, re.IGNORECASE) for pattern in template.applies.patterns
    )


def _bind(template: Template, protocol: Protocol) -> Scenario | None:
    """The template with its figures planted in this protocol; None if the trial measures nothing that it speaks of."""
    planted = []
    used = 0
    for outcome, parameter in measured(protocol):
        words = f"{parameter.code} {parameter.name} {outcome.measure}"
        entry = next((e for e in template.entries if re.search(e.matches, words, re.IGNORECASE)), None)
        found = plant(outcome, parameter, 0.0)
        if entry is not None and entry.truth.kind == found.truth.kind:
            source = template.sources[entry.source]
            planted.append(Planted(parameter.code, outcome.id, entry.truth, entry.basis, source))
            used += 1
        else:
            planted.append(found)
    if not used and template.death is None and template.adverse_events is None:
        return None
    scenario = Scenario(
        name=f"published: {template.name}",
        assumes=Assumes.PUBLISHED,
        statement=f"{template.statement} Outcomes that it does not report: no effect.",
        sources=template.sources,
        planted=tuple(planted),
    )
    changes = {
        name: value
        for name in ("death", "death_by", "adverse_events", "population")
        if (value := getattr(template, name)) is not None
    }
    return replace(scenario, **changes)


@cache
def _templates() -> tuple[Template, ...]:
    folder = resources.files("trialwright.simulate.scenarios")
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".yaml")), key=lambda f: f.name)
    return tuple(load_as(Template, file.read_text(encoding="utf-8"), file.name) for file in files)
