"""How issuers name what they sell under each tax class: decided by an accountant, never by code."""

import re
from datetime import datetime
from typing import Final

from compute_billing.einvoices.models import TaxItem
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.tax import rate_ppm
from kernel.transactions import transaction

_CODE: Final = re.compile(r"[0-9]{19}\Z")


class UnableToSetTaxItem(DomainError):
    """The code is malformed, the name is missing, or somebody else was faster."""

    code = "unable_to_set_tax_item"


def set_tax_item(
    *,
    issuer_id: int,
    tax_class: str,
    name: str,
    code: str,
    preference: str = "",
    actor: Actor,
    now: datetime,
) -> TaxItem:
    """Say under which 商品和服务税收编码 and 项目名称 an issuer sells what has a tax class.

    Holds for requests from now on.

    Raises:
        UnableToSetTaxItem: the code has not 19 digits, or the name is missing.
        UnableToTax: the class is unknown.
    """
    rate_ppm(tax_class)
    if not _CODE.match(code) or not name.strip():
        message = "A tax item has a name and a code of 19 digits."
        raise UnableToSetTaxItem(message)
    faster = UnableToSetTaxItem("Somebody changed it meanwhile: look again.")
    with transaction(), constraint_errors({"einvoice_item_version": faster}):
        of_class = TaxItem.objects.filter(issuer_id=issuer_id, tax_class=tax_class)
        last = of_class.order_by("-version").first()
        item = TaxItem.objects.create(
            issuer_id=issuer_id,
            tax_class=tax_class,
            version=1 if last is None else last.version + 1,
            name=name.strip(),
            code=code,
            preference=preference.strip(),
            made_at=now,
        )
        record(
            actor=actor,
            organisation_id=issuer_id,
            action="einvoices.set_item",
            object_type="tax_item",
            object_id=item.pk,
            detail={"tax_class": tax_class, "code": code, "version": item.version},
            now=now,
        )
    return item
