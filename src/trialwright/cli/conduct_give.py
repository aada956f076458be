"""Every command of the desk as a command of the command line, made from the fields of its type."""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trialwright.cli import conduct_call as ask
from trialwright.cli.conduct_fields import details_of, said_of
from trialwright.cli.conduct_names import NAMES
from trialwright.cli.conduct_whole import dated, whole
from trialwright.cli.output import answer, answer_json
from trialwright.core.errors import UsageError

if TYPE_CHECKING:
    from trialwright.conduct.desk import Desk
    from trialwright.conduct.ledger.entry import Entry

AROUND: Mapping[str, Any] = {
    "as_": ask.As,
    "role": ask.InRole,
    "site": ask.At,
    "occurred": ask.Occurred,
    "reason": ask.Reason,
    "key": ask.Key,
    "today": ask.Today,
    "as_json": ask.AsJson,
}
SHARED = ("reason",)
"""Fields of commands that are given with what is around every command."""
CLASHING = ("site", "role", "trial")
"""Fields that are named as something around every command: on the command line and in files they begin with `for-`."""
DAYS = ("day", "onset", "end")
"""Fields that are trial days, and may be written as dates."""
_DEFAULTS: Mapping[str, Any] = {"occurred": None, "reason": "", "key": "", "today": None, "as_json": False}
_ANSWERS = {"yes": True, "no": False, "unknown": None}


def give(app: typer.Typer) -> typer.Typer:
    """The group with the commands that are given to the desk added to it."""
    for name, (kind, about) in NAMES.items():
        app.command(name)(_command(name, kind, about))
    return app


def _command(name: str, kind: type[Any], about: str) -> Callable[..., None]:
    """A function whose parameters are the fields of a command and what is around it."""
    fields = {each.name: each for each, _ in fields_of(kind)}
    own = {_parameter(each.name): (each.name, hint) for each, hint in fields_of(kind) if each.name not in SHARED}
    said = said_of(kind)

    def command(**given: Any) -> None:
        desk = ask.desk_of(given["trial"], given["today"], commands=True)
        session, passphrase = ask.session_of(desk, given["as_"])
        call = ask.call_of(session, passphrase, given)
        values = {each: _read_in(given[parameter]) for parameter, (each, _) in own.items()}
        values |= {each: given[each] for each in fields if each in SHARED}
        asked = built(kind, {k: v for k, v in values.items() if v is not None}, desk)
        entries = desk.do(call, whole(dated(asked, values, desk), values, desk, call))
        tell(entries, as_json=given["as_json"])

    parameters = [_shape("trial", ask.Trial)]
    parameters += sorted(
        (_field_shape(parameter, fields[each], hint, said.get(each, "")) for parameter, (each, hint) in own.items()),
        key=lambda shape: shape.default is not inspect.Parameter.empty,
    )
    parameters += [_shape(each, hint, _DEFAULTS.get(each, inspect.Parameter.empty)) for each, hint in AROUND.items()]
    command.__name__ = name.replace("-", "_")
    command.__doc__ = f"{about}\n\n{details_of(kind)}"
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


_HINTS: dict[type[Any], Mapping[str, Any]] = {}


def _hints(kind: type[Any]) -> Mapping[str, Any]:
    """The types of a command's fields, worked out once: a file can hold thousands of commands."""
    if kind not in _HINTS:
        _HINTS[kind] = typing.get_type_hints(kind)
    return _HINTS[kind]


def fields_of(kind: type[Any]) -> list[tuple[dataclasses.Field[Any], Any]]:
    """The fields of a command with their types; of a field that is itself made of fields, those."""
    hints = _hints(kind)
    return [
        found
        for each in dataclasses.fields(kind)
        for found in (
            fields_of(hints[each.name]) if dataclasses.is_dataclass(hints[each.name]) else [(each, hints[each.name])]
        )
    ]


def built(kind: type[Any], given: Mapping[str, Any], desk: Desk) -> Any:
    """A command of this type from what was written for its fields. Raises UsageError (COND-173) if it does not fit."""
    hints = _hints(kind)
    if inner := [name for name, hint in hints.items() if dataclasses.is_dataclass(hint)]:
        own = {name: value for name, value in given.items() if name in hints}
        rest = {name: value for name, value in given.items() if name not in hints}
        return _with(kind, {name: built(hints[name], rest, desk) for name in inner} | own)
    values: dict[str, Any] = {}
    for field in dataclasses.fields(kind):
        written = given.get(field.name)
        if field.name == "day" and written is None:
            written = ask.day_now(desk)
        if written is None or written == []:
            continue
        values[field.name] = _value(field.name, hints[field.name], written, desk)
    missing = [
        field.name
        for field in dataclasses.fields(kind)
        if field.name not in values
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
        and not _may_be_nothing(hints[field.name])
    ]
    if missing or given.keys() - hints.keys():
        wrong = [f"{name} is missing" for name in missing]
        wrong += [f"it has no {name}" for name in sorted(given.keys() - hints.keys())]
        raise _unfit(kind.__name__, "; ".join(wrong), ", ".join(hints))
    nothing = {f.name: None for f in dataclasses.fields(kind) if f.name not in values and f.name not in missing}
    unset = {name: None for name in nothing if _may_be_nothing(hints[name]) and _required(kind, name)}
    return kind(**{**unset, **values})


def _with(kind: type[Any], values: Mapping[str, Any]) -> Any:
    try:
        return kind(**values)
    except TypeError as fault:
        raise _unfit(kind.__name__, str(fault), "each of its fields") from fault


def _required(kind: type[Any], name: str) -> bool:
    field = next(each for each in dataclasses.fields(kind) if each.name == name)
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _value(name: str, hint: Any, written: Any, desk: Desk) -> Any:
    """What was written for a field, as the field holds it."""
    try:
        if name in DAYS and isinstance(written, str):
            return int(written) if written.lstrip("-").isdigit() else ask.day_of(desk, written)
        if _is_mapping(hint):
            pairs = written.items() if isinstance(written, Mapping) else map(_pair, _lines(written))
            return {column: _typed(column, text, hint) for column, text in pairs}
        if typing.get_origin(hint) is tuple:
            inner = typing.get_args(hint)[0]
            return tuple(inner(each) for each in written)
        if bool in _members(hint):
            if not isinstance(written, bool) and str(written).lower() not in _ANSWERS:
                raise ValueError("it is none of yes, no, unknown")
            return written if isinstance(written, bool) else _ANSWERS[str(written).lower()]
        if int in _members(hint):
            return _whole(written)
        if str in _members(hint):
            if not isinstance(written, str):
                raise ValueError("it is no text")
            return written
    except (ValueError, KeyError, TypeError) as fault:
        raise _unfit(name, f"{written!r}: {fault}", "a value of the kind that the help names") from fault
    raise _unfit(name, f"{written!r}", "a value of the kind that the help names")


def _whole(written: Any) -> int:
    if isinstance(written, bool | float):  # 1.5 is not 1
        raise ValueError("it is no whole number")
    try:
        return int(written)
    except (TypeError, ValueError):
        raise ValueError("it is no whole number") from None


def _typed(column: str, text: Any, hint: Any) -> Any:
    """The value of a column: whole numbers and numbers where the declared tables say so."""
    from trialwright.dataset.columns import COLUMNS, NUMBER, WHOLE

    if typing.get_args(hint)[1] is str or not isinstance(text, str):
        return text
    if not text:
        return None
    kind = next((columns[column] for columns in COLUMNS.values() if column in columns), None)
    return int(text) if kind == WHOLE else float(text) if kind == NUMBER else text


def _read_in(written: Any) -> Any:
    """What was written at the terminal, with what the files hold that are named after an @. A file of commands names no
    other files: whoever wrote it may not be who gives it."""
    if isinstance(written, str):
        return _from_file(written)
    if isinstance(written, list):
        return [text for each in written for text in (_from_file(each).splitlines() if each[:1] == "@" else [each])]
    return written


def _from_file(text: str) -> str:
    """The text itself, or what the file holds that it names after an @."""
    if not text.startswith("@"):
        return text
    try:
        return Path(text[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise _unfit(text, str(fault), "the name of a file behind the @") from fault


def _lines(written: Any) -> list[str]:
    """NAME=VALUE as they were given one by one, or line by line in one text."""
    found = written.splitlines() if isinstance(written, str) else written
    if any(not isinstance(each, str) for each in found):
        raise ValueError("it is no text NAME=VALUE")
    return [text for text in found if text.strip()]


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ValueError(f"{text!r} is not NAME=VALUE")
    return name, value


def _members(hint: Any) -> tuple[Any, ...]:
    union = typing.get_origin(hint) in (typing.Union, types.UnionType)
    return typing.get_args(hint) if union else (hint,)


def _may_be_nothing(hint: Any) -> bool:
    return type(None) in _members(hint)


def _is_mapping(hint: Any) -> bool:
    return typing.get_origin(hint) in (Mapping, dict) or hint is Mapping


def _parameter(field: str) -> str:
    """The name of a parameter: a field named as something around every command gets another name."""
    return f"{field}_" if field in CLASHING else field


def _field_shape(parameter: str, field: dataclasses.Field[Any], hint: Any, said: str) -> inspect.Parameter:
    optional = not _required_field(field) or _may_be_nothing(hint) or field.name == "day"
    option = "--set" if field.name == "values" else "--for-" + field.name if parameter.endswith("_") else ""
    flags = [option or "--" + field.name.replace("_", "-")]
    if field.name == "subject":
        return _shape(parameter, Annotated[str, typer.Argument(metavar="SUBJECT", help="The participant.")])
    if _is_mapping(hint):
        several = f"{said} May be given several times; @FILE: one in each line.".strip()
        about = typer.Option(*flags, metavar="NAME=VALUE", help=several)
        return _shape(parameter, Annotated[list[str], about], [] if optional else inspect.Parameter.empty)
    if typing.get_origin(hint) is tuple:
        about = typer.Option(*flags, help=f"{said} May be given several times.".strip())
        return _shape(parameter, Annotated[list[str], about], [] if optional else inspect.Parameter.empty)
    if field.name == "day":
        about = typer.Option(
            "--day", metavar="DAY|DATE", help="Trial day, or date, on which it happened. Default: today."
        )
        return _shape(parameter, Annotated[str | None, about], None)
    if bool in _members(hint):
        metavar = "yes|no|unknown" if _may_be_nothing(hint) else "yes|no"
    else:
        metavar = "DAY|DATE" if field.name in DAYS else "NUMBER" if int in _members(hint) else "TEXT"
    about = typer.Option(*flags, metavar=metavar, help=said)
    return _shape(
        parameter, Annotated[str | None if optional else str, about], None if optional else inspect.Parameter.empty
    )


def _required_field(field: dataclasses.Field[Any]) -> bool:
    return field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING


def _shape(name: str, hint: Any, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=hint)


def tell(entries: Iterable[Entry], *, as_json: bool = False) -> None:
    """Print what a command became: the entries as everybody may see them, with nothing that is sealed."""
    rows = [
        {
            "entry": entry.sequence,
            "event": type(entry.event).__name__,
            **_decided(entry.event),
            "subject": getattr(entry.event, "subject", None),
            "day": entry.day,
            "occurred": entry.occurred,
        }
        for entry in entries
    ]
    if as_json:
        answer_json(rows)
        return
    said = [
        (f"Entry {row['entry']}: {row['event']}", row["subject"], row.get("decision"), f"day {row['day']}")
        for row in rows
    ]
    answer("\n".join(", ".join(str(part) for part in parts if part) for parts in said))


def _decided(event: Any) -> dict[str, str]:
    """What everybody may know of a decision, which is all that stands in its entry."""
    from trialwright.conduct.events import Decided
    from trialwright.protocol.decisions import Enrol, Wait

    if not isinstance(event, Decided):
        return {}
    match event.decision:
        case Enrol(slots=slots):
            return {"decision": f"enrol: {slots} places"}
        case Wait(until=until):
            return {"decision": "wait" if until is None else f"wait until day {until}"}
        case _:
            return {"decision": "stop"}


def _unfit(what: str, why: str, expected: str) -> UsageError:
    return UsageError(
        "COND-173",
        f"{what} does not fit: {why}",
        expected=expected,
        mend="see the help of the command",
    )
