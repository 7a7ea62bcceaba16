"""What waits is written into one file for the tax bureau: each request once, the bytes for good."""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from compute_billing.einvoices import data_file
from compute_billing.einvoices.locks import lock_requested
from compute_billing.einvoices.models import (
    Colour,
    EInvoice,
    EInvoiceFile,
    EInvoiceLine,
    Kind,
    State,
)
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.identifiers import uuid7
from kernel.transactions import transaction

CODES: Final = {Kind.SPECIAL: "81", Kind.ORDINARY: "82"}


class NothingToExport(DomainError):
    """No request of the issuer waits."""

    code = "nothing_to_export"


def export_einvoices(*, issuer_id: int, user_id: int, now: datetime) -> EInvoiceFile:
    """Write all requests of an issuer that wait into a file, red letters along with blue ones.

    Raises:
        NothingToExport: none waits; what was exported stands in its file.
    """
    with transaction():
        waiting = lock_requested(issuer_id=issuer_id)
        if not waiting:
            message = "Nothing waits: what was exported is in the files below."
            raise NothingToExport(message)
        public_id = uuid7()
        content = data_file.content_of(_entries(waiting), file_id=str(public_id))
        made = EInvoiceFile.objects.create(
            public_id=public_id,
            issuer_id=issuer_id,
            content=content,
            sha256=sha256(content.encode()).hexdigest(),
            einvoices=len(waiting),
            made_by_id=user_id,
            made_at=now,
        )
        EInvoice.objects.filter(pk__in=[one.pk for one in waiting]).update(
            state=State.EXPORTED, file=made
        )
        record(
            actor=Actor.user(user_id),
            organisation_id=issuer_id,
            action="einvoices.export",
            object_type="einvoice_file",
            object_id=str(public_id),
            detail={"einvoices": len(waiting), "sha256": made.sha256},
            now=now,
        )
    return made


def _entries(waiting: Iterable[EInvoice]) -> list[dict[str, Any]]:
    ids = [one.pk for one in waiting]
    found = EInvoice.objects.filter(pk__in=ids).select_related("title", "seller", "corrects")
    lines: dict[int, list[EInvoiceLine]] = {pk: [] for pk in ids}
    every = EInvoiceLine.objects.filter(einvoice_id__in=ids).select_related("item")
    for line in every.order_by("einvoice_id", "position"):
        lines[line.einvoice_id].append(line)
    return [
        data_file.entry(
            head=_head(one),
            lines=[
                _line(line, number=number, sign=_sign(one))
                for number, line in enumerate(
                    (line for line in lines[one.pk] if line.total_fen), start=1
                )
            ],
        )
        for one in found.order_by("pk")
    ]


def _sign(einvoice: EInvoice) -> int:
    return -1 if einvoice.colour == Colour.RED else 1


def _head(one: EInvoice) -> dict[str, str]:
    sign, seller = _sign(one), one.seller
    return {
        "单据号": one.document_no,
        "发票类型": "红字" if one.colour == Colour.RED else "蓝字",
        "票种代码": CODES[Kind(one.kind)],
        "购方名称": one.title.name,
        "购方纳税人识别号": one.title.uscc,
        "购方地址": one.title.address,
        "购方电话": one.title.phone,
        "购方开户行": one.title.bank,
        "购方账号": one.title.bank_account,
        "交付邮箱": one.title.email,
        "交付手机": one.title.mobile,
        "销方名称": one.issuer_name,
        "销方纳税人识别号": one.issuer_uscc,
        "销方地址": "" if seller is None else seller.address,
        "销方电话": "" if seller is None else seller.phone,
        "销方开户行": "" if seller is None else seller.bank,
        "销方账号": "" if seller is None else seller.bank_account,
        "备注": one.remarks,
        "合计金额": data_file.yuan(sign * one.amount_fen),
        "合计税额": data_file.yuan(sign * one.tax_fen),
        "价税合计": data_file.yuan(sign * one.total_fen),
        "对应蓝字发票号码": "" if one.corrects is None else one.corrects.number or "",
        "红字原因代码": one.reason,
        "红字确认单编号": one.confirmation_no,
    }


def _line(line: EInvoiceLine, *, number: int, sign: int) -> dict[str, str]:
    quantity = int(line.quantity)
    shown = data_file.quantity_text(quantity)
    return {
        "行号": str(number),
        "项目名称": line.item.name,
        "商品和服务税收编码": line.item.code,
        "规格型号": line.specification,
        "单位": data_file.UNIT if shown else "",
        "数量": f"-{shown}" if shown and sign < 0 else shown,
        "单价": data_file.price_text(amount_fen=line.amount_fen, quantity=quantity),
        "金额": data_file.yuan(sign * line.amount_fen),
        "税率": data_file.rate_text(line.rate_ppm),
        "税额": data_file.yuan(sign * line.tax_fen),
        "优惠政策标识": line.item.preference,
    }
