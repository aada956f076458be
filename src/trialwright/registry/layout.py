"""The tables of a registry: what is kept of each version of a record, and in which columns."""

from __future__ import annotations

LAYOUT = 2

FACTS: dict[str, str] = {
    "title": "VARCHAR",
    "acronym": "VARCHAR",
    "status": "VARCHAR",
    "study_type": "VARCHAR",
    "phases": "VARCHAR[]",
    "enrolment": "INTEGER",
    "enrolment_type": "VARCHAR",
    "sponsor": "VARCHAR",
    "sponsor_class": "VARCHAR",
    "allocation": "VARCHAR",
    "intervention_model": "VARCHAR",
    "primary_purpose": "VARCHAR",
    "masking": "VARCHAR",
    "observational_model": "VARCHAR",
    "time_perspective": "VARCHAR",
    "sex": "VARCHAR",
    "min_age_years": "DOUBLE",
    "max_age_years": "DOUBLE",
    "age_groups": "VARCHAR[]",
    "healthy_volunteers": "BOOLEAN",
    "conditions": "VARCHAR[]",
    "keywords": "VARCHAR[]",
    "intervention_types": "VARCHAR[]",
    "interventions": "VARCHAR[]",
    "countries": "VARCHAR[]",
    "arms": "INTEGER",
    "start_date": "DATE",
    "primary_completion_date": "DATE",
    "completion_date": "DATE",
    "first_posted": "DATE",
    "has_results": "BOOLEAN",
}
"""The facts that the registry's own fields hold, with the type of each column. Dates are the first day that the stated
date can mean; ages are in years."""

COMPILED: dict[str, str] = {
    "id": "BIGINT",
    "program": "VARCHAR",
    "design": "VARCHAR",
    "executable": "BOOLEAN",
    "reason_code": "VARCHAR",
    "reason": "VARCHAR",
    "escalation": "VARCHAR",
    "has_dlt_rule": "BOOLEAN",
    "ratio": "VARCHAR",
    "dose_per_kg": "DOUBLE[]",
    "dose_per_kg_unit": "VARCHAR[]",
    "administrations": "INTEGER[]",
    "routes": "VARCHAR[]",
    "primary_days": "DOUBLE",
    "rules_fired": "VARCHAR[]",
    "to_confirm": "INTEGER",
}
"""The facts that follow from the drafted protocol. `program`: the version of trialwright that drafted it. `dose_per_kg`
and `dose_per_kg_unit` run side by side. `primary_days`: the last day on which a primary outcome is measured."""

VERSION: dict[str, str] = {
    "id": "BIGINT",
    "trial": "VARCHAR",
    "nct_id": "VARCHAR",
    "updated": "DATE",
    "rendering": "VARCHAR",
    "source": "VARCHAR",
    "sha256": "VARCHAR",
    "content": "VARCHAR",
    "problems": "INTEGER",
    "body": "BLOB",
    "original": "BLOB",
}
"""One version of a record. `trial`: its number, or its content where it has none; `content`: a digest of the study
without what changes daily; `body`: the study as v2 JSON, zlib; `original`: the source as it came, zlib, where the v2
JSON does not say all that it says."""


def _columns(columns: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in columns.items())


TABLES = f"""
CREATE TABLE layout (version INTEGER NOT NULL, store VARCHAR NOT NULL);
CREATE TABLE versions ({_columns(VERSION)});
CREATE TABLE facts (id BIGINT, {_columns(FACTS)});
CREATE TABLE superseded (id BIGINT, newer BIGINT);
CREATE TABLE compiled ({_columns(COMPILED)});
CREATE TABLE left_out (name VARCHAR, code VARCHAR, reason VARCHAR);
CREATE VIEW trials AS
    SELECT v.nct_id, v.id, v.trial, v.updated, v.rendering, v.source, v.problems, f.* EXCLUDE (id)
    FROM versions v JOIN facts f USING (id) WHERE v.id NOT IN (SELECT s.id FROM superseded s);
"""
"""`superseded`: versions that another one of the same trial has taken the place of; rows are only ever added."""
NAMES = {"layout", "versions", "facts", "superseded", "compiled", "left_out", "trials"}
