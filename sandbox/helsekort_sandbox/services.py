"""Everything that a running sandbox consists of, started in order and stopped in reverse.

PostgreSQL, migrations, the mock national services, the API, the worker: each a process with a log of its own in the
data directory. Nothing outlives the process that started it.
"""

import json
import os
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from helsekort_sandbox import (
    apps,
    area,
    hpr,
    keys,
    kjernejournal,
    loopback,
    medicines,
    mocks,
    people,
    persontjenesten,
    processes,
    pvk,
    state,
)
from helsekort_sandbox.helsenorge import ACTIVE
from helsekort_sandbox.helsenorge import PATH as NOTICES
from helsekort_sandbox.launcher import DATABASE, Cluster
from helsekort_sandbox.maternity_contracts import BASE as MATERNITY_BASE
from helsekort_sandbox.openid import registered
from helsekort_sandbox.state import HALF_LOADED, Sandbox

READY = "/health/ready"


class PortTaken(Exception):
    """Somebody else listens where the API should."""


@dataclass(slots=True)
class Services:
    """The parts of one sandbox, in the order in which they were started."""

    data: Path
    port: int
    cluster: Cluster
    tell: Callable[[str], None]
    children: list[processes.Child] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    announcements: list[Path] = field(default_factory=list)
    more: dict[str, str] = field(default_factory=dict)

    @property
    def logs(self) -> Path:
        return self.data / "logs"

    def as_owner(self) -> dict[str, str]:
        """The environment of commands that need the schema's owner; serving never knows it."""
        return self.environment | {"HELSEKORT_OWNER_DATABASE_URL": self.cluster.url("helsekort_owner")}

    def stop(self) -> None:
        """Stop everything; safe to call at any time."""
        for announcement in self.announcements:
            announcement.unlink(missing_ok=True)
        while self.children:
            self.children.pop().stop()
        self.cluster.stop()

    def crashed(self) -> processes.Child | None:
        """A part that has ended although nobody asked it to."""
        everything = [*self.children, self.cluster.child]
        return next((child for child in everything if child.has_ended()), None)


def start(
    data: Path, port: int, tell: Callable[[str], None], more: Mapping[str, str] | None = None
) -> tuple[Services, Sandbox]:
    """Start all parts for ``data``, the API at ``port``, with ``more`` settings; whatever was started stops if one fails.

    Raises PortTaken, or what kept a part from starting.
    """
    data = data.resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    services = Services(data, port, Cluster(data), tell, more=dict(more or {}))
    try:
        return services, _start(services)
    except BaseException:
        services.stop()
        raise


def _start(services: Services) -> Sandbox:
    data, port, tell = services.data, services.port, services.tell
    _check_port(port)
    tell("PostgreSQL starts …")
    services.cluster.start()
    _forget_half_loaded(services)
    tell(f"PostgreSQL {services.cluster.execute('SHOW server_version')} on a private socket")
    server_key = keys.keep(data / "server" / "client-key.json")
    national = mocks.start(data / "sandbox", services.logs, server_key)
    services.children.extend(national.children)
    tell(
        "mock HelseID, ID-porten, citizens' issuer, kjernejournal, Helsenorge, Persontjenesten and the national maternity record answer"
    )
    sandbox = Sandbox(port, os.getpid(), str(data), f"http://{loopback.HOST}:{port}", **national.addresses())
    services.environment = _environment(services, sandbox)
    _migrate(services)
    _start_server(services, sandbox)
    services.announcements = state.announce(sandbox)
    return sandbox


def _forget_half_loaded(services: Services) -> None:
    """A loading of the pilot that was cut short begins anew."""
    mark = services.data / "sandbox" / HALF_LOADED
    if mark.exists():
        services.cluster.drop_database(DATABASE)
        services.cluster.create_database(DATABASE)
        for log in mark.parent.glob("*.ndjson"):
            log.unlink()
        mark.unlink()


def _migrate(services: Services) -> None:
    log = services.logs / "migrate.log"
    child = processes.start("migrate", _command("migrate"), log, environment=services.as_owner())
    if child.process.wait(120):
        raise processes.Crashed(child.report())
    services.tell("the database is migrated")


def _start_server(services: Services, sandbox: Sandbox) -> None:
    api = processes.start(
        "API",
        _command("serve", "--host", loopback.HOST, "--port", str(services.port)),
        services.logs / "api.log",
        environment=services.environment,
    )
    services.children.append(api)
    processes.wait_until(lambda: loopback.answers(f"{sandbox.base_url}{READY}"), api)
    services.tell(f"the API answers at {sandbox.fhir}")
    start_worker(services)


def start_worker(services: Services) -> None:
    """The worker; again where it has ended."""
    services.children[:] = [child for child in services.children if child.name != "worker"]
    log = services.logs / "worker.log"
    worker = processes.start("worker", _command("worker"), log, environment=services.environment)
    services.children.append(worker)


def _command(*words: str) -> list[str | Path]:
    return [sys.executable, "-m", "app.cli", *words]


def _check_port(port: int) -> None:
    try:
        mocks.listen(port).close()
    except OSError as error:
        raise PortTaken(f"Port {port}: {error.strerror}. Choose another with --port") from error


def _environment(services: Services, sandbox: Sandbox) -> dict[str, str]:
    """The server's settings; of this process's own environment no setting passes."""
    private = services.data / "server"
    private.mkdir(mode=0o700, exist_ok=True)
    pilot = private / "pilot.json"
    found = area.pilot()
    registry = keys.keep(services.data / "sandbox" / "clients" / f"{people.REGISTRY_CLIENT}.json")
    found["apps"] = [*found["apps"], apps.backend(people.REGISTRY_CLIENT, registry)]
    pilot.write_text(json.dumps(found, indent=1, ensure_ascii=False))
    settings = {
        "MODE": "sandbox",
        "PARTICIPATION": "reservation",
        "BASE_URL": sandbox.base_url,
        "DATABASE_URL": services.cluster.url("helsekort_serving"),
        "ERASE_DATABASE_URL": services.cluster.url("helsekort_erase"),
        "HELSEID_ISSUER": sandbox.helseid,
        "HELSENORGE_ISSUER": sandbox.citizen_issuer,
        "IDPORTEN_ISSUER": sandbox.idporten,
        "CLIENT_ID": registered.SERVER_CLIENT,
        "CLIENT_KEY_FILE": str(private / "client-key.json"),
        "KJERNEJOURNAL_URL": f"{sandbox.kjernejournal}{kjernejournal.BASE}",
        "HELSENORGE_ACTIVE_URL": f"{sandbox.helsenorge}{ACTIVE}",
        "HELSENORGE_URL": f"{sandbox.helsenorge}{NOTICES}",
        "PVK_URL": sandbox.helsenorge,
        "PVK_CHANGES_URL": f"{sandbox.helsenorge}{pvk.BASE}/HentEndringer/v1",
        "PVK_DEFINITION": pvk.DEFINITION,
        "PVK_PART": pvk.PART,
        "PERSONTJENESTEN_URL": f"{sandbox.persontjenesten}{persontjenesten.BASE}",
        "GP_REGISTER_URL": f"{sandbox.persontjenesten}{persontjenesten.GP_OF_RECORD}",
        "NATIONAL_RECORD_URL": f"{sandbox.maternity_record}{MATERNITY_BASE}",
        "DOCUMENTS_URL": f"{sandbox.kjernejournal}/mhd",
        "MEDICINES_URL": f"{sandbox.kjernejournal}/medicines{medicines.BASE}",
        "PORTAL_URL": f"{sandbox.kjernejournal}/portal",
        "HPR_URL": f"{sandbox.persontjenesten}{hpr.BASE}",
        "ADDRESS_REGISTER_URL": f"{sandbox.persontjenesten}{hpr.ADDRESSES}",
        "AUDIT_KEY_FILE": str(_audit_key(private / "audit-key.pem")),
        "AUDIT_ANCHOR_FILE": str(private / "audit-anchors.ndjson"),
        "SERVER_KEY_FILE": str(_random_key(private / "server-key")),
        "NOTIFICATION_KEY_FILE": str(private / "notification-keys.json"),
        "APP_KEY_FILE": str(private / "app-keys.json"),
        "METRICS_NETWORKS": loopback.HOST,
        "PILOT_FILE": str(pilot),
        "ALLOW_BEARER": "true",
        "ALLOW_HARNESS": "true",
        **services.more,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("HELSEKORT_")}
    return loopback.without_proxy(inherited) | {f"HELSEKORT_{name}": v for name, v in settings.items()}


def _audit_key(path: Path) -> Path:
    if not path.exists():
        encoding = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8)
        keys.write_private(
            path, Ed25519PrivateKey.generate().private_bytes(*encoding, serialization.NoEncryption())
        )
    return path


def _random_key(path: Path) -> Path:
    if not path.exists():
        keys.write_private(path, secrets.token_bytes(32))
    return path
