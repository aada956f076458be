"""The words of time frames: units, spelled numbers, anchors, ending events, and the spellings that hide them."""

from __future__ import annotations

import re

from trialwright.core.studytime import DAYS_PER_MONTH, DAYS_PER_WEEK, DAYS_PER_YEAR

UNITS: tuple[tuple[str, float], ...] = (
    (r"seconds?|secs?", 1 / 86400),
    (r"minutes?|mins?", 1 / 1440),
    (r"hours?|hrs?|h", 1 / 24),
    (r"days?|d", 1.0),
    (r"weeks?|wks?|w", float(DAYS_PER_WEEK)),
    (r"months?|mths?|mos?|m", DAYS_PER_MONTH),
    (r"years?|yrs?|y", DAYS_PER_YEAR),
)
_WHOLE_UNIT = r"(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|wks?|months?|mths?|years?|yrs?)"
UNIT_WORD = re.compile("|".join(f"(?:{pattern})" for pattern, _ in UNITS))

_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90}
WORD_NUMBERS = {word: value for value, word in enumerate(_NUMBERS)} | _TENS
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_YEAR = rf"(?:19|20)[0-9]{{2}}(?!\s*-?{_WHOLE_UNIT}\b)"
_DATE = re.compile(
    rf"\b[0-9]{{1,2}}(?:st|nd|rd|th)?[\s-](?:of\s)?{_MONTH}[\s,-]{{0,3}}{_YEAR}\b"
    rf"|\b{_MONTH}\s?[0-9]{{1,2}}(?:st|nd|rd|th)?[\s,]{{1,3}}{_YEAR}\b"
    rf"|\b{_MONTH}[\s,-]{{0,3}}(?:of\s)?{_YEAR}\b"
    r"|\b[0-9]{1,2}[./-][0-9]{1,2}[./-](?:19|20)[0-9]{2}\b"
    r"|\b(?:19|20)[0-9]{2}[./-][0-9]{1,2}(?:[./-][0-9]{1,2})?\b"
    rf"|\b{_YEAR}\b"
    rf"|\b(?:january|february|april|june|july|august|september|october|november|december)\b"
    rf"|\b(?:march|may)\b(?=\s?(?:to|and|-|until|through)\s?{_MONTH})"
    rf"|(?<=\bto )(?:march|may)\b|(?<=-)(?:march|may)\b"
)
DATE_WORD = "calendardate"

_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"[‐‑‒–—―−﹣－]", "-"),
        (r"(?<=[0-9])\s?[~～〜]\s?(?=[0-9<>-])", "-"),
        (r"[~～〜≈]", "approximately "),
        (r"[，、﹐]", ","),
        (r"[；]", ";"),
        (r"（", "("),
        (r"）", ")"),
        (r"：", ":"),
        (r"\+\s?/\s?-|\+-|\+\s?or\s?-", "±"),
        (r"[’`]", "'"),
        (r"[\s\u00a0\u200b]+", " "),
        (r"\bupto\b", "up to"),
        (r"\buntill?\b|\btil\b", "until"),
        (r"\bthru\b", "through"),
        (r"\bperriod\b", "period"),
        (r"\byeare\b", "year"),
        (r"\bmoths?\b|\bmonht?s?\b|\bmonthes\b", "months"),
        (r"\bweaks?\b|\bwekks?\b|\bweekes\b", "weeks"),
        (r"\bdyas\b", "days"),
        (r"\bhorus\b", "hours"),
        (r"\bassesed\b", "assessed"),
        (r"\bbase[\s-]line\b", "baseline"),
        # hours and days counted from a French H0 or J0
        (r"\b([0-9]{1,3})h([0-9]{2})\b", r"\1 h \2 min"),
        (r"\b[hj]0\s?\+\s?", ""),
        (r"\bj([0-9]{1,4})\b", r"day \1"),
        (r"\bc([0-9]{1,3})d([0-9]{1,4})\b", r"cycle \1 day \2"),
        (r"\bd([0-9]{1,4})\b", r"day \1"),
        (r"\bw(?:k)?([0-9]{1,4})\b", r"week \1"),
        (r"\bm([0-9]{1,4})\b", r"month \1"),
        (r"\by([0-9]{1,3})\b", r"year \1"),
        (r"\b(?:once|twice)-?\s?(?:vs\.?|versus|or|to|and)\s?(?:once|twice)[\s-]?daily\b", "regimen"),
        (r"\b(?:twice|three times|3 times)[\s-](?:a day|daily)\b|\bdaily (?=dos|treat|regimen)", ""),
        (r"\b(?:twice|2 times|two times)[\s-](?:weekly|(?:a|per) week)\b", "every 3.5 days"),
        (r"\bhalf[\s-]?(?:annually|yearly)\b|\bsemi-?annually\b|\bevery half(?:[\s-]a)? year\b", "every 6 months"),
        (r"\b(?:annually|yearly|each year|every year|once a year)\b", "every 1 year"),
        (r"\b(?:monthly|each month|every month|once a month)\b", "every 1 month"),
        (r"\b(?:quarterly)\b", "every 3 months"),
        (r"\b(?:weekly|each week|every week|once a week)\b", "every 1 week"),
        (r"\b(?:once )?(?:daily|every day|each day)\b", "every 1 day"),
        (r"\b(?:hourly|every hour)\b", "every 1 hour"),
        (r"\b(?:biweekly|fortnightly|every other week)\b", "every 2 weeks"),
        (r"\b1/2 (?=hour|hr|day|year)", "0.5 "),
        (r"\bevery other day\b", "every 2 days"),
        (r"\b(day|week|month|year|hour)-([0-9])", r"\1 \2"),
    )
)
_ORDINAL_WORD = re.compile(
    rf"\b({'|'.join(_ORDINALS)})\s(?:post-?\s?operative\s|post-?op\s)?(hour|day|week|month|year)\b"
)
_ORDINAL_FIGURE = re.compile(
    rf"\b([0-9]{{1,4}})(?:st|nd|rd|th|\.)\s?(?:post-?\s?operative\s|post-?op\s)?(?={_WHOLE_UNIT}\b)({_WHOLE_UNIT})"
)
# `1st, 3rd and 6th month`
_ORDINAL_LIST = re.compile(
    rf"((?:\b[0-9]{{1,3}}(?:st|nd|rd|th)(?:\s?,\s?and\s|\s?,\s?|\s?(?:and|&|or)\s)){{1,12}}"
    rf"[0-9]{{1,3}}(?:st|nd|rd|th)\s)({_WHOLE_UNIT}\b)"
)
_DAY_PLUS = re.compile(r"\bday\s?([0-9]{1,4})\s?\+\s?([0-9]{1,4})\s?(?:hours?|h)\b")
_SPELLED = re.compile(rf"\b({'|'.join(WORD_NUMBERS)})\b(?=[\s-]*(?:to|or|and|,|-|{_WHOLE_UNIT})?)")


def normalise(raw: str) -> tuple[str, bool]:
    """The text in one spelling, and whether it names a calendar date (each replaced by one word)."""
    text = raw.lower()
    for pattern, new in _REWRITES:
        text = pattern.sub(new, text)
    text, dates = _DATE.subn(f" {DATE_WORD} ", text)
    text = _ORDINAL_LIST.sub(lambda m: re.sub(r"(?<=[0-9])(?:st|nd|rd|th)\b", "", m[1]) + m[2], text)
    text = _ORDINAL_WORD.sub(lambda m: f"{m[2]} {_ORDINALS.index(m[1]) + 1}", text)
    text = _ORDINAL_FIGURE.sub(r"\2 \1", text)
    text = _DAY_PLUS.sub(lambda m: f"day {int(m[1]) + int(m[2]) / 24:.4f}", text)
    text = _SPELLED.sub(lambda m: str(WORD_NUMBERS[m[1]]), text)
    text = re.sub(rf"([0-9])-(?={_WHOLE_UNIT}\b)", r"\1 ", text)
    text = re.sub(rf"({_WHOLE_UNIT})-(?=\s?(?:,|;|and|or|$))", r"\1", text)
    text = re.sub(r"(?<![0-9,.])(?<![0-9,]\s)([0-9]{1,3}),([0-9]{3})(?=\s?(?:hours?|days?|minutes?)\b)", r"\1\2", text)
    text = re.sub(rf"\b({_WHOLE_UNIT}|and|or|to|at|cycle|dose|post|pre|from)(?=[0-9])", r"\1 ", text)
    text = re.sub(r"\b([0-9.]+)(?=[a-z])", r"\1 ", text)
    text = re.sub(r" +", " ", text).strip()
    text = re.sub(r"\bfirst dose \(cycle 1,? day 1\)", "first dose", text)
    text = re.sub(
        r"\bfrom cycle 1,? day 1\b(?= (?:\([^)]{0,60}\) )?(?:to|until|through|up to)\b)", "from first dose", text
    )
    return text, dates > 0


# what day 0 is, in the order in which a longer name must be tried before a shorter one
_DOSE_WORD = (
    r"(?:dos(?:e|es|ing|age)|vaccin\w*|immuni[sz]ation\w*|injection\w*|infusion\w*|administration\w*|treatment)"
)
ANCHORS: tuple[tuple[str, str], ...] = (
    ("each_dose", rf"(?:each|every)\s(?:[\w-]+\s){{0,3}}?{_DOSE_WORD}"),
    ("dose_2", rf"(?:second|2\s?nd)\s(?:[\w-]+\s){{0,4}}?{_DOSE_WORD}|dose\s2\b"),
    ("dose_3", rf"(?:third|3\s?rd)\s(?:[\w-]+\s){{0,4}}?{_DOSE_WORD}|dose\s3\b"),
    ("last_dose", rf"(?:last|final)\s(?:[\w-]+\s){{0,4}}?{_DOSE_WORD}|last\streatment\ssession"),
    (
        "first_dose",
        rf"(?:first|1\s?st|initial)\s(?:[\w-]+\s){{0,4}}?{_DOSE_WORD}|dose\s1\b|cycle\s1\sday\s1\b|first\sprescription",
    ),
    (
        "treatment_discontinuation",
        (
            r"(?:discontinu\w*|end|completion|complet\w+|stopp\w+)\s(?:of|from)?\s?(?:\w+\s){0,3}?(?:treatment|therapy"
            r"|drug|bnct)|eot\b"
            r"|discontinuation|end[\s-]of[\s-]treatment"
        ),
    ),
    (
        "study_completion",
        r"(?:end|completion|conclusion) of (?:the |this )?(?:study|trial|follow-?\s?up)|study completion",
    ),
    ("randomization", r"random\w*"),
    ("registration", r"registration"),
    ("enrollment", r"enrol\w*|recruitment"),
    ("inclusion", r"inclusion|study entry|informed consent|consent\b"),
    ("screening", r"screening"),
    ("dose_expansion", r"dose[\s-]expansion"),
    ("dose_escalation", r"dose[\s-]escalation"),
    ("hospital_discharge", r"discharge"),
    ("diagnosis", r"diagnos\w+|symptom onset|onset of symptoms"),
    ("transplant", r"transplant\w*|graft\w*"),
    ("implant", r"implant\w*"),
    ("pregnancy", r"pregnan\w+|gestation\w*"),
    ("delivery", r"delivery|birth|postpartum|post-?\s?partum|partum|born"),
    ("surgery", r"surg\w+|op\b|operati\w+|post-?\s?operat\w+|postop\b|operative\w*|procedure|extraction|anesthesia"),
    ("transfusion", r"transfusion"),
    ("application", r"application"),
    ("vaccination", r"vaccin\w*|immuni[sz]ation"),
    ("infusion", r"infusion"),
    ("injection", r"injection"),
    ("dose", r"dos(?:e|ing)\b|administration|post-?dose"),
    ("specimen_collection", r"(?:specimen|sample|sampling)"),
    ("treatment", r"treatment|therapy|study drug|study medication"),
    ("intervention", r"intervention\w*|training|exposure"),
    ("baseline", r"baseline"),
    ("study_start", r"(?:start|beginning)\sof\s(?:the\s)?(?:study|trial)|study start"),
)

# what can end a time frame
EVENTS: tuple[tuple[str, str], ...] = (
    ("progression", r"progress\w*|\bpd\b"),
    ("relapse", r"relapse|recurrence"),
    ("death", r"\bdeaths?\b|\bdied\b|\bdies\b"),
    ("hospital_discharge", r"discharged?\b|end of (?:the )?hospitali[sz]ation"),
    ("data_cut_off", r"cut-?\s?off"),
    (
        "study_completion",
        (
            r"(?:study|trial)[\s']*s?\s(?:completion|end\b|ends\b|conclusion|conduct|period|duration|process)"
            r"|(?:end|completion|close|conclusion) of (?:the |this |each )?(?:entire |whole |complete )?(?:study|trial"
            r"|follow-?\s?up|2)"
            r"|(?:entire|whole|complete) (?:study|trial)|\beos\b"
        ),
    ),
    ("last_dose", rf"(?:last|final)\s(?:\w+\s){{0,3}}?{_DOSE_WORD}"),
    (
        "treatment_discontinuation",
        (
            r"discontinuation|\beot\b|(?:end|completion|cessation"
            r"|interruptions?) of (?:the )?(?:\w+ ){0,2}?(?:treatment|therapy|drug)"
            r"|treatment (?:completion|end\b|discontinuation)|therapy interruptions?|end of dose[\s-]escalation"
        ),
    ),
    ("last_follow_up", r"last (?:follow|contact|visit|known)"),
    ("end_of_surgery", r"end of (?:the )?(?:surgery|operation)"),
    ("withdrawal", r"withdraw\w*"),
    ("next_treatment", r"(?:next|subsequent|new) (?:line|lot|\w+ treatment|treatment|therapy)"),
    ("response", r"\bfirst (?:cr|pr|response)\b"),
    ("loss_of_clinical_benefit", r"loss of (?:clinical )?benefit"),
    ("delivery", r"\bdelivery\b|\bbirth\b"),
    ("calendar_date", DATE_WORD),
)
# events that lie at an unknown distance from the start, so that days counted from them are no days of study
FLOATING = {
    "last_dose",
    "treatment_discontinuation",
    "hospital_discharge",
    "study_completion",
    "death",
    "progression",
    "data_cut_off",
    "last_follow_up",
}
