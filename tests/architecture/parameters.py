"""What an address may be asked: the parameters of its query, from OpenAPI and from forms."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

import yaml

from tests.architecture.source import REPOSITORY

OPENAPI: Final = REPOSITORY / "docs" / "openapi.yaml"


@cache
def _paths() -> dict[str, Any]:
    document = yaml.load(OPENAPI.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {re.sub(r"\{\w+\}", "{}", path): told for path, told in document["paths"].items()}


def asked_of(route: str) -> frozenset[str]:
    """Return the names that the query of a GET of the API may have."""
    path = "/" + re.sub(r"<(?:\w+:)?\w+>", "{}", route)
    told = _paths().get(path, {}).get("get", {})
    return frozenset(one["name"] for one in told.get("parameters", ()) if one["in"] == "query")
