"""Expected results at n-1, n and n+1 of each threshold, written by hand from the reference of each line.

Not derived from the rules: a change of a rule must be made here too, with its page. Each line: the rule, the
reference, what is recorded in which week, and on which values it holds and does not hold.
"""

# rule, reference, item, week, values on which it holds, values on which it does not
AMOUNTS: list[tuple[str, str, str, str, list[float], list[float]]] = [
    ("ferritin-empty", "Helsedirektoratet, jern: < 12 straks", "ferritin", "9+0", [1, 11], [12, 13]),
    ("low-ferritin", "Helsedirektoratet, jern: < 30 60 mg", "ferritin", "9+0", [12, 13, 28, 29], [11, 30, 31]),
    ("ferritin-moderate", "Helsedirektoratet, jern: 30-70 40 mg, > 70 ingen", "ferritin", "9+0", [30, 31, 69, 70], [29, 71]),
    ("low-ferritin", "Helsedirektoratet, jern: før utgangen av uke 15", "ferritin", "15+6", [20], []),
    ("low-ferritin", "Helsedirektoratet, jern: før utgangen av uke 15", "ferritin", "16+0", [], [20]),
    ("hba1c-raised", "Helsedirektoratet, svangerskapsdiabetes 1: 41-46", "hba1c", "9+0", [41, 42, 46, 47], [40, 48, 49]),
    ("hba1c-raised", "Helsedirektoratet, svangerskapsdiabetes 1: uegnet etter uke 16", "hba1c", "15+6", [43], []),
    ("hba1c-raised", "Helsedirektoratet, svangerskapsdiabetes 1: uegnet etter uke 16", "hba1c", "16+0", [], [43]),
    ("overt-diabetes", "Helsedirektoratet, svangerskapsdiabetes 1: ≥ 48", "hba1c", "9+0", [48, 49, 120], [46, 47]),
    ("overt-diabetes", "Helsedirektoratet, svangerskapsdiabetes 1: ≥ 7,0", "glucose-fasting", "26+0", [7.0, 7.1], [6.9]),
    ("overt-diabetes", "Helsedirektoratet, svangerskapsdiabetes 1: ≥ 11,1", "glucose-2h", "26+0", [11.1, 11.2], [11.0]),
    ("overt-diabetes", "reference 1.4: random ≥ 11.1", "glucose-random", "26+0", [11.1, 11.2], [11.0]),
    ("gestational-diabetes", "Helsedirektoratet, svangerskapsdiabetes 1: 5,3-6,9", "glucose-fasting", "26+0", [5.3, 5.4, 6.8, 6.9], [5.2, 7.0]),
    ("gestational-diabetes", "Helsedirektoratet, svangerskapsdiabetes 1: 9,0-11,0", "glucose-2h", "26+0", [9.0, 9.1, 10.9, 11.0], [8.9, 11.1]),
    ("bmi-specialist", "Helsedirektoratet, vekt: KMI over 35", "bmi", "8+0", [35.1, 36], [34.9, 35]),
    ("efw-below-10", "NGF, IUGR 1.1: < 10-persentilen", "efw-percentile", "30+0", [8, 9], [10, 11]),
    ("efw-below-10", "NGF, IUGR 1.1: avvik ≥ 15 %", "efw-deviation", "30+0", [-16, -15], [-14]),
    ("fluid-abnormal", "Helsedirektoratet, passert termin: AFI < 5 cm", "amniotic-fluid-index", "41+0", [4, 4.9], [5, 5.1]),
    ("fluid-abnormal", "Helsedirektoratet, passert termin: lomme < 2 cm", "deepest-pocket", "41+0", [1, 1.9], [2, 2.1]),
    ("cholestasis-suspected", "NGF, ICP 1.2: > 19 ikke-fastende", "bile-acids", "32+0", [20, 21], [18, 19]),
    ("cholestasis-suspected", "NGF, ICP 1.2: > 10 fastende", "bile-acids-fasting", "32+0", [11, 12], [9, 10]),
    ("fever-sepsis", "NGF, feber 2.1: ≥ 38,0", "temperature", "30+0", [38.0, 38.1, 41.5], [37.9]),
    ("previous-caesarean", "switched off: NGF, keisersnitt was not read", "previous-caesareans", "8+0", [], [0, 1, 2]),
    ("epds-raised", "reference 1.4: cut-off ≥ 10", "epds", "28+0", [10, 11, 30], [8, 9]),
    ("epds-self-harm", "Cox 1987: item 10", "epds-item-10", "28+0", [1, 2, 3], [0]),
    ("postpartum-blood-loss", "Helsedirektoratet, barsel: alvorlig over 1000 mL", "blood-loss", "39+0", [1001, 1600], [999, 1000]),
    ("escort-service", "St.meld. 12 (2008-2009): halvannen time", "travel-time", "20+0", [90, 91], [88, 89]),
]  # fmt: skip

# rule, reference, Hb, weeks in which it holds, weeks in which it does not
HAEMOGLOBIN: list[tuple[str, str, float, list[str], list[str]]] = [
    ("haemoconcentration", "SUS: > 13,5 i 2. og 3. trimester", 13.6, ["13+0", "13+1", "36+0"], ["12+6"]),
    ("haemoconcentration", "SUS: > 13,5 i 2. og 3. trimester", 13.5, [], ["13+0", "36+0"]),
    ("haemoconcentration", "SUS: > 13,5 i 2. og 3. trimester", 13.4, [], ["13+0", "36+0"]),
]

# rule, reference, item, answer, weeks in which it holds when it is said, weeks in which it does not
SAID: list[tuple[str, str, str, str, list[str], list[str]]] = [
    (
        "preeclampsia-symptoms",
        "NGF: etter uke 20",
        "symptom-headache",
        "yes",
        ["20+0", "20+1", "41+0"],
        ["19+6"],
    ),
    ("preeclampsia-symptoms", "NGF: etter uke 20", "symptom-upper-pain", "yes", ["20+0"], ["19+6"]),
    ("preeclampsia-symptoms", "NGF: etter uke 20", "symptom-vision", "no", [], ["30+0"]),
    (
        "ruptured-membranes",
        "NGF, pPROM 1.2: før uke 37",
        "symptom-fluid",
        "yes",
        ["36+5", "36+6"],
        ["37+0", "37+1"],
    ),
    (
        "preterm-labour",
        "NGF, pPROM 1.2: før uke 37",
        "symptom-contractions",
        "yes",
        ["36+5", "36+6"],
        ["37+0", "37+1"],
    ),
    ("bleeding", "NEL, Placenta previa", "symptom-bleeding", "yes", ["8+0", "30+0"], []),
    ("bleeding", "NEL, Placenta previa", "symptom-bleeding", "unknown", [], ["30+0"]),
    (
        "low-placenta-rescan",
        "NEL, Placenta previa: uke 18",
        "placenta-site",
        "praevia",
        ["17+0", "17+1"],
        ["16+6"],
    ),
    ("low-placenta-rescan", "NEL, Placenta previa: uke 18", "placenta-site", "posterior", [], ["18+0"]),
    ("fluid-abnormal", "Helsedirektoratet, passert termin", "amniotic-fluid", "increased", ["30+0"], []),
    ("fluid-abnormal", "Helsedirektoratet, passert termin", "amniotic-fluid", "normal", [], ["30+0"]),
    ("gbs-positive", "NGF, GBS 1.3: bakteriuri", "gbs-urine", "positive", ["20+0"], []),
    ("gbs-positive", "NGF, GBS 1.3: tidligere sykt barn", "previous-gbs-child", "yes", ["8+0"], []),
    ("gbs-positive", "NGF, GBS 1.3", "gbs", "negative", [], ["30+0"]),
    (
        "nipt-positive-unconfirmed",
        "reference 1.4: positive must be confirmed",
        "nipt-t13",
        "positive",
        ["12+0"],
        [],
    ),
    ("nipt-positive-unconfirmed", "reference 1.4", "nipt-t18", "not-reportable", [], ["12+0"]),
    ("tobacco", "Helsedirektoratet, levevaner", "snus", "occasional", ["8+0", "36+0"], []),
    ("tobacco", "Helsedirektoratet, levevaner", "smoking", "stopped", [], ["8+0"]),
    ("hiv-positive", "basisprogram", "hiv", "inconclusive", [], ["9+0"]),
    ("hiv-positive", "basisprogram", "hiv", "positive", ["9+0", "36+0"], []),
    ("syphilis-positive", "basisprogram", "syphilis", "positive", ["9+0"], []),
    ("syphilis-positive", "basisprogram", "syphilis", "negative", [], ["9+0"]),
    ("hepatitis-b-positive", "basisprogram", "hbsag", "positive", ["9+0"], []),
    ("hepatitis-b-positive", "basisprogram", "hbsag", "inconclusive", [], ["9+0"]),
    ("rubella-non-immune", "reference 1.1: IgG", "rubella", "non-immune", ["9+0"], []),
    ("rubella-non-immune", "reference 1.1: IgG", "rubella", "immune", [], ["9+0"]),
    ("chlamydia", "reference 1.3: under 25 år", "chlamydia-test", "positive", ["9+0"], []),
    ("chlamydia", "reference 1.3: under 25 år", "chlamydia-test", "negative", [], ["9+0"]),
    (
        "bacteriuria",
        "reference 1.4: screening tatt av kortet 2022",
        "bacteriuria-culture",
        "positive",
        ["9+0", "30+0"],
        [],
    ),
    (
        "bacteriuria",
        "reference 1.4: screening tatt av kortet 2022",
        "bacteriuria-culture",
        "negative",
        [],
        ["9+0"],
    ),
    ("other-antibodies", "ABO/RhD: antistoff", "antibody-screen", "inconclusive", [], ["9+0"]),
    ("alcohol", "Helsedirektoratet, levevaner", "alcohol-use", "occasional", ["8+0"], []),
    ("alcohol", "Helsedirektoratet, levevaner", "alcohol-use", "stopped", [], ["8+0"]),
    ("substance-use", "Helsedirektoratet, levevaner", "substances", "yes", ["8+0"], []),
    ("substance-use", "Helsedirektoratet, levevaner", "substances", "none", [], ["8+0"]),
    ("violence-disclosed", "Helsedirektoratet, kapittel 7", "violence", "yes", ["8+0"], []),
    ("violence-disclosed", "Helsedirektoratet, kapittel 7", "violence", "unknown", [], ["8+0"]),
    ("fgm", "Helsedirektoratet, kapittel 7", "genital-mutilation", "yes", ["8+0"], []),
    ("fgm", "Helsedirektoratet, kapittel 7", "genital-mutilation", "no", [], ["8+0"]),
    ("previous-mental-illness", "NGF, mental helse 1.2", "severe-mental-illness", "yes", ["8+0"], []),
    ("previous-mental-illness", "NGF, mental helse 1.2", "severe-mental-illness", "unknown", [], ["8+0"]),
    ("vte-risk", "NGF, trombose 1.1", "thrombosis", "yes", ["8+0"], []),
    ("vte-risk", "NGF, trombose 1.1", "thrombophilia", "yes", [], ["8+0"]),  # and no thrombosis in the family
]

# rule, reference, days of gestation on which it is due, on which it is not; what must be known beside the dating
DUE: list[tuple[str, str, list[str], list[str]]] = [
    ("early-ultrasound-due", "basisprogram: 11+0-13+6", ["11+0", "11+1", "13+5", "13+6"], ["10+6", "14+0"]),
    ("routine-ultrasound-due", "basisprogram: uke 17-19", ["17+0", "17+1", "19+5", "19+6"], ["16+6", "20+0"]),
    ("post-term-control-due", "passert termin: 7-9 dager over (41+3 til 41+5); 42+0 er overtidig", ["41+3", "41+4", "41+6"], ["41+2", "42+0"]),
    ("post-term", "passert termin: dag 294", ["42+0", "42+1"], ["41+6"]),
    ("rhd-typing-due", "ABO/RhD: uke 24, mulig til uke 36", ["24+0", "24+1", "35+6", "36+0"], ["23+6", "36+1"]),
    ("anti-d-due", "ABO/RhD: uke 28", ["28+0", "28+1"], ["27+6"]),
    ("antibody-control-due", "ABO/RhD: uke 24; 32 og 36 uten typing", ["24+0", "27+0", "32+0", "36+0"], ["23+6", "27+1", "31+6"]),
    ("hba1c-indicated", "svangerskapsdiabetes 1: før uke 16", ["6+0", "15+6"], ["5+6", "16+0"]),
    ("ogtt-indicated", "svangerskapsdiabetes 1: uke 24-28", ["24+0", "24+1", "28+6"], ["23+6", "29+0"]),
    ("nipt-eligible", "basisprogram: NIPT; vinduet er vårt", ["10+0", "21+6"], ["9+6", "22+0"]),
    ("monochorionic-surveillance", "ISUOG 2016: fra uke 16", ["16+0", "16+1"], ["15+6"]),
]  # fmt: skip

# years of age at term, earlier births, whether glucose tolerance is tested: nullip > 25, multip > 40
AGE_AND_GLUCOSE: list[tuple[int, int, bool]] = [
    (24, 0, False), (25, 0, False), (26, 0, True), (40, 1, False), (41, 1, True), (39, 2, False),
]  # fmt: skip
AGE_AND_NIPT: list[tuple[int, bool]] = [(34, False), (35, True), (36, True)]  # 35 or older at term

# body mass index, gain in kg, week, whether outside: 12.5-18, 11.5-16, 7-11.5, 5-9 kg
GAIN: list[tuple[float, float, str, bool]] = [
    (18.4, 18, "30+0", False), (18.4, 18.1, "30+0", True), (18.5, 16, "30+0", False), (18.5, 16.1, "30+0", True),
    (24.9, 16.1, "30+0", True), (25, 11.5, "30+0", False), (25, 11.6, "30+0", True), (29.9, 11.6, "30+0", True),
    (30, 9, "30+0", False), (30, 9.1, "30+0", True), (22, 11.4, "36+6", False), (22, 11.4, "37+0", True),
    (22, 11.5, "37+0", False), (18, 12.4, "38+0", True), (27, 6.9, "38+0", True), (32, 4.9, "38+0", True), (32, 5, "38+0", False),
]  # fmt: skip
# fundal heights as week and cm, whether the curve is flat: fourteen days without growth, from 24+0 to 36+6
HEIGHTS: list[tuple[list[tuple[str, float]], bool]] = [
    ([("28+0", 27), ("30+0", 27)], True),
    ([("28+0", 27), ("30+0", 26)], True),
    ([("28+0", 27), ("30+0", 28)], False),
    ([("28+0", 27), ("29+6", 27)], False),  # thirteen days
    ([("23+6", 23), ("26+0", 23)], False),
    ([("24+0", 23), ("26+0", 23)], True),
    ([("34+6", 33), ("36+6", 33)], True),
    ([("34+6", 33), ("37+0", 33)], False),
    ([("28+0", 27), ("30+0", 27), ("31+0", 29)], False),  # it grew again
]
# presentation, week seen, whether it is a finding: from 36+0
PRESENTATIONS: list[tuple[str, str, bool]] = [
    ("breech", "35+6", False), ("breech", "36+0", True), ("transverse", "36+1", True), ("cephalic", "37+0", False),
]  # fmt: skip
# pressure after birth on the third day, whether it is a finding: 140/90 as in pregnancy (NGF, postpartumoppfølging)
AFTER_BIRTH: list[tuple[int, int, bool]] = [
    (139, 89, False),
    (140, 89, True),
    (139, 90, True),
    (141, 91, True),
]
# ATC of a medicine, whether it is named: oral retinoids, valproate, thalidomide (DMP)
MEDICINES: list[tuple[str, bool]] = [
    ("D10BA01", True), ("D05BB02", True), ("N03AG01", True), ("L04AX02", True), ("D10AD01", False), ("N02BE01", False),
]  # fmt: skip
# what the card knows of interpreters, whether she needs one (tolkeloven § 6)
INTERPRETER: list[tuple[bool | None, bool]] = [(True, True), (False, False), (None, False)]
# days after the birth, whether the midwife's home visit is overdue (days 1-6, and the day after them)
# when she came home (None: not noted), week, whether a home visit is overdue
# barselomsorgen, «Hjemmebesøk»: jordmor i løpet av de tre første døgnene etter hjemreisen; not noted: day 6 after birth
HOME_VISIT: list[tuple[str | None, str, bool]] = [
    (None, "39+5", False), (None, "39+6", False), (None, "40+0", True),
    ("39+0", "39+2", False), ("39+0", "39+3", False), ("39+0", "39+4", True),
    ("39+2", "39+4", False), ("39+2", "39+5", False), ("39+2", "39+6", True),
    ("40+1", "40+3", False), ("38+6", "39+6", False), ("38+6", "40+0", True),
]  # fmt: skip
# barselomsorgen, «Hjemmebesøk»: helsesøster 7.–10. dag etter fødselen, whenever she came home
NURSE_VISIT: list[tuple[str, bool]] = [("40+2", False), ("40+3", False), ("40+4", True)]
# week, whether a visit of the programme is overdue where none was held: the first is due in weeks 6-12
VISIT: list[tuple[str, bool]] = [("12+6", False), ("13+0", True)]
NONE_FELT: list[tuple[str, bool]] = [
    ("23+6", False),
    ("24+0", True),
    ("24+1", True),
]  # NGF, Lite liv: from 24+0 here
MOVEMENTS: list[tuple[str, str, bool]] = [
    ("reduced", "23+6", False), ("reduced", "24+0", True), ("reduced", "24+1", True), ("normal", "30+0", False),
]  # fmt: skip
