"""Settings: one frozen value, read from the environment once, that refuses an unsafe start.

Each variable is ``HELSEKORT_`` and the field's name in capitals; ``docs/settings.md`` is printed from here.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from types import MappingProxyType
from typing import Any

from app.registrations import Pilot, read_pilot
from app.setting_checks import UnsafeSettings, check

__all__ = ["Settings", "UnsafeSettings", "check", "read"]


def _doc(sentence: str, default: Any = "") -> Any:
    return field(default=default, metadata={"doc": sentence})


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set."""

    mode: str = _doc(
        "`production` or `sandbox`; the sandbox accepts synthetic people only, production none.", "production"
    )
    base_url: str = _doc(
        "The public base of this server, without `/fhir`; DPoP proofs are checked against it.",
        "http://127.0.0.1:8080",
    )
    database_url: str = _doc("PostgreSQL as the serving role, which cannot change the log or old versions.")
    owner_database_url: str = _doc(
        "PostgreSQL as the owner of the schema: migrations, reindex, audit verify."
    )
    erase_database_url: str = _doc(
        "PostgreSQL as the erase role, by which the worker erases what was kept of a woman who withdraws."
    )
    erase_hours: int = _doc(
        "Hours between her withdrawal, which closes the card at once, and the erasure; until then she may regret it.",
        0,
    )
    connections: int = _doc("Connections that each serving process holds, each with a lane of the log.", 8)
    helseid_issuer: str = _doc("The HelseID issuer whose tokens clinicians and systems carry.")
    helsenorge_issuer: str = _doc("The issuer of citizens' tokens.")
    issuer_key_minutes: int = _doc(
        "Minutes for which an issuer's keys are believed before they are read again; a withdrawn key goes then.",
        60,
    )
    idporten_issuer: str = _doc("The ID-porten at which citizens log in to apps; empty: none does.")
    login_client_id: str = _doc(
        "This server's client id at HelseID and ID-porten, for logins to apps.", "helsekort-login"
    )
    app_key_file: str = _doc(
        "P-256 private keys (JWK set) of which the first signs the tokens of apps; made where it is not there; empty:"
        " this server is no authorization server."
    )
    app_session_hours: int = _doc("Hours after which somebody must log in to an app again.", 8)
    citizen_session_minutes: int = _doc("The same for citizens, as a session at ID-porten ends.", 120)
    citizen_idle_minutes: int = _doc("Minutes without a refresh after which a citizen must.", 30)
    audience: str = _doc("The single audience that an access token must name.", "nhn:helsekort")
    national_record_audience: str = _doc(
        "The audience that a token may name instead at the national record API.", "nhn:maternity-record"
    )
    national_record_url: str = _doc("Base of the national record's API; empty: neither read nor written.")
    national_record_master: str = _doc("Who is master of a new card's record: `here` or `national`.", "here")
    national_record_seconds: int = _doc("Seconds between looks at a record that is mirrored here.", 60)
    client_id: str = _doc("This server's own client id at HelseID, for its tokens.", "helsekort")
    client_key_file: str = _doc("Private JWK of this server's client, for private_key_jwt and DPoP.")
    kjernejournal_url: str = _doc("Base of kjernejournal's critical-information API; empty: nothing is sent.")
    kjernejournal_audience: str = _doc("Audience of kjernejournal's tokens.", "nhn:critical-information")
    medicines_url: str = _doc("Base of kjernejournal's list of her medicines; empty: not asked.")
    medicines_audience: str = _doc("Audience of the tokens for her medicines.", "nhn:medication-list")
    portal_url: str = _doc(
        "Base at which sessions of kjernejournal's portal are made; empty: none is opened."
    )
    portal_web_url: str = _doc("Base of kjernejournal's portal as a browser opens it; empty: the same.")
    portal_audience: str = _doc("Audience of the tokens for kjernejournal's portal.", "nhn:kjernejournal")
    beside_ms: int = _doc(
        "Milliseconds that a card waits for what stands in kjernejournal; 0: nothing is asked.", 800
    )
    beside_minutes: int = _doc(
        "Minutes for which a worker remembers that, for who asked; 0: not at all.", 480
    )
    documents_url: str = _doc("Base of kjernejournal's document sharing (IHE MHD); empty: no card is shared.")
    documents_audience: str = _doc("Audience of the tokens for document sharing.", "nhn:phr/mhd")
    document_seconds: int = _doc("Seconds for which a card's changes are gathered before it is shared.", 60)
    helsenorge_url: str = _doc("Base of Helsenorge's notice API; empty: nothing is sent.")
    helsenorge_active_url: str = _doc(
        "Address of Helsenorge's check whether a citizen is active there; who is not gets a letter; empty: not asked."
    )
    pvk_url: str = _doc(
        "Base of Helsenorge's privacy settings (PVK); empty: consent, or a reservation, is given and ended here only."
    )
    pvk_changes_url: str = _doc("Feed of their changes; empty: only the list is compared.")
    pvk_definition: str = _doc("GUID of the privacy setting by which she takes part.")
    pvk_name: str = _doc("Name of that privacy setting.", "Digitalt helsekort for gravide")
    pvk_part: str = _doc("Code of the part that owns that privacy setting.")
    forms_url: str = _doc("Base of Helsenorge's forms and home measurements; empty: none.")
    access_log_url: str = _doc("Address at which Helsenorge takes access logs; empty: read here only.")
    representation_url: str = _doc(
        "Base of Helsenorge's representation service (fullmakt), asked on each request of a representative; empty: her"
        " Consent alone lets a representative in."
    )
    representation_issuer: str = _doc("Who signs its proofs, where not `representation_url`.")
    answer_seconds: int = _doc("Seconds that another system may take to answer; then it is tried again.", 10)
    helsenorge_audience: str = _doc("Audience of Helsenorge's tokens.", "nhn:helsenorge")
    persontjenesten_url: str = _doc(
        "Base of Persontjenesten's Person API; empty: nobody is looked up, and Patients say what is written in them."
    )
    persontjenesten_audience: str = _doc(
        "Audience of Persontjenesten's tokens.", "nhn:hgd-persontjenesten-api"
    )
    gp_register_url: str = _doc("Address that tells a woman's GPs of record; empty: not asked.")
    hpr_url: str = _doc("Base of the look-up in Helsepersonellregisteret; empty: tokens are believed.")
    hpr_audience: str = _doc(
        "Audience of the tokens for Helsepersonellregisteret and Adresseregisteret.", "nhn:hpr"
    )
    address_register_url: str = _doc(
        "Address that tells what an organisation is called (Adresseregisteret); empty: not asked."
    )
    register_hours: int = _doc(
        "Hours that what a national register said is good for, where no event comes.", 24
    )
    audit_key_file: str = _doc("Ed25519 private key (PEM) that signs the heads of the log's lanes.")
    audit_former_keys_file: str = _doc(
        "Ed25519 public keys (PEM, one after the other) that signed heads before the key was changed."
    )
    audit_anchor_file: str = _doc("File outside the database to which signed heads are appended.")
    log_months: int = _doc(
        "Months, before the present one, for which the log is kept; older ones are dropped whole; 0: nothing is dropped.",
        0,
    )
    server_key_file: str = _doc("32 random bytes that seal page links and waiting session tokens.")
    notification_key_file: str = _doc(
        "P-256 private keys (JWK set) of which the first signs notifications; made where it is not there;"
        " empty: nobody is notified."
    )
    notification_attempts: int = _doc(
        "Attempts to notify, the waits growing to a quarter of an hour, after which a subscription is in error.",
        30,
    )
    event_days: int = _doc("Days for which events are kept for subscriptions and `$changes`.", 30)
    access_log_name_days: int = _doc(
        "Days after which a woman reads in her access log who it was; the organisation stands there at once.",
        0,
    )
    metrics_networks: str = _doc(
        "Networks (`10.0.0.0/8`, with a space between) to which `/metrics` is answered, never through a proxy; empty: none."
    )
    pilot_file: str = _doc("JSON: organisations, municipality codes and client ids of the pilot.")
    declared_days: int = _doc(
        "Days that an attested declaration of a care relation lasts; it can be declared again.", 365
    )
    grace_days: int = _doc(
        "Days that declared and accepted relations last after the card has ended.",
        30,
    )
    participation: str = _doc(
        "Who takes part: those who gave their `consent`, or all without a `reservation`.", "consent"
    )
    pilot_area: str = _doc(
        "Whose card is kept: a woman's whose home `municipality` takes part, or any of a participating `organization`.",
        "municipality",
    )
    allow_bearer: bool = _doc("Sandbox only: accept tokens that are not bound by DPoP.", default=False)
    allow_harness: bool = _doc("Sandbox only: accept the `harness` role.", default=False)
    dpop_window: int = _doc("Seconds that a DPoP proof's `iat` may lie from now, either way.", 10)
    dpop_nonce: bool = _doc(
        "Demand a nonce of this server's in each DPoP proof (RFC 9449 § 9), so that none can be made in advance.",
        default=False,
    )
    failed_tokens: int = _doc(
        "Tokens that do not hold, from one address, before 429; as many again each minute, in each worker; 0: no limit.",
        60,
    )
    failed_requests: int = _doc(
        "Answers 403 and 404 to one caller before 429; as many again each minute, in each worker; 0: no limit.",
        120,
    )
    dating_precedence: str = _doc(
        "Which scan dates the pregnancy: `first-scan` or `routine-scan`.", "first-scan"
    )
    rules_off: str = _doc(
        'Clinical rules that are not used, as JSON: `{"rule-id": "reason"}`; each needs a reason, and is logged at start.'
    )
    cors_origins: str = _doc(
        "Origins whose pages may call this server from a browser, with a space between; empty: none."
    )
    max_body: int = _doc("Largest request body in bytes.", 2_000_000)
    max_entries: int = _doc("Most entries in a batch or transaction.", 300)
    conditional_delete: str = _doc(
        "How much a conditional delete may delete: `single`, or `multiple` up to `max_entries`.", "single"
    )
    update_as_create: str = _doc(
        "Who may create a resource under an id of its own by PUT: `harness` or `all`.", "harness"
    )
    idempotency_hours: int = _doc("Hours for which an Idempotency-Key is remembered.", 24)
    max_page: int = _doc("Most matches on one search page.", 500)
    default_page: int = _doc("Matches on a search page where `_count` is not given.", 50)
    max_included: int = _doc("Most resources that are included with one search page.", 1_000)
    max_chain: int = _doc("Most references that one search parameter may go through.", 4)
    statement_timeout: int = _doc("Milliseconds after which a statement is given up (503).", 10_000)
    max_exports: int = _doc("Bulk exports that one client of an organisation may have running (429).", 3)
    export_hours: int = _doc("Hours that the files of a bulk export can be fetched.", 24)
    pilot: Pilot = field(default=Pilot(), metadata={"doc": "Read from `pilot_file`."})

    @property
    def switched_off(self) -> Mapping[str, str]:
        """The clinical rules that are not used, each with its reason. Raises UnsafeSettings."""
        return _switched_off(self.rules_off)

    @property
    def area(self) -> tuple[str, ...] | None:
        """The municipalities whose women take part; None: wherever they live."""
        return self.pilot.municipalities if self.pilot_area == "municipality" else None

    @property
    def sandbox(self) -> bool:
        """Whether this is a sandbox: synthetic people, mock services."""
        return self.mode == "sandbox"


@cache
def _switched_off(text: str) -> Mapping[str, str]:
    try:
        rows = json.loads(text or "{}")
    except ValueError as error:
        raise UnsafeSettings("HELSEKORT_RULES_OFF is not JSON") from error
    if not isinstance(rows, dict) or not all(isinstance(row, str) and row.strip() for row in rows.values()):
        raise UnsafeSettings("HELSEKORT_RULES_OFF must be an object of rule ids, each with the reason")
    return MappingProxyType(rows)


def _value(kind: type, name: str, text: str) -> Any:
    if kind is bool:
        if text.lower() not in {"true", "false", "1", "0"}:
            raise UnsafeSettings(f"{name}: {text!r} is neither true nor false")
        return text.lower() in {"true", "1"}
    try:
        return kind(text)
    except ValueError as error:
        raise UnsafeSettings(f"{name}: {text!r} is not a number") from error


def read(environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of ``environment``, checked. Raises UnsafeSettings."""
    values: dict[str, Any] = {}
    for row in fields(Settings):
        name = f"HELSEKORT_{row.name.upper()}"
        if row.name != "pilot" and name in environment:
            values[row.name] = _value(type(row.default), name, environment[name])
    settings = Settings(**values, pilot=read_pilot(values.get("pilot_file", "")))
    check(settings)
    return settings
