"""Conducts the five example trials in rehearsal, from their records to their analyses, by the command line alone.

python examples/conduct_trials.py [-o FOLDER] [NCT...]

Of each record: the protocol is drafted; what the rendering lost is supplied by an invented person, and said to be; a
simulated trial is conducted on a ledger, command by command, to its lock; the ledger is verified, exported and the
export checked; the data are analysed. Nothing in it is true of the trials.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

HERE = Path(__file__).resolve().parent
PROGRAM = [sys.executable, "-c", "from trialwright.cli.app import main; main()"]
BY, SOURCE = "an invented person", "invented for a rehearsal; the trial's own criterion was lost"


def say(text: str) -> None:
    """Show a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def trialwright(*words: object, fails: bool = False) -> str:
    """Run a command, show it, and give what it printed."""
    say("$ trialwright " + " ".join(map(str, words)))
    done = subprocess.run([*PROGRAM, *map(str, words)], capture_output=True, text=True, encoding="utf-8")
    say(done.stdout[-1200:] + (done.stderr[:1600] if done.returncode else ""))
    if (done.returncode != 0) != fails:
        sys.exit(f"exit status {done.returncode}")
    return done.stdout


def supply(protocol: Path) -> int:
    """Give each criterion that was lost a text, with the name of who gave it; how many there were."""
    yaml = YAML()
    document = yaml.load(protocol.read_text(encoding="utf-8"))
    lost = [item for item in document["eligibility"]["criteria"] if item["kind"] == "missing"]
    for item in lost:
        item["kind"], item["supplied_by"], item["supplied_from"] = "text", BY, SOURCE
        item["text"] = "Informed consent" if item["section"] == "inclusion" else "Pregnancy"
    with protocol.open("w", encoding="utf-8") as file:
        yaml.dump(document, file)
    return len(lost)


def conduct(record: Path, folder: Path) -> None:
    """One trial, from its record to its analysis."""
    protocol, trial = folder / "protocol.yaml", folder / "trial"
    folder.mkdir(parents=True)
    trialwright("draft", record, "-o", protocol)
    if _lacks(protocol):
        trialwright("conduct", "rehearse", protocol, "-o", trial, fails=True)
        say(f"{supply(protocol)} lost criteria supplied by {BY}.\n")
    trialwright("conduct", "rehearse", protocol, "-o", trial)
    trialwright("conduct", "status", trial)
    trialwright("conduct", "verify", trial)
    passphrases = json.loads((trial / "passphrases.json").read_text(encoding="utf-8"))
    os.environ["TRIALWRIGHT_PASSPHRASE"] = passphrases["statistician"]
    who = ("--as", "statistician", "--role", "statistician")
    trialwright("conduct", "export", trial, "-o", folder / "export.zip", "--full", *who)
    trialwright("conduct", "check-export", folder / "export.zip", "--keys", trial / "keys")
    trialwright("conduct", "board", trial, "-o", folder / "closed.html", "--closed", *who)
    trialwright("conduct", "data", trial, "-o", folder / "dataset", *who)
    trialwright("analyse", protocol, folder / "dataset", "-o", folder / "analysis")


def _lacks(protocol: Path) -> bool:
    document = YAML(typ="safe").load(protocol.read_text(encoding="utf-8"))
    return any(item["kind"] == "missing" for item in document["eligibility"]["criteria"])


def main() -> None:
    """Conduct those that are asked for, or all five."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trials", nargs="*", help="NCT numbers; without any, all five")
    parser.add_argument("-o", "--output", type=Path, default=Path("out/conducted"))
    asked = parser.parse_args()
    for record in sorted(HERE.glob("NCT*.txt")):
        number = record.name.split(".")[0]
        if not asked.trials or number in asked.trials:
            conduct(record, asked.output / number)


if __name__ == "__main__":
    main()
