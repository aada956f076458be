"""Errors come back whole from another process."""

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor

import pytest

from trialwright.core.errors import InputError, StageError, TrialwrightError, UsageError

KINDS = (InputError, StageError, TrialwrightError, UsageError)


def fail(kind):
    """Raise an error of a kind, in whatever process this runs."""
    raise kind("READ-001", "no such file", expected="a record", mend="check the name")


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_survives_a_pickle(kind):
    made = pickle.loads(pickle.dumps(kind("READ-001", "no such file", expected="a record", mend="check the name")))
    assert type(made) is kind
    assert (made.code, made.message, made.expected, made.mend) == (
        "READ-001",
        "no such file",
        "a record",
        "check the name",
    )
    assert made.exit_status == kind.exit_status


def test_an_error_of_a_worker_reaches_the_caller():
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        raised = pool.submit(fail, InputError).exception()
    assert isinstance(raised, InputError)
    assert str(raised) == "READ-001: no such file\nExpected: a record\nTo mend it: check the name"
