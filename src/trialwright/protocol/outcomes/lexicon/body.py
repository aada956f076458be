"""The quantities that outcomes name of the body: vital signs, measures of organs, joints, pain and movement."""

from __future__ import annotations

from trialwright.protocol.outcomes import OutcomeType
from trialwright.protocol.outcomes.lexicon.concept import DOWN, OPEN, SCORE, UP, Concept, quantity

BODY: tuple[Concept, ...] = (
    # vital signs and body measures
    quantity("SYSBP", "Systolic blood pressure", "VS", "mmHg", DOWN, 50, 260, r"systolic|blood pressure|hypertension"),
    quantity("DIABP", "Diastolic blood pressure", "VS", "mmHg", DOWN, 30, 160, r"diastolic"),
    quantity("HR", "Heart rate", "VS", "beats/min", OPEN, 25, 240, r"heart rate|pulse rate"),
    quantity("RESP", "Respiratory rate", "VS", "breaths/min", OPEN, 4, 70, r"respiratory rate"),
    quantity("TEMP", "Body temperature", "VS", "C", OPEN, 33, 43, r"(?:body )?temperature"),
    quantity("BMI", "Body mass index", "VS", "kg/m2", OPEN, 10, 80, r"\bbmi\b|body mass index"),
    quantity("WEIGHT", "Body weight", "VS", "kg", OPEN, 1, 350, r"body weight|weight (?:loss|change|gain)|^weight\b"),
    quantity("WAIST", "Waist circumference", "VS", "cm", DOWN, 40, 220, r"waist"),
    quantity("LVEF", "Left ventricular ejection fraction", "FT", "%", UP, 5, 85, r"ejection fraction|\blvef\b"),
    quantity("QTC", "QT interval, corrected", "FT", "ms", DOWN, 300, 650, r"\bqtc?\b|electrocardiogra|\becg\b"),
    quantity(
        "STIFF", "Arterial stiffness", "FT", "m/s", DOWN, 2, 30, r"arter\w+ stiffness|pulse wave velocity|\bcavi\b"
    ),
    quantity("BCVA", "Best corrected visual acuity", "FT", "letters", UP, 0, 100, r"visual acuity|\bbcva\b|etdrs"),
    quantity(
        "RETTHK",
        "Retinal thickness",
        "FT",
        "um",
        DOWN,
        100,
        1000,
        r"retinal thickness|\bcst\b|macular thickness|central subfield",
    ),
    # rheumatology
    quantity(
        "DAS28",
        "Disease activity score in 28 joints",
        "RS",
        SCORE,
        DOWN,
        0,
        10,
        r"\bdas\s?-?28|disease activity score",
        by_change=True,
    ),
    quantity("ACR20", "ACR response", "RS", "", UP, None, None, r"\bacr\s?-?(?:20|50|70)", kind=OutcomeType.BINARY),
    quantity("WOMAC", "WOMAC", "RS", SCORE, DOWN, 0, 100, r"\bwomac\b"),
    quantity("KOOS", "KOOS", "RS", SCORE, UP, 0, 100, r"\bkoos\b"),
    quantity("HAQ", "Health assessment questionnaire", "RS", SCORE, DOWN, 0, 3, r"\bhaq\b"),
    # pain and function
    quantity("PAINLLEG", "Pain in the left leg", "RS", "mm|cm|points", DOWN, 0, 100, r"left leg"),
    quantity("PAINRLEG", "Pain in the right leg", "RS", "mm|cm|points", DOWN, 0, 100, r"right leg"),
    quantity("PAINLEG", "Pain in the leg", "RS", "mm|cm|points", DOWN, 0, 100, r"leg pain|(?:vas|pain).{0,15}\bleg\b"),
    quantity("PAINARM", "Pain in the arm", "RS", "mm|cm|points", DOWN, 0, 100, r"(?<!neck and )arm pain"),
    quantity("PAINNECK", "Pain in the neck", "RS", "mm|cm|points", DOWN, 0, 100, r"neck (?:and arm )?pain"),
    quantity(
        "PAINBACK",
        "Back pain",
        "RS",
        "mm|cm|points",
        DOWN,
        0,
        100,
        r"(?:low(?:er)?[\s-])?back pain|lumbar pain|(?:vas|pain|nprs|nrs).{0,20}\b(?:back|lumbar)\b",
    ),
    quantity("ODI", "Oswestry disability index", "RS", "%", DOWN, 0, 100, r"oswestry|\bodi\b"),
    quantity("NDI", "Neck disability index", "RS", "%", DOWN, 0, 100, r"neck disability|\bndi\b"),
    quantity("PDETECT", "painDETECT", "RS", SCORE, DOWN, -1, 38, r"paindetect"),
    quantity("TSK", "Tampa scale of kinesiophobia", "RS", SCORE, DOWN, 17, 68, r"tampa|kinesiophobia|fear of movement"),
    quantity("PAIN", "Pain", "RS", "points|mm|cm", DOWN, 0, 100, r"\bpain\b|\bvas\b|visual analog|\bnprs\b"),
    quantity(
        "OPIOID",
        "Opioid consumption",
        "RS",
        "mg",
        DOWN,
        0,
        1000,
        (
            r"(?:morphine|opioid|fentanyl|analgesi\w+).{0,30}(?:consum|use|utili|dose|requirement)"
            r"|(?:consum\w+|use|utili[sz]ation) of (?:\w+ ){0,2}(?:morphine|opioid|fentanyl|analges)"
        ),
    ),
    quantity(
        "ROM",
        "Range of motion",
        "FT",
        "degrees",
        UP,
        0,
        360,
        r"range of (?:motion|movement)|\brom\b|inclinometer|mouth opening|angular motion",
    ),
    quantity("GRIP", "Muscle strength", "FT", "kg", UP, 0, 100, r"grip|muscle strength|\bstrength\b"),
    quantity("TUG", "Timed up and go", "FT", "s", DOWN, 3, 120, r"timed up|\btug\b"),
    quantity("GAIT", "Gait speed", "FT", "m/s", UP, 0, 3, r"gait|walking speed"),
)
