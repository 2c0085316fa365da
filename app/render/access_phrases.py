"""TABLE: words of her access log, in bokmål, nynorsk and English side by side. https://www.sprakradet.no/klarsprak"""

ACCESS: dict[str, tuple[str, str, str]] = {
    "title": (
        "Hvem har sett på helsekortet mitt",
        "Kven har sett på helsekortet mitt",
        "Who has looked at my card",
    ),
    "kicker": ("Innsynslogg", "Innsynslogg", "Access log"),
    "skip": ("Til loggen", "Til loggen", "To the log"),
    "lead": (
        "Her står hver gang noen har sett på, endret eller prøvd å få tilgang til det som er registrert om deg.",
        "Her står kvar gong nokon har sett på, endra eller prøvd å få tilgang til det som er registrert om deg.",
        "Each time somebody has looked at, changed or asked for what is registered about you stands here.",
    ),
    "wrong": (
        "Er det noe du ikke kjenner igjen? Spør om en hendelse: du får svar, og svaret vises her.",
        "Er det noko du ikkje kjenner att? Spør om ei hending: du får svar, og svaret blir vist her.",
        "Is there something you do not recognise? Ask about an event: you get an answer, and it is shown here.",
    ),
    "nothing": ("Ingen har sett på kortet.", "Ingen har sett på kortet.", "Nobody has looked at the card."),
    "when": ("Når", "Når", "When"),
    "until": ("Til", "Til", "Until"),
    "organization": ("Virksomhet", "Verksemd", "Organisation"),
    "orgnr": ("Organisasjonsnummer", "Organisasjonsnummer", "Organisation number"),
    "person": ("Person", "Person", "Person"),
    "role": ("Rolle", "Rolle", "Role"),
    "what": ("Hva", "Kva", "What"),
    "why": ("Hvorfor", "Kvifor", "Why"),
    "rule": ("Etter hvilken regel", "Etter kva regel", "By which rule"),
    "result": ("Utfall", "Utfall", "Outcome"),
    "times": ("Antall oppslag", "Tal på oppslag", "Number of look-ups"),
    "events": ("Hendelser", "Hendingar", "Events"),
    "given": ("Gitt", "Gjeve", "Given"),
    "refused": ("Avvist", "Avvist", "Refused"),
    "emergency": ("Nødtilgang", "Naudtilgang", "Emergency access"),
    "own": ("Helsekortet selv", "Helsekortet sjølv", "The card itself"),
    "later": (
        "Navnet vises {days} dager etter oppslaget",
        "Namnet blir vist {days} dagar etter oppslaget",
        "The name is shown {days} days after the look-up",
    ),
    "no-purpose": ("Ikke oppgitt", "Ikkje oppgjeve", "Not stated"),
    "each": ("Hver hendelse ({count})", "Kvar hending ({count})", "Each event ({count})"),
    "question": ("Du spurte", "Du spurde", "You asked"),
    "answer": ("Svar", "Svar", "Answer"),
    "waits": (
        "Spørsmålet er sendt til den som kontrollerer loggen, og venter på svar.",
        "Spørsmålet er sendt til den som kontrollerer loggen, og ventar på svar.",
        "The question has been sent to the reviewer of the log, and waits for an answer.",
    ),
    "more": (
        "Loggen har flere hendelser enn det som vises her. Be om en tidligere periode.",
        "Loggen har fleire hendingar enn det som er vist her. Be om ein tidlegare periode.",
        "The log has more events than are shown here. Ask for an earlier period.",
    ),
    "made": ("Laget {when}", "Laga {when}", "Made {when}"),
}
RULES: dict[str, tuple[str, str, str]] = {  # the beginning of a rule's name → what it means to her
    "allow.emergency": (
        "Nødtilgang for noen timer, som blir kontrollert",
        "Naudtilgang for nokre timar, som blir kontrollert",
        "Emergency access for some hours, which is reviewed",
    ),
    "emergency": (
        "Nødtilgang for noen timer, som blir kontrollert",
        "Naudtilgang for nokre timar, som blir kontrollert",
        "Emergency access for some hours, which is reviewed",
    ),
    "allow.carer": (
        "Virksomheten gir deg helsehjelp",
        "Verksemda gjev deg helsehjelp",
        "The organisation gives you care",
    ),
    "allow.nurse": (
        "Helsestasjonen følger deg opp",
        "Helsestasjonen følgjer deg opp",
        "The health centre follows you up",
    ),
    "allow.self": ("Det er ditt eget kort", "Det er ditt eige kort", "It is your own card"),
    "allow.system": (
        "Helsekortets regler går over det som er registrert",
        "Helsekortet sine reglar går over det som er registrert",
        "The card's rules run over what is registered",
    ),
    "allow.auditor": ("Kontroll av loggen", "Kontroll av loggen", "Control of the log"),
    "allow.operator": ("Drift av piloten", "Drift av piloten", "Operations of the pilot"),
    "allow.catalogue": (
        "Opplysninger som ikke er om deg",
        "Opplysningar som ikkje er om deg",
        "Information that is not about you",
    ),
}
