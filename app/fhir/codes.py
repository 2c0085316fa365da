"""Code systems and codes that more than one module needs. Sources stand beside the lines.

Identifier systems: HL7 Norway no-basis 2.2; LOINC and SNOMED CT codes: see docs/content.md.
"""

# Identifier systems (no-basis)
FNR = "urn:oid:2.16.578.1.12.4.1.4.1"  # fødselsnummer, national identity number
DNR = "urn:oid:2.16.578.1.12.4.1.4.2"  # D-nummer
FHN = "urn:oid:2.16.578.1.12.4.1.4.3"  # felles hjelpenummer
HPR = "urn:oid:2.16.578.1.12.4.1.4.4"  # health personnel number
ORGNR = "urn:oid:2.16.578.1.12.4.1.4.101"  # organisasjonsnummer (ENH)
PERSON_NUMBERS = frozenset({FNR, DNR, FHN})

# Code systems
LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
NLK = "urn:oid:2.16.578.1.12.4.1.1.7280"  # Norsk laboratoriekodeverk
NPU = "http://npu-terminology.org"  # Nomenclature for Properties and Units, whose codes NLK takes over
ATC = "http://www.whocc.no/atc"
VOLVEN_PROFESSION = "urn:oid:2.16.578.1.12.4.1.1.9060"
VOLVEN_DOCUMENT_TYPE = "urn:oid:2.16.578.1.12.4.1.1.9602"
VOLVEN_TEXT_RESULT = "urn:oid:2.16.578.1.12.4.1.1.8340"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
OBSERVATION_VALUE = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"

# Our own canonical base for what we coin
CANONICAL = "https://helsekort.example/fhir"
EXT_EPISODE = f"{CANONICAL}/StructureDefinition/episode-of-care"  # valueReference(EpisodeOfCare)
EXT_CORE_EPISODE = "http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare"
EXT_FETUS = f"{CANONICAL}/StructureDefinition/fetus"  # valueReference(RelatedPerson)
EXT_CONFIRMATION = f"{CANONICAL}/StructureDefinition/confirmation"  # by, organization, at, reason
EXT_MUNICIPALITY = "http://hl7.no/fhir/StructureDefinition/no-basis-municipalitycode"
OF_HERS = frozenset({"self-reported", "confirmed", "declined"})  # tags of what she registers, in CS_CARD
OF_RELEASE = frozenset({"discussed", "time-passed"})  # tags of a result that waited, and why it does no more
EXT_WAITS = (
    f"{CANONICAL}/StructureDefinition/waits-until"  # valueDateTime: until when, if nobody tells her before
)
CS_CARD = f"{CANONICAL}/CodeSystem/card"  # our own codes: episode type, findings, tags
TAG_HARNESS = ("https://helsekort.example/fhir/CodeSystem/tag", "harness")

# The card's observations (LOINC unless said)
BP_PANEL, BP_SYSTOLIC, BP_DIASTOLIC = "85354-9", "8480-6", "8462-4"
WEIGHT, HEIGHT, PRE_PREGNANCY_WEIGHT, BMI = "29463-7", "8302-2", "8348-5", "39156-5"
URINE_PROTEIN = "20454-5"
FUNDAL_HEIGHT = "11881-0"
FETAL_HEART_RATE = "55283-6"
PRESENTATION = "11876-0"
FETAL_MOVEMENT = "57088-7"
OEDEMA = "44966-0"
HAEMOGLOBIN = "718-7"
FERRITIN = "2276-4"
HBA1C = "59261-8"
GLUCOSE_FASTING, GLUCOSE_2H = "14771-0", "14995-5"
ABO, RHD = "883-9", "10331-7"
ANTIBODY_SCREEN = "890-4"
LMP = "8665-2"
EDD, EDD_LMP, EDD_ULTRASOUND, EDD_CONCEPTION = "11778-8", "11779-6", "11781-2", "53692-0"
PARITY = "11977-6"
FETUSES_LOINC = "55281-0"
FETUSES_SNOMED = "246435002"
BIRTH_WEIGHT = "8339-4"
# SNOMED CT values
URINE_PROTEIN_GRADES = {  # strip: grade 0 (negative), 0.5 (trace), 1, 2, 3, 4
    "167273002": 0.0,
    "167274008": 0.5,
    "167275009": 1.0,
    "167276005": 2.0,
    "167277001": 3.0,
    "167278006": 4.0,
}
PRESENTATIONS = {
    "1209182005": "cephalic",
    "70028003": "cephalic",
    "6096002": "breech",
    "73161006": "transverse",
}
RHD_POSITIVE, RHD_NEGATIVE = "165747007", "165746003"
BIRTH_PLAN = "735986004"  # CarePlan.category
VIOLENCE = "720407008"
DIABETES_GESTATIONAL = "11687002"  # gestational diabetes mellitus
PRE_ECLAMPSIA = "398254007"
NOPAT = "NOPAT"  # v3-ActCode: no disclosure to patient, family or caregivers
UNTOLD = "UNTOLD"  # in CS_CARD, by the server only: a result that waits until it is discussed with her
BESIDE = "BESIDE"  # in the store only: what would tell of one that waits
TOP = "TOP"  # in the store only: what tells of an induced abortion, or lets one be counted
KEPT_FROM_HER = frozenset({NOPAT, UNTOLD, BESIDE})
