"""The launcher of PostgreSQL and Valkey: start, adopt, share, leave nothing behind."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from local_services import processes
from local_services.postgresql import LaunchMode
from local_services.services import Addresses, LocalServices

REPOSITORY = Path(__file__).resolve().parents[2]
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
# For a Python that lies in root's home: nobody's user id, but allowed to read.
ALLOWED_TO_READ = ["--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"]
MAY_I_READ = """
import os, subprocess, sys
from local_services.postgresql import PREINSTALLED
subprocess.run([sys.executable, "-c", ""], check=True)
sys.exit(not os.access(PREINSTALLED / "bin" / "postgres", os.X_OK))  # as initdb asks
"""
AS_ROOT = os.geteuid() == 0


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "services"
    LocalServices(tmp_path / "services", durable=False).remove()


def processes_of(root: Path) -> list[list[str]]:
    """Return the command line of every process that works in the directory."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        command = process.info["cmdline"] or []
        if process.info["status"] != psutil.STATUS_ZOMBIE and str(root) in " ".join(command):
            found.append(command)
    return found


def ping(addresses: Addresses) -> bool:
    with redis.Redis.from_url(addresses.redis_url) as client:
        return client.ping()


def run_line(root: Path, *command: str) -> list[str]:
    return [sys.executable, "-m", "local_services", "--root", str(root), "run", "--", *command]


def environment() -> dict[str, str]:
    taken_out = {"DATABASE_URL", "REDIS_URL"}
    return {name: value for name, value in os.environ.items() if name not in taken_out}


def test_both_servers_answer_and_end(root: Path) -> None:
    services = LocalServices(root, durable=False)

    with services.in_use() as addresses:
        with psycopg.connect(addresses.database_url) as connection:
            version = connection.execute("SHOW server_version_num").fetchone()
        answered = ping(addresses)

    assert int(version[0]) >= 180000
    assert answered is True
    assert processes_of(root) == []


def test_what_was_stored_is_there_at_the_second_start(root: Path) -> None:
    services = LocalServices(root)
    with services.in_use() as addresses:
        with psycopg.connect(addresses.database_url, autocommit=True) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        with redis.Redis.from_url(addresses.redis_url) as client:
            client.set("kept", "1")

    with services.in_use() as addresses:
        with psycopg.connect(addresses.database_url) as connection:
            assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
        with redis.Redis.from_url(addresses.redis_url) as client:
            assert client.get("kept") == b"1"


def test_a_wrong_password_is_refused(root: Path) -> None:
    with LocalServices(root, durable=False).in_use() as addresses:
        stranger = addresses.database_url.replace("//postgres:", "//postgres:x")

        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(stranger)


def test_after_kill_9_of_the_parent_the_next_run_adopts_the_servers(root: Path) -> None:
    command = run_line(root, sys.executable, "-c", "print('up', flush=True); input()")
    parent = subprocess.Popen(
        command,
        cwd=REPOSITORY,
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert parent.stdout.readline() == b"up\n"
    services = LocalServices(root)
    orphaned = (services.postgresql.pid(), services.valkey.pid())

    parent.kill()
    parent.communicate()
    with services.in_use():
        adopted = (services.postgresql.pid(), services.valkey.pid())

    assert None not in orphaned
    assert adopted == orphaned
    assert processes_of(root) == []


def test_after_kill_9_of_a_server_it_starts_again(root: Path) -> None:
    services = LocalServices(root)
    services.start()
    killed = (services.postgresql.pid(), services.valkey.pid())

    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    addresses = services.start()

    with psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert ping(addresses) is True
    assert services.postgresql.pid() not in killed


def test_the_last_user_stops_the_servers_not_the_first(root: Path) -> None:
    first, second = LocalServices(root, durable=False), LocalServices(root, durable=False)

    with second.in_use():
        with first.in_use():
            pass
        assert second.addresses().database_url is not None
        assert second.addresses().redis_url is not None

    assert processes_of(root) == []


def test_started_servers_stay_until_they_are_stopped(root: Path) -> None:
    services = LocalServices(root, durable=False)
    services.start(keep=True)

    with services.in_use():
        pass
    stayed = services.addresses()
    services.stop()

    assert stayed.database_url is not None
    assert processes_of(root) == []


def test_run_passes_the_exit_code_and_the_given_address(root: Path) -> None:
    given = "postgres://somebody@192.0.2.1/elsewhere"
    script = "import os, sys; sys.exit(os.environ['DATABASE_URL'] != sys.argv[1] and 1 or 7)"

    result = subprocess.run(
        run_line(root, sys.executable, "-c", script, given),
        cwd=REPOSITORY,
        env=environment() | {"DATABASE_URL": given},
        check=False,
    )

    assert result.returncode == 7
    assert not (root / "postgresql").exists()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_command_and_servers(root: Path, number: signal.Signals) -> None:
    script = "import time; print('up', flush=True); time.sleep(600)"
    parent = subprocess.Popen(
        run_line(root, sys.executable, "-c", script),
        cwd=REPOSITORY,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    assert parent.stdout.readline() == b"up\n"

    os.killpg(parent.pid, number)  # as the terminal does
    parent.communicate(timeout=60)

    assert parent.returncode == 128 + number or parent.returncode == 1
    assert processes_of(root) == []


@pytest.mark.skipif(not AS_ROOT, reason="needs root, to give the server another user")
def test_as_root_without_user_namespaces(root: Path) -> None:
    services = LocalServices(root, durable=False, mode=LaunchMode.DEMOTED)
    try:
        addresses = services.start(valkey=False)

        server = psutil.Process(services.postgresql.pid())
        with psycopg.connect(addresses.database_url) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert server.uids().effective == NOBODY
    finally:
        services.remove()
    assert not services.postgresql.home.exists()


def test_as_a_user_that_is_not_root(tmp_path: Path) -> None:
    if AS_ROOT and shutil.which("setpriv") is None:
        pytest.skip("needs setpriv to become another user")
    prefix = become_nobody() if AS_ROOT else []
    root = Path(tempfile.gettempdir()) / f"suanji-{os.getpid()}-nobody"
    script = (
        "import os, psycopg; from local_services.postgresql import choose_launch_mode;"
        "psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 1');"
        "print(os.geteuid() != 0, choose_launch_mode())"
    )
    try:
        result = subprocess.run(
            [*prefix, *run_line(root, sys.executable, "-c", script)],
            cwd=REPOSITORY,
            env=environment() | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        left = processes_of(root)
    finally:
        shutil.rmtree(root, ignore_errors=True)

    assert result.returncode == 0, result.stderr
    assert result.stdout.split()[0] == "True"
    assert left == []


def become_nobody() -> list[str]:
    for prefix in (AS_NOBODY, [*AS_NOBODY, *ALLOWED_TO_READ]):
        line = [*prefix, sys.executable, "-c", MAY_I_READ]
        if subprocess.run(line, cwd=REPOSITORY, capture_output=True, check=False).returncode == 0:
            return prefix
    pytest.skip("user nobody may not read this Python or this checkout")


def test_a_foreign_process_with_our_pid_is_not_taken_for_the_server(root: Path) -> None:
    services = LocalServices(root)
    services.start(valkey=False)
    services.stop()
    pid_file = services.postgresql.data / "postmaster.pid"

    pid_file.write_text(f"{os.getpid()}\n{services.postgresql.data}\n0\n1\n\n\n\nready\n")

    assert services.postgresql.pid() is None
    assert processes.is_running(os.getpid())
