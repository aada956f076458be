"""What starting the program loads: the command line must answer `--help` before anybody notices."""

import subprocess
import sys

import pytest

HEAVY = {"polars", "scipy", "matplotlib", "duckdb", "numpy", "pydantic", "ruamel"}

SHOW_HELP = """
from trialwright.cli.app import main
sys.argv = ["trialwright", "--help"]
try:
    main()
except SystemExit as leaving:
    assert not leaving.code, leaving.code
"""


def loaded_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has after running some code."""
    program = f"import sys\n{code}\nsys.stderr.write(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code", [SHOW_HELP, "import trialwright", "import trialwright.design", "import trialwright.appraise"]
)
def test_starting_loads_nothing_heavy(code):
    modules = loaded_by(code)
    assert "trialwright" in modules
    assert not modules & HEAVY
