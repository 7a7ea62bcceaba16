"""Production has no secret by default, and refuses what only suits a developer's machine."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest

from tests.architecture.source import REPOSITORY

PRODUCTION = {
    "SUANJI_ENVIRONMENT": "production",
    "SECRET_KEY": "7kq3" * 16,
    "ALLOWED_HOSTS": "suanji.example",
    "DATABASE_URL": "postgres://suanji_app@127.0.0.1/suanji",
    "REDIS_URL": "redis://127.0.0.1/0",
    "EMAIL_URL": "smtp://mail.example",
}


def load_settings(environment: dict[str, str], script: str = "") -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-c", f"import config.settings as settings; {script}"],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_complete_production_settings_load() -> None:
    result = load_settings(PRODUCTION, "print(settings.DEBUG, settings.SESSION_COOKIE_SECURE)")

    assert (result.returncode, result.stdout) == (0, "False True\n"), result.stderr


@pytest.mark.parametrize("name", ["SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"])
def test_production_demands_each_secret(name: str) -> None:
    result = load_settings({key: value for key, value in PRODUCTION.items() if key != name})

    assert result.returncode != 0
    assert f"{name} is not set" in result.stderr


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("DEBUG", "true", "DEBUG must be off"),
        ("DEBUG", "perhaps", "use true or false"),
        ("SECRET_KEY", "short", "50 random characters"),
        ("SUANJI_ENVIRONMENT", "staging", "use one of development, production"),
        ("DATABASE_URL", "mysql://127.0.0.1/suanji", "must look like postgres://"),
        ("TASK_SECONDS_MAX", "0", "must be at least 1"),
        ("STAFF_NEED_SECOND_FACTOR", "false", "in development only"),
        ("WEBHOOK_LOOPBACK", "true", "in development only"),
        ("EMAIL_URL", "mail.example", "must look like smtp://"),
        ("EMAIL_URL", "smtp:", "must look like smtp://"),
        ("OIDC_SERVER_URL", "https://id.example", "OIDC_CLIENT_ID is not set"),
    ],
)
def test_a_wrong_word_stops_the_start(name: str, value: str, message: str) -> None:
    result = load_settings({**PRODUCTION, name: value})

    assert result.returncode != 0
    assert message in result.stderr


def test_the_key_of_development_is_refused_in_production() -> None:
    known = load_settings({}, "print(settings.SECRET_KEY)").stdout.strip()

    result = load_settings({**PRODUCTION, "SECRET_KEY": known})

    assert len(known) >= 50
    assert "50 random characters" in result.stderr


def test_a_secret_may_come_from_a_file(tmp_path) -> None:
    (tmp_path / "key").write_text("9z8y" * 16 + "\n")
    environment = {key: value for key, value in PRODUCTION.items() if key != "SECRET_KEY"}

    result = load_settings(
        {**environment, "SECRET_KEY_FILE": str(tmp_path / "key")}, "print(settings.SECRET_KEY)"
    )

    assert result.stdout == "9z8y" * 16 + "\n"


def test_the_database_address_keeps_role_and_options() -> None:
    result = load_settings(
        {
            **PRODUCTION,
            "DATABASE_URL": "postgres://a:p%40ss@db:6432/x?sslmode=require",
            "DATABASE_ROLE": "suanji_app",
        },
        "d = settings.DATABASES['default'];"
        "print(d['PASSWORD'], d['HOST'], d['PORT'], *d['OPTIONS'].values())",
    )

    assert result.stdout == "p@ss db 6432 -c jit=off require suanji_app\n"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("smtp://me:p%40ss@mail.example", "smtp mail.example 587 me p@ss True False"),
        ("smtps://mail.example:4650", "smtp mail.example 4650   False True"),
        ("smtp+plain://relay", "smtp relay 25   False False"),
        ("file:/var/mail/out", "filebased  0   False False"),
    ],
)
def test_the_address_of_the_mail_server_says_how_to_speak(address: str, expected: str) -> None:
    result = load_settings(
        {**PRODUCTION, "EMAIL_URL": address},
        "s = settings; print(s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT,"
        " s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD, s.EMAIL_USE_TLS, s.EMAIL_USE_SSL)",
    )

    assert result.stdout == f"{expected}\n", result.stderr


def test_compose_gives_no_secret_a_default() -> None:
    text = (REPOSITORY / "docker-compose.yml").read_text(encoding="utf-8")
    uses = re.findall(r"\$\{([A-Z_]*(?:PASSWORD|SECRET|KEY)[A-Z_]*)(.?.?)", text)

    assert uses
    assert {operator for _, operator in uses} == {":?"}
