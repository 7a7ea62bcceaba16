"""The description of the API is made once per process, and told again only when it changed."""

from __future__ import annotations

import json

import pytest
import yaml
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from config import api_schema

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unmade(monkeypatch) -> None:
    monkeypatch.setattr(api_schema, "_made", {})


def ask(**headers: str):
    return Client().get("/api/v1/schema", headers=headers)


def test_it_is_made_once_for_each_media_type(monkeypatch):
    made: list[int] = []
    original = SchemaGenerator.get_schema

    def counted(self, *args, **kwargs):
        made.append(1)
        return original(self, *args, **kwargs)

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    accept = {"accept": "application/vnd.oai.openapi+json"}

    first, again, as_json = ask(), ask(), ask(**accept)

    assert first.content == again.content
    assert len(made) == 2
    assert yaml.safe_load(first.content) == json.loads(as_json.content)
    assert first.headers["Content-Type"].startswith("application/vnd.oai.openapi")
    assert "/api/v1/schema" not in yaml.safe_load(first.content)["paths"]


def test_who_has_it_is_told_so():
    tag = ask().headers["ETag"]

    answer = ask(**{"if-none-match": tag})

    assert (answer.status_code, answer.content) == (304, b"")
    assert ask(**{"if-none-match": '"other"'}).status_code == 200
