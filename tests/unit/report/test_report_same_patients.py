"""What other designs would have done with the same patients: what the report says of a simulated trial."""

import html
import re
from dataclasses import replace

from made_up_protocols import deciding_rows, escalation, parallel, single
from trialwright import simulate
from trialwright.report.sections.characteristics_retraced import same_patients
from trialwright.simulate import scenarios


def simulated(protocol):
    return simulate.run(protocol, scenarios.for_protocol(protocol)[0], seed=1, deciding_only=True)


def text(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", str(markup))).replace("\N{NO-BREAK SPACE}", " ").split())


def with_rows(*people):
    """A simulated trial whose facts are these."""
    facts = [fact for number, one in enumerate(people) for fact in deciding_rows(number, *one)]
    return replace(simulated(escalation()), facts=tuple(facts))


def test_each_cohort_stands_beside_what_the_others_say():
    people = [(1, 1, False)] * 3 + [(2, 2, False)] * 3 + [(3, 3, True)] * 3
    said = text(same_patients(with_rows(*people), exact=True))
    assert "Cohort 1 3 participants at level 1, 0 DLTs level 1 The trial opens with 3 at level 1" in said
    assert "Cohort 3 3 participants at level 3, 3 DLTs level 3 0 of 3 had a DLT at level 2: go up to level 3" in said
    assert "stops: level 2 selected 9 participants are treated, the maximum" in said.split("After the last")[1]
    assert "the exact chances above" in said
    assert "at most 9 participants, the registered number" in said
    assert "Nothing can be said of patients who were never treated at the level that a design wanted" in said
    assert "it would have treated every cohort at the same level; after the last it stops, level 2 selected." in said


def test_where_a_design_parts_is_said_in_bold_and_in_a_sentence():
    """Six at level 1 without a DLT: both would have treated the second three at level 2."""
    page = str(same_patients(with_rows((1, 1, False), (1, 1, False), (1, 1, False), *[(1, 2, False)] * 3), exact=False))
    assert "exact chances above" not in page
    cohort = page.split("Cohort 2</th>")[1].split("</tr>")[0]
    assert cohort.count("<b>level 2</b>") == 2
    assert "<b>" not in page.split("Cohort 1</th>")[1].split("</tr>")[0]
    assert page.count("would have treated cohort 2 at level 2, not at level 1, and how those patients would have") == 2


def test_nothing_is_shown_for_other_designs():
    for protocol in (parallel(), single()):
        assert same_patients(simulated(protocol), exact=False) is None
