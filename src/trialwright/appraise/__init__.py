"""The main job: one record, a folder of them, or several side by side, through every room."""

from trialwright.appraise.compare import Comparison, compare
from trialwright.appraise.many import Done, run_folder, summary
from trialwright.appraise.run import (
    Appraisal,
    Options,
    Unfinished,
    appraise,
    check_options,
    one_trial,
    run,
    summary_of,
    write,
)

__all__ = [
    "Appraisal",
    "Comparison",
    "Done",
    "Options",
    "Unfinished",
    "appraise",
    "check_options",
    "compare",
    "one_trial",
    "run",
    "run_folder",
    "summary",
    "summary_of",
    "write",
]
