"""What a ledger does in a second: durable commands, one per transaction and on disk; verifying, opening and folding.

Run: python -m benchmarks.bench_conduct
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from trialwright.conduct import Draft, Ledger

COMMANDS = 300
EVENTS = 100_000


def loaded(name: str, measured: float, unit: str, aim: str) -> None:
    """Print one figure, and how busy the machine was, for that changes it."""
    from benchmarks.__main__ import line

    line(name, measured, unit, f"{aim} (load {os.getloadavg()[0]:.1f})")


def drafts() -> Iterator[Draft]:
    """Events of an endless trial: an opening, participants, and their measurements."""
    from trialwright.conduct import Draft
    from trialwright.conduct.events import Enrolled, Opened, Recorded

    yield Draft(Opened("0" * 64, "single arm", ("arm-1",)), 0, "ann", key="open")
    number = 0
    while True:
        number += 1
        subject, row = f"P{number // 20}", number % 20
        if row == 0 or number == 1:
            yield Draft(Enrolled(subject, 0, ("arm-1",), None, 1, {}), 0, "ann", key=f"{subject}-0")
        values = {"TESTCD": "CRP", "STRESN": number / 8, "STRESU": "mg/L"}
        event = Recorded("LB", subject, row + 1, 0, values)
        yield Draft(event, 0, "ann", "", "2024-02-29T12:00:00+01:00", "nurse", "site 1", f"{subject}-{row + 1}")


def syncs(folder: Path) -> float:
    """How often a second this disk can be told to keep a few bytes: no durable store of one writer is faster."""
    file = os.open(folder / "probe", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    began = time.perf_counter()
    for _ in range(200):
        os.write(file, b"x" * 500)
        os.fsync(file)
    seconds = time.perf_counter() - began
    os.close(file)
    return 200 / seconds


def appending(make: Callable[[], Ledger]) -> float:
    """Durable commands a second: checked, folded and appended, one transaction each."""
    from trialwright.conduct import LiveTrial
    from trialwright.conduct.commands import Enrol, Open, Record
    from trialwright.design.single_arm import SingleArmDesign

    design = SingleArmDesign("arm-1", 1_000_000)
    with closing(make()) as ledger:
        trial = LiveTrial(ledger, design)
        trial.do(Open("0" * 64, design.name, ("arm-1",)), Enrol("P1", 0), day=0, actor="ann")
        began = time.perf_counter()
        for number in range(1, COMMANDS + 1):
            values = {"TESTCD": "CRP", "STRESN": number / 8, "STRESU": "mg/L"}
            trial.do(Record("LB", "P1", number, 0, values), day=0, actor="ann")
        return COMMANDS / (time.perf_counter() - began)


def at_desk(ledger: Ledger, folder: Path) -> Any:
    """A masked trial with all its staff at a desk, ready to enrol, as the tests have it."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from masked_trial import Trial, spec_of
    from trialwright.conduct.ledger import server_clock
    from trialwright.conduct.randomisation import Blocks

    folder.mkdir()
    trial = Trial(folder, ledger=ledger, clock=server_clock, size=100_000)
    trial.seal(spec_of(factors=(), method=Blocks((4, 6))))
    return trial


def commanded(name: str, make: Callable[[], Ledger], folder: Path, aim: str) -> None:
    """Whole commands at a desk: who may, what stands, consent, signature; one durable transaction each."""
    from trialwright.conduct import commands as ask
    from trialwright.conduct.allocating.asks import Randomise

    with closing(make()) as ledger:
        trial = at_desk(ledger, folder)
        subjects = [f"P{number:03}" for number in range(COMMANDS // 3)]
        trial.admit(*subjects)
        values = {"TESTCD": "CRP", "STRESN": 4.5, "STRESU": "mg/L"}
        trial.desk.standing  # noqa: B018 - read once before the first command
        began, busy = time.perf_counter(), time.process_time()
        for each in subjects:
            trial.do("ivy", ask.Enrol(each, 4), key=f"in-{each}")
            trial.do("ivy", Randomise(each, {}), key=f"to-{each}")
            trial.do("ivy", ask.Record("LB", each, 1, 4, values), key=f"row-{each}")
        busy = time.process_time() - busy
        loaded(f"commands at a desk on {name}", COMMANDS / (time.perf_counter() - began), "per s", aim)
        loaded("  as far as the processor limits it", COMMANDS / busy, "per s", "none")


def opened_at_desk(make: Callable[[bool], Ledger], folder: Path) -> None:
    """Open and fold a hundred thousand entries through a desk: 500 participants drawn into arms, the rest their rows.
    Then one command more."""
    import resource

    from masked_trial import desk_of
    from trialwright.conduct import Draft
    from trialwright.conduct import commands as ask
    from trialwright.conduct.allocating.asks import Randomise
    from trialwright.conduct.events import Recorded
    from trialwright.conduct.ledger import server_clock

    with closing(make(True)) as ledger:
        trial = at_desk(ledger, folder)
        subjects = [f"P{number:03}" for number in range(500)]
        trial.admit(*subjects)
        for each in subjects:
            trial.do("ivy", ask.Enrol(each, 4), Randomise(each, {}), key=f"in-{each}")
        number = 0
        while ledger.head.size < EVENTS:
            drafts = []
            for _ in range(min(1000, EVENTS - ledger.head.size)):
                values = {"TESTCD": "CRP", "STRESN": number / 8, "STRESU": "mg/L"}
                event = Recorded("LB", subjects[number % 500], number // 500 + 1, 4, values)
                at = "2026-01-05T09:00:00+00:00"
                drafts.append(Draft(event, 4, "ivy", "", at, "investigator", "01", f"row-{number}#{number:x}"))
                number += 1
            ledger.append(drafts, ledger.head)
        protocol = trial.protocol
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, busy = time.perf_counter(), time.process_time()
    with closing(make(False)) as ledger:
        desk = desk_of(ledger, folder / "keys", protocol, server_clock)
        assert desk.standing.head.size == EVENTS
        loaded(f"open and fold {EVENTS:,} entries at a desk", time.perf_counter() - began, "s", "3 s")
        loaded("  processor time of it", time.process_time() - busy, "s", "none")
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        loaded("  memory of it beyond what was used before", grown, "MB", "none")
        began = time.perf_counter()
        for more in range(50):
            row = ask.Record("LB", subjects[more], 10_000, 4, {"TESTCD": "CRP", "STRESN": 1.5, "STRESU": "mg/L"})
            desk.do(trial.call("ivy"), row)
        loaded(f"commands at a desk with {EVENTS:,} entries", 50 / (time.perf_counter() - began), "per s", "none")


def filled(ledger: Ledger) -> None:
    """Append a hundred thousand events, a thousand at a time."""
    source = drafts()
    for _ in range(EVENTS // 1000):
        ledger.append([next(source) for _ in range(1000)], ledger.head)


def reading(name: str, open_: Callable[[bool], Ledger]) -> None:
    """Verify, and open and fold, a ledger of a hundred thousand events."""
    from trialwright.conduct import replay
    from trialwright.conduct.ledger import verify

    with closing(open_(True)) as ledger:
        filled(ledger)
    with closing(open_(False)) as ledger:
        began, busy = time.perf_counter(), time.process_time()
        found = verify(ledger)
        busy = time.process_time() - busy
        loaded(f"{name}: verify {EVENTS:,} events", time.perf_counter() - began, "s", "6 s")
        loaded("  processor time of it", busy, "s", "none")
        assert found.sound, found.first
        assert found.head.size == EVENTS
    began, busy = time.perf_counter(), time.process_time()
    with closing(open_(False)) as ledger:
        fold = replay(ledger.entries())
    busy = time.process_time() - busy
    loaded(f"{name}: open and fold {EVENTS:,} events", time.perf_counter() - began, "s", "3 s")
    loaded("  processor time of it", busy, "s", "none")
    assert fold.size == EVENTS


def main() -> None:
    """Every figure."""
    from tests import live_postgres

    from trialwright.conduct import FileLedger, SqliteLedger
    from trialwright.conduct.ledger import PostgresLedger, server_clock

    def postgres() -> Ledger:
        made = live_postgres.fresh()
        return PostgresLedger(made.conninfo, server_clock, schema=made.schema)

    with tempfile.TemporaryDirectory(dir=os.environ.get("TRIALWRIGHT_BENCH_DISK")) as name:
        folder = Path(name)
        loaded("this disk: 500 bytes appended and synced", syncs(folder), "per s", "none")
        sqlite = folder / "sqlite"
        loaded(
            "durable commands on SQLite",
            appending(lambda: SqliteLedger(folder / "s", server_clock, create=True)),
            "per s",
            "300 per s",
        )
        loaded("durable commands on PostgreSQL", appending(postgres), "per s", "500 per s")
        loaded(
            "durable commands in a file",
            appending(lambda: FileLedger(folder / "f", create=True, clock=server_clock)),
            "per s",
            "none",
        )
        commanded(
            "SQLite", lambda: SqliteLedger(folder / "c", server_clock, create=True), folder / "at-sqlite", "300 per s"
        )
        commanded("PostgreSQL", postgres, folder / "at-postgres", "500 per s")
        opened_at_desk(lambda create: SqliteLedger(folder / "d", server_clock, create=create), folder / "at-desk")
        reading("SQLite", lambda create: SqliteLedger(sqlite, server_clock, create=create))


if __name__ == "__main__":
    main()
