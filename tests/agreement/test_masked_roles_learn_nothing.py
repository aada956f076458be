"""Two trials that differ in nothing but who got which arm look the same to everybody who must not know.

The same things are asked of both, by masked and unmasked people; then every view, message, identifier, export and size
that a masked role can come by is compared. Only commitments to what is sealed, and the digests above them, may differ.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import shutil
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_up_protocols import flat
from masked_trial import STAFF, UNMASKED, WHY, spec_of
from treated_trial import Treated, at, masked, per_kg
from trialwright.conduct import commands as ask
from trialwright.conduct.allocating.asks import Randomise
from trialwright.conduct.events.allocation import (
    LevelCorrected,
    RandomisedInError,
    UnblindingReported,
    UnblindingReviewed,
)
from trialwright.conduct.events.treatment import DosePrepared
from trialwright.conduct.exports.bundle import export
from trialwright.conduct.masking.emergency import unblind
from trialwright.conduct.masking.keys import Keyring
from trialwright.conduct.randomisation import Blocks, Simple
from trialwright.conduct.randomisation.randomiser import Randomiser
from trialwright.conduct.safety.asks import ReportAdverseEvent
from trialwright.conduct.treating.asks import Administer, OmitDose, PlanDose
from trialwright.core.errors import TrialwrightError

MASKED = sorted(set(STAFF) - UNMASKED - {"max"})
"""Everybody who is masked, but the medical monitor who unblinds in an emergency."""

SUBJECTS = ("S1", "S2", "S3", "S4")
KEYS = ("arms", "specification", "retries", "randomisation-1", "randomisation-1-salt")
OTHER = {"cells": "placebo", "placebo": "cells"}
WAYS = {
    "as drawn": lambda found: found.arm,
    "swapped": lambda found: OTHER[found.arm],
    "all cells": lambda _: "cells",
    "all placebo": lambda _: "placebo",
}


@contextlib.contextmanager
def giving(way):
    """Whoever is randomised gets the arm that this way gives, whatever the list says."""
    honest = Randomiser.next

    def crooked(self, subject, levels):
        found = honest(self, subject, levels)
        return dataclasses.replace(found, arm=WAYS[way](found))

    Randomiser.next = crooked
    try:
        yield
    finally:
        Randomiser.next = honest


def prepared(trial, subject, number):
    """What the unmasked preparer prepares: what was worked out, which hangs on the arm."""
    plan = trial.desk.standing.treating.planned.get((subject, number))
    if plan is None:
        return DosePrepared(subject, number, "UC-MSC", "1", "cells")
    return DosePrepared(subject, number, plan.treatment, plan.amount, plan.unit, plan.volume)


def asked_of(trial, what, subject, other):
    """One thing that somebody asks of the trial: the answer as the program gives it."""
    weight = {"TESTCD": "WEIGHT", "TEST": "Weight", "STRESN": 61.5, "STRESU": "kg"}
    match what:
        case "enrol":
            return trial.do("ivy", ask.Enrol(subject, 4))
        case "randomise":
            return trial.do("ivy", Randomise(subject, {"site": "01"}), key=f"r-{subject}")
        case "randomise again":
            return trial.do("cora", Randomise(subject, {"site": "01"}))
        case "randomise without its level":
            return trial.do("cora", Randomise(subject, {}))
        case "guess the arm by allocating":
            return trial.do("ivy", ask.Allocate(subject, 4, other))
        case "guess the arm by correcting":
            return trial.do("ivy", ask.Correct("DM", subject, 1, 4, {"ARMCD": other}, WHY))
        case "guess the arm by supplementing":
            return trial.do("cora", ask.Supplement("DM", subject, 1, {"ARMCD": other}))
        case "correct the age":
            return trial.do("ivy", ask.Correct("DM", subject, 1, 4, {"AGE": 44}, WHY))
        case "withdraw the allocation":
            return trial.do("ivy", ask.Retract("DM", subject, 1, WHY))
        case "weigh":
            return trial.do("ivy", ask.Record("VS", subject, 1, 4, weight))
        case "plan a dose":
            return trial.do("cal", PlanDose(subject, 1))
        case "plan a later dose":
            return trial.do("ivy", PlanDose(subject, 2))
        case "plan a dose that nobody has":
            return trial.do("ivy", PlanDose(subject, 3))
        case "prepare":
            return type(trial.do("pip", prepared(trial, subject, 1)))
        case "give":
            return trial.do("cal", Administer(subject, 1, at(4, "09:00:00"), at(4, "09:30:00")))
        case "give the later dose":
            trial.on(7).do("pip", prepared(trial, subject, 2))
            return trial.do("cal", Administer(subject, 2, at(7, "09:00:00"), at(7, "09:30:00")))
        case "give without times":
            return trial.do("cal", ask.Dose(subject, 1, 4, True, {}))
        case "guess the product by giving":
            return trial.do("cal", ask.Dose(subject, 1, 4, True, {"EXTRT": "UC-MSC" if other == "cells" else "Saline"}))
        case "leave out":
            return trial.do("cal", OmitDose(subject, 1, 4, "the vein could not be found"))
        case "correct a dose":
            return trial.do("ivy", ask.Correct("EX", subject, 1, 4, {"OCCUR": "Y", "VISITDY": 0}, WHY))
        case "adverse event":
            return trial.do("ivy", ReportAdverseEvent(subject, 1, "chills", 4, 2, True, "RECOVERED/RESOLVED"))
        case "note an error":
            return trial.do("ivy", RandomisedInError(subject), reason=WHY)
        case "correct the stratum":
            return trial.do("ivy", LevelCorrected(subject, "site", "02"), reason=WHY)
        case "decide":
            return trial.do("ada", ask.Decide())
        case "report an accident":
            return trial.do("cora", UnblindingReported(subject, "accidental", "the ward"), reason=WHY)
        case "unblind":
            return unblind(trial.desk, trial.call("max", reason=WHY), subject).entry
        case "assess an unblinding":
            waiting = [each.entry for each in trial.desk.standing.allocation.unreviewed]
            return trial.do("ada", UnblindingReviewed(waiting[0] if waiting else 1, "nothing in the plan changes"))
        case "read with arms":
            return [len(trial.view(person).participants()) for person in ("sam", "bea")]
    raise ValueError(what)


WHAT = (
    *("enrol", "randomise", "weigh", "plan a dose", "prepare", "give"),
    *(
        "plan a later dose",
        "give the later dose",
        "plan a dose that nobody has",
        "give without times",
        "guess the product by giving",
    ),
    *("leave out", "correct a dose", "adverse event", "correct the age", "withdraw the allocation"),
    *("randomise again", "randomise without its level", "guess the arm by allocating", "guess the arm by correcting"),
    *("guess the arm by supplementing", "note an error", "correct the stratum", "decide", "report an accident"),
    *("unblind", "assess an unblinding", "read with arms"),
)
GUESSES = st.sampled_from(["cells", "placebo"])
STEPS = st.lists(st.tuples(st.sampled_from(WHAT), st.sampled_from(SUBJECTS), GUESSES), max_size=14)
DOSES = {
    "per kg and flat": {},
    "another product's name": {"placebo": (flat("Plasma-Lyte with a very long name of a product" * 3, "0", (0, 3)),)},
    "both per kg": {"placebo": (per_kg("Saline", "0.5", (0, 3)),)},
    "days that differ": {"placebo": (flat("Saline", "0", (0,)),)},
}


def answered(answer):
    """An answer without the digests that cover what is sealed."""
    if not isinstance(answer, tuple):
        return repr(answer)
    return [repr(dataclasses.replace(each, previous="", hash="", sealed=())) for each in answer]


def lived(folder, way, steps, spec, doses):
    """A trial in which all this was asked, and every answer, an error's whole text included. It is full after three."""
    made = masked(**doses)
    trial = Treated(folder, made=dataclasses.replace(made, design=dataclasses.replace(made.design, size=3)))
    trial.seal(spec)
    trial.admit(*SUBJECTS)
    answers = []
    with giving(way):
        for step in (("enrol", "S1", "cells"), ("randomise", "S1", "cells"), *steps):
            try:
                answers.append(answered(asked_of(trial, *step)))
            except TrialwrightError as fault:
                answers.append(f"{type(fault).__name__} {fault}")
    return trial, answers


def stored(trial):
    """The entries without the digests that cover what is sealed, and what stands beside each in bytes."""
    found = []
    for entry, row in zip(trial.ledger.entries(), trial.ledger.rows(), strict=True):
        plain = json.loads(row.text)
        sealed = plain.pop("sealed")
        plain.pop("previous")
        beside = [(each.name, each.key_id, len(each.ciphertext)) for each in trial.ledger.envelopes(entry.sequence)]
        found.append((plain, len(sealed), beside, len(row.text)))
    return found


def exported(trial):
    """The files of a masked export: tables whole, entries without those digests; and the size of the whole."""
    made = export(trial.ledger, None, masked=True, role="investigator")
    with zipfile.ZipFile(BytesIO(made.content)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    sizes = {name: len(text) for name, text in files.items()}
    manifest = json.loads(files.pop("manifest.json"))
    for name in ("hash", "root"):
        manifest.pop(name)
    manifest["files"].pop("entries.txt")
    files.pop("entries.txt")
    return files, manifest, sizes, len(made.content)


def seen(trial, person):
    """Everything that a person can read."""
    view, found = trial.view(person), {}
    readers = {
        "participants": view.participants,
        "audit": view.audit,
        "decisions": view.decisions,
        "unblindings": view.unblindings,
        "notices": view.notices,
        "randomisation": view.randomisation,
        "deviations": view.deviations,
        "reports due": view.reports_due,
        "assessments": view.assessments,
        "access": view.access,
        **{f"doses {s}": lambda s=s: view.doses(s) for s in SUBJECTS},
        **{f"visits {s}": lambda s=s: view.visits(s) for s in SUBJECTS},
        **{f"participant {s}": lambda s=s: view.participant(s) for s in SUBJECTS},
        **{
            f"history {d} {s}": lambda d=d, s=s: view.history(d, s, 1)
            for d in ("DM", "DS", "EX", "AE", "DV", "VS")
            for s in SUBJECTS
        },
    }
    for name, fetch in readers.items():
        try:
            found[name] = fetch()
        except TrialwrightError as fault:
            found[name] = str(fault)
    return found


def compare(steps, spec, doses, ways):
    with tempfile.TemporaryDirectory() as place:
        folders = [Path(place) / str(n) for n in range(2)]
        folders[0].mkdir()
        for name in KEYS:
            Keyring(folders[0] / "keys").make(name)
        shutil.copytree(folders[0], folders[1])
        (one, said), (two, said_too) = (
            lived(folder, way, steps, spec, doses) for folder, way in zip(folders, ways, strict=True)
        )
        try:
            assert said == said_too
            assert stored(one) == stored(two)
            assert exported(one) == exported(two)
            for person in MASKED:
                assert seen(one, person) == seen(two, person), person
            assert (folders[0] / "ledger.sqlite").stat().st_size == (folders[1] / "ledger.sqlite").stat().st_size
        finally:
            one.ledger.close()
            two.ledger.close()


@pytest.mark.requirement("R06")
@pytest.mark.requirement("R29")
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    steps=STEPS,
    method=st.sampled_from([Blocks((2,)), Blocks((4, 6)), Simple()]),
    doses=st.sampled_from(sorted(DOSES)),
    ways=st.permutations(sorted(WAYS)).map(lambda found: found[:2]),
)
def test_masked_roles_learn_nothing(steps, method, doses, ways):
    compare(steps, spec_of(method=method), DOSES[doses], ways)


@pytest.mark.requirement("R06")
@pytest.mark.requirement("R29")
@pytest.mark.parametrize("doses", sorted(DOSES))
def test_nobody_learns_anything_from_the_whole_course_of_a_participant(doses):
    """Every kind of request once or more, in the order in which a trial has them."""
    course = [
        ("weigh", "S1", "cells"),
        ("plan a dose", "S1", "cells"),
        ("plan a later dose", "S1", "cells"),
        ("plan a dose that nobody has", "S1", "cells"),
        ("prepare", "S1", "cells"),
        ("guess the product by giving", "S1", "cells"),
        ("guess the product by giving", "S1", "placebo"),
        ("give", "S1", "cells"),
        ("give the later dose", "S1", "cells"),
        ("correct a dose", "S1", "cells"),
        ("adverse event", "S1", "cells"),
        ("correct the age", "S1", "cells"),
        ("withdraw the allocation", "S1", "cells"),
        ("guess the arm by allocating", "S1", "cells"),
        ("guess the arm by allocating", "S1", "placebo"),
        ("guess the arm by correcting", "S1", "cells"),
        ("guess the arm by correcting", "S1", "placebo"),
        ("guess the arm by supplementing", "S1", "cells"),
        ("guess the arm by supplementing", "S1", "placebo"),
        ("decide", "S1", "cells"),
        ("unblind", "S1", "cells"),
        ("assess an unblinding", "S1", "cells"),
        ("note an error", "S1", "cells"),
        ("correct the stratum", "S1", "cells"),
        ("enrol", "S2", "cells"),
        ("randomise", "S2", "cells"),
        ("randomise again", "S2", "cells"),
        ("plan a dose", "S2", "cells"),
        ("leave out", "S2", "cells"),
        ("report an accident", "S2", "cells"),
        ("enrol", "S3", "cells"),
        ("randomise", "S3", "cells"),
        ("enrol", "S4", "cells"),
        ("decide", "S1", "cells"),
        ("read with arms", "S1", "cells"),
    ]
    compare(course, spec_of(method=Simple()), DOSES[doses], ["all cells", "all placebo"])
