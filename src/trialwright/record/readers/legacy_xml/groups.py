"""Reads the arms, interventions and outcomes of the legacy XML."""

from __future__ import annotations

from trialwright.record.readers.gathered import Gathered
from trialwright.record.readers.legacy_xml.elements import Element
from trialwright.record.readers.legacy_xml.texts import unwrapped
from trialwright.record.terms import ARM_TYPE, INTERVENTION_TYPE, code_of, label_of

OUTCOMES = {
    "primary_outcome": "outcomesModule.primaryOutcomes",
    "secondary_outcome": "outcomesModule.secondaryOutcomes",
    "other_outcome": "outcomesModule.otherOutcomes",
}
LINKED = "from the arm labels that stand with the interventions"


def read_groups(gathered: Gathered, root: Element) -> None:
    """Put every arm group, intervention and outcome."""
    arms = root.all("arm_group")
    for index, arm in enumerate(arms):
        path = f"armsInterventionsModule.armGroups[{index}]"
        _text(gathered, f"{path}.label", arm, "arm_group_label")
        _text(gathered, f"{path}.description", arm, "description", block=True)
        if (kind := arm.first("arm_group_type")) is not None and kind.text:
            gathered.term(f"{path}.type", kind.take(), ARM_TYPE, kind.span)
    for index, intervention in enumerate(root.all("intervention")):
        _intervention(gathered, f"armsInterventionsModule.interventions[{index}]", intervention)
    _links(gathered, arms, root.all("intervention"))
    for name, path in OUTCOMES.items():
        for index, outcome in enumerate(root.all(name)):
            _text(gathered, f"{path}[{index}].measure", outcome, "measure")
            _text(gathered, f"{path}[{index}].timeFrame", outcome, "time_frame")
            _text(gathered, f"{path}[{index}].description", outcome, "description", block=True)
            if (issue := outcome.first("safety_issue")) is not None:  # asked until 2015, and no field since
                gathered.unmapped[f"clinical_study/{name}[{index}]/safety_issue"] = issue.take()


def _intervention(gathered: Gathered, path: str, element: Element) -> None:
    _text(gathered, f"{path}.name", element, "intervention_name")
    _text(gathered, f"{path}.description", element, "description", block=True)
    if (kind := element.first("intervention_type")) is not None and kind.text:
        gathered.term(f"{path}.type", kind.take(), INTERVENTION_TYPE, kind.span)
    for number, label in enumerate(element.all("arm_group_label")):
        gathered.put(f"{path}.armGroupLabels[{number}]", label.take(), label.span)
    for number, name in enumerate(element.all("other_name")):
        gathered.put(f"{path}.otherNames[{number}]", name.take(), name.span)


def _links(gathered: Gathered, arms: list[Element], interventions: list[Element]) -> None:
    """The interventions of each arm, which the XML states only with the interventions."""
    for index, arm in enumerate(arms):
        label = arm.first("arm_group_label")
        wanted = label.text if label is not None else ""
        found = [each for each in interventions if wanted and wanted in [at.text for at in each.all("arm_group_label")]]
        named = dict.fromkeys(_name(each) for each in found)  # v2 names two interventions of one name once
        for number, each in enumerate({_name(each): each for each in reversed(found)}[name] for name in named):
            path = f"armsInterventionsModule.armGroups[{index}].interventionNames[{number}]"
            gathered.put(path, _name(each), each.span, LINKED)


def _name(intervention: Element) -> str:
    """`Biological: name`, as v2 names an intervention within an arm."""
    kind, name = intervention.first("intervention_type"), intervention.first("intervention_name")
    code = code_of(kind.text, INTERVENTION_TYPE) if kind is not None else None
    shown = label_of(code, INTERVENTION_TYPE) if code else kind.text if kind is not None else ""
    return f"{shown}: {name.text if name is not None else ''}"


def _text(gathered: Gathered, path: str, element: Element, name: str, *, block: bool = False) -> None:
    """Put the child's text. `block`: it may be a wrapped block of paragraphs."""
    child = element.first(name)
    if child is None:
        return
    child = child.first("textblock") or child
    if child.text:
        gathered.put(path, unwrapped(child.raw) if block else child.text, child.span)
        child.taken = True
