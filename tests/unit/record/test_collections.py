"""Every record of folders, archives, JSON Lines and pages of studies, whatever is broken beside it."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.core.errors import InputError
from trialwright.record import read
from trialwright.record.collection import read_each
from trialwright.record.containers import LARGEST, sources_in


def study(number: int) -> dict[str, object]:
    return {"protocolSection": {"identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": f"Trial {number}"}}}


def text(number: int) -> bytes:
    return json.dumps(study(number)).encode()


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def found(source: Path | bytes) -> list[tuple[str, str | None]]:
    """Of each member its name and NCT number, or the code of its error."""
    return [
        (each.name, each.record.nct_id if each.record else each.error.code if each.error else None)
        for each in read_each(source, name=None if isinstance(source, Path) else "x")
    ]


def test_archive_gives_each_member_in_order_and_skips_what_is_no_source() -> None:
    data = zipped({"b.json": text(2), "__MACOSX/b.json": b"x", ".hidden": b"x", "README": b"x", "a/a.json": text(1)})
    assert found(data) == [("x/b.json", "NCT00000002"), ("x/a/a.json", "NCT00000001")]


def test_lines_pages_and_lists_give_each_study_with_its_place() -> None:
    lines = b"\n" + text(1) + b"\n\n" + text(2) + b"\n{broken}\n" + text(3)
    codes = [code for _, code in found(lines)]
    assert codes == ["NCT00000001", "NCT00000002", "READ-003", "NCT00000003"]
    page = json.dumps({"studies": [study(1), {}, study(2)], "nextPageToken": "t"}).encode()
    assert found(page) == [
        ("x, study 1", "NCT00000001"),
        ("x, study 2", "READ-004"),
        ("x, study 3", "NCT00000002"),
    ]
    assert [code for _, code in found(json.dumps([study(4), study(5)]).encode())] == ["NCT00000004", "NCT00000005"]


def test_one_study_is_one_study_however_it_is_packed() -> None:
    for data in (
        text(7),
        json.dumps({"studies": [study(7)]}).encode(),
        gzip.compress(text(7)),
        zipped({"x.json": text(7)}),
    ):
        assert [code for _, code in found(data)] == ["NCT00000007"]
        assert read(data).nct_id == "NCT00000007"


def test_studies_of_one_source_have_origins_of_their_own() -> None:
    page = json.dumps([study(1), study(2), study(1)]).encode()
    origins = [each.record.origin.sha256 for each in read_each(page) if each.record]
    assert origins[0] == origins[2] != origins[1]


def test_reading_one_of_several_is_refused() -> None:
    with pytest.raises(InputError, match="READ-005"):
        read(zipped({"a.json": text(1), "b.json": text(2)}))


def test_folder_is_read_with_its_folders_and_a_broken_file_does_not_stop_it(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.json.gz").write_bytes(gzip.compress(text(2)))
    (tmp_path / "a.zip").write_bytes(zipped({"1.json": text(1)})[:-30])
    (tmp_path / "c.json").write_bytes(text(3))
    assert found(tmp_path) == [("a.zip", "READ-018"), ("c.json", "NCT00000003"), ("deep/b.json", "NCT00000002")]


def test_damaged_member_leaves_the_others() -> None:
    data = bytearray(zipped({"a.json": text(1) * 40, "b.json": text(2)}))
    place = data.index(b"a.json") + 30
    data[place : place + 8] = b"\xff" * 8
    codes = [code for _, code in found(bytes(data))]
    assert len(codes) == 2
    assert codes[0] in ("READ-018", "READ-003")
    assert codes[1] == "NCT00000002"


def test_archive_in_an_archive_is_refused_and_gzip_in_an_archive_is_read() -> None:
    inner = zipped({"a.json": text(1)})
    assert found(zipped({"inner.zip": inner, "b.json.gz": gzip.compress(text(2))})) == [
        ("x/inner.zip", "READ-018"),
        ("x/b.json", "NCT00000002"),
    ]
    assert [code for _, code in found(gzip.compress(gzip.compress(gzip.compress(text(1)))))] == ["READ-018"]


def test_bomb_is_cut_off() -> None:
    assert [code for _, code in found(zipped({"bomb.json": bytes(LARGEST + 5)}))] == ["READ-007"]


@given(st.binary(max_size=300), st.sampled_from((b"", b"PK\x03\x04", b"\x1f\x8b\x08", b"{}\n{", b"[")))
def test_any_bytes_give_members_and_never_raise(data: bytes, start: bytes) -> None:
    for each in read_each(start + data):
        assert (each.record is None) != (each.error is None)


@given(st.integers(0, 400), st.sampled_from(("zip", "gzip")))
def test_cut_off_containers_lose_nothing_silently(cut: int, kind: str) -> None:
    whole = zipped({"a.json": text(1), "b.json": text(2)}) if kind == "zip" else gzip.compress(text(1) * 3)
    part = whole[: max(len(whole) - 1 - cut, 4)]
    assert any(source.error for source in sources_in(part)) or found(part)[-1][1] == "READ-003"
