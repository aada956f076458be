"""Every criterion of the real records has a form that reads back, English on one line, and SQL that DuckDB takes."""

from pathlib import Path

import duckdb
import pytest

from trialwright import record as records
from trialwright.core.errors import InputError
from trialwright.protocol.eligibility.compiling import compile_all
from trialwright.protocol.eligibility.forms.checking import check_form
from trialwright.protocol.eligibility.forms.editable import write
from trialwright.protocol.eligibility.forms.english import english
from trialwright.protocol.eligibility.forms.sql import query
from trialwright.protocol.eligibility.needs import needs
from trialwright.protocol.eligibility.split import draft_eligibility
from trialwright.protocol.eligibility.tree import Computability


@pytest.mark.corpus
def test_forms_of_every_real_criterion(corpus: Path) -> None:
    paths = [*sorted((corpus / "records").iterdir()), *sorted((corpus / "corpus").rglob("*.*"))]
    checked = 0
    for path in paths:
        try:
            record = records.read(path)
        except InputError:
            continue  # a rendering that is not read
        eligibility, _ = draft_eligibility(record)
        found = compile_all(eligibility)
        for each in found:
            form = write(each.expression)
            assert check_form(form) == each.expression, (path.name, each.id, form)
            told = english(each.expression, each.criterion.text)
            assert told
            assert "\n" not in told
            assert needs(each.expression)
            checked += each.computability is not Computability.JUDGEMENT
        drafted = sum(item.form is not None for item in eligibility.criteria)
        assert drafted == sum(
            each.computability is not Computability.JUDGEMENT and each.criterion in eligibility.criteria
            for each in found
        )
        asked = query({each.id: each.expression for each in found})
        assert len(duckdb.extract_statements(asked)) == 1
    assert checked > 500
