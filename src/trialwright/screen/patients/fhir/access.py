"""Looks into resources of which anything may be missing or of another type than it should be."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

Resource = dict[str, Any]


def at(node: object, *path: str) -> Any:
    """What stands at a path of names; None where the path breaks off. A list on the way gives its first entry."""
    for name in path:
        if isinstance(node, list):
            node = node[0] if node else None
        node = node.get(name) if isinstance(node, dict) else None
    return node


def words(node: object, *path: str) -> str | None:
    """The text at a path, blanks tidied; None where there is none."""
    found = at(node, *path)
    if not isinstance(found, str):
        return None
    clean = " ".join(found.encode("utf-8", "replace").decode("utf-8").replace("\0", " ").split())
    return clean[:500] or None


def number(node: object, *path: str) -> str | None:
    """The finite number at a path, as text; None where there is none."""
    found = at(node, *path)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    if isinstance(found, int):
        return str(found) if abs(found) < 10**15 else None
    return repr(found) if math.isfinite(found) else None


def each(node: object, *path: str) -> Iterator[Resource]:
    """The objects of the list at a path; a single object counts as a list of one."""
    found = at(node, *path)
    for one in found if isinstance(found, list) else [found]:
        if isinstance(one, dict):
            yield one


def reference(node: object, *path: str) -> str | None:
    """What a reference points at: `Patient/p1`, `urn:uuid:...` or `#p1`; the server's address and the version are left
    out."""
    found = words(node, *path, "reference")
    if found is None or found.startswith(("urn:", "#")):
        return found
    parts = found.partition("/_history")[0].split("/")
    return "/".join(parts[-2:])
