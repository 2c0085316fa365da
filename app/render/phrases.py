"""TABLE: words of the printed card, of her page and of what changed, in bokmål, nynorsk and English side by side.

https://www.sprakradet.no/klarsprak
"""

from app.render.birth_place_phrases import BIRTH_PLACE_PHRASES
from app.render.birth_plan_phrases import BIRTH_PLAN_PHRASES
from app.render.contradiction_words import CONTRADICTION_WORDS
from app.render.decision_phrases import DECISIONS
from app.render.elsewhere_phrases import ELSEWHERE_PHRASES
from app.render.found_phrases import FOUND_PHRASES
from app.render.hers_phrases import HERS_PHRASES
from app.render.leaving import LEAVING_PHRASES
from app.render.stated_words import STATED_WORDS

PHRASES: dict[str, tuple[str, str, str]] = {
    **CONTRADICTION_WORDS,
    **ELSEWHERE_PHRASES,
    **FOUND_PHRASES,
    **HERS_PHRASES,
    **LEAVING_PHRASES,
    **STATED_WORDS,
    **BIRTH_PLACE_PHRASES,
    **BIRTH_PLAN_PHRASES,
    "new": ("Nytt", "Nytt", "New"),
    "her-no-findings": (
        "Ingen varsler ut fra det som er registrert.",
        "Ingen varsel ut frå det som er registrert.",
        "No alerts from what is recorded.",
    ),
    "her-outcome": ("Hva som er registrert", "Kva som er registrert", "What is recorded"),
    "her-loss": (
        "Du kan ta kontakt med jordmoren, legen eller sykehuset så ofte du trenger, også for å snakke om det som har skjedd.",
        "Du kan ta kontakt med jordmora, legen eller sjukehuset så ofte du treng, også for å snakke om det som har hendt.",
        "You may contact your midwife, doctor or hospital as often as you need, also to talk about what has happened.",
    ),
    "emergency": (
        "Helsekort for gravide: til fødeavdelingen",
        "Helsekort for gravide: til fødeavdelinga",
        "Pregnancy health card: for the labour ward",
    ),
    "printed-by": (
        "Skrevet ut av {by}, {when}",
        "Skrive ut av {by}, {when}",
        "Printed by {by}, {when}",
    ),
    "paper": (
        "Utskriften erstatter ikke journalen og viser bare det som var registrert da.",
        "Utskrifta erstattar ikkje journalen og viser berre det som var registrert då.",
        "The print does not replace the record and shows only what was recorded by then.",
    ),
    "version": (
        "Versjon {version}",
        "Versjon {version}",
        "Version {version}",
    ),
    "page": (
        "Side",
        "Side",
        "Page",
    ),
    "day": (
        "Helsekort for dagen",
        "Helsekort for dagen",
        "Health cards of the day",
    ),
    "legend": (
        "Åpne punkter er egne målinger, ikke bekreftet. Stiplede linjer er grensene 140 og 90 mmHg (Norsk gynekologisk forening).",
        "Opne punkt er eigne målingar, ikkje stadfesta. Stipla linjer er grensene 140 og 90 mmHg (Norsk gynekologisk forening).",
        "Open points are self-reported, not confirmed. Dashed lines are the limits 140 and 90 mmHg (Norsk gynekologisk forening).",
    ),
    "gain-band": (
        "Anbefalt ved termin (KMI {bmi}): {low}–{high} kg, {source}",
        "Tilrådd ved termin (KMI {bmi}): {low}–{high} kg, {source}",
        "Recommended at term (BMI {bmi}): {low}–{high} kg, {source}",
    ),
    "no-band": (
        "For SF-mål tegnes ingen referansekurve, siden ingen norsk kilde er fastslått.",
        "For SF-mål blir det ikkje teikna nokon referansekurve, sidan inga norsk kjelde er slått fast.",
        "No reference curve is drawn for fundal height, since no Norwegian source is established.",
    ),
    "her-self-reported": (
        "Oppgitt av deg selv, ikke bekreftet.",
        "Oppgitt av deg sjølv, ikkje stadfesta.",
        "Reported by yourself, not confirmed.",
    ),
    "her-visits": ("Timene dine", "Timane dine", "Your appointments"),
    "her-measurements": ("Målingene dine", "Målingane dine", "Your measurements"),
    "her-consultations": ("Timer du har hatt", "Timar du har hatt", "Appointments you have had"),
    "her-laboratory": ("Prøvene dine", "Prøvene dine", "Your tests"),
    "her-care-team": ("De som følger deg opp", "Dei som følgjer deg opp", "Who cares for you"),
    "her-health": (
        "Allergier og sykdommer du har",
        "Allergiar og sjukdommar du har",
        "Your allergies and conditions",
    ),
    "her-by-hand": ("Dine spørsmål", "Spørsmåla dine", "Your questions"),
    "by-hand": (
        "Skrevet for hånd",
        "Skrive for hand",
        "Written by hand",
    ),
    "by-hand-clinician": (
        "Det som skrives her, må også registreres i helsekortet.",
        "Det som blir skrive her, må òg registrerast i helsekortet.",
        "What is written here must be registered in the health card too.",
    ),
    "by-hand-citizen": (
        "Plass til det du vil spørre om neste gang.",
        "Plass til det du vil spørje om neste gong.",
        "Room for what you want to ask next time.",
    ),
    "screen-only": (
        "Denne siden inneholder opplysninger som ikke skal på papir. Hent kortet som PDF for å skrive det ut.",
        "Denne sida inneheld opplysningar som ikkje skal på papir. Hent kortet som PDF for å skrive det ut.",
        "This page holds information that must not stand on paper. Get the card as PDF to print it.",
    ),
    "changed-since": (
        "{count} registreringer er nye eller endret siden {when}. De er merket «Nytt».",
        "{count} registreringar er nye eller endra sidan {when}. Dei er merkte «Nytt».",
        "{count} records are new or changed since {when}. They are marked “New”.",
    ),
    "unchanged-since": (
        "Ingenting er nytt eller endret siden {when}.",
        "Ingenting er nytt eller endra sidan {when}.",
        "Nothing is new or changed since {when}.",
    ),
    "leaflets": (
        "Nyttig å lese nå",
        "Nyttig å lese no",
        "Good to read now",
    ),
    "leaflet-languages": (
        "Språk: {languages}",
        "Språk: {languages}",
        "Languages: {languages}",
    ),
    "leaflet-visits": (
        "Helsenorge: kontrollene i svangerskapet",
        "Helsenorge: kontrollane i svangerskapet",
        "Helsenorge: the check-ups in pregnancy",
    ),
    "leaflet-films": (
        "Filmer som forbereder deg til fødselen",
        "Filmar som førebur deg til fødselen",
        "Films that prepare you for the birth",
    ),
    "leaflet-birth": (
        "Helsenorge: fødselen",
        "Helsenorge: fødselen",
        "Helsenorge: giving birth",
    ),
    "leaflet-zanzu": (
        "Zanzu: kropp og helse på flere språk",
        "Zanzu: kropp og helse på fleire språk",
        "Zanzu: body and health in several languages",
    ),
    "leaflet-mamma-mia": (
        "Mamma Mia: et gratis program for deg som skal bli mamma",
        "Mamma Mia: eit gratis program for deg som skal bli mamma",
        "Mamma Mia: a free programme for mothers-to-be",
    ),
    "leaflet-breastfeeding": (
        "Ammehjelpen: råd om amming",
        "Ammehjelpen: råd om amming",
        "Ammehjelpen: advice on breastfeeding",
    ),
    "next-step": (
        "Hva som skjer videre",
        "Kva som skjer vidare",
        "What happens next",
    ),
    "next-alarm": (
        "Du blir undersøkt i dag, og får vite hva de finner og hva som skal gjøres.",
        "Du blir undersøkt i dag, og får vite kva dei finn og kva som skal gjerast.",
        "You will be examined today, and told what they find and what will be done.",
    ),
    "next-task": (
        "Jordmoren eller legen din følger dette opp ved neste time eller før.",
        "Jordmora eller legen din følgjer dette opp ved neste time eller før.",
        "Your midwife or doctor follows this up at the next appointment or before.",
    ),
    "next-information": (
        "Dette haster ikke. Ta det gjerne opp ved neste time.",
        "Dette hastar ikkje. Ta det gjerne opp ved neste time.",
        "This is not urgent. You may bring it up at the next appointment.",
    ),
    "plain-blood-pressure": (
        "Hvor hardt blodet presser mot åreveggen. Høyt er 140/90 eller mer.",
        "Kor hardt blodet pressar mot åreveggen. Høgt er 140/90 eller meir.",
        "How hard the blood presses on the walls of the vessels. High is 140/90 or more.",
    ),
    "plain-weight": (
        "Vekten din ved kontrollene.",
        "Vekta di ved kontrollane.",
        "Your weight at the check-ups.",
    ),
    "plain-fundal-height": (
        "Fra skambeinet til toppen av livmoren. Viser hvordan barnet vokser.",
        "Frå skambeinet til toppen av livmora. Viser korleis barnet veks.",
        "From the pubic bone to the top of the womb. Shows how the baby grows.",
    ),
    "plain-fetal-heart-rate": (
        "Hvor fort barnets hjerte slår. Vanlig er 110 til 160 slag i minuttet.",
        "Kor fort hjartet til barnet slår. Vanleg er 110 til 160 slag i minuttet.",
        "How fast the baby's heart beats. Usual is 110 to 160 beats a minute.",
    ),
    "plain-haemoglobin": (
        "Blodprosenten. Lav blodprosent kan gjøre deg sliten.",
        "Blodprosenten. Låg blodprosent kan gjere deg sliten.",
        "How much of the red colouring matter your blood holds. A low value can make you tired.",
    ),
    "herself": (
        "kvinnen selv",
        "kvinna sjølv",
        "the woman herself",
    ),
    **DECISIONS,
}
