"""`manage.py create_admin`: the first log-in of an installation."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
PASSWORD = "Quiet-Harbour-417"


def create(monkeypatch, *arguments: str, password: str = PASSWORD) -> str:
    monkeypatch.setenv("ADMIN_PASSWORD", password)
    out = io.StringIO()
    call_command("create_admin", *arguments, stdout=out)
    return out.getvalue()


def test_a_superuser_enters_the_admin_site_with_a_second_factor(monkeypatch):
    made = json.loads(create(monkeypatch, "Root@example.com", "--json"))
    user = User.objects.get(email="root@example.com")
    assert made == {"email": user.email, "public_id": str(user.public_id)}
    assert user.check_password(PASSWORD)
    assert signed_in(user).get("/admin/").status_code == 200
    without = signed_in(user, with_second_factor=False).get("/admin/")
    assert (without.status_code, without["Location"]) == (302, "/account/second-factor")


def test_refusals_make_nobody(monkeypatch):
    create(monkeypatch, "root@example.com")
    with pytest.raises(CommandError, match="taken"):
        create(monkeypatch, "ROOT@example.com")
    with pytest.raises(CommandError):
        create(monkeypatch, "other@example.com", password="123")
    assert User.objects.count() == 1
