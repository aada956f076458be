"""Fixtures that every test may use."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A machine under load is not a fault of the code: no deadlines. A gate must give the same answer twice: in CI the
# examples are chosen without chance; at a desk they are new each time.
settings.register_profile("desk", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

ROOT = Path(__file__).resolve().parent.parent

# Ledgers wait for the disk at each command, thousands of times in these tests. What a test sees is the same in memory:
# it kills processes, not machines. Benchmarks measure on the disk.
IN_MEMORY, ENOUGH = Path("/dev/shm"), 6 * 2**30
if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free > ENOUGH:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))


@pytest.fixture
def ends() -> Iterator[None]:
    """Fails a test whose work does not come to an end: two minutes are far more than any needs on any machine."""

    def too_long(*_: object) -> None:
        pytest.fail("the work has not come to an end within two minutes")

    if not hasattr(signal, "SIGALRM"):
        yield
        return
    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(120)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture(scope="session", autouse=True)
def _quick_passphrases() -> None:
    """What makes a passphrase slow to guess would make tests slow: new ones cost next to nothing here."""
    from trialwright.conduct.people import credentials

    credentials.COST = (2, 8, 1)


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real registry records (with `records/` and `corpus/` in it)."""
    named = os.environ.get("TRIALWRIGHT_CORPUS", "")
    if not named:
        pytest.skip("needs real registry records: set TRIALWRIGHT_CORPUS to the folder that holds them")
    folder = Path(named)
    if not (folder / "records").is_dir():
        pytest.fail(f"TRIALWRIGHT_CORPUS names {named}, which has no folder 'records'")
    return folder


@pytest.fixture(scope="session")
def examples() -> Path:
    """The folder of bundled example records."""
    return ROOT / "examples"
