"""A simulated trial given to the command line as commands, the ledger opened anew each time, and compared with it.

`conducted` goes the whole way: `conduct begin`, `conduct do` for the setting up and for the course in parts, nothing
kept in memory between them. Each mutant spoils one step on the way.
"""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

from simulated_trials import PROTOCOLS, troubled

from command_line import trialwright
from masked_trial import PARTIES
from people_at_desk import CRITERIA
from trialwright import analyse, simulate
from trialwright.appraise import rehearse
from trialwright.cli.conduct_rehearse import drawn, specification
from trialwright.conduct.folder import desk, find
from trialwright.conduct.masking.parties import is_masked
from trialwright.conduct.people import credentials
from trialwright.conduct.randomisation import write_spec
from trialwright.dataset.files import read
from trialwright.protocol.files import dump
from trialwright.protocol.kinds import Masking

START = date(2026, 1, 5)
WORDS = "four words or so"
QUICK = (16, 8, 1)
"""The cost of a passphrase's digest here: what is tested is not how long it takes to guess one."""
Line = dict[str, Any]
Spoil = Callable[[list[Line]], list[Line]]


def planned(name: str, *, masked: bool):
    """One of the small protocols, as a trial needs it: with criteria that were not lost, and masked or open."""
    masking = Masking("QUADRUPLE", PARTIES) if masked else Masking("NONE")
    return dataclasses.replace(PROTOCOLS[name], masking=masking, eligibility=CRITERIA)


@dataclasses.dataclass(frozen=True)
class Conducted:
    """A trial on its ledger beside the simulated one. `refused`: what the command line said if it refused a line."""

    folder: Path
    plan: Any
    source: Any
    refused: str = ""

    def differences(self) -> Iterator[str]:
        """What differs: `data` (on any day), `decision`, `analysis`, or that a command was refused."""
        if self.refused:
            yield f"refused: {self.refused}"
            return
        found = desk(find(self.folder))
        standing, source = found.standing.data, self.source.data
        taken = [(each.day, each.decision) for each in standing.decisions]
        asked = [(each.day, each.decision) for each in self.source.decisions]
        yield from (
            f"decision: {theirs} / {ours}" for theirs, ours in zip(asked, taken, strict=False) if theirs != ours
        )
        if len(taken) != len(asked):
            yield f"decision: {len(asked)} / {len(taken)} of them"
        ours = standing.data()
        days = {*source.days(), *ours.days(), *(day for day, _ in asked)}
        for day in sorted(days | {day - 1 for day in days}):
            difference = source.as_of(day).difference(ours.as_of(day), content_only=True)
            if difference is not None:
                yield f"data: on day {day}, {difference}"
                break
        found.ledger.close()
        if analyse.run(self.plan, source).to_json() != analyse.run(self.plan, self.exported()).to_json():
            yield "analysis"

    def exported(self):
        """The data as `conduct data` writes them."""
        out = self.folder.with_name(f"{self.folder.name}-data")
        by = ("--as", "statistician", "--role", "statistician")
        passed = by_command("data", self.folder, "-o", out, *by)
        assert passed.status == 0, passed.err
        return read(out)


def by_command(*arguments: object):
    """A command of `trialwright conduct`, given with the passphrase of everybody."""
    quick = mock.patch.object(credentials, "COST", QUICK)
    with quick, mock.patch.dict(os.environ, {"TRIALWRIGHT_PASSPHRASE": WORDS}):
        return trialwright("conduct", *arguments)


def give(folder: Path, lines: Iterable[Line], first: int) -> str:
    """Give commands by `conduct do` in a file; what was said if one was refused."""
    source = folder.with_suffix(".jsonl")
    keyed = ({**line, "key": f"line-{number}"} for number, line in enumerate(lines, start=first))
    source.write_text("".join(json.dumps(each) + "\n" for each in keyed), encoding="utf-8")
    words = folder.with_suffix(".json")
    words.write_text(json.dumps(dict.fromkeys(rehearse.STAFF, WORDS)), encoding="utf-8")
    found = by_command("do", folder, source, "--passphrases", words, "--quiet")
    return found.err if found.status else ""


def conducted(folder: Path, name: str, seed: int, *, masked: bool, parts: int = 3, spoil: Spoil | None = None):
    """Simulate a trial with late and corrected entries, and conduct it in a new folder by the command line."""
    plan = planned(name, masked=masked)
    protocol, trial = folder / "protocol.yaml", folder / "trial"
    protocol.write_text(dump(plan), encoding="utf-8")
    about = ("--as", "sponsor", "--name", rehearse.STAFF["sponsor"][0], "--zone", "UTC", "--start", START.isoformat())
    begun = by_command("begin", protocol, "-o", trial, *about)
    assert begun.status == 0, begun.err
    kept = credentials.Credentials(find(trial).keys)
    with mock.patch.object(credentials, "COST", QUICK):
        for person in rehearse.STAFF:
            kept.set(person, WORDS)
    spec = specification(plan)
    opening = rehearse.setting_up((), START, None if spec is None else write_spec(spec))
    assert not give(trial, [*rehearse.staff(START), *opening], 1)
    at = desk(find(trial))
    how = {} if spec is None else {"allocate": drawn(at, spec)}
    at.ledger.close()
    source = withdrawn(simulate.run(plan, troubled(plan), seed=seed, **how))
    course = list(rehearse.course(source, START, spec, masked=is_masked(plan)))
    course = spoil(course) if spoil is not None else course
    length = -(-len(course) // parts)
    for place in range(0, len(course), length):
        refused = give(trial, course[place : place + length], 1000 + place)
        if refused:
            return Conducted(trial, plan, source, refused)
    return Conducted(trial, plan, source)


def withdrawn(trial):
    """The same trial, in which rows are withdrawn in the end that should not have been entered: the simulator does not
    do that. Toxicity and its absence, a measurement, an adverse event."""
    latest = {fact.key: fact for fact in trial.facts}
    last, found = max(fact.known for fact in trial.facts), {}
    for fact in latest.values():
        found.setdefault((fact.domain, fact.values.get("XDDLT")), fact)
    wanted = [found[kind] for kind in (("XD", "Y"), ("XD", "N"), ("LB", None), ("AE", None)) if kind in found]
    more = (dataclasses.replace(each, version=each.version + 1, retracted=True, known=last) for each in wanted)
    return dataclasses.replace(trial, facts=(*trial.facts, *more))


# Mutants: what may go wrong between the trial and its ledger, and how it must show.


def _each(change: Callable[[Line], Line | None]) -> Spoil:
    return lambda lines: [found for line in lines if (found := change(line)) is not None]


def _without(*commands: str) -> Spoil:
    return _each(lambda line: None if line["command"] in commands else line)


def _valued(line: Line, change: Callable[[str, Any], Any]) -> Line:
    return {**line, "values": {name: change(name, each) for name, each in line["values"].items()}}


def _rounded(line: Line) -> Line:
    if line["command"] != "record" or line["domain"] != "LB":
        return line
    return _valued(line, lambda name, each: round(each) if name == "STRESN" and each is not None else each)


def _last_decision_dropped(lines: list[Line]) -> list[Line]:
    last = max(place for place, line in enumerate(lines) if line["command"] == "decide")
    return [line for place, line in enumerate(lines) if place != last]


def _dlt_swapped(line: Line) -> Line:
    return {**line, "dlt": not line["dlt"]} if line["command"] == "assess-dlt" and line["dlt"] is not None else line


def _one_day_early(line: Line) -> Line:
    return {**line, "day": line["day"] - 1} if line["command"] == "record" and line["domain"] == "LB" else line


def _other_subject(lines: list[Line]) -> list[Line]:
    """The doses of the first two participants change places."""
    seen = [line["subject"] for line in lines if line["command"] == "enrol"][:2]
    other = dict(zip(seen, reversed(seen), strict=True))
    swapped = ("record",)
    return [
        {**line, "subject": other.get(line["subject"], line["subject"])}
        if line["command"] in swapped and line["domain"] == "LB"
        else line
        for line in lines
    ]


def _late_at_once(lines: list[Line]) -> list[Line]:
    """Assessments of toxicity are entered on the day on which they occurred."""
    days = {line["today"]: (date.fromisoformat(line["today"]) - START).days for line in lines}
    return sorted(
        (
            {**line, "today": date.fromordinal(START.toordinal() + line["day"]).isoformat()}
            if line["command"] == "assess-dlt" and line["day"] < days[line["today"]]
            else line
            for line in lines
        ),
        key=lambda line: line["today"],
    )


MUTANTS: dict[str, tuple[Spoil, frozenset[str]]] = {
    "corrections are not given": (_without("correct"), frozenset({"data"})),
    "corrected assessments are not given": (_without("correct-dlt", "retract-dlt"), frozenset({"data"})),
    "what became known later is not added": (_without("supplement"), frozenset({"data"})),
    "rows are not withdrawn": (_without("retract", "retract-dlt"), frozenset({"data"})),
    "a measurement is rounded": (_each(_rounded), frozenset({"data", "analysis"})),
    "measurements are dated a day early": (_each(_one_day_early), frozenset({"data"})),
    "measurements go to another participant": (_other_subject, frozenset({"data"})),
    "toxicity is the wrong way round": (_each(_dlt_swapped), frozenset({"data", "decision", "refused"})),
    "the last decision is not asked for": (_last_decision_dropped, frozenset({"decision"})),
    "late assessments are entered when they occurred": (_late_at_once, frozenset({"data", "decision"})),
}
