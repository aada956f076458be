"""`trialwright conduct`: the live trial. Its commands are made when one of them is first looked at."""

from __future__ import annotations

from functools import cache
from typing import Any

import typer
from typer.core import TyperGroup


class OnUse(TyperGroup):
    """A group whose commands are made when they are asked for, so that other commands start as quickly as ever; there
    are many, and making them all takes longer than most of them do."""

    @property
    def commands(self) -> Any:
        """All commands by name."""
        if "made" not in self.__dict__:
            self.__dict__["made"] = typer.main.get_group(_all()).commands
        return self.__dict__["made"]

    @commands.setter
    def commands(self, _: Any) -> None:
        """What the group is made with is nothing: its commands come on use."""

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """One command, made alone."""
        if "made" not in self.__dict__:
            alone = typer.Typer()
            every = _all().registered_commands
            alone.registered_commands = [each for each in every if _name(each) == cmd_name]
            if alone.registered_commands:
                return typer.main.get_group(alone).commands[cmd_name]
        return super().get_command(ctx, cmd_name)


@cache
def _all() -> typer.Typer:
    """Every command of the group, registered and not made yet."""
    from trialwright.cli.conduct_give import give
    from trialwright.cli.conduct_read import read
    from trialwright.cli.conduct_trial import trial

    return read(give(trial))


def _name(command: Any) -> str:
    return str(command.name or command.callback.__name__.replace("_", "-"))


app = typer.Typer(
    cls=OnUse,
    help="Conduct the live trial on an append-only ledger: enrol, randomise, dose, assess, decide, export.",
    no_args_is_help=True,
)
