"""Renders real records with each loss, reads them back, prints what was recovered: `make eval-readers`.

Run: TRIALWRIGHT_CORPUS=FOLDER python -m benchmarks.eval_readers [--fields] [--faults N] [--only RENDERING] [--plain]

A field is *kept* by a rendering if changing its value changes the text, else *dropped*; so the readers have no say in
it. Of what is kept, a value is right, ambiguous (the reader says that the text allows several readings, and why), lost
or absent by the reader's word, or wrong. Of what is dropped, the reader must say lost (or ambiguous), never absent,
never a value. Beside each record as it is, a variation of it is read: odd blanks, other letters, modules left out,
blocks in another order.
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "agreement"))

from legacy_renderer import RENDERINGS  # noqa: E402

from trialwright.core.errors import InputError  # noqa: E402
from trialwright.core.streams import stream  # noqa: E402
from trialwright.record.provenance import Presence  # noqa: E402
from trialwright.record.read import read  # noqa: E402
from trialwright.record.record import Record, leaves  # noqa: E402
from trialwright.record.structure import study_of  # noqa: E402
from trialwright.record.terms import FIELD_TERMS  # noqa: E402

CRITERIA = "protocolSection.eligibilityModule.eligibilityCriteria"
# texts of which the page without labels drops the first block: the rest must be part of the whole
CUT = (
    CRITERIA,
    "protocolSection.descriptionModule.briefSummary",
    "protocolSection.descriptionModule.detailedDescription",
)
NO_MODULE_LEFT_OUT = ("identificationModule", "statusModule", "sponsorCollaboratorsModule", "designModule")
OTHER_LETTERS = str.maketrans({"a": "á", "e": "ё", "o": "ö", "i": "ı", "u": "ü"})
VERDICTS = ("right", "ambiguous", "lost", "absent", "wrong")
Study = dict[str, Any]


def bare(value: object) -> object:
    """A value without what renderings do to texts: escapes, marks of lists, blanks, colons of headings."""
    if not isinstance(value, str):
        return value
    text = re.sub(r"\\([^\w\s]|_)", r"\1", value).replace("|", "/")
    text = re.sub(r"(?<!\S)(?:[*•·-]|\d+[.)])\s+", "", text)  # a line that is broken elsewhere moves its mark
    text = re.sub(r"\b((?:In|Ex)clusion Criteria):?(?=\s|$)", r"\1", text)
    return " ".join(text.split())


def field_of(path: str) -> str:
    """The path without the numbers of list items."""
    return re.sub(r"\[\d+\]", "[]", path)


def altered(study: Study, field: str) -> Study:
    """The study with another value of the same kind in every item of a field."""
    made = copy.deepcopy(study)
    _alter(made, field.replace("[]", ".[]").split("."), FIELD_TERMS.get(field.replace("[]", "")))
    return made


def _alter(node: Any, way: list[str], terms: Any) -> None:
    step, *rest = way
    keys = range(len(node)) if step == "[]" else [step] if isinstance(node, dict) and step in node else []
    for key in keys if not (step == "[]" and not isinstance(node, list)) else []:
        if rest:
            _alter(node[key], rest, terms)
        else:
            node[key] = _other(node[key], terms)


def _other(value: Any, terms: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value + 1
        case str() if terms:
            return next(code for code in terms if code != value)
        case str() if re.fullmatch(r"\d{4}(-\d\d)*", value):
            return "1987" + value[4:]
        case str():
            return "\n".join(line + " qqq" for line in value.split("\n"))
    return value


def kept_fields(study: Study, render: Any, fields: set[str]) -> set[str]:
    """The fields whose value the text depends on."""
    plain = render(study)
    return {field for field in fields if render(altered(study, field)) != plain}


def varied(study: Study, name: str) -> Study:
    """A variation of a study: some words in other letters, some modules left out."""
    draw = stream(20240601, name)
    made = copy.deepcopy(study)
    protocol = made["protocolSection"]
    for module in [m for m in protocol if m not in NO_MODULE_LEFT_OUT]:
        if draw.random() < 0.15:
            del protocol[module]
    for holder, key in _texts(protocol):
        if draw.random() < 0.1:
            words = holder[key].split(" ")
            at = int(draw.integers(len(words)))
            if words[at].islower():
                words[at] = words[at].translate(OTHER_LETTERS)
            holder[key] = " ".join(words)
    for arm in protocol.get("armsInterventionsModule", {}).get("armGroups", []):
        arm.pop("description", None) if draw.random() < 0.2 else None
    return made


def _texts(node: Any) -> Iterator[tuple[Any, Any]]:
    for key, item in node.items() if isinstance(node, dict) else enumerate(node):
        if isinstance(item, dict | list):
            yield from _texts(item)
        elif key in (
            "description",
            "briefSummary",
            "detailedDescription",
            "measure",
            "citation",
            "eligibilityCriteria",
        ):
            yield node, key


def disordered(text: str, rendering: str, name: str) -> str:
    """The same rendering with odd blanks, and with its blocks in another order where the order says nothing."""
    draw = stream(20240602, name, rendering)
    if rendering in ("v2 JSON", "legacy full JSON", "legacy flat JSON"):
        return json.dumps(_shuffled(json.loads(text), draw), indent=int(draw.integers(0, 5)))
    if rendering == "Python literal":
        return "Raw JSON\n\n" + text
    if rendering == "legacy XML":
        head, body = text.split("\n  ", 1)
        return head + "\n  " + body.replace("\n", "\r\n")
    if "table" in rendering or "HTML" in rendering:
        return text.replace("\n", "\r\n") if "HTML" in rendering else "\ufeff" + text
    lines = []
    for line in text.split("\n"):
        change = draw.random()
        lines.append(line + "  " if change < 0.1 else line.replace(" ", "\u00a0", 1) if change < 0.2 else line)
        if change > 0.9 and "unlabelled" not in rendering:
            lines.append("   ")
    return "\r\n".join(lines)


def _shuffled(value: Any, draw: Any, depth: int = 0) -> Any:
    if isinstance(value, dict):
        keys = list(value)
        if depth > 1 or "protocolSection" in value:
            draw.shuffle(keys)
        return {key: _shuffled(value[key], draw, depth + 1) for key in keys}
    return [_shuffled(item, draw, depth + 1) for item in value] if isinstance(value, list) else value


def score(study: Study, rendering: str, text: str, kept: set[str]) -> tuple[Counter[tuple[str, str, str]], list[Any]]:
    """How many values have which verdict, by field and by whether the rendering keeps it; and what is at fault."""
    try:
        record = read(text.encode())
    except InputError as fault:
        return Counter({("(the whole)", "kept", "wrong"): 1}), [(rendering, "kept", "refused", "", "", str(fault))]
    truth, found = dict(leaves(study_of(study).study)), dict(leaves(record.study))
    tally: Counter[tuple[str, str, str]] = Counter()
    faults: list[Any] = []
    for path, value in truth.items():
        field = field_of(path)
        verdict = _verdict(record, found, path, value, rendering)
        side = "kept" if field in kept else "dropped"
        tally[field, side, verdict] += 1
        if verdict in ("absent", "wrong") or (verdict == "lost" and side == "kept"):
            faults.append((rendering, side, verdict, path, found.get(path), value))
    for path in found.keys() - truth.keys():
        if record.presence(path) is not Presence.AMBIGUOUS:
            tally[field_of(path), "invented", "wrong"] += 1
            faults.append((rendering, "invented", "wrong", path, found[path], None))
    return tally, faults


def _verdict(record: Record, found: dict[str, Any], path: str, value: Any, rendering: str) -> str:
    presence, shown = record.presence(path), found.get(path)
    if re.search(r"\.(?:interventionNames|armGroupLabels|whoMasked|stdAges|infoTypes)\[", path):  # sets: no order
        others = {bare(v) for p, v in found.items() if p.startswith(path[: path.rindex("[") + 1])}
        wanted = value.split(": ", 1)[-1] if "unlabelled" in rendering and "interventionNames" in path else value
        if bare(wanted) in others:
            return "ambiguous" if presence is Presence.AMBIGUOUS else "right"
    if "unlabelled" in rendering and path in CUT and shown is not None:
        whole = {bare(line) for line in value.split("\n")}
        return "right" if all(bare(line) in whole for line in shown.split("\n")) else "wrong"
    if ".outcomesModule" in path and (rendering == "legacy table" or "headings lost" in rendering):  # no levels
        others = {
            bare(v) for p, v in found.items() if ".otherOutcomes[" in p and record.presence(p) is Presence.AMBIGUOUS
        }
        return "ambiguous" if bare(value) in others else presence.value if presence is Presence.LOST else "wrong"
    if presence in (Presence.AMBIGUOUS, Presence.LOST):
        return presence.value
    if path in found and bare(shown) == bare(value):
        return "right"
    if "HTML" in rendering and isinstance(value, str) and bare(shown) == bare(value.replace("\u200b", "")):
        return "right"
    return "wrong" if path in found else "absent"


def evaluate(path: Path, names: list[str], plain: bool) -> tuple[dict[str, Counter[tuple[str, str, str]]], list[Any]]:
    """Every rendering of one record, as it is and varied."""
    study = json.loads(path.read_text(encoding="utf-8"))
    study.get("derivedSection", {}).get("miscInfoModule", {}).pop("modelPredictions", None)  # of no rendering
    held = study["protocolSection"].get("referencesModule", {})
    if "references" in held:  # the XML and the classic page show them by kind
        held["references"].sort(key=lambda r: ("RESULT", "BACKGROUND", "DERIVED").index(r["type"]))
    tallies: dict[str, Counter[tuple[str, str, str]]] = {}
    faults = []
    for rendering in names:
        tally: Counter[tuple[str, str, str]] = Counter()
        for number, each in enumerate([study] if plain else [study, varied(study, path.stem)]):
            if rendering.startswith("legacy") and "table" not in rendering:  # the renderers draw no posted results
                each = copy.deepcopy(each)
                each = {key: each[key] for key in ("protocolSection", "derivedSection") if key in each}
                each["hasResults"] = False
                for key in [key for key in each["protocolSection"]["statusModule"] if key.startswith("resultsFirst")]:
                    del each["protocolSection"]["statusModule"][key]
            if rendering == "legacy XML" and "references" in each["protocolSection"].get("referencesModule", {}):
                each = copy.deepcopy(each)
                each["protocolSection"]["referencesModule"]["references"].sort(key=lambda r: r["type"] != "BACKGROUND")
            render = RENDERINGS[rendering]
            text = render(each)
            fields = {field_of(p) for p, _ in leaves(study_of(each).study)}
            kept = kept_fields(each, render, fields)
            text = disordered(text, rendering, path.stem) if number else text
            more, wrong = score(each, rendering, text, kept)
            tally += more
            faults += [(path.stem, number, *fault) for fault in wrong]
        tallies[rendering] = tally
    return tallies, faults


def report(rendering: str, tally: Counter[tuple[str, str, str]], *, fields: bool) -> None:
    """Print one line for a rendering, and one for each field of it."""

    def total(side: str, verdict: str) -> int:
        return sum(n for (_, s, v), n in tally.items() if (s, v) == (side, verdict))

    kept = {v: total("kept", v) for v in VERDICTS}
    dropped = {v: total("dropped", v) for v in VERDICTS}
    said = kept["right"] + kept["ambiguous"]
    gone = dropped["lost"] + dropped["ambiguous"]
    print(
        f"{rendering:30} kept {sum(kept.values()):7,}: right {kept['right'] / max(1, sum(kept.values())):7.2%}, "
        f"ambiguous {kept['ambiguous']:6,}, lost {kept['lost']:5,}, absent {kept['absent']:4,}, "
        f"wrong {kept['wrong']:4,}"
        f" | dropped {sum(dropped.values()):7,}: said to be lost {gone / max(1, sum(dropped.values())):7.2%}, "
        f"told elsewhere {dropped['right']:4,}, absent {dropped['absent']:4,}, wrong {dropped['wrong']:4,}"
        f" | invented {total('invented', 'wrong'):4,} | right or ambiguous {said / max(1, sum(kept.values())):7.2%}",
        flush=True,
    )
    if not fields:
        return
    for field in sorted({f for f, _, _ in tally}):
        sides = {
            s: {v: tally[field, s, v] for v in VERDICTS if tally[field, s, v]} for s in ("kept", "dropped", "invented")
        }
        shown = "; ".join(f"{s}: " + ", ".join(f"{v} {n}" for v, n in d.items()) for s, d in sides.items() if d)
        print(f"    {field.removeprefix('protocolSection.'):70} {shown}")


def pairs(corpus: Path) -> None:
    """Print how far two downloads of the same trial agree: the flat fields against the table."""
    from trialwright.record.collection import read_each

    flat = {file.stem: file for file in (corpus / "corpus" / "legacy_flat_json").glob("*.json")}
    rows = {m.record.nct_id: m.record for m in read_each(corpus / "corpus" / "legacy_csv") if m.record}
    same = unlike = 0
    shared = sorted(name for name in rows if name in flat)
    for name in shared:
        one, other = rows[name], read(flat[str(name)])
        for path, value in leaves(one.study):
            told = other.value(path)
            if Presence.AMBIGUOUS in (one.presence(path), other.presence(path)) or told in (None, ()):
                continue
            same += (agree := bare(told) == bare(value))
            unlike += not agree
            if not agree:
                print(f"    {name} {field_of(path)}: the two downloads differ")
    print(f"real pairs, flat fields against the table: {len(shared)} trials, {same} values alike, {unlike} not")


# elements of posted results that v2 codes in other words: of a record only the code is compared, not its words
CODED = ("scope", "pi_employee", "ci_n_sides")
CODES = {"posted", "notposted", "true", "false", "onesided", "twosided"}


def posted(path: Path) -> tuple[set[str], set[str]] | None:
    """The values of the posted results of one legacy XML record, as the file has them and as the reader gives them,
    letters and digits only; None where no results are posted. Each value counts once: v2 keeps once what the XML
    repeats, and repeats what the XML tells once for all."""
    results = ElementTree.parse(path).getroot().find("clinical_results")
    if results is None:
        return None
    held = set()
    for element in results.iter():
        if element.tag in CODED:
            continue
        held |= {folded(value) for name, value in element.attrib.items() if name not in CODED}
        held |= {folded(element.text)} if len(element) == 0 and element.text else set()
    told = {folded(value) for where, value in leaves(read(path).study) if where.startswith("resultsSection")}
    return held - {""}, told - CODES - {""}


def folded(value: object) -> str:
    """A value without blanks, signs and capitals, in which the two forms write their codes differently."""
    return re.sub(r"[\W_]+", "", str(value)).lower()


def results(corpus: Path) -> None:
    """Print how much of the posted results of real legacy XML reaches the record."""
    every = [both for path in sorted((corpus / "corpus" / "legacy_xml").glob("*.xml")) if (both := posted(path))]
    held, kept = sum(len(one) for one, _ in every), sum(len(one & other) for one, other in every)
    invented = sum(len(other - one) for one, other in every)
    print(
        f"posted results of real legacy XML: {len(every)} trials, {held:,} distinct values, {kept / max(1, held):.2%} "
        f"in the record, {invented} in the record only"
    )


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fields", action="store_true", help="a line for each field")
    parser.add_argument("--faults", type=int, default=0, help="print so many faults")
    parser.add_argument("--only", action="append", help="a rendering; may be given several times")
    parser.add_argument("--plain", action="store_true", help="without variations")
    parser.add_argument("--records", type=int, default=10_000, help="at most so many records")
    asked = parser.parse_args()
    if not (named := os.environ.get("TRIALWRIGHT_CORPUS")):
        sys.exit("set TRIALWRIGHT_CORPUS to the folder that holds the real records")
    corpus = Path(named)
    files = sorted((corpus / "corpus" / "v2_json").glob("*.json"))[: asked.records]
    names = asked.only or list(RENDERINGS)
    total: dict[str, Counter[tuple[str, str, str]]] = {name: Counter() for name in names}
    faults: list[Any] = []
    with ProcessPoolExecutor(2) as pool:
        for tallies, wrong in pool.map(partial(evaluate, names=names, plain=asked.plain), files, chunksize=4):
            faults += wrong
            for name, tally in tallies.items():
                total[name] += tally
    print(f"{len(files)} records" + ("" if asked.plain else ", each as it is and varied"))
    for name in names:
        report(name, total[name], fields=asked.fields)
    kinds: dict[Any, list[Any]] = {}
    for fault in faults:
        kinds.setdefault((*fault[2:5], field_of(fault[5])), []).append(fault)
    for kind, alike in sorted(kinds.items(), key=lambda item: -len(item[1]))[: asked.faults]:
        print(
            "   ",
            len(alike),
            *kind,
            *(str(p)[:110].replace("\n", "⏎") for p in (alike[0][0], *alike[0][5:])),
            sep=" · ",
        )
    pairs(corpus)
    results(corpus)


if __name__ == "__main__":
    main()
