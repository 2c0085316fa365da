"""TABLE: what the programme holds more for some women, in nynorsk and English. https://www.sprakradet.no/klarsprak"""

VARIANT_WORDS: dict[str, tuple[str, str]] = {
    "Fosterets RhD-type": ("RhD-typen til fosteret", "RhD type of the fetus"),
    "Antistoff": ("Antistoff", "Antibodies"),
    "Anti-D når fosteret er RhD-positivt eller uavklart": (
        "Anti-D når fosteret er RhD-positivt eller uavklart",
        "Anti-D where the fetus is RhD positive or unknown",
    ),
    "HbA1c før uke 16": ("HbA1c før veke 16", "HbA1c before week 16"),
    "Glukosebelastning bestilt til uke 24–28": (
        "Glukosebelasting tinga til veke 24–28",
        "Glucose tolerance test booked for weeks 24–28",
    ),
    "HbA1c hos fastlegen fire måneder etter fødselen": (
        "HbA1c hos fastlegen fire månader etter fødselen",
        "HbA1c at the GP four months after birth",
    ),
    "Henvisning til spesialisthelsetjenesten": (
        "Tilvising til spesialisthelsetenesta",
        "Referral to specialist care",
    ),
    "Korionisitet": ("Korionisitet (ein eller to morkaker)", "Chorionicity"),
    "Ultralyd på sykehus hver 14. dag": (
        "Ultralyd på sjukehus kvar 14. dag",
        "Ultrasound in hospital every 14 days",
    ),
}
