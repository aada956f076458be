"""Writes the reference of the live trial from the program: its events, its commands, its roles.

python docs/build_conduct.py            write conduct-events.md, conduct-commands.md, conduct-roles.md
python docs/build_conduct.py --check    exit with 1 if one of them is out of date
"""

import dataclasses
import inspect
import sys
import typing
from collections.abc import Iterable
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent / "src"))

from trialwright.cli.conduct_fields import details_of, said_of  # noqa: E402
from trialwright.cli.conduct_give import CLASHING, SHARED, fields_of  # noqa: E402
from trialwright.cli.conduct_names import NAMES  # noqa: E402
from trialwright.conduct import events  # noqa: E402
from trialwright.conduct.masking import parties, sealing  # noqa: E402
from trialwright.conduct.masking.views import LIST_READERS  # noqa: E402
from trialwright.conduct.milestones.phase import Phase  # noqa: E402
from trialwright.conduct.people.roles import DUTIES, Duty, Role  # noqa: E402
from trialwright.conduct.rules import RULES  # noqa: E402

TOPICS = {
    "trial": "The trial as a whole",
    "people": "People",
    "sites": "Sites",
    "subjects": "Those who may take part",
    "data": "Data",
    "allocation": "Allocation and unblinding",
    "treatment": "Treatment and visits",
    "safety": "Safety and decisions",
    "exports": "What was taken out",
}
USUAL = tuple(phase.name for phase in Phase if phase.name not in ("LOCKED", "UNMASKED"))
PLAIN = {
    "subject": "the participant.",
    "site": "the site.",
    "person": "the person.",
    "role": "the role.",
    "day": "trial day.",
    "number": "of the row, from 1.",
    "values": "the columns of the row.",
    "domain": "the table of the row.",
    "about": "which field.",
    "protocol": "SHA-256 (hex) of the version's file.",
}
"""What fields mean wherever nothing else is said of them."""
EVENTS_HEAD = """\
# What can stand on a ledger

This page is made by `make docs`. Each entry holds one event. Around it stand its number, the trial day, who gave the
command, in which role and at which site, when it happened (`occurred`, with an offset) and when it was recorded
(`recorded`, the server's clock in UTC), the reason, an idempotency key, the hash of the entry before, and commitments
to what is sealed beside it. The version is that of the event's fields; stored events of earlier versions stay readable.

*Sealed* fields are empty in the entry, in every trial, masked or not: their values stand in an envelope beside it, and
all envelopes of a kind have one size. So an entry looks the same whatever the arm is. Columns of rows that are sealed:
{columns}.
Of a decision the entry holds whether participants may enter and how many; arms, level and reasons are sealed.
"""
COMMANDS_HEAD = """\
# The commands of a live trial

This page is made by `make docs`. `trialwright conduct COMMAND --help` says the same, with every option; the commands
that only read, and those about the folder, stand in [Commands](commands.md). As an option a field is written with `-`
for `_`, and `values` is `--set`. In a file for `conduct do` a command is a line of JSON with these fields.

Every command takes `--as`, `--role`, `--site`, `--occurred`, `--reason` and `--key`. Fields that are named as one of
these begin with `for-`. Any one of the roles named allows it. *Signed* commands ask for the passphrase again and leave
a signature with that meaning. Where no phase is named, a command is possible until the lock.
"""
ROLES_HEAD = """\
# Roles: what each may do, and sees

This page is made by `make docs`. A person has a role at a site (`*`: at every site) from the entry that grants it to
the entry that revokes it; the right is asked anew at each command and each reading. Whoever has several roles acts in
one at a time. `sign-again` is for whoever has the duty that the void signature was about.
"""
AGAIN = "sign-again"
SEES_HEAD = """\
## Who sees arms

A protocol names the parties that it masks. Where it says that the trial is masked and not whom, everybody is taken as
masked. While the trial runs:
"""
READS = """\
## What each may read

- Whoever may *read* sees the participants of their own site, or with a role at `*` of every site: the latest version
  of every row, its history, the decisions, the register of unblindings. A participant sees their own data only.
- Whoever may *read the audit trail* sees each entry about those participants, about nobody, or of their own.
- Whoever does not see arms gets all of this from a state that was folded without any key: it holds no arm. Whoever sees
  arms in a masked trial leaves an entry (`ArmsViewed`) each time.
- After an emergency unblinding whoever asked sees that one arm, and nobody else does.
- {notices} are told of unblindings that nobody has assessed yet, without the arm.
- How arms are drawn (ratio, blocks) is read by the {readers} only, where they see arms, until the
  randomisation is opened.
- A full export, the dataset with its arms and a closed report are for those who may export and see arms (closed
  reports: {closed}); they are entries too. No digest of an entry is shown to a masked reader: it covers what is sealed.
- Once two people have signed `unmask`, everybody who may read sees arms.
- Who a participant is stands in an envelope under a key of that person's own. No command shows it.
"""


def events_page() -> str:
    """Every type of event, with its fields."""
    columns = "; ".join(f"{domain}: {', '.join(sorted(names))}" for domain, names in sealing.COLUMNS.items())
    parts = [EVENTS_HEAD.replace("{columns}", columns)]
    for topic, title in TOPICS.items():
        parts.append(f"\n## {title}\n")
        for kind, version in getattr(events, topic).SCHEMAS.items():
            parts.append(f"\n### {kind.__name__}\n\nVersion {version}. {_first(kind)}\n")
            parts.append(_fields(kind, sealed=frozenset(sealing._FIELDS.get(kind.__name__, ()))))
    return "".join(parts)


def commands_page() -> str:
    """Every command that people give, with who may give it and its fields."""
    parts = [COMMANDS_HEAD]
    for name, (kind, about) in NAMES.items():
        rule = RULES[kind]
        parts.append(f"\n## {name}\n\n{about} {details_of(kind)}".rstrip() + "\n\n")
        parts.append(f"Roles: {_roles(rule.duties)}." + (" At `*` only." if rule.whole else ""))
        parts.append(f" Signed: {rule.signed}." if rule.signed else "")
        if rule.when and rule.when != frozenset(USUAL):
            phases = [phase.value for phase in Phase if phase.name in rule.when]
            parts.append(" In any phase." if len(phases) == len(Phase) else f" While: {', '.join(phases)}.")
        parts.append("\n")
        parts.append(_fields(kind, options=True))
    return "".join(parts)


def roles_page() -> str:
    """Every role: its duties, the commands that they allow, and whether it sees arms."""
    parts = [ROLES_HEAD]
    for role in Role:
        allowed = [name for name, (kind, _) in NAMES.items() if name != AGAIN and RULES[kind].duties & DUTIES[role]]
        duties = ", ".join(duty.value for duty in Duty if duty in DUTIES[role])
        parts.append(f"\n## {role.value}\n\nMay {duties}.\n\n")
        parts.append(f"Commands: {', '.join(f'`{name}`' for name in allowed) or 'none'}.\n")
    parts.append(f"\n{SEES_HEAD}\n| Role | Sees arms |\n| --- | --- |\n")
    for role in Role:
        masked = " or ".join(_plain(each) for each in parties.parties_of(role))
        never = f"where the protocol does not mask the {masked}; never otherwise"
        sees = "only if granted unmasked" if role in parties.MAY_BE_UNMASKED else never
        parts.append(f"| {role.value} | {sees} |\n")
    parts.append(
        "\nIn a trial with one arm, or that masks nobody, everybody sees arms. A person who is unmasked in one role\n"
        "cannot have a masked one in which knowing an arm could sway what they do.\n\n"
    )
    told = ("sponsor", "investigator", "medical monitor")
    filled = {
        "notices": ", ".join(told[:-1]).capitalize() + f" and {told[-1]}",
        "readers": " and the ".join(role.value for role in Role if role in LIST_READERS),
        "closed": "dsmb and statistician",
    }
    text = READS
    for word, said in filled.items():
        text = text.replace(f"{{{word}}}", said)
    return "".join([*parts, text])


def _plain(party: str) -> str:
    return party.replace("_", " ").lower()


def _roles(duties: frozenset[Duty]) -> str:
    found = [role.value for role in Role if duties & DUTIES[role]]
    return "every role" if len(found) == len(Role) else ", ".join(found)


def _first(kind: type) -> str:
    """The first paragraph of what a type says of itself, up to what it says of its fields."""
    text = " ".join((inspect.getdoc(kind) or "").split("\n\n")[0].split())
    return text.partition(" `")[0] if text.partition(" `")[2].partition("`")[2].startswith((":", ",")) else text


def _fields(kind: type, *, sealed: frozenset[str] = frozenset(), options: bool = False) -> str:
    rows = list(_rows(kind, sealed, options=options))
    return "".join(["\n| Field | Kind | What it is |\n| --- | --- | --- |\n", *rows]) if rows else ""


def _rows(kind: type, sealed: frozenset[str], *, options: bool) -> Iterable[str]:
    said = said_of(kind)
    for field, hint in fields_of(kind):
        if options and field.name in SHARED:
            continue
        name = f"for-{field.name}" if options and field.name in CLASHING else field.name
        needed = options and _required(field) and type(None) not in typing.get_args(hint) and field.name != "day"
        about = said.get(field.name, PLAIN.get(field.name, "")).replace("|", "\\|")
        notes = [*(["needed"] if needed else []), *(["sealed"] if field.name in sealed else [])]
        kinds = _kind(hint) + "".join(f", {note}" for note in notes)
        yield f"| `{name}` | {kinds} | {about} |\n"


def _required(field: dataclasses.Field) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _kind(hint: object) -> str:
    """The type of a field in words."""
    if dataclasses.is_dataclass(hint) or "Decision" in str(hint) or "Enrol" in str(hint):
        return "decision"
    members = [each for each in typing.get_args(hint) if each is not type(None)] or [hint]
    if typing.get_origin(hint) is tuple:
        return "list of " + {"str": "texts", "int": "numbers"}[members[0].__name__]
    if "Mapping" in str(hint):
        return "names and values"
    words = {str: "text", int: "whole number", bool: "yes or no"}
    found = " or ".join(words.get(each, str(each)) for each in members)
    return f"{found}, or unknown" if type(None) in typing.get_args(hint) else found


def main() -> int:
    """Write the pages, or check them."""
    late = 0
    for name, build in {"events": events_page, "commands": commands_page, "roles": roles_page}.items():
        target, page = DOCS / "reference" / f"conduct-{name}.md", build()
        if "--check" not in sys.argv:
            target.write_text(page, encoding="utf-8")
        elif not target.exists() or target.read_text(encoding="utf-8") != page:
            sys.stderr.write(f"docs/reference/conduct-{name}.md is out of date: run `make docs`\n")
            late = 1
    return late


if __name__ == "__main__":
    sys.exit(main())
