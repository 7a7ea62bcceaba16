"""The title book (抬头簿): entries with versions, of which one is what is offered first."""

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from accounts.uscc import check_uscc
from compute_billing.einvoices.locks import lock_titles
from compute_billing.einvoices.models import NAME_LENGTH_MAX, InvoiceTitle, InvoiceTitleVersion
from kernel.audit import Actor, record
from kernel.errors import DomainError
from kernel.transactions import transaction, transaction_required
from kernel.worlds import is_sandbox

TITLES_MAX: Final = 100
# An issuer opens the file of titles in a spreadsheet; a phone number may begin with a plus.
FORMULA_SIGNS: Final = ("=", "+", "-", "@")
_ABROAD: Final = re.compile(r"\+[0-9][0-9 -]*")
LENGTHS: Final = {"address": 200, "phone": 50, "bank": 100, "bank_account": 64, "mobile": 20}


class UnknownTitle(DomainError):
    """The organisation has no such title in use."""

    code = "unknown_invoice_title"


class UnableToKeepTitle(DomainError):
    """A title without a name, too long a text, too many titles, or one of a sandbox."""

    code = "unable_to_keep_title"


@dataclass(frozen=True, slots=True, kw_only=True)
class TitleSaid:
    """What a title says. Without a code it serves for 普通发票 alone."""

    name: str
    uscc: str = ""
    address: str = ""
    phone: str = ""
    bank: str = ""
    bank_account: str = ""
    email: str = ""
    mobile: str = ""


def add_title(
    *, tenant_id: int, said: TitleSaid, is_default: bool, actor: Actor, now: datetime
) -> InvoiceTitle:
    """Write a title down; the first one of a book is its default.

    Raises:
        UnableToKeepTitle: it has no name, is too long, or of a sandbox; or the book is full.
        MalformedUscc: the credit code is wrong.
    """
    checked = _checked(said)
    if is_sandbox(tenant_id):
        message = "A sandbox gets no invoices: keep titles in the organisation itself."
        raise UnableToKeepTitle(message)
    with transaction():
        book = [title for title in lock_titles(tenant_id=tenant_id) if title.retired_at is None]
        if len(book) >= TITLES_MAX:
            message = f"A book holds {TITLES_MAX} titles: retire some."
            raise UnableToKeepTitle(message)
        is_default = is_default or not any(title.is_default for title in book)
        if is_default:
            InvoiceTitle.objects.filter(tenant_id=tenant_id).update(is_default=False)
        title = InvoiceTitle.objects.create(
            tenant_id=tenant_id, is_default=is_default, added_at=now
        )
        _append(title, checked, version=1, actor=actor, now=now)
    return title


def change_title(
    *, tenant_id: int, title_id: UUID, said: TitleSaid, actor: Actor, now: datetime
) -> InvoiceTitle:
    """Let a title say something else from now on; what was requested with it stays as it was.

    Raises:
        UnknownTitle: there is none in use.
        UnableToKeepTitle: it has no name, or is too long.
        MalformedUscc: the credit code is wrong.
    """
    checked = _checked(said)
    with transaction():
        title = _locked(tenant_id, title_id)
        last = title.versions.order_by("-version").first()
        if last is None or {name: getattr(last, name) for name in checked} != checked:
            version = 1 if last is None else last.version + 1
            _append(title, checked, version=version, actor=actor, now=now)
    return title


def make_default(*, tenant_id: int, title_id: UUID, actor: Actor, now: datetime) -> InvoiceTitle:
    """Offer a title first.

    Raises:
        UnknownTitle: there is none in use.
    """
    with transaction():
        title = _locked(tenant_id, title_id)
        InvoiceTitle.objects.filter(tenant_id=tenant_id).update(is_default=False)
        title.is_default = True
        title.save(update_fields=["is_default"])
        _note("einvoices.default_title", title, actor=actor, now=now)
    return title


def retire_title(*, tenant_id: int, title_id: UUID, actor: Actor, now: datetime) -> InvoiceTitle:
    """Take a title out of use.

    Raises:
        UnknownTitle: there is none in use.
    """
    with transaction():
        title = _locked(tenant_id, title_id)
        title.is_default, title.retired_at = False, now
        title.save(update_fields=["is_default", "retired_at"])
        _note("einvoices.retire_title", title, actor=actor, now=now)
    return title


@transaction_required
def _locked(tenant_id: int, title_id: UUID) -> InvoiceTitle:
    for title in lock_titles(tenant_id=tenant_id):
        if title.public_id == title_id and title.retired_at is None:
            return title
    message = "You have no such title in use."
    raise UnknownTitle(message)


@transaction_required
def _append(
    title: InvoiceTitle, said: dict[str, Any], *, version: int, actor: Actor, now: datetime
) -> None:
    InvoiceTitleVersion.objects.create(title=title, version=version, made_at=now, **said)
    _note("einvoices.write_title", title, actor=actor, now=now, version=version)


@transaction_required
def _note(action: str, title: InvoiceTitle, *, actor: Actor, now: datetime, **detail: int) -> None:
    record(
        actor=actor,
        organisation_id=title.tenant_id,
        action=action,
        object_type="invoice_title",
        object_id=str(title.public_id),
        detail=detail,
        now=now,
    )


def _checked(said: TitleSaid) -> dict[str, Any]:
    texts = {name: " ".join(str(text).split()) for name, text in asdict(said).items()}
    if not texts["name"] or len(texts["name"]) > NAME_LENGTH_MAX:
        message = f"A title has a name of up to {NAME_LENGTH_MAX} characters."
        raise UnableToKeepTitle(message, details={"field": "name"})
    for name, longest in LENGTHS.items():
        if len(texts[name]) > longest:
            message = f"{name} has more than {longest} characters."
            raise UnableToKeepTitle(message, details={"field": name})
    for name, text in texts.items():
        if text.startswith(FORMULA_SIGNS) and not _ABROAD.fullmatch(text):
            message = f"{name} begins like a formula of a spreadsheet: begin it with a letter."
            raise UnableToKeepTitle(message, details={"field": name})
    texts["uscc"] = check_uscc(texts["uscc"]) if texts["uscc"] else ""
    return texts
