"""The client's shapes are those of the OpenAPI document."""

from __future__ import annotations

import os
import subprocess
import sys

import yaml

from tests.clients.shapes import shapes
from tests.services import REPOSITORY

MODULE = REPOSITORY / "clients" / "python" / "src" / "suanji_client" / "shapes.py"
OPENAPI = REPOSITORY / "docs" / "openapi.yaml"


def test_the_shapes_are_those_of_the_document() -> None:
    # when the shapes are written from the document, and formatted as all code is
    written = subprocess.run(
        [sys.executable, "-m", "ruff", "format", "--stdin-filename", MODULE.name, "-"],
        input=shapes(yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    # then they are what the client has; UPDATE_SNAPSHOTS=1 writes it anew
    if os.environ.get("UPDATE_SNAPSHOTS"):
        MODULE.write_text(written, encoding="utf-8")
    assert MODULE.read_text(encoding="utf-8") == written
