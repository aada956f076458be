"""Rules of the repository that no linter knows: run by `make check`."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOSTS = ("py" + "pi.org", "python" + "hosted", "npm" + "js.", "deb.deb" + "ian")
MACHINE_PATH = re.compile(r"(?:^|[^a-zA-Z0-9_.<])/(?:wo" + r"rk|home|root|Users)/[a-z]")
FORBIDDEN_MODULES = ("utils", "helpers", "common", "base", "services", "models")
LONGEST_MODULE = 450


def tracked() -> list[Path]:
    """The files of the repository, without symbolic links."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def faults() -> list[str]:
    """Everything that breaks a rule."""
    found = []
    for path in tracked():
        name = path.relative_to(ROOT)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), start=1):
            if any(host in line for host in HOSTS):
                found.append(f"{name}:{number}: names the host of a package registry")
            if MACHINE_PATH.search(line):
                found.append(f"{name}:{number}: names a path of one machine")
        if name.parts[:2] == ("src", "trialwright"):
            if name.stem in FORBIDDEN_MODULES or set(name.parts) & set(FORBIDDEN_MODULES):
                found.append(f"{name}: a name that says nothing of its job")
            if len(text.splitlines()) > LONGEST_MODULE:
                found.append(f"{name}: {len(text.splitlines())} lines, more than {LONGEST_MODULE}")
            if name.suffix == ".py" and text and not text.lstrip().startswith(('"""', 'r"""')):
                found.append(f"{name}: its first line does not say its job")
    return found


if __name__ == "__main__":
    problems = faults()
    for problem in problems:
        sys.stderr.write(problem + "\n")
    sys.exit(1 if problems else 0)
