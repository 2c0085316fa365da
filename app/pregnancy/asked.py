"""TABLE: what she is asked: who she is, earlier pregnancies, family, illness, medicine, habits, needs.

Each row: id, name in bokmål, what it holds, the field of the national maternity record that it answers to, if any.
What it holds: ``?`` is yes, no or unknown (not asked is absent); ``…`` any text; a unit with what is plausible; or
the name of a set of ``items.SETS``. https://www.nhn.no/tjenester/digitalt-helsekort-for-gravide. Induced abortions
are asked nowhere, and the number of previous pregnancies is not kept: beside the other numbers it would tell them.
"""

Row = tuple[str, str, str, str]
YN, TEXT = "?", "…"

MOTHER: tuple[Row, ...] = (
    ("employed-last-6-months", "I arbeid siste seks måneder", YN, "mother.employedLast6Months"),
    ("employment-percentage", "Stillingsprosent", "% 0 100", "mother.employmentPercentage"),
    ("occupation", "Yrke og bransje", TEXT, "mother.occupationAndIndustry"),
    ("workplace", "Arbeidssted", TEXT, ""),
    ("country-of-birth", "Fødeland", TEXT, "mother.countryOfBirth"),
    ("cohabiting-coparent", "Bor sammen med den andre forelderen", YN, "mother.cohabitingCoparent"),
    ("coparent-note", "Om den andre forelderen", TEXT, "mother.cohabitingCoparentNote"),
    ("marital-status", "Sivilstatus", TEXT, ""),
    ("education", "Utdanning", TEXT, ""),
    ("partner", "Partner eller medmor", TEXT, ""),
    ("paternity-declaration", "Erklæring om farskap eller medmorskap gitt", YN, ""),
    ("social-needs", "Sosiale behov og ressurser", TEXT, ""),
    ("travel-time", "Reell reisetid til fødestedet", "min 0 1440", ""),
    ("birth-place", "Planlagt fødested", TEXT, "pointsOfContact.birthInstitute"),
)  # fmt: skip
PREGNANCY: tuple[Row, ...] = (
    ("assisted-conception", "Assistert befruktning", YN, "currentPregnancy.assistedConception.hadAssistedConception"),
    ("egg-donation", "Eggdonasjon", YN, ""),
    ("prenatal-diagnostics", "Fosterdiagnostikk utført", YN, "currentPregnancy.hasPrenatalDiagnosticsTests"),
    ("prenatal-consent", "Skriftlig samtykke til fosterdiagnostikk", YN, ""),
    ("birth-preparation", "Samtale om fødselsforberedelse", YN, "currentPregnancy.birthPreparationTalk"),
    ("breastfeeding-guidance", "Veiledning om amming", YN, "currentPregnancy.breastfeedingGuidance"),
    ("gestational-diabetes-diagnosed", "Svangerskapsdiabetes", YN, ""),
    ("preeclampsia-diagnosed", "Preeklampsi", YN, ""),
)  # fmt: skip
PREVIOUS: tuple[Row, ...] = (
    ("previous-live-births", "Tidligere levendefødte", "{#} 0 20", "previousPregnancies.numberOfPreviousLiveBirths"),
    ("previous-miscarriages", "Tidligere spontanaborter", "{#} 0 20", "previousPregnancies.spontaneousMiscarriages"),
    ("previous-stillbirths", "Tidligere dødfødte fra uke 22", "{#} 0 10", "previousPregnancies.stillBirths22weeks"),
    ("previous-ectopic", "Tidligere svangerskap utenfor livmoren", "{#} 0 10", "previousPregnancies.numberOfEctopicPregnancies"),
    ("parity", "Tidligere fødsler", "{#} 0 20", ""),
    ("previous-caesareans", "Tidligere keisersnitt", "{#} 0 10", ""),
    ("previous-note", "Om tidligere svangerskap", TEXT, "previousPregnancies.note"),
    ("years-since-last-birth", "År siden forrige fødsel", "a 0 35", ""),
    ("previous-preeclampsia", "Tidligere preeklampsi", YN, ""),
    ("previous-gestational-diabetes", "Tidligere svangerskapsdiabetes", YN, ""),
    ("previous-large-child", "Tidligere barn over 4500 g", YN, ""),
    ("previous-shoulder-dystocia", "Tidligere fastsittende skuldre", YN, ""),
    ("previous-growth-restriction", "Tidligere veksthemmet barn", YN, ""),
    ("previous-gbs-child", "Tidligere barn med alvorlig GBS-sykdom", YN, ""),
    ("previous-preterm-birth", "Tidligere fødsel før uke 37", YN, ""),
    ("previous-haemorrhage", "Tidligere stor blødning etter fødsel", YN, ""),
    ("previous-experience", "Opplevelse av tidligere fødsel", TEXT, ""),
)  # fmt: skip
HEREDITY: tuple[Row, ...] = (
    ("heredity-none-known", "Ingen kjente arvelige sykdommer", YN, "geneticDisorders.noneKnown"),
    ("consanguinity", "Foreldrene er i slekt", YN, "geneticDisorders.parentsAreRelatives"),
    ("hip-dysplasia", "Hofteleddsdysplasi i familien", YN, "geneticDisorders.hipDysplasia"),
    ("heredity-other", "Annen arvelig sykdom", YN, "geneticDisorders.other"),
    ("heredity-note", "Om arvelige sykdommer", TEXT, "geneticDisorders.note"),
    ("family-diabetes", "Diabetes hos mor, far eller søsken", YN, ""),
    ("family-preeclampsia", "Preeklampsi hos mor eller søster", YN, ""),
    ("family-thrombosis", "Blodpropp hos nære slektninger", YN, ""),
    ("origin-asia-africa", "Bakgrunn fra Asia eller Afrika", YN, ""),
)  # fmt: skip
CONDITIONS: tuple[Row, ...] = (
    ("nothing-particular", "Ingen sykdommer", YN, "medicalConditions.nothingParticular"),
    ("heart-disease", "Hjertesykdom", YN, "medicalConditions.heartDisease"),
    ("high-blood-pressure", "Kronisk høyt blodtrykk", YN, "medicalConditions.highBloodPressure"),
    ("kidney-disease", "Nyre- eller urinveissykdom", YN, "medicalConditions.kidneyUrinaryTractDiseases"),
    ("diabetes", "Diabetes før svangerskapet", YN, "medicalConditions.diabetes"),
    ("allergies-asthma", "Allergi eller astma", YN, "medicalConditions.allergiesAsthma"),
    ("epilepsy", "Epilepsi", YN, "medicalConditions.epilepsy"),
    ("thrombosis", "Tidligere blodpropp", YN, "medicalConditions.thrombosis"),
    ("autoimmune-disease", "Autoimmun sykdom", YN, "medicalConditions.autoimmuneDisease"),
    ("gynaecological-conditions", "Gynekologiske tilstander", YN, "medicalConditions.gynecologicalConditions"),
    ("mental-illness", "Psykisk sykdom", YN, "medicalConditions.mentalHealth"),
    ("other-conditions", "Andre sykdommer", YN, "medicalConditions.other"),
    ("conditions-note", "Om sykdommer", TEXT, "medicalConditions.note"),
    ("severe-mental-illness", "Bipolar lidelse, psykose eller alvorlig depresjon", YN, ""),
    ("sle-or-antiphospholipid", "SLE eller antifosfolipidsyndrom", YN, ""),
    ("thrombophilia", "Kjent trombofili", YN, ""),
    ("impaired-glucose-tolerance", "Nedsatt glukosetoleranse", YN, ""),
)  # fmt: skip
MEDICATION: tuple[Row, ...] = (
    ("medication-frequency", "Bruk av legemidler", TEXT, "medication.medicationFrequency"),
    ("drug-allergy", "Legemiddelallergi", YN, "medication.drugAllergy"),
    ("folate-before", "Folat før svangerskapet", YN, "medication.folate.takenBefore"),
    ("folate-during", "Folat i svangerskapet", YN, "medication.folate.takenDuring"),
    ("medication-note", "Om legemidler", TEXT, "medication.note"),
    ("aspirin-prophylaxis", "Acetylsalisylsyre mot preeklampsi", YN, ""),
)  # fmt: skip
LIFESTYLE: tuple[Row, ...] = (
    ("smoking", "Røyk", "used", "lifestyleFactors.stimuli"),
    ("smoking-daily", "Sigaretter om dagen", "{#} 0 60", "lifestyleFactors.stimuli.dailyCount"),
    ("snus", "Snus", "used", "lifestyleFactors.stimuli"),
    ("snus-daily", "Porsjoner snus om dagen", "{#} 0 60", "lifestyleFactors.stimuli.dailyCount"),
    ("alcohol-use", "Alkohol", "used", "lifestyleFactors.stimuli"),
    ("substances", "Rusmidler", "used", "lifestyleFactors.stimuli"),
    ("lifestyle-note", "Om levevaner", TEXT, "lifestyleFactors.note"),
    ("diet", "Kosthold og kosttilskudd", TEXT, ""),
    ("physical-activity", "Fysisk aktivitet", TEXT, ""),
)  # fmt: skip
NEEDS: tuple[Row, ...] = (
    ("epds", "EPDS", "{score} 0 30", ""),
    ("epds-item-10", "EPDS, spørsmål 10", "{score} 0 3", ""),
    ("violence", "Vold eller overgrep", YN, ""),
    ("genital-mutilation", "Kjønnslemlestelse", YN, ""),
)  # fmt: skip
