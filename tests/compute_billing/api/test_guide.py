"""Every example of docs/api.md is sent, and answered as the page says."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import suanji_client
from accounts.events.vocabulary import InvoiceIssued
from accounts.models import OrganisationKind
from accounts.webhooks import signing
from accounts.webhooks.described import sample
from compute_billing.catalogue import operations as catalogue
from compute_billing.ledger import operations as ledger
from compute_billing.metering import operations as metering
from compute_billing.rating import operations as rating
from kernel.canonical import canonical_json
from kernel.clock import utc_now
from kernel.identifiers import uuid7
from tests.builders.accounts import make_api_key, make_member, make_organisation
from tests.builders.deliveries import NOW
from tests.builders.market import LONG_AGO, PRICE_MICRO, YUAN
from tests.builders.sandboxes import open_sandbox, sandbox_key

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
EXAMPLE = re.compile(
    r"```http\n(?P<method>GET|POST) (?P<address>\S+)\n(?P<headers>(?:[A-Za-z-]+: [^\n]*\n)+)"
    r"(?:\n(?P<body>.*?))?```\n```json\n(?P<answer>.*?)```",
    re.DOTALL,
)
PYTHON = re.compile(r"```python\n(?P<code>.*?)```\n```json\n(?P<told>.*?)```", re.DOTALL)
CURL = re.compile(
    r"```sh\n(?P<command>curl .*?)```\n```json\n(?P<told>.*?)```",
    re.DOTALL,
)
CURL_SECONDS_MAX = 60
USED_AT = datetime(2026, 10, 5, tzinfo=UTC)


def _open_jingxi() -> dict[str, str]:
    """Open the source of the guide and return the keys of its operator and its tenant."""
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    tenant = make_organisation(code="qinglan")
    centre = catalogue.open_centre(
        code="jingxi", name="京西智谷", owner_id=operator.pk, operator_id=operator.pk
    )
    cluster = catalogue.add_cluster(
        centre_id=centre.pk, code="jingxi", name="100P", milli_cards=320_000
    )
    meter = catalogue.add_card_type(code="910B2", name="昇腾 910B2")
    prices = catalogue.make_price_list(kind="default", code="list-price", issuer_id=operator.pk)
    catalogue.publish_price(
        price_list_id=prices.pk,
        meter_id=meter.pk,
        valid_from=LONG_AGO,
        unit_price_micro=PRICE_MICRO,
        now=NOW,
    )
    source = metering.open_source(code="jingxi-slurm", name="Slurm", cluster_id=cluster.pk, now=NOW)
    metering.map_account(source_id=source.pk, account="qinglan", tenant_id=tenant.pk)
    ledger.top_up(
        tenant_id=tenant.pk,
        operator_id=operator.pk,
        amount_micro=100 * YUAN,
        custody="bank",
        reference="top-up-1",
        now=USED_AT,
    )
    return {
        "$OPERATOR_KEY": make_api_key(organisation=operator).text,
        "$ACTING_KEY": make_api_key(
            organisation=operator, created_by_id=make_member(organisation=operator).pk
        ).text,
        "$TENANT_KEY": make_api_key(
            organisation=tenant, created_by_id=make_member(organisation=tenant).pk
        ).text,
    }


def _send(example: re.Match[str], *, keys: dict[str, str]) -> Any:
    """Send an example; one without a key is the operator's."""
    headers = dict(line.split(": ", 1) for line in example["headers"].splitlines())
    authorization = headers.pop("Authorization", "Bearer $OPERATOR_KEY")
    for name, text in keys.items():
        authorization = authorization.replace(name, text)
    return Client().generic(
        example["method"],
        example["address"],
        data=(example["body"] or "").encode(),
        content_type=headers.pop("Content-Type", ""),
        headers={"Authorization": authorization, **headers},
    )


def _a_message() -> dict[str, Any]:
    """Return a webhook as its receiver has it: the secret, the body, the headers."""
    secret, event_id = signing.new_secret(), uuid7()
    event = sample(InvoiceIssued)
    event["data"]["number"] = "2026-000007"
    body = canonical_json(event)
    headers = signing.signed_headers(
        body.decode(), message=signing.message_id(event_id), secrets_live=[secret], now=utc_now()
    )
    return {"SECRET": secret, "BODY": body, "HEADERS": headers}


def _told(answer: Any, expected: Any) -> Any:
    """Return of an answer what the page tells of it."""
    if isinstance(expected, dict):
        return {name: _told(answer[name], part) for name, part in expected.items()}
    if isinstance(expected, list):
        assert len(answer) == len(expected)
        return [_told(one, part) for one, part in zip(answer, expected, strict=True)]
    return answer


@pytest.mark.django_db(transaction=True)
def test_the_examples_do_what_they_say(live_server) -> None:
    # given the source of the guide
    keys = _open_jingxi()
    examples = list(EXAMPLE.finditer(GUIDE.read_text(encoding="utf-8")))
    assert len(examples) == GUIDE.read_text(encoding="utf-8").count("```http") == 28
    for example in examples:
        # when an example is sent, and whatever waits is rated
        response = _send(example, keys=keys)
        list(rating.rate_all(now=NOW))
        # then it is answered as printed
        expected = json.loads(example["answer"])
        assert response.status_code == expected.get("status", response.status_code)
        assert _told(response.json(), expected) == expected
        # and the secret that it told is the one that the page goes on with
        if response.json().get("secret", "").startswith("sk_test_"):
            keys["$SANDBOX_KEY"] = response.json()["secret"]
    # and the program, run against the service, finds what the page says
    for program in PYTHON.finditer(GUIDE.read_text(encoding="utf-8")):
        names = {"ADDRESS": live_server.url, "TENANT_KEY": keys["$TENANT_KEY"]}
        names |= _a_message()
        names |= {name: getattr(suanji_client, name) for name in suanji_client.__all__}
        exec(program["code"], names)  # noqa: S102 - the program of the page is what is tried
        expected = json.loads(program["told"])
        assert {name: str(names[name]) for name in expected} == expected


@pytest.mark.django_db(transaction=True)
def test_a_newcomer_meters_a_first_card_hour_with_curl(live_server) -> None:
    # given the public prices of the guide, and a newcomer's key of his sandbox
    if shutil.which("curl") is None:
        pytest.skip("There is no curl here.")
    _open_jingxi()
    newcomer = make_organisation(code="yunqi")
    open_sandbox(newcomer)
    scopes = ("usage:write", "usage:read", "billing:read", "keys:read")
    named = {"SUANJI": live_server.url, "KEY": sandbox_key(newcomer, scopes=scopes)}
    commands = list(CURL.finditer(GUIDE.read_text(encoding="utf-8")))
    assert len(commands) == GUIDE.read_text(encoding="utf-8").count("\ncurl ") == 5
    for command in commands:
        # when the commands of the page are run one after the other, and whatever waits is rated
        ran = subprocess.run(
            ["/bin/sh", "-c", command["command"]],
            env={**os.environ, **named, "NO_PROXY": "*"},
            capture_output=True,
            check=True,
            timeout=CURL_SECONDS_MAX,
        )
        list(rating.rate_all(now=NOW))
        # then each prints what the page says
        expected = json.loads(command["told"])
        assert _told(json.loads(ran.stdout), expected) == expected
