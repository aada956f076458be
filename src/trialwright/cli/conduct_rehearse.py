"""`trialwright conduct rehearse`: a simulated trial conducted on a ledger, from its beginning to its end."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli.conduct_batch import given
from trialwright.cli.conduct_call import PASSPHRASE
from trialwright.cli.output import Steps, answer
from trialwright.core.errors import UsageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Desk
    from trialwright.conduct.randomisation import Specification
    from trialwright.protocol.protocol import Protocol

START = date(2026, 1, 5)


def rehearse(
    protocol: Annotated[Path, typer.Argument(metavar="PROTOCOL", help="A protocol file, as `draft` writes it.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="TRIAL", help="The folder to make.")],
    seed: Annotated[int, typer.Option(min=0, help="Seed of the simulated trial.")] = 1,
    scenario: Annotated[str | None, typer.Option(help="Name or file of the scenario.")] = None,
    start: Annotated[str, typer.Option(help="The date of trial day 0.")] = START.isoformat(),
    unlocked: Annotated[bool, typer.Option("--unlocked", help="Leave the trial running at its last entry.")] = False,
    participants: Annotated[
        int | None,
        typer.Option("--participants", min=0, help="Stop when so many have an arm, open; 0: before the first."),
    ] = None,
) -> None:
    """Conduct a simulated trial on a ledger: every command that a site would give, from sites and consent to the lock.

    The folder is a trial like any other, in rehearsal: show, verify and export it, and go on with it. The commands
    stand in commands.jsonl, the passphrases of its invented staff in passphrases.json: made up, or for all of them the
    one in TRIALWRIGHT_PASSPHRASE.
    """
    from trialwright import appraise
    from trialwright.appraise import rehearse as script
    from trialwright.cli.conduct_call import date_from
    from trialwright.conduct.desk import Call
    from trialwright.conduct.folder import desk, make
    from trialwright.conduct.masking.parties import is_masked
    from trialwright.conduct.milestones import opening
    from trialwright.conduct.people.roles import Role
    from trialwright.conduct.people.signing_in import first_passphrase
    from trialwright.conduct.people.state import EVERYWHERE
    from trialwright.design import build
    from trialwright.protocol.files import load

    plan, first = load(protocol), date_from(start)
    sponsor = ("sponsor", script.STAFF["sponsor"][0])
    opening.check(plan, "rehearsal", "UTC", sponsor, "")
    options = appraise.Options(seed=seed, scenario=scenario)
    appraise.check_options(plan, options)
    place = make(output)
    same = os.environ.get(PASSPHRASE)
    passphrases = {person: same or secrets.token_urlsafe(12) for person in script.STAFF}
    (output / "passphrases.json").write_text(json.dumps(passphrases, indent=2) + "\n", encoding="utf-8")
    store = place.store()
    digest = place.keep(protocol.read_bytes())
    opening.begin(store, plan, digest, build(plan), mode="rehearsal", start=first, zone="UTC", sponsor=sponsor)
    store.close()
    found = desk(place, today=first)
    first_passphrase(found, "sponsor", passphrases["sponsor"])
    spec = specification(plan)
    text = None if spec is None else _written(spec)
    lines = Lines(output / "commands.jsonl", found, passphrases)
    lines.give(script.staff(first))
    by = Call(found.sign_in("sponsor", passphrases["sponsor"]), Role.SPONSOR, EVERYWHERE)
    for person, (_, role, site, _) in list(script.STAFF.items())[1:]:  # the sponsor's is used once, to set their own
        once = secrets.token_urlsafe(12)
        found.set_passphrase(by, person, once)
        own = Call(found.sign_in(person, once), Role(role), site, passphrase=once)
        found.set_passphrase(own, person, passphrases[person])
    lines.give(script.setting_up(tuple(found.standing.data.unconfirmed), first, text))
    trial = appraise.one_trial(plan, options, allocate=None if spec is None else drawn(found, spec))
    lines.give(_until(participants, script.course(trial, first, spec, masked=is_masked(plan))))
    if not unlocked and participants is None:
        lines.give(script.ending(found.standing.day, first))
    standing = found.standing
    answer(f"{output}: {standing.head.size} entries from {lines.number} commands, {standing.course.phase.value}")
    if participants is not None:
        answer(f"Its people: {', '.join(script.STAFF)}. Today is {first + timedelta(standing.day)}.")
        return
    difference = trial.data.difference(standing.data.data(), content_only=True)
    answer("The data on the ledger are those simulated." if difference is None else f"It differs: {difference}")


def _until(participants: int | None, course: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The commands until so many participants have an arm; all of them where it is not said how many."""
    waiting = participants
    for line in course:
        if waiting == 0:
            return
        yield line
        if waiting is not None and line["command"] in ("allocate", "randomise"):
            waiting -= 1


class Lines:
    """A file of commands that grows as they are given."""

    def __init__(self, path: Path, desk: Desk, passphrases: dict[str, str]) -> None:
        self.number = 0
        self._path, self._desk, self._passphrases = path, desk, passphrases

    def give(self, lines: Iterable[dict[str, Any]]) -> None:
        """Write these commands down and give them, one after the other."""
        part = self._path.with_name(f".{self._path.name}.part")
        keyed = []
        for each in lines:
            self.number += 1
            keyed.append(json.dumps({**each, "key": f"line-{self.number}"}, ensure_ascii=False))
        part.write_text("".join(f"{line}\n" for line in keyed), encoding="utf-8")
        steps = Steps(under_way="commands")
        given(self._desk, part, self._passphrases, quiet=True)
        steps.close()
        with self._path.open("a", encoding="utf-8") as file:
            file.write(part.read_text("utf-8"))
        part.unlink()


def specification(protocol: Protocol) -> Specification | None:
    """How the rehearsal randomises, if the trial does: permuted blocks of two and three times the ratio, no factor."""
    from trialwright.appraise.rehearse import randomised_arms
    from trialwright.conduct.masking.parties import enrolling_are_masked
    from trialwright.conduct.randomisation import Blocks, Specification

    found = randomised_arms(protocol)
    if found is None:
        return None
    arms, ratio = found
    unit = sum(ratio)
    name = protocol.record.nct_id or protocol.record.title
    return Specification(name, arms, ratio, not enrolling_are_masked(protocol), (), Blocks((2 * unit, 3 * unit)))


def _written(spec: Specification) -> str:
    from trialwright.conduct.randomisation import write_spec

    return write_spec(spec)


def drawn(desk: Desk, spec: Specification) -> Any:
    """What draws the arms of a simulated trial as the sealed randomisation of this desk will draw them."""
    from trialwright.conduct.allocating.sealing import key_names
    from trialwright.conduct.randomisation import Draws, Key, Randomiser

    key = desk.keys.get(key_names(1)[0])
    if key is None:
        raise UsageError("COND-088", "the keys of the randomisation are not here", mend="bring the folder of keys back")
    randomiser = Randomiser(spec, Draws.of(spec, Key(key)))

    def arm(subject: str, decision: Any) -> str:
        if not set(decision.arms) <= set(spec.arms):
            return str(decision.arms[0])
        found = randomiser.next(subject, {})
        randomiser.add(found)
        return found.arm

    return arm
