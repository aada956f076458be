"""Commands that run a trial: run, simulate, analyse."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Annotated

import typer

from trialwright.cli.output import Steps, answer, answer_json, say

INPUT = typer.Argument(metavar="PROTOCOL|RECORD", help="A protocol file, a registry record, or - for standard input.")
AS_JSON = typer.Option("--json", help="Answer in JSON.")
SEED = typer.Option(min=0, help="Seed of the random streams.")


def _rates(text: str | None) -> tuple[float, ...] | None:
    """DLT rates written as 0.05,0.10,0.20."""
    if text is None:
        return None
    from trialwright.core.errors import UsageError

    try:
        rates = tuple(float(part) for part in text.split(","))
    except ValueError:
        rates = ()
    if not rates or not all(0 <= rate <= 1 for rate in rates):
        raise UsageError(
            "RUN-006",
            f"{text!r} is no list of DLT rates",
            expected="one number from 0 to 1 for each dose level, set apart by commas: 0.05,0.10,0.20",
        )
    return rates


def run(
    record: Annotated[
        str, typer.Argument(metavar="RECORD|FOLDER", help="A record, a protocol file, a folder or an archive.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder to write.")],
    scenario: Annotated[str | None, typer.Option(help="Name or file of the scenario to simulate.")] = None,
    truth: Annotated[str | None, typer.Option(help="True DLT rates per dose level: 0.05,0.10,0.20")] = None,
    seed: Annotated[int, SEED] = 1,
    no_simulate: Annotated[bool, typer.Option("--no-simulate", help="Leave out the simulated trial.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier run.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Take a record the whole way: read, lint, draft, characteristics, one simulated trial, analysis, report."""
    from trialwright import appraise
    from trialwright.appraise.sources import files_in, holds_several, is_folder

    options = appraise.Options(seed=seed, scenario=scenario, truth=_rates(truth), simulate=not no_simulate, force=force)
    command = shlex.join(["trialwright", *sys.argv[1:]])
    steps = Steps(quiet=as_json)
    if is_folder(record) or holds_several(record):
        sources = files_in(Path(record)) if is_folder(record) else (Path(record),)
        done = appraise.run_folder(sources, output, options, command=command, progress=steps)
        steps.close()
        failed = [item for item in done if item.appraisal is None or item.appraisal.failed]
        if as_json:
            answer_json([appraise.summary(item, output) for item in done])
        else:
            for item in done:
                if item.appraisal is None:
                    say(f"{item.file}: {item.reason}")
                else:
                    _say_unfinished(item.appraisal, item.file)
            answer(f"{len(done) - len(failed)} of {len(done)} records went the whole way. Open {output / 'index.html'}")
        if failed:
            raise typer.Exit(1)
        return
    appraisal = appraise.run(record, output, options, command=command, progress=steps)
    steps.close()
    if as_json:
        answer_json(appraise.summary_of(appraisal, str(output)))
    else:
        _say_unfinished(appraisal, appraisal.name)
        answer(f"Open {output / 'report.html'}")
    if appraisal.failed:
        raise typer.Exit(1)


def _say_unfinished(appraisal: object, name: str) -> None:
    from trialwright.appraise.run import Appraisal

    assert isinstance(appraisal, Appraisal)
    for stage in appraisal.failed:
        say(f"{name}: {stage.stage} could not finish.\n{stage.reason}")


def simulate(
    source: Annotated[str, INPUT],
    truth: Annotated[str | None, typer.Option(help="True DLT rates per dose level: 0.05,0.10,0.20")] = None,
    scenario: Annotated[str | None, typer.Option(help="Name or file of the scenario of the simulated trial.")] = None,
    seed: Annotated[int, SEED] = 1,
    trials: Annotated[
        int, typer.Option(min=1, help="Simulated trials of a rule that decides by days; others are exact.")
    ] = 200,
    workers: Annotated[int, typer.Option(min=1, help="Processes that simulate; no figure depends on it.")] = 1,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Simulate one trial and write its dataset to this folder.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier dataset.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Compute the design's operating characteristics; with -o, simulate one trial too."""
    from trialwright import appraise
    from trialwright import simulate as room
    from trialwright.appraise.output import MARKER, whole_folder, write_json
    from trialwright.appraise.sources import open_input
    from trialwright.cli.characteristics import as_text
    from trialwright.core.errors import UsageError
    from trialwright.simulate.estimated import Sampling

    if scenario is not None and output is None:
        raise UsageError(
            "RUN-010",
            "--scenario was given without -o",
            expected="a folder for the trial that is simulated under it: the characteristics do not depend on it",
            mend="add -o and the name of a folder, or leave --scenario out",
        )
    options = appraise.Options(seed=seed, scenario=scenario, truth=_rates(truth))
    protocol = open_input(source).protocol
    appraise.check_options(protocol, options)
    steps = Steps(quiet=as_json, under_way="simulating")
    sampling = Sampling(trials, seed, workers, lambda done, of: steps(f"simulating: {done:,} of {of:,} trials"))
    characteristics = room.characteristics(protocol, options.truth, sampling)
    steps.close()
    if output is not None:
        from trialwright import __version__
        from trialwright.dataset import files

        with whole_folder(output, force=force) as building:
            trial = appraise.one_trial(protocol, options)
            files.write(trial.data, building / "dataset")
            write_json(building / MARKER, {"trialwright": __version__, "scenario": trial.scenario.name, "seed": seed})
        say(f"Wrote one simulated trial (scenario {trial.scenario.name!r}, seed {seed}) to {output / 'dataset'}")
    if as_json:
        answer_json(characteristics.to_json())
    else:
        answer(as_text(characteristics))


def analyse(
    protocol: Annotated[str, INPUT],
    data: Annotated[Path, typer.Argument(metavar="DATA", help="The folder of a dataset, or of a run that has one.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="Write the results to this folder.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace earlier results.")] = False,
    as_json: Annotated[bool, AS_JSON] = False,
) -> None:
    """Analyse every outcome of a trial from its dataset."""
    from trialwright import __version__
    from trialwright import analyse as room
    from trialwright.appraise.output import MARKER, whole_folder, write_json
    from trialwright.appraise.sources import open_input
    from trialwright.dataset import files

    folder = data / "dataset" if (data / MARKER).is_file() and (data / "dataset").is_dir() else data
    results = room.run(open_input(protocol).protocol, files.read(folder))
    if output is not None:
        with whole_folder(output, force=force) as building:
            write_json(building / "results.json", results.to_json())
            results.frame().write_csv(building / "results.csv")
            results.frame().write_parquet(building / "results.parquet")
            write_json(building / MARKER, {"trialwright": __version__, "data": str(folder)})
        say(f"Wrote {output / 'results.json'}, results.csv and results.parquet")
    if as_json:
        answer_json(results.to_json())
    elif output is None:
        answer(results.frame().write_csv())
