"""Room of caps: promised under lock when a decision is made, then paid, or given back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from compute_billing.subsidies.cap_keys import CapKey
from compute_billing.subsidies.cap_models import CapCounter, CapReservation
from compute_billing.subsidies.locks import lock_cap_counter, lock_reservations
from kernel.errors import DomainError
from kernel.transactions import transaction_required


class CapExhausted(DomainError):
    """A cap has less room left than the amount."""

    code = "cap_exhausted"


class UnableToDrawOnCap(DomainError):
    """More would be paid or given back than was promised."""

    code = "unable_to_draw_on_cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapDraw:
    """A cap and how high it is for this decision, in micro-yuan."""

    key: CapKey
    cap: int


@transaction_required
def reserve_caps(
    *, draws: Sequence[CapDraw], amount_micro: int, reference: str, now: datetime
) -> None:
    """Promise an amount on each of these caps, or on none; counters are locked in one order.

    Raises:
        CapExhausted: one of them has less room; the message says how much.
    """
    for draw in sorted(draws, key=lambda each: each.key):
        counter = lock_cap_counter(key=draw.key, cap=draw.cap)
        left = draw.cap - counter.reserved - counter.paid
        if left < amount_micro:
            message = (
                f"The cap {draw.key.cap_name} has {max(left, 0)} micro-yuan left, "
                f"not {amount_micro}: propose at most that."
            )
            raise CapExhausted(message, details={"cap": draw.key.cap_name, "left": max(left, 0)})
        CapCounter.objects.filter(pk=counter.pk).update(
            reserved=F("reserved") + amount_micro, cap=draw.cap
        )
        CapReservation.objects.create(
            counter=counter, reference=reference, amount=amount_micro, reserved_at=now
        )


@transaction_required
def release_caps(*, reference: str, amount_micro: int | None = None) -> None:
    """Give back what a decision promised and was not paid: all of it, or an amount.

    Raises:
        UnableToDrawOnCap: less is promised still.
    """
    for reservation in lock_reservations(reference):
        still = reservation.amount - reservation.paid - reservation.released
        back = still if amount_micro is None else amount_micro
        _refuse_more(back, still)
        CapReservation.objects.filter(pk=reservation.pk).update(released=F("released") + back)
        CapCounter.objects.filter(pk=reservation.counter_id).update(reserved=F("reserved") - back)


@transaction_required
def pay_caps(*, reference: str, amount_micro: int) -> None:
    """Count an amount as paid on each cap that a decision draws on; a negative one takes it back.

    Raises:
        UnableToDrawOnCap: more than is promised still, or taken back than was paid.
    """
    for reservation in lock_reservations(reference):
        still = reservation.amount - reservation.paid - reservation.released
        _refuse_more(amount_micro, still)
        _refuse_more(-amount_micro, reservation.paid)
        CapReservation.objects.filter(pk=reservation.pk).update(paid=F("paid") + amount_micro)
        CapCounter.objects.filter(pk=reservation.counter_id).update(
            reserved=F("reserved") - amount_micro, paid=F("paid") + amount_micro
        )


def _refuse_more(amount: int, still: int) -> None:
    if amount > still:
        message = f"{still} micro-yuan are left of this promise, not {amount}."
        raise UnableToDrawOnCap(message)


def cap_use(*, key: CapKey) -> tuple[int, int]:
    """Return what is reserved and what is paid of a cap, in micro-yuan."""
    found = CapCounter.objects.filter(
        programme=key.programme,
        cap_name=key.cap_name,
        subject_kind=key.subject_kind,
        subject_id=key.subject_id,
        year=key.year,
    ).values_list("reserved", "paid")
    return found.first() or (0, 0)


def counters_of(*, reference: str) -> list[CapReservation]:
    """Return what a decision draws on, with the counters as they are now."""
    return list(
        CapReservation.objects.filter(reference=reference)
        .select_related("counter")
        .order_by("counter_id")
    )
