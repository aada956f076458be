"""Scenarios as YAML files: a scenario written out and read back is the same scenario."""

from __future__ import annotations

import io
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from trialwright.core.errors import InputError

if TYPE_CHECKING:
    from trialwright.simulate.scenario import Scenario

T = TypeVar("T")


def dump(scenario: Scenario) -> str:
    """The scenario as YAML text, fields in the order of `Scenario`."""
    from ruamel.yaml import YAML

    out = io.StringIO()
    yaml = YAML()
    yaml.width = 110
    yaml.dump(_plain(asdict(scenario)), out)
    return out.getvalue()


def load_as(kind: type[T], text: str, name: str) -> T:
    """A value of a dataclass from YAML text, every field checked. `name` stands for the file in messages.

    Raises InputError: SIM-001 if the text is not YAML or not a mapping, SIM-002 with every field at fault.
    """
    from pydantic import TypeAdapter, ValidationError
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = YAML(typ="safe").load(text)
    except (YAMLError, ValueError, RecursionError) as fault:
        raise _not_a_scenario(name, " ".join(str(fault).split())[:200]) from fault
    if not isinstance(content, dict):
        raise _not_a_scenario(name, f"it holds a {type(content).__name__}, not a mapping")
    try:
        return TypeAdapter(kind).validate_python(content)
    except ValidationError as faults:
        lines = [f"{'.'.join(str(part) for part in f['loc'])}: {f['msg']}" for f in faults.errors()]
        raise InputError(
            "SIM-002",
            f"{name}: " + "; ".join(lines[:12]),
            expected="the fields of a scenario (docs: scenarios)",
            mend="correct the fields named",
        ) from faults


def read_text(path: Path) -> str:
    """The text of a scenario file. Raises InputError (SIM-001) if it cannot be read."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise _not_a_scenario(str(path), str(fault)) from fault


def _not_a_scenario(name: str, why: str) -> InputError:
    return InputError(
        "SIM-001",
        f"{name} cannot be read as a scenario: {why}",
        expected="a scenario in YAML or JSON, or the name of one that the protocol has",
        mend="give an existing file, or one of the names that the trial's characteristics list",
    )


def _plain(value: Any) -> Any:
    """The value with nothing in it but what YAML has."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
