"""What serving itself asks of another system while a clinician waits: kjernejournal, in her own session."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from app.gateways.certificates import trusted
from app.gateways.helseid import HelseId, read_client_key
from app.gateways.kjernejournal import Kjernejournal
from app.gateways.medicines import Medicines
from app.gateways.portal import Portal
from app.gateways.recent import Recent
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Kjernejournal, and who exchanges a clinician's token for one that it takes."""

    helseid: HelseId
    kjernejournal: Kjernejournal
    audience: str
    http: httpx.AsyncClient
    medicines: Medicines | None = None
    portal: Portal | None = None
    recent: Recent[Any] = field(default_factory=lambda: Recent[Any](0.0))


def elsewhere(settings: Settings) -> Elsewhere | None:
    """As ``settings`` say; None where kjernejournal, or this server's own key at HelseID, is not set up."""
    if not (settings.client_key_file and settings.helseid_issuer and settings.kjernejournal_url):
        return None
    http = httpx.AsyncClient(timeout=settings.answer_seconds, verify=trusted())
    key = read_client_key(settings.client_key_file)
    helseid = HelseId(settings.helseid_issuer, settings.client_id, key, http)
    kjernejournal = Kjernejournal(settings.kjernejournal_url, http)
    medicines = Medicines(settings.medicines_url, http) if settings.medicines_url else None
    recent: Recent[Any] = Recent(settings.beside_minutes * 60)
    web = settings.portal_web_url or settings.portal_url
    portal = Portal(settings.portal_url, web, http) if settings.portal_url else None
    return Elsewhere(helseid, kjernejournal, settings.kjernejournal_audience, http, medicines, portal, recent)
