"""The words that steer the logic of a criterion, from coordinators to exceptions, and the words that add nothing."""

from __future__ import annotations

(
    SKIP,  # adds nothing: articles, forms of be and have, patients
    WORD,  # means something that is not understood further
    LEAF,  # a phrase that states something whole
    LINK,  # a preposition
    WITH,
    COMMA,
    AND,
    OR,
    BUT,
    SLASH,
    SEMI,
    STOP,  # the end of a sentence
    COLON,
    OPEN,
    CLOSE,
    ENUM,  # `1)` or `a)` within a line
    NEG,
    EXCEPT,
    UNLESS,
    IF,
    THEN,
    EXAMPLE,  # e.g., such as, especially
    DEFINE,  # i.e., defined as
    INCLUDE,  # including
    QUANT,  # any of the following, at least two of
    SEX,
    MODAL,  # must, agree to
    CONSENT,
    FERTILE,  # of childbearing potential
    OPINION,  # in the investigator's opinion
    OTHER,  # other, another: not the thing itself
) = range(31)

_SKIPPED = """
    a an the as is are was were be been being am has have had having who whom whose which that these this those
    it its they them their he she his her him there here patient patients subject subjects participant
    participants individual individuals person persons people volunteer volunteers candidate candidates enrollee
    enrollees study trial all any each every some such known history diagnosis diagnoses diagnosed documented
    evidence presence present sign existence also criteria criterion inclusion exclusion eligible eligibility
    ineligible enrolled included excluded include exclude least following time times screening baseline
    enrollment enrolment randomization randomisation entry visit registration sex sexes gender genders either
    both regardless irrespective confirmed established meet meets meeting fulfill fulfil fulfilling experienced
    suffer suffering suffers received receiving receives receive taking takes take taken using use used uses
    usage undergone undergoing undergo undergoes occurrence only per male/female who've do does did case cases
    level levels value values result results must will would shall should can ' " * - . ! ? · # old previous
    test tests tested testing laboratory diagnostic participating participated participate already confirmation
    detection previously prior ever still adult adults co participation rate calculated estimated measured
    formula equation method methods inclusive cockcroft gault mdrd years aged age ages s
"""
_LINKS = """
of for in at to from by on upon during before after against due because caused secondary related associated into onto
over under between among about since until within through toward towards regarding via despite
"""
_WORD_CODES = {
    "and": AND, "&": AND, "plus": AND, "or": OR, "nor": OR, "but": BUT, "however": BUT, "with": WITH, "w": WITH,
    ",": COMMA, ";": SEMI, ":": COLON, "(": OPEN, "[": OPEN, "{": OPEN, ")": CLOSE, "]": CLOSE, "}": CLOSE,
    "/": SLASH, "|": SLASH,
    "no": NEG, "not": NEG, "without": NEG, "never": NEG, "neither": NEG, "none": NEG, "absence": NEG, "lack": NEG,
    "lacking": NEG, "absent": NEG,
    "except": EXCEPT, "excepting": EXCEPT, "excluding": EXCEPT, "barring": EXCEPT, "unless": UNLESS,
    "if": IF, "when": IF, "whenever": IF, "where": IF, "provided": IF, "then": THEN,
    "especially": EXAMPLE, "particularly": EXAMPLE, "eg": EXAMPLE, "like": EXAMPLE, "namely": DEFINE, "ie": DEFINE,
    "including": INCLUDE, "comprising": INCLUDE,
    "must": MODAL, "agree": MODAL, "agrees": MODAL, "should": MODAL, "willing": MODAL, "shall": MODAL,
    "consent": CONSENT, "icf": CONSENT, "assent": CONSENT,
    "opinion": OPINION, "judgement": OPINION, "judgment": OPINION, "discretion": OPINION, "investigator": OPINION,
    "investigators": OPINION, "researcher": OPINION, "researchers": OPINION, "physician": OPINION,
    "other": OTHER, "another": OTHER, "others": OTHER,
}  # fmt: skip


def words_of(text: str) -> frozenset[str]:
    """The words of a text, each once."""
    return frozenset(text.split())


CODES: dict[str, int] = dict.fromkeys(words_of(_SKIPPED), SKIP)
CODES |= dict.fromkeys(words_of(_LINKS), LINK) | _WORD_CODES

FEMALE, MALE = "FEMALE", "MALE"
SEXES = dict.fromkeys(("female", "females", "woman", "women", "girl", "girls"), FEMALE)
SEXES |= dict.fromkeys(("male", "males", "man", "men", "boy", "boys"), MALE)
CODES |= dict.fromkeys(SEXES, SEX)

ANY, EVERY, NONE, ASKED = -1, -2, -3, -4  # what QUANT says instead of a number; ASKED: a person is asked

_DEGREES = (
    "more", "less", "fewer", "greater", "higher", "lower", "above", "below", "older", "younger", "over", "longer",
    "shorter", "later", "earlier", "worse", "better",
)  # fmt: skip

_PRESENT = ("current", "currently", "present", "ongoing", "active")
_FORMER = ("past", "prior", "previous", "previously", "former")
_LONG: tuple[tuple[str, int, object], ...] = (
    ("and / or", OR, "both"),
    ("and or", OR, "both"),
    ("or and", OR, None),
    ("as well as", AND, None),
    ("but excludes", EXCEPT, None),
    ("but excluding", EXCEPT, None),
    ("but does not include", EXCEPT, None),
    ("but not including", EXCEPT, None),
    *((f"or {word}", WORD, None) for word in _DEGREES),
    *((f"unless otherwise {word}", SKIP, None) for word in ("stated", "specified", "noted", "indicated", "mentioned")),
    ("note :", STOP, None),
    ("notes :", STOP, None),
    ("note that", STOP, None),
    ("together with", WITH, None),
    ("combined with", WITH, None),
    ("in combination with", WITH, None),
    ("along with", WITH, None),
    ("accompanied by", WITH, None),
    ("with the exception of", EXCEPT, None),
    ("with exception of", EXCEPT, None),
    ("with the exceptions of", EXCEPT, None),
    ("with the exclusion of", EXCEPT, None),
    ("exception of", EXCEPT, None),
    ("except for", EXCEPT, None),
    ("except if", UNLESS, None),
    ("except when", UNLESS, None),
    ("except in", UNLESS, None),
    ("except where", UNLESS, None),
    ("other than", EXCEPT, None),
    ("apart from", EXCEPT, None),
    ("aside from", EXCEPT, None),
    ("but not", BUT, "not"),
    ("free of", NEG, None),
    ("free from", NEG, None),
    ("absence of", NEG, None),
    ("exclusion of", NEG, None),
    ("lack of", NEG, None),
    ("must not have", NEG, "must"),
    ("must not be", NEG, "must"),
    ("must not", NEG, "must"),
    ("must have no", NEG, "must"),
    ("should not have", NEG, "must"),
    ("should not be", NEG, "must"),
    ("should not", NEG, "must"),
    ("may not have", NEG, "must"),
    ("may not be", NEG, "must"),
    ("may not", NEG, "must"),
    ("can not have", NEG, "must"),
    ("cannot have", NEG, "must"),
    ("cannot be", NEG, "must"),
    ("not be eligible", NEG, "out"),
    ("not eligible", NEG, "out"),
    ("not be included", NEG, "out"),
    ("not be enrolled", NEG, "out"),
    ("not recruit", NEG, "out"),
    ("not be recruited", NEG, "out"),
    ("not limited to", SKIP, None),
    ("but not limited to", SKIP, None),
    ("but is not limited to", SKIP, None),
    ("but are not limited to", SKIP, None),
    ("not only", SKIP, None),
    ("whether or not", WORD, None),
    ("or not", WORD, None),
    ("in case of", IF, None),
    ("in the case of", IF, None),
    ("in the event of", IF, None),
    ("in the presence of", IF, None),
    ("for patients with", IF, None),
    ("for subjects with", IF, None),
    ("for participants with", IF, None),
    ("for those with", IF, None),
    ("in patients with", IF, None),
    ("in subjects with", IF, None),
    ("in participants with", IF, None),
    ("in those with", IF, None),
    ("for patients who", IF, None),
    ("for subjects who", IF, None),
    ("in patients who", IF, None),
    ("in subjects who", IF, None),
    ("for patients", IF, None),
    ("for participants", IF, None),
    ("for subjects", IF, None),
    ("as long as", IF, None),
    ("provided that", IF, None),
    ("e . g .", EXAMPLE, None),
    ("e . g", EXAMPLE, None),
    ("e . g . ,", EXAMPLE, None),
    ("ex .", EXAMPLE, None),
    ("such as", EXAMPLE, None),
    ("for example", EXAMPLE, None),
    ("for instance", EXAMPLE, None),
    ("in particular", EXAMPLE, None),
    ("i . e .", DEFINE, None),
    ("i . e", DEFINE, None),
    ("i . e . ,", DEFINE, None),
    ("that is ,", DEFINE, None),
    ("defined as", DEFINE, None),
    ("is defined as", DEFINE, None),
    ("are defined as", DEFINE, None),
    ("defined by", DEFINE, None),
    ("as defined by", DEFINE, None),
    ("as evidenced by", DEFINE, None),
    ("evidenced by", DEFINE, None),
    ("any of the following", QUANT, ANY),
    ("either of the following", QUANT, ANY),
    ("any of", QUANT, ANY),
    ("either of", QUANT, ANY),
    ("all of the following", QUANT, EVERY),
    ("all the following", QUANT, EVERY),
    ("each of the following", QUANT, EVERY),
    ("both of the following", QUANT, EVERY),
    ("none of the following", QUANT, NONE),
    ("of childbearing potential", FERTILE, None),
    ("of child - bearing potential", FERTILE, None),
    ("of child bearing potential", FERTILE, None),
    ("with childbearing potential", FERTILE, None),
    ("with child - bearing potential", FERTILE, None),
    ("of childbearing age", FERTILE, None),
    ("of child - bearing age", FERTILE, None),
    ("of reproductive potential", FERTILE, None),
    ("of reproductive age", FERTILE, None),
    ("capable of becoming pregnant", FERTILE, None),
    ("who can become pregnant", FERTILE, None),
    ("informed consent", CONSENT, None),
    ("informed consent form", CONSENT, None),
    ("informed consents", CONSENT, None),
    ("consent form", CONSENT, None),
    ("consent document", CONSENT, None),
    ("willing to", MODAL, None),
    ("agree to", MODAL, None),
    ("agrees to", MODAL, None),
    ("agreement to", MODAL, None),
    ("will not", NEG, None),
    *((f"{verb} excluded", NEG, "out") for verb in ("be", "is", "are", "were")),
    *((f"{verb} {be} excluded", NEG, "out") for verb in ("will", "must", "should", "shall") for be in ("be",)),
    ("excluded if", NEG, "out"),
    ("are not eligible", NEG, "out"),
    *(
        (f"{verb} {be}{done}", NEG, "out")
        for verb, be in (("will not", "be "), ("cannot", "be "), ("should not", "be "), ("must not", "be "))
        for done in ("included", "enrolled", "eligible", "recruited", "randomized", "randomised", "considered")
    ),
    *((f"are not {done}", NEG, "out") for done in ("included", "enrolled", "recruited")),
    ("with or without", WORD, None),
    ("with / without", WORD, None),
    ("with and without", WORD, None),
    ("is not eligible", NEG, "out"),
    ("eligible if", SKIP, None),
    ("included if", SKIP, None),
    *((f"of or {word}", SKIP, None) for word in ("current", "ongoing", "active", "present", "previous")),
    *((f"{now} or {then}", SKIP, None) for now in _PRESENT for then in _FORMER),
    *((f"{then} or {now}", SKIP, None) for now in _PRESENT for then in _FORMER),
    ("clinical history", SKIP, None),
    ("medical history", SKIP, None),
    ("past medical history", SKIP, None),
    ("past history", SKIP, None),
    ("personal history", SKIP, None),
    ("clinical diagnosis", SKIP, None),
    ("infected with", SKIP, None),
    ("infection with", SKIP, None),
    ("infection by", SKIP, None),
    ("co - infection with", SKIP, None),
    ("co - infection of", SKIP, None),
    ("coinfection with", SKIP, None),
)


Form = tuple[list[str], int, int, object]


def _by_first_words() -> dict[str, dict[str, tuple[Form, ...]]]:
    """Markers of several words: by their first and second, the longest first, each with all words after the first."""
    table: dict[str, dict[str, list[Form]]] = {}
    for marker, code, data in _LONG:
        first, *rest = marker.split()
        table.setdefault(first, {}).setdefault(rest[0], []).append((rest, len(rest), code, data))
    return {
        first: {second: tuple(sorted(forms, key=lambda form: -form[1])) for second, forms in seconds.items()}
        for first, seconds in table.items()
    }


LONG = _by_first_words()

# an abbreviation's point ends no sentence
ABBREVIATED = frozenset(
    ("e", "g", "i", "vs", "approx", "dr", "no", "st", "resp", "incl", "max", "min", "ca", "etc", "v")
)

CONSENT_WORDS = words_of(
    """
    sign signed signing signs signature give given gives giving provide provided provides providing obtain
    obtained obtaining written informed form forms voluntary voluntarily dated irb iec ethics approved document
    documents documented willing willingness able ability capable capacity legally authorized authorised
    acceptable legal representative representatives guardian guardians parent parents parental surrogate
    surrogates proxy kin next relative relatives family caregiver lar own their obtainable volunteer volunteered
    participate join before agree agrees voluntariness personally any specific procedures procedure prior unable
    inability unwilling unwillingness refuse refuses refused refusal decline declines declined failure cannot
    missing date dating valid proper participation freely must
    """
)
REFUSING = words_of(
    """
    unable inability unwilling unwillingness refuse refuses refused refusal decline declines declined failure
    cannot lack absence missing without incapable no not
    """
)
REPRESENTATIVE = words_of(
    """
    representative representatives guardian guardians parent parents parental surrogate surrogates proxy kin
    relative relatives lar
    """
)

# what stands between a word like these and a condition is not the patient having it
BLOCKING = words_of(
    """
    family familial mother mothers father fathers maternal paternal parent parents sibling siblings relative
    relatives partner partners spouse spouses husband wife child children offspring donor donors caregiver fetus
    fetal risk risks suspected suspicion suspect possible possibly probable probably potential likely
    predisposing predisposition susceptibility prevention prevent prophylaxis prophylactic contraindication
    contraindications contraindicated scheduled planned planning plan plans anticipated expected intend intends
    intention intending need needs needing indicated indication indications waiting awaiting vaccination vaccine
    vaccinated intolerant intolerance unsuitable refusal refuses declined mimic
    mimicking exposure exposed contact contacts unlikely suspicious rule ruled doubt interfere interferes
    affecting affect unable inability unwilling willing agree allowed permitted questionable fear concern desire
    wish wishing want wants hope attempting attempt trying
    """
) | {"with or without", "with / without", "with and without", "off", "non", "washout", "wash"}
# what has ended, or is kept away from: how long that is, is not how long it lasted
ENDING = words_of(
    """
    washed washout wash discontinued discontinue discontinuing discontinuation stopped stop stopping withheld withhold
    withdrawn withdrawal ceased cease cessation abstinent abstained abstain abstaining abstinence refrained refrain
    avoided avoid avoiding avoidance interrupted held quit resolved resolution off free recovered
    """
)
# of what lies ahead: a time with it is counted from now on
AHEAD = words_of("expected anticipated planned planning plan plans scheduled intend intends intention awaiting waiting")
# who is not so may still have, or not have, what is named behind
UNANSWERED = words_of(
    """
    able willing capable amenable suitable candidate candidates eligible controlled controllable responding responsive
    explained attributable adequately fully completely well due because caused related secondary resolved recovered
    """
)
KIN = words_of(
    """
    family familial mother mothers father fathers maternal paternal sibling siblings relative relatives partner
    partners spouse husband wife donor donors fetus fetal
    """
)
PERMITTING = words_of(
    """
    allowed permitted allowable acceptable
    """
)

# what follows these is the cause of what stands before them
CAUSES = words_of("due because caused secondary attributable resulting induced related associated owing")

# entries of the lexicon that say too little by themselves to be looked up in a patient's data
VAGUE = words_of(
    """
    treatment medication comorbidity relapse remission recurrence progression contraceptive contraception disease
    therapy condition illness drug symptom complication response investigational-drug excipient
    """
)

# without a phrase and without one of these words nothing in a line can be answered from data
TELLING = frozenset((*SEXES, "consent", "icf", "assent", "childbearing", "bearing", "reproductive", "pregnant"))

# words that neither say anything nor steer anything, also where several stand together
QUIET = frozenset(word for word, what in CODES.items() if what in (SKIP, LINK)) - words_of(
    "for in excluded exclude eligible ineligible included include who"
) | {",", ";"}
