"""Commands that take several records take them from an archive as from a folder; what is broken is said."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from trialwright.cli.app import app

RUN = CliRunner()


@pytest.fixture(scope="module")
def archive(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("several") / "records.zip"
    with zipfile.ZipFile(path, "w") as out:
        for example in sorted(examples.glob("NCT*.txt"))[:2]:
            out.write(example, example.name)
        out.writestr("broken.txt", "no record")
    return path


def test_read_all_prints_a_line_for_each_record_and_fails_for_the_one_that_is_broken(archive: Path) -> None:
    done = RUN.invoke(app, ["read", str(archive), "--all"])
    assert done.exit_code == 1
    numbers = [
        json.loads(line)["protocolSection"]["identificationModule"]["nctId"] for line in done.stdout.splitlines()
    ]
    assert len(numbers) == len(set(numbers)) == 2
    assert "records.zip/broken.txt was left out" in done.stderr


def test_read_all_with_provenance_and_problems(archive: Path) -> None:
    lines = RUN.invoke(app, ["read", str(archive), "--all", "--provenance", "--problems"]).stdout.splitlines()
    assert all({"study", "provenance", "origin", "problems"} <= json.loads(line).keys() for line in lines)
    names = [
        json.loads(line)["name"]
        for line in RUN.invoke(app, ["read", str(archive), "--all", "--problems"]).stdout.splitlines()
    ]
    assert all(name.startswith("records.zip/") for name in names)


def test_compare_and_the_registry_take_an_archive(archive: Path, tmp_path: Path) -> None:
    done = RUN.invoke(app, ["compare", str(archive), "-o", str(tmp_path / "table"), "--json"])
    assert done.exit_code == 1
    assert len(json.loads(done.stdout)) == 2
    done = RUN.invoke(app, ["registry", "load", str(archive), "--store", str(tmp_path / "s.duckdb"), "--json"])
    told = json.loads(done.stdout)
    assert (told["added"], list(told["left_out"])) == (2, ["records.zip/broken.txt"])


def test_run_takes_each_record_of_an_archive_into_a_folder_of_its_own(archive: Path, tmp_path: Path) -> None:
    done = RUN.invoke(app, ["run", str(archive), "-o", str(tmp_path / "out"), "--no-simulate", "--json"])
    rows = json.loads(done.stdout)
    assert [row["report"] is not None for row in rows] == [True, True, False]
    assert len(list((tmp_path / "out").glob("NCT*/report.html"))) == 2
