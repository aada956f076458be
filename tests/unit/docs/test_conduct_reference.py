"""The reference of the live trial says what the program says, and leaves nothing out."""

import importlib.util
from pathlib import Path

from trialwright.cli.conduct_names import NAMES
from trialwright.conduct.events import SCHEMAS
from trialwright.conduct.people.roles import Role

ROOT = Path(__file__).resolve().parents[3]
SPEC = importlib.util.spec_from_file_location("build_conduct", ROOT / "docs" / "build_conduct.py")
pages = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(pages)


def headings(text, mark):
    return [line.removeprefix(mark) for line in text.splitlines() if line.startswith(mark)]


def test_every_event_command_and_role_has_its_section():
    assert sorted(headings(pages.events_page(), "### ")) == sorted(kind.__name__ for kind in SCHEMAS)
    assert headings(pages.commands_page(), "## ") == list(NAMES)
    assert headings(pages.roles_page(), "## ")[: len(Role)] == [role.value for role in Role]


def test_who_is_masked_is_said_as_the_program_has_it():
    page = pages.roles_page()
    assert "| statistician | only if granted unmasked |" in page
    assert "| investigator | where the protocol does not mask the investigator; never otherwise |" in page


def test_what_is_sealed_is_said():
    section = pages.events_page().partition("### Randomised\n")[2].partition("###")[0]
    assert "| `arm` | text, sealed |" in section
    assert "| `slot` | whole number |" in section
