"""BOIN12 against the paper and the authors' web application.

Sources: Table 3 of Lin et al. 2020 (doi 10.1200/PO.20.00257), scores for 0, 3, 6 and 9 participants; the example of its
page 1396; the trial of its Figure S2, cohort by cohort; decisions of the application at
biostatistics.mdanderson.org/shinyapps/BOIN12, as recorded in the tests of the R package escalation (test_boin12_rds.R,
test_boin12.R). N = neither, T = toxicity only, E = efficacy only, B = both.
"""

from math import sqrt

import pytest

from trialwright.design.phase2.boin12 import Boin12
from trialwright.design.phase2.boin12_simulation import simulate
from trialwright.design.phase2.boin12_table import scores
from trialwright.design.rule import Finish, Treat

PAPER = Boin12(levels=5, most=30)
OTHER = Boin12(levels=5, toxicity=0.15, efficacy=0.4, neither=50, both=30, toxic_cutoff=0.9, futile_cutoff=0.8)


def after(design, course):
    """`2NNB` = one toxicity with efficacy among three at level 2; cohorts one after another."""
    n, t, e, b = ([0] * design.levels for _ in range(4))
    for cohort in course.split():
        level = int(cohort[0]) - 1
        for outcome in cohort[1:]:
            n[level] += 1
            t[level] += outcome in "TB"
            e[level] += outcome in "EB"
            b[level] += outcome == "B"
    return design.next(int(course.split()[-1][0]), tuple(n), tuple(t), tuple(e), tuple(b))


@pytest.mark.parametrize(
    ("line", "score"),
    [
        ((0, 0, 0), 60),
        ((3, 0, 3), 91),
        ((6, 1, 5), 87),
        ((6, 5, 1), None),
        ((9, 0, 8), 99),
        ((9, 2, 3), 32.5),
        ((9, 5, 5), 32.5),
        ((9, 3, 1), 7),
        ((9, 4, 0), None),
        ((9, 6, 9), None),
    ],
)
def test_scores_of_table_3(line, score):
    found = {(each.n, each.toxicity, each.efficacy): each.score for each in scores(PAPER, (0, 3, 6, 9))}
    assert found[line] == score


TRIAL = ("1NNN", "2NNB", "3NEE", "3NTN", "4ETE", "4NBE", "4BNN", "5BEN", "5NBT", "4NEN")
NEXT = (2, 3, 3, 4, 4, 4, 5, 5, 4)


@pytest.mark.parametrize("cohorts", range(1, 10))
def test_the_trial_of_figure_s2(cohorts):
    action = after(PAPER, " ".join(TRIAL[:cohorts]))
    assert isinstance(action, Treat)
    assert action.dose == NEXT[cohorts - 1]


def test_the_end_of_the_trial_of_figure_s2():
    action = after(PAPER, " ".join(TRIAL))
    assert isinstance(action, Finish)
    assert (action.selected, action.completed) == (4, True)


def test_the_example_of_page_1396():
    assert after(PAPER, "1NNN 2ENT 3ETT 2EEN").dose == 2


# level of the first cohort, its outcomes, the level of the next one
DEFAULT = {
    1: "EBB1 EEB1 EEE1 EET1 ETB1 ETT1 NBB1 NEB1 NEE1 NET2 NNB2 NNE2 NNN2 NNT2 NTB1 NTT1",
    2: "BBB1 EBB1 EEB2 EEE2 EET2 ETB1 ETT1 NBB1 NEB2 NEE2 NET3 NNB3 NNE3 NNN3 NNT3 NTB1 NTT1 TBB1 TTB1 TTT1",
    5: "BBB4 EBB4 EEB5 EEE5 EET5 ETB4 ETT4 NBB4 NEB5 NEE5 NET4 NNB4 NNE4 NNN4 NNT4 NTB4 NTT4 TBB4 TTB4 TTT4",
}
# left out: EBB, EET, ETB, ETT, NBB, NTB at level 1, where the application goes on although level 1 is too toxic by
# its own criterion, and NNE at level 2, where levels 1 and 3 are equally desirable
ODD = {
    1: "EEB1 EEE1 NEB1 NEE1 NET1 NNB1 NNE2 NNN2",
    2: "BBB1 EBB1 EEB1 EEE2 EET1 ETB1 ETT1 NBB1 NEB1 NEE2 NET1 NNB1 NNN3 NNT1 NTB1 NTT1 TBB1 TTB1 TTT1",
    5: "BBB4 EBB4 EEB4 EEE5 EET4 ETB4 ETT4 NBB4 NEB4 NEE5 NET4 NNB4 NNE4 NNN4 NNT4 NTB4 NTT4 TBB4 TTB4 TTT4",
}


@pytest.mark.parametrize(
    ("design", "level", "outcomes", "expected"),
    [
        (design, level, each[:3], int(each[3]))
        for design, rows in ((PAPER, DEFAULT), (OTHER, ODD))
        for level, row in rows.items()
        for each in row.split()
    ],
)
def test_decisions_after_the_first_cohort(design, level, outcomes, expected):
    action = after(design, f"{level}{outcomes}")
    assert isinstance(action, Treat)
    assert action.dose == expected


@pytest.mark.parametrize("outcomes", ["EBB", "ETB", "ETT", "NBB", "NTB"])
def test_where_the_lowest_level_is_too_toxic_the_trial_stops(outcomes):
    """This differs from the application, which treats more at level 1: see above."""
    action = after(OTHER, f"1{outcomes}")
    assert isinstance(action, Finish)
    assert (action.selected, action.completed) == (0, False)


def test_characteristics_of_the_application():
    """10,000 trials of the application at trialdesign.org without extra exploration selected level 2 in 57.3 % and
    level 3 in 21.3 % (github.com/brockk/escalation, issue 8, where another program found 49.6 % and 23.7 %)."""
    design = Boin12(levels=5, explore_from=None)
    found = simulate(design, (0.03, 0.17, 0.35, 0.50, 0.65), (0.12, 0.39, 0.43, 0.55, 0.65), seed=20, trials=40_000)
    for level, printed in ((2, 0.573), (3, 0.213)):
        error = sqrt(printed * (1 - printed) / 10_000 + found.selection_error[level] ** 2)
        assert abs(found.selection[level] - printed) < 3.5 * error
