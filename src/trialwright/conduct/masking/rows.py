"""What stands, and what stood, as plain rows; what is sealed is in them only where it was opened before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from trialwright.conduct.events import Decided
from trialwright.conduct.facts import fact_of, key_of
from trialwright.conduct.masking.reading import body
from trialwright.conduct.masking.sealing import COLUMNS

if TYPE_CHECKING:
    from trialwright.conduct.masking.reading import Read
    from trialwright.conduct.standing import Standing
    from trialwright.dataset.facts import Fact

Row = dict[str, Any]


def subjects(standing: Standing) -> list[str]:
    """Everybody who was registered or enrolled, in order."""
    return list(dict.fromkeys((*standing.subjects.known, *standing.data.enrolments)))


def site(standing: Standing, subject: str) -> str:
    """The site that a participant belongs to, empty if it is not known."""
    known = standing.subjects.known.get(subject)
    return known.site if known is not None else standing.allocation.sites.get(subject, "")


def arm(standing: Standing, subject: str) -> Row:
    """The columns of a participant's row that are sealed."""
    row = standing.data.standing(("DM", subject, 1))
    values = {} if row is None else row.values
    return {"arm": values.get("ARMCD"), "dose_level": values.get("DOSELVL"), "cohort": values.get("COHORT")}


def participant(standing: Standing, subject: str) -> Row:
    """Where one participant stands."""
    known, state = standing.subjects.known.get(subject), standing.allocation
    enrolment, held = standing.data.enrolments.get(subject), state.randomised.get(subject)
    stands = enrolment is not None and standing.data.standing(("DS", subject, enrolment.number)) is not None
    return {
        "subject": subject,
        "site": site(standing, subject),
        "consents": [] if known is None else [given.version for given in known.consents],
        "withdrawn": known is not None and known.withdrawn is not None,
        "eligible": known is not None and known.assessment is not None and known.assessment.confirmed is not None,
        "enrolled": enrolment.day if enrolment is not None and stands else None,
        "randomised": None if held is None else held.day,
        "sequence": None if held is None else held.sequence,
        "levels": {} if held is None else state.true_levels(subject),
        "used_levels": [] if held is None else list(held.levels),
        "in_error": state.in_error.get(subject, ""),
        "unblinded": [each.kind for each in state.unblindings.values() if each.subject == subject],
        **arm(standing, subject),
    }


def entered(standing: Standing, subject: str) -> list[Row]:
    """The latest version of each row of a participant."""
    found = sorted((fact for key, fact in standing.data.rows.items() if key[1] == subject), key=lambda fact: fact.key)
    return [{**_version(fact), "retracted": fact.retracted} for fact in found]


def _version(fact: Fact) -> Row:
    return {
        "domain": fact.domain,
        "number": fact.number,
        "version": fact.version,
        "day": fact.day,
        "values": dict(fact.values),
        "sealed": sorted(COLUMNS.get(fact.domain, ())),
    }


def history(entries: Iterable[Read], key: tuple[str, str, int]) -> list[Row]:
    """Every version of one row, with what each changed."""
    before: Fact | None = None
    found = list[Row]()
    for each in entries:
        if key_of(each.event) != key:
            continue
        fact = fact_of(each.event, each.entry.day, before)
        if fact is None:
            continue
        was = {} if before is None or before.retracted else dict(before.values)
        now = {} if fact.retracted else dict(fact.values)
        changed = {
            name: [was.get(name), now.get(name)] for name in sorted({*was, *now}) if was.get(name) != now.get(name)
        }
        around = {name: value for name, value in each.row().items() if name not in ("body", "day", "subject")}
        found.append({**around, **_version(fact), "retracted": fact.retracted, "changed": changed})
        before = fact
    return found


def decisions(entries: Iterable[Read]) -> list[Row]:
    """The decisions, each with who took it."""
    return [
        {
            "sequence": each.entry.sequence,
            "day": each.entry.day,
            "actor": each.entry.actor,
            "recorded": each.entry.recorded,
            **body(each.event)["decision"],
        }
        for each in entries
        if isinstance(each.event, Decided)
    ]


def unblindings(standing: Standing, seen: frozenset[str]) -> list[Row]:
    """The register of unblindings of these participants."""
    return [
        {name: getattr(each, name) for name in each.__slots__}
        for each in standing.allocation.unblindings.values()
        if each.subject in seen
    ]


def randomisation(standing: Standing) -> list[Row]:
    """The sealed randomisations; `specification` is empty where it was neither opened nor may be read."""
    state = standing.allocation
    found = list[Row]()
    for each in state.sealings:
        number = each.event.number
        shown = state.opened.get(number)
        found.append(
            {
                "number": number,
                "entry": each.since,
                "commitment": each.event.commitment,
                "factors": {name: list(levels) for name, levels in each.factors.items()},
                "custodian": each.event.custodian,
                "allocations": len(state.allocations.get(number, ())),
                "specification": each.specification if shown is None else shown.specification,
                "predictability": list(_foretold(each.specification)),
                "opened": None if shown is None else body(shown),
            }
        )
    return found


def _foretold(specification: str) -> tuple[str, ...]:
    """What an observer could predict, in words; nothing where the specification is not at hand."""
    if not specification:
        return ()
    from trialwright.conduct.randomisation.observers import predictability
    from trialwright.conduct.randomisation.spec_file import read_spec

    return predictability(read_spec(specification)).words
