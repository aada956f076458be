"""Signed notes, checkpoints and the witness file."""

from __future__ import annotations

import pytest

from trialwright.conduct.ledger import Checkpoint, Signer, attest, new_key, signer_in, verifier_from, witness_in
from trialwright.conduct.ledger.note import Verifier, opened, signed
from trialwright.conduct.ledger.witness import checkpoint_from
from trialwright.core.errors import InputError

# RFC 8032, section 7.1, test 1: the secret key and the public key that belongs to it
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
SIGNER = Signer("example.org/ledger", SEED)
OTHER = Signer("example.org/ledger", bytes(32))
POINT = Checkpoint("trialwright/ledger/x", 3, bytes(range(32)), "2024-02-29T12:00:00.000000Z")


def test_the_public_key_is_that_of_the_standard():
    assert SIGNER.verifier.key.hex() == PUBLIC


def test_a_published_verifier_key_is_read_and_written_the_same():
    text = "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"
    assert verifier_from(text).text == text
    assert verifier_from(text).hash.hex() == "033de0ae"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sum.golang.org",
        "sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.com+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        "sum.golang.org+033de0ae+Ac4zctda0e5eza",
        "+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
    ],
)
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(InputError, match="COND-031"):
        verifier_from(text)


def test_a_note_opens_for_whom_its_signer_is_trusted_and_for_nobody_else():
    note = signed("a\nb\n", SIGNER)
    assert opened(note, [OTHER.verifier, SIGNER.verifier]) == "a\nb\n"
    for verifiers in ([], [OTHER.verifier], [Verifier("someone.else", SIGNER.verifier.key)]):
        with pytest.raises(ValueError, match="trusted"):
            opened(note, verifiers)


def test_any_changed_byte_of_a_note_is_noticed():
    note = signed("a\nb\n", SIGNER).encode()
    for place in range(len(note)):
        changed = bytearray(note)
        changed[place] ^= 1
        with pytest.raises(ValueError, match=r"note|signature|signed|decode|Base64"):
            opened(changed.decode(), [SIGNER.verifier])


def test_a_text_that_is_no_lines_is_not_signed():
    for text in ("", "a", "a\n\nb\n", "\n"):
        with pytest.raises(ValueError, match="lines"):
            signed(text, SIGNER)


def test_a_key_is_kept_where_only_its_owner_reads_it(tmp_path):
    path = tmp_path / "key"
    made = new_key("example.org/ledger", path)
    assert signer_in(path) == made
    assert path.stat().st_mode & 0o777 == 0o600
    assert verifier_from(made.verifier.text) == made.verifier
    with pytest.raises(InputError, match="COND-031"):
        new_key("example.org/ledger", path)
    for name in ("", "a b", "a+b"):
        with pytest.raises(InputError, match="COND-031"):
            new_key(name, tmp_path / "other")
    path.chmod(0o600)
    path.write_text(made.verifier.text)
    for where in (path, tmp_path / "none"):
        with pytest.raises(InputError, match="COND-031"):
            signer_in(where)


def test_checkpoints_stand_in_the_witness_in_order(tmp_path):
    path = tmp_path / "witness"
    later = Checkpoint(POINT.origin, 9, bytes(32), "2024-03-01T12:00:00.000000Z")
    assert attest(path, POINT, SIGNER) in path.read_text()
    attest(path, later, SIGNER)
    assert witness_in(path, [SIGNER.verifier]).checkpoints() == (POINT, later)
    attest(path, later, OTHER)
    found = witness_in(path, [SIGNER.verifier]).checkpoints()
    assert found[:2] == (POINT, later)
    assert "trusted" in found[2]


def test_a_witness_that_is_torn_or_edited_says_so(tmp_path):
    path = tmp_path / "witness"
    attest(path, POINT, SIGNER)
    whole = path.read_text()
    attest(path, POINT, SIGNER)
    both = path.read_text()
    for length in range(len(whole) + 1, len(both)):
        path.write_text(both[:length])
        found = witness_in(path, [SIGNER.verifier]).checkpoints()
        assert found[0] == POINT
        assert all(isinstance(one, str) for one in found[1:])
    path.write_text(both.replace("\n3\n", "\n4\n", 1))
    assert [type(one) for one in witness_in(path, [SIGNER.verifier]).checkpoints()] == [str, Checkpoint]
    path.write_text("")
    with pytest.raises(InputError, match="COND-032"):
        witness_in(path, [SIGNER.verifier])
    with pytest.raises(InputError, match="COND-032"):
        witness_in(tmp_path / "none", [])
    with pytest.raises(InputError, match="COND-032"):
        attest(tmp_path, POINT, SIGNER)


@pytest.mark.parametrize(
    "text",
    [
        POINT.text.replace("\n3\n", "\n03\n"),
        POINT.text.replace("\n3\n", "\n-3\n"),
        POINT.text.replace("\n3\n", "\n+3\n"),
        POINT.text.replace("time ", "date "),
        POINT.text.replace("2024-02-29", "2023-02-29"),
        POINT.text.replace("AAEC", "AAE"),
        POINT.text + "more\n",
        "",
    ],
)
def test_a_checkpoint_is_written_in_one_way(text):
    assert checkpoint_from(POINT.text) == POINT
    with pytest.raises(ValueError, match=r".+"):
        checkpoint_from(text)
