"""The events of people, sites and subjects come back from a ledger as they were written, and no other."""

import json

import pytest

from trialwright.conduct.events import people, sites, subjects
from trialwright.conduct.ledger.entry import Draft, Head, entry_of, sealed, text_of
from trialwright.core.errors import StageError

EVENTS = [
    people.StaffAdded("eve", "Eve Example"),
    people.StaffDeactivated("eve"),
    people.CredentialSet("eve"),
    people.SignedIn("eve"),
    people.SignInFailed("", "unknown"),
    people.SignedOut("eve"),
    people.RoleGranted("eve", "preparer", "MX-01", True),
    people.RoleRevoked("eve", "preparer", "MX-01"),
    people.Signed("eve", "Eve Example", "approved", 7, "a" * 64),
    sites.SiteAdded("MX-01", "Hospital", ("ethics", "authority"), "America/Mexico_City"),
    sites.ApprovalRecorded("MX-01", "ethics", "E/1", "2025-12-01", None, "b" * 64),
    sites.ApprovalRecorded("MX-01", "ethics", "E/1", "2025-12-01", "2028-02-29"),
    sites.ApprovalWithdrawn("MX-01", "ethics", "E/1", "2026-01-01"),
    sites.SiteActivated("MX-01"),
    sites.SiteClosed("MX-01"),
    subjects.SubjectRegistered("P-1", "MX-01"),
    subjects.IdentityErased("P-1"),
    subjects.ConsentVersionApproved("1", "*", "2025-12-01", "c" * 64, False),
    subjects.PreConsentItemsListed(("VS", "LB:HGB")),
    subjects.Consented("P-1", "1", "representative", "eve"),
    subjects.ConsentWithdrawn("P-1", True, False, "destroy"),
    subjects.EligibilityAssessed("P-1", "d" * 64, {"healthy": "admits"}, {"healthy": "seen"}, ("healthy",)),
    subjects.EligibilityConfirmed("P-1", 9, "e" * 64),
]


def test_every_kind_is_here():
    kinds = {*people.SCHEMAS, *sites.SCHEMAS, *subjects.SCHEMAS}
    assert {type(event) for event in EVENTS} == kinds


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_comes_back_as_it_was_written(event):
    entry = sealed(Draft(event, 0, "ada"), Head(), "2026-01-05T18:00:00.000000Z")
    assert entry_of(text_of(entry), entry.hash, strict=True) == entry


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_an_event_of_another_schema_is_not_taken_for_one_of_this(event):
    entry = sealed(Draft(event, 0, "ada"), Head())
    found = json.loads(text_of(entry)) | {"schema": 2}
    from trialwright.conduct.canonical import canonical
    from trialwright.conduct.ledger.entry import digest

    with pytest.raises(StageError, match="COND-023"):
        entry_of(canonical(found), digest(canonical(found)))
