"""TABLE: the answers of ultrasound, NIPT and the RhD pathway, and the outcomes of a pregnancy, in bokmål.

Which item takes which: app/pregnancy/items.py. https://www.sprakradet.no/klarsprak
"""

ANSWERS: dict[str, str] = {
    "positive": "positiv",
    "negative": "negativ",
    "inconclusive": "uavklart",
    "not-reportable": "kan ikke besvares",
    "insufficient": "for lite materiale",
    "given": "gitt",
    "declined": "takket nei",
    "not-given": "ikke gitt",
    "yes": "ja",
    "no": "nei",
    "unknown": "vet ikke",
    "pending": "venter på svar",
    "none": "nei",
    "stopped": "sluttet",
    "occasional": "av og til",
    "daily": "daglig",
    "confirmed": "bekreftet",
    "refuted": "avkreftet",
    "normal": "normalt",
    "reduced": "lite",
    "increased": "mye",
    "anterior": "fremre vegg",
    "posterior": "bakre vegg",
    "fundal": "øverst",
    "lateral": "på siden",
    "low": "lavtliggende",
    "praevia": "foran mormunnen",
    "dichorionic": "to morkaker",
    "monochorionic": "felles morkake",
    "diamniotic": "hver sin fosterhule",
    "monoamniotic": "felles fosterhule",
    "vaginal-bleeding": "blødning",
    "invasive-test": "fostervanns- eller morkakeprøve",
    "trauma": "slag mot magen",
    "external-version": "vending av fosteret",
    "other": "annet",
}

OUTCOMES: dict[str, str] = {
    "live-birth": "Levendefødt",
    "stillbirth": "Dødfødt",
    "miscarriage": "Spontanabort",
}
