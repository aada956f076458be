"""The quantities that outcomes name of the person: mind, sleep, quality of life, surgery and costs."""

from __future__ import annotations

from trialwright.protocol.outcomes.lexicon.concept import DOWN, OPEN, SCORE, UP, Concept, quantity

PERSON: tuple[Concept, ...] = (
    # mental health, sleep, quality of life
    quantity("PHQ9", "Patient health questionnaire", "RS", SCORE, DOWN, 0, 27, r"\bphq|patient health questionnaire"),
    quantity(
        "GAD7", "Generalised anxiety disorder scale", "RS", SCORE, DOWN, 0, 21, r"\bgad-?\s?7|generali[sz]ed anxiety"
    ),
    quantity("HADS", "Hospital anxiety and depression scale", "RS", SCORE, DOWN, 0, 42, r"\bhads\b|hospital anxiety"),
    quantity("DEPRESS", "Depression score", "RS", SCORE, DOWN, 0, 100, r"depressi"),
    quantity("ANXIETY", "Anxiety score", "RS", SCORE, DOWN, 0, 100, r"anxi"),
    quantity("STRESS", "Stress score", "RS", SCORE, DOWN, 0, 100, r"(?:perceived |acute )?stress|ptsd"),
    quantity("DISTRESS", "Distress score", "RS", SCORE, DOWN, 0, 100, r"\bdistress"),
    quantity("ISI", "Insomnia severity index", "RS", SCORE, DOWN, 0, 28, r"insomnia|\bisi\b"),
    quantity(
        "SLEEP",
        "Sleep measure",
        "RS",
        "",
        OPEN,
        None,
        None,
        r"\bsleep|\bpsqi|\bwaso\b|wake after|number of awakening|\bnoa\b",
    ),
    quantity("FATIGUE", "Fatigue score", "RS", SCORE, DOWN, 0, 100, r"fatigue"),
    quantity(
        "COGNIT",
        "Cognitive test score",
        "FT",
        SCORE,
        UP,
        0,
        100,
        r"cogniti|\bmoca\b|\bmmse\b|mini-?mental|memory|attention|executive func",
    ),
    quantity("EQ5D", "EQ-5D", "RS", "index", UP, -0.6, 1, r"\beq-?\s?5d|euroqol"),
    quantity("SF36", "SF-36", "RS", SCORE, UP, 0, 100, r"\bsf-?\s?(?:36|12)|short[\s-]form (?:health|36)"),
    quantity("QLQ", "EORTC quality of life questionnaire", "RS", SCORE, UP, 0, 100, r"\bqlq|eortc"),
    quantity("FACT", "FACT quality of life", "RS", SCORE, UP, 0, 160, r"\bfact-?\w?\b|functional assessment of c"),
    quantity(
        "QOL",
        "Quality of life",
        "RS",
        SCORE,
        UP,
        0,
        100,
        r"quality of life|\bh?r?qol\b|well-?being|health state|health status",
    ),
    quantity("AFFECT", "Affect score", "RS", SCORE, OPEN, None, None, r"\baffect\b|\bmood\b|emotion"),
    quantity("CRAVING", "Craving", "RS", SCORE, DOWN, 0, 100, r"craving|desire for"),
    quantity("SATISF", "Satisfaction", "RS", SCORE, UP, 0, 100, r"satisf"),
    quantity("USABIL", "Usability score", "RS", SCORE, UP, 0, 100, r"usability|\bsus\b|acceptab|feasib"),
    quantity(
        "ADHERE", "Adherence", "RS", "%", UP, 0, 100, r"adherence|compliance|engagement|retention|participation in"
    ),
    quantity("ITCH", "Itch score", "RS", "points", DOWN, 0, 10, r"\bitch|prurit"),
    # surgery
    quantity("BLOODLOS", "Blood loss", "RS", "mL", DOWN, 0, 10000, r"blood loss|drainage"),
    quantity(
        "OPTIME",
        "Duration of the operation",
        "RS",
        "min",
        DOWN,
        1,
        1440,
        (
            r"(?:operati(?:on|ve)|surg(?:ery|ical)) (?:duration )?time|duration of (?:the )?(?:surgery|operation)"
            r"|operation duration"
        ),
    ),
    quantity("COST", "Costs", "RS", "", DOWN, 0, None, r"\bcosts?\b|cost-"),
    quantity("QALY", "Quality-adjusted life years", "RS", "years", UP, 0, 100, r"\bqaly|quality[\s-]adjusted"),
)
