"""Tables that are looked through by a word: the page, its files and its next page hold the same."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from accounts.models import OrganisationKind
from accounts.permissions import Role, Staff
from compute_billing.cash.models import CashDay
from compute_billing.packages.days import next_day
from compute_billing.settlement.models import OperatorStatement
from kernel.clock import utc_now
from tests.builders.accounts import NOW, make_member, make_organisation, make_staff
from tests.builders.bank import line, make_account, statement, take_in
from tests.builders.cash import a_difference
from tests.builders.packages import make_shop
from tests.builders.payments import own_event
from tests.builders.reading import make_claim
from tests.builders.sessions import signed_in
from tests.builders.verification import make_case, make_payment, make_sent_payment
from tests.portal.market_month import make_settled_month
from tests.portal.test_prices import make_used_market, typed
from tests.portal.test_settlement_run import make_half_a_month, settle

pytestmark = pytest.mark.django_db

ROW = re.compile(r'<tr role="row" data-(?:row|tenant)="([^"]+)"')
FILE = re.compile(r'href="\?([^"]*file=csv)"')
NOBODY = "nobody at all"


def by(role: Staff) -> Client:
    return signed_in(make_staff(role=role))


def read(client: Client, address: str, **query: str) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200, address
    return answer.content.decode()


def rows(page: str) -> list[str]:
    return [row for row in ROW.findall(page) if row != "total"]


def lines(client: Client, address: str) -> list[str]:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[1:]


def finds(client: Client, address: str, *, text: str, found: int, table: str = "") -> str:
    """See that a text leaves so many rows on the page and in the file that it offers."""
    page = read(client, address, text=text)
    assert len(rows(page)) == found, rows(page)
    offered = [query.replace("&amp;", "&") for query in FILE.findall(page)]
    (query,) = [each for each in offered if not table or f"table={table}" in each]
    assert "text=" in query, "what is downloaded is what is seen"
    path = address.partition("?")[0]
    assert len(lines(client, f"{path}?{query}")) == found
    assert f'value="{text}"' in page, "what was typed stays"
    return page


def finds_nothing(client: Client, address: str) -> None:
    """See that the page says so, and still has the filter."""
    page = read(client, address, text=NOBODY)
    assert rows(page) == []
    assert "没有符合筛选条件" in page
    assert f'value="{NOBODY}"' in page


def test_tenants_of_a_settled_month_and_bills_of_a_statement() -> None:
    market, client = make_settled_month(), by(Staff.OPERATOR)
    rich = market.tenants["rich"]

    page = finds(client, "/settled", text=rich.code.upper(), found=1)
    assert "29.16" in page, "the figures of the month are of all its tenants"
    finds_nothing(client, "/settled")
    place = f"/operator/statements/{OperatorStatement.objects.get().public_id}"
    number = rows(read(client, place))
    assert len(number) == 2
    page = finds(client, place, text="-000001", found=1)
    total = re.search(r'data-row="total".*?data-figure="gross"[^>]*>(.*?)</td>', page, re.DOTALL)
    row = re.search(r'data-figure="gross"[^>]*>(.*?)</td>', page, re.DOTALL)
    assert total is not None
    assert row is not None
    assert total[1] == row[1], "the last line sums what is shown"
    finds_nothing(client, place)


def test_tenants_whom_a_price_would_concern() -> None:
    market, client = make_used_market(), by(Staff.OPERATOR)
    place = client.post("/operator/prices/new", typed(market))["Location"]

    finds(client, place, text=market.tenants["rich"].code, found=1)
    finds_nothing(client, place)


def test_awards_and_lines_of_a_claim_and_the_next_page(monkeypatch) -> None:
    monkeypatch.setattr("portal.claim_views.PAGE_ROWS", 1)
    claim = make_claim(operator=make_organisation(name="京西运营"), uses=2)
    client, place = by(Staff.SUBSIDY_OFFICER), f"/claims/{claim.public_id}"
    (told,) = lines(client, f"{place}?table=awards&file=csv")
    award = told.split(",")[1]

    # the award and the first of its two lines
    page = read(client, place, text=award)
    assert len(rows(page)) == 2
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    assert f"text={award}" in following[1], "the next page is of the same award"
    second = read(client, place + following[1].replace("&amp;", "&"))
    assert len(set(rows(second)) - set(rows(page))) == 1
    for table, found in (("awards", 1), ("lines", 2)):
        assert len(lines(client, f"{place}?table={table}&text={award}&file=csv")) == found
        assert lines(client, f"{place}?table={table}&text={NOBODY}&file=csv") == []
    finds_nothing(client, place)


def test_accounts_transfers_and_statements_of_a_bank() -> None:
    operator = make_organisation(kind=OrganisationKind.OPERATOR)
    user = make_staff(role=Staff.FINANCE)
    accounts = [make_account(operator) for _ in range(2)]
    for account, payer in zip(accounts, ("王五", "赵六"), strict=True):
        content = statement(line("7.00", payer=payer, remark="货款"), "2026-10-09,oops,,,x,1,,3")
        take_in(account, content, user_id=user.pk, name=f"{payer}.csv")
    client = signed_in(user)

    # when one of the accounts is chosen
    page = read(client, "/desk/bank", account=accounts[0].number)
    # then each of the four tables is of it alone, as is its file
    assert page.count('<tr role="row" data-row=') == 4
    offered = {query.replace("&amp;", "&") for query in FILE.findall(page)}
    assert len(offered) == 4
    for query in offered:
        assert f"account={accounts[0].number}" in query
        (only,) = lines(client, f"/desk/bank?{query}")
        assert "赵六" not in only
    # and a word leaves what has it, the accounts aside
    page = read(client, "/desk/bank", text="赵六")
    assert ("赵六.csv" in page, "王五.csv" in page, page.count("data-row=")) == (True, False, 5)
    assert lines(client, "/desk/bank?table=refusals&text=赵六&file=csv") != []
    assert lines(client, f"/desk/bank?table=statements&text={NOBODY}&file=csv") == []


def test_movements_of_a_day() -> None:
    a_difference(now=NOW)
    day = CashDay.objects.get()
    client, place = by(Staff.FINANCE), f"/desk/cash/{day.account.public_id}/{day.day}"
    moved = 'data-row="stripe_fee:txn_left-0"'

    assert moved in read(client, place, text="txn_left")
    assert moved not in read(client, place, text=NOBODY)
    assert len(lines(client, f"{place}?text=txn_left&file=csv")) == 1
    assert lines(client, f"{place}?text={NOBODY}&file=csv") == []


def test_tenants_of_a_run_also_while_it_is_drawn_anew(monkeypatch) -> None:
    after = datetime(2026, 11, 20, 5, tzinfo=UTC)
    monkeypatch.setattr("portal.settlement_views.utc_now", lambda: after)
    market, client = make_half_a_month(), by(Staff.FINANCE)
    settle(market)
    held = market.tenants["unpriced"].code

    for query in ({"step": "parked"}, {"text": held}):
        page = read(client, "/settlement", month="2026-10", **query)
        assert rows(page) == [held]
        again = re.search(r'hx-get="([^"]+)"', page)
        assert again is not None
        assert rows(read(client, again[1].replace("&amp;", "&"))) == [held]
        (query_of_file,) = [each for each in FILE.findall(page) if "table=tenants" in each]
        assert len(lines(client, f"/settlement?{query_of_file.replace('&amp;', '&')}")) == 1
    finds_nothing(client, "/settlement")


def test_packages_of_a_tenant_and_of_everybody() -> None:
    shop = make_shop(now=utc_now())
    order = shop.order(starts_on=next_day(utc_now()), now=utc_now())
    buyer = signed_in(make_member(organisation=shop.tenant, role=Role.FINANCE))
    seller = by(Staff.OPERATOR)

    for client, address in ((buyer, "/packages"), (seller, "/operator/packages")):
        page = read(client, address, text=order.number)
        assert order.number in rows(page) or order.number in page
        assert len(lines(client, f"{address}?text={order.number}&file=csv")) == 1
        assert lines(client, f"{address}?text={NOBODY}&file=csv") == []
        page = read(client, address, text=NOBODY)
        assert order.number not in page
        assert "没有符合筛选条件" in page


def test_payments_of_a_verification_by_holder_and_never_by_amount() -> None:
    # given a payment to be made and one that was sent
    asked, sent = (make_organisation(name=name) for name in ("青岚视觉", "力行智能"))
    amount = make_payment(make_case(organisation=asked)).amount_fen
    make_sent_payment(make_case(organisation=sent))
    client, place = by(Staff.FINANCE), "/desk/verification/payments"

    for text, found in (("青岚", 1), ("力行", 1), ("0200 0034", 2), (f"0.{amount:02d}", 0)):
        page = read(client, place, text=text)
        assert page.count('<td role="cell" class="wide act">') == found, text
        assert len(lines(client, f"{place}?text={text}&file=csv")) == found
    assert "没有符合筛选条件" in page


def test_what_waits_at_the_payment_provider() -> None:
    event, client = own_event(), by(Staff.FINANCE)

    assert event in read(client, "/operator/payments", text=event)
    assert event not in read(client, "/operator/payments", text=NOBODY)
    assert len(lines(client, f"/operator/payments?table=events&text={event}&file=csv")) == 1
    assert lines(client, f"/operator/payments?table=events&text={NOBODY}&file=csv") == []
