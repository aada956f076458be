"""Rules about people and organisations: names, roles, telephone numbers, collaborators."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialwright.core.problem import Severity
from trialwright.lint.finding import Confidence, Fixability
from trialwright.lint.rule import Answer, Found, Unknown, rule
from trialwright.lint.subject import Subject
from trialwright.lint.texts import folded

SPONSORS = "protocolSection.sponsorCollaboratorsModule"
PLACES = "protocolSection.contactsLocationsModule"
SITES = f"{PLACES}.locations"
OFFICIALS = f"{PLACES}.overallOfficials"
MOST_NAMES = 60
_FILLERS = frozenset({"the", "of", "and", "at", "for", "in", "a"})


def _organisations(subject: Subject) -> Iterator[tuple[str, str]]:
    """Organisations and sites, each name once, with its path."""
    section = subject.section
    sponsors, places = section.sponsor_collaborators_module, section.contacts_locations_module
    named: list[tuple[str, str | None]] = []
    if sponsors.lead_sponsor is not None:
        named.append((f"{SPONSORS}.leadSponsor.name", sponsors.lead_sponsor.name))
    named += [(f"{SPONSORS}.collaborators[{i}].name", item.name) for i, item in enumerate(sponsors.collaborators)]
    named += [(f"{OFFICIALS}[{i}].affiliation", item.affiliation) for i, item in enumerate(places.overall_officials)]
    named += [(f"{SITES}[{i}].facility", item.facility) for i, item in enumerate(places.locations)]
    seen: set[str] = set()
    for path, name in named:
        if name and name not in seen and len(seen) < MOST_NAMES:
            seen.add(name)
            yield path, name


@rule(
    "ID-005",
    Severity.WARNING,
    "two spellings of one organisation",
    why="A count of sites or sponsors takes two spellings for two organisations.",
    fix=Fixability.SPONSOR,
)
def spelt_twice(subject: Subject) -> Iterator[Answer]:
    words = [(path, name, _name_words(name)) for path, name in _organisations(subject)]
    for index, (path, name, one) in enumerate(words):
        for other_path, other_name, other in words[index + 1 :]:
            if one and _variants(one, other) and name.casefold() != other_name.casefold():
                yield Found(
                    f"{name!r} and {other_name!r} look like one organisation.",
                    path,
                    (subject.quote(path), subject.quote(other_path)),
                )
                return


def _name_words(name: str) -> list[str]:
    return [word for word in folded(name).split() if word not in _FILLERS]


def _variants(one: list[str], other: list[str]) -> bool:
    """The same words in another order, or all words the same but a long one that differs by a letter."""
    if len(one) != len(other) or len("".join(one)) < 12:
        return False
    if sorted(one) == sorted(other):
        return True
    unequal = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(one) > 1 and len(unequal) == 1 and _slip(*unequal[0])


def _slip(a: str, b: str) -> bool:
    """Whether one letter of a long word was left out, put in or exchanged with its neighbour."""
    if min(len(a), len(b)) < 6 or not (a + b).isalpha() or a[0] != b[0]:
        return False
    if len(a) == len(b):
        places = [i for i in range(len(a)) if a[i] != b[i]]
        return len(places) == 2 and places[1] == places[0] + 1 and a[places[0]] == b[places[1]]
    short, long = sorted((a, b), key=len)
    plural = long in (f"{short}s", f"{short}e")
    return (
        not plural and len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
    )


def _person(name: str | None) -> str:
    """A person's name without degrees and titles."""
    bare = re.sub(r"\b(?:dr|prof|professor|md|phd|mr|mrs|ms)\b\.?", " ", (name or "").partition(",")[0].lower())
    return folded(bare)


@rule(
    "ID-006",
    Severity.WARNING,
    "one person in two roles that do not go together",
    why="Who answers for the trial, and who only chairs it, decides whom a site may ask.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def two_roles(subject: Subject) -> Iterator[Answer]:
    party = subject.section.sponsor_collaborators_module.responsible_party
    leads = _person(party.investigator_full_name) if party and party.type != "SPONSOR" else ""
    roles: dict[str, tuple[str, int]] = {}
    for index, official in enumerate(subject.section.contacts_locations_module.overall_officials):
        name, path = _person(official.name), f"{OFFICIALS}[{index}].role"
        if not name or official.role is None:
            continue
        before = roles.setdefault(name, (official.role, index))
        if before[0] != official.role:
            evidence = (subject.quote(f"{OFFICIALS}[{before[1]}].role"), subject.quote(path))
            yield Found(f"One person is named as {before[0]} and as {official.role}.", path, evidence)
        elif name == leads and official.role in ("STUDY_CHAIR", "STUDY_DIRECTOR") and before[1] == index:
            party_path = f"{SPONSORS}.responsibleParty.type"
            yield Found(
                f"The responsible investigator is named as {official.role} among the officials.",
                path,
                (subject.quote(party_path), subject.quote(path)),
            )


_PHONE = re.compile(r"\+[1-9]\d{6,14}")


@rule(
    "ID-007",
    Severity.INFO,
    "a telephone number that cannot be dialled from abroad",
    why="A number without its country, or with the zero that is dialled only inside it, reaches nobody from elsewhere.",
    fix=Fixability.SPONSOR,
    sure=Confidence.CERTAIN,
)
def telephone(subject: Subject) -> Iterator[Answer]:
    places = subject.section.contacts_locations_module
    contacts = [(f"{PLACES}.centralContacts[{i}].phone", item.phone) for i, item in enumerate(places.central_contacts)]
    for index, site in enumerate(places.locations):
        contacts += [(f"{SITES}[{index}].contacts[{i}].phone", item.phone) for i, item in enumerate(site.contacts)]
    for path, phone in contacts:
        digits = re.sub(r"[^\d+]", "", phone or "")
        if not digits:
            continue
        if "+" not in digits:
            yield Found("A telephone number has no country code with +.", path, (subject.quote(path),))
            return
        if re.search(r"\+\d{1,3}\W*(?:\(0\)|[\W_]0)\d", phone or "") or not _PHONE.fullmatch(digits):
            yield Found("A telephone number is no international one (E.164).", path, (subject.quote(path),))
            return


@rule(
    "ID-008",
    Severity.INFO,
    "a collaborator of a trial with one site whose part is not told",
    why="Somebody else funds, makes or measures something here, and the record does not say what.",
    fix=Fixability.SPONSOR,
)
def idle_collaborator(subject: Subject) -> Iterator[Answer]:
    collaborators = subject.section.sponsor_collaborators_module.collaborators
    places = subject.section.contacts_locations_module
    if not collaborators:
        return
    if subject.unsure(SITES):
        yield Unknown("This rendering lost the sites.", SITES)
        return
    if len(places.locations) != 1:
        return
    facilities = [site.facility for site in places.locations]
    elsewhere = folded(" ".join(filter(None, (*facilities, *(o.affiliation for o in places.overall_officials)))))
    for index, collaborator in enumerate(collaborators):
        name = folded(collaborator.name)
        if name and name not in elsewhere and name not in folded(subject.low):
            path = f"{SPONSORS}.collaborators[{index}].name"
            yield Found(
                f"{collaborator.name!r} has neither a site nor a role in the text.", path, (subject.quote(path),)
            )
            return


RULES = (spelt_twice, two_roles, telephone, idle_collaborator)
