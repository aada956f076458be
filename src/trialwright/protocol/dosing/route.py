"""The routes by which treatments are given, in CDISC terms, as texts name them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache

from trialwright.core.gates import Gates
from trialwright.protocol.draft_text import KEPT

_NO_SITE = (
    r"(?!\w|[- ](?:mucos|cancer|carcinoma|tumou?r|adenoc|wall|tape|deliver(?:y|ies)\b|birth|bleed|atroph|prolaps|swab"
    r"|exam|temperat|biops|surface|fat|side|bone|dryness|discharge|infect|vault|flora|microb|smear|ultraso))"
)
"""What follows where a word names a part of the body or a disease and not a route."""
ROUTES: tuple[tuple[str, str], ...] = (
    (
        "INTRA-ARTERIAL",
        (
            r"intra-?\s?arterial(?:ly)?|(?:via|through|into) (?:the )?(?:\w+ )?(?:hepatic|liver|femoral|renal"
            r"|carotid) artery"
        ),
    ),
    ("INTRA-ARTICULAR", r"intra-?\s?articular(?:ly)?|into (?:the |one )?(?:\w+ )?(?:knee |hip |shoulder )?joints?\b"),
    ("INTRACORONARY", r"intra-?\s?coronar(?:y|ily)"),
    ("INTRAMYOCARDIAL", r"intra-?\s?myocardial(?:ly)?|transendocardial(?:ly)?"),
    ("INTRATHECAL", r"intra-?\s?thecal(?:ly)?|(?-i:\bIT\b)(?=\s*(?:inj|infus|admin|chemo|:|deliver))"),
    ("EPIDURAL", r"(?:trans\w*\s)?epidural(?:ly)?"),
    ("INTRAVITREAL", r"intra-?\s?vitreal(?:ly)?"),
    ("INTRAMUSCULAR", r"intra-?\s?muscular(?:ly)?|\bi\.m\.|(?-i:\bIM\b)(?=[\s,.;)]*(?:\(|inj|gluteal|dose|$|\)))"),
    ("SUBCUTANEOUS", r"sub-?\s?cutaneous(?:ly)?|\bs\.c\.|(?-i:\bSC\b)"),
    ("INTRADERMAL", r"intra-?\s?dermal(?:ly)?"),
    ("INTRAPERITONEAL", r"intra-?\s?peritoneal(?:ly)?"),
    ("INTRADISCAL", r"intra-?\s?dis[ck]al(?:ly)?|into an intervertebral disc"),
    ("INTRATUMOR", r"intra-?\s?tumou?r(?:al(?:ly)?)?"),
    ("INTRALESIONAL", r"intra-?\s?lesional(?:ly)?"),
    ("INTRATRACHEAL", r"intra-?\s?tracheal(?:ly)?|endotracheal instillation"),
    ("INTRABRONCHIAL", r"(?:intra|endo)-?\s?bronchial(?:ly)?(?! (?:valve|ultrasound|biops|tube))"),
    ("SUBMUCOSAL", r"sub-?\s?mucosal(?:ly)?(?= (?:inj|admin|route|deliver|infus))"),
    ("SUBCONJUNCTIVAL", r"subco?n?junctival(?:ly)?|subcnjunctival(?:ly)?"),
    ("SUBRETINAL", r"sub-?\s?retinal(?:ly)?(?= (?:inj|admin|implant|deliver|transplant|space))"),
    ("INTRACAMERAL", r"intra-?\s?cameral(?:ly)?"),
    ("INTRAUTERINE", r"intra-?\s?uterine(?= (?:inj|admin|infus|perfus|instill|implant|transplant))|into the uter\w+"),
    ("INTRAVENTRICULAR", r"intra-?(?:cerebro-?)?\s?ventricular(?:ly)?(?! (?:h[ae]|bleed))"),
    ("INTRACEREBRAL", r"intra-?\s?cerebral(?:ly)?(?= (?:inj|admin|implant|deliver|transplant|infus))"),
    ("INTRASPINAL", r"intra-?\s?(?:spinal|medullary)(?:ly)?(?= (?:inj|admin|implant|deliver|transplant|infus))"),
    ("INTRAPLEURAL", r"intra-?\s?pleural(?:ly)?"),
    ("INTRACAVITARY", r"intra-?\s?cavit(?:ary|y)"),
    ("INTRAPORTAL", r"intra-?\s?portal(?:ly)?|(?:via|into|through) (?:the )?portal vein"),
    ("INTRAOSSEOUS", r"intra-?\s?osseous(?:ly)?"),
    ("INTRACARDIAC", r"intra-?\s?cardiac(?= (?:inj|admin|deliver))"),
    ("INTRACISTERNAL", r"intra-?\s?cisternal(?:ly)?"),
    ("NASOGASTRIC", r"naso-?gastric(?:ally)?"),
    ("INTRACAVERNOUS", r"intra-?\s?cavernous(?:ly)?"),
    ("INTRAVESICAL", r"intra-?\s?vesical(?:ly)?"),
    ("INTRANASAL", r"intra-?\s?nasal(?:ly)?|nasal spray"),
    ("RESPIRATORY (INHALATION)", r"inhal(?:ation|ed)|nebuli[sz](?:ed|er|ation)|aerosol(?:i[sz]ed)?"),
    ("SUBLINGUAL", r"sub-?lingual(?:ly)?"),
    ("BUCCAL", rf"\bbuccal(?:ly)?{_NO_SITE}"),
    ("TRANSDERMAL", r"transdermal(?:ly)?"),
    ("TOPICAL", r"topical(?:ly)?(?! an?esth)"),
    ("RECTAL", rf"\brectal(?:ly)?{_NO_SITE}|enema"),
    ("VAGINAL", rf"\bvaginal(?:ly)?{_NO_SITE}|intravaginal(?:ly)?"),
    ("OPHTHALMIC", r"eye drops|ophthalmic (?:solution|ointment)"),
    (
        "INTRAVENOUS",
        (
            r"intra-?\s?venous(?:ly)?|\bi\.\s?v\.?(?=\W)|\bendovenous(?:ly)?|peripheral vein"
            r"|in(?:to|) an? (?:\w+ )?vein\b"
            r"|(?<!-)(?<!III )(?-i:\bIV\b)(?!\s*(?:trial|study|disease|cancer|and V\b))|(?-i:\bIv\b)"
        ),
    ),
    (
        "ORAL",
        (
            r"\boral(?:ly)?\b(?! (?:prednis|cortico|steroid|gluco|contracept|cavity|mucos|cancer|hygiene|health"
            r"|surg|squam|lichen|lesion))|\bp\.\s?o\.|by mouth"
            r"|per os|\b(?-i:PO)\b"
        ),
    ),
)
_GATES = Gates([pattern for _, pattern in ROUTES], re.IGNORECASE)
_STAGE = re.compile(
    r"(?:stages?|class|grades?|phases?|types?|groups?|arms?|cohorts?|factor|levels?|II?I?)\s*$"
    r"|(?:stages?|class|grades?|phases?|types?)\b[\w\s,/-]{0,25}(?:and|or|-|,)\s*$|\bI{1,3}[AB]?\s*(?:and|or|-|–|to|/|,)\s*$",
    re.IGNORECASE,
)


@cache
def _pattern(place: int) -> re.Pattern[str]:
    return re.compile(ROUTES[place][1], re.IGNORECASE)


def _named(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Every route that the text names, from left to right; of two that begin together the one listed first."""
    tried = [(place, _pattern(place)) for place in _GATES.through(text)]
    start = 0
    while tried:
        found = [(match.start(), place, match) for place, each in tried if (match := each.search(text, start))]
        if not found:
            return
        _, place, match = min(found, key=lambda each: each[:2])
        yield ROUTES[place][0], match
        start = match.end()
        tried = [(other, each) for other, each in tried if other in {place for _, place, _ in found}]


@lru_cache(maxsize=KEPT)
def routes(text: str) -> tuple[str, ...]:
    """The CDISC terms of every route that the text names, in order, each once.

    >>> routes("one-time therapy via IV infusion"), routes("stage IV disease")
    (('INTRAVENOUS',), ())
    """
    found: list[str] = []
    for term, match in _named(text):
        if match.group() == "IV" and _STAGE.search(text[max(0, match.start() - 40) : match.start()]):
            continue
        if term not in found:
            found.append(term)
    return tuple(found)
