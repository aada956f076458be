"""The Merkle tree against the vectors of the Certificate Transparency project (its merkletree tests, RFC 6962)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialwright.conduct.ledger import merkle

INPUTS = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
PATHS = {  # leaf (from 1) and size: the audit path
    (1, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (6, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (3, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
}
BEGINNINGS = {  # sizes: the proof of consistency
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}
LEAVES = [merkle.leaf(bytes.fromhex(each)) for each in INPUTS]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots(size):
    assert merkle.root(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("leaf", "size"), PATHS)
def test_audit_paths(leaf, size):
    assert tuple(step.hex() for step in merkle.inclusion(LEAVES[:size], leaf - 1)) == PATHS[leaf, size]


@pytest.mark.parametrize(("before", "size"), BEGINNINGS)
def test_proofs_of_consistency(before, size):
    assert tuple(step.hex() for step in merkle.consistency(LEAVES[:size], before)) == BEGINNINGS[before, size]


def numbered(size):
    return [merkle.leaf(str(number).encode()) for number in range(size)]


@given(st.data(), st.integers(1, 70))
def test_a_path_proves_its_own_leaf_and_place_and_nothing_else(data, size):
    leaves = numbered(size)
    index = data.draw(st.integers(0, size - 1))
    path, of = merkle.inclusion(leaves, index), merkle.root(leaves)
    assert merkle.is_included(leaves[index], index, size, path, of)
    other = data.draw(st.integers(0, size - 1).filter(lambda n: n != index) if size > 1 else st.just(size))
    assert not merkle.is_included(leaves[index], other, size, path, of)
    assert not merkle.is_included(merkle.leaf(b"x"), index, size, path, of)
    assert not merkle.is_included(leaves[index], index, size, path, merkle.leaf(b"x"))
    assert not merkle.is_included(leaves[index], index, size, (*path, of), of)
    assert size == 1 or not merkle.is_included(leaves[index], index, size, path[:-1], of)


@given(st.data(), st.integers(1, 70))
def test_a_beginning_is_proved_and_another_history_is_not(data, size):
    leaves = numbered(size)
    before = data.draw(st.integers(1, size))
    path, old, new = merkle.consistency(leaves, before), merkle.root(leaves[:before]), merkle.root(leaves)
    assert merkle.is_consistent(before, size, path, old, new)
    changed = data.draw(st.integers(0, before - 1))
    forked = merkle.root([*leaves[:changed], merkle.leaf(b"x"), *leaves[changed + 1 : before]])
    assert not merkle.is_consistent(before, size, path, forked, new)
    assert not merkle.is_consistent(before, size, (*path, new), old, new)
    assert before == size or not merkle.is_consistent(before, size, path, old, merkle.leaf(b"x"))
    assert before == size or not merkle.is_consistent(before, size, path[:-1], old, new)


def test_there_is_no_proof_of_what_is_not_there():
    for index in (-1, 8):
        with pytest.raises(IndexError):
            merkle.inclusion(LEAVES, index)
    for before in (0, 9):
        with pytest.raises(IndexError):
            merkle.consistency(LEAVES, before)
    assert not merkle.is_included(LEAVES[0], 0, 0, (), LEAVES[0])
    assert not merkle.is_consistent(0, 8, (), LEAVES[0], LEAVES[0])
