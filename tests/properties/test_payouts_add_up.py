"""Whatever happens to a payee's money, in any order: the sums of the statement are the ledger's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compute_billing.payouts import operations, queries
from compute_billing.payouts.models import Payout
from kernel.money import MICRO_PER_FEN, divide_half_up
from tests.builders.accounts import make_user
from tests.builders.payee import YUAN, Centre
from tests.builders.payouts import NOW, answer

pytestmark = pytest.mark.django_db

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("use"), st.integers(-40, 60).filter(bool)),
        st.tuples(st.just("accrue"), st.just(0)),
        st.tuples(st.sampled_from(["paid", "refused", "bounced", "withdrawn"]), st.just(0)),
        st.tuples(st.just("later"), st.integers(1, 20)),
    ),
    min_size=1,
    max_size=14,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, rate=st.integers(0, 400_000), reserve=st.sampled_from([0, 100_000, 333_333]))
def test_statements_add_up_to_the_ledger(
    steps: list[tuple[str, int]], rate: int, reserve: int
) -> None:
    # Given a payee, and whatever may happen to his money
    centre = Centre(commission_ppm=rate, reserve_ppm=reserve, reserve_days=15, schedule="weekly")
    centre.use(50)
    used, now = 50, NOW
    for step, number in steps:
        if step == "use" and used + number >= 0:
            centre.use(number)
            used += number
        elif step == "accrue":
            centre.accrue(now=now)
        elif step == "later":
            now += timedelta(days=number)
        elif step in {"paid", "refused", "bounced", "withdrawn"}:
            _pay(centre, step, now=now)

    # When all of it is taken up
    centre.accrue(now=now)
    stands = centre.stands()

    # Then commission is the rate of what was used, however it was sliced
    assert centre.balance("commission") == divide_half_up(used * YUAN * rate, 1_000_000)
    # And what was earned is his, kept by the house, or arrived
    arrived = sum(
        Payout.objects.filter(payee_id=centre.payee.pk, state="paid").values_list(
            "amount_fen", flat=True
        )
    )
    his = stands["payable"] + stands["reserve"] + stands["transit"] - stands["debt"]
    kept = centre.balance("commission") + centre.balance("commission_tax")
    assert his + kept + arrived * MICRO_PER_FEN == used * YUAN
    # And each statement begins where the one before it ended, and adds up
    opening = 0
    statements = [
        queries.statement_of(payout_id=payout.public_id, payee_id=centre.payee.pk)
        for payout in Payout.objects.filter(payee_id=centre.payee.pk).order_by("through_sequence")
    ]
    for told in [*statements, queries.open_statement(payee_id=centre.payee.pk)]:
        assert told.opening == opening
        moved = told.earned - told.commission - told.commission_tax
        assert told.opening + moved + told.came_back - told.paid_out == told.closing
        assert sum(part.amount for part in told.parts) == told.earned
        assert sum(part.commission for part in told.parts) == told.commission
        opening = told.closing


def _pay(centre: Centre, outcome: str, *, now) -> None:
    try:
        run = operations.propose_run(custody=centre.bank.custody, user_id=make_user().pk, now=now)
    except operations.NothingToPay:
        return
    if outcome == "withdrawn":
        operations.refuse_run(run_id=run.public_id, user_id=run.maker_id, now=now)
        return
    operations.approve_run(run_id=run.public_id, user_id=make_user().pk, now=now)
    for payout in run.payouts.all():
        line = f"{payout.number},{payout.amount_fen // 100}.{payout.amount_fen % 100:02d}"
        answer(run, f"{line},{'失败' if outcome == 'refused' else '成功'},,B", now=now)
        if outcome == "bounced":
            answer(run, f"{line},退汇,,B", now=now)
