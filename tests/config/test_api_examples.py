"""Every answer in the OpenAPI description has an example, and those of success are real."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import pytest
import yaml
from django.test import Client

from accounts.models import WebhookDelivery
from accounts.permissions import Role
from accounts.verification.kinds import Outcome, Step
from compute_billing.metering import operations as metering
from tests.builders.accounts import make_api_key, make_member, make_organisation, make_user
from tests.builders.verification import decide_case, make_submitted_case, make_uscc
from tests.builders.world import World, at, make_world
from tests.services import REPOSITORY

EXAMPLES = REPOSITORY / "accounts" / "api_examples.json"
OPENAPI = REPOSITORY / "docs" / "openapi.yaml"
SAME_UUID = "019a4c1e-7b1f-7c55-8f8b-1d2f0a6f3c10"
RANDOM = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}"), SAME_UUID),
    (re.compile(r"sk_[0-9a-f]{12}_[A-Za-z0-9_-]{43}"), "sk_4f1c09a2b7de_…"),
    (re.compile(r"sk_[0-9a-f]{12}_…"), "sk_4f1c09a2b7de_…"),
    (re.compile(r"/invitations/[A-Za-z0-9_-]{43}"), "/invitations/3vY1…"),
    (re.compile(r'"name": "Organisation \d+"'), '"name": "Alpha"'),
    (re.compile(r'_hash": "[0-9a-f]{64}"'), f'_hash": "{"9f86" * 16}"'),
    (re.compile(r'"prefix": "[0-9a-f]{12}"'), '"prefix": "4f1c09a2b7de"'),
    (re.compile(r"whsec_[A-Za-z0-9+/=]{44}"), "whsec_…"),
    # The hash holds numbers of rows, which differ from run to run.
    (re.compile(r'"payload_hash": "[0-9a-f]{32}"'), f'"payload_hash": "{"7ae1" * 8}"'),
    # Of a page, what fits on a screen; the cursor tells a random id.
    (re.compile(r'"next_cursor": "[^"]+"'), '"next_cursor": "WyJhIl0"'),
)


@pytest.fixture
def world(db, monkeypatch) -> World:
    for place in (
        "accounts.authentication",
        "accounts.keys.api",
        "accounts.membership.api",
        "accounts.organisations.api",
        "accounts.verification.api",
        "accounts.webhooks.api",
        "compute_billing.api.sources",
        "compute_billing.api.usage",
    ):
        monkeypatch.setattr(f"{place}.utc_now", lambda: at(10, 11))
    return make_world()


def answers(world: World) -> dict[str, Any]:
    """Return what the service says to a tenant and to an operator, by operation."""
    tenant, operator = (
        Client(headers={"authorization": f"Bearer {make_api_key(organisation=one).text}"})
        for one in (world.alpha, world.centre.operator)
    )
    told: dict[str, Any] = {}

    def ask(operation: str, client: Client, address: str, **query: str) -> Any:
        told[operation] = client.get(f"/api/v1/{address}", query).json()
        return told[operation]["data"][0] if "data" in told[operation] else None

    def post(operation: str, client: Client, address: str, body: Any = None) -> Any:
        sent = client.post(f"/api/v1/{address}", body or {}, content_type="application/json")
        told[operation] = sent.json()
        return told[operation]

    ask("keys_list", tenant, "keys")
    made = post("key_create", tenant, "keys", {"name": "report", "scopes": ["usage:read"]})
    post("key_rotate", tenant, f"keys/{made['api_key']['id']}/rotate")
    post("key_revoke", tenant, f"keys/{made['api_key']['id']}/revoke")
    record = ask("usage_records_list", tenant, "usage/records", limit="1")
    ask("usage_record_retrieve", tenant, f"usage/records/{record['id']}")
    ask("charges_list", tenant, "charges", limit="1")
    ask("balance_retrieve", tenant, "balance", at=at(10, 11).isoformat())
    ask("lots_list", tenant, "lots", limit="2")
    bill = ask("invoices_list", tenant, "invoices", limit="1")
    ask("invoice_retrieve", tenant, f"invoices/{bill['id']}")
    ask("months_list", tenant, "months")
    ask("awards_list", tenant, "awards", limit="1")
    ask("prices_list", tenant, "prices", at=at(9, 1).isoformat())
    _ask_webhooks(tenant, told=told, ask=ask, post=post)
    _ask_people(world, told=told, ask=ask, post=post)
    _ask_the_rest(world, told, tenant=tenant, operator=operator, ask=ask, post=post)
    _ask_verification(ask=ask)
    return told


def _ask_people(world, *, told, ask, post) -> None:
    owner, member = (
        make_member(
            organisation=world.alpha, role=role, user=make_user(email=f"{name}@example.com")
        )
        for name, role in (("li.wei", Role.OWNER), ("zhang.min", Role.VIEWER))
    )
    text = make_api_key(organisation=world.alpha, created_by_id=owner.pk).text
    client = Client(headers={"authorization": f"Bearer {text}", "user-agent": "report/1"})
    ask("organisation_retrieve", client, "organisation")
    told["organisation_rename"] = client.patch(
        "/api/v1/organisation",
        {"name": "Alpha Vision"},
        content_type="application/json",
        headers={"if-match": "*"},
    ).json()
    ask("members_list", client, "members")
    change = {"role": "viewer", "new_role": "developer"}
    post("member_change_role", client, f"members/{member.public_id}/role", change)
    post("member_end_role", client, f"members/{member.public_id}/end", {"role": "developer"})
    offer = {"email": "wang.fang@example.com", "role": "finance"}
    made = post("invitation_create", client, "invitations", offer)
    ask("invitations_list", client, "invitations")
    post("invitation_revoke", client, f"invitations/{made['invitation']['id']}/revoke")
    ask("audit_list", client, "audit", action="api_keys.revoke")


def _ask_verification(*, ask) -> None:
    organisation = make_organisation(code="qinglan", name="青岚视觉科技")
    case = make_submitted_case(organisation, uscc=make_uscc(93))
    reasons = {Step.DOCUMENTS: "营业执照副本边角缺失，请重新扫描整页。"}
    decide_case(case, Outcome.RETURNED, reason="", step_reasons=reasons)
    text = make_api_key(organisation=organisation).text
    client = Client(headers={"authorization": f"Bearer {text}"})
    ask("verification_read", client, "verification")


def _ask_webhooks(tenant, *, told, ask, post) -> None:
    address = {"url": "https://93.184.215.14/suanji", "kinds": ["invoice.issued", "balance.low"]}
    made = post("webhook_endpoint_create", tenant, "webhooks/endpoints", address)
    one = f"webhooks/endpoints/{made['endpoint']['id']}"
    post("webhook_endpoint_rotate", tenant, f"{one}/rotate")
    ping = post("webhook_endpoint_ping", tenant, f"{one}/ping")
    ask("webhook_endpoints_list", tenant, "webhooks/endpoints")
    ask("webhook_endpoint_retrieve", tenant, one)
    WebhookDelivery.objects.update(
        state="dead",
        attempts=17,
        failure="status",
        response_status=503,
        response_excerpt="try later",
        duration_ms=212,
        last_attempt_at=at(10, 11),
        next_attempt_at=None,
    )
    ask("webhook_deliveries_list", tenant, "webhooks/deliveries", state="dead")
    post("webhook_delivery_redeliver", tenant, f"webhooks/deliveries/{ping['id']}/redeliver")
    for operation, method in (("update", tenant.patch), ("delete", tenant.delete)):
        answer = method(f"/api/v1/{one}", {"description": "books"}, content_type="application/json")
        told[f"webhook_endpoint_{operation}"] = answer.json()


def _ask_the_rest(world, told, *, tenant, operator, ask, post) -> None:
    beta = Client(headers={"authorization": f"Bearer {make_api_key(organisation=world.beta).text}"})
    ask("projects_list", beta, "projects")
    ask("arrears_retrieve", beta, "arrears")
    statement = ask("statements_list", operator, "statements")
    ask("statement_retrieve", operator, f"statements/{statement['id']}")
    use = {"cards": "1", "card_type": "910B2", "started_at": "2026-10-09T00:00:00Z"}
    use["ended_at"] = "2026-10-09T01:00:00Z"
    records = [
        {"external_id": "new-1", "account": "gamma", **use},
        {"external_id": "a1", "account": "alpha", **use},
    ]
    sent = post("usage_records_create", operator, "usage/records?source=slurm", records)
    told.pop("usage_records_create")  # has examples of its own
    ask("usage_import_retrieve", operator, f"usage/imports/{sent['import_id']}")
    ask("sources_list", operator, "sources")
    ask("source_rejects_list", operator, "sources/slurm/rejects")
    ask("source_conflicts_list", operator, "sources/slurm/conflicts")
    retry = post("source_retry", operator, "sources/slurm/retry")
    metering.work_on_retry(now=at(10, 11))
    ask("source_retry_retrieve", operator, f"sources/slurm/retries/{retry['id']}")


def test_the_examples_are_what_the_service_answers(world: World) -> None:
    # when everything is asked, and what is random is made the same
    written = json.dumps(answers(world), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    for pattern, same in RANDOM:
        written = pattern.sub(same, written)
    # then it is what the description shows; UPDATE_SNAPSHOTS=1 writes it anew
    if os.environ.get("UPDATE_SNAPSHOTS"):
        EXAMPLES.write_text(written, encoding="utf-8")
    assert EXAMPLES.read_text(encoding="utf-8") == written


def test_every_answer_has_an_example() -> None:
    document = yaml.safe_load(OPENAPI.read_text(encoding="utf-8"))
    without = [
        f"{operation['operationId']} {status}"
        for path in document["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        for content in answer["content"].values()
        if not content.get("examples")
    ]

    assert without == []
