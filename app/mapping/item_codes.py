"""TABLE: by which codes an item of the card is recognised, beside its own code; and codes that are answers.

LOINC and SNOMED CT: each code was seen in two published sources, see docs/content.md; those of Norsk laboratoriekodeverk
(NLK/NPU) come from the ConceptMap ``nlk-loinc``. An item that is not listed here has its own code only, since no published one was established.
"""

from app.fhir import codes as c
from app.mapping.national_codes import beside, under_npu

L, S, V = c.LOINC, c.SNOMED, c.VOLVEN_TEXT_RESULT
_CODES: dict[str, tuple[tuple[str, str], ...]] = {
    # asked
    "birth-preparation": ((S, "702396006"),),
    "breastfeeding-guidance": ((S, "243094003"),),
    "gestational-diabetes-diagnosed": ((S, c.DIABETES_GESTATIONAL),),
    "preeclampsia-diagnosed": ((S, c.PRE_ECLAMPSIA),),
    "previous-live-births": ((L, "11636-8"),),
    "previous-miscarriages": ((L, "11614-5"), (S, "248989003")),
    "previous-stillbirths": ((L, "57062-2"), (S, "252112002")),
    "previous-ectopic": ((L, "33065-4"), (S, "440537001")),
    "parity": ((L, c.PARITY), (S, "364325004")),
    "previous-caesareans": ((L, "68497-7"), (S, "252115000")),
    "consanguinity": ((S, "842009"),),
    "folate-during": ((S, "792807003"),),
    "smoking": ((L, "72166-2"), (S, "229819007")),
    "alcohol-use": ((L, "74013-4"),),
    "epds": ((L, "99046-5"),),
    "violence": ((L, "95391-9"), (S, c.VIOLENCE)),
    "genital-mutilation": ((S, "95041000119101"),),
    # laboratory
    "ferritin": ((L, c.FERRITIN),),
    "hba1c": ((L, c.HBA1C),),
    "glucose-fasting": ((L, c.GLUCOSE_FASTING),),
    "glucose-2h": ((L, c.GLUCOSE_2H),),
    "hbsag": ((L, "5195-3"), (L, "5196-1")),
    "anti-hbc": ((L, "16933-4"),),
    "hiv": ((L, "56888-1"),),
    "syphilis": ((L, "22587-0"),),
    "abo": ((L, c.ABO),),
    "antibody-screen": ((L, c.ANTIBODY_SCREEN),),
    "chlamydia-test": ((L, "21613-5"), (L, "6357-8")),
    "rubella": ((L, "25514-1"), (L, "8014-3"), (L, "40667-8")),
    "hepatitis-c": ((L, "16128-1"), (L, "13955-0")),
    "gbs": ((L, "72607-5"), (L, "48683-7")),
    # RhD
    "fetal-rhd": ((L, "100670-9"), (L, "77016-4")),
    "anti-d": ((S, "180190006"), (S, "408783007")),
    # each visit
    "height": ((L, c.HEIGHT), (S, "50373000"), (S, "248334005"), (S, "248333004")),
    "weight-before": ((L, c.PRE_PREGNANCY_WEIGHT), (L, "56077-1"), (S, "400967004"), (S, "1162389000")),
    "bmi": ((L, c.BMI), (S, "60621009")),
    "oedema": ((L, c.OEDEMA), (L, "45700-2"), (S, "423484008")),
    "urine-glucose": ((L, "25428-4"), (S, "268556000")),
    "urine-nitrite": ((L, "5802-4"),),
    "urine-leukocytes": ((L, "5799-2"),),
    "temperature": ((L, "8310-5"),),
    "pulse": ((L, "8867-4"),),
    # ultrasound
    "crl": ((L, "11957-8"), (S, "276352009")),
    "bpd": ((L, "11820-8"), (S, "281688001")),
    "hc": ((L, "11984-2"), (L, "8288-3"), (S, "363812007")),
    "ac": ((L, "11979-2"),),
    "fl": ((L, "11963-6"), (S, "396551005")),
    "efw": ((L, "11727-5"), (L, "89087-1")),
    "placenta-site": ((L, "11994-1"), (L, "11995-8"), (S, "169952004")),
    "deepest-pocket": ((L, "11832-3"),),
    "cervix-length": ((L, "11961-0"), (S, "248918004")),
    # NIPT
    "nipt-t21": ((L, "77011-5"),),
    "nipt-t18": ((L, "77012-3"),),
    # birth
    "birth-weight": ((L, c.BIRTH_WEIGHT), (S, "364589006")),
    "birth-length": ((L, "89269-5"), (S, "169886007")),
    "birth-head": ((L, "8290-9"),),
    "apgar-1": ((L, "9272-6"),),
    "apgar-5": ((L, "9274-2"),),
    "apgar-10": ((L, "9271-8"),),
    "cord-ph": ((L, "28646-8"),),
}
ANSWERS: dict[tuple[str, str], str] = {
    (L, "LA6576-8"): "positive",
    (L, "LA6577-6"): "negative",
    (L, "LA22747-2"): "positive",
    (L, "LA22748-0"): "negative",
    (L, "LA22730-8"): "not-reportable",
    (L, "LA15842-0"): "insufficient",
    (S, "112144000"): "A",
    (S, "112149005"): "B",
    (S, "165743006"): "AB",
    (S, "58460004"): "O",
    (S, "289298002"): "normal",
    (S, "289292001"): "reduced",
    (S, "102886001"): "increased",
    (S, c.RHD_POSITIVE): "positive",
    (S, c.RHD_NEGATIVE): "negative",
    (S, "260385009"): "negative",
    (S, "10828004"): "positive",
    (S, "373066001"): "yes",
    (S, "373067005"): "no",
    (V, "T002"): "positive",
    (V, "T008"): "negative",
}
CODES: dict[str, tuple[tuple[str, str], ...]] = {item: beside(rows) for item, rows in _CODES.items()}
BY_CODE: dict[tuple[str, str], str] = {
    key: item for item, rows in CODES.items() for code in rows for key in (code, *under_npu(code))
}
