"""Procurement references (高校采购): what a university or budget unit needs on a bill to pay it.

The newest version is named by each bill at its issue; what is changed later is for later bills.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Final

from compute_billing.invoices.models import Invoice
from compute_billing.invoices.procurement_models import ProcurementVersion
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.integrity import constraint_errors
from kernel.transactions import transaction

LENGTH_MAX: Final = 100
ACCEPTANCE_LENGTH_MAX: Final = 200
# In the words of e-invoices, whose readers are the buyer's accountants.
PRINTED: Final = {
    "purchase_order": "采购单号",
    "contract": "采购合同号",
    "fund": "经费号",
    "project": "课题号",
    "cost_centre": "成本中心",
    "contact": "联系处",
    "acceptance": "验收",
}


class UnableToKeepProcurement(DomainError):
    """A text is too long or of several lines."""

    code = "unable_to_keep_procurement"


class ProcurementChanged(DomainError):
    """They are not what the caller has read any more, or somebody else changed them just now."""

    code = "procurement_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Procurement:
    """References to print, each empty where there is none; `contact` is an office, no person."""

    purchase_order: str = ""
    contract: str = ""
    fund: str = ""
    project: str = ""
    cost_centre: str = ""
    contact: str = ""
    acceptance: str = ""

    @property
    def said(self) -> list[tuple[str, str]]:
        """Return what is not empty, by name, in the order in which it is printed."""
        return [(name, text) for name in PRINTED if (text := getattr(self, name))]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptProcurement:
    """What holds for a tenant's next bill; version 0 is that nothing was ever said."""

    version: int
    said: Procurement
    made_at: datetime | None


NAMES: Final = tuple(field.name for field in fields(Procurement))


def set_procurement(
    *,
    tenant_id: int,
    said: Procurement,
    user_id: int | None,
    actor: Actor,
    now: datetime,
    expected: int | None = None,
) -> KeptProcurement:
    """Let a tenant's bills say this from the next one on; the same again is no new version.

    With `expected` only where that is still the version; two at once never both change one.

    Raises:
        UnableToKeepProcurement: a text is too long.
        ProcurementChanged: somebody else changed them meanwhile.
    """
    checked = _checked(said)
    faster = ProcurementChanged("Somebody changed them meanwhile: read them again.")
    with transaction(), constraint_errors({"procurement_version": faster}):
        before = procurement_of(tenant_id=tenant_id)
        if expected not in (None, before.version):
            raise faster
        if before.said == checked:
            return before
        made = ProcurementVersion.objects.create(
            tenant_id=tenant_id,
            version=before.version + 1,
            made_by_id=user_id,
            made_at=now,
            **asdict(checked),
        )
        record(
            actor=actor,
            organisation_id=tenant_id,
            action="invoices.set_procurement",
            object_type="procurement",
            object_id=f"{tenant_id}:{made.version}",
            detail={"version": made.version, "fields": [name for name, _ in checked.said]},
            now=now,
        )
    return KeptProcurement(version=made.version, said=checked, made_at=now)


def procurement_of(*, tenant_id: int) -> KeptProcurement:
    """Return what holds for a tenant's next bill."""
    found = ProcurementVersion.objects.filter(tenant_id=tenant_id).order_by("-version").first()
    if found is None:
        return KeptProcurement(version=0, said=Procurement(), made_at=None)
    return KeptProcurement(version=found.version, said=_said(found), made_at=found.made_at)


def procurement_on(bill: Invoice) -> Procurement | None:
    """Return what a bill says of its buyer's purchase, or None."""
    said = None if bill.procurement is None else _said(bill.procurement)
    return said if said is not None and said.said else None


def _said(version: ProcurementVersion) -> Procurement:
    return Procurement(**{name: getattr(version, name) for name in NAMES})


def _checked(said: Procurement) -> Procurement:
    trimmed = {name: " ".join(text.split()) for name, text in asdict(said).items()}
    for name, text in trimmed.items():
        longest = ACCEPTANCE_LENGTH_MAX if name == "acceptance" else LENGTH_MAX
        if len(text) > longest:
            message = f"{name} has {len(text)} characters: at most {longest} fit on a bill."
            raise UnableToKeepProcurement(message, details={"field": name})
        if not text.isprintable():
            message = f"{name} has characters that cannot be printed."
            raise UnableToKeepProcurement(message, details={"field": name})
    return Procurement(**trimmed)


def remark_of(bills: Iterable[Invoice], *, longest: int) -> str:
    """Return what an e-invoice's remark says of its bills' purchases, whole texts that fit."""
    parts: list[str] = []
    for bill in bills:
        said = procurement_on(bill)
        for name, text in [] if said is None else said.said:
            part = f"{PRINTED[name]} {text}"
            if part not in parts and len("；".join([*parts, part])) <= longest:
                parts.append(part)
    return "；".join(parts)
