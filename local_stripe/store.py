"""Everything this process knows, in one SQLite file: it may be killed at any moment.

One request is one transaction, one after the other; answers with an idempotency key, events and
what is due later are written in the same transaction as what they tell of.
"""

import contextlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_TABLES: Final = """
CREATE TABLE IF NOT EXISTS object (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, account TEXT NOT NULL,
    kind TEXT NOT NULL, created INTEGER NOT NULL, body TEXT NOT NULL, UNIQUE (id)
);
CREATE INDEX IF NOT EXISTS object_kind ON object (account, kind, sequence);
CREATE TABLE IF NOT EXISTS secret (id TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (id, name));
CREATE TABLE IF NOT EXISTS answer (
    account TEXT NOT NULL, key TEXT NOT NULL, request TEXT NOT NULL, status INTEGER NOT NULL,
    body TEXT NOT NULL, request_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (account, key)
);
CREATE TABLE IF NOT EXISTS due (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, action TEXT NOT NULL,
    id TEXT NOT NULL, account TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS delivery (
    number INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0, at REAL NOT NULL, status TEXT NOT NULL DEFAULT 'waiting',
    answer TEXT
);
CREATE TABLE IF NOT EXISTS fault (
    number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, method TEXT, path TEXT,
    remaining INTEGER NOT NULL, seconds REAL NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

Body = dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What was answered to an idempotency key."""

    request: str
    status: int
    body: str
    request_id: str


class Store:
    """The file, used by one thread at a time."""

    def __init__(self, file: str) -> None:
        """Open or make the file; `:memory:` keeps nothing."""
        self.lock = threading.RLock()
        self.connection = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self.connection.execute("PRAGMA journal_mode = WAL")
        self.connection.execute("PRAGMA synchronous = NORMAL")
        self.connection.executescript(_TABLES)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the block or nothing; a transaction within one is part of it."""
        with self.lock:
            if self.connection.in_transaction:
                yield
                return
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Take back what the block wrote when it raises, within a transaction."""
        self.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self.connection.execute("ROLLBACK TO attempt")
            self.connection.execute("RELEASE attempt")
            raise
        self.connection.execute("RELEASE attempt")

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return its rows."""
        with self.lock:
            return self.connection.execute(statement, values).fetchall()

    def empty(self) -> None:
        """Forget everything."""
        for (table,) in self.rows("SELECT name FROM sqlite_master WHERE type = 'table'"):
            if not table.startswith("sqlite_"):
                # The name is one of the tables above.
                self.rows(f"DELETE FROM {table}")  # noqa: S608

    # -- objects ---------------------------------------------------------------------------

    def put(self, body: Body, *, account: str) -> Body:
        """Keep an object, new or changed; a changed one keeps its place in lists."""
        self.rows(
            "INSERT INTO object (id, account, kind, created, body) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (id) DO UPDATE SET body = excluded.body",
            body["id"],
            account,
            body["object"],
            body.get("created", 0),
            json.dumps(body, ensure_ascii=False),
        )
        return body

    def find(self, key: str, *, account: str, kind: str | None = None) -> Body | None:
        """Return an object of an account."""
        found = self.rows(
            "SELECT body FROM object WHERE id = ? AND account = ? AND kind = coalesce(?, kind)",
            key,
            account,
            kind,
        )
        return json.loads(found[0][0]) if found else None

    def owner(self, key: str) -> str | None:
        """Return the account that an object belongs to."""
        found = self.rows("SELECT account FROM object WHERE id = ?", key)
        return found[0][0] if found else None

    def listed(self, kind: str, *, account: str) -> list[Body]:
        """Return the objects of a kind, the newest first."""
        found = self.rows(
            "SELECT body FROM object WHERE account = ? AND kind = ? ORDER BY sequence DESC",
            account,
            kind,
        )
        return [json.loads(row[0]) for row in found]

    def forget(self, key: str) -> None:
        """Delete an object."""
        self.rows("DELETE FROM object WHERE id = ?", key)

    # -- what no answer shows --------------------------------------------------------------

    def keep_secret(self, key: str, name: str, value: str) -> None:
        """Keep something about an object that its answers do not show."""
        self.rows("INSERT OR REPLACE INTO secret VALUES (?, ?, ?)", key, name, value)

    def secret(self, key: str, name: str) -> str | None:
        """Return what was kept about an object."""
        found = self.rows("SELECT value FROM secret WHERE id = ? AND name = ?", key, name)
        return found[0][0] if found else None

    def note(self, name: str, value: Any) -> None:
        """Keep a value of the whole process."""
        self.rows("INSERT OR REPLACE INTO note VALUES (?, ?)", name, json.dumps(value))

    def noted(self, name: str, default: Any) -> Any:
        """Return a value of the whole process."""
        found = self.rows("SELECT value FROM note WHERE name = ?", name)
        return json.loads(found[0][0]) if found else default

    # -- idempotency -----------------------------------------------------------------------

    def answer(self, key: str, *, account: str, since: int) -> Answer | None:
        """Return what was answered to an idempotency key; older ones are forgotten."""
        self.rows("DELETE FROM answer WHERE at < ?", since)
        found = self.rows(
            "SELECT request, status, body, request_id FROM answer WHERE account = ? AND key = ?",
            account,
            key,
        )
        return Answer(*found[0]) if found else None

    def keep_answer(self, key: str, answer: Answer, *, account: str, at: int) -> None:
        """Keep the answer to an idempotency key."""
        self.rows(
            "INSERT INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)",
            account,
            key,
            answer.request,
            answer.status,
            answer.body,
            answer.request_id,
            at,
        )
