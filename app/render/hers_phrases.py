"""TABLE: words of what she registered herself, in bokmål, nynorsk and English side by side.

https://www.sprakradet.no/klarsprak
"""

HERS_PHRASES: dict[str, tuple[str, str, str]] = {
    "hers": ("Registrert av henne selv", "Registrert av henne sjølv", "Registered by herself"),
    "her-hers": ("Registrert av deg", "Registrert av deg", "Registered by you"),
    "hers-times": ("{title} ({count} ganger)", "{title} ({count} gonger)", "{title} ({count} times)"),
    "hers-proposes": ("Mener dette er feil: {title}", "Meiner dette er feil: {title}", "Says this is wrong: {title}"),
    "hers-waiting": (
        "{when}. Venter på at jordmor eller lege bekrefter",
        "{when}. Ventar på at jordmor eller lege stadfestar",
        "{when}. Waiting for a midwife or doctor to confirm",
    ),
    "hers-confirmed": (
        "{when}. Bekreftet {at} av {by}", "{when}. Stadfesta {at} av {by}", "{when}. Confirmed {at} by {by}",
    ),
    "hers-corrected": ("{when}. Rettet {at} av {by}", "{when}. Retta {at} av {by}", "{when}. Corrected {at} by {by}"),
    "hers-declined": (
        "{when}. Ikke tatt inn i kortet {at}, {by}: {reason}",
        "{when}. Ikkje teke inn i kortet {at}, {by}: {reason}",
        "{when}. Not taken into the card {at}, {by}: {reason}",
    ),
}  # fmt: skip
