"""Section 7 of the report: simulated characteristics with their errors, and exact ones of a rule of one arm."""

import html
import re
from dataclasses import replace

from report_builder import contents

from made_up_protocols import escalation, single
from trialwright.dataset.columns import BACKFILL
from trialwright.protocol.kinds import SingleArm
from trialwright.report.figures.cohorts import Treated, cohorts
from trialwright.report.sections.characteristics import characteristics as section
from trialwright.simulate import characteristics
from trialwright.simulate.estimated import Sampling

SIMON = (
    "Simon: optimal, p0 0.1, p1 0.3, alpha 0.05, power 0.8, response within 56 days; "
    "monitored for deaths within 60 days: limit 0.3, cutoff 0.974, of 9"
)


def shown(protocol, found):
    markup = section(replace(contents(), protocol=protocol, characteristics=found, trial=None))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", str(markup))).replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_simulated_rule_is_shown_with_errors_trials_and_seed():
    protocol = escalation()
    rule = "BOIN: target 0.3, at most 9, backfill up to 6 at a level"
    protocol = replace(protocol, design=replace(protocol.design, rule=rule, readings=()))
    found = characteristics(protocol, [0.05, 0.1, 0.2], Sampling(trials=40, seed=5))
    text = shown(protocol, found)
    runs = found.estimated[0].runs
    assert "40 simulated trials, seed 5; estimates ± standard errors. True DLT rates 5%, 10%, 20%." in text
    assert "It has no exact characteristics: it decides by days." in text
    for each, unit, factor, places in (
        (runs.selection(3)[3], "%", 100, 1),
        (runs.expected_n_by_level[0], "", 1, 2),
        (runs.expected_backfilled, "", 1, 2),
    ):
        assert f"{each.value * factor:.{places}f} ± {each.se * factor:.{places}f}{unit}" in text
    assert "Nothing was computed" not in text


def test_two_stages_and_a_monitoring_are_shown_with_their_exact_figures():
    protocol = replace(single(), design=SingleArm("arm-1", None, SIMON))
    text = shown(protocol, characteristics(protocol))
    assert "What the rule of an arm implies" in text
    assert "10% 4.7% 73.6% 15.01" in text  # promising, stopped early, expected: Simon's optimal design
    assert "30% 7.8%" in text
    assert "deaths within 60 days; exact" in text
    assert "Each rule is computed by itself, as if the other were not there." in text


def test_backfill_stands_outside_the_bands_of_the_cohorts():
    people = [Treated(f"P-{n}", 1, 1, False, n) for n in range(3)] + [Treated("P-3", 1, BACKFILL, True, 9)]
    text = str(cohorts(people, ["1 mg"], None).markup("fig"))
    assert "4B" in text
    assert "B: entered by backfill" in text
    assert "Participant 4: level 1 by backfill, dose-limiting toxicity." in text
    assert text.count('class="soft"') == 1
    assert "backfill" not in str(cohorts(people[:3], ["1 mg"], None).markup("fig"))
