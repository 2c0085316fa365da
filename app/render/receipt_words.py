"""What remains after an erasure, and why, as she reads it: bokmål, nynorsk, English."""

REMAINS: dict[str, dict[str, str]] = {
    "nb": {
        "log": "Innsynsloggen blir liggende: hvem som så hva og når, uten helseopplysninger. Du kan fortsatt lese den.",
        "journals": "Hver virksomhet har det den selv har skrevet i sin egen journal. Helsekortet var en kopi.",
        "register": "Medisinsk fødselsregister får sine meldinger fra fødestedet, ikke fra helsekortet.",
        "backups": "Sikkerhetskopier av databasen slettes når fristen for dem er ute, og brukes ikke til annet enn gjenoppretting.",
    },
    "nn": {
        "log": "Innsynsloggen blir liggjande: kven som såg kva og når, utan helseopplysningar. Du kan framleis lese han.",
        "journals": "Kvar verksemd har det ho sjølv har skrive i sin eigen journal. Helsekortet var ein kopi.",
        "register": "Medisinsk fødselsregister får meldingane sine frå fødestaden, ikkje frå helsekortet.",
        "backups": "Tryggingskopiar av databasen blir sletta når fristen for dei er ute, og blir ikkje brukte til anna enn gjenoppretting.",
    },
    "en": {
        "log": "The access log stays: who saw what and when, without health information. You can still read it.",
        "journals": "Each organisation has what it wrote itself in its own records. The card was a copy.",
        "register": "The Medical Birth Registry gets its notifications from the place of birth, not from the card.",
        "backups": "Backups of the database are deleted when their time is over, and are used for nothing but recovery.",
    },
}


def language_of(asked: str) -> str:
    """The language of what was asked for; bokmål where it is none of ours."""
    name = asked.lower()[:2]
    return name if name in REMAINS else "nb"
