"""Turns what an outcome names into parameters: quantities, a scale, lettered features, bins of a histogram."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from trialwright.protocol.outcomes import OutcomeType, Parameter
from trialwright.protocol.outcomes.kind import Kind
from trialwright.protocol.outcomes.lexicon import concepts
from trialwright.protocol.outcomes.scales import bins, categories, code_for, features

_T = OutcomeType
_CYTOKINES = re.compile(
    r"\b(il-?\s?\d{1,2}\w?\b|tnf-?\s?(?:alpha|α|a)?\b|ifn-?\s?(?:gamma|γ|g)?\b|ip-?10\b|mcp-?1\b|g-?csf\b"
    r"|gm-?csf\b|tgf-?\s?(?:beta|β)?\d?\b|vegf\b)"
)
_PANEL = (
    ("IL6", "Interleukin 6"),
    ("IL10", "Interleukin 10"),
    ("TNFA", "Tumour necrosis factor alpha"),
    ("IFNG", "Interferon gamma"),
)
_SUBSETS = (
    ("CD3", "CD3 T cells"),
    ("CD4", "CD4 T cells"),
    ("CD8", "CD8 T cells"),
    ("CD19", "CD19 B cells"),
    ("CD56", "CD56 natural killer cells"),
)
_WORSE_LIFE = re.compile(r"hospital|ventilat|\bdeath\b|\bdead\b|ecmo", re.IGNORECASE)
DEATH = re.compile(r"\bdeath\b|\bdead\b|\bdied\b", re.IGNORECASE)


@dataclass(slots=True)
class Codes:
    """The codes given so far in one protocol, so that one code never names two quantities."""

    taken: dict[str, tuple[str, tuple[tuple[int, str], ...]]] = field(default_factory=dict)

    def give(self, wanted: str, name: str, scale: tuple[tuple[int, str], ...] = ()) -> str:
        """The wanted code if it is free or already names this, else one made from it."""
        key = (name.casefold(), scale)
        for code, owner in self.taken.items():
            if owner == key:
                return code
        code = code_for(wanted, set(self.taken) | {c.code for c in concepts()} - {wanted})
        self.taken[code] = key
        return code


@dataclass(frozen=True, slots=True)
class Made:
    """Parameters of an outcome. `assumed`: what the record leaves open about them; `conflict`: what contradicts itself;
    `type`: the type that the parameters make of the outcome, where it differs."""

    parameters: tuple[Parameter, ...]
    assumed: str = ""
    conflict: str = ""
    open: str = ""
    type: OutcomeType | None = None


_EVENT_PARAMETERS = {
    _T.ADVERSE_EVENTS: Parameter("AE", "Adverse events", "AE"),
    _T.SERIOUS_ADVERSE_EVENTS: Parameter("SAE", "Serious adverse events", "AE"),
    _T.MORTALITY: Parameter("DEATH", "Death from any cause", "DS"),
    _T.DOSE_LIMITING_TOXICITY: Parameter("DLT", "Dose-limiting toxicity", "XD"),
}


def parameters_of(kind: Kind, measure: str, description: str, codes: Codes) -> Made:
    """The parameters that the outcome needs, in the order in which they are to be shown."""
    if (event := _EVENT_PARAMETERS.get(kind.type)) is not None:
        return Made((event,))
    title = " ".join(measure[:6000].lower().split())
    if kind.type is _T.TIME_TO_EVENT:
        return _event_time(title, measure, description, codes)
    if named := features(measure) or features(description):
        return _several(named, codes, "RS", _T.BINARY)
    if cut := bins(measure) or bins(description):
        return _histogram(cut, codes)
    if kind.type is _T.ORDINAL or (kind.concepts and kind.concepts[0].categories):
        return _scale(kind, measure, description, codes)
    if kind.type is _T.BINARY and kind.responder is None:
        return Made((_own(measure, codes, "RS", None),))
    if kind.concepts:
        return _measured(kind, title, description[:6000].lower(), codes)
    unit = "days" if kind.type is _T.DURATION else None
    return Made((_own(measure, codes, "RS", unit),))


def _own(measure: str, codes: Codes, domain: str, unit: str | None) -> Parameter:
    """A parameter of the outcome's own, named by its title."""
    name = clean_title(measure)
    return Parameter(codes.give(name, name), name, domain, unit)


def clean_title(measure: str) -> str:
    """The title without its words of change and time, so that two outcomes on one quantity share a name.

    >>> clean_title("Change in grip strength from baseline to day 10 and 90.")
    'grip strength'
    """
    name = " ".join(measure[:1000].replace("\\", "").split())
    name = re.sub(r"(?i)^(?:mean |average )?changes?(?: from baseline)?(?: in| of)? ", "", name)
    name = re.sub(
        r"(?i)[\s,(-]*\b(?:from (?:the )?baseline\b.*|(?:at|to|on|by|up to) (?:day|week|month|year)s?\s?\d.*)$",
        "",
        name,
    )
    return (name.strip(" .;,:") or measure.strip() or "outcome")[:200]


def _several(names: tuple[str, ...], codes: Codes, domain: str, kind: OutcomeType) -> Made:
    made = tuple(Parameter(codes.give(name, name), name[:1].upper() + name[1:], domain) for name in names)
    return Made(made, type=kind)


def _histogram(cut: tuple[str, ...], codes: Codes) -> Made:
    made = []
    for index, edge in enumerate(cut, start=1):
        name = f"Lung volume with density {edge} HU"
        made.append(Parameter(codes.give(f"HUBIN{index}", name), name, "RS", "% of lung", low=0, high=100))
    edges = re.findall(r"-?\d+", " ".join(cut))
    touching = sorted({edge for edge in edges if edges.count(edge) > 1}, key=int)
    note = (
        f"the bins touch at {', '.join(touching)}: the record does not say to which bin these belong"
        if touching
        else ""
    )
    return Made(tuple(made), conflict=note, type=_T.CONTINUOUS)


def _scale(kind: Kind, measure: str, description: str, codes: Codes) -> Made:
    listed = categories(description) or categories(measure)
    concept = next((c for c in kind.concepts if c.type is _T.ORDINAL), None)
    if concept is not None and concept.categories:
        standard = concept.parameter()
        codes.taken.setdefault(standard.code, (standard.name.casefold(), standard.categories))
        if listed and (len(listed) != len(concept.categories) or any(_WORSE_LIFE.search(label) for _, label in listed)):
            other = _listed_scale(listed, codes, "CARESCAL")
            note = (
                f"the title names {concept.name} ({concept.categories[0][0]} to {concept.categories[-1][0]}), the "
                f"description "
                f"lists another scale with {len(listed)} categories ({listed[0][0]} to {listed[-1][0]})"
            )
            return Made((standard, other), conflict=note)
        return Made((standard,))
    if listed:
        return Made((_listed_scale(listed, codes, "ORDSCALE"),))
    note = "the categories of the scale are not listed"
    if concept is not None or not kind.concepts:
        return Made((_own(measure, codes, "RS", None),), open=note)
    return Made((kind.concepts[0].parameter(),), open=note)


def _listed_scale(listed: tuple[tuple[int, str], ...], codes: Codes, stem: str) -> Parameter:
    name = (
        f"Clinical status, ordinal scale of {len(listed)} categories"
        if any(_WORSE_LIFE.search(label) for _, label in listed)
        else f"Ordinal scale of {len(listed)} categories"
    )
    code = codes.give(stem, name, listed)
    return Parameter(code, name, "RS", None, listed, low=listed[0][0], high=listed[-1][0])


def _event_time(title: str, measure: str, description: str, codes: Codes) -> Made:
    if re.search(r"overall survival|\bos\b|time to death|all[\s-]cause", title):
        return Made((_EVENT_PARAMETERS[_T.MORTALITY],))
    listed = categories(description) or categories(measure)
    if listed and re.search(r"improv|recover|worsen|deteriorat|progress", title):
        return Made((_listed_scale(listed, codes, "ORDSCALE"),))
    return Made((_own(measure, codes, "RS", None),))


def _measured(kind: Kind, title: str, text: str, codes: Codes) -> Made:
    first = kind.concepts[0]
    if first.code == "LYM" and "subset" in title:
        note = "the lymphocyte subsets are not named; CD3, CD4, CD8, CD19 and CD56 are taken"
        subsets = tuple(Parameter(code, name, "LB", "cells/uL", low=0, high=5000) for code, name in _SUBSETS)
        return Made((first.parameter(), *subsets), assumed=note)
    if first.code == "CYTOKINE":
        return _cytokines(title, text)
    listed = [c for c in kind.concepts if c.domain == first.domain == "LB" and c.code not in {"CONC", "CYTOKINE"}]
    if len(listed) > 1 and re.search(r",|\band\b|/", title):
        return Made(tuple(c.parameter() for c in listed))
    return Made((first.parameter(),))


def _cytokines(title: str, text: str) -> Made:
    named = {
        re.sub(r"[^a-z0-9]", "", m.replace("α", "a").replace("γ", "g").replace("β", "b")).upper()[:8]: m
        for m in _CYTOKINES.findall(f"{title} {text[:600]}")
    }
    if named:
        return Made(
            tuple(Parameter(code, word.upper(), "LB", "pg/mL", low=0, high=100000) for code, word in named.items())
        )
    panel = tuple(Parameter(code, name, "LB", "pg/mL", low=0, high=100000) for code, name in _PANEL)
    return Made(panel, assumed="the cytokines are not named; IL-6, IL-10, TNF-alpha and IFN-gamma are taken")
