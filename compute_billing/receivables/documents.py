"""A tenant's account with an operator as a PDF, for both sides' accountants to compare."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from accounts.models import Organisation
from compute_billing.receivables.queries import account_statement
from compute_billing.receivables.statement import Entry, Side, Statement, midnight_after
from kernel.printing import parts
from kernel.rendering import LANGUAGES, rendered

__all__ = ["LANGUAGES", "AccountDocument", "account_document"]

FORM: Final = Path(__file__).parent / "forms" / "account.typ"
ALLOCATION: Final = "allocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDocument:
    """A PDF and what to call it."""

    name: str
    content: bytes


def account_document(
    *, tenant_id: int, operator_id: int, since: date, until: date, language: str
) -> AccountDocument:
    """Return the account from a day to a day, both included, as a PDF in "zh" or "en".

    Of days that are over it is the same bytes whenever it is asked for, as long as both keep
    their names.
    """
    account = account_statement(
        tenant_id=tenant_id, operator_id=operator_id, since=since, until=until
    )
    known = Organisation.objects.in_bulk([tenant_id, operator_id])
    said = _said(account, tenant=known[tenant_id], operator=known[operator_id], language=language)
    return AccountDocument(
        name=f"account-{known[tenant_id].code}-{since}-{until}-{language}.pdf",
        content=rendered(form=FORM, said=said, made_at=midnight_after(until)),
    )


def _said(
    account: Statement, *, tenant: Organisation, operator: Organisation, language: str
) -> dict[str, Any]:
    days = {"since": account.since.isoformat(), "until": account.until.isoformat()}
    return {
        "language": language,
        "number": f"{account.since} – {account.until}",
        "made_on": account.until.isoformat(),
        "document": f"{tenant.public_id} · {operator.public_id}",
        "tenant": _party(tenant),
        "operator": _party(operator),
        **days,
        "opening": _side(account.opening),
        "entries": [_entry(entry) for entry in account.entries],
        "closing": _side(account.closing),
    }


def _party(organisation: Organisation) -> dict[str, str]:
    return {"name": organisation.name, "uscc": organisation.uscc or ""}


def _side(side: Side) -> dict[str, Any]:
    return {
        "balance": parts(side.balance),
        "unbilled": parts(side.unbilled),
        "ledger": parts(side.ledger),
    }


def _entry(entry: Entry) -> dict[str, Any]:
    """Return a line; an allocation changes no balance, so that its amount stands in brackets."""
    day = entry.at.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()
    return {
        "day": day.isoformat(),
        "kind": entry.kind,
        "reference": entry.reference,
        "amount": None if entry.kind == ALLOCATION else parts(entry.amount),
        "allocated": parts(entry.allocated),
        "balance": parts(entry.balance),
    }
