"""`trialwright conduct`: what stands, as each role may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trialwright.cli.conduct_board import board

if TYPE_CHECKING:
    import typer


def read(app: typer.Typer) -> typer.Typer:
    """The group with the commands that show what stands added to it."""
    app.command("board")(board)
    return app
