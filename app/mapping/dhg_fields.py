"""TABLE: the national maternity record (digitalt helsekort for gravide), field by field, and what each is in FHIR.

https://utviklerportal.nhn.no/informasjonstjenester/digitalt-helsekort-for-gravide (hit-maternity-record-api). Mapping,
schema (``openapi``) and documentation (docs/national-record.md) are made from these rows. ``{}`` in a path is a row of a
list. ``of`` is an item of ``app/pregnancy/items.py``, or what ``kind`` needs to know. Names are the contract's own.
"""

from typing import NamedTuple


class Field(NamedTuple):
    """One field. ``kind`` names a row of ``dhg_values.KINDS``."""

    path: str
    kind: str
    of: str = ""


class Part(NamedTuple):
    """A sub-resource. ``many``: there are several, each with an id of its own."""

    name: str
    title: str
    fields: tuple[Field, ...]
    many: bool = False


F = Field
MOTHER = Part(
    "mother", "Kvinnen", (
        F("name", "name"), F("address", "line"), F("postNumber", "postal-code"), F("postName", "city"),
        F("employedLast6Months", "answer", "employed-last-6-months"),
        F("employmentPercentage", "amount", "employment-percentage"),
        F("occupationAndIndustry", "text", "occupation"), F("language", "language", "VOLVEN_3303"),
        F("countryOfBirth", "coded", "country-of-birth VOLVEN_9043"), F("needsLanguageInterpreter", "interpreter"),
        F("cohabitingCoparent", "answer", "cohabiting-coparent"), F("cohabitingCoparentNote", "text", "coparent-note"),
    ),
)  # fmt: skip
POINTS_OF_CONTACT = Part(
    "pointsOfContact", "Hvem som følger henne", (
        F("generalPractitioner", "carer", "Fastlege"), F("midwife", "carer", "Jordmor"),
        F("birthInstitute", "text", "birth-place"), F("maternityHealthcareCentre", "centre", "Helsestasjon"),
    ),
)  # fmt: skip
CURRENT_PREGNANCY = Part(
    "currentPregnancy", "Svangerskapet", (
        F("dateLastPeriod", "last-period"), F("dueDate", "due-date", "lmp"), F("dueDateBasedOnUltrasound", "due-date", "scan"),
        F("dueDateCorrectedDate", "due-date", "corrected"), F("hasPrenatalDiagnosticsTests", "answer", "prenatal-diagnostics"),
        F("numberOfFetuses", "fetuses"), F("assistedConception.hadAssistedConception", "answer", "assisted-conception"),
        F("assistedConception.dateAssistedConception", "own-date", "assisted-conception-date"),
        F("birthPreparationTalk", "answer", "birth-preparation"), F("breastfeedingGuidance", "answer", "breastfeeding-guidance"),
    ),
)  # fmt: skip
PREVIOUS_PREGNANCIES = Part(
    "previousPregnancies", "Tidligere svangerskap", (
        F("numberOfPreviousPregnancies", "never"), F("numberOfPreviousLiveBirths", "amount", "previous-live-births"),
        F("spontaneousMiscarriages", "amount", "previous-miscarriages"), F("stillBirths22weeks", "amount", "previous-stillbirths"),
        F("numberOfEctopicPregnancies", "amount", "previous-ectopic"), F("note", "text", "previous-note"),
    ),
)  # fmt: skip
GENETIC_DISORDERS = Part(
    "geneticDisorders", "Arvelige sykdommer", (
        F("noneKnown", "answer", "heredity-none-known"), F("parentsAreRelatives", "answer", "consanguinity"),
        F("hipDysplasia", "answer", "hip-dysplasia"), F("other", "answer", "heredity-other"), F("note", "text", "heredity-note"),
    ),
)  # fmt: skip
MEDICAL_CONDITIONS = Part(
    "medicalConditions", "Sykdommer", (
        F("nothingParticular", "answer", "nothing-particular"), F("heartDisease", "answer", "heart-disease"),
        F("highBloodPressure", "answer", "high-blood-pressure"), F("kidneyUrinaryTractDiseases", "answer", "kidney-disease"),
        F("diabetes", "answer", "diabetes"), F("allergiesAsthma", "answer", "allergies-asthma"), F("epilepsy", "answer", "epilepsy"),
        F("thrombosis", "answer", "thrombosis"), F("autoimmuneDisease", "answer", "autoimmune-disease"),
        F("gynecologicalConditions", "answer", "gynaecological-conditions"), F("mentalHealth", "answer", "mental-illness"),
        F("other", "answer", "other-conditions"), F("note", "text", "conditions-note"),
    ),
)  # fmt: skip
MEDICATION = Part(
    "medication", "Legemidler og folat", (
        F("medicationFrequency", "text", "medication-frequency"), F("drugAllergy", "answer", "drug-allergy"),
        F("folate.takenBefore", "answer", "folate-before"), F("folate.takenDuring", "answer", "folate-during"),
        F("note", "text", "medication-note"),
    ),
)  # fmt: skip
LIFESTYLE_FACTORS = Part(
    "lifestyleFactors", "Levevaner", (
        F("stimuli.{}.stimuliFrequencyFirstConsultation", "stimulus", "stimulus-at-first-consultation"),
        F("stimuli.{}.stimuliFrequencyAtWeek36", "stimulus", "stimulus-at-week-36"), F("note", "text", "lifestyle-note"),
    ),
)  # fmt: skip
CLINICAL_TESTS = Part(
    "clinicalTests", "Prøver", (
        F("hemoglobin", "haemoglobin", "first"), F("hemoglobinAt3rdTrimester", "haemoglobin", "third"),
        F("ferritin", "amount", "ferritin"), F("hbv", "answer", "hbsag"), F("hbvCore", "answer", "anti-hbc"),
        F("hiv", "answer", "hiv"), F("syphilis", "answer", "syphilis"), F("aboRh.aboType", "word", "abo"),
        F("aboRh.rhesusDType", "rhesus"), F("bloodAntibodies", "answer", "antibody-screen"),
        F("chlamydia", "answer", "chlamydia-test"), F("toxoplasmosis", "answer", "toxoplasmosis"),
        F("rubellaAntigen", "answer", "rubella"), F("hepatitisC", "answer", "hepatitis-c"), F("mrsaVreEsbl", "answer", "mrsa-vre-esbl"),
        F("bHbA1c", "amount", "hba1c"), F("glucoseTolerance.fastingGlucoseLevel", "amount", "glucose-fasting"),
        F("glucoseTolerance.post2hGlucoseLevel", "amount", "glucose-2h"),
        F("glucoseTolerance.testDate", "own-date", "glucose-tolerance-date"), F("gonorrhea", "answer", "gonorrhoea"),
        F("cytomegaloVirus", "answer", "cytomegalovirus"), F("asymptomaticBacteriuria", "answer", "bacteriuria-culture"),
        F("groupBStreptococci", "answer", "gbs"), F("note", "text", "tests-note"),
    ),
)  # fmt: skip
RHESUS_D_NEGATIVE = Part(
    "rhesusDNegative", "RhD-negativ", (
        F("consentFetalRhesusTyping", "answer", "fetal-rhd-consent"), F("fetusRhDPositiveAtWeek24", "answer", "fetal-rhd"),
        F("prophylaxisAtWeek28", "answer", "anti-d"), F("dateForResult", "date", "fetal-rhd-expected"), F("note", "text", "rhd-note"),
    ),
)  # fmt: skip
VITAL_MEASUREMENTS = Part(
    "vitalMeasurementsBeforePregnancy", "Mål før svangerskapet", (
        F("height", "amount", "height"), F("prePregnancyWeight", "amount", "weight-before"), F("bMI", "amount", "bmi"),
    ),
)  # fmt: skip
SYMPHYSIS_FUNDAL_HEIGHTS = Part(
    "symphysisFundalHeights", "SF-mål", (
        F("measurementDate", "day"), F("pregnancyWeek", "stated-week"), F("measurement", "fundal-height"),
    ), many=True,
)  # fmt: skip
ANTENATAL_APPOINTMENTS = Part(
    "antenatalAppointments", "Kontroller", (
        F("appointmentDate", "day"), F("pregnancyWeek", "stated-week"), F("daysAfterFullPregnancyWeek", "stated-day"),
        F("motherWeight", "weight"), F("bloodPressure", "pressure"), F("proteinInUrineTestResult", "protein"),
        F("edema", "amount", "oedema"), F("fetusesVitalSigns.{}.fetalHeartRate", "heart-rate"),
        F("fetusesVitalSigns.{}.fetalPresentationLie", "lie", "VOLVEN_8534"),
        F("fetusesVitalSigns.{}.motherFeelsBabyMovements", "movement"), F("fetusesVitalSigns.{}.note", "text", "fetus-note"),
        F("medication", "answer", "takes-medicine"), F("employmentRate", "amount", "employment-rate"), F("note", "text", "visit-note"),
    ), many=True,
)  # fmt: skip
BIRTH_STATUS = Part("birthStatus", "Fødsel", (F("birthStatus.{}", "outcome"),))

PARTS: tuple[Part, ...] = (
    MOTHER, POINTS_OF_CONTACT, CURRENT_PREGNANCY, PREVIOUS_PREGNANCIES, GENETIC_DISORDERS, MEDICAL_CONDITIONS, MEDICATION,
    LIFESTYLE_FACTORS, CLINICAL_TESTS, RHESUS_D_NEGATIVE, VITAL_MEASUREMENTS, SYMPHYSIS_FUNDAL_HEIGHTS,
    ANTENATAL_APPOINTMENTS, BIRTH_STATUS,
)  # fmt: skip
BY_NAME: dict[str, Part] = {part.name: part for part in PARTS}
# A list's rows, and the member that names a row: two rows of one name are refused
ROWS: dict[str, str] = {"stimuli": "stimuliType", "fetusesVitalSigns": "fosterId", "birthStatus": "fosterId"}
