"""What is set aside, on which lots it lies, and what each lot paid: traced to its use."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest

from accounts.permissions import Role
from compute_billing.ledger import operations as ledger
from compute_billing.ledger.models import CreditLot, Hold
from compute_billing.ledger.queries import position
from compute_billing.rating import holding
from kernel.transactions import transaction
from tests.builders.accounts import make_member
from tests.builders.market import LONG_AGO, NOW, YUAN, Market, instant_ms, make_market
from tests.builders.reading import lot_word
from tests.builders.sessions import signed_in

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
START = NOW - 6 * HOUR
FUTURE = re.compile(r'data-figure="future">(.*?)</strong>', re.DOTALL)


@pytest.fixture(autouse=True)
def _in_november(monkeypatch):
    monkeypatch.setattr("portal.wallet_views.utc_now", lambda: NOW)
    monkeypatch.setattr("portal.lot_views.utc_now", lambda: NOW)


@pytest.fixture
def market() -> Market:
    """Return a market with a tenant who has a hundred yuan."""
    market = make_market()
    market.add_tenant("acme", paid_yuan=100)
    return market


def member(market: Market, *, role: Role = Role.OWNER):
    client = signed_in(make_member(organisation=market.tenants["acme"], role=role))
    client.cookies["django_language"] = "en"
    return client


def hold(market: Market, job: str) -> Hold:
    with transaction():
        return holding.open_hold(
            job=holding.Job(
                tenant_id=market.tenants["acme"].pk,
                reference=job,
                project_id=None,
                cluster_id=market.cluster.pk,
                meter_id=market.meter.pk,
                allocation_key=job,
                milli_cards=1_000,
                starts_at=START,
            ),
            until=START + HOUR,
            now=NOW,
        )


def use(market: Market, job: str) -> None:
    start = instant_ms(START)
    times = {"started_ms": start, "ended_ms": start + 3_600_000}
    market.report({"account": "acme", "milli_cards": 1_000, "allocation_key": job, **times})
    market.rate()


def release(held: Hold, *, ended_at: datetime | None) -> None:
    with transaction():
        holding.release_hold(tenant_id=held.tenant_id, hold_id=held.pk, ended_at=ended_at, now=NOW)


def rows_of(answer) -> list[dict[str, str]]:
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(body)))


def lot_address(market: Market) -> str:
    lot = CreditLot.objects.get(tenant=market.tenants["acme"], stage="paid")
    word = lot_word(tenant=market.tenants["acme"].code, stage="paid", reference=lot.account.subject)
    return f"/balance/lots/{word}"


class TestHolds:
    def test_each_state_is_found_by_its_filter(self, market: Market) -> None:
        # given a hold of each kind
        expired = hold(market, "job-expired")
        Hold.objects.filter(pk=expired.pk).update(expires_at=NOW - HOUR)
        assert ledger.release_expired(now=NOW) == 1
        used = hold(market, "job-used")
        use(market, "job-used")
        release(used, ended_at=START + HOUR)
        release(hold(market, "job-unused"), ended_at=None)
        hold(market, "job-open")
        client = member(market)
        for state, job in (
            ("open", "job-open"),
            ("captured", "job-used"),
            ("released", "job-unused"),
            ("expired", "job-expired"),
        ):
            found = rows_of(client.get("/balance/holds", {"state": state, "file": "csv"}))
            assert [(row["state"], row["job"]) for row in found] == [(state, job)]
            assert job in client.get("/balance/holds", {"state": state}).content.decode()
        assert len(rows_of(client.get("/balance/holds", {"file": "csv"}))) == 4
        assert client.get("/balance/holds", {"state": "odd"}).status_code == 404
        assert client.get("/balance/holds", {"cursor": "odd"}).status_code == 404

    def test_a_hold_leads_to_its_lots(self, market: Market) -> None:
        held = hold(market, "job")
        use(market, "job")
        address = f"/balance/holds/{held.public_id}"
        page = member(market).get(address).content.decode()
        # then what was set aside is an hour at 2.43 yuan and a micro-yuan for each second
        assert lot_address(market) in page
        (part,) = rows_of(member(market).get(address, {"file": "csv"}))
        assert {name: part[name] for name in ("amount", "captured", "released", "held")} == {
            "amount": "2.433601",
            "captured": "2.430000",
            "released": "0.000000",
            "held": "0.003601",
        }
        # and whoever may not read bills is not led to the lot
        assert lot_address(market) not in (
            member(market, role=Role.DEVELOPER).get(address).content.decode()
        )

    def test_without_holds_the_page_says_what_they_are(self, market: Market) -> None:
        assert "Nothing is set aside" in member(market).get("/balance/holds").content.decode()


class TestLots:
    def test_every_consumption_leads_to_its_use_and_adds_up(self, market: Market) -> None:
        # given two uses, and a debt that the same lot paid
        for job in ("job-a", "job-b"):
            use(market, job)
        page = member(market).get(lot_address(market)).content.decode()
        assert page.count('href="/usage/') >= 2
        uses = rows_of(member(market).get(lot_address(market), {"file": "csv"}))
        assert [(row["job"], row["amount"]) for row in uses] == [
            ("job-a", "2.430000"),
            ("job-b", "2.430000"),
        ]
        # then what was granted less what was used is what is left
        (left,) = position(tenant_id=market.tenants["acme"].pk, at=NOW).holdings
        assert 100 * YUAN - sum(Decimal(row["amount"]) for row in uses) * YUAN == left.posted

    def test_pages_of_a_long_lot_hold_each_use_once(self, market: Market, monkeypatch) -> None:
        monkeypatch.setattr("portal.lot_views.PAGE_ROWS", 2)
        for number in range(5):
            use(market, f"job-{number}")
        client, found, query = member(market), [], ""
        for _page in range(3):
            page = client.get(lot_address(market) + query).content.decode()
            found += re.findall(r">(job-\d)<", page)
            following = re.search(r'rel="next" href="\?cursor=([^"]+)"', page)
            query = f"?cursor={following[1]}" if following else ""
        assert (found, query) == ([f"job-{number}" for number in range(5)], "")
        # and a job is found by its key
        (one,) = rows_of(client.get(lot_address(market), {"job": "job-3", "file": "csv"}))
        assert one["job"] == "job-3"
        assert client.get(f"{lot_address(market)}?cursor=odd").status_code == 404

    def test_nobody_else_sees_it(self, market: Market) -> None:
        other = make_market()
        other.add_tenant("acme")
        for address in (lot_address(market), "/balance/lots/odd"):
            assert member(other).get(address).status_code == 404


class TestFuture:
    """Balances at the beginning of a day of Shanghai, which is 16:00 UTC of the day before."""

    @pytest.fixture
    def border(self, market: Market) -> datetime:
        """Let a promotion of seven yuan end with 30 November, and one begin with it."""
        border = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
        for reference, amount, begins, ends in (
            ("old", 7, LONG_AGO, border),
            ("new", 11, border, None),
        ):
            ledger.grant_promotion_lot(
                tenant_id=market.tenants["acme"].pk,
                operator_id=market.operator.pk,
                amount_micro=amount * YUAN,
                reference=reference,
                now=LONG_AGO,
                starts_at=begins,
                expires_at=ends,
            )
        return border

    @pytest.mark.parametrize(
        ("after", "total"),
        [
            (timedelta(microseconds=-1), 107),
            (timedelta(), 111),
            (timedelta(microseconds=1), 111),
        ],
    )
    def test_a_lot_ends_and_begins_at_its_very_border(
        self, market: Market, border: datetime, after: timedelta, total: int
    ) -> None:
        found = position(tenant_id=market.tenants["acme"].pk, at=border + after)
        assert sum(held.posted for held in found.holdings) == total * YUAN

    @pytest.mark.parametrize(
        ("day", "total"), [("2026-11-30", "107.000000"), ("2026-12-01", "111.000000")]
    )
    def test_the_page_sums_what_is_valid_at_the_beginning_of_the_day(
        self, market: Market, border: datetime, day: str, total: str
    ) -> None:
        del border
        page = member(market).get("/balance", {"on": day}).content.decode()
        (figure,) = FUTURE.findall(page)
        assert re.sub(r"<[^>]+>|\s", "", figure) == total
        assert f'value="{day}"' in page

    @pytest.mark.parametrize(
        ("day", "words"),
        [("2026-11-20", "this one has begun"), ("soon", "Type a day"), ("2026-13-01", "Type a")],
    )
    def test_what_is_no_day_to_come_is_said_and_kept(
        self, market: Market, day: str, words: str
    ) -> None:
        page = member(market).get("/balance", {"on": day}).content.decode()
        assert words in page
        assert f'value="{day}"' in page
        assert not FUTURE.search(page)
