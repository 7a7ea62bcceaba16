"""Stories of the desks that share the demonstration: a transfer, a price, a package."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from demo.browser import sign_in
from demo.cast import CARD_TYPE, MAIL, PASSWORD
from tests.browser.walking import assert_fits, follow

pytestmark = pytest.mark.browser

PAYEE = "haiyan-acoustics"
HEAD = "交易日期,收入金额,支出金额,余额,对方户名,对方账号,附言,交易流水号"
Open = Callable[..., Page]


@dataclass(frozen=True)
class Words:
    """What a person reads and presses on the way in his language, and what only he does."""

    code: str
    width: int
    public_money: str
    bank: str
    write_down: str
    imported: str
    payer: str
    yuan: str
    operations: str
    prices: str
    propose: str
    make: str
    somebody_else: str
    approve: str
    in_force: str
    price: str
    ahead: int
    compute: str
    packages: str
    order: str
    reckon: str
    months: str
    sales: str


CHINESE = Words(
    code="zh-hans",
    width=1440,
    public_money="财政资金",
    bank="银行转账核对",
    write_down="确认",
    imported="新增 1 行",
    payer="王建国",
    yuan="1234.56",
    operations="运营",
    prices="价格",
    propose="提出价格",
    make="生成草案",
    somebody_else="由他人批准",
    approve="批准并发布",
    in_force="已批准并发布",
    price="2.45",
    ahead=200,
    compute="算力",
    packages="套餐",
    order="订购套餐",
    reckon="估算",
    months="各月卡时",
    sales="套餐销售",
)
ENGLISH = Words(
    code="en",
    width=360,
    public_money="Public money",
    bank="Transfers by bank",
    write_down="Write it down",
    imported="1 of 1 lines are new",
    payer="李晓明",
    yuan="2345.67",
    operations="Operations",
    prices="Prices",
    propose="Propose a price",
    make="Make the draft",
    somebody_else="somebody else approves it",
    approve="Approve and publish",
    in_force="approved and published",
    price="2.46",
    ahead=230,
    compute="Compute",
    packages="Packages",
    order="Order a package",
    reckon="Reckon",
    months="Card-hours by month",
    sales="Package sales",
)
BOTH = pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=lambda words: words.code)


@pytest.fixture
def enter(quiet_page, demonstration) -> Open:
    """Return a way to sign in as somebody, in a language, at the width of its story."""

    def go_in(who: str, words: Words) -> Page:
        page = quiet_page(
            base_url=demonstration.base, viewport={"width": words.width, "height": 844}
        )
        cookie = {"name": "django_language", "value": words.code, "url": demonstration.base}
        page.context.add_cookies([cookie])
        sign_in(page, base=demonstration.base, email=f"{who}@{MAIL}", password=PASSWORD)
        return page

    return go_in


def tab(page: Page, desk: str | None, name: str) -> None:
    """Go to a page of a desk by the navigation."""
    if desk is not None:
        follow(page.locator("nav.desks").get_by_role("link", name=desk, exact=True))
    link = page.locator("nav.pages").get_by_role("link", name=name, exact=True)
    if link.get_attribute("aria-current") != "page":
        follow(link)
    assert_fits(page, width=page.viewport_size["width"])


def press(page: Page, name: str) -> None:
    """Press a button that leads to a page, which may be the same address anew."""
    with page.expect_navigation():
        page.locator("main").get_by_role("button", name=name, exact=True).click()


def number(text: str) -> Decimal:
    found = re.search(r"−?[\d,]+(\.\d+)?", text.replace("\n", ""))
    assert found is not None, text
    return Decimal(found[0].replace(",", "").replace("−", "-"))


def balance_of(page: Page, tenant: str) -> Decimal:
    page.goto(f"/balance?tenant={tenant}")
    return number(page.locator("dd[data-figure=balance]").inner_text())


@BOTH
def test_a_transfer_is_imported_reviewed_and_credited(enter, words):
    # given finance, and a transfer of which the bank says nothing that we know
    finance = enter("finance", words)
    before = balance_of(finance, PAYEE)
    day = datetime.now(UTC).date().isoformat()
    line = f"{day},{words.yuan},,,{words.payer},62220202001122,货款,S-{words.yuan}"
    tab(finance, words.public_money, words.bank)
    # when the statement is imported, and the transfer that waits is looked at and decided
    content = f"{HEAD}\r\n{line}\r\n".encode("gb18030")
    statement = {"name": "statement.csv", "mimeType": "text/csv", "buffer": content}
    finance.locator("#id_file").set_input_files(statement)
    with finance.expect_navigation():
        finance.locator("form[action='/desk/bank/statements'] button").click()
    expect(finance.locator(".messages")).to_contain_text(words.imported)
    waiting = finance.locator("tr[data-row]").filter(has_text=words.payer)
    follow(waiting.filter(has=finance.locator("a[href*='/lines/']")).last.get_by_role("link"))
    assert_fits(finance, width=words.width)
    finance.locator("#id_tenant").select_option(PAYEE)
    finance.locator("#id_reason").fill("合同号相符")
    follow(finance.get_by_role("button", name=words.write_down))
    # then it stands on the tenant's balance and waits no more
    assert balance_of(finance, PAYEE) == before + Decimal(words.yuan)
    assert_fits(finance, width=words.width)


@BOTH
def test_a_price_is_proposed_by_one_and_approved_by_another(enter, words):
    # given an operator who proposes a price and sees what it would have changed
    operator = enter("operator", words)
    tab(operator, words.operations, words.prices)
    follow(operator.locator("main").get_by_role("link", name=words.propose))
    first_day = (datetime.now(UTC) + timedelta(days=words.ahead)).date().isoformat()
    operator.locator("#id_price_list").select_option("list")
    operator.locator("#id_amount").fill(words.price)
    operator.locator("#id_valid_from").fill(first_day)
    operator.locator("#id_reason").fill("电价上调")
    follow(operator.get_by_role("button", name=words.make))
    assert operator.locator("[data-sum=difference]").inner_text() != ""
    expect(operator.locator("main")).to_contain_text(words.somebody_else)
    expect(operator.get_by_role("button", name=words.approve)).to_have_count(0)
    assert_fits(operator, width=words.width)
    # when somebody else approves it
    finance = enter("finance", words)
    finance.goto(operator.url)
    with finance.expect_navigation():
        finance.get_by_role("button", name=words.approve).click()
    # then it is published, and both see so
    operator.reload()
    expect(operator.locator(".figures")).to_contain_text(words.in_force)
    tab(operator, None, words.prices)
    expect(operator.locator("main")).to_contain_text(first_day)


def card_time(page: Page, day: str) -> Decimal:
    """Return the card-hours that the buyer will have on a day."""
    page.goto(f"/balance?on={day}")
    rows = page.locator("tr[data-row*='CT:']").locator("[data-figure=left]")
    return sum((number(text) for text in rows.all_inner_texts()), Decimal(0))


@BOTH
def test_a_package_is_ordered_and_its_card_time_stands_there(enter, words):
    # given a buyer who reckons what eight cards cost for a month
    buyer = enter("qinglan", words)
    first_day = datetime.now(UTC) + timedelta(days=3)
    later = (first_day + timedelta(days=2)).date().isoformat()
    before = card_time(buyer, later)
    tab(buyer, words.compute, words.packages)
    follow(buyer.get_by_role("link", name=words.order))
    buyer.locator("#id_cards").fill("8")
    buyer.locator("#id_starts_on").fill(first_day.date().isoformat())
    press(buyer, words.reckon)
    assert number(buyer.locator("[data-sum=amount]").inner_text()) == Decimal("11200.00")
    assert_fits(buyer, width=words.width)
    # when he orders it
    follow(buyer.locator("form[method=post][action^='/packages/new'] button"))
    package = buyer.locator("h1").inner_text()
    buyer.get_by_role("heading", name=words.months).wait_for()
    assert_fits(buyer, width=words.width)
    # then its card time is his, and the operator sees what was sold
    assert card_time(buyer, later) > before
    operator = enter("operator", words)
    tab(operator, words.operations, words.sales)
    expect(operator.locator("main")).to_contain_text(package)
    expect(operator.locator("main")).to_contain_text(CARD_TYPE)
