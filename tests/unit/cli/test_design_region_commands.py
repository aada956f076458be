"""`trialwright design surface` and `average`: what they print, and what they refuse."""

import csv
import io

import numpy as np
import pytest

from command_line import trialwright
from trialwright.design import exact, region, rules, surface_figure

PLAN = ("--target", "0.3", "--cohorts", "4")
GRAPH = exact.compile(rules.make("BOIN: target 0.3, cohorts of 3, at most 12", 3))


def run(*arguments):
    done = trialwright("design", *arguments)
    assert done.status == 0, done.err
    return done


def table(*arguments):
    return list(csv.DictReader(io.StringIO(run(*arguments, "--csv").out)))


def test_a_surface_is_the_design_at_each_scenario():
    rows = table("surface", "boin", *PLAN, "--truth", ".1,.2,.4", "--vary", "3=.3:.5:3", "--vary", "2=.15,.45")
    assert [(row["rate_1"], row["rate_2"], row["rate_3"]) for row in rows] == [
        ("0.1", second, third) for third in ("0.3", "0.4", "0.5") for second in ("0.15", "0.45")
    ]
    for row in rows:
        rates = [float(row[f"rate_{j}"]) for j in (1, 2, 3)]
        expected = GRAPH.evaluate(rates)
        found = [float(row[name]) for name in ("none", "selected_1", "selected_2", "selected_3")]
        assert found == pytest.approx(expected.selection.tolist(), abs=1e-13)
        assert float(row["participants"]) == pytest.approx(expected.expected_n)
        assert float(row["dlts"]) == pytest.approx(expected.expected_dlts)
        assert float(row["selected_above_target"]) == pytest.approx(expected.prob_selected_above(0.3), abs=1e-13)


def test_a_rate_that_is_the_target_does_not_lie_above_it():
    """0.1 + 0.2 * 2 / 2 is more than 0.3 to a computer."""
    (row,) = (
        r for r in table("surface", "boin", *PLAN, "--truth", ".1,.2,.3", "--vary", "3=.1:.7:7") if r["rate_3"] == "0.3"
    )
    assert float(row["selected_above_target"]) == 0


def test_a_surface_as_text_and_json():
    given = ("surface", "boin", *PLAN, "--truth", ".1,.2,.4", "--vary", "2=.2,.3")
    found = run(*given, "--json").json
    assert [item["rate_2"] for item in found["scenarios"]] == [0.2, 0.3]
    assert found["mass_error"] < 1e-12
    text = run(*given).out
    assert "rate 2" in text
    assert f"{found['scenarios'][0]['selected_2']:.4f}" in text
    assert "not medical advice" in text


def test_an_average_over_beta_priors(tmp_path):
    expected = region.average(GRAPH, [1, 2, 3], [9, 8, 7])
    found = run("average", "boin", *PLAN, "--doses", "3", "--prior", "1/9,2/8,3/7", "--json").json
    assert found["selection"] == expected.selection.tolist()
    assert found["expected_rate_at_selected"] == expected.rate_at_selected
    assert sum(found["prob_n"].values()) == pytest.approx(1)
    file = tmp_path / "prior.csv"
    file.write_text("a,b\n1,9\n2,8\n3,7\n", encoding="utf-8")
    assert run("average", "boin", *PLAN, "--doses", "3", "--prior", file, "--json").json == found
    rows = table("average", "boin", *PLAN, "--doses", "3", "--prior", file)
    assert [float(row["selected"]) for row in rows] == expected.selection.tolist()
    assert f"{expected.rate_at_selected:.4f}" in run("average", "boin", *PLAN, "--doses", "3", "--prior", file).out


def test_an_average_over_scenarios_is_their_weighted_mean(tmp_path):
    truths, weights = np.array([[0.1, 0.2, 0.4], [0.3, 0.5, 0.6]]), (3, 1)
    file = tmp_path / "scenarios.csv"
    lines = [",".join(map(str, (w, *t))) for w, t in zip(weights, truths.tolist(), strict=True)]
    file.write_text("\n".join(["weight,rate_1,rate_2,rate_3", *lines]), encoding="utf-8")
    found = run("average", "boin", *PLAN, "--doses", "3", "--prior", file, "--json").json
    first, second = (GRAPH.evaluate(t) for t in truths)
    assert found["selection"] == pytest.approx((0.75 * first.selection + 0.25 * second.selection).tolist())
    assert found["expected_n"] == pytest.approx(0.75 * first.expected_n + 0.25 * second.expected_n)
    chosen = 0.75 * first.selection[1:] + 0.25 * second.selection[1:]
    toxic = 0.75 * first.selection[1:] * truths[0] + 0.25 * second.selection[1:] * truths[1]
    assert found["expected_rate_at_selected"] == pytest.approx(toxic.sum() / chosen.sum())
    assert found["prior"] == "2 scenarios with weights"


def test_equal_weights_on_draws_come_near_the_beta_average():
    draws = np.random.default_rng(3).beta((1, 2, 3), (9, 8, 7), size=(20_000, 3))
    drawn, exactly = region.weighted(GRAPH, draws, np.ones(20_000)), region.average(GRAPH, [1, 2, 3], [9, 8, 7])
    np.testing.assert_allclose(drawn.selection, exactly.selection, atol=0.01)
    assert drawn.rate_at_selected == pytest.approx(exactly.rate_at_selected, abs=0.005)


SURFACE = ("surface", "boin", *PLAN, "--truth", ".1,.2,.4")
AVERAGE = ("average", "boin", *PLAN, "--doses", "3")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((*SURFACE, "--vary", "4=.1"), "DES-122"),
        ((*SURFACE, "--vary", "1=0:1:2000", "--vary", "2=0:1:2000"), "DES-122"),
        ((*SURFACE, "--vary", "1=0:1:0"), "DES-123"),
        ((*SURFACE, "--vary", "1=5"), "DES-123"),
        ((*SURFACE, "--vary", ".2,.3"), "DES-123"),
        ((*SURFACE[:-1], "10,20,30", "--vary", "1=.1"), "DES-123"),
        ((*AVERAGE, "--prior", "1/9,2/8"), "DES-121"),
        ((*AVERAGE, "--prior", "1/9,2/8,0/1"), "DES-121"),
        ((*AVERAGE, "--prior", "1/9,x"), "DES-123"),
        ((*AVERAGE, "--prior", "nowhere.csv"), "DES-123"),
        ((*AVERAGE, "--prior", "scenarios"), "DES-121"),
        ((*AVERAGE, "--prior", "other"), "DES-123"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path, arguments, code):
    (tmp_path / "scenarios").write_text("weight,rate_1,rate_2,rate_3\n0,.1,.2,.3\n", encoding="utf-8")
    (tmp_path / "other").write_text("p\n.1\n", encoding="utf-8")
    named = [tmp_path / word if word in ("scenarios", "other") else word for word in arguments]
    done = trialwright("design", *named)
    assert done.status == 2
    assert code in done.err


@pytest.mark.parametrize(("vary", "words"), [(("2=.1:.4:4",), 1), (("2=.1:.4:4", "3=.3,.5"), 2)])
def test_a_surface_is_drawn_for_one_level_or_two(vary, words, tmp_path):
    file = tmp_path / "surface.svg"
    given = [part for each in vary for part in ("--vary", each)]
    done = trialwright("design", *SURFACE, *given, "--figure", str(file))
    assert done.status == 0, done.err
    drawn = file.read_text(encoding="utf-8")
    assert drawn.count("true DLT rate of level") == words
    assert "level 3" in drawn


def test_a_figure_of_three_varied_levels_is_refused(tmp_path):
    file = tmp_path / "surface.svg"
    given = [part for each in ("1=.1,.2", "2=.1,.2", "3=.3,.5") for part in ("--vary", each)]
    done = trialwright("design", *SURFACE, *given, "--figure", str(file))
    assert (done.status, done.out) == (2, "")
    assert "DES-124: a figure of 3 varied levels" in done.err
    assert not file.exists()


def test_a_map_puts_each_chance_where_its_rates_are():
    graph = exact.compile(rules.make("BOIN", 2, target=0.3, most=6))
    found = graph.evaluate_many(region.grid((0.1, 0.3), {2: (0.5, 0.2), 1: (0.1, 0.4, 0.2)}))
    axes = surface_figure.surface("BOIN", found, (1, 2)).axes[1]  # level 1 selected
    x, y = [0.1, 0.2, 0.4], [0.2, 0.5]
    for (row, column), chance in np.ndenumerate(axes.images[0].get_array()):
        assert chance == pytest.approx(graph.evaluate([x[column], y[row]]).selection[1])
