"""Reminders of what is due: by level, once, not of what is disputed, paid, small or paused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError

from accounts.models import Notification
from accounts.permissions import Staff
from compute_billing.ledger.queries import wallet_state
from compute_billing.receivables import operations
from compute_billing.receivables.models import DunningNotice, DunningPause, DunningStep
from compute_billing.receivables.operations import UnableToPauseDunning, UnableToStopSpending
from compute_billing.receivables.queries import Receivable
from kernel.models import OutboxEvent
from tests.builders.accounts import make_staff, make_user
from tests.builders.disputes import dispute_use
from tests.builders.invoices import close, make_use
from tests.builders.market import PRICE_MICRO, YUAN, Market
from tests.builders.receivables import CODE, ISSUED, items, on_credit, pay_in, tenant_of

pytestmark = pytest.mark.django_db

# The bill of 2 November is due on Wednesday, 2 December 2026.
AHEAD = datetime(2026, 11, 30, 2, tzinfo=UTC)
ON_THE_DAY = datetime(2026, 12, 2, 2, tzinfo=UTC)
A_WEEK_LATER = datetime(2026, 12, 9, 2, tzinfo=UTC)
A_MONTH_LATER = datetime(2027, 1, 4, 2, tzinfo=UTC)


@pytest.fixture
def market() -> Market:
    """Return a market whose tenant has a bill of ten card-hours, 24.30 yuan, on credit."""
    market = on_credit()
    make_use(market, CODE, duration=timedelta(hours=10))
    close(market, CODE, now=ISSUED)
    return market


def told() -> list[tuple[date, int, int]]:
    """Return day, level and amount of each reminder."""
    return list(DunningNotice.objects.order_by("day").values_list("day", "level", "amount"))


def whose(market: Market) -> dict[str, int]:
    return {"tenant_id": tenant_of(market).pk, "operator_id": market.operator.pk}


def test_each_level_is_told_once_on_its_working_day(market: Market) -> None:
    # When it is looked at three times on each of the days, and on days between
    for now in (ISSUED, AHEAD, ON_THE_DAY, A_WEEK_LATER, A_MONTH_LATER):
        for hour in range(3):
            operations.dun(now=now + timedelta(hours=hour))
            operations.dun(now=now + timedelta(days=1, hours=hour))

    # Then three days before (a Sunday, so on Monday), on the day, a week and a month later
    assert told() == [
        (date(2026, 11, 30), 1, 24_300_000),
        (date(2026, 12, 2), 2, 24_300_000),
        (date(2026, 12, 9), 3, 24_300_000),
        (date(2027, 1, 4), 5, 24_300_000),
    ]
    assert OutboxEvent.objects.filter(kind="payment.due").count() == 4
    event = OutboxEvent.objects.filter(kind="payment.due").latest("id").payload
    assert (event["level"], event["due_on"], event["items"]) == (5, "2026-12-02", 1)


def test_the_database_refuses_a_level_twice(market: Market) -> None:
    operations.dun(now=ON_THE_DAY)
    step = DunningStep.objects.get()

    with pytest.raises(IntegrityError, match="dunning_step_once"):
        DunningStep.objects.create(
            notice_id=step.notice_id,
            tenant_id=step.tenant_id,
            operator_id=step.operator_id,
            item=step.item,
            level=step.level,
            due_on=step.due_on,
            open=1,
        )


def test_what_was_missed_is_told_at_the_level_that_is_reached(market: Market) -> None:
    operations.dun(now=A_WEEK_LATER)

    assert [level for _, level, _ in told()] == [3]


def test_what_is_paid_is_not_asked_for(market: Market) -> None:
    pay_in(market, micro=24_300_000, reference="all", now=ON_THE_DAY)

    assert operations.dun(now=A_WEEK_LATER).notices == 0


def test_what_is_left_of_a_part_payment_is_asked_for(market: Market) -> None:
    pay_in(market, micro=20 * YUAN, reference="part", now=ON_THE_DAY)

    operations.dun(now=A_WEEK_LATER)

    assert told() == [(date(2026, 12, 9), 3, 4_300_000)]


def test_less_than_a_yuan_is_not_asked_for(market: Market) -> None:
    pay_in(market, micro=23_300_001, reference="nearly", now=ON_THE_DAY)
    assert items(market)[0].open == 999_999

    assert operations.dun(now=A_WEEK_LATER).notices == 0


def test_what_is_disputed_is_not_asked_for() -> None:
    # Given a bill of two hours, of which one is disputed
    market = on_credit()
    used = make_use(market, CODE)
    make_use(market, CODE)
    close(market, CODE, now=ISSUED)
    dispute_use(market, tenant_of(market), external_id=used)

    operations.dun(now=A_WEEK_LATER)

    notice = DunningNotice.objects.get()
    assert (notice.amount, notice.disputed) == (PRICE_MICRO, PRICE_MICRO)


def test_asking_rests_until_the_day_and_for_a_reason(market: Market) -> None:
    user = make_user().pk
    with pytest.raises(UnableToPauseDunning):
        operations.pause_dunning(
            **whose(market), until=date(2026, 12, 9), reason=" ", user_id=user, now=ON_THE_DAY
        )
    operations.pause_dunning(
        **whose(market), until=date(2026, 12, 9), reason="paid soon", user_id=user, now=ON_THE_DAY
    )
    with pytest.raises(UnableToPauseDunning):
        operations.pause_dunning(
            **whose(market), until=date(2026, 12, 9), reason="x", user_id=user, now=ON_THE_DAY
        )

    assert operations.dun(now=A_WEEK_LATER).notices == 0
    assert operations.dun(now=A_WEEK_LATER + timedelta(days=1)).notices == 1


def test_an_ended_rest_is_over_at_once(market: Market) -> None:
    user = make_user().pk
    operations.pause_dunning(
        **whose(market), until=date(2027, 1, 1), reason="talks", user_id=user, now=ON_THE_DAY
    )
    operations.end_pause(**whose(market), user_id=user, now=ON_THE_DAY)

    assert operations.dun(now=A_WEEK_LATER).notices == 1
    assert DunningPause.objects.get().ended_at == ON_THE_DAY


def test_spending_is_stopped_by_a_person_after_the_last_level_only(market: Market) -> None:
    finance = make_staff(role=Staff.FINANCE)
    act = {**whose(market), "user_id": finance.pk}
    operations.dun(now=A_WEEK_LATER)
    with pytest.raises(UnableToStopSpending):
        operations.stop_spending(**act, now=A_WEEK_LATER)

    # When the last level is reached, finance is told and decides
    operations.dun(now=A_MONTH_LATER)
    assert wallet_state(tenant_id=act["tenant_id"]).paused_reason == ""
    assert Notification.objects.filter(user=finance, kind="payment_long_overdue").count() == 1
    operations.stop_spending(**act, now=A_MONTH_LATER)
    assert wallet_state(tenant_id=act["tenant_id"]).paused_reason == "overdue"

    # Then a payment of all lets it go on with the next look, at what is not owed any more
    pay_in(market, micro=24_300_000, reference="all", now=A_MONTH_LATER)
    operations.dun(now=A_MONTH_LATER + timedelta(hours=1))
    assert wallet_state(tenant_id=act["tenant_id"]).paused_reason == ""


def test_one_bad_tenant_stops_no_other(market: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    # Given a tenant whose account cannot be read
    on_credit(market=market, code="beta")
    make_use(market, "beta")
    close(market, "beta", now=ISSUED)
    bad, good = (debtor.pk for debtor in operations.debtors())
    real = operations.receivables_of

    def receivables_of(*, tenant_id: int) -> list[Receivable]:
        if tenant_id == bad:
            message = "unreadable"
            raise LookupError(message)
        return real(tenant_id=tenant_id)

    monkeypatch.setattr(operations, "receivables_of", receivables_of)

    done = operations.dun(now=A_WEEK_LATER)

    assert (done.notices, list(done.failed)) == (1, [bad])
    assert DunningNotice.objects.get().tenant_id == good


def test_everybody_is_asked_however_many_owe(market: Market) -> None:
    # Given three who owe, and pages of two
    for code in ("beta", "gamma"):
        on_credit(market=market, code=code)
        make_use(market, code)
        close(market, code, now=ISSUED)
    # When the run reads them page by page
    done = operations.dun(now=ON_THE_DAY, page_size=2)
    # Then all three are asked, each once
    assert (done.notices, list(done.failed)) == (3, [])
    assert operations.dun(now=ON_THE_DAY, page_size=1).notices == 0


def test_levels_have_the_days_that_are_set(market: Market, settings) -> None:
    # Given levels a week later than is usual, of which the second has come
    settings.DUNNING_DAYS = (0, 7, 14, 21, 37)
    operations.dun(now=A_WEEK_LATER)
    # When they are set back to what is usual
    settings.DUNNING_DAYS = (-3, 0, 7, 15, 30)
    operations.dun(now=A_WEEK_LATER + timedelta(days=1))
    # Then the level that was reached meanwhile is told, and none twice
    assert told() == [
        (date(2026, 12, 9), 2, 24_300_000),
        (date(2026, 12, 10), 3, 24_300_000),
    ]


@pytest.mark.parametrize(
    ("now", "notices"),
    [
        (datetime(2026, 12, 2, 0, 59, tzinfo=UTC), 0),
        (datetime(2026, 12, 2, 1, 0, tzinfo=UTC), 1),
        (datetime(2026, 12, 5, 2, 0, tzinfo=UTC), 0),
    ],
    ids=["before nine", "at nine", "on a Saturday"],
)
def test_reminders_keep_office_hours(market: Market, now: datetime, notices: int) -> None:
    assert operations.dun_by_the_clock(now=now).notices == notices
