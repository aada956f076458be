"""The command line: which commands there are, and how their errors are shown."""

from __future__ import annotations

import os
import signal
import sys
from typing import NoReturn

import typer

from trialwright.cli import conduct, criteria, design, fetch, linting, records, registry, screening, trials
from trialwright.cli.output import say
from trialwright.core.errors import StageError, TrialwrightError

TRACEBACK = "TRIALWRIGHT_TRACEBACK"

app = typer.Typer(
    name="trialwright",
    help="Make a registered clinical trial executable: read its record, draft a computable protocol, run it.\n\n"
    "Research software: nothing it prints is medical advice.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from trialwright import __version__

        typer.echo(f"trialwright {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: bool = typer.Option(False, "--version", help="Show the version.", callback=_version, is_eager=True),
) -> None:
    pass


app.command("run")(trials.run)
app.command("compare")(records.compare)
app.command("read")(records.read)
app.command("fetch")(fetch.fetch)
app.command("lint")(linting.lint)
app.command("draft")(records.draft)
app.command("criteria")(criteria.criteria)
app.command("screen")(screening.screen)
app.command("simulate")(trials.simulate)
app.command("analyse")(trials.analyse)
app.add_typer(design.app, name="design")
app.add_typer(conduct.app, name="conduct")
app.add_typer(registry.app, name="registry")


def main() -> None:
    """Run the command line; exit 0 done, 1 a stage could not finish, 2 wrong usage or unreadable input.

    A fault of the program itself is shown in one message; its traceback too where TRIALWRIGHT_TRACEBACK is set.
    """
    for stream in (sys.stdout, sys.stderr):  # records hold characters that not every terminal has
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        app(prog_name="trialwright")
    except TrialwrightError as fault:
        _leave(str(fault), fault.exit_status)
    except Exception as fault:  # whatever happens, a user gets a message that can be acted on
        if os.environ.get(TRACEBACK):
            raise
        ours = StageError(
            "RUN-004",
            f"this is a fault of trialwright, not of what it was given: {type(fault).__name__}: {fault}",
            expected="an answer",
            mend=f"report it with the command and the input; {TRACEBACK}=1 shows where it happened",
        )
        _leave(str(ours), 1)


def _stop(number: int, _frame: object) -> NoReturn:
    """Leaves by way of SystemExit, so that whatever is being built is taken away."""
    signal.signal(number, signal.SIG_IGN)  # once is enough; a second one would stop the tidying
    _leave("\nStopped. Nothing was left half-written.", 128 + number)


def _leave(said: str, status: int) -> NoReturn:
    say(said)
    sys.exit(status)
