"""Nothing of the results that real records of the legacy XML posted is lost or made up on the way to the record."""

import pytest
from benchmarks.eval_readers import posted


@pytest.mark.corpus
def test_every_value_of_posted_results_reaches_the_record(corpus):
    read = {path.stem: both for path in (corpus / "corpus" / "legacy_xml").glob("*.xml") if (both := posted(path))}
    assert len(read) > 5
    assert {name: held - told for name, (held, told) in read.items() if held - told} == {}
    assert {name: told - held for name, (held, told) in read.items() if told - held} == {}
