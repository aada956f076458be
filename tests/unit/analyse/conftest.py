"""The hand-built trials, for every test of the analysis."""

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("analysis_trials", Path(__file__).with_name("trials.py"))
assert _spec is not None
assert _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)


@pytest.fixture(scope="session")
def trials():
    """Builders of small protocols and data."""
    return _module
