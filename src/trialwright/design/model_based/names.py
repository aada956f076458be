"""Model-based designs by name (`CRM: target 0.3, half-width 0.05 at level 3, at most 30`) and from parameters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from trialwright.core.errors import UsageError
from trialwright.design.model_based.blrm import Blrm, TwoParameterCrm
from trialwright.design.model_based.blrm_posterior import Prior, TwoParameter
from trialwright.design.model_based.conduct import Plan
from trialwright.design.model_based.crm import Crm
from trialwright.design.model_based.crm_posterior import PRIOR_SD, Empiric, Logistic

FAMILIES = ("CRM", "BLRM")
EXAMPLES = (
    "CRM: target 0.3, half-width 0.05 at level 3, cohorts of 3, at most 30",
    "BLRM: target 0.2 to 0.35, doses 10/20/40, reference 40, cohorts of 3, at most 30",
)
ModelRule = Crm | TwoParameterCrm | Blrm

_NUMBER = r"(-?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)"
_LIST = rf"({_NUMBER[1:-1]}(?:\s*/\s*{_NUMBER[1:-1]})*)"


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(piece) for piece in text.split("/"))


def _levels(text: str) -> tuple[int, ...]:
    return tuple(int(piece) for piece in text.split("/"))


_PARTS: tuple[tuple[str, tuple[str, ...], Callable[[str], Any]], ...] = (
    (rf"target {_NUMBER}", ("target",), float),
    (rf"target {_NUMBER} to {_NUMBER}", ("low", "high"), float),
    (r"(empiric|logistic|two-parameter logistic)", ("model",), str),
    (rf"intercept {_NUMBER}", ("intercept",), float),
    (rf"skeleton {_LIST}", ("skeleton",), _numbers),
    (rf"half-width {_NUMBER}", ("halfwidth",), float),
    (rf"half-width {_NUMBER} at level (\d+)", ("halfwidth", "level"), float),
    (rf"prior sd {_NUMBER}", ("sd",), float),
    (r"cohorts? of (\d+)", ("size",), int),
    (r"at most (\d+)(?: participants)?", ("most",), int),
    (r"start at level (\d+)", ("start",), int),
    (r"levels may be skipped()", ("skip",), lambda _: True),
    (r"up also after a dlt()", ("coherent",), lambda _: False),
    (r"enough at (\d+)", ("enough",), int),
    (rf"stop above {_NUMBER}", ("stop_above",), float),
    (r"reach (\d+(?:/\d+)*)", ("reach",), _levels),
    (r"of the levels tried()", ("untried",), lambda _: False),
    (r"also of levels not tried()", ("untried",), lambda _: True),
    (rf"overdose below {_NUMBER}", ("bound",), float),
    (rf"doses {_LIST}", ("doses",), _numbers),
    (rf"reference {_NUMBER}", ("reference",), float),
    (rf"weak prior at {_NUMBER}", ("rate",), float),
    (rf"prior mean {_LIST} sd {_LIST}", ("prior_mean", "prior_sd"), _numbers),
    (rf"correlation {_NUMBER}", ("correlation",), float),
    (r"(likeliest|highest) eligible level", ("choose",), str),
    (rf"increase by at most {_NUMBER}", ("max_increase",), float),
)
_CONDUCT = ("most", "start", "skip", "coherent", "enough", "untried")
_DOSES = ("doses", "reference", "rate", "prior_mean", "prior_sd", "correlation")
_ONE = ("target", "model", "intercept", "skeleton", "halfwidth", "level", "sd", "stop_above", "reach", *_CONDUCT)
_TWO = ("target", "model", "stop_above", "reach", *_DOSES, *_CONDUCT)
_BLRM = ("low", "high", "bound", "choose", "max_increase", *_DOSES, *_CONDUCT)


# what an option takes the place of in the name
_INSTEAD = {
    "cohorts": ("most",),
    "skeleton": ("halfwidth", "level"),
    "halfwidth": ("skeleton",),
    "level": ("skeleton",),
    "rate": ("prior_mean", "prior_sd", "correlation"),
    "prior_mean": ("rate",),
}


def family_of(name: str) -> str | None:
    """The family that a name begins with, None if none.

    >>> family_of("crm: target 0.3"), family_of("3+3: stop at two")
    ('CRM', None)
    """
    head = name.partition(":")[0].strip().lower()
    return next((family for family in FAMILIES if family.lower() == head), None)


def make(name: str, levels: int, cohort_size: int | None = None, options: Mapping[str, Any] | None = None) -> ModelRule:
    """The rule of this name, which begins with "CRM" or "BLRM", for so many dose levels.

    `cohort_size`: participants in a cohort, None: as the name says, else 3. `options` win over the name; None is as
    good as nothing said:

    - all: `most` (maximum sample size; or `cohorts`, in cohorts), `start` (first level), `skip` (levels may be skipped
      on the way up), `coherent` (False: up also after a DLT), `enough` (stop once so many are at a level and the
      decision is to stay), `untried` (whether a level without participants can be selected)
    - CRM: `target`; `model` ("empiric", "logistic", "two-parameter logistic"); `skeleton` (rates), or `halfwidth` (0.05
      where nothing is said) and `level` (the prior guess of the MTD, else the middle level); `sd` (of the prior),
      `intercept` (logistic), `stop_above` (safety stop), `reach` (highest level that may follow each)
    - BLRM: `low`, `high` (target interval), `bound` (0.25), `choose` ("likeliest", "highest"), `max_increase` (ratio)
    - BLRM and the two-parameter CRM: `doses`, `reference`, and the prior: `rate` (a weak one around this rate at the
      reference dose; where nothing is said the target, or the middle of the target interval), or `prior_mean`,
      `prior_sd` (two numbers each) and `correlation`

    Raises UsageError: DES-211 (something is missing, not known, or belongs to another rule), and what the rules raise.

    >>> make("CRM", 5, 3, {"target": 0.3, "cohorts": 10}).name
    'CRM: target 0.3, empiric, half-width 0.05 at level 3, cohorts of 3, at most 30'
    """
    family = family_of(name)
    if family is None:
        raise _unfit(f"the rule {name!r}", "a name that begins with CRM or BLRM")
    said = _said(name)
    given = {key: value for key, value in (options or {}).items() if value is not None}
    for one, others in _INSTEAD.items():
        if one in given:
            said = {key: value for key, value in said.items() if key not in others}
    said |= given
    size = int(said.get("size", 3) if cohort_size is None else cohort_size)
    said.pop("size", None)
    if "cohorts" in said:
        said["most"] = int(said.pop("cohorts")) * size
    two = family == "CRM" and said.get("model") == "two-parameter logistic"
    allowed = _BLRM if family == "BLRM" else _TWO if two else _ONE
    strange = [key for key in said if key not in allowed]
    if strange:
        raise _unfit(
            f"{strange[0]!r} for the rule {family}{', two-parameter logistic' if two else ''}", ", ".join(allowed)
        )
    needed = ("low", "high", "doses", "reference", "most") if family == "BLRM" else ("target", "most")
    for key in needed + (("doses", "reference") if two else ()):
        if key not in said:
            raise _unfit(
                f"the rule {family} without {key!r}",
                f'it in the name ("{EXAMPLES[family == "BLRM"]}") or as a parameter',
            )
    plan = Plan(levels, size, **_some(said, _CONDUCT, untried=family == "CRM"), reach=said.get("reach"))
    if family == "BLRM":
        middle = round((said["low"] + said["high"]) / 2, 9)
        model = _two_parameters(said, middle)
        return Blrm(model, said["low"], said["high"], plan, **_some(said, ("bound", "choose", "max_increase")))
    if two:
        return TwoParameterCrm(_two_parameters(said, said["target"]), said["target"], plan, said.get("stop_above"))
    return _one_parameter(said, plan)


def _one_parameter(said: dict[str, Any], plan: Plan) -> Crm:
    kind, sd, intercept = (
        said.get("model", "empiric"),
        float(said.get("sd", PRIOR_SD)),
        float(said.get("intercept", 3.0)),
    )
    if kind not in ("empiric", "logistic") or (kind == "empiric" and "intercept" in said):
        raise _unfit(
            f"the model {kind!r}" + (" with an intercept" if "intercept" in said else ""), "empiric or logistic"
        )
    target, stop = said["target"], said.get("stop_above")
    if "skeleton" not in said:
        level = None if said.get("level") is None else int(said["level"])
        halfwidth = said.get("halfwidth", 0.05)
        return Crm.of(
            target, plan, halfwidth=halfwidth, level=level, model=kind, sd=sd, intercept=intercept, stop_above=stop
        )
    if "halfwidth" in said or "level" in said:
        raise _unfit("a skeleton and a half-width", "one of them")
    rates = tuple(float(rate) for rate in said["skeleton"])
    return Crm(Empiric(rates, sd) if kind == "empiric" else Logistic(rates, sd, intercept), target, plan, stop)


def _two_parameters(said: dict[str, Any], rate: float) -> TwoParameter:
    prior = Prior.weak(said.get("rate", rate))
    if "prior_mean" in said or "prior_sd" in said:
        mean, sd = (tuple(said.get(key, ())) for key in ("prior_mean", "prior_sd"))
        if len(mean) != 2 or len(sd) != 2 or "rate" in said:
            raise _unfit("a prior", "two means and two standard deviations, or a weak prior at a rate, and not both")
        prior = Prior((mean[0], mean[1]), (sd[0], sd[1]), said.get("correlation", 0.0))
    return TwoParameter(tuple(said["doses"]), said["reference"], prior)


def _some(said: dict[str, Any], keys: tuple[str, ...], **otherwise: Any) -> dict[str, Any]:
    return otherwise | {key: said[key] for key in keys if key in said}


def _said(name: str) -> dict[str, Any]:
    """What the name says."""
    said: dict[str, Any] = {}
    text = " ".join(name.lower().split()).partition(":")[2]
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        for pattern, keys, kind in _PARTS:
            if match := re.fullmatch(pattern, part):
                said |= {key: kind(value) for key, value in zip(keys, match.groups(), strict=True)}
                break
        else:
            raise _unfit(
                f"{part!r} in the name of the rule {name!r}",
                "parts such as: target 0.3, logistic, half-width 0.05 at level 3, skeleton 0.1/0.2/0.35, cohorts of 3, "
                "at most 30, start at level 2, stop above 0.9, doses 10/20/40, reference 40, overdose below 0.25",
            )
    return said


def _unfit(found: str, expected: str) -> UsageError:
    return UsageError(
        "DES-211", found, expected=expected, mend=f"a whole name is '{EXAMPLES[0]}' or '{EXAMPLES[1]}'; see the how-to"
    )
