"""A table as CDISC Dataset-JSON 1.1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from trialwright.dataset.columns import COLUMNS, FLAG, KEYS, TEXT, WHOLE

if TYPE_CHECKING:
    import polars as pl

VERSION = "1.1.0"
LABELS = {
    "DM": "Demographics",
    "SV": "Subject Visits",
    "IE": "Inclusion/Exclusion Criteria Not Met",
    "MH": "Medical History",
    "CM": "Concomitant Medications",
    "PR": "Procedures",
    "EX": "Exposure",
    "AE": "Adverse Events",
    "XD": "Assessment of Dose-Limiting Toxicity",
    "DS": "Disposition",
    "DV": "Protocol Deviations",
    "LB": "Laboratory Test Results",
    "VS": "Vital Signs",
    "FT": "Functional Tests",
    "RS": "Disease Response and Clinical Classification",
}
_KINDS = {TEXT: "string", FLAG: "string", WHOLE: "integer"}


def dataset_json(domain: str, frame: pl.DataFrame, *, study: str, made: str, version: str) -> str:
    """The text of a dataset, one line per row.

    `study`: the study's identifier. `made`: ISO 8601 time of the last entry that the data come from, so that the same
    data always give the same bytes. `version`: that of the software.
    """
    kinds = {**KEYS, **COLUMNS[domain]}
    columns = [
        {
            "itemOID": f"IT.{domain}.{name}",
            "name": name,
            "label": name,
            "dataType": _KINDS.get(kinds[name], "double"),
            **({"keySequence": place} if (place := _KEY.get(name)) else {}),
        }
        for name in frame.columns
    ]
    head: dict[str, Any] = {
        "datasetJSONCreationDateTime": made,
        "datasetJSONVersion": VERSION,
        "originator": "trialwright",
        "sourceSystem": {"name": "trialwright", "version": version},
        "studyOID": study,
        "metaDataVersionOID": f"MDV.{study}.1",
        "itemGroupOID": f"IG.{domain}",
        "records": frame.height,
        "name": domain,
        "label": LABELS[domain],
        "columns": columns,
    }
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    rows = ",\n".join("  " + json.dumps(list(row), ensure_ascii=False) for row in frame.iter_rows())
    return f'{text},\n "rows": [\n{rows}\n ]\n}}\n'


_KEY = {"USUBJID": 1, "SEQ": 2}
