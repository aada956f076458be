"""Reads results of tests (`negative pregnancy test`, `HBsAg positive`) and allergies (`allergic to aspirin`)."""

from __future__ import annotations

from collections.abc import Sequence

from trialwright.protocol.eligibility.grammar.facts import Fact
from trialwright.protocol.eligibility.grammar.members import Line

_RESULTS = {
    "positive": "positive",
    "seropositive": "positive",
    "reactive": "positive",
    "detectable": "positive",
    "positivity": "positive",
    "negative": "negative",
    "seronegative": "negative",
    "nonreactive": "negative",
    "undetectable": "negative",
    "negativity": "negative",
    "abnormal": "abnormal",
}
RESULTS = frozenset(_RESULTS)
# the infection a text calls positive or negative, and the test that says so
_TEST_OF = {
    "hiv-infection": "hiv-test",
    "hepatitis-b": "hepatitis-b-surface-antigen",
    "hepatitis-c": "hepatitis-c-antibody",
    "covid-19": "sars-cov-2-pcr",
    "pregnancy": "pregnancy-test",
    "syphilis": "syphilis-serology",
    "helicobacter-pylori-infection": "helicobacter-pylori-test",
    "influenza": "influenza-test",
}
_ALLERGIC = frozenset(
    {"allergic-disease", "hypersensitivity", "anaphylaxis", "food-allergy", "angioedema", "severe-allergy", "urticaria"}
)
_TOLERANCE = frozenset(
    {"intolerance", "intolerant", "sensitivity", "allergic", "hypersensitive", "allergy", "allergies"}
)
_JOINS = frozenset({",", "or", "and", "/"})
_LIGHT = frozenset(
    {
        "the", "a", "an", "any", "of", "for", "on", "test", "tests", "result", "results", "at", "is", "was", "be",
        "were", "are", "has", "have", "had", "known", "serum", "urine", "blood", "screening", "status", "antibody",
        "antibodies", "antigen", "by", "in", "positive", "negative", "to", "other", "-", "(", ")", "drugs", "drug",
    }
)  # fmt: skip
_ASIDE = frozenset(
    {
        "now", "or", "and", "earlier", "before", "past", "present", "ever", "current", "currently", "previous", "prior",
        "previously", "presently", "in", "the", "at", "any", "time", "known", "history", "/", "historical", "formerly",
    }
)  # fmt: skip
_NO_NAMES = frozenset(
    {
        "that", "which", "who", "with", "within", "if", "when", "treatment", "treated", "taking", "use", "using",
        "receiving", "received", "history", "current", "prior", "previous", "patients", "subjects", "to", "requiring",
    }
)  # fmt: skip
_MOST = 16  # members of a list that share one allergy or one result
_NEAR = 4  # tokens between a test and its result


def results(line: Line) -> None:
    """Gives each test in the line the result that the words around it state."""
    tokens = line.tokens
    words = tokens.word
    for at, word in enumerate(words):
        result = _RESULTS.get(word)
        if result is None:
            continue
        if word == "reactive" and at > 1 and words[at - 1] == "-" and words[at - 2] == "non":
            result = "negative"
        if at > 0 and words[at - 1] in {"false", "gram", "not", "hormone", "rh"}:
            continue
        _of_result(line, at, result)


def _of_result(line: Line, at: int, result: str) -> None:
    words = line.tokens.word
    left = [f for f in line.facts if f.end <= at and at - f.end <= _NEAR and not f.dropped]
    near = bool(left) and _is_test(left[-1]) and set(words[left[-1].end : at]) <= _LIGHT
    if near and left[-1].result is None:
        _give(line, left[-1], result, at, at + 1)
        return
    high = line.clause(at)[1]
    given: Fact | None = None
    count = 0
    for fact in line.facts:
        if fact.dropped or not at < fact.begin < high:
            continue
        begin = at + 1 if given is None else given.end
        between = set(words[begin : fact.begin])
        if fact.begin - begin > _NEAR or not between <= _LIGHT | _JOINS or not _is_test(fact) or count > _MOST:
            break
        if (given is None and between & _JOINS) or (given is not None and not between & _JOINS):
            break
        if fact.result is not None:
            break
        _give(line, fact, result, at if given is None else fact.first, fact.last)
        given = fact
        count += 1


def _is_test(fact: Fact) -> bool:
    return fact.sort == "test" or fact.id in _TEST_OF


def _give(line: Line, fact: Fact, result: str, first: int, last: int) -> None:
    fact.result = result
    if fact.sort != "test":
        fact.id = _TEST_OF[fact.id or ""]
        fact.sort = "test"
    words = line.tokens.word
    low, high = min(first, fact.first), max(last, fact.last)
    if set(words[low : fact.first]) <= _LIGHT | RESULTS and set(words[fact.last : high]) <= _LIGHT | RESULTS:
        fact.first, fact.last = low, high
    if fact.last < len(words) and words[fact.last] in {"test", "tests", "result", "results"}:
        fact.last += 1


def allergies(line: Line) -> None:
    """Makes the substances after `allergy to` and `hypersensitivity to` facts of allergy."""
    words = line.tokens.word
    for at in [at for at, word in enumerate(words) if word in {"to", "against"}]:
        if at == 0:
            continue
        source, aside = _allergy_before(line, at)
        if source is None and words[at - 1] not in _TOLERANCE:
            continue
        high = line.clause(at)[1]
        before = at + 1
        count = 0
        for fact in line.facts:
            if fact.dropped or not at < fact.begin < high:
                continue
            between = words[before : fact.begin]
            if len(between) > 6 or count > _MOST or fact.sort != "drug":
                break
            if count and not (set(between) <= _LIGHT | _JOINS or _is_list(between)):
                break
            fact.allergy = True
            if count == 0 and source is not None and aside and _JOINS.isdisjoint(between):
                _named_in_full(line, fact, before)
                fact.first = source.first
                source.dropped = True
            elif count == 0 and set(between) <= _LIGHT:
                fact.first = source.first if source is not None else at - 1
                if source is not None:
                    source.dropped = True
            before = fact.end
            count += 1
        if source is not None and (count == 0 or aside):
            source.dropped = True  # an allergy to something that the lexicon does not have is no allergy at large


def _is_list(between: Sequence[str]) -> bool:
    """Whether names that the lexicon does not have stand between two substances of one list, and nothing else."""
    return between[0] in _JOINS and between[-1] in _JOINS and _NO_NAMES.isdisjoint(between)


def _named_in_full(line: Line, fact: Fact, begin: int) -> None:
    """A substance with the words that narrow it (`low-molecular heparin`), which the lexicon then does not have."""
    words = line.tokens.word
    first = next((at for at in range(begin, fact.begin) if words[at] not in _LIGHT), fact.begin)
    if first < fact.begin:
        fact.begin, fact.id = first, None


def _allergy_before(line: Line, at: int) -> tuple[Fact | None, bool]:
    """The allergy that a `to` goes on, and whether words set aside stand in between (`allergy, now or earlier, to`)."""
    words = line.tokens.word
    for fact in line.facts:
        if fact.end > at or fact.id not in _ALLERGIC or fact.dropped:
            continue
        between = words[fact.end : at]
        if len(between) <= 2:
            return fact, False
        if (between[0], between[-1]) in {(",", ","), ("(", ")")} and set(between[1:-1]) <= _ASIDE:
            return fact, True
    return None, False
