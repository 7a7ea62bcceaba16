"""An organisation is verified in a real browser: from log-in to the officer's approval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts.models import User
from accounts.permissions import Staff
from demo.browser import NoBrowser, browser, find
from tests import services
from tests.browser.walking import assert_fits, follow
from tests.builders.accounts import PASSWORD, make_member, make_organisation, make_staff
from tests.builders.verification import PDF, make_uscc

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OVERVIEW = "/organisations/qinglan/verification"


@dataclass(frozen=True)
class Words:
    """What stands on the buttons and fields of one language."""

    code: str
    email: str
    password: str
    sign_in: str
    begin: str
    proceed: str
    save: str
    see_size: str
    small: str
    add: str
    ask: str
    sent: str
    confirm: str
    amount: str
    none: str
    hand_in: str
    decide: str
    approve: str
    verified: str


CHINESE = Words(
    code="zh-hans",
    email="邮箱",
    password="密码",
    sign_in="登录",
    begin="开始认证",
    proceed="继续",
    save="保存并继续",
    see_size="保存并查看规模",
    small="小型企业",
    add="上传",
    ask="申请打款",
    sent="已汇出",
    confirm="确认金额",
    amount="到账金额（元）",
    none="声明没有关联单位",
    hand_in="提交",
    decide="作出决定",
    approve="通过",
    verified="通过认证",
)
ENGLISH = Words(
    code="en",
    email="E-mail address",
    password="Password",
    sign_in="Sign in",
    begin="Begin",
    proceed="Continue",
    save="Save and continue",
    see_size="Save and see the size",
    small="small enterprise",
    add="Add it",
    ask="Ask for the payment",
    sent="is sent",
    confirm="Confirm the amount",
    amount="Amount that arrived, in yuan",
    none="We declare that there is none",
    hand_in="Hand in",
    decide="Decide the case",
    approve="approve",
    verified="Verified on",
)
Open = Callable[..., Page]


@dataclass(frozen=True)
class Cast:
    """Who takes part; made before the browser runs, which shares the test's thread."""

    owner: User
    finance: User
    officer: User


@pytest.fixture
def cast(transactional_db) -> Cast:
    services.empty_cache()
    organisation = make_organisation(code="qinglan", name="青岚视觉科技有限公司")
    return Cast(
        owner=make_member(organisation=organisation),
        finance=make_staff(role=Staff.FINANCE),
        officer=make_staff(role=Staff.SUBSIDY_OFFICER),
    )


@pytest.fixture
def chromium(cast) -> Iterator[Browser]:
    try:
        find()
    except NoBrowser as error:
        pytest.skip(f"NO BROWSER TEST WAS RUN: {error}")
    with browser() as running:
        yield running


@pytest.fixture
def enter(chromium, live_server, settings) -> Open:
    """Return a way to sign in as somebody, in a language, without JavaScript."""
    settings.STAFF_NEED_SECOND_FACTOR = False

    def sign_in(words: Words, user: User) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            java_script_enabled=False,
            viewport={"width": 360, "height": 844},
        )
        context.add_cookies(
            [{"name": "django_language", "value": words.code, "url": live_server.url}]
        )
        page = context.new_page()
        page.goto("/login")
        page.get_by_label(words.email).fill(user.email)
        page.get_by_label(words.password).fill(PASSWORD)
        follow(page.get_by_role("button", name=words.sign_in, exact=True))
        return page

    return sign_in


def press(page: Page, name: str, **options: object) -> None:
    """Press a button that leads to a page, which may be the same address anew."""
    with page.expect_navigation():
        page.get_by_role("button", name=name, **options).click()


def fill_steps(page: Page, words: Words, *, uscc: str) -> None:
    """Walk the wizard up to the request of the payment."""
    page.goto(OVERVIEW)
    press(page, words.begin)
    page.locator("#id_uscc").fill(uscc)
    press(page, words.save)
    page.locator("#id_industry").select_option("software")
    page.locator("#id_employees").fill("99")
    page.locator("#id_revenue_yuan").fill("50000")
    press(page, words.see_size)
    expect(page.locator(".result-head")).to_contain_text(words.small)
    follow(page.get_by_role("link", name=words.proceed))
    for kind in ("licence", "authorisation"):
        page.locator("#id_kind").select_option(kind)
        paper = {"name": f"{kind}.pdf", "mimeType": "application/pdf", "buffer": PDF}
        page.locator("#id_file").set_input_files(paper)
        press(page, words.add)
    follow(page.get_by_role("link", name=words.proceed))
    page.locator("#id_bank").fill("中国工商银行")
    page.locator("#id_account_number").fill("0200 0034 0902 2126 678")
    press(page, words.ask)
    follow(page.get_by_role("link", name=words.proceed))
    press(page, words.none)


@pytest.mark.parametrize("words", [CHINESE, ENGLISH], ids=lambda words: words.code)
def test_from_log_in_to_the_officers_approval(cast, enter, words):
    # given an owner who fills in the steps
    uscc = make_uscc()
    owner = enter(words, cast.owner)
    fill_steps(owner, words, uscc=uscc)
    assert_fits(owner, width=360)
    # when finance pays, he types the amount and hands in, and an officer approves
    finance = enter(words, cast.finance)
    finance.goto("/desk/verification/payments")
    amount = finance.locator("td.strong").inner_text()
    press(finance, words.sent)
    owner.goto(f"{OVERVIEW}/account")
    owner.get_by_label(words.amount).fill(amount)
    press(owner, words.confirm)
    owner.goto(f"{OVERVIEW}/review")
    owner.locator("#id_is_true").check()
    press(owner, words.hand_in, exact=True)
    officer = enter(words, cast.officer)
    officer.goto("/desk/verification")
    follow(officer.get_by_role("link", name="青岚视觉科技有限公司"))
    with officer.expect_download() as download:
        officer.get_by_role("link", name="licence.pdf").click()
    assert download.value.suggested_filename == "licence.pdf"
    officer.get_by_label(words.approve, exact=True).check()
    press(officer, words.decide)
    # then the organisation is verified
    owner.goto(OVERVIEW)
    expect(owner.locator(".said")).to_contain_text(words.verified)
    expect(owner.locator("main")).to_contain_text(uscc)
    expect(owner.locator("main")).to_contain_text(words.small)
