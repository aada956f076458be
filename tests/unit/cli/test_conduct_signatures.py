"""`conduct verify` reads signatures too: one over something else makes a ledger unsound though its chain is whole."""

from datetime import date

import pytest

from command_line import trialwright
from people_at_desk import protocol
from trialwright.conduct import Draft, folder
from trialwright.conduct.events.people import Signed
from trialwright.conduct.milestones.opening import begin
from trialwright.conduct.people.signatures import digest_of
from trialwright.design import build
from trialwright.protocol.files import dump


@pytest.mark.requirement("R13")
@pytest.mark.parametrize("over", ["right", "0" * 64])
def test_a_signature_over_something_else_is_found(tmp_path, over):
    made = protocol()
    place = folder.make(tmp_path / "trial")
    digest = place.keep(dump(made).encode("utf-8"))
    store = place.store()
    how = {"mode": "rehearsal", "start": date(2026, 1, 1), "zone": "UTC", "sponsor": ("ada", "Ada Example")}
    begin(store, made, digest, build(made), **how)
    of = list(store.entries())[1]
    signed = Signed("ada", "Ada Example", "approved", 2, digest_of(of.event) if over == "right" else over)
    store.append([Draft(signed, 0, "ada")], store.head)
    store.close()
    found = trialwright("conduct", "verify", str(place.path), "--json")
    assert (found.status, found.json["sound"]) == ((0, True) if over == "right" else (1, False))
    assert [fault["entry"] for fault in found.json["faults"]] == ([] if over == "right" else [5])
