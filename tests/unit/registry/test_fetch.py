"""Fetching records, against a server on this machine that speaks the API, its error cases included."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from tests.command_line import trialwright

from trialwright.core.errors import InputError, StageError, UsageError
from trialwright.registry.fetch import Api, Query, download
from trialwright.registry.fetch.download import STATE


def study(number: int, title: str = "A made-up trial") -> dict[str, object]:
    name = {"nctId": f"NCT{number:08d}", "briefTitle": title}
    return {"protocolSection": {"identificationModule": name}}


class Registry(ThreadingHTTPServer):
    """A registry of made-up studies. `faults`: what it answers with before it answers well: a status, `cut` (the body
    is cut off) or `close` (no answer)."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.studies = [study(number) for number in range(1, 8)]
        self.faults: list[int | str] = []
        self.asked: list[str] = []
        self.expired = False
        self.retry_after: str | None = None
        self.odd: bytes | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/api/v2"


class Handler(BaseHTTPRequestHandler):
    server: Registry

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        parts = urlsplit(self.path)
        fault = self.server.faults.pop(0) if self.server.faults else None
        if fault == "close":
            self.close_connection = True
            self.connection.close()
            return
        if isinstance(fault, int):
            self.answer(fault, b"the registry says no")
            return
        status, body = self.found(parts.path, {name: values[0] for name, values in parse_qs(parts.query).items()})
        self.answer(status, self.server.odd or body, cut=fault == "cut")

    def found(self, path: str, asked: dict[str, str]) -> tuple[int, bytes]:
        name = path.removeprefix("/api/v2/studies").strip("/")
        if name == "NCT00000099":
            return 301, b"/api/v2/studies/NCT00000001"
        if name == "NCT00000098":
            return 301, b"http://elsewhere.invalid/studies/NCT00000001"
        if name:
            held = [each for each in self.server.studies if name in json.dumps(each)]
            return (200, json.dumps(held[0]).encode()) if held else (404, b"no such study")
        if asked.get("query.term") == "((":
            return 400, b"the expression is not closed"
        size, start = int(asked["pageSize"]), 0
        if "pageToken" in asked:
            if self.server.expired:
                self.server.expired = False
                return 400, b"the token is too old"
            start = int(asked["pageToken"])
        page = {"totalCount": len(self.server.studies), "studies": self.server.studies[start : start + size]}
        if start + size < len(self.server.studies):
            page["nextPageToken"] = str(start + size)
        return 200, json.dumps(page).encode()

    def answer(self, status: int, body: bytes, *, cut: bool = False) -> None:
        self.send_response(status)
        if status == 301:
            self.send_header("Location", body.decode())
        if self.server.retry_after:
            self.send_header("Retry-After", self.server.retry_after)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def registry() -> Iterator[Registry]:
    server = Registry()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def api(registry: Registry, waits: list[float]) -> Iterator[Api]:
    with Api(base=registry.base, timeout=5, sleep=waits.append) as opened:
        yield opened


def test_one_record_by_its_number(api: Api) -> None:
    assert json.loads(api.study(" nct00000003 ")) == study(3)


@pytest.mark.parametrize(
    ("number", "code"), [("NCT123", "READ-601"), ("../x", "READ-601"), ("NCT00000055", "READ-602")]
)
def test_number_that_is_none(api: Api, number: str, code: str) -> None:
    with pytest.raises(InputError) as fault:
        api.study(number)
    assert fault.value.code == code


def test_moved_record_is_followed_here_and_not_elsewhere(api: Api) -> None:
    assert json.loads(api.study("NCT00000099")) == study(1)
    with pytest.raises(InputError, match="READ-605"):
        api.study("NCT00000098")


@pytest.mark.parametrize("fault", [429, 500, 502, 503, 504, "cut", "close"])
def test_fault_that_passes_is_tried_again_after_longer_and_longer_waits(
    registry: Registry, api: Api, waits: list[float], fault: int | str
) -> None:
    registry.faults = [fault, fault, fault]
    assert json.loads(api.study("NCT00000002")) == study(2)
    assert [wait for wait in waits if wait != api.pause] == [1.0, 2.0, 4.0]


def test_fault_that_stays_is_given_up(registry: Registry, api: Api) -> None:
    registry.faults = [503] * 99
    with pytest.raises(StageError, match="READ-603"):
        api.study("NCT00000002")
    assert len(registry.asked) == 5


def test_server_that_is_not_there_is_given_up_soon(waits: list[float]) -> None:
    with Api(base="http://127.0.0.1:9/api/v2", sleep=waits.append) as api, pytest.raises(StageError, match="READ-603"):
        api.study("NCT00000002")
    assert len(waits) <= 2


def test_the_wait_that_the_server_asks_for_is_kept(registry: Registry, api: Api, waits: list[float]) -> None:
    registry.faults, registry.retry_after = [429], "7"
    api.study("NCT00000002")
    assert 7.0 in waits


@pytest.mark.parametrize("odd", [b"<html>log in</html>", b"[]", b'{"studies": 3}', b"{}"])
def test_answer_that_is_no_record(registry: Registry, api: Api, odd: bytes) -> None:
    registry.odd = odd
    with pytest.raises(StageError, match="READ-604"):
        api.study("NCT00000002")
    with pytest.raises(StageError, match="READ-604"):
        api.page(Query("cells"))


def test_query_that_is_refused_says_why(api: Api) -> None:
    with pytest.raises(InputError, match="not closed"):
        api.page(Query("(("))


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Api.page
    monkeypatch.setattr(Api, "page", lambda self, query, token=None: asked(self, query, token, 3))


@pytest.mark.usefixtures("small_pages")
def test_download_writes_every_record_once_with_pauses(
    registry: Registry, api: Api, tmp_path: Path, waits: list[float]
) -> None:
    found = download(api, Query("cells"), tmp_path)
    assert (found.written, found.same, found.total) == (7, 0, 7)
    assert sorted(file.name for file in tmp_path.iterdir()) == [f"NCT{number:08d}.json" for number in range(1, 8)]
    assert waits == [api.pause, api.pause]
    registry.studies[4] = study(5, "A corrected title")
    again = download(api, Query("cells"), tmp_path)
    assert (again.written, again.same) == (1, 6)


@pytest.mark.usefixtures("small_pages")
def test_stopped_download_goes_on(registry: Registry, api: Api, tmp_path: Path) -> None:
    def stop_after_two_pages(_: str) -> None:
        if len(registry.asked) == 2:
            registry.faults = [503] * 99

    with pytest.raises(StageError, match="READ-603"):
        download(api, Query("cells"), tmp_path, progress=stop_after_two_pages)
    with pytest.raises(UsageError, match="READ-606"):
        download(api, Query("other"), tmp_path)
    registry.faults, before = [], len(registry.asked)
    found = download(api, Query("cells"), tmp_path)
    assert found.written == 7
    assert len(registry.asked) == before + 1
    assert not (tmp_path / STATE).exists()


@pytest.mark.usefixtures("small_pages")
def test_forgotten_place_begins_anew_and_loses_nothing(registry: Registry, api: Api, tmp_path: Path) -> None:
    registry.expired = True
    found = download(api, Query("cells"), tmp_path)
    assert found.written + found.same == 7
    assert len(list(tmp_path.glob("NCT*.json"))) == 7


def test_studies_without_a_number_are_counted(registry: Registry, api: Api, tmp_path: Path) -> None:
    registry.studies += [{}, {"protocolSection": {"identificationModule": {"nctId": "../../x"}}}]
    assert download(api, Query("cells"), tmp_path).unnamed == 2
    assert download(api, Query("cells"), tmp_path, most=2).same == 2


def test_number_is_found_in_the_registry_on_this_machine_first(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TRIALWRIGHT_API", registry.base)
    (tmp_path / "held").mkdir()
    (tmp_path / "held" / "a.json").write_text(json.dumps(study(77, "Held here")))
    assert trialwright("registry", "load", "held").status == 0
    assert "Held here" in trialwright("read", "NCT00000077").out
    assert registry.asked == []


def test_command(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = trialwright("fetch", "NCT00000003", "--base", registry.base, "-o", "out", "--json")
    assert answer.status == 0, answer.err
    assert json.loads(answer.out)["written"] == 1
    assert json.loads((tmp_path / "out" / "NCT00000003.json").read_text()) == study(3)
    monkeypatch.setenv("TRIALWRIGHT_API", registry.base)
    read = trialwright("read", "NCT00000004")
    assert json.loads(read.out)["protocolSection"]["identificationModule"]["nctId"] == "NCT00000004"
    assert trialwright("fetch").status == 2
