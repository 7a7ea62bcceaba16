"""What the API answers about titles and e-invoices to a tenant that asks for one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from compute_billing.einvoices import queries
from compute_billing.einvoices.models import EInvoice
from tests.builders.einvoices import ISSUED_ON, answer, reverse
from tests.builders.world import World, at


def ask_einvoices(
    world: World, tenant: Client, *, told: dict[str, Any], ask: Callable[..., Any]
) -> None:
    """Keep a title book, ask for an e-invoice and take it back; keep the answers by operation."""

    def post(operation: str, address: str, body: Any = None) -> Any:
        sent = tenant.post(
            f"/api/v1/{address}",
            body or {},
            content_type="application/json",
            headers={"idempotency-key": operation},
        )
        told[operation] = sent.json()
        return told[operation]

    sent = tenant.put(
        "/api/v1/procurement",
        {"purchase_order": "PO-2026-0815", "fund": "2026ZD0118800", "project": "62276001"},
        content_type="application/json",
        headers={"if-match": "*"},
    )
    told["procurement_set"] = sent.json()
    ask("procurement_retrieve", tenant, "procurement")
    said = {
        "name": "阿尔法视觉科技有限公司",
        "uscc": "91110109MA00000T40",
        "address": "北京市门头沟区石龙南路 2 号",
        "phone": "010-69800001",
        "bank": "中国工商银行北京门头沟支行",
        "bank_account": "0200001409020000001",
        "email": "fapiao@example.com",
    }
    title = post("invoice_title_create", "invoice-titles", said)
    one = f"invoice-titles/{title['id']}"
    post("invoice_title_change", one, {**said, "phone": "010-69800002"})
    post("invoice_title_make_default", f"{one}/default")
    ask("invoice_title_retrieve", tenant, one)
    ask("invoice_titles_list", tenant, "invoice-titles")
    _undo(world)
    (bill,) = queries.open_bills(tenant_id=world.alpha.pk)
    body = {"kind": "ordinary", "title": title["id"], "invoices": [str(bill.public_id)]}
    made = post("einvoice_request", "e-invoices", body)
    ask("einvoices_list", tenant, "e-invoices", limit="1", state="issued")
    ask("einvoice_retrieve", tenant, f"e-invoices/{made['id']}")
    post("einvoice_withdraw", f"e-invoices/{made['id']}/withdrawal")
    post("invoice_title_retire", f"{one}/retirement")


def _undo(world: World) -> None:
    """Undo the e-invoice of the tenant's bill, so that it can be asked for."""
    blue = EInvoice.objects.get(
        tenant=world.alpha, colour="blue", state="issued", red_letters__isnull=True
    )
    red = reverse(blue, now=at(10, 11))
    answer(red, now=at(10, 11), number="26112000000000000102", issued_on=ISSUED_ON)
