"""Rules of the repository that no linter knows: run by `make check`."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOSTS = ("py" + "pi.org", "python" + "hosted", "npm" + "js.", "deb.deb" + "ian")
MACHINE_PATH = re.compile(r"(?:^|[^a-zA-Z0-9_.<])/(?:wo" + r"rk|home|root|Users)/[a-z]")
UNFINISHED = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error)\b")
REACHES_A_PERSON = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}|\+\d{1,3}[ -]\d{2,}|\(\d{3}\) ?\d{3}-\d{4}")
FORBIDDEN_MODULES = ("utils", "helpers", "common", "base", "services", "models", "misc")
LONGEST_MODULE = 450
LONGEST_FUNCTION = 70
MAY_BE_INHERITED = {"StrEnum", "IntEnum", "Enum", "Protocol", "NamedTuple", "TypedDict", "Exception", "ValueError"}
MAY_BE_INHERITED |= {"TyperGroup"}  # how the library of the command line lets a group be made on use
FRAGMENT = re.compile(r"[a-z0-9-]+\.(?:added|changed|fixed|decision)\.md|README\.md")
SAID_BY_THEIR_NAMES = ("record/model.py", "lint/rules/")  # modules of the registry's data model; rules say why in place


def tracked() -> list[Path]:
    """The files of the repository, without symbolic links."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def faults() -> Iterator[str]:
    """Everything that breaks a rule."""
    seen: dict[str, Path] = {}
    for path in tracked():
        name = path.relative_to(ROOT)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        yield from in_any_file(name, text)
        if name.parts[0] == "changelog" and not FRAGMENT.fullmatch(name.name):
            yield f"{name}: a fragment is called NAME.added.md, .changed.md, .fixed.md or .decision.md"
        if name.parts[:2] == ("src", "trialwright"):
            yield from in_source(name, text)
        if name.suffix == ".py" and name.parts[0] == "tests" and path.stem != "conftest":
            if path.stem in seen:
                yield f"{name}: has the name of {seen[path.stem]}; pytest needs another"
            seen[path.stem] = name


def in_any_file(name: Path, text: str) -> Iterator[str]:
    """Faults of a line, wherever it stands."""
    for number, line in enumerate(text.splitlines(), start=1):
        if any(host in line for host in HOSTS):
            yield f"{name}:{number}: names the host of a package registry"
        if MACHINE_PATH.search(line):
            yield f"{name}:{number}: names a path of one machine"
        if name.parts[0] == "examples" and REACHES_A_PERSON.search(line):
            yield f"{name}:{number}: holds an address or a telephone number"


def in_source(name: Path, text: str) -> Iterator[str]:
    """Faults of a module or another file of the package."""
    if name.stem in FORBIDDEN_MODULES or set(name.parts) & set(FORBIDDEN_MODULES):
        yield f"{name}: a name that says nothing of its job"
    if len(text.splitlines()) > LONGEST_MODULE and name.suffix != ".csv":  # data may be long
        yield f"{name}: {len(text.splitlines())} lines, more than {LONGEST_MODULE}"
    if name.suffix != ".py":
        return
    for number, line in enumerate(text.splitlines(), start=1):
        if UNFINISHED.search(line):
            yield f"{name}:{number}: is unfinished"
    tree = ast.parse(text)
    job = (ast.get_docstring(tree) or "").partition("\n")[0]
    if not job.rstrip().endswith((".", ":")):
        yield f"{name}: its first line does not say its job"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            strange = {ast.unparse(one) for one in node.bases if not ast.unparse(one).endswith("Error")}
            if strange - MAY_BE_INHERITED:
                yield f"{name}:{node.lineno}: {node.name} inherits from {', '.join(strange - MAY_BE_INHERITED)}"
        elif isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
            yield f"{name}:{node.lineno}: {node.name} is longer than {LONGEST_FUNCTION} lines"
    if not any(place in name.as_posix() for place in SAID_BY_THEIR_NAMES):
        for node in tree.body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_"):
                yield from (f"{name}:{line}: {what} does not say what it is" for line, what in unsaid(node))


def unsaid(node: ast.ClassDef | ast.FunctionDef) -> Iterator[tuple[int, str]]:
    """Public names of a definition, itself included, that have no docstring."""
    if not ast.get_docstring(node):
        yield node.lineno, node.name
    if isinstance(node, ast.ClassDef) and not any("Protocol" in ast.unparse(one) for one in node.bases):
        for one in node.body:
            if isinstance(one, ast.FunctionDef) and not one.name.startswith("_") and not ast.get_docstring(one):
                yield one.lineno, f"{node.name}.{one.name}"


if __name__ == "__main__":
    problems = list(faults())
    for problem in problems:
        sys.stderr.write(problem + "\n")
    sys.exit(1 if problems else 0)
