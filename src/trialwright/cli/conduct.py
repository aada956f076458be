"""`trialwright conduct`: the live trial. Its commands are made when one of them is first looked at."""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup


class OnUse(TyperGroup):
    """A group whose commands are imported when they are asked for, so that other commands start as quickly as ever."""

    @property
    def commands(self) -> Any:
        """The commands by name."""
        if "made" not in self.__dict__:
            from trialwright.cli.conduct_give import give
            from trialwright.cli.conduct_read import read
            from trialwright.cli.conduct_trial import trial

            self.__dict__["made"] = typer.main.get_group(read(give(trial))).commands
        return self.__dict__["made"]

    @commands.setter
    def commands(self, _: Any) -> None:
        """What the group is made with is nothing: its commands come on use."""


app = typer.Typer(
    cls=OnUse,
    help="Conduct the live trial on an append-only ledger: enrol, randomise, dose, assess, decide, export.",
    no_args_is_help=True,
)
