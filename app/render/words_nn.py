"""Words of the card in Norwegian nynorsk.

https://www.sprakradet.no/klarsprak
"""

from app.render.variant_words import VARIANT_WORDS
from app.render.words_nb import WORDS as BOKMAAL

WORDS: dict[str, str] = BOKMAAL | {
    "card": "Helsekort for gravide",
    "skip": "Gå til innhaldet",
    "born": "Fødd",
    "interpreter": "Treng tolk",
    "week": "veke {age}",
    "days-after": "{days} dagar etter fødselen",
    "loss": "Svangerskapet er avslutta",
    "closed": "Kortet er avslutta",
    "unknown-age": "Svangerskapslengd er ikkje fastsett",
    "first": "Viktig no",
    "no-findings": "Ingen funn frå reglane på det som er registrert.",
    "alarm": "Alarm: handle no",
    "task": "Oppgåve",
    "deadline": "Frist {when}",
    "late": "Fristen gjekk ut {when}",
    "based-on": "Byggjer på det som vart registrert {when}",
    "self-reported": "Oppgitt av henne sjølv, ikkje stadfesta.",
    "untold": "Ikkje fortalt henne enno: ho ser det når nokon har snakka med henne om det.",
    "not-assessable": "Kan ikkje vurderast med di tilgang.",
    "partly": "Noko på kortet kan ikkje vurderast med di tilgang.",
    "need-interpreter": "Treng tolk: {detail}",
    "need-several-fetuses": "Fleire foster: {detail}",
    "need-overdue-visit": "Forfalle: {detail}",
    "need-due-visit": "No: {detail}",
    "changed": "Endra frå {date} ({why})",
    "not-used": "Ikkje brukt: {date}. {why}.",
    "days-apart": "{days} dagar frå gjeldande",
    "no-term": "Ingen termin er registrert.",
    "visits": "Konsultasjonar i programmet",
    "overdue": "Forfalle, skulle vore innan {date}",
    "due-now": "No, innan {date}",
    "upcoming": "Frå {date}",
    "done": "Gjennomført",
    "missed": "Ikkje registrert",
    "skipped": "Utelaten: {reason}",
    "withheld": "Kan ikkje vurderast med di tilgang",
    "earlier": "Tidlegare og seinare",
    "no-visits": "Ingen konsultasjonar er forfalne eller planlagde av programmet.",
    "measurements": "Siste målingar",
    "fetal-heart-rate": "Hjartefrekvensen til fosteret",
    "change": "{change} frå {before}, {date}",
    "only": "Første måling",
    "same": "uendra",
    "chart-week": "Veke",
    "chart": "{name}: {count} målingar, sist {value} {unit} {date}.",
    "consultations": "Konsultasjonar",
    "age": "Veke",
    "heart": "Hjartelyd",
    "by": "Hos",
    "heard": "høyrd",
    "not-heard": "ikkje funnen",
    "cephalic": "hovudleie",
    "laboratory": "Laboratorieprøver",
    "before": "Tidlegare",
    "health": "Allergiar og sjukdommar",
    "care-team": "Kven som følgjer opp",
    "live-birth": "Levandefødd",
    "stillbirth": "Dødfødd",
    "nothing": "Ingenting registrert.",
    "closed-findings": "Avslutta funn",
    "printed": "Vist {when}. Kortet erstattar ikkje journalen. Berre det du har tilgang til, blir vist.",
    "source": "Henta frå {url}",
    "her-help": "Ingen følgjer med på denne sida. Er du uroleg, ring jordmora, legen eller fødeavdelinga. "
    "Legevakt: 116 117. Akutt fare: 113.",
}
MONTHS: tuple[str, ...] = ()

NOBODY_WATCHES = "Ingen følgjer med på denne sida. Får du ikkje tak i fødeavdelinga, ring 116 117; ved akutt fare, ring 113."
URGENT_SIGNS = (
    "Får du kraftig hovudverk, synsforstyrringar eller vondt øvst i magen, ring fødeavdelinga med ein gong."
)

# rule: title, what clinicians read, what she is told
RULES: dict[str, tuple[str, str, str | None]] = {
    "severe-hypertension": (
        "Svært høgt blodtrykk",
        "Blodtrykk {bp} mmHg {day}. Ring fødeavdelinga no; vurder behandling og innlegging.",
        f"Blodtrykket ditt er svært høgt. Ring fødeavdelinga no. {NOBODY_WATCHES}",
    ),
    "preeclampsia-suspected": (
        "Mistanke om preeklampsi",
        "Blodtrykk {bp} mmHg og protein {protein} i urinen {day}. Skal vurderast på sjukehus same dag.",
        "Blodtrykket ditt er høgt og det er protein i urinen. Du skal undersøkjast i dag. Ring fødeavdelinga. "
        + NOBODY_WATCHES,
    ),
    "early-hypertension-proteinuria": (
        "Høgt blodtrykk og protein i urinen før veke 20",
        "Blodtrykk {bp} mmHg og protein {protein} i urinen {day}, før veke 20+0. Skal vurderast av lege same dag.",
        (
            "Blodtrykket ditt er høgt og det er protein i urinen. Du skal vurderast av lege i dag. "
            f"Ring legen eller jordmora di. {NOBODY_WATCHES}"
        ),
    ),
    "hypertension": (
        "Svangerskapshypertensjon",
        "To målingar på 140/90 eller meir etter veke 20+0: {bp} mmHg. Vis til spesialisthelsetenesta.",
        f"Blodtrykket ditt har vore høgt to gonger. Legen eller jordmora di skal avtale vidare oppfølging. {URGENT_SIGNS}",
    ),
    "chronic-hypertension": (
        "Høgt blodtrykk før veke 20",
        "To målingar på 140/90 eller meir før veke 20+0: {bp} mmHg. Truleg kronisk hypertensjon; vis til spesialist.",
        (
            "Blodtrykket ditt har vore høgt to gonger tidleg i svangerskapet. "
            "Legen eller jordmora di skal avtale vidare oppfølging."
        ),
    ),
    "hypertension-repeat": (
        "Mål blodtrykket på nytt",
        "Siste blodtrykk var {bp} mmHg {day}. Mål på nytt etter 10–15 minutt kvile og undersøk urinen.",
        f"Blodtrykket ditt var litt høgt sist. Det skal målast på nytt. {URGENT_SIGNS}",
    ),
    "severe-anaemia": (
        "Alvorleg anemi",
        "Hb {hb} g/dL {day}, under {limit}. Kontakt sjukehus same dag.",
        None,
    ),
    "anaemia": (
        "Anemi",
        "Hb {hb} g/dL {day}, under {limit} for trimesteret. Ta ferritin, vurder jern.",
        "Blodprosenten din er låg. Snakk med jordmora eller legen din om jerntilskot ved neste time.",
    ),
    "no-fetal-heart": (
        "Hjarteaktivitet ikkje påvist",
        "Hjarteaktivitet hos fosteret{fetus} vart ikkje funnen {day}. Ring fødeavdelinga for ultralyd no.",
        None,
    ),
    "fetal-heart-rate-abnormal": (
        "Unormal hjartefrekvens hos fosteret",
        "Hjartefrekvens hos fosteret{fetus} {rate}/min {day}. Lytt på nytt no; ring fødeavdelinga for CTG.",
        None,
    ),
    "fetal-heart-rate-repeat": (
        "Lytt til hjartet hos fosteret på nytt",
        "Hjartefrekvens hos fosteret{fetus} {rate}/min {day}, utanfor 110–160. Lytt på nytt i same konsultasjon.",
        None,
    ),
    "post-term": (
        "Overtidig svangerskap",
        "42+0 vart nådd {day} utan at fødsel er registrert. Avklar igangsetjing med fødeavdelinga i dag.",
        "Du er 42 veker på veg. Har du ikkje avtalt igangsetjing av fødselen, ring fødeavdelinga i dag. "
        + NOBODY_WATCHES,
    ),
}
WHY = {
    "decided": "Fastsett av behandlar {on}: {reason}",
    "ivf": "Assistert befrukting: egga vart henta ut {basis}; termin er 269 dagar seinare",
    "first-scan": "Første ultralyd, {on}",
    "routine-scan": "Ultralyd i veke 17–19, {on}",
    "corrected": "Korrigert termin, registrert {on}",
    "stated": "Termin registrert {on} utan oppgitt metode",
    "lmp": "Første dag i siste menstruasjon var {basis}; termin er 283 dagar seinare",
}
CONVERTED, UNCONFIRMED = (
    "Oppgitt for {length} dagars svangerskap, rekna om til 283",
    "Oppgitt av henne sjølv, ikkje stadfesta",
)
PHRASES = {
    "Ultralyd i uke 17–19": "Ultralyd i veke 17–19",
    **{f"Konsultasjon i uke {week}": f"Konsultasjon i veke {week}" for week in (24, 28, 32, 36, 38, 40)},
    "Kontroll på sykehus i uke 41": "Kontroll på sjukehus i veke 41",
    "Hjemmebesøk av jordmor": "Heimebesøk av jordmor",
    "Hjemmebesøk av helsesykepleier": "Heimebesøk av helsesjukepleiar",
    "Sykehistorie": "Sjukehistorie",
    "Høyde og KMI": "Høgd og KMI",
    "Hb, ferritin, ABO/RhD, antistoff, HIV, syfilis, hepatitt B": "Hb, ferritin, ABO/RhD, antistoff, HIV, syfilis, hepatitt B",
    "Levevaner, psykisk helse, vold, legemidler": "Levevanar, psykisk helse, vald, legemiddel",
    "Antall fostre": "Talet på foster",
    "Svangerskapslengde": "Svangerskapslengd",
    "Fosterets utvikling": "Utviklinga til fosteret",
    "Morkakens plassering": "Plasseringa av morkaka",
    "Fosterets hjertelyd": "Hjartelyden til fosteret",
    "Fosterbevegelser": "Fosterrørsler",
    "Glukosebelastning i uke 24–28 ved risiko": "Glukosebelastning i veke 24–28 ved risiko",
    **{line: words[0] for line, words in VARIANT_WORDS.items()},
    "Tobakk og rusmidler på nytt": "Tobakk og rusmiddel på nytt",
    "Fostervann": "Fostervatn",
    "Plan videre": "Plan vidare",
    "Mors helse": "Helsa til mora",
    "Barnets vekt og allmenntilstand": "Vekta og allmenntilstanden til barnet",
    "Barnets utvikling": "Utviklinga til barnet",
    "Foreldrenes helse": "Helsa til foreldra",
    "Samtale om fødselen": "Samtale om fødselen",
}
SAME = frozenset(
    {
        "Første konsultasjon",
        "Tidlig ultralyd",
        "Seksukerskontroll hos fastlege eller jordmor",
        "Blodtrykk",
        "Protein i urin",
        "Vekt",
        "SF-mål",
        "HbA1c ved risiko",
        "Fosterdiagnostikk",
        "Termin",
        "Hb",
        "Leie",
        "Fødeplan",
        "Ultralyd",
        "CTG",
        "Amming",
        "Prevensjon",
    }
)
