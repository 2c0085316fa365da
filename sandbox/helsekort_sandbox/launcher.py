"""A PostgreSQL server of one's own, without installation: real, durable, reachable only through a private Unix socket.

https://www.postgresql.org/docs/18/app-initdb.html. As root the programs and the cluster lie below /var/lib, the server
runs as an unprivileged user, and the data directory holds a pointer; nobody's permissions are changed. The server is
a direct child, not a daemon of ``pg_ctl``: it must never outlive its launcher.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from helsekort_sandbox import binaries, leftovers, processes

ROLES = ("helsekort_owner", "helsekort_serving", "helsekort_erase")
SUPERUSER, DATABASE, PORT = "postgres", "helsekort", 5432
SOCKET_PREFIX = "hk-"
SOCKET_LIMIT = 107  # bytes of a path in sockaddr_un, without the closing NUL
UNPRIVILEGED = ("nobody", "daemon", "games")  # initdb wants an account that has a name
SETTINGS = """\
listen_addresses = ''
unix_socket_permissions = 0700
fsync = on
full_page_writes = on
synchronous_commit = on
shared_buffers = 128MB
max_connections = 60
logging_collector = off
log_destination = 'stderr'
log_error_verbosity = terse
log_timezone = 'UTC'
timezone = 'UTC'
"""


class Unavailable(Exception):
    """The cluster cannot be started."""


class Cluster:
    """One PostgreSQL server for the data directory ``data``: its own if ``data`` is new, else the one found there."""

    def __init__(self, data: Path, log: Path | None = None) -> None:
        self.data = data.resolve()
        self.log = log or self.data / "logs" / "postgresql.log"
        self.account = _unprivileged() if os.geteuid() == 0 else None
        self._socket: Path | None = None
        self._child: processes.Child | None = None
        self._lock = leftovers.Lock(self.data / "postgresql.lock")

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._child.process.pid if self._child and not self._child.has_ended() else None

    @property
    def child(self) -> processes.Child:
        """The running server. Raises Unavailable."""
        if self._child is None:
            raise Unavailable("PostgreSQL has not been started")
        return self._child

    @property
    def folder(self) -> Path:
        """Where the cluster lies: inside the data directory, or, for root, where the pointer says."""
        if self.account is None:
            return self.data / "postgresql"
        pointer = self.data / "postgresql.pointer"
        if pointer.exists():
            return Path(pointer.read_text().strip())
        shared = binaries.shared_folder()
        leftovers.sweep(shared)
        place = Path(tempfile.mkdtemp(prefix="cluster-", dir=shared))
        place.chmod(0o755)
        (place / leftovers.OWNER).write_text(f"{self.data}\n")
        pointer.write_text(f"{place / 'postgresql'}\n")
        return place / "postgresql"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The connection string of ``role``."""
        return f"postgresql://{role}@/{database}?host={self.socket}&port={PORT}"

    @property
    def socket(self) -> Path:
        """The folder of the Unix socket: private, and short enough for the system's limit.

        Its name is noted, so that the next start removes what a killed launcher left.
        """
        if self._socket is None:
            note = self.data / "postgresql.socket"
            if note.exists() and (left := Path(note.read_text().strip())).name.startswith(SOCKET_PREFIX):
                shutil.rmtree(left, ignore_errors=True)
            self._socket = _private_folder(self.account)
            note.write_text(f"{self._socket}\n")
        return self._socket

    def start(self) -> None:
        """Start the server, or start it again, and make what is missing: cluster, roles, database."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._lock.take()
        folder = self.folder
        if self._child is not None:
            self._child.stop()
        leftovers.end(folder)
        for stale in self.socket.glob(".s.PGSQL.*"):
            stale.unlink()
        if not (folder / "PG_VERSION").exists():
            self._initialize(folder)
        self._child = processes.start(
            "PostgreSQL",
            [binaries.programs() / "postgres", "-D", folder, "-k", self.socket, "-p", str(PORT)],
            self.log,
            environment=_environment(),
            folder=Path("/"),
            account=self.account,
            ending=signal.SIGINT,  # the "fast" shutdown: https://www.postgresql.org/docs/18/server-shutdown.html
        )
        processes.wait_until(lambda: self._is_ready(folder), self._child)
        self._create_roles()

    def stop(self) -> None:
        """Stop the server in order and remove its socket; the data stay."""
        if self._child is not None:
            self._child.stop()
            leftovers.end(self.folder)
            self._child = None
        if self._socket is not None:
            shutil.rmtree(self._socket, ignore_errors=True)
            (self.data / "postgresql.socket").unlink(missing_ok=True)
            self._socket = None
        self._lock.release()

    def remove(self) -> None:
        """Stop, and delete the cluster with all its data."""
        self.stop()
        folder = self.folder
        shutil.rmtree(folder, ignore_errors=True)
        if self.account is not None:
            shutil.rmtree(folder.parent, ignore_errors=True)
            (self.data / "postgresql.pointer").unlink(missing_ok=True)

    def execute(self, sql: str, database: str = DATABASE) -> str:
        """Run ``sql`` as the superuser; rows come back as lines. Raises Unavailable with PostgreSQL's message."""
        command = [binaries.programs() / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.socket]
        command += ["-p", str(PORT), "-U", SUPERUSER, "-d", database, "-c", sql]
        done = subprocess.run(
            [str(word) for word in command], capture_output=True, text=True, check=False, env=_environment()
        )
        if done.returncode:
            raise Unavailable(done.stderr.strip())
        return done.stdout.strip()

    def create_database(self, name: str, template: str = "template0") -> None:
        """A new database ``name`` that is a copy of ``template``, owned as the real one; quick for small ones."""
        self.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER {ROLES[0]}', SUPERUSER)

    def drop_database(self, name: str) -> None:
        """Remove the database ``name`` and whoever is connected to it."""
        self.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', SUPERUSER)

    def _initialize(self, folder: Path) -> None:
        """A new cluster in ``folder``, made beside it first, so that a broken attempt is never taken for a cluster."""
        draft = folder.with_name(f"{folder.name}.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        if self.account is not None:
            os.chown(draft, self.account.pw_uid, self.account.pw_gid)
        command = [binaries.programs() / "initdb", "-D", draft, "-U", SUPERUSER, "--no-instructions"]
        command += ["--encoding=UTF8", "--locale=C", "--auth-local=trust", "--auth-host=reject"]
        done = subprocess.run(
            [str(word) for word in command],
            capture_output=True,
            text=True,
            check=False,
            env=_environment(),
            cwd="/",
            user=self.account.pw_uid if self.account else None,
            group=self.account.pw_gid if self.account else None,
            extra_groups=[] if self.account else None,
        )
        if done.returncode:
            raise Unavailable(f"initdb: {done.stderr.strip() or done.stdout.strip()}")
        with (draft / "postgresql.conf").open("a") as configuration:
            configuration.write(f"\n# Helsekort's sandbox\n{SETTINGS}")
        draft.rename(folder)

    def _is_ready(self, folder: Path) -> bool:
        """Whether the postmaster of this start says so in its lock file, the line that ``pg_ctl -w`` waits for too."""
        try:
            lines = (folder / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[0].strip() == str(self.pid) and lines[7].strip() == "ready"

    def _create_roles(self) -> None:
        there = self.execute("SELECT rolname FROM pg_roles", SUPERUSER).splitlines()
        for role in ROLES:
            if role not in there:
                self.execute(f"CREATE ROLE {role} LOGIN", SUPERUSER)
        if DATABASE not in self.execute("SELECT datname FROM pg_database", SUPERUSER).splitlines():
            self.create_database(DATABASE)


def _unprivileged() -> pwd.struct_passwd:
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise Unavailable(f"PostgreSQL refuses to run as root, and none of {', '.join(UNPRIVILEGED)} exists here")


def _private_folder(account: pwd.struct_passwd | None) -> Path:
    for parent in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 (mkdtemp makes a private one)
        if len(f"{parent}/{SOCKET_PREFIX}12345678/.s.PGSQL.{PORT}.lock".encode()) <= SOCKET_LIMIT:
            with contextlib.suppress(OSError):
                folder = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=parent))
                if account is not None:
                    os.chown(folder, account.pw_uid, account.pw_gid)
                return folder
    raise Unavailable("No temporary folder with a path short enough for a Unix socket")


def _environment() -> dict[str, str]:
    """Nothing of the user's: neither language nor connection settings may reach PostgreSQL's programs."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@contextlib.contextmanager
def temporary_cluster() -> Iterator[Cluster]:
    """A cluster that is gone afterwards."""
    data = Path(tempfile.mkdtemp(prefix="hk-data-"))
    cluster = Cluster(data)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.remove()
        shutil.rmtree(data, ignore_errors=True)
