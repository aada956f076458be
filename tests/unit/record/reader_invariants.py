"""What holds of every reading of any bytes, whichever reader made it: used by the contract test and by the fuzzer."""

import json

from trialwright.core.errors import InputError
from trialwright.core.source import Span
from trialwright.record.collection import read_each
from trialwright.record.provenance import Presence
from trialwright.record.read import read
from trialwright.record.record import Rendering, leaves
from trialwright.record.structure import study_of
from trialwright.record.write import record_json, write

TEXT_PAGES = (Rendering.CLASSIC_PAGE, Rendering.LABELLED_PAGE, Rendering.UNLABELLED_PAGE)


def check(data):
    """Read all that is in the bytes and hold each record to the contract; how many records there were.

    Anything raised but InputError is a fault of a reader. The one-record door must say the same.
    """
    found = [member for member in read_each(data) if _told(member)]
    for member in found:
        holds_of(member.record, data)
    one = _the_one(data)
    if one is None:
        return len(found)
    assert len(found) == 1, "one door reads what the other refuses"
    assert one.study == found[0].record.study
    return 1


def _the_one(data):
    """The record of the one-record door, None where it refuses with a code of the readers."""
    try:
        return read(data)
    except InputError as fault:
        refused = fault
    assert refused.code.startswith("READ-"), refused
    return None


def _told(member):
    """Whether there is a record; an error in its place has a code."""
    assert (member.record is None) == (member.error is not None), member
    assert member.error is None or member.error.code.startswith("READ-"), member.error
    return member.record is not None


def holds_of(record, data=None):
    """No value without a presence that fits it, no place outside the source, every line or leaf counted, and what is
    written can be read again."""
    coverage = record.coverage
    assert 0 <= coverage.mapped <= coverage.total
    assert len(coverage.unmapped) == coverage.total - coverage.mapped
    for path, value in leaves(record.study):
        entry = record.entry(path)
        assert entry.presence in (Presence.PRESENT, Presence.AMBIGUOUS), (path, value, entry)
    for path, entry in record.provenance.entries.items():
        assert entry.presence is not Presence.AMBIGUOUS or entry.readings, (path, entry)
        if entry.presence in (Presence.LOST, Presence.ABSENT):
            assert not isinstance(record.value(path), str | int | float), (path, entry)
    if data is not None and record.origin.rendering in TEXT_PAGES:
        _places_stand(record, data)
    for problem in record.problems:
        assert problem.code
        assert problem.message
    text = json.dumps(record_json(record), allow_nan=False, ensure_ascii=False).encode("utf-8")
    again = study_of(json.loads(json.dumps(write(record))))
    assert again.study == record.study, "what is written reads back as another study"
    return text


def _places_stand(record, data):
    """Every span lies on a line of the source that is as long."""
    text = data.decode("utf-8-sig", "replace") if not data.startswith((b"\xff\xfe", b"\xfe\xff")) else None
    if text is None or "\ufffd" in text:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for path, entry in record.provenance.entries.items():
        for place in entry.where:
            if isinstance(place, Span):
                assert 1 <= place.line <= place.end_line <= len(lines), (path, place)
                assert 1 <= place.column <= place.end_column <= len(lines[place.end_line - 1]) + 1, (path, place)
