"""Nothing of real records stands in this repository: facts and the layout of pages may, sentences may not."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LONG = 60  # characters: from there on a line is prose
FIGURES = 0.3  # of the words of a line with a digit in them: from there on it is a table of figures
LAYOUT = (  # how fixed sentences of the classic page begin
    "please refer to this study by its",
    "to learn more about this study you or your doctor",
    "ages eligible for study",
    "the safety and scientific validity of this study",
    "choosing to participate in a study",
)


def plain(text: str) -> str:
    """Text in which neither case, punctuation nor line ends hide that it is the same."""
    return " ".join(re.findall(r"[a-z0-9]+", text.casefold()))


def strings(value: object) -> Iterator[str]:
    """Every text in a structure."""
    match value:
        case str():
            yield value
        case dict():
            yield from (text for held in value.values() for text in strings(held))
        case list():
            yield from (text for held in value for text in strings(held))


def lines_of(path: Path) -> set[str]:
    """The long lines of one record, whatever its rendering."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        text = "\n".join(strings(json.loads(text)))
    elif text.lstrip().startswith("{"):
        text = "\n".join(strings(ast.literal_eval(text.strip())))
    return {line for line in map(plain, text.splitlines()) if len(line) >= LONG and is_prose(line)}


def is_prose(line: str) -> bool:
    """Whether a line is neither a fixed sentence of a page nor figures."""
    words = line.split()
    return not line.startswith(LAYOUT) and sum(any(map(str.isdigit, word)) for word in words) < FIGURES * len(words)


def repository() -> str:
    """All text that git keeps, without the readers' own knowledge of page layouts."""
    listed = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True)
    names = [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]
    texts = [(ROOT / name).read_text(encoding="utf-8", errors="replace") for name in names]
    return "\n".join(plain(text) for text in texts)


def layout() -> str:
    """The fixed sentences that the readers know."""
    readers = ROOT / "src" / "trialwright" / "record" / "readers"
    return "\n".join(plain(path.read_text(encoding="utf-8")) for path in readers.glob("**/*.py"))


@pytest.mark.corpus
def test_no_long_line_of_a_real_record_stands_in_the_repository(corpus: Path) -> None:
    records = [path for folder in ("records", "corpus") for path in sorted((corpus / folder).glob("**/NCT*"))]
    own = [lines_of(path) for path in records if path.suffix in (".json", ".txt")]
    assert sum(map(len, own)) > 100
    text, known = repository(), layout()
    assert {line for line in set.union(*own) if line in text and line not in known} == set()


def test_a_copied_line_would_be_noticed() -> None:
    sentence = "what checks a piece of code is written apart from it a published table with its source and tolerance"
    assert sentence in repository()
    assert sentence not in layout()
