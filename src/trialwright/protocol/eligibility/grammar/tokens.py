"""Cuts a line of criteria into tokens: words, numbers, comparison signs and punctuation, each with its place."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import accumulate
from operator import add

WORD, NUMBER, OPERATOR, PUNCTUATION = range(4)

LONGEST_NUMBER = 30  # characters; what is longer is a label and not a quantity
HIGHEST_POWER = 30

_SIGNS = {
    "≧": "≥", "⩾": "≥", "⪰": "≥", "≦": "≤", "⩽": "≤", "⪯": "≤", "＞": ">", "＜": "<", "﹥": ">", "﹤": "<", "＝": "=",
    "˃": ">",
    "˂": "<",
    "›": ">", "‹": "<",
    "～": "~", "∼": "~", "〜": "~", "˜": "~", "≈": "~", "≅": "~", "＋": "+", "％": "%", "﹪": "%", "／": "/",
    "⁄": "/", "∕": "/", "−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "－": "-", "﹣": "-",
    "\u00ad": "-", "µ": "u", "μ": "u", "×": "x", "✕": "x", "⨯": "x", "∙": "·", "•": "·", "⋅": "·",
    "，": ",", "、": ",", "；": ";", "：": ":", "（": "(", "）": ")", "［": "[", "］": "]", "．": ".", "。": ".",
    "’": "'", "‘": "'", "´": "'", "`": "'", "ʼ": "'", "“": '"', "”": '"', "º": "°", "˚": "°",
    "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u2007": " ", "\u3000": " ",
    "ﬁ": "f", "İ": "i",
    **{chr(0xFF10 + digit): str(digit) for digit in range(10)},
    **{chr(0xFF21 + letter): chr(97 + letter) for letter in range(26)},
    **{chr(0xFF41 + letter): chr(97 + letter) for letter in range(26)},
}  # fmt: skip
_FOREIGN = re.compile(r"[^\x00-\x7f]|`")
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉⁻", "01234567890123456789-")
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333", "⅔": "0.667", "⅛": "0.125"}

_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
NUMBER_WORDS: dict[str, Decimal] = {word: Decimal(value) for value, word in enumerate(_UNITS + _TEENS)}
NUMBER_WORDS |= {word: Decimal(10 * value) for value, word in enumerate(_TENS, 2)}
NUMBER_WORDS |= {"hundred": Decimal(100), "thousand": Decimal(1000)}

# words that stand glued to a number that is a quantity ("18to85", "age18"), unlike "cd19" or "t4"
_GLUED = (
    "to|and|or|than|least|most|of|is|from|until|till|through|between|within|over|under|above|below|about|exceed|max|min"
    "|x|ages?|aged|years?|months?|weeks?|days?|hours?|grades?|stages?|class|classes|scores?|type|phase|phases|ecog|ps"
    "|nyha|asa|bmi|kps|gcs|nihss|mmse|moca|mrs|edss|fvc|lvef"
)
# each sort of token, in the order in which they are tried
_SORTS = (
    # 1: a word; a word with digits in it is tried below
    r"[^\W\d_½¼¾⅓⅔⅛]++(?![\d½])",
    # 2: a power of ten, or a number in exponent notation
    (
        r"(?<![\d.,])10(?:\s?\\?\^\s?\(?[-+]?\d+\)?|\s?\*\*\s?-?\d+|\\?\*[0-9]+(?![\d.,])|e[-+]?\d+|<sup>-?\d+</sup>"
        r"|[⁰¹²³⁴-⁹⁻]+)|(?<![\d.,])\d+(?:\.\d+)?e\+?\d+(?![^\W_])"
    ),
    # 3: a count in a row ("2nd") or a label with several points ("1.2.3")
    r"\d++(?:st|nd|rd|th)(?![^\W_])|\d+(?:\.\d+){2,}",
    # 4: a number, with separated thousands, a decimal point or a decimal comma
    (
        r"(?<![\d,])\d{1,3}(?:,\d{3})++(?:\.\d+)?(?![\d,]*\d)"
        r"|(?<!\d)\d{1,3}(?:, 000)+(?!\d)|(?<![\d ])\d{1,3}(?: 000)+(?!\d)"
        r"|(?<![\d,])\d+,\d{1,2}(?!\d|,\d|\s?(?:,|or|and|to)\s?\d)|\d+\.\d+|\d+[½¼¾]?|(?<![\w.)])\.\d+|[½¼¾⅓⅔⅛]"
    ),
    # 5: a sign of comparison
    r"\\?[<>≥≤]\s?/?\s?\\?=|=\s?\\?[<>](?!\s?=)|\\?[<>≥≤=~±≠]|\+\s?/\s?\\?-|&[lg]t;=?|&[lg]e;",
    # 6: words glued to a number
    rf"(?:{_GLUED})(?=\d)",
    # 7: a word with digits in it, and letters that no other case takes
    r"[^\W\d_½¼¾⅓⅔⅛]++(?:\d++[^\W\d_]*+)*+",
    # 8: any other sign; a backslash that escapes it belongs to it
    r"\\?\S",
)
_SORT = re.compile("|".join(f"({sort})" for sort in _SORTS))
# cuts a text into its tokens, each with the blanks behind it; plain words and signs, which most tokens are, come first
_CUT = re.compile(rf"(?:[a-z]++(?![^\W_])|[,;:()\[\]{{}}\"'%?!/#-]|\.(?!\d)|{'|'.join(_SORTS)})\s*+")
_UNKNOWN = -1  # a kind that only a closer look can tell
_KINDS = dict.fromkeys(",;:()[]{}\"'%?!/#-.*&+|·…°@$^_®™", PUNCTUATION)
_KINDS |= {"<": OPERATOR, ">": OPERATOR, "<=": OPERATOR, ">=": OPERATOR, "=": OPERATOR, "~": OPERATOR, "±": OPERATOR}
_OPERATORS = {
    "≥": ">=", "≤": "<=", ">=": ">=", "<=": "<=", "=>": ">=", "=<": "<=", "≥=": ">=", "≤=": "<=", "&gt;": ">",
    "&lt;": "<", "&ge;": ">=", "&le;": "<=", "&gt;=": ">=", "&lt;=": "<=", "+-": "±", ">/=": ">=", "</=": "<=",
    "≥/=": ">=", "≤/=": "<=", "+/-": "±",
}  # fmt: skip
_COMPOUND = re.compile(rf"\b({'|'.join(_TENS)})[- ]({'|'.join(_UNITS[1:10])})\b|\b({'|'.join(_UNITS[1:10])}) hundred\b")
_JOINED = frozenset((*_TENS, "hundred"))
_BLANK = re.compile(r"[\s\\]+")
_NOTHING = frozenset((None,))


class Tokens:
    """The tokens of a text as parallel lists, in order; with the blanks between them they make up the whole text.

    `kind`: WORD, NUMBER, OPERATOR or PUNCTUATION. `word`: the token folded: lower case, `>=` for every such sign, `-`
    for every dash, `u` for micro, `x` for the sign of multiplication. `start`, `end`: offsets in the text. `value`: of
    a number, and of a number word (`three`, of kind WORD); None for everything else. `said`: each word once, to ask
    quickly whether any of some is there; `numbers`: the places of all that have a value; `mixed`: words with digits in
    them are among them.
    """

    __slots__ = ("end", "kind", "mixed", "numbers", "said", "start", "value", "word")

    def __init__(
        self,
        kind: list[int],
        word: list[str],
        start: list[int],
        end: list[int],
        value: list[Decimal | None],
        mixed: bool = False,
    ) -> None:
        self.kind = kind
        self.word = word
        self.start = start
        self.end = end
        self.value = value
        self.mixed = mixed
        self.said = frozenset(word)
        self.numbers = numbers_among(value)

    def __len__(self) -> int:
        return len(self.kind)


def numbers_among(values: list[Decimal | None]) -> list[int]:
    """The places of the values that are there."""
    if _NOTHING.issuperset(values):
        return []
    return [at for at, value in enumerate(values) if value is not None]


def word_set(listed: str) -> frozenset[str]:
    """The words of a list of words with blanks between, as the tables of the grammar hold them."""
    return frozenset(listed.split())


def folded(text: str) -> str:
    """The text in lower case with variants of signs made one, character by character: offsets stay the same."""
    if text.isascii():
        return text.lower()
    lower = text.lower()
    if len(lower) != len(text):
        lower = "".join(low if len(low := c.lower()) == 1 else _SIGNS.get(c, c) for c in text)
    for sign in {*_FOREIGN.findall(lower)}:
        if sign in _SIGNS:
            lower = lower.replace(sign, _SIGNS[sign])
    return lower


def tokens_of(text: str) -> Tokens:
    """The tokens of a text. Never raises; the work is proportional to the length.

    >>> found = tokens_of("Platelets ≥ 100 x 10^9/L")
    >>> found.word
    ['platelets', '>=', '100', 'x', '10^9', '/', 'l']
    >>> found.value[4]
    Decimal('1E+9')
    """
    low = folded(text)
    pieces = _CUT.findall(low)
    words = [piece.rstrip() for piece in pieces]
    starts = list(accumulate(map(len, pieces), initial=len(low) - len(low.lstrip())))
    starts.pop()
    known = _KINDS.get
    kinds = [WORD if word.isalpha() else known(word, _UNKNOWN) for word in words]
    values = list(map(NUMBER_WORDS.get, words))
    ends = list(map(add, starts, map(len, words)))
    mixed = _UNKNOWN in kinds and _tell_apart(kinds, words, starts, ends, values)
    found = Tokens(kinds, words, starts, ends, values, mixed)
    if len(found.numbers) > 1 and not _JOINED.isdisjoint(found.said):
        _join_number_words(low, found)
        found.said = frozenset(words)
        found.numbers = numbers_among(values)
    return found


def _tell_apart(
    kinds: list[int], words: list[str], starts: list[int], ends: list[int], values: list[Decimal | None]
) -> bool:
    """Gives tokens that are neither plain words nor plain signs their kind, folded word and value; whether words with
    digits in them are among them."""
    mixed = False
    at = -1
    for _ in range(kinds.count(_UNKNOWN)):
        at = kinds.index(_UNKNOWN, at + 1)
        word = words[at]
        if word.isdigit() and word.isascii() and len(word) <= LONGEST_NUMBER:
            kinds[at], values[at] = NUMBER, Decimal(word)
            continue
        sort = _SORT.fullmatch(word)
        group = 8 if sort is None else sort.lastindex
        if group == 1:
            kinds[at], words[at], mixed = WORD, word.translate(_RAISED), True
        elif group == 8:
            kinds[at], words[at] = PUNCTUATION, word[1:] if len(word) > 1 else word
        else:
            kinds[at], words[at], values[at] = _special(group, word)
            mixed = mixed or kinds[at] == WORD
        if word[0] in _FRACTIONS and at and ends[at - 1] == starts[at]:
            values[at - 1] = None if kinds[at - 1] == WORD else values[at - 1]  # "three½" is neither three nor a half
    return mixed


def _special(group: int | None, word: str) -> tuple[int, str, Decimal | None]:
    """The kind, folded word and value of a token that is neither a plain word nor punctuation."""
    if group == 5:
        sign = _BLANK.sub("", word)
        return OPERATOR, _OPERATORS.get(sign, sign), None
    if group in (6, 7):
        return WORD, word.translate(_RAISED), None
    if group == 3 or len(word) > LONGEST_NUMBER:
        return WORD, word, None
    if group == 2:
        return _power(word)
    return NUMBER, word, _number(word)


def _number(word: str) -> Decimal:
    if word[-1] in _FRACTIONS:
        return Decimal(word[:-1] or "0") + Decimal(_FRACTIONS[word[-1]])
    if ", " in word:
        word = word.replace(",", "")
    elif "," in word:
        whole, _, part = word.rpartition(",")
        # three digits after a comma are thousands, unless nothing stands before it
        decimal = len(part) < 3 or (whole == "0" and "." not in part)
        word = f"{whole}.{part}" if decimal else word.replace(",", "")
    return Decimal(word.replace(" ", ""))


def _power(word: str) -> tuple[int, str, Decimal | None]:
    """A power of ten, folded to `10^9`, or a number in exponent notation."""
    plain = _BLANK.sub("", word.translate(_RAISED))
    base, _, power = plain.partition("e") if "e" in plain else ("10", "", re.sub(r"^10|[^\d-]", "", plain))
    if not power.lstrip("+-").isascii() or len(power) > 3 or not power.lstrip("+-").isdigit():
        return WORD, plain, None
    exponent = int(power)
    if abs(exponent) > HIGHEST_POWER:
        return WORD, plain, None
    if base == "10":
        return NUMBER, f"10^{exponent}", Decimal(1).scaleb(exponent)
    return NUMBER, plain, Decimal(base).scaleb(exponent)


def _join_number_words(low: str, found: Tokens) -> None:
    """Makes `sixty-five` and `two hundred` one token each."""
    kinds, words, starts, ends, values = found.kind, found.word, found.start, found.end, found.value
    place = {start: index for index, start in enumerate(starts)}
    drop: set[int] = set()
    for match in _COMPOUND.finditer(low):
        first = place.get(match.start())
        if first is None:
            continue
        last = first + 1
        while last < len(starts) and starts[last] < match.end():
            drop.add(last)
            last += 1
        ends[first], words[first] = match.end(), low[match.start() : match.end()]
        tens, ones, hundreds = match.groups()
        values[first] = 100 * NUMBER_WORDS[hundreds] if hundreds else NUMBER_WORDS[tens] + NUMBER_WORDS[ones]
    if drop:
        keep = [index for index in range(len(kinds)) if index not in drop]
        kinds[:] = [kinds[index] for index in keep]
        words[:] = [words[index] for index in keep]
        starts[:] = [starts[index] for index in keep]
        ends[:] = [ends[index] for index in keep]
        values[:] = [values[index] for index in keep]
