"""The OpenAPI description is complete, and no change of it goes unseen."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

import yaml
from django.core.management import call_command

METHODS = {"get", "put", "post", "patch", "delete"}
SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.yaml"


def test_the_description_is_the_snapshot() -> None:
    # when the description is made, without a warning
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    # then it is what docs/openapi.yaml holds; UPDATE_SNAPSHOTS=1 writes it anew
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(out.getvalue(), encoding="utf-8")
    assert out.getvalue() == SNAPSHOT.read_text(encoding="utf-8")


def test_an_address_with_a_name_in_it_tells_that_there_may_be_none() -> None:
    # when each operation is read that has a parameter in its path
    paths = yaml.safe_load(SNAPSHOT.read_text(encoding="utf-8"))["paths"]
    named = {
        f"{method} {path}": operation["responses"]
        for path, operations in paths.items()
        for method, operation in operations.items()
        if "{" in path and method in METHODS
    }
    # then it tells of 404
    assert [name for name, responses in named.items() if "404" not in responses] == []
    assert named


def test_what_is_done_once_asks_for_the_key_under_which_it_is() -> None:
    # when each operation is read for the header and for the answer to its absence
    paths = yaml.safe_load(SNAPSHOT.read_text(encoding="utf-8"))["paths"]
    told = {
        f"{method} {path}": (
            any(each.get("name") == "Idempotency-Key" for each in operation.get("parameters", [])),
            "idempotency_key_missing" in str(operation["responses"].get("400")),
        )
        for path, operations in paths.items()
        for method, operation in operations.items()
        if method in METHODS
    }
    # then it tells of both or of neither
    assert [name for name, (asks, refuses) in told.items() if asks != refuses] == []
    assert (True, True) in told.values()
