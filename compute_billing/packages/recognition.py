"""What of a package's money a month has earned.

At a month's end so much waits as the rest of the terms is worth then, by the same factor that an
early end would give back; all else is earned. So whatever is given back is still there, and a
package that is over has earned all that it kept.
"""

from datetime import date, datetime

from compute_billing.ledger.accounts import account
from compute_billing.ledger.locks import lock_wallet
from compute_billing.ledger.models import CNY
from compute_billing.ledger.posting import post
from compute_billing.ledger.transfers import Transfer
from compute_billing.packages.locks import ROOM
from compute_billing.packages.models import PackageChange, PackageOrder, PackageRecognition
from compute_billing.packages.proration import left_of
from compute_billing.packages.quoting import held_term
from kernel.periods import month_after, month_text
from kernel.queries import billing_month
from kernel.sql import rows, statement
from kernel.transactions import transaction, transaction_required


def recognise_month(*, month: date, now: datetime) -> int:
    """Recognise a month that is over for every package that it lacks; return for how many.

    Months before it are recognised first. Each package is a transaction of its own, and a month
    is recognised once.
    """
    if billing_month(month=month).ends_at > now:
        return 0
    due = rows(statement(ROOM, "unrecognised.sql"), month=month, month_end=month_after(month))
    for line in due:
        recognise(order_id=line["order_id"], month=line["month"], now=now)
    return len(due)


def recognise(*, order_id: int, month: date, now: datetime) -> int:
    """Recognise what one package has earned in a month that is over; return it in micro-yuan.

    Once is enough: a month that is recognised earns nothing again.
    """
    with transaction():
        order = PackageOrder.objects.get(pk=order_id)
        lock_wallet(order.tenant_id)
        if PackageRecognition.objects.filter(order=order, month=month).exists():
            return 0
        earned = max(_earned_until(order, month=month) - _recognised(order), 0)
        transaction_id = None
        if earned:
            revenue = account(
                owner_kind="operator", owner_id=order.operator_id, kind="package_revenue"
            )
            transaction_id = post(
                kind="package_earned",
                reference=f"{order.number}:{month_text(month)}",
                occurred_at=billing_month(month=month).ends_at,
                now=now,
                transfers=[Transfer(order.account_id, revenue, CNY, earned)],
            )
        PackageRecognition.objects.create(
            order=order,
            month=month,
            amount_micro=earned,
            transaction_id=transaction_id,
            recognised_at=now,
        )
        return earned


@transaction_required
def _recognised(order: PackageOrder) -> int:
    amounts = PackageRecognition.objects.filter(order=order).values_list("amount_micro", flat=True)
    return sum(amounts)


@transaction_required
def _earned_until(order: PackageOrder, *, month: date) -> int:
    """Return what is earned when a month ends: what was paid less what the rest is worth.

    Only what was done before the month's end counts, so that a late recognition is the same.
    """
    ends_at = billing_month(month=month).ends_at
    done = PackageChange.objects.filter(order=order, made_at__lt=ends_at).select_related("term")
    cards: dict[int, int] = {}
    terms = {}
    paid = 0
    for change in done:
        terms[change.term_id] = held_term(change.term).term
        cards[change.term_id] = (
            cards.get(change.term_id, 0) + change.cards_after - change.cards_before
        )
        paid += change.amount_micro
    waits = sum(
        left_of(term, cards=cards[term_id], day=month_after(month))
        for term_id, term in terms.items()
    )
    return paid - waits
