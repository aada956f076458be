"""What is said of long work: each step once, and how far it is now and then."""

from trialwright.cli import output


def test_how_far_a_step_is_is_said_every_two_seconds(capsys, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: clock[0])
    steps = output.Steps()
    steps("reading")
    steps("simulating")
    for clock[0] in (0.5, 1.9, 2.1, 3.0, 4.2):
        steps(f"simulating: {clock[0]:g} of 9")
    steps("writing")
    assert capsys.readouterr().err.splitlines() == [
        "reading",
        "simulating",
        "simulating: 2.1 of 9",
        "simulating: 4.2 of 9",
        "writing",
    ]


def test_a_step_under_way_is_silent_until_it_takes_long(capsys, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(output.time, "monotonic", lambda: clock[0])
    steps = output.Steps(under_way="simulating")
    for clock[0] in (1.0, 2.5):
        steps(f"simulating: {clock[0]:g} of 9")
    assert capsys.readouterr().err == "simulating: 2.5 of 9\n"
    output.Steps(quiet=True)("simulating")
    assert capsys.readouterr().err == ""
