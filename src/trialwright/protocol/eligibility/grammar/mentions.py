"""Finds the things of the lexicon that a text names: the longest spelling from each word on, whatever its plural."""

from __future__ import annotations

from functools import cache
from typing import Any

from trialwright.protocol.eligibility.grammar.phrases import Mention
from trialwright.protocol.eligibility.grammar.tokens import PUNCTUATION, Tokens, tokens_of
from trialwright.protocol.eligibility.lexicon.loading import Entry, Lexicon, case_matters, lexicon

LONGEST = 24  # tokens of a mention; none of the lexicon is longer

# capitals that stand for a thing, and for an everyday word where a whole line is in capitals
_EVERYDAY = frozenset(
    {"ALL", "US", "AS", "IS", "IT", "AM", "OR", "AND", "CAN", "CAP", "HIT", "HE", "PE", "CAT", "FIT", "ACT", "ART"}
    | {"AIDS", "PET", "DAT", "PAD", "HEP", "MAN", "DES", "ICE", "FAP", "SAD", "POP"}
)
# what the s is taken from is another word: HADS, mRS
_OTHER_WORDS = frozenset({"had", "mr"})
_SKIPPED = frozenset("-'\"®™")

Node = dict[Any, Any]
Found = tuple[str, str]


class Trie:
    """Spellings as paths of words. `forms`: each written form of a word (plural, American or British) and the form the
    paths use; a node holds the next words, under None what a spelling ending there names, and under `""` what
    abbreviations that end there name, each by its letters. `waiting`: the words that name nothing by themselves."""

    __slots__ = ("forms", "root", "waiting")

    def __init__(self, source: Lexicon) -> None:
        self.forms: dict[str, str] = {}
        self.root: Node = {}
        for spelling, entry in source.spellings:
            self._add(spelling, entry)
        self.waiting = frozenset(form for form, node in self.root.items() if None not in node and "" not in node)

    def _add(self, spelling: str, entry: Entry) -> None:
        tokens = tokens_of(spelling)
        node = self.root
        for index, word in enumerate(tokens.word):
            if _skipped(tokens, index):
                continue
            form = stem(word)
            alone = form in _OTHER_WORDS
            form = word if alone else form
            self.forms[word] = form
            for other in () if alone else _other_forms(word):
                self.forms.setdefault(other, form)
            node = node.setdefault(form, {})
        found = (_sort(entry), entry.id)
        if case_matters(spelling):
            node.setdefault("", {})[_letters(spelling)] = found
        else:
            node.setdefault(None, found)


def mentions_of(text: str, tokens: Tokens) -> list[Mention]:
    """The things named in a text, in order, none inside another. Never raises; the work is linear in the tokens.

    >>> line = "Myocardial infarction or strokes; ALL; all patients with type-2 diabetes"
    >>> [mention.id for mention in mentions_of(line, tokens_of(line))]
    ['myocardial-infarction', 'stroke', 'acute-lymphoblastic-leukemia', 'type-2-diabetes']
    """
    trie = _trie()
    words, starts, ends = tokens.word, tokens.start, tokens.end
    root, waiting = trie.root, trie.waiting
    forms = list(map(trie.forms.get, words))
    if not text.isascii() or "ae" in text or "oe" in text or "our" in text or "is" in text or not any(forms):
        _americanise(words, forms, trie)
    out: list[Mention] = []
    final = len(words) - 1
    done = 0
    for index in [index for index, form in enumerate(forms) if form in root]:
        if index < done:
            continue
        form = forms[index]
        node = root[form]
        # most words that names begin with are everyday words, which only the next one makes a name
        if form in waiting and (index == final or (forms[index + 1] not in node and words[index + 1] not in _SKIPPED)):
            continue
        last, found = _longest(text, tokens, forms, index, node)
        if found is None or (index > 1 and words[index - 1] == "-" and words[index - 2] == "non"):
            continue  # what is non-squamous is not squamous
        out.append(Mention(starts[index], ends[last - 1], index, last, found[0], found[1]))
        done = last
    return out


def _longest(text: str, tokens: Tokens, forms: list[str | None], first: int, node: Node) -> tuple[int, Found | None]:
    """The longest spelling from a token on: the token after it, and what it names."""
    words = tokens.word
    at = best_end = first + 1
    best: Found | None = _abbreviated(text, tokens, first, at, node) if "" in node else node.get(None)
    limit = min(len(words), first + LONGEST)
    while at < limit:
        word = words[at]
        if word in _SKIPPED and tokens.kind[at] == PUNCTUATION:
            at += 1
            continue
        form = forms[at]
        following = node.get(form) if form is not None else None
        if following is not None:
            node = following
        elif word != "s" or words[at - 1] != "'":
            break
        at += 1
        found = _abbreviated(text, tokens, first, at, node) if "" in node else node.get(None)
        if found is not None:
            best, best_end = found, at
    return best_end, best


def _abbreviated(text: str, tokens: Tokens, first: int, last: int, node: Node) -> Found | None:
    """What the letters there name, where an abbreviation ends; else what the spelling names whatever its case."""
    short: dict[str, Found] = node[""]
    letters = _letters(text[tokens.start[first] : tokens.end[last - 1]])
    exact = short.get(letters) or (short.get(letters[:-1]) if letters[-1:] == "s" else None)
    if exact is not None and not (letters in _EVERYDAY and text.isupper() and len(text) > 12):
        return exact
    return node.get(None)


def stem(word: str) -> str:
    """The form of a word that its singular and plural share, and American and British spelling.

    >>> stem("biopsies"), stem("biopsy"), stem("metastases"), stem("metastasis"), stem("leukaemias")
    ('biopsy', 'biopsy', 'metastase', 'metastase', 'leukemia')
    """
    if len(word) < 4 or not word.isalpha():
        return word[:-1] if len(word) == 3 and word[-1] == "s" and word[-2] not in "aius" else word
    word = word.replace("ae", "e").replace("oe", "e").replace("our", "or")
    word = word.replace("isation", "ization").replace("ised", "ized")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("sis"):
        return word[:-2] + "e"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _other_forms(word: str) -> tuple[str, ...]:
    """Plurals and singulars that a text may use for a word of the lexicon."""
    if len(word) < 2 or not word[-1].isalpha():
        return ()
    root = stem(word)
    out = [root, word + "s", root + "s"]
    if root.endswith("y"):
        out.append(root[:-1] + "ies")
    if root.endswith("se"):
        out += [root[:-1] + "is", root + "s"]
    if root.endswith(("s", "x", "ch", "sh")):
        out.append(root + "es")
    return tuple(out)


def _americanise(words: list[str], forms: list[str | None], trie: Trie) -> None:
    """Fills in the forms of words in British spelling that the lexicon has in American spelling."""
    get = trie.forms.get
    for index in [index for index, form in enumerate(forms) if form is None]:
        word = words[index]
        if len(word) > 4 and ("ae" in word or "oe" in word or "our" in word or "is" in word):
            forms[index] = get(stem(word))


def _skipped(tokens: Tokens, index: int) -> bool:
    word = tokens.word[index]
    return word in _SKIPPED or (word == "s" and index > 0 and tokens.word[index - 1] == "'")


def _letters(spelling: str) -> str:
    return spelling.replace("-", "").replace(" ", "").replace("‐", "").replace("–", "").replace("‑", "")


def _sort(entry: Entry) -> str:
    return "event" if entry.fields.get("kind") == "event" else entry.sort


@cache
def _trie() -> Trie:
    return Trie(lexicon())
