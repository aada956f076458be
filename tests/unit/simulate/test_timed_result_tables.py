"""Results of the designs by time as tables and HTML: the same figures as plain means of the trials, with errors."""

import numpy as np
import pytest

from trialwright.design.timed import names as by_time
from trialwright.simulate import timed

TRUTH = (0.1, 0.25, 0.45)
DESIGN = by_time.make("TITE-BOIN: target 0.3, at most 12", ("arm-1",) * 3, 28)


def run(trials):
    return timed.characteristics(DESIGN, TRUTH, timed.Course(0.2, not_evaluable=0.2), seed=4, trials=trials)


def test_by_level():
    found = run(300)
    frame, each = found.frame(), found.trials_frame()
    assert frame["level"].to_list() == [0, 1, 2, 3]
    assert frame["true_rate"].to_list() == [None, *TRUTH]
    for level in range(4):
        share = (each["selected"] == level).to_numpy()
        row = frame.row(level, named=True)
        assert row["selected"] == pytest.approx(share.mean())
        if 0 < share.mean() < 1:
            assert row["selected_se"] == pytest.approx(np.sqrt(share.mean() * (1 - share.mean()) / 299), rel=1e-9)
        if level:
            for name, column in (("participants", f"n_{level}"), ("dlts", f"dlts_{level}")):
                values = each[column].to_numpy()
                assert row[name] == pytest.approx(values.mean())
                assert row[f"{name}_se"] == pytest.approx(values.std(ddof=1) / np.sqrt(300))
        else:
            assert row["participants"] is None


def test_of_the_whole_trial():
    found = run(300)
    rows = {row["figure"]: row for row in found.whole_frame().rows(named=True)}
    each = found.trials_frame()
    assert rows["days"]["value"] == pytest.approx(each["closed"].mean())
    assert rows["days"]["se"] == pytest.approx(each["closed"].std() / np.sqrt(300))
    assert rows["participants_in_all"]["value"] == pytest.approx(each["enrolled"].mean())
    assert rows["stopped_for_toxicity"]["value"] == pytest.approx((~each["completed"]).mean())
    assert rows["dlts_in_all"]["value"] == pytest.approx(sum(each[f"dlts_{j}"].mean() for j in (1, 2, 3)))


def test_in_a_notebook_every_figure_has_its_error():
    found = run(300)
    page = found._repr_html_()
    assert (
        "TITE-BOIN: target 0.3, cohorts of 3, at most 12; DLT window 28 days; Monte Carlo, 300 trials, seed 4" in page
    )
    for each in (*found.selection, *found.expected_n, *found.expected_dlts, *found.whole.values()):
        assert f"{each.value:.4g} ± {each.se:.1g}" in page


def test_one_trial_has_no_error():
    found = run(1)
    assert found.frame()["selected_se"].to_list()[1:] == [None if s.se == float("inf") else s.se
                                                          for s in found.selection[1:]]  # fmt: skip
    assert found.whole_frame()["se"].to_list()[2] is None
    assert "error not known" in found._repr_html_()
