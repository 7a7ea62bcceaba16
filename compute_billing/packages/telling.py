"""What outsiders and the log of decisions are told of an act on a package."""

from datetime import datetime

from accounts.events.operations import emit
from accounts.events.vocabulary import PackageChanged
from compute_billing.packages.models import PackageOrder
from compute_billing.packages.planning import Plan
from kernel import audit
from kernel.audit import Actor
from kernel.money import Money
from kernel.transactions import transaction_required


@transaction_required
def tell_change(order: PackageOrder, kind: str, *, plan: Plan, actor: Actor, now: datetime) -> None:
    """Tell of a change in the transaction of it, and record who made it."""
    emit(
        PackageChanged(
            package=order.public_id,
            number=order.number,
            change=str(kind),
            cards=order.cards,
            ends_on=order.ends_on.isoformat(),
            amount=Money(plan.amount_micro),
        ),
        organisation_id=order.tenant_id,
        now=now,
    )
    record_act(f"packages.{kind}", order, plan=plan, actor=actor, now=now)


@transaction_required
def record_act(
    action: str, order: PackageOrder, *, plan: Plan, actor: Actor, now: datetime
) -> None:
    """Record an act on a package with the figures that it came to."""
    audit.record(
        action=action,
        object_type="package",
        object_id=order.pk,
        actor=actor,
        now=now,
        organisation_id=order.tenant_id,
        detail={
            "number": order.number,
            "cards": order.cards,
            "ends_on": order.ends_on.isoformat(),
            "amount_micro": plan.amount_micro,
            "fee_micro": plan.fee_micro,
        },
    )
