"""TABLE: words of an application for a birth place, in bokmål, nynorsk and English side by side.

https://www.sprakradet.no/klarsprak
"""

BIRTH_PLACE_PHRASES: dict[str, tuple[str, str, str]] = {
    "birth-places": ("Søknad om fødeplass", "Søknad om fødeplass", "Application for a place of birth"),
    "her-birth-places": ("Hvor du skal føde", "Kvar du skal føde", "Where you will give birth"),
    "place-unnamed": ("Fødested", "Fødestad", "Place of birth"),
    "place-asked": ("Søkt {when}", "Søkt {when}", "Asked {when}"),
    "place-waiting": ("Venter på svar", "Ventar på svar", "Waiting for an answer"),
    "place-accepted": ("Plassen er gitt", "Plassen er gitt", "The place is given"),
    "place-more-information": (
        "Flere opplysninger trengs", "Det trengst fleire opplysningar", "More information is needed",
    ),
    "place-other-place": (
        "Et annet sted er foreslått", "Ein annan stad er føreslått", "Another place is proposed",
    ),
    "place-declined": ("Ikke innvilget", "Ikkje innvilga", "Not given"),
    "place-cancelled": ("Trukket tilbake", "Trekt tilbake", "Withdrawn"),
}  # fmt: skip
