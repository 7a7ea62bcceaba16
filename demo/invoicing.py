"""E-invoices of the month's bills: one asked for, one issued, one refused first, one undone."""

from datetime import datetime
from typing import Final
from uuid import UUID

from accounts.queries import organisation_by_id, user_by_email
from accounts.uscc import check_character, organisation_check_character
from compute_billing.einvoices import operations, queries
from demo.cast import MAIL, TENANTS
from demo.seeding import Stage
from kernel.audit import Actor

ITEM: Final = "*信息技术服务*智能算力服务"
CODE: Final = "3040203000000000000"
STREET: Final = "北京市门头沟区石龙南路 {} 号"
NUMBERS: Final = {
    "qinglan-vision": "{:%y}112000000000020001",
    "yunlu-medical": "{:%y}112000000000020002",
}
RED: Final = "{:%y}112000000000020003"


def invoice_bills(*, stage: Stage, now: datetime) -> None:
    """Fill the title books, ask for invoices, hand a file out and take its answers in."""
    finance = user_by_email(email=f"finance@{MAIL}").pk
    by = Actor.user(finance)
    operations.set_tax_item(
        issuer_id=stage.operator_id, tax_class="vat_6", name=ITEM, code=CODE, actor=by, now=now
    )
    _title(stage.operator_id, place=0, now=now)
    titles = {
        tenant.code: _title(stage.tenant_ids[tenant.code], place=place, now=now)
        for place, tenant in enumerate(TENANTS, start=1)
    }
    refused = _ask(stage, "qinglan-vision", title=titles, now=now)
    _answer(refused, by=by, now=now, refusal="购方开户行与账号不一致，请核对抬头")
    asked = {code: _ask(stage, code, title=titles, now=now) for code in NUMBERS}
    operations.export_einvoices(issuer_id=stage.operator_id, user_id=finance, now=now)
    for code, number in NUMBERS.items():
        _answer(asked[code], by=by, now=now, number=number.format(now))
    red = operations.request_red_letter(
        issuer_ids=None,
        correction=operations.Correction(
            blue_id=asked["yunlu-medical"].public_id, credit_note_id=None, reason="01"
        ),
        actor=by,
        now=now,
    )
    operations.export_einvoices(issuer_id=stage.operator_id, user_id=finance, now=now)
    _answer(red, by=by, now=now, number=RED.format(now), confirmation_no="HZ2026110001")
    _ask(stage, "zhiyuan-semantics", title=titles, now=now)


def _title(organisation_id: int, *, place: int, now: datetime) -> UUID:
    """Write an organisation's title down, with the code it was verified with or one of its own."""
    organisation = organisation_by_id(organisation_id=organisation_id)
    title = operations.add_title(
        tenant_id=organisation_id,
        said=operations.TitleSaid(
            name=organisation.name,
            uscc=organisation.uscc or _uscc(place),
            address=STREET.format(place + 1),
            phone=f"010-6980{place:04d}",
            bank="中国工商银行北京门头沟支行",
            bank_account=f"02000014090200{place:05d}",
            email=f"fapiao@{organisation.code}.example",
        ),
        is_default=True,
        actor=Actor.system(),
        now=now,
    )
    return title.public_id


def _uscc(place: int) -> str:
    body = f"91110109MA9{place:05d}"
    body += organisation_check_character(body[8:16])
    return body + check_character(body)


def _ask(stage: Stage, code: str, *, title: dict[str, UUID], now: datetime) -> queries.EInvoice:
    tenant_id = stage.tenant_ids[code]
    (bill, *_others) = queries.open_bills(tenant_id=tenant_id)
    return operations.request_einvoice(
        wish=operations.Wish(
            tenant_id=tenant_id,
            invoice_ids=[bill.public_id],
            kind="ordinary",
            title_id=title[code],
            remarks="智能算力服务",
        ),
        actor=Actor.system(),
        now=now,
    )


def _answer(einvoice: queries.EInvoice, *, by: Actor, now: datetime, **said: str) -> None:
    operations.record_answer(
        issuer_ids=None,
        answer=operations.Answer(
            document_no=einvoice.document_no,
            issued_on=now.date() if "number" in said else None,
            **said,
        ),
        actor=by,
        now=now,
    )
