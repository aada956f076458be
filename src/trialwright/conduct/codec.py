"""Events as JSON bodies and back: strict, by type and schema version."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

from trialwright.conduct.events import SCHEMAS, Decided, Event
from trialwright.core.errors import StageError
from trialwright.protocol.decisions import Decision, Enrol, Stop, Wait

if TYPE_CHECKING:
    from pydantic import TypeAdapter

TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in SCHEMAS}
_JSON = json.JSONEncoder(allow_nan=False)
_DECISIONS: dict[str, type[Enrol] | type[Wait] | type[Stop]] = {"Enrol": Enrol, "Wait": Wait, "Stop": Stop}


def body_of(event: Event) -> dict[str, Any]:
    """The event's fields as plain values; a decision carries its kind."""
    body = {name: getattr(event, name) for name in _names(type(event))}
    if isinstance(event, Decided):
        body["decision"] = decision_body(event.decision)
    return body


def decision_body(decision: Decision) -> dict[str, Any]:
    """A decision as plain values, its kind (`Enrol`, `Wait`, `Stop`) among them."""
    return {"kind": type(decision).__name__, **dataclasses.asdict(decision)}


def event_from(kind: str, schema: int, body: dict[str, Any]) -> Event:
    """The event with this type name, schema version and body.

    Raises StageError (COND-023) if the type or version is not known here, ValueError if the body does not fit it.
    """
    found = TYPES.get(kind)
    if found is None or schema != SCHEMAS[found]:
        raise StageError(
            "COND-023",
            f"the ledger holds an event of type {kind!r}, schema version {schema}, which this version does not know",
            expected=f"one of {', '.join(TYPES)}",
            mend="open the ledger with the version of trialwright that wrote it, or a later one",
        )
    if found is Decided:
        given = dict(body)
        given["decision"] = decision_from(given.get("decision"))
        return Decided(**_exactly(Decided, given))
    event: Event = _built(found, body)
    return event


def decision_from(body: Any) -> Decision:
    """A decision from what `decision_body` gives. Raises ValueError if it is not one."""
    if not isinstance(body, dict) or body.get("kind") not in _DECISIONS:
        raise ValueError(f"a decision is one of {', '.join(_DECISIONS)}")
    fields = {name: value for name, value in body.items() if name != "kind"}
    decision: Decision = _built(_DECISIONS[body["kind"]], fields)
    return decision


_NAMES: dict[type[Any], dict[str, None]] = {}


def _names(kind: type[Any]) -> dict[str, None]:
    """The names of a type's fields in their order, worked out once: a ledger asks for them with every entry."""
    if kind not in _NAMES:
        _NAMES[kind] = dict.fromkeys(item.name for item in dataclasses.fields(kind))
    return _NAMES[kind]


def _exactly(kind: type[Any], body: dict[str, Any]) -> dict[str, Any]:
    names = _names(kind).keys()
    if body.keys() != names:
        wrong = ", ".join(sorted(body.keys() ^ names))
        raise ValueError(f"the fields of {kind.__name__} do not fit: {wrong}")
    return body


def _built(kind: type[Any], body: dict[str, Any]) -> Any:
    """An instance made of plain JSON values, every type checked and none converted but lists, which become tuples
    (pydantic's ValidationError is a ValueError)."""
    fields = {name: tuple(value) if isinstance(value, list) else value for name, value in _exactly(kind, body).items()}
    _adapter(kind).validate_json(_JSON.encode(body), strict=True)
    return kind(**fields)


_ADAPTERS: dict[str, TypeAdapter[Any]] = {}


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    from pydantic import TypeAdapter

    if kind.__name__ not in _ADAPTERS:
        _ADAPTERS[kind.__name__] = TypeAdapter(kind)
    return _ADAPTERS[kind.__name__]
