"""Funds and their burn: every fen of a fund is somewhere, and the pace says until when it lasts."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from compute_billing.rating import operations as rating
from compute_billing.subsidies.burn import AwardPhase, awards_of_fund, fund, funds
from compute_billing.subsidies.models import Award
from compute_billing.subsidies.queries import SubsidyNotFound
from tests.builders.invoices import make_correction, make_use
from tests.builders.market import YUAN, Market, make_market

pytestmark = pytest.mark.django_db
# The market books at noon in Beijing of the 20th of November.
LATER = datetime(2026, 12, 5, 4, tzinfo=UTC)


def make_drawn_fund() -> Market:
    """Let a tenant draw 1.215 yuan of a cap of 10, from a fund of 100."""
    market = make_market()
    market.add_tenant("one", paid_yuan=100)
    market.award("one", fund=market.fund(yuan=100), rate_ppm=500_000, cap_yuan=10)
    make_use(market, "one")
    return market


def test_every_fen_of_a_fund_is_somewhere():
    make_drawn_fund()

    (state,) = funds(now=LATER)

    assert state.appropriated == 100 * YUAN == state.left_in_fund + state.awarded
    assert state.awarded == 10 * YUAN == state.drawn + state.reserved + state.lapsed
    assert (state.drawn, state.reserved, state.lapsed) == (1_215_000, 8_785_000, 0)
    assert [(month.month, month.drawn) for month in state.months] == [
        (date(2026, 11, 1), 1_215_000)
    ]


def test_what_an_ended_award_has_not_given_is_not_reserved_any_more():
    make_drawn_fund()

    (state,) = funds(now=datetime(2030, 1, 1, tzinfo=UTC))

    assert (state.reserved, state.lapsed) == (0, 8_785_000)
    assert state.still_to_draw == 90 * YUAN


def test_what_a_correction_gives_back_is_taken_off_the_month():
    market = make_drawn_fund()
    used = make_use(market, "one")
    make_correction(market, "one", corrects=used)

    (state,) = funds(now=LATER)

    assert state.drawn == sum(month.drawn for month in state.months) == 1_215_000


def test_the_last_day_is_reckoned_at_the_pace_of_the_latest_month():
    make_drawn_fund()

    (state,) = funds(now=LATER)

    # 1.215 yuan in 30 days; 98.785 yuan are left: 2,439 days
    assert state.exhausted_on(now=LATER) == (LATER + timedelta(days=2_439)).date()
    running = funds(now=datetime(2026, 11, 20, 16, tzinfo=UTC))[0]
    assert running.pace.seconds == 20 * 86_400, "of a running month the days so far count"


def test_a_fund_that_nobody_draws_on_lasts():
    market = make_market()
    market.fund(yuan=5)

    (state,) = funds(now=LATER)

    assert (state.pace, state.exhausted_on(now=LATER), state.awards) == (None, None, 0)


@pytest.mark.parametrize(
    ("change", "phase"),
    [
        ({}, AwardPhase.RUNNING),
        ({"ends_at": LATER}, AwardPhase.ENDED),
        ({"starts_at": LATER + timedelta(seconds=1)}, AwardPhase.AHEAD),
    ],
)
def test_an_award_says_whether_it_gives(change, phase):
    market = make_drawn_fund()
    Award.objects.update(**change)

    (line,) = awards_of_fund(fund_id=funds(now=LATER)[0].fund_id, now=LATER)

    assert line.phase is phase
    assert (line.tenant_code, line.granted, line.left) == (
        *(market.tenants["one"].code, 1_215_000, 8_785_000),
    )


def test_an_award_that_gave_all_is_exhausted():
    market = make_market()
    market.add_tenant("one", paid_yuan=100)
    market.award("one", fund=market.fund(yuan=100), rate_ppm=500_000, cap_yuan=1)
    make_use(market, "one")

    (line,) = awards_of_fund(fund_id=funds(now=LATER)[0].fund_id, now=LATER)

    assert (line.phase, line.left) == (AwardPhase.EXHAUSTED, 0)


def test_a_fund_is_named_by_programme_level_and_year():
    market = make_drawn_fund()
    (state,) = funds(now=LATER)
    del market

    named = fund(programme=state.programme, level="city", budget_year=2026, now=LATER)

    assert named == state
    with pytest.raises(SubsidyNotFound):
        fund(programme=state.programme, level="district", budget_year=2026, now=LATER)


def test_all_funds_take_two_queries():
    for _ in range(3):
        make_drawn_fund()
    list(rating.rate_all(now=LATER))
    with CaptureQueriesContext(connection) as captured:
        assert len(funds(now=LATER)) == 3
    assert len(captured) == 2
