"""What the application's role cannot do in PostgreSQL, and what `verify` sees of what the owner can."""

from __future__ import annotations

import psycopg
import pytest

import live_postgres
from trialwright.conduct import Draft, Head
from trialwright.conduct.events import Confirmed
from trialwright.conduct.ledger import Envelope, PostgresLedger, Signer, attest, set_up, verify, witness_in
from trialwright.core.errors import StageError

NOW = "2024-02-29T12:00:00.000000Z"
SIGNER = Signer("example.org/ledger", bytes(range(32)))
BOX = Envelope("arm", "key-1", bytes(32), bytes(256))


def opened(database, **how):
    return PostgresLedger(database.conninfo, lambda: NOW, schema=database.schema, **how)


@pytest.fixture
def database():
    """A ledger of four transactions with one entry each."""
    made = live_postgres.fresh()
    with opened(made) as ledger:
        for day in range(4):
            ledger.append([Draft(Confirmed("x"), day, "ann", key=f"k{day}", envelopes=(BOX,))], ledger.head)
    return made


def report(database, witness=None):
    with opened(database) as ledger:
        return verify(ledger, witness)


@pytest.mark.requirement("R03")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {schema}.entry SET hash = hash",
        "DELETE FROM {schema}.entry",
        "TRUNCATE {schema}.entry, {schema}.envelope",
        "DELETE FROM {schema}.envelope",
        "UPDATE {schema}.envelope SET name = name",
        "ALTER TABLE {schema}.entry DISABLE TRIGGER ALL",
        "DROP TABLE {schema}.envelope",
        "DROP TRIGGER entry_follows ON {schema}.entry",
        "CREATE TABLE {schema}.extra (a int)",
        "INSERT INTO {schema}.entry VALUES (9, '', '', '')",
        "INSERT INTO {schema}.entry VALUES (4, '', '', '')",
        "INSERT INTO {schema}.entry VALUES (5, 'k1', '', '')",
        "INSERT INTO {schema}.entry VALUES (4, '', '', '') ON CONFLICT (sequence) DO UPDATE SET hash = ''",
        "INSERT INTO {schema}.envelope VALUES (4, 1, 'arm', 'key-1', '', '')",
        "INSERT INTO {schema}.envelope VALUES (7, 1, 'arm', 'key-1', '', '')",
    ],
)
def test_the_role_of_the_application_can_change_nothing(database, statement):
    with psycopg.connect(database.conninfo) as connection, pytest.raises(psycopg.Error):
        connection.execute(statement.replace("{schema}", database.schema))
    assert report(database).sound


@pytest.mark.requirement("R03")
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {schema}.entry SET hash = hash", "DELETE FROM {schema}.envelope", "TRUNCATE {schema}.entry CASCADE"],
)
def test_triggers_stop_even_the_owner(database, statement):
    with pytest.raises(psycopg.Error, match="only ever appended"):
        database.as_owner(statement)


FREE = tuple(f"ALTER TABLE {{schema}}.{table} DISABLE TRIGGER USER" for table in ("entry", "envelope"))
BOUND = tuple(f"ALTER TABLE {{schema}}.{table} ENABLE TRIGGER USER" for table in ("entry", "envelope"))


@pytest.mark.parametrize(
    ("statement", "entry", "why"),
    [
        ("UPDATE {schema}.entry SET body = replace(body, '\"x\"', '\"y\"') WHERE sequence = 3", 3, "changed"),
        ("UPDATE {schema}.entry SET key = '' WHERE sequence = 2", 2, "another idempotency key"),
        ("UPDATE {schema}.envelope SET salt = ciphertext WHERE sequence = 3", 3, "salt"),
        ("DELETE FROM {schema}.envelope WHERE sequence = 3", 3, "envelopes"),
        ("INSERT INTO {schema}.envelope VALUES (4, 2, 'arm', 'key-1', '', '')", 4, "envelopes"),
        ("ALTER TABLE {schema}.entry DISABLE TRIGGER entry_follows", None, "opened to changes"),
    ],
)
def test_what_the_owner_changes_is_named(database, statement, entry, why):
    mends = () if entry is None else BOUND
    database.as_owner(*FREE, *(() if entry else BOUND), statement, *mends)
    found = report(database)
    assert (found.first.sequence, why in found.first.why) == (entry, True)


def test_entries_cut_off_show_only_against_the_witness(database, tmp_path):
    attest(tmp_path / "witness", report(database).checkpoint(NOW), SIGNER)
    witness = witness_in(tmp_path / "witness", [SIGNER.verifier])
    assert report(database, witness).witnessed == 4
    cuts = (f"DELETE FROM {{schema}}.{table} WHERE sequence > 2" for table in ("envelope", "entry"))
    database.as_owner(*FREE, *cuts, *BOUND)
    assert report(database).sound
    assert report(database, witness).first.sequence == 3


def test_a_role_that_may_change_entries_is_refused(database):
    with pytest.raises(StageError, match=r"COND-034.*may change"):
        PostgresLedger(database.owner, lambda: NOW, schema=database.schema)
    database.as_owner(f"GRANT DELETE ON {{schema}}.envelope TO {live_postgres.ROLE}")
    with pytest.raises(StageError, match=r"COND-034.*may change"):
        opened(database)


def test_a_server_that_does_not_sync_is_refused(database):
    try:
        database.as_owner("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)")
        with pytest.raises(StageError, match=r"COND-034.*fsync off"):
            opened(database)
    finally:
        database.as_owner("ALTER SYSTEM RESET fsync", "SELECT pg_reload_conf()", "SELECT pg_sleep(0.3)")
    assert report(database).sound


def test_what_is_not_there_is_not_opened(database):
    with pytest.raises(StageError, match="COND-034"):
        PostgresLedger(database.conninfo, lambda: NOW, schema="none")
    with pytest.raises(StageError, match="COND-024"):
        PostgresLedger(f"{database.conninfo} dbname=none", lambda: NOW)
    for name in ("", "Ledger", "a b", "a;b", 'a"'):
        with pytest.raises(StageError, match="COND-034"):
            PostgresLedger(database.conninfo, lambda: NOW, schema=name)
        with pytest.raises(StageError, match="COND-034"):
            set_up(database.owner, name, "ledger")
    with pytest.raises(StageError, match="COND-024"):
        set_up(database.owner, live_postgres.ROLE, database.schema)


def test_a_ledger_in_use_says_so_and_a_lost_connection_is_told(database):
    with opened(database) as first, opened(database, wait=0.05) as second:

        def meanwhile(head):
            with pytest.raises(StageError, match="COND-025"):
                second.append([Draft(Confirmed("x"), 9, "bob")], head)
            return [Draft(Confirmed("x"), 9, "ann")]

        assert first.transact(meanwhile)[0].sequence == 5
        assert second.append([Draft(Confirmed("x"), 9, "bob")], second.head)[0].sequence == 6
        database.as_owner(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND pid > 0"
        )
        with pytest.raises(StageError, match="COND-024"):
            first.append([Draft(Confirmed("x"), 9, "ann", key="z")], Head())
        with pytest.raises(StageError, match="COND-024"):
            assert first.head
    with opened(database) as again:
        assert again.keyed("z") is None


def test_a_head_noted_elsewhere_must_be_there(database):
    head = report(database).head
    opened(database, expected=head).close()
    with pytest.raises(StageError, match="COND-026"):
        opened(database, expected=Head(5, head.hash))


def test_ledgers_in_two_schemas_do_not_wait_for_each_other(database):
    other = live_postgres.fresh()
    with opened(database) as first, opened(other, wait=0.05) as second:
        first.transact(lambda _: second.append([Draft(Confirmed("x"), 0, "bob")], Head()) and [])
        assert second.head.size == 1
