"""The card time of an order: a lot for each natural month, so that what is not used is not saved.

The cards are the tenant's for the time, and a month's time ends with the month.
"""

from datetime import datetime
from typing import Final

from compute_billing.ledger.accounts import account
from compute_billing.ledger.lots import Grant, LotScope, fill_lot
from compute_billing.ledger.posting import post
from compute_billing.ledger.transfers import Transfer
from compute_billing.packages.days import first_instant, milliseconds_between
from compute_billing.packages.locks import ROOM
from compute_billing.packages.models import PackageChange, PackageOrder, PackagePiece
from compute_billing.packages.proration import Piece, pieces
from kernel.errors import DomainError
from kernel.periods import month_text
from kernel.quantities import MILLI_PER_CARD
from kernel.sql import rows, statement
from kernel.transactions import transaction_required

STAGE: Final = "in_kind"


class PackageUsedAlready(DomainError):
    """More of the month's card time was used than the fewer cards would have given."""

    code = "package_used_already"


@transaction_required
def grant_card_time(*, order: PackageOrder, change: PackageChange, now: datetime) -> None:
    """Grant the lots of a change that gave cards, one for each natural month of it."""
    unit = order.meter.unit
    granted = account(
        owner_kind="operator", owner_id=order.operator_id, kind="card_time_granted", unit=unit
    )
    for piece in pieces(change.starts_on, change.ends_on):
        grant = Grant(
            tenant_id=order.tenant_id,
            operator_id=order.operator_id,
            stage=STAGE,
            quantity=_quantity(change, piece),
            unit=unit,
            scope=LotScope(cluster_id=order.cluster_id, meter_id=order.meter_id),
            starts_at=first_instant(piece.starts_on),
            expires_at=first_instant(piece.ends_on),
            funded_by=f"package:{order.number}",
            transaction_kind="in_kind_grant",
            reference=_reference(order, change, piece),
        )
        lot = fill_lot(grant, source_id=granted, occurred_at=now, now=now)
        _keep(change, piece, account_id=lot.account_id, quantity=lot.granted)


@transaction_required
def take_card_time_back(*, order: PackageOrder, change: PackageChange, now: datetime) -> None:
    """Take the card time of the cards that are given back out of their lots.

    Raises:
        PackageUsedAlready: in a month more was used than the fewer cards would have given.
    """
    unit = order.meter.unit
    granted = account(
        owner_kind="operator", owner_id=order.operator_id, kind="card_time_granted", unit=unit
    )
    for piece in pieces(change.starts_on, change.ends_on):
        missing = _quantity(change, piece)
        transfers = []
        for lot in rows(
            statement(ROOM, "lots_of_month.sql"), term_id=change.term_id, month=piece.month
        ):
            part = min(lot["available"], missing)
            if part > 0:
                transfers.append(Transfer(lot["account_id"], granted, unit, part))
                missing -= part
        if missing > 0:
            raise _used_already(piece)
        post(
            kind="package_return",
            reference=_reference(order, change, piece),
            occurred_at=now,
            now=now,
            transfers=transfers,
        )
        for transfer in transfers:
            _keep(change, piece, account_id=transfer.source, quantity=-transfer.amount)


def _used_already(piece: Piece) -> PackageUsedAlready:
    month = month_text(piece.month)
    message = (
        f"In {month} more card time was used, or is held, than the fewer cards would have given: "
        "give back fewer, or wait for the month to end."
    )
    return PackageUsedAlready(message, details={"month": month})


def _quantity(change: PackageChange, piece: Piece) -> int:
    cards = abs(change.cards_after - change.cards_before)
    span = milliseconds_between(first_instant(piece.starts_on), first_instant(piece.ends_on))
    return cards * MILLI_PER_CARD * span


def _reference(order: PackageOrder, change: PackageChange, piece: Piece) -> str:
    return f"{order.number}:{change.act_no}:{change.term_id}:{month_text(piece.month)}"


@transaction_required
def _keep(change: PackageChange, piece: Piece, *, account_id: int, quantity: int) -> None:
    PackagePiece.objects.create(
        change=change,
        month=piece.month,
        account_id=account_id,
        starts_at=first_instant(piece.starts_on),
        ends_at=first_instant(piece.ends_on),
        quantity=quantity,
    )
