"""What happened, as the woman reads it in her access log (*innsynslogg*): bokmål, nynorsk, English.

Pasientjournalloven §§ 18 and 22; purposes of *tillitsrammeverket* as HL7 names them
(https://terminology.hl7.org/CodeSystem-v3-ActReason.html). No person number and no clinical value stands in it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from app.access.caller import EMERGENCY_PURPOSES
from app.clock import OSLO
from app.fhir.dates import interval

LANGUAGES = ("nb", "nn", "en")  # of the words side by side
Row = tuple[str, str, str]
EXPORTED, FETCHED, NOTIFIED, PRINTED = "$export", "$export-file", "$notify", "$card"

ROLES: Mapping[str, Row] = {
    "gp": ("Fastlege", "Fastlege", "GP"),
    "midwife": ("Jordmor", "Jordmor", "Midwife"),
    "nurse": ("Helsesykepleier", "Helsesjukepleiar", "Public health nurse"),
    "hospital": ("Sykehus", "Sjukehus", "Hospital"),
    "citizen": ("Deg selv", "Deg sjølv", "Yourself"),
    "secretary": ("Helsesekretær", "Helsesekretær", "Health secretary"),
    "student": ("Student under veiledning", "Student under rettleiing", "Student under supervision"),
    "representative": ("Din fullmektig", "Fullmektigen din", "Your representative"),
    "doula": ("Din doula", "Doulaen din", "Your doula"),
    "registry": ("Medisinsk fødselsregister", "Medisinsk fødselsregister", "Medical Birth Registry"),
    "auditor": ("Revisor", "Revisor", "Auditor"),
    "operator": ("Pilotens drift", "Drifta av piloten", "Operations of the pilot"),
    "machine": ("Journalsystem", "Journalsystem", "Record system"),
    "system": ("Helsekortets egne regler", "Helsekortet sine eigne reglar", "The card's own rules"),
    "harness": ("Testsystem", "Testsystem", "Test system"),
}
UNKNOWN: Row = ("Ukjent", "Ukjend", "Unknown")
DONE: Mapping[str, Row] = {
    "R": ("leste {}", "las {}", "read {}"),
    "E": ("hentet {}", "henta {}", "fetched {}"),
    "C": ("registrerte {}", "registrerte {}", "registered {}"),
    "U": ("endret {}", "endra {}", "changed {}"),
    "D": ("slettet {}", "sletta {}", "deleted {}"),
    EXPORTED: (
        "hentet ut {} samlet til filer (eksport)",
        "henta ut {} samla til filer (eksport)",
        "extracted {} to files (export)",
    ),
    FETCHED: (
        "lastet ned en eksportert fil med {}",
        "lasta ned ei eksportert fil med {}",
        "downloaded an exported file with {}",
    ),
    "$birth-notifications": (
        "hentet ut {} til fødselsmeldingen til Medisinsk fødselsregister",
        "henta ut {} til fødselsmeldinga til Medisinsk fødselsregister",
        "extracted {} for the birth notification to the Medical Birth Registry",
    ),
    "$explain-access": (
        "spurte hvem som har tilgang til {}",
        "spurde kven som har tilgang til {}",
        "asked who has access to {}",
    ),
    "$withdraw": ("trakk seg fra helsekortet", "trekte seg frå helsekortet", "withdrew from the card"),
    "$erase": (
        "slettet alt som var lagret i helsekortet",
        "sletta alt som var lagra i helsekortet",
        "erased all that was stored in the card",
    ),
    "$launch": (
        "åpnet en app for helsekortet ditt, fra journalsystemet",
        "opna ein app for helsekortet ditt, frå journalsystemet",
        "opened an app for your card, from the record system",
    ),
    "$login": (
        "logget inn i en app for helsekortet ditt",
        "logga inn i ein app for helsekortet ditt",
        "logged in to an app for your card",
    ),
    "$status": (
        "spurte om du har et helsekort",
        "spurde om du har eit helsekort",
        "asked whether you have a card",
    ),
    "$retract": (
        "ga beskjed om at det som var sendt videre er trukket tilbake",
        "gav beskjed om at det som var sendt vidare er trekt tilbake",
        "told that what had been sent on is withdrawn",
    ),
    "$erasure": (
        "leste kvitteringen for slettingen",
        "las kvitteringa for slettinga",
        "read the receipt of the erasure",
    ),
    "$deny-token": (
        "stengte et token, en person eller et system ute",
        "stengde ute eit token, ein person eller eit system",
        "shut out a token, a person or a system",
    ),
    "$allow-token": (
        "slapp inn igjen et token, en person eller et system",
        "sleppte inn att eit token, ein person eller eit system",
        "let in again a token, a person or a system",
    ),
    "$retractions": (
        "fikk beskjed om at helsekortet er trukket tilbake",
        "fekk beskjed om at helsekortet er trekt tilbake",
        "was told that the card is withdrawn",
    ),
}
CARD: Row = ("helsekortet", "helsekortet", "the card")
TYPES: Mapping[str, Row] = {
    "Patient": ("personopplysninger", "personopplysningar", "personal details"),
    "RelatedPerson": ("pårørende eller foster", "pårørande eller foster", "next of kin or fetus"),
    "EpisodeOfCare": ("helsekort", "helsekort", "the health card"),
    "Encounter": ("kontakter", "kontaktar", "contacts"),
    "Observation": ("målinger og funn", "målingar og funn", "measurements and findings"),
    "AllergyIntolerance": ("allergier", "allergiar", "allergies"),
    "Condition": ("tilstander", "tilstandar", "conditions"),
    "CarePlan": ("planer", "planar", "plans"),
    "CareTeam": ("behandlingsteam", "behandlingsteam", "care team"),
    "Consent": ("dine valg", "vala dine", "your choices"),
    "Flag": ("varsler", "varsel", "alerts"),
    "AuditEvent": ("innsynslogg", "innsynslogg", "access log"),
    "DiagnosticReport": ("undersøkelser", "undersøkingar", "examinations"),
    "QuestionnaireResponse": ("spørreskjema", "spørjeskjema", "questionnaires"),
    "Provenance": ("opphav", "opphav", "provenance"),
    "Practitioner": ("helsepersonell", "helsepersonell", "health personnel"),
    "PractitionerRole": ("helsepersonell", "helsepersonell", "health personnel"),
    "Organization": ("virksomheter", "verksemder", "organisations"),
    "ServiceRequest": ("henvisninger", "tilvisingar", "referrals"),
    "Procedure": ("prosedyrer", "prosedyrar", "procedures"),
    "MedicationStatement": ("legemidler", "legemiddel", "medicines"),
    "MedicationRequest": ("resepter", "reseptar", "prescriptions"),
    "MedicationAdministration": ("legemidler som er gitt", "legemiddel som er gjevne", "medicines given"),
    "Immunization": ("vaksiner", "vaksinar", "vaccines"),
    "FamilyMemberHistory": ("sykdom i familien", "sjukdom i familien", "family history"),
    "ImagingStudy": ("bilder", "bilete", "images"),
    "Media": ("bilder", "bilete", "images"),
    "Specimen": ("prøver", "prøver", "samples"),
    "Goal": ("mål", "mål", "goals"),
    "Appointment": ("timeavtaler", "timeavtalar", "appointments"),
    "AppointmentResponse": ("svar på timeavtaler", "svar på timeavtalar", "answers to appointments"),
    "Task": ("oppgaver", "oppgåver", "tasks"),
    "Communication": ("meldinger", "meldingar", "messages"),
    "CommunicationRequest": ("meldinger", "meldingar", "messages"),
    "Composition": ("dokumenter", "dokument", "documents"),
    "DocumentReference": ("dokumenter", "dokument", "documents"),
    "Binary": ("dokumenter", "dokument", "documents"),
    "Bundle": ("dokumenter", "dokument", "documents"),
    "List": ("lister", "lister", "lists"),
}
PURPOSES: Mapping[str, Row] = {
    "TREAT": ("helsehjelp", "helsehjelp", "health care"),
    "COC": ("samordning av helsehjelp", "samordning av helsehjelp", "coordination of care"),
    "ETREAT": ("akutt helsehjelp", "akutt helsehjelp", "emergency care"),
    "BTG": (
        "nødtilgang utenom de vanlige reglene",
        "naudtilgang utanom dei vanlege reglane",
        "emergency access outside the usual rules",
    ),
    "PATRQT": ("ditt eget innsyn", "ditt eige innsyn", "your own access"),
}
_REFUSED: Row = (
    "{when}: {who} ({role}){place} prøvde å få tilgang til {what}, og ble avvist.",
    "{when}: {who} ({role}){place} prøvde å få tilgang til {what}, og vart avvist.",
    "{when}: {who} ({role}){place} asked for {what}, and was refused.",
)
_NOTIFIED: Row = (
    "{when}: Journalsystemet til {low}{place} fikk automatisk varsel om {what}.",
    "{when}: Journalsystemet til {low}{place} fekk automatisk varsel om {what}.",
    "{when}: The record system of {low}{place} was notified automatically of {what}.",
)
_ALLOWED: Row = ("{when}: {who} ({role}){place} {done}.",) * 3
_EMERGENCY: Row = (" Dette var nødtilgang.", " Dette var naudtilgang.", " This was emergency access.")
_AT: Row = (" ved {}", " ved {}", " at {}")
_WHEN: Row = ("%d.%m.%Y kl. %H:%M", "%d.%m.%Y kl. %H:%M", "%d.%m.%Y at %H:%M")


_WELL = frozenset({"stored", "searched", "batch", "erased", "told"})


def refused(verdict: str) -> bool:
    """Whether the row tells of a refusal or failure."""
    return not (verdict.startswith("allow.") or verdict in _WELL)


def emergency(request: Mapping[str, Any], shown: Iterable[list[Any]]) -> bool:
    """Whether it was emergency access: so attested, and read under a grant or asking for one."""
    under = any(row[3] in {"allow.emergency.read", "emergency"} for row in shown)
    return under or (
        request.get("purpose") in EMERGENCY_PURPOSES and request.get("operation") == "$break-glass"
    )


def role(request: Mapping[str, Any], language: str = "nb") -> str:
    """The role in words; empty where the row has none."""
    row = ROLES.get(request.get("role", ""))
    return row[LANGUAGES.index(language)] if row else ""


def who(request: Mapping[str, Any], language: str = "nb") -> str:
    """The name, or what stands in its place."""
    return request.get("name") or role(request, language) or UNKNOWN[LANGUAGES.index(language)]


def kinds(request: Mapping[str, Any], shown: Iterable[list[Any]], language: str = "nb") -> list[str]:
    """What was looked at, in words, sorted."""
    at = LANGUAGES.index(language)
    if request.get("operation") == PRINTED:
        return [CARD[at]]
    found = {row[0] for row in shown} or {request.get("type") or "EpisodeOfCare"}
    return sorted({TYPES[name][at] if name in TYPES else name for name in found})


def sentence(
    request: Mapping[str, Any],
    result: Mapping[str, Any],
    shown: list[list[Any]],
    action: str,
    language: str = "nb",
) -> str:
    """What happened; ``action`` is FHIR's letter for it."""
    at = LANGUAGES.index(language)
    place = _AT[at].format(request["organizationName"]) if request.get("organizationName") else ""
    what = ", ".join(kinds(request, shown, language))
    when = f"{interval(request['at'])[0].astimezone(OSLO):{_WHEN[at]}}"
    operation = request.get("operation", "")
    pattern = _ALLOWED
    if refused(result["verdict"]):
        pattern = _REFUSED
    elif operation == NOTIFIED:
        pattern = _NOTIFIED
    done = (DONE.get(operation) or DONE[action])[at].format(what)
    kind = role(request, language)
    told = pattern[at].format(
        when=when, who=who(request, language), role=kind, low=kind.lower(), place=place, what=what, done=done
    )
    return told + (_EMERGENCY[at] if emergency(request, shown) else "")
