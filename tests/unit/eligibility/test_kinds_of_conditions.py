"""Classes, types and degrees of conditions that name no scale, and categories of tumours without the word for one."""

import pytest

from trialwright.protocol.eligibility.compiling import compile_text
from trialwright.protocol.eligibility.items import Section
from trialwright.protocol.eligibility.tree import Ordinal, leaves


def levels(text: str) -> list[str]:
    out = []
    for leaf in leaves(compile_text(text, Section.INCLUSION).expression):
        if isinstance(leaf, Ordinal):
            of = leaf.of.key if leaf.of is not None else "-"
            out.append(f"{leaf.scale.key} {leaf.low or ''}..{leaf.high or ''} of {of}")
    return out


LINES = [
    ("obesity class II or III", ["class II..III of obesity"]),
    ("lupus nephritis of class III, IV or V", ["class III..V of lupus-nephritis"]),
    ("class IV heart failure", ["nyha IV..IV of -"]),
    ("a second or third degree burn", ["degree 2..3 of burns"]),
    ("3rd degree haemorrhoids", ["degree 3..3 of hemorrhoids"]),
    ("type I myocardial infarction", ["type I..I of myocardial-infarction"]),
    ("pT2-3 N0 M0", ["tnm-t T2..T3 of -", "tnm-n N0..N0 of -", "tnm-m M0..M0 of -"]),
    ("cT1c or greater", ["tnm-t T1c.. of -"]),
]


@pytest.mark.parametrize(("text", "expected"), LINES)
def test_a_line_names_levels(text: str, expected: list[str]) -> None:
    assert levels(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "type 2 diabetes",  # a condition of its own
        "poorly controlled type 1 or 2 diabetes",
        "on two classes of drugs for hypertension",
        "infection with herpes simplex virus type 1",
        "breast cancer in a first or second degree relative",
        "class III antiarrhythmics",
        "a second stage of labour longer than 2 hours",
        "some degree of heart failure",
        "T3 and T4 within normal limits",  # hormones
        "N2 as the carrier gas",
    ],
)
def test_other_kinds_are_no_levels(text: str) -> None:
    assert levels(text) == []
