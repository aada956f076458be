"""The main job: one record through every room, and a report of what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trialwright import __version__
from trialwright.appraise.output import MARKER, whole_folder, write_json
from trialwright.appraise.sources import Opened, Progress, open_input, quiet
from trialwright.core.errors import StageError, TrialwrightError
from trialwright.core.problem import Problem, Severity

if TYPE_CHECKING:
    from trialwright.analyse.results import Results
    from trialwright.lint.finding import Finding
    from trialwright.protocol.decisions import Enrol
    from trialwright.protocol.protocol import Protocol
    from trialwright.record.record import Record
    from trialwright.simulate.operating import Characteristics
    from trialwright.simulate.trial import SimulatedTrial

T = TypeVar("T")
MOST_ARMS = 50
CHARACTERISING = "computing operating characteristics"


@dataclass(frozen=True, slots=True)
class Options:
    """How to run. `seed`: 0 or more. `scenario`: a scenario's name or file; the planned one if None. `truth`: true
    DLT rates per dose level, each in [0, 1]. `simulate`: whether to simulate and analyse one trial."""

    seed: int = 1
    scenario: str | None = None
    truth: tuple[float, ...] | None = None
    simulate: bool = True
    force: bool = False


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A stage without a result. `failed`: it should have had one (the run's exit status is 1); otherwise it does
    not apply to this record, for the reason given."""

    stage: str
    reason: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Appraisal:
    """One record after every room. What a stage could not give is None, and `unfinished` says why."""

    name: str
    record: Record | None
    findings: tuple[Finding, ...]
    protocol: Protocol
    characteristics: Characteristics | None
    trial: SimulatedTrial | None
    results: Results | None
    unfinished: tuple[Unfinished, ...]
    options: Options
    protocol_text: str = ""

    @property
    def failed(self) -> tuple[Unfinished, ...]:
        """The stages that should have had a result and have none."""
        return tuple(stage for stage in self.unfinished if stage.failed)


@dataclass(slots=True)
class _Stages:
    """Runs stage after stage; a stage that fails leaves the others to go on."""

    progress: Progress
    unfinished: list[Unfinished] = field(default_factory=list)

    def do(self, name: str, work: Callable[[], T]) -> T | None:
        self.progress(name)
        try:
            return work()
        except TrialwrightError as fault:
            self.unfinished.append(Unfinished(name, str(fault), failed=True))
        except Exception as fault:  # noqa: BLE001 - a fault of ours in one room must not cost the user the others
            reason = StageError(
                "RUN-004",
                f"this is a fault of trialwright, not of the record: {type(fault).__name__}: {fault}",
                mend="report it with the record; the other stages are not affected",
            )
            self.unfinished.append(Unfinished(name, str(reason), failed=True))
        return None

    def skip(self, name: str, reason: str) -> None:
        self.unfinished.append(Unfinished(name, reason, failed=False))


def appraise(opened: Opened, options: Options, *, characterise: bool = True, progress: Progress = quiet) -> Appraisal:
    """The appraisal of an opened record or protocol file; never raises for what a record holds.

    `characterise`: whether to compute operating characteristics.
    """
    from trialwright import analyse, lint

    stages = _Stages(progress)
    protocol = opened.protocol
    findings: tuple[Finding, ...] = ()
    if opened.record is not None:
        read = opened.record
        findings = stages.do("looking for problems", lambda: lint.run(read, protocol)) or ()
    characteristics: Characteristics | None = None
    trial: SimulatedTrial | None = None
    results: Results | None = None
    blocked = _not_run(protocol)
    if not characterise:
        stages.skip(CHARACTERISING, "not asked for")
    elif blocked:
        stages.skip(CHARACTERISING, blocked)
    else:
        characteristics = stages.do(CHARACTERISING, lambda: _characteristics(protocol, options, progress))
    if not options.simulate:
        stages.skip("simulating one trial", "not asked for")
    elif blocked:
        stages.skip("simulating one trial", blocked)
    else:
        trial = stages.do("simulating one trial", lambda: one_trial(protocol, options))
        if trial is not None:
            data = trial.data
            results = stages.do("analysing every outcome", lambda: analyse.run(protocol, data))
    return Appraisal(
        name=opened.name,
        record=opened.record,
        findings=findings,
        protocol=protocol,
        characteristics=characteristics,
        trial=trial,
        results=results,
        unfinished=tuple(stages.unfinished),
        options=options,
        protocol_text=opened.text,
    )


def _characteristics(protocol: Protocol, options: Options, progress: Progress) -> Characteristics:
    from trialwright import simulate
    from trialwright.simulate.estimated import Sampling

    def so_far(done: int, of: int) -> None:
        progress(f"{CHARACTERISING}: {done:,} of {of:,} trials")

    return simulate.characteristics(protocol, options.truth, Sampling(seed=options.seed, progress=so_far))


def _not_run(protocol: Protocol) -> str:
    """Why a design is not computed and simulated; empty if it is."""
    from trialwright.protocol.kinds import Unsupported

    if isinstance(protocol.design, Unsupported):
        return protocol.design.missing
    if len(protocol.arms) > MOST_ARMS:
        return f"the protocol has {len(protocol.arms):,} arms; up to {MOST_ARMS} are computed"
    return ""


def check_options(protocol: Protocol, options: Options) -> None:
    """Raises InputError or UsageError (SIM-001, SIM-002, SIM-003) unless the scenario and the truth fit."""
    from trialwright.simulate import scenarios, truth

    if options.truth is not None:
        truth.given_truth(options.truth, scenarios.levels_of(protocol))
    if options.scenario is not None:
        scenarios.load(options.scenario, protocol)


def one_trial(
    protocol: Protocol, options: Options, allocate: Callable[[str, Enrol], str] | None = None
) -> SimulatedTrial:
    """One simulated trial under the scenario that was asked for, else the planned one, with the given DLT rates.

    `allocate`: as in `simulate.run`.
    """
    from trialwright import simulate
    from trialwright.simulate import scenarios

    scenario = scenarios.load(options.scenario or "planned", protocol)
    if options.truth is not None:
        scenario = replace(scenario, dlt=options.truth)
    return simulate.run(protocol, scenario, seed=options.seed, allocate=allocate)


def run(
    source: str, folder: Path, options: Options | None = None, *, command: str = "", progress: Progress = quiet
) -> Appraisal:
    """Take one record (or protocol file) the whole way and write everything into a folder.

    Raises InputError if the source cannot be read, UsageError if the options do not fit it, UsageError or StageError
    if the folder cannot be written; then nothing is left half-written.
    """
    options = options or Options()
    with whole_folder(folder, force=options.force) as building:
        opened = open_input(source, progress=progress)
        check_options(opened.protocol, options)
        appraisal = appraise(opened, options, progress=progress)
        progress("writing the report")
        write(appraisal, building, command=command)
    return appraisal


def write(appraisal: Appraisal, folder: Path, *, command: str = "") -> None:
    """Write an appraisal's files into an existing folder."""
    from trialwright import protocol, report
    from trialwright.record.write import problem_json, record_json
    from trialwright.report.contents import Contents

    if appraisal.record is not None:
        write_json(folder / "record.json", record_json(appraisal.record))
    write_json(
        folder / "problems.json",
        {
            "findings": [finding.to_json() for finding in appraisal.findings],
            "problems": [problem_json(problem) for problem in all_problems(appraisal)],
            "unfinished": [
                {"stage": stage.stage, "reason": stage.reason, "failed": stage.failed} for stage in appraisal.unfinished
            ],
        },
    )
    # a protocol file that was given stays as its author left it, comments and all
    text = appraisal.protocol_text or protocol.files.dump(appraisal.protocol)
    (folder / "protocol.yaml").write_text(text, encoding="utf-8", newline="")
    write_json(folder / "characteristics.json", _characteristics_json(appraisal))
    if appraisal.trial is not None:
        from trialwright.dataset import files as dataset_files

        dataset_files.write(appraisal.trial.data, folder / "dataset")
    write_json(folder / "results.json", _results_json(appraisal))
    if appraisal.results is not None:
        frame = appraisal.results.frame()
        frame.write_csv(folder / "results.csv")
        frame.write_parquet(folder / "results.parquet")
    (folder / "report.html").write_text(
        report.html.render(
            Contents(
                record=appraisal.record,
                findings=appraisal.findings,
                protocol=appraisal.protocol,
                characteristics=appraisal.characteristics,
                trial=appraisal.trial,
                results=appraisal.results,
                unfinished=tuple((stage.stage, stage.reason) for stage in appraisal.unfinished),
                commands=(command,) if command else (),
                version=__version__,
            )
        ),
        encoding="utf-8",
    )
    write_json(folder / MARKER, _marker(appraisal, command))


def all_problems(appraisal: Appraisal) -> tuple[Problem, ...]:
    """The problems of every stage, most serious first."""
    record = appraisal.record.problems if appraisal.record is not None else ()
    results = appraisal.results.problems if appraisal.results is not None else ()
    trial = appraisal.trial.problems if appraisal.trial is not None else ()
    characteristics = appraisal.characteristics.problems if appraisal.characteristics is not None else ()
    failed = tuple(Problem("RUN-005", Severity.ERROR, f"{stage.stage}: {stage.reason}") for stage in appraisal.failed)
    every = dict.fromkeys((*failed, *record, *appraisal.protocol.problems, *characteristics, *trial, *results))
    return tuple(sorted(every, key=lambda problem: problem.severity.rank))


def _characteristics_json(appraisal: Appraisal) -> Any:
    if appraisal.characteristics is not None:
        return appraisal.characteristics.to_json()
    return {"trial": appraisal.protocol.record.nct_id, "not_computed": _why(appraisal, "computing")}


def _results_json(appraisal: Appraisal) -> Any:
    if appraisal.results is not None and appraisal.trial is not None:
        return {
            "data": f"one simulated trial, scenario {appraisal.trial.scenario.name!r}, seed {appraisal.options.seed}",
            **appraisal.results.to_json(),
        }
    return {"data": None, "not_analysed": _why(appraisal, "simulating") or _why(appraisal, "analysing")}


def _why(appraisal: Appraisal, stage: str) -> str:
    return "; ".join(item.reason for item in appraisal.unfinished if item.stage.startswith(stage))


def _marker(appraisal: Appraisal, command: str) -> Any:
    return {
        "trialwright": __version__,
        "command": command,
        "input": appraisal.name,
        "record_sha256": appraisal.protocol.record.sha256,
        "seed": appraisal.options.seed,
        "finished": not appraisal.failed,
    }


def severities(appraisal: Appraisal) -> Counter[Severity]:
    """How many findings and problems there are of each severity; what a finding says too is not counted twice."""
    from trialwright.lint.finding import Status

    found = [finding for finding in appraisal.findings if finding.status is Status.FOUND]
    said = {code for finding in found for code in finding.says_too}
    others = [problem for problem in all_problems(appraisal) if problem.code not in said]
    return Counter([finding.severity for finding in found] + [problem.severity for problem in others])


def summary_of(appraisal: Appraisal, folder: str) -> dict[str, Any]:
    """What became of one record, as plain values."""
    counts = severities(appraisal)
    return {
        "trial": appraisal.protocol.record.nct_id,
        "title": appraisal.protocol.record.title,
        "design": appraisal.protocol.design.kind,
        "report": f"{folder}/report.html",
        "problems": {severity.value: counts[severity] for severity in Severity},
        "assumptions": len(appraisal.protocol.assumptions),
        "to_confirm": sum(assumption.must_confirm for assumption in appraisal.protocol.assumptions),
        "unfinished": [
            {"stage": stage.stage, "reason": stage.reason, "failed": stage.failed} for stage in appraisal.unfinished
        ],
    }
