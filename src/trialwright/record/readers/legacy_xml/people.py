"""Reads the sponsors, officials, contacts, places and references of the legacy XML."""

from __future__ import annotations

from trialwright.record.readers.gathered import Gathered
from trialwright.record.readers.legacy_xml.elements import Element
from trialwright.record.terms import AGENCY_CLASS, CONTACT_ROLE, OFFICIAL_ROLE, STATUS

CENTRAL = ("overall_contact", "overall_contact_backup")
LOCAL = ("contact", "contact_backup", "investigator")
_NAME = ("first_name", "middle_name", "last_name", "degrees")
_PLACE = {
    "facility/name": "facility",
    "facility/address/city": "city",
    "facility/address/state": "state",
    "facility/address/zip": "zip",
    "facility/address/country": "country",
}
UNKNOWN_KIND = "the XML does not part results that the sponsor gave from those that the registry found"


def read_people(gathered: Gathered, root: Element) -> None:
    """Put everybody and every place."""
    sponsors = root.first("sponsors")
    if sponsors is not None:
        for element in sponsors.all("lead_sponsor")[:1]:
            _agency(gathered, "sponsorCollaboratorsModule.leadSponsor", element)
        for index, element in enumerate(sponsors.all("collaborator")):
            _agency(gathered, f"sponsorCollaboratorsModule.collaborators[{index}]", element)
    contacts = [element for name in CENTRAL for element in root.all(name) if element.children]
    for index, element in enumerate(contacts):
        _contact(gathered, f"contactsLocationsModule.centralContacts[{index}]", element)
    for index, element in enumerate(root.all("overall_official")):
        path = f"contactsLocationsModule.overallOfficials[{index}]"
        _name(gathered, path, element)
        _put(gathered, f"{path}.affiliation", element, "affiliation")
        if (role := element.first("role")) is not None and role.text:
            gathered.term(f"{path}.role", role.take(), OFFICIAL_ROLE, role.span)
    for index, element in enumerate(root.all("location")):
        _location(gathered, f"contactsLocationsModule.locations[{index}]", element)
    for index in range(len(root.all("location"))):
        path = f"contactsLocationsModule.locations[{index}]"
        gathered.lost((f"{path}.geoPoint", f"{path}.countryCode"), "the legacy XML does not hold it")
    _references(gathered, root)


def _agency(gathered: Gathered, path: str, element: Element) -> None:
    _put(gathered, f"{path}.name", element, "agency")
    if (kind := element.first("agency_class")) is not None and kind.text:
        gathered.term(f"{path}.class", kind.take(), AGENCY_CLASS, kind.span)


def _contact(gathered: Gathered, path: str, element: Element) -> None:
    _name(gathered, path, element)
    role = element.first("role")
    if role is not None and role.text:
        gathered.term(f"{path}.role", role.take(), CONTACT_ROLE, role.span)
    else:
        gathered.put(f"{path}.role", "CONTACT", element.span, "by the name of the element")
    for name, field in (("phone", "phone"), ("phone_ext", "phoneExt"), ("email", "email")):
        _put(gathered, f"{path}.{field}", element, name)


def _name(gathered: Gathered, path: str, element: Element) -> None:
    """The name as one text, degrees after a comma."""
    found = [child for name in _NAME if (child := element.first(name)) is not None and child.text]
    if found:
        given = " ".join(child.take() for child in found if child.name != "degrees")
        degrees = [child.take() for child in found if child.name == "degrees"]
        gathered.put(f"{path}.name", ", ".join([given, *degrees] if given else degrees), tuple(c.span for c in found))


def _location(gathered: Gathered, path: str, element: Element) -> None:
    for way, field in _PLACE.items():
        _put(gathered, f"{path}.{field}", element, way)
    if (status := element.first("status")) is not None and status.text:
        gathered.term(f"{path}.status", status.take(), STATUS, status.span)
    people = [child for name in LOCAL for child in element.all(name) if child.children]
    for number, person in enumerate(people):
        _contact(gathered, f"{path}.contacts[{number}]", person)


def _references(gathered: Gathered, root: Element) -> None:
    given = [(element, True) for element in root.all("reference")]
    found = [(element, False) for element in root.all("results_reference")]
    for index, (element, background) in enumerate(given + found):
        path = f"referencesModule.references[{index}]"
        _put(gathered, f"{path}.pmid", element, "PMID")
        _put(gathered, f"{path}.citation", element, "citation")
        if background:
            gathered.put(f"{path}.type", "BACKGROUND", element.span, "by the name of the element")
        else:
            gathered.undecided(f"{path}.type", ("RESULT", "DERIVED"), element.span, UNKNOWN_KIND)
    for index, element in enumerate(root.all("link")):
        _put(gathered, f"referencesModule.seeAlsoLinks[{index}].url", element, "url")
        _put(gathered, f"referencesModule.seeAlsoLinks[{index}].label", element, "description")
    documents = root.first("study_docs")
    for index, element in enumerate(documents.all("study_doc") if documents is not None else ()):
        path = f"referencesModule.availIpds[{index}]"
        for name, field in (("doc_id", "id"), ("doc_type", "type"), ("doc_url", "url"), ("doc_comment", "comment")):
            _put(gathered, f"{path}.{field}", element, name)


def _put(gathered: Gathered, path: str, element: Element, way: str) -> None:
    child = element.first(way)
    if child is not None and child.text:
        gathered.put(path, child.take(), child.span)
