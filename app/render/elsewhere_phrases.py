"""TABLE: words of what stands beside the card in kjernejournal, in bokmål, nynorsk and English side by side.

https://www.sprakradet.no/klarsprak
"""

ELSEWHERE_PHRASES: dict[str, tuple[str, str, str]] = {
    "elsewhere-critical": (
        "Kritisk informasjon fra andre (kjernejournal)",
        "Kritisk informasjon frå andre (kjernejournal)",
        "Critical information from others (kjernejournal)",
    ),
    "elsewhere-medicines": (
        "Legemidler (e-resept, kjernejournal)",
        "Legemiddel (e-resept, kjernejournal)",
        "Medicines (e-prescription, kjernejournal)",
    ),
    "portal-open": ("Åpne kjernejournal", "Opne kjernejournal", "Open kjernejournal"),
    "portal-basis": ("Grunnlag", "Grunnlag", "Ground"),
    "portal-samtykke": ("samtykke", "samtykke", "consent"),
    "portal-akutt": ("akutt", "akutt", "emergency"),
    "portal-unntak": ("unntak", "unntak", "exemption"),
    "elsewhere-asked": (
        "Hentet fra kjernejournal {when}",
        "Henta frå kjernejournal {when}",
        "From kjernejournal, asked {when}",
    ),
    "elsewhere-dated": (
        "Listen er fra {dated}. Hentet fra kjernejournal {when}",
        "Lista er frå {dated}. Henta frå kjernejournal {when}",
        "The list is from {dated}. From kjernejournal, asked {when}",
    ),
    "elsewhere-none": ("Ingenting står der.", "Ingenting står der.", "Nothing stands there."),
    "elsewhere-harmful": (
        "Kan skade fosteret. Kontakt den som forskriver i dag; ikke stopp uten plan.",
        "Kan skade fosteret. Kontakt den som skriv ut legemiddelet i dag; ikkje stopp utan plan.",
        "May harm the fetus. Contact the prescriber today; do not stop without a plan.",
    ),
    "elsewhere-old": (
        "Kjernejournal svarer ikke nå. Dette ble hentet {when} og kan være endret.",
        "Kjernejournal svarar ikkje no. Dette blei henta {when} og kan vere endra.",
        "Kjernejournal does not answer now. This was asked {when} and may have changed.",
    ),
    "elsewhere-old-dated": (
        "Listen er fra {dated} og ble hentet {when}. Kjernejournal svarer ikke nå; den kan være endret.",
        "Lista er frå {dated} og blei henta {when}. Kjernejournal svarar ikkje no; ho kan vere endra.",
        "The list is from {dated}, asked {when}. Kjernejournal does not answer now; it may have changed.",
    ),
    "elsewhere-unreachable": (
        "Kjernejournal svarer ikke nå. Hva som står der, er ikke kjent.",
        "Kjernejournal svarar ikkje no. Kva som står der, er ikkje kjent.",
        "Kjernejournal does not answer now. What stands there is not known.",
    ),
    "elsewhere-reserved": (
        "Hun har reservert seg mot kjernejournal.",
        "Ho har reservert seg mot kjernejournal.",
        "She has reserved herself against kjernejournal.",
    ),
    "elsewhere-blocked": (
        "Hun har sperret kjernejournal for deg.",
        "Ho har sperra kjernejournal for deg.",
        "She has blocked you in kjernejournal.",
    ),
    "elsewhere-restricted": (
        "Hun har sperret opplysningene: kjernejournal åpnes der, med hennes samtykke.",
        "Ho har sperra opplysningane: kjernejournal blir opna der, med samtykket hennar.",
        "She has restricted it: kjernejournal is opened there, with her consent.",
    ),
    "elsewhere-refused": (
        "Kjernejournal viser ikke dette for deg.",
        "Kjernejournal viser ikkje dette for deg.",
        "Kjernejournal does not show this to you.",
    ),
    "elsewhere-session": (
        "Kjernejournal kan bare spørres i din egen pålogging med HelseID. Det er ikke spurt.",
        "Kjernejournal kan berre spørjast i di eiga pålogging med HelseID. Det er ikkje spurt.",
        "Kjernejournal is asked in your own session with HelseID only. It was not asked.",
    ),
    "elsewhere-no-number": (
        "Hun har ikke fødselsnummer her. Kjernejournal er ikke spurt.",
        "Ho har ikkje fødselsnummer her. Kjernejournal er ikkje spurt.",
        "She has no national identity number here. Kjernejournal was not asked.",
    ),
    "elsewhere-not-connected": (
        "Legemiddellisten i kjernejournal er ikke koblet til her.",
        "Legemiddellista i kjernejournal er ikkje kopla til her.",
        "Her list of medicines in kjernejournal is not connected here.",
    ),
}
