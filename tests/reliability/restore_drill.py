"""A restore drill, timed: backup and WAL while clients write, a disaster, back to its last moment, and to an earlier one.

``python -m tests.reliability.restore_drill`` (in ``.ci/long``). PostgreSQL's own tools: pg_basebackup, pg_receivewal as a
synchronous standby (https://www.postgresql.org/docs/18/continuous-archiving.html), so that what was acknowledged is in
two places. RPO is how much of what clients were told is gone, RTO how long until the API answers again. docs/runbook.md.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from helsekort_sandbox import binaries, launcher
from helsekort_sandbox.client import Actor
from helsekort_sandbox.tokens import Wish

from tests.reliability.clients import Clients, Received
from tests.reliability.test_kill9 import House, _register

CLIENTS, SECONDS, STANDBY = 8, 5.0, "drill"


class Failed(Exception):
    """The drill has found something that must not be."""


@dataclass
class Backup:
    """Where the base backup and the WAL of ``house`` lie, outside its data."""

    house: House
    place: Path
    receiver: subprocess.Popen[bytes] | None = None

    @property
    def wal(self) -> Path:
        return self.place / "wal"

    def _command(self, program: str, *words: str | Path) -> list[str | Path]:
        source = f"host={self.house.socket} port=5432 user=postgres application_name={STANDBY}"
        return [binaries.programs() / program, "-d", source, *words]

    def begin(self) -> None:
        """Receive WAL from now on; a commit waits until it has arrived here too."""
        self.wal.mkdir(mode=0o755)
        slot = ("--create-slot", "-S", STANDBY, "--if-not-exists")
        subprocess.run(self._command("pg_receivewal", *slot), check=True)
        log = (self.place / "receiver.log").open("wb")
        words = ("-D", self.wal, "-S", STANDBY, "--synchronous", "--no-loop")
        self.receiver = subprocess.Popen(self._command("pg_receivewal", *words), stderr=log)
        self.house.rows(f"ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'")
        self.house.rows("SELECT pg_reload_conf()")
        until = time.monotonic() + 20
        while self.house.rows("SELECT sync_state FROM pg_stat_replication") != ["sync"]:
            if time.monotonic() > until:
                raise Failed("the WAL does not arrive")
            time.sleep(0.1)

    def take(self) -> float:
        """The base backup; how many seconds it took."""
        began = time.monotonic()
        words = ("-D", self.place / "base", "-X", "none", "-c", "fast", "--no-sync")
        subprocess.run(self._command("pg_basebackup", *words), check=True, stderr=subprocess.DEVNULL)
        return time.monotonic() - began

    def end(self) -> None:
        """The source is gone: what has arrived is all there is."""
        if self.receiver is not None:
            self.receiver.wait(20)
        for part in self.wal.glob("*.partial"):
            part.rename(part.with_suffix(""))

    def restore(self, until: str = "") -> None:
        """A new cluster in the place of the lost one, that recovers to ``until``, or to the end of the WAL."""
        cluster = launcher.Cluster(self.house.data)
        folder = cluster.folder
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.place / "base", folder)
        folder.chmod(0o700)
        target = f"recovery_target_time = '{until}'\nrecovery_target_action = 'promote'\n" if until else ""
        with (folder / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                f"synchronous_standby_names = ''\nrestore_command = 'cp {self.wal}/%f \"%p\"'\n{target}"
            )
        (folder / "recovery.signal").touch()
        if cluster.account is not None:
            for path in (folder, *folder.rglob("*"), *self.wal.iterdir()):
                os.chown(path, cluster.account.pw_uid, cluster.account.pw_gid)


@contextlib.contextmanager
def backup_of(house: House) -> Iterator[Backup]:
    """As root it lies where PostgreSQL's account can read it."""
    parent = binaries.shared_folder() if os.geteuid() == 0 else None
    place = Path(tempfile.mkdtemp(prefix="drill-", dir=parent))
    place.chmod(0o755)
    made = Backup(house, place)
    try:
        yield made
    finally:
        if made.receiver is not None and made.receiver.poll() is None:
            made.receiver.terminate()
            made.receiver.wait(10)
        shutil.rmtree(place, ignore_errors=True)


def seconds_of(request_id: str) -> float:
    """When a request was logged: its id is a UUIDv7."""
    return int(request_id.replace("-", "")[:12], 16) / 1000


def anchors_of(house: House) -> Path:
    """The file outside the database that signed heads are appended to."""
    return house.data / "server" / "audit-anchors.ndjson"


def sealed(house: House) -> None:
    """Let clients write, and have what they wrote anchored: a worker that starts seals at once."""
    time.sleep(SECONDS)
    house.kill_worker()
    until = time.monotonic() + 30
    while not anchors_of(house).exists() or not anchors_of(house).read_bytes():
        if time.monotonic() > until:
            raise Failed("nothing is anchored")
        time.sleep(0.2)


def recovered(house: House, backup: Backup, until: str = "") -> float:
    """Restore, start everything, and prove the log and the index; how long until the API answered."""
    began = time.monotonic()
    backup.restore(until)
    house.start()
    took = time.monotonic() - began
    for words in (("audit", "verify"), ("reindex", "--check")):
        done = house.command(*words)
        print(f"  helsekort {' '.join(words)}: {done.stdout.strip().splitlines()[0]}")
        if done.returncode:
            raise Failed(f"helsekort {' '.join(words)}: {done.stdout}{done.stderr}")
    return took


@dataclass
class Disaster:
    """What clients had been told, the moment to go back to (and when that was here), when all was gone, what was anchored."""

    told: list[Received]
    moment: str
    split: float
    at: float
    anchors: list[str]


def disaster(house: House, backup: Backup) -> Disaster:
    """Clients write, a backup is taken meanwhile, and then everything is killed."""
    sandbox = house.start()
    actors = [Actor(sandbox, Wish("midwife")) for _ in range(CLIENTS)]
    clients = Clients(actors, [_register(actor) for actor in actors])
    backup.begin()
    threads = clients.start()
    print(f"base backup while {CLIENTS} clients write: {backup.take():.1f} s")
    sealed(house)
    (moment,) = house.rows("SELECT replace(clock_timestamp()::text, ' ', 'T')")
    split = time.time()
    time.sleep(SECONDS)
    house.kill()
    at = time.time()
    clients.stopping.set()
    for thread in threads:
        thread.join(10)
    backup.end()
    told = [row for row in clients.received if row.request_id]
    print(f"disaster after {len(told)} answers; the database is gone")
    return Disaster(told, moment, split, at, anchors_of(house).read_text().splitlines(keepends=True))


def to_the_end(house: House, backup: Backup, was: Disaster) -> None:
    """Nothing that was acknowledged is lost. Raises Failed."""
    rto = recovered(house, backup)
    there = set(house.rows("SELECT id FROM audit"))
    lost = [seconds_of(row.request_id) for row in was.told if row.request_id not in there]
    rpo = was.at - min(lost) if lost else 0.0
    print(
        f"to the last moment: RPO {rpo:.3f} s ({len(lost)} of {len(was.told)} answers lost), RTO {rto:.1f} s"
    )
    if lost:
        raise Failed("an acknowledged answer is lost")


def to_the_moment(house: House, backup: Backup, was: Disaster) -> None:
    """What came before it is there, what came after it is not. Raises Failed."""
    house.kill()
    # Anchors of what is undone disagree, as they must: the log is verified by those until the moment
    before = (
        line for line in was.anchors if datetime.fromisoformat(json.loads(line)["at"]).timestamp() < was.split
    )
    anchors_of(house).write_text("".join(before))
    rto = recovered(house, backup, was.moment)
    there = set(house.rows("SELECT id FROM audit"))
    early = [row.request_id for row in was.told if seconds_of(row.request_id) < was.split - 0.5]
    late = [row.request_id for row in was.told if seconds_of(row.request_id) > was.split + 0.5]
    kept, undone = [id_ for id_ in early if id_ in there], [id_ for id_ in late if id_ not in there]
    print(f"to {was.moment}: RTO {rto:.1f} s; {len(kept)} of {len(early)} answers before it are there,")
    print(f"  {len(undone)} of {len(late)} after it are not")
    if (len(kept), len(undone)) != (len(early), len(late)) or not early or not late:
        raise Failed("the restored moment is not the one that was asked for")


def main() -> int:
    """Run the drill, and take everything away again."""
    data = Path(tempfile.mkdtemp(prefix="hk-drill-"))
    house = House(data / "data")
    try:
        with backup_of(house) as backup:
            was = disaster(house, backup)
            to_the_end(house, backup, was)
            to_the_moment(house, backup, was)
    except Failed as failure:
        print(f"restore drill FAILED: {failure}", file=sys.stderr)
        return 1
    finally:
        if house.process is not None and house.process.poll() is None:
            house.kill()
        launcher.Cluster(house.data).remove()
        shutil.rmtree(data, ignore_errors=True)
    print("restore drill: done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
