"""Both servers of one root directory, shared by whoever uses that directory at the same time.

Two file locks keep order. `lock` is held while servers start or stop. `users` is held shared by
every process that uses them and vanishes with that process, even by SIGKILL: whoever can take
it exclusively is the last one and stops the servers.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from local_services.errors import UnableToStartService
from local_services.postgresql import LaunchMode, PostgreSQL, choose_launch_mode
from local_services.valkey import Valkey

DATABASE = "suanji"


@dataclass(frozen=True, kw_only=True)
class Addresses:
    """Where the two servers answer; None for one that does not run."""

    database_url: str | None
    redis_url: str | None


class LocalServices:
    """PostgreSQL and Valkey under one root directory."""

    def __init__(self, root: Path, *, durable: bool = True, mode: LaunchMode | None = None) -> None:
        """Describe the servers; nothing starts yet."""
        self.root = root.absolute()
        self.postgresql = PostgreSQL(
            directory=self.root / "postgresql", mode=mode or choose_launch_mode(), durable=durable
        )
        self.valkey = Valkey(directory=self.root / "valkey")

    def start(
        self, *, postgresql: bool = True, valkey: bool = True, keep: bool = False
    ) -> Addresses:
        """Start or adopt the wanted servers; with `keep` they outlive their last user."""
        self.root.mkdir(parents=True, exist_ok=True)
        with self._locked("lock"):
            if postgresql:
                self._start_postgresql()
            if valkey:
                self.valkey.start()
            if keep:
                self._keep_file.touch()
            return self.addresses()

    def stop(self) -> None:
        """Stop both servers, whoever uses them."""
        if not self.root.exists():
            return
        with self._locked("lock"):
            self._keep_file.unlink(missing_ok=True)
            self._stop_both()

    def addresses(self) -> Addresses:
        """Return where the servers answer now."""
        return Addresses(
            database_url=self.postgresql.url(database=DATABASE), redis_url=self.valkey.url()
        )

    @contextlib.contextmanager
    def in_use(self, *, postgresql: bool = True, valkey: bool = True) -> Iterator[Addresses]:
        """Keep the wanted servers running for the block; the last user out stops them."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "users").open("w") as users:
            with self._locked("lock"):
                fcntl.flock(users, fcntl.LOCK_SH)
            try:
                yield self.start(postgresql=postgresql, valkey=valkey)
            finally:
                with self._locked("lock"):
                    if self._is_last(users.fileno()) and not self._keep_file.exists():
                        self._stop_both()

    def remove(self) -> None:
        """Stop the servers and delete all they kept."""
        self.stop()
        self.postgresql.remove()
        shutil.rmtree(self.root, ignore_errors=True)

    def _start_postgresql(self) -> None:
        """Start or adopt the server; one that was dying when it was adopted is started anew."""
        for is_last_attempt in (False, True):
            self.postgresql.start()
            try:
                _create_database(self._require(self.postgresql.url(database="postgres")))
            except psycopg.OperationalError:
                if is_last_attempt:
                    raise
            else:
                return

    def _stop_both(self) -> None:
        self.valkey.stop()
        self.postgresql.stop()

    @property
    def _keep_file(self) -> Path:
        return self.root / "keep"

    @contextlib.contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        # Python's descriptors are not inherited, so no server holds the lock after us.
        with (self.root / name).open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @staticmethod
    def _is_last(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    @staticmethod
    def _require(url: str | None) -> str:
        if url is None:
            raise UnableToStartService("PostgreSQL went away right after it started.")
        return url


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone()
        if found is None:
            name = sql.Identifier(DATABASE)
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
