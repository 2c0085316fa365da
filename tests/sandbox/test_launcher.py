"""PostgreSQL from the wheel's binaries: durable, private, killed and started again, as root and as an ordinary user."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import helsekort_sandbox
import pytest
from helsekort_sandbox import binaries, launcher, leftovers
from helsekort_sandbox.launcher import Cluster, temporary_cluster

IS_ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with temporary_cluster() as running:
        yield running


def test_settings_that_serving_insists_on(cluster: Cluster) -> None:
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        assert cluster.execute(f"SHOW {name}") == "on"
    assert cluster.execute("SHOW listen_addresses") == ""
    assert cluster.execute("SHOW server_encoding") == "UTF8"
    assert cluster.execute("SHOW shared_buffers") == "128MB"
    assert cluster.execute("SHOW logging_collector") == "off"
    assert cluster.execute("SHOW max_connections") == "60"


def test_roles_and_owner(cluster: Cluster) -> None:
    owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'helsekort'"
    assert cluster.execute(owner) == "helsekort_owner"
    roles = "SELECT rolname FROM pg_roles WHERE rolname LIKE 'helsekort%' AND rolcanlogin AND NOT rolsuper ORDER BY 1"
    assert cluster.execute(roles).split() == ["helsekort_erase", "helsekort_owner", "helsekort_serving"]


def test_only_the_private_socket_is_open(cluster: Cluster) -> None:
    found = cluster.socket.stat()
    assert stat.S_IMODE(found.st_mode) == 0o700
    assert found.st_uid == (cluster.account.pw_uid if cluster.account else os.geteuid())
    assert len(str(cluster.socket / ".s.PGSQL.5432.lock").encode()) <= launcher.SOCKET_LIMIT
    rules = "SELECT DISTINCT type || ' ' || auth_method FROM pg_hba_file_rules ORDER BY 1"
    assert cluster.execute(rules).splitlines() == ["host reject", "local trust"]


def test_server_does_not_run_as_root(cluster: Cluster) -> None:
    assert Path(f"/proc/{cluster.pid}").stat().st_uid != 0


def test_databases_from_a_template(cluster: Cluster) -> None:
    cluster.execute("CREATE TABLE IF NOT EXISTS leaf (n int); INSERT INTO leaf VALUES (1)")
    cluster.create_database("copy", "helsekort")
    assert cluster.execute("SELECT n FROM leaf", "copy") == "1"
    cluster.drop_database("copy")
    with pytest.raises(launcher.Unavailable, match="does not exist"):
        cluster.execute("SELECT 1", "copy")


@pytest.mark.slow
def test_two_clusters_side_by_side(cluster: Cluster) -> None:
    with temporary_cluster() as other:
        other.execute("CREATE TABLE only_here (n int)")
        assert other.socket != cluster.socket
        assert cluster.execute("SELECT to_regclass('only_here')") == ""


@pytest.mark.slow
def test_committed_rows_survive_kill_9(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "data")
    try:
        cluster.start()
        cluster.execute("CREATE TABLE kept (n int)")
        url = cluster.url("postgres")
        psql = str(binaries.programs() / "psql")
        idle = subprocess.Popen([psql, url, "-c", "SELECT pg_sleep(60)"], stderr=subprocess.DEVNULL)
        for round_ in range(3):
            cluster.execute("INSERT INTO kept VALUES (1)")
            assert cluster.pid is not None
            os.kill(cluster.pid, signal.SIGKILL)
            cluster.start()
            assert cluster.execute("SELECT count(*) FROM kept") == str(round_ + 1)
            assert cluster.url("postgres") == url
        idle.wait(10)
        cluster.stop()
        assert leftovers.of(cluster.folder) == []
        cluster.start()
        assert cluster.execute("SELECT count(*) FROM kept") == "3"
    finally:
        cluster.remove()


def test_stale_lock_file_whose_number_lives_on(tmp_path: Path) -> None:
    """The number in postmaster.pid may belong to another process by now."""
    cluster = Cluster(tmp_path / "data")
    try:
        cluster.start()
        cluster.stop()
        (cluster.folder / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster.folder}\n1\n5432\n/tmp\n\n")
        cluster.start()
        assert cluster.execute("SELECT 1") == "1"
    finally:
        cluster.remove()


def test_data_directory_has_one_launcher(tmp_path: Path) -> None:
    first = Cluster(tmp_path / "data")
    try:
        first.start()
        with pytest.raises(leftovers.InUse, match=str(os.getpid())):
            Cluster(tmp_path / "data").start()
    finally:
        first.remove()


def test_server_dies_with_its_launcher(tmp_path: Path) -> None:
    script = (
        "import time; from pathlib import Path; from helsekort_sandbox.launcher import Cluster\n"
        f"cluster = Cluster(Path({str(tmp_path / 'data')!r})); cluster.start()\n"
        "print(cluster.pid, cluster.folder, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid, folder = parent.stdout.readline().split()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert leftovers.of(Path(folder)) == []
    left = Path((tmp_path / "data" / "postgresql.socket").read_text().strip())
    assert left.is_dir()
    cluster = Cluster(tmp_path / "data")
    cluster.start()
    assert not left.exists()
    cluster.remove()
    assert not cluster.data.joinpath("postgresql.socket").exists()


@pytest.mark.skipif(not IS_ROOT, reason="root keeps the cluster outside the data directory")
def test_root_leaves_permissions_alone(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    cluster = Cluster(home / "data")
    try:
        cluster.start()
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
        assert (home / "data" / "postgresql.pointer").read_text().strip() == str(cluster.folder)
        assert not cluster.folder.is_relative_to(home)
        assert stat.S_IMODE(cluster.folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(binaries.shared_folder().stat().st_mode) == 0o755
    finally:
        cluster.remove()
    assert not cluster.folder.exists()


def _copy_packages(home: Path) -> Path:
    """The wheel's binaries and this package, as an installation in ``home`` would hold them."""
    packages = home / "packages"
    site = binaries.installed()
    for part in (f"{binaries.PACKAGE}/{binaries.INSTALLATION}", f"{binaries.PACKAGE}.libs"):
        shutil.copytree(site / part, packages / part, ignore=binaries.UNUSED)
    (packages / binaries.PACKAGE / "__init__.py").touch()
    source = Path(helsekort_sandbox.__file__).parent
    shutil.copytree(source, packages / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    return packages


def _copy_python(home: Path) -> Path:
    """An interpreter that others can run: the one of this test may lie in a closed home."""
    name = f"python{sys.version_info.major}.{sys.version_info.minor}"
    base = Path(sys.base_prefix)
    unused = shutil.ignore_patterns(
        "site-packages", "test", "__pycache__", "idlelib", "config-*", "*.a", "lib2to3"
    )
    shutil.copytree(base / "lib" / name, home / "python" / "lib" / name, ignore=unused)
    for library in (base / "lib").glob("libpython*.so*"):
        shutil.copy2(library, home / "python" / "lib")
    (home / "python" / "bin").mkdir()
    return Path(shutil.copy2(base / "bin" / name, home / "python" / "bin"))


@pytest.mark.skipif(not IS_ROOT, reason="becomes another user")
@pytest.mark.slow
def test_ordinary_user_in_a_closed_home() -> None:
    """As somebody else, from a copy of everything in a home that nobody else may enter."""
    home = Path(tempfile.mkdtemp(prefix="helsekort-home-", dir="/var/tmp"))
    data = home / "data"
    try:
        packages, python = _copy_packages(home), _copy_python(home)
        subprocess.run(["chown", "-R", "65534:65534", str(home)], check=True)
        home.chmod(0o700)
        script = (
            "import os; from pathlib import Path; from helsekort_sandbox.launcher import Cluster\n"
            f"cluster = Cluster(Path({str(data)!r})); cluster.start()\n"
            "print(os.geteuid(), cluster.folder, cluster.execute('SELECT 41 + 1')); cluster.stop()\n"
            "cluster.start(); print(cluster.execute('SELECT 42 + 1')); cluster.remove()"
        )
        done = subprocess.run(
            [str(python), "-B", "-c", script],
            user=65534,
            group=65534,
            extra_groups=[],
            env={
                "PYTHONPATH": str(packages),
                "HOME": str(home),
                "LD_LIBRARY_PATH": str(home / "python" / "lib"),
            },
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stderr == ""
        assert done.stdout.split() == ["65534", str(data / "postgresql"), "42", "43"]
        assert stat.S_IMODE(home.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(home)


def test_crash_is_reported_with_the_log(tmp_path: Path) -> None:
    cluster = Cluster(tmp_path / "data")
    try:
        cluster.start()
        cluster.stop()
        (cluster.folder / "postgresql.conf").write_text("no_such_setting = 1\n")
        with pytest.raises(launcher.processes.Crashed, match="no_such_setting"):
            cluster.start()
    finally:
        cluster.remove()
