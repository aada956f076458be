"""JSON written in exactly one way (RFC 8785), so that a digest of it means something."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any

LARGEST = 2**53 - 1

# Where a text is ASCII and no number in it is whole with a fraction of 0, has an exponent or is very long, Python's own
# writer is canonical too, and fast. A number stands after one of : , [ there, or the text is not in canonical form;
# finding too much does no harm.
_NEEDS_CARE = re.compile(r"[0-9]\.0[,\]}]|[:,\[]-?[0-9.]+[eE]|[0-9]{16}|NaN|Infinity")
_LONG = re.compile(r"[0-9]{16}")
_PLAIN = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def canonical(value: object) -> str:
    """The one canonical JSON text of a value.

    Keys are sorted, nothing is between the tokens, and numbers are written as ECMAScript writes them. Raises ValueError
    for what JSON cannot hold exactly: a whole number beyond 2**53 - 1, a number that is not finite, text that is not
    Unicode, any other type.

    >>> canonical({"b": [1.0, 1e-7, 0.1], "a": None})
    '{"a":null,"b":[1,1e-7,0.1]}'
    """
    match value:
        case None | True | False:
            return json.dumps(value)
        case str():
            value.encode("utf-8")
            return encode_basestring(value)
        case int():
            if abs(value) > LARGEST:
                raise ValueError(f"the whole number {value} is too large to be stored exactly")
            return str(value)
        case float():
            return _number(value)
        case Mapping():
            items = sorted(value.items(), key=lambda item: str(item[0]).encode("utf-16-be"))
            return "{" + ",".join(f"{canonical(str(name))}:{canonical(item)}" for name, item in items) + "}"
        case Sequence():
            return "[" + ",".join(map(canonical, value)) + "]"
        case _:
            raise ValueError(f"a {type(value).__name__} cannot be stored")


def parsed(text: str) -> Any:
    """The value of a JSON text that must be canonical.

    A whole number beyond 2**53 - 1 is a float, for that is what was written. Raises ValueError if the text is not
    JSON, or could be written in another way (so a repeated key or a changed spelling never goes unnoticed).

    >>> parsed('{"a":[1,0.5,1e+23]}')
    {'a': [1, 0.5, 1e+23]}
    """
    try:
        if text[:1] in ("{", "[") and text.isascii() and not _NEEDS_CARE.search(text):
            found = json.loads(text)
            if _PLAIN.encode(found) == text:
                return found
        found = json.loads(text, parse_int=_whole)
        same = canonical(found) == text
    except RecursionError as fault:
        raise ValueError("it is nested too deeply") from fault
    if not same:
        raise ValueError("it is not in canonical form: it has been changed since it was written")
    return found


def read(text: str) -> Any:
    """The value of a JSON text, read as `parsed` reads it, without a look at whether the text is canonical.

    Raises ValueError if the text is not JSON.
    """
    try:
        return json.loads(text, parse_int=_whole) if _LONG.search(text) else json.loads(text)
    except RecursionError as fault:
        raise ValueError("it is nested too deeply") from fault


def _whole(text: str) -> int | float:
    number = int(text)
    return number if abs(number) <= LARGEST else float(text)


def _number(value: float) -> str:
    """A float as ECMAScript's Number.prototype.toString writes it, from the shortest digits that read back equal."""
    if not math.isfinite(value):
        raise ValueError(f"{value} cannot be stored: it is not a finite number")
    if value == 0:
        return "0"
    if value < 0:
        return "-" + _number(-value)
    mantissa, _, exponent = f"{value!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    digits = (whole + fraction).lstrip("0")
    point = len(whole) + int(exponent or 0)
    if whole == "0":
        point -= 1 + len(fraction) - len(fraction.lstrip("0"))
    digits = digits.rstrip("0")
    if len(digits) <= point <= 21:
        return digits + "0" * (point - len(digits))
    if 0 < point <= 21:
        return f"{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return "0." + "0" * -point + digits
    rest = f".{digits[1:]}" if len(digits) > 1 else ""
    return f"{digits[0]}{rest}e{point - 1:+d}"
