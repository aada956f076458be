"""The words and signs of the editable form of a criterion: what stands bare, what stands in quotation marks."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from trialwright.core.errors import InputError

LONGEST = 400_000
"""Characters of one form at most."""
DEEPEST = 60
"""Brackets within brackets at most."""
_DIGITS = 400

KINDS = ("condition", "procedure", "allergy", "finding", "event")
KEYWORDS = frozenset(
    (
        *KINDS,
        *("and", "or", "not", "if", "then", "all", "any", "at", "least", "of", "defined", "by", "as"),
        *("level", "drug", "test", "sex", "judge", "consent", "missing", "look", "variant", "x", "in", "to", "from"),
        *("current", "past", "within", "when", "dated", "until", "lasting", "times", "apart", "dose", "per", "unit"),
        *("equivalent", "route", "before", "after", "around", "*", "%", "uln", "lln"),
    )
)
"""Words with a meaning of their own, in any case; a name that is spelled like one stands in quotation marks."""

_TOKEN = re.compile(
    r'(?P<blank>\s+)|(?P<text>"(?:[^"\\]|\\.)*+")|(?P<name>`(?:[^`\\]|\\.)*+`)'
    r'|(?P<sign>>=|<=|[<>=≥≤()\[\],;])|(?P<word>[^\s()\[\],;"`<>=≥≤]+)',
    re.DOTALL,
)
_BARE = re.compile(r'[^\s()\[\],;"`<>=≥≤\\]+\Z')
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*\Z")
_NUMBER = re.compile(r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?\Z", re.ASCII)
_SIGNS = {"≥": ">=", "≤": "<="}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}
_ESCAPED = re.compile(r"\\(u\{[0-9a-fA-F]{1,6}\}|.)", re.DOTALL)


class Token(NamedTuple):
    """A word, sign or text in quotation marks. `sort`: `word`, `sign`, `text` (in quotation marks), `name` (in
    backticks) or `end`; `value`: what it says, without marks; `start`: its character offset."""

    sort: str
    value: str
    start: int


def tokens(form: str) -> list[Token]:
    """The words and signs of a form; the last one is its end. Raises InputError (FORM-001, FORM-002)."""
    if len(form) > LONGEST:
        raise InputError(
            "FORM-002",
            f"the form has {len(form):,} characters",
            expected=f"at most {LONGEST:,}",
            mend='write it shorter, or leave the criterion to a person: judge "..."',
        )
    found: list[Token] = []
    place = 0
    for match in _TOKEN.finditer(form):
        if match.start() != place:
            break
        sort, said = match.lastgroup, match[0]
        if sort == "word" or sort == "sign":
            found.append(Token(sort, _SIGNS.get(said, said), place))
        elif sort is not None and sort != "blank":
            found.append(Token(sort, _unescaped(form, place, said[1:-1]), place))
        place += len(said)
    if place < len(form):
        raise fault(form, place, f"found {form[place]!r}, which opens a text that does not end", "a closing mark")
    found.append(Token("end", "", len(form)))
    return found


def _unescaped(form: str, place: int, text: str) -> str:
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        sign = match[1]
        if len(sign) > 1:
            code = int(sign[2:-1], 16)
            if code > 0x10FFFF:
                raise fault(form, place, f"found \\{sign}, which is no character", "a character")
            return chr(code)
        return _ESCAPES.get(sign, sign)

    return _ESCAPED.sub(one, text)


def fault(form: str, place: int, found: str, expected: str) -> InputError:
    """The error for a form that cannot be read, with the line, the column and the words around the place."""
    line = form.count("\n", 0, place) + 1
    column = place - (form.rfind("\n", 0, place) + 1) + 1
    near = " ".join(form[max(0, place - 30) : place + 30].split())
    return InputError(
        "FORM-001",
        f"line {line}, column {column} of the form: {found} (near: {near})",
        expected=expected,
        mend="docs/reference/criteria.md shows how each kind of condition is written",
    )


def quoted(text: str) -> str:
    r"""A text in quotation marks, with line ends and what cannot be seen as escapes.

    >>> print(quoted('so-called "mild" form'))
    "so-called \"mild\" form"
    """
    return f'"{_escaped(text, chr(34))}"'


def _escaped(text: str, mark: str) -> str:
    made = text.replace("\\", "\\\\").replace(mark, f"\\{mark}").replace("\n", "\\n").replace("\t", "\\t")
    if made.isprintable():
        return made
    return "".join(char if char.isprintable() else f"\\u{{{ord(char):x}}}" for char in made)


def word(text: str) -> str:
    """A text as it is where it stands for itself, otherwise in quotation marks."""
    bare = _BARE.match(text) is not None and text.lower() not in KEYWORDS and text.isprintable()
    return text if bare else quoted(text)


def name(key: str) -> str:
    """An entry of the lexicon as it is, in backticks where it is spelled unlike one."""
    return key if _ID.match(key) and key not in KEYWORDS else f"`{_escaped(key, chr(96))}`"


def is_name(text: str) -> bool:
    """Whether a bare word can be the name of an entry of the lexicon."""
    return _ID.match(text) is not None and text not in KEYWORDS


def number(text: str) -> Decimal | None:
    """The number that a word spells, None where it spells none.

    >>> number("1.5"), number("1,5"), number("nan")
    (Decimal('1.5'), None, None)
    """
    if len(text) > _DIGITS or _NUMBER.match(text) is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def written(value: Decimal) -> str:
    """A number as a person writes it; very large and very small ones with an exponent.

    Raises ValueError for a number with more digits than can be read back, which no criterion states.

    >>> written(Decimal("1E+6")), written(Decimal("2.50"))
    ('1000000', '2.5')
    """
    if value == 0:
        return "0"
    if abs(value.adjusted()) > 900 or len(value.as_tuple().digits) > _DIGITS // 2:
        raise ValueError(f"a number of this size is no bound: {value:.3e}")
    if not -12 < value.adjusted() < 15:
        return str(value)
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
