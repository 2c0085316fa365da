"""The other systems that this server speaks to, as far as they are set up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from app.gateways.access_log_feed import AccessLogFeed
from app.gateways.certificates import trusted
from app.gateways.dhg import NationalRecord
from app.gateways.documents import Documents
from app.gateways.fullmakt import Fullmakt, fullmakt
from app.gateways.helseid import HelseId, read_client_key
from app.gateways.helsenorge import Helsenorge
from app.gateways.helsenorge_forms import Forms
from app.gateways.hpr import Hpr
from app.gateways.kjernejournal import Kjernejournal
from app.gateways.persontjenesten import Persontjenesten
from app.gateways.pvk import Pvk, Setting
from app.settings import Settings


@dataclass(frozen=True, slots=True)
class Channels:
    """What is None is not set up: nothing is sent there."""

    helseid: HelseId | None = None
    kjernejournal: Kjernejournal | None = None
    helsenorge: Helsenorge | None = None
    persontjenesten: Persontjenesten | None = None
    hpr: Hpr | None = None
    documents: Documents | None = None
    pvk: Pvk | None = None
    fullmakt: Fullmakt | None = None
    forms: Forms | None = None
    access_log: AccessLogFeed | None = None
    record: NationalRecord | None = None


@asynccontextmanager
async def open_channels(settings: Settings) -> AsyncIterator[Channels]:
    """The channels of ``settings``. Without this server's own key at HelseID there are none."""
    if not settings.client_key_file or not settings.helseid_issuer:
        yield Channels()
        return
    key = read_client_key(settings.client_key_file)
    async with httpx.AsyncClient(timeout=settings.answer_seconds, verify=trusted()) as http:
        yield Channels(
            HelseId(settings.helseid_issuer, settings.client_id, key, http),
            Kjernejournal(settings.kjernejournal_url, http) if settings.kjernejournal_url else None,
            Helsenorge(settings.helsenorge_url, http, settings.helsenorge_active_url)
            if settings.helsenorge_url
            else None,
            Persontjenesten(settings.persontjenesten_url, http, settings.gp_register_url)
            if settings.persontjenesten_url
            else None,
            Hpr(settings.hpr_url, http, settings.address_register_url) if settings.hpr_url else None,
            Documents(settings.documents_url, http) if settings.documents_url else None,
            Pvk(settings.pvk_url, http, _setting(settings), settings.pvk_changes_url)
            if settings.pvk_url
            else None,
            fullmakt(settings, http),
            Forms(settings.forms_url, http) if settings.forms_url else None,
            AccessLogFeed(settings.access_log_url, http) if settings.access_log_url else None,
            NationalRecord(settings.national_record_url, http) if settings.national_record_url else None,
        )


def _setting(settings: Settings) -> Setting:
    kind = "samtykke" if settings.participation == "consent" else "reservasjon"
    return Setting(settings.pvk_definition, settings.pvk_name, settings.pvk_part, kind)
