"""The statement of a payout as a PDF: rendered on demand from entries that never change."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from compute_billing.payouts.models import Payout
from compute_billing.payouts.queries import (
    PayoutStatement,
    StatementPart,
    UnknownPayout,
    statement_of,
)
from kernel.capital_numerals import in_capitals
from kernel.periods import month_text
from kernel.printing import Parts, fen_text, parts
from kernel.rendering import LANGUAGES, rendered

__all__ = ["LANGUAGES", "PayoutDocument", "payout_document"]

FORM: Final = Path(__file__).parent / "forms" / "payout.typ"
PPM_PER_PERCENT: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PayoutDocument:
    """A PDF and what to call it."""

    name: str
    content: bytes


def payout_document(*, payout_id: UUID, payee_id: int | None, language: str) -> PayoutDocument:
    """Return what a payout consists of as a PDF in "zh" or "en"; without a payee anybody's.

    It says what was so when the payout was drawn up, so that it is the same bytes for ever; what
    became of it later stands on its page.

    Raises:
        UnknownPayout: there is none, or it is somebody else's.
    """
    found = statement_of(payout_id=payout_id, payee_id=payee_id)
    payout = found.payout
    if payout is None:
        raise UnknownPayout("There is no such payout.")
    return PayoutDocument(
        name=f"payout-{payout.number}-{language}.pdf",
        content=rendered(
            form=FORM, said=_said(found, payout, language=language), made_at=payout.held_at
        ),
    )


def _said(found: PayoutStatement, payout: Payout, *, language: str) -> dict[str, Any]:
    held_on = payout.held_at.astimezone(ZoneInfo(settings.BILLING_TIME_ZONE)).date()
    return {
        "language": language,
        "number": payout.number,
        "made_on": held_on.isoformat(),
        "document": str(payout.public_id),
        # The holder is the payee by its registered name, as it was when the account was approved.
        "payee": {
            "name": payout.account.holder,
            "uscc": payout.payee.organisation.uscc or "",
        },
        "account": f"{payout.account.bank} **** {payout.account.last_four}",
        "lines": [_line(part) for part in found.parts],
        "steps": list(_steps(found)),
        "beside": list(_beside(found)),
        "total": fen_text(payout.amount_fen),
        "capitals": in_capitals(payout.amount_fen),
    }


def _line(part: StatementPart) -> dict[str, Any]:
    whole, rest = divmod(part.commission_ppm, PPM_PER_PERCENT)
    percent = f"{whole}.{rest:04d}".rstrip("0").rstrip(".")
    return {
        "kind": part.kind,
        "month": month_text(part.month),
        "cluster": part.cluster_name or "",
        "meter": part.meter or "",
        "rate": f"{percent}%",
        "earned": parts(part.amount),
        "commission": parts(part.commission),
        "tax": parts(part.commission_tax),
    }


def _steps(found: PayoutStatement) -> Iterator[tuple[str, Parts]]:
    """Yield what leads from the opening to the closing: they add up."""
    yield "opening", parts(found.opening)
    yield "earned", parts(found.earned)
    yield "less_commission", parts(-found.commission)
    yield "less_tax", parts(-found.commission_tax)
    yield "came_back", parts(found.came_back)
    yield "paid_out", parts(-found.paid_out)
    yield "closing", parts(found.closing)


def _beside(found: PayoutStatement) -> Iterator[tuple[str, Parts]]:
    yield "kept_back", parts(found.kept_back)
    yield "let_go", parts(found.let_go)
    yield "netted", parts(found.netted)
    yield "payable", parts(found.closing_payable)
    yield "reserve", parts(found.closing_reserve)
    yield "debt", parts(found.closing_debt)
