"""Every kind of node of a criterion: what it states, how a person writes it, what it means in English, what it needs.

One table serves the tests and the page docs/reference/criteria.md. The trees themselves are not written out: a form
reads back to one tree only, which tests/agreement/test_editable_form.py holds for generated trees.
"""

from typing import NamedTuple


class Spec(NamedTuple):
    """One line of the page."""

    form: str
    english: str
    needs: tuple[str, ...]


class Group(NamedTuple):
    """One section of the page. `nodes`: the kinds of node that its lines are of."""

    title: str
    about: str
    nodes: tuple[str, ...]
    lines: tuple[Spec, ...]


GROUPS = (
    Group(
        "A measured or derived number",
        "A name of the lexicon, or words in quotation marks, then a comparison and a unit. `[` and `]` "
        "include the bound, `(` and `)` leave it out, `*` is no bound. Without a unit the number is compared "
        "in the unit that the field always uses, or not at all. `x ULN` and `x LLN` are multiples of the "
        "limits of normal of the patient's own laboratory.",
        ("Compare",),
        (
            Spec("age >= 18 years", "age at least 18 years", ("age",)),
            Spec(
                "age in [18, 75] years",
                "age at least 18 and at most 75 years (until the day before turning 76)",
                ("age",),
            ),
            Spec("age in [18, 75) years", "age at least 18 and below 75 years", ("age",)),
            Spec('"iron" > 9 umol/L', "iron above 9 umol/L", ("iron",)),
            Spec('"walking score" = 5', "walking score exactly 5", ("walking score",)),
            Spec('"alt" <= 3 x ULN', "alt at most 3 times the upper limit of normal", ("alt", "alt high")),
            Spec('"iron" < 0.8 x LLN', "iron below 0.8 times the lower limit of normal", ("iron", "iron low")),
            Spec('"fev1" >= 50 % of predicted', "fev1 at least 50 % of the predicted value", ("fev1",)),
            Spec(
                '"tumour volume" < 80 % of baseline',
                "tumour volume below 80 % of the patient's own baseline",
                ("tumour volume", "tumour volume baseline"),
            ),
            Spec(
                "creatinine < 1.5 mg/dL within 7 days before randomisation",
                "creatinine below 1.5 mg/dL at most 7 days before randomisation",
                ("creatinine", "creatinine date", "randomisation date"),
            ),
            Spec(
                '"pain score" >= 4 lasting >= 3 months',
                "pain score at least 4 for at least 3 months",
                ("pain score", "pain score date"),
            ),
        ),
    ),
    Group(
        "A level of a scale",
        "Grades, classes, stages and points that have an order. `of` says what is graded, `variant` which "
        "form of the scale.",
        ("Ordinal",),
        (
            Spec('level "my scale" <= 2', "my scale at most 2", ("my scale",)),
            Spec('level "my class" in [II, III]', "my class at least II and at most III", ("my class",)),
            Spec('level "my grade" > B of "the tumour"', "my grade above B of the tumour", ("my grade",)),
            Spec(
                'level "activity" > 3.2 variant "blood form" when in [1, 2] weeks after baseline',
                "activity (blood form) above 3.2 at least 1 and at most 2 weeks after baseline",
                ("activity", "activity date", "baseline date"),
            ),
        ),
    ),
    Group(
        "Conditions, procedures, allergies, findings, events",
        "`current` is now, `past` is over; without either, now or before. `times` counts. `apart from` names "
        "records that do not count: somebody who has another one as well still has it. A window counts from "
        "`screening`, `baseline`, `randomisation`, `enrolment`, `first dose`, `consent`, a moment in "
        "quotation marks, or `unstated`: the text names none, and screening is meant.",
        ("Present",),
        (
            Spec('condition "stroke"', "stroke, now or before", ("stroke",)),
            Spec('condition "asthma" current', "asthma, now", ("asthma",)),
            Spec('condition "asthma" past', "asthma, in the past, no longer", ("asthma", "asthma end")),
            Spec('procedure "bypass"', "bypass, ever done", ("bypass",)),
            Spec('allergy "egg"', "allergy to egg, now or before", ("allergy:egg",)),
            Spec('finding "shadow" current', "shadow, found now", ("shadow",)),
            Spec('event "fall" times >= 2', "fall, ever happened, at least 2 times", ("fall", "fall count")),
            Spec(
                'condition "stroke" within 6 months before screening',
                "stroke, at most 6 months before screening",
                ("stroke", "stroke date", "screening date"),
            ),
            Spec(
                'procedure "bypass" when > 3 months before unstated',
                "bypass, more than 3 months before screening (the text names no moment)",
                ("bypass", "bypass date", "screening date"),
            ),
            Spec(
                'event "fall" within 1 day around "surgery", first dose',
                "fall, at most 1 day before or after “surgery” or the first dose",
                ("fall", "fall date", "surgery date", "first dose date"),
            ),
            Spec(
                'condition "asthma" dated from 2010 until 2012-06',
                "asthma, from 2010 to 2012-06, both included",
                ("asthma", "asthma date"),
            ),
            Spec(
                'condition "asthma" current lasting > 1 year',
                "asthma, now, for more than 1 year",
                ("asthma", "asthma date"),
            ),
            Spec(
                'condition "tumour" apart from ["skin tumour", "wart"]',
                "tumour, now or before, where records of skin tumour or wart do not count",
                ("tumour",),
            ),
        ),
    ),
    Group(
        "A drug that is or was taken",
        "With a dose, per day, week or dose, as the equivalent of another drug, by a route, and with the same "
        "windows and counts as above.",
        ("Exposure",),
        (
            Spec('drug "pill"', "pill, taken now or before", ("pill",)),
            Spec('drug "pill" current', "pill, taken now", ("pill",)),
            Spec(
                'drug "pill" current dose > 20 mg per day equivalent to "other pill" route ORAL',
                "pill, taken now, above 20 mg per day, counted as other pill, by mouth",
                ("pill", "pill dose", "pill route"),
            ),
            Spec(
                'drug "pill" route SYSTEMIC within 4 weeks before first dose lasting >= 14 days',
                "pill, taken, systemic use, at most 4 weeks before the first dose, for at least 14 days",
                ("pill", "pill route", "pill date", "first dose date"),
            ),
            Spec(
                'drug "pill" past times >= 2 apart from ["weak pill"]',
                "pill, taken in the past, no longer, at least 2 times, where records of weak pill do not count",
                ("pill", "pill end", "pill count"),
            ),
        ),
    ),
    Group(
        "A test's result, sex, consent",
        "A result is `positive`, `negative`, `normal` or `abnormal`; the last one counts.",
        ("Result", "Sex", "Consent"),
        (
            Spec('test "the test" negative', "last result of the test negative", ("the test",)),
            Spec(
                'test "the test" positive within 2 days before enrolment',
                "last result of the test positive at most 2 days before enrolment",
                ("the test", "the test date", "enrolment date"),
            ),
            Spec("sex female", "sex female", ("sex",)),
            Spec("consent", "informed consent given", ("consent",)),
            Spec("consent by representative", "informed consent given by the representative", ("consent",)),
        ),
    ),
    Group(
        "What a person answers, and what is lost",
        "A question to a person is answered with yes or no in a column named by the criterion "
        "(`inclusion-4`). A lost criterion is never met until somebody supplies it.",
        ("Judgement", "Missing"),
        (
            Spec('judge "able to comply"', "judged by a person: “able to comply”", ("judgement",)),
            Spec(
                'judge "in good health" look at ["history", "heart trace"]',
                "judged by a person: “in good health” (look at: history; heart trace)",
                ("judgement",),
            ),
            Spec("missing 1", "criterion 1, which is lost", ("missing",)),
            Spec("missing", "a criterion that the record has lost", ("missing",)),
        ),
    ),
    Group(
        "Together",
        "`and` and `or` are never mixed without brackets. `if` concerns only those whom its condition names. "
        "A definition from outside the text names its source.",
        ("And", "Or", "AtLeast", "Not", "Implies", "Defined"),
        (
            Spec("age >= 18 years and sex female", "all of: (1) age at least 18 years; (2) sex female", ("age", "sex")),
            Spec(
                'sex male or (age >= 50 years and judge "fit")',
                "any of: (1) sex male; (2) all of: (a) age at least 50 years; (b) judged by a person: “fit”",
                ("sex", "age", "judgement"),
            ),
            Spec(
                'condition "asthma" or condition "cough" or condition "fever"',
                "one or more of these, now or before: asthma; cough; fever",
                ("asthma", "cough", "fever"),
            ),
            Spec(
                'at least 2 of (condition "cough"; condition "fever"; sex male)',
                "at least 2 of: (1) cough, now or before; (2) fever, now or before; (3) sex male",
                ("cough", "fever", "sex"),
            ),
            Spec('not condition "cough"', "not true: cough, now or before", ("cough",)),
            Spec(
                'not (condition "cough" or sex male)',
                "none of: (1) cough, now or before; (2) sex male",
                ("cough", "sex"),
            ),
            Spec(
                'not (condition "cough" and sex male)',
                "not all of: (1) cough, now or before; (2) sex male",
                ("cough", "sex"),
            ),
            Spec(
                'if sex female then judge "no child is planned"',
                "if sex female – then judged by a person: “no child is planned” (met by everybody else)",
                ("sex", "judgement"),
            ),
            Spec(
                'defined "severe" by "a guideline, 2012" as (age >= 65 years)',
                "“severe” as defined by a guideline, 2012, that is age at least 65 years",
                ("age",),
            ),
        ),
    ),
)
