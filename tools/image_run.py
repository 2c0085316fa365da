"""Runs what the image runs: migrate, serve, the health check; as its user where this is root, with no variable of this machine.

PostgreSQL is the sandbox's; the server has no other neighbour, and needs none to be healthy.
"""

import os
import subprocess
import time

from helsekort_sandbox.launcher import temporary_cluster
from helsekort_sandbox.mocks import listen

from tools.image import UNPRIVILEGED, Failed, Image

PATIENCE = 30.0


def _as_user() -> dict[str, object]:
    """As the image's user, which only root can become."""
    if os.geteuid():
        return {}
    return {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}


def _command(image: Image, words: list[str]) -> list[str]:
    """The first word as the image's PATH finds it."""
    return [str(image.root / "opt" / "helsekort" / "bin" / words[0]), *words[1:]]


def serve(image: Image) -> None:
    """Migrate, serve, and ask the health check until it says yes. Raises Failed."""
    listener = listen()
    port = listener.getsockname()[1]
    listener.close()
    with temporary_cluster() as cluster:
        key = image.root / "server-key"
        key.write_bytes(os.urandom(32))
        cluster.socket.chmod(0o755)
        cluster.execute("ALTER SYSTEM SET unix_socket_permissions = '0777'")
        cluster.start()
        settings = {
            "HELSEKORT_MODE": "sandbox",
            "HELSEKORT_DATABASE_URL": cluster.url("helsekort_serving"),
            "HELSEKORT_OWNER_DATABASE_URL": cluster.url("helsekort_owner"),
            "HELSEKORT_SERVER_KEY_FILE": str(key),
            "HELSEKORT_HELSEID_ISSUER": "http://127.0.0.1:9",
            "HELSEKORT_HELSENORGE_ISSUER": "http://127.0.0.1:9",
        }
        key.chmod(0o444)
        environment = image.clean() | settings
        _once(image, [*image.entry, "migrate"], environment)
        words = [word.replace("8080", str(port)) for word in [*image.entry, *image.command]]
        with subprocess.Popen(  # type: ignore[call-overload]
            _command(image, words),
            env=environment,
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            **_as_user(),
        ) as server:
            try:
                _healthy(image, port, environment, server)
            finally:
                server.terminate()
                server.wait(15)
        _sick(image, port, environment)


def _once(image: Image, words: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(  # type: ignore[call-overload]
        _command(image, words),
        env=environment,
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        **_as_user(),
    )
    if done.returncode:
        raise Failed(f"{' '.join(words)}: {done.stdout}{done.stderr}"[-3000:])


def _health(image: Image, port: int, environment: dict[str, str]) -> int:
    words = [word.replace("8080", str(port)) for word in image.health]
    return subprocess.run(
        _command(image, words), env=environment, capture_output=True, check=False
    ).returncode


def _healthy(image: Image, port: int, environment: dict[str, str], server: "subprocess.Popen[bytes]") -> None:
    began = time.monotonic()
    while _health(image, port, environment):
        if server.poll() is not None or time.monotonic() - began > PATIENCE:
            server.terminate()
            told = server.stdout.read().decode() if server.stdout else ""
            raise Failed(f"the server is not healthy: {told[-3000:]}")
        time.sleep(0.2)
    print(f"{time.monotonic() - began:5.1f} s  migrated, serves, and its health check says so")


def _sick(image: Image, port: int, environment: dict[str, str]) -> None:
    """The check that can only say yes would say nothing."""
    if not _health(image, port, environment):
        raise Failed("the health check calls a stopped server healthy")
