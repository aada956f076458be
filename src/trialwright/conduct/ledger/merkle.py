"""The Merkle tree of RFC 6962 over the entries of a ledger: roots, and proofs of inclusion and consistency."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence


def leaf(content: bytes) -> bytes:
    """The hash of a leaf: SHA-256 of 0x00 and its content (RFC 6962, 2.1)."""
    return hashlib.sha256(b"\x00" + content).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash of a node: SHA-256 of 0x01 and the hashes below it."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Tree:
    """A tree that grows leaf by leaf and remembers only what its root needs: one hash per set bit of its size."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[bytes] = []  # the roots of full subtrees, largest first

    def add(self, leaf_hash: bytes) -> None:
        """Take the next leaf's hash."""
        self._whole.append(leaf_hash)
        self.size += 1
        below = self.size
        while below % 2 == 0:
            right = self._whole.pop()
            self._whole[-1] = node(self._whole[-1], right)
            below //= 2

    def root(self) -> bytes:
        """The root now; of no leaves the hash of nothing.

        >>> Tree().root().hex()[:8]
        'e3b0c442'
        """
        if not self._whole:
            return hashlib.sha256(b"").digest()
        found = self._whole[-1]
        for left in reversed(self._whole[:-1]):
            found = node(left, found)
        return found


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over these leaf hashes."""
    tree = Tree()
    for each in leaves:
        tree.add(each)
    return tree.root()


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """The audit path of leaf `index` (from 0) in the tree over these leaf hashes (RFC 6962, 2.1.1).

    Raises IndexError if there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"there is no leaf {index} among {len(leaves)}")
    if len(leaves) == 1:
        return ()
    half = _half(len(leaves))
    if index < half:
        return (*inclusion(leaves[:half], index), root(leaves[half:]))
    return (*inclusion(leaves[half:], index - half), root(leaves[:half]))


def is_included(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes], of: bytes) -> bool:
    """Whether the path proves that the leaf stands at `index` (from 0) in the tree of that size with the root `of`
    (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf_hash
    for step in path:
        if last == 0:
            return False
        if place % 2 or place == last:
            found = node(step, found)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            found = node(found, step)
        place, last = place // 2, last // 2
    return last == 0 and found == of


def consistency(leaves: Sequence[bytes], before: int) -> tuple[bytes, ...]:
    """The proof that the tree over the first `before` leaves is the beginning of the tree over all (RFC 6962, 2.1.2).

    Raises IndexError if `before` is not between 1 and the number of leaves.
    """
    if not 1 <= before <= len(leaves):
        raise IndexError(f"a beginning of {len(leaves)} leaves has between 1 and {len(leaves)}, not {before}")
    return _subproof(before, leaves, True)


def _subproof(before: int, leaves: Sequence[bytes], known: bool) -> tuple[bytes, ...]:
    if before == len(leaves):
        return () if known else (root(leaves),)
    half = _half(len(leaves))
    if before <= half:
        return (*_subproof(before, leaves[:half], known), root(leaves[half:]))
    return (*_subproof(before - half, leaves[half:], False), root(leaves[:half]))


def is_consistent(before: int, size: int, path: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Whether the path proves that the tree of `before` leaves with the root `old` is the beginning of the tree of
    `size` leaves with the root `new` (RFC 9162, 2.1.4.2)."""
    if not 1 <= before <= size:
        return False
    if before == size:
        return not path and old == new
    steps = [old, *path] if before & (before - 1) == 0 else list(path)
    if not steps:
        return False
    place, last = before - 1, size - 1
    while place % 2:
        place, last = place // 2, last // 2
    first = second = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place % 2 or place == last:
            first, second = node(step, first), node(step, second)
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            second = node(second, step)
        place, last = place // 2, last // 2
    return last == 0 and (first, second) == (old, new)


def _half(size: int) -> int:
    """The largest power of two below a size of 2 or more."""
    return 1 << ((size - 1).bit_length() - 1)
