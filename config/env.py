"""Typed reading of the environment: the one place that touches os.environ.

A variable NAME may be given as NAME_FILE instead, the path of a file that holds the value,
so that secrets can be mounted and never stand in a process listing.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = frozenset({"1", "true", "yes", "on"})
FALSE_WORDS = frozenset({"0", "false", "no", "off", ""})
POSTGRES_SCHEMES = frozenset({"postgres", "postgresql"})
SMTP_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
EMAIL_BACKENDS = {**dict.fromkeys(SMTP_PORTS, "smtp"), "file": "filebased", "console": "console"}


def optional_text(name: str) -> str | None:
    """Return the value of NAME, or the content of the file that NAME_FILE names, or None."""
    value = os.environ.get(name)
    file_name = os.environ.get(f"{name}_FILE")
    if value is not None and file_name is not None:
        message = f"Both {name} and {name}_FILE are set; keep one of them."
        raise ImproperlyConfigured(message)
    if file_name is None:
        return value
    try:
        return Path(file_name).read_text(encoding="utf-8").strip()
    except OSError as error:
        message = f"{name}_FILE names {file_name!r}, which cannot be read: {error.strerror}."
        raise ImproperlyConfigured(message) from error


def text(name: str, *, default: str | None = None) -> str:
    """Return NAME, or the default; without either the process refuses to start."""
    value = optional_text(name)
    if value is not None and value != "":
        return value
    if default is None:
        message = f"{name} is not set. Set it, or {name}_FILE; see .env.example."
        raise ImproperlyConfigured(message)
    return default


def boolean(name: str, *, default: bool) -> bool:
    """Return NAME read as yes or no; any other word is refused rather than guessed."""
    value = optional_text(name)
    if value is None:
        return default
    word = value.strip().lower()
    if word not in TRUE_WORDS | FALSE_WORDS:
        message = f"{name} is {value!r}; use true or false."
        raise ImproperlyConfigured(message)
    return word in TRUE_WORDS


def integer(name: str, *, default: int, minimum: int = 0) -> int:
    """Return NAME as a whole number not below the minimum."""
    value = optional_text(name)
    if value is None or value == "":
        return default
    try:
        number = int(value)
    except ValueError as error:
        message = f"{name} is {value!r}; use a whole number."
        raise ImproperlyConfigured(message) from error
    if number < minimum:
        message = f"{name} is {number}; it must be at least {minimum}."
        raise ImproperlyConfigured(message)
    return number


def words(name: str, *, default: tuple[str, ...] = ()) -> list[str]:
    """Return NAME split at commas, without blanks."""
    value = optional_text(name)
    if value is None:
        return list(default)
    return [word.strip() for word in value.split(",") if word.strip()]


def choice(name: str, *, choices: tuple[str, ...], default: str) -> str:
    """Return NAME when it is one of the choices."""
    value = text(name, default=default)
    if value not in choices:
        message = f"{name} is {value!r}; use one of {', '.join(choices)}."
        raise ImproperlyConfigured(message)
    return value


def database(name: str, *, default: str | None = None) -> dict[str, Any]:
    """Return the Django settings of the PostgreSQL address in NAME.

    Query parameters become connection options: ?sslmode=require.
    """
    address = urlsplit(text(name, default=default))
    database_name = unquote(address.path.removeprefix("/"))
    if address.scheme not in POSTGRES_SCHEMES or not database_name:
        message = f"{name} must look like postgres://user:password@host:5432/database."
        raise ImproperlyConfigured(message)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name,
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": unquote(address.hostname or ""),
        "PORT": str(address.port or ""),
        "OPTIONS": dict(parse_qsl(address.query)),
    }


def email(name: str, *, default: str | None = None) -> dict[str, Any]:
    """Return how e-mail leaves, from the address in NAME.

    `smtp://user:password@host:587` speaks STARTTLS and `smtps://…:465` TLS from the start;
    `smtp+plain://host:25` is for a relay beside the service; `file:/folder` and `console:` are
    for development.
    """
    address = urlsplit(text(name, default=default))
    if address.scheme not in EMAIL_BACKENDS or (
        address.scheme in SMTP_PORTS and not address.hostname
    ):
        message = f"{name} must look like smtp://user:password@host:587, file:/folder or console:."
        raise ImproperlyConfigured(message)
    return {
        "BACKEND": f"django.core.mail.backends.{EMAIL_BACKENDS[address.scheme]}.EmailBackend",
        "FILE_PATH": unquote(address.path) or None,
        "HOST": address.hostname or "",
        "PORT": address.port or SMTP_PORTS.get(address.scheme, 0),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "STARTTLS": address.scheme == "smtp",
        "TLS": address.scheme == "smtps",
    }
