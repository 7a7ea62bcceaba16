"""Every answer in the OpenAPI description has an example, and those of success are real."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from django.test import Client
from django.test.utils import override_settings

from accounts.models import WebhookAttempt, WebhookDelivery
from accounts.permissions import Role, Staff
from accounts.verification.kinds import Outcome, Step
from compute_billing.metering import operations as metering
from compute_billing.payments import outcomes
from compute_billing.payments.models import AutoTopUp, Payment
from compute_billing.payments.seen import PaymentSeen
from compute_billing.settlement.models import Claim
from tests.builders.accounts import (
    make_api_key,
    make_member,
    make_organisation,
    make_staff,
    make_user,
)
from tests.builders.payments import ask_refund, make_payment, pay
from tests.builders.sessions import signed_in
from tests.builders.verification import decide_case, make_submitted_case, make_uscc
from tests.builders.world import World, at, make_world
from tests.config.budget_answers import ask_budgets
from tests.config.clocks import CLOCKS
from tests.config.dispute_answers import ask_disputes
from tests.config.einvoice_answers import ask_einvoices
from tests.config.keeper_answers import ask_keepers
from tests.config.listing_answers import ask_listings
from tests.config.made_the_same import made_the_same
from tests.config.operator_answers import ask_mappings, ask_sales
from tests.config.package_answers import ask_packages
from tests.config.payout_answers import ask_payouts
from tests.config.sandbox_answers import ask_sandbox
from tests.config.write_counts import assert_as_stated, counted
from tests.services import REPOSITORY

EXAMPLES = REPOSITORY / "accounts" / "api_examples.json"
OPENAPI = REPOSITORY / "docs" / "openapi.yaml"


@pytest.fixture
def world(db, monkeypatch, settings) -> World:
    # no example is worth a call beyond this machine
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    for place in CLOCKS:
        monkeypatch.setattr(f"{place}.utc_now", lambda: at(10, 11))
    return make_world()


@pytest.fixture
def writes() -> Iterator[dict[str, int]]:
    with counted() as counts:
        yield counts


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
    ask_budgets(tenant, told=told, ask=ask)
    ask("receivables_retrieve", tenant, "receivables")
    ask(
        "account_statement_retrieve",
        tenant,
        "account-statement",
        operator=bill["issuer"],
        since="2026-10-01",
        until="2026-11-30",
    )
    ask("prices_list", tenant, "prices", at=at(9, 1).isoformat())
    use = {"card_type": "910B2", "cards": "8", "duration_seconds": 7200}
    post("quote_create", tenant, "quotes", {**use, "starts_at": "2026-10-12T09:00:00+08:00"})
    ask_einvoices(world, tenant, told=told, ask=ask)
    _ask_holds(tenant, operator, told=told, ask=ask)
    _ask_payments(world, tenant, told=told, ask=ask)
    _ask_webhooks(tenant, told=told, ask=ask, post=post)
    _ask_people(world, told=told, ask=ask, post=post)
    _ask_the_rest(world, told, tenant=tenant, operator=operator, ask=ask, post=post)
    ask_keepers(world, ask=ask)
    ask_packages(told=told, ask=ask)
    ask_payouts(ask=ask)
    _ask_verification(ask=ask)
    ask_listings(told=told, ask=ask)
    told.pop("again")
    ask_sandbox(tenant, told=told, ask=ask, post=post)
    return told


def _ask_payments(world, tenant, *, told, ask) -> None:
    """Ask for payments; what the provider says of them is told by the test."""
    payment = make_payment(tenant=world.alpha, operator=world.centre.operator, now=at(10, 11))
    seen = PaymentSeen(
        observed_at=at(10, 11),
        progress="open",
        session="cs_test_a1b2",
        checkout_url="https://checkout.stripe.com/c/pay/cs_test_a1b2",
    )
    outcomes.apply_payment(payment_id=payment.pk, seen=seen, now=at(10, 11))
    body = {"operator": "jingxi", "amount": {"amount": "100.00"}}
    with override_settings(STRIPE_API_KEY="sk_test_nobody"):
        told["top_up_create"] = tenant.post(
            "/api/v1/top-ups",
            body,
            content_type="application/json",
            headers={"idempotency-key": "2026-10-11/1"},
        ).json()
    asked = Payment.objects.latest("id")
    told["top_up_cancel"] = tenant.post(f"/api/v1/top-ups/{asked.public_id}/cancel").json()
    refund = ask_refund(
        pay(payment, session="cs_test_a1b2", intent="pi_3Nx", now=at(10, 11)),
        fen=1_000,
        now=at(10, 11),
    )
    ask("top_ups_list", tenant, "top-ups", state="paid")
    ask("top_up_retrieve", tenant, f"top-ups/{payment.public_id}")
    ask("refunds_list", tenant, "refunds")
    ask("refund_retrieve", tenant, f"refunds/{refund.public_id}")
    told["refund_create"] = {"data": [told["refund_retrieve"]]}
    AutoTopUp.objects.create(
        tenant=world.alpha,
        operator=world.centre.operator,
        threshold_fen=20_000,
        amount_fen=100_000,
        month_max_fen=500_000,
        is_on=True,
        next_at=at(10, 11),
        changed_at=at(10, 11),
    )
    told["auto_top_up_set"] = tenant.put(
        "/api/v1/auto-top-ups/jingxi", {"is_on": False}, content_type="application/json"
    ).json()
    ask("auto_top_ups_list", tenant, "auto-top-ups")
    told["balance_warning_set"] = tenant.put(
        "/api/v1/balance/warning",
        {"amount": {"amount": "500.00", "currency": "CNY"}},
        content_type="application/json",
    ).json()
    ask("balance_warning_retrieve", tenant, "balance/warning")
    ask("balance_forecast_retrieve", tenant, "balance/forecast")
    told["remittance_code_set"] = tenant.put("/api/v1/remittances/jingxi").json()
    ask("remittances_list", tenant, "remittances")


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


def _ask_holds(tenant, operator, *, told, ask) -> None:
    def post(operation: str, address: str, body: dict[str, Any]) -> Any:
        key = {"idempotency-key": operation}
        sent = operator.post(
            f"/api/v1/{address}", body, content_type="application/json", headers=key
        )
        told[operation] = sent.json()
        return told[operation]

    wanted = {"source": "slurm", "account": "alpha", "allocation": "4711", "cards": "2"}
    times = {"starts_at": "2026-10-12T00:00:00Z", "until": "2026-10-12T01:00:00Z"}
    hold = post("hold_create", "holds", {**wanted, **times, "reference": "slurm-4711"})
    post("hold_extend", f"holds/{hold['id']}/extend", {"until": "2026-10-12T02:00:00Z"})
    ask("hold_retrieve", tenant, f"holds/{hold['id']}")
    ask("holds_list", tenant, "holds", limit="1")
    post("hold_release", f"holds/{hold['id']}/release", {"ended_at": "2026-10-12T01:30:00Z"})
    times = {"starts_at": "2026-10-10T00:00:00Z", "until": "2026-10-11T12:00:00Z"}
    running = {**wanted, **times, "allocation": "4712", "reference": "slurm-4712", "cards": "64"}
    running_id = post("hold_of_running", "holds", running)["id"]
    post("refused", f"holds/{running_id}/extend", {"until": "2027-10-10T00:00:00Z"})
    del told["hold_of_running"], told["refused"]
    ask("enforcement_list", operator, "enforcement", limit="1")


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
    WebhookAttempt.objects.create(
        delivery=WebhookDelivery.objects.get(public_id=ping["id"]),
        number=17,
        started_at=at(10, 11),
        ended_at=at(10, 11),
        failure="status",
        response_status=503,
        response_excerpt="try later",
        retry_after_seconds=120,
        duration_ms=212,
    )
    ask("webhook_attempts_list", tenant, f"webhooks/deliveries/{ping['id']}/attempts")
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
    _ask_decisions(world, told=told, ask=ask)
    retry = post("source_retry", operator, "sources/slurm/retry")
    metering.work_on_retry(now=at(10, 11))
    ask("source_retry_retrieve", operator, f"sources/slurm/retries/{retry['id']}")


def _ask_decisions(world, *, told, ask) -> None:
    """Decide as an operator's key, which its owner made, and as finance."""
    owner = make_member(organisation=world.centre.operator, role=Role.OWNER)
    text = make_api_key(organisation=world.centre.operator, created_by_id=owner.pk).text
    client = Client(headers={"authorization": f"Bearer {text}"})

    def act(
        operation: str, who: Client, method: str, address: str, body: Any, tag: str = ""
    ) -> Any:
        headers = {"idempotency-key": operation, "if-match": tag}
        answer = getattr(who, method)(
            f"/api/v1/{address}", body, content_type="application/json", headers=headers
        )
        told[operation] = answer.json()
        return told[operation]

    conflict = ask("source_conflicts_list", client, "sources/slurm/conflicts")
    place = f"sources/slurm/conflicts/{conflict['id']}"
    ask("source_conflict_retrieve", client, place)
    why = {"decision": "kept", "reason": "调度器重报，以先者为准。"}
    act("source_conflict_decide", client, "post", f"{place}/decision", why)
    ask_disputes(world, client, act=act, ask=ask)
    use = [{"account": "alpha", "card_seconds": "3600"}]
    body = {"month": "2026-10", "accounts": use}
    made = act("source_totals_deliver", client, "post", "sources/slurm/totals", body)
    ask("source_totals_list", client, "sources/slurm/totals")
    place = f"sources/slurm/totals/{made['totals']['id']}"
    ask("source_totals_retrieve", client, place)
    seen = made["differences"][0]
    names = ("tenant", "stated_card_seconds", "recorded_card_seconds")
    body = {**{name: seen[name] for name in names}, "reason": "迟报，下月补。"}
    act("source_totals_explain", client, "post", f"{place}/explanations", body)
    ask_mappings(client, act=act, ask=ask)
    ask_sales(client, act=act, ask=ask)
    _ask_price_drafts(client, act=act, ask=ask)
    _ask_claims(client, act=act, ask=ask)


def _ask_price_drafts(client: Client, *, act, ask) -> None:
    body = {
        "price_list": "list",
        "card_type": "910B2",
        "valid_from": "2026-11-01T00:00:00+08:00",
        "unit_price": {"amount": "2.5", "currency": "CNY"},
        "reason": "与邻近中心看齐",
    }
    made = act("price_draft_create", client, "post", "price-drafts", body)
    change = {"unit_price": {"amount": "2.45", "currency": "CNY"}}
    place = f"price-drafts/{made['id']}"
    changed = act("price_draft_change", client, "patch", place, change, tag="*")
    ask("price_drafts_list", client, "price-drafts", state="open")
    place = f"price-drafts/{changed['id']}"
    ask("price_draft_retrieve", client, place)
    ask("price_draft_effects_list", client, f"{place}/effects", limit="1")
    finance = signed_in(make_staff(role=Staff.FINANCE))
    act("price_draft_approve", finance, "post", f"{place}/approve?operator=jingxi", {}, tag="*")
    other = act("again", client, "post", "price-drafts", {**body, "cluster": "jx-1"})
    act("price_draft_withdraw", client, "post", f"price-drafts/{other['id']}/withdraw", {})


def _ask_claims(client: Client, *, act, ask) -> None:
    paid = Claim.objects.earliest("id")
    papers = {name: getattr(paid, name) for name in ("budget_document_no", "treasury_receipt_no")}
    claim = ask("claims_list", client, "claims")
    place = f"claims/{claim['id']}"
    ask("claim_retrieve", client, place)
    ask("claim_lines_list", client, f"{place}/lines", limit="1")
    act("claim_pay", client, "post", f"{place}/payment", papers)  # the same papers: no change
    unpaid = dict.fromkeys(papers, "")
    Claim.objects.filter(pk=paid.pk).update(
        state="draft", submitted_at=None, paid_at=None, **unpaid
    )
    act("claim_submit", client, "post", f"{place}/submit", {})


def test_the_examples_are_what_the_service_answers(world: World, writes: dict[str, int]) -> None:
    # when everything is asked, and what is random is made the same
    written = json.dumps(answers(world), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    written = made_the_same(written)
    # then it is what the description shows; UPDATE_SNAPSHOTS=1 writes it anew
    if os.environ.get("UPDATE_SNAPSHOTS"):
        EXAMPLES.write_text(written, encoding="utf-8")
    assert EXAMPLES.read_text(encoding="utf-8") == written
    # and no act took more queries than is stated, nor far fewer
    assert_as_stated(writes)


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
