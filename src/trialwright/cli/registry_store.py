"""What the commands about a registry share: opening it, a trial on one line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from trialwright.registry import Registry

STORE = typer.Option("--store", envvar="TRIALWRIGHT_REGISTRY", help="The file of the registry.")
AS_JSON = typer.Option("--json", help="Answer in JSON.")
DEFAULT = Path("registry.duckdb")


def opened(store: Path, *, writable: bool = False) -> Registry:
    """A registry that is there. Raises InputError (REG-005) if it is not."""
    from trialwright.core.errors import InputError
    from trialwright.registry import Registry

    if not store.is_file():
        raise InputError(
            "REG-005",
            f"there is no registry {store}",
            expected="a file that `trialwright registry load` made",
            mend="load a folder of records first, or name the file with --store",
        )
    return Registry(store, writable=writable)


def line(row: dict[str, Any]) -> str:
    """A trial on one line."""
    phases = "/".join(row["phases"]) or "-"
    return f"{row['nct_id'] or '-':12} {row['status'] or '-':22} {phases:14} {row['title'][:70]}"
