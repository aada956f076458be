"""Makes registry records that never were, each another, out of the words of real ones: for measuring a large registry.

python -m benchmarks.registry_made_up 10000 made-up.zip
"""

from __future__ import annotations

import json
import os
import re
import sys
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from trialwright.core.streams import stream

ROOT = Path(__file__).resolve().parent.parent
_NUMBER = re.compile(r"\d")
_WORD = re.compile(r"\S+")


def real_studies() -> list[dict[str, Any]]:
    """The v2 records of the corpus that TRIALWRIGHT_CORPUS names, or the bundled examples."""
    from trialwright.record import read, write

    corpus = os.environ.get("TRIALWRIGHT_CORPUS")
    files = sorted((Path(corpus) / "corpus" / "v2_json").glob("*.json")) if corpus else []
    files = files or sorted((ROOT / "examples").glob("NCT*.txt"))
    return [write(read(path)) for path in files]


class MadeUp:
    """Makes studies whose shape is that of a real one and whose texts are new.

    Sentences come from a chain of pairs of words, kept apart by field, so that common words are as common and rare ones
    as rare as they are; every fourth name of a product is a new code, every number is drawn anew.
    """

    def __init__(self, studies: list[dict[str, Any]], seed: int = 1) -> None:
        self._studies = studies
        self._random = stream(seed, "made-up registry")
        self._chains: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for study in studies:
            self._learn("", study)

    def _learn(self, field: str, value: Any) -> None:
        match value:
            case dict():
                for name, item in value.items():
                    self._learn(name, item)
            case list():
                for item in value:
                    self._learn(field, item)
            case str() if _is_text(field, value):
                words = _WORD.findall(value)
                chain = self._chains[field]
                for word, following in zip(["", *words], [*words, ""], strict=True):
                    chain[word].append(following)

    def studies(self, count: int) -> Iterator[dict[str, Any]]:
        """So many studies, each with a number of its own."""
        shapes = self._random.integers(len(self._studies), size=count)
        for number, shape in enumerate(shapes, start=1):
            made = self._made("", self._studies[shape])
            section = made["protocolSection"]
            section["identificationModule"]["nctId"] = f"NCT{number:08}"
            yield made

    def _made(self, field: str, value: Any) -> Any:
        match value:
            case dict():
                return {name: self._made(name, item) for name, item in value.items()}
            case list() if (
                len(value) > 2 and isinstance(value[0], dict) and field not in ("armGroups", "interventions")
            ):
                kept = int(self._random.integers(1, len(value) + 1))
                return [self._made(field, item) for item in value[:kept]]
            case list():
                return [self._made(field, item) for item in value]
            case str() if _is_text(field, value):
                return self._text(field, len(value))
            case str() if field == "date":
                return self._date(value)
            case int() if field == "count":
                return int(np.exp(self._random.normal(4, 1.2))) + 1
        return value

    def _text(self, field: str, length: int) -> str:
        chain = self._chains[field]
        words: list[str] = []
        draws = iter(self._random.random(length // 3 + 20).tolist())
        word, size = "", 0
        while size < length:
            draw = next(draws, 0.5)
            following = chain.get(word) or chain[""]
            word = following[int(draw * len(following))]
            if word:
                digit = str(int(draw * 1e6) % 10)
                words.append(_NUMBER.sub(digit, word))
                size += len(word) + 1
        if field == "name" and self._random.random() < 0.25:
            letters = "".join(chr(65 + int(n)) for n in self._random.integers(26, size=3))
            words.append(f"{letters}-{int(self._random.integers(100, 9999))}")
        return " ".join(words)

    def _date(self, stated: str) -> str:
        year, month, day = (int(n) for n in self._random.integers((2000, 1, 1), (2026, 13, 29)))
        return f"{year}-{month:02}-{day:02}"[: len(stated)]


def _is_text(field: str, value: str) -> bool:
    """Whether a value is prose or a name, not a term, a date, an address or an identifier."""
    if field in ("date", "country", "minimumAge", "maximumAge", "interventionNames", "armGroupLabels", "label"):
        return False
    return " " in value or field in ("name", "conditions", "keywords", "measure")


def write_zip(path: Path, count: int, seed: int = 1) -> int:
    """Write so many made-up records into a zip, a file each as a download has them; the size of the zip in bytes."""
    maker = MadeUp(real_studies(), seed)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for study in maker.studies(count):
            number = study["protocolSection"]["identificationModule"]["nctId"]
            archive.writestr(f"{number}.json", json.dumps(study, ensure_ascii=False))
    return path.stat().st_size


if __name__ == "__main__":
    write_zip(Path(sys.argv[2]), int(sys.argv[1]))
