"""A folder of keys that is not there is said to be missing, and may be named from where one stands."""

from __future__ import annotations

import pytest

from trialwright.conduct.folder import KEYS_VARIABLE, find, make
from trialwright.conduct.people.credentials import Credentials
from trialwright.core.errors import InputError


def test_without_its_folder_nobody_is_said_to_be_wrong(tmp_path):
    with pytest.raises(InputError, match="COND-042"):
        Credentials(tmp_path / "gone").proves("ann", "three blue boats")
    kept = Credentials(tmp_path / "keys")
    kept.set("ann", "three blue boats")
    assert kept.proves("ann", "three blue boats")
    assert not kept.proves("bob", "three blue boats")


def test_the_variable_names_a_folder_from_where_one_stands(tmp_path, monkeypatch):
    make(tmp_path / "trial")
    assert find(tmp_path / "trial").keys == tmp_path / "trial" / "keys"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(KEYS_VARIABLE, "elsewhere")
    assert find("trial").keys == tmp_path / "elsewhere"
