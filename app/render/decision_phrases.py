"""TABLE: words of decision support, in bokmål, nynorsk and English side by side; of advice, the first line is the summary.

https://cds-hooks.hl7.org/2.0/ and https://www.sprakradet.no/klarsprak
"""

DECISIONS: dict[str, tuple[str, str, str]] = {
    "cds-title": (
        "Helsekort for gravide",
        "Helsekort for gravide",
        "Pregnancy health card",
    ),
    "cds-patient-view": (
        "Varsler og oppgaver som reglene finner på helsekortet.",
        "Varsel og oppgåver som reglane finn på helsekortet.",
        "Alarms and tasks that the rules find on the health card.",
    ),
    "cds-encounter-start": (
        "Det som gjelder konsultasjonen: varsler, oppgaver og opplysninger, og hva basisprogrammet har nå.",
        "Det som gjeld konsultasjonen: varsel, oppgåver og opplysningar, og kva basisprogrammet har no.",
        "What concerns the consultation: alarms, tasks and information, and what the programme holds now.",
    ),
    "cds-order-select": (
        "Råd om bestilling av NIPT og glukosebelastning: om det er aktuelt for henne, og hva som taler imot.",
        "Råd om tinging av NIPT og glukosebelasting: om det er aktuelt for henne, og kva som talar imot.",
        "Advice on orders of NIPT and glucose tolerance tests: whether they are indicated, and what stands against.",
    ),
    "cds-requirements": (
        "Tilgangstoken fra HelseID, bundet med DPoP, som for /fhir. patientId er Patient.id på denne serveren.",
        "Tilgangstoken frå HelseID, bunde med DPoP, som for /fhir. patientId er Patient.id på denne serveren.",
        "An access token of HelseID, bound by DPoP, as for /fhir. patientId is Patient.id on this server.",
    ),
    "cds-deadline": ("Frist: {when}.", "Frist: {when}.", "Deadline: {when}."),
    "cds-order": ("Lag utkast til bestilling: {what}", "Lag utkast til tinging: {what}", "Draft an order: {what}"),
    "cds-medical": ("Medisinsk grunn", "Medisinsk grunn", "Medical ground"),
    "cds-her-choice": ("Hun ønsker det ikke", "Ho ønskjer det ikkje", "She does not want it"),
    "cds-visit-due": (
        "Nå i basisprogrammet: {what}, til {until}",
        "No i basisprogrammet: {what}, til {until}",
        "Now in the programme: {what}, until {until}",
    ),
    "cds-visit-overdue": (
        "Ikke registrert: {what}, skulle vært innen {until}",
        "Ikkje registrert: {what}, skulle vore innan {until}",
        "Not recorded: {what}, should have been by {until}",
    ),
    "nipt-indicated": (
        "NIPT: hun har rett til tilbud\nHun fyller 35 år eller mer ved termin, eller annen indikasjon er registrert. Tidlig ultralyd først. Hun avgjør selv.",
        "NIPT: ho har rett til tilbod\nHo fyller 35 år eller meir ved termin, eller annan indikasjon er registrert. Tidleg ultralyd først. Ho avgjer sjølv.",
        "NIPT: she is entitled to an offer\nShe will be 35 or older at term, or another indication is recorded. Early ultrasound first. The choice is hers.",
    ),
    "nipt-no-ground": (
        "NIPT: ingen indikasjon er registrert\nOffentlig NIPT tilbys ved 35 år eller mer ved termin, eller ved annen indikasjon.",
        "NIPT: ingen indikasjon er registrert\nOffentleg NIPT blir tilbode ved 35 år eller meir ved termin, eller ved annan indikasjon.",
        "NIPT: no indication is recorded\nPublic NIPT is offered at 35 or older at term, or on another indication.",
    ),
    "nipt-consent-missing": (
        "NIPT: skriftlig samtykke er ikke registrert\nInformer og registrer svaret hennes før prøven tas (bioteknologiloven § 4-4).",
        "NIPT: skriftleg samtykke er ikkje registrert\nInformer og registrer svaret hennar før prøva blir teken (bioteknologilova § 4-4).",
        "NIPT: written consent is not recorded\nInform her and record her answer before the test is taken (bioteknologiloven § 4-4).",
    ),
    "nipt-declined": (
        "NIPT: hun har takket nei {day}",
        "NIPT: ho har takka nei {day}",
        "NIPT: she declined on {day}",
    ),
    "nipt-done": (
        "NIPT er alt bestilt eller besvart {day}",
        "NIPT er alt tinga eller svara på {day}",
        "NIPT is already ordered or answered on {day}",
    ),
    "nipt-outside": (
        "NIPT: hun er i uke {age}\nReglene her gjelder fra 10+0 til 21+6.",
        "NIPT: ho er i veke {age}\nReglane her gjeld frå 10+0 til 21+6.",
        "NIPT: she is in week {age}\nThe rules here hold from 10+0 to 21+6.",
    ),
    "ogtt-indicated": (
        "Glukosebelastning: risiko er registrert\nTilbys i uke 24–28 (75 g).",
        "Glukosebelasting: risiko er registrert\nBlir tilbode i veke 24–28 (75 g).",
        "Glucose tolerance test: a risk is recorded\nOffered in weeks 24–28 (75 g).",
    ),
    "ogtt-no-ground": (
        "Glukosebelastning: ingen risiko er registrert\nSpør etter bakgrunn, arv, tidligere svangerskap, KMI og alder.",
        "Glukosebelasting: ingen risiko er registrert\nSpør etter bakgrunn, arv, tidlegare svangerskap, KMI og alder.",
        "Glucose tolerance test: no risk is recorded\nAsk about background, family, earlier pregnancies, BMI and age.",
    ),
    "ogtt-diabetes": (
        "Glukosebelastning: diabetes er alt registrert {day}",
        "Glukosebelasting: diabetes er alt registrert {day}",
        "Glucose tolerance test: diabetes is already recorded on {day}",
    ),
    "ogtt-done": (
        "Glukosebelastning er alt tatt {day}",
        "Glukosebelasting er alt teken {day}",
        "A glucose tolerance test was already taken on {day}",
    ),
    "ogtt-outside": (
        "Glukosebelastning: hun er i uke {age}\nPrøven tas i uke 24–28 (24+0 til 28+6).",
        "Glukosebelasting: ho er i veke {age}\nPrøva blir teken i veke 24–28 (24+0 til 28+6).",
        "Glucose tolerance test: she is in week {age}\nThe test is taken in weeks 24–28 (24+0 to 28+6).",
    ),
    "order-undated": (
        "Svangerskapslengden er ikke kjent\nBestillingen kan ikke vurderes mot svangerskapsuken.",
        "Svangerskapslengda er ikkje kjend\nTinginga kan ikkje vurderast mot svangerskapsveka.",
        "The gestational age is not known\nThe order cannot be assessed against the week of pregnancy.",
    ),
    "order-ended": (
        "Svangerskapet er avsluttet\nBestillingen gjelder et svangerskap som pågår.",
        "Svangerskapet er avslutta\nTinginga gjeld eit svangerskap som pågår.",
        "The pregnancy has ended\nThe order is for a pregnancy that is going on.",
    ),
    "order-not-assessable": (
        "Bestillingen kan ikke vurderes med din tilgang",
        "Tinginga kan ikkje vurderast med tilgangen din",
        "The order cannot be assessed with your access",
    ),
}  # fmt: skip
