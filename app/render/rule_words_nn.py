"""The title of each clinical rule in Norwegian nynorsk, and what she is told; what clinicians read: ``rule_texts_nn``.

The rules: docs/safety.md. A test holds the table complete, and silent where bokmål is silent.
"""

from app.render.words_nn import NOBODY_WATCHES, URGENT_SIGNS

# rule: title, what she is told
RULES: dict[str, tuple[str, str | None]] = {
    "preeclampsia-symptoms": (
        "Symptom på preeklampsi",
        f"Det du kjenner, kan vere teikn på svangerskapsforgifting. Ring fødeavdelinga no. {NOBODY_WATCHES}",
    ),
    "postpartum-hypertension": (
        "Høgt blodtrykk etter fødselen",
        f"Blodtrykket ditt er høgt etter fødselen. Det skal målast igjen innan eit døgn. {URGENT_SIGNS}",
    ),
    "aspirin-indicated": ("Vurder acetylsalisylsyre mot preeklampsi", None),
    "haemoconcentration": (
        "Høg blodprosent",
        "Blodprosenten din er høgare enn vanleg i svangerskapet. Legen eller jordmora di vurderer det vidare.",
    ),
    "ferritin-empty": (
        "Tomme jernlager",
        "Jernlagra dine er tomme. Du bør ta jerntilskot no; snakk med jordmora eller legen din.",
    ),
    "low-ferritin": (
        "Låge jernlager",
        "Jernlagra dine er låge. Snakk med jordmora eller legen din om jerntilskot frå veke 18–20.",
    ),
    "ferritin-moderate": (
        "Jerntilskot frå veke 18–20",
        "Det er tilrådd at du tek jerntilskot frå veke 18–20. Snakk med jordmora eller legen din.",
    ),
    "hba1c-indicated": (
        "Ta HbA1c før veke 16",
        "Du bør ta ei blodprøve (HbA1c) før veke 16. Spør legen eller jordmora di.",
    ),
    "hba1c-raised": (
        "HbA1c i risikoområdet",
        "Langtidsblodsukkeret ditt er litt høgt. Legen eller jordmora di avtaler vidare oppfølging.",
    ),
    "overt-diabetes": ("Diabetes oppdaga i svangerskapet", None),
    "ogtt-indicated": (
        "Glukosebelasting i veke 24–28",
        "Du bør få tilbod om ei sukkerbelasting i veke 24–28. Spør jordmora eller legen din.",
    ),
    "gestational-diabetes": (
        "Svangerskapsdiabetes",
        "Prøva viser svangerskapsdiabetes. Legen eller jordmora di forklarer kva du skal gjere, og følgjer deg opp.",
    ),
    "glucose-follow-up": (
        "HbA1c fire månader etter fødselen",
        "Du hadde svangerskapsdiabetes. Ta HbA1c hos fastlegen fire månader etter fødselen, og sidan kvart år.",
    ),
    "bmi-specialist": ("KMI over 35", None),
    "weight-gain-outside-band": ("Vektauke utanfor tilrådd område", None),
    "sf-flattening": (
        "SF-kurva flatar ut",
        "Magen har ikkje vakse sidan sist. Jordmora eller legen din vurderer ein ekstra ultralyd.",
    ),
    "sf-below-curve": ("SF-mål under kurva", None),
    "sf-above-curve": ("SF-mål over kurva", None),
    "efw-below-10": ("Estimert vekt under tiande persentil", None),
    "fluid-abnormal": ("Avvikande mengd fostervatn", None),
    "low-placenta-rescan": (
        "Lågtliggjande morkake: ny ultralyd",
        "Morkaka ligg lågt. Du skal ha ein ny ultralyd seinare. Blør du, ring fødeavdelinga med ein gong.",
    ),
    "monochorionic-surveillance": (
        "Monokoriale tvillingar: ultralyd kvar 14. dag",
        "Tvillingane deler morkake. Du skal ha ultralyd på sjukehuset om lag kvar 14. dag frå veke 16.",
    ),
    "malpresentation-at-36": (
        "Ikkje hovudleie etter veke 36",
        "Barnet ligg ikkje med hovudet ned. Du skal til ultralyd på sjukehuset og få snakke om vending og fødsel.",
    ),
    "reduced-fetal-movements": (
        "Mindre liv",
        f"Du kjenner mindre liv enn før. Ring fødeavdelinga no; du skal undersøkast innan 12 timar. {NOBODY_WATCHES}",
    ),
    "no-fetal-movements": (
        "Ikkje kjent liv",
        f"Du kjenner ikkje liv. Ring fødeavdelinga no; du skal undersøkast innan 2 timar. {NOBODY_WATCHES}",
    ),
    "bleeding": (
        "Bløding i svangerskapet",
        f"Du har oppgitt at du blør. Ring fødeavdelinga eller legevakta no. {NOBODY_WATCHES}",
    ),
    "ruptured-membranes": (
        "Vassavgang",
        f"Vatnet kan ha gått for tidleg. Ring fødeavdelinga no. {NOBODY_WATCHES}",
    ),
    "preterm-labour": (
        "Truande for tidleg fødsel",
        f"Du kan ha rier for tidleg. Ring fødeavdelinga no. {NOBODY_WATCHES}",
    ),
    "cholestasis-suspected": (
        "Mistanke om svangerskapskolestase",
        "Kløe utan utslett skal undersøkast med blodprøver. Ring legen eller jordmora di i dag eller i morgon.",
    ),
    "fever-sepsis": (
        "Feber",
        f"Feber i svangerskapet skal vurderast i dag. Ring legen eller legevakta, 116 117. {NOBODY_WATCHES}",
    ),
    "vte-risk": ("Risiko for blodpropp", None),
    "previous-caesarean": ("Tidlegare keisarsnitt", None),
    "teratogenic-medicine": (
        "Legemiddel som kan skade fosteret",
        f"Du har ført opp eit legemiddel som kan skade fosteret. Ikkje slutt på eiga hand. Ring legen din i dag. {NOBODY_WATCHES}",
    ),
    "rhd-typing-due": (
        "RhD-typing av fosteret",
        "Du er RhD-negativ. Frå veke 24 kan ei blodprøve vise blodtypen til fosteret. Spør jordmora eller legen din.",
    ),
    "anti-d-due": (
        "Anti-D i veke 28",
        "Du er RhD-negativ og skal få tilbod om ei sprøyte med anti-D i veke 28. Spør jordmora eller legen din.",
    ),
    "anti-d-after-birth": ("Anti-D etter fødselen", None),
    "anti-d-after-event": ("Anti-D etter hending", None),
    "antibody-control-due": ("Kontroll av blodtypeantistoff", None),
    "other-antibodies": ("Blodtypeantistoff påvist", None),
    "bacteriuria": (
        "Bakteriar i urinen",
        "Urinprøva viser bakteriar. Legen eller jordmora di vurderer behandling.",
    ),
    "gbs-positive": ("Gruppe B-streptokokkar", None),
    "chlamydia": ("Klamydia", None),
    "hepatitis-b-positive": ("Hepatitt B", None),
    "hepatitis-b-newborn": ("Barnet treng hepatitt B-profylakse", None),
    "hiv-positive": ("HIV", None),
    "syphilis-positive": ("Syfilis", None),
    "rubella-non-immune": (
        "Ikkje immun mot raude hundar",
        "Du er ikkje verna mot raude hundar. Du får tilbod om vaksine etter fødselen.",
    ),
    "nipt-eligible": ("Kan få tilbod om NIPT", None),
    "nipt-positive-unconfirmed": ("Positiv NIPT utan stadfestande prøve", None),
    "early-ultrasound-due": ("Tidleg ultralyd", None),
    "routine-ultrasound-due": ("Ultralyd i veke 17–19", None),
    "post-term-control-due": (
        "Kontroll på sjukehus i veke 41",
        "Du er over termin og skal til kontroll på sjukehuset no. Ring fødestaden om du ikkje har fått time.",
    ),
    "visit-overdue": ("Forfallen konsultasjon", None),
    "home-visit-overdue": ("Forfalle heimebesøk", None),
    "tobacco": (
        "Røyk eller snus",
        "Det beste for deg og barnet er å slutte med røyk og snus. Jordmora eller legen din kan hjelpe deg.",
    ),
    "alcohol": ("Alkohol i svangerskapet", None),
    "substance-use": ("Rusmiddel i svangerskapet", None),
    "violence-disclosed": ("Har fortalt om vald", None),
    "fgm": ("Kjønnslemlesting", None),
    "previous-mental-illness": ("Tidlegare alvorleg psykisk sjukdom", None),
    "epds-raised": ("EPDS 10 eller meir", None),
    "epds-self-harm": (
        "Tankar om sjølvskading",
        f"Du har svart at du tenkjer på å skade deg sjølv. Du er ikkje åleine. Ring legen din eller legevakta, 116 117, no. {NOBODY_WATCHES}",
    ),
    "interpreter-needed": ("Treng tolk", None),
    "escort-service": (
        "Følgjeteneste",
        "Du har lang veg til fødestaden og har rett til følgje av jordmor eller lege. Avtal plan med jordmora di.",
    ),
    "postpartum-bleeding": (
        "Kraftig bløding",
        f"Kraftig bløding skal undersøkast. Ring fødeavdelinga eller legevakta, 116 117, no. {NOBODY_WATCHES}",
    ),
    "postpartum-blood-loss": ("Stort blodtap ved fødselen", None),
    "postpartum-infection": (
        "Mogleg infeksjon",
        f"Feber, illeluktande reinsing eller vondt sår skal vurderast i dag. Ring fødeavdelinga eller legevakta, 116 117. {NOBODY_WATCHES}",
    ),
}
