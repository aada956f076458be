"""The clinical quantities that outcomes name: how each is recognised, its code, unit, range and better direction.

Codes follow SDTM's test codes where one exists. Ranges are what a reading in an adult can
plausibly be, not reference ranges. Domains are those of
`trialwright.dataset.columns`: laboratory and drug concentrations LB, vital signs VS, functional tests FT, imaging,
clinical scores, questionnaires and clinical events RS.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from trialwright.protocol.outcomes import Direction, OutcomeType, Parameter

UP, DOWN, OPEN = Direction.HIGHER, Direction.LOWER, Direction.UNSTATED
_SCORE = "score"


@dataclass(frozen=True, slots=True)
class Concept:
    """One quantity. `units`: the usual unit, then others that measure the same kind of thing. `by_change`: it is known
    before treatment as a matter of course, so that it is looked at as a change from baseline."""

    code: str
    name: str
    domain: str
    units: tuple[str, ...]
    direction: Direction
    low: float | None
    high: float | None
    pattern: re.Pattern[str]
    type: OutcomeType = OutcomeType.CONTINUOUS
    by_change: bool = False
    categories: tuple[tuple[int, str], ...] = ()

    @property
    def unit(self) -> str | None:
        """The usual unit, None where the quantity has none."""
        return self.units[0] if self.units else None

    def parameter(self, unit: str | None = None) -> Parameter:
        """The quantity as a parameter, in its usual unit unless another is given."""
        return Parameter(
            self.code, self.name, self.domain, unit or self.unit, self.categories, low=self.low, high=self.high
        )


MMRC = (
    (0, "breathless only with strenuous exercise"),
    (1, "short of breath when hurrying or walking up a slight hill"),
    (2, "walks slower than people of the same age or stops for breath"),
    (3, "stops for breath after about 100 metres or a few minutes"),
    (4, "too breathless to leave the house or when dressing"),
)
_ORDINAL = OutcomeType.ORDINAL

# code, name, domain, units ("|" between them), direction, low, high, pattern[, type[, by_change[, categories]]]
_ROWS: tuple[tuple[Any, ...], ...] = (
    # imaging of the lung
    (
        "CONSPROP",
        "Consolidation, proportion of lung volume",
        "RS",
        "%",
        DOWN,
        0,
        100,
        r"consolidation|solid (?:component|lesion)",
        OutcomeType.CONTINUOUS,
        True,
    ),
    (
        "GGOPROP",
        "Ground-glass opacity, proportion of lung volume",
        "RS",
        "%",
        DOWN,
        0,
        100,
        r"ground[\s-]?glass|\bggo\b",
        OutcomeType.CONTINUOUS,
        True,
    ),
    (
        "LESPROP",
        "Total lesion proportion of lung volume",
        "RS",
        "%",
        DOWN,
        0,
        100,
        r"lesions? (?:proportion|volume|size|area).{0,40}lung|lung lesion|lesion proportion|pulmonary lesion",
        OutcomeType.CONTINUOUS,
        True,
    ),
    (
        "LESWGT",
        "Total voxel weight in lesions (HU times volume)",
        "RS",
        "HU*mL",
        OPEN,
        -900000,
        900000,
        r"voxel.{0,3}weight|total voxel",
        OutcomeType.CONTINUOUS,
        True,
    ),
    (
        "PNEUINF",
        "Pneumonia infiltration score",
        "RS",
        _SCORE,
        DOWN,
        0,
        24,
        r"infiltrat\w*.{0,30}(?:pneumonia|lung|bilateral)|(?:pneumonia|lung|pulmonary|bilateral).{0,30}infiltrat",
    ),
    ("CTSCORE", "CT severity score", "RS", _SCORE, DOWN, 0, 25, r"ct (?:severity )?scor"),
    # gas exchange and lung function
    (
        "PIO2",
        "Inspired oxygen pressure",
        "FT",
        "mmHg",
        OPEN,
        100,
        760,
        r"oxygen pressure in inspiration|inspired oxygen pressure|\bpio2\b",
    ),
    (
        "PFRATIO",
        "PaO2/FiO2",
        "FT",
        "mmHg|kPa",
        UP,
        30,
        700,
        r"pao2\s?/\s?fio2|p/f ratio|\bpf ratio|oxygenation index|horowitz",
        OutcomeType.CONTINUOUS,
        True,
    ),
    (
        "SPO2",
        "Oxygen saturation",
        "VS",
        "%|%O2",
        UP,
        50,
        100,
        r"oxygen saturation|\bspo2\b|\bsao2\b|o2 saturation|saturation of oxygen|oximetry",
        OutcomeType.CONTINUOUS,
        True,
    ),
    (
        "VCMAX",
        "Maximum vital capacity",
        "FT",
        "L|mL|% predicted",
        UP,
        0.3,
        8,
        r"vital capacity|\bvcmax\b|vc max|\bfvc\b",
    ),
    ("FEV1", "Forced expiratory volume in 1 s", "FT", "L|mL|% predicted", UP, 0.2, 7, r"\bfev-?1?\b|forced expiratory"),
    (
        "DLCO",
        "Diffusing capacity for carbon monoxide",
        "FT",
        "mL/min/mmHg|% predicted|mmol/min/kPa",
        UP,
        2,
        50,
        r"\bdlco\b|diffusi(?:ng|on) capacity|\btlco\b",
    ),
    (
        "LUNGFX",
        "Lung function",
        "FT",
        "% predicted|L",
        UP,
        10,
        150,
        r"(?:lung|pulmonary|respiratory) function|spirometr",
    ),
    ("SIXMWD", "6-minute walk distance", "FT", "m", UP, 0, 1000, r"(?:6|six)[\s-]?min(?:ute)?s?[\s-]walk|\b6mw[dt]\b"),
    (
        "MMRC",
        "Modified Medical Research Council dyspnoea scale",
        "RS",
        "",
        DOWN,
        0,
        4,
        r"\bmmrc\b|medical research council|mrc dyspn",
        _ORDINAL,
        False,
        MMRC,
    ),
    (
        "O2DAYS",
        "Days on oxygen therapy",
        "RS",
        "days|hours",
        DOWN,
        0,
        365,
        r"(?:duration|days|time) of (?:supplemental )?oxygen|oxygen therapy",
        OutcomeType.DURATION,
    ),
    (
        "VENTDAYS",
        "Days on mechanical ventilation",
        "RS",
        "days|hours",
        DOWN,
        0,
        365,
        r"(?:duration|days|time|length) (?:of|on) (?:\w+ ){0,2}ventilat",
        OutcomeType.DURATION,
    ),
    (
        "VENTFREE",
        "Ventilator-free days",
        "RS",
        "days",
        UP,
        0,
        365,
        r"ventilator[\s-]free|days (?:alive and )?free (?:of|from)",
        OutcomeType.DURATION,
    ),
    (
        "ICUDAYS",
        "Days in intensive care",
        "RS",
        "days|hours",
        DOWN,
        0,
        365,
        (
            r"(?:icu|intensive care).{0,25}(?:stay|days|duration|length)|(?:stay|days|length).{0,25}(?:icu\b"
            r"|intensive care)"
        ),
        OutcomeType.DURATION,
    ),
    (
        "HOSPDAYS",
        "Days in hospital",
        "RS",
        "days|hours",
        DOWN,
        0,
        365,
        (
            r"hospital(?:i[sz]ation)?.{0,15}(?:stay|days|duration|length)|(?:length|duration|days"
            r"|time).{0,20}(?:hospital"
            r"|of stay)"
            r"|length of stay"
        ),
        OutcomeType.DURATION,
    ),
    # laboratory
    ("LDH", "Lactate dehydrogenase", "LB", "U/L|IU/L|ukat/L", DOWN, 50, 5000, r"lactate dehydrogenase|\bldh\b"),
    (
        "CRP",
        "C-reactive protein",
        "LB",
        "mg/L|mg/dL",
        DOWN,
        0,
        500,
        r"c[\s-]reactive[\s-]protein|\bhs-?crp\b|(?<!cr, )\bcrp\b(?!,? (?:and |or )?cri)",
    ),
    ("DDIMER", "D-dimer", "LB", "mg/L FEU|ug/mL|ug/mL FEU|mg/L|ng/mL|ug/L", DOWN, 0, 100, r"\bd-?\s?dimers?\b"),
    ("FERRITIN", "Ferritin", "LB", "ng/mL|ug/L|pmol/L", DOWN, 5, 20000, r"ferritine?\b"),
    ("PCT", "Procalcitonin", "LB", "ng/mL|ug/L", DOWN, 0, 100, r"procalcitonin"),
    ("ESR", "Erythrocyte sedimentation rate", "LB", "mm/h", DOWN, 0, 150, r"sedimentation rate|\besr\b"),
    ("LYM", "Lymphocytes", "LB", "10^9/L|cells/uL|%", UP, 0, 20, r"lymphocyte"),
    ("WBC", "Leukocytes", "LB", "10^9/L", OPEN, 0, 200, r"white (?:blood )?cell|leu[kc]ocyte|\bwbc\b"),
    ("NEUT", "Neutrophils", "LB", "10^9/L", OPEN, 0, 100, r"neutrophils?(?! engraft| recover)|\banc\b"),
    ("EOS", "Eosinophils", "LB", "10^9/L", OPEN, 0, 20, r"eosinophil"),
    ("BASO", "Basophils", "LB", "10^9/L", OPEN, 0, 5, r"basophil"),
    ("MONO", "Monocytes", "LB", "10^9/L", OPEN, 0, 20, r"monocyte"),
    ("PLAT", "Platelets", "LB", "10^9/L", UP, 1, 1500, r"platelets?(?! recover| engraft)"),
    ("HGB", "Haemoglobin", "LB", "g/dL|g/L|mmol/L", UP, 3, 22, r"ha?emoglobin(?! a1c)|\bhgb\b"),
    ("HCT", "Haematocrit", "LB", "%", OPEN, 10, 70, r"ha?ematocrit"),
    ("RBC", "Erythrocytes", "LB", "10^12/L", OPEN, 1, 9, r"red (?:blood )?cells?\b(?! distrib)|erythrocytes?\b"),
    (
        "HBA1C",
        "Glycated haemoglobin",
        "LB",
        "%|mmol/mol",
        DOWN,
        3,
        18,
        r"hba1c|glycat\w+ ha?emoglobin|ha?emoglobin a1c",
    ),
    ("GLUC", "Glucose", "LB", "mg/dL|mmol/L", DOWN, 20, 900, r"glucose|glyc[ae]+mi|\bfpg\b|\bfbg\b"),
    ("INSULIN", "Insulin", "LB", "uU/mL|pmol/L", OPEN, 0, 500, r"\binsulin (?:level|concentration|resist|secret)|homa"),
    ("CPEPTIDE", "C-peptide", "LB", "ng/mL|nmol/L", UP, 0, 20, r"c-?\s?peptide"),
    ("CREAT", "Creatinine", "LB", "mg/dL|umol/L", DOWN, 0.2, 20, r"creatinine(?! kinase)"),
    ("GFR", "Glomerular filtration rate", "LB", "mL/min/1.73m2|mL/min", UP, 1, 200, r"\be?gfr\b|glomerular filtration"),
    (
        "UACR",
        "Urinary albumin/creatinine ratio",
        "LB",
        "mg/g",
        DOWN,
        0,
        10000,
        r"\buacr\b|albumin.{0,10}creatinine ratio",
    ),
    ("ALT", "Alanine aminotransferase", "LB", "U/L", DOWN, 3, 5000, r"alanine (?:amino|trans)|\balt\b|\bsgpt\b"),
    ("AST", "Aspartate aminotransferase", "LB", "U/L", DOWN, 3, 5000, r"aspartate (?:amino|trans)|\bast\b|\bsgot\b"),
    ("BILI", "Bilirubin", "LB", "mg/dL|umol/L", DOWN, 0.1, 40, r"bilirubin"),
    ("ALB", "Albumin", "LB", "g/L|g/dL", UP, 10, 60, r"\balbumin\b"),
    (
        "CHOL",
        "Cholesterol",
        "LB",
        "mg/dL|mmol/L",
        DOWN,
        50,
        500,
        r"total cholesterol|\bcholesterol\b|lipid|lipoprotein",
    ),
    ("TRIG", "Triglycerides", "LB", "mg/dL|mmol/L", DOWN, 20, 3000, r"triglyceride"),
    ("CK", "Creatine kinase", "LB", "U/L", DOWN, 10, 100000, r"creatine? (?:phospho)?kinase|\bcpk\b"),
    ("TROPONIN", "Troponin", "LB", "ng/L", DOWN, 0, 50000, r"troponin"),
    ("CORTISOL", "Cortisol", "LB", "nmol/L|ug/dL", OPEN, 0, 2000, r"cortiso(?:l|ne)"),
    ("CD4", "CD4 cells", "LB", "cells/uL", UP, 0, 2500, r"\bcd4\b|cd4\+"),
    (
        "VIRLOAD",
        "Viral load",
        "LB",
        "log10 copies/mL|copies/mL",
        DOWN,
        0,
        12,
        r"viral (?:load|rna|dna)|\bvl\b|vir[ae]+mia",
    ),
    (
        "ANTIBODY",
        "Antibody titre",
        "LB",
        "titre|AU/mL|BAU/mL",
        OPEN,
        0,
        100000,
        r"antibod(?:y|ies) (?:titer|titre|level|concentration|response)|\bgm[ct]\b|\big[gam]\b|neutrali[sz]ing antibod",
    ),
    (
        "CYTOKINE",
        "Cytokine concentration",
        "LB",
        "pg/mL",
        OPEN,
        0,
        100000,
        r"cytokine|chemokine|interleukin|\bil-?\s?[0-9]+\b|tnf|interferon|inflammatory (?:marker|factor|mediator)",
    ),
    ("BLAST", "Blasts", "LB", "%", DOWN, 0, 100, r"\bblasts\b|myelogram"),
    ("BCRABL", "BCR-ABL1", "LB", "% IS", DOWN, 0, 100, r"bcr-?\s?abl"),
    # drug concentrations
    (
        "AUC",
        "Area under the concentration-time curve",
        "LB",
        "h*ng/mL",
        OPEN,
        0,
        None,
        r"\bauc|area under (?:the )?(?:\w+[\s-]){0,4}curve",
    ),
    (
        "CMAX",
        "Maximum concentration",
        "LB",
        "ng/mL",
        OPEN,
        0,
        None,
        r"\bcmax|(?:maximum|peak) (?:\w+ ){0,3}concentration",
    ),
    (
        "CTROUGH",
        "Trough concentration",
        "LB",
        "ng/mL",
        OPEN,
        0,
        None,
        r"\bcmin|\bctrough|\bctau|trough|minimum (?:\w+ ){0,3}concentration|concentrations? at the end of the dosing",
    ),
    (
        "TMAX",
        "Time of maximum concentration",
        "LB",
        "h",
        OPEN,
        0,
        None,
        r"\btmax|time (?:to|of) (?:\w+ ){0,3}(?:peak|maximum)",
    ),
    ("THALF", "Terminal half-life", "LB", "h", OPEN, 0, None, r"half-?\s?life|\bt\s?1/2"),
    (
        "CLEAR",
        "Clearance",
        "LB",
        "L/h",
        OPEN,
        0,
        None,
        r"\bcl/f|(?:apparent |total |plasma )?clearance\b(?! rate of)|pharmacokinetics - cl\b",
    ),
    (
        "VOLDIST",
        "Volume of distribution",
        "LB",
        "L",
        OPEN,
        0,
        None,
        r"volume (?:of )?distribution|\bvd?/f|\bvss\b|\bvz",
    ),
    ("LAMBDAZ", "Elimination rate constant", "LB", "1/h", OPEN, 0, None, r"elimination rate constant|λz|\blambda"),
    ("CAVG", "Average concentration", "LB", "ng/mL", OPEN, 0, None, r"\bcavg"),
    (
        "CONC",
        "Drug concentration",
        "LB",
        "ng/mL",
        OPEN,
        0,
        None,
        (
            r"(?:plasma|serum|blood|drug|tissue|csf) (?:\w+ ){0,3}(?:concentrations?|levels?)|concentrations? of"
            r"|pharmacokinetic|\bpk\b"
            r"|activity trough"
        ),
    ),
    # vital signs and body measures
    ("SYSBP", "Systolic blood pressure", "VS", "mmHg", DOWN, 50, 260, r"systolic|blood pressure|hypertension"),
    ("DIABP", "Diastolic blood pressure", "VS", "mmHg", DOWN, 30, 160, r"diastolic"),
    ("HR", "Heart rate", "VS", "beats/min", OPEN, 25, 240, r"heart rate|pulse rate"),
    ("RESP", "Respiratory rate", "VS", "breaths/min", OPEN, 4, 70, r"respiratory rate"),
    ("TEMP", "Body temperature", "VS", "C", OPEN, 33, 43, r"(?:body )?temperature"),
    ("BMI", "Body mass index", "VS", "kg/m2", OPEN, 10, 80, r"\bbmi\b|body mass index"),
    ("WEIGHT", "Body weight", "VS", "kg", OPEN, 1, 350, r"body weight|weight (?:loss|change|gain)|^weight\b"),
    ("WAIST", "Waist circumference", "VS", "cm", DOWN, 40, 220, r"waist"),
    ("LVEF", "Left ventricular ejection fraction", "FT", "%", UP, 5, 85, r"ejection fraction|\blvef\b"),
    ("QTC", "QT interval, corrected", "FT", "ms", DOWN, 300, 650, r"\bqtc?\b|electrocardiogra|\becg\b"),
    ("STIFF", "Arterial stiffness", "FT", "m/s", DOWN, 2, 30, r"arter\w+ stiffness|pulse wave velocity|\bcavi\b"),
    ("BCVA", "Best corrected visual acuity", "FT", "letters", UP, 0, 100, r"visual acuity|\bbcva\b|etdrs"),
    (
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
    (
        "DAS28",
        "Disease activity score in 28 joints",
        "RS",
        _SCORE,
        DOWN,
        0,
        10,
        r"\bdas\s?-?28|disease activity score",
        OutcomeType.CONTINUOUS,
        True,
    ),
    ("ACR20", "ACR response", "RS", "", UP, None, None, r"\bacr\s?-?(?:20|50|70)", OutcomeType.BINARY),
    ("WOMAC", "WOMAC", "RS", _SCORE, DOWN, 0, 100, r"\bwomac\b"),
    ("KOOS", "KOOS", "RS", _SCORE, UP, 0, 100, r"\bkoos\b"),
    ("HAQ", "Health assessment questionnaire", "RS", _SCORE, DOWN, 0, 3, r"\bhaq\b"),
    # pain and function
    ("PAINLLEG", "Pain in the left leg", "RS", "mm|cm|points", DOWN, 0, 100, r"left leg"),
    ("PAINRLEG", "Pain in the right leg", "RS", "mm|cm|points", DOWN, 0, 100, r"right leg"),
    ("PAINLEG", "Pain in the leg", "RS", "mm|cm|points", DOWN, 0, 100, r"leg pain|(?:vas|pain).{0,15}\bleg\b"),
    ("PAINARM", "Pain in the arm", "RS", "mm|cm|points", DOWN, 0, 100, r"(?<!neck and )arm pain"),
    ("PAINNECK", "Pain in the neck", "RS", "mm|cm|points", DOWN, 0, 100, r"neck (?:and arm )?pain"),
    (
        "PAINBACK",
        "Back pain",
        "RS",
        "mm|cm|points",
        DOWN,
        0,
        100,
        r"(?:low(?:er)?[\s-])?back pain|lumbar pain|(?:vas|pain|nprs|nrs).{0,20}\b(?:back|lumbar)\b",
    ),
    ("ODI", "Oswestry disability index", "RS", "%", DOWN, 0, 100, r"oswestry|\bodi\b"),
    ("NDI", "Neck disability index", "RS", "%", DOWN, 0, 100, r"neck disability|\bndi\b"),
    ("PDETECT", "painDETECT", "RS", _SCORE, DOWN, -1, 38, r"paindetect"),
    ("TSK", "Tampa scale of kinesiophobia", "RS", _SCORE, DOWN, 17, 68, r"tampa|kinesiophobia|fear of movement"),
    ("PAIN", "Pain", "RS", "points|mm|cm", DOWN, 0, 100, r"\bpain\b|\bvas\b|visual analog|\bnprs\b"),
    (
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
    (
        "ROM",
        "Range of motion",
        "FT",
        "degrees",
        UP,
        0,
        360,
        r"range of (?:motion|movement)|\brom\b|inclinometer|mouth opening|angular motion",
    ),
    ("GRIP", "Muscle strength", "FT", "kg", UP, 0, 100, r"grip|muscle strength|\bstrength\b"),
    ("TUG", "Timed up and go", "FT", "s", DOWN, 3, 120, r"timed up|\btug\b"),
    ("GAIT", "Gait speed", "FT", "m/s", UP, 0, 3, r"gait|walking speed"),
    # mental health, sleep, quality of life
    ("PHQ9", "Patient health questionnaire", "RS", _SCORE, DOWN, 0, 27, r"\bphq|patient health questionnaire"),
    ("GAD7", "Generalised anxiety disorder scale", "RS", _SCORE, DOWN, 0, 21, r"\bgad-?\s?7|generali[sz]ed anxiety"),
    ("HADS", "Hospital anxiety and depression scale", "RS", _SCORE, DOWN, 0, 42, r"\bhads\b|hospital anxiety"),
    ("DEPRESS", "Depression score", "RS", _SCORE, DOWN, 0, 100, r"depressi"),
    ("ANXIETY", "Anxiety score", "RS", _SCORE, DOWN, 0, 100, r"anxi"),
    ("STRESS", "Stress score", "RS", _SCORE, DOWN, 0, 100, r"(?:perceived |acute )?stress|ptsd"),
    ("DISTRESS", "Distress score", "RS", _SCORE, DOWN, 0, 100, r"\bdistress"),
    ("ISI", "Insomnia severity index", "RS", _SCORE, DOWN, 0, 28, r"insomnia|\bisi\b"),
    (
        "SLEEP",
        "Sleep measure",
        "RS",
        "",
        OPEN,
        None,
        None,
        r"\bsleep|\bpsqi|\bwaso\b|wake after|number of awakening|\bnoa\b",
    ),
    ("FATIGUE", "Fatigue score", "RS", _SCORE, DOWN, 0, 100, r"fatigue"),
    (
        "COGNIT",
        "Cognitive test score",
        "FT",
        _SCORE,
        UP,
        0,
        100,
        r"cogniti|\bmoca\b|\bmmse\b|mini-?mental|memory|attention|executive func",
    ),
    ("EQ5D", "EQ-5D", "RS", "index", UP, -0.6, 1, r"\beq-?\s?5d|euroqol"),
    ("SF36", "SF-36", "RS", _SCORE, UP, 0, 100, r"\bsf-?\s?(?:36|12)|short[\s-]form (?:health|36)"),
    ("QLQ", "EORTC quality of life questionnaire", "RS", _SCORE, UP, 0, 100, r"\bqlq|eortc"),
    ("FACT", "FACT quality of life", "RS", _SCORE, UP, 0, 160, r"\bfact-?\w?\b|functional assessment of c"),
    (
        "QOL",
        "Quality of life",
        "RS",
        _SCORE,
        UP,
        0,
        100,
        r"quality of life|\bh?r?qol\b|well-?being|health state|health status",
    ),
    ("AFFECT", "Affect score", "RS", _SCORE, OPEN, None, None, r"\baffect\b|\bmood\b|emotion"),
    ("CRAVING", "Craving", "RS", _SCORE, DOWN, 0, 100, r"craving|desire for"),
    ("SATISF", "Satisfaction", "RS", _SCORE, UP, 0, 100, r"satisf"),
    ("USABIL", "Usability score", "RS", _SCORE, UP, 0, 100, r"usability|\bsus\b|acceptab|feasib"),
    ("ADHERE", "Adherence", "RS", "%", UP, 0, 100, r"adherence|compliance|engagement|retention|participation in"),
    ("ITCH", "Itch score", "RS", "points", DOWN, 0, 10, r"\bitch|prurit"),
    # surgery
    ("BLOODLOS", "Blood loss", "RS", "mL", DOWN, 0, 10000, r"blood loss|drainage"),
    (
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
    ("COST", "Costs", "RS", "", DOWN, 0, None, r"\bcosts?\b|cost-"),
    ("QALY", "Quality-adjusted life years", "RS", "years", UP, 0, 100, r"\bqaly|quality[\s-]adjusted"),
)


@cache
def concepts() -> tuple[Concept, ...]:
    """The table, in the order in which patterns are tried: the more specific before the more general."""
    out = []
    for row in _ROWS:
        code, name, domain, units, direction, low, high, pattern, *rest = row
        kind = rest[0] if rest else OutcomeType.CONTINUOUS
        by_change = bool(rest[1]) if len(rest) > 1 else False
        categories = rest[2] if len(rest) > 2 else ()
        out.append(
            Concept(
                str(code),
                str(name),
                str(domain),
                tuple(u for u in str(units).split("|") if u),
                direction,
                low,
                high,
                re.compile(str(pattern)),
                kind,
                by_change,
                categories,
            )
        )
    return tuple(out)


def concepts_in(text: str) -> list[Concept]:
    """Every quantity that the text names, in the table's order, at most 12; the text is in lower case."""
    return [concept for concept in concepts() if concept.pattern.search(text)][:12]
