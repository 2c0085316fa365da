"""Where a notification may go is decided by the address that is connected to, whatever its name says."""

import asyncio
import datetime as dt
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from app.gateways import resthook
from app.gateways.failures import Failure, Refused, Unreachable

PUBLIC, LOOPBACK = "93.184.215.14", "127.0.0.1"


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.1.2.3", "224.0.0.1", "240.0.0.1",
        "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1",
        "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)  # fmt: skip
def test_no_address_inside_is_spoken_to(address: str):
    assert not resthook.may_connect(address, sandbox=False)
    assert not resthook.may_connect(address, sandbox=True)


def test_this_machine_is_spoken_to_in_the_sandbox_alone():
    for address in (LOOPBACK, "127.1.2.3", "::1", "::ffff:127.0.0.1"):
        assert not resthook.may_connect(address, sandbox=False)
        assert resthook.may_connect(address, sandbox=True)
    for address in (PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"):
        assert resthook.may_connect(address, sandbox=False)


def send(url: str, *, sandbox: bool) -> None:
    async def sending() -> None:
        async with resthook.line(url, patience=3, sandbox=sandbox) as line:
            await line.post(b"{}", {"content-type": "application/fhir+json"})

    asyncio.run(sending())


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names lead to; whatever else is looked up is looked up."""
    known: dict[str, list[str]] = {}
    usual = socket.getaddrinfo

    def looked_up(host: Any, port: Any, *args: Any, **more: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in known:
            return usual(host, port, *args, **more)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[name]]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return known


@pytest.mark.parametrize("addresses", [["10.0.0.7"], [PUBLIC, "10.0.0.7"], ["169.254.169.254"], [LOOPBACK]])
def test_a_name_that_leads_inside_is_refused(names: dict[str, list[str]], addresses: list[str]):
    names["hook.example"] = addresses
    with pytest.raises(Refused, match="may not be spoken to"):
        send("https://hook.example/x", sandbox=False)


def test_a_name_that_leads_elsewhere_the_second_time_leads_nowhere(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
):
    """The address that was checked is the one that is connected to."""
    names["hook.example"] = [PUBLIC]
    connected: list[str] = []

    async def connect(_backend: Any, host: str, _port: int, **_more: Any) -> Any:
        connected.append(host)
        names["hook.example"] = ["10.0.0.7"]
        raise OSError

    monkeypatch.setattr(resthook.httpcore.AnyIOBackend, "connect_tcp", connect)
    with pytest.raises(Unreachable):
        send("https://hook.example/x", sandbox=False)
    assert connected == [PUBLIC]


def test_outside_the_sandbox_it_is_https():
    with pytest.raises(Refused, match="not https"):
        send("http://93.184.215.14/x", sandbox=False)


def test_a_name_that_nobody_has_is_tried_again(names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch):
    def unknown(*_args: Any, **_more: Any) -> Any:
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(Unreachable, match="not known"):
        send("https://hook.example/x", sandbox=True)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    """An HTTPS server for the name hook.example, and its certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hook.example")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName("hook.example"), x509.IPAddress(ipaddress.ip_address("192.0.2.9"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    class Quiet(HTTPServer):
        def handle_error(self, *_: object) -> None:
            pass

    server = Quiet((LOOPBACK, 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server.server_address[1], path
    server.shutdown()
    server.server_close()


def test_a_certificate_must_be_trusted_and_for_the_name(
    secure: tuple[int, Path], names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
):
    port, path = secure
    names["hook.example"] = names["other.example"] = [LOOPBACK]
    with pytest.raises(Failure):
        send(f"https://hook.example:{port}/x", sandbox=True)
    monkeypatch.setattr(resthook, "_trust", lambda: ssl.create_default_context(cafile=str(path)))
    send(f"https://hook.example:{port}/x", sandbox=True)
    with pytest.raises(Unreachable):
        send(f"https://other.example:{port}/x", sandbox=True)
