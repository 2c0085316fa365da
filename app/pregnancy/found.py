"""TABLE: what is found: laboratory, RhD, each visit, ultrasound per fetus, NIPT, symptoms, birth. Rows as in ``asked``.

https://www.nhn.no/tjenester/digitalt-helsekort-for-gravide has no field for ultrasound, NIPT, symptoms and birth
beyond the outcome; those rows are this card's own.
"""

from app.pregnancy.asked import TEXT, YN, Row

TESTS: tuple[Row, ...] = (
    ("ferritin", "Ferritin", "ug/L 1 1000", "clinicalTests.ferritin"),
    ("hba1c", "HbA1c", "mmol/mol 15 140", "clinicalTests.bHbA1c"),
    ("glucose-fasting", "Glukose, fastende", "mmol/L 2 25", "clinicalTests.glucoseTolerance.fastingGlucoseLevel"),
    ("glucose-2h", "Glukose, 2 timer", "mmol/L 2 30", "clinicalTests.glucoseTolerance.post2hGlucoseLevel"),
    ("glucose-random", "Glukose, tilfeldig", "mmol/L 2 30", ""),
    ("hbsag", "HBsAg", "found", "clinicalTests.hbv"),
    ("anti-hbc", "Anti-HBc", "found", "clinicalTests.hbvCore"),
    ("hiv", "HIV", "found", "clinicalTests.hiv"),
    ("syphilis", "Syfilis", "found", "clinicalTests.syphilis"),
    ("abo", "ABO", "A B AB O", "clinicalTests.aboRh.aboType"),
    ("antibody-screen", "Blodtypeantistoff", "found", "clinicalTests.bloodAntibodies"),
    ("antibody-type", "Hvilket antistoff", "anti-d other", ""),
    ("chlamydia-test", "Klamydia", "found", "clinicalTests.chlamydia"),
    ("toxoplasmosis", "Toksoplasmose", "found", "clinicalTests.toxoplasmosis"),
    ("rubella", "Røde hunder, antistoff", "immune", "clinicalTests.rubellaAntigen"),
    ("hepatitis-c", "Hepatitt C", "found", "clinicalTests.hepatitisC"),
    ("mrsa-vre-esbl", "MRSA, VRE, ESBL", "found", "clinicalTests.mrsaVreEsbl"),
    ("gonorrhoea", "Gonoré", "found", "clinicalTests.gonorrhea"),
    ("cytomegalovirus", "Cytomegalovirus", "found", "clinicalTests.cytomegaloVirus"),
    ("bacteriuria-culture", "Urindyrkning", "found", "clinicalTests.asymptomaticBacteriuria"),
    ("gbs", "Gruppe B-streptokokker", "found", "clinicalTests.groupBStreptococci"),
    ("gbs-urine", "Gruppe B-streptokokker i urin", "found", ""),
    ("bile-acids", "Gallesyrer", "umol/L 0 500", ""),
    ("bile-acids-fasting", "Gallesyrer, fastende", "umol/L 0 500", ""),
    ("tests-note", "Om prøver", TEXT, "clinicalTests.note"),
)  # fmt: skip
RHD: tuple[Row, ...] = (
    ("fetal-rhd-consent", "Samtykke til RhD-typing av fosteret", YN, "rhesusDNegative.consentFetalRhesusTyping"),
    ("fetal-rhd", "Fosterets RhD-type", "found", "rhesusDNegative.fetusRhDPositiveAtWeek24"),
    ("anti-d", "Anti-D", "given", "rhesusDNegative.prophylaxisAtWeek28"),
    ("fetal-rhd-expected", "Svar på RhD-typing ventes", TEXT, "rhesusDNegative.dateForResult"),
    ("rhd-note", "Om RhD", TEXT, "rhesusDNegative.note"),
    ("sensitising-event", "Hendelse som kan gi RhD-immunisering", "event", ""),
    ("child-rhd", "Barnets RhD-type", "found", ""),
)  # fmt: skip
VITALS: tuple[Row, ...] = (
    ("height", "Høyde", "cm 100 220", "vitalMeasurementsBeforePregnancy.height"),
    ("weight-before", "Vekt før svangerskapet", "kg 30 200", "vitalMeasurementsBeforePregnancy.prePregnancyWeight"),
    ("bmi", "KMI før svangerskapet", "kg/m2 12 70", "vitalMeasurementsBeforePregnancy.bMI"),
    ("oedema", "Ødem", "{score} 0 3", "antenatalAppointments.edema"),
    ("urine-glucose", "Glukose i urin", "{score} 0 4", ""),
    ("urine-nitrite", "Nitritt i urin", "found", ""),
    ("urine-leukocytes", "Leukocytter i urin", "{score} 0 4", ""),
    ("temperature", "Temperatur", "Cel 35 42", ""),
    ("pulse", "Puls", "/min 40 200", ""),
    ("takes-medicine", "Bruker legemidler ved kontrollen", YN, "antenatalAppointments.medication"),
    ("employment-rate", "Arbeid ved kontrollen", "% 0 100", "antenatalAppointments.employmentRate"),
    ("visit-note", "Merknad ved kontrollen", TEXT, "antenatalAppointments.note"),
    ("fetus-note", "Merknad om fosteret", TEXT, "antenatalAppointments.fetusesVitalSigns.note"),
)  # fmt: skip
ULTRASOUND: tuple[Row, ...] = (
    ("crl", "Sete-isse-lengde", "mm 5 90", ""),
    ("bpd", "Tverrmål av hodet (BPD)", "mm 10 110", ""),
    ("hc", "Hodeomkrets (HC)", "mm 60 380", ""),
    ("ac", "Mageomkrets (AC)", "mm 50 420", ""),
    ("fl", "Lårbeinslengde (FL)", "mm 5 85", ""),
    ("nt", "Nakkeoppklaring", "mm 0.5 10", ""),
    ("efw", "Estimert vekt", "g 50 6000", ""),
    ("efw-percentile", "Estimert vekt, persentil", "% 0 100", ""),
    ("efw-deviation", "Estimert vekt, avvik", "% -60 60", ""),
    ("placenta-site", "Morkakens plassering", "site", ""),
    ("amniotic-fluid", "Fostervann", "normal reduced increased", ""),
    ("amniotic-fluid-index", "Fostervannsindeks (AFI)", "cm 0 40", ""),
    ("deepest-pocket", "Dypeste fostervannslomme", "cm 0 20", ""),
    ("cervix-length", "Livmorhalsens lengde", "mm 5 70", ""),
    ("chorionicity", "Korionisitet", "dichorionic monochorionic", ""),
    ("amnionicity", "Amnionisitet", "diamniotic monoamniotic", ""),
)  # fmt: skip
NIPT: tuple[Row, ...] = (
    ("nipt-indication", "Annen indikasjon for NIPT", YN, ""),
    ("nipt-consent", "Ønsker NIPT, skriftlig samtykke", YN, ""),
    ("nipt-ordered", "NIPT bestilt", YN, ""),
    ("nipt-t21", "NIPT trisomi 21", "screened", ""),
    ("nipt-t18", "NIPT trisomi 18", "screened", ""),
    ("nipt-t13", "NIPT trisomi 13", "screened", ""),
    ("fetal-fraction", "Føtal fraksjon", "% 0 50", ""),
    ("nipt-confirmation", "Bekreftende prøve", "confirmed refuted declined pending", ""),
)  # fmt: skip
SYMPTOMS: tuple[Row, ...] = (
    ("symptom-headache", "Kraftig hodepine", YN, ""),
    ("symptom-vision", "Synsforstyrrelser", YN, ""),
    ("symptom-upper-pain", "Vondt øverst i magen", YN, ""),
    ("symptom-bleeding", "Blødning fra skjeden", YN, ""),
    ("symptom-fluid", "Vannavgang", YN, ""),
    ("symptom-contractions", "Regelmessige rier", YN, ""),
    ("symptom-itching", "Kløe uten utslett", YN, ""),
    ("symptom-fever", "Feber eller frostanfall", YN, ""),
    ("symptom-discharge", "Illeluktende renselse eller vondt sår", YN, ""),
)  # fmt: skip
BIRTH: tuple[Row, ...] = (
    ("birth-mode", "Fødselsmåte", "mode", ""),
    ("birth-weight", "Fødselsvekt", "g 200 7000", ""),
    ("birth-length", "Lengde ved fødsel", "cm 20 65", ""),
    ("birth-head", "Hodeomkrets ved fødsel", "cm 20 45", ""),
    ("apgar-1", "Apgar 1 minutt", "{score} 0 10", ""),
    ("apgar-5", "Apgar 5 minutter", "{score} 0 10", ""),
    ("apgar-10", "Apgar 10 minutter", "{score} 0 10", ""),
    ("cord-ph", "pH i navlesnor", "[pH] 6.5 7.7", ""),
    ("blood-loss", "Blodtap ved fødsel", "mL 50 8000", ""),
    ("perineal-tear", "Rift, grad", "{score} 0 4", ""),
    ("discharged", "Utskrevet fra fødestedet", YN, ""),
    ("newborn-hepatitis-b", "Barnet: hepatitt B-immunglobulin og vaksine", "given", ""),
    ("breastfeeding", "Amming", "full partial none", ""),
)  # fmt: skip
