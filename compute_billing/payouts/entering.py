"""Write a step of a payee's money: one posting and one entry, in its place behind the last."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import CNY
from compute_billing.ledger.transfers import Transfer
from compute_billing.payouts.models import EntryKind, Payee, PayeeEntry
from compute_billing.payouts.netting import Moves
from kernel.transactions import transaction_required

KINDS: Final = {
    EntryKind.EARNED: "payout_earned",
    EntryKind.RELEASED: "payout_reserve",
    EntryKind.HELD: "payout_held",
    EntryKind.PAID: "payout_paid",
    EntryKind.RETURNED: "payout_returned",
    EntryKind.BOUNCED: "payout_bounced",
    EntryKind.REVERSED: "payout_reversed",
}


@transaction_required
def payee_account(payee_id: int, kind: str, *, subject: str = "") -> int:
    """Return an account of a payee."""
    return ledger.account(owner_kind="operator", owner_id=payee_id, kind=kind, subject=subject)


@transaction_required
def standing(payee: Payee) -> dict[str, int]:
    """Return how a payee's money stands; the caller has locked him."""
    last = PayeeEntry.objects.filter(payee=payee, sequence=payee.sequence).first()
    names = ("payable", "reserve", "transit", "debt")
    return {name: 0 if last is None else getattr(last, f"{name}_after") for name in names}


@transaction_required
def enter(
    payee: Payee,
    *,
    kind: EntryKind,
    moves: Moves,
    now: datetime,
    outside: Sequence[tuple[int, int]] = (),
    **told: Any,
) -> PayeeEntry:
    """Post the moves and append the entry.

    `outside` says which accounts beyond the payee's own four gain how much by it.
    """
    before = standing(payee)
    own = {name: getattr(moves, name) for name in ("payable", "reserve", "transit")}
    gains = [(payee_account(payee.pk, f"payee_{name}"), gain) for name, gain in own.items()]
    gains.append((payee_account(payee.pk, "payee_debt"), -moves.debt))
    payee.sequence += 1
    transfers = _transfers([*outside, *gains])
    transaction_id = None
    if transfers:
        transaction_id = ledger.post(
            kind=KINDS[kind],
            reference=f"{payee.pk}:{payee.sequence}",
            occurred_at=now,
            now=now,
            transfers=transfers,
        )
    after = {f"{name}_after": amount + getattr(moves, name) for name, amount in before.items()}
    payee.save(update_fields=["sequence", "seen_to"])
    return PayeeEntry.objects.create(
        payee=payee,
        sequence=payee.sequence,
        kind=kind,
        recorded_at=now,
        transaction_id=transaction_id,
        payable=moves.payable,
        reserve=moves.reserve,
        transit=moves.transit,
        debt=moves.debt,
        **after,
        **told,
    )


def _transfers(gains: Sequence[tuple[int, int]]) -> list[Transfer]:
    """Pair accounts that lose with those that gain, in their order; together they are nothing."""
    losing = [[account, -gain] for account, gain in gains if gain < 0]
    transfers = []
    for account, gain in gains:
        wanted = max(gain, 0)
        while wanted > 0:
            source = losing[0]
            part = min(wanted, source[1])
            transfers.append(Transfer(source[0], account, CNY, part))
            wanted -= part
            source[1] -= part
            if source[1] == 0:
                losing.pop(0)
    return transfers
