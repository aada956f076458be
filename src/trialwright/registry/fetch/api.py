"""The ClinicalTrials.gov API v2: politely, one request after another, again after a failure that may pass."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Any

from trialwright.core.errors import InputError, StageError

if TYPE_CHECKING:
    import httpx

API = "https://clinicaltrials.gov/api/v2"
PAUSE = 1.3
"""Seconds between two requests: the registry asks for fewer than 50 in a minute."""
TRIES = 5
LONGEST_WAIT = 120.0
LARGEST = 200_000_000
PAGE = 100
_NUMBER = re.compile(r"NCT\d{8}")
_PASSING = frozenset((408, 425, 429, 500, 502, 503, 504))
_MOVED = frozenset((301, 302, 307, 308))


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for. `terms`: the registry's search expression; `condition`, `intervention`: in those fields only;
    `statuses`: v2 codes (`RECRUITING`), any of them."""

    terms: str = ""
    condition: str = ""
    intervention: str = ""
    statuses: tuple[str, ...] = ()

    def parameters(self) -> dict[str, str]:
        """The parameters of the API that say the same."""
        found = {
            "query.term": self.terms,
            "query.cond": self.condition,
            "query.intr": self.intervention,
            "filter.overallStatus": ",".join(self.statuses),
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class Page:
    """One page of studies as JSON objects. `token`: of the next page, None on the last; `total`: of all studies that
    the query finds, None where the page does not say."""

    studies: tuple[Mapping[str, Any], ...]
    token: str | None
    total: int | None


@dataclass(slots=True)
class Api:
    """A connection to the API; use it as a context manager.

    `base`: its address; `timeout`: seconds without an answer after which a try is given up; `sleep`: what waits.
    """

    base: str = API
    timeout: float = 30.0
    pause: float = PAUSE
    sleep: Callable[[float], None] = time.sleep
    _client: httpx.Client | None = field(default=None, init=False)
    _asked: bool = field(default=False, init=False)

    def __enter__(self) -> Api:
        import httpx

        agent = {"User-Agent": "trialwright (research software)", "Accept": "application/json"}
        self._client = httpx.Client(timeout=self.timeout, headers=agent, follow_redirects=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def study(self, number: str) -> bytes:
        """The record of one trial as JSON text.

        Raises InputError: READ-601 if this is no NCT number, READ-602 if the registry has no such record; StageError:
        READ-603 if it cannot be reached, READ-604 if it answers with something else than a record.
        """
        wanted = number.strip().upper()
        if not _NUMBER.fullmatch(wanted):
            raise InputError(
                "READ-601",
                f"{number[:60]!r} is no registry number",
                expected="NCT and eight digits",
                mend="look the number up in the registry",
            )
        answer = self._get(f"/studies/{wanted}", {"format": "json"})
        if answer is None:
            raise InputError(
                "READ-602",
                f"the registry has no record {wanted}",
                expected="the number of a registered trial",
                mend="check the number; a record that was never released is not shown",
            )
        document = _json(answer, f"the record {wanted}")
        if not isinstance(document, dict) or not isinstance(document.get("protocolSection"), dict):
            raise _no_record(f"the record {wanted}", "it has no protocolSection")
        return answer

    def page(self, query: Query, token: str | None = None, size: int = PAGE) -> Page:
        """One page of what a query finds.

        Raises InputError: READ-605 if the API does not take the query or the page's token; StageError as `study` does.
        """
        parameters = {**query.parameters(), "format": "json", "pageSize": str(size), "countTotal": "true"}
        if token is not None:
            parameters["pageToken"] = token
        answer = self._get("/studies", parameters)
        document = None if answer is None else _json(answer, "a page of studies")
        if not isinstance(document, dict) or not isinstance(document.get("studies"), list):
            raise _no_record("a page of studies", "it has no list of studies")
        following, total = document.get("nextPageToken"), document.get("totalCount")
        return Page(
            tuple(study for study in document["studies"] if isinstance(study, dict)),
            following if isinstance(following, str) and following else None,
            total if isinstance(total, int) else None,
        )

    def _get(self, way: str, parameters: Mapping[str, str]) -> bytes | None:
        """The body of an answer, None where there is no such thing (404)."""
        import httpx

        assert self._client is not None, "use the connection as a context manager"
        address = self.base.rstrip("/") + way
        why = ""
        moves = 0
        attempt = 0
        while attempt < TRIES:
            if self._asked:
                self.sleep(self.pause)
            self._asked = True
            wait = min(2.0**attempt, LONGEST_WAIT)
            try:
                status, body, headers = self._once(address, parameters)
            except httpx.ConnectError as fault:  # no network, no such server: waiting long does not help
                why = str(fault) or "no connection"
                attempt = max(attempt, TRIES - 2)
            except httpx.HTTPError as fault:  # a time-out, an answer that was cut off
                why = str(fault) or type(fault).__name__
            else:
                if status == 200:
                    return body
                if status == 404:
                    return None
                if status in _MOVED and moves < 3 and (moved := _within(self.base, address, headers)):
                    address, moves = moved, moves + 1
                    continue
                if status not in _PASSING:
                    raise _refused(status, body)
                why = f"it answers with status {status}"
                wait = _asked_to_wait(headers, wait)
            attempt += 1
            if attempt < TRIES:
                self.sleep(wait)
        raise StageError(
            "READ-603",
            f"the registry cannot be reached at {self.base}: {why}",
            expected="an answer of the ClinicalTrials.gov API",
            mend="check the connection and try again later; a download goes on where it stopped",
        )

    def _once(self, address: str, parameters: Mapping[str, str]) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers of one request. Raises StageError (READ-604) if the body grows too large."""
        assert self._client is not None
        with self._client.stream("GET", address, params=dict(parameters)) as response:
            parts, size = [], 0
            for part in response.iter_bytes():
                size += len(part)
                if size > LARGEST:
                    raise _no_record("the answer", f"it is larger than {LARGEST // 1_000_000} MB")
                parts.append(part)
            return response.status_code, b"".join(parts), response.headers


def _within(base: str, address: str, headers: Mapping[str, str]) -> str | None:
    """Where a moved record is now; None if that is another server, which is not followed."""
    import httpx

    location = headers.get("location")
    if not location:
        return None
    moved = httpx.URL(address).join(location)
    home = httpx.URL(base)
    same = (moved.scheme, moved.host, moved.port) == (home.scheme, home.host, home.port)
    return str(moved.copy_with(query=None)) if same else None


def _asked_to_wait(headers: Mapping[str, str], otherwise: float) -> float:
    """How long the server asks to wait, in seconds and within reason."""
    asked = headers.get("retry-after", "")
    return min(float(asked), LONGEST_WAIT) if asked.isascii() and asked.isdigit() else otherwise


def _json(answer: bytes, what: str) -> Any:
    try:
        return json.loads(answer)
    except (ValueError, RecursionError) as fault:
        raise _no_record(what, "it is no JSON") from fault


def _no_record(what: str, why: str) -> StageError:
    return StageError(
        "READ-604",
        f"the registry's answer for {what} cannot be used: {why}",
        expected="JSON of the API v2",
        mend="try again later; something between here and the registry may answer in its place",
    )


def _refused(status: int, body: bytes) -> InputError:
    said = " ".join(body[:300].decode("utf-8", "replace").split())
    return InputError(
        "READ-605",
        f"the registry refuses the request with status {status}: {said or 'it says no more'}",
        expected="a number or a query that the API takes",
        mend="correct the query; the registry's search help explains its expressions",
    )
