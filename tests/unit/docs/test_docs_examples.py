"""The documentation says only what is true: its commands run, its links lead somewhere, and it leaves nothing out.

Commands that begin with `$` show their output too; the test of those pages compares it.
"""

from __future__ import annotations

import inspect
import re
import shlex
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType

import pytest
import typer

import trialwright as package
from command_line import trialwright
from trialwright.cli.app import app

ROOT = Path(__file__).resolve().parents[3]
PAGES = sorted([ROOT / "README.md", ROOT / "examples" / "README.md", *(ROOT / "docs").glob("[th]*/*.md")])
EVERY_PAGE = sorted(path for path in ROOT.glob("**/*.md") if not {".venv", "out"} & set(path.relative_to(ROOT).parts))

ESCALATION, ONE_ARM = "examples/NCT04971980.unlabelled-page.txt", "examples/NCT04456361.classic-page.txt"
STANDS_FOR = {
    "NUMBER": "NCT04971980",
    "RECORD": ESCALATION,
    "FOLDER": "examples",
    "DIR": "out/dir",
    "FILE": "patients.csv",
    "DATA": "out/data",
}
WRONG_ON_PURPOSE = " --scenario ? "


def name(path: Path) -> str:
    """A page as the name of its test."""
    return str(path.relative_to(ROOT))


def commands(text: str) -> Iterator[str]:
    """Every command line of a page, joined where it is continued; what stands two spaces further on describes it."""
    for line in re.findall(r"^    (trialwright (?:.*\\\n)*.*)", text, re.MULTILINE):
        yield re.split(r"\s{2,}", re.sub(r"\s*\\\n\s*", " ", line).strip())[0]
    yield from (shown for shown in re.findall(r"`(trialwright [^`]+)`", text) if "..." not in shown)


def known_commands(group: object, above: str = "trialwright") -> Iterator[str]:
    """Every command that the program has, in full."""
    for word, command in group.commands.items():
        full = f"{above} {word}"
        yield from known_commands(command, full) if hasattr(command, "commands") else [full]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of somebody who follows a page: some examples, patients, a decision table."""
    (tmp_path / "examples").mkdir()
    for record in (ESCALATION, ONE_ARM):
        shutil.copy(ROOT / record, tmp_path / record)
    (tmp_path / "patients.csv").write_text("USUBJID,AGE,SEX\nA,40,F\n", encoding="utf-8")
    (tmp_path / "table.csv").write_text("n,up,down,out\n3,0,2,3\n6,1,3,4\n9,2,4,5\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class AnyStudy(BaseHTTPRequestHandler):
    """Speaks the API: one study, whatever is asked for, under the number that it is asked for by."""

    study = ""

    def do_GET(self) -> None:
        asked = re.search(r"NCT\d{8}", self.path)
        body = self.study.replace("NCT04971980", asked[0]) if asked else f'{{"totalCount":1,"studies":[{self.study}]}}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def registry(desk: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A registry on this machine in the place of the real one."""
    monkeypatch.setattr(AnyStudy, "study", trialwright("read", ESCALATION).out)
    with ThreadingHTTPServer(("127.0.0.1", 0), AnyStudy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("TRIALWRIGHT_API", f"http://127.0.0.1:{server.server_address[1]}/api/v2")
        yield
        server.shutdown()


def put_in_place(command: str, desk: Path) -> list[str]:
    """The words of a command, with what a reader would have at hand in the place of placeholders."""
    words = [STANDS_FOR.get(word, word) for word in shlex.split(command)[1:]]
    taken = words[words.index("-o") + 1] if "-o" in words else None
    for file in ("p.yaml", "protocol.yaml"):
        if file in words and file != taken and not (desk / file).exists():
            assert trialwright("draft", ESCALATION, "-o", file).status == 0
    if "out/data" in words and not (desk / "out/data").exists():
        assert trialwright("simulate", ESCALATION, "-o", "out/data").status == 0
    return words


@pytest.mark.parametrize("page", [page for page in PAGES if "trialwright " in page.read_text("utf-8")], ids=name)
@pytest.mark.usefixtures("registry")
def test_every_command_of_a_page_runs(page: Path, desk: Path) -> None:
    for number, command in enumerate(commands(page.read_text(encoding="utf-8"))):
        words = put_in_place(command, desk)
        if "-o" in words and (desk / words[words.index("-o") + 1]).exists():
            words[words.index("-o") + 1] += str(number)  # the README shows one command in several forms
        answer = trialwright(*words)
        if WRONG_ON_PURPOSE in command:
            assert answer.status == 2
            assert "'null'" in answer.err
        else:
            assert answer.status == 0, f"{command}\n{answer.err}"
        if "--json" in words:
            assert answer.json


@pytest.mark.parametrize("page", [page for page in EVERY_PAGE if "```python" in page.read_text("utf-8")], ids=name)
def test_every_piece_of_python_runs(page: Path, desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for block in re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        exec(compile(block, name(page), "exec"), {})
        assert "print" not in block or capsys.readouterr().out.strip()


@pytest.mark.parametrize("page", EVERY_PAGE, ids=name)
def test_links_lead_to_something(page: Path) -> None:
    text = re.sub(
        r"^```.*?^```|^    .*?$|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    for target in re.findall(r"\]\(([^)#\s]+)", text):
        if not target.startswith(("http://", "https://")):
            assert (page.parent / target).exists(), f"{name(page)} links {target}"


def test_every_page_is_linked_from_the_readme_or_from_a_page_that_is() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached:
            continue
        reached.add(page)
        found = re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8"))
        waiting += [page.parent / target for target in found if not target.startswith("http")]
    pages = {page.resolve() for page in (ROOT / "docs").glob("**/*.md") if page.parent.name != "messages"}
    assert {name(page) for page in pages - reached} == set()


def test_the_targets_of_make_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in EVERY_PAGE:
        text = page.read_text(encoding="utf-8")
        named = set(re.findall(r"^    make ([a-z-]+)|`make ([a-z-]+)`", text, re.MULTILINE))
        assert {either or other for either, other in named} <= targets, name(page)


def test_every_command_is_in_the_reference() -> None:
    reference = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    listed = re.findall(r"^## (trialwright .*)$", reference, re.MULTILINE)
    live = (ROOT / "docs/reference/conduct-commands.md").read_text(encoding="utf-8")
    given = [f"trialwright conduct {name}" for name in re.findall(r"^## ([a-z-]+)$", live, re.MULTILINE)]
    assert sorted(listed + given) == sorted(known_commands(typer.main.get_command(app)))


def test_the_readme_names_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    firsts = {full.split()[1] for full in known_commands(typer.main.get_command(app))}
    assert {first for first in firsts if f"    trialwright {first} " not in readme} == set()


def public_names() -> Iterator[tuple[str, object]]:
    """Every name that the package and its rooms offer."""
    rooms = [getattr(package, room) for room in package.__all__]
    for place in [package, *(room for room in rooms if isinstance(room, ModuleType))]:
        for word in getattr(place, "__all__", ()):
            held = getattr(place, word)
            if not isinstance(held, ModuleType | str | tuple):
                yield f"{place.__name__}.{word}", held


@pytest.mark.parametrize(("full", "held"), list(public_names()), ids=lambda held: held if isinstance(held, str) else "")
def test_every_public_name_says_what_it_is(full: str, held: object) -> None:
    said = inspect.getdoc(held) or ""
    word = full.rpartition(".")[2]
    assert said.split("\n\n")[0].rstrip().endswith((".", ":")), f"{full} does not say what it is"
    assert not said.startswith(f"{word}("), f"{full} has only the text that dataclasses make"
    if inspect.isfunction(held):
        asked = [one for one in inspect.signature(held).parameters if one not in ("record", "protocol", "progress")]
        silent = [one for one in asked if len(asked) > 2 and one not in said]
        assert len(silent) < len(asked) or not asked, f"{full} says nothing of {', '.join(silent)}"


def test_every_room_says_what_it_offers() -> None:
    for room in package.__all__:
        held = getattr(package, room)
        if isinstance(held, ModuleType) and room != "core":
            assert held.__all__, f"{room} names nothing"
            reference = (ROOT / "docs/reference/python.md").read_text(encoding="utf-8")
            assert all(f"`{word}" in reference for word in held.__all__)


def test_terms_of_the_glossary_are_unique_and_in_order() -> None:
    text = (ROOT / "docs/reference/glossary.md").read_text(encoding="utf-8")
    terms = [term.casefold() for term in re.findall(r"^- \*\*(.+?)\*\* - .*\.$", text, re.MULTILINE)]
    assert len(terms) == text.count("\n- ") > 20
    assert terms == sorted(set(terms))
