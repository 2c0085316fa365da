"""TABLE: what the record says in bokmål, in nynorsk and English: analyses, their answers, conditions, the roles of who cares for her.

What is not here is shown as it was written. https://www.sprakradet.no/klarsprak
"""

from app.pregnancy.items import ANSWERED, FOUND, GIVEN, SCREENED
from app.pregnancy.tongues import ORDER
from app.render.found_phrases import FOUND_PHRASES
from app.render.stated_words import STATED_WORDS

# bokmål, nynorsk, English
SPOKEN: tuple[tuple[str, str, str], ...] = (
    # analyses: app/mapping/laboratory.py
    ("Ferritin", "Ferritin", "Ferritin"),
    ("HbA1c", "HbA1c", "HbA1c"),
    ("Glukose, fastende", "Glukose, fastande", "Glucose, fasting"),
    ("Glukose, 2 timer", "Glukose, 2 timar", "Glucose, 2 hours"),
    ("Glukose, tilfeldig", "Glukose, tilfeldig", "Glucose, random"),
    ("HBsAg", "HBsAg", "HBsAg"),
    ("Anti-HBc", "Anti-HBc", "Anti-HBc"),
    ("HIV", "HIV", "HIV"),
    ("Syfilis", "Syfilis", "Syphilis"),
    ("ABO", "ABO", "ABO"),
    ("Blodtypeantistoff", "Blodtypeantistoff", "Blood group antibodies"),
    ("Hvilket antistoff", "Kva antistoff", "Which antibody"),
    ("Klamydia", "Klamydia", "Chlamydia"),
    ("Toksoplasmose", "Toksoplasmose", "Toxoplasmosis"),
    ("Røde hunder, antistoff", "Raude hundar, antistoff", "Rubella antibodies"),
    ("Hepatitt C", "Hepatitt C", "Hepatitis C"),
    ("MRSA, VRE, ESBL", "MRSA, VRE, ESBL", "MRSA, VRE, ESBL"),
    ("Gonoré", "Gonoré", "Gonorrhoea"),
    ("Cytomegalovirus", "Cytomegalovirus", "Cytomegalovirus"),
    ("Urindyrkning", "Urindyrking", "Urine culture"),
    ("Gruppe B-streptokokker", "Gruppe B-streptokokkar", "Group B streptococci"),
    ("Gruppe B-streptokokker i urin", "Gruppe B-streptokokkar i urin", "Group B streptococci in urine"),
    ("Gallesyrer", "Gallesyrer", "Bile acids"),
    ("Gallesyrer, fastende", "Gallesyrer, fastande", "Bile acids, fasting"),
    ("Om prøver", "Om prøver", "Note on tests"),
    ("Samtykke til RhD-typing av fosteret", "Samtykke til RhD-typing av fosteret", "Consent to fetal RHD typing"),
    ("Fosterets RhD-type", "RhD-typen til fosteret", "Fetal RhD type"),
    ("Anti-D", "Anti-D", "Anti-D"),
    ("Svar på RhD-typing ventes", "Svar på RhD-typing er venta", "Result of RHD typing expected"),
    ("Om RhD", "Om RhD", "Note on RhD"),
    ("Hendelse som kan gi RhD-immunisering", "Hending som kan gi RhD-immunisering", "Possible sensitising event"),
    ("Barnets RhD-type", "RhD-typen til barnet", "The child's RhD type"),
    ("Hb", "Hb", "Hb"),
    ("RhD", "RhD", "RhD"),
    ("ABO og RhD", "ABO og RhD", "ABO and RhD"),
    # answers
    ("immun", "immun", "immune"),
    ("ikke immun", "ikkje immun", "not immune"),
    # conditions that pregnancy gives; others: app/render/stated_words.py
    ("Preeklampsi", "Preeklampsi", "Preeclampsia"),
    ("Svangerskapsdiabetes", "Svangerskapsdiabetes", "Gestational diabetes"),
    ("Svangerskapshypertensjon", "Svangerskapshypertensjon", "Gestational hypertension"),
    # roles
    ("Jordmor", "Jordmor", "Midwife"),
    ("Fastlege", "Fastlege", "GP"),
    ("Lege", "Lege", "Doctor"),
    ("Gynekolog", "Gynekolog", "Gynaecologist"),
    ("Sykepleier", "Sjukepleiar", "Nurse"),
    ("Helsesykepleier", "Helsesjukepleiar", "Public health nurse"),
    ("Psykolog", "Psykolog", "Psychologist"),
    ("Fysioterapeut", "Fysioterapeut", "Physiotherapist"),
    ("Helsefagarbeider", "Helsefagarbeidar", "Health worker"),
    ("Helsesekretær", "Helsesekretær", "Medical secretary"),
    ("Fødested", "Fødestad", "Place of birth"),
    ("Helsestasjon", "Helsestasjon", "Health clinic"),
    ("Sykehus", "Sjukehus", "Hospital"),
    ("Fødeavdeling", "Fødeavdeling", "Labour ward"),
    ("Doula", "Doula", "Doula"),
    ("Tolk", "Tolk", "Interpreter"),
    # forms: fhir_profiles/questionnaires
    ("Fødeplan", "Fødeplan", "Birth plan"),
    ("Før første konsultasjon", "Før første konsultasjon", "Before the first visit"),
    ("Erfaringer etter fødselen", "Erfaringar etter fødselen", "Experiences after birth"),
    ("Edinburgh-skalaen: poeng", "Edinburgh-skalaen: poeng", "The Edinburgh scale: scores"),
    # app/pregnancy/rows/life.py
    ("ukjent språk", "ukjent språk", "unknown language"),
)  # fmt: skip
_ANSWERS = (FOUND_PHRASES[f"answer-{code}"] for code in (*FOUND, *SCREENED, *GIVEN, *ANSWERED))
_STATED = (row for key, row in STATED_WORDS.items() if key.startswith("stated-") and "{" not in row[0])
BY_WORD = {word.casefold(): row for row in (*_STATED, *_ANSWERS, *reversed(SPOKEN)) for word in row}


def said(written: str, reader: str) -> str:
    """``written`` as a reader of ``reader`` (``nb``, ``nn``, ``en``) says it."""
    row = BY_WORD.get(written.casefold())
    return row[ORDER.index(reader)] if row else written
