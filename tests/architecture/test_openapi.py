"""The OpenAPI description is complete, and no change of it goes unseen."""

from __future__ import annotations

import os
from io import StringIO
from pathlib import Path

from django.core.management import call_command

SNAPSHOT = Path(__file__).parents[2] / "docs" / "openapi.yaml"


def test_the_description_is_the_snapshot() -> None:
    # when the description is made, without a warning
    out = StringIO()
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=out)
    # then it is what docs/openapi.yaml holds; UPDATE_SNAPSHOTS=1 writes it anew
    if os.environ.get("UPDATE_SNAPSHOTS"):
        SNAPSHOT.write_text(out.getvalue(), encoding="utf-8")
    assert out.getvalue() == SNAPSHOT.read_text(encoding="utf-8")
