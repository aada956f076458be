"""The protocol file: YAML that a person reads and edits, written from a protocol and read back exactly.

`load(dump(protocol)) == protocol`. `update(text, protocol)` writes a changed protocol into an edited file and
keeps the person's comments.
"""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

from trialwright.core.errors import InputError
from trialwright.protocol.files.decode import decode
from trialwright.protocol.files.encode import encode
from trialwright.protocol.files.tree import SIZE_LIMIT, read_tree
from trialwright.protocol.protocol import Protocol

_HEAD = (
    "The protocol of {name} in the form in which it is run. Research software: no medical advice.\n"
    "What stands here is what is simulated and conducted: edit it, and keep your comments.\n"
    "Where you supply what the record lost or does not say, name yourself and the source under `supplied`:\n"
    "  supplied:\n"
    "  - {{about: design.ratio, by: your name, source: where it comes from}}"
)
_NOTES = {
    "assumptions": "What was assumed because the record is silent, contradictory or ambiguous:\n"
    "{all} in all, {confirm} to be confirmed.\nA live trial is refused until a named person has confirmed each with "
    "must_confirm: true.",
    "design": "The design that decides. The lines under `assumptions` say which of these values are assumed.",
    "truth": "Probability of a dose-limiting toxicity at each dose level, lowest first, to be simulated.",
    "dose_levels": "The dose levels, lowest first.",
    "dlt": "Dose-limiting toxicity; null where the record does not define it.",
    "eligibility": "A criterion of kind `missing` was lost: give its text, kind: text, supplied_by and supplied_from.\n"
    "`form` is what is computed of a criterion. Correct it here: the form counts, not the text. Without one, whatever\n"
    "can be read in the text is computed and the rest is asked of a person.",
    "proposed_outcomes": "Not the registry's outcomes: proposals, because the record names none.",
    "problems": "What was found wrong, missing or doubtful while drafting. Nothing here is run.",
}


def _yaml() -> Any:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = 110
    yaml.indent(mapping=2, sequence=2, offset=0)
    yaml.allow_unicode = True
    return yaml


def dump(protocol: Protocol) -> str:
    """The text of a protocol file; assumptions stand at the top, where a person sees them."""
    from ruamel.yaml.comments import CommentedMap

    document = CommentedMap(_flowing(encode(protocol)))
    name = protocol.record.nct_id or protocol.record.title
    document.yaml_set_start_comment(_HEAD.format(name="".join(c for c in " ".join(name.split()) if c.isprintable())))
    confirm = sum(each.must_confirm for each in protocol.assumptions)
    for key, note in _NOTES.items():
        if key in document:
            said = note.format(all=len(protocol.assumptions), confirm=confirm) if "{" in note else note
            document.yaml_set_comment_before_after_key(key, before="\n" + said)
    return _written(document)


def _flowing(value: Any) -> Any:
    """The values with lists of numbers on one line and odd characters as escapes."""
    from ruamel.yaml.comments import CommentedSeq
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, LiteralScalarString

    if isinstance(value, str) and not all(char.isprintable() or char == "\n" for char in value):
        return DoubleQuotedScalarString(value)  # so that what cannot be seen is written as an escape
    if isinstance(value, dict):
        return {
            name: LiteralScalarString(item) if _in_lines(name, item) else _flowing(item) for name, item in value.items()
        }
    if not isinstance(value, list):
        return value
    made = CommentedSeq(_flowing(item) for item in value)
    if value and all(isinstance(item, int | float) for item in value):
        made.fa.set_flow_style()
    return made


def _in_lines(name: str, value: Any) -> bool:
    """Whether a value is the form of a criterion over several lines, which stands in the file as it is laid out."""
    if name != "form" or not isinstance(value, str) or "\n" not in value:
        return False
    lines = value.split("\n")
    return all(line.isprintable() and line == line.rstrip() for line in lines) and bool(lines[0].strip() and lines[-1])


def _written(document: Any) -> str:
    stream = StringIO()
    _yaml().dump(document, stream)
    return stream.getvalue()


def recognises(data: bytes) -> bool:
    """Whether bytes are a protocol file, by the line near its top that names the format."""
    return b"\nformat: trialwright protocol" in b"\n" + data[:4000]


def load(source: str | Path) -> Protocol:
    """The protocol that a protocol file describes. `source`: its path, or its text.

    Raises InputError: DRAFT-001 to DRAFT-006 (not a readable YAML file), DRAFT-010 (not a protocol; every fault with
    its line), DRAFT-011 (the file cannot be read).
    """
    tree = read_tree(_text(source))
    protocol: Protocol = decode(tree)
    return protocol


def _text(source: str | Path) -> str:
    if isinstance(source, str) and ("\n" in source or ":" in source):
        return source
    path = Path(source)
    try:
        if path.stat().st_size > 4 * SIZE_LIMIT:
            raise InputError(
                "DRAFT-001",
                f"{path} has {path.stat().st_size:,} bytes",
                expected=f"at most {SIZE_LIMIT:,} characters",
                mend="give a protocol file that `trialwright draft` wrote",
            )
        return path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise InputError(
            "DRAFT-011",
            f"{path} cannot be read: {fault.strerror or fault}",
            expected="a protocol file",
            mend="check the name and the permissions",
        ) from fault
    except UnicodeDecodeError as fault:
        raise InputError(
            "DRAFT-011",
            f"{path} is not UTF-8 text: byte {fault.start}",
            expected="a YAML file in UTF-8",
            mend="save it as UTF-8",
        ) from fault


def update(text: str, protocol: Protocol) -> str:
    """An edited file's text with the values of `protocol` in it; comments and unchanged lines stay as they are.

    Raises InputError as `load` does.
    """
    read_tree(text)
    document = _yaml().load(text)
    _merge(document, _flowing(encode(protocol)))
    return _written(document)


def _merge(old: Any, new: dict[str, Any]) -> None:
    """Brings a mapping with its comments to new values, touching only what differs."""
    for key in [key for key in old if key not in new]:
        del old[key]
    for place, (key, value) in enumerate(new.items()):
        if key not in old:
            old.insert(place, key, value)
        elif isinstance(value, dict) and isinstance(old[key], dict):
            _merge(old[key], value)
        elif isinstance(value, list) and isinstance(old[key], list):
            _merge_list(old[key], value)
        elif old[key] != value or type(old[key]) is not type(value):
            old[key] = value


def _must_be_written_anew(old: Any, value: Any) -> bool:
    """Whether an equal value would lose something if the file's own were kept: a text that must be quoted, or a number
    with more digits than the file's writer keeps."""
    if type(old) is type(value):
        return False
    return isinstance(value, str) or (isinstance(value, float) and ("e" in repr(value) or len(repr(value)) > 14))


def _merge_list(old: Any, new: list[Any]) -> None:
    for index, value in enumerate(new):
        if index >= len(old):
            old.append(value)
        elif isinstance(value, dict) and isinstance(old[index], dict):
            _merge(old[index], value)
        elif isinstance(value, list) and isinstance(old[index], list):
            _merge_list(old[index], value)
        elif old[index] != value or _must_be_written_anew(old[index], value):
            old[index] = value
    while len(old) > len(new):
        del old[len(old) - 1]
