"""`trialwright conduct`: begin a trial, keep its versions, verify its ledger, take things out of it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from trialwright.cli import conduct_call as ask
from trialwright.cli.output import answer, answer_json, check_free, say
from trialwright.core.errors import InputError, UsageError

trial = typer.Typer()


@trial.command()
def begin(
    protocol: Annotated[Path, typer.Argument(metavar="PROTOCOL", help="A protocol file, as `draft` writes it.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="TRIAL", help="The folder to make.")],
    person: Annotated[str, typer.Option("--as", metavar="PERSON", help="The identifier of the first sponsor.")],
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The name printed beside that person's signature.")
    ],
    zone: Annotated[
        str, typer.Option("--zone", metavar="ZONE", help="The time zone of trial days: America/Mexico_City.")
    ],
    start: Annotated[str | None, typer.Option("--start", metavar="DATE", help="Trial day 0. Without: today.")] = None,
    live: Annotated[bool, typer.Option("--live/--rehearsal", help="A live trial, or a rehearsal of one.")] = False,
    validation: Annotated[
        str, typer.Option("--validation", metavar="TEXT", help="Live: the sponsor's statement of validation.")
    ] = "",
    keys: Annotated[Path | None, typer.Option("--keys", help="Where keys are kept, instead of in the folder.")] = None,
    postgres: Annotated[
        str | None, typer.Option("--postgres", metavar="CONNINFO", help="A ledger that was set up in PostgreSQL.")
    ] = None,
) -> None:
    """Begin a trial: its folder, its ledger, its first sponsor. A rehearsal unless --live is given.

    It is refused, with every reason, while the protocol lacks what somebody must supply.
    """
    from trialwright.conduct import folder
    from trialwright.conduct.ledger.clock import server_clock
    from trialwright.conduct.milestones import opening
    from trialwright.conduct.people.credentials import checked
    from trialwright.conduct.people.signing_in import first_passphrase
    from trialwright.design import build
    from trialwright.protocol.files import load

    content = _read(protocol)
    plan = load(protocol)
    first = date.fromisoformat(server_clock()[:10]) if start is None else ask.date_from(start)
    opening.check(plan, "live" if live else "rehearsal", zone, (person, name), validation)
    passphrase = checked(ask.asked_passphrase(person))
    place = folder.make(output, keys=keys, postgres=postgres)
    store = place.store()
    try:
        mode = "live" if live else "rehearsal"
        about: dict[str, Any] = {"mode": mode, "start": first, "zone": zone, "sponsor": (person, name)}
        opening.begin(store, plan, place.keep(content), build(plan), **about, validation=validation)
    finally:
        store.close()
    desk = ask.desk_of(output, None)
    first_passphrase(desk, person, passphrase)
    waiting = desk.standing.data.unconfirmed
    answer(f"{output} holds a {'live trial' if live else 'rehearsal'} that begins on {first}.")
    if waiting:
        answer(f"Before it is opened, {len(waiting)} things must be confirmed by a person:")
        answer("\n".join(f"  {about}" for about in waiting))


@trial.command()
def status(trial: ask.Trial, as_json: ask.AsJson = False) -> None:
    """Say where a trial stands, with nothing that is masked."""
    from trialwright.conduct.folder import desk, find

    standing = desk(find(trial)).blind()
    begun, data = standing.course.begun, standing.data
    found = {
        "trial": "" if begun is None else begun.trial,
        "mode": "" if begun is None else begun.mode,
        "phase": standing.course.phase.value,
        "day": standing.day,
        "entries": standing.head.size,
        "head": standing.head.hash,
        "enrolled": len(data.enrolments),
        "to_confirm": list(data.unconfirmed),
        "to_settle": standing.before_lock(),
    }
    if as_json:
        answer_json(found)
        return
    answer(f"{found['trial']} ({found['mode']}): {found['phase']}, day {found['day']}")
    answer(f"{found['entries']} entries, {found['enrolled']} participants enrolled")
    for title, waiting in (
        ("To be confirmed", data.unconfirmed),
        ("To be settled before the lock", standing.before_lock()),
    ):
        if waiting:
            answer(f"{title}:\n" + "\n".join(f"  {each}" for each in waiting))


@trial.command("keep-protocol")
def keep_protocol(
    trial: ask.Trial,
    protocol: Annotated[Path, typer.Argument(metavar="PROTOCOL", help="The file of a new version.")],
) -> None:
    """Keep a new version of the protocol in the trial's folder, and print its digest, which `amend` names."""
    from trialwright.conduct.folder import find
    from trialwright.protocol.files import load

    load(protocol)
    answer(find(trial).keep(_read(protocol)))


@trial.command("set-passphrase")
def set_passphrase(
    trial: ask.Trial,
    person: Annotated[str, typer.Argument(metavar="PERSON", help="Whose passphrase.")],
    as_: ask.As,
    role: ask.InRole,
    site: ask.At = "*",
    new: Annotated[str | None, typer.Option("--new", envvar="TRIALWRIGHT_NEW_PASSPHRASE", hidden=True)] = None,
    today: ask.Today = None,
) -> None:
    """Set a person's passphrase. It is asked for at the terminal, or read from TRIALWRIGHT_NEW_PASSPHRASE."""
    desk = ask.desk_of(trial, today)
    session, passphrase = ask.session_of(desk, as_)
    chosen = new if new is not None else str(typer.prompt(f"New passphrase of {person}", hide_input=True))
    call = ask.call_of(session, passphrase, {"role": role, "site": site})
    desk.set_passphrase(call, person, chosen)
    answer(f"The passphrase of {person} is set.")


@trial.command()
def do(
    trial: ask.Trial,
    source: Annotated[Path, typer.Argument(metavar="FILE", help="One command in JSON per line.")],
    passphrases: Annotated[
        Path | None, typer.Option("--passphrases", help="JSON: the passphrase of each person. Rehearsals only.")
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Do not print what each command became.")] = False,
) -> None:
    """Give the commands in a file, one after the other; it stops at the first that is refused.

    A line: {"command": "enrol", "subject": "S-1", "day": 3, "as": "eve", "role": "coordinator", "site": "1"}; besides
    the fields of the command also occurred, reason, key, today (a date, in a rehearsal). Lines with keys that stand
    already change nothing, so a file can be given again after it stopped.
    """
    from trialwright.cli.conduct_batch import given

    desk = ask.desk_of(trial, None)
    known = json.loads(_read(passphrases)) if passphrases is not None else {}
    given(desk, source, known, quiet=quiet)


@trial.command()
def verify(
    trial: ask.Trial,
    witness: Annotated[Path | None, typer.Option("--witness", help="The file of checkpoints, kept elsewhere.")] = None,
    verifier: Annotated[list[str] | None, typer.Option("--verifier", help="Public key of whoever signs there.")] = None,
    as_json: ask.AsJson = False,
) -> None:
    """Check the whole ledger and every signature on it, and against a witness; exit 1 if anything is wrong."""
    from trialwright.conduct.folder import find
    from trialwright.conduct.ledger import Fault
    from trialwright.conduct.ledger import verify as verified
    from trialwright.conduct.people.signatures import invalid

    store = find(trial).store()
    report = verified(store, _witness(witness, verifier))
    if report.sound:
        unsigned = tuple(
            Fault(number, f"its signature is not valid: {why}") for number, why in invalid(store.entries())
        )
        report = replace(report, faults=unsigned)
    if as_json:
        answer_json(
            {
                "sound": report.sound,
                "size": report.head.size,
                "hash": report.head.hash,
                "root": report.root,
                "witnessed": report.witnessed,
                "faults": [{"entry": fault.sequence, "why": fault.why} for fault in report.faults],
                "notices": list(report.notices),
            }
        )
    else:
        answer(f"{report.head.size} entries, root {report.root}: {'sound' if report.sound else 'NOT SOUND'}")
        for fault in report.faults:
            answer(f"  {'' if fault.sequence is None else f'entry {fault.sequence}: '}{fault.why}")
        for notice in report.notices:
            say(notice)
    if not report.sound:
        raise typer.Exit(1)


@trial.command()
def attest(
    trial: ask.Trial,
    witness: Annotated[Path, typer.Option("--witness", help="The file of checkpoints, on another machine or medium.")],
    key: Annotated[Path, typer.Option("--signing-key", help="The file of the private key.")],
) -> None:
    """Sign how far the ledger reaches, and append that to a witness file."""
    from trialwright.conduct.folder import find
    from trialwright.conduct.ledger import attest as attested
    from trialwright.conduct.ledger import server_clock, signer_in
    from trialwright.conduct.ledger import verify as verified

    signer = signer_in(key)
    checkpoint = verified(find(trial).store()).checkpoint(server_clock())
    attested(witness, checkpoint, signer)
    answer(f"{witness} attests {checkpoint.size} entries. Whoever verifies needs {signer.verifier.text}")


@trial.command("set-up-postgres")
def set_up_postgres(
    owner: Annotated[
        str,
        typer.Option(
            "--owner", metavar="CONNINFO", envvar="TRIALWRIGHT_OWNER", help="How the database's owner connects."
        ),
    ],
    app_role: Annotated[
        str, typer.Option("--app-role", metavar="ROLE", help="The database role that trialwright connects as.")
    ],
) -> None:
    """Make an empty ledger in PostgreSQL, to which that role can only append; `begin` or `move` fills it."""
    from trialwright.conduct.ledger import set_up

    set_up(owner, app_role)
    answer(f"The schema `ledger` is there; {app_role} may read it and append to it, and nothing else.")


@trial.command()
def move(
    trial: ask.Trial,
    postgres: Annotated[
        str, typer.Option("--postgres", metavar="CONNINFO", help="A ledger that was set up, as trialwright connects.")
    ],
) -> None:
    """Move the ledger of a trial from its folder into PostgreSQL, verify both, and go on there."""
    from trialwright.conduct.folder import find
    from trialwright.conduct.moving import MOVED
    from trialwright.conduct.moving import move as moved

    report = moved(find(trial), postgres)
    answer(f"{report.head.size} entries are in PostgreSQL, root {report.root}. The old ledger is kept as {MOVED}.")


@trial.command("new-signing-key")
def new_signing_key(
    output: Annotated[Path, typer.Option("-o", "--output", help="The file to write; it must not be there.")],
    name: Annotated[str, typer.Option("--name", help="The name under which checkpoints are signed.")],
) -> None:
    """Make a key that signs checkpoints, and print its public half."""
    from trialwright.conduct.ledger import new_key

    answer(new_key(name, output).verifier.text)


@trial.command()
def export(
    trial: ask.Trial,
    output: Annotated[Path, typer.Option("-o", "--output", help="The zip file to write.")],
    as_: ask.As,
    role: ask.InRole,
    site: ask.At = "*",
    full: Annotated[bool, typer.Option("--full/--masked", help="With arms, or with these substituted.")] = False,
    size: Annotated[int | None, typer.Option("--size", help="What stood after so many entries.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    today: ask.Today = None,
) -> None:
    """Write what stands on the ledger to one file that verifies by itself; the export is itself an entry."""
    from trialwright.conduct.exports.asking import exported

    check_free(output, force=force)
    desk = ask.desk_of(trial, today)
    session, passphrase = ask.session_of(desk, as_)
    call = ask.call_of(session, passphrase, {"role": role, "site": site})
    made = exported(desk, call, masked=not full, size=size)
    output.write_bytes(made.content)
    answer(f"{output}: {made.manifest['filter']}, {made.manifest['size']} entries, SHA-256 {made.sha256}")


@trial.command()
def data(
    trial: ask.Trial,
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write; `analyse` reads it.")],
    as_: ask.As,
    role: ask.InRole,
    site: ask.At = "*",
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier dataset.")] = False,
    today: ask.Today = None,
) -> None:
    """Write the dataset with its arms, for `analyse`; for those who may see arms, and itself an entry."""
    from trialwright.conduct.exports.asking import exported
    from trialwright.dataset.files import write

    desk = ask.desk_of(trial, today)
    session, passphrase = ask.session_of(desk, as_)
    standing = desk.standing
    found = standing.data.data()
    exported(desk, ask.call_of(session, passphrase, {"role": role, "site": site}), masked=False)
    write(found, output, replace=force)
    answer(f"{output}: the data of {len(found.subjects())} people on {len(standing.data.facts)} rows")


@trial.command("check-export")
def check_export(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="An export.")],
    keys: Annotated[Path | None, typer.Option("--keys", help="The folder of keys, for what is sealed.")] = None,
    witness: Annotated[Path | None, typer.Option("--witness", help="The file of checkpoints, kept elsewhere.")] = None,
    verifier: Annotated[list[str] | None, typer.Option("--verifier", help="Public key of whoever signs there.")] = None,
    as_json: ask.AsJson = False,
) -> None:
    """Check an export with no ledger at hand: files, entries, tables; exit 1 if anything is wrong."""
    from trialwright.conduct.exports.check import check
    from trialwright.conduct.masking.keys import Keyring

    found = check(source, keys=None if keys is None else Keyring(keys), witness=_witness(witness, verifier))
    if as_json:
        answer_json({"sound": found.sound, "faults": found.faults, "notices": found.notices, **found.manifest})
    else:
        about = f"{found.manifest.get('filter')}, {found.manifest.get('size')} entries"
        answer(f"{source}: {about}: {'sound' if found.sound else 'NOT SOUND'}")
        answer("\n".join(f"  {fault}" for fault in found.faults)) if found.faults else None
        for notice in found.notices:
            say(notice)
    if not found.sound:
        raise typer.Exit(1)


def _witness(path: Path | None, verifiers: list[str] | None) -> Any:
    from trialwright.conduct.ledger import verifier_from, witness_in

    if path is None:
        return None
    if not verifiers:
        raise UsageError(
            "COND-174",
            "a witness is of no use without the public key of whoever signs it",
            expected="--verifier, once or more",
            mend="give the text that `new-signing-key` printed",
        )
    return witness_in(path, [verifier_from(each) for each in verifiers])


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputError(
            "RUN-001",
            f"{path} cannot be read: {fault.strerror}",
            expected="a file",
            mend="check its name and its rights",
        ) from fault
