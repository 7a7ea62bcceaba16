"""Slices, batches and retries change nothing: not a total, not a share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from compute_billing.ledger import operations as ledger
from kernel.sql import rows
from tests.builders.market import LONG_AGO, YUAN, Market, instant_ms, make_market

pytestmark = pytest.mark.django_db

# A month border of Shanghai lies inside the span of the jobs.
START = instant_ms(datetime(2026, 10, 31, 0, tzinfo=UTC))
DURATION_MS_MAX = 36 * 3_600_000

jobs = st.lists(
    st.tuples(
        st.integers(0, 3_600_000),
        st.integers(1, DURATION_MS_MAX),
        st.sampled_from([220, 1000, 8000, 128_000]),
    ),
    min_size=1,
    max_size=6,
)


@contextmanager
def _undone() -> Iterator[None]:
    """Roll back at the end; like a test case's own block, it does not count as a transaction."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def _open(price_micro: int) -> Market:
    market = make_market(price_micro=price_micro)
    tenant = market.add_tenant("acme", paid_yuan=700)
    ledger.grant_in_kind_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        quantity=1_234_567_891,
        scope=ledger.LotScope(meter_id=market.meter.pk),
        reference="teaching",
        now=LONG_AGO,
    )
    ledger.grant_promotion_lot(
        tenant_id=tenant.pk,
        operator_id=market.operator.pk,
        amount_micro=3_333_333,
        reference="welcome",
        now=LONG_AGO,
    )
    market.award("acme", fund=market.fund(yuan=1000), rate_ppm=333_333, cap_yuan=100)
    return market


def _sliced(job: tuple[int, int, int], cuts: list[int]) -> list[dict[str, int]]:
    offset, duration, milli_cards = job
    borders = sorted({0, duration, *(cut % duration for cut in cuts)})
    return [
        {
            "milli_cards": milli_cards,
            "started_ms": START + offset + first,
            "ended_ms": START + offset + last,
        }
        for first, last in pairwise(borders)
    ]


def _books(price_micro: int, records: list[dict[str, int]], limit: int) -> list[dict[str, object]]:
    """Rate the records in batches of `limit` in a market of its own and read the shares."""
    with _undone():
        market = _open(price_micro)
        market.report(*[{"account": "acme", **record} for record in records])
        market.rate(limit=limit)
        return rows(
            "SELECT c.usage_month, s.payer_kind, sum(s.amount)::bigint AS amount"
            " FROM rating_charge c JOIN rating_charge_share s USING (tenant_id, recorded_month)"
            " WHERE s.charge_id = c.id GROUP BY 1, 2 HAVING sum(s.amount) <> 0 ORDER BY 1, 2"
        )


@settings(max_examples=25)
@given(
    price_micro=st.integers(1, 15 * YUAN),
    drawn=jobs,
    cuts=st.lists(st.integers(1, DURATION_MS_MAX), max_size=5),
    limit=st.integers(1, 7),
)
def test_slicing_and_batching_change_nothing(
    price_micro: int, drawn: list[tuple[int, int, int]], cuts: list[int], limit: int
) -> None:
    whole = [record for job in drawn for record in _sliced(job, [])]
    slices = [record for job in drawn for record in _sliced(job, cuts)]
    expected = _books(price_micro, whole, 5_000)
    assert _books(price_micro, whole, 1) == expected
    assert _books(price_micro, slices, limit) == expected
