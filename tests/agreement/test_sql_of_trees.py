"""Every tree has SQL that DuckDB takes: no word of a criterion breaks out of it."""

import contextlib

import duckdb
from hypothesis import HealthCheck, given, settings
from trees import expressions

from trialwright.protocol.eligibility.forms.sql import query


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(expressions(max_leaves=5))
def test_duckdb_takes_the_sql_of_every_tree(tree: object) -> None:
    statements = duckdb.extract_statements(query({"inclusion-1": tree}))
    assert [statement.type for statement in statements] == [duckdb.StatementType.SELECT]
    # the columns are not there; whatever else DuckDB finds wrong would be raised
    with duckdb.connect() as base, contextlib.suppress(duckdb.BinderException):
        base.execute("CREATE TABLE patients (row INTEGER)")
        base.execute(query({"inclusion-1": tree}))
