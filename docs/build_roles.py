"""Writes docs/reference/roles.md: what each role of a live trial may do, and what of the arms it sees.

python docs/build_roles.py            write the page
python docs/build_roles.py --check    exit with 1 if it is out of date
"""

import sys
from pathlib import Path

from trialwright.conduct.masking.parties import MAY_BE_UNMASKED, PARTIES, parties_of
from trialwright.conduct.masking.sealing import COLUMNS
from trialwright.conduct.masking.views import LIST_READERS
from trialwright.conduct.people.roles import DUTIES, Role

PAGE = Path(__file__).resolve().parent / "reference" / "roles.md"
HEAD = """# Roles of a live trial

This page is made by `make docs` from the program's own tables. Somebody acts in a role at a site (`*` is every site)
as long as a sponsor has granted it; the right is asked anew at each command and each reading.

## What each may do

| Role | Duties |
| --- | --- |
"""
ARMS = """
## Who sees arms

A protocol names the parties that are masked: {parties}.
Where it has one arm, or says that nothing is masked, everybody sees arms. Where it does not say whom it masks,
everybody is masked.

| Role | Sees arms in a masked trial |
| --- | --- |
"""
SEALED = """
Whoever is masked reads from what stands without any key: arms, dose levels, cohorts, doses and products, and how arms
are drawn, are sealed beside the entries, in envelopes of one size.
In tables these columns are sealed: {columns}.
Of a decision a masked reader learns whether participants may enter and how many; not the arms, the level or the
reason, which counts participants by arm. No digest of an entry is shown, for it covers what is sealed. A masked reader
whom an [emergency](../how-to/unblind-in-an-emergency.md) has shown one arm sees that one. Every reading of arms in a
masked trial is an entry.

How arms are drawn (ratio, method, block sizes) is shown to: {readers}, if they may see arms; to everybody once the
randomisation has been opened. A role at one site sees its own participants; a participant sees their own.
"""


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    parts += [f"| {role.value} | {', '.join(sorted(duty.value for duty in DUTIES[role]))} |\n" for role in Role]
    parts.append(ARMS.format(parties=", ".join(f"`{party}`" for party in PARTIES)))
    parts += [f"| {role.value} | {_sees(role)} |\n" for role in Role]
    columns = "; ".join(f"{domain}: {', '.join(sorted(names))}" for domain, names in COLUMNS.items())
    parts.append(SEALED.format(columns=columns, readers=", ".join(sorted(role.value for role in LIST_READERS))))
    return "".join(parts)


def _sees(role: Role) -> str:
    if role in MAY_BE_UNMASKED:
        return "only if the role was granted unmasked"
    return "unless the protocol masks " + " or ".join(f"`{party}`" for party in parties_of(role))


def main() -> None:
    """Write the page, or check it."""
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
    elif PAGE.read_text(encoding="utf-8") != page():
        sys.exit(f"{PAGE.name} is out of date: python docs/build_roles.py")


if __name__ == "__main__":
    main()
