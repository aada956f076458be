"""The command line: which commands there are, and how their errors are shown."""

from __future__ import annotations

import os
import sys

import typer

from trialwright.cli import records, registry, trials
from trialwright.core.errors import TrialwrightError

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
app.command("lint")(records.lint)
app.command("draft")(records.draft)
app.command("screen")(trials.screen)
app.command("simulate")(trials.simulate)
app.command("analyse")(trials.analyse)
app.add_typer(registry.app, name="registry")


def main() -> None:
    """Run the command line; exit 0 done, 1 a stage could not finish, 2 wrong usage or unreadable input."""
    try:
        app()
    except TrialwrightError as fault:
        sys.stderr.write(f"{fault}\n")
        sys.exit(fault.exit_status)
    except BrokenPipeError:  # the reader of our output has gone, as in `| head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped. Nothing was left half-written.\n")
        sys.exit(130)
